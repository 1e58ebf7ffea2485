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


def moov(source: BinaryIO) -> bytes:
    """
    Return what the ``moov`` box of a file holds.

    Raises:
        ValueError: There is none, or it is larger than any header of a film.
    """
    while len(header := source.read(8)) == HEADER.size:
        size, kind = HEADER.unpack(header)
        skip = size - 8
        if size == 1:
            skip = struct.unpack(">Q", source.read(8))[0] - 16
        if skip < 0:
            break
        if kind == b"moov":
            if skip > MOOV_BYTES_MAX:
                break
            return source.read(skip)
        source.seek(skip, 1)
    raise ValueError("no moov box")


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
            yield dict(leaves_of(payload))


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
