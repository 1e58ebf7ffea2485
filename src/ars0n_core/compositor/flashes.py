"""
Flashes that can harm: counted in the finished picture, by the rule of WCAG 2.3.1.

A flash is a pair of opposing changes of relative luminance by a tenth or more, the darker
of them below 0.8. More than three in a second, over more than a quarter of the picture,
fail. **Does not own** saturated red, and patterns: a broadcaster's own test looks at those.

Start at `Counter`.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import colors

if TYPE_CHECKING:
    import numpy.typing as npt

CHANGE: Final = 0.1
DARKER_BELOW: Final = 0.8
AREA: Final = 0.25
FLASHES_A_SECOND_MAX: Final = 3
"""
WCAG 2.2, general flash threshold; broadcasters' tests ask the same of the general flash.
"""

TOGETHER_FRAMES: Final = 3
"""
Changes this near to each other are one: a flash may take a few frames to rise.
"""

LINEAR: Final = np.asarray(
    [colors.linear(min(1.0, max(0.0, (code - 16) / 219))) for code in range(256)], np.float32
)
"""
Relative luminance of each limited-range luma code.
"""


class Counter:
    """
    Takes pictures one after the other and counts flashes.
    """

    def __init__(self, frames_a_second: float) -> None:
        self.most = 0
        self._window = frames_a_second
        self._low: npt.NDArray[np.float32] | None = None
        self._high: npt.NDArray[np.float32] | None = None
        self._rose: npt.NDArray[np.int64] | None = None
        self._fell: npt.NDArray[np.int64] | None = None
        self._last = 0
        self._changes: deque[int] = deque()
        self._n = 0

    def add(self, luma: npt.NDArray[np.uint8]) -> None:
        """
        Look at the next picture, (height, width) of luma codes, as small as wanted.
        """
        light = LINEAR[luma]
        if self._low is None or self._high is None or self._rose is None or self._fell is None:
            self._low, self._high = light.copy(), light.copy()
            self._rose = np.full(light.shape, -(10**9))
            self._fell = self._rose.copy()
        n, self._n = self._n, self._n + 1
        np.minimum(self._low, light, out=self._low)
        np.maximum(self._high, light, out=self._high)
        up = (light - self._low >= CHANGE) & (self._low < DARKER_BELOW)
        down = (self._high - light >= CHANGE) & (light < DARKER_BELOW)
        # From an extreme on, the next one is looked for from here.
        self._low[down] = light[down]
        self._high[down] = light[down]
        self._low[up] = light[up]
        self._high[up] = light[up]
        self._rose[up] = n
        self._fell[down] = n
        for direction, when in ((1, self._rose), (-1, self._fell)):
            share = float(np.mean(n - when < TOGETHER_FRAMES))
            if share > AREA and self._last != direction:
                self._last = direction
                self._changes.append(n)
                when[:] = -(10**9)
        while self._changes and n - self._changes[0] >= self._window:
            self._changes.popleft()
        self.most = max(self.most, len(self._changes) // 2)
