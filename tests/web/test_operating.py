"""
What the people who run it see: every answer stamped, every request counted and logged,
and nothing of the customers' in either.
"""

from __future__ import annotations

import json
import logging
import re
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import pytest
from attrs import evolve

from ars0n_adapters.memory import MemoryStore
from ars0n_adapters.web import create_app
from ars0n_adapters.web.logs import JsonLines
from ars0n_adapters.web.metrics import Metrics
from ars0n_adapters.web.stamps import Stamped, not_http
from ars0n_core.errors import PortError, ProviderUnavailableError
from ars0n_core.pipelines.jobs import apply
from ars0n_core.pipelines.states import Claimed, Expired, Sent
from ars0n_core.testing import fakes
from ars0n_core.testing.conformance.furnishings import a_version

from .conftest import RADIO, START, Browser

if TYPE_CHECKING:
    import httpx

    from .conftest import Site

STAMPS = ("x-request-id", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset",
          "x-content-type-options")  # fmt: skip


def test_what_is_no_http_is_answered_like_everything_else(site: Site) -> None:
    head, _, body = not_http(site.application, [(b"date", b"today")]).partition(b"\r\n\r\n")
    status, *rows = head.split(b"\r\n")
    named = dict(row.split(b": ", 1) for row in rows)

    assert status == b"HTTP/1.1 400 Bad Request"
    assert {name.encode() for name in STAMPS} | {b"date", b"connection"} <= named.keys()
    assert int(named[b"content-length"]) == len(body)
    assert json.loads(body)["code"] == "BAD_REQUEST"


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ("http://others.example:81/api/v1/packages", 200),
        ("HTTPS://others.example/api/v1/jobs/ver%5F1", 404),
        ("http://me@others.example/api/v1/packages", 404),
        ("ftp://others.example/api/v1/packages", 404),
        ("http://others.example", 404),
    ],
)
def test_a_whole_url_is_asked_for_as_its_path(site: Site, asked: str, status: int) -> None:
    told: list[Any] = []
    headers = [(b"host", b"ads.example"), (b"authorization", b"Bearer " + site.us.key.encode())]
    scope: Any = {
        "type": "http", "method": "GET", "scheme": "http", "http_version": "1.1",
        "path": unquote(asked), "raw_path": asked.encode(), "query_string": b"",
        "headers": headers, "root_path": "", "server": ("ads.example", 80),
    }  # fmt: skip

    async def send(message: Any) -> None:
        told.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    site.client.call(partial(site.client.app, scope, receive, send))

    assert told[0]["status"] == status
    if "ver" in asked:
        assert "ver_1" in str(told[1]["body"])
    if status == 200:
        assert dict(scope["headers"])[b"host"] == b"others.example:81"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/credits", 200),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/", 404),
        ("GET", "/api/v1/credits/", 404),
        ("PUT", "/api/v1/credits", 405),
        ("GET", "/api/v1/generate", 405),
        ("TRACE", "/api/v1/generate", 405),
        ("POST", "/api/v1/generate", 400),
        ("GET", "/api/v1/video?id=x", 404),
        ("GET", "/api/v1/openapi.json", 200),
        ("GET", "/health", 200),
        ("GET", "/metrics", 200),
        ("HEAD", "/api/v1/credits", 200),
    ],
)
def test_every_answer_is_stamped(site: Site, method: str, path: str, status: int) -> None:
    answer = site.client.request(method, path, headers={"Authorization": f"Bearer {site.us.key}"})

    assert answer.status_code == status
    for name in STAMPS:
        assert answer.headers[name]
    if status == 405:
        assert answer.headers["allow"]
        assert answer.json() == {"error": "Method not allowed", "code": "METHOD_NOT_ALLOWED"}
    if status == 404 and "video" not in path:
        slash = ": the path has a slash too many" if path.endswith("credits/") else ""
        assert answer.json() == {"error": f"Not found{slash}", "code": "NOT_FOUND"}


