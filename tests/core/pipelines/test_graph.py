"""
The jobs of a version together: what starts when, and how a run ends.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core import work
from ars0n_core.errors import (
    IllegalEventError,
    JobBusyError,
    JobNotRegenerableError,
    JobNotRetryableError,
    NotFoundError,
    RetriesExhaustedError,
)
from ars0n_core.ids import ApiKeyId, AssetId, JobId, VersionId
from ars0n_core.pipelines import commands, graph, outcomes, report, states
from ars0n_core.pipelines.graph import Bounds, Pipeline
from ars0n_core.pipelines.jobs import Charge, Job
from ars0n_core.pipelines.states import Cause, JobStatus
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs.model import AdSpec
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from ars0n_core.pipelines.commands import Command

AT = datetime(2026, 3, 1, tzinfo=UTC)
VERSION = VersionId("ver_1")
BOUNDS = Bounds()
SPEC = AdSpec(
    prompt="A lamp", duration_seconds=15, voice_id="ada", image_asset_ids=(AssetId("asset_0"),)
)
PLAN = Plan(
    segments=(Segment(text="Hello.", scene_index=0),),
    scenes=tuple(
        Scene(
            scene_index=i,
            description=f"Scene {i}",
            duration_seconds=8,
            image_asset_id=AssetId("asset_0"),
        )
        for i in range(2)
    ),
)
PRICES = {"edit-0": 10, "edit-1": 10, "clip-0": 48, "clip-1": 48, "voice": 3, "film": 2}


def fresh() -> Pipeline:
    items = break_down(SPEC, PLAN)
    return graph.build(
        items,
        job_ids=[JobId(item.key) for item in items],
        charges={
            key: Charge(credits=price, account="prepaid", serial=1) for key, price in PRICES.items()
        },
    )


def claimed(
    pipeline: Pipeline, now: datetime = AT, *, starts: bool = True
) -> tuple[Pipeline, tuple[Command, ...]]:
    return graph.claim(pipeline, version=VERSION, now=now, bounds=BOUNDS, starts=starts)


def done(pipeline: Pipeline, *keys: str) -> Pipeline:
    for key in keys:
        job = pipeline.jobs[JobId(key)]
        pipeline = graph.record(
            pipeline, states.Succeeded(job.id, job.attempt, AssetId(f"made-{key}-{job.attempt}"))
        )
    return pipeline


def failed(pipeline: Pipeline, key: str, cause: Cause = Cause.ORDER) -> Pipeline:
    job = pipeline.jobs[JobId(key)]
    return graph.record(pipeline, states.Failed(job.id, job.attempt, "no", cause))


def up_to_clips() -> Pipeline:
    pipeline, _ = claimed(fresh())
    return done(pipeline, "edit-0", "edit-1", "voice")


def up_to_film() -> Pipeline:
    pipeline, _ = claimed(up_to_clips())
    return done(pipeline, "clip-0", "clip-1")


def finished() -> Pipeline:
    pipeline, _ = claimed(up_to_film())
    return done(pipeline, "film")


def statuses(pipeline: Pipeline) -> dict[str, str]:
    return {str(job.id): job.status.value for job in pipeline.jobs.values()}


def refunds(pipeline: Pipeline) -> dict[str, int]:
    _, conclusion = outcomes.conclude(pipeline)
    assert conclusion is not None
    return {str(refund.job): refund.credits for refund in conclusion.refunds}


def test_what_needs_nothing_is_ready_from_the_start() -> None:
    assert statuses(fresh()) == {
        "edit-0": "pending", "edit-1": "pending", "voice": "pending",
        "clip-0": "waiting", "clip-1": "waiting", "film": "waiting",
    }  # fmt: skip


def test_claiming_takes_each_job_once() -> None:
    pipeline, first = claimed(fresh())
    _, second = claimed(pipeline)

    assert [type(command) for command in first] == [
        commands.EditImage,
        commands.EditImage,
        commands.Speak,
    ]
    assert {(command.version, command.attempt) for command in first} == {(VERSION, 1)}
    assert second == ()


def test_clips_wait_until_every_cheap_step_has_proved_the_order() -> None:
    pipeline, _ = claimed(fresh())
    pipeline = done(pipeline, "edit-0", "voice")

    assert statuses(pipeline)["clip-0"] == "pending"
    assert claimed(pipeline)[1] == ()
    pipeline = done(pipeline, "edit-1")
    assert [command.job for command in claimed(pipeline)[1]] == ["clip-0", "clip-1"]


def test_nothing_new_starts_once_a_job_has_failed() -> None:
    pipeline, _ = claimed(up_to_clips())
    pipeline = done(failed(pipeline, "clip-0"), "clip-1")

    assert claimed(pipeline)[1] == ()


def test_unless_told_to_start_only_what_was_started_is_followed_up() -> None:
    assert claimed(fresh(), starts=False)[1] == ()
    pipeline, _ = claimed(up_to_clips())
    pipeline = graph.record(
        pipeline, states.Submitted(JobId("clip-0"), 1, "ticket", AT, AT + timedelta(hours=1))
    )
    (asked,) = claimed(pipeline, starts=False)[1]
    assert isinstance(asked, commands.CheckClip)


def test_a_ticket_is_asked_about_by_one_at_a_time_and_only_when_due() -> None:
    pipeline, _ = claimed(up_to_clips())
    due = AT + timedelta(seconds=5)
    pipeline = graph.record(
        pipeline, states.Submitted(JobId("clip-0"), 1, "ticket", due, AT + timedelta(hours=1))
    )

    assert claimed(pipeline, AT)[1] == ()
    pipeline, first = claimed(pipeline, due)
    _, second = claimed(pipeline, due)

    assert [command.job for command in first] == ["clip-0"]
    assert second == ()
    a_look_later = due + timedelta(seconds=120)
    assert claimed(pipeline, a_look_later - timedelta(seconds=1))[1] == ()
    assert [command.job for command in claimed(pipeline, a_look_later)[1]] == ["clip-0"]


def test_a_lost_job_goes_back_and_is_given_up_after_so_many_times() -> None:
    pipeline, now = fresh(), AT
    attempts = []
    for _ in range(BOUNDS.crashes_max):
        pipeline, taken = claimed(pipeline, now)
        attempts.append([command.attempt for command in taken])
        for command in taken:
            begun = states.Renewed(command.job, command.attempt, now + BOUNDS.lease, begun=True)
            pipeline = graph.record(pipeline, begun)
        now += BOUNDS.lease
    pipeline, taken = claimed(pipeline, now)

    assert attempts == [[1, 1, 1], [2, 2, 2], [3, 3, 3]]
    assert taken == ()
    assert statuses(pipeline)["voice"] == "failed"
    assert refunds(pipeline) == PRICES
    voice = pipeline.jobs[JobId("voice")]
    assert voice.error == "The job was lost 3 times and is given up"
    assert voice.cause is Cause.OURS


@pytest.mark.parametrize("losses", [BOUNDS.crashes_max, BOUNDS.strays_max - 1, BOUNDS.strays_max])
def test_a_job_that_never_began_is_lost_many_times_before_it_is_given_up(losses: int) -> None:
    pipeline, now = fresh(), AT
    for _ in range(losses):
        pipeline, taken = claimed(pipeline, now)
        assert len(taken) == 3
        now += BOUNDS.lease

    pipeline, taken = claimed(pipeline, now)

    over = losses == BOUNDS.strays_max
    assert [command.attempt for command in taken] == ([] if over else [losses + 1] * 3)
    assert statuses(pipeline)["voice"] == ("failed" if over else "processing")
    _, conclusion = outcomes.conclude(pipeline)
    assert (conclusion is not None) is over


def test_a_call_without_an_answer_is_made_again_once() -> None:
    pipeline, now = fresh(), AT
    attempts = []
    for _ in range(BOUNDS.repeats_max + 2):
        pipeline, taken = claimed(pipeline, now)
        attempts.append([command.attempt for command in taken if command.job == "voice"])
        for command in taken:
            if command.job == "voice":
                left = states.Sent(command.job, command.attempt, now + BOUNDS.lease)
                pipeline = graph.record(pipeline, left)
        now += BOUNDS.lease

    assert attempts == [[1], [2], []]
    voice = pipeline.jobs[JobId("voice")]
    assert (voice.status, voice.cause) == (JobStatus.FAILED, Cause.OURS)
    assert voice.error
    assert "No answer came" in voice.error
    # The customer's own retry asks anew, and may again be answered late.
    again, _ = graph.retry(pipeline, voice.id, bounds=BOUNDS)
    assert (again.jobs[voice.id].crashes, again.jobs[voice.id].doubts) == (0, 0)


def test_a_worker_lost_before_its_call_left_takes_nothing_from_the_one_repetition() -> None:
    pipeline, now = fresh(), AT
    for leaves in (False, True, True):
        pipeline, taken = claimed(pipeline, now)
        (voice,) = (command for command in taken if command.job == "voice")
        if leaves:
            left = states.Sent(voice.job, voice.attempt, now + BOUNDS.lease)
            pipeline = graph.record(pipeline, left)
        now += BOUNDS.lease

    assert voice.attempt == 3


def lapsed(last_look: timedelta) -> Pipeline:
    pipeline, _ = claimed(up_to_clips())
    deadline = AT + timedelta(hours=47)
    for key in ("clip-0", "clip-1"):
        pipeline = graph.record(pipeline, states.Submitted(JobId(key), 1, "ticket", AT, deadline))
    pipeline, _ = claimed(pipeline)
    for key in ("clip-0", "clip-1"):
        pipeline = graph.record(pipeline, states.Checked(JobId(key), 1, deadline - last_look))
    return claimed(pipeline, deadline)[0]


@pytest.mark.parametrize("last_look", [timedelta(minutes=1), timedelta(hours=1)])
def test_a_provider_that_was_silent_to_the_end_is_our_fault(last_look: timedelta) -> None:
    pipeline = lapsed(last_look)

    assert refunds(pipeline) == PRICES
    told = "The provider gave no verdict before the order lapsed"
    assert [job.error for job in report.jobs(pipeline) if job.error] == [told, told]


def test_an_answer_nobody_fetched_in_time_stays_paid() -> None:
    assert refunds(lapsed(timedelta(hours=40))) == {"film": 2}


def test_a_run_is_undecided_while_anything_is_at_work() -> None:
    pipeline, _ = claimed(fresh())

    assert outcomes.conclude(failed(pipeline, "voice"))[1] is None


@pytest.mark.parametrize(
    ("cause", "expected"),
    [
        (Cause.OURS, PRICES),
        (Cause.ORDER, {key: PRICES[key] for key in PRICES if key != "edit-0"}),
    ],
)
def test_whose_fault_it_was_decides_what_is_given_back(
    cause: Cause, expected: dict[str, int]
) -> None:
    pipeline = outcomes.mark_delivered(up_to_clips(), JobId("edit-0"))
    pipeline, _ = claimed(pipeline)
    pipeline = failed(done(pipeline, "clip-1"), "clip-0", cause)

    assert refunds(pipeline) == expected


def test_our_fault_outweighs_the_orders() -> None:
    pipeline = outcomes.mark_delivered(up_to_clips(), JobId("edit-0"))
    pipeline, _ = claimed(pipeline)
    pipeline = failed(failed(pipeline, "clip-0"), "clip-1", Cause.OURS)

    assert refunds(pipeline) == PRICES


def test_what_was_given_back_is_given_back_once_and_leaves_the_pool() -> None:
    pipeline, _ = claimed(fresh())
    pipeline = failed(done(pipeline, "edit-0", "edit-1"), "voice")

    pipeline, first = outcomes.conclude(pipeline)
    _, second = outcomes.conclude(pipeline)

    assert first is not None
    assert first.refunds
    assert second is not None
    assert second.refunds == ()
    assert not any(job.is_reusable for job in pipeline.jobs.values())
    assert not any(told.output for told in report.jobs(pipeline))


def test_cancelling_gives_back_what_never_started() -> None:
    pipeline, _ = claimed(up_to_clips())

    pipeline, stopped = graph.cancel(pipeline)

    assert stopped == 3
    assert refunds(pipeline) == {"film": 2}


def test_a_finished_ad_concludes() -> None:
    _, conclusion = outcomes.conclude(finished())

    assert conclusion == outcomes.Conclusion(completed=True)


def test_a_finished_regeneration_leaves_nothing_to_return_to() -> None:
    pipeline, _ = claimed(regenerated(finished(), 0, 1))
    pipeline, _ = claimed(done(pipeline, "edit-0"))
    pipeline, _ = claimed(done(pipeline, "clip-0"))

    pipeline, conclusion = outcomes.conclude(done(pipeline, "film"))

    assert conclusion == outcomes.Conclusion(completed=True)
    assert not pipeline.fallback


def regenerated(pipeline: Pipeline, scene: int, take: int) -> Pipeline:
    key = f"clip-{scene}"
    items = [
        evolve(item, take=take) if item.key in {key, f"edit-{scene}"} else item
        for item in (job.item for job in pipeline.jobs.values())
    ]
    pipeline, _, owed = graph.regenerate(pipeline, JobId(key), items=items)
    prices = {job_id: (PRICES[job_id], "prepaid") for job_id in owed}
    return outcomes.charged(pipeline, prices)


def test_a_failed_regeneration_returns_to_the_ad_there_was() -> None:
    before = finished()
    pipeline, _ = claimed(regenerated(before, 0, 1))
    pipeline = failed(pipeline, "edit-0")

    assert refunds(pipeline) == {"edit-0": 10, "clip-0": 48, "film": 2}
    after, conclusion = outcomes.conclude(pipeline)
    assert conclusion is not None
    assert conclusion.restored
    assert {key: job.output for key, job in after.jobs.items()} == {
        key: job.output for key, job in before.jobs.items()
    }
    assert not after.fallback
    # Attempts and charges go on counting: what is late is stale, what was charged is known.
    assert after.jobs[JobId("edit-0")].attempt == 2
    for job in after.jobs.values():
        serials = [charge.serial for charge in (job.charge, *job.past) if charge]
        assert len(serials) == len(set(serials))


def test_a_reused_scene_that_is_done_anew_in_vain_is_what_it_was() -> None:
    items = break_down(SPEC, PLAN)
    before = graph.build(
        items,
        job_ids=[JobId(item.key) for item in items],
        charges={},
        reused={job.item.key: job for job in finished().jobs.values()},
    )
    pipeline, _ = claimed(regenerated(before, 0, 1))
    first = pipeline.jobs[JobId("edit-0")].charge
    assert first
    assert first.serial == 1

    after, conclusion = outcomes.conclude(failed(pipeline, "edit-0", Cause.OURS))

    assert conclusion is not None
    assert {refund.serial for refund in conclusion.refunds} == {1}
    job = after.jobs[JobId("edit-0")]
    assert (job.charge, [charge.refunded for charge in job.past]) == (None, [True])
    assert job.reused_from == "edit-0"
    again = regenerated(after, 0, 2).jobs[JobId("edit-0")].charge
    assert again
    assert again.serial == 2


def test_a_take_that_was_replaced_is_given_back_once_with_its_run() -> None:
    pipeline = regenerated(up_to_film(), 0, 1)
    pipeline, _ = claimed(pipeline)
    pipeline = failed(pipeline, "edit-0", Cause.OURS)

    pipeline, first = outcomes.conclude(pipeline)
    _, second = outcomes.conclude(pipeline)

    assert first is not None
    assert sorted((r.job, r.serial) for r in first.refunds if r.job == "clip-0") == [
        ("clip-0", 1), ("clip-0", 2),
    ]  # fmt: skip
    assert second is not None
    assert second.refunds == ()


def test_a_retry_is_owed_takes_that_were_replaced_before_any_ad_and_no_settled_ones() -> None:
    pipeline = outcomes.mark_delivered(up_to_film(), JobId("clip-0"))
    pipeline, _ = claimed(regenerated(pipeline, 0, 1))
    pipeline, _ = outcomes.conclude(failed(pipeline, "edit-0", Cause.OURS))
    pipeline, owed = graph.retry(pipeline, JobId("edit-0"), bounds=BOUNDS)

    pipeline, made = outcomes.charged_again(pipeline, owed, account="prepaid")

    assert sum(charge.credits for _, charge in made) == sum(PRICES.values()) + 10 + 48
    clip = pipeline.job(JobId("clip-0"))
    assert clip.charge is not None
    assert (clip.charge.serial, [c.serial for c in clip.past]) == (3, [4])
    assert (clip.charge.delivered, [c.delivered for c in clip.past]) == (False, [True])
    assert (
        graph.retry(failed(claimed(pipeline)[0], "edit-0"), JobId("edit-0"), bounds=BOUNDS)[1] == ()
    )

    # nor what the order's fault left paid, for it was taken
    pipeline = outcomes.mark_delivered(up_to_film(), JobId("clip-0"))
    pipeline, _ = claimed(regenerated(pipeline, 0, 1))
    pipeline, _ = outcomes.conclude(failed(pipeline, "edit-0", Cause.ORDER))
    pipeline, owed = graph.retry(pipeline, JobId("edit-0"), bounds=BOUNDS)
    pipeline, made = outcomes.charged_again(pipeline, owed, account="prepaid")
    assert sum(charge.credits for _, charge in made) == sum(PRICES.values()) + 10
    assert [charge.serial for charge in pipeline.job(JobId("clip-0")).past] == [1]

    # of a finished ad's regenerations only what is at stake now
    pipeline, _ = claimed(regenerated(finished(), 0, 1))
    pipeline, _ = outcomes.conclude(failed(pipeline, "edit-0", Cause.OURS))
    pipeline, _ = claimed(regenerated(pipeline, 0, 2))
    pipeline = failed(pipeline, "edit-0", Cause.OURS)
    assert graph.retry(pipeline, JobId("edit-0"), bounds=BOUNDS)[1] == ()


def test_what_was_reused_is_handed_out_without_a_charge_to_mark() -> None:
    items = break_down(SPEC, PLAN)
    pipeline = graph.build(
        items,
        job_ids=[JobId(item.key) for item in items],
        charges={},
        reused={"edit-0": finished().jobs[JobId("edit-0")]},
    )

    assert outcomes.mark_delivered(pipeline, JobId("edit-0")) is pipeline


@pytest.mark.parametrize("key", ["edit-0", "film"])
def test_only_finished_clips_are_done_anew(key: str) -> None:
    with pytest.raises(JobNotRegenerableError) as caught:
        graph.regenerate(finished(), JobId(key), items=())

    told = "Only completed video_generation jobs can be regenerated"
    assert caught.value.form_errors == (told,)


def test_a_second_regeneration_in_one_run_is_given_back_too_and_an_earlier_run_is_not() -> None:
    pipeline = regenerated(finished(), 0, 1)
    pipeline, _ = claimed(pipeline)
    pipeline, _ = graph.cancel(pipeline)
    pipeline, first = outcomes.conclude(pipeline)
    assert first is not None
    assert {r.job for r in first.refunds} == {"clip-0", "film"}

    pipeline, _ = claimed(regenerated(pipeline, 0, 2))
    pipeline, _ = claimed(done(pipeline, "edit-0"))
    pipeline = regenerated(done(pipeline, "clip-0"), 0, 3)
    assert statuses(pipeline)["film"] == "waiting"
    pipeline, _ = claimed(pipeline)
    pipeline = failed(pipeline, "edit-0", Cause.OURS)
    _, conclusion = outcomes.conclude(pipeline)

    assert conclusion is not None
    given = [(refund.job, refund.serial) for refund in conclusion.refunds]
    assert sorted(given) == [
        ("clip-0", 3), ("clip-0", 4), ("edit-0", 3), ("edit-0", 4), ("film", 3),
    ]  # fmt: skip


def test_a_late_answer_to_a_dropped_take_is_stale() -> None:
    pipeline, _ = claimed(regenerated(finished(), 0, 1))
    late = states.Succeeded(JobId("edit-0"), 2, AssetId("late"))
    pipeline, _ = graph.cancel(pipeline)
    pipeline, _ = outcomes.conclude(pipeline)

    with pytest.raises(IllegalEventError):
        graph.record(pipeline, late)


def test_retries_are_for_failed_jobs_and_bounded() -> None:
    pipeline, _ = claimed(fresh())
    with pytest.raises(JobNotRetryableError):
        graph.retry(pipeline, JobId("voice"), bounds=BOUNDS)
    with pytest.raises(NotFoundError) as caught:
        graph.retry(pipeline, JobId("none"), bounds=BOUNDS)
    assert (caught.value.kind, caught.value.id) == ("job", "none")
    for _ in range(BOUNDS.retries_max):
        pipeline, _ = graph.retry(failed(pipeline, "voice"), JobId("voice"), bounds=BOUNDS)
        pipeline, _ = claimed(pipeline)

    with pytest.raises(RetriesExhaustedError):
        graph.retry(failed(pipeline, "voice"), JobId("voice"), bounds=BOUNDS)


def test_a_retry_is_owed_what_was_given_back() -> None:
    pipeline, _ = claimed(fresh())
    pipeline = failed(done(pipeline, "edit-0", "edit-1"), "voice")
    pipeline, _ = outcomes.conclude(pipeline)

    pipeline, owed = graph.retry(pipeline, JobId("voice"), bounds=BOUNDS)
    assert {str(job.id): job.charge.credits for job in owed if job.charge} == PRICES
    pipeline, made = outcomes.charged_again(pipeline, owed, account="receivable")
    assert {str(job_id): charge.credits for job_id, charge in made} == PRICES

    charges = [job.charge for job in pipeline.jobs.values()]
    assert {(charge.serial, charge.account) for charge in charges if charge} == {(2, "receivable")}
    assert [command.job for command in claimed(pipeline)[1]] == ["voice"]


def test_an_abandoned_run_is_taken_up_whole() -> None:
    pipeline = graph.abandon(fresh(), "Nobody polled")
    pipeline, conclusion = outcomes.conclude(pipeline)
    assert conclusion is not None
    assert sum(refund.credits for refund in conclusion.refunds) == sum(PRICES.values())

    pipeline, _ = graph.retry(pipeline, JobId("voice"), bounds=BOUNDS)

    assert statuses(pipeline) == statuses(fresh())


def test_what_is_given_up_says_so() -> None:
    told = {(job.error, job.status) for job in report.jobs(graph.abandon(fresh(), "Nobody polled"))}

    assert told == {("Nobody polled", JobStatus.FAILED)}


def test_a_retry_takes_up_what_was_given_up_and_no_other_failure() -> None:
    pipeline, _ = outcomes.conclude(graph.abandon(lapsed(timedelta(hours=40)), "Nobody polled"))

    pipeline, _ = graph.retry(pipeline, JobId("clip-0"), bounds=BOUNDS)

    left = {key: status for key, status in statuses(pipeline).items() if status != "completed"}
    assert left == {"clip-0": "pending", "clip-1": "failed", "film": "waiting"}


# -- what was stopped and is still paid for ----------------------------------------------

LAPSES = AT + timedelta(hours=47)
DUE = AT + timedelta(seconds=5)


def stopped_in_the_making() -> Pipeline:
    """
    Cancelled with one clip ordered and the other about to be.
    """
    pipeline, _ = claimed(up_to_clips())
    pipeline = graph.record(pipeline, states.Submitted(JobId("clip-0"), 1, "ticket", DUE, LAPSES))
    pipeline, _ = outcomes.conclude(graph.cancel(pipeline)[0])
    return pipeline


def collected(pipeline: Pipeline, now: datetime) -> list[str]:
    return [str(command.job) for command in graph.collect(pipeline, version=VERSION, now=now)[1]]


def test_what_stays_paid_is_asked_for_when_it_is_due_until_it_lapses() -> None:
    pipeline = stopped_in_the_making()

    assert collected(pipeline, DUE - timedelta(seconds=1)) == []
    assert collected(pipeline, DUE) == ["clip-0"]
    assert collected(pipeline, LAPSES - timedelta(seconds=1)) == ["clip-0"]
    assert collected(pipeline, LAPSES) == []


def test_who_asks_for_it_is_the_only_one_for_a_while() -> None:
    pipeline, _ = graph.collect(stopped_in_the_making(), version=VERSION, now=DUE)

    assert collected(pipeline, DUE) == []
    assert collected(pipeline, DUE + timedelta(seconds=119)) == []
    assert collected(pipeline, DUE + timedelta(seconds=120)) == ["clip-0"]


def test_what_was_given_back_or_came_is_not_asked_for() -> None:
    pipeline = stopped_in_the_making()
    job = pipeline.jobs[JobId("clip-0")]
    assert job.charge
    given_back = evolve(job, charge=evolve(job.charge, refunded=True))
    idle = evolve(job, stopped=JobStatus.PENDING)
    came = states.Succeeded(JobId("clip-0"), 1, AssetId("late"))

    for one in (given_back, idle, evolve(job, ticket=None)):
        changed = evolve(pipeline, jobs={**pipeline.jobs, job.id: one})
        assert collected(changed, DUE) == []
    assert collected(graph.record(pipeline, came), DUE) == []


def test_a_reused_item_is_done_from_the_start_and_costs_nothing() -> None:
    items = break_down(SPEC, PLAN)
    made = finished().jobs[JobId("edit-0")]

    pipeline = graph.build(
        items,
        job_ids=[JobId(f"new-{item.key}") for item in items],
        charges={},
        reused={"edit-0": made},
    )

    job: Job = pipeline.jobs[JobId("new-edit-0")]
    assert (job.status, job.output, job.reused_from) == (JobStatus.COMPLETED, made.output, made.id)
    assert job.charge is None
    assert job.is_reusable
    assert pipeline.jobs[JobId("new-clip-0")].status is JobStatus.PENDING


def test_progress_counts_what_is_done_and_what_is_told() -> None:
    pipeline, _ = claimed(up_to_clips())
    assert report.progress(pipeline) == 50
    pipeline = graph.record(
        pipeline, states.Submitted(JobId("clip-0"), 1, "ticket", AT, AT + timedelta(hours=1))
    )
    pipeline = graph.record(pipeline, states.Checked(JobId("clip-0"), 1, AT, 0.6))
    assert report.progress(pipeline) == 60
    assert report.progress(failed(pipeline, "clip-0")) == 60
    assert report.progress(finished()) == 100


def test_progress_is_rounded_down_and_whole_only_with_the_ad() -> None:
    pipeline, _ = claimed(up_to_film())
    job = pipeline.jobs[JobId("film")]
    assert report.progress(pipeline) == 83  # five of six
    told = evolve(pipeline, jobs={**pipeline.jobs, job.id: evolve(job, fraction=1.0)})

    assert report.progress(told) == 99


def test_a_report_tells_what_a_job_holds_of_its_customers_money() -> None:
    pipeline, _ = claimed(up_to_clips())
    pipeline = graph.record(pipeline, states.Submitted(JobId("clip-0"), 1, "ticket", AT, LAPSES))
    pipeline = graph.record(pipeline, states.Checked(JobId("clip-0"), 1, AT, 0.6))
    before = {job.id: (job.credits, job.fraction) for job in report.jobs(pipeline)}
    pipeline, _ = outcomes.conclude(graph.cancel(pipeline)[0])
    after = {job.id: job.credits for job in report.jobs(pipeline)}

    assert before == {
        key: (price, 0.6 if key == "clip-0" else None) for key, price in PRICES.items()
    }
    assert after == {**PRICES, "film": 0}


def test_a_retry_is_refused_with_its_reason() -> None:
    pipeline, _ = claimed(fresh())
    with pytest.raises(JobNotRetryableError) as wrong:
        graph.retry(pipeline, JobId("voice"), bounds=BOUNDS)
    pipeline = failed(pipeline, "voice")
    voice = pipeline.jobs[JobId("voice")]
    used = evolve(pipeline, jobs={**pipeline.jobs, voice.id: evolve(voice, retry_count=2)})
    with pytest.raises(RetriesExhaustedError) as spent:
        graph.retry(used, JobId("voice"), bounds=BOUNDS)
    stopped, _ = graph.cancel(fresh())
    with pytest.raises(JobNotRetryableError):
        graph.retry(stopped, JobId("voice"), bounds=BOUNDS)

    assert wrong.value.form_errors == ("Only failed jobs can be retried; this one is processing",)
    assert spent.value.form_errors == ("Retry limit reached: 2 of 2 used",)


def test_a_cut_at_work_is_waited_for() -> None:
    pipeline, _ = claimed(up_to_film())

    with pytest.raises(JobBusyError):
        graph.regenerate(pipeline, JobId("clip-0"), items=())


def test_a_scene_done_anew_names_what_is_reset_and_what_is_owed() -> None:
    items = [job.item for job in finished().jobs.values()]

    _, renewed, owed = graph.regenerate(finished(), JobId("clip-1"), items=items)
    before, _ = outcomes.conclude(up_to_film())
    waiting, again, less = graph.regenerate(before, JobId("clip-1"), items=items)

    assert renewed == owed == ("edit-1", "clip-1", "film")
    assert again == ("edit-1", "clip-1", "film")
    assert less == ("edit-1", "clip-1")
    film = waiting.jobs[JobId("film")]
    assert (film.status, film.charge) == ("waiting", before.jobs[JobId("film")].charge)


def test_a_job_that_is_put_off_is_claimed_when_its_time_comes() -> None:
    pipeline, _ = claimed(fresh())
    job = pipeline.jobs[JobId("voice")]
    later = AT + timedelta(seconds=30)
    pipeline = graph.record(pipeline, states.Deferred(job.id, job.attempt, later))

    assert claimed(pipeline, later - timedelta(seconds=1))[1] == ()
    pipeline, (again,) = claimed(pipeline, later)
    assert (again.job, again.attempt) == ("voice", 2)
    assert pipeline.jobs[JobId("voice")].lease_until == later + BOUNDS.lease


def test_a_report_tells_all_of_a_job_that_its_customer_may_know() -> None:
    pipeline = up_to_clips()
    job = evolve(
        pipeline.jobs[JobId("edit-1")],
        facts={"width": 720},
        retry_count=1,
        reused_from=JobId("job_0"),
    )
    pipeline = evolve(pipeline, jobs={**pipeline.jobs, job.id: job})

    told = {one.id: one for one in report.jobs(pipeline)}

    assert told[JobId("edit-1")] == report.JobReport(
        id=JobId("edit-1"),
        operation=Operation.EDIT_IMAGE,
        status=JobStatus.COMPLETED,
        output=AssetId("made-edit-1-1"),
        error=None,
        scene_index=1,
        depends_on=(),
        retry_count=1,
        credits=10,
        reused_from=JobId("job_0"),
        facts={"width": 720},
    )
    assert told[JobId("clip-1")].depends_on == (JobId("edit-1"),)


def test_a_late_look_is_ordered_for_the_attempt_it_belongs_to() -> None:
    _, ordered = graph.collect(stopped_in_the_making(), version=VERSION, now=DUE)

    assert ordered == (commands.CheckClip(VERSION, JobId("clip-0"), 1),)


def test_what_was_reused_is_owed_nothing_on_a_retry() -> None:
    items = break_down(SPEC, PLAN)
    pipeline = graph.build(
        items,
        job_ids=[JobId(item.key) for item in items],
        charges={"voice": Charge(credits=3, account="prepaid", serial=1)},
        reused={"edit-0": finished().jobs[JobId("edit-0")]},
    )
    pipeline, _ = claimed(pipeline)
    pipeline = failed(done(pipeline, "edit-1"), "voice")
    pipeline, _ = outcomes.conclude(pipeline)

    _, owed = graph.retry(pipeline, JobId("voice"), bounds=BOUNDS)

    assert [job.id for job in owed] == ["voice"]


def test_what_is_charged_again_remembers_its_key_and_what_was_taken() -> None:
    pipeline = outcomes.mark_delivered(up_to_clips(), JobId("edit-0"))
    pipeline, _ = claimed(pipeline)
    pipeline = failed(done(pipeline, "clip-1"), "clip-0", Cause.OURS)
    pipeline, _ = outcomes.conclude(pipeline)
    pipeline, owed = graph.retry(pipeline, JobId("clip-0"), bounds=BOUNDS)

    pipeline, _ = outcomes.charged_again(
        pipeline, owed, account="prepaid", api_key_id=ApiKeyId("key_1")
    )

    charges = {job.id: job.charge for job in pipeline.jobs.values() if job.charge}
    assert {charge.api_key_id for charge in charges.values()} == {"key_1"}
    assert [key for key, charge in charges.items() if charge.delivered] == ["edit-0"]


def test_what_is_given_back_goes_where_it_came_from_and_to_its_key() -> None:
    items = break_down(SPEC, PLAN)
    pipeline = graph.build(
        items,
        job_ids=[JobId(item.key) for item in items],
        charges={
            key: Charge(credits=price, account="receivable", serial=1, api_key_id=ApiKeyId("key_1"))
            for key, price in PRICES.items()
        },
    )
    pipeline, _ = claimed(pipeline)
    pipeline, conclusion = outcomes.conclude(
        done(failed(pipeline, "voice", Cause.OURS), "edit-0", "edit-1")
    )

    assert conclusion is not None
    assert {(one.account, one.api_key_id) for one in conclusion.refunds} == {
        ("receivable", "key_1")
    }


def test_a_failed_regeneration_leaves_the_version_finished() -> None:
    pipeline, _ = claimed(regenerated(finished(), 0, 1))
    _, conclusion = outcomes.conclude(failed(pipeline, "edit-0"))

    assert conclusion is not None
    assert (conclusion.completed, conclusion.restored) == (True, True)


def test_a_finished_ad_has_nothing_of_another_to_return_to() -> None:
    pipeline, _ = outcomes.conclude(finished())

    assert pipeline.fallback == {}


def test_a_new_take_is_other_work_than_the_last() -> None:
    before = finished()
    after = regenerated(before, 0, 1)
    pairs = {
        key: (before.jobs[JobId(key)], after.jobs[JobId(key)])
        for key in ("edit-0", "clip-0", "film", "edit-1")
    }

    for key in ("edit-0", "clip-0"):
        old, new = pairs[key]
        assert (old.item.take, new.item.take) == (0, 1)
    for key in ("edit-0", "clip-0", "film"):
        old, new = pairs[key]
        assert new.fingerprint not in {None, old.fingerprint}
    assert pairs["edit-1"][0] == pairs["edit-1"][1]


def test_what_is_built_is_known_by_its_fingerprint_and_what_is_reused_with_its_facts() -> None:
    items = break_down(SPEC, PLAN)
    prints = work.fingerprints(items)
    before = finished()
    spoken = evolve(before.jobs[JobId("voice")], facts={"duration_seconds": 3.0})
    pipeline = graph.build(
        items,
        job_ids=[JobId(f"new-{item.key}") for item in items],
        charges={},
        reused={"voice": spoken},
    )

    assert {job.item.key: job.fingerprint for job in pipeline.jobs.values()} == prints
    assert pipeline.jobs[JobId("new-voice")].facts == {"duration_seconds": 3.0}


def test_a_look_at_a_ticket_is_ordered_for_its_version() -> None:
    pipeline, ordered = claimed(up_to_clips())
    submits = [one for one in ordered if isinstance(one, commands.SubmitClip)]
    for one in submits:
        pipeline = graph.record(
            pipeline,
            states.Submitted(one.job, one.attempt, "ticket", AT, AT + timedelta(hours=1)),
        )
    _, looks = claimed(pipeline, AT + timedelta(minutes=1))

    assert {(look.version, look.job) for look in looks} == {
        (VERSION, JobId("clip-0")),
        (VERSION, JobId("clip-1")),
    }


def test_where_nothing_is_to_be_done_nothing_is_new() -> None:
    pipeline, _ = claimed(fresh())

    after, ordered = claimed(pipeline)

    assert ordered == ()
    assert after is pipeline  # so that nobody stores it again


def test_an_event_that_may_not_happen_is_named_with_its_job() -> None:
    with pytest.raises(IllegalEventError) as caught:
        graph.record(fresh(), states.Retried(JobId("voice")))

    assert (caught.value.job, caught.value.event) == ("voice", "Retried")


def test_a_scene_is_done_anew_while_the_cut_still_waits_for_another() -> None:
    pipeline = done(claimed(up_to_clips())[0], "clip-0")

    pipeline, reset, owed = graph.regenerate(
        pipeline, JobId("clip-0"), items=[job.item for job in pipeline.jobs.values()]
    )

    assert (reset, owed) == (("edit-0", "clip-0", "film"), ("edit-0", "clip-0"))
    assert statuses(pipeline) == {
        "edit-0": "pending", "edit-1": "completed", "clip-0": "waiting", "clip-1": "processing",
        "voice": "completed", "film": "waiting",
    }  # fmt: skip


def test_a_new_take_is_charged_to_its_own_account_and_key() -> None:
    clip = JobId("clip-0")

    pipeline = outcomes.charged(finished(), {clip: (48, "receivable")}, api_key_id=ApiKeyId("k2"))

    assert pipeline.job(clip).charge == Charge(
        credits=48, account="receivable", serial=2, api_key_id=ApiKeyId("k2")
    )


def test_a_charge_that_stood_keeps_no_other_from_being_charged_again() -> None:
    # The later take was taken and stays paid; the one it replaced was given back.
    job = finished().job(JobId("clip-0"))
    kept = Charge(credits=48, account="prepaid", serial=2, delivered=True)
    returned = Charge(credits=35, account="prepaid", serial=1, refunded=True)

    pipeline, made = outcomes.charged_again(
        finished(), [evolve(job, charge=kept, past=(returned,))], account="prepaid"
    )

    again = Charge(credits=35, account="prepaid", serial=3)
    assert made == ((job.id, again),)
    assert (pipeline.job(job.id).charge, pipeline.job(job.id).past) == (kept, (again,))
