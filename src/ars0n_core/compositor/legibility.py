"""
Words read off the finished picture: whether they stand out, and stand where they may.

**Owns** which pictures are looked at: a few of each caption to find its letters (`letters`),
then all of its time, for a flash may last a single picture; and seeing whether anything can
be read where a title or a card's text was laid. **Does not own** how they are drawn
(`captions`, `titles`, `cards`), what is demanded (`certificate`), or decoding (`inspection`).
**Invariants**: a film is decoded once more at most, and only where nobody knows where its
captions were laid; few of its pictures are in memory at a time, however many captions it has.

Start at `Watch`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from ars0n_core.compositor import colors, commands, ffmpeg, letters

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import numpy.typing as npt

    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.letters import Letters
    from ars0n_core.compositor.placements import Placed
    from ars0n_core.compositor.subtitles import Subtitle

    Luma = npt.NDArray[np.uint8]

MOMENTS: Final = (0.1, 0.26, 0.42, 0.58, 0.74, 0.9)
"""
When in its time a caption is looked at, as shares of it.
"""

GRACE_MS: Final = 1.5
"""
How far from a picture's time a caption's may be that begins or ends with it: written in
milliseconds, rounded.
"""

BESIDE_FRAMES: Final = 2
"""
How far before and after a caption's time the picture without it is looked at.
"""


@frozen(kw_only=True)
class Legibility:
    """
    The least contrast of any caption with what is around its letters (1 where none is seen in
    the captions' zone), and the most of any that stands outside the safe area, as a share;
    and the least contrast of what is *placed* with its ground, by name.
    """

    contrast_min: float
    outside_max: float
    placed: dict[str, float]


@frozen(kw_only=True)
class _Look:
    """
    One caption: frames in it, those beside it that show no other, and the whole of it.
    """

    inside: tuple[int, ...]
    whole: range
    beside: tuple[int, ...]

    @property
    def last(self) -> int:
        return max(*self.inside, *self.beside)


class Watch:
    """
    Looks for the captions *shown* in a film's pictures of *size*, *fps* a second, as they come;
    and then where words were *placed*.

    Where a caption was laid is known of our own films: what is around it is kept for as long as
    it is shown. In others it has to be found first, and the film is decoded once more. ``rows``
    are those of the pictures that it wants to see, none where there are no captions.
    """

    def __init__(
        self,
        size: tuple[int, int],
        fps: float,
        shown: Sequence[Subtitle],
        placed: Sequence[Placed],
    ) -> None:
        self._size, self._fps, self._placed = size, fps, placed
        looks = (_look_at(each, shown, fps) for each in shown)
        self._looks = sorted(looks, key=lambda each: each.last)
        laid = [each for each in placed if each.is_caption]
        self._laid = [
            next((one.box for one in laid if one.frame in each.whole), None) for each in self._looks
        ]
        self.rows = self._rows()
        self._wanted = {n for each in self._looks for n in (*each.inside, *each.beside)}
        self._held: dict[int, Luma] = {}
        self._around: dict[int, list[Luma]] = {}
        self._settled = 0
        self._next = 0
        self._outside = 0.0
        self._least = 21.0
        self._found: list[tuple[range, Letters | None]] = []

    def _rows(self) -> range:
        """
        Return the rows of the pictures that must be seen: none where there are no captions.
        """
        seen = [
            range(self._size[1]) if box is None else letters.rows(box, self._size)
            for box in self._laid
        ]
        top = min((each.start for each in seen), default=0)
        return range(top, max((each.stop for each in seen), default=0))

    def add(self, strip: Luma) -> None:
        """
        Look at the next picture's `rows`.
        """
        n, top = self._next, self.rows.start
        self._next += 1
        if n in self._wanted:
            whole = np.zeros((self._size[1], self._size[0]), np.uint8)
            whole[top : top + len(strip)] = strip
            self._held[n] = whole
        for i, each in enumerate(self._looks[self._settled :], self._settled):
            box = self._laid[i]
            if box is not None and n in each.whole:
                part = strip[max(0, box.top - top) : box.bottom - top, box.left : box.right]
                self._around.setdefault(i, []).append(part.copy())
        while self._settled < len(self._looks) and n >= max(
            self._looks[self._settled].last, self._looks[self._settled].whole.stop - 1
        ):
            self._settle()

    def _settle(self) -> None:
        i, each = self._settled, self._looks[self._settled]
        self._settled += 1
        inside = [self._held[n] for n in each.inside if n in self._held]
        beside = [self._held[n] for n in each.beside if n in self._held]
        box, around = self._laid[i], self._around.pop(i, [])
        seen = letters.find(inside, beside, box) if inside else None  # else after the film's end
        if seen is not None:
            shift = letters.outside(seen, inside, beside)
            self._outside = max(self._outside, shift)
        if seen is not None and box is not None:
            read = [seen.contrast(part, box.top, self._size[1], box.left, self._size[0])
                    for part in around]  # fmt: skip
            self._least = min([self._least, *(one for one in read if one is not None)])
        else:
            self._found.append((each.whole, seen))
        first = min(each.inside + each.beside)
        self._held = {n: luma for n, luma in self._held.items() if n > first}

    def end(self, path: Path, *, binary: Ffmpeg, group: Group) -> Legibility:
        """
        Return what was found in the film at *path*, all of whose pictures have come.

        Raises:
            CompositorError: It can't be decoded.
        """
        while self._settled < len(self._looks):
            self._settle()
        texts = [each for each in self._placed if each.is_text]
        found = _contrast(path, self._found, self._size, binary, group)
        return Legibility(
            contrast_min=min(self._least, found),
            outside_max=self._outside,
            placed=_read(path, texts, self._size, self._fps, binary, group),
        )


def _contrast(
    path: Path,
    found: Sequence[tuple[range, Letters | None]],
    size: tuple[int, int],
    binary: Ffmpeg,
    group: Group,
) -> float:
    """
    Return the least contrast in any picture of any caption that was *found* in its frames; 1
    where one was not found at all.
    """
    shown = [(frames, seen) for frames, seen in found if seen is not None]
    if len(shown) < len(found):
        return 1.0
    if not shown:
        return 21.0
    width, height = size
    top = min(seen.box.top for _, seen in shown) // 2 * 2
    tall = -(-(max(seen.box.bottom for _, seen in shown) - top) // 2) * 2
    last = max(frames.stop for frames, _ in shown)
    graph = commands.strip(path, size=size, top=top, height=tall, frames=last)
    least = 21.0
    with ffmpeg.Process(
        ffmpeg.arguments(binary, graph), timeout_seconds=commands.patience(last), group=group
    ) as process:
        for n, block in enumerate(process.blocks(width * tall)):
            if len(block) < width * tall:
                break
            on = [seen for frames, seen in shown if n in frames]
            strip = np.frombuffer(block, np.uint8, width * tall).reshape(tall, width)
            seen_now = (seen.contrast(strip, top, height) for seen in on)
            least = min([least, *(each for each in seen_now if each is not None)])
    return least


def _read(
    path: Path,
    texts: Sequence[Placed],
    size: tuple[int, int],
    fps: float,
    binary: Ffmpeg,
    group: Group,
) -> dict[str, float]:
    """
    Return the contrast found where each of *texts* was laid: in colour, for a card's type may
    differ from its ground by that as well.
    """
    found = {each.name: 1.0 for each in texts}
    for frame in sorted({each.frame for each in texts}):
        graph = commands.chosen(path, [frame], size=size, fps=fps)
        made = ffmpeg.run(
            ffmpeg.arguments(binary, graph), timeout_seconds=commands.patience(frame), group=group
        )
        pixels = np.frombuffer(made.stdout, np.uint8)
        if len(pixels) < size[0] * size[1] * 3:
            continue  # after the film's end
        picture = pixels[: size[0] * size[1] * 3].reshape(size[1], size[0], 3)
        for each in texts:
            if each.frame == frame:
                box = each.box
                found[each.name] = _apart(picture[box.top : box.bottom, box.left : box.right])
    return found


def _apart(rgb: npt.NDArray[np.uint8]) -> float:
    """
    Return the contrast of the darkest with the lightest of *rgb*, single pixels aside: of type
    with its ground, where nothing else is.
    """
    if not rgb.size:
        return 1.0
    dark, light = np.percentile(colors.luminances(rgb), (0.5, 99.5))
    return colors.contrast(float(dark), float(light))


def _look_at(caption: Subtitle, shown: Sequence[Subtitle], fps: float) -> _Look:
    lasts = caption.end_ms - caption.start_ms
    inside = (round((caption.start_ms + lasts * part) * fps / 1000) for part in MOMENTS)
    others = [each for each in shown if each is not caption]
    before = max((each.end_ms for each in others if each.end_ms <= caption.start_ms), default=0)
    after = min((each.start_ms for each in others if each.start_ms >= caption.end_ms), default=0)
    first, last = caption.start_ms * fps / 1000, caption.end_ms * fps / 1000
    beside = []
    # Half way into a gap, but no further off than that the scene is still the same.
    if first - before * fps / 1000 >= 1:
        beside.append(math.ceil(first - min(BESIDE_FRAMES, (first - before * fps / 1000) / 2)))
    if not after or after * fps / 1000 - last >= 1:
        gap = after * fps / 1000 - last if after else BESIDE_FRAMES
        beside.append(math.floor(last + min(BESIDE_FRAMES, gap / 2)))
    # A millisecond's grace: times are frames, rounded.
    start, stop = math.ceil(first - fps / 1000), math.floor(last - fps / 1000) + 1
    start, stop = start + _is_between(first, fps), stop - _is_between(last, fps)
    whole = range(start, max(stop, start + 1))
    return _Look(inside=tuple(inside), beside=tuple(beside), whole=whole)


def _is_between(edge: float, fps: float) -> bool:
    """
    Whether a caption's *edge* lies between two pictures: the one beside it is then the nearest
    of another rate's, or a mixture of two.
    """
    return abs(edge - round(edge)) > GRACE_MS * fps / 1000
