"""
The outside that does not die: stand-ins for the providers, a bucket, and who makes things.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
import wave
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from attrs import define, evolve, field
from moto.server import ThreadedMotoServer

from ars0n_adapters.providers.offline.clips import OfflineVideoGenerator
from ars0n_adapters.providers.offline.images import OfflineImageEditor
from ars0n_adapters.providers.offline.music import OfflineMusic
from ars0n_adapters.providers.offline.planner import OfflinePlanner
from ars0n_adapters.providers.offline.speech import OfflineSpeech
from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.standins import Standins, Studio
from ars0n_core.ports import Finished
from ars0n_core.testing import fakes
from ars0n_core.testing.conformance import media

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_core.ports import ImageOrder, Narration, SpeechOrder, Unfinished, Variant

ROOT = Path(__file__).parents[3]
PROGRAM = Path(__file__).parent / "dying.py"
LATER = 1200.0
# From one process to the next: past every lease and every doubt.


def silence(path: Path, seconds: float, rate: int = 24_000) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(2 * round(seconds * rate)))
    return path


class QuickSpeech(fakes.FakeSpeech):
    """
    Says nothing, for as long as it takes, in a sound that can be decoded.
    """

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        said = super().speak(order, folder)
        silence(said.path, said.duration_seconds)
        return said


class QuickMusic(fakes.FakeMusic):
    """
    Plays nothing, in a sound that can be decoded.
    """

    def bed(self, mood: str, *, seconds: float, seed: str, folder: Path) -> Path:
        return silence(super().bed(mood, seconds=seconds, seed=seed, folder=folder), seconds)


@define
class Remembered:
    """
    Makes each picture, clip and sound once, however often it is sold.
    """

    images: OfflineImageEditor
    clips: OfflineVideoGenerator
    speech: OfflineSpeech
    music: OfflineMusic
    made: dict[Any, Any] = field(factory=dict)

    def edit(self, order: ImageOrder, folder: Path) -> tuple[Variant, ...]:
        photos = tuple(
            hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (order.source, *order.references)
        )
        key = (photos, evolve(order, source=Path(), references=()))
        (variant,) = (
            self.images.edit(order, folder)
            if key not in self.made
            else (fakes_variant(folder, self.made[key]),)
        )
        self.made[key] = variant.path.read_bytes()
        return (variant,)

    def submit(self, order: Any) -> str:
        return self.clips.submit(order)

    def check(self, ticket: str, folder: Path) -> Unfinished | Finished:
        if ticket in self.made:
            path = folder / "clip.mp4"
            path.write_bytes(self.made[ticket])
            return Finished(path)
        answer = self.clips.check(ticket, folder)
        if isinstance(answer, Finished):
            self.made[ticket] = answer.path.read_bytes()
        return answer

    def refusal(self, text: str, voice_id: str) -> str | None:
        return self.speech.refusal(text, voice_id)

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        if order not in self.made:
            said = self.speech.speak(order, folder)
            self.made[order] = said, said.path.read_bytes()
        said, sound = self.made[order]
        path = folder / said.path.name
        path.write_bytes(sound)
        heard: Narration = evolve(said, path=path)
        return heard

    def bed(self, mood: str, *, seconds: float, seed: str, folder: Path) -> Path:
        key = (mood, seconds, seed)
        if key not in self.made:
            made = self.music.bed(mood, seconds=seconds, seed=seed, folder=folder)
            self.made[key] = made.name, made.read_bytes()
        name, sound = self.made[key]
        path = folder / str(name)
        path.write_bytes(sound)
        return path


def fakes_variant(folder: Path, content: bytes) -> Variant:
    from ars0n_core.ports import Variant as Picture

    path = folder / "variant-0.png"
    path.write_bytes(content)
    return Picture(path=path, score=1.0)


def sketched() -> Studio:
    """
    Who makes things in no time.
    """
    return Studio(
        planner=fakes.FakePlanner(),
        images=fakes.FakeImages(),
        clips=fakes.FakeClips(looks=2),
        speech=QuickSpeech(),
        voices=fakes.FakeVoices(),
        music=QuickMusic(),
    )


def in_earnest(folder: Path) -> Studio:
    """
    Who makes what can be seen and heard.
    """
    remembered = Remembered(
        OfflineImageEditor(), OfflineVideoGenerator(folder), OfflineSpeech(), OfflineMusic()
    )
    return Studio(
        planner=OfflinePlanner(),
        images=remembered,
        clips=remembered,
        speech=remembered,
        voices=OfflineVoices(),
        music=remembered,
    )


@pytest.fixture(scope="module")
def store() -> Iterator[str]:
    """
    The address of a store that speaks S3.
    """
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def lives() -> Iterator[subprocess.Popen[str]]:
    """
    Where processes are forked that may die.
    """
    with subprocess.Popen(
        [sys.executable, str(PROGRAM)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), *filter(None, sys.path)])},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        yield process


NUMBERS = itertools.count(1)


@define
class Theatre:
    """
    One order, and the processes that make it, one after the other.
    """

    standins: Standins
    store: str
    lives: subprocess.Popen[str]
    folder: Path
    clips: str = "veo"
    sketched: bool = True
    remembered: Path | None = None
    lived: int = 0
    bucket: str = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.bucket = f"chaos-{next(NUMBERS)}"
        self.folder.mkdir(parents=True, exist_ok=True)
        photo = (ROOT / "docs/pictures/coffee.jpg").read_bytes()
        (self.folder / "photo.png").write_bytes(media.png(96, 96) if self.sketched else photo)
        client = boto3.session.Session().client(
            "s3", region_name="us-east-1", endpoint_url=self.store,
            aws_access_key_id="k", aws_secret_access_key="s",
        )  # fmt: skip
        client.create_bucket(Bucket=self.bucket)
        client.close()
        self.standins.script.replace({})
        self.standins.forget()

    @property
    def environment(self) -> dict[str, str]:
        chosen = {
            "PLANNER": "gemini", "IMAGES": "gemini", "CLIPS": self.clips,
            "SPEECH": "elevenlabs", "MUSIC": "elevenlabs", "STORAGE": "s3",
            "GOOGLE_BASE_URL": self.standins.url, "ELEVENLABS_BASE_URL": self.standins.url,
            "VERTEX_PROJECT": "p", "CHECK_SECONDS": "0", "S3_BUCKET": self.bucket, "S3_ENDPOINT": self.store,
            "GOOGLE_CALLS_PER_MINUTE": "6000", "ELEVENLABS_CALLS_PER_MINUTE": "6000",
        }  # fmt: skip
        keys = dict.fromkeys(
            ("GEMINI_API_KEY", "GOOGLE_OAUTH_ACCESS_TOKEN", "ELEVENLABS_API_KEY",
             "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"), "any",
        )  # fmt: skip
        return {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ},
            **{f"ARS0N_{name}": value for name, value in chosen.items()},
            **({"SKETCHED": "1"} if self.sketched else {}),
            **({"REMEMBERED": str(self.remembered)} if self.remembered else {}),
            **keys,
        }

    def live(self, death: str = "0") -> Any:
        """
        Let a process go on with the ad; return what it says of it, or None if it died.
        """
        life = {
            "folder": str(self.folder),
            "later": self.lived * LATER,
            "death": death,
            "environment": self.environment,
        }
        self.lived += 1
        assert self.lives.stdin is not None
        assert self.lives.stdout is not None
        self.lives.stdin.write(json.dumps(life) + "\n")
        self.lives.stdin.flush()
        ended = int(self.lives.stdout.readline())
        if ended == -signal.SIGKILL:
            return None
        told = (self.folder / "told").read_text()
        assert ended == 0, told
        return json.loads(told)

    @property
    def steps(self) -> list[str]:
        """
        The journal's steps so far, of all processes.
        """
        return (self.folder / "steps").read_text().split()

    def billed(self) -> tuple[dict[str, int], int]:
        """
        Return what was billed by route, and how many requests were billed twice.
        """
        routes = self.standins.book.told()["routes"]
        return (
            {name: facts["billed"] for name, facts in routes.items() if facts["billed"]},
            sum(facts["billed_twice"] for facts in routes.values()),
        )
