"""
Writers that meet: each tries again, and nobody for ever.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import StaleRevisionError
from ars0n_core.usecases import conflicts

if TYPE_CHECKING:
    from collections.abc import Callable


def stale(times: int) -> tuple[list[int], Callable[[], str]]:
    """
    A transaction that finds somebody else first so many times.
    """
    tried: list[int] = []

    def act() -> str:
        tried.append(len(tried))
        if len(tried) <= times:
            raise StaleRevisionError("ver_1")
        return "done"

    return tried, act


def test_who_comes_second_tries_again() -> None:
    tried, act = stale(conflicts.ATTEMPTS_MAX - 1)

    assert conflicts.settle(act) == "done"
    assert len(tried) == conflicts.ATTEMPTS_MAX


def test_who_is_always_second_is_told_so() -> None:
    tried, act = stale(conflicts.ATTEMPTS_MAX)

    with pytest.raises(StaleRevisionError):
        conflicts.settle(act)
    assert len(tried) == conflicts.ATTEMPTS_MAX
