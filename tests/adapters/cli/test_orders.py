"""
A bad order is refused before anything is made, each faulty option on a line of its own.
"""

from __future__ import annotations

import io
import json
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from ars0n_adapters.cli import main
from ars0n_core.compositor import ffmpeg

Save = Callable[[Path], object]

PROMPT = "A lamp of warm light"


def run(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> tuple[int, list[str]]:
    code = main([str(argument) for argument in arguments])
    return code, capsys.readouterr().err.splitlines()


def test_every_fault_is_told_at_once(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, lines = run(
        capsys, "make", "--image", tmp_path / "none.jpg", "--prompt", "", "--duration", "20",
        "--cta", "round", "--gradient-color", "red", "--music-volume", "3", "--variants", "7",
        "--model", "slow", "--aspect", "3:3", "--clip", "foo", "--plan", tmp_path / "none.json",
        "--data-dir", tmp_path / "data", "--out", tmp_path / "nowhere" / "ad.mp4",
    )  # fmt: skip

    assert code == 2
    for option in (
        "--image", "--prompt", "--duration", "--cta", "--gradient-color", "--music-volume",
        "--variants", "--model", "--aspect", "--clip", "--plan", "--out",
    ):  # fmt: skip
        assert [line for line in lines if line.startswith(option)], option
    assert not list(tmp_path.glob("*.mp4"))


def test_a_video_ad_needs_a_photo(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, lines = run(capsys, "make", "--prompt", PROMPT, "--data-dir", tmp_path)

    assert code == 2
    assert [line.partition(":")[0] for line in lines] == ["--image"]


@pytest.mark.parametrize("length", [0, 2001])
def test_a_prompt_has_1_to_2000_characters(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, length: int
) -> None:
    code, lines = run(capsys, "radio", "--prompt", "é" * length, "--data-dir", tmp_path)

    assert code == 2
    assert [line.partition(":")[0] for line in lines] == ["--prompt"]


def _bomb(path: Path) -> None:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 1, 0, 0, 0, 0)
    data = zlib.compress(b"\x00" * 1_000_000)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    )


def _truncated(path: Path) -> None:
    Image.effect_noise((400, 400), 60).convert("RGB").save(path, "JPEG")
    path.write_bytes(path.read_bytes()[:3000])


UNUSABLE: dict[str, Save] = {
    "empty": lambda path: path.write_bytes(b""),
    "text": lambda path: path.write_text("I am a photo, honest"),
    "truncated": _truncated,
    "bomb": _bomb,
    "one pixel": lambda path: Image.new("RGB", (1, 1)).save(path, "PNG"),
    "gif": lambda path: Image.new("P", (99, 99)).save(path, "GIF"),
}


@pytest.mark.parametrize("kind", UNUSABLE)
def test_an_unusable_picture_is_named_with_its_fault(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "photo.jpg"
    UNUSABLE[kind](path)
    code, lines = run(
        capsys, "make", "--image", path, "--prompt", PROMPT, "--data-dir", tmp_path / "data",
        "--out", tmp_path / "ad.mp4",
    )  # fmt: skip

    assert code == 2, lines
    assert len(lines) == 1
    assert lines[0].startswith(f"--image {path}: ")
    assert not (tmp_path / "ad.mp4").exists()


def test_music_that_is_none_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    music = tmp_path / "song.mp3"
    music.write_bytes(b"ID3\x04\x00\x00\x00\x00\x00\x00" + b"la" * 2000)
    code, lines = run(
        capsys, "radio", "--prompt", PROMPT, "--music", music, "--data-dir", tmp_path / "data",
        "--out", tmp_path / "ad.mp3",
    )  # fmt: skip

    assert code == 2, lines
    assert len(lines) == 1
    assert lines[0].startswith(f"--music {music}: ")


def test_a_clip_that_is_no_film_is_named_by_its_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (64, 64)).save(photo)
    code, lines = run(
        capsys, "make", "--image", photo, "--prompt", PROMPT, "--clip", f"{photo}@0",
        "--data-dir", tmp_path / "data", "--out", tmp_path / "ad.mp4",
    )  # fmt: skip

    assert code == 2, lines
    assert lines == [
        f"--clip {photo}: This is no film but image; a clip is an MP4, WebM or MOV video"
    ]


def test_a_clip_that_makes_the_ad_too_long_for_a_taker_is_told_before_anything_is_made(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    photo, clip = tmp_path / "photo.png", tmp_path / "clip.mp4"
    Image.new("RGB", (64, 64), "red").save(photo)
    made = [ffmpeg.find().path, "-v", "error", "-f", "lavfi", "-i", "testsrc=s=64x64:r=30:d=1"]
    subprocess.run([*made, "-pix_fmt", "yuv420p", clip], check=True)

    def told(deliver: str) -> tuple[int, list[str]]:
        return run(
            capsys, "make", "--image", photo, "--prompt", PROMPT, "--clip", f"{clip}@0",
            "--deliver", deliver, "--aspect", "16:9",
            "--data-dir", tmp_path / "data", "--out", tmp_path / "ad.mp4",
        )  # fmt: skip

    code, lines = told("dv360,youtube")
    assert code == 2, lines
    assert lines == ["--deliver: dv360 takes 15 or 30 s, and the ad is 16 s"]
    code, lines = told("social,vhs")  # no file is opened to see that
    assert code == 2, lines
    assert lines[0].startswith("--deliver: social takes no picture of the shape 1280x720")
    assert len(lines) == 2
    assert not list(tmp_path.glob("ad*"))


@pytest.mark.parametrize(
    ("command", "name", "fix"),
    [("make", "ad.jpg", "name it ad.mp4"), ("radio", "ad.mp4", "name it ad.mp3")],
)
def test_an_ad_is_not_put_under_another_formats_name(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, command: str, name: str, fix: str
) -> None:
    photo = tmp_path / "photo.png"
    Image.new("RGB", (64, 64)).save(photo)
    images = ("--image", photo) if command == "make" else ()
    code, lines = run(
        capsys, command, *images, "--prompt", PROMPT, "--data-dir", tmp_path / "data",
        "--out", tmp_path / name,
    )  # fmt: skip

    assert code == 2
    assert len(lines) == 1
    assert lines[0].startswith(f"--out {tmp_path / name}: ")
    assert lines[0].endswith(fix)


def test_a_plan_is_json_whatever_letters_the_screen_has(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ars0n_adapters.cli", "plan", "--prompt", "Crème brûlée",
         "--data-dir", str(tmp_path)],
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        check=False,
        timeout=120,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    script = json.loads(done.stdout.decode("ascii"))["plan"]["voiceover_script"]
    assert "crème brûlée" in script.lower()


def test_an_answer_that_finds_no_room_is_one_clear_line() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ars0n_adapters.cli", "voices"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=120,
        )

    assert done.returncode == 1
    assert done.stderr == "ars0n: No space left on device\n"


def test_an_unknown_voice_is_named(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, lines = run(
        capsys, "radio", "--prompt", PROMPT, "--voice", "nobody", "--data-dir", tmp_path / "data",
        "--out", tmp_path / "ad.mp3",
    )  # fmt: skip

    assert code == 2, lines
    assert lines[0].startswith("--voice: ")
    assert "nobody" in lines[0]


def test_a_missing_ffmpeg_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARS0N_FFMPEG", str(tmp_path / "no-ffmpeg"))
    code, lines = run(capsys, "radio", "--prompt", PROMPT, "--data-dir", tmp_path / "data")

    assert code == 1
    assert any("ffmpeg" in line for line in lines)
    assert not any("Traceback" in line for line in lines)


def test_a_wrong_setting_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARS0N_SEGMENTS", "many")
    code, lines = run(capsys, "radio", "--prompt", PROMPT, "--data-dir", tmp_path / "data")

    assert code == 1
    assert any("ARS0N_SEGMENTS" in line for line in lines)


def test_a_data_folder_that_is_a_file_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "data").write_text("")
    code, lines = run(capsys, "radio", "--prompt", PROMPT, "--data-dir", tmp_path / "data")

    assert code == 1
    assert any("data" in line for line in lines)
    assert not any("Traceback" in line for line in lines)


def test_a_private_url_is_refused(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    url = "http://127.0.0.1:9/photo.png"
    code, lines = run(
        capsys, "make", "--image", url, "--prompt", PROMPT, "--data-dir", tmp_path / "data",
        "--out", tmp_path / "ad.mp4",
    )  # fmt: skip

    assert code == 2, lines
    assert lines[0].startswith(f"--image {url}: ")


def test_voices_are_listed_and_filtered(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voices", "--gender", "male"]) == 0
    listed = capsys.readouterr().out

    assert "pNInz6obpgDQGcFmaJgB" in listed
    assert "female" not in listed


def test_an_estimate_is_the_published_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["estimate", "--duration", "15", "--images", "3", "--json"]) == 0

    assert '"estimatedCredits": 140' in capsys.readouterr().out


def test_a_plan_is_filmed_before_anybody_is_asked(tmp_path: Path) -> None:
    Image.new("RGB", (90, 160), (200, 40, 40)).save(tmp_path / "photo.png")
    order = ("--image", tmp_path / "photo.png", "--prompt", PROMPT, "--data-dir", tmp_path / "d")
    first = tmp_path / "first.json"
    filmed = ("plan", *order, "--animatic", tmp_path / "a.mp4", "--out", first)

    assert main([str(each) for each in filmed]) == 0

    told = json.loads(first.read_text(encoding="utf-8"))
    told["plan"]["scenes"][0]["on_screen_text"] = "Read me"
    first.write_text(json.dumps(told), encoding="utf-8")
    second = tmp_path / "second.json"
    again = ("plan", *order, "--plan", first, "--animatic", tmp_path / "b.mp4", "--out", second)

    assert main([str(each) for each in again]) == 0
    # The plan that was given is the plan that is filmed and printed, not a new one.
    assert json.loads(second.read_text(encoding="utf-8")) == told
    films = [(tmp_path / name).read_bytes() for name in ("a.mp4", "b.mp4")]
    assert all(film[4:8] == b"ftyp" for film in films)
    assert films[0] != films[1]
    assert not list(tmp_path.glob(".ars0n-*"))


def test_a_plan_is_read_from_anywhere_and_to_its_limit(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wrong = tmp_path / "plan.json"
    wrong.write_bytes(b"\xef\xbb\xbf" + json.dumps({"plan": []}).encode())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b'{"plan": 7}')))
    arguments = ("radio", "--prompt", PROMPT, "--data-dir", tmp_path / "data")
    told = [
        run(capsys, *arguments, "--out", tmp_path / "a.mp3", "--plan", plan)
        for plan in (wrong, "-", "/dev/zero")
    ]

    assert [code for code, _ in told] == [2, 2, 2]
    array, number, endless = (line for _, (line,) in told)
    assert "Expected object, received array" in array
    assert "Expected object, received number" in number
    assert endless == "--plan /dev/zero: Larger than 1000000 bytes: that is no plan"


def test_closed_outputs_are_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)

    assert main(["voices"]) == 0
    for name in ("stdin", "stdout", "stderr"):
        getattr(sys, name).close()


def test_no_ad_is_put_in_the_place_of_a_pipe_or_device(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for out in (pipe, "-", "/dev/null"):
        code, (line,) = run(
            capsys, "radio", "--prompt", PROMPT, "--data-dir", tmp_path / "data", "--out", out
        )

        assert code == 2
        assert line == f"--out {out}: Is no place for a file, which is put there whole: name a file"
    assert pipe.is_fifo()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--format", "radio", "--animatic", "a.mp4"), "no pictures"),
        (("--animatic", "a.gif"), ".mp4"),
        (("--animatic", "nowhere/a.mp4"), "There is no folder nowhere"),
    ],
)
def test_an_animatic_that_can_not_be_is_one_clear_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, options: tuple[str, ...], told: str
) -> None:
    code, lines = run(capsys, "plan", "--prompt", PROMPT, "--data-dir", tmp_path, *options)

    assert code == 2
    assert [line for line in lines if line.startswith("--animatic") and told in line]
