"""
Segments drawn and encoded: decoders in, pixels changed in place, an encoder out.

**Owns** the passage of one run of segments through one thread. **Does not own** what is
rendered (`segments`), what is drawn (`reels`, `transitions`, `dressing`) or how pieces are
joined (`mp4`). **Invariants**: three frames are in memory at once; a segment's file appears
under its name only when it is whole.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from ars0n_core.compositor import (
    commands,
    ffmpeg,
    frames,
    heaps,
    mp4,
    probe,
    reels,
    stills,
    transitions,
)
from ars0n_core.compositor.cache import RAW, Cache
from ars0n_core.compositor.dressing import Dressing
from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
from ars0n_core.compositor.frames import Frame
from ars0n_core.compositor.groups import Once, Pledges
from ars0n_core.compositor.probe import MediaFacts
from ars0n_core.compositor.segments import Item, Segment
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Clip, MediaKind, Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ars0n_core.compositor.cards import CardArt
    from ars0n_core.compositor.frames import Patch
    from ars0n_core.compositor.reels import FootageReel, Reel
    from ars0n_core.compositor.segments import Run
    from ars0n_core.timelines import EndCard


SEEN: Final = 0.5
"""
Where more of a picture than this is drawn on, it is brought in whole: the parts cost more.
"""


EARLY: Final = 30
"""
How many pictures before the end of a body what follows it may be laid aside, if another worker has
nothing to do but to wait for it: these are then encoded while it renders the overlap.
"""

AHEAD: Final = 3
"""
Pictures given to an encoder before it has taken them up: left to itself, ffmpeg reads two dozen
into its queues, 33 MB at 720p.
"""


@frozen(kw_only=True, eq=False)
class Task:
    """
    All that rendering a run needs; ``folder`` is where segments go, ``encode`` makes the graph
    (target, frames) that encodes one, ``facts`` is what was seen of media so far, ``art`` the
    end card once it is drawn, ``cache`` what is left of other renders, ``joints`` the overlaps
    still to be rendered, by what comes in, ``pledges`` what is being laid aside for them.
    """

    timeline: Timeline
    track: tuple[Item, ...]
    media: Mapping[str, Path]
    dressing: Dressing
    encode: Callable[..., Any]
    binary: Ffmpeg
    group: Group
    folder: Path
    cache: Cache
    facts: dict[str, MediaFacts] = field(factory=dict)
    art: Once[Any] = field(factory=Once)
    joints: dict[int, Segment] = field(factory=dict)
    pledges: Pledges = field(factory=Pledges)

    def file(self, segment: Segment) -> Path:
        """
        Where the segment is found once it is rendered.
        """
        return self.folder / f"{segment.key}.mp4"

    def own(self, segment: Segment) -> Path:
        """
        Where who renders the overlap *segment* lays aside what goes.
        """
        return self.folder / f"{segment.key}.own.yuv"

    def opening(self, segment: Segment) -> Path:
        """
        Where what comes in during the overlap *segment* is laid aside by who decodes it anyway.
        """
        return self.folder / f"{segment.key}.opening.yuv"

    def ending(self, segment: Segment) -> Path:
        """
        Where what goes is laid aside by who decodes it for another worker's *segment*.
        """
        return self.folder / f"{segment.key}.ending.yuv"

    def rest(self, segment: Segment) -> Path:
        """
        Where the last pictures of the body before the overlap *segment* are laid aside.
        """
        return self.folder / f"{segment.key}.rest.yuv"

    def expect(self, missing: Iterable[Segment]) -> None:
        """
        Say what will be rendered.
        """
        self.joints.update((each.upper, each) for each in missing if each.upper is not None)

    def pledge(self, run: Run) -> None:
        """
        Say that *run* is about to be rendered, and so what it will lay aside.
        """
        first, last = run.segments[0], run.segments[-1]
        if _lead(self, first):
            self.pledges.pledge([self.opening(self.joints[first.lower])])
        if (after := _after(self, last)) is not None:
            self.pledges.pledge([self.ending(after)])

    def is_ready(self, run: Run, others: Iterable[Run]) -> bool:
        """
        Whether *run* need not wait: it begins with no overlap that one of the *others*, not begun
        yet, or another worker will have laid aside what goes for.
        """
        first = run.segments[0]
        if first.upper is None:
            return True
        return not self.pledges.is_pending(self.ending(first)) and not any(
            _after(self, other.segments[-1]) is first for other in others
        )


def render(task: Task, run: Run, done: Callable[[Segment], None]) -> None:
    """
    Render the segments of *run* in order, and call *done* after each.

    Raises:
        CompositorError: A medium can't be decoded (it is named), or the machine can't.
    """
    size = (task.timeline.width, task.timeline.height)
    frame = Frame.empty(*size)
    first, last = run.segments[0], run.segments[-1]
    lead, after = _lead(task, first), _after(task, last)
    count = lead + last.end_frame - first.start_frame + (after.frames if after else 0)
    opening = task.opening(task.joints[first.lower]) if lead else None
    with (
        task.pledges.keeping(_awaited(task, run)),
        contextlib.ExitStack() as opened,
    ):
        reel = opened.enter_context(_lower(task, first, lead, count))
        if opening is not None:
            reels.lay_aside(opening, reel, frame, lead)
            task.cache.store(_raw(task.joints[first.lower].coming), opening)
            task.pledges.keep(opening)
        for segment in run.segments:
            if segment.upper is None:
                passing = reel if isinstance(reel, reels.FootageReel) and reel.passes else None
                parting = None
                if after is not None and segment is last:
                    parting = partial(_parted, task, opened, reel, frame, after)
                _encode(task, segment, partial(_plain, reel, frame), frame, passing, parting)
            else:
                # An overlap ends its run: what is left of the lower item is laid aside, so that
                # no worker ever holds two decoders beside an encoder.
                if isinstance(reel, reels.FootageReel):
                    # Under a name of its own: another worker may be laying the same aside.
                    reels.lay_aside(task.own(segment), reel, frame, segment.frames)
                    task.cache.store(_raw(segment.going), task.own(segment))
                    opened.close()
                    reel = opened.enter_context(reels.SpilledReel(task.own(segment)))
                _overlap(task, segment, reel, frame)
            done(segment)


def _parted(
    task: Task,
    opened: contextlib.ExitStack,
    reel: Reel,
    frame: Frame,
    after: Segment,
    left: int,
) -> Callable[[int], Frame] | None:
    """
    Lay aside the *left* pictures of a body that are still to be encoded and what goes in the
    overlap *after* it, for another worker; return what shows the former. With none left, or few
    and somebody waiting: until then, nothing is done and None returned.
    """
    ending = task.ending(after)
    if left and not (left <= EARLY and task.pledges.is_awaited(ending)):
        return None
    if left:
        reels.lay_aside(task.rest(after), reel, frame, left)
    reels.lay_aside(ending, reel, frame, after.frames)
    task.cache.store(_raw(after.going), ending)
    task.pledges.keep(ending)
    if left:
        reel = opened.enter_context(reels.SpilledReel(task.rest(after)))
    return partial(_plain, reel, frame)


def _awaited(task: Task, run: Run) -> list[Path]:
    """
    Return what others may wait for while *run* is rendered.
    """
    first, last = run.segments[0], run.segments[-1]
    before = task.joints.get(first.lower) if first.upper is None else None
    after = task.joints.get(last.lower + 1) if last.upper is None else None
    paths = [task.opening(before)] if before is not None else []
    return [*paths, task.ending(after)] if after is not None else paths


def _lower(task: Task, first: Segment, lead: int, count: int) -> Reel:
    """
    Return the lower item of a run that begins with *first*, from *lead* frames before it on:
    as it was laid aside, where another worker has decoded it or is about to, or another render did.
    """
    if first.upper is not None:
        ending = task.ending(first)
        task.pledges.wait(ending, task.group)
        if ending.exists() or task.cache.fetch(_raw(first.going), ending):
            return reels.SpilledReel(ending)
    return _reel(task, first.lower, first.start_frame - lead, count)


def _raw(key: str | None) -> str:
    """
    Return under which name the cache keeps the pictures of *key* as they are.
    """
    return f"{key}{RAW}"


def _lead(task: Task, first: Segment) -> int:
    """
    Return how many frames before *first*, the first of a run, are wanted by the overlap before
    it, which is yet to be rendered: they are decoded on the way.
    """
    item, joint = task.track[first.lower], task.joints.get(first.lower)
    if joint is None or joint.end_frame != first.start_frame or not isinstance(item, Clip):
        return 0
    return 0 if first.upper is not None or task.file(joint).exists() else joint.frames


def _after(task: Task, last: Segment) -> Segment | None:
    """
    Return the overlap after *last*, the last of a run, if it is yet to be rendered by another.
    """
    joint = task.joints.get(last.lower + 1)
    if joint is None or last.upper is not None or joint.start_frame != last.end_frame:
        return None
    return None if task.file(joint).exists() else joint


def _overlap(task: Task, segment: Segment, reel: Reel, frame: Frame) -> None:
    """
    Render the *segment* in which *reel*, read into *frame*, gives way to the next item.
    """
    assert segment.upper is not None  # noqa: S101 (only called for overlaps)
    transition = task.track[segment.upper].transition
    if transition is None:
        raise CompositorError("two items overlap without a transition")
    look = transition.look
    upper, out = (Frame.empty(task.timeline.width, task.timeline.height) for _ in range(2))
    opening, coming = task.opening(segment), segment.upper
    task.pledges.wait(opening, task.group)
    with (
        reels.SpilledReel(opening)
        if opening.exists() or task.cache.fetch(_raw(segment.coming), opening)
        else _reel(task, coming, segment.start_frame, segment.frames)
    ) as following:

        def joined(n: int) -> Frame:
            one, other = reel.read(frame), following.read(upper)
            transitions.draw(look, one, other, n, segment.frames, out)
            return out

        _encode(task, segment, joined, out)
    heaps.trim()  # three pictures, and what mixed them


def _plain(reel: Reel, frame: Frame, n: int) -> Frame:
    del n
    return reel.read(frame)


def _encode(
    task: Task,
    segment: Segment,
    picture: Callable[[int], Frame],
    frame: Frame,
    passing: FootageReel | None = None,
    parting: Callable[[int], Callable[[int], Frame] | None] | None = None,
) -> None:
    """
    Encode the pictures of *segment*, dressed, and let its file appear.

    Of a *passing* reel only the rows that are drawn on are brought into *frame*. *parting* is told how
    many pictures are left, and shows them once it does anything.
    """
    target = task.file(segment)
    beside = target.with_suffix(".part.mp4")
    graph = task.encode(beside, frames=segment.frames)
    with ffmpeg.Process(
        ffmpeg.arguments(task.binary, graph),
        timeout_seconds=commands.patience(segment.frames),
        writes=True,
        group=task.group,
    ) as encoder:
        for n in range(segment.frames):
            if task.binary.tells_frames:
                encoder.await_lines(n - AHEAD)
            if parting is not None and (rest := parting(segment.frames - n)) is not None:
                passing, picture, parting = None, rest, None
            worn = task.dressing.patches(segment.start_frame + n)
            bands = frames.bands(worn, frame.height)
            seen = sum(bottom - top for top, bottom, _ in bands)
            if passing is not None and seen <= frame.height * SEEN:
                _pass_on(passing, encoder, frame, bands)
                continue
            shown = picture(n)
            if worn and shown is not frame:  # it is kept, and so not drawn on
                frame.copy_from(shown)
                shown = frame
            frames.lay(shown, worn)
            encoder.write(shown.view())
        if parting is not None:
            parting(0)  # while the last pictures are encoded
        encoder.finish()
    encoded = len(mp4.read(beside).sizes)
    if encoded != segment.frames:
        raise CompositorError(f"{encoded} of {segment.frames} frames were encoded", retryable=True)
    beside.replace(target)


def _pass_on(
    reel: FootageReel,
    encoder: ffmpeg.Process,
    frame: Frame,
    bands: Sequence[tuple[int, int, list[Patch]]],
) -> None:
    """
    Bring the rows of *bands* into the planes of *frame*, lay their patches over them, and hand all
    other rows from *reel* to *encoder* untouched.
    """
    unseen = 0
    for index, plane in enumerate(frame.planes):
        step = 2 if index else 1
        done = 0
        for top, bottom, patches in bands:
            first, last = top // step, bottom // step
            view = plane[first:last].data.cast("B")
            reel.pass_on(encoder, unseen + (first - done) * plane.shape[1])
            reel.take(view)
            frames.cover(plane, index, patches)
            encoder.write(view)
            done, unseen = last, 0
        unseen += (plane.shape[0] - done) * plane.shape[1]
    reel.pass_on(encoder, unseen)


def _reel(task: Task, index: int, start_frame: int, count: int) -> Reel:
    """
    Return item *index* opened for the film's frames from *start_frame* on.
    """
    item = task.track[index]
    first = start_frame - item.start_frame
    size = (task.timeline.width, task.timeline.height)
    if not isinstance(item, Clip):
        return reels.CardReel(card(task, item), first)
    path = task.media[item.media]
    kind = next((each.kind for each in task.timeline.media if each.id == item.media), None)
    if kind is MediaKind.STILL:
        return reels.StillReel(path, item.media, *size)
    facts = task.facts.get(item.media)
    if facts is None:
        facts = probe.probe(path, binary=task.binary, media=item.media, group=task.group)
        task.facts[item.media] = facts
    return reels.FootageReel(
        item, path, first, count, size=size, binary=task.binary, group=task.group, facts=facts
    )


def card(task: Task, item: EndCard) -> CardArt:
    """
    Return the film's end card, drawn: a fifth of a second, so once for all that show it.
    """
    art: CardArt = task.art.get(partial(_card, task, item))
    return art


def _card(task: Task, item: EndCard) -> CardArt:
    # Eight designs that only who draws one pays for: loaded late.
    from ars0n_core.compositor import cards  # noqa: PLC0415 (the same)

    logo = None
    if item.logo is not None:
        logo = stills.opened(task.media[item.logo], item.logo)
    art = cards.card(item, task.timeline.width, task.timeline.height, logo)
    heaps.trim()  # it is drawn in floats, and kept in bytes
    return art
