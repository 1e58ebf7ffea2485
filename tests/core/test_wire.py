"""
Bodies in, answers out, in the documents' words.
"""

from __future__ import annotations

import gzip
import json
from typing import Any

import attrs
import pytest
from cattrs.errors import AttributeValidationNote, ClassValidationError

from ars0n_core import pricing, wire
from ars0n_core.errors import InvalidRequestError, TooManyClipsError
from ars0n_core.ids import AssetId
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.plans.typical import typical
from ars0n_core.specs import (
    AdFormat,
    AdSpec,
    AspectRatio,
    CaptionStyle,
    CtaDesign,
    CustomClip,
    VideoModel,
)
from ars0n_core.timelines import Look
from ars0n_core.usecases.estimate import EstimateOrder, estimate
from ars0n_core.wire.converter import _told

LEAST: dict[str, Any] = {
    "prompt": "Headphones",
    "imageAssetIds": ["asset_1"],
    "duration": 15,
    "voiceId": "adam",
}
SCENES = [{"scene_index": i, "description": f"Scene {i}", "duration_seconds": 6} for i in range(3)]
PLAN: dict[str, Any] = {
    "voiceover_script": "ignored",
    "voiceover_segments": [{"text": "Hear it.", "scene_index": 0}],
    "scenes": SCENES,
    "music_mood": "calm",
    "voice_style": "warm",
}

SURROGATE = "String must be valid Unicode, without unpaired surrogates"


def refused(body: object, read: Any = wire.structure_generate) -> dict[str, Any]:
    with pytest.raises(InvalidRequestError) as caught:
        read(body)
    details: dict[str, Any] = json.loads(json.dumps(wire.unstructure_faults(caught.value)))
    return details


def fields(body: object, read: Any = wire.structure_generate) -> dict[str, list[str]]:
    details = refused(body, read)
    assert details["formErrors"] == []
    found: dict[str, list[str]] = details["fieldErrors"]
    return found


# -- generate ------------------------------------------------------------------------


def test_the_least_body_has_the_documents_defaults() -> None:
    request = wire.structure_generate(LEAST)

    assert request == wire.GenerateRequest(
        spec=AdSpec(
            prompt="Headphones",
            image_asset_ids=(AssetId("asset_1"),),
            duration_seconds=15,
            voice_id="adam",
            ad_format=AdFormat.VIDEO,
            aspect_ratio=AspectRatio.PORTRAIT,
            video_model=VideoModel.FAST,
            variants=2,
            music_volume=0.3,
        )
    )


def test_every_field_is_read() -> None:
    body = LEAST | {
        "adFormat": "video",
        "aspectRatio": "16:9",
        "veoModel": "veo-3.1-generate-001",
        "logoAssetId": "logo",
        "musicAssetId": "music",
        "musicVolume": 1,
        "companyName": "Us",
        "ctaDesign": "neon",
        "gradientColor": "#FF5500",
        "voiceStyle": "warm",
        "musicMood": "calm",
        "tone": "wry",
        "editStyle": "flat",
        "emotion": "joy",
        "qualityLoopVariants": 3,
        "captions": "word",
        "customClips": [
            {"position": 2, "asset_id": "c", "voiceover_text": "See.", "duration_seconds": 6},
            {"position": 0, "asset_id": "d", "duration_seconds": 1.5},
        ],
        "maxCredits": 200,
        "projectId": "proj_1",
    }

    request = wire.structure_generate(body)

    assert request.max_credits == 200
    assert request.project_id == "proj_1"
    assert request.spec == AdSpec(
        prompt="Headphones",
        image_asset_ids=(AssetId("asset_1"),),
        duration_seconds=15,
        voice_id="adam",
        aspect_ratio=AspectRatio.LANDSCAPE,
        video_model=VideoModel.PREMIUM,
        logo_asset_id=AssetId("logo"),
        music_asset_id=AssetId("music"),
        music_volume=1.0,
        company_name="Us",
        cta_design=CtaDesign.NEON,
        gradient_color="#FF5500",
        voice_style="warm",
        music_mood="calm",
        tone="wry",
        edit_style="flat",
        emotion="joy",
        variants=3,
        captions=CaptionStyle.WORD,
        custom_clips=(
            CustomClip(2, AssetId("c"), 6.0, "See."),
            CustomClip(0, AssetId("d"), 1.5),
        ),
    )
    assert isinstance(request.spec.ad_format, AdFormat)


