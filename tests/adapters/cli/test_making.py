"""
The main job, whole: a photo in, a finished ad out, measured on the file.
"""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import imageio_ffmpeg
import pytest
from attrs import frozen

PROMPT = "Hand-pressed olive oil from Alba, cold pressed, peppery and fresh"
ORDER = ("--prompt", PROMPT, "--company", "Alba", "--duration", "15")


@frozen
class Run:
    """
    A command that ended.
    """

    code: int
    out: str
    err: str


def ars0n(*arguments: str | Path, timeout_seconds: float = 280) -> Run:
    """
    Run the command line in a process of its own.
    """
    done = subprocess.run(
        [sys.executable, "-m", "ars0n_adapters.cli", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout_seconds,
        check=False,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def ffmpeg(*arguments: str | Path) -> subprocess.CompletedProcess[bytes]:
    """
    Run ffmpeg, quietly but for errors.
    """
    return subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", *map(str, arguments)],
        capture_output=True,
        check=False,
        timeout=120,
    )


def samples_in(path: Path) -> int:
    decoded = ffmpeg("-v", "error", "-i", path, "-vn", "-f", "s16le", "-ac", "1", "-")
    return len(decoded.stdout) // 2


def frames_in(path: Path) -> int:
    told = ffmpeg("-i", path, "-map", "0:v", "-f", "null", "-").stderr.decode()
    return int(re.findall(r"frame=\s*(\d+)", told)[-1])


def loudness_of(path: Path) -> tuple[float, float]:
    told = ffmpeg("-nostats", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-")
    summary = told.stderr.decode().split("Summary:")[1]
    integrated = re.search(r"I:\s*(-?[\d.]+) LUFS", summary)
    peak = re.search(r"Peak:\s*(-?[\d.]+) dBFS", summary)
    assert integrated
    assert peak
    return float(integrated[1]), float(peak[1])


def heard_in(path: Path) -> Counter[str]:
    from pocketsphinx import Decoder

    pcm = ffmpeg("-v", "error", "-i", path, "-vn", "-ac", "1", "-ar", "16000", "-f", "s16le", "-")
    decoder = Decoder(samprate=16_000, loglevel="FATAL")
    decoder.start_utt()
    decoder.process_raw(pcm.stdout, full_utt=True)
    decoder.end_utt()
    said = decoder.hyp()
    return Counter(said.hypstr.split() if said else [])


def share_heard(script: str, path: Path) -> float:
    words = Counter(re.findall(r"[a-z']+", script.lower()))
    return (words & heard_in(path)).total() / words.total()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("making")


@pytest.fixture(scope="module")
def made(folder: Path, photo: Path) -> Run:
    """
    The ad of the whole module, made once.
    """
    return ars0n(
        "make", "--image", photo, *ORDER, "--json",
        "--data-dir", folder / "data", "--out", folder / "ad.mp4",
    )  # fmt: skip


def test_the_film_is_as_ordered(made: Run, folder: Path) -> None:
    assert (made.code, "" if made.code == 0 else made.err) == (0, "")
    told = json.loads(made.out)

    assert (
        told["adFormat"], told["durationSeconds"], told["totalCredits"], told["jobCount"],
    ) == ("video", 15.0, 140, 8)  # fmt: skip
    about = ffmpeg("-i", folder / "ad.mp4").stderr.decode()
    assert re.search(r"h264 \(High\).*yuv420p\(tv, bt709.*720x1280.*30 fps", about)
    assert re.search(r"aac \(LC\).*48000 Hz, stereo", about)
    assert frames_in(folder / "ad.mp4") == 450
    assert samples_in(folder / "ad.mp4") == 15 * 48_000


def test_the_file_starts_with_its_index(made: Run, folder: Path) -> None:
    assert made.code == 0
    head = (folder / "ad.mp4").read_bytes()

    assert head.index(b"moov") < head.index(b"mdat")


def test_the_sound_is_at_its_loudness(made: Run, folder: Path) -> None:
    assert made.code == 0
    integrated, peak = loudness_of(folder / "ad.mp4")

    assert integrated == pytest.approx(-14, abs=0.5)
    assert peak <= -1.0


def test_the_narration_is_understood(made: Run, folder: Path, photo: Path) -> None:
    assert made.code == 0
    plan = ars0n("plan", "--image", photo, *ORDER, "--data-dir", folder / "data")

    script = json.loads(plan.out)["plan"]["voiceover_script"]
    assert share_heard(script, folder / "ad.mp4") >= 0.5


def test_the_scenes_move_and_differ_and_reach_every_edge(made: Run, folder: Path) -> None:
    import numpy as np

    assert made.code == 0
    raw = ffmpeg(
        "-v", "error", "-i", folder / "ad.mp4", "-vf", "scale=90:160", "-f", "rawvideo",
        "-pix_fmt", "gray", "-",
    ).stdout  # fmt: skip
    film = np.frombuffer(raw, np.uint8).reshape(450, 160, 90).astype(float)

    # A second into the film something has moved, and scenes apart look apart.
    assert np.abs(film[30] - film[60]).mean() > 0.3
    assert np.abs(film[45] - film[300]).mean() > 4
    # No black bars: the borders are as alive as the picture.
    for frame in (45, 150, 300):
        for edge in (film[frame][:4], film[frame][-4:], film[frame][:, :4], film[frame][:, -4:]):
            assert edge.mean() > 20


def test_the_same_order_again_is_not_made_again(made: Run, folder: Path, photo: Path) -> None:
    assert made.code == 0
    (folder / "c.mp4").symlink_to(folder / "linked.mp4")
    again = ars0n(
        "make", "--image", photo, *ORDER, "--data-dir", folder / "data", "--out", folder / "c.mp4"
    )

    assert "made before" in again.err
    assert (folder / "ad.mp4").read_bytes() == (folder / "linked.mp4").read_bytes()
    assert (folder / "c.mp4").is_symlink()


def test_a_changed_line_of_the_plan_costs_a_line(made: Run, folder: Path, photo: Path) -> None:
    assert made.code == 0
    order = ("--image", photo, *ORDER, "--data-dir", folder / "data")
    planned = ars0n("plan", *order)
    assert "the plan of the ad made before" in planned.err
    told = json.loads(planned.out)
    del told["plan"]["voiceover_script"]
    told["plan"]["voiceover_segments"][1]["text"] = "Good morning, kitchen."
    plan = folder / "changed.json"
    plan.write_text(json.dumps(told))

    priced = ars0n("plan", *order, "--plan", plan)
    again = ars0n("make", *order, "--plan", plan, "--json", "--out", folder / "changed.mp4")

    assert "costs 5 credits: 6 of its 8 jobs are kept" in priced.err
    assert again.code == 0, again.err
    assert "Over scene 1 other words are spoken" in again.err
    done = json.loads(again.out)
    assert (done["totalCredits"], done["jobCount"], done["jobsReused"]) == (5, 8, 6)
    assert {name for name, spent in done["secondsByJob"].items() if spent} <= {"voice", "final cut"}
    assert frames_in(folder / "changed.mp4") == 450
    assert (folder / "changed.mp4").read_bytes() != (folder / "ad.mp4").read_bytes()


def test_deliveries_stand_beside_the_ad(made: Run, folder: Path, photo: Path) -> None:
    import opentimelineio

    assert made.code == 0
    place = folder / "beside"
    place.mkdir()
    again = ars0n(
        "make", "--image", photo, *ORDER, "--data-dir", folder / "data", "--out", place / "d.mp4",
        "--deliver", "youtube,radio_na", "--subtitles", "srt", "--stems", "--otio", "--json",
    )  # fmt: skip

    assert again.code == 0, again.err
    told = json.loads(again.out)
    assert {Path(path).name for path in told["files"].values()} == {
        *(path.name for path in place.iterdir() if path.is_file() and path.name != "d.mp4")
    }
    assert told["certified"]["youtube"] == {"passed": True, "failed": []}
    assert json.loads((place / "d.mp4.certificate.json").read_text())["passed"] is True
    origin = json.loads((place / "d.mp4.provenance.json").read_text())
    assert origin["digitalSourceType"].endswith("/compositeWithTrainedAlgorithmicMedia")
    for name in ("d.mp4", "d.youtube.mp4", "d.radio_na.mp3"):
        about = ffmpeg("-i", place / name).stderr.decode()
        assert origin["digitalSourceType"] in about
    assert samples_in(place / "d.radio_na.mp3") == 15 * 44_100
    cut = opentimelineio.adapters.read_from_file(str(place / "d.otio"))
    urls = {clip.media_reference.target_url for clip in cut.find_clips() if clip.name != "End card"}
    assert all(Path(url.removeprefix("file://")).is_file() for url in urls)
    assert not list(place.glob(".*"))


def test_a_delivery_that_cannot_be_is_refused_before_anything_is_made(
    folder: Path, photo: Path
) -> None:
    refused = ars0n(
        "make", "--image", photo, *ORDER, "--data-dir", folder / "none", "--out", folder / "e.mp4",
        "--deliver", "adobe_ctv,vhs", "--subtitles", "doc",
    )  # fmt: skip

    assert refused.code == 2
    assert "--deliver: adobe_ctv takes no picture of the shape 720x1280" in refused.err
    assert "--deliver: there is no delivery profile 'vhs'" in refused.err
    assert "--subtitles: there are no 'doc'" in refused.err
    assert not (folder / "e.mp4").exists()


def children_of(pid: int) -> list[str]:
    listed = subprocess.run(
        ["ps", "-eo", "pid,ppid,sid,args"], capture_output=True, text=True, check=True
    )
    return [
        line for line in listed.stdout.splitlines() if f" {pid} " in line and "ps -eo" not in line
    ]


def test_an_ad_that_finds_no_room_leaves_nothing_at_its_place(
    made: Run, folder: Path, photo: Path
) -> None:
    assert made.code == 0
    size = (folder / "ad.mp4").stat().st_size
    place = folder / "narrow"
    place.mkdir()
    command = [
        "make",
        "--image",
        photo,
        *ORDER,
        "--data-dir",
        folder / "data",
        "--out",
        place / "e.mp4",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "ars0n_adapters.cli", *map(str, command)],
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, size - 1)),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert done.returncode == 1, done.stderr
    assert f"{place / 'e.mp4'} can't be written: File too large" in done.stderr
    assert list(place.iterdir()) == []


