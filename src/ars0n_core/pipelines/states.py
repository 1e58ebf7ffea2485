"""
Everything that can change a job's status, in one table.

A job waits for what it needs, is pending, is claimed under a lease, and ends completed
or failed. A slow provider's job is polled in between, with its ticket stored. Two rules
hold the rest up:

1. **Only an event changes a status, and only as `STATUS_AFTER` says.** Every other
   (status, event) pair raises `IllegalEventError` and changes nothing.
2. **A started job has a deadline.** Past it the job goes back to pending, a bounded
   number of times, or fails: so every run ends, whoever dies.

Events that report on work carry the attempt they belong to. Attempts only grow; an
answer to an old one (a paused worker, a late provider) is not this job's answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from attrs import field, frozen

from ars0n_core.errors import IllegalEventError
from ars0n_core.ids import AssetId, JobId
from ars0n_core.work import Json


class JobStatus(StrEnum):
    """
    The documents' six statuses.
    """

    WAITING = "waiting"
    PENDING = "pending"
    PROCESSING = "processing"
    POLLING = "polling"
    COMPLETED = "completed"
    FAILED = "failed"


TERMINAL: Final = frozenset({JobStatus.COMPLETED, JobStatus.FAILED})
RUNNING: Final = frozenset({JobStatus.PROCESSING, JobStatus.POLLING})


class Cause(StrEnum):
    """
    Whose fault a failure is; it decides what is given back.

    ``ours``: provider outage, crash, bug: everything. ``order``: refused content, a
    narration that cannot fit: everything but what was already taken. ``abandoned``:
    nobody asked for it any more: only what was never started. ``cancelled``: the
    customer stopped it: likewise.
    """

    OURS = "ours"
    ORDER = "order"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"


@frozen
class Readied:
    """
    All the job needs is completed.
    """

    job: JobId


@frozen
class Claimed:
    """
    Somebody took the job, until the lease runs out.
    """

    job: JobId
    attempt: int
    lease_until: datetime


@frozen
class Sent:
    """
    A billed call is about to leave; until ``answer_until`` its answer may still come.
    """

    job: JobId
    attempt: int
    answer_until: datetime


@frozen
class Doubted:
    """
    The call left and no verdict came back; not repeated before ``answer_until``.
    """

    job: JobId
    attempt: int
    answer_until: datetime


@frozen
class Renewed:
    """
    The worker is alive and keeps the job; ``begun`` says that it is at work on it, where
    a claimed job may still stand in its queue.
    """

    job: JobId
    attempt: int
    lease_until: datetime
    begun: bool = False


@frozen
class Released:
    """
    The worker gives the job back undone (it is shutting down); nothing was billed.
    """

    job: JobId
    attempt: int


@frozen
class Deferred:
    """
    The provider can't now and billed nothing; try again from ``not_before`` on. It
    ``counts`` unless nobody was asked: a queue of our own says nothing about the job.
    """

    job: JobId
    attempt: int
    not_before: datetime
    counts: bool = True


@frozen
class Submitted:
    """
    The provider took the order and gave a ticket; it is asked until ``deadline``.
    """

    job: JobId
    attempt: int
    ticket: str
    check_at: datetime
    deadline: datetime


@frozen
class Asked:
    """
    Somebody is asking the provider about the ticket, until the lease runs out; ``still`` says
    that it is whoever asked before, a sign of life that may come after the answer.
    """

    job: JobId
    attempt: int
    lease_until: datetime
    still: bool = False


@frozen
class Checked:
    """
    The provider is not done yet.
    """

    job: JobId
    attempt: int
    check_at: datetime
    fraction: float | None = None


@frozen
class Succeeded:
    """
    The work is done and its output stored.
    """

    job: JobId
    attempt: int
    output: AssetId
    facts: Mapping[str, Json] = field(factory=dict)


@frozen
class Failed:
    """
    The work can't be done.
    """

    job: JobId
    attempt: int
    message: str
    cause: Cause


@frozen
class Expired:
    """
    The lease ran out without a word.
    """

    job: JobId
    attempt: int


@frozen
class Cancelled:
    """
    The customer stopped the version.
    """

    job: JobId


@frozen
class Retried:
    """
    The customer wants a failed job tried again.
    """

    job: JobId


@frozen
class Reset:
    """
    The customer wants a completed job done anew, as another take; a pending one that
    needs it waits again.
    """

    job: JobId


Event: TypeAlias = (
    Readied
    | Claimed
    | Sent
    | Doubted
    | Renewed
    | Released
    | Deferred
    | Submitted
    | Asked
    | Checked
    | Succeeded
    | Failed
    | Expired
    | Cancelled
    | Retried
    | Reset
)
"""
What can happen to a job. Reports of work carry ``attempt``.
"""

STATUS_AFTER: Final[Mapping[JobStatus, Mapping[type[Event], JobStatus]]] = {
    JobStatus.WAITING: {
        Readied: JobStatus.PENDING,
        Cancelled: JobStatus.FAILED,
    },
    JobStatus.PENDING: {
        Claimed: JobStatus.PROCESSING,
        Cancelled: JobStatus.FAILED,
        # What it needs is done anew: it waits again.
        Reset: JobStatus.WAITING,
    },
    JobStatus.PROCESSING: {
        Sent: JobStatus.PROCESSING,
        Doubted: JobStatus.PROCESSING,
        Renewed: JobStatus.PROCESSING,
        Released: JobStatus.PENDING,
        Deferred: JobStatus.PENDING,
        Submitted: JobStatus.POLLING,
        Succeeded: JobStatus.COMPLETED,
        Failed: JobStatus.FAILED,
        Expired: JobStatus.PENDING,
        Cancelled: JobStatus.FAILED,
    },
    JobStatus.POLLING: {
        Asked: JobStatus.POLLING,
        Released: JobStatus.POLLING,
        Checked: JobStatus.POLLING,
        Succeeded: JobStatus.COMPLETED,
        Failed: JobStatus.FAILED,
        Cancelled: JobStatus.FAILED,
    },
    JobStatus.COMPLETED: {
        Reset: JobStatus.WAITING,
    },
    JobStatus.FAILED: {
        # A late answer to work that was paid for: kept, but the job stays failed.
        Submitted: JobStatus.FAILED,
        Succeeded: JobStatus.FAILED,
        Retried: JobStatus.WAITING,
    },
}
"""
The status after each event; a pair that is not here can't happen.
"""


def status_after(job: JobId, status: JobStatus, event: Event) -> JobStatus:
    """
    Return the status of *job* after *event*.

    Raises:
        IllegalEventError: The table has no such pair.
    """
    try:
        return STATUS_AFTER[status][type(event)]
    except KeyError:
        raise IllegalEventError(job=job, status=status, event=type(event).__name__) from None
