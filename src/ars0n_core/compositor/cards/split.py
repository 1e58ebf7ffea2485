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
    from ars0n_core.compositor.cards.art import CardArt
    from ars0n_core.compositor.cards.canvas import Brief
    from ars0n_core.compositor.colors import Rgb

NAME = Style(Face.GROTESK, 700, -0.03, 1.04)
BODY = Style(Face.GROTESK, 500, -0.005, 1.26)
ACTION = Style(Face.GROTESK, 700, -0.01, 1.15)
SMALL = Style(Face.TEXT, 400, 0.0, 1.32)

SEAMS = {"tall": 0.40, "wide": 0.5, "square": 0.5}
"""
Where the fields meet, as a share of the height (of the width in wide pictures). In tall
pictures it is the middle of the safe area, which lies high.
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
    seam = round(SEAMS[brief.shape] * (width if brief.shape == "wide" else height))
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
    ink = colors.ink_on(color)
    head, body = _contents(brief, ink, color, paper)
    first, second = _columns(brief, seam)
    rings = not (head and body)
    if rings:
        _rings(canvas, brief, field, color)
    canvas.turn += 5
    canvas.place(arrange(head, first, brief.start, 1.0 if not wide else 0.5))
    canvas.place(arrange(body, second, brief.start, 0.0 if not wide else 0.5))
    return canvas.finished()


def _contents(brief: Brief, ink: Rgb, color: Rgb, paper: Rgb) -> tuple[list, list]:
    """
    Return the pieces on the coloured field and those on the white one.
    """
    strong = colors.readable(color, paper)
    on_button = colors.ink_on(strong)
    offer = [
        *brief.words("tagline", BODY, colors.INK, 66, lines=4),
        *brief.button(ACTION, on_button, strong, 52, gap=52, radius=0.18, pad=(0.95, 0.66)),
        *brief.words("website", ACTION, colors.INK, 40, gap=40, lines=1),
        *brief.words("legal", SMALL, colors.mix(colors.INK, paper, 0.3), 26, gap=36, lines=3),
    ]
    mark = brief.logo(440, 130)
    if offer:
        return [*mark, *brief.words("company", NAME, ink, 138, gap=52, lines=3)], offer
    if mark:
        return mark, brief.words("company", NAME, colors.INK, 138, lines=3)
    return [], brief.words("company", NAME, colors.INK, 138, lines=3)


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


def _rings(canvas: Canvas, brief: Brief, field: Box, color: Rgb) -> None:
    """
    Fill an empty coloured field with rings in its own tones.
    """
    lightness = colors.to_oklch(color)[0]
    step = -0.05 if lightness > 0.5 else 0.06  # noqa: PLR2004 - the middle
    reach = 0.95 * max(field.width, field.height)
    for index in range(4):
        radius = reach * (1 - 0.24 * index)
        shade = colors.tone(color, lightness + step * (index + 1) / 1.6)
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
