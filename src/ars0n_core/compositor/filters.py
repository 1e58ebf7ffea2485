"""
Filters given by their frequency response, run by overlap-save FFT with numpy alone.

A second-order section costs a Python loop per sample or scipy (0.9 s to import); in blocks
of FFTs any chain of them costs the same, and the error is below 24 bits because each
block sees `TAIL` samples of what came before, by when our responses have died away.
"""

from __future__ import annotations

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

BLOCK: Final = 16_384
"""
Small enough that its spectra come from memory already at hand.
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


def blocks(
    sound: Samples, sections: Sequence[Section], step: int = BLOCK - TAIL
) -> Iterator[tuple[int, Samples]]:
    """
    Yield (first sample, filtered block of *step* samples) over the whole of *sound*, in
    order. A block is overwritten by the next.
    """
    z = np.exp(-1j * np.linspace(0, np.pi, BLOCK // 2 + 1))
    response = np.ones(len(z), complex)
    for b0, b1, b2, a1, a2 in sections:
        response *= (b0 + b1 * z + b2 * z * z) / (1 + a1 * z + a2 * z * z)
    spectrum = response.astype(np.complex64)
    count, channels = sound.shape
    tail = BLOCK - step
    windows = np.zeros((channels, BLOCK), np.float32)
    filtered = np.empty((step, channels), np.float32)
    for start in range(0, count, step):
        fresh = sound[start : start + step]
        for channel, window in enumerate(windows):
            window[:tail] = window[step:].copy()  # the end of what the last block saw
            window[tail : tail + len(fresh)] = fresh[:, channel]
            window[tail + len(fresh) :] = 0
            bins = np.fft.rfft(window)
            bins *= spectrum
            filtered[:, channel] = np.fft.irfft(bins, BLOCK)[tail:]
        yield start, filtered[: len(fresh)]


def apply(sound: Samples, sections: Sequence[Section]) -> None:
    """
    Filter *sound* in place.
    """
    for start, block in blocks(sound, sections):
        sound[start : start + len(block)] = block


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
