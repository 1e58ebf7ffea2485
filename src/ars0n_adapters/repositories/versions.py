"""
The projects and their versions.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve
from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    null,
    or_,
    select,
    update,
)

from ars0n_adapters.repositories import rows, tables
from ars0n_adapters.repositories.reading import Lookup, Repository, only
from ars0n_core.errors import NotFoundError, StaleRevisionError
from ars0n_core.projects import Project, Version, VersionStatus

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ars0n_adapters.repositories.engines import Discipline
    from ars0n_core.ids import AssetId, JobId, OrganizationId, ProjectId, VersionId
    from ars0n_core.pipelines.jobs import Job

_BATCH: Final = 500
# SQLite takes at most 999 parameters in one statement in its older builds.


_KNOWN_MAX: Final = 256
# Versions kept as they were read: a few kilobytes each, some more once they are told of.


def _unless_known(column: Column[Any]) -> ColumnElement[Any]:
    return case((tables.versions.c.revision == bindparam("known"), null()), else_=column)


_VERSION: Final = Lookup(
    select(
        tables.versions.c.revision,
        _unless_known(tables.versions.c.ordered),
        _unless_known(tables.versions.c.state),
    ).where(tables.versions.c.id == bindparam("value")),
    "value",
    "known",
)


class KnownVersions:
    """
    Versions as they were read last. A poll asks for what seldom changes: the database is
    asked each time, but sends the whole only if it has another revision by now.
    """

    def __init__(self) -> None:
        self._kept: OrderedDict[VersionId, Version] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, version_id: VersionId) -> Version | None:
        """
        Return the version as it was last, or None.
        """
        with self._lock:
            version = self._kept.get(version_id)
            if version is not None:
                self._kept.move_to_end(version_id)
        return version

    def keep(self, version: Version) -> None:
        """
        Keep what was read of what is committed.
        """
        with self._lock:
            self._kept[version.id] = version
            self._kept.move_to_end(version.id)
            if len(self._kept) > _KNOWN_MAX:
                self._kept.popitem(last=False)


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
        table = tables.projects
        query = (
            select(table.c.body)
            .where(*_of_mode(organization_id, is_test=is_test))
            .order_by(table.c.created_at.desc(), table.c.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return self.read(query, Project)

    def count(self, organization_id: OrganizationId, *, is_test: bool | None = None) -> int:
        """
        Return how many projects the organisation has; of a mode, as `of`.
        """
        query = (
            select(func.count())
            .select_from(tables.projects)
            .where(*_of_mode(organization_id, is_test=is_test))
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


def _of_mode(organization_id: OrganizationId, *, is_test: bool | None) -> list[ColumnElement[bool]]:
    projects, versions = tables.projects, tables.versions
    conditions: list[ColumnElement[bool]] = [projects.c.organization_id == organization_id]
    if is_test is not None:
        conditions.append(
            exists().where(versions.c.project_id == projects.c.id, versions.c.is_test == is_test)
        )
    return conditions


class SqlVersions(Repository):
    """
    The versions, each with its jobs.
    """

    def __init__(self, unit: Discipline, known: KnownVersions) -> None:
        super().__init__(unit)
        self._known = known

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
                is_test=version.is_test,
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
        # What the unit wrote itself may yet be undone: it is neither asked nor kept.
        known = None if self.unit.has_written else self._known.get(version_id)
        row = _VERSION(self.unit, version_id, -1 if known is None else known.revision)
        if row is None:
            raise NotFoundError("version", version_id)
        revision, ordered, state = row
        if known is not None and known.revision == revision:
            return known
        version = rows.load_version({"ordered": ordered, "state": state, "revision": revision})
        if not self.unit.has_written:
            self._known.keep(version)
        return version

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

    def latest(
        self, project_id: ProjectId, *, is_test: bool, status: VersionStatus | None = None
    ) -> Version | None:
        """
        Return the project's newest version of a mode and status, or None.
        """
        table = tables.versions
        query = select(table).where(table.c.project_id == project_id, table.c.is_test == is_test)
        if status is not None:
            query = query.where(table.c.status == status)
        newest = query.order_by(table.c.created_at.desc(), table.c.id.desc()).limit(1)
        return next(iter(self._load(newest)), None)

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
        table = tables.jobs
        is_theirs = or_(table.c.output == asset_id, table.c.former == asset_id)
        makers = select(table.c.version_id).where(is_theirs)
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
            {"id": job.id, "version_id": version.id, **_outputs(version, job)}
            for job in version.pipeline.jobs.values()
        ]
        for start in range(0, len(jobs), _BATCH):
            self.connection.execute(insert(tables.jobs), jobs[start : start + _BATCH])

    def _write_outputs(self, version: Version) -> None:
        table = tables.jobs
        query = select(table).where(table.c.version_id == version.id)
        known = {row.id: (row.output, row.former) for row in self.connection.execute(query)}
        for job in version.pipeline.jobs.values():
            now = _outputs(version, job)
            if known.get(job.id) != (now["output"], now["former"]):
                self.connection.execute(update(table).where(table.c.id == job.id).values(now))

    def _where(self, *conditions: ColumnElement[bool]) -> tuple[Version, ...]:
        query = select(tables.versions).where(*conditions)
        return self._load(query.order_by(tables.versions.c.created_at, tables.versions.c.id))

    def _load(self, query: Select[Any]) -> tuple[Version, ...]:
        found = self.connection.execute(query).mappings()
        return tuple(rows.load_version(dict(row)) for row in found)


def _outputs(version: Version, job: Job) -> dict[str, AssetId | None]:
    former = version.pipeline.fallback.get(job.id)
    return {"output": job.output, "former": former.output if former else None}


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
