"""
Editorial: the title page of a magazine; rules, a serif, one spot of colour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.compositor import capitals, colors
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
    from ars0n_core.compositor.colors import Rgb

NAME = Style(Face.SERIF, 500, -0.015, 1.08)
BODY = Style(Face.SERIF_ITALIC, 400, 0.0, 1.34)
LABEL = Style(Face.TEXT, 600, 0.14, 1.3, upper=True)
ADDRESS = Style(Face.TEXT, 600, 0.03, 1.3)
"""
Of a website that capitals would lead elsewhere.
"""

SMALL = Style(Face.TEXT, 400, 0.01, 1.36)

PAPER = (0.965, 0.949, 0.918)


def draw(brief: Brief) -> CardArt:
    """
    Set the page between rules, centred; the call to action is a label on ink.
    """
    canvas = Canvas(brief, paint.flat(brief.width, brief.height, PAPER))
    ink = (0.09, 0.082, 0.075)
    spot = colors.readable(brief.accent, PAPER, ratio=1.25)
    area = brief.middle.inset(0 if brief.shape == "tall" else brief.px(52))
    if brief.shape == "wide":
        area = area.inset(round(0.09 * brief.width), 0)
    thick, thin, apart = max(2, brief.px(7)), max(1, brief.px(2)), brief.px(9)
    for top, heavy in ((area.top, True), (area.bottom - thick - apart - thin, False)):
        first, second = (thick, thin) if heavy else (thin, thick)
        canvas.add(paint.box(area.width, first, ink), area.left, top, Entrance.REVEAL)
        canvas.add(
            paint.box(area.width, second, ink), area.left, top + first + apart, Entrance.REVEAL
        )
    _engraving(canvas, brief, spot)
    body = area.inset(brief.px(10), thick + apart + thin + brief.px(44))
    label = LABEL if capitals.leads_there(brief.website) else ADDRESS
    foot = arrange(
        [
            *brief.words("website", label, ink, 32, lines=1),
            *brief.words("legal", SMALL, colors.mix(ink, PAPER, 0.25), 26, gap=32, lines=3),
        ],
        Box(body.left, body.top + round(0.6 * body.height), body.right, body.bottom),
        0.5,
        1.0,
    )
    low = foot[0].box.top - brief.px(44) if foot else body.bottom
    dot = [Rule(name="spot", width=brief.px(72), height=brief.px(8), color=spot, gap=brief.px(46))]
    pieces = [
        *brief.logo(380, 104),
        *brief.words("company", NAME, ink, 150, gap=50, lines=3),
        *(dot if brief.company and (brief.tagline or brief.cta) else []),
        *brief.words("tagline", BODY, ink, 56, gap=57, lines=3),
        *brief.button(LABEL, PAPER, ink, 34, gap=60, radius=0.0, pad=(1.5, 0.95)),
    ]
    if not pieces and not foot:
        pieces = [Rule(name="spot", width=brief.px(160), height=brief.px(160), color=spot)]
    canvas.place(arrange(pieces, Box(body.left, body.top, body.right, low), 0.5, 0.5))
    canvas.place(foot, Entrance.FADE)
    return canvas.finished()


def _engraving(canvas: Canvas, brief: Brief, color: Rgb) -> None:
    """
    Rule the foot of a tall page with lines that thicken downwards, as engravers shade.
    """
    if brief.shape != "tall":
        spine = max(4, brief.px(22))
        canvas.stamp(
            paint.box(spine, brief.height, color), brief.width - spine if brief.rtl else 0, 0
        )
        return
    top, pitch = round(0.715 * brief.height), brief.px(27)
    count = (brief.height - top) // pitch + 1
    for index in range(count):
        thick = max(1, round(pitch * 0.95 * ((index + 1) / count) ** 1.4))
        canvas.stamp(paint.box(brief.width, thick, color), 0, top + (index + 1) * pitch - thick)
