"""
What every unit of work of a `Store` must be: whole, unseen until it is committed, and of two
at once only one.
"""

from __future__ import annotations

import contextlib
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core import ledger
from ars0n_core.errors import NotFoundError, StaleRevisionError
from ars0n_core.ids import EntryId, ProjectId, VersionId
from ars0n_core.testing.conformance.furnishings import OURS, a_version, an_asset, an_entry

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_core.ports import Store

SOON_SECONDS = 30.0
MOMENT_SECONDS = 0.2
"""
How long one waits for another that may itself be waiting for the first.
"""
UNITS = 60
"""
More than any pool has places.
"""


class UnitRules:
    """
    What a unit of work is. Part of `StoreSuite`.
    """

    def test_a_unit_sees_what_it_did(self, furnished: Store) -> None:
        """
        Before it is committed, and as if it were.
        """
        with furnished.transaction() as tx:
            tx.ledger.append(an_entry())
            tx.versions.add(a_version())
            saved = tx.versions.save(evolve(a_version(), total_credits=7))

            assert tx.ledger.balance(OURS, ledger.PREPAID) == 500
            assert saved == tx.versions.find(VersionId("ver_1"))
            assert (saved,) == tx.versions.generating(OURS)

    def test_what_comes_after_a_commit_needs_another(self, furnished: Store) -> None:
        """
        Only what was done until then is stored.
        """
        with furnished.transaction() as tx:
            tx.assets.add(an_asset())
            tx.commit()
            tx.ledger.append(an_entry())

        with furnished.transaction() as tx:
            assert an_asset() == tx.assets.find(an_asset().id)
            assert tx.ledger.balance(OURS, ledger.PREPAID) == 0

    def test_what_was_committed_stays_whatever_comes_after(self, furnished: Store) -> None:
        """
        An exception undoes what was not committed, and nothing else.
        """
        with pytest.raises(ZeroDivisionError), furnished.transaction() as tx:  # noqa: PT012 - one unit
            tx.ledger.append(an_entry())
            tx.commit()
            raise ZeroDivisionError

        with furnished.transaction() as tx:
            assert tx.ledger.balance(OURS, ledger.PREPAID) == 500

    def test_a_save_that_was_forgotten_leaves_the_revision(self, furnished: Store) -> None:
        """
        Whoever read before it may still save.
        """
        with furnished.transaction() as tx:
            tx.versions.add(a_version())
            tx.commit()
        with furnished.transaction() as tx:
            tx.versions.save(evolve(a_version(), total_credits=1))
        with furnished.transaction() as tx:
            saved = tx.versions.save(evolve(a_version(), total_credits=2))
            tx.commit()

        with furnished.transaction() as tx:
            assert saved == tx.versions.find(VersionId("ver_1"))

    def test_a_version_that_is_gone_is_not_saved(self, furnished: Store) -> None:
        """
        Its project was deleted meanwhile: whoever read it before is told.
        """
        with furnished.transaction() as tx:
            tx.versions.add(a_version())
            tx.projects.delete(ProjectId("proj_1"))
            tx.commit()

        with pytest.raises((NotFoundError, StaleRevisionError)), furnished.transaction() as tx:  # noqa: PT012 - one unit
            tx.versions.save(a_version())
            tx.commit()  # pragma: no cover - where a store of yours may be the first to refuse

    def test_nobody_sees_what_is_not_committed(self, furnished: Store) -> None:
        """
        Whoever looks meanwhile sees what was there, now or when the unit has ended.
        """
        seen: list[object] = []

        def look() -> None:
            with furnished.transaction() as tx:
                seen.append((tx.ledger.balance(OURS, ledger.PREPAID), tx.versions.generating()))

        looking = threading.Thread(target=look)
        with furnished.transaction() as tx:
            tx.ledger.append(an_entry())
            tx.versions.add(a_version())
            looking.start()
            looking.join(MOMENT_SECONDS)
        looking.join(SOON_SECONDS)

        assert seen == [(0, ())]

    def test_of_two_at_once_only_one_saves(self, furnished: Store) -> None:
        """
        Both read the same revision, and each asks before the other has committed.
        """
        with furnished.transaction() as tx:
            tx.versions.add(a_version())
            tx.commit()
        saved: list[int] = []

        def save(number: int, wait: Callable[[], None]) -> None:
            with furnished.transaction() as tx:
                tx.versions.save(evolve(a_version(), total_credits=number))
                wait()
                tx.commit()
            saved.append(number)

        at_once(save)

        assert len(saved) == 1
        with furnished.transaction() as tx:
            assert tx.versions.find(VersionId("ver_1")).total_credits == saved[0]

    def test_of_two_at_once_only_one_books(self, furnished: Store) -> None:
        """
        The same reference is booked once, whoever holds which lock.
        """
        booked: list[int] = []

        def book(number: int, wait: Callable[[], None]) -> None:
            entry = evolve(an_entry(), id=EntryId(f"entry_t{number}"))
            with furnished.transaction() as tx:
                is_booked = tx.ledger.append(entry)
                wait()
                tx.commit()
            if is_booked:
                booked.append(number)

        at_once(book)

        assert len(booked) == 1
        with furnished.transaction() as tx:
            assert len(tx.ledger.entries(OURS)) == 1
            assert tx.ledger.balance(OURS, ledger.PREPAID) == 500

    def test_units_leave_nothing_open(self, furnished: Store) -> None:
        """
        Those that break least of all: there is room for the next, however many there were.
        """

        def break_down() -> None:
            with furnished.transaction() as tx:
                tx.ledger.append(an_entry())
                raise ZeroDivisionError

        before = files_open()
        for _ in range(UNITS):
            with pytest.raises(ZeroDivisionError):
                break_down()
            with furnished.transaction() as tx:
                assert tx.ledger.balance(OURS, ledger.PREPAID) == 0

        assert files_open() < before + UNITS // 2


def at_once(act: Callable[[int, Callable[[], None]], None]) -> None:
    """
    Have *act* done twice at a time; what it is given besides its number waits for the
    other one, a moment. Who comes second may be told so.
    """
    both = threading.Barrier(2)

    def wait() -> None:
        # A store may let in one after the other.
        with contextlib.suppress(threading.BrokenBarrierError):
            both.wait(MOMENT_SECONDS)

    def attempt(number: int) -> None:
        with contextlib.suppress(StaleRevisionError):
            act(number, wait)

    threads = [threading.Thread(target=attempt, args=(number,)) for number in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON_SECONDS)


def files_open() -> int:
    """
    Return how many files and lines this process holds open; 0 where nobody can tell.
    """
    place = Path("/dev/fd")
    return len(list(place.iterdir())) if place.exists() else 0
