from __future__ import annotations

import random
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from ars0n_core.compositor import segments
from ars0n_core.errors import CompositorError
from ars0n_core.ids import AssetId
from ars0n_core.plans import derive, wording
from ars0n_core.plans.conform import captions, conform
from ars0n_core.plans.conform.speech import Utterance
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs.model import (
    AdFormat,
    AdSpec,
    AspectRatio,
    CaptionStyle,
    CtaDesign,
    CustomClip,
)
from ars0n_core.timelines import EndCard, Look, Media, MediaKind, Sound, Timeline, Word

if TYPE_CHECKING:
    from collections.abc import Sequence

HOOK = "Silence the city. Hear only what you love."
BODY = "Soft memory foam, long evenings, and sound tuned by people who play."
CLOSE = "Nordlys. Hear the difference today."


def footage(name: str, seconds: float) -> Media:
    frames = round(seconds * 30)
    return Media(id=name, kind=MediaKind.FOOTAGE, sha256="0" * 64, available_frames=frames)


def cut(
    texts: Sequence[str] = (HOOK, BODY, CLOSE),
    *,
    pace: float = 0.33,
    pause: float = 0.3,
    seconds: Sequence[float] = (6, 6, 6),
    **fields: Any,
) -> Timeline:
    """
    Cut an ad whose scene *i* says ``texts[i]``; a word takes *pace* seconds to say.
    """
    settings: dict[str, Any] = {
        "prompt": "p",
        "duration_seconds": 15,
        "voice_id": "v",
        "company_name": "Nordlys",
    } | fields
    transition = settings.pop("transition", Look.DISSOLVE)
    titles = settings.pop("titles", {})
    logo = settings.pop("logo", None)
    bed = settings.pop("bed", None)
    voice_is_measured = settings.pop("voice_is_measured", True)
    spec = AdSpec(**settings)
    plan = Plan(
        segments=tuple(Segment(text=t, scene_index=i) for i, t in enumerate(texts) if t),
        scenes=tuple(
            Scene(
                scene_index=i,
                description="d",
                duration_seconds=s,
                transition=transition,
                on_screen_text=titles.get(i),
            )
            for i, s in enumerate(seconds)
        ),
        call_to_action="Shop Nordlys today",
    )
    words, at = [], 0.1
    for i, text in enumerate(derive.narration(spec, plan)):
        for word in text.text.split():
            words.append(Word(text=word, start_seconds=at, end_seconds=at + pace, segment=i))
            at += pace + (pause if word[-1] in ".," else 0)
    voice = Media(
        id="voice",
        kind=MediaKind.SOUND,
        sha256="1" * 64,
        available_samples=round(at * 48_000) if voice_is_measured else None,
    )
    return conform(
        spec,
        plan,
        voice=voice,
        words=words,
        clips={i: footage(f"clip-{i}", s) for i, s in enumerate(seconds)},
        custom_clips=[
            footage(f"custom-{i}", c.duration_seconds) for i, c in enumerate(spec.custom_clips)
        ],
        logo=logo,
        bed=bed,
    )


def card_of(timeline: Timeline) -> EndCard:
    assert timeline.card is not None
    return timeline.card


def seconds_of(sound: Sound) -> tuple[float, float]:
    return sound.start_sample / 48_000, (sound.start_sample + sound.samples) / 48_000


def test_scenes_last_while_their_text_is_spoken() -> None:
    timeline = cut(pace=0.38)
    assert len(timeline.voice) == 3
    assert [clip.media for clip in timeline.clips] == ["clip-0", "clip-1", "clip-2"]
    for sound, clip in zip(timeline.voice, timeline.clips, strict=True):
        start, end = seconds_of(sound)
        assert clip.start_frame / 30 <= start
        # the last words may be spoken under the card
        assert end <= clip.end_frame / 30 or clip is timeline.clips[-1]


def test_the_voice_starts_after_a_breath_and_ends_before_the_end() -> None:
    start, end = seconds_of(cut().voice[0])[0], seconds_of(cut().voice[-1])[1]
    assert 0.1 <= start <= 0.4
    assert end <= 15 - 0.4


def test_the_card_stands_three_seconds_at_the_end_and_only_if_there_is_one() -> None:
    timeline = cut(gradient_color="#112233")
    assert timeline.card is not None
    assert timeline.card.end_frame == timeline.frames == 450
    assert 75 <= timeline.card.frames <= 126
    assert timeline.card.company_name == "Nordlys"
    assert timeline.card.call_to_action == "Shop Nordlys today"
    assert (timeline.card.design, timeline.card.color) == (CtaDesign.GRADIENT, "#112233")
    without = cut(company_name=None)
    assert without.card is None
    assert without.clips[-1].end_frame == 450


