"""
What every answer carries, whatever made it: a request id, the rate window, and one line
in the log. Nothing that goes wrong behind this gets past it unanswered.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from attrs import define

from ars0n_adapters.web import logs
from ars0n_adapters.web.replies import NOT_HTTP, internal_error, overloaded
from ars0n_core.quotas import Decision

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from ars0n_adapters.web.application import Application

_REQUEST_ID: Final = re.compile(rb"[A-Za-z0-9_-]{8,64}\Z")
_WHOLE_URL: Final = re.compile(rb"(?i:https?)://(?P<host>[^/?#@\s]+)(?P<path>/\S*)?\Z")
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
        self._answering = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request.
        """
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        notes = Notes(_request_id(scope))
        scope[_KEY] = notes
        if not scope["path"].startswith("/"):
            _shorten(scope)
        is_head = scope["method"] == "HEAD"

        async def stamped(message: Message) -> None:
            if message["type"] == "http.response.start":
                notes.started, notes.status = True, message["status"]
                self._stamp(message, notes)
            elif is_head and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        self._answering += 1
        try:
            if self._answering > self._application.answering_max:
                await overloaded()(scope, receive, stamped)
            else:
                await self._app(scope, receive, stamped)
        except Exception as error:
            logs.request_failed(notes.request_id, error)
            if notes.started:
                raise
            await internal_error()(scope, receive, stamped)
        finally:
            self._answering -= 1
            self._note(scope, notes, time.perf_counter() - started)

    def _stamp(self, message: Message, notes: Notes) -> None:
        # None of ours sets these itself, so they are added without a look.
        decision = notes.decision or self._application.uncounted()
        message["headers"] = [*message.get("headers", ()), *_stamps(notes.request_id, decision)]

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


def not_http(application: Application, others: Iterable[tuple[bytes, bytes]]) -> bytes:
    """
    Return the answer to what can't be read as a request, as it goes over the line, with
    the *others* of its headers: the connection ends with it.
    """
    headers = [
        *others,
        (b"content-type", b"application/json"),
        (b"content-length", b"%d" % len(NOT_HTTP)),
        (b"cache-control", b"no-store"),
        (b"connection", b"close"),
        *_stamps(_chance_id(), application.uncounted()),
    ]
    head = b"".join(b"%s: %s\r\n" % header for header in headers)
    return b"HTTP/1.1 400 Bad Request\r\n%s\r\n%s" % (head, NOT_HTTP)


def _stamps(request_id: str, decision: Decision) -> tuple[tuple[bytes, bytes], ...]:
    return (
        (b"x-request-id", request_id.encode()),
        (b"x-ratelimit-limit", b"%d" % decision.limit),
        (b"x-ratelimit-remaining", b"%d" % decision.remaining),
        (b"x-ratelimit-reset", b"%d" % _whole_seconds(decision.reset_at)),
        (b"x-content-type-options", b"nosniff"),
    )


def _request_id(scope: Scope) -> str:
    for name, sent in scope["headers"]:
        if name == b"x-request-id" and _REQUEST_ID.match(sent):
            return str(sent, "ascii")
    return _chance_id()


def _chance_id() -> str:
    chance = os.urandom(16).hex()
    return f"{chance[:8]}-{chance[8:12]}-4{chance[13:16]}-a{chance[17:20]}-{chance[20:]}"


def _shorten(scope: Scope) -> None:
    """
    Take the path out of a whole URL that was asked for, as a proxy asks for it; the host
    in it is what counts, whatever ``Host`` says (RFC 9112, 3.2.2).
    """
    found = _WHOLE_URL.match(scope.get("raw_path") or scope["path"].encode())
    if found is None:
        return
    path = found["path"] or b"/"
    scope["path"], scope["raw_path"] = unquote(path.decode("latin-1")), path
    others = [(name, value) for name, value in scope["headers"] if name != b"host"]
    scope["headers"] = [*others, (b"host", found["host"])]


def _whole_seconds(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)
