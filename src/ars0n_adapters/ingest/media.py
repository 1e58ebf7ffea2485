"""
`MediaIngest`: what the use cases see of this room.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ars0n_adapters.ingest import pictures
from ars0n_core.compositor import ffmpeg as engine

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.ports import FootageFacts, ImageFacts, SoundFacts
    from ars0n_core.specs.model import AspectRatio


class MediaIngest:
    """
    Decodes uploads in confined children, *at_once* of them at a time; *ffmpeg* is the
    path of one, else the best that is found is used. Of pictures *kept* pixels are,
    on the longer or the shorter side.
    """

    def __init__(
        self,
        *,
        ffmpeg: str | None = None,
        at_once: int = 2,
        kept: tuple[int, int] = (pictures.LONG_SIDE_KEPT, pictures.SHORT_SIDE_KEPT),
    ) -> None:
        self._kept = kept
        self._ffmpeg = ffmpeg
        self._found: engine.Ffmpeg | None = None
        self._slots = threading.BoundedSemaphore(at_once)

    def image(self, source: Path, target: Path) -> ImageFacts:
        """
        Write the picture *source* to *target* as PNG: upright, sRGB, 8-bit RGB or RGBA.

        Raises:
            UploadRefusedError: The message says what is wrong with it and what to do.
            PortError: The machine could not.
        """
        with self._slots:
            return pictures.decoded(source, target, kept=self._kept)

    def sound(self, source: Path, target: Path) -> SoundFacts:
        """
        Write the sound *source* to *target* as 16-bit stereo WAV at 48 kHz.

        Raises:
            UploadRefusedError: The message says what is wrong with it and what to do.
            PortError: The machine could not.
        """
        from ars0n_adapters.ingest import sounds  # noqa: PLC0415 - slow to load, photos do without

        with self._slots:
            return sounds.decoded(source, target, self._binary())

    def footage(
        self, source: Path, target: Path, *, aspect_ratio: AspectRatio | None = None
    ) -> FootageFacts:
        """
        Write the video *source* to *target* as 720p H.264 MP4, 30 frames a second, silent.

        Its own shape is kept whatever the ad's *aspect_ratio*: the cut crops it.

        Raises:
            ClipTooLargeError: More bytes than a clip may have.
            ClipTooLongError: Longer than a clip may be.
            ClipFormatError: No MP4, WebM or MOV, or one that can't be decoded.
            PortError: The machine could not.
        """
        from ars0n_adapters.ingest import footage  # noqa: PLC0415 - as above

        del aspect_ratio
        with self._slots:
            return footage.conformed(source, target, self._binary())

    def _binary(self) -> engine.Ffmpeg:
        if self._found is None:
            self._found = engine.find(self._ffmpeg)
        return self._found
