"""
Faces: which font draws which letters.

**Owns** the table of faces (all under the SIL Open Font License, installed as packages),
reading which code points a font has, and the order in which fonts are tried for text
that a face lacks. **Invariant**: a cluster (a letter and its marks, an emoji sequence)
is drawn by one font that has all of it, or reported as missing; no box is ever drawn
in place of a letter.
"""

from __future__ import annotations

import functools
import importlib.util
import struct
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen
from PIL import ImageFont

from ars0n_core.plans.spelling import IGNORABLE, clusters
from ars0n_core.specs.model import BrandFont

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@frozen(cache_hash=True)
class Font:
    """
    A font file: package, path inside it, face number, and the weights it can take.

    ``weights`` is None for a font of one weight; ``optical_max`` is the largest value of
    an optical-size axis standing before the weight axis, if there is one.
    """

    package: str
    path: str
    index: int = 0
    weights: tuple[int, int] | None = None
    optical_max: int | None = None


class Face(StrEnum):
    """
    The voices type can speak with.
    """

    TEXT = "text"
    POSTER = "poster"
    GEOMETRIC = "geometric"
    GROTESK = "grotesk"
    SERIF = "serif"
    SERIF_ITALIC = "serif italic"
    SLAB = "slab"
    MONO = "mono"


def _noto(script: str, weights: tuple[int, int] = (100, 900)) -> Font:
    return Font("manimgx_fonts", f"NotoSans{script}[wght].ttf", 0, weights)


INTER: Final = Font("fontpkg_inter", "files/Inter[opsz,wght].ttf", 0, (100, 900), 32)

FACES: Final[dict[Face, tuple[Font, ...]]] = {
    Face.TEXT: (INTER,),
    Face.POSTER: (Font("fontpkg_anton", "files/Anton-Regular.ttf"),),
    Face.GEOMETRIC: (Font("fontpkg_outfit", "files/Outfit[wght].ttf", 0, (100, 900)),),
    Face.GROTESK: (Font("fontpkg_space_grotesk", "files/SpaceGrotesk[wght].ttf", 0, (300, 700)),),
    Face.SERIF: (
        Font("fontpkg_playfair_display", "files/PlayfairDisplay[wght].ttf", 0, (400, 900)),
    ),
    Face.SERIF_ITALIC: (
        Font("fontpkg_playfair_display", "files/PlayfairDisplay-Italic[wght].ttf", 0, (400, 900)),
    ),
    Face.SLAB: (Font("fontpkg_archivo_black", "files/ArchivoBlack-Regular.ttf"),),
    Face.MONO: (Font("fontpkg_space_mono", "files/SpaceMono-Bold.ttf"),),
}

BRANDS: Final[dict[BrandFont, Face]] = {
    BrandFont.INTER: Face.TEXT,
    BrandFont.ANTON: Face.POSTER,
    BrandFont.OUTFIT: Face.GEOMETRIC,
    BrandFont.SPACE_GROTESK: Face.GROTESK,
    BrandFont.PLAYFAIR_DISPLAY: Face.SERIF,
    BrandFont.ARCHIVO_BLACK: Face.SLAB,
    BrandFont.SPACE_MONO: Face.MONO,
}
"""
The face of each typeface a brand may choose.
"""

_SCRIPTS: Final = [
    "Arabic",
    "Hebrew",
    "Devanagari",
    "Thai",
    "Bengali",
    "Tamil",
    "Telugu",
    "Gujarati",
    "Gurmukhi",
    "Kannada",
    "Malayalam",
    "Oriya",
    "Sinhala",
    "Lao",
    "Khmer",
    "Myanmar",
    "Georgian",
    "Armenian",
    "Ethiopic",
]

FALLBACKS: Final[tuple[Font, ...]] = (
    INTER,
    _noto("", (400, 700)),
    *(_noto(script) for script in _SCRIPTS),
    Font("manimgx_fonts_cjk", "NotoSansCJK-VF.otf.ttc", 0, (100, 900)),
    Font("manimgx_fonts", "NotoEmoji[wght].ttf", 0, (300, 700)),
    _noto("Symbols"),
)
"""
Tried in order for what a face lacks. Where a package is missing (a slimmed image may leave
out the 20 MB of Chinese, Japanese and Korean), its scripts are refused like any other text
that can't be drawn.
"""

