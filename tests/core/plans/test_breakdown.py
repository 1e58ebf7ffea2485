"""
Which work an order makes, and what decides its result.
"""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ars0n_core.errors import InvalidRequestError
from ars0n_core.ids import AssetId
from ars0n_core.plans.breakdown import break_down, regeneration, subjects
from ars0n_core.plans.diff import rebuild
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs import AdFormat, AdSpec, CaptionStyle, CtaDesign, CustomClip, VideoModel
from ars0n_core.specs.model import BrandFont
from ars0n_core.timelines import Look
from ars0n_core.work import digest

SPEC = AdSpec(
    prompt="p", voice_id="v", duration_seconds=15, image_asset_ids=(AssetId("a"), AssetId("b"))
)
PLAN = Plan(
    segments=tuple(Segment(text=f"Text {i}.", scene_index=i) for i in range(3)),
    scenes=tuple(
        Scene(
            scene_index=i,
            description=f"Scene {i}",
            duration_seconds=6,
            image_asset_id=AssetId("ab"[i % 2]),
            edit_prompt="low light",
            motion_prompt="push in",
        )
        for i in range(3)
    ),
    music_mood="calm",
    voice_style="warm",
    call_to_action="Now",
)
ALL = {"edit-0", "edit-1", "edit-2", "clip-0", "clip-1", "clip-2", "voice", "film"}


def scene(index: int, **changes: Any) -> Plan:
    scenes = [attrs.evolve(s, **changes) if s.scene_index == index else s for s in PLAN.scenes]
    return attrs.evolve(PLAN, scenes=tuple(scenes))


def done_anew(spec: AdSpec, plan: Plan) -> set[str]:
    return set(rebuild(break_down(SPEC, PLAN), break_down(spec, plan)).new)


def test_a_film_is_pictures_clips_a_voice_and_the_cut_of_them() -> None:
    items = break_down(SPEC, PLAN)

    assert [item.key for item in items] == [
        "edit-0", "edit-1", "edit-2", "clip-0", "clip-1", "clip-2", "voice", "film"
    ]  # fmt: skip
    needs = {item.key: item.needs for item in items}
    assert needs["clip-1"] == ("edit-1",)
    assert needs["film"] == ("clip-0", "clip-1", "clip-2", "voice")
    assert needs["voice"] == needs["edit-0"] == ()
    assert {item.key: item.scene_index for item in items if item.scene_index is not None} == {
        "edit-0": 0, "edit-1": 1, "edit-2": 2, "clip-0": 0, "clip-1": 1, "clip-2": 2
    }  # fmt: skip


def test_a_radio_ad_is_a_voice_and_its_mix() -> None:
    voice, mix = break_down(attrs.evolve(SPEC, ad_format=AdFormat.RADIO), PLAN)

    assert (voice.key, mix.key, mix.needs) == ("voice", "mix", ("voice",))
    assert voice.inputs["texts"] == ["Text 0.", "Text 1.", "Text 2."]
    assert voice.grade == (AdFormat.RADIO, 15)


@pytest.mark.parametrize(("seconds", "made"), [(2, 4), (4, 4), (4.01, 6), (6, 6), (6.5, 8), (8, 8)])
def test_a_clip_is_the_shortest_that_covers_its_scene(seconds: Any, made: Any) -> None:
    items = break_down(SPEC, scene(0, duration_seconds=seconds))

    assert items[3].grade == (VideoModel.FAST, made)


@pytest.mark.parametrize("seconds", [1.9, 8.1])
def test_a_scene_no_clip_covers_is_refused(seconds: Any) -> None:
    with pytest.raises(InvalidRequestError, match="from 2 to 8"):
        break_down(SPEC, scene(0, duration_seconds=seconds))


