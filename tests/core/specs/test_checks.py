"""
What an order may say, and what it is told when it says something else.
"""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ars0n_core import specs
from ars0n_core.errors import InvalidRequestError, TooManyClipsError
from ars0n_core.ids import AssetId
from ars0n_core.specs import AdFormat, AdSpec, AssetFacts, CustomClip

SPEC = AdSpec(
    prompt="Headphones", duration_seconds=15, voice_id="adam", image_asset_ids=(AssetId("a"),)
)


def faults(spec: AdSpec = SPEC, edition: int = 2, **changes: Any) -> dict[str, list[str]]:
    changed = attrs.evolve(spec, **changes)
    return dict(specs.find_faults(changed, specs.limits_of(edition)).by_field)


def form(**changes: Any) -> list[str]:
    return specs.find_faults(attrs.evolve(SPEC, **changes)).of_form


def ids(count: int) -> tuple[AssetId, ...]:
    return tuple(AssetId(f"asset-{i}") for i in range(count))


def clips(count: int) -> tuple[CustomClip, ...]:
    return (CustomClip(0, AssetId("clip"), 5.0),) * count


def test_a_sound_order_passes() -> None:
    specs.check(SPEC)
    specs.check(attrs.evolve(SPEC, image_asset_ids=(), image_urls=("https://a.example/x.png",)))


@pytest.mark.parametrize("duration", [0, -15, 14, 45, 61])
def test_an_ad_is_15_30_or_60_s_long(duration: Any) -> None:
    assert faults(duration_seconds=duration) == {
        "duration_seconds": ["Duration must be 15, 30, or 60"]
    }


@pytest.mark.parametrize(("duration", "most"), [(15, 3), (30, 5), (60, 9)])
def test_images_are_limited_by_duration(duration: Any, most: Any) -> None:
    assert not faults(duration_seconds=duration, image_asset_ids=ids(most))
    assert faults(duration_seconds=duration, image_asset_ids=ids(most + 1)) == {
        "image_asset_ids": [f"Maximum {most} images for {duration}s ads"]
    }


@pytest.mark.parametrize("duration", [15, 30, 60])
def test_edition_1_takes_ten_images_at_any_length(duration: Any) -> None:
    assert not faults(edition=1, duration_seconds=duration, image_asset_ids=ids(10))
    assert faults(edition=1, duration_seconds=duration, image_asset_ids=ids(11))


def test_images_of_an_ad_of_no_known_length_are_limited_too() -> None:
    found = faults(duration_seconds=7, image_asset_ids=ids(10))

    assert found["image_asset_ids"] == ["Maximum 9 images"]
    assert "image_asset_ids" not in faults(duration_seconds=7, image_asset_ids=ids(9))


def test_a_video_ad_needs_exactly_one_list_of_images() -> None:
    assert form(image_asset_ids=()) == [
        "Either image_urls or image_asset_ids is required for video ads"
    ]
    assert form(image_urls=("https://a.example/x.png",)) == [
        "Provide either image_urls or image_asset_ids, not both"
    ]


def test_a_plan_may_be_asked_for_without_images() -> None:
    assert not specs.find_faults(attrs.evolve(SPEC, image_asset_ids=()), images_required=False)


@pytest.mark.parametrize(
    "url", ["ftp://a.example/x", "//a.example/x", "https://", "https:///x", "a b", "http:// "]
)
def test_image_urls_are_http(url: Any) -> None:
    found = faults(image_asset_ids=(), image_urls=("https://a.example/x", url))

    assert found == {"image_urls": ["1: Invalid url; use http:// or https://"]}


@pytest.mark.parametrize(
    "url", ["http://a.example/my photo.png", " https://a.example/x", "http://a b"]
)
def test_spaces_in_image_urls_are_named(url: str) -> None:
    found = faults(image_asset_ids=(), image_urls=(url,))

    assert found == {"image_urls": ["0: Invalid url: it has spaces; write %20 for each"]}


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("prompt", 2000),
        ("company_name", 100),
        ("voice_style", 200),
        ("music_mood", 200),
        ("tone", 200),
        ("emotion", 200),
        ("edit_style", 1000),
    ],
)
def test_lengths_count_code_points(name: Any, most: Any) -> None:
    assert not faults(**{name: "🎧" * most})
    assert faults(**{name: "e" * (most + 1)}) == {
        name: [f"String must contain at most {most} character(s)"]
    }


def test_edition_1_takes_half_the_edit_style() -> None:
    assert not faults(edition=1, edit_style="e" * 500)
    assert "edit_style" in faults(edition=1, edit_style="e" * 501)


@pytest.mark.parametrize("name", ["prompt", "voice_id", "logo_asset_id", "music_asset_id"])
@pytest.mark.parametrize("text", ["", " \n", "\u200b\ufe0f", "\u3164\u2800"])
def test_some_texts_must_say_something(name: Any, text: Any) -> None:
    assert faults(**{name: text}) == {name: ["String must contain at least 1 character(s)"]}


@pytest.mark.parametrize("name", ["prompt", "voice_id", "tone", "edit_style", "company_name"])
@pytest.mark.parametrize("text", ["a\0b", "a\ud800b", "\udfff"])
def test_text_is_unicode(name: Any, text: Any) -> None:
    assert len(faults(**{name: text})[name]) == 1


@pytest.mark.parametrize("volume", [-0.01, 1.01, float("nan"), float("inf")])
def test_the_music_volume_is_a_part_of_one(volume: Any) -> None:
    assert faults(music_volume=volume) == {"music_volume": ["Number must be between 0 and 1"]}


