"""
Take a finished ad apart again: `reopen` gives its cut and the files it was made of.

What deliveries, subtitles, stems and an editor's timeline are made from, without asking
any provider anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_core.errors import BlobNotFoundError, NotFoundError, VersionNotEditableError
from ars0n_core.ports.providers import Maker
from ars0n_core.projects import VersionStatus
from ars0n_core.timelines import Timeline, Word
from ars0n_core.usecases import cutting, materials, origins

if TYPE_CHECKING:
    from ars0n_core.ids import VersionId
    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.usecases.callers import Caller


@frozen(kw_only=True)
class Cut:
    """
    A finished ad and what it was put together from: ``media`` gives the file of each of the
    timeline's media, ``words`` when each word is said in the narration.
    """

    ad: Path
    timeline: Timeline
    media: Mapping[str, Path]
    words: tuple[Word, ...]
    poster: Path | None


def reopen(
    ports: Ports, policy: Policy, caller: Caller, version_id: VersionId, folder: Path
) -> Cut:
    """
    Copy a finished ad and all it was made of into *folder*, and return its cut.

    Raises:
        NotFoundError: There is no such version.
        VersionNotEditableError: It is generating, or has no finished ad.
        BlobNotFoundError: Some of its files are gone.
        PortError: Some can't be read.
    """
    with ports.store.transaction() as tx:
        version = tx.versions.find(version_id)
    if version.organization_id != caller.organization.id:
        raise NotFoundError("version", version_id)
    final = version.pipeline.final
    if version.status is not VersionStatus.COMPLETED or final.output is None:
        raise VersionNotEditableError(f"Version {version_id} has no finished ad: wait for it")
    asset = cutting.stored(ports, final.output)
    found = cutting.gather(ports, version, final, folder)
    timeline = cutting.conformed(policy, version, found)
    if isinstance(timeline, str):
        raise BlobNotFoundError(f"The cut can't be made again: {timeline}", port="blobs")
    width, height = _size(final)
    return Cut(
        ad=materials.copy_out(ports, {"ad": asset}, folder)["ad"],
        timeline=evolve(
            timeline,
            width=width or timeline.width,
            height=height or timeline.height,
            provenance=origins.told(version, final, _maker(final)),
        ),
        media=found.paths,
        words=found.words,
        poster=_poster(ports, final, folder),
    )


def _size(final: Job) -> tuple[int, int]:
    """
    Return the size the ad was made at, whatever is made today; zeros where it isn't told.
    """
    told = (final.facts.get(name) for name in ("width", "height"))
    width, height = (size if isinstance(size, int) else 0 for size in told)
    return width, height


def _maker(final: Job) -> Maker | None:
    told = final.facts.get(cutting.BED_MAKER)
    if not isinstance(told, list | tuple):
        return None
    provider, model = (str(word) for word in told)
    return Maker(provider=provider, model=model)


def _poster(ports: Ports, final: Job, folder: Path) -> Path | None:
    key = final.facts.get("poster_key")
    if not isinstance(key, str):
        return None
    path = folder / f"poster{Path(key).suffix}"
    ports.blobs.copy_to(key, path)
    return path
