"""
What was made: `browse` a customer's projects, `delete` one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_core.errors import NotFoundError, PortError, ProjectBusyError
from ars0n_core.projects import Project, Version, VersionStatus
from ars0n_core.usecases import materials, pages
from ars0n_core.usecases.reports import Report, report_on

if TYPE_CHECKING:
    from ars0n_core.assets import Asset
    from ars0n_core.ids import ProjectId
    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.usecases.callers import Caller


@frozen(kw_only=True)
class Shown:
    """
    One project: its latest version's standing, and a picture of its ad if there is one.
    """

    project: Project
    latest: Report
    thumbnail_url: str | None = None


@frozen(kw_only=True)
class Page:
    """
    Some of the projects that a customer has versions of in his mode, newest first; ``count``
    is how many there are in all.
    """

    projects: tuple[Shown, ...]
    limit: int
    offset: int
    count: int


def browse(
    ports: Ports, policy: Policy, caller: Caller, *, limit: int = 20, offset: int = 0
) -> Page:
    """
    Return a page of the caller's projects, each with its latest version of the caller's mode.

    Raises:
        InvalidRequestError: *limit* is not 1 to 100, or *offset* is negative.
    """
    pages.check(limit=limit, offset=offset)
    organization_id = caller.organization.id
    with ports.store.transaction() as tx:
        # Live and test keys share projects, but neither can ask after the other's versions.
        is_test = caller.is_test
        projects = tx.projects.of(organization_id, limit=limit, offset=offset, is_test=is_test)
        count = tx.projects.count(organization_id, is_test=is_test)
        listed = [(project, *_newest(tx, caller, project)) for project in projects]
    return Page(
        projects=tuple(
            Shown(
                project=project,
                latest=report_on(latest),
                thumbnail_url=_thumbnail(ports, policy, finished),
            )
            for project, latest, finished in listed
            if latest is not None  # another unit of work took it a moment ago
        ),
        limit=limit,
        offset=offset,
        count=count,
    )


def delete(ports: Ports, caller: Caller, project_id: ProjectId) -> None:
    """
    Delete a project with all its versions and what they made. What was booked stays.

    Raises:
        NotFoundError: There is no such project, or it is another organisation's.
        ProjectBusyError: A version of it is generating.
    """
    with ports.store.transaction() as tx:
        tx.organizations.lock(caller.organization.id)
        project = tx.projects.find(project_id)
        if project.organization_id != caller.organization.id:
            raise NotFoundError("project", project_id)
        for is_test in (False, True):
            if tx.versions.latest(project_id, is_test=is_test, status=VersionStatus.GENERATING):
                raise ProjectBusyError("A version of this project is generating; cancel it first")
        made = tx.assets.made_in(project_id)
        tx.projects.delete(project_id)
        for asset in made:
            tx.assets.delete(asset.id)
        tx.commit()
    materials.discard(ports, [key for asset in made for key in (asset.blob_key, *_beside(asset))])


def _newest(
    tx: Transaction, caller: Caller, project: Project
) -> tuple[Version | None, Version | None]:
    """
    Return the project's newest version and its newest finished one; while another is made,
    the picture of the one before is still theirs.
    """
    latest = tx.versions.latest(project.id, is_test=caller.is_test)
    if latest is None or latest.status is VersionStatus.COMPLETED:
        return latest, latest
    finished = tx.versions.latest(
        project.id, is_test=caller.is_test, status=VersionStatus.COMPLETED
    )
    return latest, finished


_BESIDE = ("poster_key", "provenance_key", "certificate_key", "bed_key")
# Facts of a finished ad that name files which are no assets.


def _beside(asset: Asset) -> tuple[str, ...]:
    """
    Return where what stands beside an ad is kept.
    """
    told = (asset.facts.get(name) for name in _BESIDE)
    return tuple(key for key in told if isinstance(key, str))


def _thumbnail(ports: Ports, policy: Policy, finished: Version | None) -> str | None:
    """
    Return where a picture of the finished ad is.
    """
    final = None if finished is None else finished.pipeline.final
    key = None if final is None else final.facts.get("poster_key")
    if final is None or not isinstance(key, str):
        return None
    expires_at = ports.clock.now() + policy.asset_url_lifetime
    try:
        media_type = str(final.facts.get("poster_media_type", "image/png"))
        return ports.blobs.url(key, media_type=media_type, expires_at=expires_at)
    except PortError:
        return None  # A list without a picture is better than no list.
