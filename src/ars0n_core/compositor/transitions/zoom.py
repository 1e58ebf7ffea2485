"""
Zoom: through the one picture into the other, forward all the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from ars0n_core.compositor.transitions import planes

if TYPE_CHECKING:
    from ars0n_core.compositor.frames import Bytes, Frame

LEAVING: Final = 1.45
"""
How much larger the first picture is when it is gone.
"""

ARRIVING: Final = 0.8
"""
How much smaller the second one is when it is first seen; its edges are mirrored.
"""

MIXED: Final = (0.35, 0.7)
"""
The stretch of the move in which both are seen.
"""


def draw(a: Frame, b: Frame, progress: float, out: Frame) -> None:
    """
    Enlarge *a*, dissolve to *b* on its way to full size.

    Scaling takes fractional boxes with a filter as wide as the scale, so that the move
    neither jitters nor shimmers.
    """
    first, last = MIXED
    share = min(1.0, max(0.0, (progress - first) / (last - first)))
    share = share * share * (3 - 2 * share)
    zoom_a = LEAVING**progress
    zoom_b = ARRIVING ** (1 - progress)
    for index, (one, two, target) in enumerate(zip(a.planes, b.planes, out.planes, strict=True)):
        if share <= 0:
            _scaled(one, zoom_a, target)
        elif share >= 1:
            _scaled(two, zoom_b, target)
        else:
            near, far = np.empty_like(target), np.empty_like(target)
            _scaled(one, zoom_a, near)
            _scaled(two, zoom_b, far)
            (planes.mix if index else planes.mix_light)(near, far, share, target)


def _scaled(plane: Bytes, zoom: float, out: Bytes) -> None:
    """
    Set *out* to *plane* enlarged about its middle; below 1 the outside is its mirror image.
    """
    height, width = plane.shape
    seen_width, seen_height = width / zoom, height / zoom
    across = max(0, -int(-(seen_width - width) // 2))
    down = max(0, -int(-(seen_height - height) // 2))
    if across or down:
        plane = np.pad(plane, ((down, down), (across, across)), mode="symmetric")
    left = (width - seen_width) / 2 + across
    top = (height - seen_height) / 2 + down
    image = Image.fromarray(plane)
    box = (left, top, left + seen_width, top + seen_height)
    np.copyto(out, np.asarray(image.resize((width, height), Image.Resampling.BILINEAR, box=box)))