def test_unknown_fields_and_nulls_are_passed_over() -> None:
    odd = LEAST | {"webhook": 1, "tone": None, "plan": None, "imageUrls": None, "__class__": {}}

    assert wire.structure_generate(odd) == wire.structure_generate(LEAST)


def test_all_faults_of_a_body_are_told_together() -> None:
    assert refused({"duration": 20, "musicVolume": "loud"}) == {
        "fieldErrors": {
            "prompt": ["Required"],
            "voiceId": ["Required"],
            "duration": ["Duration must be 15, 30, or 60"],
            "musicVolume": ["Expected number, received string"],
        },
        "formErrors": ["Either imageUrls or imageAssetIds is required for video ads"],
    }


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "Required"),
        ("15", "Expected number, received string"),
        (True, "Expected number, received boolean"),
        ([15], "Expected number, received array"),
        ({}, "Expected number, received object"),
        (float("nan"), "Expected number, received nan"),
        (float("inf"), "Expected number, received infinity"),
        (15.5, "Duration must be 15, 30, or 60"),
        (16, "Duration must be 15, 30, or 60"),
        (10**400, "Number is out of range"),
        (-(10**400), "Number is out of range"),
    ],
)
def test_a_duration_is_a_number_and_one_of_three(value: object, message: str) -> None:
    assert fields(LEAST | {"duration": value}) == {"duration": [message]}


def test_a_whole_float_is_a_whole_number() -> None:
    spec = wire.structure_generate(LEAST | {"duration": 15.0, "qualityLoopVariants": 1.0}).spec

    assert (spec.duration_seconds, spec.variants) == (15, 1)
    assert isinstance(spec.duration_seconds, int)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("prompt", 5, "Expected string, received number"),
        ("prompt", "", "String must contain at least 1 character(s)"),
        ("prompt", "x" * 2001, "String must contain at most 2000 character(s)"),
        ("prompt", "a\0", "String must not contain NUL characters"),
        ("tone", "\ud83d", SURROGATE),
        ("voiceId", {}, "Expected string, received object"),
        ("adFormat", "tv", "Invalid enum value. Expected 'video' | 'radio', received 'tv'"),
        ("adFormat", 1, "Expected string, received number"),
        (
            "aspectRatio",
            "4:3",
            "Invalid enum value. Expected '9:16' | '16:9' | '1:1' | '4:5', received '4:3'",
        ),
        ("qualityLoopVariants", 2.5, "Must be 1, 2, or 3"),
        ("qualityLoopVariants", 4, "Must be 1, 2, or 3"),
        ("qualityLoopVariants", "2", "Expected number, received string"),
        ("musicVolume", 1.5, "Number must be between 0 and 1"),
        ("musicVolume", True, "Expected number, received boolean"),
        ("gradientColor", "red", "Must be a hex color such as #FF5500"),
        ("imageAssetIds", "asset_1", "Expected array, received string"),
        ("imageAssetIds", ["a", 5], "1: Expected string, received number"),
        ("imageAssetIds", ["\ud800"], "0: " + SURROGATE),
        ("imageAssetIds", ["a"] * 4, "Maximum 3 images for 15s ads"),
        ("imageAssetIds", ["a"] * 1001, "Array must contain at most 1000 element(s)"),
        ("customClips", {}, "Expected array, received object"),
        ("customClips", [5], "0: Expected object, received number"),
        ("maxCredits", -1, "Number must be greater than or equal to 0"),
        ("maxCredits", 0.5, "Expected integer, received float"),
        ("projectId", "", "String must contain at least 1 character(s)"),
    ],
)  # fmt: skip
def test_each_fault_is_told_under_its_field(name: str, value: object, message: str) -> None:
    assert fields(LEAST | {name: value}) == {name: [message]}


def test_a_wrong_word_is_repeated_only_in_part() -> None:
    (message,) = fields(LEAST | {"ctaDesign": "\ud800" + "x" * 10_000})["ctaDesign"]

    assert message.endswith("received '?" + "x" * 39 + "'")


