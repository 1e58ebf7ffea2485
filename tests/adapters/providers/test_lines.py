"""
What all lines to providers share.
"""

from __future__ import annotations

import time
from email.utils import formatdate

import pytest

from ars0n_adapters.providers import lines


@pytest.mark.parametrize(
    ("told", "seconds"),
    [("0", 0), ("37", 37), (" 1.5 ", 1.5), ("", None), ("soon", None), ("-3", None), (None, None)],
)
def test_a_wait_in_seconds(told: str | None, seconds: float | None) -> None:
    assert lines.seconds_of(told) == seconds


@pytest.mark.parametrize(("ahead", "seconds"), [(90, 90), (-90, 0)])
def test_a_wait_until_a_date(ahead: float, seconds: float) -> None:
    told = formatdate(time.time() + ahead, usegmt=True)

    assert lines.seconds_of(told) == pytest.approx(seconds, abs=2)


@pytest.mark.parametrize(
    ("base_url", "proxy", "said"),
    [
        ("", "", ""),
        ("http://10.0.0.1", "", " at the address ARS0N_X"),
        ("", "http://10.0.0.2", " through the proxy of HTTP_PROXY, HTTPS_PROXY or ALL_PROXY"),
    ],
)
def test_where_a_provider_was_looked_for(
    monkeypatch: pytest.MonkeyPatch, base_url: str, proxy: str, said: str
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    if proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)

    assert lines.address_of(base_url, "ARS0N_X") == said