@pytest.mark.parametrize("name", ["  ", "\u200b\ufeff", "\u3164"])
def test_a_name_that_nobody_can_see_is_none(name: str) -> None:
    assert cut(company_name=name, tagline=name).card is None
    card = card_of(cut(company_name=name, cta_design=CtaDesign.BOLD, website=name))
    assert (card.company_name, card.website) == ("", "")


def test_the_card_shows_the_companys_own_address_only() -> None:
    told = cut(prompt="Nordlys headphones, see www.nordlys-audio.com")
    assert card_of(told).website == "nordlys-audio.com"
    assert card_of(cut(prompt="like the ad on youtube.com or mail me@nordlys.com")).website == ""


def test_an_address_of_the_orders_own_is_shown_as_one_writes_it() -> None:
    assert card_of(cut(website="https://www.nordlys.example/")).website == "nordlys.example"
    assert card_of(cut(website="", prompt="see nordlys.com")).website == ""


def test_a_narration_nobody_measured_is_as_long_as_its_words() -> None:
    told, measured = cut(voice_is_measured=False).voice[-1], cut().voice[-1]
    # The recording that was measured goes on for a pause after its last word.
    longer = measured.source_sample + measured.samples - told.source_sample - told.samples
    assert 0 <= longer <= 0.3 * 48_000


def test_long_speech_is_quickened_by_at_most_15_percent_and_then_refused() -> None:
    timeline = cut(pace=0.56, pause=0.3)
    speeds = {sound.speed for sound in timeline.voice}
    assert len(speeds) == 1
    assert 1.0 < speeds.pop() <= 1.15
    with pytest.raises(CompositorError) as caught:
        cut(pace=0.8)
    assert "too long" in str(caught.value)
    assert "words" in str(caught.value)
    assert caught.value.media == "voice"
    assert not caught.value.retryable


def test_pauses_give_way_before_the_voice_is_quickened() -> None:
    assert {sound.speed for sound in cut(pace=0.4, pause=0.9).voice} == {1.0}


def test_short_speech_is_spread_over_the_ad() -> None:
    timeline = cut(texts=("Hear it.", "Feel it.", "Nordlys."), pace=0.3)
    starts = [seconds_of(sound)[0] for sound in timeline.voice]
    assert starts[0] < 0.5
    assert starts[-1] > 15 * 0.5
    for sound, clip in zip(timeline.voice, timeline.clips, strict=True):
        assert clip.start_frame / 30 <= seconds_of(sound)[0] <= clip.end_frame / 30


def test_a_scene_with_more_words_than_footage_hands_time_to_its_neighbours() -> None:
    timeline = cut(texts=("Hear.", " ".join(["word"] * 22) + ".", "Now."), pace=0.36)
    assert timeline.clips[1].speed == pytest.approx(0.9, abs=0.005)
    assert all(0.9 <= clip.speed <= 1 for clip in timeline.clips)


def test_footage_too_short_even_when_slowed_is_an_error() -> None:
    with pytest.raises(CompositorError) as caught:
        cut(seconds=(4, 4), texts=("One.", "Two."), company_name=None)
    assert "footage" in str(caught.value)


def test_joins_are_dropped_where_footage_is_scarce() -> None:
    timeline = cut(seconds=(6, 8), texts=("One two.", "Two."), company_name=None)
    assert timeline.frames == 450
    assert sum(clip.frames for clip in timeline.clips) >= 450


@pytest.mark.parametrize("look", list(Look))
def test_every_look_has_its_time(look: Look) -> None:
    timeline = cut(transition=look)
    joins = [clip.transition for clip in timeline.clips[1:]]
    if look is Look.CUT:
        assert joins == [None, None]
    else:
        assert all(join and join.look is look and 8 <= join.frames <= 16 for join in joins)


def test_custom_clips_lengthen_the_ad_and_speak_at_their_place() -> None:
    clips = (
        CustomClip(1, AssetId("c"), 3.0, "See it in action."),
        CustomClip(9, AssetId("c"), 2.0, None),
    )
    timeline = cut(texts=("Silence the city.", "Soft foam.", CLOSE), custom_clips=clips)
    assert timeline.frames == (15 + 5) * 30
    assert timeline.samples == (15 + 5) * 48_000
    names = [clip.media for clip in timeline.clips]
    assert names == ["clip-0", "custom-0", "clip-1", "clip-2", "custom-1"]
    start, end = seconds_of(timeline.voice[1])
    shown = timeline.clips[1]
    assert shown.start_frame / 30 <= start < end <= shown.end_frame / 30 + 0.01