def test_custom_clips_tell_which_and_what() -> None:
    clips = [
        {"position": 0, "asset_id": "a", "duration_seconds": 5},
        {"position": 1.5, "asset_id": 3},
        {"position": -1, "asset_id": "a", "duration_seconds": 5},
    ]

    assert fields(LEAST | {"customClips": clips}) == {
        "customClips": [
            "1.position: Expected integer, received float",
            "1.asset_id: Expected string, received number",
            "1.duration_seconds: Required",
            "2.position: Number must be greater than or equal to 0",
        ]
    }
    assert fields(LEAST | {"customClips": clips[2:]}) == {
        "customClips": ["0.position: Number must be greater than or equal to 0"]
    }


def test_eleven_custom_clips_have_a_code_of_their_own() -> None:
    body = LEAST | {"customClips": [{}] * 11}

    with pytest.raises(TooManyClipsError):
        wire.structure_generate(body)
    assert fields(body | {"tone": 5}) == {
        "customClips": ["Array must contain at most 10 element(s)"],
        "tone": ["Expected string, received number"],
    }


def test_images_come_one_way_only() -> None:
    both = LEAST | {"imageUrls": ["https://a.example/x.png"]}

    assert refused(both)["formErrors"] == ["Provide either imageUrls or imageAssetIds, not both"]
    assert refused(LEAST | {"imageAssetIds": []})["formErrors"] == [
        "Either imageUrls or imageAssetIds is required for video ads"
    ]
    assert refused(LEAST | {"imageUrls": 5})["fieldErrors"] == {
        "imageUrls": ["Expected array, received number"]
    }


def test_images_are_counted_even_if_the_duration_is_wrong() -> None:
    assert fields(LEAST | {"duration": "x", "imageAssetIds": ["a"] * 10}) == {
        "duration": ["Expected number, received string"],
        "imageAssetIds": ["Maximum 9 images"],
    }


def test_a_radio_ad_ignores_what_is_for_pictures() -> None:
    body = {
        "adFormat": "radio",
        "prompt": "Juice",
        "duration": 30,
        "voiceId": "adam",
        "imageUrls": 5,
        "aspectRatio": "4:3",
        "customClips": "none",
        "qualityLoopVariants": 9,
        "plan": {"voiceover_script": "Cold. Pressed!", "scenes": 7},
    }

    request = wire.structure_generate(body)

    assert request.spec == AdSpec(
        prompt="Juice", duration_seconds=30, voice_id="adam", ad_format=AdFormat.RADIO
    )
    assert request.plan == Plan(
        segments=(Segment(text="Cold.", scene_index=0), Segment(text="Pressed!", scene_index=1))
    )


@pytest.mark.parametrize("body", [None, [], "x", 5, True, float("nan")])
def test_a_body_is_an_object(body: object) -> None:
    details = refused(body)

    assert details["fieldErrors"] == {}
    assert details["formErrors"][0].startswith("Expected object, received ")


# -- plans ---------------------------------------------------------------------------


def test_the_segments_win_over_the_script() -> None:
    plan = wire.structure_generate(LEAST | {"plan": PLAN}).plan

    assert plan == Plan(
        segments=(Segment(text="Hear it.", scene_index=0),),
        scenes=tuple(
            Scene(scene_index=i, description=f"Scene {i}", duration_seconds=6.0) for i in range(3)
        ),
        music_mood="calm",
        voice_style="warm",
    )


def test_our_own_fields_of_a_scene_are_read() -> None:
    scene = {
        "scene_index": 0,
        "description": "d",
        "duration_seconds": 2.5,
        "image_asset_id": "a",
        "edit_prompt": "e",
        "motion_prompt": "m",
        "transition": "whip",
        "on_screen_text": "t",
    }

    plan = wire.structure_plan({"scenes": [scene], "call_to_action": "Now"})

    assert plan.call_to_action == "Now"
    assert plan.scenes == (
        Scene(
            scene_index=0,
            description="d",
            duration_seconds=2.5,
            image_asset_id=AssetId("a"),
            edit_prompt="e",
            motion_prompt="m",
            transition=Look.WHIP,
            on_screen_text="t",
        ),
    )


