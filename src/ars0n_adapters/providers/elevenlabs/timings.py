"""
When each written word is spoken, from the service's times for each character.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_core.plans.derive import is_spoken
from ars0n_core.timelines import Word

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@frozen(kw_only=True)
class Alignment:
    """
    The characters as sent, and when each is spoken, in seconds.
    """

    characters: tuple[str, ...]
    starts: tuple[float, ...]
    ends: tuple[float, ...]


def aligned(columns: Sequence[Sequence[object]] | None) -> Alignment | None:
    """
    Return the alignment of these characters, starts and ends, or None if they are none: a
    time that is no number is none, and no reason to lose the sound.
    """
    if not columns or not all(columns):
        return None
    characters, *times = columns
    texts = tuple(one for one in characters if isinstance(one, str))
    starts, ends = (
        tuple(one for one in map(_seconds, column) if one is not None) for column in times
    )
    if {len(texts), len(starts), len(ends)} != {len(characters)}:
        return None
    return Alignment(characters=texts, starts=starts, ends=ends)


def _seconds(told: object) -> float | None:
    if isinstance(told, bool) or not isinstance(told, int | float):
        return None
    return float(told) if math.isfinite(told) else None


def words_of(
    pieces: Sequence[tuple[str, int]], alignment: Alignment | None, seconds: float
) -> tuple[Word, ...]:
    """
    Return the words of *pieces* (text, segment), which one sound of so many *seconds* says.

    Where the alignment is missing or of other words, they are spread by their length.
    Signs that stand alone ("-") belong to the word before them; where a text begins with them, to
    the first.
    """
    written = [(word, segment) for text, segment in pieces for word in text.split()]
    spans = _spans(alignment)
    if len(spans) != len(written):
        spans = _spread([word for word, _ in written], _bounds(alignment, seconds))
    words: list[Word] = []
    before = 0.0
    for (text, segment), (start, end) in zip(written, spans, strict=True):
        start = min(max(start, before), seconds)  # noqa: PLW2901 - kept in order
        end = min(max(end, start), seconds)  # noqa: PLW2901 - and within the sound
        before = end
        if is_spoken(text) or not words or words[-1].segment != segment:
            words.append(Word(text=text, start_seconds=start, end_seconds=end, segment=segment))
        else:
            last = words.pop()
            words.append(
                Word(
                    text=f"{last.text} {text}",
                    start_seconds=last.start_seconds,
                    end_seconds=end,
                    segment=segment,
                )
            )
    return tuple(_whole(words))


def _whole(words: Sequence[Word]) -> Iterator[Word]:
    """
    Yield *words*, those that are only signs joined to the one after them in their text.
    """
    for index, word in enumerate(words):
        if not is_spoken(word.text):
            continue
        before = words[index - 1] if index else None
        opened = before is not None and before.segment == word.segment
        if before is not None and opened and not is_spoken(before.text):
            start = before.start_seconds
            yield evolve(word, text=f"{before.text} {word.text}", start_seconds=start)
        else:
            yield word


def _spans(alignment: Alignment | None) -> list[tuple[float, float]]:
    """
    Return start and end of each word: characters between white space.
    """
    if alignment is None:
        return []
    spans: list[tuple[float, float]] = []
    within = False
    for character, start, end in zip(
        alignment.characters, alignment.starts, alignment.ends, strict=False
    ):
        if character.isspace() or not character:
            within = False
        elif within:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
            within = True
    return spans


def _bounds(alignment: Alignment | None, seconds: float) -> tuple[float, float]:
    spans = _spans(alignment)
    if not spans or spans[-1][1] <= spans[0][0]:
        return 0.0, seconds
    return spans[0][0], min(spans[-1][1], seconds)


def _spread(words: list[str], bounds: tuple[float, float]) -> list[tuple[float, float]]:
    first, last = bounds
    total = sum(len(word) + 1 for word in words) or 1
    each = (last - first) / total
    spans, at = [], first
    for word in words:
        spans.append((at, at + len(word) * each))
        at += (len(word) + 1) * each
    return spans
