"""
``nox -s live`` asks what there is a key for and says what it leaves out; here the stand-ins
answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from moto.server import ThreadedMotoServer

from ars0n_adapters.standins import Standins

from . import live
from .adapters.chaos.conftest import sketched

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def standins() -> Iterator[Standins]:
    with Standins(sketched()) as served:
        yield served


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def test_every_port_is_asked_behind_its_own_key(
    standins: Standins,
    store: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    boto3.client("s3", region_name="us-east-1", endpoint_url=store, aws_access_key_id="k",
                 aws_secret_access_key="s").create_bucket(Bucket="live")  # fmt: skip
    given = {
        "GEMINI_API_KEY": "k", "ELEVENLABS_API_KEY": "k", "AWS_ACCESS_KEY_ID": "k",
        "AWS_SECRET_ACCESS_KEY": "s", "ARS0N_S3_BUCKET": "live", "ARS0N_S3_ENDPOINT": store,
        "ARS0N_GOOGLE_BASE_URL": standins.url, "ARS0N_ELEVENLABS_BASE_URL": standins.url,
        "ARS0N_CHECK_SECONDS": "0", "ARS0N_LIVE_USD_MAX": "1",
    }  # fmt: skip
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    failed = live.main()

    told = capsys.readouterr()
    assert failed == 0, told.out
    assert told.err == ""
    assert told.out.index("together up to $0.5113") < told.out.index("storage: stored")
    routes = standins.book.told()["routes"]
    assert {name: facts["billed"] for name, facts in routes.items() if facts["billed"]} == {
        "text": 1, "image": 1, "judge": 1, "omni.submit": 1, "speech": 1, "music": 1,
    }  # fmt: skip


def test_what_has_no_key_or_is_too_dear_is_left_out_loudly(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", "ELEVENLABS_API_KEY", "ARS0N_S3_BUCKET"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VERTEX_API_KEY", "k")
    monkeypatch.setattr(live, "_asked", lambda *_: True)

    assert live.main() == 0

    told = capsys.readouterr()
    assert "LEFT OUT: speech (elevenlabs): ELEVENLABS_API_KEY is not set" in told.err
    assert "LEFT OUT: storage (s3): ARS0N_S3_BUCKET is not set" in told.err
    assert "LEFT OUT: clips (veo): it costs up to $0.3200; set ARS0N_LIVE_USD_MAX=0.42" in told.err
    assert "planner (gemini) costs up to $0.0200" in told.out
