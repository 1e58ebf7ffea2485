"""
How a run ends, and what it does to the charges: `conclude` says whether the version is
decided and which charges are to be given back. Nothing here books anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from attrs import evolve, frozen

from ars0n_core.pipelines.graph import Pipeline
from ars0n_core.pipelines.jobs import Charge, Job, Refund
from ars0n_core.pipelines.states import Cause, JobStatus

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ars0n_core.ids import ApiKeyId, JobId


@frozen
class Conclusion:
    """
    A decided run: whether the ad is finished, and what is given back.

    ``restored``: it was a regeneration, and the version keeps its last finished ad.
    """

    completed: bool
    refunds: tuple[Refund, ...] = ()
    restored: bool = False


def conclude(pipeline: Pipeline) -> tuple[Pipeline, Conclusion | None]:
    """
    Say whether the run is decided: finished, or failed with nothing at work any more.

    Returns the pipeline (a failed regeneration restored, given-back charges marked) and
    the conclusion, or None while it goes on.
    """
    jobs = pipeline.jobs.values()
    if all(job.status is JobStatus.COMPLETED for job in jobs):
        return evolve(pipeline, fallback={}), Conclusion(completed=True)
    failed = [job for job in jobs if job.status is JobStatus.FAILED]
    if not failed or any(job.is_running or job.is_retried for job in jobs):
        return pipeline, None
    refunds = _refunds(pipeline, _worst(failed))
    pipeline = _mark_refunded(pipeline, refunds)
    if pipeline.fallback:
        return _restore(pipeline), Conclusion(completed=True, refunds=refunds, restored=True)
    return pipeline, Conclusion(completed=False, refunds=refunds)


def charged(
    pipeline: Pipeline,
    charges: Mapping[JobId, tuple[int, str]],
    *,
    api_key_id: ApiKeyId | None = None,
) -> Pipeline:
    """
    Note that jobs were charged anew, under this key: (credits, account) by job.
    """
    jobs = dict(pipeline.jobs)
    for job_id, (credits_taken, account) in charges.items():
        job = jobs[job_id]
        charge = Charge(
            credits=credits_taken,
            account=account,
            serial=_next_serial(job),
            api_key_id=api_key_id,
        )
        jobs[job_id] = evolve(job, charge=charge)
    return evolve(pipeline, jobs=jobs)


def charged_again(
    pipeline: Pipeline, owed: Iterable[Job], *, account: str, api_key_id: ApiKeyId | None = None
) -> tuple[Pipeline, tuple[tuple[JobId, Charge], ...]]:
    """
    Note that all that was given back of *owed* jobs is charged again, at what it cost, takes
    that were replaced since too: return the pipeline and the new charges.

    What was taken and given back, and is paid for again, is the customer's already.
    """
    jobs = dict(pipeline.jobs)
    made: list[tuple[JobId, Charge]] = []
    for job in owed:
        serial = _next_serial(job)
        charges: list[Charge | None] = []
        for before in (job.charge, *job.past):
            if before is None or not before.refunded:
                charges.append(before)
                continue
            is_there = before is not job.charge or job.status is JobStatus.COMPLETED
            again = Charge(
                credits=before.credits,
                account=account,
                serial=serial,
                api_key_id=api_key_id,
                delivered=before.delivered and is_there,
            )
            charges.append(again)
            made.append((job.id, again))
            serial += 1
        past = tuple(charge for charge in charges[1:] if charge is not None)
        jobs[job.id] = evolve(job, charge=charges[0], past=past)
    return evolve(pipeline, jobs=jobs), tuple(made)


def _next_serial(job: Job) -> int:
    return 1 + max((c.serial for c in (job.charge, *job.past) if c is not None), default=0)


def mark_delivered(pipeline: Pipeline, job_id: JobId) -> Pipeline:
    """
    Note that the job's output was handed to the customer.
    """
    job = pipeline.job(job_id)
    if job.charge is None or job.charge.delivered:
        return pipeline
    handed = evolve(job, charge=evolve(job.charge, delivered=True))
    return evolve(pipeline, jobs={**pipeline.jobs, job.id: handed})


_WORST_FIRST: Final = (Cause.OURS, Cause.CANCELLED, Cause.ABANDONED, Cause.ORDER)
# Ours outweighs all: who lost a run to us gets everything, whatever else went wrong.


def _worst(failed: Sequence[Job]) -> Cause:
    causes = {job.cause for job in failed}
    return next(cause for cause in _WORST_FIRST if cause in causes)


def _refunds(pipeline: Pipeline, cause: Cause) -> tuple[Refund, ...]:
    # After a failed regeneration only what it charged is in question: not what the
    # finished ad cost, nor what regenerations before it cost.
    scope = pipeline.fallback or pipeline.jobs
    given = []
    for job in pipeline.jobs.values():
        if job.id not in scope:
            continue
        before = pipeline.fallback.get(job.id)
        settled = {c.serial for c in (*before.past, before.charge) if c} if before else set()
        for charge in (*job.past, job.charge):
            if charge is None or charge.refunded or not charge.credits:
                continue
            if charge.serial in settled:
                continue
            if _is_returned(job, charge, cause, current=charge is job.charge):
                given.append(
                    Refund(
                        job=job.id,
                        credits=charge.credits,
                        account=charge.account,
                        serial=charge.serial,
                        api_key_id=charge.api_key_id,
                    )
                )
    return tuple(given)


def _is_returned(job: Job, charge: Charge, cause: Cause, *, current: bool) -> bool:
    match cause:
        case Cause.OURS:
            return True
        case Cause.ORDER:
            return not charge.delivered
        case Cause.ABANDONED | Cause.CANCELLED:
            return current and (job.stopped or job.status) in {JobStatus.WAITING, JobStatus.PENDING}
        case _ as never:
            assert_never(never)


def _mark_refunded(pipeline: Pipeline, refunds: Iterable[Refund]) -> Pipeline:
    given = {(refund.job, refund.serial) for refund in refunds}

    def marked(job: Job, charge: Charge) -> Charge:
        return evolve(charge, refunded=charge.refunded or (job.id, charge.serial) in given)

    return evolve(
        pipeline,
        jobs={
            job.id: evolve(
                job,
                charge=None if job.charge is None else marked(job, job.charge),
                past=tuple(marked(job, charge) for charge in job.past),
            )
            for job in pipeline.jobs.values()
        },
    )


def _restore(pipeline: Pipeline) -> Pipeline:
    jobs = dict(pipeline.jobs)
    for job_id, before in pipeline.fallback.items():
        dropped = jobs[job_id]
        # Attempts and serials stay ahead: a late answer to the dropped take is stale, and
        # its charges can't be mistaken for later ones.
        now = before.charge.serial if before.charge else 0
        spent = (c for c in (*dropped.past, dropped.charge) if c is not None and c.serial != now)
        attempt = max(before.attempt, dropped.attempt)
        jobs[job_id] = evolve(before, attempt=attempt, past=tuple(spent))
    return Pipeline(jobs)
