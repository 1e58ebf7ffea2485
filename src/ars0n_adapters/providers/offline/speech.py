"""
The offline Speech port: a narration with the exact time of every written word.

Each sentence is spoken by the engine on its own, trimmed to its sound, faded at both ends
and set down with a pause as long as a speaker would make it. The same order gives the
same bytes.
"""

from __future__ import annotations

import functools
import hashlib
import json
import wave
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import evolve, frozen

from ars0n_adapters.providers.offline import alignments, readings, voices
from ars0n_adapters.providers.offline.deliveries import delivery
from ars0n_adapters.providers.offline.engine import SAMPLE_RATE, engine
from ars0n_core.errors import ProviderRejectedError, ProviderUnavailableError
from ars0n_core.plans.budget import STRETCH_MAX
from ars0n_core.ports import Maker, Narration
from ars0n_core.timelines import Word

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from ars0n_adapters.providers.offline.deliveries import Delivery
    from ars0n_adapters.providers.offline.engine import Engine
    from ars0n_adapters.providers.offline.readings import Chunk
    from ars0n_adapters.providers.offline.voices import Timbre
    from ars0n_core.ports import SpeechOrder

    Samples = NDArray[np.float32]

speakable = readings.speakable

# Pauses of a brisk commercial read, between the end of one sound and the start of the next.
LEAD_SECONDS: Final = 0.05
CLAUSE_SECONDS: Final = 0.12
SENTENCE_SECONDS: Final = 0.32
TEXT_SECONDS: Final = 0.42
TAIL_SECONDS: Final = 0.15

PACE: Final = 0.85
"""
Everyone's speed: the engine by itself reads 190 words a minute, commercials run at 170.
"""

PEAK: Final = 0.84
"""
The loudest sample, -1.5 dBFS; the mix sets loudness.
"""

PHONEMES_MAX: Final = 420
"""
Longest run spoken in one call; about forty words.
"""

EDGES_SECONDS: Final = 0.2
"""
What an ad keeps free before the first word and after the last.
"""

HURRIED_PACE: Final = 1.5
"""
The fastest a script is read that is too long for its ad: 240 words a minute, the small print of
a radio ad.
"""

HURRY_MARGIN: Final = 1.06
HURRIED_TIMES: Final = 3
"""
The engine counts sounds in whole fortieths of a second: it follows a faster pace in steps.
"""

_FADE_SECONDS: Final = 0.008
_SILENCE_DB: Final = -46.0
_ONSET_MARGIN_SECONDS: Final = 0.03
_DECAY_MARGIN_SECONDS: Final = 0.06
_WINDOW: Final = SAMPLE_RATE // 200
_READINGS_CACHED: Final = 4_096


@frozen(kw_only=True)
class _Take:
    """
    A spoken chunk, trimmed: samples and the span of each written word in seconds of it.
    """

    sound: Samples
    words: tuple[tuple[str, float, float], ...]


class OfflineSpeech:
    """
    Speaks English with the voices of `voices.OfflineVoices`, on this machine.
    """

    def maker(self, grade: str = "") -> Maker:  # noqa: ARG002 - one for all
        """
        Return who speaks.
        """
        return Maker(provider="ars0n", model="offline speech")

    def refusal(self, text: str, voice_id: str) -> str | None:
        """
        Return why *text* can't be spoken, or None; every voice here reads the same.
        """
        del voice_id
        return speakable(text) if readings.has_words(text) else None

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        """
        Speak the texts into one 16-bit mono WAV at 24 kHz in *folder*.

        Raises:
            ProviderRejectedError: Unknown voice, nothing to say, or not Latin script.
            ProviderUnavailableError: The speaker can't be loaded or the file not written.
        """
        timbre = voices.timbre(order.voice_id)
        if timbre is None:
            raise ProviderRejectedError(
                f"voice_id: there is no offline voice {order.voice_id!r}; list the voices and "
                "use one of their ids",
                port="speech",
            )
        _check(order.texts)
        manner = delivery(order.style, order.emotion)
        parts, words = _read(order, timbre, manner)
        for _ in range(HURRIED_TIMES):
            if (hurry := _hurry(order, parts, timbre.pace * manner.pace)) <= 1:
                break
            manner = evolve(manner, pace=manner.pace * hurry, pause=manner.pause / hurry)
            parts, words = _read(order, timbre, manner)
        path = folder / f"narration-{_fingerprint(order)}.wav"
        _write(path, parts)
        return Narration(
            path=path,
            media_type="audio/wav",
            duration_seconds=sum(map(len, parts)) / SAMPLE_RATE,
            words=tuple(words),
        )


def _read(order: SpeechOrder, timbre: Timbre, manner: Delivery) -> tuple[list[Samples], list[Word]]:
    """
    Return the sound of a narration in parts, and when each word of it is heard.
    """
    speaker = engine()
    place = _samples(LEAD_SECONDS)
    parts: list[Samples] = [np.zeros(place, np.float32)]
    words: list[Word] = []
    gap = 0.0
    for segment, text in enumerate(order.texts):
        for number, chunk in enumerate(readings.chunks(text)):
            seed = _seed(order.seed, order.voice_id, segment, number)
            for take, closes in _takes(speaker, chunk, timbre, manner, seed):
                silence = _samples(gap * manner.pause)
                parts += [np.zeros(silence, np.float32), take.sound]
                place += silence
                words += [
                    Word(
                        text=written,
                        start_seconds=round(place / SAMPLE_RATE + start, 3),
                        end_seconds=round(place / SAMPLE_RATE + end, 3),
                        segment=segment,
                    )
                    for written, start, end in take.words
                ]
                place += len(take.sound)
                gap = SENTENCE_SECONDS if closes else CLAUSE_SECONDS
        gap = TEXT_SECONDS if gap else 0.0
    parts.append(np.zeros(_samples(TAIL_SECONDS), np.float32))
    return parts, words


