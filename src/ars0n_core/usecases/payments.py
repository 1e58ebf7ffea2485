"""
What every charge and refund goes through: slot, cap, balance, and the book.

The organisation is locked by whoever calls these, in the transaction that also stores
what is paid for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_core import ids, ledger, quotas
from ars0n_core.errors import BudgetExceededError, PriceExceededError
from ars0n_core.ids import EntryId, VersionId

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ars0n_core.access import Organization
    from ars0n_core.pipelines.jobs import Refund
    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.projects import Version
    from ars0n_core.usecases.callers import Caller


@frozen(kw_only=True)
class Bill:
    """
    What is to be paid: (what for, credits) each, under a name that is booked once.
    """

    items: tuple[tuple[str, int], ...]
    reference: str
    version_id: VersionId | None = None

    @property
    def total(self) -> int:
        """
        The sum of the items, in credits.
        """
        return sum(price for _, price in self.items)


def require_slot(tx: Transaction, policy: Policy, organization: Organization) -> None:
    """
    Refuse one generation more than the tier allows at once.

    Raises:
        ConcurrencyLimitError: As many are generating as the tier allows.
    """
    limits = quotas.TIERS[policy.edition][organization.tier]
    quotas.require_slot(limits, active=len(tx.versions.generating(organization.id)))


def require_price(price: int, max_credits: int | None) -> None:
    """
    Refuse a price above what the caller allowed.

    Raises:
        PriceExceededError: It is above.
    """
    if max_credits is not None and price > max_credits:
        raise PriceExceededError(price=price, max_credits=max_credits)


def require_funds(
    tx: Transaction, caller: Caller, organization: Organization, price: int, now: datetime
) -> None:
    """
    Refuse a price that the key's monthly cap or the balance doesn't cover.

    Raises:
        BudgetExceededError: The cap doesn't cover it.
        InsufficientCreditsError: The balance doesn't.
    """
    key = caller.key
    if key is not None and key.monthly_credits_max is not None:
        month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        spent = ledger.spent_by(tx.ledger.entries(organization.id, start=month), key.id)
        if spent + price > key.monthly_credits_max:
            raise BudgetExceededError(cap=key.monthly_credits_max, spent=spent, required=price)
    account = ledger.account_of(unlimited=organization.unlimited)
    ledger.require(tx.ledger.balance(organization.id, account), price, account=account)


def pay(
    ports: Ports,
    tx: Transaction,
    caller: Caller,
    organization: Organization,
    bill: Bill,
    *,
    now: datetime,
) -> None:
    """
    Charge *bill*, if it is covered; one that is nothing is not booked.

    Raises:
        BudgetExceededError: The key's monthly cap doesn't cover it.
        InsufficientCreditsError: The balance doesn't.
    """
    if not bill.total:
        return
    require_funds(tx, caller, organization, bill.total, now)
    booking = ledger.Booking(
        id=EntryId(ports.ids.new(ids.ENTRY)),
        organization_id=organization.id,
        reference=bill.reference,
        booked_at=now,
        version_id=bill.version_id,
        api_key_id=caller.key_id,
    )
    account = ledger.account_of(unlimited=organization.unlimited)
    tx.ledger.append(ledger.charge(booking, account=account, items=bill.items))


def give_back(
    ports: Ports, tx: Transaction, version: Version, refunds: Iterable[Refund], *, now: datetime
) -> int:
    """
    Book *refunds* of a version, each once whoever else books it, and return their sum.
    """
    total = 0
    for refund in refunds:
        booking = ledger.Booking(
            id=EntryId(ports.ids.new(ids.ENTRY)),
            organization_id=version.organization_id,
            reference=f"refund/{refund.job}/{refund.serial}",
            booked_at=now,
            version_id=version.id,
            api_key_id=refund.api_key_id,
        )
        entry = ledger.refund(
            booking, account=refund.account, item=refund.job, credits_back=refund.credits
        )
        if tx.ledger.append(entry):
            total += refund.credits
    return total
