"""
The API as an ASGI application, without any global state: mount it where you like.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import anyio
import anyio.to_thread
from attrs import evolve, frozen
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import Route as StarletteRoute

from ars0n_adapters.web import bodies, errors, events, idempotency, logs, metrics, openapi
from ars0n_adapters.web.application import Application, Waits, make_application
from ars0n_adapters.web.blobs import get_blob
from ars0n_adapters.web.endpoints import Context
from ars0n_adapters.web.http import API_PREFIX, Answer, Request
from ars0n_adapters.web.replies import json_response, response_of
from ars0n_adapters.web.routes import ROUTES, Route
from ars0n_adapters.web.shortcuts import Shortcuts
from ars0n_adapters.web.stamps import Stamped, notes_of
from ars0n_core.errors import Ars0nError, PortError, RateLimitExceededError, UnauthenticatedError
from ars0n_core.ids import VersionId
from ars0n_core.quotas import Decision
from ars0n_core.usecases.admit import Admission, admit, admit_at_once

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from ars0n_adapters.web.http import SignedFiles
    from ars0n_adapters.web.uploads import Upload
    from ars0n_core.ports import Policy, Ports, Reply, Sender

_WORKERS: Final = 40
_SHORT_BYTES: Final = 16_384
# Orders are shorter; a stranger may make us hold as much before being asked for a key.

_WITH_BODY: Final = ("POST", "PUT")

_SERVER_FAULT: Final = 500
_CLIENT_LEFT: Final = 499
_BLOBS_PATH: Final = f"{API_PREFIX}/blobs/{{key:path}}"
_OPENAPI_PATH: Final = f"{API_PREFIX}/openapi.json"

Admitted = TypeVar("Admitted", Admission, Admission | None)
Handler = Callable[[StarletteRequest], Awaitable[Response]]


def create_app(
    ports: Ports,
    policy: Policy,
    *,
    test_ports: Ports | None = None,
    blobs: SignedFiles | None = None,
    sender: Sender | None = None,
    base_url: str = "",
    waits: Waits | None = None,
    at_once: bool = False,
    lifespan: Callable[[Starlette], contextlib.AbstractAsyncContextManager[None]] | None = None,
) -> Starlette:
    """
    Return the API as a Starlette application; its ``state.application`` is what `Upkeep`
    tends.

    ``test_ports`` are for test keys (without them these are refused), ``blobs`` files it
    hands out itself, ``sender`` posts to webhooks (without it they are refused);
    ``base_url`` is what absolute links start with, or what the client asked for.
    ``at_once`` says that the store and the rate windows of *ports* are on this machine
    (SQLite, memory): then what only reads them is answered without another thread.
    """
    application = make_application(
        ports,
        policy,
        test_ports=test_ports,
        files=blobs,
        sender=sender,
        base_url=base_url,
        waits=waits,
        at_once=at_once,
    )
    server = _Server(application)
    app = Starlette(
        routes=_routes(application, server),
        middleware=[
            Middleware(Stamped, application=application),
            Middleware(Shortcuts, endpoints=_asked_most(server)),
        ],
        exception_handlers={HTTPException: _http_error},
        lifespan=lifespan,
    )
    # A path with a slash too many is another path, not a redirect to wherever Host says.
    app.router.redirect_slashes = False
    app.state.application = application
    return app


def _asked_most(server: _Server) -> dict[tuple[str, str], _Endpoint]:
    return {
        (route.method, API_PREFIX + route.path): _Endpoint(server.serve({route.method: route}))
        for route in ROUTES
        if route.glance is not None
    }


def _routes(application: Application, server: _Server) -> list[StarletteRoute]:
    methods: dict[str, dict[str, Route]] = {}
    for route in ROUTES:
        methods.setdefault(API_PREFIX + route.path, {})[route.method] = route
    routes = [
        StarletteRoute(path, _Endpoint(server.serve(rows)), methods=[*rows])
        for path, rows in methods.items()
    ]
    if application.files is not None:
        routes.append(StarletteRoute(_BLOBS_PATH, server.blob, methods=["GET"]))
    routes.append(StarletteRoute(_OPENAPI_PATH, server.openapi, methods=["GET"]))
    routes.append(StarletteRoute("/health", server.health, methods=["GET"]))
    routes.append(StarletteRoute("/metrics", server.metrics, methods=["GET"]))
    return routes


@frozen
class _Endpoint:
    """
    A handler as an application of its own: Starlette wraps those of other kinds again.
    """

    handle: Handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request.
        """
        response = await self.handle(StarletteRequest(scope, receive, send))
        await response(scope, receive, send)


