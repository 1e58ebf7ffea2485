"""
Connections on which nobody asks anything are ended; those on which somebody does are not.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from ars0n_adapters.cli.silence import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENCE = 1.0


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(5 * SILENCE)
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(app, log_level="critical", lifespan="off", timeout_keep_alive=60)
    server = Server(config, silence_seconds=SILENCE)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    server.should_exit = True
    thread.join(timeout=20)
    assert not thread.is_alive()


def test_a_connection_without_a_request_is_ended(port: int) -> None:
    head = b"GET /quick HTTP/1.1\r\nHost: x\r\n"
    with contextlib.ExitStack() as stack:
        silent, half, answered, slow = (
            stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(4)
        )
        half.sendall(head)
        answered.sendall(head + b"\r\n")
        slow.sendall(head.replace(b"quick", b"slow") + b"\r\n")
        for one in (silent, half, answered, slow):
            one.settimeout(30)

        assert answered.recv(1000).startswith(b"HTTP/1.1 204")
        assert [one.recv(1000) for one in (silent, half, answered)] == [b"", b"", b""]
        assert slow.recv(1000).startswith(b"HTTP/1.1 204")