def said(script: str, lengths: list[float]) -> list[tuple[int, str]]:
    scenes = tuple(
        Scene(scene_index=9 - i, description="", duration_seconds=length)
        for i, length in enumerate(lengths)
    )
    return [(s.scene_index, s.text) for s in wire.split_script(script, scenes)]


def test_a_script_alone_is_dealt_to_the_scenes_by_sentences() -> None:
    assert said("One one. Two two! Six six?", [6, 6, 6]) == [
        (9, "One one."),
        (8, "Two two!"),
        (7, "Six six?"),
    ]
    assert said("One. Two. Six. Ten.", [6, 6]) == [(9, "One. Two."), (8, "Six. Ten.")]
    assert said("Only one.", [6, 6, 6]) == [(8, "Only one.")]
    assert said("One one. Two two.", [2, 8]) == [(8, "One one. Two two.")]
    assert said("", [6, 6]) == []


@pytest.mark.parametrize(
    ("script", "sentences"),
    [
        ("Only 3.5 grams at example.com. Go!", ["Only 3.5 grams at example.com.", "Go!"]),
        ("“Really?” Yes… really.", ["“Really?”", "Yes…", "really."]),
        ("音を聴く。今すぐ！", ["音を聴く。", "今すぐ！"]),
        ("no stop at all", ["no stop at all"]),
        ("Two\nlines. Of text", ["Two\nlines.", "Of text"]),
        ("...", ["..."]),
        ("  ", []),
    ],
)
def test_sentences_end_where_a_reader_would_say(script: str, sentences: list[str]) -> None:
    assert [segment.text for segment in wire.split_script(script, ())] == sentences


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scenes": 5}, "scenes: Expected array, received number"),
        ({"scenes": [5]}, "scenes.0: Expected object, received number"),
        (
            {"scenes": [*SCENES[:2], SCENES[2] | {"duration_seconds": "6"}]},
            "scenes.2.duration_seconds: Expected number, received string",
        ),
        (
            {"scenes": [*SCENES[:2], SCENES[2] | {"image_asset_id": "\ud800"}]},
            "scenes.2.image_asset_id: String must be valid Unicode, without unpaired surrogates",
        ),
        (
            {"voiceover_segments": [{"text": "Hi."}]},
            "voiceover_segments.0.scene_index: Required",
        ),
        (
            {"scenes": [*SCENES[:2], SCENES[2] | {"duration_seconds": 9}]},
            "scenes[2]: duration_seconds must be from 2 to 8, not 9",
        ),
        (
            {"scenes": [*SCENES[:2], SCENES[2] | {"scene_index": 7}]},
            "scenes: scene_index must number the 3 scenes from 0 to 2, each once",
        ),
        (
            {"voiceover_segments": [{"text": "Hi.", "scene_index": 3}]},
            "voiceover_segments[0]: there is no scene 3",
        ),
    ],
)
def test_faults_of_a_plan_tell_where_they_are(change: dict[str, Any], message: str) -> None:
    assert fields(LEAST | {"plan": PLAN | change}) == {"plan": [message]}


def test_a_plan_of_another_kind_is_refused() -> None:
    assert fields(LEAST | {"plan": "cheap"}) == {"plan": ["Expected object, received string"]}
    with pytest.raises(InvalidRequestError, match="plan: Expected object"):
        wire.structure_plan([])


def test_a_plan_is_told_faulty_beside_the_rest_of_the_body() -> None:
    longer = [*SCENES[:2], SCENES[2] | {"duration_seconds": 9}]

    assert set(fields(LEAST | {"tone": 5, "plan": PLAN | {"scenes": longer}})) == {"tone", "plan"}


def test_whether_a_plans_images_are_there_is_asked_later() -> None:
    scenes = [SCENES[0] | {"image_asset_id": "gone"}, *SCENES[1:]]

    plan = wire.structure_generate(LEAST | {"plan": PLAN | {"scenes": scenes}}).plan

    assert plan is not None
    assert plan.scenes[0].image_asset_id == "gone"


def test_a_radio_plans_segments_are_numbered_in_turn() -> None:
    body = {"voiceover_segments": [{"text": "One."}, {"text": "Two.", "scene_index": 9}]}

    assert wire.structure_plan(body).segments == (
        Segment(text="One.", scene_index=0),
        Segment(text="Two.", scene_index=1),
    )


# -- the other bodies ----------------------------------------------------------------


