"""
Clips: Veo's long-running operations, and Omni's interactions.
"""

from __future__ import annotations

import base64
import threading
import time
from typing import TYPE_CHECKING, Any, Final

from attrs import define, frozen

from ars0n_adapters.standins.calls import Book, Reply, replied
from ars0n_adapters.standins.gemini import named
from ars0n_adapters.standins.refusals import google
from ars0n_adapters.standins.scripts import Fault, Kind
from ars0n_adapters.standins.studio import Studio, seed_of
from ars0n_core.errors import PortError, ProviderRejectedError

if TYPE_CHECKING:
    from ars0n_adapters.standins.calls import Asked

OPERATIONS_MAX: Final = 2000
"""
Clips remembered; beyond them the oldest are gone, as they are at Google's in the end.
"""

_SECONDS: Final = (4, 6, 8)
_SHAPES: Final = ("16:9", "9:16")
_RESOLUTIONS: Final = ("720p", "1080p", "4k")
_OMNI_SECONDS: Final = range(3, 16)
_ENDED: Final = {Kind.BLOCKED, Kind.RAI, Kind.FAILED, Kind.EMPTY}
_GENERATED: Final = "type.googleapis.com/cloud.ai.large_models.vision.GenerateVideoResponse"
_BLOCKED: Final = (
    "The prompt could not be submitted. It contains words that violate the usage guidelines. "
    "Support codes: 58061214"
)
_FILTERED: Final = (
    "The clip could not be shown because it violates the usage guidelines. You will not be "
    "charged for this request. Try rephrasing the prompt. Support codes: 42237218"
)


@define
class _Clip:
    """
    A clip in the making: until when it is slow, and how it ends.
    """

    ticket: str
    fault: Fault
    ready_at: float
    request: str


@frozen(kw_only=True)
class _Wanted:
    still: bytes
    prompt: str
    shape: str
    seconds: int
    fine: bool


