"""
A customer's server is told how an ad ended: signed, again until it answers, and no longer.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_adapters.web.upkeep import Senders, Upkeep, deliver
from ars0n_core.errors import FetchRefusedError, ProviderUnavailableError
from ars0n_core.ports import Answered, Delivery
from ars0n_core.testing.conformance.messages import OURS, THEIRS, a_delivery
from ars0n_core.usecases import webhooks

from .conftest import RADIO

if TYPE_CHECKING:
    from .conftest import Site

URL = "https://example.com/hook"
TOLD = {**RADIO, "webhookUrl": URL}


def log(site: Site) -> Any:
    return site.us.get("/webhooks/deliveries").json()["deliveries"]


def test_the_end_of_an_ad_is_told_and_signed(site: Site) -> None:
    order = site.us.order(TOLD)
    told = site.finish(order["versionId"])

    assert deliver(site.application) == 1
    assert deliver(site.application) == 0

    (posted,) = site.sender.posted
    assert posted.url == URL
    assert json.loads(posted.body) == {
        "type": "version.completed",
        "timestamp": site.clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "data": {
            "versionId": order["versionId"],
            "projectId": order["projectId"],
            "adFormat": "radio",
            "status": "completed",
            "videoUrl": None,
            "audioUrl": told["audioUrl"],
            "totalCredits": 4,
        },
    }
    assert len(posted.body) < 20_000
    assert order["webhookSecret"].startswith("whsec_")
    key = base64.b64decode(order["webhookSecret"].removeprefix("whsec_"))
    assert 24 <= len(key) <= 64
    timestamp = posted.headers["webhook-timestamp"]
    assert int(timestamp) == site.clock.now().timestamp()
    signed = f"{posted.headers['webhook-id']}.{timestamp}.".encode() + posted.body
    expected = base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert posted.headers["webhook-signature"] == f"v1,{expected}"


def test_a_failure_is_told_too(site: Site) -> None:
    away = ProviderUnavailableError("away", port="speech")
    site.break_down("speech", "speak", *[away] * 6)
    site.finished(TOLD)
    deliver(site.application)

    (posted,) = site.sender.posted
    told = json.loads(posted.body)
    assert told["type"] == "version.failed"
    assert told["data"]["audioUrl"] is None


def test_a_cancellation_is_told_too(site: Site) -> None:
    version = site.us.order(TOLD)["versionId"]
    site.us.post(f"/jobs/{version}/cancel")
    deliver(site.application)

    assert json.loads(site.sender.posted[0].body)["type"] == "version.failed"


def test_every_end_of_a_version_is_told(site: Site) -> None:
    told = site.finished({**site.us.film(), "webhookUrl": URL})
    clip = next(j for j in told["jobs"]["details"] if j["job_type"] == "video_generation")
    site.us.post(f"/jobs/{clip['id']}/regenerate")
    site.finish(told["versionId"])

    assert deliver(site.application) == 2
    names = {posted.headers["webhook-id"] for posted in site.sender.posted}
    assert len(names) == 2


def recut(site: Site, version: str, **also: Any) -> Any:
    """
    Another script for a finished radio ad.
    """
    plan = {"voiceover_segments": [{"text": "Another word.", "scene_index": 0}]}
    answer = site.us.post(f"/versions/{version}/edit", {"plan": plan, **also})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_an_edit_is_told_where_the_ad_was(site: Site) -> None:
    told = site.finished(TOLD)
    edited = recut(site, told["versionId"])
    site.finish(edited["versionId"])
    deliver(site.application)

    versions = [json.loads(posted.body)["data"]["versionId"] for posted in site.sender.posted]
    assert versions == [told["versionId"], edited["versionId"]]
    assert {posted.url for posted in site.sender.posted} == {URL}
    assert "webhookSecret" not in edited


def test_an_edit_may_be_told_elsewhere(site: Site) -> None:
    told = site.finished(TOLD)
    edited = recut(site, told["versionId"], webhookUrl=URL + "2")
    site.finish(edited["versionId"])
    deliver(site.application)

    assert [posted.url for posted in site.sender.posted] == [URL, URL + "2"]
    assert edited["webhookSecret"].startswith("whsec_")
    assert recut(site, told["versionId"], dryRun=True)["versionId"] is None


def test_an_edit_with_nothing_to_do_is_told_at_once(site: Site) -> None:
    told = site.finished(TOLD)
    edited = site.us.post(f"/versions/{told['versionId']}/edit", {}).json()
    deliver(site.application)

    ended = [json.loads(posted.body)["data"] for posted in site.sender.posted]
    assert [one["versionId"] for one in ended] == [told["versionId"], edited["versionId"]]
    assert ended[1]["audioUrl"] is not None


def test_an_edit_with_a_url_that_is_none_is_refused(site: Site) -> None:
    version = site.finished(TOLD)["versionId"]
    answer = site.us.post(f"/versions/{version}/edit", {"webhookUrl": "ftp://a", "dryRun": 1})

    assert answer.status_code == 400
    assert set(answer.json()["details"]["fieldErrors"]) == {"webhookUrl", "dryRun"}


def test_nobody_is_told_who_did_not_ask(site: Site) -> None:
    site.finished()

    assert deliver(site.application) == 0
    assert log(site) == []


def test_the_secret_is_one_for_each_organisation_and_url(site: Site) -> None:
    theirs = site.customer("theirs")

    first, again = site.us.order(TOLD), site.us.order(TOLD)
    other = site.us.order({**TOLD, "webhookUrl": URL + "2"})
    of_theirs = theirs.order(TOLD)

    assert first["webhookSecret"] == again["webhookSecret"]
    secrets = {one["webhookSecret"] for one in (first, other, of_theirs)}
    assert len(secrets) == 3


def test_a_repeated_order_tells_the_same_secret(site: Site) -> None:
    headers = {"Idempotency-Key": "k"}
    first = site.us.post("/generate", TOLD, headers=headers).json()
    again = site.us.post("/generate", TOLD, headers=headers).json()

    assert first == again
    assert first["webhookSecret"]


@pytest.mark.parametrize("url", ["ftp://a.example", "http://127.0.0.1/", 5, "", {}])
def test_a_url_that_is_none_is_refused_with_all_other_faults(site: Site, url: Any) -> None:
    answer = site.us.post("/generate", {**RADIO, "duration": 16, "webhookUrl": url})

    assert answer.status_code == 400
    assert list(answer.json()["details"]["fieldErrors"]) == ["duration", "webhookUrl"]
    assert site.us.post("/generate", {**RADIO, "webhookUrl": url}).status_code == 400
    assert site.entries() == []


def test_the_waits_are_those_of_the_specification(site: Site) -> None:
    site.sender.answers = [Answered(status=500)] * 20
    site.finished(TOLD)
    assert deliver(site.application) == 1
    for wait in webhooks.WAITS:
        (told,) = log(site)
        assert (told["status"], told["responseStatus"]) == ("pending", 500)
        site.clock.pass_by(wait - timedelta(seconds=1))
        assert deliver(site.application) == 0
        site.clock.pass_by(timedelta(seconds=1))
        assert deliver(site.application) == 1

    (told,) = log(site)
    assert told["status"] == "failed"
    assert (told["attempts"], told["nextAttemptAt"]) == (10, None)
    assert told["error"] == "The server answered with status 500"
    site.clock.pass_by(timedelta(days=9))
    assert deliver(site.application) == 0
    bodies = {posted.body for posted in site.sender.posted}
    names = {posted.headers["webhook-id"] for posted in site.sender.posted}
    signatures = {posted.headers["webhook-signature"] for posted in site.sender.posted}
    assert (len(bodies), len(names), len(signatures)) == (1, 1, 10)


def test_a_server_may_ask_for_more_time(site: Site) -> None:
    site.sender.answers = [Answered(status=503, retry_after_seconds=90)]
    site.finished(TOLD)
    deliver(site.application)

    site.clock.pass_by(timedelta(seconds=89))
    assert deliver(site.application) == 0
    site.clock.pass_by(timedelta(seconds=1))
    assert deliver(site.application) == 1
    assert log(site)[0]["status"] == "delivered"


@pytest.mark.parametrize(
    "answer",
    [Answered(status=302), Answered(status=404), FetchRefusedError("It is away", port="sender")],
)
def test_anything_but_a_yes_is_a_no(site: Site, answer: Any) -> None:
    site.sender.answers = [answer]
    site.finished(TOLD)
    deliver(site.application)

    (told,) = log(site)
    assert (told["status"], told["attempts"]) == ("pending", 1)
    assert told["error"]


def test_a_server_that_is_gone_is_told_nothing_more(site: Site) -> None:
    site.sender.answers = [Answered(status=410)]
    site.us.order(TOLD)
    second = site.us.order(TOLD)["versionId"]
    for version in site.us.get("/projects").json()["projects"]:
        site.finish(version["latestVersion"]["id"])
    deliver(site.application)
    deliver(site.application)

    assert len(site.sender.posted) == 1
    assert {told["status"] for told in log(site)} == {"disabled"}
    assert site.us.get(f"/jobs/{second}").json()["status"] == "completed"


def test_two_workers_tell_once(site: Site) -> None:
    site.finished(TOLD)
    with site.ports.store.transaction() as tx:
        (due,) = tx.deliveries.due(site.clock.now(), limit=9)

    def spread(act: Any, every: Any) -> Any:
        return [act(one) for one in [*every, due]]

    assert deliver(site.application, spread=spread) == 1
    assert len(site.sender.posted) == 1


def test_a_worker_that_died_while_telling_is_replaced(site: Site) -> None:
    site.finished(TOLD)
    site.sender.answers = [KeyboardInterrupt()]  # type: ignore[list-item]  # a death, not an answer
    with pytest.raises(KeyboardInterrupt):
        deliver(site.application)

    assert deliver(site.application) == 0
    site.clock.pass_by(webhooks.BUSY)
    assert deliver(site.application) == 1


def test_the_log_comes_in_pages(site: Site) -> None:
    for _ in range(3):
        site.finished(TOLD)
    page = site.us.get("/webhooks/deliveries?limit=2&offset=1").json()

    assert page["pagination"] == {"limit": 2, "offset": 1, "count": 3}
    assert len(page["deliveries"]) == 2
    assert site.customer("theirs").get("/webhooks/deliveries").json()["deliveries"] == []
    assert site.us.get("/webhooks/deliveries?limit=0").status_code == 400


def test_upkeep_tells_without_being_asked(site: Site) -> None:
    site.us.order(TOLD)
    upkeep = Upkeep(site.application, every_seconds=0.01, drives=True)
    try:
        for _ in range(1000):
            if site.sender.posted:
                break
            site.clock.pass_by(timedelta(seconds=1))
            upkeep._closed.wait(0.01)
    finally:
        upkeep.close()

    assert json.loads(site.sender.posted[0].body)["type"] == "version.completed"


def test_a_message_does_not_wait_for_the_next_sweep(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ars0n_adapters.web.upkeep._TELL_SECONDS", 0.01)
    version_id = site.us.order(TOLD)["versionId"]
    tending = Upkeep(site.application, every_seconds=3600)
    try:
        site.finish(version_id)
        for _ in range(6000):
            if site.sender.posted:
                break
            tending._closed.wait(0.01)
    finally:
        tending.close()

    assert json.loads(site.sender.posted[0].body)["data"]["versionId"] == version_id


def test_who_is_slow_keeps_nobody_else_waiting() -> None:
    """
    Neither in this round nor in the next, however many of one customer's are.
    """
    senders, go_on, told = Senders(), threading.Event(), []

    def attempt(delivery: Delivery) -> bool:
        if delivery.organization_id == OURS:
            go_on.wait(30)
        told.append(delivery.id)
        return True

    slow = [a_delivery(number) for number in range(9)]
    quick = evolve(a_delivery(20), organization_id=THEIRS)
    late = evolve(a_delivery(21), organization_id=THEIRS)
    try:
        assert list(senders.spread(attempt, [*slow, quick])) == [True]
        assert list(senders.spread(attempt, [*slow, late])) == [True]
        assert told == [quick.id, late.id]
        go_on.set()
        for begun in (slow[3:6], slow[6:]):
            while senders._at_work:
                threading.Event().wait(0.01)
            assert list(senders.spread(attempt, begun)) == [True] * 3
    finally:
        go_on.set()
        senders.close()

    assert len(told) == len(set(told)) == 11
