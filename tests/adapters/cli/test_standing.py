"""
The stand-ins from the command line.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from ars0n_adapters.cli import main
from ars0n_adapters.standins import Standins, Studio
from ars0n_core.testing import fakes

SRC = Path(__file__).parents[3] / "src"


def test_it_prints_what_to_set_serves_and_leaves_when_told(tmp_path: Path) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"voices": ["unavailable"]}')
    command = [sys.executable, "-m", "ars0n_adapters.cli", "standins", "--port", "0"]

    with subprocess.Popen(
        [*command, "--script", str(script)],
        env={**os.environ, "PYTHONPATH": str(SRC), "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = [process.stdout.readline().strip() for _ in range(5)]
        told = dict(line.split("=", 1) for line in lines)
        headers = {"xi-api-key": told["ELEVENLABS_API_KEY"]}
        url = f"{told['ELEVENLABS_BASE_URL']}/v2/voices"
        answers = [httpx.get(url, headers=headers, trust_env=False) for _ in range(2)]
        process.send_signal(signal.SIGTERM)
        _, said = process.communicate(timeout=60)

    assert told["GOOGLE_GEMINI_BASE_URL"] == told["GOOGLE_VERTEX_BASE_URL"]
    assert [answer.status_code for answer in answers] == [503, 200]
    assert answers[1].json()["voices"]
    assert "have left" in said
    assert process.returncode == 0
    assert [path.name for path in tmp_path.iterdir()] == ["script.json"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--port", "99999"], "--port 99999: must be from 0 to 65535"),
        (["--clip-seconds", "-1"], "--clip-seconds -1: must be from 0"),
        (["--script", "nowhere.json"], "--script nowhere.json: No such file"),
    ],
)
def test_a_faulty_option_is_named(
    capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert main(["standins", *words]) == 2
    assert said in capsys.readouterr().err


def test_a_faulty_script_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "script.json"
    script.write_text('{"film": []}')

    assert main(["standins", "--script", str(script)]) == 2
    assert "'film' is no route" in capsys.readouterr().err


def test_a_taken_port_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert main(["standins", "--port", str(port)]) == 1

    assert f"Port {port} can't be had" in capsys.readouterr().err


def test_the_voices_are_the_chosen_speakers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    studio = Studio(
        planner=fakes.FakePlanner(), images=fakes.FakeImages(), clips=fakes.FakeClips(),
        speech=fakes.FakeSpeech(), voices=fakes.FakeVoices(), music=fakes.FakeMusic(),
    )  # fmt: skip
    with Standins(studio) as standins:
        for name, value in {
            "ARS0N_SPEECH": "elevenlabs",
            "ARS0N_ELEVENLABS_BASE_URL": standins.url,
            "ELEVENLABS_API_KEY": "any",
            "ARS0N_DATA_DIR": str(tmp_path),
        }.items():
            monkeypatch.setenv(name, value)
        assert main(["voices"]) == 0

    assert "ada" in capsys.readouterr().out
