"""
Every (status, event) pair is decided, for this attempt and for any other.
"""

from __future__ import annotations

import itertools
import typing
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from ars0n_core.errors import IllegalEventError
from ars0n_core.ids import AssetId, JobId
from ars0n_core.pipelines import states
from ars0n_core.pipelines.jobs import Charge, Job, apply
from ars0n_core.pipelines.states import Cause, Event, JobStatus, status_after
from ars0n_core.work import Operation, WorkItem

AT = datetime(2026, 3, 1, tzinfo=UTC)
JOB = JobId("job_1")
ATTEMPT = 4

EVENTS: dict[str, Event] = {
    "Readied": states.Readied(JOB),
    "Claimed": states.Claimed(JOB, ATTEMPT + 1, AT),
    "Sent": states.Sent(JOB, ATTEMPT, AT),
    "Doubted": states.Doubted(JOB, ATTEMPT, AT),
    "Renewed": states.Renewed(JOB, ATTEMPT, AT),
    "Released": states.Released(JOB, ATTEMPT),
    "Deferred": states.Deferred(JOB, ATTEMPT, AT),
    "Submitted": states.Submitted(JOB, ATTEMPT, "ticket", AT, AT),
    "Asked": states.Asked(JOB, ATTEMPT, AT),
    "Checked": states.Checked(JOB, ATTEMPT, AT, 0.5),
    "Succeeded": states.Succeeded(JOB, ATTEMPT, AssetId("asset_1")),
    "Failed": states.Failed(JOB, ATTEMPT, "no", Cause.OURS),
    "Expired": states.Expired(JOB, ATTEMPT),
    "Cancelled": states.Cancelled(JOB),
    "Retried": states.Retried(JOB),
    "Reset": states.Reset(JOB),
}

DECIDED = """
            waiting pending    processing polling   completed failed
Readied     pending -          -          -         -         -
Claimed     -       processing -          -         -         -
Sent        -       -          processing -         -         -
Doubted     -       -          processing -         -         -
Renewed     -       -          processing -         -         -
Released    -       -          pending    polling   -         -
Deferred    -       -          pending    -         -         -
Submitted   -       -          polling    -         -         failed
Asked       -       -          -          polling   -         -
Checked     -       -          -          polling   -         -
Succeeded   -       -          completed  completed -         failed
Failed      -       -          failed     failed    -         -
Expired     -       -          pending    -         -         -
Cancelled   failed  failed     failed     failed    -         -
Retried     -       -          -          -         -         waiting
Reset       -       waiting    -          -         waiting   -
"""


def decided() -> dict[tuple[str, str], str]:
    """
    Return the table above, as {(status, event): status after}.
    """
    head, *rows = DECIDED.strip().splitlines()
    columns = head.split()
    return {
        (status, row.split()[0]): after
        for row in rows
        for status, after in zip(columns, row.split()[1:], strict=True)
    }


def job_in(status: str) -> Job:
    return Job(
        id=JOB,
        item=WorkItem(key="voice", operation=Operation.SPEAK),
        fingerprint="f" * 64,
        status=JobStatus(status),
        attempt=ATTEMPT,
        charge=Charge(credits=3, account="prepaid", serial=1),
    )


def test_every_event_and_every_status_is_in_the_table() -> None:
    kinds = {kind.__name__ for kind in typing.get_args(Event)}

    assert set(EVENTS) == kinds
    assert set(decided()) == set(itertools.product(map(str, JobStatus), kinds))


@pytest.mark.parametrize(("status", "event"), sorted(decided()))
def test_each_pair_is_decided_as_written(status: str, event: str) -> None:
    after = decided()[status, event]
    job = job_in(status)

    if after == "-":
        with pytest.raises(IllegalEventError) as caught:
            status_after(JOB, JobStatus(status), EVENTS[event])
        assert (caught.value.job, caught.value.status) == (JOB, status)
        with pytest.raises(IllegalEventError):
            apply(job, EVENTS[event])
    else:
        assert status_after(JOB, JobStatus(status), EVENTS[event]) is JobStatus(after)
        assert apply(job, EVENTS[event]).status is JobStatus(after)


@pytest.mark.parametrize("status", [status.value for status in JobStatus])
@pytest.mark.parametrize("event", sorted(n for n, e in EVENTS.items() if hasattr(e, "attempt")))
@pytest.mark.parametrize("off", [-2, -1, 1])
def test_an_event_of_another_attempt_never_happens(status: str, event: str, off: int) -> None:
    due = ATTEMPT + 1 if event == "Claimed" else ATTEMPT
    given: Any = EVENTS[event]

    with pytest.raises(IllegalEventError):
        apply(job_in(status), evolve(given, attempt=due + off))


def test_a_finished_job_leaves_only_by_the_customers_wish() -> None:
    exits = {
        event
        for (status, event), after in decided().items()
        if status in {"completed", "failed"} and after not in {"-", status}
    }

    assert exits == {"Retried", "Reset"}