def _hurry(order: SpeechOrder, parts: Sequence[Samples], pace: float) -> float:
    """
    Return how much faster *parts*, read at *pace*, have to be read, so that the cut's own
    quickening makes them fit the ad; 1 where they need not be, or can't be followed any faster.
    """
    if order.seconds is None:
        return 1.0
    seconds = sum(map(len, parts)) / SAMPLE_RATE
    over = seconds / ((order.seconds - EDGES_SECONDS) * STRETCH_MAX)
    return min(over * HURRY_MARGIN, HURRIED_PACE / pace) if over > 1 else 1.0


def _check(texts: tuple[str, ...]) -> None:
    for place, text in enumerate(texts):
        reason = speakable(text) if readings.has_words(text) else None
        if reason:
            raise ProviderRejectedError(f"texts[{place}]: {reason}", port="speech")
    if not any(readings.has_words(text) for text in texts):
        raise ProviderRejectedError(
            "texts: there are no words to speak; write at least one word in letters or digits",
            port="speech",
        )


def _takes(
    speaker: Engine, chunk: Chunk, timbre: Timbre, manner: Delivery, seed: str
) -> list[tuple[_Take, bool]]:
    """
    Return *chunk* spoken, in halves as often as it is too long to be said at once.
    """
    phonemes = speaker.phonemes(chunk.said)
    if len(phonemes) > PHONEMES_MAX and len(chunk.tokens) > 1:
        return [
            take
            for half, part in enumerate(readings.halves(chunk))
            for take in _takes(speaker, part, timbre, manner, f"{seed}/{half}")
        ]
    return [(_take(speaker, chunk, phonemes, timbre, manner, seed), chunk.closes)]


def _take(
    speaker: Engine, chunk: Chunk, phonemes: str, timbre: Timbre, manner: Delivery, seed: str
) -> _Take:
    written = [token for token in chunk.tokens if token.written]
    if not alignments.sound_spans(phonemes):
        # What has letters but no sound in any dictionary is spelled: never a silent word.
        phonemes = speaker.phonemes(" ".join(" ".join(token.said) for token in written))
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:8], "big"))
    toned = evolve(
        timbre,
        pitch=timbre.pitch * manner.pitch,
        range=timbre.range * manner.range,
    )
    sound, edges = speaker.speak(
        phonemes, timbre=toned, speed=PACE * timbre.pace * manner.pace, rng=rng
    )
    begin, end = _sounding(sound)
    spans = alignments.sound_spans(phonemes)
    if edges is None:
        edges = begin / SAMPLE_RATE + np.linspace(
            0.0, (end - begin) / SAMPLE_RATE, len(phonemes) + 1
        )
    times = [(float(edges[first]), float(edges[after])) for first, after in spans]
    belongs = alignments.owners(phonemes, [_read_alone(speaker, token.said) for token in written])
    shift, latest = begin / SAMPLE_RATE, (end - begin) / SAMPLE_RATE
    return _Take(
        sound=_faded(sound[begin:end]),
        words=tuple(
            (
                token.written,
                min(max(start - shift, 0.0), latest),
                min(max(stop - shift, 0.0), latest),
            )
            for token, (start, stop) in zip(
                written, alignments.word_spans(len(written), belongs, times), strict=True
            )
        ),
    )


@functools.lru_cache(maxsize=_READINGS_CACHED)
def _read_alone(speaker: Engine, said: str) -> str:
    return speaker.phonemes(said)


def _sounding(sound: Samples) -> tuple[int, int]:
    """
    Return the first and last sample worth keeping: the sound and a short margin around it.
    """
    windows = len(sound) // _WINDOW
    if not windows:
        return 0, len(sound)
    level = np.abs(sound[: windows * _WINDOW]).reshape(windows, _WINDOW).max(axis=1)
    loud = np.flatnonzero(level > level.max() * 10 ** (_SILENCE_DB / 20))
    if not len(loud):
        return 0, len(sound)
    begin = int(loud[0]) * _WINDOW - _samples(_ONSET_MARGIN_SECONDS)
    end = (int(loud[-1]) + 1) * _WINDOW + _samples(_DECAY_MARGIN_SECONDS)
    return max(0, begin), min(len(sound), end)


def _faded(sound: Samples) -> Samples:
    """
    Return *sound* rising from and falling to zero over a few milliseconds: no click.
    """
    faded = sound.copy()
    size = min(_samples(_FADE_SECONDS), len(faded) // 2)
    if size:
        ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(size) / size)).astype(np.float32)
        faded[:size] *= ramp
        faded[-size:] *= ramp[::-1]
    return faded


def _samples(seconds: float) -> int:
    return round(seconds * SAMPLE_RATE)


def _seed(*parts: object) -> str:
    return json.dumps(parts, ensure_ascii=True)


def _fingerprint(order: SpeechOrder) -> str:
    parts = (order.texts, order.voice_id, order.style, order.emotion, order.seed, order.seconds)
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]


def _write(path: Path, parts: Sequence[Samples]) -> None:
    peak = max(float(np.abs(part).max(initial=0.0)) for part in parts)
    gain = PEAK * 32767.0 / max(peak, 1e-6)
    try:
        with path.open("wb") as target, wave.open(target, "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(SAMPLE_RATE)
            for part in parts:
                file.writeframes(np.rint(part * gain).astype("<i2").tobytes())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise ProviderUnavailableError(
            f"The narration can't be written to disk ({error.strerror}); free some space and "
            "try again",
            port="speech",
        ) from error
