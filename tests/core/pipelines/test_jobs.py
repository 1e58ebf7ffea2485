"""
One job: leases, tickets, counts, and what it holds of the customer's money.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from ars0n_core.errors import IllegalEventError
from ars0n_core.ids import AssetId, JobId
from ars0n_core.pipelines import states
from ars0n_core.pipelines.jobs import Charge, Job, apply, is_claimable, is_overdue
from ars0n_core.pipelines.states import Cause, JobStatus
from ars0n_core.work import Operation, WorkItem

AT = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ID = JobId("job_1")
PAID = Charge(credits=3, account="prepaid", serial=1)
PENDING = Job(
    id=ID,
    item=WorkItem(key="voice", operation=Operation.SPEAK),
    fingerprint="f" * 64,
    status=JobStatus.PENDING,
    charge=PAID,
)
CLAIMED = apply(PENDING, states.Claimed(ID, 1, AT + MINUTE))
POLLED = apply(CLAIMED, states.Submitted(ID, 1, "ticket", AT, AT + 60 * MINUTE))
DONE = apply(CLAIMED, states.Succeeded(ID, 1, AssetId("asset_1"), {"frames": 1}))


def test_a_claim_has_a_deadline() -> None:
    assert CLAIMED.lease_until == AT + MINUTE
    assert not is_overdue(CLAIMED, AT)
    assert is_overdue(CLAIMED, AT + MINUTE)
    assert not is_overdue(PENDING, AT + MINUTE)


def test_a_billed_call_is_waited_for_whatever_the_worker_says() -> None:
    sent = apply(CLAIMED, states.Sent(ID, 1, AT + 10 * MINUTE))

    renewed = apply(sent, states.Renewed(ID, 1, AT + 2 * MINUTE))

    assert renewed.lease_until == AT + 10 * MINUTE
    later = apply(sent, states.Renewed(ID, 1, AT + 30 * MINUTE))
    assert later.lease_until == AT + 30 * MINUTE


def test_a_sign_of_life_after_the_answer_keeps_nobody_from_asking_again() -> None:
    asked = apply(POLLED, states.Asked(ID, 1, AT + MINUTE))
    still = states.Asked(ID, 1, AT + 2 * MINUTE, still=True)
    assert apply(asked, still).lease_until == AT + 2 * MINUTE

    answered = apply(asked, states.Checked(ID, 1, AT + MINUTE, 0.5))

    assert apply(answered, still) == answered


def test_a_deferred_job_is_not_claimable_before_its_time() -> None:
    put_off = apply(CLAIMED, states.Deferred(ID, 1, AT + MINUTE))

    assert (put_off.status, put_off.deferrals) == (JobStatus.PENDING, 1)
    assert not is_claimable(put_off, AT)
    assert is_claimable(put_off, AT + MINUTE)


@pytest.mark.parametrize(
    ("noted", "crashes", "strays"),
    [
        ([], 0, 1),  # it stood in a queue
        ([states.Renewed(ID, 1, AT + MINUTE)], 0, 1),
        ([states.Renewed(ID, 1, AT + MINUTE, begun=True)], 1, 0),
        ([states.Renewed(ID, 1, AT + MINUTE, begun=True), states.Renewed(ID, 1, AT)], 1, 0),
        ([states.Sent(ID, 1, AT + MINUTE)], 1, 0),
    ],
)
def test_a_lost_job_is_counted_by_whether_it_had_begun(
    noted: list[states.Event], crashes: int, strays: int
) -> None:
    job = CLAIMED
    for event in noted:
        job = apply(job, event)

    lost = apply(job, states.Expired(ID, 1))

    assert (lost.status, lost.lease_until, lost.begun) == (JobStatus.PENDING, None, False)
    assert (lost.crashes, lost.strays) == (crashes, strays)


def test_a_ticket_is_kept_until_there_is_an_output() -> None:
    assert (POLLED.ticket, POLLED.lease_until) == ("ticket", None)
    done = apply(POLLED, states.Succeeded(ID, 1, AssetId("asset_1")))
    assert done.ticket is None


def test_what_is_told_of_progress_is_kept_within_bounds_and_never_falls() -> None:
    job = POLLED
    seen = []
    for told in (0.5, 0.2, None, 7.0):
        job = apply(job, states.Checked(ID, 1, AT, told))
        seen.append(job.fraction)

    assert seen == [0.5, 0.5, 0.5, 1.0]


def test_a_late_answer_to_paid_work_is_kept_and_the_job_stays_failed() -> None:
    stopped = apply(CLAIMED, states.Cancelled(ID))
    late = apply(stopped, states.Succeeded(ID, 1, AssetId("asset_1")))

    assert stopped.is_owed
    assert (late.status, late.output) == (JobStatus.FAILED, "asset_1")
    with pytest.raises(IllegalEventError):
        apply(late, states.Succeeded(ID, 1, AssetId("asset_2")))


@pytest.mark.parametrize("event", [
    states.Succeeded(ID, 1, AssetId("asset_1")),
    states.Submitted(ID, 1, "ticket", AT, AT),
])  # fmt: skip
def test_a_late_answer_to_refunded_work_is_nobodys(event: states.Event) -> None:
    stopped = apply(CLAIMED, states.Failed(ID, 1, "lost", Cause.OURS))
    refunded = evolve(stopped, charge=evolve(PAID, refunded=True))

    with pytest.raises(IllegalEventError):
        apply(refunded, event)


def test_a_ticket_that_comes_late_is_kept_for_collection() -> None:
    stopped = apply(CLAIMED, states.Cancelled(ID))

    late = apply(stopped, states.Submitted(ID, 1, "ticket", AT, AT + MINUTE))

    assert (late.status, late.ticket, late.deadline) == (JobStatus.FAILED, "ticket", AT + MINUTE)


def test_a_retry_starts_afresh_and_is_counted() -> None:
    failed = apply(POLLED, states.Failed(ID, 1, "no", Cause.ORDER))

    again = apply(failed, states.Retried(ID))

    assert (again.status, again.retry_count, again.attempt) == (JobStatus.WAITING, 1, 1)
    assert (again.error, again.cause, again.ticket, again.check_at) == (None, None, None, None)


def test_a_reset_drops_output_and_charge() -> None:
    again = apply(evolve(DONE, retry_count=2), states.Reset(ID))

    assert (again.output, again.charge, again.retry_count) == (None, None, 0)
    assert again.facts == {}


@pytest.mark.parametrize(
    ("job", "reusable"),
    [
        (DONE, True),
        (evolve(DONE, charge=evolve(PAID, refunded=True)), False),
        (evolve(DONE, charge=None), False),
        (evolve(DONE, charge=None, reused_from=JobId("job_0")), True),
        (evolve(DONE, charge=evolve(PAID, credits=0)), True),
        (CLAIMED, False),
    ],
)
def test_only_what_is_finished_and_paid_can_be_reused(job: Job, reusable: bool) -> None:  # noqa: FBT001 - a table's column
    assert job.is_reusable is reusable


def stopped_while(job: Job) -> Job:
    return apply(job, states.Cancelled(ID))


def test_a_ticket_that_comes_late_is_kept_with_its_times() -> None:
    late = states.Submitted(ID, 1, "ticket", AT + MINUTE, AT + 60 * MINUTE)

    job = apply(stopped_while(CLAIMED), late)

    assert (job.status, job.ticket) == (JobStatus.FAILED, "ticket")
    assert (job.check_at, job.deadline) == (AT + MINUTE, AT + 60 * MINUTE)


def test_a_result_that_comes_late_is_kept_with_its_facts() -> None:
    job = apply(stopped_while(POLLED), states.Succeeded(ID, 1, AssetId("late"), {"frames": 9}))

    assert (job.status, job.output, job.facts) == (JobStatus.FAILED, "late", {"frames": 9})
    assert job.ticket is None
    assert not job.is_owed


def test_a_late_result_of_what_was_given_back_is_refused_by_name() -> None:
    given_back = evolve(stopped_while(POLLED), charge=evolve(PAID, refunded=True))

    with pytest.raises(IllegalEventError) as caught:
        apply(given_back, states.Succeeded(ID, 1, AssetId("late")))

    error = caught.value
    assert (error.job, error.status, error.event) == (ID, JobStatus.FAILED, "late Succeeded")


# -- what each event changes, and that it changes nothing else ---------------------------

FULL = evolve(
    CLAIMED,
    begun=True,
    sent=True,
    ticket="old",
    check_at=AT,
    deadline=AT + 9 * MINUTE,
    fraction=0.25,
    crashes=1,
    strays=4,
    doubts=1,
    deferrals=2,
    retry_count=1,
    output=AssetId("old"),
    facts={"frames": 1},
    error="old",
    cause=Cause.ORDER,
    stopped=JobStatus.POLLING,
    reused_from=JobId("job_0"),
)
LATER = AT + 5 * MINUTE
AFRESH = {
    "crashes": 0, "strays": 0, "doubts": 0, "begun": False, "deferrals": 0, "error": None,
    "cause": None, "fraction": None,
    "ticket": None, "check_at": None, "deadline": None, "sent": False, "lease_until": None,
    "stopped": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("before", "event", "changes"),
    [
        ("waiting", states.Readied(ID), {"status": "pending"}),
        (
            "pending",
            states.Claimed(ID, 2, LATER),
            {
                "status": "processing", "attempt": 2, "lease_until": LATER, "begun": False,
                "sent": False,
            },
        ),
        ("processing", states.Sent(ID, 1, LATER), {"sent": True, "lease_until": LATER}),
        ("processing", states.Doubted(ID, 1, LATER), {"sent": True, "lease_until": LATER}),
        ("processing", states.Renewed(ID, 1, LATER), {"lease_until": LATER}),
        ("processing", states.Renewed(ID, 1, AT), {}),
        ("processing", states.Released(ID, 1), {"status": "pending"}),
        (
            "processing",
            states.Deferred(ID, 1, LATER),
            {
                "status": "pending", "deferrals": 3, "lease_until": None, "sent": False,
                "check_at": LATER, "error": None,
            },
        ),
        (
            "processing",
            states.Submitted(ID, 1, "new", LATER, LATER + MINUTE),
            {
                "status": "polling", "ticket": "new", "check_at": LATER,
                "deadline": LATER + MINUTE, "lease_until": None,
            },
        ),
        ("polling", states.Asked(ID, 1, LATER), {"lease_until": LATER}),
        (
            "polling",
            states.Checked(ID, 1, LATER, 0.5),
            {"check_at": LATER, "lease_until": None, "fraction": 0.5},
        ),
        (
            "polling",
            states.Succeeded(ID, 1, AssetId("new"), {"frames": 2}),
            {
                "status": "completed", "output": "new", "facts": {"frames": 2},
                "lease_until": None, "fraction": None, "ticket": None,
            },
        ),
        (
            "processing",
            states.Failed(ID, 1, "no", Cause.OURS),
            {"status": "failed", "error": "no", "cause": Cause.OURS, "lease_until": None},
        ),
        (
            "processing",
            states.Expired(ID, 1),
            {
                "status": "pending", "crashes": 2, "doubts": 2, "lease_until": None,
                "begun": False, "sent": False,
            },
        ),
        (
            "pending",
            states.Cancelled(ID),
            {
                "status": "failed", "error": "Cancelled", "cause": Cause.CANCELLED,
                "lease_until": None, "stopped": JobStatus.PENDING,
            },
        ),
        ("failed", states.Retried(ID), {"status": "waiting", "retry_count": 2, **AFRESH}),
        (
            "completed",
            states.Reset(ID),
            {
                "status": "waiting", "retry_count": 0, "output": None, "facts": {},
                "reused_from": None, "charge": None, **AFRESH,
            },
        ),
    ],
)  # fmt: skip
def test_an_event_changes_this_and_nothing_else(
    before: str, event: states.Event, changes: dict[str, Any]
) -> None:
    job = evolve(FULL, status=JobStatus(before))

    assert apply(job, event) == evolve(job, **changes)


def test_a_job_given_back_before_its_call_left_is_free_at_once() -> None:
    idle = evolve(FULL, sent=False)

    assert apply(idle, states.Released(ID, 1)).lease_until is None
    assert apply(FULL, states.Released(ID, 1)).lease_until == AT + MINUTE


def test_an_event_of_another_attempt_is_refused_by_name() -> None:
    with pytest.raises(IllegalEventError) as caught:
        apply(FULL, states.Expired(ID, 7))

    error = caught.value
    assert (error.job, error.status, error.event) == (ID, "processing", "Expired of attempt 7")


def test_a_job_without_a_lease_or_not_at_work_is_never_overdue() -> None:
    assert not is_overdue(evolve(CLAIMED, lease_until=None), AT + 9 * MINUTE)
    assert not is_overdue(evolve(CLAIMED, status=JobStatus.PENDING), AT + 9 * MINUTE)
    assert not is_claimable(CLAIMED, AT)
    assert is_claimable(PENDING, AT)
