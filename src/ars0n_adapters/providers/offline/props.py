"""
What stands in a studio beside the product: a plinth, a disc, the light of a window.

**Owns** the sets by name and which one a shot gets. Drawn into the lit stage before the
product and its shadow are (`backdrops`). **Does not own** the paper's colours (`studios`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen
from PIL import Image, ImageDraw, ImageFilter

from ars0n_adapters.providers.offline.grading import enlarged
from ars0n_adapters.providers.offline.studios import SHRINK

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from ars0n_adapters.providers.offline.studios import Studio

    Pixels = NDArray[np.float32]


@frozen(kw_only=True)
class Standing:
    """
    Where the product stands: its outline in the frame (pixels), and whether on the floor.
    """

    left: float
    top: float
    right: float
    bottom: float
    grounded: bool

    @property
    def middle(self) -> tuple[float, float]:
        """
        The outline's middle.
        """
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


SETS: Final = {
    "hero": ("plinth", "disc"),
    "wide": ("window", "arch"),
    "medium": ("disc", "window"),
    "close": ("sweep", "arch"),
    "detail": ("sweep", "sweep"),
}
"""
The sets a shot may get, by chance; shots that follow one another share none.
"""

LYING: Final = 1.7
"""
A product this much wider than high lies or hangs: a plinth under it would be a table.
"""


def set_for(shot: str, standing: Standing, chance: int) -> str:
    """
    Return the name of the set for *shot*.
    """
    name = SETS[shot][chance % 2]
    wide = standing.right - standing.left
    flat = wide > LYING * (standing.bottom - standing.top)
    if name == "plinth" and (flat or not standing.grounded):
        return "disc"
    return name


def dressed(name: str, stage: Pixels, studio: Studio, standing: Standing) -> Pixels:
    """
    Return *stage* (rows x columns x RGB, 0..1) with the set *name* in it.
    """
    return _DRAWN[name](stage, studio, standing)


def _sweep(stage: Pixels, studio: Studio, standing: Standing) -> Pixels:
    del studio, standing
    return stage


def _disc(stage: Pixels, studio: Studio, standing: Standing) -> Pixels:
    """
    Hang a flat round of the accent colour behind the product.
    """
    height, width = stage.shape[:2]
    x, y = standing.middle
    across, down = standing.right - standing.left, standing.bottom - standing.top
    radius = max(0.3 * min(width, height), min(0.56 * max(across, down), 0.46 * min(width, height)))
    away = np.hypot(
        np.arange(width, dtype=np.float32)[None] - np.float32(x),
        np.arange(height, dtype=np.float32)[:, None] - np.float32(y),
    )
    mask = np.clip(radius - away, 0, 1)[..., None]
    # A little lighter where the light comes from.
    fall = 1.04 - 0.1 * np.linspace(0, 1, height, dtype=np.float32)[:, None, None]
    hung: Pixels = stage + (np.asarray(studio.accent, np.float32) * fall - stage) * mask
    return hung


def _arch(stage: Pixels, studio: Studio, standing: Standing) -> Pixels:
    """
    Open a niche with a round top in the wall, and light it.
    """
    height, width = stage.shape[:2]
    x, _ = standing.middle
    across, down = standing.right - standing.left, standing.bottom - standing.top
    half = min(0.4 * width, max(0.62 * across, 0.2 * min(width, height)))
    foot = min(0.97 * height, standing.bottom - 0.02 * height)
    top = max(0.05 * height + half, min(standing.top - 0.12 * down, foot - 2.2 * half) + 0.4 * half)
    columns = np.arange(width, dtype=np.float32)[None] - np.float32(x)
    rows = np.arange(height, dtype=np.float32)[:, None]
    round_ = np.hypot(columns, np.minimum(rows - np.float32(top), 0))
    mask = np.clip(half - round_, 0, 1) * np.clip(foot - rows, 0, 1)
    # The niche is deep: dark along one side and the top, where the wall shades it.
    depth = np.clip((half - round_) / (0.5 * half), 0, 1)
    shade = 0.8 + 0.2 * depth + 0.05 * np.clip(-columns / half, -1, 1)
    inside = np.asarray(studio.accent, np.float32) * shade[..., None]
    opened: Pixels = stage + (inside - stage) * mask[..., None]
    return opened


def _window(stage: Pixels, studio: Studio, standing: Standing) -> Pixels:
    """
    Let the sun in through a window of six panes, across wall and floor.
    """
    del studio
    height, width = stage.shape[:2]
    wide, high = width // SHRINK, height // SHRINK
    light = Image.new("L", (wide, high))
    draw = ImageDraw.Draw(light)
    unit = 0.19 * max(wide, high)
    x0 = standing.middle[0] / SHRINK - 1.25 * unit
    y0 = standing.middle[1] / SHRINK - 2.0 * unit
    for row in range(3):
        for column in range(2):
            left, top = x0 + column * 1.12 * unit, y0 + row * 1.1 * unit
            corners = [
                (left, top),
                (left + unit, top),
                (left + unit, top + unit),
                (left, top + unit),
            ]
            # Light that falls aslant leans the panes over.
            draw.polygon([(x + 0.5 * (y - y0), y + 0.16 * (x - x0)) for x, y in corners], fill=255)
    soft = light.filter(ImageFilter.GaussianBlur(0.008 * max(wide, high)))
    lit = enlarged(np.asarray(soft, np.float32) / 255, (width, height))[..., None]
    sun = np.array((1.0, 0.95, 0.84), np.float32)
    shaded = stage * np.float32(0.8)
    sunlit: Pixels = np.minimum(shaded + (np.minimum(stage * 1.12 * sun, 1) - shaded) * lit, 1)
    return sunlit


def _plinth(stage: Pixels, studio: Studio, standing: Standing) -> Pixels:
    """
    Set a round plinth under the product, as deep as the frame goes.
    """
    height, width = stage.shape[:2]
    x, _ = standing.middle
    across = standing.right - standing.left
    half = min(0.44 * width, max(0.66 * across, 0.17 * min(width, height)))
    deep = 0.17 * half
    middle = standing.bottom - 0.25 * deep
    columns = (np.arange(width, dtype=np.float32)[None] - np.float32(x)) / np.float32(half)
    rows = np.arange(height, dtype=np.float32)[:, None] - np.float32(middle)
    edge = np.float32(half)
    top = np.clip((1 - np.hypot(columns, rows / deep)) * deep, 0, 1)
    rim = deep * np.sqrt(np.clip(1 - columns**2, 0, 1))
    body = np.clip((1 - np.abs(columns)) * edge, 0, 1) * np.clip(rows, 0, 1)
    body = np.maximum(body, np.clip(rim - np.abs(rows), 0, 1) * (np.abs(columns) < 1))
    turn = np.clip(columns, -1, 1)
    # A cylinder lit from the left: brightest at a third, dark at the far side.
    round_ = 0.98 - 0.24 * (turn + 0.35) ** 2
    sink = 1 - 0.22 * np.clip(rows / (0.3 * height), 0, 1)
    color = np.asarray(studio.floor, np.float32)
    side = np.clip(color * (round_ * sink)[..., None], 0, 1)
    flat = np.clip(color * 1.1 + 0.03, 0, 1) * (1.0 - 0.05 * turn)[..., None]
    result = stage + (side - stage) * body[..., None]
    painted: Pixels = (result + (flat - result) * top[..., None]).astype(np.float32)
    return painted


_DRAWN: Final[dict[str, Callable[[Pixels, Studio, Standing], Pixels]]] = {
    "sweep": _sweep,
    "disc": _disc,
    "arch": _arch,
    "window": _window,
    "plinth": _plinth,
}
