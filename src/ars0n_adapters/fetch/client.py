"""
The download: resolve, check every answer, connect to the checked address, read bounded.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import httpcore
from attrs import field, frozen

from ars0n_adapters.fetch import urls
from ars0n_adapters.fetch.guard import Guard
from ars0n_adapters.fetch.pinned import refused, timeouts

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.errors import FetchRefusedError

REDIRECTS_MAX: Final = 3
_CHUNK_BYTES: Final = 65_536
_HEADERS_MAX: Final = 100
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200


@frozen
class GuardedFetcher:
    """
    A `Fetcher` that connects to public addresses only.
    """

    guard: Guard = field(factory=Guard)

    def check(self, url: str) -> None:
        """
        Check the shape of *url*, and its address if it names one itself.
        """
        self.guard.check(url)

    def fetch(self, url: str, target: Path, *, size_bytes_max: int) -> None:
        """
        Write what *url* serves to the file *target*.
        """
        deadline = time.monotonic() + self.guard.deadline_seconds
        place = self.guard.place(url)
        for _ in range(REDIRECTS_MAX + 1):
            location = self._visit(place, target, size_bytes_max, deadline)
            if location is None:
                return
            place = urls.follow(place, location, ports=self.guard.ports)
        raise refused(f"it redirects more than {REDIRECTS_MAX} times")

    def _visit(
        self, place: urls.Target, target: Path, size_bytes_max: int, deadline: float
    ) -> str | None:
        request = httpcore.Request(
            "GET",
            httpcore.URL(
                scheme=place.scheme.encode(),
                host=place.host.encode(),
                port=place.port,
                target=place.path.encode(),
            ),
            headers=[
                ("Host", place.authority),
                ("Accept", "image/*, */*;q=0.1"),
                ("Accept-Encoding", "identity"),
                ("User-Agent", "ars0n"),
                ("Connection", "close"),
            ],
            extensions={"timeout": timeouts(deadline)},
        )
        with (
            self.guard.connecting(deadline) as pool,
            _closing(pool.handle_request(request)) as response,
        ):
            return _read(response, target, size_bytes_max, deadline)


class _closing:  # noqa: N801 - reads as the verb it is
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __enter__(self) -> httpcore.Response:
        return self._response

    def __exit__(self, *_: object) -> None:
        self._response.close()


def _read(
    response: httpcore.Response, target: Path, size_bytes_max: int, deadline: float
) -> str | None:
    headers = {name.lower(): value for name, value in response.headers}
    if len(response.headers) > _HEADERS_MAX:
        raise refused("its answer has too many headers")
    if response.status in _REDIRECTS:
        return headers.get(b"location", b"").decode("utf-8", "replace")
    if response.status != _OK:
        raise refused(f"it answered with status {response.status}")
    if headers.get(b"content-encoding", b"identity").strip().lower() not in {b"", b"identity"}:
        raise refused("it answered compressed although asked not to")
    length = headers.get(b"content-length", b"")
    if length.isdigit() and int(length[:19]) > size_bytes_max:
        raise _too_large(size_bytes_max)
    _write(response, target, size_bytes_max, deadline)
    return None


def _write(response: httpcore.Response, target: Path, size_bytes_max: int, deadline: float) -> None:
    received = 0
    done = False
    try:
        with target.open("wb") as file:
            for chunk in response.iter_stream():
                received += len(chunk)
                if received > size_bytes_max:
                    raise _too_large(size_bytes_max)
                if time.monotonic() > deadline:
                    raise refused("it took too long")
                file.write(chunk)
        if received == 0:
            raise refused("it is empty")
        done = True
    except OSError as error:
        raise refused(f"it could not be stored: {error.strerror}") from error
    finally:
        if not done:
            target.unlink(missing_ok=True)


def _too_large(size_bytes_max: int) -> FetchRefusedError:
    return refused(f"it is larger than {size_bytes_max // 1_048_576} MB")
