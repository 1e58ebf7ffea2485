"""
Sound encoded, a long one by two processes at once.

**Owns** how a mastered sound becomes a file. **Does not own** what the encoder is told
(`commands`), nor measuring what became of it (`audio`). **Invariants**: the bytes depend on the
sound alone; the file decodes to as many samples as went in, halved or not.

Start at `encode`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import commands, ffmpeg, mp4
from ars0n_core.compositor.ffmpeg import Group
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.compositor.ffmpeg import Ffmpeg
    from ars0n_core.compositor.filters import Samples

ENCODE_SECONDS: Final = 300.0
"""
A time-out: a minute of sound takes a hundredth of it.
"""

PACKET: Final = 1024
"""
Samples of each AAC packet; each also sounds into the next.
"""

RUN_UP: Final = 32
"""
Packets after which an encoder that starts in the middle sounds as one that began at the start:
24 were enough wherever it was tried.
"""

HALVED_SECONDS: Final = 8
"""
What lasts this long is encoded by two processes, a half each.
"""


def encode(
    sound: Samples,
    rate: int,
    target: Path,
    *,
    binary: Ffmpeg,
    group: Group | None,
    bitrate: str = commands.BITRATE,
) -> None:
    """
    Encode *sound* (samples, 2) to *target*, by its suffix.

    Raises:
        CompositorError: The machine can't.
    """
    long = len(sound) >= HALVED_SECONDS * rate
    write = _halves if target.suffix == ".m4a" and rate == SAMPLE_RATE and long else _part
    write(sound, rate, target, binary, group, bitrate)


def _part(
    sound: Samples, rate: int, target: Path, binary: Ffmpeg, group: Group | None, bitrate: str
) -> None:
    ffmpeg.run(
        ffmpeg.arguments(binary, commands.encode_sound(target, rate=rate, bitrate=bitrate)),
        timeout_seconds=ENCODE_SECONDS,
        stdin=np.ascontiguousarray(sound).data.cast("B"),
        group=group,
    )


def _halves(
    sound: Samples, rate: int, target: Path, binary: Ffmpeg, group: Group | None, bitrate: str
) -> None:
    """
    Encode the two halves of *sound* side by side and join their packets: always so, however
    many workers there are, so that the bytes are the same.
    """
    middle = len(sound) // PACKET // 2
    parts = (sound[: (middle + 2) * PACKET], sound[(middle - RUN_UP) * PACKET :])
    files = [target.with_suffix(f".{number}.m4a") for number in (1, 2)]
    jobs = [
        partial(_part, part, rate, file, binary, group, bitrate)
        for part, file in zip(parts, files, strict=True)
    ]
    try:
        ffmpeg.in_parallel(jobs, workers=2, group=group or Group())
        first, second = map(mp4.read, files)
        mp4.splice(target, first, second, packets=middle, skipped=RUN_UP)
    finally:
        for file in files:
            file.unlink(missing_ok=True)
