"""
What is let through, for whatever leaves this machine at a customer's wish.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

import httpcore
from attrs import frozen

from ars0n_adapters.fetch import addresses, urls
from ars0n_adapters.fetch.pinned import (
    PinnedBackend,
    Resolve,
    check_literal,
    refused,
    resolve,
    verified,
)

DEADLINE_SECONDS: Final = 15.0
"""
For a whole download or post. Of posts Standard Webhooks say 15 to 30 s; a receiver that
needs longer should answer first.
"""


@frozen(kw_only=True)
class Guard:
    """
    Public addresses and the usual ports. The fields are for deployments with their own
    idea of public, and for tests.
    """

    is_allowed: Callable[[str], bool] = addresses.is_public
    lookup: Resolve = resolve
    ports: frozenset[int] | None = urls.ALLOWED_PORTS
    certificates: ssl.SSLContext | None = None
    deadline_seconds: float = DEADLINE_SECONDS

    def check(self, url: str) -> urls.Target:
        """
        Return where *url* leads, its shape checked, and its address if it names one itself.
        """
        place = self.place(url)
        check_literal(place.host, self.is_allowed)
        return place

    def place(self, url: str) -> urls.Target:
        """
        Return where *url* leads, its shape checked.
        """
        return urls.check(url, ports=self.ports)

    @contextmanager
    def connecting(self, deadline: float) -> Iterator[httpcore.ConnectionPool]:
        """
        Give what connects to checked addresses only, until *deadline* (monotonic).

        Raises:
            FetchRefusedError: It could not be reached, or not in time.
        """
        backend = PinnedBackend(self.is_allowed, self.lookup, deadline)
        try:
            with httpcore.ConnectionPool(
                ssl_context=self.certificates or verified(),
                max_connections=1,
                retries=0,
                network_backend=backend,
            ) as pool:
                yield pool
        except httpcore.TimeoutException:
            raise refused("it did not answer in time") from None
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.ProxyError, ssl.SSLError):
            # Not said which: a closed port and a forbidden one must look alike.
            raise refused("it could not be reached") from None
