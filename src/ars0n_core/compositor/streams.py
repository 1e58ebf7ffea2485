"""
Streams of an MP4 file that ffmpeg encoded, read from its boxes: nothing is decoded.

Start at `read`. Boxes are those of ISO/IEC 14496-12; `ars0n_core.compositor.mp4` joins
what is read here.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ars0n_core.compositor import parameters
from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

Integers = npt.NDArray[np.int64]

HEADER: Final = struct.Struct(">I4s")
CONTAINERS: Final = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}
MOOV_BYTES_MAX: Final = 64 << 20
DEPTH_MAX: Final = 8
"""
A sample table lies four boxes deep in its track.
"""


@frozen(kw_only=True)
class Stream:
    """
    One track of a file: where its samples lie and when they are shown.

    ``shown`` is each sample's time of showing less its time of decoding, in ticks of
    ``timescale``, counted from the first picture's.
    """

    path: Path
    timescale: int
    description: bytes
    offsets: Integers
    sizes: Integers
    shown: Integers
    keys: Integers
    delay: int
    boxes: dict[bytes, bytes]


def read(path: Path, kind: bytes | None = None) -> Stream:
    """
    Return the first track of the MP4 file at *path*, or the first of *kind* (``b"vide"``).

    Raises:
        CompositorError: It is not a whole file of the kind that we write.
    """
    try:
        with path.open("rb") as source:
            moov = _moov(source)
            size_bytes = source.seek(0, 2)
        boxes = next(
            found
            for found in (dict(leaves_of(track)) for track in _tracks(moov))
            if kind is None or found[b"hdlr"][8:12] == kind
        )
        stream = _stream(path, boxes)
    except (KeyError, IndexError, ValueError, StopIteration, struct.error) as error:
        raise CompositorError(f"{path.name} is not a whole MP4 file", retryable=True) from error
    if not len(stream.sizes) or int((stream.offsets + stream.sizes).max()) > size_bytes:
        raise CompositorError(f"{path.name} is cut short", retryable=True)
    return stream


def tells_pictures(path: Path) -> bool:
    """
    Whether the file at *path* is MP4 whose header alone tells a decoder of its one picture track
    all that it must know: no picture need be looked at first, which takes as long as ten do.
    """
    try:
        with path.open("rb") as source:
            tracks = [dict(leaves_of(track)) for track in _tracks(_moov(source))]
        pictures = [found for found in tracks if found[b"hdlr"][8:12] == b"vide"]
        return len(pictures) == 1 and parameters.tells_order(_described(pictures[0][b"stsd"]))
    except (KeyError, IndexError, ValueError, struct.error, OSError):
        return False


def _moov(source: BinaryIO) -> bytes:
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


def _tracks(moov: bytes) -> Iterator[bytes]:
    for kind, payload in boxes_of(moov):
        if kind == b"trak":
            yield payload


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


def _stream(path: Path, boxes: dict[bytes, bytes]) -> Stream:
    timescale = struct.unpack_from(">I", boxes[b"mdhd"], 12 if boxes[b"mdhd"][0] == 0 else 20)[0]
    fixed, count = struct.unpack_from(">II", boxes[b"stsz"], 4)
    sizes = np.full(count, fixed, np.int64) if fixed else _table(boxes[b"stsz"], 12, count, 1)[:, 0]
    shown = np.zeros(count, np.int64)
    if b"ctts" in boxes:
        runs = _table(boxes[b"ctts"], 8, _count(boxes[b"ctts"]), 2)
        shown = np.repeat(runs[:, 1].astype(np.uint32).astype(np.int32), runs[:, 0]).astype(
            np.int64
        )
    delay = _media_time(boxes.get(b"elst"))
    keys = np.arange(count)
    if b"stss" in boxes:
        keys = _table(boxes[b"stss"], 8, _count(boxes[b"stss"]), 1)[:, 0] - 1
    return Stream(
        path=path,
        timescale=timescale,
        description=_described(boxes[b"stsd"]),
        offsets=_offsets(boxes, sizes),
        sizes=sizes,
        shown=shown - delay,
        keys=keys,
        delay=delay,
        boxes=boxes,
    )


def _count(payload: bytes) -> int:
    return int(struct.unpack_from(">I", payload, 4)[0])


def _table(payload: bytes, start: int, rows: int, columns: int, kind: str = ">u4") -> Integers:
    table = np.frombuffer(payload, kind, rows * columns, start)
    return table.reshape(rows, columns).astype(np.int64)


def _media_time(edits: bytes | None) -> int:
    if edits is None:
        return 0
    entry = ">Iii" if edits[0] == 0 else ">Qqi"
    for index in range(_count(edits)):
        _, start, _ = struct.unpack_from(entry, edits, 8 + index * struct.calcsize(entry))
        if start >= 0:
            return int(start)
    return 0


def _offsets(boxes: dict[bytes, bytes], sizes: Integers) -> Integers:
    """
    Return where in the file each sample begins.
    """
    if b"stco" in boxes:
        chunks = _table(boxes[b"stco"], 8, _count(boxes[b"stco"]), 1)[:, 0]
    else:
        chunks = _table(boxes[b"co64"], 8, _count(boxes[b"co64"]), 1, ">u8")[:, 0]
    runs = _table(boxes[b"stsc"], 8, _count(boxes[b"stsc"]), 3)
    spans = np.diff(np.append(runs[:, 0], len(chunks) + 1))
    samples = np.repeat(runs[:, 1], spans)
    starts = np.repeat(chunks, samples)
    firsts = np.repeat(np.cumsum(samples) - samples, samples)
    before = np.cumsum(sizes) - sizes
    if len(starts) != len(sizes):
        raise ValueError("chunks and samples differ")
    return np.asarray(starts + before - before[firsts])


def _described(stsd: bytes) -> bytes:
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


def h264_level(stream: Stream) -> int:
    """
    Return the level of an H.264 stream, in tenths; 0 where it says none.
    """
    at = stream.description.find(b"avcC")
    return stream.description[at + 7] if at >= 0 else 0
