"""
What a poll is told of the jobs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from ars0n_core.ids import AssetId, JobId
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.work import Json, Operation

if TYPE_CHECKING:
    from ars0n_core.pipelines.graph import Pipeline


@frozen(kw_only=True)
class JobReport:
    """
    One job as its customer sees it. ``output`` is None when its credits were given back.
    """

    id: JobId
    operation: Operation
    status: JobStatus
    output: AssetId | None
    error: str | None
    scene_index: int | None
    depends_on: tuple[JobId, ...]
    retry_count: int = 0
    credits: int = 0
    fraction: float | None = None
    reused_from: JobId | None = None
    facts: Mapping[str, Json] = field(factory=dict)


def jobs(pipeline: Pipeline) -> tuple[JobReport, ...]:
    """
    Return every job as its customer sees it, in the order of the work list.
    """
    return tuple(
        JobReport(
            id=job.id,
            operation=job.item.operation,
            status=job.status,
            output=job.output if job.is_paid else None,
            error=job.error,
            scene_index=job.item.scene_index,
            depends_on=job.needs,
            retry_count=job.retry_count,
            credits=job.charge.credits if job.charge and not job.charge.refunded else 0,
            fraction=job.fraction,
            reused_from=job.reused_from,
            facts=job.facts,
        )
        for job in pipeline.jobs.values()
    )


def progress(pipeline: Pipeline) -> int:
    """
    Return how far the run is, 0 to 100: its completed jobs and the fractions that running
    ones told. Only a finished ad is at 100.

    A fraction once told stays counted when its job stops, so that progress never falls.
    """
    count = len(pipeline.jobs)
    completed = sum(job.status is JobStatus.COMPLETED for job in pipeline.jobs.values())
    if completed == count:
        return 100
    told = sum(
        job.fraction or 0.0
        for job in pipeline.jobs.values()
        if job.status is not JobStatus.COMPLETED
    )
    return min(99, int(100 * (completed + told) / count))
