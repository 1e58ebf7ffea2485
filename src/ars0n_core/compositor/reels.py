"""
Where pictures come from, frame by frame and in order: footage, a still, a card.

**Invariants**: a reel delivers exactly the frames it was opened for, or names the medium
that can't; which picture stands for a frame does not depend on where the reel was entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

import numpy as np
from PIL import Image, ImageOps

from ars0n_core.compositor import commands, ffmpeg, frames, probe, stills
from ars0n_core.compositor.frames import Frame
from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType
    from typing import BinaryIO

    from ars0n_core.compositor.cards import CardArt
    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.probe import MediaFacts
    from ars0n_core.timelines import Clip


class Reel(Protocol):
    """
    Delivers pictures in order; used as a context.
    """

    def __enter__(self) -> Self:
        """
        Open it.
        """
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """
        Close it, read to its end or not.
        """
        ...

    def read(self, frame: Frame) -> Frame:
        """
        Return the next picture: *frame*, drawn on, or one that is kept and may not be.

        Raises:
            CompositorError: There is none; the medium is named.
        """
        ...


class StillReel:
    """
    A picture that stands, filling the frame.
    """

    def __init__(self, path: Path, name: str, width: int, height: int) -> None:
        image = stills.opened(path, name)
        ground = Image.new("RGBA", image.size, (0, 0, 0, 255))
        ground.alpha_composite(image)
        fitted = ImageOps.fit(ground.convert("RGB"), (width, height), Image.Resampling.LANCZOS)
        self._frame = frames.from_rgb(np.asarray(fitted))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def read(self, frame: Frame) -> Frame:
        """
        Return the picture, which is kept.
        """
        del frame
        return self._frame


class CardReel:
    """
    An end card from its frame *first* on.
    """

    def __init__(self, art: CardArt, first: int) -> None:
        self._art = art
        self._next = first

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def read(self, frame: Frame) -> Frame:
        """
        Return the card's next frame: kept, once nothing moves any more.
        """
        number = self._next
        self._next += 1
        if number >= self._art.still_from:
            return self._art.still
        self._art.frame(number, frame)
        return frame


def lay_aside(path: Path, reel: Reel, frame: Frame, count: int) -> None:
    """
    Write the next *count* pictures of *reel*, read into *frame*, to *path*, for a `SpilledReel`;
    the file appears when it is whole.
    """
    beside = path.with_suffix(".part.yuv")
    with beside.open("wb", buffering=0) as out:
        for _ in range(count):
            view, sent = reel.read(frame).view(), 0
            while sent < len(view):  # a disk that fills up takes less than it is given
                sent += out.write(view[sent:])
    beside.replace(path)


class SpilledReel:
    """
    Pictures laid aside on disk, to be read when what delivered them has been closed: a
    decoder holds thirty times what a frame takes.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._source: BinaryIO | None = None

    def __enter__(self) -> Self:
        self._source = self._path.open("rb", buffering=0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._source is not None:
            self._source.close()
        self._path.unlink(missing_ok=True)

    def read(self, frame: Frame) -> Frame:
        """
        Draw the next picture.
        """
        view = frame.view()
        if self._source is None or self._source.readinto(view) < len(view):  # type: ignore[attr-defined]  # unbuffered: a FileIO
            raise CompositorError("pictures laid aside are gone", retryable=True)
        return frame


class FootageReel:
    """
    A clip's frames *first* to *first* + *count*, counted from the clip's own start.

    A clip that is not played at its own speed shows mixtures of neighbouring pictures: at
    the few per cent that are allowed, dropping or repeating one would be seen as a jerk.
    *facts* spares a look at the file where it is already known.
    """

    def __init__(
        self,
        clip: Clip,
        path: Path,
        first: int,
        count: int,
        *,
        size: tuple[int, int],
        binary: Ffmpeg,
        group: Group,
        facts: MediaFacts | None = None,
    ) -> None:
        if facts is None:
            facts = probe.probe(path, binary=binary, media=clip.media, group=group)
        pictures = [video for video in facts.video if not video.is_cover]
        if not pictures:
            raise CompositorError(f"{clip.media} holds no video", media=clip.media)
        self._clip = clip
        self._next = first
        whole = clip.speed == 1
        begin = clip.source_frame + (first if whole else int(first * clip.speed))
        if whole:
            needed = count
        else:
            needed = int((first + count - 1) * clip.speed) + 2 - int(first * clip.speed)
        graph = commands.decode_picture(
            path,
            pictures[0],
            size=size,
            first=begin,
            frames=needed,
            can_map_tones="--enable-libzimg" in binary.banner,
        )
        self._process = ffmpeg.Process(
            ffmpeg.arguments(binary, graph),
            timeout_seconds=commands.patience(begin + needed),
            media=clip.media,
            group=group,
        )
        self._at = begin - clip.source_frame
        self._pair = None if whole else (Frame.empty(*size), Frame.empty(*size))

    def __enter__(self) -> Self:
        self._process.__enter__()
        if self._pair is not None:
            self._fetch(self._pair[0])
            self._fetch_or_hold()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.__exit__(kind, error, trace)

    def read(self, frame: Frame) -> Frame:
        """
        Draw the clip's next frame.
        """
        if self._pair is None:
            self._fetch(frame)
            return frame
        place = self._next * self._clip.speed
        self._next += 1
        while self._at < int(place):
            self._pair = (self._pair[1], self._pair[0])
            self._at += 1
            self._fetch_or_hold()
        share = round((place - int(place)) * 16)
        mixed(self._pair[0], self._pair[1], share, frame)
        return frame

    @property
    def passes(self) -> bool:
        """
        Whether its pictures are those of the source, so that what is not drawn on need not be
        looked at.
        """
        return self._pair is None

    def take(self, view: memoryview) -> None:
        """
        Fill *view* with the next bytes of the pictures.

        Raises:
            CompositorError: There are no more; the clip is named.
        """
        if self._process.read_into(view) < len(view):
            raise self._ended()

    def pass_on(self, encoder: ffmpeg.Process, size_bytes: int) -> None:
        """
        Hand the next bytes of the pictures to *encoder*, unseen.

        Raises:
            CompositorError: There are no more (the clip is named), or *encoder* failed.
        """
        if self._process.pass_on(encoder, size_bytes) < size_bytes:
            raise self._ended()

    def _ended(self) -> CompositorError:
        self._process.finish()
        return CompositorError(
            f"{self._clip.media} is shorter than the cut says", media=self._clip.media
        )

    def _fetch_or_hold(self) -> None:
        """
        Read the later of the pair; after the last picture it stands.
        """
        assert self._pair is not None  # noqa: S101 (only called for retimed clips)
        view = self._pair[1].view()
        got = self._process.read_into(view)
        if got == len(view):
            return
        self._process.finish()
        self._pair[1].copy_from(self._pair[0])

    def _fetch(self, frame: Frame) -> None:
        self.take(frame.view())


def mixed(a: Frame, b: Frame, share: int, out: Frame) -> None:
    """
    Set *out* to *a* with *share* sixteenths of *b*.
    """
    if share == 0:
        out.copy_from(a)
        return
    rows = 1 << 16
    scratch = np.empty(rows, np.uint16)
    other = np.empty(rows, np.uint16)
    for first in range(0, len(out.data), rows):
        part = slice(first, first + rows)
        size = len(out.data[part])
        np.multiply(a.data[part], np.uint16(16 - share), out=scratch[:size], dtype=np.uint16)
        np.multiply(b.data[part], np.uint16(share), out=other[:size], dtype=np.uint16)
        scratch[:size] += other[:size]
        scratch[:size] += 8
        scratch[:size] >>= 4
        np.copyto(out.data[part], scratch[:size], casting="unsafe")
