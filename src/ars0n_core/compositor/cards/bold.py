"""
Bold: the name as a poster, as large as it goes, on nothing but colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.compositor import colors
from ars0n_core.compositor.cards import paint
from ars0n_core.compositor.cards.art import Entrance
from ars0n_core.compositor.cards.canvas import Canvas
from ars0n_core.compositor.cards.stack import arrange
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.text import Style

if TYPE_CHECKING:
    from ars0n_core.compositor.cards.art import CardArt
    from ars0n_core.compositor.cards.canvas import Brief

NAME = Style(Face.POSTER, 800, 0.0, 1.1, upper=True)
BODY = Style(Face.TEXT, 600, -0.01, 1.25)
ACTION = Style(Face.POSTER, 800, 0.025, 1.1, upper=True)
SMALL = Style(Face.TEXT, 500, 0.0, 1.3)


def draw(brief: Brief) -> CardArt:
    """
    Fill the area with the name; the call to action is a slab of the type's own colour.
    """
    ground = brief.accent
    ink = colors.ink_on(ground)
    lightness = colors.to_oklch(ground)[0]
    # The bands move away from the ink, so that they help it where they pass beneath.
    away = -0.055 if ink == colors.WHITE else 0.045
    if not 0.04 < lightness + away < 0.99:  # noqa: PLR2004 - white and black have one way to go
        away = -away * 0.8
    band = colors.tone(ground, lightness + away)
    canvas = Canvas(brief, paint.flat(brief.width, brief.height, ground))
    width, height = brief.width, brief.height
    lean = 0.42 * min(width, height)
    for start, thick in ((0.66, 0.16), (0.92, 0.5)):
        left = start * (width + lean) - lean
        points = [
            (left + lean, 0),
            (left + lean + thick * width, 0),
            (left + thick * width, height),
            (left, height),
        ]
        canvas.panel(paint.polygon(width, height, points, band), 0, 0, Entrance.RIGHT, 0.5 * width)
    area = brief.safe.inset(brief.px(0 if brief.shape == "tall" else 30))
    pieces = [
        *brief.logo(430, 110),
        *brief.words("company", NAME, ink, 250 if brief.shape == "tall" else 220, gap=56, lines=3),
        *brief.words("tagline", BODY, ink, 52, gap=40, lines=2),
        *brief.button(
            ACTION, ground, ink, 66, gap=56, radius=0.0, pad=(0.8, 0.48), wide=brief.shape == "tall"
        ),
        *brief.words("website", BODY, ink, 40, gap=40, lines=1),
        *brief.words("legal", SMALL, ink, 26, gap=36, lines=3),
    ]
    canvas.place(arrange(pieces, area, brief.start, 0.5), Entrance.RISE)
    return canvas.finished()
