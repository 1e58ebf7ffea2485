"""
Short transactions that meet one another: try again, a bounded number of times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from ars0n_core.errors import StaleRevisionError

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

ATTEMPTS_MAX: Final = 200
"""
Where nobody waits for anybody, each of sixteen who write without a pause is first one time in
sixteen: on PostgreSQL some lost 46 times running, and one in 400,000 would lose all of these. Who
gives up here loses what a provider was paid for.
"""


def settle(act: Callable[[], Answer]) -> Answer:
    """
    Return what *act*, one whole transaction, answers; it is done again from its reading
    on when somebody else saved first.

    Raises:
        StaleRevisionError: Somebody else was first every time.
    """
    for _ in range(ATTEMPTS_MAX - 1):
        try:
            return act()
        except StaleRevisionError:
            continue
    return act()
