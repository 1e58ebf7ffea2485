"""
The API document's own programs, taken from it as they are, against a server of ours.

Nothing of the document is kept here: it lies beside the clone, in ``../shared/seeds``. A
program is run with only the host, the key and the ids it presupposes put in; its pauses
are shortened from outside.
"""

from __future__ import annotations

import functools
import http.server
import os
import re
import shlex
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from attrs import define, field, frozen
from PIL import Image, ImageDraw

from ars0n_core.compositor import ffmpeg

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT = Path(__file__).parents[2]
SEEDS = ROOT.parent / "shared" / "seeds"
LANGUAGES = ("python", "typescript", "bash", "json")
PROGRAM_SECONDS_MAX = 240
NARRATOR = "pNInz6obpgDQGcFmaJgB"

SHORTER_PAUSES = {
    "sitecustomize.py": "import time\n_sleep = time.sleep\ntime.sleep = lambda s: _sleep(min(s, 0.5))\n",
    "shorter.cjs": (
        "const real = setTimeout;\n"
        "globalThis.setTimeout = (f, ms, ...rest) => real(f, Math.min(ms ?? 0, 500), ...rest);\n"
    ),
}


@frozen
class Document:
    """
    The text of the newer API document.
    """

    text: str

    def program(self, title: str) -> str:
        """
        The program under a heading of the "Full Examples".
        """
        language = {"Python": "python", "TypeScript": "typescript"}[title.split(maxsplit=1)[0]]
        lines = self.text.splitlines()
        start = lines.index(title)
        first = lines.index(language, start) + 1
        last = next(
            (
                number
                for number in range(first, len(lines))
                if re.match(r"(Python|TypeScript|cURL) — ", lines[number])
            ),
            len(lines),
        )
        return "\n".join(lines[first:last]).strip() + "\n"

    def snippet(self, language: str, opening: str) -> str:
        """
        The short program that opens with a line, up to the next blank line before prose.
        """
        start = self.text.index(f"\n{language}\n{opening}") + len(language) + 2
        rest = self.text[start:].splitlines()
        last = next(
            number
            for number, line in enumerate(rest)
            if line in LANGUAGES or line == "Creating Keys"
        )
        return "\n".join(rest[:last]).strip() + "\n"

    def commands(self) -> list[str]:
        """
        Every curl command, in order, each whole.
        """
        found, open_ = [], ""
        for line in self.text.splitlines():
            if not open_ and not line.startswith("curl "):
                continue
            open_ += line + "\n"
            if _is_whole(open_):
                found.append(open_.strip())
                open_ = ""
        assert not open_, f"a curl command has no end: {open_[:200]}"
        return found


def _is_whole(command: str) -> bool:
    if command.rstrip("\n").endswith("\\"):
        return False
    try:
        shlex.split(command)
    except ValueError:
        return False
    return True


