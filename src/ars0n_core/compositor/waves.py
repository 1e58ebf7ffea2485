"""
Plain 16-bit WAVE read without a process: what narrators deliver, and half the time of a decoder
that is started, and read, for it.

Only what is exactly as the format says is taken; anything else (another depth, more channels, a
length that isn't the file's) is for ffmpeg. Start at `opened`.
"""

from __future__ import annotations

import struct
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import soxr
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Generator

    from ars0n_core.compositor.filters import Samples

PCM: Final = 1
"""
WAVE_FORMAT_PCM.
"""

DEPTH: Final = 16
RATES: Final = range(8_000, 192_001)
CHANNELS_MAX: Final = 2
HEAD_BYTES: Final = 1 << 16
"""
Where the samples must have begun.
"""

READ: Final = 48_000
"""
Samples read at once.
"""


@frozen(kw_only=True)
class Wave:
    """
    A file of 16-bit samples, the first of which is at byte *offset*.
    """

    path: Path
    rate: int
    channels: int
    offset: int
    samples: int


def opened(path: Path) -> Wave | None:
    """
    Return what is in the file at *path*; None if it is for a decoder.
    """
    try:
        size_bytes = path.stat().st_size
        with path.open("rb") as source:
            head = source.read(HEAD_BYTES)
    except OSError:  # the decoder says what is wrong
        return None
    if head[:4] != b"RIFF" or head[8:12] != b"WAVE":
        return None
    place, told = 12, None
    while place + 8 <= len(head):
        kind, length = struct.unpack_from("<4sI", head, place)
        place += 8
        if kind == b"fmt " and place + 16 <= len(head):
            told = struct.unpack_from("<HHIIHH", head, place)
        if kind == b"data":
            return _checked(path, told, place, length, size_bytes)
        place += length + length % 2
    return None


def _checked(
    path: Path, told: tuple[int, ...] | None, offset: int, length: int, size_bytes: int
) -> Wave | None:
    if told is None:
        return None
    form, channels, rate, _, align, depth = told
    plain = form == PCM and depth == DEPTH and 1 <= channels <= CHANNELS_MAX and rate in RATES
    if not plain or align != 2 * channels or not 0 < length <= size_bytes - offset:
        return None
    return Wave(path=path, rate=rate, channels=channels, offset=offset, samples=length // align)


def heard(
    wave: Wave, *, rate: int, channels: int, seconds_max: float
) -> Generator[Samples, None, None]:
    """
    Yield the first *seconds_max* of *wave* at *rate*, in parts (samples, channels).
    """
    samples = min(wave.samples, round(seconds_max * wave.rate))
    stream = None
    if rate != wave.rate:
        stream = soxr.ResampleStream(wave.rate, rate, channels, dtype="float32", quality="HQ")
    for place in range(0, samples, READ):
        count = min(READ, samples - place)
        offset = wave.offset + 2 * wave.channels * place
        raw = np.fromfile(wave.path, "<i2", count * wave.channels, offset=offset)
        part = raw.reshape(-1, wave.channels).astype(np.float32) * np.float32(1 / 32_768)
        if channels < wave.channels:
            part = (part[:, :1] + part[:, 1:]) * np.float32(0.5)
        elif channels > wave.channels:
            part = np.repeat(part, channels, axis=1)
        if stream is not None:
            part = stream.resample_chunk(part, last=place + count == samples)
        yield part.reshape(-1, channels)
