"""
Bold: the name as a poster, as large as it goes, on nothing but colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import ImageOps

from ars0n_core.compositor import colors
from ars0n_core.compositor.cards import paint
from ars0n_core.compositor.cards.art import Entrance
from ars0n_core.compositor.cards.canvas import Canvas
from ars0n_core.compositor.cards.stack import arrange
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.text import Style

if TYPE_CHECKING:
    from ars0n_core.compositor.cards.art import CardArt
    from ars0n_core.compositor.cards.brief import Brief
    from ars0n_core.compositor.colors import Rgb

NAME = Style(Face.POSTER, 800, 0.0, 1.1, upper=True)
BODY = Style(Face.TEXT, 600, -0.01, 1.25)
ACTION = Style(Face.POSTER, 800, 0.025, 1.1, upper=True)
SMALL = Style(Face.TEXT, 500, 0.0, 1.3)

ARROW, ARROW_TOP = 0.115, 0.735
"""
Height and upper edge of a tall poster's arrow, as shares of the picture's height: below the
safe area, where platforms lay their own words over a picture.
"""


def draw(brief: Brief) -> CardArt:
    """
    Fill the area with the name; the call to action is a slab of the type's own colour.
    """
    ground = brief.accent
    ink = colors.ink_on(ground)
    lightness = colors.to_oklch(ground)[0]
    # Darker bands look like shade; lighter ones only where dark type needs them.
    # Bright yellows shade towards orange; a mere darkening looks like dirt.
    turn = colors.neighbour(ground, 16) if lightness > 0.75 else 0.0  # noqa: PLR2004 - bright
    band = colors.tone(ground, lightness - 0.06, 1.15, turn)
    if lightness < 0.16 or colors.least_contrast(ink, [band]) < colors.LEGIBLE:  # noqa: PLR2004 - black
        band = colors.tone(ground, lightness + 0.06)
    canvas = Canvas(brief, paint.flat(brief.width, brief.height, ground))
    width, height = brief.width, brief.height
    lean = 0.42 * min(width, height)
    for start, thick in ((0.66, 0.16), (0.92, 0.5)):
        left = round(start * (width + lean) - lean)
        across = round(lean + thick * width)
        points = [(lean, 0), (across, 0), (across - lean, height), (0, height)]
        shape = paint.polygon(across, height, points, band)
        seen = shape.crop((max(0, -left), 0, min(across, width - left), height))
        at = max(0, left)
        if brief.rtl:
            seen, at = ImageOps.mirror(seen), width - at - seen.width
        canvas.panel(seen, at, 0, Entrance.LEFT if brief.rtl else Entrance.RIGHT, 0.5 * width)
    area = brief.safe.inset(brief.px(0 if brief.shape == "tall" else 30))
    pieces = [
        *brief.logo(430, 110),
        *brief.words("company", NAME, ink, 250 if brief.shape == "tall" else 220, gap=56, lines=3),
        *brief.words("tagline", BODY, ink, 52, gap=54, lines=2),
        *brief.button(
            ACTION, ground, ink, 66, gap=56, radius=0.0, pad=(0.8, 0.48), wide=brief.shape == "tall"
        ),
        *brief.words("website", BODY, ink, 40, gap=40, lines=1),
        *brief.words("legal", SMALL, ink, 26, gap=36, lines=3),
    ]
    placed = arrange(pieces, area, brief.start, 0.5)
    canvas.place(placed, Entrance.RISE)
    if brief.shape == "tall":
        _arrow(canvas, brief, ink)
    return canvas.finished()


def _arrow(canvas: Canvas, brief: Brief, color: Rgb) -> None:
    """
    Close a tall poster's foot with an arrow that leads out of the picture.
    """
    tall = round(ARROW * brief.height)
    wide = brief.safe.right if brief.rtl else brief.width - brief.safe.left
    shaft = 0.34 * tall
    middle, neck = tall / 2, wide - 0.62 * tall
    points = [
        (0, middle - shaft / 2),
        (neck, middle - shaft / 2),
        (neck - 0.30 * tall, 0),
        (neck + 0.12 * tall, 0),
        (wide, middle),
        (neck + 0.12 * tall, tall),
        (neck - 0.30 * tall, tall),
        (neck, middle + shaft / 2),
        (0, middle + shaft / 2),
    ]
    image = paint.polygon(wide, tall, points, color)
    top = round(ARROW_TOP * brief.height)
    if brief.rtl:
        canvas.add(ImageOps.mirror(image), 0, top, Entrance.REVEAL_LEFTWARDS)
    else:
        canvas.add(image, brief.safe.left, top, Entrance.REVEAL)
