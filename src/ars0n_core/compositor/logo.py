"""
Logos: cut to their ink, and given ground to stand on where they would be lost.

**Owns** judging a logo (does it bring its own background? is it light or dark?) against
what is behind it, and the chip that rescues it. **Invariants**: the logo's own pixels
are only scaled, never recoloured; its proportions are kept; a chip is used only when
measurement says so.

Start at `treated`.
"""

from __future__ import annotations

import functools
import math
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import frozen
from PIL import Image, ImageDraw

from ars0n_core.compositor import colors, safe_areas
from ars0n_core.compositor.colors import Floats
from ars0n_core.compositor.frames import Sprite
from ars0n_core.compositor.safe_areas import Box

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt


HEIGHT: Final = 0.06
"""
Height of the overlay's logo as a share of the picture's longer side in portrait and of
its height elsewhere.
"""

WIDEST: Final = 0.42
"""
Widest an overlay's logo may be, as a share of the safe area.
"""

VISIBLE: Final = 1.8
"""
Contrast from which a logo's pixel stands out; logotypes are exempt from WCAG's 4.5, and
most brand colours on white lie between 2 and 4.
"""

FLARE: Final = 0.05
"""
What WCAG adds to both sides of a contrast, for the light that falls on a screen.
"""

APART: Final = 26.0
"""
CIE lightness by which it must differ as well: WCAG's ratio flatters dark on dark.
"""

LOST: Final = 0.08
"""
Share of the grounds, a scene of a dozen, on which a pixel may be lost.
"""

LOST_AT_ONCE: Final = 0.25
"""
The same, of one moment's ground: a corner of something dark swallows half a dark logo, however
light the rest of the film is.
"""

ENOUGH: Final = 0.72
"""
Share of a logo's pixels that must stand out for it to go without a chip.
"""

WHOLE: Final = 0.9
"""
Share of a logo's pixels that must stand out on its chip, where another shows as many.
"""

OPAQUE: Final = 0.97
"""
Share of pixels without transparency from which a logo has a ground of its own.
"""


class Chip(StrEnum):
    """
    What is put behind a logo.
    """

    NONE = "none"
    OWN = "own"
    LIGHT = "light"
    DARK = "dark"
    MIDDLE = "middle"


@frozen(eq=False)
class Treated:
    """
    A logo ready to be placed: RGBA, chip included. ``width`` x ``height`` is all of it.
    """

    image: Image.Image
    chip: Chip

    @property
    def width(self) -> int:
        """
        In pixels.
        """
        return self.image.width

    @property
    def height(self) -> int:
        """
        In pixels.
        """
        return self.image.height


def trimmed(logo: Image.Image) -> Image.Image:
    """
    Return *logo* as RGBA without its transparent (or evenly coloured) margins.
    """
    logo = logo.convert("RGBA")
    box = logo.getchannel("A").point(lambda value: 255 * (value > 8)).getbbox()  # noqa: PLR2004 - invisible
    if box is not None:
        logo = logo.crop(box)
    ground = own_ground(logo)
    if ground is None:
        return logo
    pixels = np.asarray(logo, np.int16)[..., :3]
    differs = np.abs(pixels - np.array(ground, np.int16)).max(-1) > 24  # noqa: PLR2004 - JPEG noise
    rows, columns = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
    if not rows.size or not columns.size:
        return logo
    # Some of the logo's own ground stays: it becomes the chip.
    margin = round(0.16 * min(rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1))
    return logo.crop(
        (
            max(0, int(columns[0]) - margin),
            max(0, int(rows[0]) - margin),
            min(logo.width, int(columns[-1]) + 1 + margin),
            min(logo.height, int(rows[-1]) + 1 + margin),
        )
    )


def own_ground(logo: Image.Image) -> tuple[int, int, int] | None:
    """
    Return the even colour an opaque *logo* stands on, or None if it has none.
    """
    pixels = np.asarray(logo.convert("RGBA"))
    if float((pixels[..., 3] > 250).mean()) < OPAQUE:  # noqa: PLR2004 - opaque
        return None
    rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])[:, :3].astype(int)
    middle = np.median(rim, 0)
    if float((np.abs(rim - middle).max(-1) <= 24).mean()) < 0.9:  # noqa: PLR2004 - JPEG noise, most of the rim
        return None
    r, g, b = (int(value) for value in middle)
    return (r, g, b)


