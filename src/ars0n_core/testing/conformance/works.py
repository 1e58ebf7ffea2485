"""
What every `Store` must do with projects and their versions.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.assets import AssetOrigin
from ars0n_core.errors import NotFoundError, StaleRevisionError
from ars0n_core.ids import AssetId, JobId, ProjectId, VersionId
from ars0n_core.pipelines import graph
from ars0n_core.pipelines.states import Claimed, Succeeded
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.model import CustomClip
from ars0n_core.testing.conformance.furnishings import (
    NOON,
    OURS,
    THEIRS,
    a_project,
    a_version,
    an_asset,
)

if TYPE_CHECKING:
    from ars0n_core.ports import Store


class WorkRules:
    """
    What is kept of projects and versions. Part of `StoreSuite`.
    """

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
        # While a scene is done anew, what was made before is still theirs.
        again = evolve(saved.pipeline, jobs=version.pipeline.jobs, fallback=saved.pipeline.jobs)
        with furnished.transaction() as tx:
            resaved = tx.versions.save(evolve(saved, pipeline=again))
            tx.commit()
        with furnished.transaction() as tx:
            assert (resaved,) == tx.versions.made(AssetId("asset_made"))

    def test_the_newest_version_of_a_mode_and_status_is_found(self, furnished: Store) -> None:
        """
        And what the project's jobs made, whether or not it is still their output.
        """
        completed, failed = VersionStatus.COMPLETED, VersionStatus.FAILED
        every = [
            a_version(1),
            evolve(a_version(2), status=completed),
            evolve(a_version(3), status=failed),
            evolve(a_version(4), is_test=True),
            evolve(a_version(5, project=2), status=completed),
        ]
        made = [
            evolve(an_asset(n), origin=AssetOrigin.MADE, blob_key=f"made/job_{n}a/1/a.png")
            for n in (5, 4, 1)
        ]
        with furnished.transaction() as tx:
            for version in every:
                tx.versions.add(version)
            for asset in (*made, an_asset(2)):
                tx.assets.add(asset)
            tx.commit()

        project = ProjectId("proj_1")
        with furnished.transaction() as tx:
            latest = tx.versions.latest
            assert latest(project, is_test=False) == every[2]
            assert latest(project, is_test=False, status=completed) == every[1]
            assert latest(project, is_test=True) == every[3]
            assert latest(project, is_test=True, status=completed) is None
            assert latest(ProjectId("proj_2"), is_test=True) is None
            assert tx.assets.made_in(project) == (made[2], made[1])
            assert tx.assets.made_in(ProjectId("proj_none")) == ()

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
        By their order or their plan, for whatever they need it.
        """
        version = a_version(3)
        clip = CustomClip(position=0, asset_id=AssetId("asset_5"), duration_seconds=2)
        spec = evolve(version.spec, music_asset_id=AssetId("asset_4"), custom_clips=(clip,))
        scene = evolve(version.plan.scenes[0], image_asset_id=AssetId("asset_6"))
        other = evolve(version, spec=spec, plan=evolve(version.plan, scenes=(scene,)))
        with furnished.transaction() as tx:
            tx.versions.add(a_version(1))
            tx.versions.add(evolve(a_version(2), status=VersionStatus.FAILED))
            tx.versions.add(other)
            tx.commit()

        with furnished.transaction() as tx:
            assert (a_version(1), other) == tx.versions.using(AssetId("asset_1"))
            assert (a_version(1), other) == tx.versions.using(AssetId("asset_2"))
            assert tx.versions.using(AssetId("asset_3")) == ()
            for number in (4, 5, 6):
                assert (other,) == tx.versions.using(AssetId(f"asset_{number}")), number

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

    def test_projects_of_a_mode_are_those_with_a_version_of_it(self, furnished: Store) -> None:
        """
        One may be of both, and the pages are of those alone.
        """
        with furnished.transaction() as tx:
            tx.projects.add(a_project(2))
            tx.projects.add(a_project(3))
            for number, project, is_test in ((1, 1, False), (2, 2, True), (3, 1, True)):
                version = a_version(number, project=project)
                tx.versions.add(evolve(version, is_test=is_test))
            tx.commit()

        with furnished.transaction() as tx:
            live = tx.projects.of(OURS, limit=9, offset=0, is_test=False)
            test = tx.projects.of(OURS, limit=9, offset=0, is_test=True)
            assert (live, test) == ((a_project(1),), (a_project(2), a_project(1)))
            assert test[1:] == tx.projects.of(OURS, limit=9, offset=1, is_test=True)
            assert [tx.projects.count(OURS, is_test=one) for one in (False, True)] == [1, 2]
            assert tx.projects.count(THEIRS, is_test=True) == 0

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
