"""
The film as independent pieces, each named by all that decides its pixels.

**Owns** where a film may be cut (never inside a transition), how long a piece is, and its
content address. **Does not own** rendering. **Invariants**: segments cover the film once,
in order; a segment's key holds nothing of where in the film it stands, who else is in it,
or how many workers there are; equal keys are equal bytes.

Start at `cut`.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import asdict, frozen

from ars0n_core import work
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Clip, EndCard

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ars0n_core.timelines import Timeline
    from ars0n_core.work import Json

Item: TypeAlias = Clip | EndCard

RENDERER: Final = 10
"""
Counts changes after which the same inputs give other pixels; old segments are then unused.
"""

SEGMENT_FRAMES_MAX: Final = 180
"""
6 s: longer bodies are cut in equal parts, an even number of them, so that two workers finish
together, an edit touches little, and a player can jump. A key picture takes as many bytes as a
second of what follows: shorter parts would make the film a tenth larger.
"""

STARTING: Final = 5.0
"""
What beginning and ending a segment takes, in encoded frames: a process, a key picture.
"""


@frozen(kw_only=True)
class Encoding:
    """
    How pictures are drawn and encoded: by which build, what it is told, and by what pixels
    are computed and type is set.
    """

    build: str
    command: tuple[str, ...]
    drawing: tuple[str, ...] = ()
    type: tuple[str, ...] = ()


@frozen(kw_only=True)
class Segment:
    """
    A piece of the film: ``frames`` frames from ``start_frame`` on, showing item ``lower``,
    and giving way to item ``upper`` all along if there is one; what either shows meanwhile has a
    key of its own.
    """

    start_frame: int
    frames: int
    lower: int
    upper: int | None
    key: str
    going: str | None = None
    coming: str | None = None

    @property
    def end_frame(self) -> int:
        """
        The first frame after the segment.
        """
        return self.start_frame + self.frames


def items(timeline: Timeline) -> tuple[Item, ...]:
    """
    Return what the picture track shows, in order.

    Raises:
        CompositorError: The items don't fit together, or don't fill the film.
    """
    track: list[Item] = [*timeline.clips]
    if timeline.card is not None:
        track.append(timeline.card)
    place = 0
    for index, item in enumerate(track):
        joined = overlap(item)
        free = track[index - 1].frames - overlap(track[index - 1]) if index else 0
        if item.frames < 1 or joined > min(free, item.frames) or item.start_frame != place - joined:
            raise CompositorError(
                f"picture item {index} does not fit the one before it at frame {item.start_frame}"
            )
        place = item.end_frame
    if place != timeline.frames:
        raise CompositorError(f"the pictures end at frame {place}, the film at {timeline.frames}")
    return tuple(track)


def overlap(item: Item) -> int:
    """
    Return how many frames *item* shares with the one before it.
    """
    return item.transition.frames if item.transition is not None else 0


def cut(
    timeline: Timeline, encoding: Encoding, dressing: Callable[[int, int], Json]
) -> tuple[Segment, ...]:
    """
    Return the segments of *timeline*; *dressing* tells what is laid over the frames of a
    stretch (first, frames), in frames counted from its first.
    """
    track = items(timeline)
    media = {each.id: each.sha256 for each in timeline.media}
    settings: dict[str, Json] = {
        "renderer": RENDERER,
        "build": encoding.build,
        "encoder": list(encoding.command),
        "drawing": list(encoding.drawing),
        "size": [timeline.width, timeline.height],
    }
    segments: list[Segment] = []
    for first, frames, lower, upper in _stretches(track):
        shown: list[Json] = [_shown(track[lower], first, media)]
        going = coming = None
        if upper is not None:
            shown.append(_shown(track[upper], first, media))
            going, coming = (
                work.digest({**settings, "frames": frames, "alone": each}) for each in shown
            )
            transition = track[upper].transition
            shown.append(transition.look.value if transition is not None else None)
        identity = {**settings, "frames": frames, "shown": shown, "over": dressing(first, frames)}
        shows = (lower,) if upper is None else (lower, upper)
        if identity["over"] or any(isinstance(track[index], EndCard) for index in shows):
            identity["type"] = list(encoding.type)
        segments.append(
            Segment(
                start_frame=first,
                frames=frames,
                lower=lower,
                upper=upper,
                key=work.digest(identity),
                going=going,
                coming=coming,
            )
        )
    return tuple(segments)


def _stretches(track: Sequence[Item]) -> list[tuple[int, int, int, int | None]]:
    """
    Return (first frame, frames, lower item, upper item) of each segment.
    """
    stretches: list[tuple[int, int, int, int | None]] = []
    for index, item in enumerate(track):
        following = overlap(track[index + 1]) if index + 1 < len(track) else 0
        first = item.start_frame + overlap(item)
        body = item.end_frame - following - first
        parts = -(-body // SEGMENT_FRAMES_MAX)
        parts += parts % 2 if parts > 1 else 0
        edges = [first + body * part // parts for part in range(parts + 1)] if parts else []
        stretches += [(begin, end - begin, index, None) for begin, end in itertools.pairwise(edges)]
        if following:
            stretches.append((item.end_frame - following, following, index, index + 1))
    return stretches


def _shown(item: Item, first: int, media: dict[str, str]) -> Json:
    """
    Return what decides the pixels of *item* in a stretch.
    """
    offset = first - item.start_frame
    if isinstance(item, Clip):
        if item.speed == 1:
            return [media[item.media], item.source_frame + offset]
        return [media[item.media], item.source_frame, item.speed, offset]
    words = asdict(item, filter=lambda field, _: field.name not in {"start_frame", "transition"})
    words["design"] = item.design.value
    words["logo"] = media[item.logo] if item.logo is not None else None
    words["offset"] = offset
    del words["frames"]  # a card's frame depends on its number alone
    return words


@frozen(kw_only=True)
class Run:
    """
    Segments that follow one another and show the same lower item: rendered in one go, so
    that the item is decoded once.
    """

    segments: tuple[Segment, ...]
    lead: int
    is_drawn: bool = False

    @property
    def cost(self) -> float:
        """
        About how long it takes, in encoded frames: decoding past the frames that are not
        wanted costs a quarter of encoding; a card is not decoded, and soon stands still.
        """
        each = 0.5 if self.is_drawn else 1.25
        frames = sum(segment.frames for segment in self.segments)
        return frames * each + len(self.segments) * STARTING + self.lead * 0.25


def runs(
    timeline: Timeline, missing: Sequence[Segment], workers: int, *, beside: float = 0.0
) -> tuple[Run, ...]:
    """
    Return how to render the *missing* segments with so many workers, the longest run first;
    what one of them does *beside* takes as long as so many encoded frames. Overlaps are runs of
    their own, unless one worker does all: whoever is free renders them of what was laid aside.
    """
    track = items(timeline)
    groups: list[list[Segment]] = []
    for segment in missing:
        last = groups[-1][-1] if groups else None
        if (
            last is not None
            and last.lower == segment.lower
            and last.end_frame == segment.start_frame
            and (workers == 1 or segment.upper is None)
        ):
            groups[-1].append(segment)
        else:
            groups.append([segment])
    laid = frozenset((one.lower, one.end_frame) for one in missing if one.upper is None)
    plan = [_run(track, group, laid) for group in groups]
    for _ in range(len(missing)):
        better = _halved(track, plan, workers, beside)
        if better is None:
            break
        plan = better
    return tuple(sorted(plan, key=lambda run: (-run.cost, run.segments[0].start_frame)))


def _run(
    track: Sequence[Item], group: Sequence[Segment], laid: frozenset[tuple[int, int]] = frozenset()
) -> Run:
    """
    Return the run of *group*; an overlap whose lower item (its index, and where the overlap begins)
    is among those *laid* aside by who renders what is before it decodes nothing of it.
    """
    first = group[0]
    item = track[first.lower]
    lead = first.start_frame - item.start_frame if isinstance(item, Clip) else 0
    if first.upper is not None and (first.lower, first.start_frame) in laid:
        lead = 0
    return Run(segments=tuple(group), lead=lead, is_drawn=isinstance(item, EndCard))


def _makespan(plan: Sequence[Run], workers: int, beside: float) -> float:
    loads = [0.0] * workers
    for cost in sorted([beside, *(run.cost for run in plan)], reverse=True):
        loads[loads.index(min(loads))] += cost
    return max(loads)


def _halved(
    track: Sequence[Item], plan: list[Run], workers: int, beside: float
) -> list[Run] | None:
    """
    Return *plan* with one run cut in two where that lets all finish sooner, or None.
    """
    best, least = None, _makespan(plan, workers, beside) * 0.97
    for index, run in enumerate(plan):
        for place in range(1, len(run.segments)):
            parts = [_run(track, run.segments[:place]), _run(track, run.segments[place:])]
            candidate = [*plan[:index], *parts, *plan[index + 1 :]]
            span = _makespan(candidate, workers, beside)
            if span < least:
                best, least = candidate, span
    return best
