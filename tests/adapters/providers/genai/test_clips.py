"""
Clips by Veo and Omni, through the real SDK: one order each, its name good anywhere.
"""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_adapters.providers.genai.accounts import Account
from ars0n_adapters.providers.genai.calls import Line
from ars0n_adapters.providers.genai.clips import GoogleVideoGenerator
from ars0n_adapters.providers.genai.omni import OmniStudio
from ars0n_adapters.providers.genai.veo import VeoStudio
from ars0n_adapters.results import KeptResults
from ars0n_core.errors import (
    MisconfiguredError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)
from ars0n_core.ports import ClipOrder, Finished, Unfinished
from ars0n_core.specs.model import AspectRatio, VideoModel
from ars0n_core.testing.conformance import media
from ars0n_core.testing.conformance.clips import VideoGeneratorSuite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(64)
VIDEO = {"bytesBase64Encoded": base64.b64encode(MP4).decode(), "mimeType": "video/mp4"}
RAI = {
    "raiMediaFilteredCount": 1,
    "raiMediaFilteredReasons": ["You will not be charged. Support codes: 15236754"],
}
SUBMIT = ":predictLongRunning"
ASK = ":fetchPredictOperation"


class Veo:
    """
    Operations that are done when asked twice, with what `ends` says.
    """

    def __init__(self, reply: Any) -> None:
        self.reply = reply
        self.asked: dict[str, int] = {}
        self.ends: list[dict[str, Any]] = []

    def __call__(self, request: Any) -> Any:
        if request.path.endswith(SUBMIT):
            model = request.path.split("/v1beta1/")[1].removesuffix(SUBMIT)
            name = f"{model}/operations/op{len(self.asked)}"
            self.asked[name] = 0
            return self.reply(body={"name": name})
        name = request.body["operationName"]
        if name not in self.asked:
            return self.reply(404, {"error": {"code": 404, "message": "not found"}})
        self.asked[name] += 1
        if self.asked[name] < 2:
            return self.reply(body={"name": name})
        number = list(self.asked).index(name)
        end = self.ends[number] if number < len(self.ends) else {"response": {"videos": [VIDEO]}}
        return self.reply(body={"name": name, "done": True, **end})


@pytest.fixture
def veo(vendor: Any, reply: Any) -> Veo:
    asked = Veo(reply)
    vendor.otherwise = asked
    return asked


@pytest.fixture
def line(vendor: Any, budget: Any, kept: Any) -> Line:
    return Line(
        account=Account(
            project="p", location="l", access_token="t", base_url=vendor.url, timeout_seconds=5
        ),
        budget=budget,
        kept=kept,
        model="veo-fast",
        setting="ARS0N_VEO_FAST_MODEL",
        port="clips",
    )


def by_veo(line: Line) -> GoogleVideoGenerator:
    premium = evolve(line, model="veo-best", setting="ARS0N_VEO_PREMIUM_MODEL")
    return GoogleVideoGenerator(
        studio=VeoStudio(), lines={VideoModel.FAST: line, VideoModel.PREMIUM: premium}
    )


@pytest.fixture
def order(tmp_path: Path) -> ClipOrder:
    still = tmp_path / "still.png"
    still.write_bytes(media.png(72, 128))
    return ClipOrder(
        still=still,
        prompt="Slow push in",
        model=VideoModel.FAST,
        aspect_ratio=AspectRatio.PORTRAIT,
        seconds=6,
        seed="a",
        label="job_A-1",
    )


def until_told(clips: GoogleVideoGenerator, ticket: str, folder: Path) -> Finished:
    for _ in range(10):
        answer = clips.check(ticket, folder)
        if isinstance(answer, Finished):
            return answer
    raise AssertionError("never finished")


class GoogleSuite(VideoGeneratorSuite):
    @pytest.fixture
    def seconds_of(self) -> Callable[[Path], float | None]:
        return lambda _: 4.0  # how long a film is, is the vendor's part: this one's is a head only


class TestVeo(GoogleSuite):
    @pytest.fixture
    def clips(self, veo: Veo, line: Line) -> GoogleVideoGenerator:
        return by_veo(line)

    @pytest.fixture
    def elsewhere(self, line: Line, tmp_path: Path) -> GoogleVideoGenerator:
        # Another machine: another client, nothing kept.
        kept = KeptResults(tmp_path / "elsewhere", bytes_max=10**6, lifetime_seconds=60)
        return by_veo(evolve(line, kept=kept, account=evolve(line.account)))


