"""
Beds composed by ElevenLabs, by mood.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_adapters.providers.elevenlabs import faults
from ars0n_adapters.providers.elevenlabs.calls import Line
from ars0n_core import assets
from ars0n_core.errors import (
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)
from ars0n_core.ports import Maker

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.work import Json

RECIPE: Final = 1
MILLISECONDS: Final = (3_000, 600_000)
"""
What can be composed.
"""

PLAIN_MOOD: Final = "warm modern pop, light percussion, hopeful"

_SPARE_SECONDS: Final = 1.0
_MOOD_CHARACTERS_MAX: Final = 500
_FORMAT: Final = "mp3_44100_128"
_PROMPT: Final = (
    "Instrumental background music for a short advertisement, under a spoken voice: {mood}. "
    "Steady level from the first second, no vocals, no sound effects, no long intro."
)


@frozen(kw_only=True)
class ElevenLabsMusic:
    """
    Composes beds; one of the same mood, length and seed is composed once.
    """

    line: Line

    def maker(self, grade: str = "") -> Maker:  # noqa: ARG002 - one for all
        """
        Return the model that composes.
        """
        return Maker(provider="ElevenLabs", model=self.line.model)

    def bed(self, mood: str, *, seconds: float, seed: str, folder: Path) -> Path:
        """
        Return an MP3 in *folder* for this mood, a little longer than *seconds*.

        Raises:
            ProviderRejectedError: It won't compose, not even what it suggested instead.
            ProviderUnavailableError: It can't now.
            ProviderUnknownError: It may have been billed.
            MisconfiguredError: The key, the plan or the model's name is no good.
        """
        least, most = MILLISECONDS
        length = min(max(math.ceil((seconds + _SPARE_SECONDS) * 1000), least), most)
        words = " ".join(mood.split())[:_MOOD_CHARACTERS_MAX] or PLAIN_MOOD
        key: Json = {
            "provider": "elevenlabs-music",
            "recipe": RECIPE,
            "model": self.line.model,
            "mood": words,
            "length": length,
            "seed": seed,
        }
        sound = self.line.kept.get(key)
        if sound is None or not _is_sound(sound):
            sound = self._allowed(_PROMPT.format(mood=words), length)
            self.line.kept.put(key, sound)
        path = folder / "bed.mp3"
        try:
            path.write_bytes(sound)
        except OSError as error:
            raise ProviderUnavailableError(
                f"{path} can't be written: {error}", port=self.line.port
            ) from error
        return path

    def _allowed(self, prompt: str, length: int) -> bytes:
        """
        Compose *prompt*, or what the service would take instead: it names no artists.
        """
        try:
            return self._composed(prompt, length)
        except ProviderRejectedError as error:
            cause = error.__cause__
            if not isinstance(cause, Exception) or "bad" not in faults.code_of(cause):
                raise
            # Refused is not billed.
            instead = faults.suggestion_of(cause) or _PROMPT.format(mood=PLAIN_MOOD)
            return self._composed(instead, length)

    def _composed(self, prompt: str, length: int) -> bytes:
        def ask(client: Any, options: dict[str, Any]) -> bytes:
            return b"".join(
                client.music.compose(
                    prompt=prompt,
                    music_length_ms=length,
                    model_id=self.line.model,
                    force_instrumental=True,
                    output_format=_FORMAT,
                    request_options=options,
                )
            )

        sound: bytes = self.line.call(ask, billed=True)
        if not _is_sound(sound):
            # Whatever came is in nobody's way again: it is not kept.
            message = "ElevenLabs' answer came without sound"
            raise ProviderUnknownError(message, port=self.line.port)
        return sound


def _is_sound(content: bytes) -> bool:
    found = assets.sniff(content[: assets.HEAD_BYTES])
    return found is not None and found[0] is assets.AssetKind.AUDIO
