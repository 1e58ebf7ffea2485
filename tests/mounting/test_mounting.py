"""
The API mounts in other frameworks, ASGI and WSGI, and makes a radio ad through each.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import evolve

from ars0n_adapters.memory import InlineRunner, MemoryBlobs, MemoryRateWindows, MemoryStore
from ars0n_adapters.storage.local import LocalBlobs
from ars0n_adapters.system import RandomIds, TemporaryFolders
from ars0n_adapters.web import create_app
from ars0n_core.ports import Policy, Ports
from ars0n_core.quotas import Tier
from ars0n_core.testing import fakes
from ars0n_core.usecases import billing

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ORDER = {"adFormat": "radio", "prompt": "Lamps", "duration": 15, "voiceId": "ada"}


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return Ports(
        clock=fakes.ManualClock(NOON),
        ids=RandomIds(),
        scratch=TemporaryFolders(tmp_path / "scratch"),
        store=MemoryStore(),
        rates=MemoryRateWindows(),
        blobs=MemoryBlobs(),
        fetcher=fakes.FakeFetcher(),
        ingest=fakes.FakeIngest(),
        planner=fakes.FakePlanner(),
        images=fakes.FakeImages(),
        clips=fakes.FakeClips(),
        speech=fakes.FakeSpeech(),
        voices=fakes.FakeVoices(),
        music=fakes.FakeMusic(),
        compositor=fakes.FakeCompositor(),
        runner=InlineRunner(),
    )


@pytest.fixture
def key(ports: Ports) -> str:
    organization = billing.create_organization(ports, "Ours", tier=Tier.PRO)
    billing.grant(ports, organization.id, 100)
    return billing.create_key(ports, organization.id, "default").plain


@pytest.fixture
def api(ports: Ports) -> Any:
    return create_app(ports, Policy())


async def ask_asgi(app: Any, key: str, steps: Any) -> None:
    transport = httpx.ASGITransport(app=app)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://host.test", headers=headers
    ) as client:
        answer: Any = None
        with contextlib.suppress(StopIteration):
            while True:
                method, path, body = steps.send(answer)
                answer = await client.request(method, path, json=body)


def ask_wsgi(app: Any, key: str, steps: Any) -> None:
    with httpx.Client(
        transport=httpx.WSGITransport(app=app),
        base_url="http://host.test",
        headers={"Authorization": f"Bearer {key}"},
    ) as client:
        answer: Any = None
        with contextlib.suppress(StopIteration):
            while True:
                method, path, body = steps.send(answer)
                answer = client.request(method, path, json=body)


def a_radio_ad(prefix: str) -> Generator[tuple[str, str, Any], Any, None]:
    """
    Ask for an ad below *prefix*, poll it, and check each answer as it comes.
    """
    answer = yield "GET", f"{prefix}/api/v1/credits", None
    assert (answer.status_code, answer.json()["balance"]) == (200, 100)
    assert answer.headers["x-ratelimit-limit"] == "120"

    answer = yield "POST", f"{prefix}/api/v1/generate", {**ORDER, "duration": 20}
    assert answer.json()["details"]["fieldErrors"] == {
        "duration": ["Duration must be 15, 30, or 60"]
    }

    answer = yield "POST", f"{prefix}/api/v1/generate", ORDER
    assert answer.status_code == 200, answer.text
    version_id = answer.json()["versionId"]
    for _ in range(10):
        answer = yield "GET", f"{prefix}/api/v1/jobs/{version_id}", None
        if answer.json()["status"] != "generating":
            break
    report = answer.json()
    assert report["status"] == "completed", report
    # Links lead back through the mount.
    assert report["audioUrl"].startswith(f"http://host.test{prefix}/api/v1/video?id=")

    answer = yield "GET", report["audioUrl"], None
    assert (answer.status_code, answer.headers["location"][:15]) == (302, "memory://blobs/")
    answer = yield "GET", f"{prefix}/api/v1/nothing", None
    assert answer.status_code == 404
    assert answer.headers["x-request-id"]


def test_starlette(api: Any, key: str) -> None:
    from starlette.applications import Starlette
    from starlette.routing import Mount

    app = Starlette(routes=[Mount("/ads", app=api)])

    asyncio.run(ask_asgi(app, key, a_radio_ad("/ads")))


def test_fastapi(api: Any, key: str) -> None:
    from fastapi import FastAPI

    app = FastAPI()
    app.mount("/ads", api)

    asyncio.run(ask_asgi(app, key, a_radio_ad("/ads")))


def test_litestar(api: Any, key: str) -> None:
    from litestar import Litestar, asgi

    @asgi("/ads", is_mount=True, copy_scope=True)
    async def ads(scope: Any, receive: Any, send: Any) -> None:
        # Litestar cuts the path at the mount and its slashes with it: put it together again.
        path = "/ads/" + scope["path"].strip("/")
        await api({**scope, "root_path": "/ads", "path": path}, receive, send)

    asyncio.run(ask_asgi(Litestar(route_handlers=[ads]), key, a_radio_ad("/ads")))


def test_django(api: Any, key: str) -> None:
    import django  # type: ignore[import-untyped]  # it has no types of its own
    from django.conf import settings  # type: ignore[import-untyped]  # the same
    from django.core.asgi import (  # type: ignore[import-untyped]  # the same
        get_asgi_application,
    )

    if not settings.configured:
        settings.configure(SECRET_KEY="not one", ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__)
        django.setup()
    site = get_asgi_application()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        mounted = scope["type"] == "http" and scope["path"].startswith("/ads/")
        if mounted:
            await api({**scope, "root_path": "/ads"}, receive, send)
        else:
            await site(scope, receive, send)

    asyncio.run(ask_asgi(app, key, a_radio_ad("/ads")))


urlpatterns: list[Any] = []  # of the Django site above: it has no page of its own


@pytest.fixture
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """
    A loop that runs in a thread, for what bridges to WSGI.
    """
    made = asyncio.new_event_loop()
    thread = threading.Thread(target=made.run_forever, daemon=True)
    thread.start()
    yield made
    made.call_soon_threadsafe(made.stop)
    thread.join(timeout=10)
    made.close()


def test_flask(api: Any, key: str, loop: asyncio.AbstractEventLoop) -> None:
    from a2wsgi import ASGIMiddleware
    from flask import Flask
    from werkzeug.middleware.dispatcher import DispatcherMiddleware

    site = Flask("site")
    mounted: Any = ASGIMiddleware(api, loop=loop)
    app = DispatcherMiddleware(site.wsgi_app, {"/ads": mounted})

    ask_wsgi(app, key, a_radio_ad("/ads"))


def test_the_body_of_a_mounted_app_is_its_own(api: Any, key: str) -> None:
    """
    A body that is no JSON is our error, not the framework's.
    """
    from fastapi import FastAPI

    app = FastAPI()
    app.mount("/ads", api)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://host.test") as client:
            return await client.post(
                "/ads/api/v1/estimate",
                content=b"{",
                headers={"Authorization": f"Bearer {key}"},
            )

    answer = asyncio.run(ask())

    assert answer.status_code == 400
    assert "formErrors" in json.loads(answer.content)["details"]


def test_links_to_files_lead_back_through_the_mount(ports: Ports, tmp_path: Path) -> None:
    """
    Nobody said where files are reached: they are where the client reached us.
    """
    from fastapi import FastAPI

    files = LocalBlobs(tmp_path / "blobs", secret=b"s" * 32)
    ports = evolve(ports, blobs=files)
    organization = billing.create_organization(ports, "Ours", tier=Tier.PRO)
    key = billing.create_key(ports, organization.id, "default").plain
    app = FastAPI()
    app.mount("/ads", create_app(ports, Policy(), blobs=files))

    def steps() -> Generator[tuple[str, str, Any], Any, None]:
        answer = yield "POST", "/ads/api/v1/preview-voice", {"text": "Hi", "voiceId": "ada"}
        assert answer.status_code == 402
        billing.grant(ports, organization.id, 100)
        answer = yield "POST", "/ads/api/v1/preview-voice", {"text": "Hi", "voiceId": "ada"}
        url = answer.json()["audioUrl"]
        assert url.startswith("http://host.test/ads/api/v1/blobs/previews/")
        answer = yield "GET", url, None
        assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/wav")
        answer = yield "GET", f"{url[:-1]}{'01'[url[-1] == '0']}", None
        assert answer.status_code == 404

    asyncio.run(ask_asgi(app, key, steps()))
