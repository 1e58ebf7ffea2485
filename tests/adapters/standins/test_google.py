"""
The real google-genai talks to the stand-ins: plans, pictures, verdicts, clips.
"""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from google.genai import errors, types
from PIL import Image

if TYPE_CHECKING:
    from google.genai import Client

    from ars0n_adapters.standins import Standins

TEXT = "gemini-3.8-flash"
IMAGE = "gemini-3.1-flash-image"
VEO = "veo-3.1-fast-generate-001"
OMNI = "gemini-omni-1.1-flash"

STRING = {"type": "string"}
SCENE = {
    "type": "object",
    "properties": {
        "description": STRING,
        "voiceover": STRING,
        "image": {"type": "integer", "minimum": 1, "maximum": 1},
        "transition": {"type": "string", "enum": ["dissolve", "cut"]},
    },
}
PLAN = {
    "type": "object",
    "properties": {
        "scenes": {"type": "array", "items": SCENE, "minItems": 3, "maxItems": 3},
        "music_mood": STRING,
    },
}
MARKS = {
    "type": "object",
    "properties": {
        "identity": {"type": "integer", "minimum": 0, "maximum": 10},
        "comment": STRING,
    },
}


def as_json(schema: dict[str, Any]) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        response_mime_type="application/json", response_json_schema=schema
    )


def pictured(shape: str = "1:1", size: str = "512") -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        response_modalities=["IMAGE"],
        image_config=types.ImageConfig(aspect_ratio=shape, image_size=size),
    )


def shown(photo: bytes) -> types.Part:
    return types.Part.from_bytes(data=photo, mime_type="image/png")


def clip(client: Client, photo: bytes, prompt: str = "slow dolly in", **changes: Any) -> Any:
    config: dict[str, Any] = {
        "number_of_videos": 1,
        "duration_seconds": 6,
        "aspect_ratio": "9:16",
        "resolution": "720p",
        "generate_audio": False,
        "person_generation": "allow_adult",
        "resize_mode": "CROP",
        "labels": {"job": "job-1"},
    }
    return client.models.generate_videos(
        model=changes.pop("model", VEO),
        source={"prompt": prompt, "image": {"image_bytes": photo, "mime_type": "image/png"}},
        config=types.GenerateVideosConfig(**{**config, **changes}),
    )


def ended(client: Client, name: str) -> Any:
    """
    The operation *name* when it is done, asked for by its name alone.
    """
    for _ in range(5):
        operation = client.operations.get(types.GenerateVideosOperation(name=name))
        if operation.done:
            return operation
    raise AssertionError("it never ended")


# -- what goes well ------------------------------------------------------------------


def test_a_plan_fits_its_schema_and_its_order(developer: Client, standins: Standins) -> None:
    order = json.dumps({"prompt": "Handmade oak tables for small apartments. No screws."})

    answer = developer.models.generate_content(
        model=TEXT, contents=f"A film of 15 seconds. {order}", config=as_json(PLAN)
    )

    plan = json.loads(answer.text or "")
    assert len(plan["scenes"]) == 3
    assert all(scene["image"] == 1 for scene in plan["scenes"])
    assert {scene["transition"] for scene in plan["scenes"]} <= {"dissolve", "cut"}
    assert "oak table" in " ".join(scene["voiceover"] for scene in plan["scenes"]).lower()
    assert plan["music_mood"]
    assert answer.usage_metadata is not None
    assert answer.usage_metadata.candidates_token_count


def test_a_radio_plan_has_segments_and_no_scenes(developer: Client, standins: Standins) -> None:
    segment = {"type": "object", "properties": {"text": STRING}}
    schema = {
        "type": "object",
        "properties": {"voiceover_segments": {"type": "array", "items": segment, "minItems": 1}},
    }

    answer = developer.models.generate_content(
        model=TEXT, contents="A radio ad of 30 seconds for oak tables", config=as_json(schema)
    )

    plan = json.loads(answer.text or "")
    assert set(plan) == {"voiceover_segments"}
    assert all(segment["text"] for segment in plan["voiceover_segments"])


