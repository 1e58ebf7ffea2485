"""
What every `Store` must do: `units` of work, `values`, other `processes`, and by noun `customers`,
`works`, `books` and `messages`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_core import ledger
from ars0n_core.errors import NotFoundError
from ars0n_core.ids import AssetId, JobId, ProjectId, VersionId
from ars0n_core.testing.conformance.books import BookRules
from ars0n_core.testing.conformance.customers import CustomerRules
from ars0n_core.testing.conformance.furnishings import (
    OURS,
    THEIRS,
    a_key,
    a_project,
    a_version,
    an_asset,
    an_entry,
    an_organization,
)
from ars0n_core.testing.conformance.messages import MessageRules
from ars0n_core.testing.conformance.processes import ProcessRules
from ars0n_core.testing.conformance.units import UnitRules
from ars0n_core.testing.conformance.values import ValueRules
from ars0n_core.testing.conformance.works import WorkRules

if TYPE_CHECKING:
    from ars0n_core.ports import Store

__all__ = ["OURS", "THEIRS", "StoreSuite", "an_organization"]


class StoreSuite(
    UnitRules, ValueRules, ProcessRules, CustomerRules, WorkRules, BookRules, MessageRules
):
    """
    What every `Store` must do. Subclass it and give the fixture an empty store.
    """

    @pytest.fixture
    def store(self) -> Store:
        """
        Return an empty store.
        """
        raise AssertionError("give the fixture `store`")

    @pytest.fixture
    def elsewhere(self, store: Store) -> Store:
        """
        Return the store as another process has it: another object over the same data, where
        that can be had.
        """
        return store

    @pytest.fixture
    def furnished(self, store: Store) -> Store:
        """
        Return the store with two organisations and a project in it.
        """
        with store.transaction() as tx:
            tx.organizations.add(an_organization())
            tx.organizations.add(an_organization(THEIRS))
            tx.projects.add(a_project())
            tx.commit()
        return store

    def test_what_is_committed_is_there_and_equal(self, furnished: Store) -> None:
        """
        Every value comes back as it was stored.
        """
        with furnished.transaction() as tx:
            tx.keys.add(a_key())
            tx.assets.add(an_asset())
            tx.versions.add(a_version())
            tx.ledger.append(an_entry())
            tx.commit()

        with furnished.transaction() as tx:
            assert an_organization() == tx.organizations.find(OURS)
            assert a_key() == tx.keys.find(a_key().digest)
            assert an_asset() == tx.assets.find(an_asset().id)
            assert a_project() == tx.projects.find(ProjectId("proj_1"))
            assert a_version() == tx.versions.find(VersionId("ver_1"))
            assert (an_entry(),) == tx.ledger.entries(OURS)

    def test_what_is_not_committed_is_forgotten(self, furnished: Store) -> None:
        """
        Leaving the context without a commit stores nothing at all.
        """
        with furnished.transaction() as tx:
            tx.assets.add(an_asset())
            tx.versions.add(a_version())
            tx.ledger.append(an_entry())

        with furnished.transaction() as tx:
            assert tx.assets.find(an_asset().id) is None
            assert tx.ledger.entries(OURS) == ()
            assert tx.ledger.balance(OURS, ledger.PREPAID) == 0
            with pytest.raises(NotFoundError):
                tx.versions.find(VersionId("ver_1"))

    def test_an_exception_forgets_everything(self, furnished: Store) -> None:
        """
        A unit of work that raises stores nothing, and the exception comes through.
        """
        with pytest.raises(ZeroDivisionError), furnished.transaction() as tx:  # noqa: PT012 - one unit
            tx.ledger.append(an_entry())
            raise ZeroDivisionError

        with furnished.transaction() as tx:
            assert tx.ledger.balance(OURS, ledger.PREPAID) == 0

    def test_missing_things_are_not_found(self, store: Store) -> None:
        """
        Whoever asks for what isn't there is told so by kind and id.
        """
        with store.transaction() as tx:
            for find in (
                lambda: tx.organizations.find(OURS),
                lambda: tx.organizations.lock(OURS),
                lambda: tx.projects.find(ProjectId("proj_1")),
                lambda: tx.versions.find(VersionId("ver_1")),
                lambda: tx.versions.find_by_job(JobId("job_1")),
            ):
                with pytest.raises(NotFoundError):
                    find()
            assert tx.keys.find("0" * 64) is None
            assert tx.assets.find(AssetId("asset_1")) is None