def test_captions_follow_the_words_and_leave_the_card_free() -> None:
    timeline = cut(captions=CaptionStyle.PHRASE)
    assert timeline.cues
    for cue in timeline.cues:
        text = " ".join(word.text for word in cue.words)
        assert len(text) <= 84
        assert cue.start_frame + cue.frames <= card_of(timeline).start_frame
        assert not cue.highlighted
    for left, right in pairwise(timeline.cues):
        assert right.start_frame - left.start_frame - left.frames >= 2
    assert " ".join(w.text for c in timeline.cues[:2] for w in c.words).startswith("Silence the")
    assert cut().cues == ()


def test_word_by_word_captions_are_short_and_highlighted() -> None:
    timeline = cut(captions=CaptionStyle.WORD)
    assert all(cue.highlighted for cue in timeline.cues)
    assert all(len(" ".join(w.text for w in cue.words)) <= 26 for cue in timeline.cues)


@pytest.mark.parametrize("word_by_word", [True, False])
def test_captions_can_be_read_however_unevenly_it_is_spoken(*, word_by_word: bool) -> None:
    # Sixteen characters a second on the whole, and now and then much quicker.
    texts = (
        "Meet hand-pressed olive oil from Crete. Good days are built on small, honest things.",
        "Premium noise-canceling headphones bring you deep bass and a sleek, light design.",
    )
    chance = random.Random(7)  # noqa: S311 - the same uneven speech each time
    for _ in range(40):
        place, spoken = 0.3, []
        for text in texts:
            words = []
            for word in text.split():
                lasts = (0.06 + 0.058 * len(word)) * chance.uniform(0.75, 1.25)
                words.append(
                    Word(text=word, start_seconds=place, end_seconds=place + lasts, segment=0)
                )
                place += lasts + 0.02
            spoken.append(
                Utterance(
                    text_index=0,
                    source_sample=0,
                    source_samples=round(place * 48_000),
                    words=tuple(words),
                )
            )
            place += 0.3
        cues = captions.cues(
            spoken, end_frame=int(place * 30), word_by_word=word_by_word, line_columns=26
        )
        assert [w.text for cue in cues for w in cue.words] == " ".join(texts).split()
        for cue in cues:
            written = wording.columns(" ".join(word.text for word in cue.words))
            assert written * 30 / cue.frames <= 20
            for each in cue.words:
                assert cue.start_frame <= each.start_frame
                assert each.start_frame + each.frames <= cue.start_frame + cue.frames
        for left, right in pairwise(cues):
            assert right.start_frame - left.start_frame - left.frames >= 2


@pytest.mark.parametrize(("ratio", "most"), [("9:16", 26), ("16:9", 42), ("1:1", 34), ("4:5", 28)])
def test_captions_lines_are_as_long_as_the_shape_shows_well(ratio: str, most: int) -> None:
    timeline = cut(captions=CaptionStyle.PHRASE, aspect_ratio=AspectRatio(ratio))
    widths = [wording.columns(" ".join(w.text for w in cue.words)) for cue in timeline.cues]
    assert max(widths) <= 2 * most
    assert timeline.cues


def test_no_caption_is_shown_while_one_picture_gives_way_to_the_next() -> None:
    timeline = cut(captions=CaptionStyle.PHRASE)
    joins = [
        (clip.start_frame, clip.start_frame + clip.transition.frames)
        for clip in timeline.clips[1:]
        if clip.transition
    ]
    assert joins
    for cue in timeline.cues:
        end = cue.start_frame + cue.frames
        for first, after in joins:
            assert end <= first or after <= cue.start_frame
    # Held until the next one, as it would be without the joins, one would have been.
    (left, right), (first, _) = next(
        ((a, b), join)
        for a, b in pairwise(timeline.cues)
        for join in joins
        if a.start_frame < join[0] <= b.start_frame
    )
    assert left.start_frame + left.frames == first
    assert right.start_frame - first < 15 + 9


@pytest.mark.parametrize("style", [CaptionStyle.PHRASE, CaptionStyle.WORD])
@pytest.mark.parametrize("pace", [0.24, 0.33, 0.4])
def test_a_changed_word_touches_two_pieces_of_the_film_at_most(
    style: CaptionStyle, pace: float
) -> None:
    timeline = cut(captions=style, pace=pace)
    pieces = segments.cut(timeline, segments.Encoding(build="", command=()), lambda *_: [])
    for cue in timeline.cues:
        end = cue.start_frame + cue.frames
        touched = [p for p in pieces if p.start_frame < end and cue.start_frame < p.end_frame]
        assert len(touched) <= 2


