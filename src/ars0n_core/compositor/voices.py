"""
The narrator's treatment: rumble cut, loudness ridden, peaks evened, so that every word is
heard over a bed on a phone's loudspeaker.

All of it is gain and one high-pass: nothing is added to the voice. A silent voice stays
silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from ars0n_core.compositor import filters, loudness, tapes
from ars0n_core.compositor.filters import Samples
from ars0n_core.compositor.tapes import Tape
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import numpy.typing as npt

    from ars0n_core.compositor.tapes import Read

RUMBLE_HZ: Final = 75.0
"""
Below any speaking voice's lowest note; plosives and room hum lie there.
"""

LEVEL_LUFS: Final = -20.0
"""
Where the voice stands in the mix before the one gain that sets the ad's loudness.
"""

HEARD_LUFS: Final = -60.0
"""
A voice below this is a silent file, not a quiet speaker, and is not raised.
"""

HOP: Final = 480
"""
Envelopes are taken every 10 ms.
"""

HOP_OF_FILTER: Final = 10 * HOP

ACTIVE_DB: Final = -25.0
"""
How far under the voice's own level its sounds still count as speech.
"""

RIDE_SECONDS: Final = 2.5
RIDE_DB_MAX: Final = 4.0
RIDE_SHARE: Final = 0.7
"""
The slow hand on the fader: over a phrase, most of the way, never more than 4 dB.
"""

RATIO: Final = 2.5
KNEE_DB: Final = 6.0
RELEASE_SHARE: Final = 0.09
"""
Share of the way back in a hop: about 110 ms, a syllable.
"""


def spoken(powers: Samples) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """
    Return which hops hold speech, by the voice's own level.
    """
    decibels = 10 * np.log10(powers)
    loud = decibels[decibels > HEARD_LUFS]
    if not len(loud):
        return np.zeros(len(powers), bool)
    level = 10 * np.log10(np.mean(10 ** (loud / 10)))
    return np.asarray(decibels > max(HEARD_LUFS, level + ACTIVE_DB))


@frozen(kw_only=True, eq=False)
class Voice:
    """
    A narrator's track on tape without rumble, the gain of each `HOP` that treats it, and the
    power of each then; a voice that isn't heard has no gain.
    """

    tape: Tape
    gains: Samples
    powers: Samples

    def read(self, start: int, count: int) -> Samples:
        """
        Return (count, 1) of the treated voice from sample *start* on.
        """
        if not len(self.gains):
            return np.zeros((count, 1), np.float32)
        sound = self.tape.read(start, count)
        filters.shape(sound, self.gains, HOP, start)
        return sound


def treated(track: Read, samples: int, path: Path) -> Voice:
    """
    Return what *track* (one channel) gives, so many *samples*, as the narrator of an ad: at
    `LEVEL_LUFS`, or silent when there is nothing to hear. Its tape is at *path*.
    """
    meter = loudness.Meter(SAMPLE_RATE, 1, looked="not")
    found: list[Samples] = []
    tape = tapes.recorded(_without_rumble(track, samples, meter, found), path, 1, ours=True)
    powers = np.concatenate([np.zeros(0, np.float32), *found])[: samples // HOP]
    heard = meter.powers
    level = _played(heard)
    if level < HEARD_LUFS or not len(powers):
        return Voice(tape=tape, gains=powers[:0], powers=powers[:0])
    raised = np.float32(10 ** ((LEVEL_LUFS - level) / 20))
    powers *= raised * raised
    powers += np.float32(1e-12)
    speech = spoken(powers)
    ride = _riding(powers, speech)
    gains = raised * ride * _evening(powers * ride * ride, speech)
    # What the gains make of its loudness is known without looking at the samples again.
    level = _played(heard * loudness.gained(gains, len(heard), HOP // meter.grain))
    if level < HEARD_LUFS:
        return Voice(tape=tape, gains=powers[:0], powers=powers[:0])
    last = np.float32(10 ** ((LEVEL_LUFS - level) / 20))
    powers *= np.square(gains * (last / raised))
    return Voice(tape=tape, gains=(gains * last).astype(np.float32), powers=powers)


def _without_rumble(
    track: Read, samples: int, meter: loudness.Meter, powers: list[Samples]
) -> Iterator[Samples]:
    """
    Yield *track* high-passed, having its *meter* hear it, and note the power of each `HOP`.
    """
    cut = filters.Filter([filters.highpass(RUMBLE_HZ, SAMPLE_RATE)], HOP_OF_FILTER, 1, HOP)
    for place, block in tapes.blocks(track, 0, samples):
        whole = -(-len(block) // HOP_OF_FILTER) * HOP_OF_FILTER
        padded = block if whole == len(block) else track(place, whole)
        heard = cut.run(padded)[0]
        hops = heard.reshape(-1, HOP)
        powers.append(np.einsum("hs,hs->h", hops, hops) / np.float32(HOP))
        kept = heard[: len(block), None]
        meter.hear(kept)
        yield kept


def _played(powers: npt.NDArray[np.float64]) -> float:
    """
    Return the loudness in LUFS of one channel, K-weighted, on two loudspeakers.
    """
    grains = SAMPLE_RATE // loudness.BLOCKS_A_SECOND // loudness.grain(SAMPLE_RATE)
    return loudness.integrated(2 * loudness.by_blocks(powers, grains))


def _riding(powers: Samples, speech: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Samples:
    """
    Return a gain per hop that brings each phrase nearer to the mean of all.
    """
    heard = np.where(speech, powers, 0)
    if not speech.any():
        return np.ones(len(powers), np.float32)
    size = round(RIDE_SECONDS * 48_000 / HOP) | 1
    window = np.hanning(size + 2)[1:-1]
    count = np.convolve(speech, window)[size // 2 : size // 2 + len(powers)]
    total = np.convolve(heard, window)[size // 2 : size // 2 + len(powers)]
    mean = heard.sum() / speech.sum()
    near = (total + mean * 0.5) / (count + 0.5)  # where nobody speaks it goes to the mean
    wanted = np.clip(RIDE_SHARE * 10 * np.log10(mean / near), -RIDE_DB_MAX, RIDE_DB_MAX)
    return np.asarray(10 ** (wanted / 20), np.float32)


def _evening(powers: Samples, speech: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Samples:
    """
    Return a compressor's gain per hop: soft knee about the speech's level, falling a hop
    early, back within a syllable.
    """
    if not speech.any():
        return np.ones(len(powers), np.float32)
    decibels = 10 * np.log10(powers)
    over = decibels - 10 * np.log10(powers[speech].mean())
    bent = np.clip(over + KNEE_DB / 2, 0, KNEE_DB) ** 2 / (2 * KNEE_DB)
    over = np.where(over > KNEE_DB / 2, over, np.where(over < -KNEE_DB / 2, 0, bent))
    wanted = -over * (1 - 1 / RATIO)
    early = np.minimum(wanted, np.append(wanted[1:], 0))
    gains = early.tolist()
    held = 0.0
    for index, target in enumerate(gains):
        held = target if target < held else held + (target - held) * RELEASE_SHARE
        gains[index] = held
    return np.asarray(10 ** (np.asarray(gains) / 20), np.float32)
