"""
Laws of edits: what didn't change is neither told nor done anew.
"""

from __future__ import annotations

import attrs
from hypothesis import given
from hypothesis import strategies as st

from ars0n_core.ids import AssetId
from ars0n_core.plans.breakdown import break_down, subjects
from ars0n_core.plans.diff import PlanDiff, diff, inherit, rebuild
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs import AdSpec
from ars0n_core.timelines import Look
from ars0n_core.work import fingerprints

SPEC = AdSpec(prompt="p", duration_seconds=60, voice_id="adam")
WORDS = st.sampled_from(["sea", "hill", "town", "road", "Look at this."])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    names = draw(st.permutations(range(draw(st.integers(1, 8)))))
    segment = st.builds(Segment, text=WORDS, scene_index=st.sampled_from(names))
    return Plan(
        segments=tuple(draw(st.lists(segment, max_size=8))),
        scenes=tuple(
            Scene(
                scene_index=name,
                description=draw(WORDS),
                duration_seconds=draw(st.integers(4, 16)) / 2,
                image_asset_id=AssetId(draw(WORDS)),
                edit_prompt=draw(WORDS),
                motion_prompt=draw(WORDS),
                transition=draw(st.sampled_from(Look)),
                on_screen_text=draw(st.none() | WORDS),
            )
            for name in names
        ),
        music_mood=draw(WORDS),
        voice_style=draw(WORDS),
        call_to_action=draw(WORDS),
    )


@st.composite
def permuted(draw: st.DrawFn) -> tuple[Plan, Plan]:
    plan = draw(plans())
    return plan, attrs.evolve(plan, scenes=tuple(draw(st.permutations(plan.scenes))))


@given(plans())
def test_nothing_changed_is_nothing_told_and_nothing_done(plan: Plan) -> None:
    items = break_down(SPEC, plan)

    assert diff(plan, plan).is_empty
    assert rebuild(items, items).new == ()
    assert inherit(plan, plan) == plan


@given(permuted())
def test_a_permutation_of_scenes_keeps_every_clip(pair: tuple[Plan, Plan]) -> None:
    old, new = (break_down(SPEC, plan) for plan in pair)

    left = rebuild(old, new)

    assert set(left.new) <= {"voice", "film"}
    assert all(left.reused[item.key] == item.key for item in new if item.scene_index is not None)


@given(permuted())
def test_a_permutation_is_told_as_moves_and_the_fewest(pair: tuple[Plan, Plan]) -> None:
    old, new = pair
    told = diff(old, new)

    assert told == PlanDiff(moved=told.moved, narration_changed=told.narration_changed)
    rest = [s.scene_index for s in new.scenes if s.scene_index not in told.moved]
    assert rest == [s.scene_index for s in old.scenes if s.scene_index in rest]
    assert len(told.moved) < len(new.scenes)


@given(plans(), plans())
def test_every_scene_is_told_of_once_at_most(old: Plan, new: Plan) -> None:
    told = diff(old, new)
    kept = len(new.scenes) - len(told.added)

    assert len(old.scenes) - len(told.removed) == kept
    assert not set(told.added) & {
        *told.moved, *told.reworded, *told.restyled, *told.retimed, *told.respoken
    }  # fmt: skip
    assert len(told.lines()) == 0 or not told.is_empty


@given(plans(), plans())
def test_reuse_never_changes_the_result(old: Plan, new: Plan) -> None:
    before, after = break_down(SPEC, old), break_down(SPEC, new)
    left = rebuild(before, after)
    marks_before, marks_after = fingerprints(before), fingerprints(after)

    assert {*left.reused, *left.new} == set(marks_after)
    assert all(marks_after[key] == marks_before[old_key] for key, old_key in left.reused.items())
    assert not {marks_after[key] for key in left.new} & set(marks_before.values())


@given(plans(), st.data())
def test_a_new_take_does_its_scene_anew_and_no_other(plan: Plan, data: st.DataObject) -> None:
    items = break_down(SPEC, plan)
    index = data.draw(st.sampled_from(plan.scenes)).scene_index
    subject = subjects(items)[f"clip-{index}"]

    again = break_down(SPEC, plan, takes={subject: 1})

    assert subjects(again) == subjects(items)
    assert {item.key for item in again if item.take} == {f"edit-{index}", f"clip-{index}"}
    # An equal scene's old take is as good as ours was, but ours was asked to be another.
    assert {f"edit-{index}", f"clip-{index}", "film"} == set(rebuild(items, again).new)


@given(plans())
def test_what_a_client_leaves_out_is_not_changed(plan: Plan) -> None:
    # Scenes a client can tell apart; of two that look alike either's fields may be meant.
    scenes = tuple({s.description: s for s in plan.scenes}.values())
    plan = attrs.evolve(plan, scenes=scenes, segments=())
    bare = attrs.evolve(
        plan,
        music_mood="",
        voice_style="",
        call_to_action="",
        scenes=tuple(
            Scene(
                scene_index=s.scene_index,
                description=s.description,
                duration_seconds=s.duration_seconds,
                transition=s.transition,
            )
            for s in scenes
        ),
    )

    assert inherit(plan, bare) == plan