def test_a_plan_may_be_asked_for_without_length_and_images() -> None:
    spec = wire.structure_plan_request(
        {"prompt": "p", "voiceId": "v", "duration": None, "imageUrls": ["nonsense"]}
    )

    assert spec == AdSpec(prompt="p", voice_id="v", duration_seconds=30)
    assert fields({"voiceId": "v", "duration": 31}, wire.structure_plan_request) == {
        "prompt": ["Required"],
        "duration": ["Duration must be 15, 30, or 60"],
    }


def test_estimates_are_of_ads_that_would_be_made() -> None:
    read = wire.structure_estimate

    assert read({"imageCount": 3, "duration": 15}) == EstimateOrder(
        duration_seconds=15, image_count=3
    )
    assert read({"adFormat": "radio", "duration": 60, "imageCount": "x", "hasMusic": True}) == (
        EstimateOrder(duration_seconds=60, ad_format=AdFormat.RADIO, has_music=True)
    )
    assert fields({"imageCount": 4, "duration": 15}, read) == {
        "imageCount": ["Maximum 3 images for 15s ads"]
    }
    assert fields(
        {"duration": "15", "veoModel": "sora", "customClipsCount": 11, "hasMusic": 1}, read
    ) == {
        "duration": ["Expected number, received string"],
        "veoModel": [
            (
                "Invalid enum value. "
                "Expected 'veo-3.1-fast-generate-001' | 'veo-3.1-generate-001', received 'sora'"
            )
        ],
        "hasMusic": ["Expected boolean, received number"],
        "imageCount": ["Required"],
        "customClipsCount": ["Number must be between 0 and 10"],
    }


def test_edits_change_what_they_name() -> None:
    assert wire.structure_edit({}) == wire.EditRequest()
    assert wire.structure_edit({"customClips": [], "dryRun": True, "maxCredits": 5}) == (
        wire.EditRequest(custom_clips=(), dry_run=True, max_credits=5)
    )
    clip = {"position": 0, "asset_id": "c", "duration_seconds": 5}
    request = wire.structure_edit({"customClips": [clip], "plan": PLAN})
    assert request.custom_clips == (CustomClip(0, AssetId("c"), 5.0),)
    assert request.plan == wire.structure_plan(PLAN)


def test_faults_of_an_edit_are_told_together() -> None:
    body = {
        "plan": [],
        "customClips": [{"position": 0, "asset_id": "c", "duration_seconds": 31}],
        "dryRun": "yes",
        "maxCredits": -5,
    }

    assert fields(body, wire.structure_edit) == {
        "plan": ["Expected object, received array"],
        "customClips": ["0.duration_seconds: Number must be less than or equal to 30"],
        "dryRun": ["Expected boolean, received string"],
    }
    assert set(fields({"maxCredits": -5}, wire.structure_edit)) == {"maxCredits"}


def test_an_edited_plan_is_judged_by_the_order_it_is_for() -> None:
    spec = wire.structure_generate(LEAST).spec
    radio = attrs.evolve(spec, ad_format=AdFormat.RADIO)

    assert fields(
        {"plan": {"voiceover_script": "Hi."}}, lambda b: wire.structure_edit(b, spec)
    ) == {
        "plan": [
            "scenes: A video ad has 1 to 20 scenes, not 0",
            "voiceover_segments[0]: there is no scene 0",
        ]
    }
    request = wire.structure_edit({"plan": PLAN, "customClips": "odd"}, radio)
    assert request.custom_clips is None
    assert request.plan is not None
    assert request.plan.scenes == ()
    silent = {"plan": {"scenes": SCENES}}
    assert fields(silent, lambda b: wire.structure_edit(b, spec))["plan"]
    clip = {"position": 0, "asset_id": "c", "duration_seconds": 5, "voiceover_text": "Look."}
    assert wire.structure_edit(silent | {"customClips": [clip]}, spec).plan


