"""
The download connects to checked addresses only, and every bound holds.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.fetch import Guard, GuardedFetcher
from ars0n_core.errors import FetchRefusedError

if TYPE_CHECKING:
    from pathlib import Path

Answer = Callable[[socket.socket, str], None]


@contextmanager
def serving(answer: Answer) -> Iterator[tuple[int, list[str]]]:
    """
    Serve on loopback: every connection is given to *answer* with its request's path.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.1)
    stop = threading.Event()
    paths: list[str] = []

    def serve_one(connection: socket.socket) -> None:
        with connection:
            try:
                request = connection.recv(65_536).decode("latin-1")
                paths.append(request.split(" ")[1])
                answer(connection, request)
            except OSError:
                return

    def serve() -> None:
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            threading.Thread(target=serve_one, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1], paths
    finally:
        stop.set()
        thread.join()
        listener.close()


def fetcher(deadline_seconds: float = 5) -> GuardedFetcher:
    """
    A fetcher that may connect to loopback, by the name good.example.
    """
    return GuardedFetcher(
        Guard(
            is_allowed=lambda address: address == "127.0.0.1",
            lookup=lambda host, _: ("127.0.0.1",) if host == "good.example" else ("10.0.0.1",),
            ports=None,
            deadline_seconds=deadline_seconds,
        )
    )


def body(data: bytes, *, headers: str = "") -> Answer:
    def answer(connection: socket.socket, _: str) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(data)}\r\n{headers}\r\n"
        connection.sendall(head.encode() + data)

    return answer


def test_what_is_served_is_written(tmp_path: Path) -> None:
    with serving(body(b"picture")) as (port, paths):
        fetcher().fetch(f"http://good.example:{port}/a.png?x=1", tmp_path / "a", size_bytes_max=100)

    assert (tmp_path / "a").read_bytes() == b"picture"
    assert paths == ["/a.png?x=1"]


def test_nothing_ambient_takes_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    seen: list[str] = []

    def answer(connection: socket.socket, request: str) -> None:
        seen.append(request.lower())
        body(b"x")(connection, request)

    with serving(answer) as (port, _):
        fetcher().fetch(f"http://good.example:{port}/", tmp_path / "a", size_bytes_max=100)

    assert "cookie" not in seen[0]
    assert "authorization" not in seen[0]
    assert "accept-encoding: identity" in seen[0]


@pytest.mark.parametrize(
    "answers",
    [("10.0.0.1",), ("127.0.0.1", "10.0.0.1"), ("10.0.0.1", "127.0.0.1"), ("::1",), ()],
)
def test_one_bad_address_among_the_answers_refuses_the_host(
    tmp_path: Path, answers: tuple[str, ...]
) -> None:
    with serving(body(b"secret")) as (port, paths):
        guarded = GuardedFetcher(
            Guard(
                is_allowed=lambda address: address == "127.0.0.1",
                lookup=lambda *_: answers,
                ports=None,
            )
        )
        with pytest.raises(FetchRefusedError):
            guarded.fetch(f"http://mixed.example:{port}/", tmp_path / "a", size_bytes_max=100)

    assert paths == []
    assert not (tmp_path / "a").exists()


def test_the_default_guard_never_reaches_loopback(tmp_path: Path) -> None:
    with serving(body(b"secret")) as (port, paths):
        for host in ("127.0.0.1", "[::ffff:127.0.0.1]", "[::1]"):
            with pytest.raises(FetchRefusedError):
                GuardedFetcher(Guard(ports=None)).fetch(
                    f"http://{host}:{port}/", tmp_path / "a", size_bytes_max=100
                )

    assert paths == []


def test_the_address_is_looked_up_once_for_a_connection(tmp_path: Path) -> None:
    lookups: list[str] = []

    def moving(host: str, _: int) -> tuple[str, ...]:
        lookups.append(host)
        return ("127.0.0.1",) if len(lookups) == 1 else ("10.0.0.1",)

    with serving(body(b"x")) as (port, _):
        guarded = GuardedFetcher(
            Guard(is_allowed=lambda address: address == "127.0.0.1", lookup=moving, ports=None)
        )
        guarded.fetch(f"http://moving.example:{port}/", tmp_path / "a", size_bytes_max=100)

    assert lookups == ["moving.example"]


