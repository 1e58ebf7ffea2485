"""
Chains of second-order sections, run in blocks by matrix products with numpy alone.

A section costs a Python loop per sample or scipy (0.9 s to import). A block of samples at once
is two products: what came in times the impulse response, and what the filter remembered times
how that dies away. What it remembers of one block for the next is carried exactly, so that the
result is the recursion's own, at a third of what overlapping FFTs take.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Samples: TypeAlias = npt.NDArray[np.float32]
"""
Sound: (samples, channels), full scale 1.0.
"""

Section: TypeAlias = tuple[float, float, float, float, float]
"""
b0, b1, b2, a1, a2 of one second-order section; a0 is 1.
"""

BLOCK: Final = 4_800
"""
Samples filtered at once: small enough to stay in the processor's cache.
"""

PIECE_MAX: Final = 128
"""
Samples in one row of a product: fewer cost more carrying, more cost more multiplying.
"""

ROWS: Final = 16
"""
Rows of one product: such a small one isn't shared out to threads that others need.
"""

TAIL: Final = 6_144
"""
0.13 s at 48 kHz: a 38 Hz high-pass of Q 0.5 has fallen by 260 dB.
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


def bell(frequency_hz: float, gain_db: float, rate: int, q: float) -> Section:
    """
    Return a second-order bell (Bristow-Johnson's cookbook).
    """
    angle = 2 * np.pi * frequency_hz / rate
    amplitude = 10 ** (gain_db / 40)
    alpha, cosine = np.sin(angle) / (2 * q), np.cos(angle)
    a0 = 1 + alpha / amplitude
    return (
        (1 + alpha * amplitude) / a0,
        -2 * cosine / a0,
        (1 - alpha * amplitude) / a0,
        -2 * cosine / a0,
        (1 - alpha / amplitude) / a0,
    )


class _Chain:
    """
    A chain of sections as matrices for blocks of whole *hops*, in pieces that divide a hop.
    """

    def __init__(self, sections: Sequence[Section], hop: int) -> None:
        self.piece = next(size for size in range(PIECE_MAX, 0, -1) if hop % size == 0)
        self.step = max(1, BLOCK // hop) * hop
        self.pieces = self.step // self.piece
        turn, takes, gives, through = _states(sections)
        powers = [np.eye(len(turn))]
        for _ in range(max(self.piece, self.pieces)):
            powers.append(turn @ powers[-1])
        answer = np.array([through, *(gives @ power @ takes for power in powers[: self.piece - 1])])
        lag = np.subtract.outer(np.arange(self.piece), np.arange(self.piece))
        spread = np.where(lag >= 0, answer[np.maximum(lag, 0)], 0)
        self.spread = np.ascontiguousarray(spread.T, np.float32)
        self.kept = np.array([power @ takes for power in powers[self.piece - 1 :: -1]])
        self.faded = np.array([gives @ power for power in powers[: self.piece]]).T
        # What each piece finds remembered: of the block before, and of each piece before it.
        size, count = len(turn), self.pieces + 1
        leap = [np.eye(size)]
        for _ in range(count):
            leap.append(powers[self.piece] @ leap[-1])
        self.first = np.concatenate([power.T for power in leap[:count]], axis=1)
        turned = np.array(leap[:count]).transpose(0, 2, 1)
        lag = np.subtract.outer(np.arange(count), np.arange(self.pieces)).T - 1
        carried = np.where(lag[..., None, None] >= 0, turned[np.maximum(lag, 0)], 0)
        carried = carried.transpose(0, 2, 1, 3)
        self.carried = carried.reshape(self.pieces * size, count * size)

    def run(self, sound: Samples, state: npt.NDArray[np.float64]) -> Samples:
        """
        Return (channels, pieces, samples of each) of *sound* (channels, step) filtered; *state*
        (channels, what is remembered) is brought up to its end.
        """
        channels = len(sound)
        rows = sound.reshape(-1, self.piece)
        memory = state.shape[1]
        # The memory of low notes is long, and its products nearly cancel: all of it in doubles.
        come = (rows.astype(np.float64) @ self.kept).reshape(channels, -1)
        found = state @ self.first + come @ self.carried
        state[:] = found[:, -memory:]
        out = times(rows, self.spread)
        np.add(
            out, found[:, :-memory].reshape(-1, memory) @ self.faded, out=out, casting="same_kind"
        )
        return out.reshape(channels, self.pieces, self.piece)


def times(rows: Samples, matrix: Samples) -> Samples:
    """
    Return rows @ matrix, a few rows at a time.
    """
    whole = len(rows) // ROWS * ROWS
    out = np.empty((len(rows), matrix.shape[1]), np.float32)
    lots = out[:whole].reshape(-1, ROWS, matrix.shape[1])
    np.matmul(rows[:whole].reshape(-1, ROWS, rows.shape[1]), matrix, out=lots)
    np.matmul(rows[whole:], matrix, out=out[whole:])
    return out


def _states(
    sections: Sequence[Section],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """
    Return how a chain's memory turns from sample to sample, what it takes of one, what it gives
    to the output, and what goes straight through (transposed direct form II, in cascade).
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
    return turn, takes, gives, through


@functools.lru_cache(maxsize=16)
def _chain(sections: tuple[Section, ...], hop: int) -> _Chain:
    return _Chain(sections, hop)


def blocks(
    sound: Samples, sections: Sequence[Section], hop: int = BLOCK
) -> Iterator[tuple[int, Samples]]:
    """
    Yield (first sample, filtered block) over the whole of *sound* (samples, channels), in order:
    a block is (channels, pieces, samples of each), some pieces a *hop* and whole hops in all;
    what follows the end of *sound* in the last one is the filter dying away.
    """
    chain = _chain(tuple(sections), hop)
    step = chain.step
    count, channels = sound.shape
    state = np.zeros((channels, 2 * len(sections)))
    window = np.empty((channels, step), np.float32)
    for start in range(0, count, step):
        fresh = sound[start : start + step]
        window[:, : len(fresh)] = fresh.T
        window[:, len(fresh) :] = 0
        yield start, chain.run(window, state)


def apply(sound: Samples, sections: Sequence[Section]) -> None:
    """
    Filter *sound* in place.
    """
    for start, block in blocks(sound, sections):
        room = sound[start : start + BLOCK]
        room[:] = block.reshape(len(block), -1)[:, : len(room)].T


def scale_by_curve(sound: Samples, gains: Samples, hop: int) -> None:
    """
    Multiply *sound* in place by a curve of *gains* (points,), one every *hop* samples from
    the first on, joined by straight lines; after the last point it stays.
    """
    ramp = (np.arange(hop, dtype=np.float32) / np.float32(hop))[None]
    points = np.append(gains, gains[-1:]).astype(np.float32)
    size = 512  # points at once: 2.5 s, so that the curve at full rate is never whole in memory
    for first in range(0, len(gains), size):
        lot = points[first : first + size + 1]
        curve = (lot[:-1, None] + (lot[1:] - lot[:-1])[:, None] * ramp).reshape(-1)
        part = sound[first * hop : first * hop + len(curve)]
        part *= curve[: len(part), None]
    rest = sound[len(gains) * hop :]
    rest *= np.float32(gains[-1])
