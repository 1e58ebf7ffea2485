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
    from collections.abc import Iterator

    from ars0n_core.compositor.filters import Samples
    from ars0n_core.compositor.tapes import Read

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


def stretched(read: Read, first: int, speed: float, samples: int) -> Iterator[Samples]:
    """
    Yield so many *samples* of speech, (samples, 1), played *speed* times as fast, pitch kept, of
    what *read* gives from sample *first* on; silence where the source has ended.
    """
    length = 2 * STEP
    window = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)
    count = -(-samples // STEP) + 1
    place, tail = -STEP, np.zeros(STEP, np.float32)
    for index in range(count):
        ideal = round(index * STEP * speed) - STEP
        if index:
            place = _best(read, first, place + STEP, ideal)
        heard = window * _source(read, first, place, length)
        if index:  # the first step only leads in
            left = samples - (index - 1) * STEP
            yield (tail + heard[:STEP])[: max(0, left), None]
        tail = heard[STEP:]


def _source(read: Read, first: int, place: int, count: int) -> Samples:
    """
    Return (count,) of the source from *place* on; before its start there is silence.
    """
    silent = min(count, max(0, -place))
    if silent == count:
        return np.zeros(count, np.float32)
    sound = read(first + place + silent, count - silent)[:, 0]
    return np.concatenate([np.zeros(silent, np.float32), sound]) if silent else sound


def _coarse(sound: Samples) -> Samples:
    return np.asarray(sound.reshape(-1, COARSE).mean(axis=1))


def _best(read: Read, first: int, natural: int, ideal: int) -> int:
    """
    Return where, within `SEARCH` of *ideal*, the source looks most like at *natural*.
    """
    length = STEP
    if abs(natural - ideal) <= 1:
        return natural
    low = ideal - SEARCH
    wanted = _source(read, first, natural, length)
    near = _source(read, first, low, 2 * SEARCH + length)
    place = _similar(_coarse(near), _coarse(wanted)) * COARSE
    close = min(max(0, place - COARSE), 2 * SEARCH - 2 * COARSE)
    return low + close + _similar(near[close : close + 2 * COARSE + length], wanted)


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
