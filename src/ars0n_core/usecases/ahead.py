"""
A head start for the cut: scenes are rendered as their clips arrive, not when all have.

Once the narration is there, the cut is known but for the clips themselves: those that are
still to come are taken to be as long as ordered. What was assumed wrongly is rendered anew
by the cut, for its pieces are named by what they show. Nothing is recorded, and no failure
matters: the cut will meet it again, and report it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.errors import NotFoundError, PortError
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.projects import VersionStatus
from ars0n_core.usecases import cutting
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from ars0n_core.ids import VersionId
    from ars0n_core.ports import Policy, Ports

WAITED_FOR = frozenset({Operation.SPEAK, Operation.GENERATE_CLIP})


def prepare(ports: Ports, policy: Policy, version_id: VersionId) -> None:
    """
    Render what is decided of the film of this version while it still waits for a clip.
    """
    try:
        with ports.store.transaction() as tx:
            version = tx.versions.find(version_id)
    except NotFoundError:
        return
    if version.status is not VersionStatus.GENERATING:
        return
    jobs = tuple(version.pipeline.jobs.values())
    waited_for = [job for job in jobs if job.item.operation in WAITED_FOR]
    spoken = [job.output for job in waited_for if job.item.operation is Operation.SPEAK]
    arrived = [job.status is JobStatus.COMPLETED for job in waited_for]
    # When all are there the cut itself begins; before the narration nothing is decided.
    if all(arrived) or sum(arrived) < len(spoken) + 1 or None in spoken:
        return
    (film,) = (job for job in jobs if job.item.operation is Operation.COMPOSE)
    try:
        with ports.scratch.folder() as folder:
            cutting.prepare(ports, policy, version, film, folder)
    except PortError:
        return
