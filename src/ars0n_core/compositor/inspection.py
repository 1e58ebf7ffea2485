"""
What a finished file is, measured on the file: nothing is believed of how it was made.

**Owns** reading and decoding. **Does not own** what is right (`certificate`).
**Invariants**: counts are of what a decoder delivers; loudness is of decoded sound; the
file is only read.

Start at `inspect`.
"""

from __future__ import annotations

import hashlib
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from ars0n_core.compositor import (
    commands,
    containers,
    ffmpeg,
    legibility,
    levels,
    mastering,
    parameters,
    probe,
    streams,
)
from ars0n_core.compositor.ffmpeg import Group
from ars0n_core.compositor.flashes import Counter
from ars0n_core.compositor.loudness import Loudness
from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path
    from typing import BinaryIO

    from ars0n_core.compositor.containers import Track
    from ars0n_core.compositor.ffmpeg import Ffmpeg
    from ars0n_core.compositor.legibility import Watch
    from ars0n_core.compositor.placements import Placed
    from ars0n_core.compositor.probe import AudioFacts, VideoFacts
    from ars0n_core.compositor.subtitles import Subtitle

SECONDS_MAX: Final = 600.0
"""
Ten times the longest ad: what lasts longer is another kind of file.
"""

GLANCE: Final = (64, 64)
H264_PROFILES: Final = {66: "Baseline", 77: "Main", 88: "Extended", 100: "High", 110: "High 10"}
IDR: Final = 5
SEQUENCE: Final = 7
"""
NAL unit types of a picture that nothing after it looks behind, and of what a decoder is set up by
(ITU-T H.264, table 7-1).
"""


@frozen(kw_only=True)
class PictureMeasured:
    """
    The picture stream; ``kbps`` without the container; ``level_needed`` by what is in it, whatever
    it says of itself; ``parameter_sets`` how many ways a decoder is set up; ``signal`` is what the stream says of its colours, ``colors`` may be the
    container's word; None where it isn't told.
    """

    codec: str
    profile: str | None
    level: int | None
    level_needed: int | None
    width: int
    height: int
    pixel_format: str
    full_range: bool
    colors: tuple[str, str, str]
    signal: tuple[int, int, int, bool] | None
    pixel_aspect: tuple[int, int]
    is_upright: bool | None
    is_interlaced: bool
    starts_seconds: float | None
    rate: Fraction | None
    frames: int
    key_gap_seconds_max: float | None
    closed_groups: bool | None
    parameter_sets: int | None
    kbps: float | None
    flashes_a_second_max: int
    red_flashes_a_second_max: int
    fault: str | None
    caption_contrast_min: float | None = None
    caption_outside_max: float | None = None
    placed: dict[str, float] | None = None


@frozen(kw_only=True)
class SoundMeasured:
    """
    The sound stream, decoded; ``kbps`` without the container where it tells.
    """

    codec: str
    rate: int
    layout: str
    samples: int
    kbps: float | None
    starts_seconds: float | None
    loudness: Loudness


@frozen(kw_only=True)
class Measured:
    """
    A file as it is.
    """

    sha256: str
    size_bytes: int
    container: str
    index_first: bool | None
    picture: PictureMeasured | None
    sound: SoundMeasured | None
    streams: tuple[str, ...]


