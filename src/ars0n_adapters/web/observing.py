"""
The store as one mode sees it, with what is stored reported to whoever counts.

Live and test keys of an organisation share its assets and projects, but neither sees the
other's versions: so a test key's version is never driven by paid providers, and a live
one never by the offline ones, whoever polls and whatever sweeps.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from attrs import define, field, frozen

from ars0n_core.errors import NotFoundError
from ars0n_core.ledger import Entry
from ars0n_core.pipelines.jobs import Job
from ars0n_core.ports.store import (
    Assets,
    Keys,
    Ledger,
    Organizations,
    Projects,
    Store,
    Transaction,
    Versions,
)
from ars0n_core.projects import Version, VersionStatus

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ars0n_core.ids import AssetId, JobId, OrganizationId, ProjectId, VersionId
    from ars0n_core.ports.messages import Deliveries, Replies


class Observer(Protocol):
    """
    Whoever is told what was stored.
    """

    def booked(self, entry: Entry) -> None:
        """
        Take note of an entry.
        """
        ...

    def moved(self, before: Job, after: Job) -> None:
        """
        Take note of a job that changed.
        """
        ...


@define
class _Notes:
    entries: list[Entry] = field(factory=list)
    read: dict[str, Version] = field(factory=dict)
    moves: list[tuple[Job, Job]] = field(factory=list)


@frozen
class ModeStore:
    """
    A `Store` whose versions are those of test keys, or those of live ones.
    """

    _store: Store
    _is_test: bool
    _observer: Observer

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """
        Open a unit of work of the store behind.
        """
        with self._store.transaction() as tx:
            yield _Observed(tx, is_test=self._is_test, observer=self._observer)


class _Observed:
    """
    A `Transaction` that tells what it stored once it is stored.
    """

    def __init__(self, tx: Transaction, *, is_test: bool, observer: Observer) -> None:
        self._tx = tx
        self._is_test = is_test
        self._observer = observer

    # Made when they are asked for: most units of work only look something up.

    @cached_property
    def _notes(self) -> _Notes:
        return _Notes()

    @cached_property
    def versions(self) -> _ModeVersions:
        """
        The versions of this mode.
        """
        return _ModeVersions(self._tx.versions, self._is_test, self._notes)

    @property
    def organizations(self) -> Organizations:
        """
        The customers.
        """
        return self._tx.organizations

    @property
    def keys(self) -> Keys:
        """
        Their keys.
        """
        return self._tx.keys

    @property
    def assets(self) -> Assets:
        """
        The stored files' records.
        """
        return self._tx.assets

    @property
    def projects(self) -> Projects:
        """
        The projects.
        """
        return self._tx.projects

    @property
    def replies(self) -> Replies:
        """
        The answers to repeat.
        """
        return self._tx.replies

    @property
    def deliveries(self) -> Deliveries:
        """
        The events to tell.
        """
        return self._tx.deliveries

    @cached_property
    def ledger(self) -> _NotedLedger:
        """
        The book, what is booked noted.
        """
        return _NotedLedger(self._tx.ledger, self._notes)

    def commit(self) -> None:
        """
        Store everything done so far.
        """
        self._tx.commit()
        for entry in self._notes.entries:
            self._observer.booked(entry)
        for before, after in self._notes.moves:
            self._observer.moved(before, after)
        self._notes.entries.clear()
        self._notes.moves.clear()


@frozen
class _NotedLedger:
    _ledger: Ledger
    _notes: _Notes

    def append(self, entry: Entry) -> bool:
        """
        Book *entry* unless its reference is booked already.
        """
        is_booked = self._ledger.append(entry)
        if is_booked:
            self._notes.entries.append(entry)
        return is_booked

    def balance(self, organization_id: OrganizationId, account: str) -> int:
        """
        Return the account's balance.
        """
        return self._ledger.balance(organization_id, account)

    def entries(
        self,
        organization_id: OrganizationId,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[Entry, ...]:
        """
        Return the organisation's entries of a period.
        """
        return self._ledger.entries(organization_id, start=start, end=end)


@frozen
class _ModeVersions:
    _versions: Versions
    _is_test: bool
    _notes: _Notes

    def add(self, version: Version) -> None:
        """
        Store a new version.
        """
        self._versions.add(version)

    def find(self, version_id: VersionId) -> Version:
        """
        Return the version, if it is of this mode.
        """
        version = self._versions.find(version_id)
        if version.is_test != self._is_test:
            raise NotFoundError("version", version_id)
        return self._noted(version)

    def find_by_job(self, job_id: JobId) -> Version:
        """
        Return the version a job belongs to, if it is of this mode.
        """
        version = self._versions.find_by_job(job_id)
        if version.is_test != self._is_test:
            raise NotFoundError("job", job_id)
        return self._noted(version)

    def save(self, version: Version) -> Version:
        """
        Replace a stored version.
        """
        before = self._notes.read.get(version.id)
        if before is not None:
            for job_id, job in version.pipeline.jobs.items():
                known = before.pipeline.jobs.get(job_id)
                if known is not None and known is not job:
                    self._notes.moves.append((known, job))
        return self._noted(self._versions.save(version))

    def of(self, project_id: ProjectId) -> tuple[Version, ...]:
        """
        Return the project's versions, of either mode.
        """
        return self._versions.of(project_id)

    def latest(
        self, project_id: ProjectId, *, is_test: bool, status: VersionStatus | None = None
    ) -> Version | None:
        """
        Return the project's newest version of the mode that is asked for.
        """
        return self._versions.latest(project_id, is_test=is_test, status=status)

    def between(
        self, organization_id: OrganizationId, start: datetime, end: datetime
    ) -> tuple[Version, ...]:
        """
        Return the organisation's versions of a period and this mode.
        """
        return self._ours(self._versions.between(organization_id, start, end))

    def generating(self, organization_id: OrganizationId | None = None) -> tuple[Version, ...]:
        """
        Return the versions of this mode that are generating.
        """
        return self._ours(self._versions.generating(organization_id))

    def made(self, asset_id: AssetId) -> tuple[Version, ...]:
        """
        Return the versions that have a job whose output is this asset, of either mode.
        """
        return self._versions.made(asset_id)

    def using(self, asset_id: AssetId) -> tuple[Version, ...]:
        """
        Return the generating versions that need this asset, of either mode.
        """
        return self._versions.using(asset_id)

    def _ours(self, versions: tuple[Version, ...]) -> tuple[Version, ...]:
        return tuple(version for version in versions if version.is_test == self._is_test)

    def _noted(self, version: Version) -> Version:
        self._notes.read[version.id] = version
        return version