@pytest.mark.parametrize("path", ["/api/v1/credits/", "//api/v1/credits"])
def test_a_slash_too_many_is_told(site: Site, path: str) -> None:
    answer = site.client.get(f"https://ads.example{path}")

    assert answer.status_code == 404
    assert answer.json()["error"] == "Not found: the path has a slash too many"


def test_a_head_is_a_get_without_its_body(site: Site) -> None:
    whole, head = site.us.get("/credits"), site.us.ask("HEAD", "/credits")

    assert head.content == b""
    assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize(
    ("sent", "is_taken"),
    [("a1b2c3d4-ok_", True), ("short", False), ("x" * 65, False), ("a b c d e f", False)],
)
def test_a_sane_request_id_is_taken_over(site: Site, sent: str, *, is_taken: bool) -> None:
    answer = site.us.get("/credits", headers={"X-Request-Id": sent})

    assert (answer.headers["x-request-id"] == sent) is is_taken


def test_request_ids_differ(site: Site) -> None:
    ids = {site.us.get("/credits").headers["x-request-id"] for _ in range(5)}
    assert len(ids) == 5


def test_health_asks_the_store(site: Site) -> None:
    assert site.client.get("/health").json() == {"status": "ok", "store": "ok"}
    away: Any = fakes.Flaky(site.ports.store, {"transaction": [PortError("away", port="store")]})
    app = create_app(evolve(site.ports, store=away), site.policy)
    answer = Browser(app, site.client._portal).get("/health")

    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "store": "unreachable"}


def counted(site: Site) -> dict[str, float]:
    text = site.client.get("/metrics").text
    rows = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in rows}


def test_what_happens_is_counted(site: Site) -> None:
    away = ProviderUnavailableError("away", port="speech")
    site.finished()
    site.break_down("speech", "speak", *[away] * 6)
    site.finished()
    site.us.order()
    site.client.get("/nothing/" + "x" * 50)

    found = counted(site)

    assert found["ars0n_generating_versions"] == 1
    assert found['ars0n_credits_total{kind="charge"}'] == 12
    assert found['ars0n_credits_total{kind="refund"}'] == 4
    assert found['ars0n_jobs_ended_total{cause="",operation="voiceover",status="completed"}'] == 1
    assert found['ars0n_jobs_ended_total{cause="ours",operation="voiceover",status="failed"}'] == 1
    assert found["ars0n_possible_double_submissions_total"] == 0
    assert found['ars0n_requests_total{method="POST",route="/generate",status="200"}'] == 3
    assert found['ars0n_requests_total{method="-",route="unrouted",status="404"}'] == 1
    assert found['ars0n_request_seconds_count{route="/generate"}'] == 3


def test_a_billed_call_that_may_be_made_twice_is_counted() -> None:
    metrics = Metrics()
    (job, *_) = a_version().pipeline.jobs.values()
    claimed = apply(job, Claimed(job.id, 1, START))
    for before in (claimed, apply(claimed, Sent(job.id, 1, START))):
        metrics.moved(before, apply(before, Expired(job.id, 1)))

    text = metrics.text(MemoryStore()).decode()
    assert "ars0n_possible_double_submissions_total 1.0" in text


def test_each_application_counts_for_itself(site: Site) -> None:
    app = create_app(site.ports, site.policy)
    site.us.get("/credits")

    text = Browser(app, site.client._portal).get("/metrics").text
    assert 'route="/credits"' not in text


CANARY = "canaryPromptText"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    caplog.set_level(logging.DEBUG)

    def read() -> list[str]:
        formatter = JsonLines()
        return [
            formatter.format(record) for record in caplog.records if record.name.startswith("ars0n")
        ]

    return read


def test_a_request_is_one_line_of_json(site: Site, lines: Any) -> None:
    answer = site.us.post("/estimate", {"adFormat": "radio", "duration": 15})
    (line,) = lines()

    told = json.loads(line)
    assert "\n" not in line
    assert told.pop("milliseconds") >= 0
    assert told.pop("time")
    assert told == {
        "level": "info",
        "logger": "ars0n.requests",
        "message": "request",
        "request_id": answer.headers["x-request-id"],
        "organization_id": site.us.organization_id,
        "method": "POST",
        "route": "/estimate",
        "status": 200,
    }


