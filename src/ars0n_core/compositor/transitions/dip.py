"""
Dip: out to black, and in from it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.compositor import colors
from ars0n_core.compositor.transitions import planes

if TYPE_CHECKING:
    from ars0n_core.compositor.frames import Frame

MIDDLE = 0.5


def draw(a: Frame, b: Frame, progress: float, out: Frame) -> None:
    """
    Take *a* down to black in the first half, bring *b* up in the second.
    """
    source = a if progress < MIDDLE else b
    darkness = 1 - abs(2 * progress - 1)
    black = colors.yuv_of(colors.BLACK)
    for plane, level, target in zip(source.planes, black, out.planes, strict=True):
        planes.scale_towards(plane, level, darkness, target)
