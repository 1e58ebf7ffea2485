"""
What every `Store` must do: units of work, revisions, references, locks.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core import ledger
from ars0n_core.access import ApiKey, Organization
from ars0n_core.assets import Asset, AssetKind
from ars0n_core.errors import NotFoundError, StaleRevisionError
from ars0n_core.ids import (
    ApiKeyId,
    AssetId,
    EntryId,
    JobId,
    OrganizationId,
    ProjectId,
    VersionId,
)
from ars0n_core.ledger import Booking, Entry
from ars0n_core.pipelines import graph
from ars0n_core.pipelines.jobs import Charge
from ars0n_core.pipelines.states import Claimed, Succeeded
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.projects import Project, Version, VersionStatus
from ars0n_core.quotas import Tier
from ars0n_core.specs.model import AdSpec
from ars0n_core.testing.conformance.messages import MessageRules
from ars0n_core.work import Operation, WorkItem

if TYPE_CHECKING:
    from ars0n_core.ports import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS = OrganizationId("org_ours")
THEIRS = OrganizationId("org_theirs")


def an_organization(organization_id: OrganizationId = OURS) -> Organization:
    """
    Return an organisation made at noon.
    """
    return Organization(id=organization_id, name="Ours", tier=Tier.PRO, created_at=NOON)


def a_key(number: int = 1) -> ApiKey:
    """
    Return one of the organisation's keys.
    """
    return ApiKey(
        id=ApiKeyId(f"key_{number}"),
        organization_id=OURS,
        name="Production",
        digest=f"{number:064x}",
        hint="sk_live_ab12",
        created_at=NOON + timedelta(seconds=number),
    )


def an_asset(number: int = 1) -> Asset:
    """
    Return one of the organisation's assets.
    """
    return Asset(
        id=AssetId(f"asset_{number}"),
        organization_id=OURS,
        kind=AssetKind.IMAGE,
        media_type="image/png",
        blob_key=f"uploads/{number}",
        size_bytes=7,
        sha256="0" * 64,
        created_at=NOON + timedelta(seconds=number),
        facts={"width": 3, "nested": ["a", None, {"b": 1.5}]},
    )


def a_project(number: int = 1, organization_id: OrganizationId = OURS) -> Project:
    """
    Return a project made *number* seconds after noon.
    """
    return Project(
        id=ProjectId(f"proj_{number}"),
        organization_id=organization_id,
        name="A lamp",
        created_at=NOON + timedelta(seconds=number),
    )


def a_version(
    number: int = 1, *, project: int = 1, organization_id: OrganizationId = OURS
) -> Version:
    """
    Return a version of one scene, charged and ready to start.
    """
    items = (
        WorkItem(
            key="edit-0",
            operation=Operation.EDIT_IMAGE,
            grade=(2,),
            inputs={"description": "hero", "texts": ["a", None]},
            scene_index=0,
        ),
        WorkItem(key="film", operation=Operation.COMPOSE, needs=("edit-0",)),
    )
    charge = Charge(credits=10, account=ledger.PREPAID, serial=1)
    return Version(
        id=VersionId(f"ver_{number}"),
        project_id=ProjectId(f"proj_{project}"),
        organization_id=organization_id,
        spec=AdSpec(
            prompt="A lamp — 灯 💡",
            duration_seconds=15,
            voice_id="v",
            image_asset_ids=(AssetId("asset_1"),),
            logo_asset_id=AssetId("asset_2"),
        ),
        plan=Plan(
            segments=(Segment(text="Light.", scene_index=0),),
            scenes=(
                Scene(
                    scene_index=0,
                    description="hero",
                    duration_seconds=6,
                    image_asset_id=AssetId("asset_1"),
                ),
            ),
        ),
        pipeline=graph.build(
            items,
            job_ids=(JobId(f"job_{number}a"), JobId(f"job_{number}b")),
            charges={"edit-0": charge, "film": charge},
        ),
        created_at=NOON + timedelta(seconds=number),
        updated_at=NOON + timedelta(seconds=number),
        total_credits=20,
        takes={"subject#0": 1},
    )


def an_entry(number: int = 1, *, credits_bought: int = 500) -> Entry:
    """
    Return the entry of a purchase *number* seconds after noon.
    """
    booking = Booking(
        id=EntryId(f"entry_{number}"),
        organization_id=OURS,
        reference=f"purchase/{number}",
        booked_at=NOON + timedelta(seconds=number),
    )
    return ledger.purchase(booking, credits_bought=credits_bought, price_cents=3900)


class StoreSuite(MessageRules):
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

    def test_a_stale_version_is_not_saved(self, furnished: Store) -> None:
        """
        Of two who read the same revision only the first may save.
        """
        with furnished.transaction() as tx:
            tx.versions.add(a_version())
            tx.commit()
        with furnished.transaction() as tx:
            read = tx.versions.find(VersionId("ver_1"))
        with furnished.transaction() as tx:
            first = tx.versions.save(evolve(read, total_credits=1))
            tx.commit()
        assert first.revision == read.revision + 1

        with pytest.raises(StaleRevisionError), furnished.transaction() as tx:  # noqa: PT012 - one unit
            tx.versions.save(evolve(read, total_credits=2))
            tx.commit()

        with furnished.transaction() as tx:
            assert first == tx.versions.find(VersionId("ver_1"))

    def test_a_version_is_found_by_its_jobs_and_by_what_they_made(self, furnished: Store) -> None:
        """
        A job's id leads to its version, and an output to the versions that have it.
        """
        version = a_version()
        with furnished.transaction() as tx:
            tx.versions.add(version)
            tx.commit()
        job = JobId("job_1a")
        pipeline = graph.record(version.pipeline, Claimed(job, 1, NOON))
        pipeline = graph.record(pipeline, Succeeded(job, 1, AssetId("asset_made")))
        with furnished.transaction() as tx:
            saved = tx.versions.save(evolve(version, pipeline=pipeline))
            tx.commit()

        with furnished.transaction() as tx:
            assert saved == tx.versions.find_by_job(job)
            assert (saved,) == tx.versions.made(AssetId("asset_made"))
            assert tx.versions.made(AssetId("asset_other")) == ()

    def test_generating_versions_are_listed_oldest_first(self, furnished: Store) -> None:
        """
        Of one organisation or of all; finished ones are not.
        """
        theirs = a_version(2, organization_id=THEIRS)
        with furnished.transaction() as tx:
            tx.versions.add(a_version(3))
            tx.versions.add(theirs)
            tx.versions.add(a_version(1))
            tx.versions.add(evolve(a_version(4), status=VersionStatus.COMPLETED))
            tx.commit()

        with furnished.transaction() as tx:
            assert (a_version(1), a_version(3)) == tx.versions.generating(OURS)
            assert (a_version(1), theirs, a_version(3)) == tx.versions.generating()

    def test_versions_using_an_asset_are_the_generating_ones(self, furnished: Store) -> None:
        """
        By their order or their plan.
        """
        with furnished.transaction() as tx:
            tx.versions.add(a_version(1))
            tx.versions.add(evolve(a_version(2), status=VersionStatus.FAILED))
            tx.commit()

        with furnished.transaction() as tx:
            assert (a_version(1),) == tx.versions.using(AssetId("asset_1"))
            assert (a_version(1),) == tx.versions.using(AssetId("asset_2"))
            assert tx.versions.using(AssetId("asset_3")) == ()

    def test_versions_of_a_period_are_from_its_start_on_and_before_its_end(
        self, furnished: Store
    ) -> None:
        """
        So periods that touch never count a version twice.
        """
        with furnished.transaction() as tx:
            for number in (1, 2, 3):
                tx.versions.add(a_version(number))
            tx.commit()

        second = timedelta(seconds=1)
        with furnished.transaction() as tx:
            found = tx.versions.between(OURS, NOON + second, NOON + 3 * second)
            assert (a_version(1), a_version(2)) == found
            assert tx.versions.between(THEIRS, NOON, NOON + 9 * second) == ()

    def test_projects_come_in_pages_newest_first(self, furnished: Store) -> None:
        """
        Only the organisation's own, and their number is known.
        """
        with furnished.transaction() as tx:
            for number in (2, 3, 4):
                tx.projects.add(a_project(number))
            tx.projects.add(a_project(9, THEIRS))
            tx.commit()

        with furnished.transaction() as tx:
            assert (a_project(4), a_project(3)) == tx.projects.of(OURS, limit=2, offset=0)
            assert (a_project(2), a_project(1)) == tx.projects.of(OURS, limit=2, offset=2)
            assert tx.projects.of(OURS, limit=2, offset=4) == ()
            assert tx.projects.count(OURS) == 4

    def test_a_deleted_project_takes_its_versions_along(self, furnished: Store) -> None:
        """
        Nothing of it is found any more, by any way; others stay.
        """
        with furnished.transaction() as tx:
            tx.projects.add(a_project(2))
            tx.versions.add(a_version(1))
            tx.versions.add(a_version(2, project=2))
            tx.commit()
        with furnished.transaction() as tx:
            tx.projects.delete(ProjectId("proj_1"))
            tx.projects.delete(ProjectId("proj_1"))
            tx.commit()

        with furnished.transaction() as tx:
            assert tx.versions.of(ProjectId("proj_1")) == ()
            assert (a_version(2, project=2),) == tx.versions.of(ProjectId("proj_2"))
            assert (a_version(2, project=2),) == tx.versions.using(AssetId("asset_1"))
            with pytest.raises(NotFoundError):
                tx.versions.find_by_job(JobId("job_1a"))

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

        def spend(number: int) -> None:
            barrier.wait(timeout=30)
            with furnished.transaction() as tx:
                tx.organizations.lock(OURS)
                if tx.ledger.balance(OURS, ledger.PREPAID) < 10:
                    return
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

    def test_keys_are_kept_and_changed(self, furnished: Store) -> None:
        """
        A revocation is seen by the next who looks.
        """
        with furnished.transaction() as tx:
            tx.keys.add(a_key(2))
            tx.keys.add(a_key(1))
            tx.keys.save(evolve(a_key(1), revoked_at=NOON))
            tx.commit()

        with furnished.transaction() as tx:
            assert (evolve(a_key(1), revoked_at=NOON), a_key(2)) == tx.keys.of(OURS)
            assert tx.keys.of(THEIRS) == ()

    def test_assets_are_listed_and_deleted(self, furnished: Store) -> None:
        """
        Deleting what is not there is no error.
        """
        with furnished.transaction() as tx:
            tx.assets.add(an_asset(2))
            tx.assets.add(an_asset(1))
            tx.commit()
        with furnished.transaction() as tx:
            assert (an_asset(1), an_asset(2)) == tx.assets.of(OURS)
            tx.assets.delete(an_asset(1).id)
            tx.assets.delete(an_asset(1).id)
            tx.commit()

        with furnished.transaction() as tx:
            assert (an_asset(2),) == tx.assets.of(OURS)

    def test_organisations_are_changed_and_listed(self, furnished: Store) -> None:
        """
        A new tier is seen by the next who looks.
        """
        raised = evolve(an_organization(), tier=Tier.ENTERPRISE)
        with furnished.transaction() as tx:
            tx.organizations.save(raised)
            tx.commit()

        with furnished.transaction() as tx:
            assert raised == tx.organizations.lock(OURS)
            assert {OURS, THEIRS} == {one.id for one in tx.organizations.every()}