def test_previews_have_a_text_and_a_voice() -> None:
    read = wire.structure_preview

    assert read({"text": "Hi.", "voiceId": "v"}) == wire.PreviewRequest(text="Hi.", voice_id="v")
    assert fields({"text": " "}, read) == {
        "voiceId": ["Required"],
        "text": ["String must contain at least 1 character(s)"],
    }
    assert fields({"text": "x" * 5001, "voiceId": "v"}, read) == {
        "text": ["String must contain at most 5000 character(s)"]
    }
    assert refused([], read)["formErrors"]


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "It is empty"),
        (b"{", "line 1, column 2"),
        (b"{'a': 1}", "line 1, column 2"),
        (b"\xff\xfe\x00", "not UTF"),
        (b"[" * 100_000, "nested too deeply"),
        (b"1" * 5000, "too many digits"),
        (b'{"a":1}}', "line 1, column 8"),
        (b'{"a":1,\n,}', "line 2, column 1"),
        (b'{"a": "\xff"}', "Byte 8 is not UTF-8"),
        (gzip.compress(b"{}", mtime=0), "without Content-Encoding"),
    ],
)
def test_a_body_that_is_no_json_is_refused_and_told_why(raw: bytes, why: str) -> None:
    told = refused(raw, wire.parse)["formErrors"]

    assert told[0] == "Body must be valid JSON"
    assert why in told[1]


def test_a_body_has_an_end() -> None:
    assert wire.parse(b'{"duration": 15}') == {"duration": 15}
    assert (
        "at most 10 bytes"
        in refused(b" " * 11, lambda raw: wire.parse(raw, bytes_max=10))["formErrors"][0]
    )


# -- answers -------------------------------------------------------------------------


def test_the_documented_estimates() -> None:
    video = estimate(
        wire.structure_estimate({"adFormat": "video", "imageCount": 3, "duration": 15})
    )
    radio = estimate(wire.structure_estimate({"adFormat": "radio", "duration": 30}))

    assert wire.unstructure_estimate(video.ad_format, video.estimate) == {
        "adFormat": "video",
        "estimatedCredits": 140,
        "breakdown": [
            {"operation": "nanobanana_edit", "credits": 10},
            {"operation": "nanobanana_edit", "credits": 10},
            {"operation": "nanobanana_edit", "credits": 10},
            {"operation": "video_generation", "credits": 35},
            {"operation": "video_generation", "credits": 35},
            {"operation": "video_generation", "credits": 35},
            {"operation": "voiceover", "credits": 3},
            {"operation": "compositing", "credits": 2},
        ],
        "jobCount": 8,
        "sceneCount": 3,
    }
    assert wire.unstructure_estimate(radio.ad_format, radio.estimate) == {
        "adFormat": "radio",
        "estimatedCredits": 5,
        "breakdown": [
            {"operation": "voiceover", "credits": 3},
            {"operation": "audio_compositing", "credits": 2},
        ],
        "jobCount": 2,
        "sceneCount": 0,
    }


def test_the_answer_to_a_plan() -> None:
    spec = wire.structure_generate(
        LEAST | {"customClips": [{"position": 0, "asset_id": "c", "duration_seconds": 2.5}]}
    ).spec
    plan = typical(spec)

    answer = wire.unstructure_plan_answer(spec, plan, pricing.estimate(break_down(spec, plan)))

    assert answer["estimatedDurationSeconds"] == 17.5
    assert answer["estimatedCredits"] == 140
    assert (answer["jobCount"], answer["sceneCount"]) == (8, 3)
    assert answer["plan"] == wire.unstructure_plan(plan)


def test_a_plan_in_the_documents_shape() -> None:
    plan = Plan(
        segments=(Segment(text="One.", scene_index=0), Segment(text="Two.", scene_index=0)),
        scenes=(Scene(scene_index=0, description="d", duration_seconds=6.0),),
        music_mood="calm",
        voice_style="warm",
        call_to_action="Now",
    )

    assert json.loads(json.dumps(wire.unstructure_plan(plan))) == {
        "voiceover_script": "One. Two.",
        "voiceover_segments": [
            {"text": "One.", "scene_index": 0},
            {"text": "Two.", "scene_index": 0},
        ],
        "scenes": [
            {
                "scene_index": 0,
                "description": "d",
                "duration_seconds": 6,
                "image_asset_id": None,
                "edit_prompt": "",
                "motion_prompt": "",
                "transition": "dissolve",
                "on_screen_text": None,
            }
        ],
        "music_mood": "calm",
        "voice_style": "warm",
        "call_to_action": "Now",
    }


