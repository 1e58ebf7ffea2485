"""
Who makes things: plans, pictures, clips, speech, voices, music.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from attrs import field, frozen

from ars0n_core.ids import AssetId
from ars0n_core.specs.model import AdSpec, AspectRatio, VideoModel
from ars0n_core.timelines import Word

if TYPE_CHECKING:
    from ars0n_core.plans.model import Plan


@frozen(kw_only=True)
class Maker:
    """
    Who made a thing, with what: it is kept with the job and told with the finished ad.
    """

    provider: str = ""
    model: str = ""


@runtime_checkable
class Named(Protocol):
    """
    What a provider may do beside its port: say what makes its things.
    """

    def maker(self, grade: str = "") -> Maker:
        """
        Return who makes things of this *grade* (a clip's model). Asks nobody; never raises.
        """
        ...


@frozen(kw_only=True)
class Picture:
    """
    A picture of the order, for the planner to look at.
    """

    asset_id: AssetId
    path: Path


class Planner(Protocol):
    """
    Decides how an ad is told.
    """

    def plan(self, spec: AdSpec, pictures: Sequence[Picture]) -> Plan:
        """
        Return a plan for *spec* with its scene count, word budget and images kept.

        Raises:
            ProviderRejectedError: The order's text is refused.
            ProviderUnavailableError: It can't now.
        """
        ...


@frozen(kw_only=True)
class ImageOrder:
    """
    One scene's picture: made from ``source``, ``width`` x ``height`` pixels.

    ``references`` are the order's other photos, in its order: what the scene's own photo
    does not show of the product can be seen there. An editor that can look at one photo
    only leaves them. ``description`` says what is seen, ``direction`` how (edit prompt, edit style, tone).
    ``seed`` is a fingerprint: the same order gives the same pictures.
    """

    source: Path
    description: str
    direction: str
    aspect_ratio: AspectRatio
    width: int
    height: int
    variants: int
    seed: str
    references: tuple[Path, ...] = ()


@frozen(kw_only=True)
class Variant:
    """
    One candidate picture; a higher score is better, and ``notes`` says why.
    """

    path: Path
    score: float
    notes: Mapping[str, float | str] = field(factory=dict)


class ImageEditor(Protocol):
    """
    Makes scene pictures from product photos.
    """

    def edit(self, order: ImageOrder, folder: Path) -> tuple[Variant, ...]:
        """
        Return 1 to ``order.variants`` pictures in *folder*, best first (by score, then
        by order), each of exactly the ordered size.

        Raises:
            ProviderRejectedError: Refused; the message says why.
            ProviderUnavailableError: It can't now; nothing was billed.
            ProviderUnknownError: It may have been billed.
        """
        ...


@frozen(kw_only=True)
class ClipOrder:
    """
    One scene's clip: ``seconds`` (4, 6 or 8) of motion that starts from ``still``.
    """

    still: Path
    prompt: str
    model: VideoModel
    aspect_ratio: AspectRatio
    seconds: int
    seed: str
    label: str = ""


@frozen
class Unfinished:
    """
    Still being made; ``fraction`` 0..1 where the provider says how far.
    """

    fraction: float | None = None


@frozen
class Finished:
    """
    Made: the clip's file, of whatever size and frame rate the provider gives.
    """

    path: Path


class VideoGenerator(Protocol):
    """
    Makes clips from stills, in its own time.
    """

    def submit(self, order: ClipOrder) -> str:
        """
        Order the clip and return the ticket to ask for it, valid in any process.

        Raises:
            ProviderRejectedError: Refused; the message says why.
            ProviderUnavailableError: It can't now; nothing was billed.
            ProviderUnknownError: Sent, no answer: it may be in the making.
        """
        ...

    def check(self, ticket: str, folder: Path) -> Unfinished | Finished:
        """
        Ask how the clip of *ticket* is doing; a finished one is written into *folder*.
        May be repeated freely.

        Raises:
            ProviderRejectedError: The provider gave up on it, or knows of no such ticket; the
                message says why.
            ProviderUnavailableError: It can't say now.
        """
        ...


@frozen(kw_only=True)
class SpeechOrder:
    """
    A narration: ``texts`` are spoken one after the other by one voice. ``seconds`` is how long
    the ad is, where that is known: who can, reads faster rather than being too long for it.
    """

    texts: tuple[str, ...]
    voice_id: str
    style: str = ""
    emotion: str = ""
    seed: str = ""
    seconds: float | None = None


@frozen(kw_only=True)
class Narration:
    """
    Spoken texts: a sound file and when each word is spoken in it. Every text that has
    words has at least one; words are in order and do not overlap.
    """

    path: Path
    media_type: str
    duration_seconds: float
    words: tuple[Word, ...]


class Speech(Protocol):
    """
    Speaks.
    """

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        """
        Speak the texts into a file in *folder*.

        Raises:
            ProviderRejectedError: Unknown voice, or a text that can't be spoken.
            ProviderUnavailableError: It can't now; nothing was billed.
            ProviderUnknownError: It may have been billed.
        """
        ...

    def refusal(self, text: str, voice_id: str) -> str | None:
        """
        Return why this voice can't speak *text*, as a sentence, or None if it can as far
        as is known. Asks nobody and costs nothing; never raises.
        """
        ...


@frozen(kw_only=True)
class Voice:
    """
    A voice of the library, with the documents' fields.
    """

    voice_id: str
    name: str
    gender: str = ""
    accent: str = ""
    age: str = ""
    description: str = ""
    preview_url: str = ""
    use_case: str = ""
    category: str = "premade"


class VoiceLibrary(Protocol):
    """
    Knows the voices.
    """

    def voices(
        self, *, gender: str = "", accent: str = "", age: str = "", text: str = ""
    ) -> tuple[Voice, ...]:
        """
        Return the voices that fit every given word (any case), in a stable order.

        Raises:
            ProviderUnavailableError: The library can't be asked now.
        """
        ...

    def voice(self, voice_id: str) -> Voice | None:
        """
        Return the voice of this id, or None.

        Raises:
            ProviderUnavailableError: The library can't be asked now.
        """
        ...


class Music(Protocol):
    """
    Makes beds.
    """

    def bed(self, mood: str, *, seconds: float, seed: str, folder: Path) -> Path:
        """
        Return a sound file in *folder* for this mood, at least *seconds* long or
        loopable without a seam.

        Raises:
            ProviderUnavailableError: It can't now.
        """
        ...
