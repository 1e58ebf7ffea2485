"""
Whatever happens to its jobs, a run obeys its graph and comes to an end.
"""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ars0n_core.ids import AssetId, JobId, VersionId
from ars0n_core.pipelines import graph, outcomes, report, states
from ars0n_core.pipelines.commands import CheckClip, SubmitClip
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.pipelines.jobs import Charge
from ars0n_core.pipelines.states import TERMINAL, Cause, JobStatus
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.typical import typical
from ars0n_core.specs.model import AdSpec
from ars0n_core.testing.strategies_histories import runs

if TYPE_CHECKING:
    from ars0n_core.pipelines.commands import Command
    from ars0n_core.pipelines.graph import Pipeline
    from ars0n_core.testing.strategies_histories import Run

START = datetime(2026, 3, 1, tzinfo=UTC)
VERSION = VersionId("ver_1")
BOUNDS = Bounds()
ITEMS = break_down(
    spec := AdSpec(
        prompt="x", duration_seconds=15, voice_id="ada", image_asset_ids=(AssetId("a"),)
    ),
    typical(spec),
)
PRICE = 5
OUTCOMES = st.sampled_from(
    ["done", "done", "done", "refused", "broken", "busy", "lost", "released", "slow"]
)


def fresh() -> Pipeline:
    return graph.build(
        ITEMS,
        job_ids=[JobId(item.key) for item in ITEMS],
        charges={item.key: Charge(credits=PRICE, account="prepaid", serial=1) for item in ITEMS},
    )


def event_of(command: Command, outcome: str, now: datetime) -> states.Event | None:
    """
    Return what comes of a command, or None when nobody ever says.
    """
    job, attempt = command.job, command.attempt
    soon = now + timedelta(seconds=5)
    match outcome:
        case "lost":
            return None
        case "refused":
            return states.Failed(job, attempt, "no", Cause.ORDER)
        case "broken":
            return states.Failed(job, attempt, "oh", Cause.OURS)
        case "released":
            return states.Released(job, attempt)
        case "busy" | "slow" if isinstance(command, CheckClip):
            return states.Checked(job, attempt, soon, 0.5)
        case "busy":
            return states.Deferred(job, attempt, soon)
        case _ if isinstance(command, SubmitClip):
            return states.Submitted(job, attempt, "t", soon, now + timedelta(hours=47))
        case _:
            return states.Succeeded(job, attempt, AssetId(f"{job}-{attempt}"))


def obeys(before: Pipeline, after: Pipeline, commands: tuple[Command, ...]) -> None:
    for job_id, job in after.jobs.items():
        assert job.attempt >= before.jobs[job_id].attempt
        if job.status not in {JobStatus.WAITING, JobStatus.FAILED}:
            assert all(after.jobs[need].status is JobStatus.COMPLETED for need in job.needs)
        if job.status is JobStatus.PROCESSING:
            assert job.lease_until is not None
        if job.status is JobStatus.POLLING:
            assert job.ticket
            assert job.deadline
    assert len({command.job for command in commands}) == len(commands)


@given(st.lists(OUTCOMES, min_size=10, max_size=60), st.data())
def test_a_run_obeys_its_graph_and_ends(script: list[str], data: st.DataObject) -> None:
    pipeline, now = fresh(), START
    left = list(script)
    progress = [0]
    conclusion = None
    for _ in range(400):
        before = pipeline
        pipeline, commands = graph.claim(pipeline, version=VERSION, now=now, bounds=BOUNDS)
        obeys(before, pipeline, commands)
        for command in data.draw(st.permutations(commands)) if left else commands:
            event = event_of(command, left.pop() if left else "done", now)
            if event is not None:
                pipeline = graph.record(pipeline, event)
        progress.append(report.progress(pipeline))
        pipeline, conclusion = outcomes.conclude(pipeline)
        if conclusion is not None:
            break
        now += timedelta(minutes=5)

    assert conclusion is not None, "the run never ended"
    assert progress == sorted(progress)
    assert (progress[-1] == 100) == conclusion.completed
    assert len({(r.job, r.serial) for r in conclusion.refunds}) == len(conclusion.refunds)
    if not conclusion.completed:
        causes = {job.cause for job in pipeline.jobs.values() if job.cause}
        assert causes <= {Cause.OURS, Cause.ORDER, Cause.ABANDONED}
        assert sum(refund.credits for refund in conclusion.refunds) == PRICE * len(ITEMS)


@given(st.lists(OUTCOMES, max_size=40), st.integers(0, 12))
def test_cancelling_at_any_moment_stops_all_and_keeps_what_was_begun(
    script: list[str], moment: int
) -> None:
    pipeline, now = fresh(), START
    left = list(script)
    for _ in range(moment):
        pipeline, commands = graph.claim(pipeline, version=VERSION, now=now, bounds=BOUNDS)
        for command in commands:
            event = event_of(command, left.pop() if left else "slow", now)
            if event is not None:
                pipeline = graph.record(pipeline, event)
        pipeline, conclusion = outcomes.conclude(pipeline)
        if conclusion is not None:
            return
        now += timedelta(seconds=10)
    idle = {
        job.id
        for job in pipeline.jobs.values()
        if job.status in {JobStatus.WAITING, JobStatus.PENDING}
    }
    ours = any(job.cause is Cause.OURS for job in pipeline.jobs.values())

    stopped, count = graph.cancel(pipeline)
    after, conclusion = outcomes.conclude(stopped)

    assert all(job.status in TERMINAL for job in after.jobs.values())
    assert count == sum(job.status not in TERMINAL for job in pipeline.jobs.values())
    assert conclusion is not None
    if not ours:
        assert {refund.job for refund in conclusion.refunds} == idle


HISTORIES_MIN = 1400
"""
With what the machines play, more than 2,000 histories in an ordinary run.
"""

ONE_SCENE = break_down(spec, evolve(typical(spec), scenes=typical(spec).scenes[:1]))


@settings(max_examples=max(HISTORIES_MIN, settings().max_examples))
@given(runs(ONE_SCENE, steps_max=20))
def test_every_history_keeps_its_order_and_its_money(run: Run) -> None:
    for before, after in itertools.pairwise(run.pipelines):
        obeys(before, after, ())
        assert report.progress(before) <= report.progress(after)
    charged = {job.id: job.charge.credits for job in run.last.jobs.values() if job.charge}

    pipeline, conclusion = outcomes.conclude(run.last)
    _, again = outcomes.conclude(pipeline)

    statuses = {job.status for job in run.last.jobs.values()}
    ended = statuses == {JobStatus.COMPLETED} or (
        JobStatus.FAILED in statuses and not statuses & states.RUNNING
    )
    assert (conclusion is not None) == ended
    if conclusion is None or again is None:
        return
    given = {refund.job: refund.credits for refund in conclusion.refunds}
    assert len(given) == len(conclusion.refunds)
    assert again.refunds == ()
    assert conclusion.completed == (statuses == {JobStatus.COMPLETED})
    assert given == ({} if conclusion.completed else charged)  # nothing was handed out
    assert all(job.is_paid for job in pipeline.jobs.values()) == conclusion.completed