EMOJI: Final = FALLBACKS[-2]
CJK: Final = FALLBACKS[-3]
CJK_FACES: Final = {"ja": 0, "ko": 1, "zh": 2, "zh-Hant": 3}
"""
Faces of the CJK collection: one code point has a Japanese and two Chinese forms.
"""

HAN_CODES: Final = (("zh", "gb2312"), ("zh-Hant", "big5"), ("ja", "shift_jis"))
"""
The national character sets of 1980 to 1984: each holds the forms its own readers write.
"""


@functools.cache
def _file(font: Font) -> Path | None:
    """
    Return where the font is, or None if its package is not installed.
    """
    spec = importlib.util.find_spec(font.package)
    if spec is None or spec.origin is None:
        return None
    path = Path(spec.origin).parent / font.path
    return path if path.is_file() else None


def file_of(font: Font) -> Path | None:
    """
    Return where *font* is installed, or None if it isn't.
    """
    return _file(font)


def known() -> dict[Font, Path]:
    """
    Return the fonts that we may draw with and that are installed, and their files.
    """
    every = {*FALLBACKS, *(font for stack in FACES.values() for font in stack)}
    return {font: path for font in every if (path := file_of(font)) is not None}


MEANINGLESS: Final = frozenset({*range(0xE000, 0xF900), 0xFFFC, 0xFFFD})
"""
Private use, where each font draws what it likes, and what stands for a lost picture or letter.
"""


@functools.cache
def code_points(font: Font) -> frozenset[int]:
    """
    Return the code points *font* has a glyph for; none if it isn't installed.
    """
    path = _file(font)
    if path is None:
        return frozenset()
    with path.open("rb") as file:
        start = 0
        if file.read(4) == b"ttcf":
            file.seek(12 + 4 * font.index)
            (start,) = struct.unpack(">I", file.read(4))
        file.seek(start + 4)
        (tables,) = struct.unpack(">H", file.read(2))
        file.seek(start + 12)
        for _ in range(tables):
            tag, _, offset, length = struct.unpack(">4sIII", file.read(16))
            if tag == b"cmap":
                file.seek(offset)
                return frozenset(_mapped(file.read(length)) - MEANINGLESS)
    return frozenset()


def _mapped(cmap: bytes) -> set[int]:
    """
    Return the code points of a ``cmap`` table's Unicode subtables (formats 4 and 12).
    """
    found: set[int] = set()
    (count,) = struct.unpack_from(">H", cmap, 2)
    listed = struct.iter_unpack(">HHI", cmap[4 : 4 + 8 * count])
    unicode = {0: range(7), 3: (1, 10)}  # of Windows' encodings only those
    # Both platforms mostly name the same subtable.
    for offset in {at for platform, code, at in listed if code in unicode.get(platform, ())}:
        (form,) = struct.unpack_from(">H", cmap, offset)
        if form == 12:  # noqa: PLR2004 - segmented coverage
            (groups,) = struct.unpack_from(">I", cmap, offset + 12)
            first_at = offset + 16
            for first, last, _ in struct.iter_unpack(
                ">III", cmap[first_at : first_at + 12 * groups]
            ):
                found.update(range(first, last + 1))
        elif form == 4:  # noqa: PLR2004 - segments of the first plane
            for codes in _segments(cmap, offset):
                found.update(codes)
    return found


def _segments(cmap: bytes, offset: int) -> Iterator[Iterable[int]]:
    """
    Yield the code points of each segment that have a glyph.
    """
    (doubled,) = struct.unpack_from(">H", cmap, offset + 6)
    count = doubled // 2
    ends = struct.unpack_from(f">{count}H", cmap, offset + 14)
    starts = struct.unpack_from(f">{count}H", cmap, offset + 16 + doubled)
    deltas = struct.unpack_from(f">{count}H", cmap, offset + 16 + 2 * doubled)
    ranges_at = offset + 16 + 3 * doubled
    ranges = struct.unpack_from(f">{count}H", cmap, ranges_at)
    for k, (first, last) in enumerate(zip(starts, ends, strict=True)):
        codes = range(first, min(last, 0xFFFE) + 1)
        if ranges[k]:
            glyphs = struct.unpack_from(f">{len(codes)}H", cmap, ranges_at + 2 * k + ranges[k])
            yield (code for code, glyph in zip(codes, glyphs, strict=True) if glyph)
        elif -deltas[k] & 0xFFFF in codes:  # glyph 0 stands for none
            yield (code for code in codes if code + deltas[k] & 0xFFFF)
        else:
            yield codes


