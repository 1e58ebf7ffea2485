"""
What every `Store` must do with the book.
"""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import evolve

from ars0n_core import ledger
from ars0n_core.ids import EntryId
from ars0n_core.ledger import Booking
from ars0n_core.testing.conformance import units
from ars0n_core.testing.conformance.furnishings import NOON, OURS, THEIRS, an_entry

if TYPE_CHECKING:
    from ars0n_core.ports import Store


class BookRules:
    """
    What is booked. Part of `StoreSuite`.
    """

    def test_an_entry_is_booked_once(self, furnished: Store) -> None:
        """
        The same reference again changes nothing and says so.
        """
        with furnished.transaction() as tx:
            assert tx.ledger.append(an_entry())
            assert not tx.ledger.append(evolve(an_entry(), id=EntryId("entry_other")))
            tx.commit()
        with furnished.transaction() as tx:
            assert not tx.ledger.append(an_entry())
            tx.commit()

        with furnished.transaction() as tx:
            assert (an_entry(),) == tx.ledger.entries(OURS)
            assert tx.ledger.balance(OURS, ledger.PREPAID) == 500

    def test_a_reference_is_one_organisations_own(self, furnished: Store) -> None:
        """
        Another organisation's entry of the same reference is another entry.
        """
        theirs = evolve(an_entry(), organization_id=THEIRS, id=EntryId("entry_theirs"))
        with furnished.transaction() as tx:
            assert tx.ledger.append(an_entry())
            assert tx.ledger.append(theirs)
            tx.commit()

        with furnished.transaction() as tx:
            assert (theirs,) == tx.ledger.entries(THEIRS)

    def test_balances_are_the_sums_of_the_entries(self, furnished: Store) -> None:
        """
        However the store keeps them.
        """
        entries = [an_entry(number, credits_bought=100 * number) for number in (1, 2, 3)]
        booking = Booking(
            id=EntryId("entry_9"), organization_id=OURS, reference="charge/1", booked_at=NOON
        )
        items = [("job_1", 40), ("job_2", 2)]
        entries.append(ledger.charge(booking, account=ledger.PREPAID, items=items))
        with furnished.transaction() as tx:
            for entry in entries:
                tx.ledger.append(entry)
            tx.commit()

        with furnished.transaction() as tx:
            for account, balance in ledger.balances(entries).items():
                assert balance == tx.ledger.balance(OURS, account)

    def test_balances_may_be_large(self, furnished: Store) -> None:
        """
        A book goes on for years: its sums pass what 32 bits hold.
        """
        entries = [an_entry(number, credits_bought=2_000_000_000) for number in (1, 2, 3)]
        with furnished.transaction() as tx:
            for entry in entries:
                tx.ledger.append(entry)
            tx.commit()

        with furnished.transaction() as tx:
            assert tx.ledger.balance(OURS, ledger.PREPAID) == 6_000_000_000
            assert tuple(entries) == tx.ledger.entries(OURS)

    def test_entries_come_in_the_order_they_were_booked(self, furnished: Store) -> None:
        """
        Whatever they are called, and to the microsecond they were booked at.
        """
        moments = [NOON + timedelta(microseconds=number) for number in range(3)]
        entries = tuple(
            evolve(an_entry(9 - number), id=EntryId(f"entry_{9 - number}"), booked_at=moment)
            for number, moment in enumerate(moments)
        )
        with furnished.transaction() as tx:
            for entry in entries:
                tx.ledger.append(entry)
            tx.commit()

        with furnished.transaction() as tx:
            assert entries == tx.ledger.entries(OURS)
            assert entries[1:] == tx.ledger.entries(OURS, start=moments[1])
            assert entries[:1] == tx.ledger.entries(OURS, end=moments[1])

    def test_entries_of_a_period_are_from_its_start_on_and_before_its_end(
        self, furnished: Store
    ) -> None:
        """
        In the order they were booked.
        """
        entries = [an_entry(number) for number in (1, 2, 3)]
        with furnished.transaction() as tx:
            for entry in entries:
                tx.ledger.append(entry)
            tx.commit()

        second = timedelta(seconds=1)
        with furnished.transaction() as tx:
            found = tx.ledger.entries(OURS, start=NOON + second, end=NOON + 3 * second)
            assert tuple(entries[:2]) == found
            assert tuple(entries[2:]) == tx.ledger.entries(OURS, start=NOON + 3 * second)

    def test_the_lock_lets_one_at_a_time_decide(self, furnished: Store) -> None:
        """
        Eight who each spend what is there only once: exactly one of them does.
        """
        with furnished.transaction() as tx:
            tx.ledger.append(an_entry(credits_bought=10))
            tx.commit()
        barrier = threading.Barrier(8)
        spent: list[int] = []
        another_decides = threading.Barrier(2)

        def spend(number: int) -> None:
            barrier.wait(timeout=30)
            with furnished.transaction() as tx:
                tx.organizations.lock(OURS)
                if tx.ledger.balance(OURS, ledger.PREPAID) < 10:
                    return
                # Should the lock let two in, they meet here and both find enough.
                with contextlib.suppress(threading.BrokenBarrierError):
                    another_decides.wait(units.MOMENT_SECONDS)
                booking = Booking(
                    id=EntryId(f"entry_c{number}"),
                    organization_id=OURS,
                    reference=f"charge/{number}",
                    booked_at=NOON,
                )
                charge = ledger.charge(booking, account=ledger.PREPAID, items=[("job", 10)])
                tx.ledger.append(charge)
                tx.commit()
                spent.append(number)

        threads = [threading.Thread(target=spend, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)

        assert len(spent) == 1
        with furnished.transaction() as tx:
            assert tx.ledger.balance(OURS, ledger.PREPAID) == 0
