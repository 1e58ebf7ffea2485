"""
The boxes of an MP4 file (ISO/IEC 14496-12): its header, taken apart.

Start at `tracks`; `ars0n_core.compositor.streams` says where the samples of one lie.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ars0n_core.compositor import parameters

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

HEADER: Final = struct.Struct(">I4s")
CONTAINERS: Final = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}
MOOV_BYTES_MAX: Final = 64 << 20
DEPTH_MAX: Final = 8
"""
A sample table lies four boxes deep in its track.
"""


def tells_pictures(path: Path) -> bool:
    """
    Whether the file at *path* is MP4 whose header alone tells a decoder of its one picture track
    all that it must know: no picture need be looked at first, which takes as long as ten do.
    """
    try:
        with path.open("rb") as source:
            found = list(tracks(moov(source)))
        pictures = [track for track in found if track[b"hdlr"][8:12] == b"vide"]
        return len(pictures) == 1 and parameters.tells_order(described(pictures[0][b"stsd"]))
    except (KeyError, IndexError, ValueError, struct.error, OSError):
        return False


def outermost(source: BinaryIO) -> Iterator[tuple[bytes, int, int, int]]:
    """
    Yield (kind, start, bytes of its header, bytes of all) of the boxes that a file is made of; the
    last may claim more than there is.

    Raises:
        ValueError: A box is smaller than its own header.
    """
    end, place = source.seek(0, 2), 0
    while place + HEADER.size <= end:
        source.seek(place)
        size, kind = HEADER.unpack(source.read(HEADER.size))
        head = HEADER.size
        if size == 1:
            size, head = int.from_bytes(source.read(8), "big"), 16
        elif size == 0:
            size = end - place
        if size < head:
            raise ValueError("a box of no size")
        yield kind, place, head, size
        place += size


def moov(source: BinaryIO) -> bytes:
    """
    Return what the ``moov`` box of a file holds.

    Raises:
        ValueError: There is none, or it is larger than any header of a film.
    """
    for kind, start, head, size in outermost(source):
        if kind == b"moov":
            return content(source, start + head, size - head)
    raise ValueError("no moov box")


def content(source: BinaryIO, start: int, size: int) -> bytes:
    """
    Return what a ``moov`` box holds that says it has *size* bytes from *start* on.

    Raises:
        ValueError: That is more than any header of a film has.
    """
    if size > MOOV_BYTES_MAX:
        raise ValueError("a header larger than that of any film")
    source.seek(start)
    return source.read(size)


def boxes_of(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """
    Yield (kind, payload) of the boxes that *content* is made of.
    """
    place = 0
    while place + 8 <= len(content):
        size, kind = HEADER.unpack_from(content, place)
        if size < HEADER.size:
            raise ValueError("a box of no size")
        yield kind, content[place + 8 : place + size]
        place += size


def tracks(content: bytes) -> Iterator[dict[bytes, bytes]]:
    """
    Yield the boxes of each track in what a ``moov`` box holds: what each kind holds.
    """
    for kind, payload in boxes_of(content):
        if kind == b"trak":
            yield track(payload)


def track(content: bytes) -> dict[bytes, bytes]:
    """
    Return what each kind of box holds in what a ``trak`` box holds: the first of a kind, for
    QuickTime has a second handler in the media's information.
    """
    return dict(reversed([*leaves_of(content)]))


def leaves_of(content: bytes, depth_max: int = DEPTH_MAX) -> Iterator[tuple[bytes, bytes]]:
    """
    Yield (kind, payload) of the boxes of a track that hold no others.
    """
    if not depth_max:
        raise ValueError("boxes in boxes without end")
    for kind, payload in boxes_of(content):
        if kind in CONTAINERS:
            yield from leaves_of(payload, depth_max - 1)
        else:
            yield kind, payload


def described(stsd: bytes) -> bytes:
    """
    Return the one sample entry without its bit rate box, which differs by segment.
    """
    size = struct.unpack_from(">I", stsd, 8)[0]
    entry = stsd[8 : 8 + size]
    fixed = 86 if entry[4:8] == b"avc1" else 36
    kept, place = bytearray(entry[:fixed]), fixed
    while place + 8 <= len(entry):
        length, kind = HEADER.unpack_from(entry, place)
        if kind != b"btrt":
            kept += entry[place : place + length]
        place += max(HEADER.size, length)
    struct.pack_into(">I", kept, 0, len(kept))
    return bytes(kept)
