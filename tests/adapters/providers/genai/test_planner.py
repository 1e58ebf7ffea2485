"""
Plans by Gemini, through the real SDK: sound ones, mended ones, refused ones.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_adapters.providers.genai.accounts import Account
from ars0n_adapters.providers.genai.calls import Line
from ars0n_adapters.providers.genai.planner import GeminiPlanner
from ars0n_core.errors import (
    MisconfiguredError,
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from ars0n_core.plans import budget as words
from ars0n_core.testing.conformance.planners import FILM, PlannerSuite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_core.ports import Picture

SCENE = {
    "description": "The lamp on a desk",
    "edit_prompt": "soft window light",
    "motion_prompt": "slow push in",
    "voiceover": "Meet the lamp.",
    "duration_seconds": 6,
    "transition": "dissolve",
    "on_screen_text": None,
    "image": 1,
}
SHARED = {"music_mood": "calm", "voice_style": "warm", "call_to_action": "Get yours"}


def answered(value: Any, finish: str = "STOP") -> dict[str, Any]:
    text = value if isinstance(value, str) else json.dumps(value)
    content = {"parts": [{"text": text}], "role": "model"}
    return {"candidates": [{"content": content, "finishReason": finish, "index": 0}]}


def film(count: int = 3, **changes: Any) -> dict[str, Any]:
    return {"scenes": [{**SCENE, **changes} for _ in range(count)], **SHARED}


def asked_for(request: Any) -> dict[str, Any]:
    """
    A plan as the schema in the request wants it.
    """
    schema = request.body["generationConfig"]["responseJsonSchema"]
    if "scenes" in schema["properties"]:
        return film(schema["properties"]["scenes"]["minItems"])
    return {"voiceover_segments": [{"text": "Meet the lamp."}], **SHARED}


@pytest.fixture
def line(vendor: Any, budget: Any, kept: Any) -> Line:
    return Line(
        account=Account(api_key="k", base_url=vendor.url, timeout_seconds=5),
        budget=budget,
        kept=kept,
        model="gemini-3.8-flash",
        setting="ARS0N_GEMINI_MODEL",
        port="planner",
    )


class TestGeminiPlanner(PlannerSuite):
    @pytest.fixture
    def planner(self, line: Line, vendor: Any, reply: Any) -> GeminiPlanner:
        vendor.otherwise = lambda request: reply(body=answered(asked_for(request)))
        return GeminiPlanner(line)


@pytest.fixture
def planner(line: Line) -> GeminiPlanner:
    return GeminiPlanner(line)


@pytest.fixture
def pictures(tmp_path: Any) -> tuple[Picture, ...]:
    from ars0n_core.ports import Picture
    from ars0n_core.testing.conformance import media

    (tmp_path / "lamp.png").write_bytes(media.png(48, 48))
    return tuple(Picture(asset_id=i, path=tmp_path / "lamp.png") for i in FILM.image_asset_ids)


def test_the_model_sees_the_order_and_its_pictures(
    planner: GeminiPlanner, vendor: Any, reply: Any, pictures: Any
) -> None:
    vendor.queue = [reply(body=answered(film()))]

    planner.plan(FILM, pictures)

    (request,) = vendor.log
    parts = request.body["contents"][0]["parts"]
    assert sum("inlineData" in part for part in parts) == 2
    assert FILM.prompt in parts[-1]["text"]
    assert request.headers["x-goog-api-key"] == "k"


@pytest.mark.parametrize("wrong", ["{not json", "[]", film(2), film(3, voiceover="")])
def test_a_plan_that_is_no_good_is_mended_once(
    planner: GeminiPlanner, vendor: Any, reply: Any, pictures: Any, wrong: Any
) -> None:
    vendor.queue = [reply(body=answered(wrong)), reply(body=answered(film()))]

    plan = planner.plan(FILM, pictures)

    assert len(plan.scenes) == 3
    assert "can't be used" in vendor.log[1].body["contents"][0]["parts"][-1]["text"]


def test_a_plan_that_stays_no_good_is_given_up_with_its_fault(
    planner: GeminiPlanner, vendor: Any, reply: Any, pictures: Any
) -> None:
    vendor.otherwise = lambda _: reply(body=answered(film(2)))

    with pytest.raises(ProviderUnavailableError, match="2 scenes; make exactly 3"):
        planner.plan(FILM, pictures)
    assert len(vendor.log) == 2


def test_too_many_words_are_cut_to_the_budget_by_whole_sentences(
    planner: GeminiPlanner, vendor: Any, reply: Any, pictures: Any
) -> None:
    long = "Meet the lamp. " + "It follows the sun all day long. " * 6
    vendor.otherwise = lambda _: reply(body=answered(film(voiceover=long)))

    plan = planner.plan(FILM, pictures)

    said = [segment.text for segment in plan.segments]
    assert sum(map(words.count_words, said)) <= words.words_max(FILM)
    assert all(text.startswith("Meet the lamp.") and text.endswith(".") for text in said)


def test_a_refused_order_says_why(planner: GeminiPlanner, vendor: Any, reply: Any) -> None:
    vendor.queue = [reply(body={"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})]

    with pytest.raises(ProviderRejectedError, match="prohibited content"):
        planner.plan(FILM, ())


def test_a_retired_model_names_its_setting(planner: GeminiPlanner, vendor: Any, reply: Any) -> None:
    fault = {
        "code": 404,
        "message": "gemini-3.8-flash is no longer available",
        "status": "NOT_FOUND",
    }
    vendor.queue = [reply(404, {"error": fault})]

    with pytest.raises(MisconfiguredError, match="ARS0N_GEMINI_MODEL"):
        planner.plan(FILM, ())


def test_a_call_is_never_repeated_by_the_sdk(
    planner: GeminiPlanner, vendor: Any, reply: Any
) -> None:
    vendor.otherwise = lambda _: reply(503, {"error": {"code": 503, "message": "overloaded"}})

    with pytest.raises(ProviderUnavailableError, match="overloaded"):
        planner.plan(FILM, ())
    assert len(vendor.log) == 1


def test_who_waits_for_a_plan_has_it_asked_for_again_if_nothing_was_billed(
    line: Line, vendor: Any, reply: Any, pictures: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("time.sleep", waited.append)
    delay = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"}
    slow = {"code": 429, "message": "slow", "details": [delay]}
    vendor.queue = [
        reply(503, {"error": {"code": 503, "message": "overloaded"}}),
        reply(429, {"error": slow}),
        reply(body=answered(film())),
    ]

    plan = GeminiPlanner(evolve(line, tries=3, budget=Free())).plan(FILM, pictures)

    assert len(plan.scenes) == 3
    first, second = waited
    assert 1 <= first <= 1.25
    assert 3 <= second <= 3.75


@pytest.mark.parametrize(
    "fault",
    [{"dropped": True}, {"status": 504}, {"status": 400},
     {"status": 429, "body": {"error": {"code": 429, "details": [{"retryDelay": "60s"}]}}}],
)  # fmt: skip
def test_nobody_waits_long_or_asks_again_for_what_may_have_been_billed(
    line: Line, vendor: Any, reply: Any, fault: dict[str, Any]
) -> None:
    vendor.otherwise = lambda _: reply(**fault)

    with pytest.raises(PortError):
        GeminiPlanner(evolve(line, tries=3, budget=Free())).plan(FILM, ())
    assert len(vendor.log) == 1


class Free:
    """
    A budget without limits.
    """

    @contextmanager
    def place(self, *, wait_seconds: float) -> Iterator[None]:
        del wait_seconds
        yield

    def pause(self, seconds: float) -> None:
        """
        Wait for nobody.
        """


@pytest.mark.parametrize("broken", [{"truncated": True}, {"dropped": True}, {"seconds": 30.0}])
def test_an_answer_that_does_not_come_may_be_asked_again(
    line: Line, vendor: Any, reply: Any, broken: dict[str, Any]
) -> None:
    hasty = evolve(line, account=evolve(line.account, timeout_seconds=0.3))
    vendor.otherwise = lambda _: reply(body=answered(film()), **broken)

    with pytest.raises(ProviderUnavailableError):
        GeminiPlanner(hasty).plan(FILM, ())
    assert len(vendor.log) == 1