class Footage:
    """
    Takes clip orders and says how they are; *seconds* is how long one takes at least.
    """

    def __init__(self, studio: Studio, book: Book, *, seconds: float = 0.0) -> None:
        self._studio = studio
        self._book = book
        self._seconds = seconds
        self._lock = threading.Lock()
        self._clips: dict[str, _Clip] = {}
        self._count = 0

    def submit_veo(self, asked: Asked, resource: str) -> Reply:
        """
        Take an order of ``predictLongRunning`` for the model at *resource*.
        """
        body = asked.call.body
        instance = (named(body, "instances") or [{}])[0]
        told = named(body, "parameters") or {}
        image = named(instance, "image")
        if not named(image, "bytesBase64Encoded") or not named(image, "mimeType"):
            return google(400, "INVALID_ARGUMENT", "image needs bytesBase64Encoded and mimeType")
        faults = [
            f"{name} must be one of {allowed}, not {named(told, name)!r}"
            for name, allowed in (
                ("durationSeconds", _SECONDS),
                ("aspectRatio", _SHAPES),
                ("resolution", _RESOLUTIONS),
                ("sampleCount", (1,)),
            )
            if named(told, name) is not None and named(told, name) not in allowed
        ]
        if faults:
            return google(400, "INVALID_ARGUMENT", "; ".join(faults))
        wanted = _Wanted(
            still=_decoded(named(image, "bytesBase64Encoded")),
            prompt=str(named(instance, "prompt") or ""),
            shape=named(told, "aspectRatio") or "16:9",
            seconds=named(told, "durationSeconds") or 8,
            fine="fast" not in resource and "lite" not in resource,
        )
        return self._take(
            asked, wanted, lambda number: {"name": f"{resource}/operations/{number:08d}"}
        )

    def check_veo(self, asked: Asked) -> Reply:
        """
        Answer ``fetchPredictOperation``.
        """
        name = str(named(asked.call.body, "operationName") or "")
        clip = self._find(name)
        if clip is None:
            return google(404, "NOT_FOUND", f"Operation not found: {name}")
        match self._outcome(clip):
            case None:
                return replied({"name": name})  # no "done" while it runs
            case Kind.BLOCKED:
                ended: dict[str, Any] = {"error": {"code": 3, "message": _BLOCKED}}
            case Kind.FAILED:
                ended = {"error": {"code": 13, "message": "Internal error. Please try again."}}
            case Kind.RAI:
                filtered = {
                    "@type": _GENERATED,
                    "raiMediaFilteredCount": 1,
                    "raiMediaFilteredReasons": [_FILTERED],
                }
                ended = {"response": filtered}
            case Kind.EMPTY:
                ended = {}
            case content:
                video = {"bytesBase64Encoded": _encoded(content), "mimeType": "video/mp4"}
                made = {"@type": _GENERATED, "raiMediaFilteredCount": 0, "videos": [video]}
                ended = {"response": made}
        return replied({"name": name, "done": True, **ended})

    def submit_omni(self, asked: Asked) -> Reply:
        """
        Take an order of the Interactions API.
        """
        body = asked.call.body
        items = _flat(named(body, "input"))
        form = named(body, "responseFormat") or {}
        form = form[0] if isinstance(form, list) and form else form
        still = next((i["data"] for i in items if i.get("type") == "image" and "data" in i), None)
        text = str(named(form, "duration") or "8s").removesuffix("s")
        shape = named(form, "aspectRatio") or "16:9"
        if still is None:
            return google(400, "INVALID_ARGUMENT", "input needs an image with data")
        if not text.isdecimal() or int(text) not in _OMNI_SECONDS or shape not in _SHAPES:
            message = f"No clips are made of {text} seconds in {shape}"
            return google(400, "INVALID_ARGUMENT", message)
        wanted = _Wanted(
            still=_decoded(still),
            prompt=" ".join(str(i.get("text", "")) for i in items if i.get("type") == "text"),
            shape=shape,
            seconds=next((s for s in _SECONDS if s >= int(text)), _SECONDS[-1]),
            fine=False,
        )
        model = named(body, "model")
        return self._take(
            asked, wanted, lambda number: _interaction(f"v1_{number:08d}", model, "in_progress")
        )

    def check_omni(self, name: str) -> Reply:
        """
        Answer for the interaction *name*.
        """
        clip = self._find(name)
        if clip is None:
            return google(404, "NOT_FOUND", f"Interaction not found: {name}")
        model = "gemini-omni"
        match self._outcome(clip):
            case None:
                return replied(_interaction(name, model, "in_progress"))
            case Kind.EMPTY:
                return replied({**_interaction(name, model, "completed"), "steps": []})
            case Kind() as kind:
                message = "Internal error." if kind is Kind.FAILED else _FILTERED
                error = {"code": "13" if kind is Kind.FAILED else "3", "message": message}
                return replied({**_interaction(name, model, "failed"), "error": error})
            case content:
                video = {"type": "video", "mime_type": "video/mp4", "data": _encoded(content)}
                steps = [{"type": "model_output", "content": [video]}]
                return replied({**_interaction(name, model, "completed"), "steps": steps})

    def _take(self, asked: Asked, wanted: _Wanted, told: Any) -> Reply:
        try:
            ticket = self._studio.order_clip(
                wanted.still,
                wanted.prompt,
                shape=wanted.shape,
                seconds=wanted.seconds,
                fine=wanted.fine,
                seed=seed_of(asked.call.digest, asked.number),
            )
        except ProviderRejectedError as error:
            return google(400, "INVALID_ARGUMENT", f"Unable to process input image: {error}")
        slow = asked.fault.seconds if asked.fault.kind is Kind.SLOW else 0.0
        with self._lock:
            self._count += 1
            answer = told(self._count)
            while len(self._clips) >= OPERATIONS_MAX:
                del self._clips[next(iter(self._clips))]
            self._clips[answer.get("name") or answer["id"]] = _Clip(
                ticket=ticket,
                fault=asked.fault,
                ready_at=time.monotonic() + self._seconds + slow,
                request=asked.call.digest,
            )
        # What is filtered or fails in the end is not charged.
        return replied(answer, cost=0 if asked.fault.kind in _ENDED else 1)

    def _find(self, name: str) -> _Clip | None:
        with self._lock:
            return self._clips.get(name)

    def _outcome(self, clip: _Clip) -> bytes | Kind | None:
        """
        Return the clip, how it was lost, or None while it is being made.
        """
        if time.monotonic() < clip.ready_at:
            return None
        if clip.fault.kind in _ENDED:
            return clip.fault.kind
        try:
            return self._studio.clip(clip.ticket)
        except PortError:
            self._book.bill(clip.request, -1)
            clip.fault = type(clip.fault)(kind=Kind.FAILED)
            return Kind.FAILED


def _interaction(name: str, model: object, status: str) -> dict[str, Any]:
    return {
        "id": name,
        "object": "interaction",
        "model": model,
        "status": status,
        "created": "2026-01-01T00:00:00Z",
        "updated": "2026-01-01T00:00:10Z",
    }


def _flat(given: Any) -> list[dict[str, Any]]:
    """
    Return the items of an interaction's input, out of the steps the SDK wraps them in.
    """
    found: list[dict[str, Any]] = []
    for item in given if isinstance(given, list) else []:
        if isinstance(item, dict):
            inner = item.get("content")
            found += _flat(inner) if isinstance(inner, list) else [item]
    return found


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text.replace("-", "+").replace("_", "/"))
    except ValueError:
        return b""


def _encoded(content: bytes | Kind) -> str:
    return base64.b64encode(content).decode() if isinstance(content, bytes) else ""
