"""
The narrator's treatment: rumble cut, loudness ridden, peaks evened, so that every word is
heard over a bed on a phone's loudspeaker.

All of it is gain and one high-pass: nothing is added to the voice. A silent voice stays
silent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import filters, loudness

if TYPE_CHECKING:
    from ars0n_core.compositor.filters import Samples

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


def levels(voice: Samples) -> Samples:
    """
    Return the power of each whole `HOP` of *voice* (samples,), at least 1e-12.
    """
    whole = voice[: len(voice) // HOP * HOP].reshape(-1, HOP)
    powers = np.einsum("hs,hs->h", whole, whole) / np.float32(HOP)
    return np.asarray(powers + np.float32(1e-12), np.float32)


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


def treat(voice: Samples, rate: int) -> float:
    """
    Treat *voice* (samples,) in place, and return its loudness as played on both sides:
    `LEVEL_LUFS`, or `loudness.SILENCE_LUFS` when there is nothing to hear.
    """
    track = voice[:, None]
    filters.apply(track, [filters.highpass(RUMBLE_HZ, rate)])
    level = played(track, rate)
    if level < HEARD_LUFS:
        return loudness.SILENCE_LUFS
    voice *= np.float32(10 ** ((LEVEL_LUFS - level) / 20))
    powers = levels(voice)
    if not len(powers):
        return loudness.SILENCE_LUFS
    speech = spoken(powers)
    ride = _riding(powers, speech)
    gains = ride * _evening(powers * ride * ride, speech)
    filters.scale_by_curve(track, gains.astype(np.float32), HOP)
    level = played(track, rate)
    if level < HEARD_LUFS:
        return loudness.SILENCE_LUFS
    voice *= np.float32(10 ** ((LEVEL_LUFS - level) / 20))
    return LEVEL_LUFS


def played(track: Samples, rate: int) -> float:
    """
    Return the loudness in LUFS of a mono *track* (samples, 1) on two loudspeakers.
    """
    return loudness.integrated(2 * loudness.block_powers(track, rate))


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
