"""
The API in this process: in memory, its outside played by fakes, asked through ASGI.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from anyio.from_thread import start_blocking_portal
from attrs import define, evolve, field

from ars0n_adapters.memory import InlineRunner, MemoryBlobs, MemoryRateWindows, MemoryStore
from ars0n_adapters.system import RandomIds, TemporaryFolders
from ars0n_adapters.web import create_app
from ars0n_adapters.web.application import Application, Waits
from ars0n_core import ledger
from ars0n_core.errors import FetchRefusedError
from ars0n_core.ids import OrganizationId
from ars0n_core.ports import Answered, Policy, Ports
from ars0n_core.quotas import Tier
from ars0n_core.testing import fakes
from ars0n_core.usecases import billing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping
    from pathlib import Path

    from anyio.from_thread import BlockingPortal
    from starlette.applications import Starlette

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
RADIO = {"adFormat": "radio", "prompt": "Headphones", "duration": 15, "voiceId": "ada"}


@define
class Posted:
    url: str
    body: bytes
    headers: dict[str, str]


@define
class FakeSender:
    """
    A `Sender` that writes down what it posts, and answers as told.
    """

    answers: list[Answered | FetchRefusedError] = field(factory=list)
    posted: list[Posted] = field(factory=list)

    def check(self, url: str) -> None:
        if not url.startswith(("http://", "https://")) or "127.0.0.1" in url:
            raise FetchRefusedError("The URL must start with http:// or https://", port="sender")

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        self.posted.append(Posted(url, body, dict(headers)))
        answer = self.answers.pop(0) if self.answers else Answered(status=204)
        if isinstance(answer, BaseException):
            raise answer
        return answer


class Browser:
    """
    Asks an application from outside its event loop, one request at a time or many.
    """

    def __init__(self, app: Starlette, portal: BlockingPortal) -> None:
        self.app = app
        transport = httpx.ASGITransport(app)
        self._client = httpx.AsyncClient(transport=transport, base_url="https://ads.example")
        self._portal = portal

    def request(self, method: str, url: str, **rest: Any) -> httpx.Response:
        return self._portal.call(partial(self._client.request, method, url, **rest))

    def get(self, url: str, **rest: Any) -> httpx.Response:
        return self.request("GET", url, **rest)

    def call(self, asked: Callable[[], Awaitable[None]]) -> None:
        self._portal.call(asked)


@define
class Customer:
    """
    An organisation and its client, which sends its key.
    """

    organization_id: OrganizationId
    client: Browser
    key: str

    def get(self, path: str, **rest: Any) -> httpx.Response:
        return self.ask("GET", path, **rest)

    def post(self, path: str, body: Any = None, **rest: Any) -> httpx.Response:
        if body is not None:
            rest["json"] = body
        return self.ask("POST", path, **rest)

    def delete(self, path: str) -> httpx.Response:
        return self.ask("DELETE", path)

    def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **rest: Any
    ) -> httpx.Response:
        given = {"Authorization": f"Bearer {self.key}", **(headers or {})}
        return self.client.request(method, f"/api/v1{path}", headers=given, **rest)

    def upload(self, content: bytes, name: str = "a.png", **fields: str) -> httpx.Response:
        return self.post("/assets", files={"file": (name, content)}, data=fields)

    def asset(self, content: bytes | None = None) -> str:
        answer = self.upload(fakes.picture() if content is None else content)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["assetId"])

    def film(self, **changes: Any) -> dict[str, Any]:
        body = {"prompt": "A lamp", "duration": 15, "voiceId": "ada", **changes}
        if "imageAssetIds" not in body and "imageUrls" not in body:
            body["imageAssetIds"] = [self.asset()]
        return body

    def order(self, body: Mapping[str, Any] | None = None) -> Any:
        answer = self.post("/generate", dict(body or RADIO))
        assert answer.status_code == 200, answer.text
        return answer.json()


@define
class Site:
    """
    The served product, with one customer in it.
    """

    ports: Ports
    test_ports: Ports
    clock: fakes.ManualClock
    sender: FakeSender
    blobs: MemoryBlobs
    policy: Policy
    client: Browser
    us: Customer = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.us = self.customer("ours")

    @property
    def application(self) -> Application:
        application: Application = self.client.app.state.application
        return application

    def customer(
        self,
        name: str,
        credits_given: int = 10_000,
        *,
        tier: Tier = Tier.ENTERPRISE,
        is_test: bool = False,
    ) -> Customer:
        organization = billing.create_organization(self.ports, name, tier=tier)
        if credits_given:
            billing.grant(self.ports, organization.id, credits_given)
        return self.key(organization.id, is_test=is_test)

    def key(self, organization_id: OrganizationId, *, is_test: bool = False) -> Customer:
        new = billing.create_key(self.ports, organization_id, "k", is_test=is_test)
        return Customer(organization_id, self.client, new.plain)

    def break_down(self, port: str, method: str, *faults: BaseException | None) -> None:
        """
        Have a port's next calls fail.
        """
        getattr(self.ports, port).plan_fault(method, *faults)

    def balance(self, customer: Customer | None = None) -> int:
        with self.ports.store.transaction() as tx:
            whose = (customer or self.us).organization_id
            return tx.ledger.balance(whose, ledger.PREPAID)

    def entries(self, kind: ledger.EntryKind = ledger.EntryKind.CHARGE) -> list[ledger.Entry]:
        with self.ports.store.transaction() as tx:
            every = tx.ledger.entries(self.us.organization_id)
        return [entry for entry in every if entry.kind is kind]

    def finish(self, version_id: str, customer: Customer | None = None) -> Any:
        for _ in range(60):
            told = (customer or self.us).get(f"/jobs/{version_id}").json()
            if told["status"] != "generating":
                return told
            self.clock.pass_by(timedelta(seconds=10))
        pytest.fail(f"not finished: {told}")

    def finished(self, body: Mapping[str, Any] | None = None) -> Any:
        return self.finish(self.us.order(body)["versionId"])

    def snapshot(self) -> Any:
        """
        All there is stored but keys' last use, to see whether something changed.
        """
        tables = self.ports.store._tables  # type: ignore[attr-defined]  # the memory store's
        kept = ("assets", "projects", "versions", "entries", "balances", "replies", "webhooks")
        return {name: dict(getattr(tables, name)) for name in kept}, self.blobs.keys


def flaky(port: Any) -> Any:
    """
    A port that can be told to fail.
    """
    return fakes.Flaky(port)


def fake_ports(folder: Path, clock: fakes.ManualClock) -> Ports:
    return Ports(
        clock=clock,
        ids=RandomIds(),
        scratch=TemporaryFolders(folder / "scratch"),
        store=MemoryStore(),
        rates=MemoryRateWindows(),
        blobs=MemoryBlobs(),
        fetcher=fakes.FakeFetcher(),
        ingest=fakes.FakeIngest(),
        planner=fakes.FakePlanner(),
        images=fakes.FakeImages(),
        clips=fakes.FakeClips(),
        speech=flaky(fakes.FakeSpeech()),
        voices=flaky(fakes.FakeVoices()),
        music=fakes.FakeMusic(),
        compositor=fakes.FakeCompositor(),
        runner=InlineRunner(),
    )


QUICK = Waits(
    stall=0.3, grace=0.2, body=0.5, upload=20, events_poll=0.001, events_beat=0.05, events=5
)


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    clock = fakes.ManualClock(START)
    ports = fake_ports(tmp_path, clock)
    test_ports = evolve(
        ports,
        planner=fakes.FakePlanner(),
        images=fakes.FakeImages(),
        clips=fakes.FakeClips(),
        speech=fakes.FakeSpeech(),
        compositor=fakes.FakeCompositor(),
    )
    sender, policy = FakeSender(), Policy()
    app = create_app(ports, policy, test_ports=test_ports, sender=sender, waits=QUICK, at_once=True)
    blobs = ports.blobs
    assert isinstance(blobs, MemoryBlobs)
    with start_blocking_portal() as portal:
        yield Site(ports, test_ports, clock, sender, blobs, policy, Browser(app, portal))
