"""
Laws of the wire: what goes out comes in again unchanged, and no body breaks it.
"""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ars0n_core import wire
from ars0n_core.errors import InvalidRequestError
from ars0n_core.ids import AssetId
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs import (
    AdFormat,
    AdSpec,
    AspectRatio,
    CaptionStyle,
    CtaDesign,
    CustomClip,
    VideoModel,
    find_faults,
)
from ars0n_core.timelines import Look

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
SEEN = st.characters(categories=["Lu", "Ll", "Nd", "Sm", "Sc", "So"], exclude_characters="\u2800")
SAID = st.builds("{}{}{}".format, TEXT, SEEN, TEXT)
IDS = st.from_regex(r"[a-z]{1,8}_[0-9a-f]{1,8}", fullmatch=True).map(AssetId)

CLIPS = st.builds(
    CustomClip,
    position=st.integers(0, 20),
    asset_id=IDS,
    duration_seconds=st.floats(0.01, 30),
    voiceover_text=st.none() | TEXT,
)


@st.composite
def specs(draw: st.DrawFn) -> AdSpec:
    shared: dict[str, Any] = {
        "prompt": draw(SAID),
        "duration_seconds": draw(st.sampled_from([15, 30, 60])),
        "voice_id": draw(IDS),
        "music_asset_id": draw(st.none() | IDS),
        "music_volume": draw(st.floats(0, 1)),
        "company_name": draw(st.none() | TEXT),
        "voice_style": draw(st.none() | TEXT),
        "music_mood": draw(st.none() | TEXT),
        "tone": draw(st.none() | TEXT),
        "emotion": draw(st.none() | TEXT),
    }
    if draw(st.booleans()):
        return AdSpec(ad_format=AdFormat.RADIO, **shared)
    urls = st.lists(st.just("https://a.example/x.png"), min_size=1, max_size=3).map(tuple)
    images: dict[str, Any] = draw(
        st.fixed_dictionaries({"image_urls": urls})
        | st.fixed_dictionaries(
            {"image_asset_ids": st.lists(IDS, min_size=1, max_size=3).map(tuple)}
        )
    )
    return AdSpec(
        **shared,
        **images,
        aspect_ratio=draw(st.sampled_from(AspectRatio)),
        video_model=draw(st.sampled_from(VideoModel)),
        variants=draw(st.integers(1, 3)),
        logo_asset_id=draw(st.none() | IDS),
        cta_design=draw(st.none() | st.sampled_from(CtaDesign)),
        gradient_color=draw(st.none() | st.from_regex(r"#[0-9a-fA-F]{6}", fullmatch=True)),
        edit_style=draw(st.none() | TEXT),
        captions=draw(st.sampled_from(CaptionStyle)),
        custom_clips=tuple(draw(st.lists(CLIPS, max_size=10))),
    )


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    names = draw(st.permutations(range(draw(st.integers(1, 6)))))
    segment = st.builds(Segment, text=TEXT, scene_index=st.sampled_from(names))
    return Plan(
        segments=tuple(draw(st.lists(segment, min_size=1, max_size=6))),
        scenes=tuple(
            Scene(
                scene_index=name,
                description=draw(TEXT),
                duration_seconds=draw(st.floats(2, 8)),
                image_asset_id=draw(st.none() | IDS),
                edit_prompt=draw(TEXT),
                motion_prompt=draw(TEXT),
                transition=draw(st.sampled_from(Look)),
                on_screen_text=draw(st.none() | TEXT),
            )
            for name in names
        ),
        music_mood=draw(TEXT),
        voice_style=draw(TEXT),
        call_to_action=draw(TEXT),
    )


def over_the_wire(value: object) -> Any:
    return wire.parse(json.dumps(value).encode())


@given(specs())
def test_an_order_goes_out_and_comes_in_unchanged(spec: AdSpec) -> None:
    body = over_the_wire(wire.unstructure_spec(spec))

    assert wire.structure_generate(body) == wire.GenerateRequest(spec=spec)


@given(plans())
def test_a_plan_goes_out_and_comes_in_unchanged(plan: Plan) -> None:
    assert wire.structure_plan(over_the_wire(wire.unstructure_plan(plan))) == plan


@given(plans())
def test_a_radio_plan_goes_out_and_comes_in_unchanged(plan: Plan) -> None:
    segments = tuple(attrs.evolve(s, scene_index=i) for i, s in enumerate(plan.segments))
    radio = attrs.evolve(plan, scenes=(), segments=segments)

    assert wire.structure_plan(over_the_wire(wire.unstructure_plan(radio))) == radio


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["video", "radio", "9:16", 15, 10**400, "\ud800", "a\0"]),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [*wire.NAMES.values(), "plan", "scenes", "voiceover_segments", "text", "position",
                 "scene_index", "duration_seconds", "asset_id", "description", "voiceover_script",
                 "transition"]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=30,
)  # fmt: skip

BODIES = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys((*wire.NAMES.values(), "plan", "text"), JSON)
    | {"customClips": st.lists(JSON, max_size=12)},
)


def told(read: Any, body: object) -> Any:
    """
    Read *body*; its faults must be told in published names, as JSON a client can read.
    """
    try:
        return read(body)
    except InvalidRequestError as error:
        refusal = error
    details: Any = wire.unstructure_faults(refusal)
    assert refusal.field_errors or refusal.form_errors
    assert set(refusal.field_errors) <= {*wire.NAMES.values(), "plan", "text"}
    assert all(len(messages) <= 10 for messages in refusal.field_errors.values())
    json.dumps(details, ensure_ascii=False, allow_nan=False).encode()
    return None


@given(BODIES | JSON)
def test_no_body_breaks_the_wire(body: object) -> None:
    request = told(wire.structure_generate, body)
    if request is not None:
        assert not find_faults(request.spec)
    for read in (
        wire.structure_estimate,
        wire.structure_plan_request,
        wire.structure_edit,
        wire.structure_preview,
        wire.structure_plan,
    ):
        told(read, body)


@given(specs(), st.data())
def test_one_wrong_field_is_told_and_only_that(spec: AdSpec, data: st.DataObject) -> None:
    body: dict[str, Any] = dict(wire.unstructure_spec(spec))
    given_fields = [name for name in body if name != "adFormat"]
    if spec.ad_format is AdFormat.RADIO:
        needed = {"prompt", "duration", "voiceId", "musicVolume"}
        given_fields = [name for name in given_fields if name in needed]
    name = data.draw(st.sampled_from(sorted(given_fields)))
    body[name] = data.draw(st.sampled_from([{}, True, float("nan")]))

    with pytest.raises(InvalidRequestError) as caught:
        wire.structure_generate(body)
    assert set(caught.value.field_errors) == {name}
    assert not caught.value.form_errors


@given(
    st.binary(max_size=200)
    | st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_no_bytes_break_the_wire(raw: bytes) -> None:
    told(lambda body: wire.structure_generate(wire.parse(body)), raw)


@given(st.text(max_size=300), plans())
def test_no_word_of_a_script_is_lost_or_moved(script: str, plan: Plan) -> None:
    segments = wire.split_script(script, plan.scenes)

    assert " ".join(s.text for s in segments).split() == script.split()
    order = [s.scene_index for s in plan.scenes]
    places = [order.index(s.scene_index) for s in segments]
    assert places == sorted(set(places))
