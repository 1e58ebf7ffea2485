"""
Pictures by Gemini, through the real SDK: judged, conformed, and every refusal with its reason.
"""

from __future__ import annotations

import base64
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from PIL import Image

from ars0n_adapters.providers.genai.accounts import Account
from ars0n_adapters.providers.genai.calls import Line
from ars0n_adapters.providers.genai.images import REFERENCES_MAX, GeminiImageEditor
from ars0n_adapters.providers.genai.judging import WEIGHTS, Judge
from ars0n_core.errors import (
    MisconfiguredError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)
from ars0n_core.ports import ImageOrder
from ars0n_core.specs.model import AspectRatio
from ars0n_core.testing.conformance import media
from ars0n_core.testing.conformance.pictures import ImageEditorSuite

if TYPE_CHECKING:
    from pathlib import Path

EDITS = "image:generateContent"


def shown(content: bytes) -> dict[str, Any]:
    data = base64.b64encode(content).decode()
    parts = [{"text": "Here you are."}, {"inlineData": {"mimeType": "image/png", "data": data}}]
    return {"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": "STOP"}]}


def judged(points: int) -> dict[str, Any]:
    text = json.dumps({**dict.fromkeys(WEIGHTS, points), "comment": "fine"})
    parts = [{"text": text}]
    return {"candidates": [{"content": {"parts": parts, "role": "model"}, "finishReason": "STOP"}]}


def refused(reason: str) -> dict[str, Any]:
    return {"candidates": [{"finishReason": reason}]}


@pytest.fixture
def images(vendor: Any, budget: Any, kept: Any, reply: Any) -> GeminiImageEditor:
    line = Line(
        account=Account(api_key="k", base_url=vendor.url, timeout_seconds=5),
        budget=budget,
        kept=kept,
        model="a-flash-image",
        setting="ARS0N_GEMINI_IMAGE_MODEL",
        port="images",
    )
    points = iter([3, 9, 6] * 10)
    sizes = iter(range(40, 80))

    def otherwise(request: Any) -> Any:
        if EDITS in request.path:
            return reply(body=shown(media.png(76, next(sizes) * 2)))
        return reply(body=judged(next(points)))

    vendor.otherwise = otherwise
    return GeminiImageEditor(line, Judge(evolve(line, model="a-judge")))


@pytest.fixture
def order(tmp_path: Path) -> ImageOrder:
    source = tmp_path / "photo.png"
    source.write_bytes(media.png(96, 64))
    return ImageOrder(
        source=source,
        description="The lamp on a desk",
        direction="soft light",
        aspect_ratio=AspectRatio.PORTRAIT,
        width=72,
        height=128,
        variants=2,
        seed="a",
    )


class TestGeminiImageEditor(ImageEditorSuite):
    @pytest.fixture
    def images(self, images: GeminiImageEditor) -> GeminiImageEditor:
        return images


def test_the_judge_decides_which_is_best_and_says_why(
    images: GeminiImageEditor, order: ImageOrder, tmp_path: Path
) -> None:
    made = images.edit(evolve(order, variants=3), tmp_path)

    assert [variant.path.name[8] for variant in made] == ["1", "2", "0"]
    assert made[0].score == pytest.approx(0.9)
    assert made[0].notes["identity"] == 0.9
    assert made[0].notes["comment"] == "fine"


def test_a_retry_after_a_crash_is_free(
    images: GeminiImageEditor, order: ImageOrder, vendor: Any, tmp_path: Path
) -> None:
    images.edit(order, tmp_path)
    paid = len(vendor.log)

    images.edit(order, tmp_path)

    assert len(vendor.log) == paid == 4


