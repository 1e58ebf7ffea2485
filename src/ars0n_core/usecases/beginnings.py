"""
Where every version begins: its work list is priced, charged, and made its jobs.

One way for an order and for an edit, so that what is charged is what is done.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_core import ids, ledger, pricing
from ars0n_core.ids import JobId, VersionId
from ars0n_core.pipelines import graph
from ars0n_core.pipelines.graph import Pipeline
from ars0n_core.pipelines.jobs import Charge
from ars0n_core.usecases import payments

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ars0n_core.access import Organization
    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.usecases.callers import Caller
    from ars0n_core.work import WorkItem


@frozen(kw_only=True)
class Begun:
    """
    A version that is paid for and still to be stored: its jobs, their ids by item key, and
    what was charged.
    """

    version_id: VersionId
    pipeline: Pipeline
    job_ids: Mapping[str, JobId]
    total_credits: int


def begin(
    ports: Ports,
    tx: Transaction,
    policy: Policy,
    caller: Caller,
    organization: Organization,
    items: Sequence[WorkItem],
    *,
    reused: Mapping[str, Job] | None = None,
    max_credits: int | None,
    now: datetime,
) -> Begun:
    """
    Take a slot for *items* and charge those that are not *reused* (finished jobs, by the key
    of the item they did). The organisation is locked; with nothing new, nothing is asked of it.

    Raises:
        ConcurrencyLimitError: The tier's generations are all under way.
        PriceExceededError: The price is above *max_credits*.
        BudgetExceededError: The key's monthly cap doesn't cover the price.
        InsufficientCreditsError: The balance doesn't cover the price.
    """
    done = reused or {}
    new = tuple(item for item in items if item.key not in done)
    if new:
        payments.require_slot(tx, policy, organization)
    prices = prices_of(policy, caller, new)
    payments.require_price(sum(prices.values()), max_credits)
    version_id = VersionId(ports.ids.new(ids.VERSION))
    job_ids = {item.key: JobId(ports.ids.new(ids.JOB)) for item in items}
    bill = payments.Bill(
        items=tuple((job_ids[key], price) for key, price in prices.items()),
        reference=f"charge/{version_id}",
        version_id=version_id,
    )
    payments.pay(ports, tx, caller, organization, bill, now=now)
    account = ledger.account_of(unlimited=organization.unlimited)
    charges = {
        key: Charge(credits=price, account=account, serial=1, api_key_id=caller.key_id)
        for key, price in prices.items()
    }
    return Begun(
        version_id=version_id,
        pipeline=graph.build(
            items, job_ids=tuple(job_ids.values()), charges=charges, reused=reused
        ),
        job_ids=job_ids,
        total_credits=bill.total,
    )


def prices_of(policy: Policy, caller: Caller, items: Sequence[WorkItem]) -> dict[str, int]:
    """
    Return the price of each item by key, in credits, as the edition has it; nothing for a test.
    """
    lines = pricing.estimate(items, pricing.card(policy.edition)).lines
    return {line.key: 0 if caller.is_test else line.credits for line in lines}
