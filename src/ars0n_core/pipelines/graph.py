"""
The jobs of one version as a graph, and how it moves.

Every function takes a pipeline and returns a new one. `claim` says what to do next,
`record` what happened; `cancel`, `retry` and `regenerate` are the customer's. Whether the
run is decided, and what is given back, `outcomes` says. Nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

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
from ars0n_core.pipelines.jobs import Charge, Job, apply, is_claimable, is_overdue
from ars0n_core.pipelines.states import (
    RUNNING,
    TERMINAL,
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
    from collections.abc import Sequence
    from datetime import datetime

    from ars0n_core.ids import VersionId
    from ars0n_core.pipelines.commands import Command
    from ars0n_core.work import WorkItem

_CHEAP_AND_TELLING = frozenset({Operation.SPEAK, Operation.EDIT_IMAGE})
# Done before any clip is ordered: a refused text or picture then costs no clip.

_ASK_LEASE = timedelta(seconds=120)
# How long one look at a provider (with its download) may take before another may look.

_LAPSE = timedelta(hours=1)
# A ticket asked about until so shortly before it lapsed was asked about to the end.

_NO_ANSWER = "No answer came, nor any when it was asked again; retry the job to ask anew"


@frozen
class Bounds:
    """
    The numbers that keep every run finite.

    ``lease`` bounds a started job, ``crashes_max`` how often one is lost before it is given
    up, ``strays_max`` how often one that was claimed and never begun: that says something of
    the processes and nothing of the job. ``repeats_max`` is how often a billed call whose
    answer never came is made again, ``retries_max`` what the customer may retry.
    """

    lease: timedelta = timedelta(minutes=20)
    crashes_max: int = 3
    strays_max: int = 50
    repeats_max: int = 1
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
    jobs = dict(pipeline.jobs)
    for job in _startable(pipeline, now) if starts else ():
        jobs[job.id] = apply(job, Claimed(job.id, job.attempt + 1, now + bounds.lease))
        ordered.append(commands.STARTS[job.item.operation](version, job.id, job.attempt + 1))
    for job in pipeline.jobs.values():
        if job.status is not JobStatus.POLLING or job.check_at is None:
            continue
        if job.check_at <= now and (job.lease_until is None or job.lease_until <= now):
            jobs[job.id] = apply(job, Asked(job.id, job.attempt, now + _ASK_LEASE))
            ordered.append(commands.CheckClip(version, job.id, job.attempt))
    return (evolve(pipeline, jobs=jobs) if ordered else pipeline), tuple(ordered)


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
    Try a failed job again: return the pipeline, and the jobs of which something was given
    back that is now to be charged again (see `charged_again`). Of an abandoned run all that
    was given up with the job goes on with it.

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
    for other in tuple(pipeline.jobs.values()):
        if other.cause is Cause.ABANDONED and other.stopped is not None:
            pipeline = record(pipeline, Retried(other.id))
    return pipeline, tuple(job for job in pipeline.jobs.values() if _is_given_back(pipeline, job))


def _is_given_back(pipeline: Pipeline, job: Job) -> bool:
    # What a regeneration brought back of itself is settled once its ad is restored.
    charges = (job.charge,) if pipeline.has_finished_ad else (job.charge, *job.past)
    return any(charge is not None and charge.refunded for charge in charges)


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
        elif before.status is JobStatus.PENDING:
            # The cut was about to start; it is paid for and waits for the new take.
            job = evolve(apply(before, Reset(before.id)), charge=before.charge)
        key = job.item.key
        jobs[job.id] = evolve(job, item=fresh[key], fingerprint=prints[key])
    pipeline = evolve(pipeline, jobs=jobs, fallback=fallback)
    return _settle(pipeline), renewed, tuple(owed)


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


def collect(
    pipeline: Pipeline, *, version: VersionId, now: datetime
) -> tuple[Pipeline, tuple[Command, ...]]:
    """
    Ask for what was ordered and stays paid for although its job was stopped: return the
    pipeline, with the next look put off, and one command each.
    """
    ordered = []
    for job in pipeline.jobs.values():
        if not job.is_owed or job.ticket is None or job.stopped not in RUNNING:
            continue
        due = job.check_at is not None and job.check_at <= now
        lapsed = job.deadline is not None and job.deadline <= now
        if due and not lapsed:
            pipeline = _with(pipeline, evolve(job, check_at=now + _ASK_LEASE))
            ordered.append(commands.CheckClip(version, job.id, job.attempt))
    return pipeline, tuple(ordered)


def _startable(pipeline: Pipeline, now: datetime) -> list[Job]:
    claimable = [job for job in pipeline.jobs.values() if is_claimable(job, now)]
    if any(job.status is JobStatus.FAILED for job in pipeline.jobs.values()):
        claimable = [job for job in claimable if job.is_retried]
    unproven = any(
        job.item.operation in _CHEAP_AND_TELLING and job.status not in TERMINAL
        for job in pipeline.jobs.values()
    )
    if unproven:
        claimable = [j for j in claimable if j.item.operation is not Operation.GENERATE_CLIP]
    return claimable


def _expire(pipeline: Pipeline, now: datetime, bounds: Bounds) -> Pipeline:
    for job in pipeline.jobs.values():
        if job.status is JobStatus.PROCESSING and is_overdue(job, now):
            lost = 1 + (job.crashes if job.begun else job.strays)
            if job.sent and job.doubts >= bounds.repeats_max:
                event: Event = Failed(job.id, job.attempt, _NO_ANSWER, Cause.OURS)
            elif lost >= (bounds.crashes_max if job.begun else bounds.strays_max):
                message = f"The job was lost {lost} times and is given up"
                event = Failed(job.id, job.attempt, message, Cause.OURS)
            else:
                event = Expired(job.id, job.attempt)
            pipeline = _with(pipeline, apply(job, event))
        elif job.status is JobStatus.POLLING and job.deadline is not None and job.deadline <= now:
            message = "The provider gave no verdict before the order lapsed"
            # Asked to the end, it is the provider's silence; else nobody fetched the answer.
            asked = job.check_at is not None and job.check_at + _LAPSE >= job.deadline
            cause = Cause.OURS if asked else Cause.ABANDONED
            event = Failed(job.id, job.attempt, message, cause)
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
