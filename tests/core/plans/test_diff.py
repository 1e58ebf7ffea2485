"""
What people are told of a changed plan, and what a client may leave out.
"""

from __future__ import annotations

import itertools
from typing import Any

import attrs
import pytest

from ars0n_core.ids import AssetId
from ars0n_core.plans.diff import (
    PlanDiff,
    Rebuild,
    _out_of_order,
    diff,
    inherit,
    match,
    rebuild,
)
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.timelines import Look
from ars0n_core.work import Operation, WorkItem


def scene(index: int, what: str, **changes: Any) -> Scene:
    made = Scene(
        scene_index=index,
        description=what,
        duration_seconds=6,
        image_asset_id=AssetId(f"image of {what}"),
        edit_prompt=f"light of {what}",
        motion_prompt=f"motion of {what}",
    )
    return attrs.evolve(made, **changes)


OLD = Plan(
    segments=tuple(Segment(text=f"Words {i}.", scene_index=i) for i in range(4)),
    scenes=(scene(0, "sea"), scene(1, "hill"), scene(2, "town"), scene(3, "road")),
    music_mood="calm",
    voice_style="warm",
    call_to_action="Now",
)


def with_scenes(*scenes: Scene) -> Plan:
    return attrs.evolve(OLD, scenes=scenes)


def replaced(index: int, **changes: Any) -> Plan:
    return with_scenes(
        *(attrs.evolve(s, **changes) if s.scene_index == index else s for s in OLD.scenes)
    )


def test_nothing_changed_is_an_empty_diff() -> None:
    assert diff(OLD, OLD).is_empty
    assert diff(OLD, OLD).lines() == ()


@pytest.mark.parametrize(
    ("new", "told"),
    [
        (replaced(1, description="dune"), PlanDiff(reworded=(1,))),
        (replaced(1, on_screen_text="Hills"), PlanDiff(reworded=(1,))),
        (replaced(1, edit_prompt="dusk"), PlanDiff(restyled=(1,))),
        (replaced(1, transition=Look.WIPE), PlanDiff(restyled=(1,))),
        (replaced(1, duration_seconds=4), PlanDiff(retimed=(1,))),
        (replaced(1, duration_seconds=6.0), PlanDiff()),
        (
            replaced(1, duration_seconds=4, description="dune", motion_prompt="still"),
            PlanDiff(retimed=(1,), reworded=(1,), restyled=(1,)),
        ),
        (attrs.evolve(OLD, music_mood="wild"), PlanDiff(music_changed=True)),
        (attrs.evolve(OLD, voice_style="cold"), PlanDiff(voice_style_changed=True)),
        (attrs.evolve(OLD, call_to_action="Buy"), PlanDiff(call_to_action_changed=True)),
        (
            attrs.evolve(OLD, segments=(Segment(text="New.", scene_index=0), *OLD.segments[1:])),
            PlanDiff(respoken=(0,), narration_changed=True),
        ),
        (
            attrs.evolve(OLD, segments=(*OLD.segments, Segment(text=" ", scene_index=3))),
            PlanDiff(),
        ),
    ],
)
def test_what_is_told_of_one_change(new: Any, told: Any) -> None:
    assert diff(OLD, new) == told


def test_a_moved_scene_is_told_once() -> None:
    sea, hill, town, road = OLD.scenes

    first_to_last = diff(OLD, with_scenes(hill, town, road, sea))
    swapped = diff(OLD, with_scenes(sea, town, hill, road))

    assert first_to_last == PlanDiff(moved=(0,), narration_changed=True)
    assert len(swapped.moved) == 1


def test_a_removed_scene_leaves_the_others_alone_whatever_they_are_numbered() -> None:
    sea, _, town, road = OLD.scenes
    new = attrs.evolve(
        OLD,
        scenes=(sea, attrs.evolve(town, scene_index=1), attrs.evolve(road, scene_index=2)),
        segments=tuple(
            Segment(text=text, scene_index=i)
            for i, text in enumerate(["Words 0.", "Words 2.", "Words 3."])
        ),
    )

    assert diff(OLD, new) == PlanDiff(removed=(1,), narration_changed=True)


def test_an_added_scene_is_told() -> None:
    new = with_scenes(*OLD.scenes[:2], scene(4, "lake"), *OLD.scenes[2:])

    assert diff(OLD, new) == PlanDiff(added=(4,))


def test_another_scene_under_another_name_is_no_change_of_the_old_one() -> None:
    new = with_scenes(*OLD.scenes[:3], scene(4, "lake"))

    assert diff(OLD, new) == PlanDiff(added=(4,), removed=(3,), narration_changed=True)


def test_a_scene_is_recognised_by_what_is_seen_on_another_image() -> None:
    sea, hill, *others = OLD.scenes
    new = with_scenes(
        attrs.evolve(hill, scene_index=0, image_asset_id=AssetId("other")),
        attrs.evolve(sea, scene_index=1),
        *others,
    )

    told = diff(OLD, new)

    assert told.restyled == (0,)
    assert not told.reworded
    assert len(told.moved) == 1


def test_two_radio_scripts_are_compared_by_what_is_spoken() -> None:
    old = Plan(segments=(Segment(text="One.", scene_index=0), Segment(text="Two.", scene_index=1)))
    new = attrs.evolve(old, segments=old.segments[::-1])

    assert diff(old, new).narration_changed
    assert diff(old, attrs.evolve(old, segments=(*old.segments, Segment(text="", scene_index=2)))
    ).is_empty  # fmt: skip


