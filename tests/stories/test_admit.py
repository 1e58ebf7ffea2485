"""
Who is let in.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import PortError, RateLimitExceededError, UnauthenticatedError
from ars0n_core.quotas import Tier
from ars0n_core.usecases import billing
from ars0n_core.usecases.admit import admit

if TYPE_CHECKING:
    from ars0n_core.usecases.admit import Admission

    from .conftest import Stage


def key_of(stage: Stage, **rest: bool) -> str:
    organization_id = stage.caller.organization.id
    return billing.create_key(stage.ports, organization_id, "one", **rest).plain


def let_in(stage: Stage, key: str) -> Admission:
    return admit(stage.ports, stage.policy, key)


def test_a_key_brings_its_organisation_and_what_is_left(stage: Stage) -> None:
    admission = let_in(stage, key_of(stage))

    assert admission.caller.organization == stage.caller.organization
    assert not admission.caller.is_test
    decision = admission.decision
    assert (decision.limit, decision.remaining) == (30, 29)
    assert decision.reset_at == stage.clock.now() + timedelta(seconds=60)
    assert let_in(stage, key_of(stage, is_test=True)).caller.is_test


def test_unknown_malformed_and_revoked_keys_get_one_answer(stage: Stage) -> None:
    good = key_of(stage)
    (stored,) = (
        key for key in billing.keys(stage.ports, stage.caller.organization.id) if key.name == "one"
    )
    billing.revoke_key(stage.ports, stage.caller.organization.id, stored.id)

    answers = set()
    for key in (
        good,
        "",
        "sk_live_",
        good[:-1] + "g",
        good.upper(),
        "sk_live_" + "0" * 64,
        "\ud800",
    ):
        with pytest.raises(UnauthenticatedError) as caught:
            let_in(stage, key)
        answers.add(str(caught.value))

    assert answers == {"Invalid or missing API key"}


def test_the_last_use_is_remembered(stage: Stage) -> None:
    plain = key_of(stage)
    organization_id = stage.caller.organization.id

    let_in(stage, plain)
    first = billing.keys(stage.ports, organization_id)[-1].last_used_at
    stage.clock.pass_by(timedelta(minutes=5))
    let_in(stage, plain)
    second = billing.keys(stage.ports, organization_id)[-1].last_used_at

    assert first
    assert second
    assert second - first == timedelta(minutes=5)


@pytest.mark.parametrize(
    ("tier", "limit"),
    [(Tier.FREE, 30), (Tier.STARTER, 60), (Tier.PRO, 120), (Tier.ENTERPRISE, 300)],
)
def test_a_window_holds_what_the_tier_says(stage: Stage, tier: Tier, limit: int) -> None:
    billing.set_tier(stage.ports, stage.caller.organization.id, tier)
    plain = key_of(stage)
    for left in reversed(range(limit)):
        assert let_in(stage, plain).decision.remaining == left

    with pytest.raises(RateLimitExceededError) as caught:
        let_in(stage, plain)

    assert (caught.value.limit, caught.value.remaining) == (limit, 0)
    assert caught.value.reset_at == stage.clock.now() + timedelta(seconds=60)
    stage.clock.pass_by(timedelta(seconds=60))
    let_in(stage, plain)


def test_more_keys_do_not_make_more_than_three_windows(stage: Stage) -> None:
    admitted = 0
    for _ in range(5):
        plain = key_of(stage)
        for _ in range(30):
            try:
                let_in(stage, plain)
            except RateLimitExceededError:
                break
            admitted += 1

    assert admitted == 90


def test_what_the_organisation_is_refused_costs_the_key_nothing(stage: Stage) -> None:
    busy = [key_of(stage) for _ in range(3)]
    for plain in busy:
        for _ in range(30):
            let_in(stage, plain)
    late = key_of(stage)
    for _ in range(50):
        with pytest.raises(RateLimitExceededError):
            let_in(stage, late)

    stage.clock.pass_by(timedelta(seconds=60))

    assert let_in(stage, late).decision.remaining == 29


def test_a_limiter_that_can_not_be_asked_lets_nobody_in(stage: Stage) -> None:
    plain = key_of(stage)
    stage.flaky("rates").plan_fault("hit_all", PortError("away"), PortError("away"))

    for _ in range(2):
        with pytest.raises(RateLimitExceededError):
            let_in(stage, plain)

    assert let_in(stage, plain).decision.allowed


def test_what_is_left_is_the_lesser_of_the_keys_and_its_organisations(stage: Stage) -> None:
    for _ in range(3):
        plain = key_of(stage)
        for _ in range(29):
            let_in(stage, plain)

    decision = let_in(stage, key_of(stage)).decision

    assert (decision.limit, decision.remaining) == (30, 2)
