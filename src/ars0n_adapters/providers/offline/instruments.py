"""
The players of a bed: one function a note or stroke, numpy only, no samples of anyone's.

Tones are read from band-limited tables, darker than real instruments on purpose: the
range of speech intelligibility, 1 to 4 kHz, belongs to the narrator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Samples = NDArray[np.float32]

SAMPLE_RATE: Final = 48_000
_TABLE_BITS: Final = 13
_TABLE: Final = 1 << _TABLE_BITS
_HARMONICS_MAX: Final = 200
_TREMOLO_HZ: Final = 4.5


@frozen(kw_only=True)
class Tone:
    """
    A pitched instrument as two spectra, one dying away sooner, and an envelope.

    ``slope`` is the exponent at which harmonics fall, ``odd`` how much even ones are kept
    back (1 is hollow); ``bright_hz`` and ``dark_hz`` are cut-offs; times are seconds.
    ``decay_seconds`` 0 holds the note for its whole length.
    """

    slope: float = 1.0
    odd: float = 0.0
    dark_hz: float = 600.0
    bright_hz: float = 1800.0
    bright: float = 0.5
    bright_seconds: float = 0.1
    attack_seconds: float = 0.004
    decay_seconds: float = 0.5
    release_seconds: float = 0.08
    detune_cents: float = 0.0
    octave: int = 0
    tremolo: float = 0.0


# fmt: off
TONES: Final[Mapping[str, Tone]] = {
    "pad": Tone(dark_hz=650, bright_hz=2400, bright=0.3, bright_seconds=0, attack_seconds=0.25, decay_seconds=0, release_seconds=0.7, detune_cents=8),
    "warm_pad": Tone(slope=1.3, dark_hz=480, bright_hz=1800, bright=0.25, bright_seconds=0, attack_seconds=0.9, decay_seconds=0, release_seconds=1.6, detune_cents=6),
    "dark_pad": Tone(dark_hz=380, bright_hz=1500, bright=0.25, bright_seconds=0, attack_seconds=0.5, decay_seconds=0, release_seconds=1.0, detune_cents=10, octave=-1),
    "strings": Tone(slope=1.1, dark_hz=700, bright_hz=2800, bright=0.35, bright_seconds=0, attack_seconds=0.6, decay_seconds=0, release_seconds=1.2, detune_cents=9),
    "saw_pluck": Tone(dark_hz=700, bright_hz=3600, bright=0.8, bright_seconds=0.06, decay_seconds=0.16, detune_cents=6, octave=1),
    "muted_pluck": Tone(slope=1.2, odd=0.2, dark_hz=600, bright_hz=3000, bright=0.7, bright_seconds=0.03, decay_seconds=0.13, octave=1),
    "string_pluck": Tone(slope=1.3, odd=0.15, dark_hz=800, bright_hz=3600, bright=0.8, bright_seconds=0.06, decay_seconds=0.3),
    "marimba": Tone(slope=3.0, odd=0.7, dark_hz=900, bright_hz=3200, bright=0.5, bright_seconds=0.03, attack_seconds=0.002, decay_seconds=0.22, octave=1),
    "bell": Tone(slope=2.2, odd=0.3, dark_hz=1200, bright_hz=4500, bright=0.5, bright_seconds=0.4, attack_seconds=0.006, decay_seconds=1.3, octave=1, detune_cents=3),
    "felt": Tone(slope=1.8, dark_hz=700, bright_hz=2600, bright=0.5, bright_seconds=0.12, attack_seconds=0.006, decay_seconds=0.9, release_seconds=0.2, detune_cents=2),
    "e_piano": Tone(slope=2.0, odd=0.5, dark_hz=700, bright_hz=2800, bright=0.5, bright_seconds=0.15, attack_seconds=0.004, decay_seconds=0.8, release_seconds=0.15, tremolo=0.18, detune_cents=3),
    "synth_bass": Tone(dark_hz=190, bright_hz=600, bright=0.5, bright_seconds=0.07, attack_seconds=0.004, decay_seconds=0.35),
    "round_bass": Tone(slope=1.6, dark_hz=200, bright_hz=480, bright=0.5, bright_seconds=0.1, attack_seconds=0.008, decay_seconds=0.6),
    "sub": Tone(slope=2.2, dark_hz=160, bright_hz=300, bright=0.25, bright_seconds=0, attack_seconds=0.08, decay_seconds=0, release_seconds=0.5),
}
# fmt: on


def table(hertz: float, tone: Tone, cutoff_hz: float) -> Samples:
    """
    Return one period of *tone* at *hertz* with harmonics up to a gentle *cutoff_hz*.
    """
    count = max(1, min(_HARMONICS_MAX, int(8_000 / hertz)))
    numbers = np.arange(1, count + 1)
    levels = numbers**-tone.slope
    levels = np.where(numbers % 2 == 0, levels * (1 - tone.odd), levels)
    levels = levels / (1 + (numbers * hertz / cutoff_hz) ** 4)
    spectrum = np.zeros(_TABLE // 2 + 1, dtype=np.complex128)
    # Phases of a quadratic chirp keep the wave's peaks low.
    spectrum[1 : count + 1] = levels * np.exp(1j * np.pi * numbers**2 / count)
    wave = np.fft.irfft(spectrum)
    scaled: Samples = (wave / np.sqrt(np.mean(wave**2))).astype(np.float32)
    return scaled


def note(tone: Tone, pitch: float, seconds: float, *, cents: float, phase: float) -> Samples:
    """
    Return one mono note.

    Args:
        pitch: MIDI number; 69 is 440 Hz.
        seconds: How long it is held; its decay or release rings on after that.
        cents: Detuning, so that two of them beat.
        phase: Where in its period it starts, 0 to 1.
    """
    hertz = 440.0 * 2 ** ((pitch + 12 * tone.octave - 69 + cents / 100) / 12)
    held = tone.decay_seconds == 0
    length = (
        seconds + tone.release_seconds if held else min(seconds * 2 + 0.1, 5 * tone.decay_seconds)
    )
    size = max(1, round(length * SAMPLE_RATE))
    time = np.arange(size, dtype=np.float32) / np.float32(SAMPLE_RATE)
    step = round(hertz / SAMPLE_RATE * 2**32)
    turns = np.arange(size, dtype=np.uint32) * np.uint32(step) + np.uint32(int(phase * 2**31))
    index = turns >> np.uint32(32 - _TABLE_BITS)
    sparkle = np.full(size, tone.bright, np.float32)
    if tone.bright_seconds:
        sparkle *= np.exp(time / np.float32(-tone.bright_seconds))
    sound: Samples = table(hertz, tone, tone.bright_hz)[index]
    sound *= sparkle
    sound += table(hertz, tone, tone.dark_hz)[index]
    if tone.tremolo:
        wobble = np.sin(np.float32(2 * np.pi * _TREMOLO_HZ) * time)
        sound *= 1 - np.float32(tone.tremolo / 2) * (1 + wobble)
    sound *= _envelope(tone, time, length)
    return sound


def _envelope(tone: Tone, time: Samples, length: float) -> Samples:
    rise = np.clip(time / tone.attack_seconds, 0, 1)
    shape = (rise * rise * (3 - 2 * rise)).astype(np.float32)
    if tone.decay_seconds:
        shape = shape * np.exp(-time / np.float32(tone.decay_seconds))
    fall = np.clip((length - time) / tone.release_seconds, 0, 1)
    ended: Samples = (shape * fall * fall * (3 - 2 * fall)).astype(np.float32)
    return ended


def _decayed(size: int, seconds: float) -> Samples:
    time = np.arange(size, dtype=np.float32) / SAMPLE_RATE
    fade = np.clip((size - np.arange(size, dtype=np.float32)) / (0.01 * SAMPLE_RATE), 0, 1)
    shape: Samples = (np.exp(-time / np.float32(seconds)) * fade).astype(np.float32)
    return shape


def _noise(rng: np.random.Generator, seconds: float, low_hz: float, high_hz: float) -> Samples:
    size = round(seconds * SAMPLE_RATE)
    spectrum = np.fft.rfft(rng.standard_normal(size))
    hertz = np.maximum(np.fft.rfftfreq(size, 1 / SAMPLE_RATE), 1.0)
    spectrum *= 1 / np.sqrt((1 + (low_hz / hertz) ** 6) * (1 + (hertz / high_hz) ** 6))
    wave = np.fft.irfft(spectrum, size)
    scaled: Samples = (wave / np.abs(wave).max()).astype(np.float32)
    return scaled


def kick(rng: np.random.Generator) -> Samples:
    """
    Return a soft bass drum: a tone falling from 135 to 52 Hz.
    """
    del rng
    time = np.arange(round(0.32 * SAMPLE_RATE)) / SAMPLE_RATE
    turns = 52 * time + (135 - 52) * 0.028 * (1 - np.exp(-time / 0.028))
    body = np.sin(2 * np.pi * turns).astype(np.float32) * _decayed(len(time), 0.11)
    body[:96] *= np.linspace(0, 1, 96, dtype=np.float32)
    return body


def tom(rng: np.random.Generator) -> Samples:
    """
    Return a large, far drum.
    """
    time = np.arange(round(0.9 * SAMPLE_RATE)) / SAMPLE_RATE
    turns = 58 * time + (95 - 58) * 0.05 * (1 - np.exp(-time / 0.05))
    body = np.sin(2 * np.pi * turns).astype(np.float32) * _decayed(len(time), 0.22)
    skin = _noise(rng, 0.9, 90, 320) * _decayed(len(time), 0.06) * np.float32(0.35)
    body = body + skin
    body[:240] *= np.linspace(0, 1, 240, dtype=np.float32)
    return body


def clap(rng: np.random.Generator) -> Samples:
    """
    Return several hands, a few milliseconds apart.
    """
    noise = _noise(rng, 0.25, 900, 5_000)
    shape = _decayed(len(noise), 0.055) * np.float32(0.6)
    for delay, level in ((0.0, 0.6), (0.011, 0.7), (0.023, 1.0)):
        start = round(delay * SAMPLE_RATE)
        shape[start:] += _decayed(len(noise) - start, 0.006) * np.float32(level)
    return noise * shape


def snap(rng: np.random.Generator) -> Samples:
    """
    Return a finger snap.
    """
    noise = _noise(rng, 0.12, 1_400, 4_500)
    return noise * _decayed(len(noise), 0.016)


def brush(rng: np.random.Generator) -> Samples:
    """
    Return a brush on a snare.
    """
    noise = _noise(rng, 0.28, 700, 7_000)
    rise = np.minimum(np.arange(len(noise)) / (0.008 * SAMPLE_RATE), 1).astype(np.float32)
    return noise * _decayed(len(noise), 0.06) * rise


def hat(rng: np.random.Generator) -> Samples:
    """
    Return a closed hi-hat.
    """
    noise = _noise(rng, 0.12, 7_000, 14_000)
    return noise * _decayed(len(noise), 0.025)


def shaker(rng: np.random.Generator) -> Samples:
    """
    Return one shake.
    """
    noise = _noise(rng, 0.12, 5_000, 11_000)
    rise = np.minimum(np.arange(len(noise)) / (0.022 * SAMPLE_RATE), 1).astype(np.float32)
    return noise * _decayed(len(noise), 0.03) * rise


DRUMS: Final[Mapping[str, Callable[[np.random.Generator], Samples]]] = {
    "kick": kick,
    "tom": tom,
    "clap": clap,
    "snap": snap,
    "brush": brush,
    "hat": hat,
    "shaker": shaker,
}


_SWELL_FALL: Final = 0.025


def swell(rng: np.random.Generator, samples: int) -> Samples:
    """
    Return a rush of air that grows over *samples* and stops: the announcement of a build.
    """
    noise = _noise(rng, samples / SAMPLE_RATE, 4_500, 12_000)[:samples]
    place = np.arange(len(noise), dtype=np.float32) / np.float32(len(noise))
    fall = np.clip((1 - place) / np.float32(_SWELL_FALL), 0, 1)
    rush: Samples = noise * place**3 * fall
    return rush
