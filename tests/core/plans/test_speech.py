"""
Where the narration is taken apart, how far it is quickened, and where it is laid.
"""

from __future__ import annotations

import math

import pytest

from ars0n_core.errors import CompositorError
from ars0n_core.plans.conform import speech
from ars0n_core.plans.conform.speech import Utterance
from ars0n_core.timelines import Media, MediaKind, Word

SECOND = 48_000


def voice(seconds: float | None) -> Media:
    length = None if seconds is None else round(seconds * SECOND)
    return Media(id="v", kind=MediaKind.SOUND, sha256="0" * 64, available_samples=length)


def words(*spans: tuple[float, float, int], text: str = "word") -> list[Word]:
    return [Word(text=text, start_seconds=a, end_seconds=b, segment=n) for a, b, n in spans]


def utterance(seconds: float) -> Utterance:
    return Utterance(
        text_index=0, source_sample=0, source_samples=round(seconds * SECOND), words=()
    )


@pytest.mark.parametrize(
    ("spans", "length", "edges"),
    [
        # 80 ms for the breath before, a quarter of a second for the decay
        ([(0.5, 1.0, 0), (2.0, 2.5, 1)], 3.0, [(0.42, 1.25), (1.92, 2.75)]),
        # of a short pause three tenths are the next one's breath; nothing is heard twice
        ([(0.1, 1.0, 0), (1.1, 2.0, 1)], 2.1, [(0.07, 1.07), (1.07, 2.07)]),
        # where nobody measured the sound it ends with its last word
        ([(0.0, 1.0, 0), (1.0, 2.0, 1)], None, [(0.0, 1.0), (1.0, 2.0)]),
    ],
)
def test_texts_are_parted_with_their_breath_and_decay(
    spans: list[tuple[float, float, int]], length: float | None, edges: list[tuple[float, float]]
) -> None:
    # as many seconds as they take: neither is time left over nor does any lack
    samples = round(SECOND * (0.75 + 1.2 * sum(end - start for start, end in edges)))
    found = speech.utterances(words(*spans), media=voice(length), samples=samples, texts=2)

    assert [u.text_index for u in found] == [0, 1]
    assert {u.speed for u in found} == {1.0}
    starts = [u.source_sample / SECOND for u in found]
    ends = [(u.source_sample + u.source_samples) / SECOND for u in found]
    assert list(zip(starts, ends, strict=True)) == [pytest.approx(each, abs=1e-4) for each in edges]


@pytest.mark.parametrize("spoken", [15.0, 16.0, 17.0])
def test_speech_is_quickened_just_as_far_as_it_must(spoken: float) -> None:
    said = words((0.0, spoken, 0))
    (found,) = speech.utterances(said, media=voice(spoken), samples=15 * SECOND, texts=1)
    room = round(14.85 * SECOND)  # a moment before the first word and after the last

    assert found.speed <= 1.15
    assert found.samples <= room
    assert math.ceil(spoken * SECOND / (found.speed - 0.0002)) > room
    assert found.heard_seconds(spoken) == pytest.approx(spoken / found.speed)


def test_speech_that_is_too_long_is_refused_by_the_words_it_is_too_long_by() -> None:
    # at 1.15 of its speed 20 s of speech take 17.39 s, of which 14.85 s fit: 2.54 s, at 2.4 words
    with pytest.raises(CompositorError, match=r"20\.0 s .* 15 s, .* 15% .* about 7 words"):
        speech.utterances(words((0.0, 20.0, 0)), media=voice(20.0), samples=15 * SECOND, texts=1)


def laid(
    lengths: list[float], windows: list[tuple[float, float]], seconds: float
) -> list[tuple[float, float]]:
    spans = [(round(start * SECOND), round(end * SECOND)) for start, end in windows]
    found = speech.lay(
        [utterance(each) for each in lengths], spans, samples=round(seconds * SECOND)
    )
    return [(u.start_sample / SECOND, u.end_sample / SECOND) for u in found]


