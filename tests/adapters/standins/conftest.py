"""
The stand-ins on a port, and the vendors' own SDKs pointed at them; nothing in them is patched.
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from PIL import Image

from ars0n_adapters.providers.offline.images import OfflineImageEditor
from ars0n_adapters.providers.offline.music import OfflineMusic
from ars0n_adapters.providers.offline.planner import OfflinePlanner
from ars0n_adapters.providers.offline.speech import OfflineSpeech
from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.standins import Standins, Studio
from ars0n_core.testing.fakes.providers import FakeClips

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from elevenlabs.client import ElevenLabs
    from google.genai import Client

PROJECT = "my-project"


def studio() -> Studio:
    """
    The offline providers, but clips that are there at the second look.
    """
    return Studio(
        planner=OfflinePlanner(),
        images=OfflineImageEditor(),
        clips=FakeClips(looks=2),
        speech=OfflineSpeech(),
        voices=OfflineVoices(),
        music=OfflineMusic(),
    )


@pytest.fixture(scope="session")
def _served() -> Iterator[Standins]:
    with Standins(studio()) as served:
        yield served


@pytest.fixture
def standins(_served: Standins) -> Standins:
    """
    The stand-ins with an empty script and a new book.
    """
    _served.script.replace({})
    _served.book.clear()
    return _served


@pytest.fixture
def control(standins: Standins) -> Callable[..., Any]:
    """
    Asks the stand-ins' own addresses, as any program can.
    """

    def control(method: str, name: str, **given: Any) -> Any:
        url = f"{standins.url}/__standins/{name}"
        return httpx.request(method, url, trust_env=False, **given).json()

    return control


def google(url: str, *, key: str = "any", platform: bool = False, timeout: float = 60) -> Client:
    from google.genai import Client, types
    from google.oauth2.credentials import Credentials

    options = types.HttpOptions(
        base_url=url,
        timeout=round(timeout * 1000),
        retry_options=types.HttpRetryOptions(attempts=1),
    )
    if platform:
        return Client(
            enterprise=True,
            project=PROJECT,
            location="us-central1",
            credentials=Credentials(token=key),
            http_options=options,
        )
    return Client(api_key=key, http_options=options)


@contextmanager
def elevenlabs(url: str, *, key: str = "any", timeout: float = 60) -> Iterator[ElevenLabs]:
    from elevenlabs.client import ElevenLabs

    with httpx.Client(timeout=timeout, trust_env=False) as connections:
        yield ElevenLabs(base_url=url, api_key=key, httpx_client=connections)


@pytest.fixture(scope="session")
def developer(_served: Standins) -> Iterator[Client]:
    with google(_served.url) as client:
        yield client


@pytest.fixture(scope="session")
def platform(_served: Standins) -> Iterator[Client]:
    with google(_served.url, platform=True) as client:
        yield client


@pytest.fixture(scope="session")
def speaker(_served: Standins) -> Iterator[ElevenLabs]:
    with elevenlabs(_served.url) as client:
        yield client


@pytest.fixture(scope="session")
def photo() -> bytes:
    content = io.BytesIO()
    picture = Image.new("RGB", (64, 64), (240, 240, 238))
    picture.paste((180, 40, 30), (20, 14, 44, 54))
    picture.save(content, "PNG")
    return content.getvalue()
