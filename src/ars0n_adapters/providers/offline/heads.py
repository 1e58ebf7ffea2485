"""
Where in a photo somebody's head is, if anywhere: by colour, shape and eyes.

**Owns** `find`. No faces are learnt or recognised: a head is a compact patch of skin,
about as wide as high, even to both sides, with a darker pair of eyes above its middle.
What passes wrongly costs little (a crop keeps a bit more than it must); who is missed
is still held by `subject`, which follows an outline upwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Plane = NDArray[np.float32]
    Sums = NDArray[np.float64]

WIDTHS: Final = (0.08, 0.11, 0.14, 0.19, 0.26, 0.34)
"""
Face widths looked for, of the photo's shorter side.
"""

FACE_PIXELS_MIN: Final = 7
"""
Thumbnail pixels; a narrower face shows no eyes.
"""

RATIO: Final = 1.25
"""
Height of a face, chin to brow, by its width.
"""

SKIN_MIN: Final = 0.62
AROUND_MAX: Final = 0.45
"""
How much of a face is skin at least, and of what is beside it at most.
"""

ALIKE_MIN: Final = 0.5
"""
Correlation of a face with itself mirrored.
"""


def find(rgb: NDArray[np.float32]) -> tuple[float, float, float, float] | None:
    """
    Return left, top, right, bottom (0..1) of the clearest head in *rgb* (rows x columns
    x 3, 0..1), hair and chin included, or None.

    >>> find(np.zeros((40, 40, 3), np.float32)) is None
    True
    """
    skin = _skin(rgb)
    if skin.mean() < 0.002:  # noqa: PLR2004 - less than the smallest face
        return None
    rows, columns = skin.shape
    luma = rgb.mean(axis=2)
    skins, lights = _sums(skin), _sums(luma)
    best: tuple[float, int, int, int, int] | None = None
    for share in WIDTHS:
        wide = round(share * min(rows, columns))
        high = round(wide * RATIO)
        if wide < FACE_PIXELS_MIN or high >= rows:
            continue
        for score, top, left in _spots(skins, lights, (wide, high), skin.shape):
            if best is not None and score <= best[0]:
                continue
            if _alike(luma[top : top + high, left : left + wide]) < ALIKE_MIN:
                continue
            best = (score, top, left, wide, high)
    if best is None:
        return None
    _, top, left, wide, high = best
    return (
        max(0.0, (left - 0.3 * wide) / columns),
        max(0.0, (top - 0.55 * high) / rows),
        min(1.0, (left + 1.3 * wide) / columns),
        min(1.0, (top + 1.3 * high) / rows),
    )


def _skin(rgb: NDArray[np.float32]) -> Plane:
    """
    Return 1 where the colour may be skin, of any shade: warm, but far from pure.
    """
    red, green, blue = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    most = np.maximum(rgb.max(axis=2), 1e-3)
    purity = (most - rgb.min(axis=2)) / most
    share = (red - green) / np.maximum(red - blue, 1e-3)
    warm = (red > green) & (green >= blue * 0.93)
    fits = (purity > 0.13) & (purity < 0.62) & (share > 0.25) & (share < 0.95)  # noqa: PLR2004 - the bounds of warm, impure colours
    lit = most > 0.22  # noqa: PLR2004 - black hides its hue
    skin: Plane = (warm & fits & lit).astype(np.float32)
    return skin


def _sums(plane: Plane) -> Sums:
    return np.pad(plane.astype(np.float64).cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))


def _mean(sums: Sums, top: Any, left: Any, high: int, wide: int) -> Sums:
    """
    Return the mean of each box of *high* x *wide* at *top*, *left* (broadcast, clipped).
    """
    rows, columns = sums.shape[0] - 1, sums.shape[1] - 1
    y0, y1 = np.clip(top, 0, rows), np.clip(top + high, 0, rows)
    x0, x1 = np.clip(left, 0, columns), np.clip(left + wide, 0, columns)
    area = np.maximum((y1 - y0) * (x1 - x0), 1)
    mean: Sums = (sums[y1, x1] - sums[y0, x1] - sums[y1, x0] + sums[y0, x0]) / area
    return mean


def _spots(
    skins: Sums, lights: Sums, size: tuple[int, int], shape: tuple[int, ...]
) -> list[tuple[float, int, int]]:
    """
    Return the ten likeliest places of a face of *size*: score, top, left.
    """
    wide, high = size
    top = np.arange(max(1, shape[0] - high))[:, None]
    left = np.arange(max(1, shape[1] - wide))[None]
    side = max(2, wide // 2)
    inside = _mean(skins, top, left, high, wide)
    beside = np.maximum(
        _mean(skins, top, left - side, high, side), _mean(skins, top, left + wide, high, side)
    )
    part, strip = max(1, wide // 4), max(1, high // 5)
    brow = top + round(0.24 * high)
    eyes = (
        _mean(lights, brow, left + round(0.14 * wide), strip, part),
        _mean(lights, brow, left + round(0.62 * wide), strip, part),
    )
    cheeks = (
        _mean(lights, top + round(0.52 * high), left + round(0.12 * wide), strip, part),
        _mean(lights, top + round(0.52 * high), left + round(0.64 * wide), strip, part),
    )
    darker = np.minimum(cheeks[0] - eyes[0], cheeks[1] - eyes[1])
    # Nobody is photographed with the face in a corner or at the foot of the picture.
    seated = (top + high / 2 < 0.62 * shape[0]) & (
        np.abs(left + wide / 2 - shape[1] / 2) < 0.4 * shape[1]
    )
    fits = seated & (inside > SKIN_MIN) & (beside < AROUND_MAX) & (darker > 0.03)  # noqa: PLR2004 - 8/255
    # Among equals the larger and the higher up: a hand is neither.
    score = np.where(
        fits,
        (inside - beside + 2 * np.minimum(darker, 0.15)) * (1 - 0.3 * top / shape[0]) * wide**0.35,
        0.0,
    )
    order = np.argsort(score, axis=None)[::-1][:10]
    places = [np.unravel_index(int(place), score.shape) for place in order]
    return [(float(score[y, x]), int(y), int(x)) for y, x in places if score[y, x] > 0]


def _alike(face: Plane) -> float:
    """
    Return how far *face* equals its mirror image: 1 wholly, 0 not at all.
    """
    half = face.shape[1] // 2
    one, other = face[:, :half], face[:, ::-1][:, :half]
    one, other = one - one.mean(), other - other.mean()
    norm = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / norm if norm > 1e-6 else 0.0  # noqa: PLR2004 - not a division by nothing
