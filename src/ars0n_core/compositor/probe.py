"""
What a media file is, read from what ffmpeg says of it: the wheel has no ffprobe.

Start at `probe`; `parse` is pure.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core.compositor import boxes, ffmpeg, streams
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import FRAME_RATE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group

PROBE_SECONDS: Final = 30.0
REPORT_BYTES_MAX: Final = 256 << 10

STREAM: Final = re.compile(r"^ {2,}Stream #0:(\d+)\S*: (Video|Audio): (.*)$", re.MULTILINE)
"""
Set in further where streams belong together: pictures and their time code, say.
"""

MAPPING: Final = re.compile(r"^Stream mapping:$", re.MULTILINE)
"""
What a process that makes something says after it has told of its input.
"""

DURATION: Final = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)", re.MULTILINE)
ROTATION: Final = re.compile(r"rotation of (-?\d+(?:\.\d+)?) degrees")
SIZE: Final = re.compile(r", (\d+)x(\d+)(?: \[SAR (\d+):(\d+) DAR \d+:\d+\])?")
PIXELS: Final = re.compile(r", (\w+)\(([^)]*)\)|, (\w+)(?=, \d+x\d+)")
ALPHA_MODE: Final = re.compile(r"^ +alpha_mode +: 1\s*$", re.MULTILINE)
ALPHA_DECODERS: Final = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
"""
WebM keeps what can be seen through beside the pictures, where ffmpeg's own decoders don't look:
what they show there is what an encoder found cheapest.
"""

DOLBY: Final = re.compile(r"DOVI configuration record:.*?\bprofile: (\d+)(?:.*?\bid: (\d+))?")
DOLBY_ALONE: Final = 5
"""
The profile of Dolby Vision whose pictures are in colours of its own (IPT-PQ-c2), as are those of
any that says it is compatible with nothing (0): other players show them green and violet.
"""

EVEN_WITHIN: Final = 0.01
"""
How far the rate of all pictures is from that of each where they are even.
"""

MATRICES: Final = frozenset(
    {"bt709", "bt470bg", "smpte170m", "bt2020nc", "bt2020c", "gbr", "fcc", "smpte240m"}
)


@frozen(kw_only=True)
class VideoFacts:
    """
    One picture stream. ``width`` x ``height`` is as stored; ``rotation`` in degrees says how
    it is turned before it is shown. Colour words are ffmpeg's, "" where nothing is said.
    ``is_uneven``: its pictures stand for different times;
    ``decoder`` is what must decode it, "" for any; ``dolby_vision`` the profile of which there is
    no picture for other players, 0 else. ``can_be_entered``: it comes at the film's rate from the file's very start, so that a moment
    in the middle can be decoded without what is before it. ``is_told``: its header tells a decoder
    all that it must know.
    """

    codec: str
    width: int
    height: int
    fps: float
    rotation: int = 0
    pixel_aspect: tuple[int, int] = (1, 1)
    pixel_format: str = ""
    full_range: bool = False
    matrix: str = ""
    primaries: str = ""
    transfer: str = ""
    is_cover: bool = False
    is_interlaced: bool = False
    is_uneven: bool = False
    decoder: str = ""
    dolby_vision: int = 0
    can_be_entered: bool = False
    is_told: bool = False

    @property
    def shown(self) -> tuple[int, int]:
        """
        Width and height after rotation and with square pixels.
        """
        across, down = self.pixel_aspect
        width = round(self.width * across / down)
        turned = self.rotation % 180 == 90  # noqa: PLR2004 - a quarter turn
        return (self.height, width) if turned else (width, self.height)


@frozen(kw_only=True)
class AudioFacts:
    """
    One sound stream.
    """

    codec: str
    rate: int
    layout: str


@frozen(kw_only=True)
class MediaFacts:
    """
    A file: its container (ffmpeg's names), length if it says, and its streams.
    """

    container: str
    duration_seconds: float | None
    video: tuple[VideoFacts, ...] = ()
    audio: tuple[AudioFacts, ...] = ()


def parse(report: str) -> MediaFacts | None:
    """
    Return what ``ffmpeg -i`` reports, or None if it opened nothing.
    """
    opened = re.search(r"^Input #0, (\S+), from ", report, re.MULTILINE)
    if opened is None:
        return None
    length = DURATION.search(report)
    seconds = None
    if length is not None:
        hours, minutes, rest = length.groups()
        seconds = int(hours) * 3600 + int(minutes) * 60 + float(rest)
    # One that belongs to several groups is listed with each.
    found = list({match[1]: match for match in reversed([*STREAM.finditer(report)])}.values())
    found.sort(key=lambda match: match.start())
    video: list[VideoFacts] = []
    audio: list[AudioFacts] = []
    ends = [match.start() for match in found[1:]] + [len(report)]
    for match, end in zip(found, ends, strict=False):  # a container may hold no stream
        tail = report[match.end() : end]
        if match[2] == "Audio":
            sound = _audio(match[3])
            if sound is not None:
                audio.append(sound)
        elif (picture := _video(match[3], tail)) is not None:
            video.append(picture)
    return MediaFacts(
        container=opened[1], duration_seconds=seconds, video=tuple(video), audio=tuple(audio)
    )


def _audio(line: str) -> AudioFacts | None:
    rate = re.search(r", (\d+) Hz, ([^,]+)", line)
    if rate is None:
        return None
    return AudioFacts(
        codec=line.split(" ", maxsplit=1)[0].rstrip(","), rate=int(rate[1]), layout=rate[2]
    )


def _video(line: str, tail: str) -> VideoFacts | None:
    size = SIZE.search(line)
    if size is None:
        return None
    rate = re.search(r", (\d+(?:\.\d+)?)(k?) fps", line) or re.search(
        r", (\d+(?:\.\d+)?)(k?) tbr", line
    )
    fps = float(rate[1]) * (1000 if rate[2] else 1) if rate else 0.0
    turn = ROTATION.search(tail)
    pixels = PIXELS.search(line)
    words = [word.strip() for word in re.split(r"[,/]", pixels[2] or "")] if pixels else []
    matrix, primaries, transfer = _colors(pixels[2] or "" if pixels else "")
    across, down = int(size[3] or 1), int(size[4] or 1)
    codec = line.split(" ", maxsplit=1)[0].rstrip(",")
    decoder = alpha_decoder(codec, tail)
    return VideoFacts(
        codec=codec,
        width=int(size[1]),
        height=int(size[2]),
        fps=fps,
        rotation=round(float(turn[1])) % 360 if turn else 0,
        pixel_aspect=(across, down) if across and down else (1, 1),
        pixel_format="yuva420p" if decoder else (pixels[1] or pixels[3] or "") if pixels else "",
        full_range="pc" in words,
        matrix=matrix,
        primaries=primaries,
        transfer=transfer,
        is_cover="(attached pic)" in line,
        is_interlaced=any(word.startswith(("top ", "bottom ")) for word in words),
        is_uneven=is_uneven(line),
        decoder=decoder,
        dolby_vision=dolby_alone(tail),
    )


def is_uneven(line: str) -> bool:
    """
    Whether a picture stream's pictures come at uneven times, by what ffmpeg says of it: then one
    may stand for seconds (a recorded screen on which nothing happens).

    >>> is_uneven("h264, 320x180, 3.33 fps, 30 tbr"), is_uneven("h264, 320x180, 24 fps, 24 tbr")
    (True, False)
    """
    rates = [re.search(rf", (\d+(?:\.\d+)?)(k?) {name}", line) for name in ("fps", "tbr")]
    fps, tbr = (float(r[1]) * (1000 if r[2] else 1) if r else 0.0 for r in rates)
    return abs(fps - tbr) > EVEN_WITHIN * tbr > 0


def alpha_decoder(codec: str, said: str) -> str:
    """
    Return the decoder that a stream of *codec* takes of which ffmpeg *said* that it can be seen
    through; "" where any does.

    >>> alpha_decoder("vp9", "      alpha_mode      : 1")
    'libvpx-vp9'
    """
    return ALPHA_DECODERS.get(codec, "") if ALPHA_MODE.search(said) else ""


def dolby_alone(said: str) -> int:
    """
    Return the profile of Dolby Vision that no other player shows right, 0 where ffmpeg *said* of
    none.

    >>> record = "DOVI configuration record: version: 1.0, profile: {}, compatibility id: {}"
    >>> dolby_alone(record.format(5, 0)), dolby_alone(record.format(8, 4))
    (5, 0)
    """
    found = DOLBY.search(said)
    if found is None:
        return 0
    profile = int(found[1])
    alone = profile == DOLBY_ALONE if found[2] is None else int(found[2]) == 0
    return profile if alone else 0


NO_DOLBY: Final = (
    "Dolby Vision of profile {} alone, whose colours only its own players know: "
    "export it as HDR10, HLG or BT.709"
)
NO_ALPHA: Final = (
    "{} that can be seen through, and this ffmpeg was built without {}: "
    "export it as ProRes 4444 or without transparency"
)


def _colors(words: str) -> tuple[str, str, str]:
    """
    Return (matrix, primaries, transfer) from the words in a pixel format's brackets.
    """
    for word in (part.strip() for part in words.split(",")):
        parts = word.split("/")
        if len(parts) == 3:  # noqa: PLR2004 - matrix, primaries, transfer
            matrix, primaries, transfer = ("" if part == "unknown" else part for part in parts)
            return matrix, primaries, transfer
        if word in MATRICES:
            return word, word, word
    return "", "", ""


def probe(
    path: Path, *, binary: Ffmpeg, media: str | None = None, group: Group | None = None
) -> MediaFacts:
    """
    Return what the file at *path* is, without decoding it; *media* is its name where it is to be
    shown.

    Raises:
        CompositorError: ffmpeg can't open it, or can't show it as it was meant; *media* is named.
    """
    args = [binary.path, "-hide_banner", "-nostdin"]
    for name, value in ffmpeg.foreign_options().items():
        args += [f"-{name}", value]
    args += ["-i", ffmpeg.url(path)]
    return facts_of(_complaints(args, group), path, binary=binary, media=media)


def facts_of(report: str, path: Path, *, binary: Ffmpeg, media: str | None = None) -> MediaFacts:
    """
    Return what the file at *path* is by the *report* of a process that opened it as its only
    input; what it says of its output is not read.

    Raises:
        CompositorError: As `probe`.
    """
    facts = parse(MAPPING.split(report, maxsplit=1)[0])
    if facts is None:
        raise CompositorError(f"{media or path.name} can't be opened as media", media=media)
    if media is not None:
        _require_shown(facts, media, binary)
    if facts.video and facts.video[0].codec == "h264":
        told = boxes.tells_pictures(path)
        facts = evolve(facts, video=(evolve(facts.video[0], is_told=told), *facts.video[1:]))
    if any(video.fps == FRAME_RATE for video in facts.video) and _is_steady(path):
        facts = evolve(
            facts,
            video=(evolve(facts.video[0], can_be_entered=True), *facts.video[1:]),
        )
    return facts


def _require_shown(facts: MediaFacts, media: str, binary: Ffmpeg) -> None:
    for video in facts.video:
        if video.dolby_vision:
            message = f"{media} is {NO_DOLBY.format(video.dolby_vision)}"
            raise CompositorError(message, media=media)
        if video.decoder and not binary.has("libvpx"):
            message = f"{media} is {NO_ALPHA.format(video.codec.upper(), 'libvpx')}"
            raise CompositorError(message, media=media)


def _is_steady(path: Path) -> bool:
    """
    Whether the file at *path* is MP4, its first track pictures of which one is shown in every
    frame of a film, from the file's start on, where a key picture stands.
    """
    try:
        stream = streams.read(path)
        edits, times = stream.boxes.get(b"elst"), stream.boxes[b"stts"]
        runs, _, ticks = struct.unpack_from(">III", times, 4)
    except (CompositorError, OSError, KeyError, struct.error):
        return False
    return (
        stream.boxes.get(b"hdlr", b"")[8:12] == b"vide"
        and (edits is None or struct.unpack_from(">I", edits, 4)[0] == 1)
        and runs == 1
        and stream.timescale == ticks * FRAME_RATE
        and stream.shown[0] == 0
        and stream.keys[:1].tolist() == [0]
    )


def _complaints(args: Sequence[str], group: Group | None) -> str:
    """
    Return all that ffmpeg says: asked for no output, it reports its input and ends with 1.
    """
    with ffmpeg.Process(
        args, timeout_seconds=PROBE_SECONDS, group=group, tail_bytes=REPORT_BYTES_MAX
    ) as process:
        return process.report()
