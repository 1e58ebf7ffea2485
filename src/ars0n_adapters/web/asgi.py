"""
The API as an ASGI application, without any global state: mount it where you like.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import re
import tempfile
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

import anyio
import anyio.to_thread
from attrs import frozen
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.requests import Request as StarletteRequest
from starlette.responses import FileResponse, Response
from starlette.routing import Route as StarletteRoute

from ars0n_adapters.storage.local import LocalBlobs
from ars0n_adapters.web import endpoints, errors, uploads
from ars0n_adapters.web.endpoints import Context
from ars0n_adapters.web.http import API_PREFIX, Answer, Request
from ars0n_adapters.web.routes import ROUTES, Route
from ars0n_core import wire
from ars0n_core.errors import (
    Ars0nError,
    InvalidRequestError,
    RateLimitExceededError,
    UnauthenticatedError,
)
from ars0n_core.ports import Policy, Ports
from ars0n_core.quotas import Decision
from ars0n_core.usecases.admit import Admission, admit

_log = logging.getLogger("ars0n.requests")

_REQUEST_ID: Final = re.compile(r"[A-Za-z0-9_-]{8,64}\Z")
_WORKERS: Final = 40
_BODY_SECONDS: Final = 120.0
_UPLOAD_SECONDS: Final = 600.0
_SERVER_FAULT: Final = 500
_BLOBS_PATH: Final = f"{API_PREFIX}/blobs/{{key:path}}"

Handler = Callable[[StarletteRequest], Awaitable[Response]]


@frozen(kw_only=True)
class Application:
    """
    What the API serves from. ``test_ports`` are for test keys (the offline providers);
    ``blobs`` are files it serves itself, when they are kept in a folder.
    """

    ports: Ports
    policy: Policy
    test_ports: Ports | None = None
    blobs: LocalBlobs | None = None
    base_url: str = ""

    def ports_for(self, admission: Admission) -> Ports:
        """
        Return the ports the caller's key is for.
        """
        if admission.caller.is_test and self.test_ports is not None:
            return self.test_ports
        return self.ports


def create_app(
    ports: Ports,
    policy: Policy,
    *,
    test_ports: Ports | None = None,
    blobs: LocalBlobs | None = None,
    base_url: str = "",
    lifespan: Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]] | None = None,
) -> Starlette:
    """
    Return the API as a Starlette application.

    ``base_url`` is what absolute links start with; empty: what the client asked for.
    """
    application = Application(
        ports=ports, policy=policy, test_ports=test_ports, blobs=blobs, base_url=base_url
    )
    limiter = _Limiter()
    methods: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        methods.setdefault(_path(route), {})[route.method] = route
    routes = [
        StarletteRoute(path, _serve(application, rows, limiter), methods=[*rows], name=path)
        for path, rows in methods.items()
    ]
    if blobs is not None:
        routes.append(
            StarletteRoute(_BLOBS_PATH, _serve_blob(application, blobs, limiter), methods=["GET"])
        )
    routes.append(StarletteRoute("/health", _health, methods=["GET"]))
    return Starlette(
        routes=routes,
        exception_handlers={HTTPException: _http_error, Exception: _fault},
        lifespan=lifespan,
    )


def _path(route: Route) -> str:
    return API_PREFIX + route.path


class _Limiter:
    """
    How many use cases run in threads at once; made in the loop that serves.
    """

    def __init__(self) -> None:
        self._made: anyio.CapacityLimiter | None = None

    async def run(self, call: Callable[[], Any]) -> Any:
        """
        Run *call* in a thread.
        """
        if self._made is None:
            self._made = anyio.CapacityLimiter(_WORKERS)
        return await anyio.to_thread.run_sync(call, limiter=self._made)


def _serve(application: Application, rows: Mapping[str, Route], limiter: _Limiter) -> Handler:
    async def handle(request: StarletteRequest) -> Response:
        route = rows["GET" if request.method == "HEAD" else request.method]
        started = time.perf_counter()
        request_id = _request_id(request)
        decision: Decision | None = None
        try:
            admission = await limiter.run(partial(_admit, application, request))
            decision = admission.decision
            response = await _answer(application, admission, request, route, limiter)
        except RateLimitExceededError as error:
            decision = Decision(
                allowed=False,
                limit=error.limit,
                remaining=error.remaining,
                reset_at=error.reset_at,
            )
            response = _refused(application, error)
        except Ars0nError as error:
            if errors.status_of(type(error)) >= _SERVER_FAULT:
                _log.exception("request %s failed", request_id)
            response = _refused(application, error)
        except ClientDisconnect:
            response = Response(status_code=499)
        except Exception:  # noqa: BLE001 - logged; the client gets an answer with its id
            _log.exception("request %s failed", request_id)
            response = _json(errors.internal().status, errors.internal().body)
        _stamp(response, request_id, decision or _nobody(application))
        _log.info(
            "request",
            extra={
                "request_id": request_id,
                "route": route.name,
                "status": response.status_code,
                "milliseconds": round(1000 * (time.perf_counter() - started), 1),
            },
        )
        return response

    return handle


def _admit(application: Application, request: StarletteRequest) -> Admission:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key.strip():
        raise UnauthenticatedError
    return admit(application.ports, application.policy, key.strip())


async def _answer(
    application: Application,
    admission: Admission,
    request: StarletteRequest,
    route: Route,
    limiter: _Limiter,
) -> Response:
    with contextlib.ExitStack() as stack:
        upload, body = None, b""
        if route.uploads:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ars0n-upload-")))
            upload = await _uploaded(request, folder)
        elif request.method == "POST":
            body = await _body(request)
        context = Context(
            ports=application.ports_for(admission),
            policy=application.policy,
            caller=admission.caller,
            request=Request(
                params=request.path_params,
                query=_query(request),
                headers=dict(request.headers),
                body=body,
                upload=upload,
                origin=application.base_url or _origin(request),
            ),
        )
        answer: Answer = await limiter.run(partial(route.endpoint, context))
    response = _response(answer)
    return _conditional(request, response) if route.tagged else response


async def _uploaded(request: StarletteRequest, folder: Path) -> uploads.Upload:
    content_type = request.headers.get("content-type", "")
    try:
        with anyio.fail_after(_UPLOAD_SECONDS):
            return await uploads.receive(content_type, request.stream(), folder)
    except TimeoutError:
        raise InvalidRequestError({"file": ["The upload took too long"]}) from None


async def _body(request: StarletteRequest) -> bytes:
    received = bytearray()
    try:
        with anyio.fail_after(_BODY_SECONDS):
            async for chunk in request.stream():
                received += chunk
                if len(received) > wire.BODY_BYTES_MAX:
                    wire.parse(bytes(received))
    except TimeoutError:
        raise InvalidRequestError(form_errors=["The body took too long"]) from None
    return bytes(received)


def _query(request: StarletteRequest) -> dict[str, str]:
    query: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in query:
            raise InvalidRequestError({name[:100]: ["Given more than once"]})
        if "\x00" in value:
            raise InvalidRequestError({name[:100]: ["Must not contain NUL"]})
        query[name] = value
    return query


def _origin(request: StarletteRequest) -> str:
    return f"{request.url.scheme}://{request.url.netloc}{request.scope.get('root_path', '')}"


def _response(answer: Answer) -> Response:
    if answer.file is not None:
        return FileResponse(
            answer.file,
            status_code=answer.status,
            headers=dict(answer.headers),
            media_type=answer.media_type,
        )
    if answer.body is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    return _json(answer.status, answer.body, answer.headers)


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(
        content,
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def _conditional(request: StarletteRequest, response: Response) -> Response:
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    known = {
        name.strip().removeprefix("W/")
        for name in request.headers.get("if-none-match", "").split(",")
    }
    if tag in known or "*" in known:
        kept = {name: response.headers[name] for name in ("ETag", "Cache-Control")}
        return Response(status_code=304, headers=kept)
    return response


def _refused(application: Application, error: Ars0nError) -> Response:
    refusal = errors.refuse(error, now=application.ports.clock.now())
    return _json(refusal.status, refusal.body, refusal.headers)


def _nobody(application: Application) -> Decision:
    # Whoever has no key has no window: nothing is left of nothing.
    reset = application.ports.clock.now() + timedelta(minutes=1)
    return Decision(allowed=False, limit=0, remaining=0, reset_at=reset)


def _stamp(response: Response, request_id: str, decision: Decision) -> None:
    response.headers["X-Request-Id"] = request_id
    response.headers["X-RateLimit-Limit"] = str(decision.limit)
    response.headers["X-RateLimit-Remaining"] = str(decision.remaining)
    response.headers["X-RateLimit-Reset"] = _reset(decision.reset_at)
    response.headers["X-Content-Type-Options"] = "nosniff"


def _reset(moment: datetime) -> str:
    return str(-int(-moment.timestamp() // 1))


def _request_id(request: StarletteRequest) -> str:
    sent = request.headers.get("x-request-id", "")
    return sent if _REQUEST_ID.match(sent) else str(uuid.uuid4())


def _serve_blob(application: Application, blobs: LocalBlobs, limiter: _Limiter) -> Handler:
    async def handle(request: StarletteRequest) -> Response:
        request_id = _request_id(request)
        try:
            asked = Request(params=request.path_params, query=_query(request))
            now = application.ports.clock.now()
            answer = await limiter.run(partial(endpoints.get_blob, blobs, asked, now=now))
            response = _response(answer)
        except Ars0nError as error:
            response = _refused(application, error)
        response.headers["X-Request-Id"] = request_id
        response.headers["X-Content-Type-Options"] = "nosniff"
        return response

    return handle


async def _health(_: StarletteRequest) -> Response:
    return _json(200, {"status": "ok"})


async def _http_error(request: StarletteRequest, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else _SERVER_FAULT
    sentence = {404: "Not found", 405: "Method not allowed"}.get(status, "Bad request")
    code = sentence.upper().replace(" ", "_")
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    response = _json(status, {"error": sentence, "code": code}, headers)
    response.headers["X-Request-Id"] = _request_id(request)
    return response


async def _fault(request: StarletteRequest, _: Exception) -> Response:
    response = _json(errors.internal().status, errors.internal().body)
    response.headers["X-Request-Id"] = _request_id(request)
    return response
