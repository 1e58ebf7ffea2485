"""
Veo on Google's Agent Platform: long-running operations, their names good anywhere.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_adapters.providers.genai import calls, faults
from ars0n_adapters.providers.genai.clips import HeldBack, Made
from ars0n_adapters.providers.genai.shots import NEGATIVE
from ars0n_core.errors import ProviderUnknownError

if TYPE_CHECKING:
    from ars0n_adapters.providers.genai.calls import Line
    from ars0n_adapters.providers.genai.shots import Shot

_NAME: Final = re.compile(
    r"(?:projects/[^/\s]+/locations/[^/\s]+/)?publishers/google/models/[^/\s]+/operations/[^/\s]+"
)
_TRANSIENT: Final = frozenset({8, 13, 14})
# google.rpc: RESOURCE_EXHAUSTED, INTERNAL, UNAVAILABLE; nothing was made, nothing billed.

_LABEL_MAX: Final = 63


@frozen(kw_only=True)
class VeoStudio:
    """
    Makes silent clips of *lines* (720 or 1080).
    """

    lines: int = 720

    def submit(self, line: Line, shot: Shot) -> str:
        """
        Start the operation and return its name.
        """
        config: dict[str, Any] = {
            "number_of_videos": 1,
            "duration_seconds": shot.seconds,
            "aspect_ratio": shot.shape,
            "resolution": f"{self.lines}p",
            "person_generation": "allow_adult",
            "negative_prompt": NEGATIVE,
            "generate_audio": False,  # we lay our own sound; silent clips cost less
            "seed": shot.seed,
            "resize_mode": "PAD" if shot.padded else "CROP",
        }
        if line.account.project and shot.label:
            config["labels"] = {"job": _label(shot.label)}  # for the bill
        source = {
            "prompt": shot.prompt,
            "image": {"image_bytes": shot.still, "mime_type": "image/jpeg"},
        }
        operation = line.call(
            lambda client: client.models.generate_videos(
                model=shot.model, source=source, config=config
            ),
            billed=True,
        )
        if not operation.name:
            raise ProviderUnknownError("Google took the clip without a name", port=line.port)
        return str(operation.name)

    def ask(self, line: Line, name: str) -> Made | HeldBack | None:
        """
        Return how the operation *name* stands.
        """

        def ask(client: Any) -> Any:
            from google.genai import types  # noqa: PLC0415 - lazy, as the SDK

            return client.operations.get(types.GenerateVideosOperation(name=name))

        operation = line.call(ask, billed=False, wait_seconds=calls.POLL_WAIT_SECONDS)
        if not operation.done:
            return None
        if operation.error:
            code = operation.error.get("code")
            text = str(operation.error.get("message") or f"error {code}")
            reason = faults.filtered([text])
            if code in _TRANSIENT:
                return HeldBack(f"Google gave up on the clip: {faults.plain(text)}", again=True)
            return HeldBack(reason)
        response = operation.response
        for video in getattr(response, "generated_videos", None) or ():
            if video.video and video.video.video_bytes:
                return Made(video.video.video_bytes)
            if video.video and video.video.uri:
                return HeldBack("Google put the clip into a bucket instead of its answer")
        reasons = getattr(response, "rai_media_filtered_reasons", None) or []
        if reasons or getattr(response, "rai_media_filtered_count", None):
            # Google's own words: nothing is charged for it; the next try often passes.
            return HeldBack(faults.filtered(reasons), again=True)
        return HeldBack("Google ended the clip's making without a clip and without a reason")

    def knows(self, name: str) -> bool:
        """
        Whether *name* is an operation's.
        """
        return _NAME.fullmatch(name) is not None


def _label(text: str) -> str:
    """
    Return *text* as a label of Google's bills may be.

    >>> _label("job_A1-2 x")
    'job_a1-2-x'
    """
    return re.sub(r"[^a-z0-9_-]", "-", text.lower())[:_LABEL_MAX]
