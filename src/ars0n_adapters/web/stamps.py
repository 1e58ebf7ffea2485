"""
What every answer carries, whatever made it: a request id, the rate window, and one line
in the log. Nothing that goes wrong behind this gets past it unanswered.
"""

from __future__ import annotations

import re
import time
import uuid
from typing import TYPE_CHECKING, Final

from attrs import define
from starlette.datastructures import Headers, MutableHeaders

from ars0n_adapters.web import logs
from ars0n_adapters.web.replies import internal_error
from ars0n_core.quotas import Decision

if TYPE_CHECKING:
    from datetime import datetime

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ars0n_adapters.web.application import Application

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_KEY: Final = "ars0n"

UNROUTED: Final = "unrouted"


@define
class Notes:
    """
    What is known of a request while it is answered.
    """

    request_id: str
    route: str = UNROUTED
    decision: Decision | None = None
    organization_id: str = ""
    status: int = 0
    started: bool = False


def notes_of(scope: Scope) -> Notes:
    """
    Return the notes of the request in *scope*.
    """
    notes: Notes = scope[_KEY]
    return notes


class Stamped:
    """
    An ASGI application whose every answer is stamped, counted and logged.
    """

    def __init__(self, app: ASGIApp, application: Application) -> None:
        self._app = app
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        notes = Notes(_request_id(Headers(scope=scope).get("x-request-id", "")))
        scope[_KEY] = notes
        is_head = scope["method"] == "HEAD"

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                notes.started, notes.status = True, message["status"]
                self._stamp(MutableHeaders(scope=message), notes)
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            await self._app(scope, receive, stamped)
        except Exception as error:
            logs.request_failed(notes.request_id, error)
            if notes.started:
                raise
            await internal_error()(scope, receive, stamped)
        finally:
            self._note(scope, notes, time.perf_counter() - started)

    def _stamp(self, headers: MutableHeaders, notes: Notes) -> None:
        decision = notes.decision or self._application.uncounted()
        headers["X-Request-Id"] = notes.request_id
        headers["X-RateLimit-Limit"] = str(decision.limit)
        headers["X-RateLimit-Remaining"] = str(decision.remaining)
        headers["X-RateLimit-Reset"] = _whole_seconds(decision.reset_at)
        headers["X-Content-Type-Options"] = "nosniff"

    def _note(self, scope: Scope, notes: Notes, seconds: float) -> None:
        # The method is the client's word: only those that are routed are counted by name.
        method = scope["method"] if notes.route != UNROUTED else "-"
        self._application.metrics.answered(
            method=method, route=notes.route, status=notes.status, seconds=seconds
        )
        logs.request_answered(
            request_id=notes.request_id,
            organization_id=notes.organization_id,
            method=method,
            route=notes.route,
            status=notes.status,
            milliseconds=round(1000 * seconds, 1),
        )


def _request_id(sent: str) -> str:
    return sent if _REQUEST_ID.match(sent) else str(uuid.uuid4())


def _whole_seconds(moment: datetime) -> str:
    return str(-int(-moment.timestamp() // 1))
