from __future__ import annotations

from typing import Any

from ars0n_core.ids import AssetId
from ars0n_core.plans import derive
from ars0n_core.plans.derive import NarratedText
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs.model import AdFormat, AdSpec, CustomClip


def spec_of(**fields: Any) -> AdSpec:
    settings: dict[str, Any] = {"prompt": "p", "duration_seconds": 15, "voice_id": "v"}
    return AdSpec(**settings | fields)


def bare(*order: int) -> Plan:
    scenes = tuple(Scene(scene_index=i, description=f"shot {i}", duration_seconds=6) for i in order)
    segments = tuple(Segment(text=f"Text {i}.", scene_index=i) for i in sorted(order))
    return Plan(segments=segments, scenes=scenes)


def test_a_plan_of_documented_fields_alone_becomes_whole() -> None:
    spec = spec_of(image_asset_ids=("a", "b"), company_name="Nordlys", tone="luxury")
    plan = derive.complete(spec, bare(0, 1, 2))
    assert [s.image_asset_id for s in plan.scenes] == ["a", "b", "a"]
    assert all(s.edit_prompt and s.motion_prompt for s in plan.scenes)
    assert plan.call_to_action == "Discover more today"  # the card has the name already
    assert plan.music_mood
    assert plan.voice_style
    assert derive.complete(spec, plan) == plan


def test_neighbours_move_differently_in_any_ad() -> None:
    plan = derive.complete(spec_of(), bare(*range(20)))
    moves = [s.motion_prompt for s in plan.scenes]
    assert len(set(moves)) == 20


def test_moving_a_scene_changes_nothing_of_it() -> None:
    spec = spec_of(image_asset_ids=("a", "b"))
    before = {s.scene_index: s for s in derive.complete(spec, bare(0, 1, 2)).scenes}
    after = {s.scene_index: s for s in derive.complete(spec, bare(2, 0, 1)).scenes}
    assert before == after


def test_what_the_client_wrote_is_kept() -> None:
    scene = Scene(
        scene_index=0,
        description="d",
        duration_seconds=6,
        image_asset_id=AssetId("b"),
        edit_prompt="noir",
        motion_prompt="crane",
    )
    plan = Plan(segments=(), scenes=(scene,), music_mood="jazz", voice_style="dry",
                call_to_action="Ring us")  # fmt: skip
    assert derive.complete(spec_of(image_asset_ids=("a", "b")), plan) == plan


def test_the_orders_hints_come_before_the_tone() -> None:
    spec = spec_of(music_mood="harp", voice_style="whispered", tone="energetic")
    plan = derive.complete(spec, bare(0))
    assert (plan.music_mood, plan.voice_style) == ("harp", "whispered")


def test_texts_are_spoken_in_the_order_of_the_ad() -> None:
    plan = bare(2, 0, 1)
    assert [t.text for t in derive.narration(spec_of(), plan)] == ["Text 2.", "Text 0.", "Text 1."]


def test_narrated_clips_speak_at_their_place_and_silent_ones_do_not() -> None:
    clips = (
        CustomClip(1, AssetId("c"), 3.0, "See it in action."),
        CustomClip(1, AssetId("c"), 3.0, None),
        CustomClip(9, AssetId("c"), 3.0, " Last word. "),
        CustomClip(0, AssetId("c"), 3.0, " ... "),
    )
    spoken = derive.narration(spec_of(custom_clips=clips), bare(0, 1))
    assert spoken == (
        NarratedText("Text 0.", scene_index=0),
        NarratedText("See it in action.", custom_clip=0),
        NarratedText("Text 1.", scene_index=1),
        NarratedText("Last word.", custom_clip=2),
    )


def test_two_texts_of_one_scene_keep_their_order_and_empty_ones_are_left_out() -> None:
    segments = (
        Segment(text="One.", scene_index=1),
        Segment(text="  ", scene_index=0),
        Segment(text="Two.", scene_index=1),
    )
    plan = Plan(segments=segments, scenes=bare(0, 1).scenes)
    assert [t.text for t in derive.narration(spec_of(), plan)] == ["One.", "Two."]


def test_radio_speaks_its_segments_as_listed_and_shows_nothing() -> None:
    spec = spec_of(
        ad_format=AdFormat.RADIO, custom_clips=(CustomClip(0, AssetId("c"), 3.0, "Unheard."),)
    )
    plan = bare(1, 0)
    assert [t.text for t in derive.narration(spec, plan)] == ["Text 0.", "Text 1."]
    assert derive.complete(spec, plan).scenes == ()
    assert derive.running_order(spec, plan) == ()


def test_without_a_company_the_call_names_none() -> None:
    for name in (None, "", "  "):
        told = derive.complete(spec_of(company_name=name), bare(0)).call_to_action
        assert told == "Discover more today"


def test_what_nobody_said_is_derived_by_the_scenes_name() -> None:
    plan = derive.complete(spec_of(image_asset_ids=("a", "b", "c"), tone="calm"), bare(7, 1))

    seventh, first = plan.scenes
    assert (seventh.image_asset_id, first.image_asset_id) == ("b", "b")
    assert seventh.motion_prompt == derive.MOVES[7]
    assert seventh.edit_prompt.startswith(f"{derive.FRAMINGS[0]}; ")
    assert first.edit_prompt.startswith(f"{derive.FRAMINGS[1]}; ")


def test_the_voice_takes_its_style_from_the_nearest_hint() -> None:
    def style(**hints: str) -> str:
        return derive.complete(spec_of(**hints), bare(0)).voice_style

    assert style(voice_style="dry", emotion="joyful", tone="luxury") == "dry"
    assert style(emotion="joyful", tone="luxury") == "joyful"
    assert style(tone="luxury") == "low, unhurried and assured"
    assert style() == "warm, natural and confident"


def test_clips_stand_before_the_scene_at_their_place_in_the_order_they_came() -> None:
    clips = tuple(CustomClip(at, AssetId(f"c{i}"), 4) for i, at in enumerate((1, 99, 0, 1, -3)))

    order = derive.running_order(spec_of(custom_clips=clips), bare(4, 5))

    found = [
        item.custom_clip if item.scene is None else f"s{item.scene.scene_index}" for item in order
    ]
    assert found == [2, 4, "s4", 0, 3, "s5", 1]


def test_a_radio_ads_texts_are_known_by_their_segment() -> None:
    said = (Segment(text=" One. ", scene_index=0), Segment(text="Two.", scene_index=1))

    assert derive.narration(spec_of(ad_format=AdFormat.RADIO), Plan(segments=said)) == (
        NarratedText("One.", 0),
        NarratedText("Two.", 1),
    )
