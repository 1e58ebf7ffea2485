"""
Whip: the camera swings round fast, everything smeared in the direction of the move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor.transitions.planes import ROWS

if TYPE_CHECKING:
    from ars0n_core.compositor.frames import Bytes, Frame

SMEAR: Final = 0.32
"""
Length of the blur at the fastest moment, as a share of the picture's width.
"""


def draw(a: Frame, b: Frame, progress: float, out: Frame) -> None:
    """
    Show a window moving from *a* to *b*, blurred along the move by its speed.
    """
    smear = SMEAR * a.width * (4 * progress * (1 - progress)) ** 0.75
    for step, one, two, target in zip((1, 2, 2), a.planes, b.planes, out.planes, strict=True):
        shift = round(a.width * progress / step)
        length = max(1, round(smear / step))
        _window(one, two, shift, length, target)


def _window(one: Bytes, two: Bytes, shift: int, length: int, out: Bytes) -> None:
    """
    Set *out* to the strip of *one* and *two* from column *shift* on, box-blurred by *length*.
    """
    height, width = one.shape
    before = length // 2
    seen = np.arange(shift - before - 1, shift - before - 1 + width + length)
    # Past the strip's ends its mirror image is seen, so that no edge is smeared in.
    seen = np.where(seen < 0, -1 - seen, seen)
    seen = np.where(seen >= 2 * width, 4 * width - 1 - seen, seen)
    scale = np.float32(1 / length)
    strip = np.empty((ROWS, 2 * width), np.uint8)
    sums = np.empty((ROWS, width + length), np.uint32)
    for top in range(0, height, ROWS):
        rows = slice(top, min(height, top + ROWS))
        count = rows.stop - top
        strip[:count, :width] = one[rows]
        strip[:count, width:] = two[rows]
        if length == 1:
            np.copyto(out[rows], strip[:count, shift : shift + width])
            continue
        total = np.cumsum(
            strip[:count].take(seen, axis=1), axis=1, dtype=np.uint32, out=sums[:count]
        )
        means = (total[:, length:] - total[:, :-length]).astype(np.float32)
        means *= scale
        means += np.float32(0.5)
        np.copyto(out[rows], means, casting="unsafe")
