"""
Flashes that can harm: counted in the finished picture, by the rule of WCAG 2.3.1.

A flash is a pair of opposing changes of relative luminance by a tenth or more, the darker
of them below 0.8; a red one a pair of changes from or to a saturated red. More than three of
either in a second, over more than a quarter of the picture, fail. **Does not own** patterns:
a broadcaster's own test looks at those.

Start at `Counter`.
"""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import colors

if TYPE_CHECKING:
    import numpy.typing as npt

    Codes = npt.NDArray[np.uint8]
    Light = npt.NDArray[np.float32]
    Mask = npt.NDArray[np.bool_]

CHANGE: Final = 0.1
DARKER_BELOW: Final = 0.8
AREA: Final = 0.25
FLASHES_A_SECOND_MAX: Final = 3
"""
WCAG 2.2, general flash threshold; broadcasters' tests ask the same of the general flash.
"""

RED_CHANGE: Final = 20 / 320
RED_SHARE: Final = 0.8
"""
WCAG 2.2, red flash threshold: of linear light, by how much red less green and blue must change,
and which share of all a saturated red is.
"""

LINEAR: Final = np.asarray(
    [colors.linear(min(1.0, max(0.0, (code - 16) / 219))) for code in range(256)], np.float32
)
"""
Relative luminance of each limited-range luma code.
"""

DISPLAYED: Final = np.asarray([colors.linear(code / 255) for code in range(256)], np.float32)
"""
Linear light of each full-range code.
"""


class Counter:
    """
    Takes pictures one after the other and counts flashes.
    """

    def __init__(self, frames_a_second: float) -> None:
        self._light = _Changes(frames_a_second, CHANGE)
        self._red = _Changes(frames_a_second, RED_CHANGE)

    @property
    def most(self) -> int:
        """
        The most flashes in a second so far.
        """
        return self._light.most

    @property
    def most_red(self) -> int:
        """
        The most red flashes in a second so far.
        """
        return self._red.most

    def add(self, luma: Codes, blue: Codes | None = None, red: Codes | None = None) -> None:
        """
        Look at the next picture, (height, width) of BT.709 luma codes, as small as wanted, and the
        planes of its colour differences, half as high and wide, if it has any.
        """
        self._light.add(LINEAR[luma])
        if blue is not None and red is not None:
            self._red.add(*_redness(luma[::2, ::2], blue, red))


def _redness(luma: Codes, blue: Codes, red: Codes) -> tuple[Light, Mask]:
    """
    Return by how much red outshines the rest, and where it is saturated.
    """
    y = (luma.astype(np.float32) - 16) * (255 / 219)
    u, v = ((each.astype(np.float32) - 128) * (255 / 224) for each in (blue, red))
    r, g, b = (
        DISPLAYED[np.clip(each + 0.5, 0, 255).astype(np.uint8)]
        for each in (y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u)
    )
    return np.maximum(r - g - b, 0), r >= RED_SHARE * (r + g + b)


class _Changes:
    """
    Counts opposing changes of a value by *least* or more: of light, the darker side of each below
    `DARKER_BELOW`; of redness, the redder one saturated. Each place is counted for itself: what
    passes over the picture, as one that slides in, changes every place once, one after another.
    """

    def __init__(self, frames_a_second: float, least: float) -> None:
        self.most = 0
        self._least = least
        self._low = self._high = np.empty((0, 0), np.float32)
        self._full = np.empty((0, 0), np.bool_)
        self._last = np.empty((0, 0), np.int8)
        self._count = np.empty((0, 0), np.int8)
        self._turns: deque[Mask] = deque()
        self._frames = max(1, math.ceil(frames_a_second))

    def add(self, value: Light, saturated: Mask | None = None) -> None:
        """
        Look at the next picture.
        """
        if not self._low.size:
            self._low, self._high = value.copy(), value.copy()
            self._full = np.zeros(value.shape, np.bool_)
            self._last = np.zeros(value.shape, np.int8)
            self._count = np.zeros(value.shape, np.int8)
        if saturated is not None:
            higher = value >= self._high
            self._full[higher] = saturated[higher]
        np.minimum(self._low, value, out=self._low)
        np.maximum(self._high, value, out=self._high)
        up, down = value - self._low >= self._least, self._high - value >= self._least
        up &= self._low < DARKER_BELOW if saturated is None else saturated
        down &= value < DARKER_BELOW if saturated is None else self._full
        # From an extreme on, the next one is looked for from here.
        for turned in (down, up):
            self._low[turned] = value[turned]
            self._high[turned] = value[turned]
            if saturated is not None:
                self._full[turned] = saturated[turned]
        turned = (up & (self._last <= 0)) | (down & (self._last >= 0))
        self._last[up], self._last[down] = 1, -1
        self._turns.append(turned)
        np.add(self._count, turned, out=self._count)
        if len(self._turns) > self._frames:
            np.subtract(self._count, self._turns.popleft(), out=self._count)
        # A seventh change within a second is the fourth flash: they come more often than thrice.
        often = self._count > 2 * FLASHES_A_SECOND_MAX
        flashes = (self._count + often) // 2
        while float(np.mean(flashes > self.most)) > AREA:
            self.most += 1
