"""
When each caption is shown: while it is spoken, and for as long as it takes to be read.

**Owns** moving captions' edges. **Does not own** which words share one (`captions`).
**Invariants**: none meets another, and none is shown for less time than it takes to be read
(but for `squeezed`); where all can't be, nothing is timed.

A caption that is spoken too fast first borrows what its neighbours can spare (`lent`). Where
that is not enough they are all moved as little as can be, in the sense of least squares, some before
they are heard and some after: what a subtitler would do. That is an isotonic regression, for
captions keep their order (`spread`).
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ars0n_core.plans import wording
from ars0n_core.timelines import FRAME_RATE, Cue

if TYPE_CHECKING:
    from collections.abc import Sequence

CUE_FRAMES_MIN: Final = 24
GAP_FRAMES: Final = 2
LINGER_FRAMES: Final = 9
"""
How long a caption stays after its last word.
"""

CHAIN_FRAMES: Final = 15
"""
Shorter holes between captions would flicker.
"""

LAG_FRAMES_MAX: Final = 6
"""
How long after its first word a caption may begin where it need not: more would read as out of
step.
"""

EARLY_FRAMES_MAX: Final = 4
"""
How long before its last word is over it may end at a join.
"""

_LEAD_FRAMES_MAX: Final = 9  # how long before its first word a caption may stand


def needed(texts: Sequence[str]) -> int:
    """
    Return how many frames it takes to read *texts* in one caption.

    >>> needed(["Hear", "it."]), needed(["Extraordinarily", "comfortable", "headphones"])
    (24, 57)
    """
    hyphens = sum(text.endswith(wording.SOFT) for text in texts[:-1])
    width = wording.columns(wording.joined(texts)) + hyphens
    frames = math.ceil(width * FRAME_RATE / wording.COLUMNS_PER_SECOND_MAX)
    return max(frames, CUE_FRAMES_MIN)


def lent(found: Sequence[Cue], end_frame: int) -> list[Cue] | None:
    """
    Return *found* with the ends moved: each long enough to read, clear of the next one, all
    before *end_frame*; None where neighbours can't spare as much.
    """
    timed: list[Cue] = []
    for i, cue in enumerate(found):
        start = max(cue.start_frame, timed[-1].start_frame + timed[-1].frames if timed else 0)
        if start >= end_frame:
            return None
        end = max(cue.start_frame + cue.frames + LINGER_FRAMES, start + CUE_FRAMES_MIN)
        if i + 1 < len(found):
            clear = found[i + 1].start_frame - GAP_FRAMES
            end = clear if clear - end < CHAIN_FRAMES else end
        end = max(min(end, end_frame), start + 1)
        timed.append(evolve(cue, start_frame=start, frames=end - start))
    _lend(timed)
    return timed if all(_spare(cue) >= 0 for cue in timed) else None


def _lend(timed: list[Cue]) -> None:
    """
    Give captions that are too quick to read some of their neighbours' spare time.

    A caption may stand a little before its first word, or begin a little after it; what its
    neighbour needs itself is not taken.
    """
    for i in range(len(timed)):
        _begin_earlier(timed, i)
        _end_later(timed, i)


def _begin_earlier(timed: list[Cue], i: int) -> None:
    cue, before = timed[i], timed[i - 1] if i else None
    hole = cue.start_frame
    if before is not None:
        hole = max(hole - before.start_frame - before.frames - GAP_FRAMES, 0)
    to_lend = max(_spare(before), 0) if before is not None else 0
    lead = min(-_spare(cue), _LEAD_FRAMES_MAX, hole + to_lend)
    if lead <= 0:
        return
    timed[i] = evolve(cue, start_frame=cue.start_frame - lead, frames=cue.frames + lead)
    if before is not None:
        timed[i - 1] = evolve(before, frames=before.frames - max(lead - hole, 0))


def _end_later(timed: list[Cue], i: int) -> None:
    if i + 1 == len(timed):
        return
    cue, after = timed[i], timed[i + 1]
    hole = max(after.start_frame - cue.start_frame - cue.frames - GAP_FRAMES, 0)
    more = min(-_spare(cue), hole + min(max(_spare(after), 0), LAG_FRAMES_MAX))
    if more <= 0:
        return
    lag = max(more - hole, 0)
    timed[i] = evolve(cue, frames=cue.frames + more)
    timed[i + 1] = evolve(after, start_frame=after.start_frame + lag, frames=after.frames - lag)


def _spare(cue: Cue) -> int:
    """
    Return how many frames longer than it takes to read *cue* is shown; negative if too few.
    """
    return cue.frames - needed([word.text for word in cue.words])


def spread(found: Sequence[Cue], end_frame: int, gap: int = GAP_FRAMES) -> list[Cue] | None:
    """
    Return *found*, each shown for as long as it must be, *gap* frames clear of the next one and
    as near to when it is heard as can be; None where *end_frame* leaves too little time.
    """
    lengths = [needed([word.text for word in cue.words]) for cue in found]
    # How far each would be from the first, were they shown one after the other without a pause.
    offsets = [0, *itertools.accumulate(length + gap for length in lengths)]
    latest = end_frame + gap - offsets[-1]
    if latest < 0:
        return None
    wanted = [cue.start_frame - offset for cue, offset in zip(found, offsets, strict=False)]
    moved = [round(min(max(at, 0), latest)) for at in _rising(wanted)]
    starts = [at + offset for at, offset in zip(moved, offsets, strict=False)]
    result: list[Cue] = []
    for i, cue in enumerate(found):
        clear = starts[i + 1] - gap if i + 1 < len(found) else end_frame
        end = max(cue.start_frame + cue.frames + LINGER_FRAMES, starts[i] + lengths[i])
        if i + 1 < len(found) and clear - end < CHAIN_FRAMES:
            end = clear
        end = min(end, clear)
        result.append(evolve(cue, start_frame=starts[i], frames=end - starts[i]))
    return result


def squeezed(found: Sequence[Cue], end_frame: int) -> list[Cue]:
    """
    Return *found* one after the other up to *end_frame*, each shown for the same part of the time
    that it takes.
    """
    lengths = [needed([word.text for word in cue.words]) for cue in found]
    ends = list(itertools.accumulate(lengths))
    edges = [0, *(max(end * end_frame // ends[-1], i) for i, end in enumerate(ends, 1))]
    return [
        evolve(cue, start_frame=start, frames=end - start)
        for cue, (start, end) in zip(found, itertools.pairwise(edges), strict=True)
    ]


def _rising(wanted: Sequence[int]) -> list[float]:
    """
    Return what never falls and is nearest to *wanted*, by least squares (pool adjacent
    violators).

    >>> _rising([0, 6, 2, 9])
    [0.0, 4.0, 4.0, 9.0]
    """
    pools: list[tuple[float, int]] = []  # sum, count
    for each in wanted:
        total, count = float(each), 1
        while pools and pools[-1][0] * count >= total * pools[-1][1]:
            before = pools.pop()
            total, count = total + before[0], count + before[1]
        pools.append((total, count))
    return [total / count for total, count in pools for _ in range(count)]


def out_of_step(found: Sequence[Cue], timed: Sequence[Cue]) -> int:
    """
    Return how many frames a caption is *timed* from when it was *found* to be heard, at most.
    """
    pairs = zip(found, timed, strict=True)
    return max((abs(one.start_frame - other.start_frame) for one, other in pairs), default=0)


def clear_of(cue: Cue, first: int, after: int) -> Cue:
    """
    Return *cue* ended before a join that it only lingers into, or begun after one in which it
    is only about to be heard; as it is where it takes the time to be read.
    """
    spare, end = _spare(cue), cue.start_frame + cue.frames
    said = cue.words[-1].start_frame + cue.words[-1].frames - EARLY_FRAMES_MAX
    heard = cue.words[0].start_frame + LAG_FRAMES_MAX
    for edge in (first, after):
        if cue.start_frame < said <= edge < end <= edge + spare:
            return evolve(cue, frames=edge - cue.start_frame)
    for edge in (after, first):
        if cue.start_frame < edge <= min(heard, cue.start_frame + spare):
            return evolve(cue, start_frame=edge, frames=end - edge)
    return cue


def within(cue: Cue) -> Cue:
    """
    Return *cue* with its words inside it, one after the other.
    """
    last = cue.start_frame + cue.frames
    words = []
    for word in cue.words:
        start = min(max(word.start_frame, cue.start_frame), last - 1)
        end = min(max(word.start_frame + word.frames, start + 1), last)
        words.append(evolve(word, start_frame=start, frames=end - start))
    return evolve(cue, words=tuple(words))