@pytest.mark.parametrize("color", ["red", "#F50", "#GG5500", "FF5500", "#FF5500 ", "#FF55001"])
def test_colors_are_hex(color: Any) -> None:
    assert "gradient_color" in faults(gradient_color=color)
    assert not faults(gradient_color="#ff5500")


@pytest.mark.parametrize("variants", [0, 4, -1])
def test_there_are_one_to_three_variants(variants: Any) -> None:
    assert faults(variants=variants) == {"variants": ["Must be 1, 2, or 3"]}


def test_ten_custom_clips_are_enough() -> None:
    assert not faults(custom_clips=clips(10))
    with pytest.raises(TooManyClipsError) as caught:
        specs.check(attrs.evolve(SPEC, custom_clips=clips(11)))
    assert caught.value.code == "TOO_MANY_CLIPS"
    assert caught.value.field_errors == {
        "custom_clips": ("Array must contain at most 10 element(s)",)
    }


def test_too_many_clips_among_other_faults_are_one_of_them() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        specs.check(attrs.evolve(SPEC, custom_clips=clips(11), prompt=""))
    assert caught.value.code == "VALIDATION_FAILED"
    assert set(caught.value.field_errors) == {"custom_clips", "prompt"}


def test_edition_1_has_no_custom_clips_and_no_radio() -> None:
    assert "edition 2" in faults(edition=1, custom_clips=clips(1))["custom_clips"][0]
    assert "edition 2" in faults(edition=1, ad_format=AdFormat.RADIO)["ad_format"][0]


@pytest.mark.parametrize(
    ("clip", "fault"),
    [
        (CustomClip(-1, AssetId("c"), 5), "0.position: Number must be greater than or equal to 0"),
        (
            CustomClip(1001, AssetId("c"), 5),
            "0.position: Number must be less than or equal to 1000",
        ),
        (CustomClip(0, AssetId("c"), 0), "0.duration_seconds: Number must be greater than 0"),
        (
            CustomClip(0, AssetId("c"), float("nan")),
            "0.duration_seconds: Number must be greater than 0",
        ),
        (
            CustomClip(0, AssetId("c"), 30.5),
            "0.duration_seconds: Number must be less than or equal to 30",
        ),
        (CustomClip(0, AssetId(""), 5), "0.asset_id: String must contain at least 1 character(s)"),
        (
            CustomClip(0, AssetId("c"), 5, "x" * 2001),
            "0.voiceover_text: String must contain at most 2000 character(s)",
        ),
    ],
)
def test_custom_clips_have_a_place_and_a_length(clip: Any, fault: Any) -> None:
    assert faults(custom_clips=(clip,)) == {"custom_clips": [fault]}


def test_a_radio_ad_ignores_what_is_for_pictures() -> None:
    odd = attrs.evolve(
        SPEC,
        ad_format=AdFormat.RADIO,
        image_asset_ids=ids(50),
        image_urls=("nonsense",),
        custom_clips=clips(20),
        gradient_color="red",
        variants=7,
        edit_style="x" * 5000,
    )

    assert not specs.find_faults(odd)


def test_all_faults_are_told_at_once() -> None:
    found = faults(prompt="", duration_seconds=1, voice_id="", music_volume=2, gradient_color="x")

    assert set(found) == {
        "prompt", "duration_seconds", "voice_id", "music_volume", "gradient_color"
    }  # fmt: skip


def test_a_long_list_of_faults_is_cut_short() -> None:
    broken = (CustomClip(-1, AssetId(""), -1),) * 10

    assert len(faults(custom_clips=broken)["custom_clips"]) == 10


def test_unknown_editions_are_named() -> None:
    with pytest.raises(InvalidRequestError, match="Edition must be 1 or 2"):
        specs.limits_of(3)


FACTS = {
    AssetId("a"): AssetFacts(kind="image"),
    AssetId("m"): AssetFacts(kind="audio"),
    AssetId("v"): AssetFacts(kind="video", duration_seconds=4.0),
}


def asset_faults(**changes: Any) -> dict[str, tuple[str, ...]]:
    try:
        specs.check_assets(attrs.evolve(SPEC, **changes), FACTS)
    except InvalidRequestError as error:
        return error.field_errors
    return {}


def test_assets_of_the_right_kind_pass() -> None:
    assert not asset_faults(
        logo_asset_id="a",
        music_asset_id="m",
        custom_clips=(CustomClip(0, AssetId("v"), 4.02), CustomClip(0, AssetId("gone"), 9)),
    )


def test_assets_of_the_wrong_kind_are_named() -> None:
    found = asset_faults(
        image_asset_ids=("a", "m"),
        logo_asset_id="v",
        music_asset_id="a",
        custom_clips=(CustomClip(0, AssetId("a"), 4),),
    )

    assert found == {
        "image_asset_ids": ("1: Asset m is audio; image is needed here",),
        "logo_asset_id": ("Asset v is video; image is needed here",),
        "music_asset_id": ("Asset a is image; audio is needed here",),
        "custom_clips": ("0.asset_id: Asset a is image; video is needed here",),
    }


def test_a_clip_shows_no_more_than_its_footage_has() -> None:
    found = asset_faults(custom_clips=(CustomClip(0, AssetId("v"), 4.5),))

    assert found == {
        "custom_clips": ("0.duration_seconds: The clip is only 4 s long; ask for at most 4",)
    }


def test_a_radio_ad_only_needs_its_music() -> None:
    radio = {"ad_format": AdFormat.RADIO, "logo_asset_id": "m", "image_asset_ids": ("m",)}

    assert not asset_faults(**radio, music_asset_id="m")
    assert set(asset_faults(**radio, music_asset_id="a")) == {"music_asset_id"}
