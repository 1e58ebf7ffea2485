"""
The jobs of one version as a graph, and how it moves.

Every function takes a pipeline and returns a new one. `claim` says what to do next,
`record` what happened; `cancel`, `retry` and `regenerate` are the customer's; `conclude`
says whether the version is decided, and what is to be given back. Nothing here reads a
clock or books anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from attrs import evolve, field, frozen

from ars0n_core import work
from ars0n_core.errors import (
    JobBusyError,
    JobNotRegenerableError,
    JobNotRetryableError,
    NotFoundError,
    RetriesExhaustedError,
)
from ars0n_core.ids import JobId
from ars0n_core.pipelines import commands
from ars0n_core.pipelines.jobs import Charge, Job, Refund, apply, is_claimable, is_overdue
from ars0n_core.pipelines.states import (
    Asked,
    Cancelled,
    Cause,
    Claimed,
    Event,
    Expired,
    Failed,
    JobStatus,
    Readied,
    Reset,
    Retried,
)
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from ars0n_core.ids import VersionId
    from ars0n_core.pipelines.commands import Command
    from ars0n_core.work import WorkItem

_CHEAP_AND_TELLING = frozenset({Operation.SPEAK, Operation.EDIT_IMAGE})
# Done before any clip is ordered: a refused text or picture then costs no clip.

_ASK_LEASE = timedelta(seconds=120)
# How long one look at a provider (with its download) may take before another may look.


@frozen
class Bounds:
    """
    The numbers that keep every run finite.

    ``lease`` bounds a started job, ``crashes_max`` how often a lost one is tried again,
    ``retries_max`` what the customer may retry.
    """

    lease: timedelta = timedelta(minutes=20)
    crashes_max: int = 3
    retries_max: int = 2


@frozen
class Pipeline:
    """
    The jobs by id, in the order of the work list.

    ``fallback`` holds the jobs as they were before a running regeneration; if it fails
    or is cancelled, they are what the version returns to.
    """

    jobs: Mapping[JobId, Job]
    fallback: Mapping[JobId, Job] = field(factory=dict)

    def job(self, job_id: JobId) -> Job:
        """
        Return the job of this id.

        Raises:
            NotFoundError: There is none.
        """
        try:
            return self.jobs[job_id]
        except KeyError:
            raise NotFoundError("job", job_id) from None

    @property
    def final(self) -> Job:
        """
        The job whose output is the ad: the last of the list.
        """
        return tuple(self.jobs.values())[-1]

    @property
    def has_finished_ad(self) -> bool:
        """
        Whether there is a finished ad, now or to return to.
        """
        return bool(self.fallback) or self.final.status is JobStatus.COMPLETED


@frozen
class Conclusion:
    """
    A decided run: whether the ad is finished, and what is given back.

    ``restored``: it was a regeneration, and the version keeps its last finished ad.
    """

    completed: bool
    refunds: tuple[Refund, ...] = ()
    restored: bool = False


def build(
    items: Sequence[WorkItem],
    *,
    job_ids: Sequence[JobId],
    charges: Mapping[str, Charge],
    reused: Mapping[str, Job] | None = None,
) -> Pipeline:
    """
    Return the pipeline of a work list: a job an item, ready where nothing is needed.

    ``charges`` and ``reused`` are by item key; a reused item is completed from the start,
    with the output of the job it comes from, and charges nothing.
    """
    prints = work.fingerprints(items)
    ids = {item.key: job_id for item, job_id in zip(items, job_ids, strict=True)}
    jobs = {}
    for item in items:
        job = Job(
            id=ids[item.key],
            item=item,
            fingerprint=prints[item.key],
            needs=tuple(ids[key] for key in item.needs),
            charge=charges.get(item.key),
        )
        source = (reused or {}).get(item.key)
        if source is not None:
            job = evolve(
                job,
                status=JobStatus.COMPLETED,
                output=source.output,
                facts=source.facts,
                charge=None,
                reused_from=source.id,
            )
        jobs[job.id] = job
    return _settle(Pipeline(jobs))


def record(pipeline: Pipeline, event: Event) -> Pipeline:
    """
    Return *pipeline* after *event*, with every job readied that now can be.

    Raises:
        IllegalEventError: It can't happen now, or belongs to another attempt.
        NotFoundError: There is no such job.
    """
    job = apply(pipeline.job(event.job), event)
    return _settle(_with(pipeline, job))


def claim(
    pipeline: Pipeline,
    *,
    version: VersionId,
    now: datetime,
    bounds: Bounds,
    starts: bool = True,
) -> tuple[Pipeline, tuple[Command, ...]]:
    """
    Take what can be started or asked about now: return the pipeline with it taken, and
    one command each.

    A job whose lease ran out goes back to pending first, or fails after too many. While
    a job stands failed nothing new starts, except what the customer retried since. Unless
    it *starts* jobs, only what was started is followed up.
    """
    pipeline = _expire(pipeline, now, bounds)
    ordered: list[Command] = []
    for job in _startable(pipeline, now) if starts else ():
        taken = Claimed(job.id, job.attempt + 1, now + bounds.lease)
        pipeline = _with(pipeline, apply(job, taken))
        ordered.append(commands.STARTS[job.item.operation](version, job.id, job.attempt + 1))
    for job in pipeline.jobs.values():
        if job.status is not JobStatus.POLLING or job.check_at is None:
            continue
        if job.check_at <= now and (job.lease_until is None or job.lease_until <= now):
            asked = Asked(job.id, job.attempt, now + _ASK_LEASE)
            pipeline = _with(pipeline, apply(job, asked))
            ordered.append(commands.CheckClip(version, job.id, job.attempt))
    return pipeline, tuple(ordered)


def cancel(pipeline: Pipeline) -> tuple[Pipeline, int]:
    """
    Stop every job that is not done: return the pipeline and how many were stopped.

    What never started keeps no money (see `conclude`); what is at work stays charged.
    """
    stopped = 0
    jobs = dict(pipeline.jobs)
    for job in pipeline.jobs.values():
        if job.status in {JobStatus.COMPLETED, JobStatus.FAILED}:
            continue
        jobs[job.id] = apply(job, Cancelled(job.id))
        stopped += 1
    return evolve(pipeline, jobs=jobs), stopped


def retry(pipeline: Pipeline, job_id: JobId, *, bounds: Bounds) -> tuple[Pipeline, tuple[Job, ...]]:
    """
    Try a failed job again: return the pipeline, and the jobs whose charges were given
    back and are now to be charged again (see `charged`), at what they cost then.

    Raises:
        JobNotRetryableError: The job has not failed, or was cancelled.
        RetriesExhaustedError: The customer's retries are used up.
        NotFoundError: There is no such job.
    """
    job = pipeline.job(job_id)
    if job.status is not JobStatus.FAILED or job.cause is Cause.CANCELLED:
        raise JobNotRetryableError(
            form_errors=[f"Only failed jobs can be retried; this one is {job.status}"]
        )
    if job.retry_count >= bounds.retries_max:
        raise RetriesExhaustedError(
            form_errors=[f"Retry limit reached: {job.retry_count} of {bounds.retries_max} used"]
        )
    pipeline = record(pipeline, Retried(job_id))
    owed = tuple(j for j in pipeline.jobs.values() if j.charge is not None and j.charge.refunded)
    return pipeline, owed


def charged(pipeline: Pipeline, charges: Mapping[JobId, tuple[int, str]]) -> Pipeline:
    """
    Note that jobs were charged anew: (credits, account) by job.
    """
    jobs = dict(pipeline.jobs)
    for job_id, (credits_taken, account) in charges.items():
        job = jobs[job_id]
        serial = 1 + max((c.serial for c in (job.charge, *job.past) if c is not None), default=0)
        charge = Charge(credits=credits_taken, account=account, serial=serial)
        jobs[job_id] = evolve(job, charge=charge)
    return evolve(pipeline, jobs=jobs)


def regenerate(
    pipeline: Pipeline, job_id: JobId, *, items: Sequence[WorkItem]
) -> tuple[Pipeline, tuple[JobId, ...], tuple[JobId, ...]]:
    """
    Reset a completed clip, its picture and the final cut for a new take.

    ``items`` is the version's work list with the new take. Returns the pipeline, the
    jobs that are reset, and those among them that are to be charged (`charged`): a cut
    that has not run since it was last charged is not charged twice.

    Raises:
        JobNotRegenerableError: Not a completed clip.
        JobBusyError: The cut is being made right now.
        NotFoundError: There is no such job.
    """
    clip = pipeline.job(job_id)
    if clip.item.operation is not Operation.GENERATE_CLIP or clip.status is not JobStatus.COMPLETED:
        raise JobNotRegenerableError(
            form_errors=["Only completed video_generation jobs can be regenerated"]
        )
    if pipeline.final.is_running:
        raise JobBusyError
    renewed = (*clip.needs, clip.id, pipeline.final.id)
    fresh = {item.key: item for item in items}
    prints = work.fingerprints(items)
    jobs = dict(pipeline.jobs)
    fallback = dict(pipeline.fallback)
    owed = []
    for renewed_id in renewed:
        before = jobs[renewed_id]
        job = before
        if before.status is JobStatus.COMPLETED:
            job = apply(before, Reset(before.id))
            if pipeline.has_finished_ad:
                fallback.setdefault(before.id, before)
            if before.charge is not None:
                # The serial goes on; before any ad is finished the old take is still owed
                # for, or given back, with the rest of the run.
                job = evolve(job, past=(*before.past, before.charge))
            owed.append(job.id)
        key = job.item.key
        jobs[job.id] = evolve(job, item=fresh[key], fingerprint=prints[key])
    pipeline = evolve(pipeline, jobs=jobs, fallback=fallback)
    return _settle(pipeline), renewed, tuple(owed)


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
    if not failed or any(job.is_running or _is_retried(job) for job in jobs):
        return pipeline, None
    refunds = _refunds(pipeline, _worst(failed))
    if pipeline.fallback:
        return _restore(pipeline), Conclusion(completed=True, refunds=refunds, restored=True)
    return _mark_refunded(pipeline, refunds), Conclusion(completed=False, refunds=refunds)


def abandon(pipeline: Pipeline, message: str) -> Pipeline:
    """
    Give up on jobs nobody drives any more: what never started is failed.
    """
    jobs = dict(pipeline.jobs)
    for job in pipeline.jobs.values():
        if job.status in {JobStatus.WAITING, JobStatus.PENDING}:
            stopped = apply(job, Cancelled(job.id))
            jobs[job.id] = evolve(stopped, error=message, cause=Cause.ABANDONED)
    return evolve(pipeline, jobs=jobs)


def mark_delivered(pipeline: Pipeline, job_id: JobId) -> Pipeline:
    """
    Note that the job's output was handed to the customer.
    """
    job = pipeline.job(job_id)
    if job.charge is None or job.charge.delivered:
        return pipeline
    return _with(pipeline, evolve(job, charge=evolve(job.charge, delivered=True)))


def _startable(pipeline: Pipeline, now: datetime) -> list[Job]:
    claimable = [job for job in pipeline.jobs.values() if is_claimable(job, now)]
    if any(job.status is JobStatus.FAILED for job in pipeline.jobs.values()):
        claimable = [job for job in claimable if _is_retried(job)]
    unproven = any(
        job.item.operation in _CHEAP_AND_TELLING and job.status is not JobStatus.COMPLETED
        for job in pipeline.jobs.values()
    )
    if unproven:
        claimable = [j for j in claimable if j.item.operation is not Operation.GENERATE_CLIP]
    return claimable


def _is_retried(job: Job) -> bool:
    # A job the customer retried since it failed: it runs although others stand failed.
    return job.retry_count > 0 and job.status is JobStatus.PENDING


def _expire(pipeline: Pipeline, now: datetime, bounds: Bounds) -> Pipeline:
    for job in pipeline.jobs.values():
        if job.status is JobStatus.PROCESSING and is_overdue(job, now):
            if job.crashes + 1 >= bounds.crashes_max:
                message = f"The job was lost {job.crashes + 1} times and is given up"
                event: Event = Failed(job.id, job.attempt, message, Cause.OURS)
            else:
                event = Expired(job.id, job.attempt)
            pipeline = _with(pipeline, apply(job, event))
        elif job.status is JobStatus.POLLING and job.deadline is not None and job.deadline <= now:
            message = "The provider gave no verdict before the order lapsed"
            event = Failed(job.id, job.attempt, message, Cause.ABANDONED)
            pipeline = _with(pipeline, apply(job, event))
    return pipeline


def _settle(pipeline: Pipeline) -> Pipeline:
    jobs = dict(pipeline.jobs)
    for job in pipeline.jobs.values():
        if job.status is JobStatus.WAITING and all(
            jobs[need].status is JobStatus.COMPLETED for need in job.needs
        ):
            jobs[job.id] = apply(job, Readied(job.id))
    return evolve(pipeline, jobs=jobs)


def _with(pipeline: Pipeline, job: Job) -> Pipeline:
    return evolve(pipeline, jobs={**pipeline.jobs, job.id: job})


def _worst(failed: Sequence[Job]) -> Cause:
    # Ours outweighs all: who lost a run to us gets everything, whatever else went wrong.
    causes = {job.cause for job in failed}
    order = (Cause.OURS, Cause.CANCELLED, Cause.ABANDONED, Cause.ORDER)
    return next((cause for cause in order if cause in causes), Cause.OURS)


def _refunds(pipeline: Pipeline, cause: Cause) -> tuple[Refund, ...]:
    # After a failed regeneration only its own charges are in question.
    scope = pipeline.fallback or pipeline.jobs
    given = []
    for job in pipeline.jobs.values():
        if job.id not in scope:
            continue
        past = () if pipeline.fallback else job.past
        for charge in (*past, job.charge):
            if charge is None or charge.refunded or not charge.credits:
                continue
            if _is_returned(job, charge, cause, current=charge is job.charge):
                given.append(
                    Refund(
                        job=job.id,
                        credits=charge.credits,
                        account=charge.account,
                        serial=charge.serial,
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
        # its charge can't be mistaken for a later one.
        past = before.past if dropped.charge is None else (*before.past, dropped.charge)
        jobs[job_id] = evolve(before, attempt=max(before.attempt, dropped.attempt), past=past)
    return Pipeline(jobs)
