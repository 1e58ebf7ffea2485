"""
Gradient: soft light in the brand's colour and its neighbours, everything on one axis.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.compositor import colors
from ars0n_core.compositor.cards import paint
from ars0n_core.compositor.cards.canvas import Canvas
from ars0n_core.compositor.cards.stack import arrange
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.text import Style

if TYPE_CHECKING:
    from ars0n_core.compositor.cards.art import CardArt
    from ars0n_core.compositor.cards.brief import Brief
    from ars0n_core.compositor.colors import Floats

NAME = Style(Face.GEOMETRIC, 700, -0.02, 1.08)
BODY = Style(Face.GEOMETRIC, 400, 0.0, 1.32)
ACTION = Style(Face.GEOMETRIC, 600, 0.0, 1.15)


BRIGHT = 0.8
"""
OKLab lightness from which a brand colour keeps its brightness and takes dark type.
"""


def draw(brief: Brief) -> CardArt:
    """
    Centre everything on a mesh of light; the button floats.
    """
    canvas = Canvas(brief, _light(brief), dithered=True)
    bright = colors.to_oklch(brief.accent)[0] > BRIGHT
    ink = colors.tone(brief.accent, 0.2, 0.5) if bright else colors.WHITE
    soft = ink if bright else colors.tone(brief.accent, 0.97, 0.15)
    label = colors.readable(colors.tone(brief.accent, 0.42), colors.WHITE)
    area = brief.middle.inset(brief.px(0 if brief.shape == "tall" else 60))
    pieces = [
        *brief.logo(440, 130),
        *brief.words("company", NAME, ink, 138, gap=60, lines=3),
        *brief.words("tagline", BODY, soft, 54, gap=48, lines=3),
        *brief.button(ACTION, label, colors.WHITE, 52, gap=72, pad=(1.3, 0.72), soft=True),
        *brief.words("website", ACTION, ink, 40, gap=52, lines=1),
        *brief.words("legal", BODY, soft, 26, gap=44, lines=3),
    ]
    canvas.place(arrange(pieces, area, 0.5, 0.5))
    return canvas.finished()


def _light(brief: Brief) -> Floats:
    """
    Return the ground: such that its type's colour is legible on all of it.
    """
    accent = brief.accent
    lightness, chroma, _ = colors.to_oklch(accent)
    grey = chroma < 0.02  # noqa: PLR2004 - a grey has no neighbours
    turn = 0.0 if grey else colors.neighbour(accent, 1.0)
    if lightness > BRIGHT:
        body, glow = accent, colors.tone(accent, min(0.985, lightness + 0.08), 0.6)
        cool = colors.tone(accent, max(0.78, lightness - 0.08), 1.0, 28 * turn)
        deep = colors.tone(accent, max(0.74, lightness - 0.14), 0.9, 52 * turn)
    else:
        # Colours too light for white type are deepened, keeping their hue.
        body = colors.readable(colors.tone(accent, min(lightness, 0.62)), colors.WHITE, ratio=4.7)
        level = max(0.3, colors.to_oklch(body)[0])
        glow = colors.readable(
            colors.tone(accent, level + 0.05, 1.1, 22 * turn), colors.WHITE, ratio=4.6
        )
        cool = colors.tone(accent, max(0.2, level - 0.12), 1.05, 52 * turn)
        deep = colors.tone(accent, max(0.15, level - 0.24), 0.9, 66 * turn)
    spots = [
        (0.95, 0.05, 0.55, glow, 0.95),
        (0.0, 0.34, 0.42, body, 0.8),
        (0.08, 1.02, 0.62, deep, 0.95),
        (0.98, 0.86, 0.40, cool, 0.85),
        (0.62, 0.62, 0.28, glow, 0.35),
    ]
    return paint.lights(brief.width, brief.height, (body, cool, 62), spots)
