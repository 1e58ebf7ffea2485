"""
Faster or slower speech at the same pitch: WSOLA.

Waveform-similarity overlap-add (Verhelst & Roelands 1993): windows are taken from the
source at the new tempo, each moved a little to where it continues the last one best, and
laid over one another at a fixed step. Pitch periods stay whole, so nothing clicks or warbles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from ars0n_core.compositor.filters import Samples

STEP: Final = 960
"""
20 ms at 48 kHz between windows of 40 ms: several periods of any voice.
"""

SEARCH: Final = 720
"""
15 ms either way: a whole period of a 67 Hz voice is within reach.
"""

COARSE: Final = 4
"""
The search runs at 12 kHz first, which holds all of a voice's pitch, and then close by.
"""


def stretched(voice: Samples, speed: float, samples: int) -> Samples:
    """
    Return (samples,) of *voice* (source samples,) played *speed* times as fast, pitch kept;
    silence where the source has ended.
    """
    length = 2 * STEP
    count = -(-samples // STEP) + 1
    pad = SEARCH + length
    room = int(np.ceil(count * STEP * speed)) + 2 * pad + length
    source = np.zeros(pad + room, np.float32)
    kept = voice[: max(0, room)]
    source[pad : pad + len(kept)] = kept
    usable = len(source) // COARSE * COARSE
    coarse = source[:usable].reshape(-1, COARSE).mean(axis=1)
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)
    out = np.zeros((count + 1) * STEP, np.float32)
    place = pad - STEP
    for index in range(count):
        if index:
            ideal = pad - STEP + round(index * STEP * speed)
            place = _best(source, coarse, place + STEP, ideal)
        start = index * STEP
        out[start : start + length] += window * source[place : place + length]
    return out[STEP : STEP + samples]


def _best(source: Samples, coarse: Samples, natural: int, ideal: int) -> int:
    """
    Return where, within `SEARCH` of *ideal*, the source looks most like at *natural*.
    """
    length = STEP
    if abs(natural - ideal) <= 1:
        return natural
    reach, size = SEARCH // COARSE, length // COARSE
    middle = ideal // COARSE
    target = coarse[natural // COARSE : natural // COARSE + size]
    field = coarse[middle - reach : middle + reach + size]
    place = (middle - reach + _similar(field, target)) * COARSE + natural % COARSE
    low = max(ideal - SEARCH, place - COARSE)
    target = source[natural : natural + length]
    field = source[low : low + 2 * COARSE + length]
    return low + _similar(field, target)


def _similar(field: Samples, target: Samples) -> int:
    """
    Return the offset in *field* of the stretch most like *target*, by normalised correlation.
    """
    windows = np.lib.stride_tricks.sliding_window_view(field, len(target))
    products = windows @ target
    squares = np.concatenate(([0.0], np.cumsum(field.astype(np.float64) ** 2)))
    energies = squares[len(target) :] - squares[: -len(target)]
    likeness = products / np.sqrt(energies + 1e-6)
    best = int(likeness.argmax())
    silent = float(target @ target) < 1e-7  # noqa: PLR2004 - -100 dB: any place is as good
    return len(likeness) // 2 if silent else best
