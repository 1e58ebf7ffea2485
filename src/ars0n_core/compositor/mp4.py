"""
MP4 files by their boxes: read what ffmpeg encoded, join it without decoding.

**Owns** the container: segments of one picture stream and one sound are laid into one
file, index first. **Does not own** anything coded. **Invariants**: sample n of the film is
decoded at n frames and shown where its segment says, so the steps are exact whatever
segments it is made of; all segments have one parameter set; the same samples give the
same bytes. ffmpeg's concat demuxer rounds to microseconds and repeats headers in-band;
this does neither, and costs a copy.

Boxes are those of ISO/IEC 14496-12. Start at `join`; `read`, handed on here, is in `streams`.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from ars0n_core.compositor.boxes import HEADER
from ars0n_core.compositor.streams import Integers, Stream, h264_level, read
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import FRAME_RATE, SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

__all__ = [
    "Stream",
    "h264_level",
    "join",
    "read",
    "splice",
]

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
SOUND_TABLES: Final[tuple[bytes, ...]] = (b"stts", b"stsz", b"sgpd", b"sbgp")
"""
Tables of a sound track that hold wherever its samples lie.
"""


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


def splice(target: Path, first: Stream, second: Stream, *, packets: int, skipped: int) -> None:
    """
    Write one sound to the MP4 file *target*: the first *packets* of *first*, and of *second*
    all but those *skipped*. Both are AAC at 48 kHz from one encoder.
    """
    sizes = np.concatenate([first.sizes[:packets], second.sizes[skipped:]])
    offsets = [first.offsets[:packets], second.offsets[skipped:]]
    durations = _table(second.boxes[b"stts"])
    ticks, last = int(durations[0, 1]), int(durations[-1, 1])
    count = len(sizes)
    runs = [(count, ticks)] if last == ticks else [(count - 1, ticks), (1, last)]
    length = (count - 1) * ticks + last
    tables = {
        b"stts": struct.pack(">II", 0, len(runs))
        + b"".join(struct.pack(">II", *run) for run in runs),
        b"stsz": struct.pack(">III", 0, 0, count) + sizes.astype(">u4").tobytes(),
    }
    if b"sgpd" in first.boxes:  # each packet needs the one before it: one group, all of them
        tables[b"sgpd"] = first.boxes[b"sgpd"]
        tables[b"sbgp"] = struct.pack(">I4sIII", 0, b"roll", 1, count, 1)
    track = _track(
        1, (first.timescale, length), (length - first.delay, first.delay), first.description,
        tables, [(0, count)], None,
    )  # fmt: skip
    ftyp = _box(b"ftyp", b"M4A ", struct.pack(">I", 512), b"M4A isomiso2")
    body = len(ftyp) + len(_movie(length - first.delay, [track], 0)) + 16
    with target.open("wb") as out:
        out.write(ftyp + _movie(length - first.delay, [track], body))
        out.write(struct.pack(">I4sQ", 1, b"mdat", 16 + int(sizes.sum())))
        for part, places in zip((first, second), offsets, strict=True):
            with part.path.open("rb") as source:
                lengths = part.sizes[:packets] if part is first else part.sizes[skipped:]
                for offset, size in zip(places.tolist(), lengths.tolist(), strict=True):
                    _copy(source, out, offset, size)


def _table(payload: bytes) -> Integers:
    return np.frombuffer(payload, ">u4", offset=8).reshape(-1, 2).astype(np.int64)


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
