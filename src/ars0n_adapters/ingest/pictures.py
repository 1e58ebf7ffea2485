"""
Foreign pictures into PNG of ours, by way of `decoder` in a confined child.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ars0n_adapters.ingest import confined, files
from ars0n_adapters.ingest.sniffing import Kind
from ars0n_core.errors import PortError, UploadRefusedError
from ars0n_core.ports import ImageFacts

if TYPE_CHECKING:
    from ars0n_adapters.ingest.sniffing import Sniffed

PIXELS_MAX: Final = 50_000_000
SIDE_MAX: Final = 16_384
"""
Above any camera, below what takes more than the memory a child may have.
"""

SIDE_MIN: Final = 32
"""
Below this there is nothing to see in it on a 720p frame.
"""

LONG_SIDE_KEPT: Final = 4096
"""
Larger pictures are stored at this: three times what the largest frame shows.
"""

SHORT_SIDE_KEPT: Final = 720
"""
A strip is not shrunk below this on its short side, whatever its length.
"""

LIMITS: Final = confined.Limits(cpu_seconds=10, wall_seconds=30, file_bytes=256 << 20)

DECODER: Final = Path(__file__).with_name("decoder.py")

WANTED: Final = "PNG, JPEG or WebP"


def decoded(
    source: Path, target: Path, *, kept: tuple[int, int] = (LONG_SIDE_KEPT, SHORT_SIDE_KEPT)
) -> ImageFacts:
    """
    Decode *source* into the PNG *target*, scaled down until its longer or its shorter side is
    what is *kept* of them.

    Raises:
        UploadRefusedError: It is no such picture, broken, or of a size we don't take.
        PortError: The machine could not.
    """
    what = files.sniffed(source)
    if what.kind is not Kind.PICTURE:
        raise _refused(_wrong_kind(what))
    with files.appearing(target) as partial:
        numbers = (PIXELS_MAX, SIDE_MAX, SIDE_MIN, *kept)
        command = [sys.executable, "-P", str(DECODER), str(source), str(partial)]
        ended = confined.run([*command, *map(str, numbers)], LIMITS)
        found = _answer(ended, what)
        return ImageFacts(
            width=found["width"],
            height=found["height"],
            has_alpha=found["has_alpha"],
            size_bytes=partial.stat().st_size,
            sha256=files.sha256_of(partial),
        )


def _answer(ended: confined.Ended, what: Sniffed) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = json.loads(ended.stdout)
    except ValueError:
        if ended.timed_out or ended.code < 0:
            raise _refused(
                f"{_as_subject(what)} takes too long or too much memory to decode; "
                f"save it again as a plain PNG or JPEG of at most {PIXELS_MAX // 10**6} megapixels"
            ) from None
        raise PortError(f"the picture decoder failed: {ended.complaint}", port="ingest") from None
    match answer.get("fault"):
        case None:
            return answer
        case "too_many_pixels":
            raise _refused(
                f"The image has {answer['width']} x {answer['height']} pixels; the limit is "
                f"{PIXELS_MAX // 10**6} megapixels and {SIDE_MAX} pixels a side: scale it down"
            )
        case "too_small":
            raise _refused(
                f"The image has only {answer['width']} x {answer['height']} pixels; each side "
                f"must have at least {SIDE_MIN}: upload a larger one"
            )
        case "nothing_seen":
            raise _refused(
                "The image is see-through all over, so there is nothing to show; upload one "
                "with a visible subject"
            )
        case "too_much_memory":
            raise _refused("The image takes too much memory to decode; save it smaller")
        case "disk_full" | "not_written":
            raise PortError("the picture could not be written: disk full?", port="ingest")
        case _:
            raise _refused(
                f"{_as_subject(what)} is broken or cut off and can't be decoded; "
                "save it again and upload the whole file"
            )


def _wrong_kind(what: Sniffed) -> str:
    if what.format == "empty":
        return f"The file is empty; upload {WANTED}"
    if what.format == "text":
        return f"The file contains text, not an image; upload {WANTED}"
    if what.kind is Kind.OTHER and what.format != "unknown" and "image" in what.name:
        return f"This is {what.name}, which is not supported; convert it to {WANTED}"
    return f"This is {what.name}, not an image we can read; upload {WANTED}"


def _as_subject(what: Sniffed) -> str:
    return f"The {what.name.split(' ', 1)[1]}"


def _refused(message: str) -> UploadRefusedError:
    return UploadRefusedError({"file": [message]})
