"""
The post: the same guard as the download's, no redirect, and nothing kept of the answer.
"""

from __future__ import annotations

import ssl
import time
from typing import TYPE_CHECKING, Final

import httpcore

from ars0n_adapters.fetch import addresses, urls
from ars0n_adapters.fetch.pinned import (
    PinnedBackend,
    Resolve,
    check_literal,
    refused,
    resolve,
    timeouts,
    verified,
)
from ars0n_core.ports import Answered

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

DEADLINE_SECONDS: Final = 15.0
"""
Standard Webhooks: 15 to 30 s; a receiver that needs longer should answer first.
"""

_ANSWER_BYTES_MAX: Final = 65_536


class GuardedSender:
    """
    A `Sender` that connects to public addresses only.

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

    def check(self, url: str) -> None:
        """
        Check the shape of *url*, and its address if it names one itself.
        """
        check_literal(urls.check(url, ports=self._ports).host, self._is_allowed)

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """
        Post *body* and return what was said.
        """
        deadline = time.monotonic() + self._deadline_seconds
        place = urls.check(url, ports=self._ports)
        request = httpcore.Request(
            "POST",
            httpcore.URL(
                scheme=place.scheme.encode(),
                host=place.host.encode(),
                port=place.port,
                target=place.path.encode(),
            ),
            headers=[
                ("Host", place.authority),
                ("Content-Type", "application/json"),
                ("Content-Length", str(len(body))),
                ("Accept", "*/*"),
                ("Accept-Encoding", "identity"),
                ("User-Agent", "ars0n"),
                ("Connection", "close"),
                *headers.items(),
            ],
            content=body,
            extensions={"timeout": timeouts(deadline)},
        )
        backend = PinnedBackend(self._is_allowed, self._lookup, deadline)
        try:
            with httpcore.ConnectionPool(
                ssl_context=self._certificates or verified(),
                max_connections=1,
                retries=0,
                network_backend=backend,
            ) as pool:
                response = pool.handle_request(request)
                try:
                    _drain(response)
                finally:
                    response.close()
        except httpcore.TimeoutException:
            raise refused("it did not answer in time") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, ssl.SSLError):
            # Not said which: a closed port and a forbidden one must look alike.
            raise refused("it could not be reached") from None
        return Answered(status=response.status, retry_after_seconds=_retry_after(response.headers))


def _drain(response: httpcore.Response) -> None:
    # Read so that the server sees its answer taken; what it says is nobody's concern.
    received = 0
    for chunk in response.iter_stream():
        received += len(chunk)
        if received > _ANSWER_BYTES_MAX:
            return


def _retry_after(headers: list[tuple[bytes, bytes]]) -> float | None:
    for name, value in headers:
        text = value.strip()
        if name.lower() == b"retry-after" and text.isdigit() and len(text) <= len("999999"):
            return float(text)
    return None
