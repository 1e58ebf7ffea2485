"""
A version's progress as a stream of events.
"""

from __future__ import annotations

import itertools
import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from attrs import evolve

from ars0n_adapters.web import asgi, events
from ars0n_adapters.web.application import Waits
from ars0n_core.testing import fakes
from ars0n_core.usecases import billing

from .conftest import RADIO, Browser, Customer

if TYPE_CHECKING:
    from .conftest import Site


def reports(text: str) -> list[Any]:
    return [
        json.loads(line.removeprefix("data: "))
        for event in text.split("\n\n")
        for line in event.split("\n")
        if line.startswith("data: ")
    ]


class TickingClock(fakes.ManualClock):
    """
    A clock on which each look takes some seconds.
    """

    def now(self) -> Any:
        self.pass_by(timedelta(seconds=2))
        return super().now()


def ticking(site: Site, waits: Waits) -> Customer:
    """
    The same customer at a server whose time goes on.
    """
    clock = TickingClock(site.clock.now())
    ports = evolve(site.ports, clock=clock)
    app = asgi.create_app(ports, site.policy, waits=waits)
    return Customer(site.us.organization_id, Browser(app, site.client._portal), site.us.key)


QUICK = Waits(events_poll=0.001, events_beat=0.02, events=0.3)


def test_a_stream_drives_the_ad_and_ends_with_it(site: Site) -> None:
    version = site.us.order(site.us.film())["versionId"]
    us = ticking(site, QUICK)

    answer = us.get(f"/jobs/{version}/events", headers={"Last-Event-ID": "7"})

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["x-request-id"]
    assert answer.headers["x-ratelimit-remaining"] == "297"
    told = reports(answer.text)
    assert told[-1] == us.get(f"/jobs/{version}").json()
    assert told[-1]["status"] == "completed"
    assert len(told) > 2
    assert all(first != second for first, second in itertools.pairwise(told))
    progress = [one["progress"] for one in told]
    assert progress == sorted(progress)
    assert answer.text.startswith("retry: 3000\n\nid: 1\nevent: report\ndata: {")


def test_a_finished_ad_is_one_event(site: Site) -> None:
    version = site.finished()["versionId"]

    assert len(reports(site.us.get(f"/jobs/{version}/events").text)) == 1


def test_a_silent_stream_shows_that_it_lives_and_ends_in_time(site: Site) -> None:
    version = site.us.order()["versionId"]  # nothing happens: time stands still
    site.break_down("speech", "speak")
    app = asgi.create_app(evolve(site.ports, runner=SleepingRunner()), site.policy, waits=QUICK)
    us = Customer(site.us.organization_id, Browser(app, site.client._portal), site.us.key)

    answer = us.get(f"/jobs/{version}/events")

    assert ": still here\n\n" in answer.text
    assert reports(answer.text)[-1]["status"] == "generating"


class SleepingRunner:
    """
    A runner that never gets round to anything.
    """

    def run(self, *_: Any) -> None:
        """Keep the command for ever."""


def test_a_revoked_key_hears_nothing_more(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    version = site.us.order()["versionId"]
    waits = Waits(events_poll=0.001, events_beat=0.01, events=60)
    app = asgi.create_app(evolve(site.ports, runner=SleepingRunner()), site.policy, waits=waits)
    us = Customer(site.us.organization_id, Browser(app, site.client._portal), site.us.key)
    looks = iter(range(10_000))
    look = events._look

    def revoking(*args: Any) -> Any:
        if next(looks) == 5:
            (key,) = billing.keys(site.ports, site.us.organization_id)
            billing.revoke_key(site.ports, site.us.organization_id, key.id)
        return look(*args)

    monkeypatch.setattr(events, "_look", revoking)

    answer = us.get(f"/jobs/{version}/events")

    assert reports(answer.text)[-1]["status"] == "generating"


def test_an_organisation_has_some_streams_at_a_time(site: Site) -> None:
    streams = events.Streams()
    for _ in range(events.STREAMS_MAX):
        streams.enter("org_a")
    streams.enter("org_b")
    with pytest.raises(Exception, match="event streams"):
        streams.enter("org_a")
    for _ in range(events.STREAMS_MAX):
        streams.leave("org_a")
    streams.leave("org_b")

    assert streams.open == 0


async def listen_and_leave(app: Any, path: str, key: str) -> int:
    """
    Read a stream's first bytes and go; return its status.
    """
    status, heard = 0, anyio.Event()

    async def receive() -> Any:
        await heard.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        nonlocal status
        if message["type"] == "http.response.start":
            status = message["status"]
        elif message["body"]:
            heard.set()

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "headers": [(b"authorization", f"Bearer {key}".encode())],
        "client": ("test", 1), "server": ("test", 80),
    }  # fmt: skip
    with anyio.fail_after(10):
        await app(scope, receive, send)
    return status


def test_who_leaves_makes_room(site: Site) -> None:
    version = site.us.order()["versionId"]
    waits = Waits(events_poll=0.001, events=60)
    app = asgi.create_app(evolve(site.ports, runner=SleepingRunner()), site.policy, waits=waits)

    for _ in range(events.STREAMS_MAX + 2):
        status = site.client._portal.call(
            listen_and_leave, app, f"/api/v1/jobs/{version}/events", site.us.key
        )
        assert status == 200


@pytest.mark.parametrize("customer", ["ours", "theirs"])
def test_what_is_not_there_is_no_stream(site: Site, customer: str) -> None:
    version = "ver_none" if customer == "ours" else site.us.order(RADIO)["versionId"]
    whose = site.us if customer == "ours" else site.customer("theirs")

    answer = whose.get(f"/jobs/{version}/events")

    assert answer.status_code == 404
    assert answer.json()["code"] == "NOT_FOUND"


def test_whoever_asks_for_the_head_gets_no_stream(site: Site) -> None:
    version = site.us.order()["versionId"]

    head = site.us.ask("HEAD", f"/jobs/{version}/events")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")
    assert site.us.ask("HEAD", "/jobs/ver_none/events").status_code == 404
