"""
What happens although nobody asks.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import evolve

from ars0n_adapters.memory import QueueRunner
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.projects import VersionStatus
from ars0n_core.usecases.jobs import retry
from ars0n_core.usecases.sweep import sweep

if TYPE_CHECKING:
    from .conftest import Stage

DAY = timedelta(hours=24)


def test_a_worker_makes_an_ad_nobody_polls_for(stage: Stage) -> None:
    ordered = stage.order()

    for _ in range(6):
        sweep(stage.ports, stage.policy, drives=True)
        stage.clock.pass_by(timedelta(seconds=10))

    version = stage.version(ordered.version_id)
    assert version.status is VersionStatus.COMPLETED
    assert sweep(stage.ports, stage.policy, drives=True).generating == 0


def test_what_was_asked_of_a_provider_is_collected_and_stays_paid(stage: Stage) -> None:
    ordered = stage.order()
    for _ in range(2):
        stage.poll(ordered.version_id)

    for _ in range(30):
        stage.clock.pass_by(timedelta(hours=1))
        sweep(stage.ports, stage.policy)

    version = stage.version(ordered.version_id)
    outputs = [job.output for job in version.pipeline.jobs.values()]
    assert version.status is VersionStatus.FAILED
    assert sum(output is not None for output in outputs) == 7
    assert stage.balance() == 1000 - 138


def test_an_order_nobody_ever_polled_is_given_up_and_given_back(stage: Stage) -> None:
    ordered = stage.order()

    stage.clock.pass_by(DAY - timedelta(seconds=1))
    assert sweep(stage.ports, stage.policy).abandoned == 0
    stage.clock.pass_by(timedelta(seconds=1))
    assert sweep(stage.ports, stage.policy).abandoned == 1

    assert stage.version(ordered.version_id).status is VersionStatus.FAILED
    assert stage.balance() == 1000
    stage.order(stage.radio())


def test_a_given_up_order_can_be_taken_up_again_by_one_retry(stage: Stage) -> None:
    ordered = stage.order()
    stage.clock.pass_by(DAY)
    sweep(stage.ports, stage.policy)
    job_id = next(iter(stage.version(ordered.version_id).pipeline.jobs))

    retry(stage.ports, stage.policy, stage.caller, job_id)

    assert stage.balance() == 860
    assert stage.finish(ordered.version_id).status is VersionStatus.COMPLETED
    assert stage.balance() == 860


def test_a_result_that_nobody_fetched_in_time_stays_paid(stage: Stage) -> None:
    stage.ports.clips.looks = 10_000
    ordered = stage.order()
    for _ in range(3):
        stage.poll(ordered.version_id)
    stage.clock.pass_by(stage.policy.ticket_lifetime + DAY)

    report = stage.finish(ordered.version_id)

    assert report.status is VersionStatus.FAILED
    assert stage.balance() == 1000 - 138


def test_jobs_of_a_dead_process_are_put_back(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())
    stage.poll(ordered.version_id)
    runner.waiting.clear()

    stage.clock.pass_by(stage.policy.bounds.lease)
    sweep(stage.ports, stage.policy)

    jobs = tuple(stage.version(ordered.version_id).pipeline.jobs.values())
    assert jobs[0].status is JobStatus.PENDING
    assert not runner.waiting


def test_an_order_at_work_is_not_given_up_however_long_nobody_asks(stage: Stage) -> None:
    stage.ports.clips.looks = 10_000
    ordered = stage.order()
    for _ in range(3):
        stage.poll(ordered.version_id)
    stage.clock.pass_by(DAY)

    assert sweep(stage.ports, stage.policy).abandoned == 0
    assert stage.version(ordered.version_id).status is VersionStatus.GENERATING


def test_what_a_sweep_finds_decided_is_not_given_up_as_well(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    stage.policy = evolve(stage.policy, bounds=evolve(stage.policy.bounds, strays_max=1))
    ordered = stage.order(stage.radio())
    stage.poll(ordered.version_id)
    runner.waiting.clear()
    stage.clock.pass_by(DAY)

    swept = sweep(stage.ports, stage.policy)

    assert (swept.generating, swept.abandoned) == (1, 0)
    assert stage.version(ordered.version_id).status is VersionStatus.FAILED
    assert stage.balance() == 1000
