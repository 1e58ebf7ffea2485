"""
Connections on which nobody asks anything are ended, and those whose answer nobody takes;
others are not. What is no HTTP is refused in our own words.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest
import uvicorn

from ars0n_adapters.cli.lines import protocol_refusing
from ars0n_adapters.cli.silence import Server

if TYPE_CHECKING:
    from collections.abc import Iterator

SILENCE = 1.0
REFUSAL = b"HTTP/1.1 400 Ours\r\n\r\n"
LARGE_MIB = 24  # more than two sockets of this machine hold


async def app(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] != "http":
        return
    if scope["path"] == "/slow":
        await asyncio.sleep(5 * SILENCE)
    if scope["path"] == "/large":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(LARGE_MIB):
            await send({"type": "http.response.body", "body": bytes(2**20), "more_body": True})
        await send({"type": "http.response.body", "body": b""})
        return
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def port() -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        http=protocol_refusing(lambda _: REFUSAL),
        log_level="critical",
        lifespan="off",
        timeout_keep_alive=60,
    )
    server = Server(config, silence_seconds=SILENCE, stall_seconds=SILENCE)
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


def test_a_connection_whose_answer_nobody_takes_is_ended(port: int) -> None:
    with contextlib.ExitStack() as stack:
        stalled, slow = (
            stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(2)
        )
        for one in (stalled, slow):
            one.settimeout(30)
            one.sendall(b"GET /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert taken(slow, pause_seconds=0.5 * SILENCE) > LARGE_MIB * 2**20
        assert taken(stalled) < LARGE_MIB * 2**20


def taken(line: socket.socket, pause_seconds: float = 0.0) -> int:
    size = 0
    while piece := line.recv(4 * 2**20, socket.MSG_WAITALL):
        size += len(piece)
        time.sleep(pause_seconds)
    return size


@pytest.mark.parametrize(
    "sent", [b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n", b"GET / HTTP/1.1\r\nHost x\r\n\r\n"]
)
def test_what_is_no_http_is_refused_in_our_words(port: int, sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(sent)

        assert line.recv(1000, socket.MSG_WAITALL) == REFUSAL


def test_a_line_more_than_the_body_has_is_no_request(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.sendall(b"POST /quick HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}\r\n")
        answer = b""
        while piece := line.recv(1000):
            answer += piece

    assert answer.startswith(b"HTTP/1.1 204")
    assert answer.count(b"HTTP/1.1") == 1


def test_another_protocol_that_is_offered_is_passed_over(port: int) -> None:
    head = b"POST /quick HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        for _ in range(2):
            line.sendall(head + b"Content-Length: 2\r\n\r\n")
            time.sleep(0.05)  # the body comes by itself, as Java's client sends it
            line.sendall(b"{}")

            assert line.recv(1000).startswith(b"HTTP/1.1 204")
