"""
What ffmpeg is asked to do, as ffmpeg-python graphs; nothing here runs.

Every output is bit-exact: no dates, no library versions, no metadata of the sources.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import ffmpeg as graphs
from attrs import frozen

from ars0n_core.compositor import conversions, levels
from ars0n_core.compositor.ffmpeg import foreign_options, url
from ars0n_core.timelines import FRAME_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from fractions import Fraction
    from pathlib import Path

    from ars0n_core.compositor.probe import VideoFacts

CLEAN: Final = {"fflags": "+bitexact", "map_metadata": -1, "map_chapters": -1}
"""
The same input gives the same bytes, and nothing of a source's metadata passes.
"""

PICTURES: Final = "V:0"
"""
The pictures of a file: a cover is none, though it may come first.
"""

BITRATE: Final = "192k"
"""
Of MP3, where nothing else is asked.
"""

EVEN_QUALITY: Final = {"q:a": 2.5, "cutoff": 18_500, "aac_is": 0, "aac_pns": 0}
"""
AAC where no bit rate is asked: the same quality throughout, some 200 kbit/s for a voice over music,
150 for a voice alone, 260 for dense music. Nothing is parametric: neither noise nor the place of a
sound is made up by the decoder.
"""


FEWER: Final = "asetnsamples=n=4800:p=0"
"""
Decoded sound in parts of a tenth of a second: each costs a turn of three of ffmpeg's threads, and
codecs give five times as many.
"""


def decode_sound(source: Path, *, rate: int, channels: int, seconds_max: float) -> Any:
    """
    Decode the first sound of a file to interleaved float32 on standard output.
    """
    return (
        graphs.input(url(source), t=f"{seconds_max:.6f}", **foreign_options())
        .output("pipe:", map="0:a:0", format="f32le", ac=channels, ar=rate, threads=1, af=FEWER)
    )  # fmt: skip


def encode_sound(target: Path, *, rate: int, bitrate: str | None = None) -> Any:
    """
    Encode interleaved stereo float32 from standard input: AAC in MP4, MP3, or 16-bit WAVE,
    by the *target*'s suffix; without a *bitrate* at even quality.

    AAC's default coder takes four times as long as the fast one and measured worse at these
    bit rates; meeting a bit rate packet by packet takes up to twice as long as even quality, and
    measured no better where both took as many bits. The length is exact after decoding: MP4 keeps
    the encoder's delay in its edit list, MP3 in its LAME tag.
    """
    options: dict[str, Any] = {"flags:a": "+bitexact", **CLEAN}
    if target.suffix == ".mp3":
        options |= {
            "format": "mp3", "acodec": "libmp3lame", "write_xing": 1, "id3v2_version": 0,
            "abr": 0, "reservoir": 1, "audio_bitrate": bitrate or BITRATE,
        }  # fmt: skip
    elif target.suffix == ".wav":
        options |= {"format": "wav", "acodec": "pcm_s16le"}
    else:
        options |= {"format": "ipod", "acodec": "aac", "aac_coder": "fast", "profile:a": "aac_low"}
        options |= EVEN_QUALITY if bitrate is None else {"audio_bitrate": bitrate}
    return (
        graphs.input("pipe:", format="f32le", ar=rate, ac=2)
        .output(url(target), **options)
    )  # fmt: skip


def decode_again(source: Path, *, rate: int) -> Any:
    """
    Decode our own sound file to interleaved stereo float32, at its own rate.
    """
    return graphs.input(url(source)).output(
        "pipe:", map="0:a:0", format="f32le", ac=2, ar=rate, threads=1, af=FEWER
    )


QUEUED: Final = 1
"""
Raw frames waiting between ffmpeg's threads; its default of 8 costs 10 MB in each process.
"""

SEEK_FRAMES: Final = 60
"""
From here on a source is entered at a key frame instead of being decoded from its start.
"""

SEEK_ROOM: Final = 6
"""
Frames decoded before the first one wanted, so that the rate filter has settled on it.
"""

HELD_FRAMES: Final = 3
"""
How many frames a source may fall short of what it said: its last picture stands that long.
"""


@frozen(kw_only=True)
class Strip:
    """
    ``tall`` rows from ``top`` on of a picture brought to ``size``.
    """

    size: tuple[int, int]
    top: int
    tall: int


def decode_picture(
    source: Path,
    facts: VideoFacts,
    *,
    size: tuple[int, int],
    first: int,
    frames: int,
    can_map_tones: bool = True,
) -> Any:
    """
    Decode *frames* frames of footage from *first* on (counted at 30 a second), as raw
    yuv420p of *size*: upright, filled to the edges, BT.709 limited range.

    Which picture stands for a frame never depends on *first*: footage whose every picture is
    where it is looked for may be entered in the middle, other footage is counted from the first
    picture that decodes. A picture of another size in the middle of it is scaled like the rest.
    """
    enters = first >= SEEK_FRAMES and facts.can_be_entered
    entry = first - SEEK_ROOM if enters else 0
    filters = conversions.conforming(facts, size, can_map_tones=can_map_tones)
    options: dict[str, Any] = {"threads": 1, **foreign_options()}
    if facts.decoder:
        options["vcodec"] = facts.decoder
    if (
        filters
        and filters[0][0] in conversions.SCALERS
        and not (facts.rotation or facts.is_interlaced)
    ):
        options["reinit_filter"] = 0  # begun anew, the rate filter would count from 0 again
    if facts.is_told:
        options["nofind_stream_info"] = None
    if entry:
        options["ss"] = f"{entry / FRAME_RATE:.6f}"
    stream = graphs.input(url(source), **options)[PICTURES]
    if facts.is_interlaced:
        stream = stream.filter("bwdif", mode="send_frame")
    if not facts.can_be_entered:
        stream = stream.filter("setpts", "PTS-STARTPTS")
    timing: list[tuple[str, dict[str, Any]]] = [
        ("fps", {"fps": FRAME_RATE, "start_time": 0}),
        ("tpad", {"stop_mode": "clone", "stop": HELD_FRAMES}),
    ]
    if first - entry:
        timing.append(("trim", {"start_frame": first - entry}))
    # A picture that stands for seconds is brought to size once: its copies take no memory.
    for name, settings in filters + timing if facts.is_uneven else timing + filters:
        stream = stream.filter(name, **settings)
    return graphs.output(
        stream, "pipe:", format="rawvideo", pix_fmt="yuv420p", fps_mode="passthrough",
        thread_queue_size=QUEUED, **{"frames:v": frames},
    )  # fmt: skip


DEBLOCK: Final = "-2,0"
"""
How much less than x264's usual the edges of blocks are smoothed: film's grain and texture survive,
and the same quality takes slightly fewer bytes.
"""


def encode_segment(
    target: Path,
    *,
    size: tuple[int, int],
    frames: int,
    preset: str,
    crf: float,
    tells_frames: bool = True,
) -> Any:
    """
    Encode raw yuv420p frames from standard input as a stream of its own: one x264 thread, so
    that neither bytes nor headers depend on the machine; no open groups of pictures, so that
    it can stand beside any other; the encoder's note of its settings left out. Whatever is
    filmed, a decoder of the level it is marked with can follow. A line on standard output for
    each picture that the encoder takes up, if it *tells_frames*.
    """
    width, height = size
    most = levels.rate_max(width, height, FRAME_RATE)
    kept = f":vbv-maxrate={most}:vbv-bufsize={most}" if most is not None else ""
    tags = {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709"}
    return (
        graphs.input(
            "pipe:", format="rawvideo", pix_fmt="yuv420p", s=f"{width}x{height}",
            framerate=FRAME_RATE, thread_queue_size=QUEUED,
        )
        .video.filter("setparams", range="tv", **tags)
        .filter("setsar", sar=1)
        .output(
            url(target), format="mp4", vcodec="libx264", preset=preset, crf=crf, threads=1,
            pix_fmt="yuv420p", video_track_timescale=FRAME_RATE * 512,
            **{
                "profile:v": "high", "frames:v": frames, "flags:v": "+bitexact+cgop",
                "x264-params": f"stitchable=1:open-gop=0:deblock={DEBLOCK}{kept}", "bsf:v": "filter_units=remove_types=6",
            },
            **({"stats_enc_pre": "pipe:1", "stats_enc_pre_fmt": "{n}"} if tells_frames else {}),
            **CLEAN,
        )
    )  # fmt: skip


MIXED_BELOW: Final = 0.99
"""
Of our rate: what is closer loses a picture too seldom for its motion to look uneven.
"""


def encode_again(
    source: Path,
    target: Path,
    *,
    size: tuple[int, int],
    rate: Fraction,
    frames: int,
    level: int,
    gop: int,
    options: dict[str, Any],
    is_constant: bool,
    resized: bool,
) -> Any:
    """
    Encode the pictures of our own film once more: *level* in tenths, closed groups of *gop*
    frames, *options* for the bit rate; a constant one is filled up where the picture is easy.

    At a rate like ours (29.97) every picture stays itself, and once in 33 s one is left out. A
    slower one would leave out one in six, which is seen as a jerk: there neighbours are mixed,
    but not over a cut.
    """
    stream = graphs.input(url(source)).video
    if rate != FRAME_RATE:
        wanted = f"{rate.numerator}/{rate.denominator}"
        if rate < FRAME_RATE * MIXED_BELOW:
            stream = stream.filter("framerate", fps=wanted)
        else:
            stream = stream.filter("fps", fps=wanted, start_time=0)
        stream = stream.filter("tpad", stop_mode="clone", stop=1)
    if resized:
        stream = stream.filter("scale", w=size[0], h=size[1], flags="lanczos+accurate_rnd")
    tags = {"color_primaries": "bt709", "color_trc": "bt709", "colorspace": "bt709"}
    stream = stream.filter("setparams", range="tv", **tags).filter("setsar", sar=1)
    private = "open-gop=0" + (":nal-hrd=cbr:filler=1" if is_constant else "")
    return stream.output(
        url(target), format="mp4", vcodec="libx264", preset="veryfast", threads=1,
        pix_fmt="yuv420p", video_track_timescale=rate.numerator * (512 if rate == int(rate) else 1),
        level=f"{level / 10:.1f}", g=gop, fps_mode="passthrough",
        **{"profile:v": "high", "frames:v": frames, "flags:v": "+bitexact+cgop",
           "x264-params": private, "bsf:v": "filter_units=remove_types=6"},
        **options, **CLEAN,
    )  # fmt: skip


def glance(source: Path, *, size: tuple[int, int], strip: Strip | None = None) -> Any:
    """
    Decode every picture of a file, small, as raw yuv420p; any fault in it is an error. With a
    *strip*, each comes as rows of luma: the strip's, and below it the small picture's, its colour
    differences beside it.
    """
    small = {"w": size[0], "h": size[1], "flags": "area", "out_range": "tv"}
    stream = graphs.input(url(source), err_detect="explode", **foreign_options())["v:0"]
    pix_fmt = "yuv420p"
    if strip is not None:
        both = stream.filter_multi_output("split")
        planes = (
            both.stream(0).filter("scale", **small, out_color_matrix="bt709")
            .filter("format", pix_fmts=pix_fmt).filter_multi_output("extractplanes", planes="y+u+v")
        )  # fmt: skip
        padded = [planes.stream(n).filter("pad", w=size[0] // 2, h=size[1]) for n in (1, 2)]
        beside = graphs.filter([planes.stream(0), *padded], "hstack", inputs=3)
        rows = (
            both.stream(1)
            .filter("scale", w=strip.size[0], h=strip.size[1], flags="bicubic", out_range="tv")
            .filter("format", pix_fmts=pix_fmt).filter("extractplanes", planes="y")
            .filter("crop", w=strip.size[0], h=strip.tall, x=0, y=strip.top, exact=1)
        )  # fmt: skip
        wide = max(strip.size[0], 2 * size[0])
        parts = [part.filter("pad", w=wide, h="ih") for part in (rows, beside)]
        stream, pix_fmt = graphs.filter(parts, "vstack"), "gray"
    else:
        stream = stream.filter("scale", **small, out_color_matrix="bt709")
    return stream.output(
        "pipe:", format="rawvideo", pix_fmt=pix_fmt, fps_mode="passthrough"
    ).global_args("-xerror")


def strip(source: Path, *, size: tuple[int, int], top: int, height: int, frames: int) -> Any:
    """
    Decode the first *frames* pictures of a film as raw luma: *height* rows from *top* on, of
    *size*.
    """
    width = size[0]
    return (
        graphs.input(url(source), **foreign_options())["v:0"]
        .filter("scale", w=width, h=size[1], flags="bicubic", out_range="tv")
        .filter("format", pix_fmts="yuv420p")
        .filter("crop", w=width, h=height, x=0, y=top, exact=1)
        .filter("extractplanes", planes="y")
        .output("pipe:", format="rawvideo", pix_fmt="gray", fps_mode="passthrough",
                **{"frames:v": frames})
    )  # fmt: skip


def chosen(
    source: Path, frames: Sequence[int], *, size: tuple[int, int], fps: float = FRAME_RATE
) -> Any:
    """
    Decode the given *frames* (counted from 0, in order) of a film of *fps*, BT.709, at *size*, as
    raw RGB.
    """
    return (
        _picked(source, frames, fps)
        .filter("scale", w=size[0], h=size[1], flags="area+accurate_rnd", in_color_matrix="bt709",
                in_range="tv")
        .output("pipe:", format="rawvideo", pix_fmt="rgb24", fps_mode="passthrough",
                **{"frames:v": len(frames)})
    )  # fmt: skip


def _picked(source: Path, frames: Sequence[int], fps: float) -> Any:
    first = frames[0] if frames and frames[0] >= SEEK_FRAMES else 0
    # Half a frame before the first one: a time of its own would be rounded to either side.
    entry = {"ss": f"{(first - 0.5) / fps:.6f}"} if first else {}
    wanted = _any([f"eq(n,{frame - first})" for frame in frames])
    return graphs.input(url(source), **entry, **foreign_options())["v:0"].filter("select", wanted)


def _any(terms: Sequence[str]) -> str:
    """
    Return the sum of *terms* in brackets within brackets: ffmpeg refuses a hundred in a row.

    >>> _any(["a", "b", "c"])
    '(a+(b+c))'
    """
    if len(terms) < 2:  # noqa: PLR2004 - nothing to add
        return terms[0] if terms else "0"
    half = len(terms) // 2
    return f"({_any(terms[:half])}+{_any(terms[half:])})"


def poster(source: Path, target: Path) -> Any:
    """
    Write the first frame of our own segment *source* as a JPEG, in JPEG's BT.601.
    """
    return (
        graphs.input(url(source), threads=1, skip_frame="nokey", nofind_stream_info=None)
        .video.filter("scale", in_color_matrix="bt709", out_color_matrix="bt601", in_range="tv",
                out_range="pc", flags="lanczos+accurate_rnd")
        .output(url(target), format="image2", vcodec="mjpeg", pix_fmt="yuvj420p", update=1,
                **{"frames:v": 1, "q:v": 2, "flags:v": "+bitexact"}, **CLEAN)
    )  # fmt: skip


def key_pictures(
    source: Path,
    *,
    size: tuple[int, int],
    pictures: int,
    keys_only: bool = True,
) -> Any:
    """
    Decode only the first key *pictures* of footage, small, as raw RGB: what it looks like at a
    glance. Without *keys_only* all is decoded, and the first picture of each second is taken.
    """
    width, height = size
    options: dict[str, Any] = {"skip_frame": "nokey"} if keys_only else {}
    pictured = graphs.input(url(source), threads=1, **options, **foreign_options())[PICTURES]
    if not keys_only:
        pictured = pictured.filter("select", "isnan(prev_selected_t)+gte(t-prev_selected_t,0.99)")
    return (
        pictured.filter("scale", w=width, h=height, flags="area",
                        force_original_aspect_ratio="increase")
        .filter("crop", w=width, h=height)
        .output("pipe:", format="rawvideo", pix_fmt="rgb24", fps_mode="passthrough",
                **{"frames:v": pictures})
    )  # fmt: skip


def patience(frames: int) -> float:
    """
    Return how many seconds a process that works through so many frames may live: a machine a
    hundred times slower than ours would still make it.
    """
    return 120.0 + 2.0 * frames
