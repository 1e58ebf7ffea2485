"""
Short transactions that meet one another: try again, a bounded number of times.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from ars0n_core.errors import StaleRevisionError

if TYPE_CHECKING:
    from collections.abc import Callable

Answer = TypeVar("Answer")

ATTEMPTS_MAX: Final = 20
"""
More writers than this never meet on one version: its jobs run a few at a time.
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
