"""
A plane seen at real-valued places, row by row and column by column.

**Owns** the sums: each output row (column) is a weighted sum of a few input ones, and
sixteen neighbours share their inputs, so that sixteen sums are one small matrix product.
That is three times as fast as a filter that walks from pixel to pixel, and nothing is
rounded between the passes. **Does not own** where the places are (`filming`, `moves`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Plane = NDArray[np.float32]
    Reals = NDArray[np.floating[Any]]

BLOCK: Final = 16
"""
How many neighbours are summed at once. More would sum many zeros, fewer call more often.
"""


def _cubic(away: Plane) -> Plane:
    near: Plane = (1.5 * away - 2.5) * away * away + 1
    far: Plane = ((2.5 - 0.5 * away) * away - 4) * away + 2
    weights: Plane = np.where(away < 1, near, far)
    weights[away >= 2] = 0  # noqa: PLR2004 - its reach
    return weights


def _triangle(away: Plane) -> Plane:
    weights: Plane = np.maximum(1 - away, 0)
    return weights


KERNELS: Final[Mapping[str, tuple[float, Callable[[Plane], Plane]]]] = {
    "cubic": (2.0, _cubic),
    "triangle": (1.0, _triangle),
}
"""
How far each looks, in input samples, and its weights: Catmull-Rom, and linear.
"""


@frozen(eq=False)
class Taps:
    """
    Where output samples look along one axis: each block's first input sample, and its
    weights, (blocks, `BLOCK`, inputs), float32.
    """

    count: int
    firsts: tuple[int, ...]
    weights: Plane

    @property
    def reach(self) -> int:
        """
        How many inputs each block sums.
        """
        return int(self.weights.shape[2])

    @property
    def padded(self) -> int:
        """
        The count, rounded up to whole blocks.
        """
        return len(self.firsts) * BLOCK


def taps(places: Reals, step: float, size: int, kernel: str) -> Taps:
    """
    Return where samples at *places* of an axis of *size* look (0.5 is the middle of the
    first input); a *step* above one, in inputs an output, widens the filter as much.

    Beyond an edge lies more of the edge.
    """
    reach, weigh = KERNELS[kernel]
    wide = max(1.0, step)
    blocks = -(-places.size // BLOCK)
    held = np.clip(places, 0.5, size - 0.5)
    filled = np.pad(held, (0, blocks * BLOCK - places.size), mode="edge").reshape(-1, BLOCK)
    starts = np.floor(filled.min(axis=1) - reach * wide).astype(np.int64)
    ends = np.ceil(filled.max(axis=1) + reach * wide).astype(np.int64)
    inputs = min(size, int((ends - starts).max()))
    starts = np.clip(starts, 0, size - inputs)
    middles = starts[:, None, None] + (np.arange(inputs) + 0.5)
    away = np.abs((middles - filled[:, :, None]) / wide).astype(np.float32)
    weights = weigh(away)
    weights /= weights.sum(axis=2, keepdims=True)
    return Taps(places.size, tuple(starts.tolist()), weights)


class Resampler:
    """
    Looks at one plane again and again; what it returns is valid until it looks again.
    """

    def __init__(self, plane: NDArray[np.uint8]) -> None:
        self._plane = plane.astype(np.float32)
        self._between = np.empty((0, 0), np.float32)
        self._seen = np.empty((0, 0), np.float32)

    @property
    def size(self) -> tuple[int, int]:
        """
        Width and height of the plane.
        """
        height, width = self._plane.shape
        return width, height

    def see(self, columns: Taps, rows: Taps, into: NDArray[np.uint8]) -> None:
        """
        Write what is seen there to *into*, (rows, columns), rounded to 8 bits.
        """
        width, _ = self.size
        between = self._between = _room(self._between, (rows.padded, width))
        seen = self._seen = _room(self._seen, (rows.padded, columns.padded))
        for block, first in enumerate(rows.firsts):
            place = slice(block * BLOCK, (block + 1) * BLOCK)
            source = self._plane[first : first + rows.reach]
            np.matmul(rows.weights[block], source, out=between[place])
        turned = np.ascontiguousarray(columns.weights.transpose(0, 2, 1))
        for block, first in enumerate(columns.firsts):
            place = slice(block * BLOCK, (block + 1) * BLOCK)
            source = between[:, first : first + columns.reach]
            np.matmul(source, turned[block], out=seen[:, place])
        seen += np.float32(0.5)
        np.clip(seen, 0, 255, out=seen)
        np.copyto(into, seen[: rows.count, : columns.count], casting="unsafe")


def _room(held: Plane, shape: tuple[int, int]) -> Plane:
    return held if held.shape == shape else np.empty(shape, np.float32)
