"""
Law: the price of anything is the sum over its work list, and nothing else is a price.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from hypothesis import given
from hypothesis import strategies as st

from ars0n_core import pricing
from ars0n_core.ids import AssetId
from ars0n_core.plans.breakdown import break_down, regeneration
from ars0n_core.plans.diff import rebuild
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs import AdFormat, AdSpec, CustomClip, VideoModel

if TYPE_CHECKING:
    from ars0n_core.work import WorkItem

WORDS = st.sampled_from(["", "sea", "hill", "Look at this."])


@st.composite
def specs(draw: st.DrawFn) -> AdSpec:
    clip = st.builds(
        CustomClip,
        position=st.integers(0, 12),
        asset_id=st.just(AssetId("clip")),
        duration_seconds=st.floats(0.1, 30),
        voiceover_text=st.none() | WORDS,
    )
    return AdSpec(
        prompt="p",
        voice_id=draw(st.sampled_from(["adam", "eve"])),
        duration_seconds=draw(st.sampled_from([15, 30, 60])),
        ad_format=draw(st.sampled_from(AdFormat)),
        video_model=draw(st.sampled_from(VideoModel)),
        variants=draw(st.integers(1, 3)),
        tone=draw(WORDS),
        custom_clips=tuple(draw(st.lists(clip, max_size=3))),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    names = draw(st.permutations(range(draw(st.integers(1, 9)))))
    segment = st.builds(Segment, text=WORDS, scene_index=st.sampled_from(names))
    return Plan(
        segments=tuple(draw(st.lists(segment, max_size=9))),
        scenes=tuple(
            Scene(
                scene_index=name,
                description=draw(WORDS),
                duration_seconds=draw(st.floats(2, 8)),
                image_asset_id=draw(st.none() | st.just(AssetId("a"))),
            )
            for name in names
        ),
        music_mood=draw(WORDS),
    )


def total(items: tuple[WorkItem, ...], edition: int = 2) -> int:
    return pricing.estimate(items, pricing.card(edition)).total


@given(specs(), plans())
def test_a_price_is_the_sum_of_one_line_a_job(spec: AdSpec, plan: Plan) -> None:
    items = break_down(spec, plan)
    estimate = pricing.estimate(items)

    assert [line.key for line in estimate.lines] == [item.key for item in items]
    assert estimate.total == sum(pricing.price(item) for item in items)
    assert all(line.credits > 0 for line in estimate.lines)
    jobs = 2 if spec.ad_format is AdFormat.RADIO else 2 * len(plan.scenes) + 2
    assert len(items) == jobs


@given(specs(), plans(), st.data())
def test_the_parts_of_a_price_add_up(spec: AdSpec, plan: Plan, data: st.DataObject) -> None:
    items = break_down(spec, plan)
    cut = data.draw(st.integers(0, len(items)))

    assert total(items[:cut]) + total(items[cut:]) == total(items)


@given(specs(), plans())
def test_a_price_is_the_documents_formula(spec: AdSpec, plan: Plan) -> None:
    if spec.ad_format is AdFormat.RADIO:
        expected = {15: 2, 30: 3, 60: 6}[spec.duration_seconds] + 2
    else:
        rates = {VideoModel.FAST: (24, 35, 48), VideoModel.PREMIUM: (60, 90, 120)}
        four, six, eight = rates[spec.video_model]
        spoken = spec.duration_seconds + sum(
            clip.duration_seconds for clip in spec.custom_clips if clip.voiceover_text
        )
        expected = sum(
            four if s.duration_seconds <= 4 else six if s.duration_seconds <= 6 else eight
            for s in plan.scenes
        )
        expected += 5 * spec.variants * len(plan.scenes)
        expected += (3 if spoken <= 15 else 5 if spoken <= 30 else 8) + 2

    assert total(break_down(spec, plan)) == expected


@given(specs(), plans(), specs(), plans())
def test_an_edit_never_costs_more_than_a_new_ad(
    old_spec: AdSpec, old: Plan, new_spec: AdSpec, new: Plan
) -> None:
    items = break_down(new_spec, new)
    left = set(rebuild(break_down(old_spec, old), items).new)

    edit = total(tuple(item for item in items if item.key in left))

    assert 0 <= edit <= total(items)


@given(specs(), plans(), st.data())
def test_a_regeneration_costs_its_scene_and_the_film(
    spec: AdSpec, plan: Plan, data: st.DataObject
) -> None:
    spec = attrs.evolve(spec, ad_format=AdFormat.VIDEO)
    items = break_down(spec, plan)
    index = data.draw(st.sampled_from(plan.scenes)).scene_index
    by_key = {item.key: item for item in items}

    anew = regeneration(items, index)

    assert total(anew) == sum(
        pricing.price(by_key[key]) for key in (f"edit-{index}", f"clip-{index}", "film")
    )


@given(specs(), plans(), st.integers(0, 3000))
def test_advice_never_exceeds_the_budget_and_forgets_nothing(
    spec: AdSpec, plan: Plan, budget: int
) -> None:
    candidates = []
    for model in VideoModel:
        for variants in (1, 2, 3):
            order = attrs.evolve(
                spec, ad_format=AdFormat.VIDEO, video_model=model, variants=variants
            )
            setting = pricing.Setting(
                ad_format=AdFormat.VIDEO, video_model=model, variants=variants
            )
            candidates.append((setting, break_down(order, plan)))

    offers = pricing.advise(candidates, budget)

    assert {offer.setting for offer in offers} == {
        setting for setting, items in candidates if total(items) <= budget
    }
    assert all(offer.credits <= budget for offer in offers)
    assert [offer.tier for offer in offers] == sorted(offer.tier for offer in offers)