@pytest.mark.parametrize(
    ("plan", "anew"),
    [
        (PLAN, set()),
        (attrs.evolve(PLAN, scenes=PLAN.scenes[::-1]), {"voice", "film"}),
        (scene(1, description="Other"), {"edit-1", "clip-1", "film"}),
        (scene(1, edit_prompt="high key"), {"edit-1", "clip-1", "film"}),
        (scene(1, image_asset_id=AssetId("a")), {"edit-1", "clip-1", "film"}),
        (scene(1, motion_prompt="pull back"), {"clip-1", "film"}),
        (scene(1, duration_seconds=5), {"film"}),
        (scene(1, duration_seconds=6.0), set()),
        (scene(1, duration_seconds=7), {"clip-1", "film"}),
        (scene(1, transition=Look.WIPE), {"film"}),
        (scene(1, on_screen_text="Now"), {"film"}),
        (scene(1, on_screen_text=""), set()),
        (attrs.evolve(PLAN, music_mood="wild"), {"film"}),
        (attrs.evolve(PLAN, call_to_action="Buy"), {"film"}),
        (attrs.evolve(PLAN, voice_style="cold"), {"voice", "film"}),
        (attrs.evolve(PLAN, segments=PLAN.segments[:2]), {"voice", "film"}),
        (
            attrs.evolve(
                PLAN,
                segments=(PLAN.segments[0], attrs.evolve(PLAN.segments[1], scene_index=2),
                          PLAN.segments[2]),
            ),
            {"film"},
        ),
    ],
    ids=[
        "nothing", "order", "description", "picture's style", "image", "motion", "shorter",
        "same length", "longer", "transition", "title", "no title", "music", "call to action",
        "voice's style", "script", "a text said over another scene",
    ],
)  # fmt: skip
def test_what_a_changed_plan_does_anew(plan: Any, anew: Any) -> None:
    assert done_anew(SPEC, plan) == anew


@pytest.mark.parametrize(
    ("changes", "anew"),
    [
        ({"prompt": "Other"}, set()),
        ({"tone": "wry"}, ALL - {"voice"}),
        ({"edit_style": "flat"}, ALL - {"voice"}),
        ({"variants": 3}, ALL - {"voice"}),
        ({"aspect_ratio": "16:9"}, ALL - {"voice"}),
        ({"video_model": VideoModel.PREMIUM}, {"clip-0", "clip-1", "clip-2", "film"}),
        ({"emotion": "joy"}, {"clip-0", "clip-1", "clip-2", "voice", "film"}),
        ({"voice_id": "w"}, {"voice", "film"}),
        ({"voice_style": "cold"}, set()),
        ({"music_asset_id": AssetId("m")}, {"film"}),
        ({"music_volume": 0.5}, {"film"}),
        ({"music_mood": "wild"}, set()),
        ({"company_name": "Us"}, {"film"}),
        ({"cta_design": CtaDesign.NEON}, {"film"}),
        ({"logo_asset_id": AssetId("l")}, {"film"}),
        ({"gradient_color": "#FF5500"}, {"film"}),
        ({"captions": CaptionStyle.WORD}, {"film"}),
        ({"custom_clips": (CustomClip(1, AssetId("c"), 5),)}, {"film"}),
        ({"custom_clips": (CustomClip(1, AssetId("c"), 5, "Look."),)}, {"voice", "film"}),
    ],
)
def test_what_a_changed_order_does_anew(changes: Any, anew: Any) -> None:
    assert done_anew(attrs.evolve(SPEC, **changes), PLAN) == anew


def test_music_of_ones_own_has_no_mood() -> None:
    spec = attrs.evolve(SPEC, music_asset_id=AssetId("m"))
    old = break_down(spec, PLAN)
    new = break_down(spec, attrs.evolve(PLAN, music_mood="wild"))

    assert rebuild(old, new).new == ()


def test_a_color_is_the_same_in_capitals() -> None:
    old = break_down(attrs.evolve(SPEC, gradient_color="#ff5500"), PLAN)
    new = break_down(attrs.evolve(SPEC, gradient_color="#FF5500"), PLAN)

    assert rebuild(old, new).new == ()


def test_custom_clips_are_cut_in_where_they_are_shown() -> None:
    spec = attrs.evolve(SPEC, custom_clips=(CustomClip(1, AssetId("c"), 5, " Look. "),))
    items = {item.key: item for item in break_down(spec, PLAN)}

    shown = items["film"].inputs["items"]
    assert isinstance(shown, list)
    assert shown[1] == {"asset_id": "c", "duration_seconds": 5.0, "voiceover_text": "Look."}
    assert items["voice"].inputs["texts"] == ["Text 0.", "Look.", "Text 1.", "Text 2."]


def test_a_clip_past_the_last_scene_is_the_same_however_far() -> None:
    old = break_down(attrs.evolve(SPEC, custom_clips=(CustomClip(3, AssetId("c"), 5),)), PLAN)
    new = break_down(attrs.evolve(SPEC, custom_clips=(CustomClip(99, AssetId("c"), 5),)), PLAN)

    assert rebuild(old, new).new == ()


# -- takes ---------------------------------------------------------------------------


def test_a_new_take_does_a_scene_and_the_film_anew() -> None:
    items = break_down(SPEC, PLAN)
    subject = subjects(items)["clip-1"]

    again = break_down(SPEC, PLAN, takes={subject: 1})

    assert set(rebuild(items, again).new) == {"edit-1", "clip-1", "film"}
    assert subjects(again) == subjects(items)