def redirecting(hops: int) -> Answer:
    def answer(connection: socket.socket, request: str) -> None:
        number = int(request.split(" ")[1].lstrip("/") or 0)
        if number == hops:
            body(b"arrived")(connection, request)
        else:
            connection.sendall(
                f"HTTP/1.1 302 Found\r\nLocation: /{number + 1}\r\nContent-Length: 0\r\n\r\n".encode()
            )

    return answer


def test_three_redirects_are_followed(tmp_path: Path) -> None:
    with serving(redirecting(3)) as (port, _):
        fetcher().fetch(f"http://good.example:{port}/0", tmp_path / "a", size_bytes_max=100)

    assert (tmp_path / "a").read_bytes() == b"arrived"


def test_a_fourth_redirect_is_refused(tmp_path: Path) -> None:
    with serving(redirecting(4)) as (port, paths), pytest.raises(FetchRefusedError):
        fetcher().fetch(f"http://good.example:{port}/0", tmp_path / "a", size_bytes_max=100)

    assert paths == ["/0", "/1", "/2", "/3"]


@pytest.mark.parametrize(
    "location", ["http://evil.example:{port}/", "//evil.example:{port}/", "file:///etc/passwd"]
)
def test_a_redirect_is_checked_like_the_first_url(tmp_path: Path, location: str) -> None:
    with serving(lambda c, _: c.sendall(head.encode())) as (port, paths):
        target = location.format(port=port)
        head = f"HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n"
        with pytest.raises(FetchRefusedError):
            fetcher().fetch(f"http://good.example:{port}/", tmp_path / "a", size_bytes_max=100)

    assert len(paths) == 1


def test_a_body_over_the_limit_is_refused_whether_announced_or_not(tmp_path: Path) -> None:
    def unannounced(connection: socket.socket, _: str) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"x" * 101)

    for answer in (body(b"x" * 101), unannounced):
        with serving(answer) as (port, _), pytest.raises(FetchRefusedError, match="larger"):
            fetcher().fetch(f"http://good.example:{port}/", tmp_path / "a", size_bytes_max=100)
        assert not (tmp_path / "a").exists()


def test_a_body_at_the_limit_is_taken(tmp_path: Path) -> None:
    with serving(body(b"x" * 100)) as (port, _):
        fetcher().fetch(f"http://good.example:{port}/", tmp_path / "a", size_bytes_max=100)

    assert (tmp_path / "a").stat().st_size == 100


@pytest.mark.parametrize("part", ["headers", "body"])
def test_what_drips_is_cut_at_the_deadline(tmp_path: Path, part: str) -> None:
    def drip(connection: socket.socket, _: str) -> None:
        if part == "body":
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 900:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)

    started = time.monotonic()
    with serving(drip) as (port, _), pytest.raises(FetchRefusedError):
        fetcher(deadline_seconds=0.5).fetch(
            f"http://good.example:{port}/", tmp_path / "a", size_bytes_max=1000
        )

    assert time.monotonic() - started < 20  # it would drip for 46 s
    assert not (tmp_path / "a").exists()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx",
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nshort",
        b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 200 + b"\r\nbody",
        b"not http at all",
        b"",
    ],
)
def test_a_bad_answer_is_refused_and_leaves_nothing(tmp_path: Path, answer: bytes) -> None:
    with serving(lambda c, _: c.sendall(answer)) as (port, _), pytest.raises(FetchRefusedError):
        fetcher().fetch(f"http://good.example:{port}/", tmp_path / "a", size_bytes_max=1000)

    assert list(tmp_path.iterdir()) == []


def test_a_closed_port_and_a_forbidden_address_look_alike(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    messages = set()
    for host in ("good.example", "evil.example"):
        with pytest.raises(FetchRefusedError) as caught:
            fetcher().fetch(f"http://{host}:{port}/", tmp_path / "a", size_bytes_max=10)
        messages.add(str(caught.value))

    assert len(messages) == 1