def test_changes_are_told_in_sentences() -> None:
    told = PlanDiff(
        added=(4,), removed=(1,), retimed=(0, 2), respoken=(2,), narration_changed=True,
        call_to_action_changed=True,
    ).lines()  # fmt: skip

    assert told == (
        "Scene 4 is added.",
        "Scene 1 is removed.",
        "Scene 0 is retimed.",
        "Scene 2 is retimed.",
        "Over scene 2 other words are spoken.",
        "The narration is spoken anew.",
        "The call to action is another.",
    )


# -- what a client may leave out -----------------------------------------------------


def bare(plan: Plan) -> Plan:
    """
    The plan as a client sends it that knows the documented fields only.
    """
    return attrs.evolve(
        plan,
        scenes=tuple(
            Scene(
                scene_index=s.scene_index,
                description=s.description,
                duration_seconds=s.duration_seconds,
            )
            for s in plan.scenes
        ),
        call_to_action="",
        music_mood="",
        voice_style="",
    )


def test_a_plan_of_documented_fields_alone_changes_nothing() -> None:
    assert inherit(OLD, bare(OLD)) == OLD


def test_a_reworded_scene_keeps_its_style() -> None:
    new = inherit(OLD, bare(replaced(1, description="dune")))

    assert diff(OLD, new) == PlanDiff(reworded=(1,))


def test_scenes_numbered_anew_keep_what_was_theirs() -> None:
    sea, _, town, road = OLD.scenes
    left = (sea, attrs.evolve(town, scene_index=1), attrs.evolve(road, scene_index=2))

    assert inherit(OLD, bare(with_scenes(*left))).scenes == left


def test_what_is_given_is_kept_and_what_is_new_stays_open() -> None:
    lake = Scene(scene_index=4, description="lake", duration_seconds=6)
    new = with_scenes(*OLD.scenes[:3], attrs.evolve(OLD.scenes[3], edit_prompt="fog"), lake)

    kept = inherit(OLD, new)

    assert kept == new


def test_a_title_is_taken_away_by_an_empty_one() -> None:
    old = replaced(0, on_screen_text="Sea")

    assert inherit(old, bare(old)).scenes[0].on_screen_text == "Sea"
    gone = attrs.evolve(old, scenes=(attrs.evolve(old.scenes[0], on_screen_text=""),))
    assert inherit(old, gone).scenes[0].on_screen_text == ""


# -- what is left to do --------------------------------------------------------------


def item(key: str, text: str = "", *needs: str) -> WorkItem:
    return WorkItem(key=key, operation=Operation.SPEAK, inputs={"text": text}, needs=needs)


def test_only_what_may_be_reused_is() -> None:
    items = [item("a", "1"), item("b", "2", "a")]

    assert rebuild(items, items) == Rebuild(reused={"a": "a", "b": "b"}, new=())
    assert rebuild(items, items, reusable={"b"}) == Rebuild(reused={"b": "b"}, new=("a",))
    assert rebuild(items, items, reusable=()) == Rebuild(reused={}, new=("a", "b"))


def test_what_needs_changed_work_is_done_anew() -> None:
    old = [item("a", "1"), item("b", "2", "a"), item("c", "3")]
    new = [item("a", "other"), item("b", "2", "a"), item("c", "3")]

    assert rebuild(old, new) == Rebuild(reused={"c": "c"}, new=("a", "b"))


def test_work_is_found_under_another_key() -> None:
    assert rebuild([item("a", "1")], [item("z", "1")]) == Rebuild(reused={"z": "a"}, new=())


def test_equal_work_is_shared_in_turn_and_the_same_key_first() -> None:
    usable = {"a": "x", "b": "x"}

    assert match(usable, {"b": "x", "c": "x", "d": "x", "e": "x"}).reused == {
        "b": "b", "c": "a", "d": "b", "e": "a"
    }  # fmt: skip


def test_equal_items_are_taken_over_each_in_turn() -> None:
    done = {"a": "same", "b": "same", "c": "same"}

    found = match(done, {"x": "same", "y": "same", "z": "same", "w": "same"})

    assert found.reused == {"x": "a", "y": "b", "z": "c", "w": "a"}


def test_other_words_on_the_picture_are_another_picture() -> None:
    first, *rest = OLD.scenes

    assert diff(OLD, with_scenes(attrs.evolve(first, on_screen_text="New"), *rest)).reworded == (0,)
    assert diff(OLD, with_scenes(attrs.evolve(first, on_screen_text=""), *rest)).is_empty


def test_the_same_words_in_two_pieces_are_the_same_words() -> None:
    parts = (Segment(text="Words", scene_index=0), Segment(text="0.", scene_index=0))

    assert diff(OLD, attrs.evolve(OLD, segments=(*parts, *OLD.segments[1:]))).is_empty


def test_as_few_scenes_as_possible_are_told_to_have_moved() -> None:
    for order in itertools.permutations(range(5)):
        moved = _out_of_order(order)

        left = [place for i, place in enumerate(order) if i not in moved]
        assert left == sorted(left)
        risen = max(
            len(some)
            for size in range(6)
            for some in itertools.combinations(order, size)
            if list(some) == sorted(some)
        )
        assert len(left) == risen
