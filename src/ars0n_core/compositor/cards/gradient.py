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
    from ars0n_core.compositor.cards.canvas import Brief
    from ars0n_core.compositor.colors import Floats

NAME = Style(Face.GEOMETRIC, 700, -0.02, 1.08)
BODY = Style(Face.GEOMETRIC, 400, 0.0, 1.32)
ACTION = Style(Face.GEOMETRIC, 600, 0.0, 1.15)


def draw(brief: Brief) -> CardArt:
    """
    Centre everything on a mesh of light; the button is white and floats.
    """
    canvas = Canvas(brief, _light(brief), dithered=True)
    pale = colors.tone(brief.accent, 0.97, 0.15)
    label = colors.readable(colors.tone(brief.accent, 0.42), colors.WHITE)
    area = brief.middle.inset(brief.px(0 if brief.shape == "tall" else 60))
    pieces = [
        *brief.logo(440, 130),
        *brief.words("company", NAME, colors.WHITE, 138, gap=60, lines=3),
        *brief.words("tagline", BODY, pale, 54, gap=36, lines=3),
        *brief.button(ACTION, label, colors.WHITE, 52, gap=72, pad=(1.3, 0.72), soft=True),
        *brief.words("website", ACTION, colors.WHITE, 40, gap=52, lines=1),
        *brief.words("legal", BODY, pale, 26, gap=44, lines=3),
    ]
    canvas.place(arrange(pieces, area, 0.5, 0.5))
    return canvas.finished()


def _light(brief: Brief) -> Floats:
    """
    Return the ground: deep enough under the type that white is legible on all of it.
    """
    accent = brief.accent
    lightness, chroma, _ = colors.to_oklch(accent)
    # Colours too light for white text are deepened, keeping their hue; greys stay grey.
    body = colors.readable(colors.tone(accent, min(lightness, 0.62)), colors.WHITE, ratio=4.7)
    deep = colors.to_oklch(body)[0]
    warm = colors.readable(colors.tone(accent, deep + 0.03, 1.0, 38), colors.WHITE, ratio=4.6)
    cool = colors.tone(accent, max(0.2, deep - 0.16), 1.05, -42)
    dark = colors.tone(accent, max(0.14, deep - 0.26), 0.9, -24)
    if chroma < 0.02:  # noqa: PLR2004 - a grey
        warm = colors.tone(accent, deep - 0.02)
    ground = paint.slope(brief.width, brief.height, body, cool, 62)
    spots = [
        (0.95, 0.05, 0.55, warm, 0.95),
        (0.0, 0.34, 0.42, body, 0.8),
        (0.08, 1.02, 0.62, dark, 0.95),
        (0.98, 0.86, 0.40, cool, 0.85),
        (0.62, 0.62, 0.28, warm, 0.35),
    ]
    return paint.blobs(brief.width, brief.height, ground, spots)
