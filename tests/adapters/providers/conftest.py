"""
A vendor on the loopback: the real SDKs talk to it; what it answers is the test's to say.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from attrs import define, field, frozen

from ars0n_adapters.budgets import Budget
from ars0n_adapters.results import KeptResults

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@frozen
class Request:
    """
    What the SDK sent.
    """

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: Any


@frozen
class Reply:
    """
    What it is told: a status and a body, cut short or not, late or not, or nothing at all.
    """

    status: int = 200
    body: Any = field(factory=dict)
    headers: dict[str, str] = field(factory=dict)
    media_type: str = "application/json"
    truncated: bool = False
    dropped: bool = False
    seconds: float = 0.0


@define
class Vendor:
    """
    The server's address, the requests it got, and the replies still in its queue; without
    any it answers by `otherwise`.
    """

    url: str = ""
    log: list[Request] = field(factory=list)
    queue: list[Reply] = field(factory=list)
    otherwise: Callable[[Request], Reply] = field(default=lambda _: Reply(404, {}))
    ended: threading.Event = field(factory=threading.Event)

    def count(self, part: str) -> int:
        """
        How many requests had *part* in their path.
        """
        return sum(part in request.path for request in self.log)

    def reply(self, request: Request) -> Reply:
        self.log.append(request)
        return self.queue.pop(0) if self.queue else self.otherwise(request)


def _handler(vendor: Vendor) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            return

        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            content = self.rfile.read(length)
            url = urlsplit(self.path)
            reply = vendor.reply(
                Request(
                    method=self.command,
                    path=url.path,
                    query=parse_qs(url.query),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=json.loads(content) if content else None,
                )
            )
            vendor.ended.wait(reply.seconds)
            if reply.dropped:
                self.close_connection = True
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            try:
                self.send_response(reply.status)
                self.send_header("Content-Type", reply.media_type)
                self.send_header("Content-Length", str(len(body)))
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body[: len(body) // 2] if reply.truncated else body)
            except OSError:
                self.close_connection = True
            if reply.truncated:
                self.close_connection = True

        do_GET = do_POST  # noqa: N815 - the server's own name for it

    return Handler


@contextmanager
def _served() -> Iterator[Vendor]:
    vendor = Vendor()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(vendor))
    server.daemon_threads = True
    vendor.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield vendor
    finally:
        vendor.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with _served() as served:
        yield served


@pytest.fixture
def reply() -> type[Reply]:
    return Reply


@pytest.fixture
def budget(tmp_path: Path) -> Budget:
    return Budget("vendor", tmp_path / "budgets", places=4, per_minute=6000)


@pytest.fixture
def kept(tmp_path: Path) -> KeptResults:
    return KeptResults(tmp_path / "kept", bytes_max=50_000_000, lifetime_seconds=3600)
