"""
Narration by ElevenLabs, with the time of every written word.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import time
import wave
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict, evolve, frozen

from ars0n_adapters.providers.elevenlabs import history, timings
from ars0n_adapters.providers.elevenlabs.calls import Line
from ars0n_adapters.providers.elevenlabs.deliveries import Delivery, delivery
from ars0n_core.errors import (
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)
from ars0n_core.plans.derive import is_spoken
from ars0n_core.ports import Maker, Narration
from ars0n_core.wire.plans import sentences

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.ports import SpeechOrder
    from ars0n_core.timelines import Word
    from ars0n_core.work import Json

RECIPE: Final = 1
"""
Counted up when the same order begins to be asked in other words.
"""

CHARACTERS_MAX: Final = {
    "eleven_multilingual_v2": 10_000,
    "eleven_flash_v2_5": 40_000,
    "eleven_flash_v2": 30_000,
    "eleven_v3": 5_000,
    "eleven_v4": 10_000,
    "eleven_v4_turbo": 10_000,
}
"""
Characters a request may have, by model (the service's model list); 5,000 for others.
"""

_CHARACTERS_MAX_OTHERWISE: Final = 5_000
_CONTEXT_CHARACTERS: Final = 500
_GAP_SECONDS: Final = 0.3
_BETWEEN: Final = "\n\n"
_SAMPLE_BYTES: Final = 2
_SEEDS: Final = 2**32
_STEPPED: Final = "eleven_v3"
# It takes three stabilities only, and no text before or after.


@frozen(kw_only=True)
class _Chunk:
    pieces: tuple[tuple[str, int], ...]

    @property
    def text(self) -> str:
        return _BETWEEN.join(text for text, _ in self.pieces)


@frozen(kw_only=True)
class ElevenLabsSpeech:
    """
    Speaks with ElevenLabs' voices into 16-bit mono WAV of *sample_rate*. An answer that was
    lost is looked for in the history, *looks_seconds* apart.
    """

    line: Line
    sample_rate: int = 24_000
    characters_max: int | None = None
    looks_seconds: tuple[float, ...] = history.LOOKS_SECONDS

    def maker(self, grade: str = "") -> Maker:  # noqa: ARG002 - one for all
        """
        Return the model that speaks.
        """
        return Maker(provider="ElevenLabs", model=self.line.model)

    def refusal(self, text: str, voice_id: str) -> str | None:  # noqa: ARG002 - all speak alike
        """
        Return why *text* can't be spoken, or None: the service speaks every script.
        """
        return None if is_spoken(text) else "There is nothing to say: no letter and no digit"

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        """
        Speak the texts into a file in *folder*; a long script in parts, joined.

        Raises:
            ProviderRejectedError: Unknown voice, or a text that can't be spoken.
            ProviderUnavailableError: It can't now; what was spoken before is kept.
            ProviderUnknownError: It may have been billed.
            MisconfiguredError: The key, the plan or the model's name is no good.
        """
        most = self.characters_max or CHARACTERS_MAX.get(self.line.model, _CHARACTERS_MAX_OTHERWISE)
        chunks = _chunks(order.texts, most)
        if not chunks:
            raise ProviderRejectedError("There is nothing to say", port=self.line.port)
        settings = delivery(order.style, order.emotion, stepped=self.line.model == _STEPPED)
        sound = bytearray()
        words: list[Word] = []
        for place, chunk in enumerate(chunks):
            if place:
                sound += bytes(round(_GAP_SECONDS * self.sample_rate) * _SAMPLE_BYTES)
            before = chunks[place - 1].text if place else ""
            after = chunks[place + 1].text if place + 1 < len(chunks) else ""
            spoken, alignment = self._spoken(order, settings, chunk.text, before, after)
            offset = self._seconds(sound)
            words += [
                evolve(
                    word,
                    start_seconds=word.start_seconds + offset,
                    end_seconds=word.end_seconds + offset,
                )
                for word in timings.words_of(chunk.pieces, alignment, self._seconds(spoken))
            ]
            sound += spoken
        path = folder / "narration.wav"
        self._write(path, bytes(sound))
        return Narration(
            path=path,
            media_type="audio/wav",
            duration_seconds=self._seconds(sound),
            words=tuple(words),
        )

    def _seconds(self, sound: bytes | bytearray) -> float:
        return len(sound) / _SAMPLE_BYTES / self.sample_rate

    def _spoken(
        self, order: SpeechOrder, settings: Delivery, text: str, before: str, after: str
    ) -> tuple[bytes, timings.Alignment | None]:
        asked: dict[str, Any] = {
            "text": text,
            "model_id": self.line.model,
            "output_format": f"pcm_{self.sample_rate}",
            "voice_settings": asdict(settings),
            "seed": int(hashlib.sha256(order.seed.encode()).hexdigest(), 16) % _SEEDS,
        }
        if self.line.model != _STEPPED:
            if before:
                asked["previous_text"] = before[-_CONTEXT_CHARACTERS:]
            if after:
                asked["next_text"] = after[:_CONTEXT_CHARACTERS]
        key = {"provider": "elevenlabs-speech", "recipe": RECIPE, "voice": order.voice_id, **asked}
        kept = self.line.kept.get(key)
        if kept is None:
            kept = self._bought(order.voice_id, asked, key)
            self.line.kept.put(key, kept)
            self.line.kept.drop(_noted(key))
        return _told(kept)

    def _bought(self, voice_id: str, asked: dict[str, Any], key: Json) -> bytes:
        """
        Return the answer to *asked*: what was asked before and never came is fetched, all
        else is asked for.
        """
        noted = _noted(key)
        sent = self.line.kept.get(noted)
        if sent is not None and (found := self._found(voice_id, asked, sent, looks=1)):
            return found
        if sent is None:
            sent = repr(time.time()).encode()
            self.line.kept.put(noted, sent)
        try:
            return self._asked(voice_id, asked)
        except ProviderUnknownError:
            found = self._found(voice_id, asked, sent, looks=len(self.looks_seconds))
            if found is None:
                raise
            return found
        except PortError:
            self.line.kept.drop(noted)  # nothing was spoken
            raise

    def _found(
        self, voice_id: str, asked: dict[str, Any], sent: bytes, *, looks: int
    ) -> bytes | None:
        lost = history.Lost(
            voice_id=voice_id, asked=asked, since_unix=float(sent), sample_rate=self.sample_rate
        )
        return history.found(self.line, lost, looks_seconds=self.looks_seconds[:looks])

    def _asked(self, voice_id: str, asked: dict[str, Any]) -> bytes:
        def ask(client: Any, options: dict[str, Any]) -> Any:
            from elevenlabs import VoiceSettings  # noqa: PLC0415 - lazy, as the SDK

            settings = VoiceSettings(use_speaker_boost=True, **asked["voice_settings"])
            return client.text_to_speech.convert_with_timestamps(
                voice_id, **{**asked, "voice_settings": settings}, request_options=options
            )

        answer = self.line.call(ask, billed=True)
        sound = getattr(answer, "audio_base_64", None)
        try:
            samples = base64.b64decode(sound or "", validate=True)
        except (binascii.Error, ValueError, TypeError):
            samples = b""
        samples = history.samples_of(samples, self.sample_rate)
        if len(samples) < _SAMPLE_BYTES:
            # The SDK lets a wrong body pass.
            message = "ElevenLabs' answer came without sound"
            raise ProviderUnknownError(message, port=self.line.port)
        return history.written(samples, getattr(answer, "alignment", None))

    def _write(self, path: Path, sound: bytes) -> None:
        try:
            with wave.open(str(path), "wb") as file:
                file.setnchannels(1)
                file.setsampwidth(_SAMPLE_BYTES)
                file.setframerate(self.sample_rate)
                file.writeframes(sound)
        except OSError as error:
            raise ProviderUnavailableError(
                f"{path} can't be written: {error}", port=self.line.port
            ) from error


def _noted(key: Json) -> Json:
    """
    Return under what it is kept since when there has been no answer to *key*.
    """
    return {"asked": key}


def _told(kept: bytes) -> tuple[bytes, timings.Alignment | None]:
    said = json.loads(kept)
    return base64.b64decode(said["sound"]), timings.aligned(said["alignment"])


def _chunks(texts: tuple[str, ...], most: int) -> list[_Chunk]:
    """
    Return the texts with something to say in as few requests as take them.
    """
    chunks: list[list[tuple[str, int]]] = []
    room = 0
    for segment, text in enumerate(texts):
        for part in _parts(text, most):
            needed = len(part) + len(_BETWEEN)
            if not chunks or needed > room:
                chunks.append([])
                room = most + len(_BETWEEN)
            chunks[-1].append((part, segment))
            room -= needed
    return [_Chunk(pieces=tuple(pieces)) for pieces in chunks]


def _parts(text: str, most: int) -> list[str]:
    """
    Return *text* in parts of at most *most* characters: by sentences, else by words.
    """
    text = " ".join(text.split())
    if not is_spoken(text):
        return []
    if len(text) <= most:
        return [text]
    parts: list[str] = []
    for sentence in sentences(text) or [text]:
        for word in [sentence] if len(sentence) <= most else sentence.split():
            # Longer than a request is no word of any language: cut where it must be.
            for bit in [word[i : i + most] for i in range(0, len(word), most)]:
                if parts and len(parts[-1]) + 1 + len(bit) <= most:
                    parts[-1] += f" {bit}"
                else:
                    parts.append(bit)
    return parts
