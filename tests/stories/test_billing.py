"""
What there is to spend, what was spent, and what the operator does.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ars0n_core.access import is_well_formed
from ars0n_core.errors import InvalidRequestError, NotFoundError, ProviderRejectedError
from ars0n_core.ids import ApiKeyId, OrganizationId
from ars0n_core.ledger import EntryKind
from ars0n_core.pipelines.jobs import Refund
from ars0n_core.quotas import Tier
from ars0n_core.usecases import billing, payments
from ars0n_core.usecases.admit import admit
from ars0n_core.usecases.callers import Caller

if TYPE_CHECKING:
    from .conftest import Stage


def test_credits_tier_and_running_generations_are_told(stage: Stage) -> None:
    ordered = stage.order(stage.radio())

    answer = billing.credits_of(stage.ports, stage.policy, stage.caller)

    assert (answer.balance, answer.unlimited, answer.tier) == (996, False, Tier.FREE)
    assert answer.active_generations == 1
    assert answer.limits.requests_per_minute == 30
    stage.finish(ordered.version_id)


def test_a_partner_has_no_balance(stage: Stage) -> None:
    partner = stage.customer("partner", unlimited=True)

    answer = billing.credits_of(stage.ports, stage.policy, partner)

    assert (answer.balance, answer.unlimited) == (None, True)


def test_usage_is_net_of_refunds_and_leaves_failures_out(stage: Stage) -> None:
    organization_id = stage.caller.organization.id
    billing.purchase_package(stage.ports, stage.policy, organization_id, "api-growth")
    stage.finished(stage.radio())
    stage.flaky("speech").plan_fault("speak", ProviderRejectedError("No"))
    stage.finished(stage.radio())
    running = stage.order(stage.radio())
    stage.clock.pass_by(timedelta(seconds=1))

    answer = billing.usage(stage.ports, stage.caller)

    assert (answer.credits.used, answer.credits.purchased) == (8, 2000)
    assert (answer.credits.refunded, answer.credits.granted) == (4, 1000)
    assert answer.credits.cost_cents == 11900
    assert (answer.total, answer.completed, answer.generating) == (2, 1, 1)
    assert answer.projects == 2
    stage.finish(running.version_id)


def test_periods_add_up(stage: Stage) -> None:
    start = stage.clock.now() - timedelta(days=1)
    stage.finished(stage.radio())
    middle = stage.clock.now()
    stage.finished(stage.radio(duration_seconds=60))
    end = stage.clock.now() + timedelta(days=1)

    whole, first, second = (
        billing.usage(stage.ports, stage.caller, start=a, end=b)
        for a, b in ((start, end), (start, middle), (middle, end))
    )

    assert (first.credits.used, second.credits.used) == (4, 8)
    assert whole.credits.used == 12
    assert whole.total == first.total + second.total
    with pytest.raises(InvalidRequestError):
        billing.usage(stage.ports, stage.caller, start=end, end=start)


def test_packages_are_the_editions(stage: Stage) -> None:
    offered = [(one.credits, one.price_cents) for one in billing.packages(stage.policy)]

    assert offered == [(500, 3900), (2000, 11900), (5500, 29900)]


def test_a_payment_told_twice_is_booked_once(stage: Stage) -> None:
    organization_id = stage.caller.organization.id

    first, second = (
        billing.purchase_package(
            stage.ports, stage.policy, organization_id, "api-starter", reference="payment-1"
        )
        for _ in range(2)
    )

    assert first == second
    assert stage.balance() == 1500


def test_a_purchase_taken_back_may_leave_less_than_nothing(stage: Stage) -> None:
    poor = stage.customer("poor")
    billing.reverse(
        stage.ports, poor.organization.id, 500, price_cents=3900, reference="chargeback-1"
    )

    assert stage.balance(poor) == -500
    assert [entry.kind for entry in stage.entries(poor)] == [EntryKind.REVERSAL]


def test_a_customer_is_set_up_and_its_key_works_once_revoked_never(stage: Stage) -> None:
    organization = billing.create_organization(stage.ports, "Helio", tier=Tier.PRO)
    made = billing.create_key(stage.ports, organization.id, "Production")
    billing.grant(stage.ports, organization.id, 50, note="welcome")

    assert is_well_formed(made.plain)
    assert made.plain not in repr(made.key)
    assert admit(stage.ports, stage.policy, made.plain).caller.organization == organization
    assert stage.balance(Caller(organization)) == 50

    first = billing.revoke_key(stage.ports, organization.id, made.key.id)
    stage.clock.pass_by(timedelta(days=1))
    assert billing.revoke_key(stage.ports, organization.id, made.key.id) == first
    assert billing.keys(stage.ports, organization.id) == (first,)


def test_the_operator_sets_tier_and_partnership(stage: Stage) -> None:
    organization_id = stage.caller.organization.id
    billing.set_tier(stage.ports, organization_id, Tier.ENTERPRISE)
    billing.set_unlimited(stage.ports, organization_id, unlimited=True)

    answer = billing.credits_of(stage.ports, stage.policy, stage.caller)

    assert (answer.tier, answer.balance) == (Tier.ENTERPRISE, None)


def test_what_makes_no_sense_is_refused(stage: Stage) -> None:
    organization_id = stage.caller.organization.id
    nobody = OrganizationId("org_none")

    with pytest.raises(InvalidRequestError):
        billing.grant(stage.ports, organization_id, 0)
    with pytest.raises(InvalidRequestError):
        billing.create_key(stage.ports, organization_id, "x", monthly_credits_max=-1)
    with pytest.raises(NotFoundError):
        billing.create_key(stage.ports, nobody, "x")
    with pytest.raises(NotFoundError):
        billing.revoke_key(stage.ports, organization_id, ApiKeyId("key_none"))
    with pytest.raises(NotFoundError):
        billing.purchase_package(stage.ports, stage.policy, organization_id, "api-none")
    with pytest.raises(NotFoundError):
        billing.grant(stage.ports, nobody, 1)
    assert len(billing.entries(stage.ports, organization_id)) == 1


@pytest.mark.parametrize("name", ["", "x" * 1000, "a\0b"])
def test_a_customer_has_a_name_that_can_be_written(stage: Stage, name: str) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        billing.create_organization(stage.ports, name)

    assert set(caught.value.field_errors) == {"name"}


def test_a_refund_that_is_booked_already_gives_back_nothing_more(stage: Stage) -> None:
    ordered = stage.order(stage.radio())
    version = stage.version(ordered.version_id)
    job_id = next(iter(version.pipeline.jobs))
    refund = Refund(job=job_id, credits=2, account="prepaid", serial=1)

    given = []
    for _ in range(2):
        with stage.ports.store.transaction() as tx:
            given.append(
                payments.give_back(stage.ports, tx, version, [refund], now=stage.clock.now())
            )
            tx.commit()

    assert given == [2, 0]
    assert stage.balance() == 998