def test_faults_go_out_under_the_published_names() -> None:
    error = InvalidRequestError(
        {"plan.scenes": ["scenes[0]: wrong"], "plan.music_mood": ["too long"], "voiceId": ["x"]},
        ["Provide either image_urls or image_asset_ids, not both"],
    )

    assert wire.unstructure_faults(error) == {
        "fieldErrors": {
            "plan": ["scenes[0]: wrong", "music_mood: too long"],
            "voiceId": ["x"],
        },
        "formErrors": ["Provide either imageUrls or imageAssetIds, not both"],
    }


def test_every_field_of_an_order_has_a_published_name() -> None:
    assert set(wire.SPEC_NAMES) == {field.name for field in attrs.fields(AdSpec)}


def test_an_order_goes_out_as_the_body_that_orders_it() -> None:
    body = LEAST | {
        "adFormat": "video",
        "aspectRatio": "9:16",
        "veoModel": "veo-3.1-fast-generate-001",
        "qualityLoopVariants": 2,
        "musicVolume": 0.3,
        "captions": "off",
        "tone": "wry",
        "customClips": [
            {"position": 1, "asset_id": "c", "voiceover_text": None, "duration_seconds": 6}
        ],
    }

    assert wire.unstructure_spec(wire.structure_generate(body).spec) == body


@pytest.mark.parametrize("known", [True, False])
def test_a_bug_is_not_taken_for_a_fault_of_the_body(known: bool) -> None:  # noqa: FBT001 - a case
    bug = ZeroDivisionError()
    if known:
        bug.add_note(AttributeValidationNote("", "prompt", str))

    with pytest.raises(ZeroDivisionError):
        list(_told(ClassValidationError("", [bug], AdSpec)))


def test_what_a_body_asks_for_beside_an_order() -> None:
    options = wire.structure_options({"maxCredits": 47, "unknown": True})

    assert (options.max_credits, options.dry_run, options.project_id) == (47, False, None)
    assert wire.structure_options({}).max_credits is None
    assert fields({"maxCredits": -1}, wire.structure_options) == {
        "maxCredits": ["Number must be greater than or equal to 0"]
    }
    assert fields({"maxCredits": True, "dryRun": 1}, wire.structure_options) == {
        "maxCredits": ["Expected number, received boolean"],
        "dryRun": ["Expected boolean, received number"],
    }


def test_every_fault_of_a_clip_is_told_however_it_was_found() -> None:
    clips = [
        {"position": -1, "asset_id": "", "duration_seconds": 31, "voiceover_text": 7},
        "no clip",
        {"position": "first", "asset_id": "c", "duration_seconds": 0},
    ]
    assert set(fields({**LEAST, "customClips": clips})["customClips"]) == {
        "0.asset_id: String must contain at least 1 character(s)",
        "0.voiceover_text: Expected string, received number",
        "0.position: Number must be greater than or equal to 0",
        "0.duration_seconds: Number must be less than or equal to 30",
        "1: Expected object, received string",
        "2.position: Expected number, received string",
        "2.duration_seconds: Number must be greater than 0",
    }


def test_images_that_are_too_many_are_judged_one_by_one_too() -> None:
    body = {**LEAST, "imageAssetIds": None, "imageUrls": ["ftp://a", "https://b.example/c.png"] * 2}
    assert fields(body)["imageUrls"] == [
        "Maximum 3 images for 15s ads",
        "0: Invalid url; use http:// or https://",
        "2: Invalid url; use http:// or https://",
    ]


def test_a_brand_kit_comes_back_as_it_was_saved() -> None:
    body = {
        "companyName": "Nordlys",
        "logoAssetId": "asset_logo",
        "gradientColor": "#112233",
        "ctaDesign": "bold",
        "tagline": "Hear it",
    }
    kit = wire.structure_brand_kit(body)
    told = json.loads(json.dumps(wire.unstructure_brand_kit(kit)))
    assert told == {**body, "brandFont": None, "website": None, "legalLine": None}
    assert wire.structure_brand_kit(told) == kit


def test_every_fault_of_a_brand_kit_is_told_by_its_field() -> None:
    body = {"ctaDesign": "baroque", "tagline": 7}
    assert set(fields(body, wire.structure_brand_kit)) == {"ctaDesign", "tagline"}
