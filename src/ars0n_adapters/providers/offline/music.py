"""
The offline Music port: beds composed and played by numpy, looping without a seam.

A bed is a whole number of bars, and time in it is a circle: notes that ring past the end
go on at the start, and reverb, equaliser and loudness are computed on the whole loop at
once by Fourier transform. So the file is exactly one loop (`loop`), and its last sample
leads to its first. The same mood and seed give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import math
import wave
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from ars0n_adapters.providers.offline import instruments, moods
from ars0n_adapters.providers.offline.instruments import SAMPLE_RATE
from ars0n_adapters.providers.offline.moods import Mood, Role
from ars0n_core.errors import ProviderUnavailableError
from ars0n_core.ports import Maker

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from ars0n_adapters.providers.offline.moods import Layer

    Samples = NDArray[np.float32]

BEATS_PER_BAR: Final = 4
STEPS_PER_BAR: Final = 16

LOOP_SECONDS_MAX: Final = 24.0
"""
A loop is the fewest rounds of four bars that last this long, or as long as was asked if less;
a longer bed is the loop repeated by the mix.
"""

LOUDNESS_LUFS: Final = -18.0
PEAK_DBFS: Final = -3.5
"""
What a bed is set to, peak having the last word.
"""

_LIMITER_BLOCK: Final = 240
# 5 ms, and a divisor of every bar.

# How full each bar is, 1 to 3: an opening, a build, a full part, a breath before the loop; by
# the loop's length in bars, two to four rounds.
_INTENSITIES: Final = {
    8: (1, 1, 2, 2, 3, 3, 3, 2),
    12: (1, 1, 2, 2, 3, 3, 3, 2, 3, 3, 3, 2),
    16: (1, 1, 2, 2, 3, 3, 3, 2, 2, 2, 3, 3, 3, 3, 3, 2),
}

_STEP_GRID: Final = 480
# Steps are multiples of 10 ms, so that a loop's length has small factors: fast transforms.

_STEPS_PER_BEAT: Final = STEPS_PER_BAR // BEATS_PER_BAR
_LATE_MAX: Final = 240
_DRUM_LATE_MAX: Final = 72
# Samples a hand may be late: 5 ms, drummers 1.5.

_KICK: Final = "kick"
_DUCK_DEPTH: Final = 0.44
_CHORD_CENTRE: Final = 60
_BASS_LOWEST: Final = 36
_MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
_MINOR: Final = (0, 2, 3, 5, 7, 8, 10)
_BASS_TONES: Final = {"0": 0, "5": 7, "8": 12}


@frozen(kw_only=True)
class Loop:
    """
    Where the beat is in a bed: whole samples at 48 kHz, so the mix can cut on a bar.
    """

    mood: Mood
    key: int
    progression: tuple[int, int, int, int]
    step_samples: int
    bars: int

    @property
    def bar_samples(self) -> int:
        """
        Length of a bar in samples.
        """
        return self.step_samples * STEPS_PER_BAR

    @property
    def loop_samples(self) -> int:
        """
        Length of the loop, which is the length of the file, in samples.
        """
        return self.bar_samples * self.bars

    @property
    def bpm(self) -> float:
        """
        Beats a minute.
        """
        return 60.0 * SAMPLE_RATE * BEATS_PER_BAR / self.bar_samples


def loop(mood: str, *, seconds: float, seed: str) -> Loop:
    """
    Return the measures of the bed that *mood* and *seed* give, without playing it.

    >>> bed = loop("upbeat electronic", seconds=15, seed="a")
    >>> bed.bars, bed.loop_samples == 8 * bed.bar_samples, 115 < bed.bpm < 129
    (8, True, True)
    """
    chosen = moods.mood(mood)
    rng = _rng(mood, seed, "score")
    low, high = chosen.bpm
    bpm = float(rng.uniform(low, high))
    step = round(SAMPLE_RATE * 15 / bpm / _STEP_GRID * 4) * (_STEP_GRID // 4)
    key = int(rng.choice(chosen.keys))
    progression = chosen.progressions[int(rng.integers(len(chosen.progressions)))]
    wanted = min(seconds, LOOP_SECONDS_MAX) if math.isfinite(seconds) else LOOP_SECONDS_MAX
    bar_seconds = step * STEPS_PER_BAR / SAMPLE_RATE
    bars = next((bars for bars in _INTENSITIES if bars * bar_seconds >= wanted), max(_INTENSITIES))
    return Loop(
        mood=chosen,
        key=key,
        progression=progression,
        step_samples=step,
        bars=bars,
    )


class OfflineMusic:
    """
    Plays beds on this machine; they are made here, so nobody else has rights in them.
    """

    def maker(self, grade: str = "") -> Maker:  # noqa: ARG002 - one for all
        """
        Return who plays.
        """
        return Maker(provider="ars0n", model="offline music")

    def bed(self, mood: str, *, seconds: float, seed: str, folder: Path) -> Path:
        """
        Play one loop into a 16-bit stereo WAV at 48 kHz in *folder*.

        Raises:
            ProviderUnavailableError: The file can't be written.
        """
        score = loop(mood, seconds=seconds, seed=seed)
        sound = played(score, _rng(mood, seed, "play"))
        digest = hashlib.sha256(json.dumps([_folded(mood), seed, score.bars]).encode()).hexdigest()
        path = folder / f"bed-{score.mood.name}-{digest[:16]}.wav"
        try:
            with path.open("wb") as target, wave.open(target, "wb") as file:
                file.setnchannels(2)
                file.setsampwidth(2)
                file.setframerate(SAMPLE_RATE)
                file.writeframes(np.rint(sound.T * 32767.0).astype("<i2").tobytes())
        except OSError as error:
            path.unlink(missing_ok=True)
            raise ProviderUnavailableError(
                f"The bed can't be written to disk ({error.strerror}); free some space and try "
                "again",
                port="music",
            ) from error
        return path


def played(score: Loop, rng: np.random.Generator) -> Samples:
    """
    Return the loop as float32 [2, samples], mixed and levelled.
    """
    size = score.loop_samples
    dry = np.zeros((2, size), np.float32)
    wet = np.zeros((2, size), np.float32)
    intensities = _INTENSITIES[score.bars]
    drawn = [layer.patterns[int(rng.integers(len(layer.patterns)))] for layer in score.mood.layers]
    parts = list(zip(score.mood.layers, drawn, strict=True))
    beats = next((pattern for layer, pattern in parts if layer.instrument == _KICK), "")
    for layer, pattern in parts:
        stem = _stem(layer, pattern, score, rng)
        if layer.ducks:
            stem *= _ducking(beats, score)
        dry += stem
        wet += stem * np.float32(10 ** (layer.send_db / 20))
    if score.mood.swells:
        _add_swells(dry, wet, score, intensities, rng)
    return _levelled(_mixed(dry, wet, rng))


def chords(score: Loop) -> list[tuple[int, list[int], list[int]]]:
    """
    Return for each bar of a progression the bass note, the chord close together, and the
    ladder of tones a lead climbs; MIDI numbers.
    """
    scale = _MINOR if score.mood.minor else _MAJOR

    def tone(steps: int) -> int:
        return score.key + scale[steps % 7] + 12 * (steps // 7)

    found = []
    for degree in score.progression:
        root = tone(degree)
        floor = _CHORD_CENTRE - 6
        close = sorted({floor + (tone(degree + up) - floor) % 12 for up in score.mood.tones})
        start = floor + (root - floor) % 12
        thirds = [tone(degree + up) - root for up in (0, 2, 4)]
        ladder = [start + thirds[rung % 3] + 12 * (rung // 3) for rung in range(8)]
        found.append((_BASS_LOWEST + (root - _BASS_LOWEST) % 12, close, ladder))
    return found


def _stem(layer: Layer, pattern: str, score: Loop, rng: np.random.Generator) -> Samples:
    """
    Return what one player plays, float32 [2, samples], at its level.
    """
    stem = np.zeros((2, score.loop_samples), np.float32)
    harmony = chords(score)
    late_max = _DRUM_LATE_MAX if layer.role is Role.DRUM else _LATE_MAX
    cache: dict[tuple[float, float], Samples] = {}
    strokes = [instruments.DRUMS[layer.instrument](rng)] if layer.role is Role.DRUM else []
    for bar, intensity in enumerate(_INTENSITIES[score.bars]):
        if intensity < layer.enters:
            continue
        bass, close, ladder = harmony[bar % len(harmony)]
        for step, mark in enumerate(pattern):
            if mark == ".":
                continue
            start = bar * score.bar_samples + _moment(step, score) + int(rng.integers(late_max))
            human = float(rng.uniform(0.88, 1.0))
            if layer.role is Role.DRUM:
                side = layer.width * (-1.0 if step % _STEPS_PER_BEAT else 0.6)
                _add(stem, start, _panned(strokes[0], side), int(mark) / 9 * human)
                continue
            held = _held_steps(pattern, step) * score.step_samples / SAMPLE_RATE
            if layer.role is Role.CHORD:
                for pitch in close:
                    _add(stem, start, _tone(cache, layer, pitch, held), int(mark) / 9 * human)
            else:
                pitch = bass + _BASS_TONES[mark] if layer.role is Role.BASS else ladder[int(mark)]
                accent = 0.82 if step % _STEPS_PER_BEAT else 1.0
                _add(stem, start, _tone(cache, layer, pitch, held), accent * human)
    return stem * np.float32(_gain(layer, stem, score))


def _held_steps(pattern: str, step: int) -> int:
    rest = pattern[step + 1 :]
    return 1 + (len(rest) - len(rest.lstrip(".")))


def _moment(step: int, score: Loop) -> int:
    offbeat = step % _STEPS_PER_BEAT == _STEPS_PER_BEAT // 2
    late = score.mood.swing * score.step_samples * 2 if offbeat else 0.0
    return step * score.step_samples + round(late)


def _tone(
    cache: dict[tuple[float, float], Samples], layer: Layer, pitch: int, held: float
) -> Samples:
    """
    Return a note in stereo: two detuned ones, apart by the layer's width.
    """
    key = (float(pitch), held)
    if key not in cache:
        tone = instruments.TONES[layer.instrument]
        phase = (pitch * 0.618) % 1
        one = instruments.note(tone, pitch, held, cents=-tone.detune_cents, phase=phase)
        if tone.detune_cents == 0.0:
            side = layer.width * (1 if pitch % 2 else -1) * 0.6
            cache[key] = _panned(one, side)
        else:
            other = instruments.note(
                tone, pitch, held, cents=tone.detune_cents, phase=(phase + 0.37) % 1
            )
            near, far = 0.5 + layer.width / 2, 0.5 - layer.width / 2
            cache[key] = np.stack([near * one + far * other, far * one + near * other])
    return cache[key]


def _panned(sound: Samples, side: float) -> Samples:
    angle = (side + 1) * math.pi / 4
    return np.stack([sound * np.float32(math.cos(angle)), sound * np.float32(math.sin(angle))])


def _add(stem: Samples, start: int, sound: Samples, level: float) -> None:
    """
    Add *sound* at *start*, going on at the beginning where it passes the end.
    """
    size = stem.shape[1]
    place, taken = start % size, 0
    while taken < sound.shape[1]:
        part = min(size - place, sound.shape[1] - taken)
        stem[:, place : place + part] += sound[:, taken : taken + part] * np.float32(level)
        place, taken = 0, taken + part


def _gain(layer: Layer, stem: Samples, score: Loop) -> float:
    if layer.role is Role.DRUM:
        loudest = float(np.abs(stem).max(initial=0.0))
        return 10 ** (layer.level_db / 20) / max(loudest, 1e-9)
    bars = sum(intensity >= layer.enters for intensity in _INTENSITIES[score.bars])
    power = float(np.sum(stem.astype(np.float64) ** 2)) / 2 / max(1, bars * score.bar_samples)
    return 10 ** (layer.level_db / 20) / max(math.sqrt(power), 1e-9)


def _ducking(beats: str, score: Loop) -> Samples:
    """
    Return the gain that lets the kick through: 5 dB down at each of its strokes, back
    within a beat.
    """
    beat = score.step_samples * _STEPS_PER_BEAT
    time = np.arange(beat, dtype=np.float32) / np.float32(beat)
    dip = np.float32(_DUCK_DEPTH) * np.exp(-((time / np.float32(0.3)) ** 2))
    dip *= np.minimum(time * 40, 1) * np.minimum((1 - time) * 8, 1)
    depth = np.zeros((1, score.loop_samples), np.float32)
    for bar, intensity in enumerate(_INTENSITIES[score.bars]):
        for step, mark in enumerate(beats):
            if mark != "." and intensity > 1:
                _add(depth, bar * score.bar_samples + _moment(step, score), dip[None, :], 1.0)
    gain: Samples = 1 - np.minimum(depth[0], np.float32(_DUCK_DEPTH))
    return gain


def _add_swells(
    dry: Samples,
    wet: Samples,
    score: Loop,
    intensities: tuple[int, ...],
    rng: np.random.Generator,
) -> None:
    air = _panned(instruments.swell(rng, score.bar_samples), 0.0)
    for bar, intensity in enumerate(intensities):
        following = intensities[(bar + 1) % len(intensities)]
        if following > intensity:
            _add(dry, bar * score.bar_samples, air, 0.03)
            _add(wet, bar * score.bar_samples, air, 0.02)


_REVERB_SECONDS: Final = 1.6
_PRE_DELAY_SECONDS: Final = 0.024
_HIGH_PASS_HZ: Final = 40.0
_LOW_PASS_HZ: Final = 15_000.0
_SPEECH_HZ: Final = 2_000.0
_SPEECH_DIP_DB: Final = -3.0
# The dip is an octave wide to each side: room for consonants.


def _mixed(dry: Samples, wet: Samples, rng: np.random.Generator) -> Samples:
    """
    Return dry and reverberated sound under the bus equaliser, all of it circular; *dry* is
    overwritten.
    """
    size = dry.shape[1]
    bus, room = _curves(size)
    length = min(size, round(_REVERB_SECONDS * 1.4 * SAMPLE_RATE))
    time = np.arange(length) / SAMPLE_RATE
    decay = 10 ** (-3 * time / _REVERB_SECONDS) * np.minimum(time / 0.02, 1)
    for channel in range(2):
        tail = np.zeros(size)
        tail[:length] = rng.standard_normal(length) * decay
        tail /= math.sqrt(float(np.sum(tail**2)))
        spectrum = np.fft.rfft(np.roll(tail, round(_PRE_DELAY_SECONDS * SAMPLE_RATE)))
        del tail
        spectrum *= room
        spectrum *= np.fft.rfft(wet[channel])
        spectrum += np.fft.rfft(dry[channel])
        spectrum *= bus
        dry[channel] = np.fft.irfft(spectrum, size)
    return dry


def _curves(size: int) -> tuple[Samples, Samples]:
    """
    Return what the bus equaliser and the room do to each frequency of a loop.
    """
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE).astype(np.float32)
    above = np.maximum(hertz, np.float32(1.0))
    bus = 1 / np.sqrt((1 + (_HIGH_PASS_HZ / above) ** 8) * (1 + (hertz / _LOW_PASS_HZ) ** 8))
    bus *= 10 ** (_SPEECH_DIP_DB / 20 * np.exp(-((np.log2(above / _SPEECH_HZ)) ** 2) / 1.6))
    bus[0] = 0.0
    room = 1 / np.sqrt((1 + (220.0 / above) ** 4) * (1 + (hertz / 5_000.0) ** 4))
    return bus.astype(np.float32), room.astype(np.float32)


def loudness_lufs(sound: Samples) -> float:
    """
    Return the loudness of a loop, float [2, samples] at 48 kHz, after ITU-R BS.1770 without
    gates (a bed has no silence to gate).
    """
    size = sound.shape[1]
    hertz = np.fft.rfftfreq(size, 1 / SAMPLE_RATE)
    z = np.exp(-2j * np.pi * hertz / SAMPLE_RATE)
    # The two filters of the recommendation's tables 1 and 2, at 48 kHz.
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    high = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    weight = np.abs(shelf * high) ** 2
    power = sum(
        2 * float(np.sum(np.abs(np.fft.rfft(channel)) ** 2 * weight)) / size**2 for channel in sound
    )
    return -0.691 + 10 * math.log10(max(power, 1e-12))


def _levelled(sound: Samples) -> Samples:
    """
    Return *sound* at the bed's loudness, its few higher peaks held down.
    """
    sound *= np.float32(10 ** ((LOUDNESS_LUFS - loudness_lufs(sound)) / 20))
    ceiling = np.float32(10 ** (PEAK_DBFS / 20))
    blocks = np.abs(sound).max(axis=0).reshape(-1, _LIMITER_BLOCK).max(axis=1)
    needed = np.minimum(1.0, ceiling / np.maximum(blocks, ceiling * np.float32(0.1)))
    # Each block takes the least gain of its neighbours too, so that the straight lines
    # between the blocks' middles stay under what any sample on the way needs.
    least = np.minimum(np.minimum(np.roll(needed, 1), needed), np.roll(needed, -1))
    middles = np.arange(-1, len(least) + 1) * _LIMITER_BLOCK + (_LIMITER_BLOCK - 1) / 2
    around = np.concatenate([least[-1:], least, least[:1]])
    sound *= np.interp(np.arange(sound.shape[1]), middles, around).astype(np.float32)
    return sound


def _folded(mood: str) -> str:
    return " ".join(mood.casefold().split())


def _rng(mood: str, seed: str, purpose: str) -> np.random.Generator:
    digest = hashlib.sha256(json.dumps([_folded(mood), seed, purpose]).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))
