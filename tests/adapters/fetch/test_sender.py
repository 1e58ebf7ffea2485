"""
A post connects to checked addresses only, follows nothing, and ends in time.
"""

from __future__ import annotations

import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.fetch import Guard, GuardedSender
from ars0n_core.errors import FetchRefusedError
from ars0n_core.ports import Answered

if TYPE_CHECKING:
    from collections.abc import Iterator

OK = b"HTTP/1.1 204 No Content\r\n\r\n"


@contextmanager
def receiving(answer: bytes, *, then: float = 0) -> Iterator[tuple[int, list[bytes]]]:
    """
    Receive on loopback: one connection after another is read whole and answered.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    stop = threading.Event()
    heard: list[bytes] = []

    def receive(connection: socket.socket) -> None:
        connection.settimeout(20)
        request = b""
        while b"\r\n\r\n" not in request:
            request += connection.recv(65_536)
        head, _, body = request.partition(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        while len(body) < length:
            body += connection.recv(65_536)
        heard.append(head + b"\r\n\r\n" + body)
        connection.sendall(answer)
        stop.wait(then)

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            with connection:
                try:
                    receive(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        stop.set()
        thread.join()
        listener.close()


def sender(deadline_seconds: float = 5) -> GuardedSender:
    """
    A sender that may connect to loopback, by the name good.example.
    """
    return GuardedSender(
        Guard(
            is_allowed=lambda address: address == "127.0.0.1",
            lookup=lambda host, _: ("127.0.0.1",) if host == "good.example" else ("10.0.0.1",),
            ports=None,
            deadline_seconds=deadline_seconds,
        )
    )


def test_the_body_arrives_as_it_is() -> None:
    with receiving(OK) as (port, heard):
        answered = sender().send(
            f"http://good.example:{port}/hook?x=1", '{"a":"ü"}'.encode(), {"webhook-id": "msg_1"}
        )

    assert answered == Answered(status=204)
    (request,) = heard
    head, _, body = request.partition(b"\r\n\r\n")
    assert body == '{"a":"ü"}'.encode()
    lines = head.split(b"\r\n")
    assert lines[0] == b"POST /hook?x=1 HTTP/1.1"
    assert {b"webhook-id: msg_1", b"Content-Type: application/json"} <= set(lines)


@pytest.mark.parametrize(
    ("answer", "status", "wish"),
    [
        (
            b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\nContent-Length: 0\r\n\r\n",
            302,
            None,
        ),
        (b"HTTP/1.1 410 Gone\r\nContent-Length: 0\r\n\r\n", 410, None),
        (b"HTTP/1.1 503 No\r\nRetry-After: 90\r\nContent-Length: 0\r\n\r\n", 503, 90.0),
        (b"HTTP/1.1 503 No\r\nRetry-After: soon\r\nContent-Length: 0\r\n\r\n", 503, None),
        (b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 500_000, 200, None),
    ],
    ids=["redirect", "gone", "later", "whenever", "endless"],
)
def test_what_was_said_is_told(answer: bytes, status: int, wish: float | None) -> None:
    with receiving(answer) as (port, heard):
        answered = sender().send(f"http://good.example:{port}/", b"{}", {})

    assert answered == Answered(status=status, retry_after_seconds=wish)
    assert len(heard) == 1


@pytest.mark.parametrize("host", ["bad.example", "10.0.0.1", "127.0.0.2", "[::1]", "localhost"])
def test_no_packet_leaves_for_an_address_that_is_not_allowed(host: str) -> None:
    with receiving(OK) as (port, heard), pytest.raises(FetchRefusedError):
        sender().send(f"http://{host}:{port}/", b"{}", {})

    assert heard == []


def test_the_address_is_checked_at_every_post() -> None:
    answers = iter([("127.0.0.1",), ("10.0.0.1",)])
    guarded = GuardedSender(
        Guard(
            is_allowed=lambda address: address == "127.0.0.1",
            lookup=lambda *_: next(answers),
            ports=None,
        )
    )
    with receiving(OK) as (port, heard):
        assert guarded.send(f"http://good.example:{port}/", b"{}", {}).status == 204
        with pytest.raises(FetchRefusedError):
            guarded.send(f"http://good.example:{port}/", b"{}", {})

    assert len(heard) == 1


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx"])
def test_a_server_that_keeps_us_waiting_is_left(answer: bytes) -> None:
    started = time.monotonic()
    with receiving(answer, then=60) as (port, _), pytest.raises(FetchRefusedError):
        sender(0.3).send(f"http://good.example:{port}/", b"{}", {})

    assert time.monotonic() - started < 30


@pytest.mark.parametrize(
    "url",
    ["ftp://good.example/", "http://127.0.0.1/", "http://[::1]/", "http://u:p@good.example/",
     "http://good.example:22/", "http://10.0.0.1/", "https://", "http://a b/"],
)  # fmt: skip
def test_a_url_that_is_none_is_refused_by_its_shape(url: str) -> None:
    with pytest.raises(FetchRefusedError):
        GuardedSender().check(url)


def test_a_plain_url_is_taken_without_looking_it_up() -> None:
    GuardedSender().check("https://hooks.example.com/a?b=c")
