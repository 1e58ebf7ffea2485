"""
What a photo is of, and what stands behind it: found by colour, edges and alpha.

**Owns** `Subject` and how it is measured. **Does not own** what is then done with it:
`framing` places it, `backdrops` continues what is behind it, `scoring` checks that it
stayed in the picture, `moves` travels towards it. All measures are relative (0..1 of
the photo), made on a thumbnail of about 24,000 pixels, so they cost the same for any
photo and say nothing of its size.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import evolve, frozen
from PIL import Image

from ars0n_adapters.providers.offline import heads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Plane = NDArray[np.float32]

THUMBNAIL_PIXELS: Final = 24_000
"""
Enough to see a product's outline in; 15 ms to measure.
"""

CLIPPED_ABOVE: Final = 0.98
"""
250 of 255: what a camera or a scan writes where it saw nothing but light.
"""

WEAK: Final = 0.62
"""
Alpha below which something is a product's shadow and not a part of it.
"""

LUMA: Final = np.array((0.2126, 0.7152, 0.0722), np.float32)
"""
BT.709 weights, used on coded values: good enough to compare tones.
"""


class Ground(StrEnum):
    """
    What the subject stands on: nothing (alpha), one colour, or a real place.
    """

    CUTOUT = "cutout"
    PLAIN = "plain"
    SCENE = "scene"


@frozen
class Box:
    """
    A rectangle in 0..1 of a photo's width and height.
    """

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """
        How wide, in 0..1.
        """
        return self.right - self.left

    @property
    def height(self) -> float:
        """
        How high, in 0..1.
        """
        return self.bottom - self.top


@frozen(kw_only=True, eq=False)
class Subject:
    """
    What was found.

    ``saliency`` (rows, columns; float32) sums to 1 over the photo. ``matte`` is 1 on the
    subject and 0 behind it where that can be told (cutout, plain), else equal to the
    scaled saliency. ``detail`` is the busiest spot of the subject. ``color`` is the
    ground's, as 0..1 RGB. ``cut`` names the sides at which the subject leaves the photo (of
    a scene, top and bottom only).
    ``clipped`` is how much of it is burnt out or drowned in black. ``head`` is somebody's
    in a scene, hair and chin included, if one is seen.
    """

    ground: Ground
    saliency: Plane
    matte: Plane
    box: Box
    centre: tuple[float, float]
    detail: tuple[float, float]
    color: tuple[float, float, float]
    cut: frozenset[str]
    clipped: float
    head: Box | None = None


def find(photo: Image.Image) -> Subject:
    """
    Find the subject of *photo* (mode RGB or RGBA).

    >>> find(Image.new("RGB", (40, 30), "navy")).ground.value
    'scene'
    """
    small = thumbnail(photo)
    pixels = np.asarray(small.convert("RGBA"), np.float32) / np.float32(255)
    rgb, alpha = np.ascontiguousarray(pixels[..., :3]), pixels[..., 3]
    color = _ground_color(rgb)
    edges = _edges(rgb)
    lost = ((rgb.min(axis=2) > CLIPPED_ABOVE) | (rgb.max(axis=2) < 1 - CLIPPED_ABOVE)) & (alpha > 0)
    if (alpha < 0.5).mean() > 0.02 and alpha.mean() > 0.003:  # noqa: PLR2004 - 2 % see-through
        kept = _solid(alpha)
        return _subject(Ground.CUTOUT, kept, edges * kept, color, _cut_sides(kept), lost)
    away = np.sqrt(((rgb - np.asarray(color, np.float32)) ** 2).sum(axis=2))
    ring = _ring(away)
    if (ring < 0.06).mean() > 0.8:  # noqa: PLR2004 - four fifths of the rim within 15/255
        reached = _reached_from_rim(rgb, away, edges, color)
        matte = np.where(reached, np.float32(0), np.float32(1))
        matte[blurred(matte, 1) < 0.35] = 0  # noqa: PLR2004 - specks, which are no product
        matte = _without_shadow(matte, rgb, color)
        if 0.003 < matte.mean() < 0.97:  # noqa: PLR2004 - neither nothing nor everything
            return _subject(Ground.PLAIN, matte, edges * matte, color, _cut_sides(away), lost)
    standing, saliency = _distinctness(rgb, edges)
    found = _subject(Ground.SCENE, saliency, edges * saliency, color, frozenset(), lost)
    seen = heads.find(rgb)
    box = _outlined(standing, found.box)
    head = None if seen is None else Box(*seen)
    if head is not None and not box.left < (head.left + head.right) / 2 < box.right:
        head = None  # a bystander, or something that only looks like one
    if head is not None:
        box = Box(
            min(box.left, head.left),
            min(box.top, head.top),
            max(box.right, head.right),
            max(box.bottom, head.bottom),
        )
    return evolve(found, box=box, head=head, cut=_crossed(rgb, box))


def thumbnail(photo: Image.Image) -> Image.Image:
    """
    Return *photo* at about `THUMBNAIL_PIXELS` pixels, never enlarged.
    """
    shrink = min(1.0, (THUMBNAIL_PIXELS / (photo.width * photo.height)) ** 0.5)
    # A strip of 10000 x 100 keeps at least some rows.
    width = max(min(photo.width, 12), round(photo.width * shrink))
    height = max(min(photo.height, 12), round(photo.height * shrink))
    return photo.resize((width, height), Image.Resampling.BOX, reducing_gap=2.0)


def blurred(plane: Plane, radius: int) -> Plane:
    """
    Return *plane* smoothed by three box means of ``2 * radius + 1``, edges repeated.
    """
    result = plane
    for axis in (0, 1):
        reach = min(radius, plane.shape[axis] - 1)
        if reach < 1:
            continue
        pad = [(0, 0), (0, 0)]
        pad[axis] = (reach + 1, reach)
        for _ in range(3):
            sums = np.cumsum(np.pad(result, pad, mode="edge"), axis=axis, dtype=np.float64)
            size = plane.shape[axis]
            upper = np.take(sums, range(2 * reach + 1, 2 * reach + 1 + size), axis=axis)
            lower = np.take(sums, range(size), axis=axis)
            result = ((upper - lower) / (2 * reach + 1)).astype(np.float32)
    return result


def mass_within(saliency: Plane, box: Box) -> float:
    """
    Return the share of *saliency* inside *box* (0..1; the box may reach outside).
    """
    total = float(saliency.sum())
    if total <= 0:
        return 1.0
    rows = _coverage(saliency.shape[0], box.top, box.bottom)
    columns = _coverage(saliency.shape[1], box.left, box.right)
    return float(rows @ saliency @ columns) / total


def _coverage(count: int, low: float, high: float) -> Plane:
    edges = np.arange(count + 1, dtype=np.float32) / count
    inside = np.minimum(edges[1:], high) - np.maximum(edges[:-1], low)
    share: Plane = np.clip(inside * count, 0, 1).astype(np.float32)
    return share


def _subject(
    ground: Ground,
    saliency: Plane,
    busy: Plane,
    color: tuple[float, float, float],
    cut: frozenset[str],
    lost: NDArray[np.bool_],
) -> Subject:
    total = float(saliency.sum())
    share = saliency / total if total > 0 else np.full_like(saliency, 1 / saliency.size)
    tail = 0.04 if ground is Ground.SCENE else 0.002
    left, right = _quantiles(share.sum(axis=0), tail)
    top, bottom = _quantiles(share.sum(axis=1), tail)
    if ground is Ground.SCENE:  # what stands out is the heart of the subject, not its outline
        grow_x, grow_y = 0.12 * (right - left), 0.12 * (bottom - top)
        left, right = max(0.0, left - grow_x), min(1.0, right + grow_x)
        top, bottom = max(0.0, top - grow_y), min(1.0, bottom + grow_y)
    x = float((share.sum(axis=0) * _centres(share.shape[1])).sum())
    y = float((share.sum(axis=1) * _centres(share.shape[0])).sum())
    rows, columns = share.shape
    within = np.zeros_like(share)
    inset_x, inset_y = 0.12 * (right - left), 0.12 * (bottom - top)
    first, above = int((left + inset_x) * columns), int((top + inset_y) * rows)
    within[
        above : max(above + 1, round((bottom - inset_y) * rows)),
        first : max(first + 1, round((right - inset_x) * columns)),
    ] = 1
    small = min((right - left) * columns, (bottom - top) * rows)
    spot = blurred(busy.astype(np.float32), max(2, int(0.16 * small))) * within
    row, column = np.unravel_index(int(spot.argmax()), spot.shape)
    peak = float(saliency.max())
    return Subject(
        ground=ground,
        saliency=share.astype(np.float32),
        matte=(saliency / peak if peak > 0 else saliency).astype(np.float32),
        box=Box(left, top, right, bottom),
        centre=(x, y),
        detail=((int(column) + 0.5) / share.shape[1], (int(row) + 0.5) / share.shape[0]),
        color=color,
        cut=cut,
        clipped=float(share[lost].sum()),
    )


def _centres(count: int) -> Plane:
    return ((np.arange(count) + 0.5) / count).astype(np.float32)


def _quantiles(weights: Plane, tail: float) -> tuple[float, float]:
    """
    Return where the mass of *weights* begins and ends, *tail* of it cut at either end.
    """
    sums = np.concatenate(([0.0], np.cumsum(weights, dtype=np.float64)))
    sums /= sums[-1] or 1.0
    places = np.arange(sums.size) / (sums.size - 1)
    low = float(places[np.searchsorted(sums, tail, side="right") - 1])
    high = float(places[min(int(np.searchsorted(sums, 1 - tail, side="left")), sums.size - 1)])
    return (low, high) if high > low else (0.0, 1.0)


def _ring(plane: Plane) -> Plane:
    return np.concatenate((plane[0], plane[-1], plane[:, 0], plane[:, -1]))


def _ground_color(rgb: NDArray[np.float32]) -> tuple[float, float, float]:
    ring = np.concatenate((rgb[0], rgb[-1], rgb[:, 0], rgb[:, -1]))
    red, green, blue = np.median(ring, axis=0)
    return float(red), float(green), float(blue)


def _edges(rgb: NDArray[np.float32]) -> Plane:
    """
    Return the gradient's size per pixel, the strongest channel's.
    """
    down, across = np.zeros_like(rgb), np.zeros_like(rgb)
    down[1:] = np.abs(np.diff(rgb, axis=0))
    across[:, 1:] = np.abs(np.diff(rgb, axis=1))
    strongest: Plane = (down + across).max(axis=2)
    return strongest


def _reached_from_rim(
    rgb: NDArray[np.float32],
    away: Plane,
    edges: Plane,
    color: tuple[float, float, float],
) -> NDArray[np.bool_]:
    """
    Return which pixels are ground: joined to the rim without crossing an outline.

    A soft shadow on the ground is ground: the ground's colour made darker, without edges.
    """
    luma = rgb @ LUMA
    level = max(float(np.asarray(color, np.float32) @ LUMA), 1e-3)
    tinted = np.abs(rgb - np.asarray(color, np.float32) * (luma / level)[..., None]).max(axis=2)
    shadow = (tinted < 0.03) & (edges < 0.045) & (luma > 0.35 * level)  # noqa: PLR2004 - 8/255, 11/255
    passable = (away < 0.03) | shadow  # noqa: PLR2004 - JPEG noise around white stays below 8/255
    reached = np.zeros(passable.shape, np.bool_)
    reached[0], reached[-1] = passable[0], passable[-1]
    reached[:, 0], reached[:, -1] = passable[:, 0], passable[:, -1]
    count = -1
    while count != (count := int(reached.sum())):
        for _ in range(8):
            grown = reached.copy()
            grown[1:] |= reached[:-1]
            grown[:-1] |= reached[1:]
            grown[:, 1:] |= reached[:, :-1]
            grown[:, :-1] |= reached[:, 1:]
            reached = grown & passable
    return reached


def _solid(alpha: Plane) -> Plane:
    """
    Return *alpha* without what is fainter than a product (a shadow), unless most of it is.
    """
    kept = np.where(alpha > WEAK, alpha, np.float32(0)).astype(np.float32)
    return kept if float(kept.sum()) > 0.25 * float(alpha.sum()) else alpha


def _without_shadow(
    matte: Plane, rgb: NDArray[np.float32], color: tuple[float, float, float]
) -> Plane:
    """
    Return *matte* without a lower part that hangs in the air below it and is only the ground
    made darker: the shadow of something that floats.
    """
    rows = np.flatnonzero(matte.any(axis=1))
    ground = np.asarray(color, np.float32)
    for gap in np.flatnonzero(np.diff(rows) > 1):
        first = int(rows[gap + 1])
        part = matte[first:] > 0
        luma = (rgb[first:] @ LUMA) / max(float(ground @ LUMA), 1e-3)
        tinted = np.abs(rgb[first:] - ground * luma[..., None]).max(axis=2)
        small = float(part.sum()) < 0.3 * float(matte.sum())
        if small and float((tinted[part] < 0.07).mean()) > 0.9:  # noqa: PLR2004 - grey all over
            kept = matte.copy()
            kept[first:] = 0
            return kept
    return matte


def _cut_sides(away: Plane) -> frozenset[str]:
    """
    Return the sides along which more than a twentieth is not ground.
    """
    sides = {"top": away[0], "bottom": away[-1], "left": away[:, 0], "right": away[:, -1]}
    limit = 0.05
    return frozenset(name for name, line in sides.items() if (line > 0.1).mean() > limit)  # noqa: PLR2004 - more than grain


def _crossed(rgb: NDArray[np.float32], box: Box) -> frozenset[str]:
    """
    Return at which of its upper and lower edge a scene's subject seems to leave the photo:
    where the rim above or below it is unlike the rim beside.
    """
    rows, columns = rgb.shape[:2]
    fifth = 0.2 * box.width
    left, right = int((box.left + fifth) * columns), round((box.right - fifth) * columns)
    if right - left < 2 or left + columns - right < columns // 8:  # noqa: PLR2004 - nothing beside
        return frozenset()
    depth = max(1, rows // 20)
    crossed = set()
    for side, strip in (("top", rgb[:depth]), ("bottom", rgb[-depth:])):
        beside = np.concatenate((strip[:, :left], strip[:, right:]), axis=1).reshape(-1, 3)
        middle = np.median(beside, axis=0)
        usual = float(np.quantile(np.abs(beside - middle).max(axis=1), 0.75))
        away = np.abs(strip[:, left:right] - middle).max(axis=2)
        if (away > max(0.14, 1.8 * usual)).mean() > 0.3:  # noqa: PLR2004 - more than a shade
            crossed.add(side)
    return frozenset(crossed)


def _outlined(standing: Plane, box: Box) -> Box:
    """
    Return *box* grown, above all upwards, for as long as what is in it goes on beyond it.

    What stands out most is the heart of a subject: a bottle's label, a body's middle. Its
    neck or head is told by going on, in the box's middle columns, to be unlike the rim.
    """
    rows, columns = standing.shape
    top, bottom = int(box.top * rows), min(rows, round(box.bottom * rows))
    left, right = int(box.left * columns), min(columns, round(box.right * columns))
    core = standing[top : max(bottom, top + 1), left : max(right, left + 1)]
    enough = 0.5 * float(core.mean())
    fifth = (right - left) // 5
    lines = np.sort(standing[:, left + fifth : max(right - fifth, left + fifth + 1)], axis=1)
    # The busiest third of a line: a neck is narrower than what it grows from.
    upwards = lines[:, -max(1, lines.shape[1] // 3) :].mean(axis=1)
    highest = max(0, top - round(0.7 * (bottom - top)))
    while top > highest and upwards[top - 1] > enough:
        top -= 1
    lowest = min(rows, bottom + round(0.3 * (bottom - top)))
    while bottom < lowest and upwards[bottom] > enough:
        bottom += 1
    return Box(box.left, min(box.top, top / rows), box.right, max(box.bottom, bottom / rows))


def _distinctness(rgb: NDArray[np.float32], edges: Plane) -> tuple[Plane, Plane]:
    """
    Return how much each pixel stands out: from its surroundings, from the rim, by edges;
    and the same with the middle counting most and what stands out little at 0.
    """
    rows, columns = edges.shape
    fine, coarse = max(1, min(rows, columns) // 40), max(2, min(rows, columns) // 5)
    near = np.stack([blurred(rgb[..., c], fine) for c in range(3)], axis=2)
    wide = np.stack([blurred(rgb[..., c], coarse) for c in range(3)], axis=2)
    ring = np.concatenate((near[0], near[-1], near[:, 0], near[:, -1])).mean(axis=0)
    surround = np.sqrt(((near - wide) ** 2).sum(axis=2))
    odd = np.sqrt(((near - ring) ** 2).sum(axis=2))
    busy = blurred(np.minimum(edges, 0.35), max(1, min(rows, columns) // 16))
    stands_out = 0.45 * _scaled(surround) + 0.3 * _scaled(odd) + 0.35 * _scaled(busy)
    y, x = _centres(rows)[:, None] - 0.5, _centres(columns)[None] - 0.5
    middle = np.exp(-(x * x + y * y) / (2 * 0.3**2))  # people put the subject near the middle
    weighted = blurred((stands_out * (0.25 + 0.75 * middle)).astype(np.float32), fine)
    floor = float(np.quantile(weighted, 0.7))
    standing_out: Plane = np.maximum(weighted - np.float32(floor), 0) ** np.float32(1.8)
    return stands_out.astype(np.float32), standing_out


def _scaled(plane: Plane) -> Plane:
    top = float(np.quantile(plane, 0.98))
    return np.minimum(plane / top, 1) if top > 1e-4 else np.zeros_like(plane)  # noqa: PLR2004 - not a division by nothing
