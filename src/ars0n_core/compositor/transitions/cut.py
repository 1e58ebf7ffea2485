"""
Cut: the next picture at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ars0n_core.compositor.frames import Frame


def draw(a: Frame, b: Frame, progress: float, out: Frame) -> None:
    """
    Show *b*, or *a* if nothing of the transition has passed.
    """
    out.copy_from(b if progress > 0 else a)
