"""
Minimal: a quiet Swiss page; one disc of colour, and room.
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
    from ars0n_core.compositor.cards.brief import Brief

NAME = Style(Face.TEXT, 650, -0.028, 1.06)
BODY = Style(Face.TEXT, 400, -0.008, 1.32)
STRONG = Style(Face.TEXT, 600, -0.008, 1.2)

DISCS = {"tall": (0.86, 0.985, 0.31), "wide": (0.85, 0.5, 0.21), "square": (0.94, 0.06, 0.25)}
"""
Middle (shares of width and height) and radius (share of the longer side) of the disc.
"""


def draw(brief: Brief) -> CardArt:
    """
    Set everything to one edge, anchored low, the logo above, the disc apart.
    """
    paper = colors.tone(brief.accent, 0.982, 0.06)
    canvas = Canvas(brief, paint.flat(brief.width, brief.height, paper))
    at_x, at_y, radius = DISCS[brief.shape]
    at_x = 1 - at_x if brief.rtl else at_x
    radius *= max(brief.width, brief.height)
    shown = brief.accent
    if colors.least_contrast(shown, [paper]) < 1.25:  # an accent like the paper  # noqa: PLR2004
        shown = colors.INK
    canvas.panel(
        paint.disc(radius, shown),
        at_x * brief.width - radius,
        at_y * brief.height - radius,
        Entrance.BOTTOM if brief.shape == "tall" else Entrance.RIGHT,
        0.35 * radius,
    )
    area = _column(brief)
    grey = colors.readable(colors.tone(brief.accent, 0.48, 0.12), paper)
    top = brief.logo(420, 96)
    low = [
        *brief.words("company", NAME, colors.INK, 124, lines=3),
        *brief.words("tagline", BODY, grey, 48, gap=46, lines=3),
        *brief.button(STRONG, paper, colors.INK, 44, gap=64, radius=0.5, pad=(1.15, 0.7)),
        *brief.words("website", STRONG, colors.INK, 36, gap=40, lines=1),
        *brief.words("legal", BODY, grey, 26, gap=40, lines=3),
    ]
    above = arrange(top, Box(area.left, area.top, area.right, area.bottom), brief.start, 0.0)
    if not low:
        above = arrange(top, area, brief.start, 1.0)
    head = above[0].box.bottom - area.top + brief.px(64) if above and low else 0
    canvas.place(above, Entrance.FADE)
    canvas.place(
        arrange(low, Box(area.left, area.top + head, area.right, area.bottom), brief.start, 1.0)
    )
    return canvas.finished()


def _column(brief: Brief) -> Box:
    """
    Return where type stands, clear of the disc.
    """
    safe = brief.safe
    match brief.shape:
        case "wide":
            right = round(0.62 * brief.width)
            box = Box(
                safe.left + brief.px(36), safe.top + brief.px(54), right, safe.bottom - brief.px(54)
            )
        case "square":
            radius = DISCS["square"][2] * max(brief.width, brief.height)
            top = round(DISCS["square"][1] * brief.height + radius + brief.px(30))
            box = Box(
                safe.left + brief.px(24), top, safe.right - brief.px(24), safe.bottom - brief.px(24)
            )
        case _:
            box = safe
    if brief.rtl:
        return (
            Box(brief.width - box.right, box.top, brief.width - box.left, box.bottom)
            if brief.shape != "tall"
            else box
        )
    return box
