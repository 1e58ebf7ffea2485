"""
What credits there are, what was used, and what only the operator may do about it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core import access, ids, ledger, pricing, quotas, specs
from ars0n_core.access import ApiKey, Organization
from ars0n_core.errors import InvalidRequestError, NotFoundError
from ars0n_core.ids import ApiKeyId, EntryId, OrganizationId
from ars0n_core.ledger import Entry, Usage
from ars0n_core.projects import VersionStatus
from ars0n_core.quotas import Tier, TierLimits

if TYPE_CHECKING:
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.pricing import Package
    from ars0n_core.usecases.callers import Caller

USAGE_PERIOD: Final = timedelta(days=30)
"""
The documents' period when none is asked for.
"""


CREDITS_MAX: Final = 1_000_000_000
"""
So many are booked at once at most: more is a slip of the keyboard, and no database counts
numbers of any size.
"""

NAME_MAX: Final = 200
REFERENCE_MAX: Final = 200  # what the book keeps of one, its kind included
NOTE_MAX: Final = 1000


@frozen(kw_only=True)
class Credits:
    """
    What a customer may spend: no balance counts where it is unlimited.
    """

    balance: int | None
    unlimited: bool
    tier: Tier
    active_generations: int
    limits: TierLimits


@frozen(kw_only=True)
class PeriodUsage:
    """
    A period's sums; failed generations are not counted.
    """

    start: datetime
    end: datetime
    tier: Tier
    credits: Usage
    completed: int
    generating: int
    projects: int

    @property
    def total(self) -> int:
        """
        How many generations did not fail.
        """
        return self.completed + self.generating


@frozen(kw_only=True)
class NewKey:
    """
    A key just made: the only moment at which it is known in plain.
    """

    key: ApiKey
    plain: str


def credits_of(ports: Ports, policy: Policy, caller: Caller) -> Credits:
    """
    Return the caller's balance, tier and running generations.
    """
    with ports.store.transaction() as tx:
        organization = tx.organizations.find(caller.organization.id)
        balance = tx.ledger.balance(organization.id, ledger.PREPAID)
        active = len(tx.versions.generating(organization.id))
    return Credits(
        balance=None if organization.unlimited else balance,
        unlimited=organization.unlimited,
        tier=organization.tier,
        active_generations=active,
        limits=quotas.TIERS[policy.edition][organization.tier],
    )


def packages(policy: Policy) -> tuple[Package, ...]:
    """
    Return the packages on sale, smallest first.
    """
    return pricing.packages(policy.edition)


def usage(
    ports: Ports, caller: Caller, *, start: datetime | None = None, end: datetime | None = None
) -> PeriodUsage:
    """
    Return a period's sums: the last thirty days unless told otherwise.

    Raises:
        InvalidRequestError: The period ends before it starts.
    """
    end = end or ports.clock.now()
    start = start or end - USAGE_PERIOD
    if start > end:
        raise InvalidRequestError({"start": ["The period must start before it ends"]})
    with ports.store.transaction() as tx:
        organization = tx.organizations.find(caller.organization.id)
        entries = tx.ledger.entries(organization.id, start=start, end=end)
        versions = tx.versions.between(organization.id, start, end)
    counted = [version for version in versions if version.status is not VersionStatus.FAILED]
    completed = sum(version.status is VersionStatus.COMPLETED for version in counted)
    return PeriodUsage(
        start=start,
        end=end,
        tier=organization.tier,
        credits=ledger.usage(entries),
        completed=completed,
        generating=len(counted) - completed,
        projects=len({version.project_id for version in counted}),
    )


def create_organization(
    ports: Ports, name: str, *, tier: Tier = Tier.FREE, unlimited: bool = False
) -> Organization:
    """
    Add a customer.

    Raises:
        InvalidRequestError: The name is empty, too long or no text.
    """
    _require_text("name", name, least=1, most=NAME_MAX)
    organization = Organization(
        id=OrganizationId(ports.ids.new(ids.ORGANIZATION)),
        name=name,
        tier=tier,
        unlimited=unlimited,
        created_at=ports.clock.now(),
    )
    with ports.store.transaction() as tx:
        tx.organizations.add(organization)
        tx.commit()
    return organization


def create_key(
    ports: Ports,
    organization_id: OrganizationId,
    name: str,
    *,
    is_test: bool = False,
    monthly_credits_max: int | None = None,
) -> NewKey:
    """
    Make a key; in plain it is known now and never again.

    Raises:
        NotFoundError: There is no such organisation.
        InvalidRequestError: The cap is negative or endless, or the name too long or no text.
    """
    if monthly_credits_max is not None and not 0 <= monthly_credits_max <= CREDITS_MAX:
        message = f"Number must be between 0 and {CREDITS_MAX}"
        raise InvalidRequestError({"monthly_credits_max": [message]})
    _require_text("name", name, most=NAME_MAX)
    plain = (access.TEST_PREFIX if is_test else access.LIVE_PREFIX) + ports.ids.secret()
    key = ApiKey(
        id=ApiKeyId(ports.ids.new(ids.API_KEY)),
        organization_id=organization_id,
        name=name,
        digest=access.digest(plain),
        hint=access.hint(plain),
        created_at=ports.clock.now(),
        monthly_credits_max=monthly_credits_max,
    )
    with ports.store.transaction() as tx:
        tx.organizations.find(organization_id)
        tx.keys.add(key)
        tx.commit()
    return NewKey(key=key, plain=plain)


def revoke_key(ports: Ports, organization_id: OrganizationId, key_id: ApiKeyId) -> ApiKey:
    """
    Revoke a key at once and for ever; one that is revoked already stays so.

    Raises:
        NotFoundError: The organisation has no such key.
    """
    with ports.store.transaction() as tx:
        # Whoever notes a key's use locks too, and must not write over this.
        tx.organizations.lock(organization_id)
        for key in tx.keys.of(organization_id):
            if key.id == key_id:
                revoked = evolve(key, revoked_at=key.revoked_at or ports.clock.now())
                tx.keys.save(revoked)
                tx.commit()
                return revoked
    raise NotFoundError("key", key_id)


def keys(ports: Ports, organization_id: OrganizationId) -> tuple[ApiKey, ...]:
    """
    Return the organisation's keys, oldest first, revoked ones too.
    """
    with ports.store.transaction() as tx:
        return tx.keys.of(organization_id)


def purchase_package(
    ports: Ports,
    policy: Policy,
    organization_id: OrganizationId,
    package_id: str,
    *,
    reference: str | None = None,
) -> Entry:
    """
    Book a bought package; the payment's own *reference* makes repeating it harmless.

    Raises:
        NotFoundError: There is no such organisation or package.
        InvalidRequestError: The reference is too long or no text.
    """
    package = pricing.package(package_id, policy.edition)
    booking = _booking(ports, organization_id, f"purchase/{reference or _fresh(ports)}", package.id)
    return _book(
        ports,
        ledger.purchase(booking, credits_bought=package.credits, price_cents=package.price_cents),
    )


def grant(
    ports: Ports,
    organization_id: OrganizationId,
    credits_given: int,
    *,
    note: str = "",
    reference: str | None = None,
) -> Entry:
    """
    Give credits for free.

    Raises:
        NotFoundError: There is no such organisation.
        InvalidRequestError: Not a positive number, or too large a one; or the reference or
            the note is too long or no text.
    """
    _require_bookable(credits_given)
    booking = _booking(ports, organization_id, f"grant/{reference or _fresh(ports)}", note)
    return _book(ports, ledger.grant(booking, credits_given=credits_given))


def reverse(
    ports: Ports,
    organization_id: OrganizationId,
    credits_taken: int,
    *,
    price_cents: int,
    reference: str,
    note: str = "",
) -> Entry:
    """
    Take a purchase back (a chargeback); the balance may fall below zero.

    Raises:
        NotFoundError: There is no such organisation.
        InvalidRequestError: As `grant`.
    """
    _require_bookable(credits_taken)
    booking = _booking(ports, organization_id, f"reversal/{reference}", note)
    return _book(
        ports, ledger.reversal(booking, credits_taken=credits_taken, price_cents=price_cents)
    )


def set_tier(ports: Ports, organization_id: OrganizationId, tier: Tier) -> Organization:
    """
    Put the customer on another tier.

    Raises:
        NotFoundError: There is no such organisation.
    """
    with ports.store.transaction() as tx:
        organization = evolve(tx.organizations.lock(organization_id), tier=tier)
        tx.organizations.save(organization)
        tx.commit()
    return organization


def set_unlimited(
    ports: Ports, organization_id: OrganizationId, *, unlimited: bool
) -> Organization:
    """
    Let the customer take without paying first, or not any more. What is running is given
    back, should it fail, to the account it was charged to.

    Raises:
        NotFoundError: There is no such organisation.
    """
    with ports.store.transaction() as tx:
        organization = evolve(tx.organizations.lock(organization_id), unlimited=unlimited)
        tx.organizations.save(organization)
        tx.commit()
    return organization


def entries(
    ports: Ports,
    organization_id: OrganizationId,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
) -> tuple[Entry, ...]:
    """
    Return the organisation's book of a period, oldest first.
    """
    with ports.store.transaction() as tx:
        return tx.ledger.entries(organization_id, start=start, end=end)


def _require_bookable(number: int) -> None:
    if not 1 <= number <= CREDITS_MAX:
        raise InvalidRequestError({"credits": [f"Number must be between 1 and {CREDITS_MAX}"]})


def _require_text(field: str, text: str, *, least: int = 0, most: int) -> None:
    faults = specs.text_faults(text, least=least, most=most)
    if faults:
        raise InvalidRequestError({field: faults})


def _fresh(ports: Ports) -> str:
    return ports.ids.new("")


def _booking(
    ports: Ports, organization_id: OrganizationId, reference: str, note: str
) -> ledger.Booking:
    _require_text("reference", reference, most=REFERENCE_MAX)
    _require_text("note", note, most=NOTE_MAX)
    return ledger.Booking(
        id=EntryId(ports.ids.new(ids.ENTRY)),
        organization_id=organization_id,
        reference=reference,
        booked_at=ports.clock.now(),
        note=note,
    )


def _book(ports: Ports, entry: Entry) -> Entry:
    """
    Book *entry* and return it, or the one booked under its reference before.
    """
    with ports.store.transaction() as tx:
        tx.organizations.lock(entry.organization_id)
        if tx.ledger.append(entry):
            tx.commit()
            return entry
        booked = tx.ledger.entries(entry.organization_id)
    return next(one for one in booked if one.reference == entry.reference)
