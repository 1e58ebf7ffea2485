"""
The stand-ins' server: addresses to answers, with the script's faults in between.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import parse_qsl, unquote, urlsplit

from attrs import evolve

from ars0n_adapters.standins import refusals, scripts
from ars0n_adapters.standins.calls import Asked, Book, Call, Reply, replied
from ars0n_adapters.standins.elevenlabs import ElevenLabs
from ars0n_adapters.standins.footage import Footage
from ars0n_adapters.standins.gemini import Gemini, route_of
from ars0n_adapters.standins.scripts import BILLED, ELEVENLABS, Fault, Kind, Route, Script
from ars0n_core.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from ars0n_adapters.standins.studio import Studio

BODY_BYTES_MAX: Final = 64 << 20
IDLE_SECONDS: Final = 120.0
CONTROL: Final = "/__standins/"
WRONG: Final = "wrong"
"""
A key that begins so is refused; any other is as good as any.
"""

KNOWN: Final = ("gemini-3", "gemini-nano-banana", "gemini-omni", "veo-3.1-")
"""
What the name of a model that is still served begins with.
"""

_MODEL: Final = re.compile(
    r"/[^/]+/(?P<resource>(?P<platform>(?:projects/[^/]+/locations/[^/]+/)?publishers/google/)?"
    r"models/(?P<model>[^/:]+))(?::(?P<verb>\w+))?"
)
_INTERACTION: Final = re.compile(
    r"/[^/]+/(?P<platform>projects/[^/]+/locations/[^/]+/)?interactions(?:/(?P<name>[^/]+))?"
)
_SPEECH: Final = re.compile(
    r"/v1/text-to-speech/(?P<voice>[^/]+)(?P<how>/stream|/with-timestamps)?"
)
_HISTORY: Final = re.compile(r"/v1/history/(?P<item>[^/]+)/audio")
_VOICE: Final = re.compile(r"/v1/voices/(?P<voice>[^/]+)")


class Standins:
    """
    Gemini, Veo, Omni and ElevenLabs on one port of this machine, with *studio* behind.

    Entered as a context it serves in the background. *clip_seconds* is how long a clip
    takes at least.
    """

    def __init__(
        self,
        studio: Studio,
        *,
        script: Script | None = None,
        port: int = 0,
        clip_seconds: float = 0.0,
    ) -> None:
        self.script = script or Script()
        self.book = Book()
        self._gemini = Gemini(studio)
        self._footage = Footage(studio, self.book, seconds=clip_seconds)
        self._elevenlabs = ElevenLabs(studio)
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )
        self._closing = threading.Event()

    @property
    def url(self) -> str:
        """
        The address all of them are at.
        """
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def forget(self) -> None:
        """
        Begin a new book, with nothing in anybody's history.
        """
        self.book.clear()
        self._elevenlabs.spoken.clear()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, call: Call) -> Reply | None:
        """
        Return the answer to *call*, or None if the connection is to be dropped.
        """
        if call.path.startswith(CONTROL):
            return self._controlled(call)
        found = self._found(call)
        if found is None:
            message = f"The stand-ins don't know {call.method} {call.path}"
            return refusals.google(404, "NOT_FOUND", message)
        route, platform, answer = found
        number = self.book.enter(route, call.digest)
        fault = self.script.take(route)
        if _key(call, route).startswith(WRONG):
            fault = Fault(kind=Kind.WRONG_KEY)
        if fault.kind is Kind.HANGUP:
            return None
        asked = Asked(call=call, route=route, fault=fault, number=number)
        refused = refusals.refused(route, fault, platform=platform)
        return refused or self._spoiled(asked, self._made(asked, answer))

    def _made(self, asked: Asked, answer: Callable[[Asked], Reply]) -> Reply:
        """
        Return what *answer* makes, and bill it.
        """
        try:
            reply = answer(asked)
        except PortError as error:
            message = f"The stand-in's studio failed: {error}"
            if asked.route in ELEVENLABS:
                return refusals.elevenlabs(500, "internal_error", "internal", message)
            return refusals.google(500, "INTERNAL", message)
        if asked.route in BILLED:
            self.book.bill(asked.call.digest, reply.cost)
        return reply

    def _spoiled(self, asked: Asked, reply: Reply) -> Reply | None:
        """
        Return *reply* as it arrives, if it does.
        """
        if asked.fault.kind is Kind.RESET:
            return None
        if asked.fault.kind is Kind.STALL:
            self._closing.wait(asked.fault.seconds)
        if asked.fault.kind is Kind.TRUNCATED and asked.route not in (Route.TEXT, Route.JUDGE):
            return evolve(reply, content=reply.content[: len(reply.content) // 2])
        return reply

    def _found(self, call: Call) -> tuple[Route, bool, Callable[[Asked], Reply]] | None:
        """
        Return what *call* asks for, whether of the Agent Platform, and who answers it.
        """
        if match := _MODEL.fullmatch(call.path):
            return self._model(call, match)
        if match := _INTERACTION.fullmatch(call.path):
            platform, name = bool(match["platform"]), match["name"]
            if name is None and call.method == "POST":
                return Route.OMNI_SUBMIT, platform, self._footage.submit_omni
            if name and call.method == "GET":
                return Route.OMNI_CHECK, platform, lambda _: self._footage.check_omni(name)
            return None
        speaker = self._elevenlabs
        if (match := _SPEECH.fullmatch(call.path)) and call.method == "POST":
            voice, timed = unquote(match["voice"]), match["how"] == "/with-timestamps"
            return Route.SPEECH, False, lambda asked: speaker.speak(asked, voice, timed=timed)
        if (match := _VOICE.fullmatch(call.path)) and call.method == "GET":
            voice = unquote(match["voice"])
            return Route.VOICES, False, lambda _: speaker.voice(voice)
        if (match := _HISTORY.fullmatch(call.path)) and call.method == "GET":
            item = unquote(match["item"])
            return Route.HISTORY, False, lambda _: speaker.remembered(item)
        plain: dict[tuple[str, str], tuple[Route, Callable[[Asked], Reply]]] = {
            ("GET", "/v2/voices"): (Route.VOICES, speaker.voices),
            ("GET", "/v1/history"): (Route.HISTORY, speaker.history),
            ("POST", "/v1/music"): (Route.MUSIC, speaker.compose),
            ("GET", "/v1/user/subscription"): (Route.ACCOUNT, lambda _: speaker.subscription()),
        }
        if (call.method, call.path) == ("GET", "/v1/models") and "xi-api-key" in call.headers:
            return Route.ACCOUNT, False, lambda _: speaker.models()
        known = plain.get((call.method, call.path))
        return None if known is None else (known[0], False, known[1])

    def _model(
        self, call: Call, match: re.Match[str]
    ) -> tuple[Route, bool, Callable[[Asked], Reply]] | None:
        model, platform, resource = match["model"], bool(match["platform"]), match["resource"]
        is_veo = model.startswith("veo-")
        served = model.startswith(KNOWN) and (platform or not is_veo)
        match call.method, match["verb"]:
            case "GET", None:
                route, answer = Route.MODEL, lambda _: replied({"name": resource})
            case "POST", "generateContent" if not is_veo:
                route, answer = (
                    route_of(call.body),
                    lambda asked: self._gemini.generate(asked, model),
                )
            case "POST", "predictLongRunning" if is_veo:
                route, answer = (
                    Route.VEO_SUBMIT,
                    lambda asked: self._footage.submit_veo(asked, resource),
                )
            case "POST", "fetchPredictOperation":
                route, answer = Route.VEO_CHECK, self._footage.check_veo
            case _:
                return None
        return route, platform, answer if served else lambda _: _retired(model)

    def _controlled(self, call: Call) -> Reply:
        """
        Answer for the stand-ins themselves: what was billed, what shall go wrong.
        """
        match call.method, call.path.removeprefix(CONTROL):
            case "GET", "counters":
                return replied(self.book.told())
            case "DELETE", "counters":
                self.forget()
            case "GET", "script":
                return replied(self.script.told())
            case (("PUT" | "POST"), "script"):
                try:
                    self.script.replace(scripts.read(json.dumps(call.body)))
                except scripts.FaultyScriptError as error:
                    return replied({"error": str(error)}, status=400)
            case "DELETE", "script":
                self.script.replace({})
            case _:
                return replied({"error": "there are counters and script"}, status=404)
        return replied({})


def _retired(model: str) -> Reply:
    message = f"Publisher Model `{model}` was not found or is no longer available."
    return refusals.google(404, "NOT_FOUND", message)


def _key(call: Call, route: Route) -> str:
    """
    Return the key of *call*; none at all is a wrong one.
    """
    names = ("xi-api-key",) if route in ELEVENLABS else ("x-goog-api-key", "authorization")
    given = next((call.headers[name] for name in names if call.headers.get(name)), "")
    return given.removeprefix("Bearer ").strip() or WRONG


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False  # a stalled answer does not hold up the end

    def __init__(self, address: tuple[str, int], standins: Standins) -> None:
        self.standins = standins
        super().__init__(address, _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """
        Say nothing of callers who went away.
        """


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = IDLE_SECONDS
    server: _Server

    def _answer(self) -> None:
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > BODY_BYTES_MAX:
            self.close_connection = True
            self._send(replied({"error": "the body is too large"}, status=413))
            return
        raw = self.rfile.read(int(length))
        try:
            body = json.loads(raw) if raw else None
        except ValueError:
            self._send(replied({"error": {"code": 400, "message": "no JSON"}}, status=400))
            return
        address = urlsplit(self.path)
        reply = self.server.standins.answer(
            Call(
                method=self.command,
                path=address.path,
                query=dict(reversed(parse_qsl(address.query))),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=body,
            )
        )
        if reply is None:
            self._drop()
        else:
            self._send(reply)

    do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815 - the library's names

    def _send(self, reply: Reply) -> None:
        try:
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.media_type)
            self.send_header("Content-Length", str(len(reply.content)))
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.content)
        except OSError:
            self.close_connection = True

    def _drop(self) -> None:
        # Closed without lingering: the caller gets a reset, not an end.
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """
        Keep the terminal quiet.
        """
