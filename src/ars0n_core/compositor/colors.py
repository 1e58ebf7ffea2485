"""
Colours: BT.709 planes, WCAG contrast, and tones made from one brand colour.

**Owns** the conversion between RGB and limited-range Y'CbCr, relative luminance and
contrast, and the OKLab steps by which a brand colour is lightened, darkened or turned
until text on it can be read. **Invariant**: an `Rgb` is three floats from 0 to 1 in
sRGB coding, which is how brand colours are given and how screens show BT.709 video.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Iterable

Rgb: TypeAlias = tuple[float, float, float]
Floats: TypeAlias = npt.NDArray[np.float32]

KR: Final = 0.2126
KB: Final = 0.0722
KG: Final = 1 - KR - KB
"""
The luma weights of ITU-R BT.709.
"""

TO_YUV: Final[Floats] = np.array(
    [
        (219 / 255 * KR, 112 / 255 * -KR / (1 - KB), 112 / 255),
        (219 / 255 * KG, 112 / 255 * -KG / (1 - KB), 112 / 255 * -KG / (1 - KR)),
        (219 / 255 * KB, 112 / 255, 112 / 255 * -KB / (1 - KR)),
    ],
    np.float32,
)
"""
What R, G and B, 0 to 255, each a row, add to limited-range BT.709 Y, U and V, each a column.
"""

YUV_BLACK: Final = (16, 128, 128)
"""
Y, U and V of black.
"""

LEGIBLE: Final = 4.5
"""
The least contrast of text with what is behind it (WCAG 2 level AA).
"""

WHITE: Final[Rgb] = (1.0, 1.0, 1.0)
BLACK: Final[Rgb] = (0.0, 0.0, 0.0)
YELLOW_GREEN_DEGREES: Final = 110.0
"""
The OKLab hue of the colours that become olive and mud when darkened.
"""

ROUNDING: Final = 1e-4
"""
How far outside the gamut rounding may put a colour inside it.
"""

INK: Final[Rgb] = (0.055, 0.058, 0.067)
"""
Near-black for print-like text: pure black glares on white at full brightness.
"""


def parse_hex(text: str) -> Rgb:
    """
    Return the colour of ``#RRGGBB`` or ``#RGB``.

    >>> parse_hex("#FF0000")
    (1.0, 0.0, 0.0)

    Raises:
        ValueError: *text* is no hex colour.
    """
    digits = text.strip().removeprefix("#")
    if len(digits) == 3:  # noqa: PLR2004 - #RGB has three digits
        digits = "".join(2 * digit for digit in digits)
    if len(digits) != 6 or any(c not in "0123456789abcdefABCDEF" for c in digits):  # noqa: PLR2004 - #RRGGBB
        raise ValueError(f"color {text!r} is not of the form #RRGGBB")
    r, g, b = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    return (r, g, b)


def to_bytes(color: Rgb, alpha: float = 1.0) -> tuple[int, int, int, int]:
    """
    Return *color* as 8-bit RGBA.

    >>> to_bytes((1.0, 0.5, 0.0), 0.5)
    (255, 128, 0, 128)
    """
    r, g, b = (round(255 * min(1.0, max(0.0, c))) for c in color)
    return (r, g, b, round(255 * alpha))


def yuv(rgb: npt.NDArray[Any]) -> tuple[Floats, Floats, Floats]:
    """
    Return limited-range BT.709 luma and chroma, unrounded, of *rgb* (..., 3), 0 to 255.
    """
    light = np.asarray(rgb[..., :3], np.float32, order="C")
    y, u, v = (
        light @ TO_YUV[:, index] + np.float32(black) for index, black in enumerate(YUV_BLACK)
    )
    return y, u, v


def yuv_of(color: Rgb) -> tuple[int, int, int]:
    """
    Return the code values of a flat field of *color*.

    >>> yuv_of((1.0, 0.0, 0.0))
    (63, 102, 240)
    """
    planes = yuv(np.array([[c * 255 for c in color]]))
    y, u, v = (round(float(plane[0])) for plane in planes)
    return (y, u, v)


def linear(code: float) -> float:
    """
    Return the light of one sRGB component (IEC 61966-2-1).
    """
    return code / 12.92 if code <= 0.04045 else ((code + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - the standard's knee


def _coded(light: float) -> float:
    light = min(1.0, max(0.0, light))
    return 12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055  # noqa: PLR2004 - the standard's knee


def luminance(color: Rgb) -> float:
    """
    Return WCAG's relative luminance, 0 to 1.

    >>> luminance((1.0, 1.0, 1.0))
    1.0
    """
    r, g, b = (linear(c) for c in color)
    return KR * r + KG * g + KB * b


def luminances(rgb: npt.NDArray[Any]) -> Floats:
    """
    Return the relative luminance of every pixel of *rgb* (..., 3), 0 to 255.
    """
    code = np.asarray(rgb[..., :3], np.float32) / 255
    light = np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4)  # noqa: PLR2004 - as in linear
    return np.asarray(light @ np.array([KR, KG, KB], np.float32), np.float32)


def lightness(rgb: npt.NDArray[Any]) -> Floats:
    """
    Return how light every pixel of *rgb* (..., 3), 0 to 255, looks, 0 to 1: about as the eye
    tells steps apart.
    """
    return np.asarray(np.sqrt(luminances(rgb)), np.float32)


def contrast(one: float, other: float) -> float:
    """
    Return the WCAG contrast of two luminances, 1 to 21.

    >>> contrast(1.0, 0.0)
    21.0
    """
    dark, light = sorted((one, other))
    return round((light + 0.05) / (dark + 0.05), 4)


def least_contrast(color: Rgb, backgrounds: Iterable[Rgb]) -> float:
    """
    Return the contrast of *color* with the worst of *backgrounds*.
    """
    mine = luminance(color)
    return min(contrast(mine, luminance(other)) for other in backgrounds)


def ink_on(*backgrounds: Rgb) -> Rgb:
    """
    Return white or near-black, whichever reads better on all *backgrounds*.

    White is kept while it is legible, since coloured grounds look brighter under it.

    >>> ink_on((0.0, 0.2, 0.6))
    (1.0, 1.0, 1.0)
    """
    if least_contrast(WHITE, backgrounds) >= LEGIBLE:
        return WHITE
    ink = INK if least_contrast(INK, backgrounds) >= LEGIBLE else BLACK
    return max(WHITE, ink, key=lambda color: least_contrast(color, backgrounds))


def to_oklch(color: Rgb) -> tuple[float, float, float]:
    """
    Return lightness, chroma and hue (radians) in OKLab (Ottosson 2020).
    """
    r, g, b = (linear(c) for c in color)
    long = math.cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    medium = math.cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    short = math.cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b2 = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b2), math.atan2(b2, a)


def from_oklch(lightness: float, chroma: float, hue: float) -> Rgb:
    """
    Return the colour, its chroma reduced until sRGB can show it.

    >>> tuple(round(c, 3) for c in from_oklch(*to_oklch((0.2, 0.4, 0.6))))
    (0.2, 0.4, 0.6)
    """
    lightness = min(1.0, max(0.0, lightness))
    for step in range(21):
        c = chroma * (1 - step / 20)
        a, b = c * math.cos(hue), c * math.sin(hue)
        long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
        medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
        short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
        light = (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )
        if all(-ROUNDING <= part <= 1 + ROUNDING for part in light):
            break
    return (_coded(light[0]), _coded(light[1]), _coded(light[2]))


def tone(color: Rgb, lightness: float, chroma: float = 1.0, turn_degrees: float = 0.0) -> Rgb:
    """
    Return *color* at another lightness, its chroma scaled and its hue turned.
    """
    _, own_chroma, hue = to_oklch(color)
    return from_oklch(lightness, own_chroma * chroma, hue + math.radians(turn_degrees))


def neighbour(color: Rgb, degrees: float) -> float:
    """
    Return *degrees*, signed so that turning *color*'s hue leads away from yellow-green.

    Dark yellow-greens look dirty beside any brand colour; blues, reds and violets don't.
    """
    hue = math.degrees(to_oklch(color)[2])

    def apart(angle: float) -> float:
        return abs((angle - YELLOW_GREEN_DEGREES + 180) % 360 - 180)

    return max(degrees, -degrees, key=lambda turn: apart(hue + turn))


def mix(one: Rgb, other: Rgb, share: float) -> Rgb:
    """
    Return the colour *share* of the way from *one* to *other*, in sRGB coding.

    >>> mix((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), 0.25)
    (0.25, 0.25, 0.25)
    """
    r, g, b = (p + (q - p) * share for p, q in zip(one, other, strict=True))
    return (r, g, b)


def readable(color: Rgb, *backgrounds: Rgb, ratio: float = LEGIBLE) -> Rgb:
    """
    Return *color*, moved in lightness just as far as it takes to be legible on *backgrounds*.

    The nearer end is preferred; if neither end is legible, the better of white and black
    is returned.
    """
    lightness, _, _ = to_oklch(color)
    if least_contrast(color, backgrounds) >= ratio:
        return color
    for step in range(1, 51):
        for target in (lightness - step / 50, lightness + step / 50):
            if 0 <= target <= 1:
                moved = tone(color, target)
                if least_contrast(moved, backgrounds) >= ratio + 0.05:
                    return moved
    return ink_on(*backgrounds)
