"""
Split: two fields, the brand on colour and the offer on white.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.compositor import colors
from ars0n_core.compositor.cards import paint
from ars0n_core.compositor.cards.art import Entrance
from ars0n_core.compositor.cards.canvas import Canvas
from ars0n_core.compositor.cards.stack import arrange
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.compositor.text import Style

if TYPE_CHECKING:
    from PIL import Image

    from ars0n_core.compositor.cards.art import CardArt
    from ars0n_core.compositor.cards.brief import Brief
    from ars0n_core.compositor.cards.stack import Piece
    from ars0n_core.compositor.colors import Rgb

NAME = Style(Face.GROTESK, 700, -0.03, 1.04)
BODY = Style(Face.GROTESK, 500, -0.005, 1.26)
ACTION = Style(Face.GROTESK, 700, -0.01, 1.15)
SMALL = Style(Face.TEXT, 400, 0.0, 1.32)

BRIGHT = 0.78
"""
OKLab lightness from which a brand colour can't be darkened without losing itself.
"""

SEAMS = {"tall": 0.40, "wide": 0.5, "square": 0.5}
SEAMS_SMALL = {"tall": 0.42, "wide": 0.6, "square": 0.64}
"""
Where the fields meet, as a share of the height (of the width in wide pictures). In tall
pictures it is the middle of the safe area, which lies high. An offer that is a button alone
takes the smaller field.
"""


def draw(brief: Brief) -> CardArt:
    """
    Slide the coloured field in over white, then set both.
    """
    width, height = brief.width, brief.height
    paper = colors.tone(brief.accent, 0.985, 0.05)
    color = brief.accent
    if colors.least_contrast(color, [paper]) < 1.3:  # white on white is no split  # noqa: PLR2004
        color = colors.INK
    canvas = Canvas(brief, paint.flat(width, height, paper))
    small = not brief.tagline and bool(brief.company or brief.mark)
    share = (SEAMS_SMALL if small else SEAMS)[brief.shape]
    seam = round(share * (width if brief.shape == "wide" else height))
    wide = brief.shape == "wide"
    field = Box(0, 0, seam, height) if wide else Box(0, 0, width, seam)
    if wide and brief.rtl:
        field = Box(width - seam, 0, width, height)
    canvas.panel(
        paint.box(field.width, field.height, color),
        field.left,
        field.top,
        Entrance.TOP if not wide else Entrance.RIGHT if brief.rtl else Entrance.LEFT,
        field.width if wide else field.height,
    )
    if brief.shape == "tall":
        _foot(canvas, brief, color)
    ink = colors.ink_on(color)
    head, body = _contents(brief, ink, color, paper)
    first, second = _columns(brief, seam)
    rings = not (head and body)
    if rings:
        _rings(canvas, field, color)
    canvas.turn += 3
    canvas.place(arrange(head, first, brief.start, 1.0 if not wide else 0.5))
    hung = not wide and bool(head) and not small  # a long offer hangs from the seam
    canvas.place(arrange(body, second, brief.start, 0.0 if hung else 0.5))
    return canvas.finished()


def _contents(brief: Brief, ink: Rgb, color: Rgb, paper: Rgb) -> tuple[list[Piece], list[Piece]]:
    """
    Return the pieces on the coloured field and those on the white one.
    """
    # Bright colours would turn to mud as a legible button; there the colour is the label.
    bright = colors.to_oklch(color)[0] > BRIGHT
    strong = colors.INK if bright else colors.readable(color, paper)
    on_button = color if bright else colors.ink_on(strong)
    offer = [
        *brief.words("tagline", BODY, colors.INK, 66, lines=4),
        *brief.button(
            ACTION,
            on_button,
            strong,
            52 if brief.tagline else 64,
            gap=52,
            radius=0.18,
            pad=(0.95, 0.66),
        ),
        *brief.words("website", ACTION, colors.INK, 40, gap=40, lines=1),
        *brief.words("legal", SMALL, colors.mix(colors.INK, paper, 0.3), 26, gap=36, lines=3),
    ]
    mark = brief.logo(440, 130)
    if offer:
        return [*mark, *brief.words("company", NAME, ink, 138, gap=52, lines=3)], offer
    name = brief.words("company", NAME, colors.INK, 138, lines=3)
    return (mark, name) if mark and name else ([], mark or name)


def _columns(brief: Brief, seam: int) -> tuple[Box, Box]:
    """
    Return where the type stands on the coloured field and on the other.
    """
    safe, gap = brief.safe, brief.px(72)
    if brief.shape != "wide":
        side = 0 if brief.shape == "tall" else brief.px(24)
        left, right = safe.left + side, safe.right - side
        return (
            Box(left, safe.top + side, right, seam - gap),
            Box(left, seam + gap, right, safe.bottom - side),
        )
    first = Box(safe.left + brief.px(20), safe.top, seam - gap, safe.bottom)
    second = Box(seam + gap, safe.top, safe.right - brief.px(20), safe.bottom)
    if brief.rtl:
        width = brief.width
        return (
            Box(width - first.right, first.top, width - first.left, first.bottom),
            Box(width - second.right, second.top, width - second.left, second.bottom),
        )
    return first, second


def _rings(canvas: Canvas, field: Box, color: Rgb) -> None:
    """
    Fill an empty coloured field with rings in its own tones.
    """
    lightness = colors.to_oklch(color)[0]
    step = -0.05 if lightness > 0.5 else 0.06  # noqa: PLR2004 - the middle
    reach = 0.95 * max(field.width, field.height)
    for index in range(4):
        radius = reach * (1 - 0.24 * index)
        turn = colors.neighbour(color, 4.0 * (index + 1)) if lightness > BRIGHT else 0.0
        shade = colors.tone(color, lightness + step * (index + 1) / 1.6, 1.0, turn)
        image = paint.disc(radius, shade)
        at_x, at_y = field.left - radius, field.top - radius
        crop = image.crop(
            (
                round(field.left - at_x),
                round(field.top - at_y),
                round(field.right - at_x),
                round(field.bottom - at_y),
            )
        )
        canvas.panel(crop, field.left, field.top, Entrance.FADE, 0, 4 + 2 * index)


def _foot(canvas: Canvas, brief: Brief, color: Rgb) -> None:
    """
    Close a tall card below the safe area with a field in the colour's deep tone.
    """
    top = round(0.70 * brief.height)
    lightness = colors.to_oklch(color)[0]
    bright = lightness > BRIGHT
    deep = color if bright else colors.tone(color, max(0.2, min(0.36, lightness - 0.2)), 0.8)
    rings = colors.tone(color, lightness - 0.12, 1.0, colors.neighbour(color, 18))
    if lightness < 0.25:  # noqa: PLR2004 - black
        deep, rings = colors.tone(color, 0.28), colors.tone(color, 0.5)
    elif not bright:
        rings = color
    tall = brief.height - top
    field = paint.box(brief.width, tall, deep)
    for index in range(3):
        radius = 0.86 * tall * (1 - 0.3 * index)
        shade = colors.mix(deep, rings, 0.22 * (index + 1) + 0.12)
        at_x = 0 if brief.rtl else brief.width
        field.alpha_composite(
            *_clipped(paint.disc(radius, shade), at_x - radius, tall - radius, field)
        )
    canvas.panel(field, 0, top, Entrance.BOTTOM, tall)


def _clipped(
    image: Image.Image, x: float, y: float, onto: Image.Image
) -> tuple[Image.Image, tuple[int, int]]:
    """
    Return the part of *image* that lies on *onto* when put at (*x*, *y*), and its place.
    """
    left, top = round(x), round(y)
    part = image.crop(
        (
            max(0, -left),
            max(0, -top),
            min(image.width, onto.width - left),
            min(image.height, onto.height - top),
        )
    )
    return part, (max(0, left), max(0, top))