class TestOmni(GoogleSuite):
    @pytest.fixture
    def clips(self, vendor: Any, line: Line, reply: Any) -> GoogleVideoGenerator:
        asked: dict[str, int] = {}

        def otherwise(request: Any) -> Any:
            facts = {"object": "interaction", "created": "2026-01-01T00:00:00Z",
                     "updated": "2026-01-01T00:00:00Z"}  # fmt: skip
            if request.method == "POST":
                name = f"v1_{len(asked)}"
                asked[name] = 0
                return reply(body={"id": name, "status": "in_progress", **facts})
            name = request.path.rsplit("/", 1)[1]
            asked[name] += 1
            if asked[name] < 2:
                return reply(body={"id": name, "status": "in_progress", **facts})
            data = base64.b64encode(MP4).decode()
            content = [{"type": "video", "mime_type": "video/mp4", "data": data}]
            steps = [{"type": "model_output", "content": content}]
            return reply(body={"id": name, "status": "completed", "steps": steps, **facts})

        vendor.otherwise = otherwise
        plain = Account(api_key="k", base_url=vendor.url, timeout_seconds=5)
        own = evolve(line, account=plain, model="omni")
        return GoogleVideoGenerator(
            studio=OmniStudio(), lines={VideoModel.FAST: own, VideoModel.PREMIUM: own}
        )

    def test_an_end_without_a_clip_is_told(
        self, clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder, reply: Any, folder: Path
    ) -> None:
        ticket = clips.submit(order)
        vendor.otherwise = lambda _: reply(
            body={"id": ticket, "object": "interaction", "status": "failed",
                  "created": "2026-01-01T00:00:00Z", "updated": "2026-01-01T00:00:00Z"}
        )  # fmt: skip

        with pytest.raises(ProviderRejectedError, match="failed"):
            clips.check(ticket, folder)

    @pytest.mark.parametrize(
        ("status", "expected"),
        [(429, ProviderUnavailableError), (500, ProviderUnavailableError),
         (400, ProviderRejectedError), (404, MisconfiguredError), (403, MisconfiguredError)],
    )  # fmt: skip
    def test_an_error_is_asked_once_and_told(
        self, clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder, reply: Any, status: int,
        expected: type[Exception],
    ) -> None:  # fmt: skip
        vendor.otherwise = lambda _: reply(status, {"error": {"code": status, "message": "no"}})

        with pytest.raises(expected):
            clips.submit(order)
        assert len(vendor.log) == 1

    def test_a_dropped_order_is_unknown(
        self, clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder, reply: Any
    ) -> None:
        vendor.otherwise = lambda _: reply(dropped=True)

        with pytest.raises(ProviderUnknownError):
            clips.submit(order)
        assert len(vendor.log) == 1


@pytest.fixture
def clips(veo: Veo, line: Line) -> GoogleVideoGenerator:
    return by_veo(line)


def test_what_is_ordered_is_what_can_be_made(
    clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder
) -> None:
    clips.submit(order)

    sent = vendor.log[0].body
    assert sent["parameters"]["durationSeconds"] == 6
    assert sent["parameters"]["aspectRatio"] == "9:16"
    assert sent["parameters"]["generateAudio"] is False
    assert sent["parameters"]["sampleCount"] == 1
    assert sent["labels"] == {"job": "job_a-1"}
    assert vendor.log[0].headers["authorization"] == "Bearer t"


def test_premium_is_another_model(
    clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder
) -> None:
    clips.submit(evolve(order, model=VideoModel.PREMIUM))

    assert "veo-best:" in vendor.log[0].path


def test_a_length_nobody_makes_is_never_sent(
    clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder
) -> None:
    with pytest.raises(ProviderRejectedError, match="not 5"):
        clips.submit(evolve(order, seconds=5))
    assert vendor.log == []


def test_an_order_repeated_after_a_crash_is_the_same_clip(
    clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder
) -> None:
    first = clips.submit(order)

    assert clips.submit(evolve(order, label="job_A-2")) == first
    assert vendor.count(SUBMIT) == 1