def inspect(
    path: Path,
    *,
    binary: Ffmpeg,
    shown: Sequence[Subtitle] | None = None,
    placed: Sequence[Placed] | None = None,
) -> Measured:
    """
    Measure the file at *path*; *shown* are the captions that stand in its picture, *placed* what
    else was laid over it.

    Raises:
        CompositorError: It is no media file, or longer than an ad can be.
    """
    with Group() as group:
        try:
            facts = probe.probe(path, binary=binary, group=group)
            size_bytes = path.stat().st_size
            with path.open("rb") as source:
                sha256 = hashlib.file_digest(source, "sha256").hexdigest()
        except OSError as error:
            raise CompositorError(f"{path.name} can't be read: {error.strerror}") from error
        if (facts.duration_seconds or 0) > SECONDS_MAX:
            raise CompositorError(f"{path.name} lasts longer than {SECONDS_MAX:g} s: no ad")
        is_mp4 = "mp4" in facts.container.split(",")
        tracks, first = containers.read(path) if is_mp4 else ((), None)
        seen = [video for video in facts.video if not video.is_cover]
        picture = None
        if seen:
            picture = _picture(path, seen[0], tracks, binary, group, shown or (), placed)
        sound = None
        if facts.audio:
            sound = _sound(path, facts.audio[0], tracks, size_bytes, binary, group)
    return Measured(
        sha256=sha256, size_bytes=size_bytes, container=facts.container, index_first=first,
        picture=picture, sound=sound, streams=("picture",) * len(seen) + ("sound",) * len(facts.audio),
    )  # fmt: skip


def _picture(
    path: Path,
    facts: VideoFacts,
    tracks: tuple[Track, ...],
    binary: Ffmpeg,
    group: Group,
    shown: Sequence[Subtitle],
    placed: Sequence[Placed] | None,
) -> PictureMeasured:
    track = next((each for each in tracks if each.kind == b"vide"), None)
    watch = legibility.Watch(facts.shown, facts.fps or 30.0, shown, placed or ())
    frames, flashes, fault = _watched(path, facts, watch, binary, group)
    groups = _groups(path, facts) if track is not None else _Groups()
    seen = watch.end(path, binary=binary, group=group) if shown or placed else None
    return PictureMeasured(
        codec=facts.codec,
        profile=H264_PROFILES.get(track.avc[1]) if track and track.avc else None,
        level=track.avc[3] if track and track.avc else None,
        level_needed=groups.level_needed,
        width=facts.shown[0],
        height=facts.shown[1],
        pixel_format=facts.pixel_format,
        full_range=facts.full_range,
        colors=(facts.primaries, facts.transfer, facts.matrix),
        signal=track.signal if track else None,
        pixel_aspect=facts.pixel_aspect,
        is_upright=track.is_upright if track else None,
        is_interlaced=facts.is_interlaced,
        starts_seconds=track.starts_seconds if track else None,
        rate=track.rate if track else None,
        frames=frames,
        key_gap_seconds_max=groups.gap_seconds_max,
        closed_groups=groups.are_closed,
        parameter_sets=groups.parameter_sets,
        kbps=track.kbps if track else None,
        flashes_a_second_max=flashes.most,
        red_flashes_a_second_max=flashes.most_red,
        fault=fault,
        caption_contrast_min=seen.contrast_min if seen and shown else None,
        caption_outside_max=seen.outside_max if seen and shown else None,
        placed=(seen.placed if seen else {}) if placed is not None else None,
    )


