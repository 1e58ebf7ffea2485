"""
What decides how type looks on this machine: fonts, shaper, rasteriser, arithmetic.

Segments that hold type, or anything drawn, are named by it too: a new font or a new shaper
then draws them anew, instead of leaving half a film in the old one.
"""

from __future__ import annotations

import functools
import struct
from typing import TYPE_CHECKING, Final

import numpy as np
import PIL
from PIL import features

from ars0n_core.compositor import fonts

if TYPE_CHECKING:
    from pathlib import Path

LIBRARIES: Final = ("raqm", "harfbuzz", "fribidi", "freetype2")
HEAD_BYTES: Final = 64 << 10
"""
Table directories are at a font's start, and so is most of a collection's first header.
"""


def drawing() -> tuple[str, ...]:
    """
    Return the versions of what computes pixels.
    """
    return ("numpy", np.__version__, "Pillow", PIL.__version__)


@functools.cache
def identity() -> tuple[str, ...]:
    """
    Return the fonts that are installed, by content, and the versions of what sets them.
    """
    marks = [f"{font.package}/{font.path}:{_mark(path)}" for font, path in fonts.known().items()]
    versions = [f"{name} {features.version(name) or 'none'}" for name in LIBRARIES]
    return (*versions, *sorted(marks))


def _mark(path: Path) -> str:
    """
    Return the size of a font and the sum that it carries of its whole content.

    ``head.checkSumAdjustment`` (ISO/IEC 14496-22) is chosen by whoever writes a font so that
    all its words add up to one constant: another content has another. Reading it takes no
    more than the file's start.
    """
    with path.open("rb") as source:
        start = source.read(HEAD_BYTES)
        size_bytes = source.seek(0, 2)
        first = struct.unpack_from(">I", start, 12)[0] if start[:4] == b"ttcf" else 0
        count = struct.unpack_from(">H", start, first + 4)[0]
        for place in range(first + 12, first + 12 + 16 * count, 16):
            if start[place : place + 4] == b"head":
                source.seek(struct.unpack_from(">I", start, place + 8)[0])
                return f"{size_bytes}-{source.read(12).hex()}"
    return str(size_bytes)
