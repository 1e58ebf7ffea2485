"""
Wipe: the next picture is uncovered from left to right behind a soft edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor.transitions import planes

if TYPE_CHECKING:
    from ars0n_core.compositor.frames import Frame

SOFTNESS: Final = 0.16
"""
Width of the soft edge as a share of the picture's: wide enough not to flicker in motion.
"""


def draw(a: Frame, b: Frame, progress: float, out: Frame) -> None:
    """
    Move a smooth ramp from *b* to *a* across the picture.
    """
    for step, one, two, target in zip((1, 2, 2), a.planes, b.planes, out.planes, strict=True):
        width = one.shape[1]
        edge = progress * (1 + SOFTNESS)
        middle = (np.arange(width) * step + step / 2) / (width * step)
        ramp = np.clip((edge - middle) / SOFTNESS, 0, 1)
        shares = np.round(256 * ramp * ramp * (3 - 2 * ramp)).astype(np.uint16)
        done = int(np.count_nonzero(shares == 256))  # noqa: PLR2004 - all of b
        begun = int(np.count_nonzero(shares))
        target[:, :done] = two[:, :done]
        target[:, begun:] = one[:, begun:]
        if begun > done:
            part = (slice(None), slice(done, begun))
            planes.mix_columns(one[part], two[part], shares[done:begun], target[part])
