"""
Stand-ins for the outside that answer at once, always the same, and on demand with a fault.

They write small files with true first bytes and no picture or sound in them: a whole ad
passes through every use case in milliseconds.
"""

from __future__ import annotations

import hashlib
import re
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field

from ars0n_core.errors import (
    ClipFormatError,
    ClipTooLongError,
    FetchRefusedError,
    ProviderRejectedError,
    UploadRefusedError,
)
from ars0n_core.plans.model import Plan, Segment
from ars0n_core.plans.typical import typical
from ars0n_core.ports import (
    ClipOrder,
    Finished,
    FootageFacts,
    ImageFacts,
    ImageOrder,
    Narration,
    SoundFacts,
    SpeechOrder,
    Unfinished,
    Variant,
    Voice,
)
from ars0n_core.specs.model import AdFormat
from ars0n_core.timelines import FRAME_RATE, Rendering, Timeline, Word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import timedelta
    from pathlib import Path

    from ars0n_core.ports import Picture
    from ars0n_core.specs.model import AdSpec, AspectRatio

PNG: Final = b"\x89PNG\r\n\x1a\n"
WAV: Final = b"RIFF\x00\x00\x00\x00WAVE"
MP3: Final = b"ID3\x04"
MP4: Final = b"\x00\x00\x00\x18ftypisom"
_SECONDS: Final = re.compile(rb"seconds=([0-9.]+)")


def picture(note: str = "") -> bytes:
    """
    Return what passes for a picture; *note* makes it another one.
    """
    return PNG + note.encode()


def sound(seconds: float, note: str = "") -> bytes:
    """
    Return what passes for a sound of this length.
    """
    return WAV + f" seconds={seconds:g} {note}".encode()


def footage(seconds: float, note: str = "") -> bytes:
    """
    Return what passes for footage of this length.
    """
    return MP4 + f" seconds={seconds:g} {note}".encode()


@define
class ManualClock:
    """
    A `Clock` that stands still until it is told to go on.
    """

    moment: datetime

    def now(self) -> datetime:
        """
        Return the instant it was set to.
        """
        return self.moment

    def pass_by(self, time: timedelta) -> None:
        """
        Let time pass.
        """
        self.moment += time


@define
class CountingIds:
    """
    `Ids` that count, so that runs can be compared.
    """

    count: int = 0

    def new(self, prefix: str) -> str:
        """
        Return *prefix* and the next number.
        """
        self.count += 1
        return f"{prefix}{self.count:06d}"

    def secret(self) -> str:
        """
        Return 64 hex characters, never the same twice.
        """
        self.count += 1
        return hashlib.sha256(str(self.count).encode()).hexdigest()


