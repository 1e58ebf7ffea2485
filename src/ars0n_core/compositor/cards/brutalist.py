"""
Brutalist: raw blocks, thick borders, hard shadows, nothing softened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.compositor import colors
from ars0n_core.compositor.cards import paint
from ars0n_core.compositor.cards.art import Entrance
from ars0n_core.compositor.cards.canvas import Canvas
from ars0n_core.compositor.cards.stack import arrange, moved
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.compositor.text import Style

if TYPE_CHECKING:
    from PIL import Image

    from ars0n_core.compositor.cards.art import CardArt
    from ars0n_core.compositor.cards.brief import Brief
    from ars0n_core.compositor.cards.stack import Piece
    from ars0n_core.compositor.colors import Rgb

NAME = Style(Face.SLAB, 900, -0.03, 1.04, upper=True)
BODY = Style(Face.MONO, 700, -0.02, 1.28)
ACTION = Style(Face.SLAB, 900, 0.0, 1.1, upper=True)
SMALL = Style(Face.MONO, 700, -0.02, 1.3)
BLACK: Rgb = (0.03, 0.03, 0.03)
YELLOW: Rgb = (1.0, 0.87, 0.1)
"""
For brands whose colour is black: warning paint.
"""


def draw(brief: Brief) -> CardArt:
    """
    Put the name in a bordered block with a hard shadow, everything else flush below it.
    """
    color = brief.accent
    if colors.least_contrast(color, [BLACK]) < 2.2:  # borders must show  # noqa: PLR2004
        grey = colors.to_oklch(color)[1] < 0.03  # noqa: PLR2004 - no hue to keep
        color = YELLOW if grey else colors.tone(color, 0.6)
    canvas = Canvas(brief, paint.flat(brief.width, brief.height, color))
    width, height, unit = brief.width, brief.height, brief.unit
    bar = round(0.075 * height) if brief.shape != "wide" else round(0.055 * height)
    line, lift = max(3, brief.px(9)), brief.px(18)
    strip = paint.stripes(width, bar, 88 * unit, BLACK, color)
    low = height - bar
    canvas.panel(strip, 0, low, Entrance.LEFT, 0.3 * width)
    canvas.stamp(paint.box(width, line, BLACK), 0, low - line)
    star = paint.burst(150 * unit, 12, 0.62, BLACK, 8)
    _star(canvas, brief, star, low)
    pad = brief.px(46)
    inner = _room(brief, low - line - brief.px(48), pad, lift)
    head, tail = _contents(brief, color)
    tall = round(inner.height * (0.62 if tail else 1.0))
    side = inner.inset(-pad, 0) if not head else inner
    rest = arrange(
        tail,
        Box(
            side.left - (pad if head else 0),
            inner.top + (tall if head else 0),
            inner.right + pad,
            inner.bottom,
        ),
        brief.start,
        0.0 if head else 0.5,
    )
    used = rest[-1].box.bottom - rest[0].box.top if rest else 0
    between = pad + lift + brief.px(44)
    room = Box(
        inner.left, inner.top, inner.right, inner.bottom - (used + between if rest else pad + lift)
    )
    placed = arrange(head, room, brief.start, 0.5)
    if placed:
        block = Box(
            inner.left - pad,
            placed[0].box.top - pad,
            inner.right + pad,
            placed[-1].box.bottom + pad,
        )
        # The block hugs its contents, but no tighter than the button beneath needs.
        shade = paint.box(block.width, block.height, BLACK)
        canvas.panel(shade, block.left + lift, block.top + lift, Entrance.LEFT, brief.px(120), 2)
        paper = paint.framed(block.width, block.height, line, BLACK, (0.985, 0.98, 0.965))
        canvas.panel(paper, block.left, block.top, Entrance.LEFT, brief.px(120), 0)
        drop = block.bottom + between - pad - (rest[0].box.top if rest else 0)
        rest = [moved(item, 0, drop) for item in rest]
    canvas.turn += 2
    canvas.place(placed, Entrance.LEFT if not brief.rtl else Entrance.RIGHT)
    canvas.place(rest, Entrance.RISE)
    return canvas.finished()


def _room(brief: Brief, lowest: int, pad: int, lift: int) -> Box:
    """
    Return where type stands in the block and below it: *pad* inside the block's edges, above
    *lowest* where stripes lie in the safe area.
    """
    area = brief.safe
    if brief.shape != "tall":
        area = Box(area.left, area.top + brief.px(16), area.right, min(area.bottom, lowest))
    left, right = area.left + pad, area.right - pad - lift
    if brief.shape == "wide":
        reach = round(0.74 * area.width)
        left, right = (area.right - reach, right) if brief.rtl else (left, area.left + reach)
    return Box(left, area.top + pad, right, area.bottom)


def _contents(brief: Brief, color: Rgb) -> tuple[list[Piece], list[Piece]]:
    """
    Return the pieces in the block and those below it.
    """
    head = [
        *brief.logo(380, 104),
        *brief.words("company", NAME, BLACK, 136, gap=44, lines=3),
        *brief.words("tagline", BODY, BLACK, 44, gap=46, lines=3),
    ]
    ink = colors.ink_on(color)
    tail = [
        *brief.button(
            ACTION, color, BLACK, 54, gap=30, radius=0.0, pad=(0.8, 0.55), border=6, edge=BLACK
        ),
        *brief.words("website", SMALL, ink, 38, gap=36, lines=1),
        *brief.words("legal", SMALL, ink, 25, gap=30, lines=3),
    ]
    return head, tail


def _star(canvas: Canvas, brief: Brief, star: Image.Image, low: int) -> None:
    """
    Nail a star where no type stands.
    """
    half = star.width / 2
    match brief.shape:
        case "tall":
            x, y = 0.80 * brief.width, (brief.safe.bottom + low) / 2
        case "wide":
            x, y = 0.90 * brief.width, 0.22 * brief.height
        case _:
            return
    if brief.rtl:
        x = brief.width - x
    canvas.panel(star, x - half, y - half, Entrance.FADE, 0, 6)
