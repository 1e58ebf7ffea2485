"""
Words read off the finished picture: whether they stand out, and stand where they may.

**Owns** finding a caption's letters among the pixels: white strokes that stand still while
it is shown and are gone before and after; and seeing whether anything can be read where a
title or a card's text was laid. **Does not own** how they are drawn (`captions`, `titles`,
`cards`) or what is demanded (`certificate`). **Invariants**: the film is decoded once,
however many captions it has, and few of its pictures are in memory at a time.

Start at `look`.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen
from PIL import Image, ImageFilter

from ars0n_core.compositor import captions, colors, commands, ffmpeg, safe_areas
from ars0n_core.compositor.flashes import LINEAR
from ars0n_core.compositor.safe_areas import Box

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

    import numpy.typing as npt

    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.placements import Placed
    from ars0n_core.compositor.subtitles import Subtitle

    Mask = npt.NDArray[np.bool_]
    Luma = npt.NDArray[np.uint8]

INK_CODE: Final = 200
INK_SHARE_MIN: Final = 0.002
"""
Captions are white; less of it than this in their zone, and none is shown.
"""

STROKE_SHARE: Final = 1 / 32
"""
Of the picture's height: no stroke of a letter is as thick, most white things are.
"""

HEART_CODE: Final = 216
STEP_CODES: Final = 28
"""
How bright a letter is in its middle, and by how much brighter than what is beside it, if it can
be told from it at all.
"""

MOVED_SHARE: Final = 1 / 80
"""
How far, of the picture's height, something white may move while a caption is shown.
"""

MOMENTS: Final = (0.15, 0.4, 0.6, 0.85)
MIDDLE: Final = slice(1, 3)
BESIDE_FRAMES: Final = 2
"""
Where in a caption's time it is looked at, and how far before and after.
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
    One caption: the frames in it, and those beside it that show no other.
    """

    inside: tuple[int, ...]
    beside: tuple[int, ...]

    @property
    def last(self) -> int:
        return max(*self.inside, *self.beside)


def look(
    path: Path,
    size: tuple[int, int],
    fps: float,
    shown: Sequence[Subtitle],
    placed: Sequence[Placed],
    *,
    binary: Ffmpeg,
    group: Group,
) -> Legibility:
    """
    Find the captions *shown* in the film at *path*, which has *fps* pictures of *size*, and look
    where words were *placed*.

    Raises:
        CompositorError: It can't be decoded.
    """
    looks = sorted((_look_at(each, shown, fps) for each in shown), key=lambda each: each.last)
    texts = [each for each in placed if each.is_text]
    wanted = sorted({frame for each in looks for frame in (*each.inside, *each.beside)})
    contrast, outside = 21.0, 0.0
    held: dict[int, Luma] = {}
    pictures = _pictures(path, wanted, size, fps, binary, group)

    for each in looks:
        while (not held or max(held) < each.last) and (found := next(pictures, None)):
            held[found[0]] = found[1]
        inside = [held[frame] for frame in each.inside if frame in held]
        if not inside:
            contrast = 1.0  # shown after the film's end
            break
        contrast = min(contrast, _contrast(inside))
        beside = [held[frame] for frame in each.beside if frame in held]
        outside = max(outside, _outside(inside[MIDDLE] or inside, beside))
        first = min(each.inside + each.beside)
        held = {frame: luma for frame, luma in held.items() if frame > first}
    pictures.close()
    read = _read(path, texts, size, fps, binary, group)
    return Legibility(contrast_min=contrast, outside_max=outside, placed=read)


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
    return _Look(inside=tuple(inside), beside=tuple(beside))


def _pictures(
    path: Path,
    wanted: Sequence[int],
    size: tuple[int, int],
    fps: float,
    binary: Ffmpeg,
    group: Group,
) -> Generator[tuple[int, Luma]]:
    """
    Yield the *wanted* pictures as (frame, luma), in order.
    """
    width, height = size
    if not wanted:
        return
    args = ffmpeg.arguments(binary, commands.lumas(path, wanted, size=size, fps=fps))
    patience = commands.patience(max(wanted, default=0))
    with ffmpeg.Process(args, timeout_seconds=patience, group=group) as process:
        for frame, block in zip(wanted, process.blocks(width * height), strict=False):
            if len(block) < width * height:
                return
            yield frame, np.frombuffer(block, np.uint8).reshape(height, width)


def _contrast(pictures: Sequence[Luma]) -> float:
    """
    Return the least contrast of white letters with what is around them, in the captions' zone,
    in any of the *pictures* of one caption.
    """
    height, width = pictures[0].shape
    zone = captions.caption_zone(width, height)
    shown = [_part(picture, zone) for picture in pictures]
    letters = _still(shown, width)
    found = [_contrast_of(luma, letters, height) for luma in shown]
    # A word that is lit is not white: but in its middle every caption has white letters.
    middle = found[MIDDLE] or found
    return min((each for each in found if each is not None), default=1.0) if middle[0] else 1.0


def _still(shown: Sequence[Luma], width: int) -> Mask:
    """
    Return where a white stroke stands at two moments that lie apart: letters do, and the
    gleam on a product that the camera passes does not.
    """
    strokes = [_strokes(luma, width) for luma in shown]
    still = np.zeros_like(strokes[0])
    for i, one in enumerate(strokes):
        for other in strokes[i + 2 :]:
            still |= one & other
    return still


def _contrast_of(luma: Luma, letters: Mask, height: int) -> float | None:
    """
    Return the contrast of what is white of *letters* (of all that is white, where there are
    none), None where nothing is.
    """
    white = luma >= INK_CODE
    ink = white & letters if (white & letters).mean() >= INK_SHARE_MIN else white
    if ink.mean() < INK_SHARE_MIN:
        return None
    around = _grown(ink, 1 + max(2, height // 320))
    ring = around & ~_grown(white, 1)  # the pixel at the edge is a mixture of both
    if not ring.any():
        return 1.0
    behind = float(np.percentile(LINEAR[luma[ring]], 95))
    return colors.contrast(float(np.median(LINEAR[luma[ink]])), behind)


def _outside(inside: Sequence[Luma], beside: Sequence[Luma]) -> float:
    """
    Return the share of a caption's letters that stands outside the safe area; what was there
    without the caption too is no letter, and without such a picture none can be told.
    """
    if not beside:
        return 0.0
    height, width = inside[0].shape
    zone, area = captions.caption_zone(width, height), safe_areas.safe_area(width, height)
    rows = Box(0, max(0, zone.top - zone.height), width, height)
    letters = np.logical_and.reduce([_strokes(_part(luma, rows), width) for luma in inside])
    may = np.zeros_like(letters)
    may[max(0, area.top - rows.top) : area.bottom - rows.top, area.left : area.right] = True
    strays = letters & ~may
    for luma in beside:
        strays &= ~_spread(_part(luma, rows) >= INK_CODE, round(height * MOVED_SHARE))
    count = int((letters & may).sum()) + int(strays.sum())
    return float(strays.sum() / count) if count else 0.0


def _part(luma: Luma, box: Box) -> Luma:
    return luma[box.top : box.bottom, box.left : box.right]


def _strokes(luma: Luma, width: int) -> Mask:
    """
    Return where *luma*, of a picture of *width*, is white at heart, thin, and ends at once: a
    letter is, and the line at which a soft light becomes as bright as one isn't.
    """
    ink = (luma >= INK_CODE) & _spread(luma >= HEART_CODE, max(2, width // 240))
    reach = max(2, round(width * STROKE_SHARE / 2))
    thick = _spread(~_spread(~ink, reach), reach + reach // 2)  # and the rough of its edge
    near = Image.fromarray(luma).filter(ImageFilter.MinFilter(2 * max(2, width // 180) + 1))
    ends = luma >= np.asarray(near).astype(np.int16) + STEP_CODES
    return np.asarray(ink & ~thick & ends)


def _spread(mask: Mask, reach: int) -> Mask:
    """
    Return *mask* grown by *reach* pixels to every side, by sums along rows and columns.
    """
    out = mask
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (reach + 1, reach)
        sums = np.cumsum(np.pad(out, padding), axis=axis, dtype=np.int32)
        window = 2 * reach + 1
        high = np.take(sums, range(window, sums.shape[axis]), axis=axis)
        low = np.take(sums, range(sums.shape[axis] - window), axis=axis)
        out = high > low
    return out


def _grown(mask: Mask, by: int) -> Mask:
    grown = mask
    for _ in range(by):
        padded = np.pad(grown, 1)
        grown = (
            padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2]
            | padded[1:-1, 2:]
        )  # fmt: skip
    return grown
