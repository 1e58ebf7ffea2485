"""
The post: the same guard as the download's, no redirect, and nothing kept of the answer.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

import httpcore
from attrs import field, frozen

from ars0n_adapters.fetch.guard import Guard
from ars0n_adapters.fetch.pinned import timeouts
from ars0n_core.ports import Answered

if TYPE_CHECKING:
    from collections.abc import Mapping

_ANSWER_BYTES_MAX: Final = 65_536


@frozen
class GuardedSender:
    """
    A `Sender` that connects to public addresses only.
    """

    guard: Guard = field(factory=Guard)

    def check(self, url: str) -> None:
        """
        Check the shape of *url*, and its address if it names one itself.
        """
        self.guard.check(url)

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """
        Post *body* and return what was said.
        """
        deadline = time.monotonic() + self.guard.deadline_seconds
        place = self.guard.place(url)
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
        with self.guard.connecting(deadline) as pool:
            response = pool.handle_request(request)
            try:
                _drain(response)
            finally:
                response.close()
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