class _Server:
    """
    The handlers, over one application.
    """

    def __init__(self, application: Application) -> None:
        self._application = application
        self._streams = events.Streams()
        self._threads: anyio.CapacityLimiter | None = None

    def serve(self, rows: Mapping[str, Route]) -> Handler:
        """
        Return the handler of one path.
        """

        async def handle(request: StarletteRequest) -> Response:
            route = rows["GET" if request.method == "HEAD" else request.method]
            notes = notes_of(request.scope)
            notes.route = route.path
            try:
                if _is_short(request, route):
                    return await self._answer_at_once(request, route)
                admission = await self._run(partial(_admit, self._application, request, admit))
                return await self._answer(admission, request, route)
            except RateLimitExceededError as error:
                notes.decision = Decision(
                    allowed=False,
                    limit=error.limit,
                    remaining=error.remaining,
                    reset_at=error.reset_at,
                )
                return self._refused(error)
            except Ars0nError as error:
                if errors.status_of(type(error)) >= _SERVER_FAULT:
                    logs.request_failed(notes.request_id, error)
                return self._refused(error)
            except ClientDisconnect:
                return Response(status_code=_CLIENT_LEFT)

        return handle

    async def blob(self, request: StarletteRequest) -> Response:
        """
        Hand out a file under its signed URL.
        """
        notes_of(request.scope).route = "/blobs/{key}"
        files = self._application.files
        if files is None:
            raise HTTPException(404)
        try:
            asked = Request(params=request.path_params, query=bodies.read_query(request))
            now = self._application.ports.clock.now()
            return response_of(await self._run(partial(get_blob, files, asked, now=now)))
        except Ars0nError as error:
            return self._refused(error)

    async def openapi(self, request: StarletteRequest) -> Response:
        """
        Say what there is to ask.
        """
        notes_of(request.scope).route = "/openapi.json"
        document = await self._run(
            partial(openapi.document, self._application.policy.edition, self._origin(request))
        )
        return json_response(200, document, {"Cache-Control": "public, max-age=300"})

    async def health(self, request: StarletteRequest) -> Response:
        """
        Say whether the store can be reached.
        """
        notes_of(request.scope).route = "/health"
        try:
            await self._run(self._look)
        except PortError:
            return json_response(503, {"status": "unavailable", "store": "unreachable"})
        return json_response(200, {"status": "ok", "store": "ok"})

    async def metrics(self, request: StarletteRequest) -> Response:
        """
        Tell everything counted.
        """
        notes_of(request.scope).route = "/metrics"
        application = self._application
        try:
            text = await self._run(partial(application.metrics.text, application.store))
        except PortError as error:
            return self._refused(error)
        return Response(
            text, headers={"Content-Type": metrics.CONTENT_TYPE, "Cache-Control": "no-store"}
        )

    async def _run(self, call: Callable[[], Any]) -> Any:
        """
        Run *call* in a thread; so many at once, made in the loop that serves.
        """
        if self._threads is None:
            self._threads = anyio.CapacityLimiter(_WORKERS)
        return await anyio.to_thread.run_sync(call, limiter=self._threads)

    async def _answer_at_once(self, request: StarletteRequest, route: Route) -> Response:
        """
        Let the request in and answer it: here, if nothing has to be waited for, else in
        one thread. Going there and back costs more than most answers.
        """
        application = self._application
        body = b""
        if request.method in _WITH_BODY:
            body = await bodies.read_body(request, application.waits)
        known = request.headers.get("if-none-match", "") if route.tagged else ""
        admitted = _admit(application, request, admit_at_once) if application.at_once else None
        if admitted is not None and route.glance is not None:
            given = route.glance(self._context(admitted, request, route, body=body))
            if given is not None:
                return response_of(given, if_none_match=known)

        def respond() -> Response:
            admission = admitted or _admit(application, request, admit)
            given = answer(self._context(admission, request, route, body=body), route)
            return response_of(given, if_none_match=known)

        response: Response = await self._run(respond)
        return response

    async def _answer(
        self, admission: Admission, request: StarletteRequest, route: Route
    ) -> Response:
        application = self._application
        with contextlib.ExitStack() as stack:
            upload, body = None, b""
            if route.uploads:
                folder = Path(
                    stack.enter_context(tempfile.TemporaryDirectory(prefix="ars0n-upload-"))
                )
                upload = await bodies.read_upload(request, folder, application.waits)
            elif request.method in _WITH_BODY:
                body = await bodies.read_body(request, application.waits)
            context = self._context(admission, request, route, body=body, upload=upload)
            if route.streams and request.method == "HEAD":
                # Nobody reads what a stream would say for half an hour.
                await self._run(partial(answer, context, route))
                return Response(media_type="text/event-stream", headers=events.HEADERS)
            if route.streams:
                return await events.stream(
                    context,
                    VersionId(request.path_params["versionId"]),
                    streams=self._streams,
                    waits=application.waits,
                    run=self._run,
                )
            return response_of(await self._run(partial(answer, context, route)))

    def _context(
        self,
        admission: Admission,
        request: StarletteRequest,
        route: Route,
        *,
        body: bytes,
        upload: Upload | None = None,
    ) -> Context:
        origin = self._origin(request)
        return Context(
            ports=self._application.ports_for(admission.caller, origin),
            policy=self._application.policy,
            caller=admission.caller,
            request=Request(
                params=request.path_params,
                query=bodies.read_query(request),
                # Others don't look: reading them all costs more than an estimate.
                headers=_headers(request) if route.charges else {},
                body=body,
                upload=upload,
                origin=origin,
            ),
            sender=self._application.sender,
            polls=self._application.polls,
            exports=self._application.exports,
        )

    def _look(self) -> None:
        with self._application.store.transaction() as tx:
            tx.keys.find("")

    def _origin(self, request: StarletteRequest) -> str:
        if self._application.base_url:
            return self._application.base_url
        asked = f"{request.url.scheme}://{request.url.netloc}"
        return asked + str(request.scope.get("root_path", ""))

    def _refused(self, error: Ars0nError) -> Response:
        refusal = errors.refuse(error, now=self._application.ports.clock.now())
        return json_response(refusal.status, refusal.body, refusal.headers)


