"""
What the outside owes us: every port, and `Ports`, the frozen bundle of them.

Ports are small synchronous Protocols at the level of the domain's verbs; each method
says what it raises, and that text is what its conformance suite tests
(`ars0n_core.testing.conformance`). Waiting is in the data: submit, ticket, check.
Adapters raise only `PortError` and its children, ``from`` the vendor's error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from ars0n_core.ids import AssetId
    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec, AspectRatio, VideoModel
    from ars0n_core.timelines import Rendering, Timeline, Word


class Clock(Protocol):
    """
    Tells the time.
    """

    def now(self) -> datetime:
        """
        Return the present instant, aware, in UTC.
        """
        ...


class Ids(Protocol):
    """
    Makes names nobody can guess.
    """

    def new(self, prefix: str) -> str:
        """
        Return *prefix* and at least 128 random bits, never the same twice.
        """
        ...

    def secret(self) -> str:
        """
        Return 64 hex characters from a cryptographic source.
        """
        ...


class Scratch(Protocol):
    """
    Lends working folders.
    """

    def folder(self) -> AbstractContextManager[Path]:
        """
        Lend a fresh empty folder; it and all in it is gone when the context ends.

        Raises:
            PortError: No folder could be made (disk full, no permission).
        """
        ...


class BlobStore(Protocol):
    """
    Keeps files under keys (letters, digits and ``/ . _ -``).
    """

    def put(self, key: str, source: Path, *, media_type: str) -> None:
        """
        Store the file *source*; an existing blob of the same key is replaced whole.

        Raises:
            PortError: Nothing was stored.
        """
        ...

    def copy_to(self, key: str, target: Path) -> None:
        """
        Write the blob to the file *target*.

        Raises:
            BlobNotFoundError: There is no such blob; *target* does not exist.
            PortError: It could not be read; *target* does not exist.
        """
        ...

    def exists(self, key: str) -> bool:
        """
        Whether there is a blob of this key.

        Raises:
            PortError: The store could not be asked.
        """
        ...

    def url(self, key: str, *, media_type: str, expires_at: datetime) -> str:
        """
        Return an absolute URL anyone may GET until *expires_at*, ranges honoured.

        Raises:
            BlobNotFoundError: There is no such blob.
        """
        ...

    def delete(self, key: str) -> None:
        """
        Remove the blob; a missing one is no error.

        Raises:
            PortError: It may still be there.
        """
        ...


class Fetcher(Protocol):
    """
    Downloads what a customer's URL points to.
    """

    def fetch(self, url: str, target: Path, *, size_bytes_max: int) -> None:
        """
        Write what *url* serves to the file *target*.

        Raises:
            FetchRefusedError: Scheme, address, redirects, size, time or answer; *target*
                does not exist.
        """
        ...


@frozen(kw_only=True)
class ImageFacts:
    """
    What was found in a picture: size in pixels after its orientation was applied.
    """

    width: int
    height: int
    has_alpha: bool
    size_bytes: int
    sha256: str


@frozen(kw_only=True)
class SoundFacts:
    """
    What was found in a sound.
    """

    duration_seconds: float
    size_bytes: int
    sha256: str


@frozen(kw_only=True)
class FootageFacts:
    """
    What was found in footage, after it was conformed to 30 frames a second.
    """

    width: int
    height: int
    frames: int
    size_bytes: int
    sha256: str


class Ingest(Protocol):
    """
    Turns foreign files into files of ours: decoded, checked, encoded anew.
    """

    def image(self, source: Path, target: Path) -> ImageFacts:
        """
        Decode *source* (PNG, JPEG, WebP by content) and write it to *target* as PNG:
        upright, sRGB, 8-bit RGB or RGBA, first frame, no metadata.

        Raises:
            UploadRefusedError: Not such an image, broken, or over the pixel limits;
                the message says which and what to do. *target* does not exist.
            PortError: The machine could not (disk full); trying again may help.
        """
        ...

    def sound(self, source: Path, target: Path) -> SoundFacts:
        """
        Decode *source* (MP3, WAV, OGG, AAC, M4A by content) and write it to *target* as
        16-bit stereo WAV at 48 kHz.

        Raises:
            UploadRefusedError: Not such a sound, or broken. *target* does not exist.
            PortError: The machine could not.
        """
        ...

    def footage(
        self, source: Path, target: Path, *, aspect_ratio: AspectRatio | None = None
    ) -> FootageFacts:
        """
        Decode *source* (MP4, WebM, MOV by content) and write it to *target* as 720p
        H.264 MP4 at 30 frames a second without sound; its shape is kept.

        Raises:
            ClipFormatError: Not such a video, or broken.
            ClipTooLongError: Longer than 30 s.
            PortError: The machine could not.
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

    ``description`` says what is seen, ``direction`` how (edit prompt, edit style, tone).
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
            ProviderRejectedError: The provider gave up on it; the message says why.
            ProviderUnavailableError: It can't say now.
        """
        ...


@frozen(kw_only=True)
class SpeechOrder:
    """
    A narration: ``texts`` are spoken one after the other by one voice.
    """

    texts: tuple[str, ...]
    voice_id: str
    style: str = ""
    emotion: str = ""
    seed: str = ""


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


class Compositor(Protocol):
    """
    Makes the finished ad.
    """

    def render(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> Rendering:
        """
        Render *timeline* into *folder*; *media* gives the file of each of its media.
        The same inputs give the same bytes.

        Raises:
            CompositorError: An input can't be used (it is named), or the machine can't;
                nothing is left running.
        """
        ...
