"""
Minimal: a quiet Swiss page; one disc of colour, and room.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.compositor import colors
from ars0n_core.compositor.cards import paint
from ars0n_core.compositor.cards.art import Entrance
from ars0n_core.compositor.cards.canvas import Canvas
from ars0n_core.compositor.cards.stack import Rule, arrange
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.compositor.text import Style

if TYPE_CHECKING:
    from ars0n_core.compositor.cards.art import CardArt
    from ars0n_core.compositor.cards.brief import Brief
    from ars0n_core.compositor.cards.stack import Piece

NAME = Style(Face.TEXT, 650, -0.028, 1.06)
BODY = Style(Face.TEXT, 400, -0.008, 1.32)
STRONG = Style(Face.TEXT, 600, -0.008, 1.2)

DISCS = {"tall": (0.86, 0.985, 0.31), "wide": (0.85, 0.5, 0.21), "square": (0.94, 0.06, 0.25)}
"""
Middle (shares of width and height) and radius (share of the longer side) of the disc.
"""

LOWEST = 0.44
"""
How far down its column the offer may begin, where there is a name above it.
"""


def draw(brief: Brief) -> CardArt:
    """
    Set everything to one edge: the name under a hairline, the offer under another far below,
    the disc apart.
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
    line = colors.mix(colors.INK, paper, 0.12)
    head = [
        *brief.logo(420, 96),
        *brief.words("company", NAME, colors.INK, 148, gap=64, lines=3),
        *brief.words("tagline", BODY, grey, 50, gap=46, lines=3),
    ]
    foot: list[Piece] = [
        *brief.button(STRONG, paper, colors.INK, 46, gap=48, radius=0.5, pad=(1.2, 0.72)),
        *brief.words("website", STRONG, colors.INK, 38, gap=44, lines=1),
        *brief.words("legal", BODY, grey, 26, gap=40, lines=3),
    ]
    thin = max(2, brief.px(3))
    if head and foot:
        rule = Rule(name="rule", width=area.width, height=thin, color=line, gap=brief.px(48))
        foot = [rule, *foot]
    if brief.shape == "square":
        canvas.place(arrange([*head, *foot], area, brief.start, 1.0), Entrance.RISE)
        return canvas.finished()
    # Apart as on a poster where there is height for it: the name hangs, the offer stands.
    low = area.top + round((LOWEST if head else 0.0) * area.height)
    placed = arrange(foot, Box(area.left, low, area.right, area.bottom), brief.start, 1.0)
    until = placed[0].box.top - brief.px(52) if placed else area.bottom
    reveal = Entrance.REVEAL_LEFTWARDS if brief.rtl else Entrance.REVEAL
    canvas.add(paint.box(area.width, thin, line), area.left, area.top, reveal)
    canvas.place(
        arrange(head, Box(area.left, area.top + brief.px(56), area.right, until), brief.start, 0.0)
    )
    canvas.place(placed, Entrance.FADE)
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
