from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import pytest

from ars0n_core.errors import InvalidRequestError, PlanExpiredError
from ars0n_core.ids import AssetId
from ars0n_core.plans import faults
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs.model import AdFormat, AdSpec, CustomClip

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SPEC = AdSpec(prompt="p", duration_seconds=15, voice_id="v", image_asset_ids=(AssetId("a"),))


def plan_of(*seconds: float, texts: Sequence[str] = ("Hear it.",), **fields: Any) -> Plan:
    scenes = tuple(
        Scene(scene_index=i, description="d", duration_seconds=s, **fields)
        for i, s in enumerate(seconds)
    )
    return Plan(segments=tuple(Segment(text=t, scene_index=0) for t in texts), scenes=scenes)


def faults_of(plan: Plan, spec: AdSpec = SPEC) -> Mapping[str, Sequence[str]]:
    with pytest.raises(InvalidRequestError) as caught:
        faults.check(spec, plan)
    assert not isinstance(caught.value, PlanExpiredError)
    return caught.value.field_errors


def test_a_sound_plan_passes() -> None:
    faults.check(SPEC, plan_of(6, 6, 6, image_asset_id="a"))
    faults.check(SPEC, plan_of(2, 8, 8))


def test_all_faults_are_told_at_once() -> None:
    plan = attrs.evolve(
        plan_of(6, 9, 1),
        segments=(Segment(text="x\x00", scene_index=7), Segment(text="\ud800", scene_index=0)),
        music_mood="m" * 501,
    )
    found = faults_of(plan)
    assert [m for m in found["plan.scenes"] if "from 2 to 8" in m] == [
        "scenes[1]: duration_seconds must be from 2 to 8, not 9",
        "scenes[2]: duration_seconds must be from 2 to 8, not 1",
    ]
    segments = " ".join(found["plan.voiceover_segments"])
    assert "voiceover_segments[0]: there is no scene 7" in segments
    assert "NUL" in segments
    assert "voiceover_segments[1]" in segments
    assert "501 characters" in found["plan.music_mood"][0]


@pytest.mark.parametrize("indexes", [(0, 0, 1), (1, 2, 3), (0, 1, 5), (-1, 0, 1)])
def test_scenes_must_be_numbered_each_once(indexes: tuple[int, ...]) -> None:
    scenes = tuple(Scene(scene_index=i, description="", duration_seconds=6) for i in indexes)
    plan = attrs.evolve(
        plan_of(6, 6, 6), scenes=scenes, segments=(Segment(text="a", scene_index=1),)
    )
    assert any("each once" in m for m in faults_of(plan)["plan.scenes"])


@pytest.mark.parametrize("count", [0, 21])
def test_an_ad_has_some_scenes_and_not_too_many(count: int) -> None:
    assert "1 to 20 scenes" in faults_of(plan_of(*[6] * count))["plan.scenes"][0]


@pytest.mark.parametrize("texts", [(), ("",), (" … ", "--")])
def test_something_must_be_said(texts: Sequence[str]) -> None:
    messages = faults_of(plan_of(6, 6, 6, texts=texts))["plan.voiceover_segments"]
    assert any("Nothing is said" in m for m in messages)


@pytest.mark.parametrize("seconds", [float("nan"), float("inf")])
def test_lengths_are_numbers(seconds: float) -> None:
    assert "from 2 to 8" in faults_of(plan_of(6, 6, seconds))["plan.scenes"][0]


def test_footage_that_cannot_fill_the_ad_is_refused_before_it_is_paid_for() -> None:
    message = faults_of(plan_of(4, 4))["plan.scenes"][0]
    assert "8 s together" in message
    assert "15 s" in message
    # the end card takes up to 4 s of the time
    faults.check(attrs.evolve(SPEC, company_name="Nordlys"), plan_of(6, 4))


def test_a_narration_sure_to_be_too_long_is_refused() -> None:
    messages = faults_of(plan_of(6, 6, 6, texts=("word " * 120,)))["plan.voiceover_segments"]
    assert "too long" in messages[0]


def test_images_the_order_does_not_have_mean_the_plan_expired() -> None:
    with pytest.raises(PlanExpiredError) as caught:
        faults.check(SPEC, plan_of(6, 6, 6, image_asset_id="gone"))
    assert "gone" in caught.value.field_errors["plan.scenes"][0]


def test_radio_needs_words_alone() -> None:
    radio = attrs.evolve(SPEC, ad_format=AdFormat.RADIO)
    faults.check(radio, Plan(segments=(Segment(text="Hear it.", scene_index=4),)))
    assert "plan.voiceover_segments" in faults_of(Plan(segments=()), radio)


