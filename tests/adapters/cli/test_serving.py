"""
``ars0n serve``: starts, stops in time, survives being killed, shares its folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define

from ars0n_adapters.cli import main
from ars0n_adapters.client import Client, InvalidError, Progress
from ars0n_adapters.repositories import SqlStore
from ars0n_core.ids import VersionId

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[3]
NARRATOR = "pNInz6obpgDQGcFmaJgB"
RADIO = {"adFormat": "radio", "prompt": "Organic juice", "duration": 15, "voiceId": NARRATOR}


@define
class Served:
    """
    A server process and where it is.
    """

    process: subprocess.Popen[str]
    url: str
    log: Path

    def stop(self) -> float:
        """
        Ask it to stop, and return how many seconds it took.
        """
        started = time.monotonic()
        self.process.terminate()
        self.process.wait(timeout=30)
        return time.monotonic() - started


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def key(data: Path, capsys: pytest.CaptureFixture[str]) -> str:
    words = ["keys", "create", "--org", "Ours", "--tier", "enterprise", "--credits", "5000"]
    assert main(["admin", *words, "--data-dir", str(data)]) == 0
    return capsys.readouterr().out.strip()


@pytest.fixture
def serve(data: Path, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    running: list[subprocess.Popen[str]] = []

    def start(*words: str, **settings: str) -> Served:
        log = tmp_path / f"log-{len(running)}"
        with log.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, "-m", "ars0n_adapters.cli", "serve", "--port", "0",
                 "--data-dir", str(data), *words],
                env={**os.environ, "PYTHONPATH": str(ROOT / "src"), "ARS0N_PRESET": "ultrafast",
                     "ARS0N_LEASE_SECONDS": "15", **settings},
                stdout=subprocess.PIPE, stderr=stream, text=True,
            )  # fmt: skip
        running.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        said = re.fullmatch(r"Serving (http://127\.0\.0\.1:\d+) \(data: (.+)\)\n", line)
        assert said, line + log.read_text(encoding="utf-8")
        assert Path(said[2]) == data.resolve()
        return Served(process, said[1], log)

    yield start
    for process in running:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        process.wait(timeout=30)
        assert process.stdout is not None
        process.stdout.close()


def test_a_radio_ad_through_two_processes_of_which_one_was_killed(
    serve: Callable[..., Served], key: str, tmp_path: Path
) -> None:
    served = serve("--workers", "2")
    with Client(served.url, key) as client:
        client.credits()
        before = eventually(lambda: len(found := servers(served)) == 2 and found)
        os.kill(before[0], signal.SIGKILL)
        after = eventually(lambda: len(found := servers(served)) == 2 and found != before and found)
        made = client.generate_and_wait(RADIO, every_seconds=0.3, timeout_seconds=120)
        assert made.url is not None
        assert made.url.startswith(served.url)
        ad = client.download(made.url, tmp_path / "ad.mp3")
        packed = client.export(
            made.version_id, tmp_path / "ad.zip", subtitles=["srt"], stems=True, otio=True
        )
        with pytest.raises(InvalidError, match="Validation failed"):
            client.export(made.version_id, tmp_path / "none", deliver=["vhs"], sheet=True)

    with zipfile.ZipFile(packed) as archive:
        names = {name for name in archive.namelist() if not name.startswith("media/")}
        assert names == {
            "ad.provenance.json", "ad.certificate.json", "ad.srt", "ad.otio",
            "ad.voice.wav", "ad.music.wav", "ad.mix.wav",
        }  # fmt: skip
        cut = json.loads(archive.read("ad.otio"))
        assert set(targets(cut)) <= set(archive.namelist())
        assert b"00:00:00," in archive.read("ad.srt")
    assert not (tmp_path / "none").exists()
    assert ad.read_bytes()[:3] in {b"ID3", b"\xff\xfb\x90", b"\xff\xfb\xb0"}
    # They end with the one that started them, and hold no port.
    served.process.kill()
    served.process.wait(timeout=30)
    eventually(lambda: not any(is_running(pid) for pid in after))
    eventually(lambda: is_free(int(served.url.rpartition(":")[2])))


def targets(cut: Any) -> Iterator[str]:
    """
    Every file that a cut refers to.
    """
    if isinstance(cut, dict):
        if "target_url" in cut:
            yield cut["target_url"]
        cut = list(cut.values())
    if isinstance(cut, list):
        for each in cut:
            yield from targets(each)


def servers(served: Served) -> list[int]:
    """
    The processes that a server of several has started, without what Python adds.
    """
    pid = served.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [int(one) for one in children if b"spawn_main" in command_of(int(one))]


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def is_free(number: int) -> bool:
    with socket.socket() as port:
        # What only waits for its last packets is in nobody's way; who listens would be.
        port.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            port.bind(("127.0.0.1", number))
            return True
    return False


def is_running(pid: int) -> bool:
    return command_of(pid) != b""


def eventually(look: Callable[[], Any], seconds: float = 30) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return found


def test_a_server_told_to_stop_gives_its_jobs_back(
    serve: Callable[..., Served], key: str, data: Path
) -> None:
    served = serve("--processes", "2")
    with Client(served.url, key) as client:
        version_id = client.generate(RADIO).version_id
        client.status(version_id)

        assert served.stop() < 10

    assert served.process.returncode == 0
    statuses = [job.status for job in jobs_of(data, version_id)]
    assert "processing" not in statuses
    log = served.log.read_text(encoding="utf-8")
    assert key not in log
    assert "Organic juice" not in log


def jobs_of(data: Path, version_id: str) -> list[Any]:
    store = SqlStore(f"sqlite:///{data / 'ars0n.sqlite3'}")
    try:
        with store.transaction() as tx:
            return list(tx.versions.find(VersionId(version_id)).pipeline.jobs.values())
    finally:
        store.close()


@pytest.mark.slow
def test_a_killed_server_goes_on_where_it_was(
    serve: Callable[..., Served], key: str, data: Path, photo: Path, tmp_path: Path
) -> None:
    served = serve()
    with Client(served.url, key) as client:
        order = {"prompt": "A bottle", "imageAssetIds": [client.upload(photo).id],
                 "duration": 15, "voiceId": NARRATOR, "qualityLoopVariants": 1}  # fmt: skip
        version_id = client.generate(order).version_id

        def asked(progress: Progress) -> bool:
            details = progress.report["jobs"]["details"]
            return any(job["status"] == "polling" for job in details)

        deadline = time.monotonic() + 120
        while not asked(client.status(version_id)) and time.monotonic() < deadline:
            time.sleep(0.2)
    served.process.send_signal(signal.SIGKILL)
    served.process.wait(timeout=30)
    asked_for = {job.id: job.attempt for job in jobs_of(data, version_id) if job.ticket}
    assert asked_for

    with Client(serve().url, key) as client:
        made = client.wait(version_id, every_seconds=0.5, timeout_seconds=240)
        assert made.url is not None
        assert client.download(made.url, tmp_path / "ad.mp4").stat().st_size > 10_000

    # What the provider had been asked for was collected, not asked for again.
    attempts = {job.id: job.attempt for job in jobs_of(data, version_id)}
    assert {job_id: attempts[job_id] for job_id in asked_for} == asked_for
    assert len(list((data / "clips").glob("clip-*"))) == 3


@pytest.mark.parametrize("words", [("--port", "70000"), ("--processes", "0")])
def test_a_wrong_number_is_named(
    words: tuple[str, str], data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", *words, "--data-dir", str(data)]) == 2
    assert words[0] in capsys.readouterr().err


def test_a_taken_port_is_said(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        assert main(["serve", "--port", str(port), "--data-dir", str(data)]) == 1

    said = capsys.readouterr().err
    assert f"port {port}: Address already in use" in said
    assert "--port" in said


def test_a_missing_extra_is_said(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)

    assert main(["serve", "--data-dir", str(data)]) == 1
    assert "pip install 'ars0n[web]'" in capsys.readouterr().err
