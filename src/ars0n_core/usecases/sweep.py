"""
What must happen although nobody asks: `sweep`, for workers and after restarts.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_core.errors import NotFoundError
from ars0n_core.pipelines import graph
from ars0n_core.projects import VersionStatus
from ars0n_core.usecases import conflicts
from ars0n_core.usecases.advance import drive
from ars0n_core.usecases.preview import refund_lost
from ars0n_core.usecases.recording import concluded

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.ids import VersionId
    from ars0n_core.ports import Policy, Ports


@frozen(kw_only=True)
class Swept:
    """
    What a sweep found: versions under way, versions given up, preview credits given back.
    """

    generating: int
    abandoned: int
    credits_refunded: int


def sweep(ports: Ports, policy: Policy, *, drives: bool = False) -> Swept:
    """
    Collect what providers were asked for, put lost jobs back, give up versions nobody
    polls, and give back previews that were never spoken. If it *drives*, it starts jobs
    too, as a poll does, and nothing is ever given up.
    """
    now = ports.clock.now()
    with ports.store.transaction() as tx:
        generating = tx.versions.generating()
        organizations = tx.organizations.every()
    abandoned = 0
    for version in generating:
        # One that was deleted or is done since is nobody's concern any more.
        with contextlib.suppress(NotFoundError):
            drive(ports, policy, version.id, now=now, starts=drives)
            if not drives:
                abandoned += _give_up(ports, policy, version.id, now)
    returned = sum(refund_lost(ports, one.id, now=now) for one in organizations)
    return Swept(generating=len(generating), abandoned=abandoned, credits_refunded=returned)


def _give_up(ports: Ports, policy: Policy, version_id: VersionId, now: datetime) -> bool:
    def attempt() -> bool:
        with ports.store.transaction() as tx:
            version = tx.versions.find(version_id)
            seen = version.last_polled_at or version.created_at
            if version.status is not VersionStatus.GENERATING:
                return False
            if seen + policy.abandoned_after > now:
                return False
            if any(job.is_running for job in version.pipeline.jobs.values()):
                return False
            message = "Nobody polled this generation any more, so it was given up"
            pipeline = graph.abandon(version.pipeline, message)
            after = concluded(ports, tx, evolve(version, pipeline=pipeline), now=now)
            tx.versions.save(evolve(after, updated_at=now))
            tx.commit()
            return True

    return conflicts.settle(attempt)