def test_a_clip_held_back_is_ordered_once_more(
    clips: GoogleVideoGenerator, veo: Veo, vendor: Any, order: ClipOrder, tmp_path: Path
) -> None:
    veo.ends = [{"response": RAI}]

    ticket = clips.submit(order)

    assert until_told(clips, ticket, tmp_path).path.read_bytes() == MP4
    assert vendor.count(SUBMIT) == 2


def test_a_clip_held_back_twice_says_why_and_a_retry_is_a_new_order(
    clips: GoogleVideoGenerator, veo: Veo, vendor: Any, order: ClipOrder, tmp_path: Path
) -> None:
    veo.ends = [{"response": RAI}, {"response": RAI}]
    ticket = clips.submit(order)

    with pytest.raises(ProviderRejectedError, match="celebrity"):
        until_told(clips, ticket, tmp_path)
    assert clips.submit(order) != ticket
    assert vendor.count(SUBMIT) == 3


def test_a_clip_held_back_without_a_word_is_told_so(
    clips: GoogleVideoGenerator, veo: Veo, order: ClipOrder, tmp_path: Path
) -> None:
    veo.ends = [{"response": {"raiMediaFilteredCount": 1}}] * 2

    with pytest.raises(ProviderRejectedError, match=r"back: no reason given$"):
        until_told(clips, clips.submit(order), tmp_path)


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ({"error": {"code": 3, "message": "no. Support codes: 58061214"}}, "a child"),
        ({"response": {}}, "without a reason"),
        ({}, "without a reason"),
    ],
)
def test_an_end_without_a_clip_says_why(
    clips: GoogleVideoGenerator, veo: Veo, order: ClipOrder, tmp_path: Path, end: Any, reason: str
) -> None:
    veo.ends = [end]

    with pytest.raises(ProviderRejectedError, match=reason):
        until_told(clips, clips.submit(order), tmp_path)


def test_a_ticket_google_forgot_is_given_up(clips: GoogleVideoGenerator, tmp_path: Path) -> None:
    name = "projects/p/locations/l/publishers/google/models/veo-fast/operations/gone"

    with pytest.raises(ProviderRejectedError, match="no longer knows"):
        clips.check(name, tmp_path)
    with pytest.raises(ProviderRejectedError, match="no such ticket"):
        clips.check("../../etc/passwd", tmp_path)


def test_a_look_that_fails_is_no_verdict(
    clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder, reply: Any, tmp_path: Path
) -> None:
    ticket = clips.submit(order)
    vendor.queue = [reply(503, {}), reply(dropped=True), reply(429, {})]

    for _ in range(3):
        with pytest.raises(ProviderUnavailableError):
            clips.check(ticket, tmp_path)
    assert isinstance(clips.check(ticket, tmp_path), Unfinished)


def test_a_day_that_is_used_up_does_not_lose_a_clip_that_is_paid_for(
    clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder, reply: Any, tmp_path: Path
) -> None:
    day = {"violations": [{"quotaId": "RequestsPerDayPerProject"}]}
    used_up = {"error": {"code": 429, "message": "used up", "details": [day]}}
    ticket = clips.submit(order)
    vendor.queue = [reply(429, used_up), reply(429, used_up)]

    with pytest.raises(ProviderUnavailableError):
        clips.check(ticket, tmp_path)
    with pytest.raises(MisconfiguredError, match="for the day"):
        clips.submit(evolve(order, seed="b"))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ({"dropped": True}, ProviderUnknownError),
        ({"truncated": True, "body": {"name": "long enough to be cut in the middle"}}, ProviderUnknownError),
        ({"status": 429}, ProviderUnavailableError),
        ({"status": 503}, ProviderUnavailableError),
        ({"status": 404}, MisconfiguredError),
        ({"status": 400, "body": {"error": {"message": "Support codes: 57734940"}}}, ProviderRejectedError),
    ],
)  # fmt: skip
def test_an_order_that_fails_is_sent_once(
    clips: GoogleVideoGenerator, vendor: Any, order: ClipOrder, reply: Any, fault: Any,
    expected: type[Exception],
) -> None:  # fmt: skip
    vendor.queue = [reply(**fault)]

    with pytest.raises(expected):
        clips.submit(order)
    assert vendor.count(SUBMIT) == 1
