"""
The book: double entry, and nothing made or lost.
"""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from attrs import fields
from hypothesis import given
from hypothesis import strategies as st

from ars0n_core import ledger
from ars0n_core.errors import InsufficientCreditsError
from ars0n_core.ids import ApiKeyId, EntryId, OrganizationId, VersionId
from ars0n_core.ledger import ACCOUNTS, PREPAID, RECEIVABLE, SPENT, Booking, Entry, Posting

AT = datetime(2026, 3, 1, tzinfo=UTC)
AMOUNT = st.integers(1, 10**9)


def booking(reference: str = "one", key: str | None = None) -> Booking:
    return Booking(
        id=EntryId(f"entry_{reference}"),
        organization_id=OrganizationId("org"),
        reference=reference,
        booked_at=AT,
        api_key_id=ApiKeyId(key) if key else None,
    )


ENTRIES = st.lists(
    st.one_of(
        AMOUNT.map(lambda n: ledger.purchase(booking(), credits_bought=n, price_cents=n)),
        AMOUNT.map(lambda n: ledger.grant(booking(), credits_given=n)),
        AMOUNT.map(lambda n: ledger.reversal(booking(), credits_taken=n, price_cents=n)),
        st.lists(AMOUNT, min_size=1).map(
            lambda prices: ledger.charge(
                booking(), account=PREPAID, items=[(f"job_{p}", p) for p in prices]
            )
        ),
        AMOUNT.map(
            lambda n: ledger.refund(booking(), account=RECEIVABLE, item="job", credits_back=n)
        ),
    )
)


@given(ENTRIES)
def test_all_accounts_together_are_always_zero(entries: list[Entry]) -> None:
    totals = ledger.balances(entries)

    assert set(totals) == set(ACCOUNTS)
    assert sum(totals.values()) == 0


@given(ENTRIES, st.integers(0, 20))
def test_the_parts_of_a_period_add_up(entries: list[Entry], cut: int) -> None:
    whole, first, second = (ledger.usage(part) for part in (entries, entries[:cut], entries[cut:]))

    for name in ("used", "purchased", "granted", "refunded", "cost_cents"):
        assert getattr(whole, name) == getattr(first, name) + getattr(second, name)


@given(ENTRIES)
def test_what_was_bought_and_given_less_what_was_used_is_what_is_left(
    entries: list[Entry],
) -> None:
    usage, totals = ledger.usage(entries), ledger.balances(entries)

    left = totals[PREPAID] + totals[RECEIVABLE]
    assert usage.purchased + usage.granted - usage.used == left


def test_a_charge_has_a_posting_an_item_and_none_for_what_is_free() -> None:
    entry = ledger.charge(booking(), account=PREPAID, items=[("a", 5), ("b", 0), ("c", 2)])

    assert entry.postings == (Posting(PREPAID, SPENT, 5, "a"), Posting(PREPAID, SPENT, 2, "c"))
    assert entry.credits == 7


@pytest.mark.parametrize("credits_moved", [0, -1])
def test_a_posting_moves_something(credits_moved: int) -> None:
    with pytest.raises(ValueError, match="credits"):
        Posting(PREPAID, SPENT, credits_moved)


def test_a_price_up_to_the_balance_is_covered() -> None:
    ledger.require(10, 10, account=PREPAID)
    ledger.require(-500, 10, account=RECEIVABLE)
    with pytest.raises(InsufficientCreditsError) as caught:
        ledger.require(9, 10, account=PREPAID)
    assert (caught.value.required, caught.value.available) == (10, 9)


def test_less_than_nothing_is_told_as_nothing() -> None:
    with pytest.raises(InsufficientCreditsError) as caught:
        ledger.require(-40, 1, account=PREPAID)

    assert caught.value.available == 0


def test_a_partner_pays_from_another_account() -> None:
    assert ledger.account_of(unlimited=True) == RECEIVABLE
    assert ledger.account_of(unlimited=False) == PREPAID


def test_a_keys_spending_is_net_and_its_own() -> None:
    entries = [
        ledger.grant(booking("a"), credits_given=100),
        ledger.charge(booking("b", "mine"), account=PREPAID, items=[("x", 30)]),
        ledger.charge(booking("c", "other"), account=PREPAID, items=[("y", 7), ("x", 4)]),
        ledger.refund(booking("d", "mine"), account=PREPAID, item="x", credits_back=10),
    ]

    assert ledger.spent_by(entries, ApiKeyId("mine")) == 20
    assert ledger.spent_by(entries, ApiKeyId("other")) == 11
    assert ledger.spent_by(entries, ApiKeyId("none")) == 0


def test_what_comes_back_of_what_was_not_spent_here_is_not_to_spend_again() -> None:
    back = ledger.refund(booking("a", "mine"), account=PREPAID, item="old", credits_back=10)
    again = ledger.charge(booking("b", "mine"), account=PREPAID, items=[("old", 10)])
    more = ledger.charge(booking("c", "mine"), account=PREPAID, items=[("new", 3)])
    key = ApiKeyId("mine")

    assert ledger.spent_by([back], key) == 0
    assert ledger.spent_by([back, more], key) == 3
    assert ledger.spent_by([back, again, more], key) == 13
    assert ledger.spent_by([again, back, more], key) == 3


def test_a_chargeback_takes_the_money_back_too() -> None:
    entries = [
        ledger.purchase(booking("a"), credits_bought=500, price_cents=3900),
        ledger.reversal(booking("b"), credits_taken=500, price_cents=3900),
    ]

    usage = ledger.usage(entries)

    assert (usage.purchased, usage.cost_cents) == (0, 0)


def test_what_was_paid_is_told_in_cents() -> None:
    bought = ledger.purchase(booking("a"), credits_bought=500, price_cents=3900)

    assert ledger.usage([bought, bought]).cost_cents == 7800
    assert ledger.usage([ledger.grant(booking("b"), credits_given=5)]).cost_cents == 0


def test_an_entry_says_whose_it_is_when_it_was_booked_and_why() -> None:
    told = Booking(
        id=EntryId("entry_1"),
        organization_id=OrganizationId("org"),
        reference="purchase/1",
        booked_at=AT,
        version_id=VersionId("ver_1"),
        api_key_id=ApiKeyId("key_1"),
        note="API Starter",
    )

    for entry in (
        ledger.purchase(told, credits_bought=500, price_cents=3900),
        ledger.charge(told, account=PREPAID, items=[("a", 5)]),
        ledger.refund(told, account=PREPAID, item="a", credits_back=5),
    ):
        assert all(
            getattr(entry, field.name) == getattr(told, field.name) for field in fields(Booking)
        )
