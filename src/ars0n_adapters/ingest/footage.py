"""
Foreign footage into 720p H.264 of ours: 30 frames a second, BT.709, silent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ars0n_adapters.ingest import confined, files, probing
from ars0n_adapters.ingest.sniffing import Kind
from ars0n_core.compositor import conversions, probe
from ars0n_core.compositor import ffmpeg as engine
from ars0n_core.errors import ClipFormatError, ClipTooLargeError, ClipTooLongError, PortError
from ars0n_core.ports import FootageFacts
from ars0n_core.timelines import FRAME_RATE

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_adapters.ingest.probing import Probed
    from ars0n_adapters.ingest.sniffing import Sniffed

BYTES_MAX: Final = 100 * 1024 * 1024

SECONDS_MAX: Final = 30

FRAMES_MAX: Final = SECONDS_MAX * FRAME_RATE + 1
"""
30.04 s: a clip cut at 30 s may end with one frame more, by the rounding of its editor.
"""

CERTAINLY_LONG_SECONDS: Final = 45.0
"""
Refused by what its header says alone; below, the frames are counted (the sound of a clip
may be longer than its picture).
"""

SHORT_SIDE: Final = 720
LONG_SIDE_MAX: Final = 1920
"""
Footage is 720 high (or wide, upright), unless it is wider than 8:3.
"""

SIDE_MIN: Final = 16
"""
Below this there is nothing to see in it.
"""

SIDE_LIMIT: Final = 8192
PIXELS_LIMIT: Final = 8192 * 4352
"""
8K; more does not fit the memory a child may have.
"""

LIMITS: Final = confined.Limits(cpu_seconds=120, wall_seconds=180, file_bytes=200 << 20)

WHOLE_ENOUGH: Final = 0.75
"""
Footage with errors is taken if this share of what it claims to be was decoded.
"""

WANTED: Final = "MP4, WebM or MOV"


def conformed(source: Path, target: Path, binary: engine.Ffmpeg) -> FootageFacts:
    """
    Transcode *source* into *target*.

    Raises:
        ClipTooLargeError: More than `BYTES_MAX`.
        ClipTooLongError: More than `FRAMES_MAX` frames at 30 a second.
        ClipFormatError: No such video, or broken.
        PortError: The machine could not.
    """
    if files.size_bytes(source) > BYTES_MAX:
        raise ClipTooLargeError(
            {"file": [f"The clip has more than {BYTES_MAX >> 20} MB; compress or shorten it"]}
        )
    what = files.sniffed(source)
    if what.kind is not Kind.FOOTAGE:
        raise _refused(_wrong_kind(what))
    facts = probing.probed(source, what.format, binary, "V:0")
    if facts is None or not facts.video or facts.width == 0:
        raise _refused(_unreadable(facts, what))
    if facts.dolby_vision:
        raise _refused(f"The clip is {probe.NO_DOLBY.format(facts.dolby_vision)}")
    if facts.decoder and not binary.has("libvpx"):
        raise _refused(f"The clip is {probe.NO_ALPHA.format(facts.codec.upper(), 'libvpx')}")
    if min(facts.width, facts.height) < SIDE_MIN:
        raise _refused(
            f"The clip has only {facts.width} x {facts.height} pixels; each side must have at "
            f"least {SIDE_MIN}"
        )
    if max(facts.width, facts.height) > SIDE_LIMIT or facts.width * facts.height > PIXELS_LIMIT:
        raise _refused(
            f"The clip has {facts.width} x {facts.height} pixels; export it as 1080p or 4K"
        )
    if (facts.duration_seconds or 0.0) > CERTAINLY_LONG_SECONDS:
        raise _too_long(facts.duration_seconds)
    with files.appearing(target) as partial:
        frames = _transcoded(source, partial, what, facts, binary)
        width, height = size_for(facts.width, facts.height)
        return FootageFacts(
            width=width,
            height=height,
            frames=frames,
            size_bytes=partial.stat().st_size,
            sha256=files.sha256_of(partial),
        )


def size_for(width: int, height: int) -> tuple[int, int]:
    """
    Return the size footage of this shape gets: 720 on its shorter side, even.

    >>> size_for(1920, 1080), size_for(1080, 1920), size_for(640, 480)
    ((1280, 720), (720, 1280), (960, 720))
    """
    scale = min(SHORT_SIDE / min(width, height), LONG_SIDE_MAX / max(width, height))
    across, down = (max(16, 2 * round(side * scale / 2)) for side in (width, height))
    return across, down


def filters(facts: Probed) -> str:
    """
    Return the filter chain for footage of these *facts*.
    """
    width, height = size_for(facts.width, facts.height)
    steps = ["bwdif=mode=send_frame:deint=interlaced", "setpts=PTS-STARTPTS"]
    rate = [f"fps={FRAME_RATE}"]
    if not facts.is_uneven:
        steps += rate
    if _may_change(facts):
        steps.insert(0, "scale={}:{}".format(*facts.stored))
    if conversions.WITH_ALPHA.match(facts.pixel_format):
        steps.append("premultiply=inplace=1")  # over black, as photos are
    light = conversions.in_our_light(facts, matrix=facts.matrix, size=(width, height))
    steps += [f"{name}={':'.join(f'{k}={v}' for k, v in told.items())}" for name, told in light]
    if not light:
        # Untagged video is of its time: HD has BT.709's matrix, smaller BT.601's.
        is_high = min(facts.width, facts.height) > conversions.HIGH_DEFINITION
        matrix = "auto" if facts.matrix else "bt709" if is_high else "bt601"
        steps.append(
            f"scale=w={width}:h={height}:flags=lanczos+accurate_rnd+full_chroma_int:"
            f"in_color_matrix={matrix}:out_color_matrix=bt709:out_range=tv"
        )
    steps += [
        "format=yuv420p",
        # A picture that stands for seconds is brought to size once: its copies take no memory.
        *(rate if facts.is_uneven else []),
        "setsar=1",
        "setparams=range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709",
    ]
    return ",".join(steps)


def _may_change(facts: Probed) -> bool:
    """
    Whether pictures of another size in the middle can be scaled like the first ones: those that
    are turned upright can't, and are begun anew.
    """
    return not facts.turned and min(facts.stored) > 0


def _transcoded(
    source: Path, partial: Path, what: Sniffed, facts: Probed, binary: engine.Ffmpeg
) -> int:
    """
    Encode *source* into *partial* and return its frames.
    """
    color = {"color_range": "tv", "colorspace": "bt709", "color_primaries": "bt709"}
    options: dict[str, Any] = {
        "f": "mp4",
        "map": "0:V:0",
        "map_metadata": -1,
        "map_chapters": -1,
        "vf": filters(facts),
        "frames:v": FRAMES_MAX + 1,
        "vcodec": "libx264",
        "preset": "superfast",
        "crf": 18,
        "profile:v": "high",
        "g": FRAME_RATE,
        "threads": 2,
        "movflags": "+faststart",
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
        "progress": "pipe:1",
        **color,
        "color_trc": "bt709",
    }
    steady = {"reinit_filter": 0} if _may_change(facts) else {}
    by = {"vcodec": facts.decoder} if facts.decoder else {}
    graph = probing.opened(
        source, what.format, t=SECONDS_MAX + 1, threads=2, **steady, **by
    ).output(engine.url(partial), **options)
    ended = confined.run(engine.arguments(binary, graph), LIMITS)
    if ended.disk_full:
        raise PortError("the clip could not be written: disk full", port="ingest")
    if ended.timed_out or ended.code < 0:
        raise _refused(
            f"The {what.name.split(' ', 1)[1]} takes too long or too much memory to decode; "
            "export it as 1080p H.264"
        )
    counts = re.findall(r"^frame=\s*(\d+)", ended.stdout, re.MULTILINE)
    frames = int(counts[-1]) if counts else 0
    if frames > FRAMES_MAX:
        raise _too_long(facts.duration_seconds)
    claimed = min(facts.duration_seconds or 0.0, SECONDS_MAX) * FRAME_RATE
    faults = [line for line in ended.stderr.splitlines() if "whitelist" not in line]
    if frames == 0 or not partial.exists() or (faults and frames < WHOLE_ENOUGH * claimed):
        raise _refused(_broken(what))
    if frames == 1:
        raise _refused(
            "The clip is a single picture: upload a longer one, or the picture as a photo"
        )
    return frames


def _wrong_kind(what: Sniffed) -> str:
    if what.format == "empty":
        return f"The file is empty; upload {WANTED}"
    if what.kind is Kind.OTHER and "video" in what.name:
        return f"This is {what.name}, which is not supported; convert it to {WANTED}"
    return f"This is {what.name}, not a video we can read; upload {WANTED}"


def _unreadable(facts: Probed | None, what: Sniffed) -> str:
    if facts is not None and not facts.video:
        return f"There is no picture in this file; upload {WANTED}"
    if facts is not None and facts.codec not in probing.DECODERS.split(","):
        return (
            f"The pictures in this {what.name.split(' ', 1)[1]} are coded as {facts.codec}, which "
            "is not supported; export it as H.264"
        )
    return _broken(what)


def _broken(what: Sniffed) -> str:
    return (
        f"The {what.name.split(' ', 1)[1]} is broken or cut off and can't be decoded; "
        "export it again and upload the whole file"
    )


def _too_long(seconds: float | None) -> ClipTooLongError:
    length = f"The clip is {seconds:.1f} s long" if seconds else "The clip is too long"
    return ClipTooLongError({"file": [f"{length}; the limit is {SECONDS_MAX} s: shorten it"]})


def _refused(message: str) -> ClipFormatError:
    return ClipFormatError({"file": [message]})