def test_a_take_follows_its_scene() -> None:
    takes = {subjects(break_down(SPEC, PLAN))["edit-2"]: 3}
    moved = attrs.evolve(PLAN, scenes=PLAN.scenes[::-1])

    items = break_down(SPEC, moved, takes=takes)

    assert {item.key: item.take for item in items if item.take} == {"edit-2": 3, "clip-2": 3}


def test_a_take_is_kept_when_the_scene_is_filmed_longer_and_lost_when_it_shows_other_things() -> (
    None
):
    takes = {subjects(break_down(SPEC, PLAN))["edit-1"]: 2}

    longer = break_down(SPEC, scene(1, duration_seconds=8), takes=takes)
    other = break_down(SPEC, scene(1, description="Other"), takes=takes)

    assert longer[1].take == longer[4].take == 2
    assert not any(item.take for item in other)


def test_equal_scenes_have_takes_of_their_own() -> None:
    twin = attrs.evolve(PLAN.scenes[0], scene_index=1)
    plan = attrs.evolve(PLAN, scenes=(PLAN.scenes[0], twin, PLAN.scenes[2]))
    names = subjects(break_down(SPEC, plan))

    assert names["edit-0"].endswith("#0")
    assert names["edit-1"] == names["edit-0"][:-1] + "1"
    items = break_down(SPEC, plan, takes={names["edit-1"]: 1})
    assert [item.take for item in items[:3]] == [0, 1, 0]


def test_a_regeneration_is_the_scenes_picture_and_clip_and_the_film() -> None:
    keys = [item.key for item in regeneration(break_down(SPEC, PLAN), 2)]

    assert keys == ["edit-2", "clip-2", "film"]


def test_subjects_are_stored_so_their_names_never_change() -> None:
    edit = break_down(SPEC, PLAN)[0]

    about = digest({"grade": [2], "inputs": dict(edit.inputs)})

    assert subjects(break_down(SPEC, PLAN))["clip-0"] == f"{about}#0"


def test_equal_scenes_are_counted_in_the_order_of_the_list() -> None:
    twin = attrs.evolve(PLAN.scenes[0], scene_index=1)
    third = attrs.evolve(PLAN.scenes[0], scene_index=2)
    plan = attrs.evolve(PLAN, scenes=(PLAN.scenes[0], twin, third))

    names = subjects(break_down(SPEC, plan))

    assert [names[f"edit-{i}"][-2:] for i in range(3)] == ["#0", "#1", "#2"]


def test_a_mix_depends_on_its_length_and_its_music() -> None:
    spec = attrs.evolve(SPEC, ad_format=AdFormat.RADIO, music_volume=0.5)

    _, mix = break_down(spec, attrs.evolve(PLAN, scenes=()))

    assert mix.inputs == {
        "duration_seconds": 15,
        "music_asset_id": None,
        "music_mood": "calm",
        "music_volume": 0.5,
    }


@pytest.mark.parametrize(
    ("images", "others"),
    [
        ("a", {"edit-0": None, "edit-1": None}),
        ("ab", {"edit-0": ["b"], "edit-1": ["a"]}),
        ("aba", {"edit-0": ["b"], "edit-1": ["a"]}),
        ("abc", {"edit-0": ["b", "c"], "edit-1": ["a", "c"]}),
    ],
)
def test_a_picture_is_made_beside_the_orders_other_photos(
    images: str, others: dict[str, list[str] | None]
) -> None:
    spec = attrs.evolve(SPEC, image_asset_ids=tuple(map(AssetId, images)))
    scenes = tuple(
        attrs.evolve(scene, image_asset_id=AssetId(images[i % len(images)]))
        for i, scene in enumerate(PLAN.scenes)
    )

    items = {item.key: item for item in break_down(spec, attrs.evolve(PLAN, scenes=scenes))}

    assert {key: items[key].inputs.get("reference_asset_ids") for key in others} == others


