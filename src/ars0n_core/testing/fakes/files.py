"""
Files from strangers, believed and copied.
"""

from __future__ import annotations

import contextlib
import hashlib
from ipaddress import ip_address
from typing import TYPE_CHECKING

from attrs import define, field

from ars0n_core.errors import (
    ClipFormatError,
    ClipTooLongError,
    FetchRefusedError,
    UploadRefusedError,
)
from ars0n_core.ports import FootageFacts, ImageFacts, SoundFacts
from ars0n_core.testing.fakes.contents import MP4, PNG, SECONDS
from ars0n_core.timelines import FRAME_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.specs.model import AspectRatio


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
        found = SECONDS.search(content)
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
        found = SECONDS.search(content)
        if found is None or not content.startswith(MP4):
            raise ClipFormatError({"file": ["This video can't be decoded"]})
        seconds = float(found[1])
        if seconds > 30:
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

    def check(self, url: str) -> None:
        """
        Refuse what is no URL of a web, and addresses that are not everybody's.
        """
        scheme, _, rest = url.partition("://")
        place = rest.partition("/")[0]
        host = place[1:].partition("]")[0] if place[:1] == "[" else place.partition(":")[0]
        if not host or scheme not in {"http", "https"}:
            raise FetchRefusedError("The URL is none of a web's", port="fetcher")
        with contextlib.suppress(ValueError):
            if not ip_address(host).is_global or "ff9b" in host:
                raise FetchRefusedError("Its address is not public", port="fetcher")

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
