"""
Chains of second-order sections, run in blocks by matrix products with numpy alone.

A section costs a Python loop per sample or scipy (0.9 s to import). A piece of samples at once
is one product: what came in, and what the filter remembered, times how both are heard. What it
remembers of one piece for the next is carried in doubles, so that the result is the recursion's
own, however the sound is cut into parts.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

Samples: TypeAlias = npt.NDArray[np.float32]
"""
Sound: (samples, channels), full scale 1.0.
"""

Section: TypeAlias = tuple[float, float, float, float, float]
"""
b0, b1, b2, a1, a2 of one second-order section; a0 is 1.
"""

PIECE_MAX: Final = 48
"""
Samples in one row of a product: fewer cost more carrying, more cost more multiplying.
"""

STRIDE_MAX: Final = 20
"""
Pieces through which memory is carried by one product.
"""

STRIDES: Final = 50
"""
Strides through which it is carried by another: a second of sound without a loop.
"""

PRODUCT_MAX: Final = 1 << 18
"""
Multiplications from which on a product is shared out to threads that others need.
"""

DOUBLINGS: Final = 30
"""
A filter's answer is summed over 2**30 samples: longer than any sound.
"""


def highpass(frequency_hz: float, rate: int, q: float = 0.7071) -> Section:
    """
    Return a second-order high-pass (Bristow-Johnson's cookbook).
    """
    angle = 2 * np.pi * frequency_hz / rate
    alpha, cosine = np.sin(angle) / (2 * q), np.cos(angle)
    a0 = 1 + alpha
    b0 = (1 + cosine) / 2 / a0
    return (b0, -2 * b0, b0, -2 * cosine / a0, (1 - alpha) / a0)


class _Chain:
    """
    A chain of sections as matrices, for pieces that divide both a *hop* and a *grain* of it.
    """

    def __init__(self, sections: Sequence[Section], hop: int, grain: int) -> None:
        self.piece = divisor(math.gcd(hop, grain), PIECE_MAX)
        self.stride = divisor(hop // self.piece, STRIDE_MAX)
        turn, takes, gives, through = _states(sections)
        self.memory = size = len(turn)
        powers = [np.eye(size)]
        for _ in range(self.piece):
            powers.append(turn @ powers[-1])
        answer = np.array([through, *(gives @ power @ takes for power in powers[: self.piece - 1])])
        lag = np.subtract.outer(np.arange(self.piece), np.arange(self.piece))
        spread = np.where(lag >= 0, answer[np.maximum(lag, 0)], 0).T
        faded = np.array([gives @ power for power in powers[: self.piece]]).T
        # A row is a piece and what was remembered before it: both are heard by one product.
        self.heard = np.ascontiguousarray(np.concatenate([spread, faded]), np.float32)
        self.kept = np.array([power @ takes for power in powers[self.piece - 1 :: -1]], np.float32)
        self.before, self.within = _carried(powers[self.piece], self.stride)
        leap = np.linalg.matrix_power(powers[self.piece], self.stride)
        self.before_strides, self.within_strides = _carried(leap, STRIDES)


def _carried(
    turn: npt.NDArray[np.float64], steps: int
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """
    Return what turns a memory into the one that each of so many *steps*, and the one after
    them, finds (a *turn* each), and what does so with all that the steps themselves add.
    """
    size = len(turn)
    leap = [np.eye(size)]
    for _ in range(steps):
        leap.append(turn @ leap[-1])
    turned = np.array(leap).transpose(0, 2, 1)
    lag = np.subtract.outer(np.arange(steps + 1), np.arange(steps)).T - 1
    within = np.where(lag[..., None, None] >= 0, turned[np.maximum(lag, 0)], 0)
    return np.concatenate(turned, axis=1), within.transpose(0, 2, 1, 3).reshape(steps * size, -1)


class Filter:
    """
    A chain of *sections* that sound of *channels* passes through in parts of whole *hops*; a
    *grain* is what its caller looks at, a hop unless told.
    """

    def __init__(
        self, sections: Sequence[Section], hop: int, channels: int, grain: int | None = None
    ) -> None:
        self._chain = _chain(tuple(sections), hop, grain or hop)
        self._state = np.zeros((channels, self._chain.memory))

    def run(self, part: Samples) -> Samples:
        """
        Return the next *part* (samples, channels) filtered, as (channels, samples).
        """
        chain, state = self._chain, self._state
        (channels, memory), piece = state.shape, chain.piece
        if not (state.any() or part.any()):  # silence after silence
            return np.zeros((channels, len(part)), np.float32)
        pieces = len(part) // piece
        rows = np.empty((channels, pieces, piece + memory), np.float32)
        for channel in range(channels):
            rows[channel, :, :piece] = part[:, channel].reshape(pieces, piece)
        come = (rows[:, :, :piece] @ chain.kept).astype(np.float64)
        found = come.reshape(channels, -1, chain.stride * memory) @ chain.within
        added = found[:, :, -memory:].reshape(channels, -1)
        befores = np.empty((channels, found.shape[1], memory))
        for first in range(0, found.shape[1], STRIDES):
            steps = min(STRIDES, found.shape[1] - first)
            carried = state @ chain.before_strides[:, : (steps + 1) * memory]
            inside = chain.within_strides[: steps * memory, : (steps + 1) * memory]
            carried += added[:, first * memory : (first + steps) * memory] @ inside
            befores[:, first : first + steps] = carried[:, :-memory].reshape(channels, -1, memory)
            state = carried[:, -memory:]
        self._state = state
        found += befores @ chain.before
        rows[:, :, piece:] = found[:, :, :-memory].reshape(channels, pieces, memory)
        out = times(rows.reshape(-1, piece + memory), chain.heard)
        return out.reshape(channels, -1)


def times(rows: Samples, matrix: Samples) -> Samples:
    """
    Return *rows* @ *matrix*, a few rows after another: such a small product isn't shared out to
    threads that others need, and gives the same however many cores there are.
    """
    at_once = max(1, (PRODUCT_MAX - 1) // matrix.size)
    out = np.empty((len(rows), matrix.shape[1]), np.float32)
    whole = len(rows) // at_once * at_once
    lots = out[:whole].reshape(-1, at_once, matrix.shape[1])
    np.matmul(rows[:whole].reshape(-1, at_once, rows.shape[1]), matrix, out=lots)
    np.matmul(rows[whole:], matrix, out=out[whole:])
    return out


def divisor(number: int, most: int) -> int:
    """
    Return the largest divisor of *number* up to *most*.
    """
    return next(size for size in range(min(most, number), 0, -1) if number % size == 0)


def _states(
    sections: Sequence[Section],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """
    Return how a chain's memory turns from sample to sample, what it takes of one, what it gives
    to the output, and what goes straight through (transposed direct form II, in cascade).

    The memory of low notes is long, and in that form nearly cancels; told in directions that
    noise fills equally, it is safe in single precision.
    """
    size = 2 * len(sections)
    turn, takes, gives, through = np.zeros((size, size)), np.zeros(size), np.zeros(size), 1.0
    for index, (b0, b1, b2, a1, a2) in enumerate(sections):
        one, two = 2 * index, 2 * index + 1
        gained = np.array([b1 - a1 * b0, b2 - a2 * b0])
        # Its input is what the sections before it give: of their memory, and straight through.
        turn[one : two + 1] += np.outer(gained, gives)
        takes[one : two + 1] = gained * through
        turn[one, one], turn[one, two], turn[two, one] = -a1, 1.0, -a2
        gives *= b0
        gives[one] = 1.0
        through *= b0
    spread, further = np.outer(takes, takes), turn
    for _ in range(DOUBLINGS):
        spread, further = spread + further @ spread @ further.T, further @ further
    basis = np.linalg.cholesky(spread)
    return (
        np.linalg.solve(basis, turn @ basis),
        np.linalg.solve(basis, takes),
        gives @ basis,
        through,
    )


@functools.lru_cache(maxsize=16)
def _chain(sections: tuple[Section, ...], hop: int, grain: int) -> _Chain:
    return _Chain(sections, hop, grain)


def shape(sound: Samples, points: Samples, hop: int, start: int) -> None:
    """
    Multiply *sound* (samples, channels), which begins at sample *start*, in place by the line
    through *points* (see `curve`).
    """
    count, channels = sound.shape
    near = points[start // hop : -(-(start + count) // hop) + 1]
    if len(near) and (near == near[0]).all():
        sound *= near[0]
    else:
        sound *= curve(points, hop, start, count, channels)


def curve(points: Samples, hop: int, start: int, count: int, channels: int = 1) -> Samples:
    """
    Return (count, channels) from sample *start* on of the line through *points*, one every *hop*
    samples from the first on, the same in each channel; after the last point it stays.

    Told for each channel, it is multiplied with sound in rows, not sample by sample.
    """
    first, last = start // hop, -(-(start + count) // hop)
    lot = points[np.minimum(np.arange(first, last + 1), len(points) - 1)]
    ramp = np.repeat(np.arange(hop, dtype=np.float32) / np.float32(hop), channels)
    line = (lot[1:] - lot[:-1])[:, None] * ramp
    line += lot[:-1, None]
    return line.reshape(-1, channels)[start - first * hop :][:count]
