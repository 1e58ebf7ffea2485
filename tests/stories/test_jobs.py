"""
Cancel, retry, regenerate: every row of the money rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_adapters.memory import QueueRunner
from ars0n_core.errors import (
    CompositorError,
    ConcurrencyLimitError,
    InsufficientCreditsError,
    JobBusyError,
    JobNotRegenerableError,
    JobNotRetryableError,
    NotFoundError,
    PlanExpiredError,
    PriceExceededError,
    ProviderRejectedError,
    ProviderUnavailableError,
    RetriesExhaustedError,
    VersionCancelledError,
    VersionNotCancellableError,
)
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.projects import VersionStatus
from ars0n_core.usecases import billing
from ars0n_core.usecases.assets import delete, serve
from ars0n_core.usecases.jobs import cancel, regenerate, retry
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from ars0n_core.ids import JobId
    from ars0n_core.usecases.callers import Caller

    from .conftest import Stage

NO = ProviderRejectedError("Not this")


def clip_of(report: Any, scene: int = 0) -> Any:
    return next(
        job
        for job in report.jobs
        if job.operation is Operation.GENERATE_CLIP and job.scene_index == scene
    )


def failed_of(report: Any) -> Any:
    return next(job for job in report.jobs if job.status is JobStatus.FAILED)


def again(stage: Stage, job_id: JobId, caller: Caller | None = None, **rest: int) -> Any:
    return regenerate(stage.ports, stage.policy, caller or stage.caller, job_id, **rest)


def retried(stage: Stage, job_id: JobId, caller: Caller | None = None) -> Any:
    return retry(stage.ports, stage.policy, caller or stage.caller, job_id)


def failed_voice(stage: Stage, times: int = 1) -> Any:
    """
    A film whose voice was refused.
    """
    stage.flaky("speech").plan_fault("speak", *[NO] * times)
    return stage.finished()


# -- cancel --------------------------------------------------------------------------


def test_a_cancelled_ad_that_never_started_costs_nothing(stage: Stage) -> None:
    ordered = stage.order()

    stopped = cancel(stage.ports, stage.caller, ordered.version_id)

    assert (stopped.jobs_cancelled, stopped.credits_refunded) == (8, 140)
    assert stage.balance() == 1000
    report = stage.poll(ordered.version_id)
    assert report.status is VersionStatus.FAILED
    assert {job.error for job in report.jobs} == {"Cancelled"}


def test_what_is_at_work_or_done_when_cancelled_stays_paid(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order()
    stage.poll(ordered.version_id)
    runner.step()

    stopped = cancel(stage.ports, stage.caller, ordered.version_id)

    # Done: a picture. At work: two pictures and the voice. Not started: clips and cut.
    assert (stopped.jobs_cancelled, stopped.credits_refunded) == (7, 3 * 35 + 2)
    assert stage.balance() == 1000 - 33


def test_the_result_of_a_cancelled_job_that_stayed_paid_can_be_had(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order()
    stage.poll(ordered.version_id)
    cancel(stage.ports, stage.caller, ordered.version_id)

    while runner.step():
        pass

    report = stage.poll(ordered.version_id)
    made = [job for job in report.jobs if job.output]
    assert len(made) == 4
    assert {job.status for job in report.jobs} == {JobStatus.FAILED}
    assert serve(stage.ports, stage.policy, stage.caller, made[0].output).url
    assert stage.balance() == 1000 - 33


def test_a_clip_in_the_making_when_cancelled_is_collected(stage: Stage) -> None:
    stage.ports.clips.looks = 3
    ordered = stage.order()
    for _ in range(3):
        stage.poll(ordered.version_id)
    cancel(stage.ports, stage.caller, ordered.version_id)
    balance = stage.balance()

    for _ in range(60):
        report = stage.poll(ordered.version_id)

    clips = [job for job in report.jobs if job.operation is Operation.GENERATE_CLIP]
    assert all(clip.output for clip in clips)
    assert stage.balance() == balance == 1000 - 138
    assert report.status is VersionStatus.FAILED


def test_only_a_generating_version_can_be_cancelled(stage: Stage) -> None:
    report = stage.finished(stage.radio())

    with pytest.raises(VersionNotCancellableError):
        cancel(stage.ports, stage.caller, report.version_id)
    with pytest.raises(NotFoundError):
        cancel(stage.ports, stage.customer("theirs"), report.version_id)


def test_cancelling_twice_gives_back_once(stage: Stage) -> None:
    ordered = stage.order()
    cancel(stage.ports, stage.caller, ordered.version_id)

    with pytest.raises(VersionNotCancellableError):
        cancel(stage.ports, stage.caller, ordered.version_id)

    assert stage.balance() == 1000


def test_a_cancelled_version_can_be_neither_retried_nor_regenerated(stage: Stage) -> None:
    ordered = stage.order()
    stage.until_made(ordered.version_id, Operation.GENERATE_CLIP)
    cancel(stage.ports, stage.caller, ordered.version_id)
    report = stage.poll(ordered.version_id)

    with pytest.raises(VersionCancelledError):
        retried(stage, failed_of(report).id)
    with pytest.raises(VersionCancelledError):
        again(stage, clip_of(report).id)


# -- retry ---------------------------------------------------------------------------


def test_a_retry_costs_what_the_failure_gave_back_and_no_more(stage: Stage) -> None:
    report = failed_voice(stage)
    assert stage.balance() == 1000

    job = retried(stage, failed_of(report).id)

    assert (job.status, job.retry_count) == (JobStatus.PENDING, 1)
    assert stage.balance() == 860
    report = stage.finish(report.version_id)
    assert report.status is VersionStatus.COMPLETED
    assert (stage.balance(), report.total_credits) == (860, 140)


def test_a_retry_charges_the_old_prices(stage: Stage) -> None:
    stage.policy = evolve(stage.policy, edition=1)
    report = failed_voice(stage)
    stage.policy = evolve(stage.policy, edition=2)

    retried(stage, failed_of(report).id)

    assert stage.balance() == 1000 - (3 * 20 + 3 * 35 + 3 + 2)


def test_a_retry_that_can_not_be_paid_changes_nothing(stage: Stage) -> None:
    poor = stage.customer("poor", 140)
    stage.flaky("speech").plan_fault("speak", NO)
    report = stage.finished(stage.film(image_asset_ids=(stage.asset(caller=poor),)), poor)
    stage.finished(stage.radio(), poor)

    with pytest.raises(InsufficientCreditsError) as caught:
        retried(stage, failed_of(report).id, poor)

    assert (caught.value.required, caught.value.available) == (140, 136)
    assert stage.poll(report.version_id, poor) == report


def test_a_retry_without_the_image_it_needs_changes_nothing(stage: Stage) -> None:
    picture = stage.asset()
    stage.flaky("images").plan_fault("edit", NO)
    report = stage.finished(stage.film(image_asset_ids=(picture,)))
    delete(stage.ports, stage.caller, picture)
    before = stage.balance()

    with pytest.raises(PlanExpiredError) as caught:
        retried(stage, failed_of(report).id)

    assert picture in caught.value.field_errors["plan"][0]
    assert stage.balance() == before
    assert stage.poll(report.version_id) == report


def test_a_gone_image_that_no_step_needs_again_is_no_hindrance(stage: Stage) -> None:
    picture = stage.asset()
    stage.flaky("compositor").plan_fault("render", ZeroDivisionError())
    report = stage.finished(stage.film(image_asset_ids=(picture,)))
    delete(stage.ports, stage.caller, picture)

    retried(stage, failed_of(report).id)

    assert stage.finish(report.version_id).status is VersionStatus.COMPLETED


def test_two_failed_jobs_are_retried_for_one_price(stage: Stage) -> None:
    stage.flaky("speech").plan_fault("speak", NO)
    stage.flaky("images").plan_fault("edit", NO)
    report = stage.finished()
    failed = [job.id for job in report.jobs if job.status is JobStatus.FAILED]
    assert len(failed) == 2

    for job_id in failed:
        retried(stage, job_id)

    assert stage.balance() == 860
    assert stage.finish(report.version_id).status is VersionStatus.COMPLETED


def test_retries_are_bounded(stage: Stage) -> None:
    report = failed_voice(stage, times=3)
    for _ in range(2):
        retried(stage, failed_of(report).id)
        report = stage.finish(report.version_id)

    with pytest.raises(RetriesExhaustedError):
        retried(stage, failed_of(report).id)

    assert stage.balance() == 1000


def test_only_failed_jobs_of_ones_own_can_be_retried(stage: Stage) -> None:
    report = stage.finished(stage.radio())

    with pytest.raises(JobNotRetryableError):
        retried(stage, report.jobs[0].id)
    with pytest.raises(NotFoundError):
        retried(stage, report.jobs[0].id, stage.customer("theirs"))


def test_a_retry_takes_a_slot(stage: Stage) -> None:
    report = failed_voice(stage)
    stage.order(stage.radio())

    with pytest.raises(ConcurrencyLimitError):
        retried(stage, failed_of(report).id)

    assert stage.balance() == 1000 - 4


def test_a_retry_while_the_rest_still_runs_charges_nothing(stage: Stage) -> None:
    stage.ports.clips.looks = 5
    stage.flaky("clips").plan_fault("submit", NO)
    ordered = stage.order()
    for _ in range(3):
        report = stage.poll(ordered.version_id)
    assert report.status is VersionStatus.GENERATING

    retried(stage, failed_of(report).id)

    assert stage.balance() == 860
    assert stage.finish(ordered.version_id).status is VersionStatus.COMPLETED
    assert stage.balance() == 860


def test_what_was_taken_before_a_refused_order_is_not_charged_twice(stage: Stage) -> None:
    later = ProviderUnavailableError("later")
    stage.flaky("clips").plan_fault("check", None, later, later, NO)
    ordered = stage.order()
    made = stage.until_made(ordered.version_id, Operation.GENERATE_CLIP)
    serve(stage.ports, stage.policy, stage.caller, made.output)
    report = stage.finish(ordered.version_id)
    assert stage.balance() == 965

    retried(stage, failed_of(report).id)

    assert stage.balance() == 860
    assert stage.finish(ordered.version_id).status is VersionStatus.COMPLETED


def test_what_was_taken_for_nothing_is_paid_for_once_the_order_is_at_fault(stage: Stage) -> None:
    faults = (ZeroDivisionError(), CompositorError("no picture in it", media="logo"))
    stage.flaky("compositor").plan_fault("render", *faults)
    ordered = stage.order(stage.film(logo_asset_id=stage.asset(note="logo")))
    made = stage.until_made(ordered.version_id, Operation.GENERATE_CLIP)
    serve(stage.ports, stage.policy, stage.caller, made.output)
    report = stage.finish(ordered.version_id)
    assert stage.balance() == 1000  # our fault: even what was taken is given back

    retried(stage, failed_of(report).id)
    assert stage.balance() == 860
    report = stage.finish(ordered.version_id)

    assert "no picture in it" in failed_of(report).error
    assert stage.balance() == 1000 - 35


def test_a_take_that_was_replaced_is_charged_again_by_a_retry_like_all_the_rest(
    stage: Stage,
) -> None:
    later = [ProviderUnavailableError("later")] * 5
    stage.flaky("clips").plan_fault("check", None, *later)
    faults = (ZeroDivisionError(), CompositorError("no picture in it", media="logo"))
    stage.flaky("compositor").plan_fault("render", *faults)
    ordered = stage.order(stage.film(logo_asset_id=stage.asset(note="logo")))
    made = stage.until_made(ordered.version_id, Operation.GENERATE_CLIP)
    serve(stage.ports, stage.policy, stage.caller, made.output)
    assert again(stage, made.id).cost == 45
    report = stage.finish(ordered.version_id)
    assert stage.balance() == 1000  # our fault: both takes are given back

    retried(stage, failed_of(report).id)
    assert stage.balance() == 1000 - 185
    report = stage.finish(ordered.version_id)

    assert "no picture in it" in failed_of(report).error
    assert stage.balance() == 1000 - 35  # the take that was fetched


# -- regenerate ----------------------------------------------------------------------


def test_a_scene_done_anew_costs_47(stage: Stage) -> None:
    report = stage.finished()
    clip = clip_of(report, 1)

    answer = again(stage, clip.id)

    assert answer.cost == 47
    edit = next(job.id for job in report.jobs if job.id in clip.depends_on)
    assert answer.jobs_reset == (edit, clip.id, report.jobs[-1].id)
    assert stage.poll(report.version_id).status is VersionStatus.GENERATING
    after = stage.finish(report.version_id)
    assert after.status is VersionStatus.COMPLETED
    assert after.total_credits == 187
    assert stage.balance() == 1000 - 187


def test_a_new_take_is_another_result_and_the_other_scenes_stay(stage: Stage) -> None:
    report = stage.finished()

    again(stage, clip_of(report, 1).id)
    after = stage.finish(report.version_id)

    assert clip_of(after, 0).output == clip_of(report, 0).output
    assert clip_of(after, 1).output != clip_of(report, 1).output
    seeds = [order.seed for order in stage.ports.clips.orders]
    assert len(seeds) == len(set(seeds)) == 4


def test_a_cut_that_has_not_run_is_not_charged_twice(stage: Stage) -> None:
    ordered = stage.order()
    stage.flaky("clips").plan_fault("check", None, *[ProviderUnavailableError("later")] * 5)
    made = stage.until_made(ordered.version_id, Operation.GENERATE_CLIP)

    assert again(stage, made.id).cost == 45
    assert stage.finish(ordered.version_id).status is VersionStatus.COMPLETED
    assert stage.balance() == 1000 - 185


def test_two_scenes_at_once_pay_one_cut(stage: Stage) -> None:
    report = stage.finished()

    costs = [again(stage, clip_of(report, scene).id).cost for scene in (0, 1)]

    assert costs == [47, 45]
    with pytest.raises(JobNotRegenerableError):
        again(stage, clip_of(report, 0).id)
    assert stage.finish(report.version_id).status is VersionStatus.COMPLETED


def test_a_cut_in_the_making_is_waited_for(stage: Stage) -> None:
    runner = QueueRunner()
    ordered = stage.order()
    for _ in range(3):
        stage.poll(ordered.version_id)
    stage.ports = evolve(stage.ports, runner=runner)
    report = stage.poll(ordered.version_id)
    assert report.jobs[-1].status is JobStatus.PROCESSING

    with pytest.raises(JobBusyError):
        again(stage, clip_of(report).id)


def test_a_failed_regeneration_gives_back_its_price_and_keeps_the_ad(stage: Stage) -> None:
    report = stage.finished()
    stage.flaky("clips").plan_fault("submit", NO)
    again(stage, clip_of(report, 1).id)

    after = stage.finish(report.version_id)

    assert after.status is VersionStatus.COMPLETED
    assert after.output == report.output
    assert [job.output for job in after.jobs] == [job.output for job in report.jobs]
    assert stage.balance() == 860


def test_every_regeneration_in_a_failed_run_is_given_back(stage: Stage) -> None:
    report = stage.finished()
    clips = stage.flaky("clips")
    again(stage, clip_of(report, 0).id)
    clips.plan_fault("check", None)
    stage.until_made(report.version_id, Operation.GENERATE_CLIP)
    for _ in range(4):
        if clip_of(stage.poll(report.version_id), 0).status is JobStatus.COMPLETED:
            break
    stage.flaky("compositor").plan_fault("render", ZeroDivisionError())

    after = stage.finish(report.version_id)

    assert after.output == report.output
    assert stage.balance() == 860


def test_a_refunded_take_is_not_served(stage: Stage) -> None:
    report = stage.finished()
    stage.flaky("compositor").plan_fault("render", ZeroDivisionError())
    again(stage, clip_of(report, 0).id)
    old = clip_of(report, 0).output
    taken = None
    while taken is None:
        seen = clip_of(stage.poll(report.version_id), 0)
        taken = seen.output if seen.status is JobStatus.COMPLETED else None

    stage.finish(report.version_id)

    assert serve(stage.ports, stage.policy, stage.caller, old).url
    with pytest.raises(NotFoundError):
        serve(stage.ports, stage.policy, stage.caller, taken)


def test_the_last_finished_ad_can_be_had_while_a_scene_is_done_anew(stage: Stage) -> None:
    report = stage.finished()
    again(stage, clip_of(report, 0).id)
    stage.poll(report.version_id)

    assert serve(stage.ports, stage.policy, stage.caller, report.output).url


def test_a_cancelled_regeneration_keeps_the_ad_and_gives_back_what_never_started(
    stage: Stage,
) -> None:
    report = stage.finished()
    again(stage, clip_of(report, 0).id)

    stopped = cancel(stage.ports, stage.caller, report.version_id)

    assert (stopped.jobs_cancelled, stopped.credits_refunded) == (3, 47)
    after = stage.poll(report.version_id)
    assert (after.status, after.output) == (VersionStatus.COMPLETED, report.output)
    assert stage.balance() == 860


def test_a_regeneration_after_a_failed_one_is_charged_and_given_back_for_itself(
    stage: Stage,
) -> None:
    report = stage.finished()
    clips = stage.flaky("clips")
    for _ in range(3):
        clips.plan_fault("submit", NO)
        again(stage, clip_of(report, 0).id)
        assert stage.finish(report.version_id).output == report.output
        assert stage.balance() == 860

    again(stage, clip_of(report, 0).id)
    assert stage.finish(report.version_id).status is VersionStatus.COMPLETED
    assert stage.balance() == 860 - 47


def test_a_regeneration_is_refused_for_the_right_reasons(stage: Stage) -> None:
    picture = stage.asset()
    report = stage.finished(stage.film(image_asset_ids=(picture,)))
    clip = clip_of(report).id

    with pytest.raises(JobNotRegenerableError):
        again(stage, report.jobs[0].id)
    with pytest.raises(NotFoundError):
        again(stage, clip, stage.customer("theirs", 100))
    with pytest.raises(PriceExceededError):
        again(stage, clip, max_credits=46)
    running = stage.order(stage.radio())
    with pytest.raises(ConcurrencyLimitError):
        again(stage, clip)
    stage.finish(running.version_id)
    delete(stage.ports, stage.caller, picture)
    with pytest.raises(PlanExpiredError):
        again(stage, clip)
    assert stage.balance() == 1000 - 140 - 4


def test_a_failed_version_is_retried_before_it_is_regenerated(stage: Stage) -> None:
    stage.flaky("compositor").plan_fault("render", ZeroDivisionError())
    report = stage.finished()

    with pytest.raises(JobNotRegenerableError, match="retry"):
        again(stage, clip_of(report).id)


def test_a_partner_switched_off_mid_run_gets_no_credits_out_of_it(stage: Stage) -> None:
    partner = stage.customer("partner", unlimited=True)
    ordered = stage.order(stage.radio(), partner)
    billing.set_unlimited(stage.ports, partner.organization.id, unlimited=False)

    cancel(stage.ports, partner, ordered.version_id)

    assert stage.balance(partner) == 0
    assert stage.balance(partner, "receivable") == 0


def test_a_clip_that_fails_beside_a_regenerated_scene_does_not_hang_when_retried(
    stage: Stage,
) -> None:
    later = ProviderUnavailableError("later")
    clips = stage.flaky("clips")
    clips.plan_fault("check", None, later, later, later, later, NO)
    images = stage.flaky("images")
    ordered = stage.order()
    made = stage.until_made(ordered.version_id, Operation.GENERATE_CLIP)
    images.plan_fault("edit", NO)
    again(stage, made.id)
    report = stage.finish(ordered.version_id)
    assert report.status is VersionStatus.FAILED
    assert stage.balance() == 1000

    failed = {job.operation: job.id for job in report.jobs if job.status is JobStatus.FAILED}
    assert set(failed) == {Operation.EDIT_IMAGE, Operation.GENERATE_CLIP}
    retried(stage, failed[Operation.GENERATE_CLIP])
    assert stage.finish(ordered.version_id).status is VersionStatus.FAILED
    assert stage.balance() == 1000
    retried(stage, failed[Operation.EDIT_IMAGE])

    assert stage.finish(ordered.version_id).status is VersionStatus.COMPLETED