@functools.lru_cache(maxsize=256)
def load(font: Font, size: int, weight: int) -> ImageFont.FreeTypeFont:
    """
    Return *font* at *size* pixels and the nearest weight it has, shaped by raqm.
    """
    path = _file(font)
    if path is None:
        raise LookupError(f"font package {font.package} is not installed")
    loaded = ImageFont.truetype(
        str(path), size, index=font.index, layout_engine=ImageFont.Layout.RAQM
    )
    if font.weights is not None:
        low, high = font.weights
        axes = [float(min(high, max(low, weight)))]
        if font.optical_max is not None:
            axes.insert(0, float(min(font.optical_max, max(14, size))))
        loaded.set_variation_by_axes(axes)
    return loaded


def _has(font: Font, cluster: str) -> bool:
    have = code_points(font)
    return all(ord(char) in have or char in IGNORABLE for char in cluster)


@functools.lru_cache(maxsize=8192)
def font_for(cluster: str, face: Face, language: str = "") -> Font | None:
    """
    Return the first font of *face* or its fall-backs that has all of *cluster*.

    *language* chooses the form of Han characters: a key of `CJK_FACES` ("zh" if none).
    """
    if "\ufe0f" in cluster and _has(EMOJI, cluster):
        return EMOJI
    for font in (*FACES[face], *FALLBACKS):
        if _has(font, cluster):
            if font == CJK:
                return Font(font.package, font.path, CJK_FACES.get(language, 2), font.weights)
            return font
    return None


@functools.lru_cache(maxsize=1024)
def suited(face: Face, text: str) -> Face:
    """
    Return *face*, or the one with the most letters where *text* would be set in both: Cyrillic
    beside Latin letters and figures of a poster's, or a word of Vietnamese.

    >>> suited(Face.SLAB, "Phở Hà Nội"), suited(Face.SLAB, "Café House")
    (<Face.TEXT: 'text'>, <Face.SLAB: 'slab'>)
    """
    if FACES[face][0] == INTER:
        return face
    letters = [cluster for cluster in clusters(text) if cluster[0].isalpha()]
    return Face.TEXT if any(font_for(each, face) == INTER for each in letters) else face


def coverage(text: str) -> tuple[int, ...]:
    r"""
    Return the code points of *text* that no font here can draw, in order, each once.

    Line breaks and white space need no glyph. Control characters can't be drawn.

    >>> coverage("Café नमस्ते")
    ()
    >>> coverage("a\U00012000")
    (73728,)
    """
    missing: dict[int, None] = {}
    for cluster in clusters(text):
        if cluster.isspace() or font_for(cluster, Face.TEXT) is not None:
            continue
        lacking = [c for c in cluster if font_for(c, Face.TEXT) is None and c not in IGNORABLE]
        missing.update((ord(char), None) for char in lacking or cluster)
    return tuple(missing)


def han_language(text: str) -> str:
    """
    Return which form of Han characters suits *text*: kana (or a company of Japan) say
    Japanese and hangul Korean; otherwise the first national character set that has all its ideographs.

    >>> han_language("珈琲をどうぞ"), han_language("株式会社北風")
    ('ja', 'ja')
    >>> han_language("立即购买"), han_language("立即購買")
    ('zh', 'zh-Hant')
    """
    if "会社" in text or any(0x3040 <= ord(char) <= 0x30FF for char in text):  # noqa: PLR2004 - kana
        return "ja"
    if any(0xAC00 <= ord(char) <= 0xD7AF for char in text):  # noqa: PLR2004 - hangul
        return "ko"
    ideographs = "".join(char for char in text if 0x3400 <= ord(char) <= 0x9FFF)  # noqa: PLR2004 - Han
    for language, code in HAN_CODES:
        if len(ideographs.encode(code, "ignore").decode(code)) == len(ideographs):
            return language
    return "zh"
