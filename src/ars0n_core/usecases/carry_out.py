"""
Do what a command says, and write down what came of it: `carry_out`.

Carrying out is at least once: it may be repeated, by this process or another. So it looks
first whether the command still stands, a billed call is journalled before it leaves, and
what comes of an attempt that is not the present one changes nothing.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from ars0n_core.errors import (
    BlobNotFoundError,
    CompositorError,
    MisconfiguredError,
    NotFoundError,
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)
from ars0n_core.pipelines.commands import CheckClip, Command, Compose, Mix
from ars0n_core.pipelines.states import (
    Asked,
    Cause,
    Checked,
    Deferred,
    Doubted,
    Event,
    Failed,
    JobStatus,
    Released,
    Renewed,
    Sent,
    Succeeded,
)
from ars0n_core.usecases import ahead
from ars0n_core.usecases.cutting import orders_bed
from ars0n_core.usecases.performing import perform
from ars0n_core.usecases.recording import Happening, record

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.projects import Version

UNKNOWN_FAULT = "Internal error"
"""
What a customer is told of a bug of ours; the runner's log has the rest.
"""

LOST: Final = "It may have been done all the same, so it is not repeated by itself"
"""
What is added to the reason why an answer was lost.
"""

_SPREAD: Final = 0.25
# Jobs that were put off together come back apart: up to a quarter later than said.


def carry_out(ports: Ports, policy: Policy, command: Command) -> None:
    """
    Perform *command* and record what came of it. A provider's failure is an event; only
    a bug of ours, once recorded as the job's failure, is raised for the runner's log.
    """
    found = _standing(ports, command)
    if found is None:
        return
    version, job = found
    if _is_billed(policy, command, version, job):
        answer_until = ports.clock.now() + policy.doubt
        sent = Sent(command.job, command.attempt, answer_until)
        if job.sent or not _note(ports, command, sent):
            return
    elif job.status is JobStatus.PROCESSING and not _begin(ports, policy, command):
        return
    try:
        happening = perform(ports, policy, command, version)
    except PortError as error:
        event = _event_of(error, policy, command, job, ports.clock.now())
        happening = Happening(event=event)
    except Exception:
        _note(ports, command, _failed(command, UNKNOWN_FAULT, Cause.OURS))
        raise
    recorded = record(ports, command.version, happening, now=ports.clock.now())
    if recorded and policy.renders_ahead and isinstance(happening.event, Succeeded):
        ahead.prepare(ports, policy, command.version)


def renew(ports: Ports, policy: Policy, command: Command) -> None:
    """
    Keep the command's lease: whoever carries it out is alive.
    """
    until = ports.clock.now() + policy.bounds.lease
    if isinstance(command, CheckClip):
        _note(ports, command, Asked(command.job, command.attempt, until, still=True))
    else:
        _note(ports, command, Renewed(command.job, command.attempt, until))


def _begin(ports: Ports, policy: Policy, command: Command) -> bool:
    """
    Note that somebody is at work on the job, so that its loss counts; return whether he
    still may be.
    """
    until = ports.clock.now() + policy.bounds.lease
    return _note(ports, command, Renewed(command.job, command.attempt, until, begun=True))


def release(ports: Ports, command: Command) -> None:
    """
    Give the command back undone: its process is stopping.
    """
    _note(ports, command, Released(command.job, command.attempt))


def _note(ports: Ports, command: Command, event: Event) -> bool:
    return record(ports, command.version, Happening(event=event), now=ports.clock.now())


def _standing(ports: Ports, command: Command) -> tuple[Version, Job] | None:
    """
    Return the version and job of a command that still stands.
    """
    try:
        with ports.store.transaction() as tx:
            version = tx.versions.find(command.version)
        job = version.pipeline.job(command.job)
    except NotFoundError:
        return None
    if job.attempt != command.attempt:
        return None
    # A job that was stopped while it was at work stays paid for: it is still done.
    stopped = job.is_owed and job.stopped is not None
    if isinstance(command, CheckClip):
        asked = job.ticket is not None and (job.status is JobStatus.POLLING or stopped)
        return (version, job) if asked else None
    started = job.status is JobStatus.PROCESSING
    return (version, job) if started or (stopped and job.ticket is None) else None


def _is_billed(policy: Policy, command: Command, version: Version, job: Job) -> bool:
    """
    Whether a provider bills what the command asks of it: looking at a clip is free, and a
    cut is billed for its bed only.
    """
    if job.item.operation not in policy.billed or isinstance(command, CheckClip):
        return False
    return not isinstance(command, Compose | Mix) or orders_bed(version, job)


def _failed(command: Command, message: str, cause: Cause) -> Failed:
    return Failed(command.job, command.attempt, message, cause)


def _event_of(error: PortError, policy: Policy, command: Command, job: Job, now: datetime) -> Event:
    """
    Return what a port's failure means for the job.
    """
    message = str(error) or "The provider gave no reason"
    match error:
        case ProviderRejectedError():
            return _failed(command, message, Cause.ORDER)
        case BlobNotFoundError() | MisconfiguredError():
            return _failed(command, message, Cause.OURS)
        case CompositorError() if not error.retryable:
            return _failed(command, message, Cause.OURS)
        case _ if isinstance(command, CheckClip):
            # Not being told is no verdict: the ticket is asked about until it lapses.
            later = _retry_after(error, policy, policy.check_every)
            return Checked(command.job, command.attempt, now + later, job.fraction)
        case ProviderUnknownError() if policy.repeats_unknown:
            return Doubted(command.job, command.attempt, now + policy.doubt)
        case ProviderUnknownError():
            return _failed(command, f"{message}. {LOST}", Cause.OURS)
    counts = not isinstance(error, ProviderUnavailableError) or error.asked
    if counts and job.deferrals >= policy.deferrals_max:
        return _failed(command, message, Cause.OURS)
    later = _retry_after(error, policy, policy.deferral * 2**job.deferrals)
    not_before = now + later * (1 + _SPREAD * _chance(command))
    return Deferred(command.job, command.attempt, not_before, counts=counts)


def _chance(command: Command) -> float:
    """
    Return a number from 0 to 1 that is each attempt's own.
    """
    said = hashlib.sha256(f"{command.job}/{command.attempt}".encode()).digest()
    return said[0] / 255


def _retry_after(error: PortError, policy: Policy, otherwise: timedelta) -> timedelta:
    """
    Return how long to wait: what the provider asked for, within reason.
    """
    wished = error.retry_after_seconds if isinstance(error, ProviderUnavailableError) else None
    if wished is None:
        return otherwise
    return max(otherwise, min(timedelta(seconds=max(0.0, wished)), policy.retry_after_max))
