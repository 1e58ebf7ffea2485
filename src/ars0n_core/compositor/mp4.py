"""
MP4 files by their boxes: read what ffmpeg encoded, join it without decoding.

**Owns** the container: segments of one picture stream and one sound are laid into one
file, index first. **Does not own** anything coded. **Invariants**: sample n of the film is
decoded at n frames and shown where its segment says, so the steps are exact whatever
segments it is made of; all segments have one parameter set; the same samples give the
same bytes. ffmpeg's concat demuxer rounds to microseconds and repeats headers in-band;
this does neither, and costs a copy.

Boxes are those of ISO/IEC 14496-12; start at `join`.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from attrs import frozen

from ars0n_core.errors import CompositorError
from ars0n_core.timelines import FRAME_RATE, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

Integers = npt.NDArray[np.int64]

TIMESCALE: Final = SAMPLE_RATE
"""
Ticks a second of the whole film: whole samples, and 1,600 a frame.
"""

CHUNK_FRAMES: Final = 15
"""
Picture and sound alternate every half second: a player needs little buffer.
"""

MATRIX: Final = struct.pack(">9i", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
COPY_BYTES: Final = 1 << 20
HEADER: Final = struct.Struct(">I4s")
SOUND_TABLES: Final[tuple[bytes, ...]] = (b"stts", b"stsz", b"sgpd", b"sbgp")
"""
Tables of a sound track that hold wherever its samples lie.
"""

CONTAINERS: Final = {b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"}
MOOV_BYTES_MAX: Final = 64 << 20


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


def read(path: Path) -> Stream:
    """
    Return the first track of the MP4 file at *path*.

    Raises:
        CompositorError: It is not a whole file of the kind that we write.
    """
    try:
        with path.open("rb") as source:
            moov = _moov(source)
            size_bytes = source.seek(0, 2)
        boxes = dict(_leaves(moov))
        stream = _stream(path, boxes)
    except (KeyError, IndexError, ValueError, struct.error) as error:
        raise CompositorError(f"{path.name} is not a whole MP4 file", retryable=True) from error
    if not len(stream.sizes) or int((stream.offsets + stream.sizes).max()) > size_bytes:
        raise CompositorError(f"{path.name} is cut short", retryable=True)
    return stream


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


def _leaves(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """
    Yield (kind, payload) of the boxes of the first track, at any depth.
    """
    place, tracks = 0, 0
    while place + 8 <= len(content):
        size, kind = HEADER.unpack_from(content, place)
        if size < HEADER.size:
            raise ValueError("a box of no size")
        payload = content[place + 8 : place + size]
        place += size
        if kind == b"trak":
            tracks += 1
            if tracks > 1:
                continue
        if kind in CONTAINERS:
            yield from _leaves(payload)
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


def join(
    target: Path,
    pictures: Sequence[Stream],
    sound: Stream | None,
    *,
    width: int,
    height: int,
    rate: Fraction = Fraction(FRAME_RATE),
    samples: int | None = None,
) -> int:
    """
    Write *pictures* one after the other, beside *sound*, to the MP4 file *target*, index
    first; return how many frames it has. *samples* (at 48 kHz) is how long the sound lasts
    where that is not as long as the pictures.

    Raises:
        CompositorError: The segments can't be one stream.
    """
    first = pictures[0]
    if any(
        part.description != first.description or part.timescale != first.timescale
        for part in pictures
    ):
        raise CompositorError("segments of one film were encoded differently")
    ticks = int(first.timescale / rate)
    sizes = np.concatenate([part.sizes for part in pictures])
    shown = np.concatenate([part.shown for part in pictures])
    delay = max(0, -int(shown.min()))
    starts = np.cumsum([0] + [len(part.sizes) for part in pictures])
    keys = np.concatenate(
        [part.keys + start for part, start in zip(pictures, starts, strict=False)]
    )
    frames = len(sizes)
    when = np.arange(frames) * ticks + shown
    if not np.array_equal(np.sort(when), np.arange(frames) * ticks):
        raise CompositorError("a segment shows a frame twice or not at all")
    duration = round(frames * TIMESCALE / rate)
    lasting = duration if samples is None else samples
    plan = _Plan(frames=frames, sizes=sizes, sound=sound)
    tables = {
        b"stts": struct.pack(">IIII", 0, 1, frames, ticks),
        b"ctts": _runs(shown + delay),
        b"stss": struct.pack(">II", 0, len(keys)) + (keys + 1).astype(">u4").tobytes(),
        b"stsz": struct.pack(">III", 0, 0, frames) + sizes.astype(">u4").tobytes(),
    }
    picture = _track(
        1, (first.timescale, frames * ticks), (duration, delay), first.description, tables,
        plan.picture_chunks, (width, height),
    )  # fmt: skip
    tracks = [picture]
    if sound is not None:
        kept: dict[bytes, bytes] = {
            kind: sound.boxes[kind] for kind in SOUND_TABLES if kind in sound.boxes
        }
        length = struct.unpack_from(">I", sound.boxes[b"mdhd"], 16)[0]
        tracks.append(
            _track(
                2,
                (sound.timescale, length),
                (lasting, sound.delay),
                sound.description,
                kept,
                plan.sound_chunks,
                None,
            )
        )
    ftyp = _box(b"ftyp", b"isom", struct.pack(">I", 512), b"isomiso2avc1mp41")
    longest = max(duration, lasting)
    body = len(ftyp) + len(_movie(longest, tracks, 0)) + 16
    moov = _movie(longest, tracks, body)
    with target.open("wb") as out:
        out.write(ftyp + moov)
        out.write(struct.pack(">I4sQ", 1, b"mdat", 16 + plan.size_bytes))
        plan.copy(out, pictures)
    return frames


class _Plan:
    """
    In which order picture and sound lie in the file, chunk by chunk.
    """

    def __init__(self, *, frames: int, sizes: Integers, sound: Stream | None) -> None:
        self.sizes = sizes
        self.sound = sound
        self.spans: list[tuple[int, int, int, int]] = []
        packets = len(sound.sizes) if sound is not None else 0
        done = 0
        for first in range(0, frames, CHUNK_FRAMES):
            last = min(frames, first + CHUNK_FRAMES)
            upto = packets if last == frames else -(-packets * last // frames)
            self.spans.append((first, last, done, upto))
            done = upto
        self.picture_chunks: list[tuple[int, int]] = []
        self.sound_chunks: list[tuple[int, int]] = []
        place = 0
        for first, last, begin, end in self.spans:
            self.picture_chunks.append((place, last - first))
            place += int(sizes[first:last].sum())
            if sound is not None and end > begin:
                self.sound_chunks.append((place, end - begin))
                place += int(sound.sizes[begin:end].sum())
        self.size_bytes = place

    def copy(self, out: BinaryIO, pictures: Sequence[Stream]) -> None:
        """
        Copy every sample to its place.
        """
        parts = iter(pictures)
        files: list[BinaryIO] = []
        try:
            heard = self.sound.path.open("rb") if self.sound is not None else None
            if heard is not None:
                files.append(heard)
            part, seen, place = None, None, 0
            for first, last, begin, end in self.spans:
                for _ in range(first, last):
                    if part is None or place == len(part.sizes):
                        if seen is not None:
                            seen.close()
                            files.remove(seen)
                        part, place = next(parts), 0
                        seen = part.path.open("rb")
                        files.append(seen)
                    assert seen is not None  # noqa: S101 (opened with the part, just above)
                    _copy(seen, out, int(part.offsets[place]), int(part.sizes[place]))
                    place += 1
                if heard is not None and self.sound is not None:
                    for index in range(begin, end):
                        offset, size = self.sound.offsets[index], self.sound.sizes[index]
                        _copy(heard, out, int(offset), int(size))
        finally:
            for file in files:
                file.close()


def _copy(source: BinaryIO, out: BinaryIO, offset: int, size: int) -> None:
    source.seek(offset)
    left = size
    while left:
        piece = source.read(min(left, COPY_BYTES))
        if not piece:
            raise CompositorError("a segment ended early", retryable=True)
        out.write(piece)
        left -= len(piece)


def _box(kind: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return HEADER.pack(len(content) + 8, kind) + content


def _runs(values: Integers) -> bytes:
    """
    Return a composition offset table: equal neighbours are counted, not repeated.
    """
    edges = np.flatnonzero(np.diff(values)) + 1
    starts = np.concatenate(([0], edges))
    lengths = np.diff(np.append(starts, len(values)))
    pairs = np.stack([lengths, values[starts]], axis=1).astype(">u4")
    return struct.pack(">II", 0, len(pairs)) + pairs.tobytes()


def _movie(duration: int, tracks: Sequence[_Trak], body: int) -> bytes:
    mvhd = struct.pack(">IIIII", 0, 0, 0, TIMESCALE, duration)
    mvhd += struct.pack(">IHH8x", 0x10000, 0x100, 0) + MATRIX
    mvhd += struct.pack(">24xI", len(tracks) + 1)
    return _box(b"moov", _box(b"mvhd", mvhd), *(track.at(body) for track in tracks))


@frozen(kw_only=True)
class _Trak:
    """
    A track whose chunks' places are still counted from the body's start.
    """

    before: tuple[bytes, ...]
    media: tuple[bytes, ...]
    table: bytes
    places: Integers

    def at(self, body: int) -> bytes:
        """
        Return the box for a body that begins *body* bytes into the file.
        """
        places = (self.places + body).astype(">u8").tobytes()
        stco = _box(b"co64", struct.pack(">II", 0, len(self.places)), places)
        stbl = _box(b"stbl", self.table, stco)
        head, *information = self.media
        minf = _box(b"minf", *information, stbl)
        return _box(b"trak", *self.before, _box(b"mdia", head, minf))


def _track(
    number: int,
    media: tuple[int, int],
    edit: tuple[int, int],
    description: bytes,
    tables: dict[bytes, bytes],
    chunks: Sequence[tuple[int, int]],
    size: tuple[int, int] | None,
) -> _Trak:
    """
    Return track *number*: *media* is (timescale, duration), *edit* (duration in the film,
    first tick shown).
    """
    timescale, length = media
    duration, start = edit
    width, height = size or (0, 0)
    tkhd = struct.pack(">IIIIII8x", 3, 0, 0, number, 0, duration)
    tkhd += struct.pack(">HHHH", 0, 0, 0 if size else 0x100, 0) + MATRIX
    tkhd += struct.pack(">II", width << 16, height << 16)
    elst = struct.pack(">IIIiI", 0, 1, duration, start, 0x10000)
    undetermined = 0x55C4
    mdhd = struct.pack(">IIIIIHH", 0, 0, 0, timescale, length, undetermined, 0)
    kind, name = (b"vide", b"VideoHandler\0") if size else (b"soun", b"SoundHandler\0")
    hdlr = struct.pack(">II4s12x", 0, 0, kind) + name
    header = _box(b"vmhd", struct.pack(">I8x", 1)) if size else _box(b"smhd", bytes(8))
    dref = _box(b"dref", struct.pack(">II", 0, 1), _box(b"url ", struct.pack(">I", 1)))
    stsd = _box(b"stsd", struct.pack(">II", 0, 1), description)
    counts = np.asarray([count for _, count in chunks])
    edges = np.concatenate(([0], np.flatnonzero(np.diff(counts)) + 1))
    runs = np.stack([edges + 1, counts[edges], np.ones(len(edges), np.int64)], axis=1)
    stsc = _box(b"stsc", struct.pack(">II", 0, len(runs)), runs.astype(">u4").tobytes())
    table = stsd + b"".join(_box(kind, payload) for kind, payload in tables.items()) + stsc
    return _Trak(
        before=(_box(b"tkhd", tkhd), _box(b"edts", _box(b"elst", elst))),
        media=(_box(b"mdhd", mdhd) + _box(b"hdlr", hdlr), header, _box(b"dinf", dref)),
        table=table,
        places=np.asarray([place for place, _ in chunks], np.int64),
    )
