"""
One job: its item, where it stands, and what it holds of the customer's money.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, assert_never

from attrs import evolve, field, frozen

from ars0n_core.errors import IllegalEventError
from ars0n_core.ids import ApiKeyId, AssetId, JobId
from ars0n_core.pipelines.states import (
    RUNNING,
    Asked,
    Cancelled,
    Cause,
    Checked,
    Claimed,
    Deferred,
    Doubted,
    Event,
    Expired,
    Failed,
    JobStatus,
    Readied,
    Released,
    Renewed,
    Reset,
    Retried,
    Sent,
    Submitted,
    Succeeded,
    status_after,
)
from ars0n_core.work import Json, WorkItem


@frozen(kw_only=True)
class Charge:
    """
    What the job's item cost, from which account, under which key, and whether it was
    given back.

    ``serial`` counts how often the job was charged: a retry after a refund and every
    new take are charges of their own, so each can be given back once. ``delivered`` says
    that what it paid for was handed to the customer.
    """

    credits: int
    account: str
    serial: int
    api_key_id: ApiKeyId | None = None
    refunded: bool = False
    delivered: bool = False


@frozen(kw_only=True)
class Refund:
    """
    A charge to be given back now.
    """

    job: JobId
    credits: int
    account: str
    serial: int
    api_key_id: ApiKeyId | None = None


@frozen(kw_only=True)
class Job:
    """
    One item of the work list on its way.

    ``attempt`` counts claims and only grows. ``crashes`` counts leases that ran out after
    the work had ``begun``, ``doubts`` those of a billed call whose answer never came, ``strays``
    those that ran out before; ``deferrals`` counts refusals that cost nothing, ``retry_count``
    the customer's retries.
    ``past`` holds the charges of takes that were replaced before any ad was finished;
    ``stopped`` is where the job stood when it was cancelled or abandoned.
    """

    id: JobId
    item: WorkItem
    fingerprint: str
    needs: tuple[JobId, ...] = ()
    status: JobStatus = JobStatus.WAITING
    attempt: int = 0
    lease_until: datetime | None = None
    begun: bool = False
    sent: bool = False
    ticket: str | None = None
    check_at: datetime | None = None
    deadline: datetime | None = None
    fraction: float | None = None
    crashes: int = 0
    strays: int = 0
    doubts: int = 0
    deferrals: int = 0
    retry_count: int = 0
    output: AssetId | None = None
    facts: Mapping[str, Json] = field(factory=dict)
    error: str | None = None
    cause: Cause | None = None
    charge: Charge | None = None
    past: tuple[Charge, ...] = ()
    stopped: JobStatus | None = None
    reused_from: JobId | None = None

    @property
    def is_running(self) -> bool:
        """
        Whether somebody or some provider is at work on it.
        """
        return self.status in RUNNING

    @property
    def is_retried(self) -> bool:
        """
        Whether the customer retried it since it failed: it runs although others failed.
        """
        return self.retry_count > 0 and self.status is JobStatus.PENDING

    @property
    def is_paid(self) -> bool:
        """
        Whether the customer is entitled to the output: charged and not given back, or
        reused from a job that was.
        """
        return self.reused_from is not None or (
            self.charge is not None and not self.charge.refunded
        )

    @property
    def is_owed(self) -> bool:
        """
        Whether it was stopped with the customer's money in it, and may still bring what
        was paid for.
        """
        return self.status is JobStatus.FAILED and self.output is None and self.is_paid

    @property
    def is_reusable(self) -> bool:
        """
        Whether an edit may take the output over instead of doing the item anew.
        """
        return self.status is JobStatus.COMPLETED and self.output is not None and self.is_paid


def apply(job: Job, event: Event) -> Job:
    """
    Return *job* after *event*.

    Raises:
        IllegalEventError: The table has no such pair, or the event belongs to another
            attempt.
    """
    attempt = getattr(event, "attempt", job.attempt)
    due = job.attempt + 1 if isinstance(event, Claimed) else job.attempt
    if attempt != due:
        raise IllegalEventError(
            job=job.id, status=job.status, event=f"{type(event).__name__} of attempt {attempt}"
        )
    status = status_after(job.id, job.status, event)
    if job.status is JobStatus.FAILED and isinstance(event, Submitted | Succeeded):
        return _attach_late(job, event)
    return evolve(job, status=status, **_changes(job, event))


def _attach_late(job: Job, event: Submitted | Succeeded) -> Job:
    # Paid for although the run was stopped: obtainable. Anything else is not theirs.
    if not job.is_owed:
        raise IllegalEventError(job=job.id, status=job.status, event=f"late {type(event).__name__}")
    if isinstance(event, Submitted):
        return evolve(job, ticket=event.ticket, check_at=event.check_at, deadline=event.deadline)
    return evolve(job, output=event.output, facts=event.facts, ticket=None)


def _changes(job: Job, event: Event) -> dict[str, Any]:  # noqa: C901, PLR0912 - one branch an event
    match event:
        case Readied():
            return {}
        case Claimed():
            return {**_UNTOUCHED, "attempt": event.attempt, "lease_until": event.lease_until}
        case Sent() | Doubted():
            return {"begun": True, "sent": True, "lease_until": event.answer_until}
        case Renewed():
            # A billed call's answer may come later than the worker's next sign of life.
            until = max(event.lease_until, job.lease_until or event.lease_until)
            return {"begun": job.begun or event.begun, "lease_until": until}
        case Released():
            return {"lease_until": None if not job.sent else job.lease_until}
        case Deferred():
            return {
                "deferrals": job.deferrals + event.counts,
                "lease_until": None,
                "sent": False,
                "check_at": event.not_before,
                "error": None,
            }
        case Submitted():
            return {
                "ticket": event.ticket,
                "check_at": event.check_at,
                "deadline": event.deadline,
                "lease_until": None,
            }
        case Asked():
            # After the answer nobody asks any more: a lease would keep the next one from asking.
            over = event.still and job.lease_until is None
            return {} if over else {"lease_until": event.lease_until}
        case Checked():
            return {
                "check_at": event.check_at,
                "lease_until": None,
                "fraction": max(job.fraction or 0.0, min(1.0, event.fraction or 0.0)),
            }
        case Succeeded():
            return {
                "output": event.output,
                "facts": event.facts,
                "lease_until": None,
                "fraction": None,
                "ticket": None,
            }
        case Failed():
            return {"error": event.message, "cause": event.cause, "lease_until": None}
        case Expired():
            return {
                "crashes": job.crashes + job.begun,
                "strays": job.strays + (not job.begun),
                "doubts": job.doubts + job.sent,
                **_UNTOUCHED,
            }
        case Cancelled():
            return {
                "error": "Cancelled",
                "cause": Cause.CANCELLED,
                "lease_until": None,
                "stopped": job.status,
            }
        case Retried():
            return {
                "retry_count": job.retry_count + 1,
                **_AFRESH,
            }
        case Reset():
            return {
                "retry_count": 0,
                "output": None,
                "facts": {},
                "reused_from": None,
                "charge": None,
                **_AFRESH,
            }
        case _ as never:
            assert_never(never)


_UNTOUCHED: Final[Mapping[str, Any]] = {"lease_until": None, "begun": False, "sent": False}

_AFRESH: Final[Mapping[str, Any]] = {
    **_UNTOUCHED,
    "crashes": 0,
    "strays": 0,
    "doubts": 0,
    "deferrals": 0,
    "error": None,
    "cause": None,
    "fraction": None,
    "ticket": None,
    "check_at": None,
    "deadline": None,
    "stopped": None,
}


def is_claimable(job: Job, now: datetime) -> bool:
    """
    Whether a pending job may start: it is not put off.
    """
    return job.status is JobStatus.PENDING and (job.check_at is None or job.check_at <= now)


def is_overdue(job: Job, now: datetime) -> bool:
    """
    Whether a started job's lease ran out.
    """
    return job.is_running and job.lease_until is not None and job.lease_until <= now