def test_words_spoken_over_a_join_are_written_in_two_captions() -> None:
    texts = ["You", "get", "two", "hundred", "pages"]
    heard = [
        Word(text=text, start_seconds=0.5 * i, end_seconds=0.5 * i + 0.45, segment=0)
        for i, text in enumerate(texts)
    ]
    said = Utterance(text_index=0, source_sample=0, source_samples=120_000, words=tuple(heard))

    def written(joins: list[tuple[int, int]]) -> list[str]:
        found = captions.cues([said], end_frame=120, word_by_word=False, joins=joins)
        return [" ".join(word.text for word in cue.words) for cue in found]

    assert written([]) == ["You get two hundred pages"]
    assert written([(26, 34)]) == ["You get", "two hundred pages"]
    # Wherever there is time to read both: one over three pieces of the film has all rendered anew.
    for first in range(26, 60):
        for frames in (8, 16):
            parts = written([(first, first + frames)])
            found = captions.cues(
                [said], end_frame=120, word_by_word=False, joins=[(first, first + frames)]
            )
            assert " ".join(parts) == "You get two hundred pages"
            for cue in found:
                end = cue.start_frame + cue.frames
                readable = cue.frames <= max(24, 1.5 * len(" ".join(w.text for w in cue.words)))
                assert not cue.start_frame < first < first + frames < end or readable


def test_a_caption_that_takes_its_time_to_be_read_is_not_shortened_for_a_join() -> None:
    quick = [
        Word(text=text, start_seconds=0.2 + 0.3 * i, end_seconds=0.5 + 0.3 * i, segment=0)
        for i, text in enumerate(("Extraordinarily", "comfortable", "headphones"))
    ]
    said = Utterance(text_index=0, source_sample=0, source_samples=60_000, words=tuple(quick))

    def shown(joins: list[tuple[int, int]]) -> tuple[int, int]:
        (cue,) = captions.cues([said], end_frame=90, word_by_word=False, joins=joins)
        return cue.start_frame, cue.start_frame + cue.frames

    start, end = shown([])
    needed = 60  # 39 columns
    assert end - start < needed + 12
    assert shown([(34, 46)]) == (start, end)
    assert shown([(start + needed, start + needed + 12)])[1] <= end


def test_a_caption_of_slow_words_changes_before_it_stands_for_long() -> None:
    timeline = cut(
        texts=("Slow down, and hear it all.", "", ""),
        pace=2.2,
        pause=0.0,
        captions=CaptionStyle.PHRASE,
    )
    assert len(timeline.cues) > 1
    assert all(cue.frames <= captions.CUE_FRAMES_MAX + 9 for cue in timeline.cues)


def test_what_is_only_said_under_the_card_has_no_caption() -> None:
    close = "Nordlys. Hear the difference today, tomorrow, and on each day after it."
    timeline = cut(texts=(HOOK, BODY, close), pace=0.36, captions=CaptionStyle.WORD)
    card = card_of(timeline)
    written = [word.text for cue in timeline.cues for word in cue.words]
    assert written == f"{HOOK} {BODY} {close}".split()[: len(written)]
    assert written[-1] != "it."
    assert all(cue.start_frame + cue.frames <= card.start_frame for cue in timeline.cues)


def test_words_for_which_hardly_a_frame_is_left_share_a_caption_that_can_be_read() -> None:
    late = [Word(text=text, start_seconds=at, end_seconds=1.2, segment=0)
            for text, at in (("Now.", 0.97), ("Gone.", 0.99))]  # fmt: skip
    spoken = [
        Utterance(text_index=0, source_sample=0, source_samples=60_000, words=(word,))
        for word in late
    ]
    (cue,) = captions.cues(spoken, end_frame=30, word_by_word=True)
    assert [word.text for word in cue.words] == ["Now.", "Gone."]  # one a frame each was none
    assert cue.frames >= 24
    assert cue.start_frame + cue.frames <= 30
    assert captions.cues(spoken, end_frame=20, word_by_word=True) == ()


