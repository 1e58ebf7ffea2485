"""
The rolling window is exact, and the tiers are the documents'.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ars0n_core import quotas
from ars0n_core.errors import ConcurrencyLimitError
from ars0n_core.quotas import TIERS, Tier, TierLimits

if TYPE_CHECKING:
    from collections.abc import Sequence

START = datetime(2026, 3, 1, tzinfo=UTC)


@given(st.lists(st.floats(0, 40, allow_nan=False), max_size=60), st.integers(1, 10))
def test_no_window_admits_more_than_its_limit_and_none_too_few(
    gaps: list[float], limit: int
) -> None:
    stamps: Sequence[float] = ()
    admitted: list[datetime] = []
    now = START
    for gap in gaps:
        now += timedelta(seconds=gap)
        decision, stamps = quotas.admit(stamps, limit=limit, now=now)
        recent = [at for at in admitted if at > now - quotas.WINDOW]
        assert decision.allowed == (len(recent) < limit)
        if decision.allowed:
            admitted.append(now)
            recent.append(now)
        assert decision.remaining == limit - len(recent)
        assert decision.reset_at - recent[0] == quotas.WINDOW
        assert len(stamps) <= limit


def test_a_client_that_hammers_still_recovers() -> None:
    stamps: Sequence[float] = ()
    answers = []
    for second in range(120):
        decision, stamps = quotas.admit(stamps, limit=1, now=START + timedelta(seconds=second))
        answers.append(decision.allowed)

    assert [second for second, allowed in enumerate(answers) if allowed] == [0, 60]


@pytest.mark.parametrize(
    ("edition", "tier", "a_minute", "at_once"),
    [
        (1, Tier.FREE, 30, 1),
        (1, Tier.STARTER, 60, 3),
        (1, Tier.PRO, 120, 10),
        (1, Tier.ENTERPRISE, 300, 50),
        (2, Tier.FREE, 30, 1),
        (2, Tier.STARTER, 60, 1),
        (2, Tier.PRO, 120, 2),
        (2, Tier.ENTERPRISE, 300, 3),
    ],
)
def test_the_tiers_are_the_documents(edition: int, tier: Tier, a_minute: int, at_once: int) -> None:
    assert TIERS[edition][tier] == TierLimits(a_minute, at_once)


def test_a_full_tier_has_no_slot() -> None:
    limits = TierLimits(60, 2)
    quotas.require_slot(limits, active=1)

    with pytest.raises(ConcurrencyLimitError) as caught:
        quotas.require_slot(limits, active=2)

    assert (caught.value.active, caught.value.maximum) == (2, 2)


def test_a_window_for_nothing_admits_nobody_and_says_when_to_ask() -> None:
    decision, stamps = quotas.admit((), limit=0, now=START)

    assert (decision.allowed, decision.remaining, len(stamps)) == (False, 0, 0)
    assert decision.reset_at == START + quotas.WINDOW


def test_another_window_is_as_long_as_it_says() -> None:
    day = timedelta(days=1)
    first, stamps = quotas.admit((), limit=1, now=START, window=day)
    second, stamps = quotas.admit(stamps, limit=1, now=START + timedelta(hours=23), window=day)
    third, _ = quotas.admit(stamps, limit=1, now=START + day, window=day)

    assert [first.allowed, second.allowed, third.allowed] == [True, False, True]
    assert (second.limit, second.reset_at) == (1, START + day)
