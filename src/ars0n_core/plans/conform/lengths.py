"""
When each stretch of film is shown: lengths that sum up exactly and keep their bounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence


@frozen(kw_only=True)
class Span:
    """
    How many frames a stretch of film would like (``wanted``), must have and may have;
    ``weight`` is its share of what is left over or missing.
    """

    wanted: int
    least: int
    most: int
    weight: float = 1.0


def water_fill(spans: Sequence[Span], frames: int) -> list[int] | None:
    """
    Return each span's length so that all sum up to *frames*; None if that can't be.

    Surplus and shortage are shared by weight; who has met a bound shares no more.

    >>> water_fill([Span(wanted=3, least=1, most=4), Span(wanted=3, least=1, most=9)], 10)
    [4, 6]
    """
    if not sum(s.least for s in spans) <= frames <= sum(s.most for s in spans):
        return None
    low, high = -1e6, 1e6
    for _ in range(64):  # halving 2e6 frames 64 times is below a float's step
        level = (low + high) / 2
        if sum(_at(span, level) for span in spans) < frames:
            low = level
        else:
            high = level
    exact = [_at(span, high) for span in spans]
    lengths = [int(length) for length in exact]
    missing = frames - sum(lengths)
    # the largest remainders first, then whoever still has room
    order = sorted(range(len(spans)), key=lambda i: (lengths[i] - exact[i], i))
    while missing:
        for i in order:
            step = (missing > 0) - (missing < 0)
            if step and spans[i].least <= lengths[i] + step <= spans[i].most:
                lengths[i] += step
                missing -= step
    return lengths


def settle(
    cuts: Sequence[int], spans: Sequence[Span], pauses: Sequence[tuple[int, int]]
) -> list[int]:
    """
    Move *cuts* into their *pauses*, as far as the spans on both sides allow.

    ``cuts`` are the frames at which spans begin and the last one ends; ``pauses[i]`` is
    the range of frames in which ``cuts[i]`` would not interrupt speech (empty, with its
    ends in the wrong order, where there is none).
    """
    moved = list(cuts)
    inner = range(1, len(moved) - 1)
    for i in (*inner, *reversed(inner)):
        first, last = pauses[i]
        target = min(max(moved[i], first), max(first, last))
        left, right = spans[i - 1], spans[i]
        earliest = max(moved[i - 1] + left.least, moved[i + 1] - right.most)
        latest = min(moved[i - 1] + left.most, moved[i + 1] - right.least)
        moved[i] = min(max(target, earliest), latest)
    return moved


def _at(span: Span, level: float) -> float:
    return min(max(span.wanted + level * span.weight, span.least), span.most)
