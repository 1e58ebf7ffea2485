"""
The client waits when told to, never pays twice, and says what went wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import define, field

from ars0n_adapters import client

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

BASE = "http://api.test/api/v1"


@define
class Api:
    """
    An API that answers as scripted, and a client that doesn't really sleep.
    """

    answers: list[httpx.Response | Exception]
    asked: list[httpx.Request] = field(factory=list)
    slept: list[float] = field(factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    @property
    def client(self) -> client.Client:
        return client.Client(
            "http://api.test/",
            "sk_test_1",
            sleep=self.slept.append,
            transport=httpx.MockTransport(self),
        )


def said(status: int, body: Any = None, **headers: str) -> httpx.Response:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, json=body if body is not None else {}, headers=named)


GENERATED = {"projectId": "proj_1", "versionId": "ver_1", "totalCredits": 4, "jobCount": 2}


def report(status: str, **changes: Any) -> dict[str, Any]:
    return {
        "versionId": "ver_1", "status": status, "progress": 50, "adFormat": "video",
        "videoUrl": None, "audioUrl": None, "jobs": {"details": []}, **changes,
    }  # fmt: skip


def test_an_ad_is_ordered_and_polled_in_the_documents_rhythm() -> None:
    done = report("completed", progress=100, videoUrl=f"{BASE}/video?id=asset_1")
    api = Api([said(200, GENERATED), said(200, report("generating")), said(200, done)])
    seen: list[int] = []

    made = api.client.generate_and_wait(
        {"prompt": "Lamps"}, told=lambda now: seen.append(now.percent)
    )

    assert (made.status, made.url) == ("completed", f"{BASE}/video?id=asset_1")
    assert api.slept == [10.0]
    assert seen == [50, 100]
    assert [str(request.url) for request in api.asked] == [
        f"{BASE}/generate",
        f"{BASE}/jobs/ver_1",
        f"{BASE}/jobs/ver_1",
    ]
    assert api.asked[0].headers["authorization"] == "Bearer sk_test_1"


def test_a_radio_ad_is_asked_for_twice_as_often() -> None:
    api = Api(
        [said(200, report(status, adFormat="radio")) for status in ("generating", "completed")]
    )

    api.client.wait("ver_1")

    assert api.slept == [5.0]


def test_a_failed_ad_says_why() -> None:
    jobs = {"details": [{"error_message": "Refused"}, {"error_message": None}]}
    api = Api([said(200, report("failed", jobs=jobs))])

    with pytest.raises(client.AdFailedError, match="Refused") as caught:
        api.client.wait("ver_1")
    assert caught.value.report["jobs"] == jobs


def test_waiting_ends() -> None:
    api = Api([said(200, report("generating"))])

    with pytest.raises(client.WaitedError) as caught:
        api.client.wait("ver_1", timeout_seconds=5)
    assert caught.value.version_id == "ver_1"


def test_a_refused_rate_is_waited_out() -> None:
    api = Api([said(429, Retry_After="7"), said(429, Retry_After="900"), said(200, {"a": 1})])

    assert api.client.credits() == {"a": 1}
    assert api.slept == [7.0, 60.0]


def test_a_rate_that_stays_full_is_an_error() -> None:
    api = Api([said(429, {"error": "Full", "code": "RATE_LIMITED"}, Retry_After="1")] * 4)

    with pytest.raises(client.LimitedError, match="Full") as caught:
        api.client.credits()
    assert (caught.value.status, caught.value.code) == (429, "RATE_LIMITED")
    assert len(api.slept) == 3


@pytest.mark.parametrize(
    "fault", [httpx.ReadTimeout("late"), httpx.RemoteProtocolError("cut"), said(503)]
)
def test_an_order_that_may_have_arrived_is_repeated_under_its_key(fault: Any) -> None:
    api = Api([fault, said(200, GENERATED)])

    api.client.generate({"prompt": "Lamps"})

    first, second = (request.headers["idempotency-key"] for request in api.asked)
    assert first == second
    assert api.asked[0].content == api.asked[1].content


def test_every_order_has_a_key_of_its_own() -> None:
    api = Api([said(200, GENERATED)] * 2)

    for _ in range(2):
        api.client.generate({"prompt": "Lamps"})

    assert len({request.headers["idempotency-key"] for request in api.asked}) == 2


def test_a_cancellation_that_may_have_arrived_is_not_repeated() -> None:
    api = Api([httpx.ReadTimeout("late")])

    with pytest.raises(client.UnreachableError):
        api.client.cancel("ver_1")


def test_an_api_that_is_not_there_is_said() -> None:
    api = Api([httpx.ConnectError("refused")] * 4)

    with pytest.raises(client.UnreachableError, match="refused"):
        api.client.credits()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, client.InvalidError),
        (401, client.AuthenticationError),
        (402, client.InsufficientCreditsError),
        (403, client.ForbiddenError),
        (404, client.NotFoundError),
        (409, client.ConflictError),
        (500, client.ServerError),
        (418, client.ApiError),
    ],
)
def test_a_refusal_is_an_error_of_its_kind(status: int, kind: type[client.ApiError]) -> None:
    api = Api([said(status, {"error": "No", "code": "NO"}, X_Request_Id="req-1")])

    with pytest.raises(kind) as caught:
        api.client.credits()
    assert (caught.value.status, caught.value.code, caught.value.request_id) == (
        status, "NO", "req-1",
    )  # fmt: skip


def test_wrong_fields_are_named() -> None:
    faults = {"fieldErrors": {"duration": ["Required"]}, "formErrors": []}
    api = Api([said(400, {"error": "Validation failed", "details": faults})])

    with pytest.raises(client.InvalidError) as caught:
        api.client.estimate({})
    assert caught.value.field_errors == {"duration": ["Required"]}


def test_an_answer_that_is_no_json_is_still_an_error() -> None:
    api = Api([httpx.Response(404, text="<html>")])

    with pytest.raises(client.NotFoundError, match="Not Found"):
        api.client.credits()


def test_a_file_is_uploaded_with_its_category(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"pixels")
    api = Api([said(201, {"assetId": "asset_1", "type": "image", "publicUrl": "http://x"})])

    uploaded = api.client.upload(tmp_path / "logo.png", category="logo")

    assert uploaded.id == "asset_1"
    body = api.asked[0].content
    assert b'filename="logo.png"' in body
    assert b"image/png" in body
    assert b"logo\r\n" in body


def test_the_key_is_not_sent_to_another_host(tmp_path: Path) -> None:
    api = Api(
        [
            httpx.Response(302, headers={"location": "http://cdn.test/file?signature=1"}),
            httpx.Response(200, content=b"film"),
        ]
    )

    api.client.download(f"{BASE}/video?id=asset_1", tmp_path / "ad.mp4")

    assert (tmp_path / "ad.mp4").read_bytes() == b"film"
    assert "authorization" in api.asked[0].headers
    assert "authorization" not in api.asked[1].headers


def test_nothing_is_left_of_a_download_that_fails(tmp_path: Path) -> None:
    api = Api([said(404, {"error": "Gone"})])

    with pytest.raises(client.NotFoundError):
        api.client.download(f"{BASE}/video?id=asset_1", tmp_path / "ad.mp4")
    assert not list(tmp_path.iterdir())


def test_projects_come_page_by_page() -> None:
    pages = [{"projects": [{"id": n}] * count} for n, count in ((1, 100), (2, 3))]
    api = Api([said(200, page) for page in pages])

    assert len(list(api.client.projects())) == 103
    assert api.asked[1].url.params["offset"] == "100"


CALLS: list[tuple[Callable[[client.Client], Any], str, str]] = [
    (lambda c: c.usage(start="2026-01-01"), "GET", "/usage?from=2026-01-01"),
    (lambda c: c.plan({}), "POST", "/plan"),
    (lambda c: c.preview_voice("Hi", "v"), "POST", "/preview-voice"),
    (lambda c: c.delete_asset("a"), "DELETE", "/assets/a"),
    (lambda c: c.retry("j"), "POST", "/jobs/j/retry"),
    (lambda c: c.regenerate("j"), "POST", "/jobs/j/regenerate"),
    (lambda c: c.cancel("v"), "POST", "/jobs/v/cancel"),
    (lambda c: c.edit("v", {}), "POST", "/versions/v/edit"),
    (lambda c: c.delete_project("p"), "DELETE", "/projects/p"),
]


@pytest.mark.parametrize(("call", "method", "path"), CALLS)
def test_every_endpoint_is_asked_where_it_is(
    call: Callable[[client.Client], Any], method: str, path: str
) -> None:
    api = Api([said(200)])

    call(api.client)

    assert (api.asked[0].method, str(api.asked[0].url)) == (method, BASE + path)
