"""
What ffmpeg is asked to do, as ffmpeg-python graphs; nothing here runs.

Every output is bit-exact: no dates, no library versions, no metadata of the sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ffmpeg as graphs

from ars0n_core.compositor.ffmpeg import foreign_options, url

if TYPE_CHECKING:
    from pathlib import Path

CLEAN: Final = {"fflags": "+bitexact", "map_metadata": -1, "map_chapters": -1}
"""
The same input gives the same bytes, and nothing of a source's metadata passes.
"""

BITRATE: Final = "192k"


def decode_sound(source: Path, *, rate: int, channels: int, seconds_max: float) -> Any:
    """
    Decode the first sound of a file to interleaved float32 on standard output.
    """
    return (
        graphs.input(url(source), t=f"{seconds_max:.6f}", **foreign_options())
        .output("pipe:", map="0:a:0", format="f32le", ac=channels, ar=rate, threads=1)
    )  # fmt: skip


def encode_sound(target: Path, *, rate: int) -> Any:
    """
    Encode interleaved stereo float32 from standard input: AAC in MP4 or MP3, by the
    *target*'s suffix.

    AAC's default coder takes four times as long as the fast one and measured worse at this
    bit rate. The length is exact after decoding: MP4 keeps the encoder's delay in its edit
    list, MP3 in its LAME tag.
    """
    options: dict[str, Any] = {"audio_bitrate": BITRATE, "flags:a": "+bitexact", **CLEAN}
    if target.suffix == ".mp3":
        options |= {
            "format": "mp3", "acodec": "libmp3lame", "write_xing": 1, "id3v2_version": 0,
            "abr": 0, "reservoir": 1,
        }  # fmt: skip
    else:
        options |= {"format": "ipod", "acodec": "aac", "aac_coder": "fast", "profile:a": "aac_low"}
    return (
        graphs.input("pipe:", format="f32le", ar=rate, ac=2)
        .output(url(target), **options)
    )  # fmt: skip


def decode_again(source: Path, *, rate: int) -> Any:
    """
    Decode our own sound file to interleaved stereo float32, at its own rate.
    """
    return graphs.input(url(source)).output(
        "pipe:", map="0:a:0", format="f32le", ac=2, ar=rate, threads=1
    )
