"""
Decodes one foreign picture into a PNG of ours; run as a script, in a child of its own.

``decoder.py <source> <target> <pixels max> <side max> <side min> <long side kept> <short side
kept>`` writes the target and prints a JSON object: ``{"width", "height", "has_alpha"}``, or ``{"fault", ...}``.
Imports Pillow and nothing of ours, so that it starts quickly and runs anywhere.
"""

from __future__ import annotations

import contextlib
import errno
import io
import json
import sys
import warnings

# Those of the formats taken, by name: else Pillow loads all it has to find one of them.
from PIL import (
    Image,
    ImageCms,
    ImageOps,
    JpegImagePlugin,
    PngImagePlugin,
    UnidentifiedImageError,
    WebPImagePlugin,
)

FORMATS = (
    PngImagePlugin.PngImageFile.format,
    JpegImagePlugin.JpegImageFile.format,
    WebPImagePlugin.WebPImageFile.format,
)

OPAQUE = 255
SEEN_MIN = 8
"""
Alpha under which even the densest spot of a picture can't be seen.
"""


class FaultError(Exception):
    """
    Why a picture can't be taken, as the parent is told.
    """

    def __init__(self, fault: str, **facts: int) -> None:
        self.answer = {"fault": fault, **facts}
        super().__init__(fault)


def decode(
    source: str, target: str, *, pixels: int, side: int, least: int, long: int, short: int
) -> dict[str, int]:
    """
    Decode *source* into *target* and return what was found.

    Raises:
        FaultError: It can't be taken.
    """
    _check_webp(source, pixels, side)
    with Image.open(source, formats=FORMATS) as image:
        width, height = image.size
        facts = {"width": width, "height": height}
        if width * height > pixels or max(width, height) > side:
            raise FaultError("too_many_pixels", **facts)
        if min(width, height) < least:
            raise FaultError("too_small", **facts)
        shrink = min(1.0, max(long / max(width, height), short / min(width, height)))
        if shrink < 1:
            image.draft(None, (round(width * shrink), round(height * shrink)))
        image.load()
        profile = image.info.get("icc_profile")
        upright = ImageOps.exif_transpose(image)
    picture = _eight_bit(upright)
    if shrink < 1:
        size = (round(width * shrink), round(height * shrink))
        if (picture.width > picture.height) != (size[0] > size[1]):
            size = (size[1], size[0])
        picture = _resized(picture, size)
    picture = _in_srgb(picture, profile)
    if picture.mode == "RGBA":
        dense = picture.getchannel("A").histogram()
        if not any(dense[SEEN_MIN:]):
            raise FaultError("nothing_seen")
        if not any(dense[:OPAQUE]):
            picture = picture.convert("RGB")
    picture.info = {}
    try:
        picture.save(target, "PNG", compress_level=1)
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        raise FaultError("disk_full" if full else "not_written") from error
    return {"width": picture.width, "height": picture.height, "has_alpha": picture.mode == "RGBA"}


def _check_webp(source: str, pixels: int, side: int) -> None:
    """
    Raise `FaultError` for a WebP picture whose header claims too much: Pillow takes memory
    for all of it before it tells its size.
    """
    with open(source, "rb") as file:  # noqa: PTH123 - starts without pathlib
        head = file.read(30)
    if head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return
    kind, body = head[12:16], head[20:]
    width, height = 1, 1
    if kind == b"VP8X":
        width += int.from_bytes(body[4:7], "little")
        height += int.from_bytes(body[7:10], "little")
    elif kind == b"VP8L":
        bits = int.from_bytes(body[1:5], "little")
        width += bits & 0x3FFF
        height += bits >> 14 & 0x3FFF
    if width * height > pixels or max(width, height) > side:
        raise FaultError("too_many_pixels", width=width, height=height)


def _eight_bit(image: Image.Image) -> Image.Image:
    """
    Return *image* as L, CMYK, RGB or RGBA, eight bits a channel.
    """
    if image.mode in {"I", "I;16", "I;16B", "I;16L", "I;16N"}:
        # 16-bit grey; Pillow's own conversion would clip at 255.
        return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")
    if image.mode == "F":
        return image.convert("L")
    if image.mode in {"LA", "La", "PA", "RGBa"} or "transparency" in image.info:
        return image.convert("RGBA")
    if image.mode in {"L", "CMYK", "RGB", "RGBA"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    if image.mode == "RGBA":
        return (
            image.convert("RGBa")
            .resize(size, Image.Resampling.LANCZOS, reducing_gap=3)
            .convert("RGBA")
        )
    return image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3)


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """
    Return *image* as RGB or RGBA in sRGB; a profile that does not fit it is ignored.
    """
    alpha = image.getchannel("A") if image.mode == "RGBA" else None
    color = image.convert("RGB") if image.mode == "RGBA" else image
    if profile:
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            # Black point compensation keeps the shadows of print profiles open.
            in_srgb = ImageCms.profileToProfile(
                color,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
                outputMode="RGB",
                flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
            )
            color = in_srgb or color
    color = color.convert("RGB")
    if alpha is not None:
        color.putalpha(alpha)
    return color


def main(argv: list[str]) -> None:
    """
    Decode as *argv* says and print the answer.
    """
    Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before anything is decoded
    warnings.simplefilter("ignore")
    pixels, side, least, long, short = (int(word) for word in argv[2:7])
    try:
        found = decode(
            argv[0], argv[1], pixels=pixels, side=side, least=least, long=long, short=short
        )
        answer: dict[str, object] = {**found}
    except FaultError as fault:
        answer = {**fault.answer}
    except MemoryError:
        answer = {"fault": "too_much_memory"}
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        IndexError,
        KeyError,
    ) as error:
        answer = {"fault": "broken", "why": str(error)[:200]}
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main(sys.argv[1:])
