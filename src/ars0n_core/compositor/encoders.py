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

from ars0n_core.compositor import commands, ffmpeg, mp4, tapes
from ars0n_core.compositor.ffmpeg import Group
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.compositor.ffmpeg import Ffmpeg
    from ars0n_core.compositor.tapes import Read

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
    read: Read,
    samples: int,
    rate: int,
    target: Path,
    *,
    binary: Ffmpeg,
    group: Group | None,
    bitrate: str | None = None,
) -> None:
    """
    Encode the stereo sound of so many *samples* that *read* gives to *target*, by its suffix.

    Raises:
        CompositorError: The machine can't.
    """
    write = partial(_part, read, rate=rate, binary=binary, group=group, bitrate=bitrate)
    if target.suffix == ".m4a" and rate == SAMPLE_RATE and samples >= HALVED_SECONDS * rate:
        _halves(write, samples, target, group or Group())
    else:
        write((0, samples), target)


def _part(
    read: Read,
    span: tuple[int, int],
    target: Path,
    *,
    rate: int,
    binary: Ffmpeg,
    group: Group | None,
    bitrate: str | None,
) -> None:
    args = ffmpeg.arguments(binary, commands.encode_sound(target, rate=rate, bitrate=bitrate))
    with ffmpeg.Process(args, timeout_seconds=ENCODE_SECONDS, writes=True, group=group) as process:
        for _, block in tapes.blocks(read, *span):
            process.write(np.ascontiguousarray(block).data.cast("B"))
        process.finish()


def _halves(write: partial[None], samples: int, target: Path, group: Group) -> None:
    """
    Encode the two halves of a sound of so many *samples* side by side and join their packets: always so, however
    many workers there are, so that the bytes are the same.
    """
    # The second's run-up is shared out, so that both end together.
    middle = (samples // PACKET + RUN_UP) // 2
    spans = ((0, (middle + 2) * PACKET), ((middle - RUN_UP) * PACKET, samples))
    files = [target.with_suffix(f".{number}.m4a") for number in (1, 2)]
    jobs = [partial(write, span, file) for span, file in zip(spans, files, strict=True)]
    try:
        ffmpeg.in_parallel(jobs, workers=2, group=group)
        first, second = map(mp4.read, files)
        mp4.splice(target, first, second, packets=middle, skipped=RUN_UP)
    finally:
        for file in files:
            file.unlink(missing_ok=True)
