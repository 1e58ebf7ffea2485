"""
A plan costs nothing, is priced, and is bounded.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.assets import AssetKind
from ars0n_core.errors import (
    AssetNotOwnedError,
    InvalidRequestError,
    NotFoundError,
    PlanExpiredError,
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
    QuotaExceededError,
    RateLimitExceededError,
)
from ars0n_core.ids import AssetId
from ars0n_core.plans.model import Plan, Segment
from ars0n_core.specs.model import CustomClip
from ars0n_core.usecases.plan import plan

if TYPE_CHECKING:
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.usecases.plan import Planned

    from .conftest import Stage


def planned(stage: Stage, spec: AdSpec) -> Planned:
    return plan(stage.ports, stage.policy, stage.caller, spec)


def test_a_plan_is_whole_priced_and_free(stage: Stage) -> None:
    pictures = (stage.asset(), stage.asset())

    answer = planned(stage, stage.film(duration_seconds=30, image_asset_ids=pictures))

    assert len(answer.plan.scenes) == 5
    assert {scene.image_asset_id for scene in answer.plan.scenes} == set(pictures)
    assert all(scene.edit_prompt and scene.motion_prompt for scene in answer.plan.scenes)
    assert (answer.estimate.total, len(answer.estimate.lines)) == (232, 12)
    assert answer.duration_seconds == 30
    assert stage.balance() == 1000


def test_what_no_taker_would_take_is_refused_with_all_that_is_wrong(stage: Stage) -> None:
    def faults(spec: AdSpec) -> set[str]:
        with pytest.raises(InvalidRequestError) as refused:
            plan(stage.ports, stage.policy, stage.caller, spec, deliver=("dv360", "nobody"))
        return set(refused.value.field_errors)

    assert faults(stage.film(duration_seconds=60)) == {"deliver"}
    # of an ad whose length is none nothing is said that another length would change
    assert faults(stage.film(duration_seconds=20)) == {"duration_seconds"}


def test_a_plan_may_be_asked_for_without_images(stage: Stage) -> None:
    answer = planned(stage, stage.film(image_asset_ids=()))

    assert answer.estimate.total == 140


def test_the_planned_price_is_the_charged_price(stage: Stage) -> None:
    spec = stage.film()
    answer = planned(stage, spec)

    assert stage.order(spec, plan=answer.plan).total_credits == answer.estimate.total


def test_custom_clips_lengthen_the_ad(stage: Stage) -> None:
    clip = CustomClip(0, stage.asset(AssetKind.VIDEO, seconds=10), 10, "See it.")

    answer = planned(stage, stage.film(custom_clips=(clip,)))

    assert answer.duration_seconds == 25
    assert answer.estimate.total == 142


def test_faults_and_strangers_assets_are_refused(stage: Stage) -> None:
    theirs = stage.asset(caller=stage.customer("theirs"))

    with pytest.raises(InvalidRequestError):
        planned(stage, stage.film(prompt=""))
    with pytest.raises(InvalidRequestError):
        planned(stage, stage.film(voice_id="nobody"))
    with pytest.raises(NotFoundError):
        planned(stage, stage.film(image_asset_ids=(AssetId("gone"),)))
    with pytest.raises(AssetNotOwnedError):
        planned(stage, stage.film(image_asset_ids=(theirs,)))


def test_plans_are_rationed_by_the_hour(stage: Stage) -> None:
    spec = stage.radio()
    for _ in range(30):
        planned(stage, spec)

    with pytest.raises(QuotaExceededError) as caught:
        planned(stage, spec)
    assert caught.value.quota == "plans"

    stage.clock.pass_by(timedelta(hours=1, seconds=1))
    planned(stage, spec)


def test_what_can_not_be_counted_is_denied(stage: Stage) -> None:
    stage.flaky("rates").plan_fault("hit", PortError("away"))

    with pytest.raises(RateLimitExceededError):
        planned(stage, stage.radio())


def test_a_refused_prompt_is_a_fault_of_the_prompt(stage: Stage) -> None:
    stage.flaky("planner").plan_fault("plan", ProviderRejectedError("Not about this"))

    with pytest.raises(InvalidRequestError) as caught:
        planned(stage, stage.film())

    assert caught.value.field_errors == {"prompt": ("Not about this",)}


def test_a_useless_plan_is_the_planners_fault(stage: Stage) -> None:
    class Rambler:
        def plan(self, spec: object, pictures: object) -> Plan:
            return Plan(segments=(Segment(text="word " * 500, scene_index=0),))

    stage.ports = evolve(stage.ports, planner=Rambler())

    with pytest.raises(ProviderUnavailableError):
        planned(stage, stage.radio())


def test_a_plan_that_is_given_is_completed_and_priced_as_it_is(stage: Stage) -> None:
    spec = stage.film()
    first = plan(stage.ports, stage.policy, stage.caller, spec).plan
    asked = stage.ports.planner.asked
    longer = [evolve(s, duration_seconds=8, motion_prompt="") for s in first.scenes[:2]]
    bare = evolve(first, scenes=tuple(longer), segments=first.segments[:2])

    told = plan(stage.ports, stage.policy, stage.caller, spec, given=bare)

    assert stage.ports.planner.asked == asked
    assert all(scene.motion_prompt for scene in told.plan.scenes)
    assert told.estimate.total == 2 * (10 + 48) + 3 + 2


def test_a_plan_of_other_images_has_expired(stage: Stage) -> None:
    told = plan(stage.ports, stage.policy, stage.caller, stage.film()).plan

    with pytest.raises(PlanExpiredError):
        plan(stage.ports, stage.policy, stage.caller, stage.film(), given=told)
