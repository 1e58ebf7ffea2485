from __future__ import annotations

from typing import Any

import pytest

from ars0n_core.ids import AssetId
from ars0n_core.plans import budget
from ars0n_core.plans.model import Plan, Segment
from ars0n_core.specs.model import AdFormat, AdSpec, CustomClip


def spec_of(duration: int = 15, **fields: Any) -> AdSpec:
    return AdSpec(prompt="p", duration_seconds=duration, voice_id="v", **fields)


def plan_of(text: str) -> Plan:
    return Plan(segments=(Segment(text=text, scene_index=0),))


def test_the_budget_leaves_the_end_card_free() -> None:
    assert budget.words_max(spec_of(15)) == 36
    assert budget.words_max(spec_of(15, company_name="Nordlys")) == 28
    assert budget.words_max(spec_of(60, company_name="Nordlys")) == 136
    radio = spec_of(15, company_name="Nordlys", ad_format=AdFormat.RADIO)
    assert budget.words_max(radio) == 36


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hear it all.", 3),
        ("  well-made -- and 100% yours ", 7),
        ("سماعات لاسلكية فاخرة", 3),
        ("", 0),
        ("... !?", 0),
    ],
)
def test_spaced_scripts_are_counted_by_words(text: str, words: int) -> None:
    assert budget.count_words(text) == words


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("$299.99", 8, 10),  # two hundred ninety nine dollars and ninety nine cents
        ("1-800-555-0199", 9, 11),
        ("555-123-4567", 10, 10),
        ("020 7946 0958", 9, 12),
        ("1,250", 5, 6),
        ("$1,250,000,000", 8, 9),
        ("2026", 3, 4),
        ("9:30am-6:45pm", 7, 9),
        ("12/06/2026", 6, 8),
        ("31.07.2026", 8, 10),
        ("128-134", 9, 10),
        ("1234567890", 10, 10),
        ("www.example-shop.co.uk", 12, 14),
        ("https://www.example.com/offers/2026?id=42", 19, 22),
        ("BA2490", 4, 5),
        ("D.D.S.", 1, 2),
        ("FBI", 1, 2),
        ("± 3 x²", 4, 8),
        ("BUY ALL THE TEA NOW", 5, 5),  # shouted, not spelled
        ("e.g. tea. Then", 3, 3),
        ("三十五", 2, 2),  # figures in letters are words
    ],
)
def test_figures_are_counted_by_the_words_they_are_said_in(
    text: str, least: int, most: int
) -> None:
    assert least <= budget.count_words(text) <= most


def test_a_phone_number_is_not_said_in_one_breath() -> None:
    assert budget.speech_seconds_min("555-123-4567") == pytest.approx(5 / 3.4)
    assert budget.fits(spec_of(15), plan_of("555-123-4567, " * 12)) is not None


def test_unspaced_scripts_are_counted_by_what_they_take_to_say() -> None:
    # about five or six characters a second are spoken, and 2.4 words
    assert 8 <= budget.count_words("毎日の通勤を特別な時間に変える音") <= 10
    assert budget.count_words("สวัสดีครับ") >= 2


def test_a_script_within_the_budget_is_never_refused() -> None:
    for duration in (15, 30, 60):
        spec = spec_of(duration)
        text = " ".join(["wonderful"] * budget.words_max(spec))
        assert budget.fits(spec, plan_of(text)) is None


def test_a_hopeless_script_is_refused_with_its_numbers() -> None:
    message = budget.fits(spec_of(15), plan_of("word " * 90))
    assert message is not None
    assert "90 words" in message
    assert "15 s" in message
    assert "36 words fit" in message


def test_endless_words_and_endless_kanji_are_refused() -> None:
    assert budget.fits(spec_of(15), plan_of("a" * 2000))
    assert budget.fits(spec_of(15), plan_of("音" * 300))


def test_narrated_clips_bring_their_time_and_their_words() -> None:
    clip = CustomClip(0, AssetId("asset_c"), 15.0, "word " * 40)
    assert budget.fits(spec_of(15), plan_of("word " * 40 + "word " * 40))
    assert budget.fits(spec_of(15, custom_clips=(clip,)), plan_of("word " * 40)) is None


def test_footage_may_be_slowed_by_a_tenth() -> None:
    assert budget.footage_frames_shown_max(180) == 200
    assert budget.footage_frames_shown_max(0) == 0


def test_a_hopeless_script_is_told_how_long_it_is_and_how_much_fits() -> None:
    assert budget.fits(spec_of(15), plan_of("word " * 90)) == (
        "The narration is too long: 90 words take at least 23.0 s to say, "
        "and the ad is 15 s long; about 36 words fit"
    )


def test_what_just_fits_is_tried() -> None:
    words = int(15 * budget.STRETCH_MAX * budget.WORDS_PER_SECOND_FASTEST)

    assert budget.fits(spec_of(15), plan_of("word " * words)) is None
    assert budget.fits(spec_of(15), plan_of("word " * (words + 1))) is not None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("one two three four", 4 / 3.4),
        ("a" * 48, 2.0),
        ("音", 0.55 / 3.4),
        ("カ", 0.33 / 3.4),
        ("한", 0.40 / 3.4),
        ("one\N{EM DASH}two-three", 3 / 3.4),
        ("50%", 1 / 3.4),
        ("a" * 8 + "\N{EM DASH}" + "a" * 8, 16 / 24),
        ("...", 0.0),
        ("ก", 0.22 / 3.4),  # the first Thai letter
        ("\N{GEORGIAN LETTER AN}" * 7, 1 / 3.4),  # beyond the Thai block, and spaced
        ("\u3400\u4dbf", 2 * 0.55 / 3.4),  # the first and the last of a block
        ("\uff66\uff9d", 2 * 0.33 / 3.4),
        ("。、", 0.0),
    ],
)
def test_the_least_time_a_text_takes(text: str, seconds: float) -> None:
    assert budget.speech_seconds_min(text) == pytest.approx(seconds)


def test_an_ad_is_as_long_as_its_duration_and_a_films_clips() -> None:
    clips = (CustomClip(0, AssetId("c"), 4.5), CustomClip(0, AssetId("c"), 6))

    assert budget.seconds_available(spec_of(15, custom_clips=clips)) == 25.5
    radio = spec_of(15, custom_clips=clips, ad_format=AdFormat.RADIO)
    assert budget.seconds_available(radio) == 15.0


def test_what_is_said_over_clips_counts_in_a_film_and_not_on_the_radio() -> None:
    clip = CustomClip(0, AssetId("asset_c"), 2.0, "word " * 80)
    film = spec_of(15, custom_clips=(clip,))

    assert (budget.fits(film, plan_of("word " * 20)) or "").startswith(
        "The narration is too long: 100 words"
    )
    radio = spec_of(15, custom_clips=(clip,), ad_format=AdFormat.RADIO)
    assert budget.fits(radio, plan_of("word " * 20)) is None


def test_what_takes_just_the_time_there_is_fits() -> None:
    # 391 words at 3.4 a second, quickened by 15 %, take 100 s on the dot.
    clip = CustomClip(0, AssetId("asset_c"), 40.0)

    assert budget.fits(spec_of(60, custom_clips=(clip,)), plan_of("word " * 391)) is None
    assert budget.fits(spec_of(60, custom_clips=(clip,)), plan_of("word " * 392))
