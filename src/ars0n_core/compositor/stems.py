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

from ars0n_core.compositor import audio, ffmpeg
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.filters import Samples
    from ars0n_core.timelines import Timeline

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
    voice, bed = audio.parts(timeline, media, binary=binary, group=group)
    stems = {"voice": np.repeat(voice[:, None], 2, axis=1)}
    stems["music"] = np.zeros_like(stems["voice"]) if bed is None else bed
    stems["mix"] = stems["voice"] + stems["music"]
    written: dict[str, Path] = {}
    try:
        for name, sound in stems.items():
            audio.close(sound)
            written[name] = folder / f"{name}.wav"
            write_wav(written[name], sound)
    except OSError as error:
        for path in written.values():
            path.unlink(missing_ok=True)
        raise ffmpeg.of_disk(error) from error
    return written


def write_wav(target: Path, sound: Samples, rate: int = SAMPLE_RATE) -> None:
    """
    Write *sound* (samples, channels) as 32-bit float WAVE.
    """
    frames, channels = sound.shape
    step = 4 * channels
    body = np.ascontiguousarray(sound, "<f4")
    fmt = struct.pack("<HHIIHHH", IEEE_FLOAT, channels, rate, rate * step, step, 32, 0)
    fact = struct.pack("<I", frames)
    head = b"WAVE" + b"".join(
        struct.pack("<4sI", kind, len(part)) + part
        for kind, part in ((b"fmt ", fmt), (b"fact", fact))
    )
    head += struct.pack("<4sI", b"data", body.nbytes)
    beside = target.with_name(f"{target.name}.part")
    try:
        with beside.open("wb") as out:
            out.write(struct.pack("<4sI", b"RIFF", len(head) + body.nbytes) + head)
            out.write(body.data)
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)