def canaries(site: Site) -> list[httpx.Response]:
    names = ("prompt", "companyName", "tone", "emotion", "voiceStyle", "musicMood")
    words = dict.fromkeys(names, CANARY)
    order = {**RADIO, **words}
    site.us.asset()
    answers = [
        site.us.post("/generate", order),
        site.us.post("/generate", {**order, "duration": CANARY}),
        site.us.post("/generate", {**order, "webhookUrl": f"https://example.com/{CANARY}"}),
        site.us.post("/generate", {**order, "voiceId": CANARY}),
        site.us.post("/preview-voice", {"text": CANARY, "voiceId": "ada"}),
        site.us.post("/plan", order),
        site.us.upload(b"nothing", f"{CANARY}.png", category=CANARY),
        site.us.get(f"/voices?q={CANARY}"),
        site.us.get(f"/video?id={CANARY}"),
        site.us.get(f"/jobs/{CANARY}", headers={"Idempotency-Key": CANARY}),
        site.us.get(f"/{CANARY}"),
        site.us.ask(CANARY.upper(), "/generate"),
        site.us.post("/preview-voice", {"text": CANARY, "voiceId": "ada"},
                     headers={"Idempotency-Key": CANARY, "X-Request-Id": f"{CANARY} x"}),
    ]  # fmt: skip
    for fault in (ZeroDivisionError(CANARY), PortError(CANARY)):
        site.break_down("voices", "voices", fault)
        answers.append(site.us.get(f"/voices?q={CANARY}"))
    return answers


def test_nothing_of_a_customer_is_logged_or_counted(site: Site, lines: Any) -> None:
    answers = canaries(site)
    every = "\n".join([*lines(), site.client.get("/metrics").text])

    assert {500} <= {answer.status_code for answer in answers}
    assert CANARY.lower() not in every.lower()
    assert site.us.key not in every
    assert site.us.key[8:] not in every
    assert re.search(r"sk_(live|test)_", every) is None


def test_a_fault_is_logged_by_its_place(site: Site, lines: Any) -> None:
    site.break_down("voices", "voices", ZeroDivisionError("x"))
    answer = site.us.get("/voices")
    told = [json.loads(line) for line in lines()]

    (fault,) = [line for line in told if line["level"] == "error"]
    assert fault["request_id"] == answer.headers["x-request-id"]
    assert fault["error"] == "ZeroDivisionError"
    assert any("voices.py" in place for place in fault["trace"])


def test_a_foreign_records_exception_is_told_without_its_words() -> None:
    error = ZeroDivisionError(CANARY)
    error.__cause__ = ValueError(CANARY)
    kind = (type(error), error, None)
    record = logging.LogRecord("x", logging.ERROR, "f", 1, "it\nbroke", (), kind)

    line = JsonLines().format(record)

    assert CANARY not in line
    assert json.loads(line)["error"] == "ZeroDivisionError"
    assert json.loads(line)["caused_by"] == "ValueError"


def test_a_request_too_many_is_told_so_at_once(site: Site) -> None:
    told: list[dict[str, Any]] = []

    async def slow(_: Any, __: Any, send: Any) -> None:
        await stamped({**SCOPE}, nothing, collect)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def collect(message: Any) -> None:
        told.append(message)

    async def nothing() -> Any:
        return {"type": "http.disconnect"}

    stamped = Stamped(slow, evolve(site.application, answering_max=1))
    site.client._portal.call(stamped, {**SCOPE}, nothing, collect)
    site.client._portal.call(stamped, {**SCOPE}, nothing, collect)

    answers = [message for message in told if message["type"] == "http.response.start"]
    assert [one["status"] for one in answers] == [503, 200, 503, 200]
    headers = dict(answers[0]["headers"])
    assert headers[b"retry-after"] == b"1"
    assert headers[b"x-request-id"]
    assert json.loads(told[1]["body"])["code"] == "OVERLOADED"


SCOPE: Final = {"type": "http", "method": "GET", "path": "/x", "headers": []}
