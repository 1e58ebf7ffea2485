"""
Omni clips through Google's Interactions: what a plain Gemini key can order.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_adapters.providers.genai import calls, faults
from ars0n_adapters.providers.genai.clips import HeldBack, Made
from ars0n_core.errors import ProviderUnavailableError, ProviderUnknownError

if TYPE_CHECKING:
    from ars0n_adapters.providers.genai.calls import Line
    from ars0n_adapters.providers.genai.shots import Shot

_NAME: Final = re.compile(r"[\w.~-]{1,500}")
_ENDED: Final = frozenset({"failed", "cancelled", "incomplete", "budget_exceeded"})
_FREE: Final = ("not be charged", "not been charged")
# Google's own words where a clip was filtered: the next try often passes.


@frozen(kw_only=True)
class OmniStudio:
    """
    Makes clips of *lines* (720 or 1080); their sound is never used.
    """

    lines: int = 720

    def submit(self, line: Line, shot: Shot) -> str:
        """
        Start the interaction and return its id.
        """
        interaction = line.call(
            lambda client: client.interactions.create(
                model=shot.model,
                background=True,
                input=[
                    {
                        "type": "image",
                        "data": base64.b64encode(shot.still).decode(),
                        "mime_type": "image/jpeg",
                    },
                    {"type": "text", "text": shot.prompt},
                ],
                response_format=[
                    {
                        "type": "video",
                        "aspect_ratio": shot.shape,
                        "duration": f"{shot.seconds}s",
                        "resolution": f"{self.lines}p",
                        "delivery": "inline",
                    }
                ],
                generation_config={"video_config": {"task": "image_to_video"}},
            ),
            billed=True,
        )
        name = getattr(interaction, "id", None)
        if not name:
            raise ProviderUnknownError("Google took the clip without a name", port=line.port)
        return str(name)

    def ask(self, line: Line, name: str) -> Made | HeldBack | None:
        """
        Return how the interaction *name* stands.
        """
        interaction = line.call(
            lambda client: client.interactions.get(id=name),
            billed=False,
            wait_seconds=calls.POLL_WAIT_SECONDS,
        )
        status = str(getattr(interaction.status, "value", interaction.status))
        if status in _ENDED:
            reason = _reason(interaction, status)
            return HeldBack(reason, again=any(words in reason for words in _FREE))
        if status != "completed":
            return None
        video = interaction.output_video
        data = getattr(video, "data", None)
        if not data:
            return HeldBack("Google ended the clip's making without a clip and without a reason")
        try:
            return Made(base64.b64decode(data, validate=True))
        except (binascii.Error, ValueError) as error:
            raise ProviderUnavailableError(
                "Google's clip did not come whole", port=line.port
            ) from error

    def knows(self, name: str) -> bool:
        """
        Whether *name* is an interaction's.
        """
        return _NAME.fullmatch(name) is not None


def _reason(interaction: Any, status: str) -> str:
    error = getattr(interaction, "error", None)
    message = getattr(error, "message", None) or (
        error.get("message") if isinstance(error, dict) else None
    )
    if message:
        return faults.filtered([str(message)])
    return f"Google ended the clip's making: {status.replace('_', ' ')}"
