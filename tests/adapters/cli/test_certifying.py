from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.cli.commands import main
from ars0n_core.compositor import ffmpeg

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def spot(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A radio spot of two seconds, too loud by far.
    """
    path = tmp_path_factory.mktemp("spots") / "spot.mp3"
    source = "aevalsrc=0.5*sin(2*PI*997*t)|0.5*sin(2*PI*997*t):s=44100:d=2"
    command = [ffmpeg.find().path, "-v", "error", "-f", "lavfi", "-i", source]
    subprocess.run([*command, "-b:a", "192k", str(path)], check=True, timeout=60)
    return path


def test_a_file_that_fails_ends_with_1_and_says_where(
    spot: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["certify", str(spot), "--profile", "radio_na"]) == 1
    told = capsys.readouterr().out
    assert "FAIL  loudness_lufs" in told
    assert "ok    sample_rate" in told
    assert "spot.mp3 fails loudness_lufs" in told


def test_for_a_machine_it_is_one_json_value(spot: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["certify", str(spot), "--profile", "spotify_audio", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["passed"] is False
    assert told["profile"]["name"] == "spotify_audio"
    assert told["measured"]["sound"]["samples"] == 88_200


def test_faulty_options_are_told_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    order = ["certify", str(tmp_path / "no.mp4"), "--profile", "cinema", "--burnt-in"]
    assert main(order) == 2
    said = capsys.readouterr().err
    assert "no such file" in said
    assert "ebu_r128_s1" in said
    assert "--captions" in said


def test_captions_that_are_none_are_a_faulty_option(
    spot: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "ad.srt").write_text("once upon a time")
    order = ["certify", str(spot), "--profile", "radio_na", "--captions", str(tmp_path / "ad.srt")]
    assert main(order) == 2
    assert "ad.srt" in capsys.readouterr().err
