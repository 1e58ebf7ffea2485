"""
Dissolve: one picture becomes the other as two projected lights would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.compositor.transitions import planes

if TYPE_CHECKING:
    from ars0n_core.compositor.frames import Frame


def draw(a: Frame, b: Frame, progress: float, out: Frame) -> None:
    """
    Mix luma as light, so that highlights bloom through and mid-dissolve isn't murky.
    """
    planes.mix_light(a.y, b.y, progress, out.y)
    planes.mix(a.u, b.u, progress, out.u)
    planes.mix(a.v, b.v, progress, out.v)