class Flaky:
    """
    A port that fails as scripted: before each call of a method the next entry of its
    script is raised, if it is an error; when the script has run out, the port answers.
    """

    def __init__(
        self, port: object, script: Mapping[str, Iterable[BaseException | None]] | None = None
    ) -> None:
        self._port = port
        self._script = {name: deque(entries) for name, entries in (script or {}).items()}
        self.calls: list[str] = []

    def plan_fault(self, method: str, *entries: BaseException | None) -> None:
        """
        Add *entries* to the script of *method*.
        """
        self._script.setdefault(method, deque()).extend(entries)

    def forget_faults(self) -> None:
        """
        Drop what is left of every script: the port answers from now on.
        """
        self._script.clear()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._port, name)

        def scripted(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            script = self._script.get(name)
            fault = script.popleft() if script else None
            if fault is not None:
                raise fault
            return call(*args, **kwargs)

        return scripted


@define
class FakePlanner:
    """
    A `Planner` that tells every ad alike.
    """

    asked: int = 0

    def plan(self, spec: AdSpec, pictures: Sequence[Picture]) -> Plan:
        """
        Return the typical plan with a few words over every scene.
        """
        self.asked += 1
        if spec.ad_format is AdFormat.RADIO:
            return Plan(segments=(Segment(text="Hear it now.", scene_index=0),))
        assumed = typical(spec)
        scenes = tuple(
            evolve(scene, description=f"Scene {scene.scene_index} of {len(pictures)} pictures")
            for scene in assumed.scenes
        )
        segments = tuple(
            Segment(text=f"Words over scene {scene.scene_index}.", scene_index=scene.scene_index)
            for scene in scenes
        )
        return Plan(segments=segments, scenes=scenes)


@define
class FakeImages:
    """
    An `ImageEditor` that scores its pictures and draws nothing.
    """

    orders: list[ImageOrder] = field(factory=list)

    def edit(self, order: ImageOrder, folder: Path) -> tuple[Variant, ...]:
        """
        Return as many pictures as ordered, best first.
        """
        self.orders.append(order)
        variants = []
        for i in range(order.variants):
            path = folder / f"variant-{i}.png"
            path.write_bytes(picture(f"{order.seed} {i}"))
            variants.append(Variant(path=path, score=1.0 - i / 10))
        return tuple(variants)


@define
class FakeClips:
    """
    A `VideoGenerator` that is done after being asked ``looks`` times.
    """

    looks: int = 1
    orders: list[ClipOrder] = field(factory=list)
    asked: dict[str, int] = field(factory=dict)

    def submit(self, order: ClipOrder) -> str:
        """
        Return a ticket that says what was ordered.
        """
        self.orders.append(order)
        return f"{order.label}|{order.seconds}|{order.seed}"

    def check(self, ticket: str, folder: Path) -> Unfinished | Finished:
        """
        Return how far it is, and at last the clip.
        """
        looks = self.asked[ticket] = self.asked.get(ticket, 0) + 1
        if looks < self.looks:
            return Unfinished(looks / self.looks)
        _, seconds, seed = ticket.split("|")
        path = folder / "clip.mp4"
        path.write_bytes(footage(float(seconds), seed))
        return Finished(path)


WORD_SECONDS: Final = 0.3
"""
How long each word takes in fake speech.
"""


@define
class FakeSpeech:
    """
    A `Speech` that takes its words one by one.
    """

    orders: list[SpeechOrder] = field(factory=list)

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        """
        Return a sound and evenly timed words.
        """
        self.orders.append(order)
        if not order.texts:
            raise ProviderRejectedError("There is nothing to say", port="speech")
        words = [
            (text, segment) for segment, texts in enumerate(order.texts) for text in texts.split()
        ]
        seconds = WORD_SECONDS * len(words)
        path = folder / "voice.wav"
        path.write_bytes(sound(seconds, order.seed))
        return Narration(
            path=path,
            media_type="audio/wav",
            duration_seconds=seconds,
            words=tuple(
                Word(
                    text=text,
                    start_seconds=WORD_SECONDS * i,
                    end_seconds=WORD_SECONDS * (i + 1),
                    segment=segment,
                )
                for i, (text, segment) in enumerate(words)
            ),
        )


@define
class FakeVoices:
    """
    A `VoiceLibrary` of two.
    """

    library: tuple[Voice, ...] = (
        Voice(voice_id="ada", name="Ada", gender="female", accent="british", age="young"),
        Voice(voice_id="adam", name="Adam", gender="male", accent="american", age="old"),
    )

    def voices(
        self, *, gender: str = "", accent: str = "", age: str = "", text: str = ""
    ) -> tuple[Voice, ...]:
        """
        Return the voices that fit every given word.
        """
        return tuple(
            voice
            for voice in self.library
            if (not gender or voice.gender == gender.lower())
            and (not accent or voice.accent == accent.lower())
            and (not age or voice.age == age.lower())
            and text.lower() in f"{voice.name} {voice.description}".lower()
        )

    def voice(self, voice_id: str) -> Voice | None:
        """
        Return the voice of this id, or None.
        """
        return next((voice for voice in self.library if voice.voice_id == voice_id), None)


class FakeMusic:
    """
    A `Music` of silence.
    """

    def bed(self, mood: str, *, seconds: float, seed: str, folder: Path) -> Path:
        """
        Return what passes for a bed.
        """
        path = folder / "bed.wav"
        path.write_bytes(sound(seconds, f"{mood} {seed}"))
        return path


@define
class FakeCompositor:
    """
    A `Compositor` that writes down what it was given; the same cut gives the same bytes.
    """

    cuts: list[Timeline] = field(factory=list)

    def render(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> Rendering:
        """
        Return a file that names the cut and the content of its media.
        """
        self.cuts.append(timeline)
        digest = hashlib.sha256(repr(evolve(timeline, name="")).encode())
        for one in timeline.media:
            digest.update(media[one.id].read_bytes())
        head, suffix, kind = (
            (MP4, ".mp4", "video/mp4") if timeline.has_picture else (MP3, ".mp3", "audio/mpeg")
        )
        path = folder / f"ad{suffix}"
        path.write_bytes(head + digest.hexdigest().encode())
        poster = None
        if timeline.has_picture:
            poster = folder / "poster.png"
            poster.write_bytes(picture(digest.hexdigest()))
        return Rendering(
            path=path,
            media_type=kind,
            frames=timeline.frames,
            samples=timeline.samples,
            poster=poster,
            measured={"loudness_lufs": timeline.loudness_lufs, "true_peak_dbtp": -2.0},
            seconds_spent={},
        )


class FakeIngest:
    """
    An `Ingest` that believes what a file says of itself.
    """

    def image(self, source: Path, target: Path) -> ImageFacts:
        """
        Copy a picture.
        """
        content = source.read_bytes()
        if not content.startswith(PNG):
            raise UploadRefusedError({"file": ["This is not a PNG, JPEG or WebP image"]})
        target.write_bytes(content)
        return ImageFacts(
            width=64,
            height=36,
            has_alpha=False,
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )

    def sound(self, source: Path, target: Path) -> SoundFacts:
        """
        Copy a sound.
        """
        content = source.read_bytes()
        found = _SECONDS.search(content)
        if found is None:
            raise UploadRefusedError({"file": ["This sound can't be decoded"]})
        target.write_bytes(content)
        return SoundFacts(
            duration_seconds=float(found[1]),
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )

    def footage(
        self, source: Path, target: Path, *, aspect_ratio: AspectRatio | None = None
    ) -> FootageFacts:
        """
        Copy footage.
        """
        del aspect_ratio
        content = source.read_bytes()
        found = _SECONDS.search(content)
        if found is None or not content.startswith(MP4):
            raise ClipFormatError({"file": ["This video can't be decoded"]})
        seconds = float(found[1])
        if seconds > 30:  # noqa: PLR2004 - the documents' limit of a clip
            raise ClipTooLongError({"file": [f"The clip is {seconds:g} s long; at most 30 s"]})
        target.write_bytes(content)
        return FootageFacts(
            width=720,
            height=1280,
            frames=round(seconds * FRAME_RATE),
            size_bytes=len(content),
            sha256=hashlib.sha256(content).hexdigest(),
        )


@define
class FakeFetcher:
    """
    A `Fetcher` of a web that holds what it is given.
    """

    web: dict[str, bytes] = field(factory=dict)

    def fetch(self, url: str, target: Path, *, size_bytes_max: int) -> None:
        """
        Write what *url* holds.
        """
        content = self.web.get(url)
        if content is None:
            raise FetchRefusedError("The server answered 404", port="fetcher")
        if len(content) > size_bytes_max:
            raise FetchRefusedError(f"More than {size_bytes_max} bytes", port="fetcher")
        target.write_bytes(content)
