"""
The projects and their versions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve
from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update

from ars0n_adapters.repositories import rows, tables
from ars0n_adapters.repositories.reading import Lookup, Repository, only
from ars0n_core.errors import NotFoundError, StaleRevisionError
from ars0n_core.projects import Project, Version, VersionStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ars0n_core.ids import AssetId, JobId, OrganizationId, ProjectId, VersionId

_BATCH: Final = 500
# SQLite takes at most 999 parameters in one statement in its older builds.


_VERSION: Final = Lookup(
    tables.versions.c.id,
    tables.versions.c.ordered,
    tables.versions.c.state,
    tables.versions.c.revision,
)


class SqlProjects(Repository):
    """
    The projects.
    """

    def add(self, project: Project) -> None:
        """
        Store a new project.
        """
        self.write(
            insert(tables.projects).values(
                id=project.id,
                organization_id=project.organization_id,
                created_at=rows.instant(project.created_at),
                body=rows.dump(project),
            )
        )

    def find(self, project_id: ProjectId) -> Project:
        """
        Return the project.
        """
        query = select(tables.projects.c.body).where(tables.projects.c.id == project_id)
        return only(self.read(query, Project), "project", project_id)

    def of(
        self, organization_id: OrganizationId, *, limit: int, offset: int
    ) -> tuple[Project, ...]:
        """
        Return a page of the organisation's projects, newest first.
        """
        table = tables.projects
        query = (
            select(table.c.body)
            .where(table.c.organization_id == organization_id)
            .order_by(table.c.created_at.desc(), table.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return self.read(query, Project)

    def count(self, organization_id: OrganizationId) -> int:
        """
        Return how many projects the organisation has.
        """
        query = (
            select(func.count())
            .select_from(tables.projects)
            .where(tables.projects.c.organization_id == organization_id)
        )
        return self.connection.execute(query).scalar_one()

    def delete(self, project_id: ProjectId) -> None:
        """
        Forget the project and all its versions.
        """
        ids = select(tables.versions.c.id).where(tables.versions.c.project_id == project_id)
        for table in (tables.jobs, tables.mentions, tables.webhooks):
            self.write(delete(table).where(table.c.version_id.in_(ids)))
        for table in (tables.deliveries, tables.versions):
            self.write(delete(table).where(table.c.project_id == project_id))
        self.write(delete(tables.projects).where(tables.projects.c.id == project_id))


class SqlVersions(Repository):
    """
    The versions, each with its jobs.
    """

    def add(self, version: Version) -> None:
        """
        Store a new version.
        """
        ordered, state = rows.dump_version(version)
        self.write(
            insert(tables.versions).values(
                id=version.id,
                project_id=version.project_id,
                organization_id=version.organization_id,
                status=version.status,
                created_at=rows.instant(version.created_at),
                revision=version.revision,
                ordered=ordered,
                state=state,
            )
        )
        self._write_jobs(version)
        mentioned = [{"version_id": version.id, "asset_id": a} for a in sorted(_mentioned(version))]
        if mentioned:
            self.connection.execute(insert(tables.mentions), mentioned)

    def find(self, version_id: VersionId) -> Version:
        """
        Return the version.
        """
        row = _VERSION(self.connection, version_id)
        if row is None:
            raise NotFoundError("version", version_id)
        return rows.load_version(dict(zip(("ordered", "state", "revision"), row, strict=True)))

    def find_by_job(self, job_id: JobId) -> Version:
        """
        Return the version a job belongs to.
        """
        query = (
            select(tables.versions)
            .join(tables.jobs, tables.jobs.c.version_id == tables.versions.c.id)
            .where(tables.jobs.c.id == job_id)
        )
        return only(self._load(query), "job", job_id)

    def save(self, version: Version) -> Version:
        """
        Replace a stored version against the revision it was read at.
        """
        saved = self.write(
            update(tables.versions)
            .where(tables.versions.c.id == version.id)
            .where(tables.versions.c.revision == version.revision)
            .values(
                status=version.status,
                revision=version.revision + 1,
                state=rows.dump_state(version),
            )
        )
        if saved != 1:
            raise StaleRevisionError
        self._write_outputs(version)
        return evolve(version, revision=version.revision + 1)

    def of(self, project_id: ProjectId) -> tuple[Version, ...]:
        """
        Return the project's versions, oldest first.
        """
        return self._where(tables.versions.c.project_id == project_id)

    def between(
        self, organization_id: OrganizationId, start: datetime, end: datetime
    ) -> tuple[Version, ...]:
        """
        Return the organisation's versions made from *start* on and before *end*.
        """
        return self._where(
            tables.versions.c.organization_id == organization_id,
            tables.versions.c.created_at >= rows.instant(start),
            tables.versions.c.created_at < rows.instant(end),
        )

    def generating(self, organization_id: OrganizationId | None = None) -> tuple[Version, ...]:
        """
        Return the versions that are generating, oldest first.
        """
        whose = (
            ()
            if organization_id is None
            else (tables.versions.c.organization_id == organization_id,)
        )
        return self._where(tables.versions.c.status == VersionStatus.GENERATING, *whose)

    def made(self, asset_id: AssetId) -> tuple[Version, ...]:
        """
        Return the versions that have a job whose output is this asset, oldest first.
        """
        makers = select(tables.jobs.c.version_id).where(tables.jobs.c.output == asset_id)
        return self._where(tables.versions.c.id.in_(makers))

    def using(self, asset_id: AssetId) -> tuple[Version, ...]:
        """
        Return the generating versions whose order or plan names this asset, oldest first.
        """
        users = select(tables.mentions.c.version_id).where(tables.mentions.c.asset_id == asset_id)
        return self._where(
            tables.versions.c.status == VersionStatus.GENERATING, tables.versions.c.id.in_(users)
        )

    def _write_jobs(self, version: Version) -> None:
        jobs = [
            {"id": job.id, "version_id": version.id, "output": job.output}
            for job in version.pipeline.jobs.values()
        ]
        for start in range(0, len(jobs), _BATCH):
            self.connection.execute(insert(tables.jobs), jobs[start : start + _BATCH])

    def _write_outputs(self, version: Version) -> None:
        table = tables.jobs
        query = select(table.c.id, table.c.output).where(table.c.version_id == version.id)
        known = {row.id: row.output for row in self.connection.execute(query)}
        for job in version.pipeline.jobs.values():
            if known.get(job.id) != job.output:
                changed = update(table).where(table.c.id == job.id).values(output=job.output)
                self.connection.execute(changed)

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[Version, ...]:
        query = select(tables.versions).where(*conditions)
        return self._load(query.order_by(tables.versions.c.created_at, tables.versions.c.id))

    def _load(self, query: Select[Any]) -> tuple[Version, ...]:
        found = self.connection.execute(query).mappings()
        return tuple(rows.load_version(dict(row)) for row in found)


def _mentioned(version: Version) -> set[AssetId]:
    spec = version.spec
    named: Iterable[AssetId | None] = (
        *spec.image_asset_ids,
        spec.logo_asset_id,
        spec.music_asset_id,
        *(clip.asset_id for clip in spec.custom_clips),
        *(scene.image_asset_id for scene in version.plan.scenes),
    )
    return {asset_id for asset_id in named if asset_id is not None}
