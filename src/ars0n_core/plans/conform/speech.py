"""
When each text is heard: the narration taken apart at its pauses and laid out anew.

All times are whole samples at 48 kHz.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core.errors import CompositorError
from ars0n_core.plans import wording
from ars0n_core.plans.budget import STRETCH_MAX, WORDS_PER_SECOND
from ars0n_core.timelines import SAMPLE_RATE, Sound, Word, samples_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ars0n_core.timelines import Media

LEAD: Final = samples_of(0.25)
"""
The ad's first moments belong to the picture and the music.
"""

LEAD_MIN: Final = samples_of(0.05)
TAIL: Final = samples_of(0.5)
"""
How long before the end the last word is over: a closing that isn't clipped.
"""

TAIL_MIN: Final = samples_of(0.1)
PAUSE: Final = samples_of(0.2)
"""
The pause between two texts, if time allows, beside what each brings with it.
"""

PAUSE_MIN: Final = samples_of(0.02)

_ONSET_SECONDS: Final = 0.08  # breath before a word
_DECAY_SECONDS: Final = 0.25  # reverberation after one
_SPLIT_SECONDS: Final = 0.15  # a pause this long may be changed unheard
_HEARD_SHARE: Final = 0.2  # words that take less of a sound are another sound's,
_QUIET_SECONDS: Final = 1.5  # but a word alone may have so much quiet around it
_ASTRAY_SECONDS: Final = 0.5  # a rounding is less
_SPARSE: Final = 0.75  # less speech than this: sentences are spread, not only texts


@frozen(kw_only=True)
class Utterance:
    """
    An unbroken stretch of the narration: where it lies in its file, and its words.

    ``text_index`` counts the spoken texts; ``start_sample`` is where it is heard, for
    ``samples`` samples at ``speed``.
    """

    text_index: int
    source_sample: int
    source_samples: int
    words: tuple[Word, ...]
    speed: float = 1.0
    start_sample: int = 0

    @property
    def samples(self) -> int:
        """
        How long it is heard.
        """
        return math.ceil(self.source_samples / self.speed)

    @property
    def end_sample(self) -> int:
        """
        The first sample after it.
        """
        return self.start_sample + self.samples

    def heard_seconds(self, source_seconds: float) -> float:
        """
        Return when in the ad a moment of the narration's file is heard.
        """
        within = source_seconds - self.source_sample / SAMPLE_RATE
        return self.start_sample / SAMPLE_RATE + within / self.speed

    def sound(self, media: Media) -> Sound:
        """
        Return it as the cut has it.
        """
        return Sound(
            media=media.id,
            start_sample=self.start_sample,
            samples=self.samples,
            source_sample=self.source_sample,
            speed=self.speed,
        )


def utterances(
    words: Sequence[Word], *, media: Media, samples: int, texts: int
) -> tuple[Utterance, ...]:
    """
    Take the narration apart so that it fits into *samples*, all at one speed.

    It is parted between texts; between sentences too where much time is left over (so
    that speech can breathe) or none (so that pauses can give way). Then it is quickened.

    Raises:
        CompositorError: The words don't belong to these texts or to this sound, or are too many.
    """
    if not words or any(not 0 <= word.segment < texts for word in words):
        message = "The narration came without word timings that belong to its texts"
        raise CompositorError(message, media=media.id)
    length = _length(words, media)
    words = settled(words, length / SAMPLE_RATE)
    room = samples - LEAD - TAIL
    parted = _part(words, length, by_sentence=False)
    spoken = sum(u.source_samples for u in parted) + PAUSE * (len(parted) - 1)
    if not _SPARSE * room <= spoken <= room:
        parted = _part(words, length, by_sentence=True)
    return _quicken(parted, media=media, samples=samples)


def settled(words: Sequence[Word], seconds: float) -> tuple[Word, ...]:
    """
    Return *words* as a narration of so many *seconds* has them: in the order of its texts, none
    over the next one, each heard for a while; where a speaker's timings are a little out, mended.

    Raises:
        CompositorError: They are timings of something else; cut by them, speech would be lost.
    """
    if not all(math.isfinite(w.start_seconds) and math.isfinite(w.end_seconds) for w in words):
        raise CompositorError("The narration's word timings are no numbers")
    ordered = sorted(words, key=lambda word: (word.segment, word.start_seconds))
    starts: list[float] = []
    for word in ordered:
        before = starts[-1] if starts else 0.0
        if before - word.start_seconds > _ASTRAY_SECONDS:
            raise CompositorError("The narration's words are not timed in the order of its texts")
        starts.append(min(max(word.start_seconds, before), seconds))
    following = [*starts[1:], seconds]
    ends = [
        min(word.end_seconds, after) if word.end_seconds > start else after
        for word, start, after in zip(ordered, starts, following, strict=True)
    ]
    heard = ends[-1] - starts[0]
    is_anothers = heard < _HEARD_SHARE * seconds and seconds - heard > _QUIET_SECONDS
    if is_anothers or heard <= 0:
        raise CompositorError(
            f"The narration's word timings don't fit its sound: they take {heard:.1f} s of "
            f"{seconds:.1f} s"
        )
    return tuple(
        evolve(word, start_seconds=start, end_seconds=end)
        for word, start, end in zip(ordered, starts, ends, strict=True)
    )


def lay(
    parted: Sequence[Utterance], windows: Sequence[tuple[int, int]], *, samples: int
) -> tuple[Utterance, ...]:
    """
    Place each utterance into its window, neighbours of one window sharing it.

    Where a window is too short its speech runs into the next; nothing overlaps, and all
    lies within *samples*.
    """
    starts: list[int] = []
    i = 0
    while i < len(parted):
        j = i
        while j < len(parted) and windows[j] == windows[i]:
            j += 1
        starts += _share(parted[i:j], windows[i], samples=samples)
        i = j
    earliest = LEAD_MIN
    for i, utterance in enumerate(parted):
        starts[i] = earliest = max(starts[i], earliest)
        earliest += utterance.samples + PAUSE_MIN
    latest = samples - TAIL_MIN
    for i in reversed(range(len(parted))):
        starts[i] = min(starts[i], latest - parted[i].samples)
        latest = starts[i] - PAUSE_MIN
    return tuple(evolve(u, start_sample=x) for u, x in zip(parted, starts, strict=True))


def spoken_samples(parted: Iterable[Utterance]) -> int:
    """
    Return how long *parted* are when heard one after the other with a pause after each.
    """
    return sum(utterance.samples + PAUSE for utterance in parted)


def _length(words: Sequence[Word], media: Media) -> int:
    if media.available_samples is not None:
        return media.available_samples
    return samples_of(words[-1].end_seconds)


def _part(words: Sequence[Word], length: int, *, by_sentence: bool) -> list[Utterance]:
    groups: list[list[Word]] = []
    for word in words:
        previous = groups[-1][-1] if groups else None
        if (
            previous is None
            or previous.segment != word.segment
            or (
                by_sentence
                and wording.ends_sentence(previous.text)
                and word.start_seconds - previous.end_seconds >= _SPLIT_SECONDS
            )
        ):
            groups.append([])
        groups[-1].append(word)
    edges = _edges([(g[0].start_seconds, g[-1].end_seconds) for g in groups], length)
    return [
        Utterance(
            text_index=group[0].segment,
            source_sample=start,
            source_samples=end - start,
            words=tuple(group),
        )
        for group, (start, end) in zip(groups, edges, strict=True)
    ]


def _edges(spans: Sequence[tuple[float, float]], length: int) -> list[tuple[int, int]]:
    """
    Return each span in samples with its breath and decay, as far as its pauses allow.
    """
    edges: list[tuple[int, int]] = []
    for i, (start, end) in enumerate(spans):
        before = start - (spans[i - 1][1] if i else 0.0)
        after = (spans[i + 1][0] if i + 1 < len(spans) else length / SAMPLE_RATE) - end
        onset = min(_ONSET_SECONDS, max(before, 0.0) * 0.3)
        decay = min(_DECAY_SECONDS, max(after, 0.0) * 0.7)
        first = max(samples_of(start - onset), edges[-1][1] if edges else 0)
        last = min(samples_of(end + decay), length)
        edges.append((min(first, length - 1), max(last, min(first, length - 1) + 1)))
    return edges


def _quicken(parted: Sequence[Utterance], *, media: Media, samples: int) -> tuple[Utterance, ...]:
    spoken = sum(utterance.source_samples for utterance in parted)
    # one sample an utterance is lost to rounding up
    room = samples - LEAD_MIN - TAIL_MIN - len(parted) - PAUSE_MIN * (len(parted) - 1)
    if spoken <= room:
        return tuple(parted)
    if room <= 0 or spoken > room * STRETCH_MAX:
        over = (spoken / STRETCH_MAX - room) / SAMPLE_RATE
        message = (
            f"The narration is too long: {spoken / SAMPLE_RATE:.1f} s of speech for an ad of "
            f"{samples / SAMPLE_RATE:g} s, even when spoken {STRETCH_MAX - 1:.0%} faster; "
            f"shorten the script by about {math.ceil(over * WORDS_PER_SECOND)} words"
        )
        raise CompositorError(message, media=media.id)
    speed = min(math.ceil(spoken / room * 10_000) / 10_000, STRETCH_MAX)
    return tuple(evolve(utterance, speed=speed) for utterance in parted)


def _share(group: Sequence[Utterance], window: tuple[int, int], *, samples: int) -> list[int]:
    """
    Return where the utterances of one window start: a little after it opens, spread.
    """
    start, end = window
    free = end - start - sum(utterance.samples for utterance in group)
    head = pause = 0
    if free > 0:
        opening = start == 0
        # the first words come at once: they are the hook
        head = min(LEAD if opening else samples_of(0.8), max(free * 35 // 100, 0))
        inner = len(group) - 1
        longest = samples // 24  # 0.6 s in a short ad, 2.5 s in a long one
        pause = min((free - head) * 2 // (2 * inner + 1), longest) if inner else 0
    starts = []
    at = start + head
    for utterance in group:
        starts.append(at)
        at += utterance.samples + pause
    return starts
