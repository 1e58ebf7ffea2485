"""
What can't be spoken or drawn is refused before anything is charged, by field.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.errors import InvalidRequestError
from ars0n_core.specs.model import AdSpec, CaptionStyle
from ars0n_core.usecases.generate import generate
from ars0n_core.usecases.plan import plan

if TYPE_CHECKING:
    from ars0n_core.plans.model import Plan

    from .conftest import Stage


def faults_of(stage: Stage, spec: AdSpec, told: Plan | None = None) -> dict[str, tuple[str, ...]]:
    with pytest.raises(InvalidRequestError) as caught:
        generate(stage.ports, stage.policy, stage.caller, spec, plan=told)
    assert {entry.kind for entry in stage.entries(stage.caller)} <= {"grant"}
    return caught.value.field_errors


def planned(stage: Stage, spec: AdSpec) -> Plan:
    return plan(stage.ports, stage.policy, stage.caller, spec).plan


def test_a_text_that_cant_be_spoken_is_refused_by_its_segment(stage: Stage) -> None:
    spec = stage.film()
    told = planned(stage, spec)
    first = evolve(told.segments[0], text="something unspeakable")

    faults = faults_of(stage, spec, evolve(told, segments=(first, *told.segments[1:])))

    assert {"plan.voiceover_segments"} == set(faults)


def test_a_name_that_cant_be_drawn_is_refused_naming_the_code_point(stage: Stage) -> None:
    faults = faults_of(stage, stage.film(company_name="Ac\ue123me"))

    assert {"company_name"} == set(faults)
    assert "U+E123" in faults["company_name"][0]


def test_a_super_that_cant_be_drawn_is_refused(stage: Stage) -> None:
    spec = stage.film()
    told = planned(stage, spec)
    scene = evolve(told.scenes[0], on_screen_text="new \ue200")

    faults = faults_of(stage, spec, evolve(told, scenes=(scene, *told.scenes[1:])))

    assert {"plan.scenes"} == set(faults)


def test_what_is_only_spoken_need_not_be_drawn(stage: Stage) -> None:
    spec = stage.film()
    told = planned(stage, spec)
    first = evolve(told.segments[0], text="say \ue200 it")
    told = evolve(told, segments=(first, *told.segments[1:]))

    ordered = generate(stage.ports, stage.policy, stage.caller, spec, plan=told)
    assert ordered.job_count == 8

    captioned = evolve(spec, captions=CaptionStyle.PHRASE)
    stage.finish(ordered.version_id)
    with pytest.raises(InvalidRequestError) as caught:
        generate(stage.ports, stage.policy, stage.caller, captioned, plan=told)
    assert {"plan.voiceover_segments"} == set(caught.value.field_errors)


def test_a_radio_ad_draws_nothing(stage: Stage) -> None:
    ordered = stage.order(stage.radio(company_name="Ac\ue123me"))

    assert ordered.job_count == 2


def test_a_name_that_the_planner_repeats_is_told_of_once(stage: Stage) -> None:
    faults = faults_of(stage, stage.film(company_name="Ac\ue123me", captions=CaptionStyle.WORD))

    assert set(faults) == {"company_name"}


def test_what_only_the_planner_wrote_is_the_prompts_fault(stage: Stage) -> None:
    told = planned(stage, stage.film())
    words = tuple(evolve(segment, text="say \ue200 it") for segment in told.segments)
    plan_anew = SimpleNamespace(plan=lambda *_: evolve(told, segments=words))
    stage.ports = evolve(stage.ports, planner=plan_anew)
    spec = stage.film(image_asset_ids=(told.scenes[0].image_asset_id,))

    faults = faults_of(stage, evolve(spec, captions=CaptionStyle.PHRASE))

    assert set(faults) == {"prompt"}


def test_a_name_the_planner_says_again_is_the_names_fault_alone(stage: Stage) -> None:
    told = planned(stage, stage.film())
    words = tuple(evolve(segment, text="Ac\ue123me is here") for segment in told.segments)
    stage.ports = evolve(
        stage.ports, planner=SimpleNamespace(plan=lambda *_: evolve(told, segments=words))
    )
    spec = stage.film(image_asset_ids=(told.scenes[0].image_asset_id,), company_name="Ac\ue123me")

    faults = faults_of(stage, evolve(spec, captions=CaptionStyle.PHRASE))

    assert set(faults) == {"company_name"}
