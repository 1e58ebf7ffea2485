"""
The download: resolve, check every answer, connect to the checked address, read bounded.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookupTimeoutError
from typing import TYPE_CHECKING, Any, Final

import certifi
import httpcore

from ars0n_adapters.fetch import addresses, urls
from ars0n_core.errors import FetchRefusedError

if TYPE_CHECKING:
    from pathlib import Path

REDIRECTS_MAX: Final = 3
DEADLINE_SECONDS: Final = 15.0
LOOKUP_SECONDS: Final = 5.0
_CHUNK_BYTES: Final = 65_536
_HEADERS_MAX: Final = 100
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_OK: Final = 200

Resolve = Callable[[str, int], tuple[str, ...]]

# Shared and small: a slow name server must not eat threads without bound.
_LOOKUPS = ThreadPoolExecutor(4, thread_name_prefix="ars0n-lookup")


def resolve(host: str, port: int) -> tuple[str, ...]:
    """
    Return every address of *host*, in the resolver's order.

    Raises:
        FetchRefusedError: It has none, or the name server is too slow.
    """
    lookup = _LOOKUPS.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
    try:
        found = lookup.result(timeout=LOOKUP_SECONDS)
    except LookupTimeoutError:
        lookup.cancel()
        raise _refused("its host could not be looked up in time") from None
    except (OSError, UnicodeError):
        raise _refused("its host could not be found") from None
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in found))


class GuardedFetcher:
    """
    A `Fetcher` that connects to public addresses only.

    ``is_allowed``, ``lookup``, ``ports`` and ``certificates`` are for deployments with
    their own idea of public, and for tests.
    """

    def __init__(
        self,
        *,
        is_allowed: Callable[[str], bool] = addresses.is_public,
        lookup: Resolve = resolve,
        ports: frozenset[int] | None = urls.ALLOWED_PORTS,
        certificates: ssl.SSLContext | None = None,
        deadline_seconds: float = DEADLINE_SECONDS,
    ) -> None:
        self._is_allowed = is_allowed
        self._lookup = lookup
        self._ports = ports
        self._certificates = certificates
        self._deadline_seconds = deadline_seconds

    def fetch(self, url: str, target: Path, *, size_bytes_max: int) -> None:
        """
        Write what *url* serves to the file *target*.
        """
        deadline = time.monotonic() + self._deadline_seconds
        place = urls.check(url, ports=self._ports)
        for _ in range(REDIRECTS_MAX + 1):
            location = self._visit(place, target, size_bytes_max, deadline)
            if location is None:
                return
            place = urls.follow(place, location, ports=self._ports)
        raise _refused(f"it redirects more than {REDIRECTS_MAX} times")

    def _visit(
        self, place: urls.Target, target: Path, size_bytes_max: int, deadline: float
    ) -> str | None:
        backend = _PinnedBackend(self._is_allowed, self._lookup, deadline)
        context = self._certificates or _verified()
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
            extensions={"timeout": _timeouts(deadline)},
        )
        try:
            with (
                httpcore.ConnectionPool(
                    ssl_context=context, max_connections=1, retries=0, network_backend=backend
                ) as pool,
                _closing(pool.handle_request(request)) as response,
            ):
                return _read(response, target, size_bytes_max, deadline)
        except httpcore.TimeoutException:
            raise _refused("it did not answer in time") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, ssl.SSLError):
            # Not said which: a closed port and a forbidden one must look alike.
            raise _refused("it could not be reached") from None


class _PinnedBackend(httpcore.SyncBackend):
    """
    Connects to an address that was checked, never to a name.
    """

    def __init__(self, is_allowed: Callable[[str], bool], lookup: Resolve, deadline: float) -> None:
        super().__init__()
        self._is_allowed = is_allowed
        self._lookup = lookup
        self._deadline = deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """
        Look *host* up once, refuse it if any answer is not allowed, connect to the first.
        """
        found = (host,) if _is_literal(host) else self._lookup(host, port)
        if not found or not all(self._is_allowed(address) for address in found):
            raise httpcore.ConnectError
        failed: Exception = httpcore.ConnectError()
        for address in found[:2]:
            left = self._deadline - time.monotonic()
            if left <= 0:
                raise httpcore.ConnectTimeout
            try:
                stream = super().connect_tcp(
                    address, port, min(left, timeout or left), local_address, socket_options
                )
            except httpcore.ConnectError as error:
                failed = error
            else:
                return _BoundedStream(stream, self._deadline)
        raise failed

    def connect_unix_socket(self, *_: Any, **__: Any) -> httpcore.NetworkStream:
        """
        Refuse: there is no reason to be here.
        """
        raise httpcore.ConnectError


class _BoundedStream(httpcore.NetworkStream):
    """
    A connection on which nothing waits past the deadline, however slowly it drips.
    """

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream = stream
        self._deadline = deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """
        Read what is there.
        """
        return self._stream.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """
        Write *buffer*.
        """
        self._stream.write(buffer, self._left(timeout))

    def close(self) -> None:
        """
        End the connection.
        """
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        """
        Go on encrypted; the name is still checked against the certificate.
        """
        secured = self._stream.start_tls(ssl_context, server_hostname, self._left(timeout))
        return _BoundedStream(secured, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """
        Return what is known of the connection.
        """
        return self._stream.get_extra_info(info)

    def _left(self, timeout: float | None) -> float:
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return left if timeout is None else min(left, timeout)


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
        raise _refused("its answer has too many headers")
    if response.status in _REDIRECTS:
        return headers.get(b"location", b"").decode("utf-8", "replace")
    if response.status != _OK:
        raise _refused(f"it answered with status {response.status}")
    if headers.get(b"content-encoding", b"identity").strip().lower() not in {b"", b"identity"}:
        raise _refused("it answered compressed although asked not to")
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
                    raise _refused("it took too long")
                file.write(chunk)
        if received == 0:
            raise _refused("it is empty")
        done = True
    except OSError as error:
        raise _refused(f"it could not be stored: {error.strerror}") from error
    finally:
        if not done:
            target.unlink(missing_ok=True)


def _timeouts(deadline: float) -> dict[str, float]:
    left = max(0.1, deadline - time.monotonic())
    return {"connect": left, "read": left, "write": left, "pool": left}


def _verified() -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=certifi.where())
    # Set by the environment in some setups; a customer's download has no business there.
    context.keylog_filename = None  # type: ignore[assignment]  # None switches it off
    return context


def _is_literal(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def _too_large(size_bytes_max: int) -> FetchRefusedError:
    return _refused(f"it is larger than {size_bytes_max // 1_048_576} MB")


def _refused(fault: str) -> FetchRefusedError:
    return FetchRefusedError(f"The URL could not be fetched: {fault}", port="fetcher")
