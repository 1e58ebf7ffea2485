"""
Streams of an MP4 file that ffmpeg encoded, read from its boxes: nothing is decoded.

Start at `read`; `ars0n_core.compositor.mp4` joins what is read here.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ars0n_core.compositor import boxes
from ars0n_core.errors import CompositorError

Integers = npt.NDArray[np.int64]


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
            moov = boxes.moov(source)
            size_bytes = source.seek(0, 2)
        track = next(
            found for found in boxes.tracks(moov) if kind is None or found[b"hdlr"][8:12] == kind
        )
        stream = _stream(path, track)
    except (KeyError, IndexError, ValueError, StopIteration, struct.error) as error:
        raise CompositorError(f"{path.name} is not a whole MP4 file", retryable=True) from error
    if not len(stream.sizes) or int((stream.offsets + stream.sizes).max()) > size_bytes:
        raise CompositorError(f"{path.name} is cut short", retryable=True)
    return stream


def _stream(path: Path, track: dict[bytes, bytes]) -> Stream:
    timescale = struct.unpack_from(">I", track[b"mdhd"], 12 if track[b"mdhd"][0] == 0 else 20)[0]
    fixed, count = struct.unpack_from(">II", track[b"stsz"], 4)
    sizes = np.full(count, fixed, np.int64) if fixed else _table(track[b"stsz"], 12, count, 1)[:, 0]
    shown = np.zeros(count, np.int64)
    if b"ctts" in track:
        runs = _table(track[b"ctts"], 8, _count(track[b"ctts"]), 2)
        shown = np.repeat(runs[:, 1].astype(np.uint32).astype(np.int32), runs[:, 0]).astype(
            np.int64
        )
    delay = _media_time(track.get(b"elst"))
    keys = np.arange(count)
    if b"stss" in track:
        keys = _table(track[b"stss"], 8, _count(track[b"stss"]), 1)[:, 0] - 1
    return Stream(
        path=path,
        timescale=timescale,
        description=boxes.described(track[b"stsd"]),
        offsets=_offsets(track, sizes),
        sizes=sizes,
        shown=shown - delay,
        keys=keys,
        delay=delay,
        boxes=track,
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


def _offsets(track: dict[bytes, bytes], sizes: Integers) -> Integers:
    """
    Return where in the file each sample begins.
    """
    if b"stco" in track:
        chunks = _table(track[b"stco"], 8, _count(track[b"stco"]), 1)[:, 0]
    else:
        chunks = _table(track[b"co64"], 8, _count(track[b"co64"]), 1, ">u8")[:, 0]
    runs = _table(track[b"stsc"], 8, _count(track[b"stsc"]), 3)
    spans = np.diff(np.append(runs[:, 0], len(chunks) + 1))
    samples = np.repeat(runs[:, 1], spans)
    starts = np.repeat(chunks, samples)
    firsts = np.repeat(np.cumsum(samples) - samples, samples)
    before = np.cumsum(sizes) - sizes
    if len(starts) != len(sizes):
        raise ValueError("chunks and samples differ")
    return np.asarray(starts + before - before[firsts])


def h264_level(stream: Stream) -> int:
    """
    Return the level of an H.264 stream, in tenths; 0 where it says none.
    """
    at = stream.description.find(b"avcC")
    return stream.description[at + 7] if at >= 0 else 0
