"""
The sweep of paper a product is set on: its colours, and how it is lit.

**Owns** `Studio`, the table of studios by the name a look gives, and the empty stage.
**Does not own** what is set on it, or its shadow (`backdrops`).
"""

from __future__ import annotations

import colorsys
import math
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from ars0n_adapters.providers.offline.grading import enlarged
from ars0n_adapters.providers.offline.subject import LUMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Pixels = NDArray[np.float32]

SHRINK: Final = 4
"""
What is out of focus is made at a quarter of the size.
"""


@frozen(kw_only=True)
class Studio:
    """
    A sweep of paper: colours (0..1 RGB) of the wall above, of the lit middle and of the
    floor; ``accent``, of what stands on it; where the floor begins (0..1), and whether it is
    polished.
    """

    above: tuple[float, float, float]
    lit: tuple[float, float, float]
    floor: tuple[float, float, float]
    accent: tuple[float, float, float] = (0.9, 0.88, 0.85)
    horizon: float = 0.72
    polished: bool = False


STUDIOS: Final = {
    # name: hue turn, saturation, value of the lit middle; how much darker above and below
    "tint": (0.0, 0.13, 0.95, 0.88, 0.94),
    "pale": (0.0, 0.05, 0.98, 0.94, 0.98),
    "warm": (None, 0.22, 0.97, 0.86, 0.91),
    "mist": (0.58, 0.16, 0.93, 0.82, 0.90),
    "vivid": (0.5, 0.32, 0.95, 0.88, 0.90),
    "deep": (0.0, 0.40, 0.52, 0.20, 0.46),
    "bold": (0.08, 0.25, 0.96, 0.88, 0.91),
    "ember": (None, 0.42, 0.46, 0.24, 0.52),
}
"""
Studios by the name a look gives. A hue of None is sand; 0.0, 0.08 and 0.5 turn the
product's own hue, others are fixed (0.58 is a cold blue).
"""

BACKDROPS: Final = {
    "tint": {"wide": "deep", "medium": "warm", "close": "bold", "detail": "mist"},
    "pale": {"wide": "vivid", "medium": "warm", "close": "bold", "detail": "mist"},
    "warm": {"wide": "ember", "medium": "pale", "close": "bold", "detail": "tint"},
    "mist": {"wide": "deep", "medium": "tint", "close": "bold", "detail": "pale"},
    "vivid": {"wide": "bold", "medium": "tint", "close": "deep", "detail": "warm"},
    "deep": {"wide": "ember", "medium": "mist", "close": "ember", "detail": "deep"},
}
"""
The studio a look gives (that of a hero shot) to what the other shots of its film stand in.
"""

SAND: Final = 0.085
"""
The hue of warm paper, 0..1.
"""


def studio_for(
    name: str,
    product: tuple[float, float, float],
    *,
    polished: bool = False,
    set_off: bool = True,
) -> Studio:
    """
    Return the studio *name* for a product of colour *product*; unless not *set_off*, one
    as light or as dark as the product is made darker or lighter.
    """
    hue, colorful, _ = colorsys.rgb_to_hsv(*product)
    own = hue if colorful > 0.12 else SAND  # noqa: PLR2004 - greys have no hue worth keeping
    turn, saturation, value, above, floor = STUDIOS[name]
    if turn is None:
        shade = SAND
    elif turn in {0.0, 0.08, 0.5}:
        shade = (own + turn) % 1
    else:
        shade = turn
    tone = sum(float(w) * c for w, c in zip(LUMA, product, strict=True))
    # A product as light or as dark as its ground would drown in it.
    if set_off and value > 0.5 and tone > 0.78:  # noqa: PLR2004 - light on light
        value, saturation = 0.62, saturation + 0.14
    elif set_off and value < 0.5 and tone < 0.2:  # noqa: PLR2004 - dark on dark
        value, above, floor = 0.52, 0.34, 0.6
    return Studio(
        above=colorsys.hsv_to_rgb(shade, min(1.0, saturation * 1.25), value * above),
        lit=colorsys.hsv_to_rgb(shade, saturation * 0.7, min(1.0, value * 1.03)),
        floor=colorsys.hsv_to_rgb(shade, saturation, value * floor),
        accent=colorsys.hsv_to_rgb(
            (shade + 0.03) % 1, min(0.5, saturation * 1.35 + 0.07), min(1.0, value * 0.96)
        ),
        polished=polished,
    )


def swept(studio: Studio, size: tuple[int, int], light: tuple[float, float]) -> Pixels:
    """
    Return the empty *studio* lit at *light* (0..1): rows x columns x RGB, 0..1.
    """
    width, height = (math.ceil(side / SHRINK) for side in size)
    x = ((np.arange(width, dtype=np.float32) + 0.5) / width)[None]
    y = ((np.arange(height, dtype=np.float32) + 0.5) / height)[:, None]
    long = max(size)
    across, down = (x - light[0]) * (size[0] / long), (y - light[1]) * (size[1] / long)
    pool = np.exp(-(across * across + down * down) / (2 * 0.24**2))[..., None]
    bend = np.clip((y - studio.horizon + 0.07) / 0.14, 0, 1)
    floor = (bend * bend * (3 - 2 * bend))[..., None]
    wall = (
        np.asarray(studio.above, np.float32)
        + (np.asarray(studio.lit, np.float32) - np.asarray(studio.above, np.float32)) * pool
    )
    near = np.clip((y - studio.horizon) / max(1e-3, 1 - studio.horizon), 0, 1)[..., None]
    ground = np.asarray(studio.floor, np.float32) * (1.04 - 0.16 * near) * (0.9 + 0.1 * pool)
    small = wall + (ground - wall) * floor
    return np.stack([enlarged(small[..., channel], size) for channel in range(3)], axis=2)
