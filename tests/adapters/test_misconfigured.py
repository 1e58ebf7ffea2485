"""
What is set up wrongly is told in one line that names what to set, before anything is made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_adapters import bootstrap, settings
from ars0n_adapters.standins import Standins
from ars0n_core.errors import MisconfiguredError

from .chaos.conftest import sketched

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GOOGLE = {"planner": "gemini"}
ELEVENLABS = {"speech": "elevenlabs"}


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with Standins(sketched()) as served:
        yield served.url


@pytest.mark.parametrize(
    ("chosen", "path", "keys", "said"),
    [
        (GOOGLE, "", {"GEMINI_API_KEY": ""}, "Not set: GEMINI_API_KEY"),
        (GOOGLE, "", {"GEMINI_API_KEY": "wrong"}, "refuses the key .* GEMINI_API_KEY"),
        (GOOGLE, "", {"GEMINI_API_KEY": "schlüssel"}, "^GEMINI_API_KEY: .* beyond ASCII"),
        (GOOGLE, "", {"GEMINI_API_KEY": "a b"}, "^GEMINI_API_KEY: a key has no spaces"),
        (GOOGLE, "/else", {"GEMINI_API_KEY": "k"}, "or correct ARS0N_GOOGLE_BASE_URL"),
        (GOOGLE | {"gemini_model": "gemini-0"}, "", {"GEMINI_API_KEY": "k"}, "set ARS0N_GEMINI_MODEL"),
        (GOOGLE, "", {"GEMINI_API_KEY": "k", "HTTPS_PROXY": "no://x"}, "client can't be made.*proxy"),
        (ELEVENLABS, "", {"ELEVENLABS_API_KEY": ""}, "Not set: ELEVENLABS_API_KEY"),
        (ELEVENLABS, "", {"ELEVENLABS_API_KEY": "wrong"}, "refuses the key .* ELEVENLABS_API_KEY"),
        (ELEVENLABS, "", {"ELEVENLABS_API_KEY": "k\ny"}, "^ELEVENLABS_API_KEY: a key has no"),
        (ELEVENLABS, "/else", {"ELEVENLABS_API_KEY": "k"}, "address ARS0N_ELEVENLABS_BASE_URL"),
        (
            ELEVENLABS | {"elevenlabs_model": "none"}, "", {"ELEVENLABS_API_KEY": "k"},
            "set ARS0N_ELEVENLABS_MODEL to one of",
        ),
        (ELEVENLABS, "", {"ELEVENLABS_API_KEY": "k", "HTTPS_PROXY": "no://x"}, "client can't be made"),
    ],
)  # fmt: skip
def test_one_line_says_what_to_set(
    url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    chosen: dict[str, str],
    path: str,
    keys: dict[str, str],
    said: str,
) -> None:
    monkeypatch.delenv("GOOGLE_API_KEY", raising=False)
    for name, value in keys.items():
        monkeypatch.setenv(name, value)
    where = {"google_base_url": url + path, "elevenlabs_base_url": url + path}

    with (
        pytest.raises(MisconfiguredError, match=said) as caught,
        bootstrap.product(settings.read({}, data_dir=tmp_path, **where, **chosen)) as product,
    ):
        bootstrap.ask_providers(product.ports)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("chosen", [GOOGLE, ELEVENLABS], ids=["google", "elevenlabs"])
def test_a_provider_that_is_away_is_told_and_waited_for(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    chosen: dict[str, str],
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("ELEVENLABS_API_KEY", "k")
    nobody = "http://127.0.0.1:1"
    where = {"google_base_url": nobody, "elevenlabs_base_url": nobody}

    with bootstrap.product(settings.read({}, data_dir=tmp_path, **where, **chosen)) as product:
        bootstrap.ask_providers(product.ports)

    (told,) = (record.getMessage() for record in caplog.records if record.levelname == "WARNING")
    assert "can't be reached at the address ARS0N_" in told