@frozen(eq=False)
class _Ink:
    """
    A logo's pixels: between which luminances, *low* and *high*, a ground swallows each, and its
    *weight*.
    """

    low: Floats
    high: Floats
    weight: Floats

    @classmethod
    def of(cls, logo: Image.Image) -> _Ink:
        """
        Return that of *logo*.
        """
        pixels = np.asarray(logo.convert("RGBA").resize(_sample_size(logo)), np.float32)
        mine = colors.luminances(pixels)
        light = np.cbrt(mine) * 116 - 16
        return cls(
            np.minimum((mine + FLARE) / VISIBLE - FLARE, _luminances(light - APART)),
            np.maximum((mine + FLARE) * VISIBLE - FLARE, _luminances(light + APART)),
            np.asarray(pixels[..., 3] / 255, np.float32),
        )

    def visible_share(self, grounds: Floats, lost_max: float = LOST) -> float:
        """
        Return the share that stands out from all *grounds* (luminances, 0 to 1) but a share of
        *lost_max*: also from those that lie between the lightest and the darkest.
        """
        if not self.weight.sum():
            return 0.0
        ground = np.sort(np.asarray(grounds, np.float32).reshape(-1))
        lost = np.searchsorted(ground, self.high) - np.searchsorted(ground, self.low, "right")
        stands_out = lost <= lost_max * ground.size
        return float((stands_out * self.weight).sum() / self.weight.sum())


def _luminances(lightness: npt.NDArray[Any]) -> Floats:
    """
    Return the luminances of CIE *lightness* (0 to 100).
    """
    return np.asarray(((np.clip(lightness, -16, None) + 16) / 116) ** 3, np.float32)


def _sample_size(logo: Image.Image) -> tuple[int, int]:
    scale = min(1.0, 96 / max(logo.size))
    return max(1, round(logo.width * scale)), max(1, round(logo.height * scale))


def choose_chip(logo: Image.Image, grounds: Floats, moments: Sequence[Floats] = ()) -> Chip:
    """
    Return what *logo* needs on pixels of the given luminances, at each of the *moments* that they
    are of.
    """
    pixels = np.asarray(logo.convert("RGBA"))
    opaque = float((pixels[..., 3] > 250).mean()) >= OPAQUE  # noqa: PLR2004 - opaque
    if opaque and int(np.ptp(pixels[..., :3], axis=(0, 1)).max()) > 24:  # noqa: PLR2004 - more than JPEG noise
        return Chip.OWN
    if not pixels[..., 3].any():
        return Chip.NONE  # nothing is to be seen: an empty chip would be something
    ink = _Ink.of(logo)
    if ink.visible_share(grounds) >= ENOUGH and all(
        ink.visible_share(moment, LOST_AT_ONCE) >= ENOUGH for moment in moments
    ):
        return Chip.NONE
    shares = {
        chip: ink.visible_share(np.array([colors.luminance(color)], np.float32))
        for chip, color in CHIPS.items()
    }
    best = Chip.LIGHT if shares[Chip.LIGHT] >= shares[Chip.DARK] else Chip.DARK
    # Of a black mark with a white word, either would swallow one.
    split = shares[best] < WHOLE <= shares[Chip.MIDDLE]
    return Chip.MIDDLE if split else best


CHIPS: Final[dict[Chip, colors.Rgb]] = {
    Chip.LIGHT: (0.98, 0.98, 0.97),
    Chip.DARK: (0.07, 0.075, 0.09),
    Chip.MIDDLE: (0.46, 0.47, 0.49),
}
"""
The colour of each; the middle one is as far from white as from black.
"""


def scaled(logo: Image.Image, width: float, height: float) -> Image.Image:
    """
    Return *logo* as large as *width* x *height* pixels allow, edges clean.
    """
    factor = min(width / logo.width, height / logo.height)
    size = (max(1, int(logo.width * factor + 1e-6)), max(1, int(logo.height * factor + 1e-6)))
    # Scaling premultiplied colours keeps transparent pixels' colours out of the edges.
    return logo.convert("RGBa").resize(size, Image.Resampling.LANCZOS).convert("RGBA")