def answer(context: Context, route: Route) -> Answer:
    """
    Return what *route* answers; a charging one once for each ``Idempotency-Key``.
    """
    if not route.charges:
        return route.endpoint(context)
    key = context.request.headers.get(idempotency.HEADER.lower())
    if key is None:
        return _charged(context, route, None)[0]
    request = context.request
    asked = b"\n".join((repr(sorted(request.params.items())).encode(), request.body))
    claimed = idempotency.claim(
        context.ports, context.caller, scope=route.name, key=key, asked=asked
    )
    if claimed.is_answered:
        return idempotency.repeated(claimed)
    is_kept = False
    try:
        given, is_kept = _charged(context, route, claimed)
    finally:
        if not is_kept:
            idempotency.release(context.ports, claimed)
    return given


def _charged(context: Context, route: Route, claimed: Reply | None) -> tuple[Answer, bool]:
    """
    Return the answer, and whether it is kept to be repeated.
    """
    if route.slow:
        return _charged_first(context, route, claimed)
    held = idempotency.HeldStore(context.ports.store)
    try:
        given = route.endpoint(evolve(context, ports=evolve(context.ports, store=held), held=held))
        charged = held.held is not None
        held.finish(lambda tx: idempotency.store(tx, claimed, given) if claimed else None)
    finally:
        held.drop()
    return given, charged


def _charged_first(context: Context, route: Route, claimed: Reply | None) -> tuple[Answer, bool]:
    if claimed is None:
        return route.endpoint(context), False
    marking = idempotency.MarkingStore(context.ports.store, claimed)
    given = route.endpoint(evolve(context, ports=evolve(context.ports, store=marking)))
    with context.ports.store.transaction() as tx:
        idempotency.store(tx, claimed, given)
        tx.commit()
    return given, True


def _admit(
    application: Application, request: StarletteRequest, let_in: Callable[..., Admitted]
) -> Admitted:
    kind, _, key = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not key.strip():
        raise UnauthenticatedError
    admission = let_in(application.ports, application.policy, key.strip())
    if admission is None:
        return admission
    notes = notes_of(request.scope)
    notes.decision = admission.decision
    notes.organization_id = admission.caller.organization.id
    return admission


def _headers(request: StarletteRequest) -> dict[str, str]:
    # The first of a name counts, as Starlette has it.
    pairs = reversed(request.scope["headers"])
    return {str(name, "latin-1"): str(value, "latin-1") for name, value in pairs}


def _is_short(request: StarletteRequest, route: Route) -> bool:
    """
    Whether the body may be read before it is known who sends it.
    """
    if route.uploads or route.streams:
        return False
    if request.method not in _WITH_BODY:
        return True
    length = request.headers.get("content-length", "")
    return length.isdecimal() and int(length[:9]) <= _SHORT_BYTES


async def _http_error(request: StarletteRequest, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else _SERVER_FAULT
    sentence = {404: "Not found", 405: "Method not allowed"}.get(status, "Bad request")
    code = sentence.upper().replace(" ", "_")
    path = request.scope["path"]
    if code == "NOT_FOUND" and ("//" in path or path[1:].endswith("/")):
        # A base URL that ends with one is the usual reason.
        sentence += ": the path has a slash too many"
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    return json_response(status, {"error": sentence, "code": code}, headers)
