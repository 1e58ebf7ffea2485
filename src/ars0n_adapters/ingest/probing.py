"""
What ffmpeg says of a foreign file, and the options that keep it to that file.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import ffmpeg
from attrs import evolve, frozen

from ars0n_adapters.ingest import confined
from ars0n_core.compositor import ffmpeg as engine
from ars0n_core.compositor import probe

if TYPE_CHECKING:
    from pathlib import Path

DEMUXERS: Final = {
    "mp4": "mov",
    "mov": "mov",
    "m4a": "mov",
    "webm": "matroska",
    "mp3": "mp3",
    "wav": "wav",
    "ogg": "ogg",
    "aac": "aac",
}
"""
The one reader each format gets: no guessing, so a playlist never reads other files.
"""

DECODERS: Final = (
    "h264,hevc,vp8,vp9,libvpx,libvpx-vp9,libdav1d,libaom-av1,av1,mpeg4,mpeg2video,prores,mjpeg,dnxhd,h263,theora,"
    "png,qtrle,dvvideo,"
    "aac,aac_latm,mp3,mp3float,mp2,mp2float,mp1float,opus,libopus,vorbis,libvorbis,flac,alac,"
    "ac3,eac3,speex,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_u8,pcm_s8,"
    "pcm_f32le,pcm_f32be,pcm_f64le,pcm_alaw,pcm_mulaw,adpcm_ms,adpcm_ima_wav"
)

PROBE_LIMITS: Final = confined.Limits(cpu_seconds=20, wall_seconds=40)


@frozen(kw_only=True)
class Probed:
    """
    What was found. ``width`` and ``height`` are of the upright picture in square pixels,
    ``stored`` in the file's own; ``turned`` whether it is stored lying; ``is_uneven`` whether its
    pictures stand for different times. ``video`` and ``audio``
    say whether there is such a stream (a cover is no video), ``codec`` what the picture's is,
    ``decoder`` what must decode it ("": any), and ``dolby_vision`` the profile of which there is
    no picture for other players, 0 else.
    """

    video: bool
    audio: bool
    duration_seconds: float | None
    width: int = 0
    height: int = 0
    matrix: str = ""
    primaries: str = ""
    transfer: str = ""
    pixel_format: str = ""
    full_range: bool = False
    stored: tuple[int, int] = (0, 0)
    turned: bool = False
    codec: str = ""
    is_uneven: bool = False
    decoder: str = ""
    dolby_vision: int = 0


def opened(source: Path, format_: str, **more: Any) -> Any:
    """
    Return *source* as an ffmpeg-python input that reads this one file in this one format.
    """
    demuxer = DEMUXERS[format_]
    options = {
        "f": demuxer,
        "protocol_whitelist": "file",
        "format_whitelist": demuxer,
        "codec_whitelist": DECODERS,
        "max_streams": 16,
        "probesize": "5M",
        "analyzeduration": "5M",
        "max_alloc": str(512 << 20),
        **more,
    }
    return ffmpeg.input(engine.url(source), **options)


def probed(source: Path, format_: str, binary: engine.Ffmpeg, stream: str) -> Probed | None:
    """
    Decode the first frame of *stream* ("V:0", "a:0") and return what there is; None if it
    can't be decoded at all.
    """
    facts = _probed(source, format_, binary, stream, "")
    if facts is not None and facts.decoder and binary.has("libvpx"):
        return _probed(source, format_, binary, stream, facts.decoder)
    return facts


def _probed(
    source: Path, format_: str, binary: engine.Ffmpeg, stream: str, decoder: str
) -> Probed | None:
    by = {"vcodec": decoder} if decoder else {}
    graph = opened(source, format_, t=5, **by).output(
        "-", f="null", map=f"0:{stream}", map_metadata=-1, **{f"frames:{stream[0].lower()}": 1}
    )
    ended = confined.run(engine.arguments(binary, graph, loglevel="info"), PROBE_LIMITS)
    said, _, output = ended.stderr.partition("Output #0")
    streams = re.findall(r"^ +Stream #0:\S+ (?:.*)(Video|Audio): (.*)$", said, re.MULTILINE)
    duration = re.search(r"^ +Duration: (\d+):(\d\d):(\d\d\.\d+)", said, re.MULTILINE)
    picture = next((line for kind, line in streams if kind == "Video"), "")
    codec = "".join(picture.split()[:1]).rstrip(",")
    facts = Probed(
        video=any(kind == "Video" and "(attached pic)" not in line for kind, line in streams),
        audio=any(kind == "Audio" for kind, _ in streams),
        duration_seconds=_seconds(duration),
        turned="rotation of" in said,
        codec=codec,
        is_uneven=probe.is_uneven(picture),
        decoder=probe.alpha_decoder(codec, said),
        dolby_vision=probe.dolby_alone(said),
    )
    if ended.code != 0:
        return facts if streams else None
    return _with_picture(facts, output)


def _seconds(found: re.Match[str] | None) -> float | None:
    if found is None:
        return None
    return int(found[1]) * 3600 + int(found[2]) * 60 + float(found[3])


def _with_picture(facts: Probed, output: str) -> Probed:
    line = re.search(
        r"Video: wrapped_avframe, (\w+)(?:\(([^)]*)\))?.*?, (\d+)x(\d+)(?: \[SAR (\d+):(\d+))?",
        output,
    )
    if line is None:
        return facts
    across, down = int(line[5] or 1) or 1, int(line[6] or 1) or 1
    matrix, primaries, transfer = _colors(line[2] or "")
    return evolve(
        facts,
        width=max(1, round(int(line[3]) * across / down)),
        height=int(line[4]),
        matrix=matrix,
        primaries=primaries,
        transfer=transfer,
        pixel_format=line[1],
        full_range=(line[2] or "").startswith("pc"),
        stored=(int(line[3]), int(line[4])),
    )


def _colors(words: str) -> tuple[str, str, str]:
    """
    Return matrix, primaries and transfer from ffmpeg's "tv, bt709, progressive" or
    "tv, bt2020nc/bt2020/smpte2084"; "" for what it does not know.
    """
    for word in (part.strip() for part in words.split(",")):
        parts = word.split("/")
        if len(parts) == 3:  # noqa: PLR2004 - matrix, primaries, transfer
            matrix, primaries, transfer = ("" if part == "unknown" else part for part in parts)
            return matrix, primaries, transfer
        if word.startswith(("bt", "smpte", "fcc", "ycgco", "gbr", "film")):
            return word, word, word
    return "", "", ""