def treated(
    logo: Image.Image,
    width: float,
    height: float,
    grounds: Floats,
    moments: Sequence[Floats] = (),
) -> Treated:
    """
    Return *logo* with whatever chip it needs on *grounds*, at each of the *moments* that they are
    of, inside *width* x *height*.
    """
    logo = trimmed(logo)
    chip = choose_chip(logo, grounds, moments)
    if chip is Chip.NONE:
        return Treated(scaled(logo, width, height), chip)
    if chip is Chip.OWN:
        image = scaled(logo, width, height)
        rounded = rounded_mask(image.width, image.height, 0.16 * min(image.size))
        alpha = np.minimum(np.asarray(image.getchannel("A")), np.asarray(rounded))
        image.putalpha(Image.fromarray(alpha))
        return Treated(image, chip)
    padding = 0.2 * min(height, width * logo.height / logo.width) / 1.4
    across, down = int(1.3 * padding), int(padding)
    inner = scaled(logo, max(1, width - 2 * across), max(1, height - 2 * down))
    size = (inner.width + 2 * across, inner.height + 2 * down)
    image = Image.new("RGBA", size, colors.to_bytes(CHIPS[chip]))
    image.putalpha(rounded_mask(*size, 0.22 * size[1]))
    image.alpha_composite(inner, (across, down))
    return Treated(image, chip)


def rounded_mask(width: int, height: int, radius: float) -> Image.Image:
    """
    Return the coverage ("L") of a rectangle with rounded corners, edges smooth.
    """
    side = math.ceil(radius) + 1
    if 2 * side > min(width, height):
        return _rounded(width, height, radius)
    mask = Image.new("L", (width, height), 255)
    corners = _corners(radius)
    for x in (0, 1):
        for y in (0, 1):
            mask.paste(corners[x, y], (x * (width - side), y * (height - side)))
    return mask


@functools.lru_cache(maxsize=64)
def _corners(radius: float) -> dict[tuple[int, int], Image.Image]:
    """
    Return the corners that all rectangles have, however wide and high: left and right (0, 1), top
    and bottom (0, 1).
    """
    side = math.ceil(radius) + 1
    small = _rounded(2 * side, 2 * side, radius)
    return {
        (x, y): small.crop((x * side, y * side, (x + 1) * side, (y + 1) * side))
        for x in (0, 1)
        for y in (0, 1)
    }


def _rounded(width: int, height: int, radius: float) -> Image.Image:
    scale = 4
    mask = Image.new("L", (width * scale, height * scale), 0)
    ImageDraw.Draw(mask).rounded_rectangle(
        (0, 0, width * scale - 1, height * scale - 1), radius * scale, fill=255
    )
    return mask.reduce(scale)


@frozen(eq=False)
class LogoArt:
    """
    The logo laid over the film: a sprite, and the box it fills.
    """

    sprite: Sprite
    box: Box
    chip: Chip


def overlay_box(width: int, height: int) -> Box:
    """
    Return the strip in the safe area's top left corner that an overlay's logo may fill.

    >>> overlay_box(1280, 720)
    Box(left=64, top=36, right=548, bottom=79)
    """
    area = safe_areas.safe_area(width, height)
    tall = round(HEIGHT * min(height, 1.25 * width))
    return safe_areas.Box(
        area.left, area.top, area.left + round(WIDEST * area.width), area.top + tall
    )


def standing_box(logo: Image.Image, width: int, height: int) -> Box:
    """
    Return the part of `overlay_box` that *logo* itself will fill: what is behind it counts.
    """
    strip = overlay_box(width, height)
    cut = trimmed(logo)
    factor = min(strip.width / cut.width, strip.height / cut.height)
    across, down = max(1, round(cut.width * factor)), max(1, round(cut.height * factor))
    return safe_areas.Box(strip.left, strip.top, strip.left + across, strip.top + down)


def overlay(logo: Image.Image, width: int, height: int, moments: Sequence[Floats]) -> LogoArt:
    """
    Return *logo* for a film of *width* x *height*.

    *moments* are luminances (0 to 1) of pixels that will be under its `standing_box` while it is
    shown, those of each moment by themselves.
    """
    strip = overlay_box(width, height)
    grounds = np.concatenate([each.reshape(-1) for each in moments] or [np.zeros(1, np.float32)])
    done = treated(logo, strip.width, strip.height, grounds, moments)
    box = safe_areas.Box(strip.left, strip.top, strip.left + done.width, strip.top + done.height)
    return LogoArt(Sprite.from_rgba(done.image), box, done.chip)