def _watched(
    path: Path, facts: VideoFacts, watch: Watch, binary: Ffmpeg, group: Group
) -> tuple[int, Counter, str | None]:
    """
    Decode every picture, once, for *watch* too: return how many there are, their flashes, and the
    decoder's first complaint.
    """
    width, height = GLANCE
    counter, frames = Counter(facts.fps or 30.0), 0
    rows = watch.rows
    # A picture of so many rows and columns: the strip, and below it the glance.
    wide, tall = (max(facts.shown[0], 2 * width) if rows else 3 * width // 2), len(rows)
    strip = commands.Strip(size=facts.shown, top=rows.start, tall=tall) if rows else None
    args = ffmpeg.arguments(binary, commands.glance(path, size=GLANCE, strip=strip))
    patience = commands.patience(round(SECONDS_MAX * 30))
    size_bytes = wide * (tall + height)
    with ffmpeg.Process(args, timeout_seconds=patience, group=group) as process:
        for block in process.blocks(size_bytes):
            if len(block) < size_bytes or frames > SECONDS_MAX * 120:
                break
            codes = np.frombuffer(block, np.uint8)
            if rows:
                whole = codes.reshape(tall + height, wide)
                watch.add(whole[:tall, : facts.shown[0]])
                luma = whole[tall:, :width]
                blue, red = (
                    whole[tall : tall + height // 2, at : at + width // 2]
                    for at in (width, 3 * width // 2)
                )
            else:
                luma = codes[: width * height].reshape(height, width)
                blue, red = codes[width * height :].reshape(2, height // 2, width // 2)
            counter.add(luma, blue, red)
            frames += 1
        try:
            said = process.finish()
        except CompositorError as error:
            if error.retryable:  # the machine's fault says nothing about the file
                raise
            return frames, counter, str(error)
    return frames, counter, said.splitlines()[0] if said else None


@frozen(kw_only=True)
class _Groups:
    """
    The longest stretch between key pictures; whether each of these is a fresh start, an IDR
    picture, before which nothing decoded later is shown; the level that the sizes take; and how
    many ways a decoder is set up. None where it can't be told.
    """

    gap_seconds_max: float | None = None
    are_closed: bool | None = None
    level_needed: int | None = None
    parameter_sets: int | None = None


def _groups(path: Path, facts: VideoFacts) -> _Groups:
    try:
        stream = streams.read(path, b"vide")
    except CompositorError:
        return _Groups()
    count = len(stream.sizes)
    keys = stream.keys.tolist()
    longest = max((b - a for a, b in zip(keys, [*keys[1:], count], strict=True)), default=count)
    ticks = round(stream.timescale / facts.fps) if facts.fps else 1
    when = np.arange(count) * ticks + stream.shown
    later = np.minimum.accumulate(when[::-1])[::-1]
    closed = all(int(later[key]) >= int(when[key]) - ticks // 2 for key in keys)
    least = sets = None
    if facts.codec == "h264":
        with path.open("rb") as source:
            units = [_units(source, stream, key) for key in keys]
        closed = closed and all(IDR in (unit[0] & 0x1F for unit in each) for each in units)
        least = levels.needed(facts.width, facts.height, facts.fps or 30.0, stream.sizes.tolist())
        told = parameters.sequences(stream.description)
        told += [unit for each in units for unit in each if unit[0] & 0x1F == SEQUENCE]
        described = int.from_bytes(stream.boxes[b"stsd"][4:8], "big")
        sets = max(len(set(told)), described)
    return _Groups(
        gap_seconds_max=longest / facts.fps if facts.fps else None,
        are_closed=closed,
        level_needed=least,
        parameter_sets=sets,
    )


def _units(source: BinaryIO, stream: streams.Stream, key: int) -> list[bytes]:
    """
    Return the NAL units of the key picture *key*, of each only what is needed to tell it.
    """
    source.seek(int(stream.offsets[key]))
    sample = source.read(int(stream.sizes[key]))
    found, place = [], 0
    while place + 5 <= len(sample):
        length = int.from_bytes(sample[place : place + 4], "big")
        unit = sample[place + 4 : place + 4 + length]
        if unit:
            found.append(unit if unit[0] & 0x1F == SEQUENCE else unit[:1])
        place += 4 + length
    return found


def _sound(
    path: Path,
    facts: AudioFacts,
    tracks: tuple[Track, ...],
    size_bytes: int,
    binary: Ffmpeg,
    group: Group,
) -> SoundMeasured:
    heard = mastering.listen(
        path, facts.rate, name=path.name, seconds_max=SECONDS_MAX, binary=binary, group=group
    )
    if not heard.samples:
        raise CompositorError(f"{path.name} holds no sound", media=path.name)
    track = next((each for each in tracks if each.kind == b"soun"), None)
    seconds = heard.samples / facts.rate
    return SoundMeasured(
        codec=facts.codec,
        rate=facts.rate,
        layout=facts.layout,
        samples=heard.samples,
        kbps=track.kbps if track else None if tracks else size_bytes * 8 / 1000 / seconds,
        starts_seconds=track.starts_seconds if track else None,
        loudness=heard.found(),
    )
