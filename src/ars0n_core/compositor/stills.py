"""
Pictures that stand, as they are meant to be seen: upright, in sRGB, eight bits a channel.

What came in by upload is that already; a caller of the compositor may give any.
"""

from __future__ import annotations

import contextlib
import io
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageOps, UnidentifiedImageError, features

from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from pathlib import Path

DEEP: Final = frozenset({"I", "I;16", "I;16B", "I;16L", "I;16N"})
"""
Pillow's modes of grey with 16 bits; its own conversion would clip at 255.
"""

AVERAGED: Final = frozenset({"L", "RGB", "CMYK"})
"""
Modes whose pixels can be averaged as they are: no palette, no transparency.
"""

HEIF: Final = tuple(b"ftyp" + brand for brand in (b"heic", b"heix", b"hevc", b"hevx", b"mif1"))
"""
How the photos of telephones begin that no open library reads.
"""


def opened(path: Path, name: str, *, seen: tuple[int, int] | None = None) -> Image.Image:
    """
    Return the picture at *path* as RGBA, straight alpha; of one that is shown no larger than
    *seen* (width and height, both filled), as many pixels are averaged as may be.

    Raises:
        CompositorError: It is none; *name* is named.
    """
    try:
        with Image.open(path) as image:
            if seen is not None:
                image.draft(None, (max(seen), max(seen)))  # a JPEG's, before it is decoded
            image.load()
            profile = image.info.get("icc_profile")
            upright = ImageOps.exif_transpose(image)
        if upright.mode in DEEP:
            upright = upright.convert("I").point(lambda value: value * (1 / 257)).convert("L")
        if seen is not None and upright.mode in AVERAGED:
            upright = upright.reduce(
                max(1, min(upright.width // seen[0], upright.height // seen[1]))
            )
        return _in_srgb(upright, profile) if profile else upright.convert("RGBA")
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError) as error:
        raise CompositorError(_refused(path, name, error), media=name) from error


def _refused(path: Path, name: str, error: Exception) -> str:
    taken = ("PNG", "JPEG", "WebP", *(["AVIF"] if features.check("avif") else []))
    fault = "of no kind that is read" if isinstance(error, UnidentifiedImageError) else error
    with contextlib.suppress(OSError), path.open("rb") as source:
        if source.read(12)[4:] in HEIF:
            fault = "HEIC, which takes a licence to decode"
    return f"{name} can't be read as a picture: {fault}; save it as {', '.join(taken)}"


def _in_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    """
    Return *image* as RGBA in sRGB; a *profile* that does not fit it is ignored.
    """
    from PIL import ImageCms  # noqa: PLC0415 (only few pictures have a profile: loaded late)

    straight = image.convert("RGBA")
    color = image if image.mode in {"L", "CMYK", "RGB"} else straight.convert("RGB")
    with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
        # Black point compensation keeps the shadows of print profiles open.
        seen = ImageCms.profileToProfile(
            color,
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
        if seen is not None:
            seen.putalpha(straight.getchannel("A"))
            return seen
    return straight
