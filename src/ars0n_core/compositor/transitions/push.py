"""
Push: the next picture shoves the last one out, up in tall pictures and left in others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ars0n_core.compositor.frames import Frame


def draw(a: Frame, b: Frame, progress: float, out: Frame) -> None:
    """
    Show a window *progress* of the way from *a* to *b*, which lie edge to edge.
    """
    tall = a.height > a.width
    shift = 2 * round((a.height if tall else a.width) * progress / 2)
    for step, one, two, target in zip((1, 2, 2), a.planes, b.planes, out.planes, strict=True):
        moved = shift // step
        if tall:
            left = one.shape[0] - moved
            target[:left] = one[moved:]
            target[left:] = two[:moved]
        else:
            left = one.shape[1] - moved
            target[:, :left] = one[:, moved:]
            target[:, left:] = two[:, :moved]
