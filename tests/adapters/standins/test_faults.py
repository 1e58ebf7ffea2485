"""
Every fault of the script arrives in the real SDKs as the providers' own would.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import httpx2
import pytest
from elevenlabs.core.api_error import ApiError
from google.genai import errors

from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.standins import Fault, FaultyScriptError, Kind, Route, Script, Standins, scripts

from .conftest import elevenlabs, google, studio
from .test_google import IMAGE, MARKS, TEXT, as_json, clip, ended, pictured, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from elevenlabs.client import ElevenLabs
    from google.genai import Client

VOICE = OfflineVoices().voices()[0].voice_id


def plan(client: Client) -> Any:
    return client.models.generate_content(model=TEXT, contents="Hi", config=as_json(MARKS))


def picture(client: Client, photo: bytes) -> Any:
    return client.models.generate_content(
        model=IMAGE, contents=[shown(photo), "on marble"], config=pictured()
    )


def billed(standins: Standins, route: str) -> int:
    return int(standins.book.told()["routes"][route]["billed"])


# -- Google ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "code", "status"),
    [
        ("quota", 429, "RESOURCE_EXHAUSTED"),
        ("rate", 429, "RESOURCE_EXHAUSTED"),
        ("error", 500, "INTERNAL"),
        ("unavailable", 503, "UNAVAILABLE"),
        ("wrong_key", 400, "INVALID_ARGUMENT"),
        ("forbidden", 403, "PERMISSION_DENIED"),
        ("not_found", 404, "NOT_FOUND"),
    ],
)
def test_googles_errors_bill_nothing(
    developer: Client, standins: Standins, kind: str, code: int, status: str
) -> None:
    standins.script.replace({"text": [Fault(kind=Kind(kind), seconds=37)]})

    with pytest.raises(errors.APIError) as caught:
        plan(developer)

    assert (caught.value.code, caught.value.status) == (code, status)
    details = str(caught.value.details)
    assert ("'retryDelay': '37s'" in details) == (kind == "rate")
    assert ("QuotaFailure" in details) == (kind == "quota")
    assert billed(standins, "text") == 0
    plan(developer)
    assert billed(standins, "text") == 1


def test_a_key_that_begins_with_wrong_is_refused(standins: Standins) -> None:
    with (
        google(standins.url, key="wrong", platform=True) as client,
        pytest.raises(errors.ClientError) as caught,
    ):
        plan(client)

    assert (caught.value.code, caught.value.status) == (401, "UNAUTHENTICATED")


def test_a_blocked_prompt_has_a_reason_and_no_candidates(
    developer: Client, standins: Standins
) -> None:
    standins.script.replace({"text": [Fault(kind=Kind.BLOCKED)]})

    answer = plan(developer)

    assert not answer.candidates
    assert answer.prompt_feedback.block_reason == "PROHIBITED_CONTENT"


def test_truncated_text_is_cut_by_the_models_limit(developer: Client, standins: Standins) -> None:
    standins.script.replace({"text": [Fault(kind=Kind.TRUNCATED)]})

    answer = plan(developer)

    assert answer.candidates[0].finish_reason == "MAX_TOKENS"
    assert answer.parsed is None
    assert billed(standins, "text") == 1


@pytest.mark.parametrize(
    ("kind", "reason"),
    [("image_safety", "IMAGE_SAFETY"), ("no_image", "NO_IMAGE"), ("text_only", "STOP")],
)
def test_a_picture_that_is_not_made_says_so(
    developer: Client, standins: Standins, photo: bytes, kind: str, reason: str
) -> None:
    standins.script.replace({"image": [Fault(kind=Kind(kind))]})

    answer = picture(developer, photo)

    assert answer.candidates[0].finish_reason == reason
    assert not [part for part in answer.parts or [] if part.inline_data]


def test_a_reset_comes_after_the_bill_and_a_hangup_before(
    platform: Client, standins: Standins, photo: bytes
) -> None:
    standins.script.replace({"veo.submit": [Fault(kind=Kind.RESET), Fault(kind=Kind.HANGUP)]})

    with pytest.raises(httpx2.TransportError):
        clip(platform, photo)
    assert billed(standins, "veo.submit") == 1
    with pytest.raises(httpx2.TransportError):
        clip(platform, photo)
    assert billed(standins, "veo.submit") == 1

    clip(platform, photo)
    routes = standins.book.told()["routes"]["veo.submit"]
    assert routes == {"calls": 3, "billed": 2, "requests": 1, "billed_twice": 1}


def test_a_stall_outlasts_the_callers_patience(standins: Standins) -> None:
    standins.script.replace({"text": [Fault(kind=Kind.STALL, seconds=1.5)]})

    with google(standins.url, timeout=0.2) as client, pytest.raises(httpx2.TimeoutException):
        plan(client)

    assert billed(standins, "text") == 1


@pytest.mark.parametrize("kind", ["rai", "blocked", "failed", "empty"])
def test_a_clip_can_end_without_being_there(
    platform: Client, standins: Standins, photo: bytes, kind: str
) -> None:
    standins.script.replace({"veo.submit": [Fault(kind=Kind(kind))]})

    operation = ended(platform, clip(platform, photo).name)

    response = operation.response
    assert not (response and response.generated_videos)
    told: dict[str, Callable[[], object]] = {
        "rai": lambda: response.rai_media_filtered_reasons,
        "blocked": lambda: operation.error["code"] == 3,
        "failed": lambda: operation.error["code"] == 13,
        "empty": lambda: operation.error is None and response is None,
    }
    assert told[kind]()
    assert billed(standins, "veo.submit") == 0


def test_a_slow_operation_takes_longer(platform: Client, standins: Standins, photo: bytes) -> None:
    standins.script.replace({"veo.submit": [Fault(kind=Kind.SLOW, seconds=3600)]})
    operation = clip(platform, photo)

    with pytest.raises(AssertionError, match="never ended"):
        ended(platform, operation.name)


# -- ElevenLabs -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("quota", 401, "quota_exceeded"),
        ("rate", 429, "rate_limit_exceeded"),
        ("concurrency", 429, "concurrent_limit_exceeded"),
        ("error", 500, "internal_server_error"),
        ("unavailable", 503, "system_busy"),
        ("wrong_key", 401, "invalid_api_key"),
        ("plan", 402, "paid_plan_required"),
        ("not_found", 404, "voice_not_found"),
    ],
)
def test_elevenlabs_errors_bill_nothing(
    speaker: ElevenLabs, standins: Standins, kind: str, status: int, code: str
) -> None:
    standins.script.replace({"speech": [Fault(kind=Kind(kind), seconds=2)]})

    with pytest.raises(ApiError) as caught:
        speaker.text_to_speech.convert_with_timestamps(
            VOICE, text="Hi", request_options={"max_retries": 0}
        )

    assert caught.value.status_code == status
    assert caught.value.body["detail"]["code"] == code
    headers = {k.lower(): v for k, v in (caught.value.headers or {}).items()}
    assert headers.get("retry-after") == ("2" if kind == "rate" else None)
    assert billed(standins, "speech") == 0


def test_speech_can_be_made_and_lost(speaker: ElevenLabs, standins: Standins) -> None:
    standins.script.replace({"speech": [Fault(kind=Kind.RESET), Fault(kind=Kind.TRUNCATED)]})
    for _ in range(2):
        with pytest.raises((httpx.TransportError, ApiError, ValueError)):
            speaker.text_to_speech.convert_with_timestamps(
                VOICE, text="Hi", request_options={"max_retries": 0}
            )

    routes = standins.book.told()["routes"]["speech"]
    assert (routes["billed"], routes["billed_twice"]) == (2, 1)


def test_a_wrong_key_is_refused_by_elevenlabs(standins: Standins) -> None:
    with elevenlabs(standins.url, key="wrong") as client, pytest.raises(ApiError) as caught:
        client.voices.search()

    assert caught.value.body["detail"]["code"] == "invalid_api_key"


# -- the script and the book ----------------------------------------------------------


def test_any_program_can_write_the_script_and_read_the_book(
    developer: Client, standins: Standins, control: Callable[..., Any]
) -> None:
    control("PUT", "script", json={"text": [{"fault": "rate", "times": 2}, "ok"], "*": ["error"]})
    outcomes = []
    for _ in range(5):
        try:
            plan(developer)
            outcomes.append(200)
        except errors.APIError as error:
            outcomes.append(error.code)

    assert outcomes == [429, 429, 200, 500, 200]
    assert control("GET", "script") == {}
    told = control("GET", "counters")
    assert told["routes"]["text"] == {"calls": 5, "billed": 2, "requests": 1, "billed_twice": 1}
    assert [row["billed"] for row in told["requests"]] == [2]
    control("DELETE", "counters")
    assert control("GET", "counters")["routes"] == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "not JSON"),
        ("[]", "must be an object"),
        ('{"film": ["rate"]}', "'film' is no route"),
        ('{"image": "rate"}', "image: it must be a list"),
        ('{"image": ["rat"]}', r"image\[0\]: fault can be ok, quota"),
        ('{"image": [{"fault": "rate", "often": 2}]}', "fault, times and seconds only"),
        ('{"image": [{"fault": "rate", "times": 0}]}', "times must be"),
        ('{"image": [{"fault": "rate", "times": true}]}', "times must be"),
        ('{"image": [{"fault": "stall", "seconds": -1}]}', "seconds must be"),
    ],
)
def test_a_faulty_script_says_where(text: str, said: str) -> None:
    with pytest.raises(FaultyScriptError, match=said):
        scripts.read(text)


def test_a_faulty_script_over_the_wire_changes_nothing(
    standins: Standins, control: Callable[..., Any]
) -> None:
    control("PUT", "script", json={"text": ["error"]})

    answer = control("PUT", "script", json={"text": ["nonsense"]})

    assert "fault can be" in answer["error"]
    assert [row["fault"] for row in control("GET", "script")["text"]] == ["error"]


def test_a_script_is_taken_in_turn_and_then_all_is_well() -> None:
    script = Script(scripts.read('{"image": ["rate"], "*": ["error"]}'))

    taken = [script.take(Route.IMAGE).kind for _ in range(3)]

    assert taken == [Kind.RATE, Kind.ERROR, Kind.OK]


def test_every_kind_is_explained() -> None:
    assert set(scripts.MEANINGS) == set(Kind)


def test_the_end_does_not_wait_for_a_stall() -> None:
    """
    It would take an hour.
    """
    script = Script({"text": [Fault(kind=Kind.STALL, seconds=3600)]})

    with (
        Standins(studio(), script=script) as served,
        google(served.url, timeout=0.2) as client,
        pytest.raises(httpx2.TimeoutException),
    ):
        plan(client)