def test_texts_of_one_window_share_what_it_has_to_spare() -> None:
    # the hook comes at once; a pause of a 24th of the ad is the longest
    assert laid([1.0, 1.0], [(0.0, 5.0)] * 2, 15) == [(0.25, 1.25), (1.875, 2.875)]
    # in another scene the first word waits for a third of what is free, 0.8 s at most
    assert laid([1.0], [(5.0, 7.0)], 15) == [(5.35, 6.35)]
    assert laid([1.0], [(5.0, 9.0)], 15) == [(5.8, 6.8)]
    assert laid([4.0], [(5.0, 9.0)], 15) == [(5.0, 9.0)]


def test_a_text_that_is_longer_than_its_window_pushes_the_next() -> None:
    (_, first_end), (second, _) = laid([6.0, 2.0], [(0.0, 5.0), (5.0, 10.0)], 15)
    assert first_end == pytest.approx(6.05)
    assert second == pytest.approx(6.07)


def test_what_would_reach_past_the_end_is_heard_earlier_and_so_is_what_is_before_it() -> None:
    (first, first_end), (second, second_end) = laid([4.85, 4.95], [(0.0, 5.0), (5.0, 10.0)], 10)
    assert second_end == pytest.approx(9.9)
    assert first_end + 0.02 <= second + 1e-9
    assert first >= 0.05 - 1e-9
    late = laid([2.0, 3.0, 3.0], [(0.0, 1.0), (4.0, 7.0), (9.0, 10.0)], 10)
    assert late[2] == pytest.approx((6.9, 9.9))
    assert late[1][1] == pytest.approx(6.88)


GOOD = ((0.1, 0.5, 0), (0.6, 1.0, 0), (1.5, 2.0, 1), (2.1, 2.8, 1))


@pytest.mark.parametrize(
    ("spans", "mended"),
    [
        (GOOD, GOOD),
        ((GOOD[1], GOOD[0], GOOD[3], GOOD[2]), GOOD),  # out of order within a text
        ((*GOOD[:3], (2.1, 9.0, 1)), (*GOOD[:3], (2.1, 3.0, 1))),  # beyond the sound's end
        (((-0.2, 0.5, 0), *GOOD[1:]), ((0.0, 0.5, 0), *GOOD[1:])),
        (((0.1, 0.9, 0), *GOOD[1:]), ((0.1, 0.6, 0), *GOOD[1:])),  # over the next one
        (((0.1, 0.1, 0), *GOOD[1:]), ((0.1, 0.6, 0), *GOOD[1:])),  # of no length
        ((*GOOD[:3], (2.1, 1.9, 1)), (*GOOD[:3], (2.1, 3.0, 1))),  # that ends before it begins
    ],
)
def test_timings_that_are_a_little_out_are_mended(
    spans: tuple[tuple[float, float, int], ...], mended: tuple[tuple[float, float, int], ...]
) -> None:
    assert list(speech.settled(words(*spans), 3.0)) == words(*mended)


def test_a_word_alone_may_have_quiet_around_it() -> None:
    alone = words((0.1, 0.22, 0))

    assert list(speech.settled(alone, 0.72)) == list(speech.settled(alone, 1.6)) == alone
    for another, seconds in (((0.1, 0.22, 0), 1.7), ((5.0, 5.3, 0), 0.72)):
        with pytest.raises(CompositorError, match="don't fit its sound"):
            speech.settled(words(another), seconds)


@pytest.mark.parametrize(
    ("spans", "fault"),
    [
        (((math.nan, 0.5, 0), *GOOD[1:]), "are no numbers"),
        ((*GOOD[:3], (2.1, math.inf, 1)), "are no numbers"),
        (((0.1, 0.3, 0),), "0.2 s of 3.0 s"),
        (tuple((a + 1e6, b + 1e6, n) for a, b, n in GOOD), "0.0 s of 3.0 s"),
        (tuple((a, b, 1 - n) for a, b, n in GOOD), "in the order of its texts"),
    ],
)
def test_timings_of_another_sound_are_named_and_nothing_is_cut_by_them(
    spans: tuple[tuple[float, float, int], ...], fault: str
) -> None:
    with pytest.raises(CompositorError, match=fault) as caught:
        speech.utterances(words(*spans), media=voice(3.0), samples=15 * SECOND, texts=2)
    assert caught.value.media is None  # the speaker's fault, not the order's
