"""
Slide: the next picture glides in from the right over the last, which yields and darkens.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import colors
from ars0n_core.compositor.transitions import planes

if TYPE_CHECKING:
    from ars0n_core.compositor.frames import Frame

YIELD: Final = 0.25
"""
How far the covered picture moves, as a share of how far the covering one does.
"""

DARKEST: Final = 0.45
SHADOW: Final = 0.05
"""
Width of the shadow cast at the edge, as a share of the picture's.
"""

SHADOW_DEPTH: Final = 0.5


def draw(a: Frame, b: Frame, progress: float, out: Frame) -> None:
    """
    Lay *b*, *progress* of the way in, over *a* moved left a little and darkened.
    """
    shift = 2 * round(a.width * progress / 2)
    lag = 2 * round(shift * YIELD / 2)
    black = colors.yuv_of(colors.BLACK)
    reach = round(a.width * SHADOW / 2) * 2
    for step, level, one, two, target in zip(
        (1, 2, 2), black, a.planes, b.planes, out.planes, strict=True
    ):
        edge = (a.width - shift) // step
        seen = slice(lag // step, lag // step + edge)
        if edge:
            under = target[:, :edge]
            planes.scale_towards(one[:, seen], level, DARKEST * progress, under)
            wide = min(edge, reach // step)
            if wide and shift:
                ramp = np.linspace(0, 1, wide, endpoint=False) ** 2
                shares = np.round(256 * SHADOW_DEPTH * ramp).astype(np.uint16)
                strip = under[:, edge - wide :]
                planes.mix_columns(strip, np.full_like(strip, level), shares, strip)
        target[:, edge:] = two[:, : shift // step]
