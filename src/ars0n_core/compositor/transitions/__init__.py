"""
How one picture gives way to the next.

**Owns** the eight looks, one file each, and their easing. **Does not own** when a
transition happens (`timelines`) or the decoding of the two pictures (the engine).
**Invariants**: at progress 0 a look shows the first picture, at 1 the second, exactly
but for rounding; ``out`` is never ``a`` or ``b``; nothing depends on earlier frames.

Start at `draw`; add a look as one file and one row in `TRANSITIONS`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from ars0n_core.compositor.transitions import cut, dip, dissolve, push, slide, whip, wipe, zoom
from ars0n_core.timelines import Look

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ars0n_core.compositor.frames import Frame

Drawing: TypeAlias = "Callable[[Frame, Frame, float, Frame], None]"
"""
(a, b, eased progress from 0 to 1, out): sets out.
"""

TRANSITIONS: Final[Mapping[Look, Drawing]] = MappingProxyType(
    {
        Look.CUT: cut.draw,
        Look.DISSOLVE: dissolve.draw,
        Look.DIP: dip.draw,
        Look.WIPE: wipe.draw,
        Look.SLIDE: slide.draw,
        Look.PUSH: push.draw,
        Look.ZOOM: zoom.draw,
        Look.WHIP: whip.draw,
    }
)


def steady(t: float) -> float:
    """
    Return *t*: a change of light has no weight to set in motion.
    """
    return t


def smooth(t: float) -> float:
    """
    Return *t* eased in and out (smoothstep).

    >>> smooth(0.0), smooth(0.5), smooth(1.0)
    (0.0, 0.5, 1.0)
    """
    return t * t * (3 - 2 * t)


def settle(t: float) -> float:
    """
    Return *t* with a quick start and a long, soft landing (cubic ease-out).

    >>> settle(0.0), settle(0.5), settle(1.0)
    (0.0, 0.875, 1.0)
    """
    return 1 - (1 - t) ** 3


def surge(t: float) -> float:
    """
    Return *t* eased in and out strongly (cubic), for moves that should be felt.

    >>> surge(0.0), surge(0.25), surge(1.0)
    (0.0, 0.0625, 1.0)
    """
    return 4 * t**3 if t < 0.5 else 1 - 4 * (1 - t) ** 3  # noqa: PLR2004 - the middle


EASINGS: Final[Mapping[Look, Callable[[float], float]]] = MappingProxyType(
    {
        Look.CUT: steady,
        Look.DISSOLVE: smooth,
        Look.DIP: smooth,
        Look.WIPE: smooth,
        Look.SLIDE: surge,
        Look.PUSH: surge,
        Look.ZOOM: smooth,
        Look.WHIP: surge,
    }
)


def progress(look: Look, frame: int, frames: int) -> float:
    """
    Return the eased progress at *frame*, from 0, of an overlap *frames* long.

    The two pictures themselves stand just before and just after the overlap.

    >>> progress(Look.DISSOLVE, 0, 1)
    0.5
    """
    return EASINGS[look]((frame + 1) / (frames + 1))


def draw(look: Look, a: Frame, b: Frame, frame: int, frames: int, out: Frame) -> None:
    """
    Set *out* to *frame* of the overlap of *a* and *b*, *frames* long.
    """
    TRANSITIONS[look](a, b, progress(look, frame, frames), out)
