"""
What the container of a finished MP4 file says of its tracks.

**Owns** reading its index. **Does not own** what is in the tracks (`inspection`), nor our own
files, of which more is known (`streams`). Start at `read`.
"""

from __future__ import annotations

import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from ars0n_core.compositor import boxes, parameters

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    import numpy.typing as npt

UPRIGHT: Final = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
"""
The matrix of a track that is shown as it is stored: neither turned nor mirrored.
"""


OPENING: Final = 64
"""
Among how many pictures the first one shown is: decoders hold sixteen back at most.
"""


@frozen(kw_only=True)
class Track:
    """
    A track: ``signal`` as `parameters.signal`; ``starts_seconds`` is when its first picture or
    sample is due.
    """

    kind: bytes
    seconds: float
    rate: Fraction | None
    kbps: float
    avc: bytes | None
    signal: tuple[int, int, int, bool] | None
    is_upright: bool
    starts_seconds: float


def read(path: Path) -> tuple[tuple[Track, ...], bool]:
    """
    Return the tracks of an MP4 file, and whether its index comes before its media.
    """
    try:
        with path.open("rb") as source:
            kinds, moov = _top(source)
        inside = list(boxes.boxes_of(moov))
        header = dict(inside)[b"mvhd"]
        movie = struct.unpack_from(">I", header, 12 if header[0] == 0 else 20)[0]
        tracks = tuple(
            _track(boxes.track(payload), movie) for kind, payload in inside if kind == b"trak"
        )
    except (KeyError, IndexError, ValueError, ZeroDivisionError, struct.error):
        return (), False
    return tracks, b"mdat" in kinds and kinds.index(b"moov") < kinds.index(b"mdat")


def _top(source: BinaryIO) -> tuple[list[bytes], bytes]:
    kinds: list[bytes] = []
    moov = b""
    for kind, start, head, size in boxes.outermost(source):
        kinds.append(kind)
        if kind == b"moov":
            moov = boxes.content(source, start + head, size - head)
    return kinds, moov


def _track(found: dict[bytes, bytes], movie: int) -> Track:
    kind = found[b"hdlr"][8:12]
    timescale = struct.unpack_from(">I", found[b"mdhd"], 12 if found[b"mdhd"][0] == 0 else 20)[0]
    entries = struct.unpack_from(">I", found[b"stts"], 4)[0]
    times = np.frombuffer(found[b"stts"], ">u4", 2 * entries, 8).reshape(-1, 2).astype(np.int64)
    fixed, count = struct.unpack_from(">II", found[b"stsz"], 4)
    sizes = np.frombuffer(found[b"stsz"], ">u4", 0 if fixed else count, 12)
    size_bytes = fixed * count if fixed else int(sizes.sum())
    ticks = int((times[:, 0] * times[:, 1]).sum())
    steady = len(set(times[:, 1].tolist())) == 1 and times[0, 1] > 0
    stsd = found[b"stsd"]
    at = stsd.find(b"avcC")
    seconds = ticks / timescale if timescale else 0.0
    return Track(
        kind=kind,
        seconds=seconds,
        rate=Fraction(timescale, int(times[0, 1])) if steady else None,
        kbps=size_bytes * 8 / 1000 / seconds if seconds else 0.0,
        avc=stsd[at + 4 : at + 8] if at >= 0 else None,
        signal=parameters.signal(stsd[8:]) if at >= 0 else None,
        is_upright=found[b"tkhd"][-44:-8] == UPRIGHT,
        starts_seconds=_starts(found, times, timescale, movie),
    )


def _starts(
    found: dict[bytes, bytes], times: npt.NDArray[np.int64], timescale: int, movie: int
) -> float:
    """
    Return when the first of a track is shown or heard: its edits may leave time before it, or skip
    what comes first.
    """
    first = [
        int(ticks) for count, ticks in times[:OPENING].tolist() for _ in range(min(count, OPENING))
    ]
    shown = np.cumsum([0, *first])[:OPENING]
    if b"ctts" in found:
        rows = struct.unpack_from(">I", found[b"ctts"], 4)[0]
        later = np.frombuffer(found[b"ctts"], ">i4", 2 * rows, 8).reshape(-1, 2)[:OPENING]
        delays = np.repeat(later[:, 1], np.clip(later[:, 0], 0, OPENING))[: len(shown)]
        shown = shown[: len(delays)] + delays
    empty, skipped, edits = 0.0, 0, found.get(b"elst")
    if edits is not None:
        entry = ">Iii" if edits[0] == 0 else ">Qqi"
        for length, start, _ in struct.iter_unpack(entry, edits[8:]):
            if start >= 0:
                skipped = start
                break
            empty += length / movie
    return empty + max(0.0, (int(shown.min()) - skipped) / timescale)
