"""
Files: kept, fetched, and taken in from strangers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from ars0n_core.specs.model import AspectRatio


class BlobStore(Protocol):
    """
    Keeps files under keys (letters, digits and ``/ . _ -``). No two keys differ only in
    capitals: a file system that does not tell those apart will do.
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

    def check(self, url: str) -> None:
        """
        Refuse a URL that would be refused whatever is behind it. Nothing is asked of anybody.

        Raises:
            FetchRefusedError: Scheme, port or address.
        """
        ...

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
