"""
What is kept beside files: every repository, the unit of work, the rate windows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime, timedelta

    from ars0n_core.access import ApiKey, Organization
    from ars0n_core.assets import Asset
    from ars0n_core.ids import AssetId, JobId, OrganizationId, ProjectId, VersionId
    from ars0n_core.ledger import Entry
    from ars0n_core.ports.messages import Deliveries, Replies
    from ars0n_core.projects import Project, Version, VersionStatus
    from ars0n_core.quotas import Decision


class Organizations(Protocol):
    """
    The customers.
    """

    def add(self, organization: Organization) -> None:
        """
        Store a new organisation.
        """
        ...

    def find(self, organization_id: OrganizationId) -> Organization:
        """
        Return the organisation.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def lock(self, organization_id: OrganizationId) -> Organization:
        """
        Return the organisation and let no other transaction lock it until this one ends.

        Whoever charges, takes a slot or refunds holds this lock.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def save(self, organization: Organization) -> None:
        """
        Replace a stored organisation.
        """
        ...

    def every(self) -> tuple[Organization, ...]:
        """
        Return all organisations, oldest first.
        """
        ...


class Keys(Protocol):
    """
    The API keys, as digests.
    """

    def add(self, key: ApiKey) -> None:
        """
        Store a new key.
        """
        ...

    def find(self, digest: str) -> ApiKey | None:
        """
        Return the key of this digest, revoked or not, or None.
        """
        ...

    def save(self, key: ApiKey) -> None:
        """
        Replace a stored key (its last use, its revocation).
        """
        ...

    def of(self, organization_id: OrganizationId) -> tuple[ApiKey, ...]:
        """
        Return the organisation's keys, oldest first.
        """
        ...


class Assets(Protocol):
    """
    The stored files' records.
    """

    def add(self, asset: Asset) -> None:
        """
        Store a new asset's record.
        """
        ...

    def find(self, asset_id: AssetId) -> Asset | None:
        """
        Return the asset, whoever's it is, or None.
        """
        ...

    def delete(self, asset_id: AssetId) -> None:
        """
        Forget the asset; a missing one is no error.
        """
        ...

    def of(self, organization_id: OrganizationId) -> tuple[Asset, ...]:
        """
        Return the organisation's assets, oldest first.
        """
        ...

    def uploaded_bytes(self, organization_id: OrganizationId) -> int:
        """
        Return how many bytes the organisation's uploads have together.
        """
        ...

    def made_in(self, project_id: ProjectId) -> tuple[Asset, ...]:
        """
        Return what the jobs of the project's versions made, oldest first; what was replaced
        since is among it.
        """
        ...


class Projects(Protocol):
    """
    The projects.
    """

    def add(self, project: Project) -> None:
        """
        Store a new project.
        """
        ...

    def find(self, project_id: ProjectId) -> Project:
        """
        Return the project.

        Raises:
            NotFoundError: There is none.
        """
        ...

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
        ...

    def count(self, organization_id: OrganizationId, *, is_test: bool | None = None) -> int:
        """
        Return how many projects the organisation has; of a mode, as `of`.
        """
        ...

    def delete(self, project_id: ProjectId) -> None:
        """
        Forget the project and all its versions; a missing one is no error.
        """
        ...


class Versions(Protocol):
    """
    The versions, each with its jobs.
    """

    def add(self, version: Version) -> None:
        """
        Store a new version.
        """
        ...

    def find(self, version_id: VersionId) -> Version:
        """
        Return the version.

        Raises:
            NotFoundError: There is none.
        """
        ...

    def find_by_job(self, job_id: JobId) -> Version:
        """
        Return the version a job belongs to.

        Raises:
            NotFoundError: There is no such job.
        """
        ...

    def save(self, version: Version) -> Version:
        """
        Replace a stored version and return it at its next revision.

        Raises:
            StaleRevisionError: It was saved since ``version.revision`` was read; nothing
                changed.
        """
        ...

    def of(self, project_id: ProjectId) -> tuple[Version, ...]:
        """
        Return the project's versions, oldest first.
        """
        ...

    def latest(
        self, project_id: ProjectId, *, is_test: bool, status: VersionStatus | None = None
    ) -> Version | None:
        """
        Return the project's newest version of a mode, or its newest of this *status*, or
        None. However many there are, one is read.
        """
        ...

    def between(
        self, organization_id: OrganizationId, start: datetime, end: datetime
    ) -> tuple[Version, ...]:
        """
        Return the organisation's versions made from *start* on and before *end*.
        """
        ...

    def generating(self, organization_id: OrganizationId | None = None) -> tuple[Version, ...]:
        """
        Return the versions that are generating, of one organisation or of all, oldest first.
        """
        ...

    def made(self, asset_id: AssetId) -> tuple[Version, ...]:
        """
        Return the versions that have a job whose output is this asset, oldest first.
        """
        ...

    def using(self, asset_id: AssetId) -> tuple[Version, ...]:
        """
        Return the generating versions whose order or plan names this asset, oldest first.
        """
        ...


class Ledger(Protocol):
    """
    The book: entries are added, never changed.
    """

    def append(self, entry: Entry) -> bool:
        """
        Book *entry* unless its reference is booked already; return whether it was booked.
        """
        ...

    def balance(self, organization_id: OrganizationId, account: str) -> int:
        """
        Return the account's balance: the sum of its entries.
        """
        ...

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
        ...


class Transaction(Protocol):
    """
    One unit of work: all of it is stored, or nothing.
    """

    @property
    def organizations(self) -> Organizations:
        """
        The customers.
        """
        ...

    @property
    def keys(self) -> Keys:
        """
        Their keys.
        """
        ...

    @property
    def assets(self) -> Assets:
        """
        Their files' records.
        """
        ...

    @property
    def projects(self) -> Projects:
        """
        Their projects.
        """
        ...

    @property
    def versions(self) -> Versions:
        """
        The projects' versions.
        """
        ...

    @property
    def ledger(self) -> Ledger:
        """
        The book.
        """
        ...

    @property
    def replies(self) -> Replies:
        """
        The answers kept to be repeated.
        """
        ...

    @property
    def deliveries(self) -> Deliveries:
        """
        The events to tell.
        """
        ...

    def commit(self) -> None:
        """
        Store everything done so far; without it, leaving the context forgets all.

        Raises:
            StaleRevisionError: Another transaction got there first; nothing was stored.
            PortError: Nothing was stored.
        """
        ...


class Store(Protocol):
    """
    Keeps everything but the files, for every process that has it open.

    What was stored comes back as it was: texts sign for sign and of any length, ids and
    references told apart to the letter, whole numbers as int, instants in UTC to the
    microsecond, the jobs of a version in their order.
    """

    def transaction(self) -> AbstractContextManager[Transaction]:
        """
        Open a unit of work; it ends with the context.

        Raises:
            PortError: The store can't be reached.
        """
        ...


class RateWindows(Protocol):
    """
    Counts requests in rolling windows.
    """

    def hit(
        self, key: str, *, limit: int, window: timedelta, now: datetime, count: int = 1
    ) -> Decision:
        """
        Decide on one request under *key*, atomically, as `quotas.admit_all` does: it counts
        as *count*, or if there is no room for all of it as nothing.

        Raises:
            PortError: The windows can't be reached; the caller must deny the request.
        """
        ...

    def hit_all(
        self, limits: Mapping[str, int], *, window: timedelta, now: datetime
    ) -> tuple[Decision, ...]:
        """
        Decide on one request that each key of *limits* counts, atomically, as
        `quotas.admit_all` does: it is counted under all of them, or under none.

        Raises:
            PortError: The windows can't be reached; the caller must deny the request.
        """
        ...
