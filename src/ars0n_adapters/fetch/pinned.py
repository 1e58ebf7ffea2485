"""
Connections that go to an address that was checked, and end at a deadline.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as LookupTimeoutError
from typing import Any, Final

import certifi
import httpcore

from ars0n_core.errors import FetchRefusedError

LOOKUP_SECONDS: Final = 5.0

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
        raise refused("its host could not be looked up in time") from None
    except (OSError, UnicodeError):
        raise refused("its host could not be found") from None
    return tuple(dict.fromkeys(str(answer[4][0]) for answer in found))


class PinnedBackend(httpcore.SyncBackend):
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


def timeouts(deadline: float) -> dict[str, float]:
    """
    Return how long each step may wait, in seconds, to be done by *deadline*.
    """
    left = max(0.1, deadline - time.monotonic())
    return {"connect": left, "read": left, "write": left, "pool": left}


def verified() -> ssl.SSLContext:
    """
    Return what checks certificates, whatever the environment says.
    """
    context = ssl.create_default_context(cafile=certifi.where())
    # Set by the environment in some setups; a customer's download has no business there.
    context.keylog_filename = None  # type: ignore[assignment]  # None switches it off
    return context


def check_literal(host: str, is_allowed: Callable[[str], bool]) -> None:
    """
    Refuse a *host* that names an address which is not allowed.

    Raises:
        FetchRefusedError: It does.
    """
    if _is_literal(host) and not is_allowed(host):
        raise FetchRefusedError(
            "The URL names an address that is not public; give one that anybody can reach",
            port="fetcher",
        )


def _is_literal(host: str) -> bool:
    return ":" in host or host.replace(".", "").isdigit()


def refused(fault: str) -> FetchRefusedError:
    """
    Return the refusal of a URL.
    """
    return FetchRefusedError(f"The URL could not be fetched: {fault}", port="fetcher")
