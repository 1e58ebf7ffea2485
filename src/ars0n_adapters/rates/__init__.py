"""
Rolling windows of requests that several processes count in together.

**Owns** the exact log of admitted requests in a file (`files`), in PostgreSQL (`servers`)
and in Redis (`redis_log`). **Does not own** what the limits are, nor the rule (both:
`ars0n_core.quotas`). **Invariants**: deciding and counting are one step, whoever else is
at it; time is the caller's; whatever can't be counted is a `PortError`, which the use
case turns into a refusal.

Libraries of limiters were not taken: they decide on one window at a time, so a request that
its organisation is refused is counted against its key, and they read the clock themselves.

Start at `open_windows`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ars0n_core.errors import MisconfiguredError
from ars0n_core.ports import RateWindows

if TYPE_CHECKING:
    from pathlib import Path


class OpenWindows(RateWindows, Protocol):
    """
    Rate windows with something to close.
    """

    def close(self) -> None:
        """
        Let go of what was opened.
        """
        ...


def open_windows(url: str, folder: Path) -> OpenWindows:
    """
    Return the `RateWindows` at *url* (``redis://…``, ``postgresql://…``; empty: a file in
    *folder*).

    Raises:
        MisconfiguredError: There are none of that kind.
        PortError: They can't be opened.
    """
    # Each needs a driver the others don't.
    if not url:
        from ars0n_adapters.rates.files import FileRateWindows  # noqa: PLC0415 - see above

        return FileRateWindows(folder / "rates")
    if url.startswith(("redis://", "rediss://")):
        from ars0n_adapters.rates.redis_log import RedisRateWindows  # noqa: PLC0415 - see above

        return RedisRateWindows(url)
    if url.startswith(("postgresql", "postgres://")):
        from ars0n_adapters.rates.servers import ServerRateWindows  # noqa: PLC0415 - see above

        return ServerRateWindows(url)
    kinds = "redis://, rediss:// or postgresql://"
    raise MisconfiguredError(f"Rate windows are kept at {kinds}, not {url[:12]!r}", port="rates")