@define
class Server:
    """
    ``ars0n serve`` in a process of its own, with one customer.
    """

    url: str
    key: str
    folder: Path
    pictures: str
    made: list[str] = field(factory=list)

    @functools.cached_property
    def http(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.url}/api/v1",
            headers={"Authorization": f"Bearer {self.key}"},
            timeout=60,
        )

    def upload(self, path: Path) -> str:
        with path.open("rb") as file:
            answer = self.http.post("/assets", files={"file": (path.name, file)})
        assert answer.status_code == 201, answer.text
        found: str = answer.json()["assetId"]
        return found

    def finish(self, version_id: str) -> dict[str, Any]:
        """
        Poll until the ad is made.
        """
        deadline = time.monotonic() + PROGRAM_SECONDS_MAX
        while time.monotonic() < deadline:
            answer = self.http.get(f"/jobs/{version_id}")
            assert answer.status_code == 200, answer.text
            report: dict[str, Any] = answer.json()
            if report["status"] != "generating":
                assert report["status"] == "completed", report
                return report
            time.sleep(0.5)
        pytest.fail(f"{version_id} was not made in {PROGRAM_SECONDS_MAX} s")

    def latest(self) -> str:
        projects = self.http.get("/projects", params={"limit": 1}).json()["projects"]
        found: str = projects[0]["latestVersion"]["id"]
        return found

    def plays(self, url: str) -> float:
        """
        Download the file, decode all of it, and return how many seconds it plays.
        """
        answer = self.http.get(url, follow_redirects=True)
        assert answer.status_code == 200, answer.text
        path = self.folder / "ad"
        path.write_bytes(answer.content)
        run = subprocess.run(
            [ffmpeg.find().path, "-v", "error", "-stats", "-i", path, "-f", "null", "-"],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        complaints = [line for line in run.stderr.splitlines() if "time=" not in line]
        assert not complaints
        hours, minutes, seconds = re.findall(r"time=(\d+):(\d+):([\d.]+)", run.stderr)[-1]
        return 3600 * int(hours) + 60 * int(minutes) + float(seconds)


@pytest.fixture(scope="session")
def document() -> Document:
    found = sorted(SEEDS.glob("001_*.txt"))
    if not found:
        missing = (
            f"NOT CHECKED: the API document is not at {SEEDS / '001_*.txt'}. These tests run its "
            "programs; lay it beside the clone to run them"
        )
        if os.environ.get("CI"):  # where it has to lie: a gate that checks nothing is no gate
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return Document(found[0].read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def things(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    A folder with the files the programs presuppose.
    """
    folder = tmp_path_factory.mktemp("things")
    photo = Image.linear_gradient("L").resize((360, 480)).convert("RGB")
    ImageDraw.Draw(photo).ellipse((90, 120, 270, 360), fill=(200, 60, 40))
    for name in (
        "product.png", "product-photo.png", "headphones.png", "product-front.png",
        "product-side.png",
    ):  # fmt: skip
        photo.save(folder / name)
    logo = Image.new("RGBA", (120, 60))
    ImageDraw.Draw(logo).rounded_rectangle((4, 4, 116, 56), 12, fill=(20, 90, 220, 255))
    logo.save(folder / "logo.png")
    tone = ["-f", "lavfi", "-i", "sine=frequency=220:duration=4"]
    for name in ("bg-music.mp3", "background.mp3", "music.mp3"):
        _ffmpeg(*tone, str(folder / name))
    look = ["-f", "lavfi", "-i", "testsrc=size=180x320:rate=24:duration=8"]
    _ffmpeg(*look, "-pix_fmt", "yuv420p", str(folder / "clip.mp4"))
    for name, text in SHORTER_PAUSES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _ffmpeg(*arguments: str) -> None:
    subprocess.run([ffmpeg.find().path, "-v", "error", *arguments], check=True, timeout=60)


@pytest.fixture(scope="session")
def pictures(things: Path) -> Iterator[str]:
    """
    A web server on this machine that has the pictures.
    """

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            return

    server = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(things))
    )
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, pictures: str) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT / "src"),
        "ARS0N_DATA_DIR": str(folder / "data"),
        "ARS0N_PRESET": "ultrafast",
        "ARS0N_FETCH_ALLOW": "127.0.0.1",
    }
    ars0n = [sys.executable, "-m", "ars0n_adapters.cli"]
    key = subprocess.run(
        [*ars0n, "admin", "keys", "create", "--org", "Reader", "--tier", "enterprise",
         "--credits", "100000"],
        env=environment, capture_output=True, text=True, timeout=120, check=True,
    ).stdout.strip()  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*ars0n, "serve", "--port", "0"],
            env=environment, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        line = process.stdout.readline()
        served = re.match(r"Serving (\S+) \(data: ", line)
        assert served, line + (folder / "log").read_text(encoding="utf-8")
        running = Server(served[1], key, folder, pictures)
        try:
            yield running
        finally:
            running.http.close()
            process.terminate()
            process.wait(timeout=20)
            process.stdout.close()


@pytest.fixture
def run(server: Server, things: Path, tmp_path: Path) -> Any:
    """
    Run a program in the folder with the files, and return what it printed.
    """

    def start(command: list[str], program: str, suffix: str, **ids: str) -> str:
        for said, meant in {
            "https://ars0n.ai": server.url,
            "sk_live_YOUR_KEY": server.key,
            # Only where an order names a voice: the same word is a field of every voice.
            '"voiceId": "voice_id"': f'"voiceId": "{NARRATOR}"',
            'voiceId: "voice_id"': f'voiceId: "{NARRATOR}"',
            **{name.replace("_", "-"): meant for name, meant in ids.items()},
        }.items():
            program = program.replace(said, meant)
        path = tmp_path / f"program{suffix}"
        path.write_text(program, encoding="utf-8")
        done = subprocess.run(
            [*command, str(path)], cwd=things, env=_environment(server, things),
            capture_output=True, text=True, timeout=PROGRAM_SECONDS_MAX, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return start


def _environment(server: Server, things: Path) -> Mapping[str, str]:
    return {
        **os.environ,
        "ARS0N_API_BASE_URL": server.url,
        "ARS0N_API_KEY": server.key,
        "PYTHONPATH": str(things),  # where the shorter pauses are
        "PYTHONUNBUFFERED": "1",
        "NODE_OPTIONS": f"--require {things / 'shorter.cjs'}",
        "CURL_HOME": str(things),
    }


@pytest.fixture
def shell(server: Server, things: Path) -> Any:
    """
    Run a shell command in the folder with the files, and return what it printed.
    """

    def start(command: str) -> str:
        done = subprocess.run(
            ["/bin/sh", "-c", command], cwd=things, env=_environment(server, things),
            capture_output=True, text=True, timeout=PROGRAM_SECONDS_MAX, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
        return done.stdout

    return start