def test_texts_and_segments_have_their_limits() -> None:
    plan = plan_of(6, 6, 6, texts=["a"] * 61)
    first = attrs.evolve(plan.scenes[0], description="x" * 2001, edit_prompt="\0")

    found = faults_of(attrs.evolve(plan, scenes=(first, *plan.scenes[1:])))

    assert list(found["plan.scenes"]) == [
        "scenes[0]: description has 2001 characters; at most 2000",
        "scenes[0]: edit_prompt holds a NUL or half a surrogate pair; send plain Unicode text",
    ]
    assert "At most 60 segments, not 61" in found["plan.voiceover_segments"]


def test_footage_must_fill_the_ad_up_to_its_card() -> None:
    short = plan_of(4, 4, 4)

    (told,) = faults_of(short)["plan.scenes"]
    assert told.startswith("The scenes' clips are 12 s together, too short for an ad of 15 s")
    faults.check(attrs.evolve(SPEC, company_name="Helio"), short)
    (alone,) = faults_of(plan_of(8))["plan.scenes"]
    assert alone.startswith("The scenes' clips are 8 s together")


@pytest.mark.parametrize(
    ("plan", "field", "told"),
    [
        (plan_of(), "scenes", "A video ad has 1 to 20 scenes, not 0"),
        (plan_of(*[6] * 21), "scenes", "A video ad has 1 to 20 scenes, not 21"),
        (
            attrs.evolve(
                plan_of(6, 6, 6), scenes=plan_of(6, 6, 6).scenes[1:] + plan_of(6, 6).scenes[1:]
            ),
            "scenes",
            "scene_index must number the 3 scenes from 0 to 2, each once",
        ),
        (
            plan_of(6, 6, 6, texts=["..."]),
            "voiceover_segments",
            "Nothing is said: at least one segment needs a text with words",
        ),
        (
            attrs.evolve(plan_of(6, 6, 6), segments=(Segment(text="Hi.", scene_index=3),)),
            "voiceover_segments",
            "voiceover_segments[0]: there is no scene 3",
        ),
        (
            plan_of(6, 6, 6, texts=["a b", "x" * 2001]),
            "voiceover_segments",
            "voiceover_segments[1]: text has 2001 characters; at most 2000",
        ),
    ],
)
def test_a_fault_says_where_it_is_and_what_would_be_right(
    plan: Plan, field: str, told: str
) -> None:
    assert told in faults_of(plan)[f"plan.{field}"]


@pytest.mark.parametrize("name", ["music_mood", "voice_style", "call_to_action"])
def test_a_fault_of_the_plan_itself_is_told_under_its_field(name: str) -> None:
    most = faults.CHARACTERS_MAX[name]
    within: dict[str, Any] = {name: "x" * most}
    beyond: dict[str, Any] = {name: "x" * (most + 1)}
    faults.check(SPEC, attrs.evolve(plan_of(6, 6, 6), **within))

    found = faults_of(attrs.evolve(plan_of(6, 6, 6), **beyond))

    assert found == {f"plan.{name}": (f"{name} has {most + 1} characters; at most {most}",)}


def test_twenty_scenes_and_sixty_segments_are_none_too_many() -> None:
    faults.check(SPEC, plan_of(*[2] * 20, texts=["a"] * 40))
    faults.check(attrs.evolve(SPEC, duration_seconds=60), plan_of(*[8] * 9, texts=["a"] * 60))


def test_an_image_the_order_does_not_have_expires_the_plan() -> None:
    plan = plan_of(6, 6, 6, image_asset_id="gone")

    with pytest.raises(PlanExpiredError) as caught:
        faults.check(SPEC, plan)

    told = [f"scene {i}: image gone is not among the order's images" for i in range(3)]
    assert caught.value.field_errors == {"plan.scenes": tuple(told)}
    faults.check(attrs.evolve(SPEC, ad_format=AdFormat.RADIO), plan)


def test_footage_that_just_fills_the_ad_is_enough_and_a_frame_less_is_not() -> None:
    minute = attrs.evolve(SPEC, duration_seconds=60)

    faults.check(minute, plan_of(*[6] * 9))  # 9 x 200 frames when slowed by a tenth: 60 s
    short = plan_of(*[6] * 7, 8, 4)  # 7 x 200 + 266 + 133: a frame too few
    assert "too short" in faults_of(short, minute)["plan.scenes"][0]


def test_words_over_a_clip_are_words() -> None:
    clip = CustomClip(0, AssetId("c"), 4, "See it.")
    film = attrs.evolve(SPEC, custom_clips=(clip,))
    faults.check(film, plan_of(6, 6, 6, texts=("...",)))

    silent = attrs.evolve(SPEC, custom_clips=(attrs.evolve(clip, voiceover_text=None),))
    radio = attrs.evolve(film, ad_format=AdFormat.RADIO)
    for spec in (silent, radio):
        told = faults_of(plan_of(6, 6, 6, texts=("...",)), spec)["plan.voiceover_segments"]
        assert any("Nothing is said" in message for message in told)
