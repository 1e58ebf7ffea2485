"""
What a tier allows: requests a minute, generations at once, and quotas beside credits.

**Owns** the tiers, as data by edition, and the rolling window as a pure function.
**Does not own** where the window's stamps are kept (`ports.RateWindows`).
**Invariant**: in no 60 seconds are more requests admitted than the limit.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right, insort
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.errors import ConcurrencyLimitError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WINDOW: Final = timedelta(seconds=60)
"""
The documents' rolling window.
"""

ORGANIZATION_FACTOR: Final = 3
"""
All keys of an organisation together: three times the tier's rate (API documents).
"""


class Tier(StrEnum):
    """
    What a customer subscribed to.
    """

    FREE = "free"
    STARTER = "starter"
    PRO = "pro"
    ENTERPRISE = "enterprise"


@frozen
class TierLimits:
    """
    One row of the documents' tier table.
    """

    requests_per_minute: int
    concurrent_generations: int


TIERS: Final[Mapping[int, Mapping[Tier, TierLimits]]] = {
    1: {
        Tier.FREE: TierLimits(30, 1),
        Tier.STARTER: TierLimits(60, 3),
        Tier.PRO: TierLimits(120, 10),
        Tier.ENTERPRISE: TierLimits(300, 50),
    },
    2: {
        Tier.FREE: TierLimits(30, 1),
        Tier.STARTER: TierLimits(60, 1),
        Tier.PRO: TierLimits(120, 2),
        Tier.ENTERPRISE: TierLimits(300, 3),
    },
}
"""
The tier tables of both editions of the documents.
"""


@frozen
class Quota:
    """
    How much of what costs no credits an organisation may have in a rolling window.
    """

    name: str
    limit: int
    window: timedelta


PLANS: Final = Quota("plans", 30, timedelta(hours=1))
"""
A plan is a free call of a paid model: thirty an hour are a busy person's.
"""

PREVIEW_CHARACTERS: Final = 100
PREVIEWS: Final = Quota("previews", 200, timedelta(hours=24))
"""
A preview's flat price covers about 2,000 characters: 200 times 100 a day, whatever the
length of each.
"""

STORAGE_BYTES_MAX: Final = 5 * 1024**3
"""
What an organisation may keep of uploads: 5 GiB.
"""


@frozen
class Decision:
    """
    What the limiter said: whether the request may pass, and what is left.

    ``reset_at`` is when the window will have room for what it refused, else when the oldest
    request in it leaves it.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_at: datetime


def admit(
    stamps: Sequence[float], *, limit: int, now: datetime, window: timedelta = WINDOW
) -> tuple[Decision, array[float]]:
    """
    Decide on one request of a rolling window, and return the window's new stamps.

    ``stamps`` are POSIX seconds of the admitted requests, oldest first. A refused
    request is not stamped, so a client that hammers still recovers.

    >>> at = datetime(2026, 1, 1, tzinfo=UTC)
    >>> first, stamps = admit((), limit=1, now=at)
    >>> second, _ = admit(stamps, limit=1, now=at)
    >>> first.allowed, second.allowed
    (True, False)
    """
    (decision,), (live,) = admit_all([(stamps, limit)], now=now, window=window)
    return decision, live


def admit_all(
    counted: Sequence[tuple[Sequence[float], int]],
    *,
    now: datetime,
    window: timedelta = WINDOW,
    count: int = 1,
) -> tuple[tuple[Decision, ...], tuple[array[float], ...]]:
    """
    Decide on one request that several windows count as *count*, each given as its stamps
    and its limit; return a decision and the new stamps of each.

    It passes where all of them have room for the whole of it; only then any of them stamps
    it, so what is refused costs a client nothing anywhere.
    """
    moment = now.timestamp()
    gone, ahead = moment - window.total_seconds(), moment + window.total_seconds()
    # Who stamped further ahead had a clock that was set back since: nobody waits for that.
    live = tuple(
        array("d", stamps[bisect_right(stamps, gone) : bisect_right(stamps, ahead)])
        for stamps, _ in counted
    )
    lacking = [
        max(0, len(stamps) + count - limit)
        for stamps, (_, limit) in zip(live, counted, strict=True)
    ]
    if not any(lacking):
        for stamps in live:
            for _ in range(count):
                # Sorted in: another process may have read its clock before us and come after.
                insort(stamps, moment)
    decisions = tuple(
        Decision(
            lack == 0,
            limit,
            max(0, limit - len(stamps)),
            datetime.fromtimestamp(_leaving(stamps, lack, moment), UTC) + window,
        )
        for lack, stamps, (_, limit) in zip(lacking, live, counted, strict=True)
    )
    return decisions, live


def _leaving(stamps: Sequence[float], lack: int, moment: float) -> float:
    """
    Return the stamp after which there is room for so many more, the oldest if there is.
    """
    return stamps[min(max(lack, 1), len(stamps)) - 1] if stamps else moment


def require_slot(limits: TierLimits, *, active: int) -> None:
    """
    Refuse a generation beyond the tier's concurrency.

    Raises:
        ConcurrencyLimitError: ``active`` generations already fill the tier.
    """
    if active >= limits.concurrent_generations:
        raise ConcurrencyLimitError(active=active, maximum=limits.concurrent_generations)