def test_a_picture_that_came_broken_is_not_handed_to_a_retry(
    images: GeminiImageEditor, order: ImageOrder, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    once = evolve(order, variants=1)
    vendor.queue.append(reply(body=shown(b"no picture")))

    with pytest.raises(ProviderUnknownError, match="can't be read"):
        images.edit(once, tmp_path)

    assert len(images.edit(once, tmp_path)) == 1


def photos_in(request: Any) -> list[tuple[int, int]]:
    parts = [part for content in request.body["contents"] for part in content["parts"]]
    held = [part["inlineData"]["data"] for part in parts if "inlineData" in part]
    pictures = (base64.b64decode(data, altchars=b"-_") for data in held)
    return [Image.open(io.BytesIO(picture)).size for picture in pictures]


def words_in(request: Any) -> str:
    parts = [part for content in request.body["contents"] for part in content["parts"]]
    return " ".join(part.get("text", "") for part in parts)


def test_the_other_photos_are_shown_beside_the_scenes_own(
    images: GeminiImageEditor, order: ImageOrder, vendor: Any, tmp_path: Path
) -> None:
    others = tuple(tmp_path / f"{side}.png" for side in range(20, 28))
    for side, path in zip(range(20, 28), others, strict=True):
        path.write_bytes(media.png(side, side))
    sizes = [(96, 64), *((side, side) for side in range(20, 20 + REFERENCES_MAX))]

    images.edit(evolve(order, variants=1, references=others), tmp_path)

    edit, verdict = vendor.log
    assert photos_in(edit) == sizes
    assert photos_in(verdict)[:-1] == sizes
    assert "the first of these 6 photos" in words_in(edit)
    assert "The first 6 pictures are the photos" in words_in(verdict)


def test_other_photos_make_another_picture(
    images: GeminiImageEditor, order: ImageOrder, vendor: Any, tmp_path: Path
) -> None:
    other = tmp_path / "other.png"
    for side in (20, 30):
        other.write_bytes(media.png(side, side))
        images.edit(evolve(order, variants=1, references=(other,)), tmp_path)
    images.edit(evolve(order, variants=1), tmp_path)

    assert vendor.count(EDITS) == 3


def test_another_take_is_made_anew(
    images: GeminiImageEditor, order: ImageOrder, vendor: Any, tmp_path: Path
) -> None:
    images.edit(order, tmp_path)
    images.edit(evolve(order, seed="b"), tmp_path)

    assert vendor.count(EDITS) == 4


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ({"promptFeedback": {"blockReason": "SAFETY"}}, "safety rules"),
        ({"promptFeedback": {"blockReason": "BLOCKLIST"}}, "a blocked word"),
        (refused("IMAGE_SAFETY"), "safety rules for pictures"),
        (refused("IMAGE_RECITATION"), "too near to an existing picture"),
        (refused("NO_IMAGE"), "made no picture"),
        (refused("SOMETHING_NEW_NEXT_YEAR"), "something new next year"),
        (
            {
                "candidates": [
                    {"content": {"parts": [{"text": "I can't do that."}]}, "finishReason": "STOP"}
                ]
            },
            "I can't do that",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:.*is not a valid FinishReason")
def test_every_refusal_gives_its_reason(
    images: GeminiImageEditor,
    order: ImageOrder,
    vendor: Any,
    reply: Any,
    tmp_path: Path,
    answer: dict[str, Any],
    reason: str,
) -> None:
    vendor.otherwise = lambda _: reply(body=answer)

    with pytest.raises(ProviderRejectedError, match=reason):
        images.edit(order, tmp_path)


def test_a_sketch_of_the_model_is_not_its_picture(
    images: GeminiImageEditor, order: ImageOrder, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    sketch, final = shown(media.png(20, 20)), shown(media.png(72, 128))
    thought = {**sketch["candidates"][0]["content"]["parts"][1], "thought": True}
    final["candidates"][0]["content"]["parts"].insert(0, thought)
    vendor.queue = [reply(body=final)]

    images.edit(evolve(order, variants=1), tmp_path)

    assert photos_in(vendor.log[1])[-1] == (72, 128)


def test_one_refused_picture_leaves_the_other(
    images: GeminiImageEditor, order: ImageOrder, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    vendor.queue = [reply(body=refused("IMAGE_SAFETY"))]

    assert len(images.edit(order, tmp_path)) == 1


def test_a_picture_nobody_could_judge_is_not_thrown_away(
    images: GeminiImageEditor, order: ImageOrder, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    vendor.queue = [reply(body=shown(media.png(72, 128))), reply(500, {"error": {"code": 500}})]

    (made,) = images.edit(evolve(order, variants=1), tmp_path)

    assert "unjudged" in str(made.notes["judge"])


@pytest.mark.parametrize(
    ("status", "error", "expected"),
    [
        (429, {"status": "RESOURCE_EXHAUSTED"}, ProviderUnavailableError),
        (500, {}, ProviderUnavailableError),
        (503, {}, ProviderUnavailableError),
        (504, {}, ProviderUnknownError),
        (400, {"message": "Unable to process input image"}, ProviderRejectedError),
        (400, {"message": "API key not valid. Please pass one."}, MisconfiguredError),
        (400, {"status": "FAILED_PRECONDITION", "message": "not your country"}, MisconfiguredError),
        (401, {}, MisconfiguredError),
        (403, {}, MisconfiguredError),
        (404, {}, MisconfiguredError),
    ],
)
def test_what_an_error_means_for_money(
    images: GeminiImageEditor,
    order: ImageOrder,
    vendor: Any,
    reply: Any,
    tmp_path: Path,
    status: int,
    error: dict[str, Any],
    expected: type[Exception],
) -> None:
    vendor.otherwise = lambda _: reply(status, {"error": {"code": status, **error}})

    with pytest.raises(expected):
        images.edit(evolve(order, variants=1), tmp_path)
    assert len(vendor.log) == 1


@pytest.mark.parametrize("broken", [{"truncated": True}, {"dropped": True}, {"seconds": 30.0}])
def test_what_was_sent_and_never_answered_is_unknown(
    images: GeminiImageEditor,
    order: ImageOrder,
    vendor: Any,
    reply: Any,
    tmp_path: Path,
    broken: dict[str, Any],
) -> None:
    line = evolve(images.line, account=evolve(images.line.account, timeout_seconds=0.3))
    vendor.otherwise = lambda _: reply(body=shown(media.png(72, 128)), **broken)

    with pytest.raises(ProviderUnknownError):
        GeminiImageEditor(line, images.judge).edit(evolve(order, variants=1), tmp_path)
    assert len(vendor.log) == 1


def test_what_never_left_is_not_billed(
    images: GeminiImageEditor, order: ImageOrder, tmp_path: Path
) -> None:
    nobody = evolve(images.line.account, base_url="http://127.0.0.1:1")

    with pytest.raises(ProviderUnavailableError, match="can't be reached"):
        GeminiImageEditor(evolve(images.line, account=nobody), images.judge).edit(order, tmp_path)


def test_too_many_requests_say_when_to_come_back(
    images: GeminiImageEditor, order: ImageOrder, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    delay = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "37s"}
    vendor.queue = [reply(429, {"error": {"code": 429, "message": "slow", "details": [delay]}})]

    with pytest.raises(ProviderUnavailableError) as caught:
        images.edit(order, tmp_path)

    assert caught.value.retry_after_seconds == 37


def test_a_key_is_in_no_representation(images: GeminiImageEditor) -> None:
    account = evolve(images.line.account, api_key="AIzaSySecretSecret", access_token="ya29.secret")

    assert "ecret" not in repr(evolve(images.line, account=account))
