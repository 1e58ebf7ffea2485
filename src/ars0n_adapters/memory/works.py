"""
Projects, versions and the ledger in this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_adapters.memory import tables
from ars0n_adapters.memory.tables import Tables
from ars0n_core import ledger
from ars0n_core.errors import NotFoundError, StaleRevisionError
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.model import AdFormat

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ars0n_core.ids import AssetId, JobId, OrganizationId, ProjectId, VersionId
    from ars0n_core.ledger import Entry
    from ars0n_core.projects import Project, Version


@frozen
class MemoryProjects:
    """
    `Projects` in this process.
    """

    _tables: Tables

    def add(self, project: Project) -> None:
        """
        Store a new project.
        """
        tables.add(self._tables.projects, project.id, project)

    def find(self, project_id: ProjectId) -> Project:
        """
        Return the project.
        """
        return tables.found(self._tables.projects, "project", project_id)

    def of(
        self,
        organization_id: OrganizationId,
        *,
        limit: int,
        offset: int,
        is_test: bool | None = None,
    ) -> tuple[Project, ...]:
        """
        Return a page of the organisation's projects, newest first; of a mode, those that
        have a version of it.
        """
        return tuple(reversed(self._all(organization_id, is_test=is_test)))[offset : offset + limit]

    def count(self, organization_id: OrganizationId, *, is_test: bool | None = None) -> int:
        """
        Return how many projects the organisation has; of a mode, as `of`.
        """
        return len(self._all(organization_id, is_test=is_test))

    def delete(self, project_id: ProjectId) -> None:
        """
        Forget the project and all its versions.
        """
        self._tables.projects.pop(project_id, None)
        for version in tuple(self._tables.versions.values()):
            if version.project_id == project_id:
                del self._tables.versions[version.id]
                self._tables.webhooks.pop(version.id, None)
        for delivery in tuple(self._tables.deliveries.values()):
            if delivery.project_id == project_id:
                del self._tables.deliveries[delivery.id]

    def _all(self, organization_id: OrganizationId, *, is_test: bool | None) -> list[Project]:
        versions = self._tables.versions.values()
        of_mode = {one.project_id for one in versions if one.is_test == is_test}
        found = [
            one
            for one in self._tables.projects.values()
            if one.organization_id == organization_id and (is_test is None or one.id in of_mode)
        ]
        return sorted(found, key=lambda project: project.created_at)


@frozen
class MemoryVersions:
    """
    `Versions` in this process.
    """

    _tables: Tables

    def add(self, version: Version) -> None:
        """
        Store a new version.
        """
        tables.add(self._tables.versions, version.id, version)

    def find(self, version_id: VersionId) -> Version:
        """
        Return the version.
        """
        return tables.found(self._tables.versions, "version", version_id)

    def find_by_job(self, job_id: JobId) -> Version:
        """
        Return the version a job belongs to.
        """
        for version in self._tables.versions.values():
            if job_id in version.pipeline.jobs:
                return version
        raise NotFoundError("job", job_id)

    def save(self, version: Version) -> Version:
        """
        Replace a stored version, unless it was saved since it was read.
        """
        if self.find(version.id).revision != version.revision:
            raise StaleRevisionError
        saved = evolve(version, revision=version.revision + 1)
        self._tables.versions[version.id] = saved
        return saved

    def of(self, project_id: ProjectId) -> tuple[Version, ...]:
        """
        Return the project's versions, oldest first.
        """
        return self._where(lambda version: version.project_id == project_id)

    def latest(
        self, project_id: ProjectId, *, is_test: bool, status: VersionStatus | None = None
    ) -> Version | None:
        """
        Return the project's newest version of a mode and status, or None.
        """
        found = [
            version
            for version in self.of(project_id)
            if version.is_test == is_test and status in {None, version.status}
        ]
        return found[-1] if found else None

    def between(
        self, organization_id: OrganizationId, start: datetime, end: datetime
    ) -> tuple[Version, ...]:
        """
        Return the organisation's versions made from *start* on and before *end*.
        """
        return self._where(
            lambda version: (
                version.organization_id == organization_id and start <= version.created_at < end
            )
        )

    def generating(self, organization_id: OrganizationId | None = None) -> tuple[Version, ...]:
        """
        Return the versions that are generating, of one organisation or of all.
        """
        return self._where(
            lambda version: (
                version.status is VersionStatus.GENERATING
                and organization_id in {None, version.organization_id}
            )
        )

    def made(self, asset_id: AssetId) -> tuple[Version, ...]:
        """
        Return the versions that have a job whose output is this asset.
        """
        return self._where(
            lambda version: any(
                job.output == asset_id
                for jobs in (version.pipeline.jobs, version.pipeline.fallback)
                for job in jobs.values()
            )
        )

    def using(self, asset_id: AssetId) -> tuple[Version, ...]:
        """
        Return the generating versions whose order or plan names this asset.
        """
        return tuple(one for one in self.generating() if asset_id in _named_by(one))

    def _where(self, fits: Callable[[Version], bool]) -> tuple[Version, ...]:
        found = [version for version in self._tables.versions.values() if fits(version)]
        return tuple(sorted(found, key=lambda version: version.created_at))


@frozen
class MemoryLedger:
    """
    A `Ledger` in this process.
    """

    _tables: Tables

    def append(self, entry: Entry) -> bool:
        """
        Book *entry* unless its reference is booked already; return whether it was booked.
        """
        key = (entry.organization_id, entry.reference)
        if key in self._tables.entries:
            return False
        self._tables.entries[key] = entry
        for account, change in ledger.balances([entry]).items():
            place = (entry.organization_id, account)
            self._tables.balances[place] = self._tables.balances.get(place, 0) + change
        return True

    def balance(self, organization_id: OrganizationId, account: str) -> int:
        """
        Return the account's balance.
        """
        return self._tables.balances.get((organization_id, account), 0)

    def entries(
        self,
        organization_id: OrganizationId,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[Entry, ...]:
        """
        Return the organisation's entries from *start* on and before *end*, oldest first.
        """
        found = [
            entry
            for entry in self._tables.entries.values()
            if entry.organization_id == organization_id
            and (start is None or entry.booked_at >= start)
            and (end is None or entry.booked_at < end)
        ]
        return tuple(sorted(found, key=lambda entry: entry.booked_at))


def _named_by(version: Version) -> set[AssetId | None]:
    spec = version.spec
    if spec.ad_format is AdFormat.RADIO:
        return {spec.music_asset_id}
    return {
        *spec.image_asset_ids,
        spec.logo_asset_id,
        spec.music_asset_id,
        *(clip.asset_id for clip in spec.custom_clips),
        *(scene.image_asset_id for scene in version.plan.scenes),
    }
