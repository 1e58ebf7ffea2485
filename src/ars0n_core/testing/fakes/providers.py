"""
Who makes things, at once and always the same: plans, pictures, clips, speech, the cut.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from attrs import define, evolve, field

from ars0n_core import assets
from ars0n_core.errors import CompositorError, ProviderRejectedError
from ars0n_core.plans.model import Plan, Segment
from ars0n_core.plans.typical import typical
from ars0n_core.ports import (
    ClipOrder,
    Finished,
    ImageOrder,
    Narration,
    SpeechOrder,
    Unfinished,
    Variant,
    Voice,
)
from ars0n_core.specs.model import AdFormat
from ars0n_core.testing.conformance.media import blank
from ars0n_core.testing.fakes.contents import MP3, MP4, footage, picture, sound
from ars0n_core.timelines import Rendering, Timeline, Word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ars0n_core.ports import Picture
    from ars0n_core.specs.model import AdSpec


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
            note = f"{order.seed} {i}"
            path.write_bytes(blank(order.width, order.height, note))
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
        if ticket.count("|") < _TICKET_BARS:
            raise ProviderRejectedError(f"There is no clip {ticket!r}", port="clips")
        looks = self.asked[ticket] = self.asked.get(ticket, 0) + 1
        if looks < self.looks:
            return Unfinished(looks / self.looks)
        _, seconds, seed = ticket.rsplit("|", _TICKET_BARS)
        path = folder / "clip.mp4"
        path.write_bytes(footage(float(seconds), seed))
        return Finished(path)


_TICKET_BARS: Final = 2
PRIVATE_USE: Final = range(0xE000, 0xF900)
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
    voice_ids: frozenset[str] = frozenset({"ada", "adam"})

    def refusal(self, text: str, voice_id: str) -> str | None:
        """
        Return None: every text is spoken, but the one that asks not to be.
        """
        del voice_id
        return "This can't be spoken" if "unspeakable" in text else None

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        """
        Return a sound and evenly timed words.
        """
        self.orders.append(order)
        if order.voice_id not in self.voice_ids:
            raise ProviderRejectedError(f"There is no voice {order.voice_id}", port="speech")
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
    prepared: list[tuple[Timeline, tuple[str, ...]]] = field(factory=list)

    def prepare(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> int:
        """
        Write down the cut and which media were there.
        """
        del folder
        self.prepared.append((timeline, tuple(media)))
        return 0

    def undrawable(self, text: str) -> tuple[int, ...]:
        """
        Return the private-use characters of *text*: no font draws those.
        """
        return tuple(dict.fromkeys(ord(char) for char in text if ord(char) in PRIVATE_USE))

    def render(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> Rendering:
        """
        Return a file that names the cut and the content of its media.
        """
        self.cuts.append(timeline)
        digest = hashlib.sha256(repr(evolve(timeline, name="")).encode())
        for one in timeline.media:
            content = media[one.id].read_bytes()
            if assets.sniff(content[: assets.HEAD_BYTES]) is None:
                raise CompositorError(f"{one.id} can't be decoded", media=one.id)
            digest.update(content)
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