@pytest.mark.parametrize(("shape", "size"), [("9:16", (384, 672)), ("4:5", (448, 576))])
def test_a_picture_comes_in_the_ordered_shape(
    platform: Client, standins: Standins, photo: bytes, shape: str, size: tuple[int, int]
) -> None:
    answer = platform.models.generate_content(
        model=IMAGE, contents=[shown(photo), "on marble"], config=pictured(shape)
    )

    (blob,) = [part.inline_data for part in answer.parts or [] if part.inline_data]
    assert blob.mime_type == "image/png"
    assert Image.open(io.BytesIO(blob.data or b"")).size == size


def test_a_verdict_is_within_its_range(developer: Client, standins: Standins, photo: bytes) -> None:
    answer = developer.models.generate_content(
        model=TEXT, contents=[shown(photo), shown(photo), "judge"], config=as_json(MARKS)
    )

    assert 0 < json.loads(answer.text or "")["identity"] <= 10
    assert standins.book.told()["routes"]["judge"]["billed"] == 1


def test_a_clip_is_made_in_its_own_time(platform: Client, standins: Standins, photo: bytes) -> None:
    operation = clip(platform, photo)

    first = platform.operations.get(types.GenerateVideosOperation(name=operation.name))
    assert not first.done
    done = ended(platform, operation.name)
    assert done.response.generated_videos[0].video.video_bytes.startswith(b"\0\0\0\x18ftyp")
    assert done.response.generated_videos[0].video.mime_type == "video/mp4"
    # Asked again it is there still: a lost answer loses no clip.
    assert ended(platform, operation.name).response.generated_videos
    assert standins.book.told()["routes"]["veo.submit"]["billed"] == 1


def test_an_interaction_ends_with_a_clip(
    developer: Client, standins: Standins, photo: bytes
) -> None:
    started = developer.interactions.create(
        model=OMNI,
        background=True,
        input=[
            {"type": "image", "data": base64.b64encode(photo).decode(), "mime_type": "image/png"},
            {"type": "text", "text": "slow dolly in"},
        ],
        response_format=[
            {"type": "video", "aspect_ratio": "9:16", "duration": "6s", "delivery": "inline"}
        ],
        generation_config={"video_config": {"task": "image_to_video"}},
    )
    assert started.status == "in_progress"

    first, then = (developer.interactions.get(id=started.id) for _ in range(2))

    assert first.status == "in_progress"
    assert then.status == "completed"
    video = then.output_video
    assert video is not None
    assert base64.b64decode(video.data or "").startswith(b"\0\0\0\x18ftyp")


def test_a_model_can_be_looked_up(developer: Client, platform: Client, standins: Standins) -> None:
    assert developer.models.get(model=TEXT).name == f"models/{TEXT}"
    assert platform.models.get(model=VEO).name == f"publishers/google/models/{VEO}"


# -- what is refused as it should be --------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [{"duration_seconds": 5}, {"aspect_ratio": "1:1"}, {"resolution": "8k"}],
    ids=lambda changes: next(iter(changes)),
)
def test_values_veo_does_not_make_are_refused(
    platform: Client, standins: Standins, photo: bytes, changes: dict[str, Any]
) -> None:
    with pytest.raises(errors.ClientError, match="must be one of") as caught:
        clip(platform, photo, **changes)

    assert caught.value.code == 400
    assert standins.book.told()["routes"]["veo.submit"]["billed"] == 0


def test_a_retired_model_and_a_lost_operation_are_not_found(
    platform: Client, standins: Standins, photo: bytes
) -> None:
    with pytest.raises(errors.ClientError, match="no longer available"):
        platform.models.generate_content(
            model="gemini-2.5-flash-image", contents=[shown(photo), "x"], config=pictured()
        )
    operation = clip(platform, photo)
    with pytest.raises(errors.ClientError) as caught:
        ended(platform, operation.name + "9")

    assert caught.value.code == 404
