"""
Stems: the ad's voice, music and mix as sounds of their own, for whoever mixes it again.

**Invariants**: all are 48 kHz, stereo, exactly as long as the ad; voice plus music is the
mix within -120 dBFS. They are taken before mastering: its gain is one number, but its
limiter is not, so stems of the mastered sound could not add up. They are 32-bit float, so
that a mix that mastering would turn down is not clipped.

Start at `write`.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import ffmpeg, mixing, tapes
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.tapes import Read
    from ars0n_core.timelines import Timeline

CHANNELS: Final = 2
IEEE_FLOAT: Final = 3
"""
WAVE_FORMAT_IEEE_FLOAT, of Microsoft's multimedia data standards.
"""


def write(
    timeline: Timeline,
    media: Mapping[str, Path],
    folder: Path,
    *,
    binary: Ffmpeg,
    group: Group | None = None,
) -> dict[str, Path]:
    """
    Write ``voice.wav``, ``music.wav`` (silent where there is none) and ``mix.wav`` to *folder*,
    and return them by name.

    Raises:
        CompositorError: A sound can't be used (it is named), or the machine can't.
    """
    written: dict[str, Path] = {}
    try:
        with mixing.parts(timeline, media, folder, binary=binary, group=group) as parts:
            stems = {"voice": parts.voice, "music": parts.music, "mix": parts.mix}
            for name, read in stems.items():
                written[name] = folder / f"{name}.wav"
                write_wav(written[name], read, timeline.samples)
    except OSError as error:
        for path in written.values():
            path.unlink(missing_ok=True)
        raise ffmpeg.of_disk(error) from error
    return written


def write_wav(target: Path, read: Read, frames: int, rate: int = SAMPLE_RATE) -> None:
    """
    Write the stereo sound of so many *frames* that *read* gives as 32-bit float WAVE.
    """
    step = 4 * CHANNELS
    size = step * frames
    fmt = struct.pack("<HHIIHHH", IEEE_FLOAT, CHANNELS, rate, rate * step, step, 32, 0)
    fact = struct.pack("<I", frames)
    head = b"WAVE" + b"".join(
        struct.pack("<4sI", kind, len(part)) + part
        for kind, part in ((b"fmt ", fmt), (b"fact", fact))
    )
    head += struct.pack("<4sI", b"data", size)
    beside = target.with_name(f"{target.name}.part")
    try:
        with beside.open("wb") as out:
            out.write(struct.pack("<4sI", b"RIFF", len(head) + size) + head)
            for _, block in tapes.blocks(read, 0, frames):
                out.write(np.ascontiguousarray(block, "<f4").data)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