def test_two_commands_at_once_on_a_new_data_folder_both_make_their_ad(tmp_path: Path) -> None:
    commands = [
        [sys.executable, "-m", "ars0n_adapters.cli", "radio", "--prompt", prompt, "--duration",
         "15", "--data-dir", str(tmp_path / "data"), "--out", str(tmp_path / f"{prompt}.mp3")]
        for prompt in ("apples", "pears")
    ]  # fmt: skip
    runs = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for command in commands
    ]
    ends = [(run.communicate(timeout=200), run.returncode) for run in runs]

    assert [code for _, code in ends] == [0, 0], ends
    # whose ad has gone from the data folder gets it made again
    for blob in (tmp_path / "data").rglob("*.mp3"):
        blob.unlink()
    (tmp_path / "apples.mp3").unlink()
    again = subprocess.run(commands[0], capture_output=True, text=True, check=False, timeout=200)
    assert again.returncode == 0, again.stderr
    assert "making it again" in again.stderr
    assert (tmp_path / "apples.mp3").stat().st_size > 100_000


def test_an_interrupted_command_leaves_nothing_and_goes_on_to_the_same_bytes(
    made: Run, folder: Path, photo: Path
) -> None:
    assert made.code == 0
    command = [
        sys.executable, "-m", "ars0n_adapters.cli", "make", "--image", photo, *ORDER,
        "--data-dir", folder / "cut", "--out", folder / "cut.mp4",
    ]  # fmt: skip
    with subprocess.Popen(
        [str(part) for part in command], stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if "clip processing" in line:
                break
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        process.stderr.read()
        assert process.wait(timeout=60) == 1
    assert not list(folder.glob("cut.mp4*"))
    assert not list(folder.glob(".cut.mp4*"))
    time.sleep(0.5)
    left = [line for line in children_of(process.pid) if "ffmpeg" in line or "ars0n" in line]
    assert left == []

    resumed = ars0n(*[str(part) for part in command[3:]])

    assert resumed.code == 0, resumed.err
    assert "where it stopped" in resumed.err
    assert "scene 1 picture processing" not in resumed.err
    # elsewhere, and with a break: still the same ad
    assert (folder / "cut.mp4").read_bytes() == (folder / "ad.mp4").read_bytes()


def test_a_radio_ad_is_as_ordered(folder: Path) -> None:
    made = ars0n(
        "radio", "--prompt", PROMPT, "--duration", "30", "--json",
        "--data-dir", folder / "data", "--out", folder / "ad.mp3",
    )  # fmt: skip

    assert made.code == 0, made.err
    told = json.loads(made.out)
    assert (
        told["adFormat"], told["durationSeconds"], told["totalCredits"], told["jobCount"],
    ) == ("radio", 30.0, 5, 2)  # fmt: skip
    assert samples_in(folder / "ad.mp3") == 30 * 44_100
    assert re.search(
        r"mp3.*44100 Hz, stereo.*192 kb/s", ffmpeg("-i", folder / "ad.mp3").stderr.decode()
    )
    integrated, peak = loudness_of(folder / "ad.mp3")
    assert integrated == pytest.approx(-16, abs=0.5)
    assert peak <= -2.0


def test_an_edited_plan_is_spoken(folder: Path, photo: Path) -> None:
    order = ("--prompt", PROMPT, "--duration", "15", "--data-dir", folder / "data")
    planned = ars0n("plan", "--format", "radio", *order, "--out", folder / "plan.json")
    assert planned.code == 0, planned.err
    told = json.loads((folder / "plan.json").read_text())
    told["plan"]["voiceover_segments"][0]["text"] = "Good morning to every kitchen in the country."
    (folder / "plan.json").write_text(json.dumps(told))

    made = ars0n("radio", *order, "--plan", folder / "plan.json", "--out", folder / "edited.mp3")

    assert made.code == 0, made.err
    assert {"good", "morning", "kitchen"} & set(heard_in(folder / "edited.mp3"))
    del photo


def test_a_full_disk_is_one_clear_line(folder: Path, photo: Path) -> None:
    if os.geteuid() != 0 and not Path("/dev/full").exists():  # pragma: no cover - everywhere else
        pytest.fail("this test needs /dev/full")
    made = ars0n(
        "make", "--image", photo, *ORDER, "--data-dir", "/dev/full/x", "--out", folder / "d.mp4"
    )

    assert made.code == 1
    assert "Traceback" not in made.err
    assert "/dev/full" in made.err