def test_a_hurried_first_caption_is_shown_for_as_long_as_it_takes_to_be_read() -> None:
    slow = [("Hear", 0.4, 1.2), ("it", 1.4, 2.2), ("now.", 2.4, 3.2)]

    def shown(pace: float) -> list[tuple[str, int, int]]:
        quick = [(text, pace * i, pace * (i + 1))
                 for i, text in enumerate(["Premium", "headphones,", "everywhere."])]  # fmt: skip
        late = max(3 * pace - 0.3, 0.0)
        slower = [(text, start + late, end + late) for text, start, end in slow]
        spoken = [
            Utterance(
                text_index=0, source_sample=0, source_samples=1,
                words=tuple(
                    Word(text=text, start_seconds=start, end_seconds=end, segment=0)
                    for text, start, end in words
                ),
            )
            for words in (quick, slower)
        ]  # fmt: skip
        found = captions.cues(spoken, end_frame=300, word_by_word=False, line_columns=26)
        return [(" ".join(w.text for w in c.words), c.start_frame, c.frames) for c in found]

    # Its successor begins after its first word, by as little as keeps the two in step.
    (first, start, frames), (second, then, _) = shown(0.47)
    assert first == "Premium headphones, everywhere."
    assert second == "Hear it now."
    assert start == 0
    assert frames >= 47
    assert 0 < then - round((0.4 + 3 * 0.47 - 0.3) * 30) <= 6
    # Spoken quicker than anybody can, both are read together rather than late.
    ((both, start, frames),) = shown(0.1)
    assert both == "Premium headphones, everywhere. Hear it now."
    assert start == 0
    assert frames >= 66


def test_captions_break_at_punctuation() -> None:
    timeline = cut(captions=CaptionStyle.PHRASE, pace=0.3)
    last_words = [cue.words[-1].text for cue in timeline.cues]
    assert all(word[-1] in ".,," or word == last_words[-1] for word in last_words)


def test_a_script_without_spaces_is_captioned_in_lines() -> None:
    text = "高級ワイヤレスヘッドホン澄んだ音やさしい装着感毎日の通勤を特別な時間に変える音楽がここにあります"
    timeline = cut(texts=(text, "", ""), pace=8.0, captions=CaptionStyle.PHRASE)
    shown = ["".join(word.text for word in cue.words) for cue in timeline.cues]
    assert "".join(shown) == text
    assert all(wording.columns(line) <= 84 for line in shown)


def test_titles_stand_within_their_scene() -> None:
    timeline = cut(titles={1: "Memory foam"})
    (title,) = timeline.titles
    scene = timeline.clips[1]
    assert scene.start_frame < title.start_frame
    assert title.start_frame + title.frames <= timeline.clips[2].start_frame


def test_the_logo_stands_over_the_film_but_not_over_the_card() -> None:
    logo = Media(id="logo", kind=MediaKind.STILL, sha256="2" * 64)
    timeline = cut(logo=logo)
    (overlay,) = timeline.overlays
    assert (overlay.start_frame, overlay.frames) == (0, card_of(timeline).start_frame)
    assert card_of(timeline).logo == "logo"
    assert logo in timeline.media


def test_radio_is_sound_alone_and_softer() -> None:
    bed = Media(id="bed", kind=MediaKind.SOUND, sha256="3" * 64, available_samples=48_000)
    radio = cut(ad_format=AdFormat.RADIO, bed=bed, music_volume=0.5, captions=CaptionStyle.WORD)
    assert (radio.width, radio.height, radio.frames, radio.samples) == (0, 0, 0, 15 * 48_000)
    assert (radio.loudness_lufs, radio.true_peak_dbtp) == (-16.0, -2.0)
    assert radio.bed is not None
    assert (radio.bed.media, radio.bed.volume) == ("bed", 0.5)
    assert radio.clips == ()
    assert radio.cues == ()
    assert (cut().loudness_lufs, cut().true_peak_dbtp) == (-14.0, -1.0)


def test_radio_speech_breathes_over_its_time() -> None:
    radio = cut(ad_format=AdFormat.RADIO, pace=0.25)
    assert seconds_of(radio.voice[-1])[1] > 15 * 0.7


def test_words_of_other_texts_are_refused() -> None:
    plan = Plan(
        segments=(Segment(text="One.", scene_index=0),),
        scenes=(Scene(scene_index=0, description="", duration_seconds=8),),
    )
    spec = AdSpec(prompt="p", duration_seconds=15, voice_id="v")
    voice = Media(id="voice", kind=MediaKind.SOUND, sha256="1" * 64, available_samples=48_000)
    word = Word(text="One.", start_seconds=0, end_seconds=1, segment=3)
    for words in ([], [word]):
        with pytest.raises(CompositorError, match="word timings"):
            conform(spec, plan, voice=voice, words=words, clips={0: footage("clip-0", 8)})


def test_the_same_inputs_give_the_same_cut() -> None:
    assert cut() == cut()
