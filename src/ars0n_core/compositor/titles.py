"""
Titles: a few words set over a scene, uncovered and faded.

**Owns** where supers stand and how they come and go. **Does not own** what is said
(`plans.conform`) or which part of its zone is free (`dressings`). **Invariants**: a title
stands between the overlaid logo, if there is one, and the captions, inside the safe area;
its type is white on its own dark ground.

Start at `TitleArt.of`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen
from PIL import Image

from ars0n_core.compositor import colors, logo, rasters, text, transitions
from ars0n_core.compositor.backings import GROUND
from ars0n_core.compositor.captions import caption_zone, scale_of
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.frames import Sprite, patch
from ars0n_core.compositor.safe_areas import Box, safe_area
from ars0n_core.compositor.text import Style
from ars0n_core.timelines import Title

if TYPE_CHECKING:
    from ars0n_core.compositor.colors import Rgb
    from ars0n_core.compositor.frames import Patch

SUPER: Final = Style(Face.TEXT, 800, -0.024, 1.1)

TITLE_SIZE: Final = 0.066
"""
Type size of titles, as captions' is told.
"""

TITLE_SIZE_LEAST: Final = 0.036
TITLE_LINES_MAX: Final = 3


def title_zone(width: int, height: int, *, below_logo: bool = True) -> Box:
    """
    Return where titles stand: between the logo's strip, or the top of the safe area where no
    logo is shown, and the captions.
    """
    area, gap = safe_area(width, height), round(0.028 * height)
    top = logo.overlay_box(width, height).bottom + gap if below_logo else area.top
    return Box(area.left, top, area.right, caption_zone(width, height).top - gap)


def title_strip(zone: Box, size: tuple[int, int], drop: float) -> Box:
    """
    Return about where in *zone* a title of two lines stands that is *drop* of the way down it,
    in a film of *size*.
    """
    tall = min(zone.height, round(3 * TITLE_SIZE * scale_of(*size)))
    top = zone.top + round(drop * (zone.height - tall))
    return Box(zone.left, top, zone.right, top + tall)


TITLE_IN_FRAMES: Final = 12
TITLE_OUT_FRAMES: Final = 6


@frozen(eq=False)
class TitleArt:
    """
    A super ready to be drawn: uncovered from where reading starts, faded at the end.
    """

    title: Title
    box: Box
    size: int
    rtl: bool
    sprite: Sprite

    @classmethod
    def of(
        cls,
        title: Title,
        width: int,
        height: int,
        accent: Rgb = colors.WHITE,
        *,
        drop: float = 0.0,
        below_logo: bool = True,
    ) -> TitleArt:
        """
        Return *title* set for a film of *width* x *height*, its bar in *accent*, *drop* of the
        way (0 to 1) from the top of its zone to the bottom.
        """
        zone = title_zone(width, height, below_logo=below_logo)
        size = TITLE_SIZE * scale_of(width, height)
        bar, down = round(0.16 * size), round(0.36 * size)
        across = round(0.46 * size)
        block = text.fit(
            title.text,
            SUPER,
            width=min(zone.width, 0.92 * scale_of(width, height)) - 2 * across - bar,
            height=zone.height - 2 * down,
            size_max=size,
            size_min=TITLE_SIZE_LEAST * scale_of(width, height),
            lines_max=TITLE_LINES_MAX,
        )
        wide, tall = block.width + 2 * across + bar, block.height + 2 * down
        fill = colors.readable(accent, GROUND, ratio=3.0)
        image = Image.new("RGBA", (wide, tall), colors.to_bytes(GROUND, 0.86))
        label = rasters.paint(block, colors.WHITE, 1.0 if block.rtl else 0.0)
        start = across if block.rtl else across + bar
        image.alpha_composite(label, (start - text.PAD, down - text.PAD))
        image.paste(
            colors.to_bytes(fill),
            (wide - bar if block.rtl else 0, 0, wide if block.rtl else bar, tall),
        )
        left = zone.right - wide if block.rtl else zone.left
        top = zone.top + round(drop * max(0, zone.height - tall))
        box = Box(left, top, left + wide, top + tall)
        return cls(title, box, block.size, block.rtl, Sprite.from_rgba(image))

    def patches(self, film_frame: int) -> list[Patch]:
        """
        Return the title as it is in the film's *film_frame*: nothing if it is not shown.
        """
        n = film_frame - self.title.start_frame
        if not 0 <= n < self.title.frames:
            return []
        whole = min(TITLE_IN_FRAMES, max(1, self.title.frames // 3))
        shown = transitions.settle(min(1.0, (n + 1) / whole))
        going = min(TITLE_OUT_FRAMES, max(1, self.title.frames // 4))
        opacity = min(1.0, (self.title.frames - n) / (going + 1))
        sprite, x = self.sprite, self.box.left
        if shown < 1:
            part = max(1, round(shown * sprite.width))
            first = sprite.width - part if self.rtl else 0
            sprite, x = sprite.cropped(first, 0, first + part, sprite.height), x + first
        laid = patch(sprite, x, self.box.top, opacity)
        return [laid] if laid is not None else []
