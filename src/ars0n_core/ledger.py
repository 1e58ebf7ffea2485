"""
What moved: an append-only book of credits, double entry.

**Owns** `Entry` and `Posting`, the few ways to write them, and balance and usage as folds
over entries. **Does not own** prices (`pricing`) or when to refund (`pipelines`).
**Invariants**: every posting names both its sides, so nothing is made or lost; credits
are whole and positive; an entry is never changed, a refund is an entry of its own; an
entry's ``reference`` is unique within its organisation, so booking it twice is booking
it once; what is refunded goes back to the account it was charged to.

Accounts are names within one organisation's book:

| account | holds |
|---|---|
| ``world`` | outside: where purchases come from |
| ``granted`` | what was given for free |
| ``prepaid`` | the customer's credits; never below zero |
| ``receivable`` | what an unlimited organisation took without paying first |
| ``spent`` | what work cost |
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import field, frozen
from attrs.validators import gt

from ars0n_core.errors import InsufficientCreditsError
from ars0n_core.ids import ApiKeyId, EntryId, OrganizationId, VersionId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


WORLD: Final = "world"
GRANTED: Final = "granted"
PREPAID: Final = "prepaid"
RECEIVABLE: Final = "receivable"
SPENT: Final = "spent"
ACCOUNTS: Final = (WORLD, GRANTED, PREPAID, RECEIVABLE, SPENT)


class EntryKind(StrEnum):
    """
    Why credits moved.
    """

    PURCHASE = "purchase"
    GRANT = "grant"
    CHARGE = "charge"
    REFUND = "refund"
    REVERSAL = "reversal"


@frozen
class Posting:
    """
    One movement of whole credits; ``item`` says for which job or what else.
    """

    source: str
    destination: str
    credits: int = field(validator=gt(0))
    item: str = ""


@frozen(kw_only=True)
class Entry:
    """
    A booked fact.
    """

    id: EntryId
    organization_id: OrganizationId
    kind: EntryKind
    postings: tuple[Posting, ...]
    reference: str
    booked_at: datetime
    version_id: VersionId | None = None
    api_key_id: ApiKeyId | None = None
    price_cents: int = 0
    note: str = ""

    @property
    def credits(self) -> int:
        """
        How many credits moved.
        """
        return sum(posting.credits for posting in self.postings)


@frozen(kw_only=True)
class Booking:
    """
    What every entry needs beside its movements: who, when and under which name.
    """

    id: EntryId
    organization_id: OrganizationId
    reference: str
    booked_at: datetime
    version_id: VersionId | None = None
    api_key_id: ApiKeyId | None = None
    note: str = ""


def purchase(booking: Booking, *, credits_bought: int, price_cents: int) -> Entry:
    """
    Return the entry of a bought package.
    """
    return _entry(
        booking, EntryKind.PURCHASE, (Posting(WORLD, PREPAID, credits_bought),), price_cents
    )


def grant(booking: Booking, *, credits_given: int) -> Entry:
    """
    Return the entry of credits given for free.
    """
    return _entry(booking, EntryKind.GRANT, (Posting(GRANTED, PREPAID, credits_given),))


def charge(booking: Booking, *, account: str, items: Iterable[tuple[str, int]]) -> Entry:
    """
    Return the entry that takes the price of *items* (name, credits) from *account*.
    """
    return _entry(
        booking,
        EntryKind.CHARGE,
        tuple(Posting(account, SPENT, price, name) for name, price in items if price),
    )


def refund(booking: Booking, *, account: str, item: str, credits_back: int) -> Entry:
    """
    Return the entry that gives *item*'s credits back to the *account* they came from.
    """
    return _entry(booking, EntryKind.REFUND, (Posting(SPENT, account, credits_back, item),))


def reversal(booking: Booking, *, credits_taken: int, price_cents: int) -> Entry:
    """
    Return the entry of a purchase taken back (a chargeback): the one kind that may leave
    ``prepaid`` below zero.
    """
    return _entry(
        booking, EntryKind.REVERSAL, (Posting(PREPAID, WORLD, credits_taken),), -price_cents
    )


def account_of(*, unlimited: bool) -> str:
    """
    Return the account a charge is taken from.
    """
    return RECEIVABLE if unlimited else PREPAID


def require(balance: int, price: int, *, account: str) -> None:
    """
    Refuse a charge that *account* doesn't cover.

    Raises:
        InsufficientCreditsError: The prepaid balance is below the price.
    """
    if account == PREPAID and price > balance:
        raise InsufficientCreditsError(required=price, available=max(0, balance))


def balances(entries: Iterable[Entry]) -> dict[str, int]:
    """
    Return every account's balance after *entries*; together they are zero.
    """
    totals = dict.fromkeys(ACCOUNTS, 0)
    for entry in entries:
        for posting in entry.postings:
            totals[posting.source] -= posting.credits
            totals[posting.destination] += posting.credits
    return totals


@frozen(kw_only=True)
class Usage:
    """
    A period's sums. ``used`` is net of refunds: what failed costs nothing.
    """

    used: int
    purchased: int
    granted: int
    refunded: int
    cost_cents: int


def usage(entries: Iterable[Entry]) -> Usage:
    """
    Return the sums of a period's entries; the sums of its parts add up to them.
    """
    sums: dict[EntryKind, int] = dict.fromkeys(EntryKind, 0)
    cents = 0
    for entry in entries:
        sums[entry.kind] += entry.credits
        cents += entry.price_cents
    return Usage(
        used=sums[EntryKind.CHARGE] - sums[EntryKind.REFUND],
        purchased=sums[EntryKind.PURCHASE] - sums[EntryKind.REVERSAL],
        granted=sums[EntryKind.GRANT],
        refunded=sums[EntryKind.REFUND],
        cost_cents=cents,
    )


def spent_by(entries: Iterable[Entry], key: ApiKeyId) -> int:
    """
    Return what *key* spent in *entries*, less what of it was given back in them. What comes
    back of an earlier period's charges is not this period's to spend again.
    """
    signs: Mapping[EntryKind, int] = {EntryKind.CHARGE: 1, EntryKind.REFUND: -1}
    spent: dict[str, int] = {}
    for entry in entries:
        sign = signs.get(entry.kind)
        if sign is None or entry.api_key_id != key:
            continue
        for posting in entry.postings:
            before = spent.get(posting.item, 0)
            spent[posting.item] = max(0, before + sign * posting.credits)
    return sum(spent.values())


def _entry(
    booking: Booking, kind: EntryKind, postings: tuple[Posting, ...], price_cents: int = 0
) -> Entry:
    return Entry(
        id=booking.id,
        organization_id=booking.organization_id,
        kind=kind,
        postings=postings,
        reference=booking.reference,
        booked_at=booking.booked_at,
        version_id=booking.version_id,
        api_key_id=booking.api_key_id,
        price_cents=price_cents,
        note=booking.note,
    )