def test_what_decides_each_step_is_written_down_by_name() -> None:
    spec = attrs.evolve(
        SPEC,
        edit_style="on desks",
        tone="luxury",
        emotion="joy",
        company_name="Helio",
        cta_design=CtaDesign.BOLD,
        logo_asset_id=AssetId("logo"),
        gradient_color="#ff5500",
        custom_clips=(CustomClip(1, AssetId("c"), 4, " Look. "),),
    )
    told = attrs.evolve(PLAN.scenes[1], on_screen_text="New", transition=Look.CUT)
    plan = attrs.evolve(PLAN, scenes=(PLAN.scenes[0], told, PLAN.scenes[2]))

    items = {item.key: item for item in break_down(spec, plan)}

    assert items["edit-1"].inputs == {
        "image_asset_id": "b",
        "description": "Scene 1",
        "edit_prompt": "low light",
        "edit_style": "on desks",
        "tone": "luxury",
        "aspect_ratio": "9:16",
        "reference_asset_ids": ["a"],
    }
    assert items["clip-1"].inputs == {"motion_prompt": "push in", "emotion": "joy"}
    assert items["clip-1"].grade == (VideoModel.FAST, 6)
    assert items["voice"].inputs == {
        "texts": ["Text 0.", "Look.", "Text 1.", "Text 2."],
        "voice_id": "v",
        "style": "warm",
        "emotion": "joy",
    }
    film = items["film"].inputs
    shown = film["items"]
    assert isinstance(shown, list)
    assert shown[1] == {"asset_id": "c", "duration_seconds": 4.0, "voiceover_text": "Look."}
    assert shown[2] == {
        "duration_seconds": 6.0,
        "transition": "cut",
        "on_screen_text": "New",
        "texts": ["Text 1."],
    }
    rest = {name: value for name, value in film.items() if name not in {"items", "captions"}}
    assert (
        rest.items()
        >= {
            "duration_seconds": 15,
            "music_asset_id": None,
            "music_mood": "calm",
            "music_volume": 0.3,
            "aspect_ratio": "9:16",
            "cta_design": "bold",
            "call_to_action": "Now",
            "company_name": "Helio",
            "logo_asset_id": "logo",
            "gradient_color": "#FF5500",
        }.items()
    )


def test_an_orders_own_music_and_hints_count_where_the_plan_has_none() -> None:
    plan = attrs.evolve(PLAN, music_mood="", voice_style="")
    spec = attrs.evolve(SPEC, music_mood="jazz", voice_style="soft")
    own = attrs.evolve(spec, music_asset_id=AssetId("song"))

    items = {item.key: item.inputs for item in break_down(spec, plan)}
    bare = {item.key: item.inputs for item in break_down(SPEC, plan)}
    mine = {item.key: item.inputs for item in break_down(own, plan)}

    assert (items["film"]["music_mood"], items["voice"]["style"]) == ("jazz", "soft")
    assert (bare["film"]["music_mood"], bare["voice"]["style"]) == ("", "")
    assert (mine["film"]["music_asset_id"], mine["film"]["music_mood"]) == ("song", None)


def test_the_film_knows_its_captions_and_which_clips_are_silent() -> None:
    clips = (CustomClip(0, AssetId("c"), 4),)

    film = break_down(attrs.evolve(SPEC, custom_clips=clips), PLAN)[-1].inputs

    assert film["captions"] == "off"
    shown = film["items"]
    assert isinstance(shown, list)
    assert shown[0] == {"asset_id": "c", "duration_seconds": 4.0, "voiceover_text": ""}


def test_what_an_order_does_not_say_is_written_down_as_nothing() -> None:
    plan = attrs.evolve(PLAN, segments=PLAN.segments[:1])
    items = {item.key: item for item in break_down(SPEC, plan)}

    assert (items["edit-0"].inputs["edit_style"], items["edit-0"].inputs["tone"]) == ("", "")
    assert items["clip-0"].inputs["emotion"] == items["voice"].inputs["emotion"] == ""
    shown = items["film"].inputs["items"]
    assert isinstance(shown, list)
    assert shown[1] == {
        "duration_seconds": 6.0,
        "transition": str(PLAN.scenes[1].transition),
        "on_screen_text": "",
        "texts": [],
    }
    assert not {"tagline", "website", "legal_line", "brand_font"} & items["film"].inputs.keys()


def test_the_film_knows_what_the_card_says_of_the_brand() -> None:
    brand: dict[str, Any] = {
        "tagline": "Hear it",
        "website": "helio.example",
        "legal_line": "Terms apply",
    }
    spec = attrs.evolve(SPEC, **brand, brand_font=BrandFont.ANTON)

    film = break_down(spec, PLAN)[-1].inputs

    assert brand.items() <= film.items()
    assert film["brand_font"] == BrandFont.ANTON


def test_the_film_knows_which_clip_stands_where() -> None:
    clips = (CustomClip(0, AssetId("c"), 4), CustomClip(1, AssetId("d"), 5))

    shown = break_down(attrs.evolve(SPEC, custom_clips=clips), PLAN)[-1].inputs["items"]

    assert isinstance(shown, list)
    assert [one["asset_id"] for one in shown if isinstance(one, dict) and "asset_id" in one] == [
        "c",
        "d",
    ]
