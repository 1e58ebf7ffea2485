"""
Foreign sounds into 48 kHz stereo WAV of ours.
"""

from __future__ import annotations

import wave
from typing import TYPE_CHECKING, Final

from ars0n_adapters.ingest import confined, files, probing
from ars0n_adapters.ingest.sniffing import Kind
from ars0n_core.compositor import ffmpeg as engine
from ars0n_core.errors import PortError, UploadRefusedError
from ars0n_core.ports import SoundFacts
from ars0n_core.timelines import SAMPLE_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_adapters.ingest.sniffing import Sniffed

SECONDS_KEPT: Final = 600
"""
Ten times the longest ad; the rest of a longer sound is left away.
"""

LIMITS: Final = confined.Limits(cpu_seconds=60, wall_seconds=120, file_bytes=128 << 20)

WHOLE_ENOUGH: Final = 0.75
"""
A sound with errors is taken if this share of what it claims to be was decoded.
"""

WANTED: Final = "MP3, WAV, OGG, AAC or M4A"

BITEXACT: Final = {"map_metadata": -1, "map_chapters": -1, "fflags": "+bitexact"}


def decoded(source: Path, target: Path, binary: engine.Ffmpeg) -> SoundFacts:
    """
    Decode *source* into the WAV *target*.

    Raises:
        UploadRefusedError: It is no such sound, or broken.
        PortError: The machine could not.
    """
    what = files.sniffed(source)
    if what.kind is not Kind.SOUND and what.format not in {"mp4", "mov"}:
        raise _refused(_wrong_kind(what))
    facts = probing.probed(source, what.format, binary, "a:0")
    if facts is not None and facts.video:
        raise _refused(f"This is a video, not a sound; upload the sound alone as {WANTED}")
    if facts is not None and not facts.audio:
        raise _refused(f"There is no sound in this file; upload {WANTED}")
    if facts is None:
        raise _refused(_broken(what))
    with files.appearing(target) as partial:
        graph = probing.opened(source, what.format, t=SECONDS_KEPT).output(
            engine.url(partial),
            f="wav",
            map="0:a:0",
            acodec="pcm_s16le",
            ar=SAMPLE_RATE,
            ac=2,
            **BITEXACT,
            **{"flags:a": "+bitexact"},
        )
        ended = confined.run(engine.arguments(binary, graph), LIMITS)
        if ended.disk_full:
            raise PortError("the sound could not be written: disk full", port="ingest")
        if ended.timed_out:
            raise _refused(f"The sound takes too long to decode; convert it to plain {WANTED}")
        if ended.code < 0 or not partial.exists():
            raise _refused(_broken(what))
        samples = _samples(partial)
        claimed = min(facts.duration_seconds or 0.0, SECONDS_KEPT)
        if samples == 0 or (ended.complaint and samples / SAMPLE_RATE < WHOLE_ENOUGH * claimed):
            raise _refused(_broken(what))
        return SoundFacts(
            duration_seconds=samples / SAMPLE_RATE,
            size_bytes=partial.stat().st_size,
            sha256=files.sha256_of(partial),
        )


def _samples(path: Path) -> int:
    try:
        with wave.open(str(path), "rb") as sound:
            return sound.getnframes()
    except (wave.Error, EOFError):
        return 0


def _wrong_kind(what: Sniffed) -> str:
    if what.format == "empty":
        return f"The file is empty; upload {WANTED}"
    if what.kind is Kind.OTHER and "sound" in what.name:
        return f"This is {what.name}, which is not supported; convert it to {WANTED}"
    return f"This is {what.name}, not a sound we can read; upload {WANTED}"


def _broken(what: Sniffed) -> str:
    return (
        f"The {what.name.split(' ', 1)[1]} is broken or cut off and can't be decoded; "
        "export it again and upload the whole file"
    )


def _refused(message: str) -> UploadRefusedError:
    return UploadRefusedError({"file": [message]})
