"""
Edits are incremental builds: what is unchanged is taken over, what is new is paid.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_core.assets import AssetKind
from ars0n_core.errors import (
    AssetNotOwnedError,
    ConcurrencyLimitError,
    InsufficientCreditsError,
    InvalidRequestError,
    NotFoundError,
    PlanExpiredError,
    PriceExceededError,
    ProviderRejectedError,
    VersionNotEditableError,
)
from ars0n_core.ids import AssetId
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.plans.model import Plan, Segment
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.model import CustomClip
from ars0n_core.usecases.assets import delete, serve
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.jobs import regenerate
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_core.ids import VersionId
    from ars0n_core.usecases.callers import Caller

    from .conftest import Stage


def edited(stage: Stage, version_id: VersionId, caller: Caller | None = None, **rest: Any) -> Any:
    return edit(stage.ports, stage.policy, caller or stage.caller, version_id, **rest)


def reworded(plan: Plan, scene: int = 1) -> Plan:
    scenes = list(plan.scenes)
    scenes[scene] = evolve(scenes[scene], description="Something else entirely")
    return evolve(plan, scenes=tuple(scenes))


def respoken(plan: Plan) -> Plan:
    first = Segment(text="Other words.", scene_index=plan.scenes[0].scene_index)
    return evolve(plan, segments=(first, *plan.segments[1:]))


def retimed(plan: Plan, seconds: float) -> Plan:
    return evolve(plan, scenes=(evolve(plan.scenes[0], duration_seconds=seconds), *plan.scenes[1:]))


@pytest.mark.parametrize(
    ("change", "price", "reused"),
    [
        (lambda plan: plan, 0, 8),
        (respoken, 5, 6),
        (reworded, 47, 5),
        (lambda plan: evolve(plan, music_mood="waltz"), 2, 7),
        (lambda plan: retimed(plan, 5), 2, 7),
        (lambda plan: retimed(plan, 8), 50, 6),
        (lambda plan: evolve(plan, call_to_action="Call now"), 2, 7),
    ],
    ids=["nothing", "script", "description", "music", "same-class", "longer", "action"],
)
def test_only_what_is_new_is_charged(
    stage: Stage, change: Callable[[Plan], Plan], price: int, reused: int
) -> None:
    report = stage.finished()
    plan = change(stage.version(report.version_id).plan)

    quoted = edited(stage, report.version_id, plan=plan, dry_run=True)
    answer = edited(stage, report.version_id, plan=plan)

    assert (answer.credits, len(answer.reused_jobs)) == (price, reused)
    assert (quoted.credits, quoted.new_keys) == (price, answer.new_keys)
    assert len(answer.new_jobs) == 8 - reused
    assert answer.project_id == report.project_id
    assert stage.balance() == 860 - price
    after = stage.finish(answer.version_id)
    assert after.status is VersionStatus.COMPLETED
    assert after.total_credits == price


def test_reordering_scenes_keeps_every_picture_and_clip(stage: Stage) -> None:
    report = stage.finished()
    plan = stage.version(report.version_id).plan

    answer = edited(
        stage, report.version_id, plan=evolve(plan, scenes=tuple(reversed(plan.scenes)))
    )

    assert set(answer.new_keys) == {"voice", "film"}
    assert answer.credits == 5


def test_a_reused_job_says_where_it_comes_from(stage: Stage) -> None:
    report = stage.finished()
    plan = respoken(stage.version(report.version_id).plan)

    answer = edited(stage, report.version_id, plan=plan)

    jobs = {job.id: job for job in stage.poll(answer.version_id).jobs}
    before = {job.id: job for job in report.jobs}
    assert set(answer.reused_jobs) | set(answer.new_jobs) == set(jobs)
    for job_id in answer.reused_jobs:
        assert jobs[job_id].status is JobStatus.COMPLETED
        assert jobs[job_id].output == before[jobs[job_id].reused_from].output


def test_an_edit_that_changes_nothing_is_finished_at_once(stage: Stage) -> None:
    report = stage.finished()
    busy = stage.order(stage.radio())

    answer = edited(stage, report.version_id)

    after = stage.poll(answer.version_id)
    assert (after.status, after.progress) == (VersionStatus.COMPLETED, 100)
    assert after.output == report.output
    stage.finish(busy.version_id)


def test_a_client_may_send_only_the_documented_fields(stage: Stage) -> None:
    report = stage.finished()
    plan = stage.version(report.version_id).plan
    bare = Plan(
        segments=plan.segments,
        scenes=tuple(
            evolve(scene, image_asset_id=None, edit_prompt="", motion_prompt="")
            for scene in plan.scenes
        ),
    )

    assert edited(stage, report.version_id, plan=bare, dry_run=True).credits == 0


def test_custom_clips_are_added_for_the_price_of_the_cut(stage: Stage) -> None:
    report = stage.finished()
    clip = CustomClip(1, stage.asset(AssetKind.VIDEO, seconds=4), 4)

    answer = edited(stage, report.version_id, custom_clips=[clip])

    assert answer.new_keys == ("film",)
    stage.finish(answer.version_id)
    assert stage.ports.compositor.cuts[-1].frames == 19 * 30


def test_a_take_is_kept_by_edits_after_it(stage: Stage) -> None:
    report = stage.finished()
    clip = next(job for job in report.jobs if job.operation is Operation.GENERATE_CLIP)
    regenerate(stage.ports, stage.policy, stage.caller, clip.id)
    stage.finish(report.version_id)
    plan = respoken(stage.version(report.version_id).plan)

    assert edited(stage, report.version_id, plan=plan).credits == 5


def test_after_a_failed_regeneration_the_restored_takes_are_reused(stage: Stage) -> None:
    report = stage.finished()
    clip = next(job for job in report.jobs if job.operation is Operation.GENERATE_CLIP)
    stage.flaky("clips").plan_fault("submit", ProviderRejectedError("No"))
    regenerate(stage.ports, stage.policy, stage.caller, clip.id)
    stage.finish(report.version_id)

    answer = edited(stage, report.version_id)

    assert answer.credits == 0
    assert stage.poll(answer.version_id).output == report.output


def test_a_failed_edit_gives_back_what_it_charged(stage: Stage) -> None:
    report = stage.finished()
    stage.flaky("speech").plan_fault("speak", ProviderRejectedError("No"))
    plan = respoken(stage.version(report.version_id).plan)

    answer = edited(stage, report.version_id, plan=plan)

    assert stage.finish(answer.version_id).status is VersionStatus.FAILED
    assert stage.balance() == 860
    assert serve(stage.ports, stage.policy, stage.caller, report.output).url


def test_a_version_that_is_generating_or_failed_can_not_be_edited(stage: Stage) -> None:
    ordered = stage.order()
    with pytest.raises(VersionNotEditableError, match="generating"):
        edited(stage, ordered.version_id)

    stage.flaky("speech").plan_fault("speak", ProviderRejectedError("No"))
    stage.finish(ordered.version_id)
    with pytest.raises(VersionNotEditableError, match="no finished ad"):
        edited(stage, ordered.version_id)


def test_an_edit_is_refused_for_the_right_reasons_and_charges_nothing(stage: Stage) -> None:
    report = stage.finished()
    version_id = report.version_id
    plan = reworded(stage.version(version_id).plan)
    theirs = stage.asset(AssetKind.VIDEO, caller=stage.customer("theirs"))

    with pytest.raises(NotFoundError):
        edited(stage, version_id, stage.customer("others"))
    with pytest.raises(InvalidRequestError):
        edited(stage, version_id, plan=evolve(plan, scenes=()))
    with pytest.raises(NotFoundError):
        edited(stage, version_id, custom_clips=[CustomClip(0, AssetId("gone"), 2)])
    with pytest.raises(AssetNotOwnedError):
        edited(stage, version_id, custom_clips=[CustomClip(0, theirs, 2)])
    with pytest.raises(PriceExceededError):
        edited(stage, version_id, plan=plan, max_credits=46)
    assert stage.balance() == 860


def test_an_edit_takes_a_slot_and_needs_the_money(stage: Stage) -> None:
    poor = stage.customer("poor", 150)
    report = stage.finished(stage.film(image_asset_ids=(stage.asset(caller=poor),)), poor)
    plan = reworded(stage.version(report.version_id).plan)

    with pytest.raises(InsufficientCreditsError):
        edited(stage, report.version_id, poor, plan=plan)
    stage.order(stage.radio(), poor)
    with pytest.raises(ConcurrencyLimitError):
        edited(stage, report.version_id, poor, plan=respoken(plan))


def test_a_gone_image_matters_only_where_it_is_needed_again(stage: Stage) -> None:
    picture = stage.asset()
    report = stage.finished(stage.film(image_asset_ids=(picture,)))
    plan = stage.version(report.version_id).plan
    delete(stage.ports, stage.caller, picture)

    assert edited(stage, report.version_id, plan=respoken(plan)).credits == 5
    with pytest.raises(PlanExpiredError):
        edited(stage, report.version_id, plan=reworded(plan))


def test_a_blob_that_is_gone_is_made_and_priced_anew(stage: Stage) -> None:
    report = stage.finished()
    voice = next(job for job in report.jobs if job.operation is Operation.SPEAK)
    with stage.ports.store.transaction() as tx:
        stage.blobs.delete(tx.assets.find(voice.output).blob_key)

    answer = edited(stage, report.version_id, dry_run=True)

    assert (answer.new_keys, answer.credits) == (("voice",), 3)


def test_what_a_test_key_made_is_not_reused_for_free(stage: Stage) -> None:
    tester = stage.customer("tester", 1000, key="sk_test_")
    report = stage.finished(stage.film(image_asset_ids=(stage.asset(caller=tester),)), tester)
    assert tester.key
    live = evolve(tester, key=evolve(tester.key, hint="sk_live_abcd"))

    assert edited(stage, report.version_id, live, dry_run=True).credits == 140
    assert edited(stage, report.version_id, tester, dry_run=True).credits == 0


def test_a_radio_ad_takes_no_custom_clips(stage: Stage) -> None:
    report = stage.finished(stage.radio())
    clip = CustomClip(position=0, asset_id=stage.asset(AssetKind.VIDEO), duration_seconds=6)

    with pytest.raises(InvalidRequestError) as caught:
        edited(stage, report.version_id, custom_clips=(clip,))

    assert set(caught.value.field_errors) == {"custom_clips"}
