"""
Laying a card out: pieces stacked in a box, shrunk together until they fit.

**Owns** sizes and places. **Does not own** what a piece looks like (`canvas`, and the
designs). **Invariants**: placed pieces lie inside the box, in order, and never overlap;
type keeps to its least size unless the text fits in no other way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

from attrs import evolve, frozen
from PIL import Image

from ars0n_core.compositor import text
from ars0n_core.compositor.colors import Rgb
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.compositor.text import Block, Style

if TYPE_CHECKING:
    from collections.abc import Sequence


SHRINK: Final = 0.93
STEPS: Final = 17
"""
The ratio in which a stack shrinks, and how often before type goes below its least: to 0.29.
"""

FLOOR_LEAST: Final = 0.1
"""
How far least type sizes give way when texts are far too long for any card.
"""

GAP_LEAST: Final = 0.62
"""
How far gaps shrink: closer, and pieces no longer read as separate.
"""


@frozen(kw_only=True)
class Words:
    """
    A text. ``size`` is what it is set at if there is room, ``size_min`` its least.
    """

    name: str
    text: str
    style: Style
    color: Rgb
    size: float
    size_min: float
    gap: float = 0.0
    lines: int = 2
    indent: float = 0.0


@frozen(kw_only=True)
class Button:
    """
    A text in a shape: ``pad`` is the room left and right, and above and below, in ems.

    ``fill`` None leaves the inside open; ``shadow`` is a hard offset in pixels that
    belongs to the shape. ``wide`` makes it as wide as the box it is stacked in.
    """

    name: str
    text: str
    style: Style
    ink: Rgb
    fill: Rgb | None
    size: float
    size_min: float
    gap: float = 0.0
    lines: int = 2
    pad: tuple[float, float] = (1.1, 0.62)
    radius: float = 0.5
    border: float = 0.0
    edge: Rgb | None = None
    shadow: float = 0.0
    wide: bool = False
    soft: bool = False
    glow: Rgb | None = None


@frozen(kw_only=True)
class Mark:
    """
    The logo, inside at most ``width`` x ``height`` pixels.
    """

    name: str
    image: Image.Image
    width: float
    height: float
    gap: float = 0.0


@frozen(kw_only=True)
class Rule:
    """
    A line or bar between pieces.
    """

    name: str
    width: float
    height: float
    color: Rgb
    gap: float = 0.0


Piece: TypeAlias = "Words | Button | Mark | Rule"


@frozen(eq=False)
class Placed:
    """
    A piece with its place; ``block`` is its set text.
    """

    piece: Piece
    box: Box
    block: Block | None = None
    align: float = 0.0


@frozen(eq=False)
class _Sized:
    piece: Piece
    width: int
    height: int
    block: Block | None = None


def _size(piece: Piece, width: int, scale: float, floor: float) -> _Sized:
    """
    Return *piece* measured at *scale*; *floor* scales the least type sizes.
    """
    match piece:
        case Words():
            room = piece.size * scale * piece.lines * max(1.0, piece.style.leading) * 1.12
            block = text.fit(
                piece.text,
                piece.style,
                width=width - piece.indent,
                height=max(room, piece.size_min * floor * 1.6),
                size_max=max(piece.size * scale, piece.size_min * floor),
                size_min=piece.size_min * floor,
                lines_max=piece.lines,
            )
            return _Sized(piece, block.width + round(piece.indent), block.height, block)
        case Button():
            return _size_button(piece, width, scale, floor)
        case Mark():
            factor = min(
                min(piece.width, width) * scale**0.5 / piece.image.width,
                piece.height * scale**0.5 / piece.image.height,
            )
            return _Sized(
                piece,
                max(2, round(piece.image.width * factor)),
                max(2, round(piece.image.height * factor)),
            )
        case Rule():
            return _Sized(piece, round(min(piece.width, width)), max(1, round(piece.height)))


def _size_button(piece: Button, width: int, scale: float, floor: float) -> _Sized:
    size_max = max(piece.size * scale, piece.size_min * floor)
    # The padding is the wanted size's: a long text in small type keeps a calm edge.
    padding = 2 * (piece.pad[0] * size_max * 0.8 + piece.border) + piece.shadow
    # Two more lines of the least size, before a word is broken.
    tall = max(size_max * piece.lines, piece.size_min * floor * (piece.lines + 2))
    block = text.fit(
        piece.text,
        piece.style,
        width=max(8, width - padding),
        height=tall * max(1.0, piece.style.leading) * 1.15,
        size_max=size_max,
        size_min=piece.size_min * floor,
        lines_max=piece.lines,
    )
    wide = block.width + min(padding, 2 * (piece.pad[0] * block.size + piece.border) + piece.shadow)
    if piece.wide:
        wide = width
    high = button_text_height(block) + 2 * (piece.pad[1] * block.size + piece.border)
    return _Sized(piece, min(width, round(wide)), round(high + piece.shadow), block)


def button_text_height(block: Block) -> float:
    """
    Return the height a button centres: from the first capital's top to the last baseline,
    or all of the ink where letters hang lower than that.
    """
    hang = block.height - block.lines[-1].baseline if block.lines else 0
    return block.height - min(hang, 0.3 * block.size)


def heights(sized: Sequence[_Sized], scale: float) -> float:
    """
    Return the height of a whole stack, gaps included.
    """
    gaps = sum(s.piece.gap * max(scale, GAP_LEAST) for s in sized[1:])
    return sum(s.height for s in sized) + gaps


def _shrunk(pieces: Sequence[Piece], box: Box) -> tuple[list[_Sized], float]:
    """
    Return *pieces* measured at the largest scale at which they fit, and that scale.
    """

    def measured(scale: float, floor: float = 1.0) -> list[_Sized] | None:
        sized = [_size(piece, box.width, scale, floor) for piece in pieces]
        return sized if heights(sized, scale) <= box.height else None

    best, low, high = None, 0, STEPS
    middle = 0  # most cards fit as they are
    while low <= high:
        sized = measured(SHRINK**middle)
        if sized is not None:
            best, high = (sized, SHRINK**middle), middle - 1
        else:
            low = middle + 1
        middle = (low + high) // 2
    if best is not None:
        return best
    scale, floor = SHRINK**STEPS, SHRINK
    while floor > FLOOR_LEAST:
        sized = measured(scale, floor)
        if sized is not None:
            return sized, scale
        floor *= SHRINK
    return [_size(piece, box.width, scale, floor) for piece in pieces], scale


def arrange(
    pieces: Sequence[Piece], box: Box, align: float = 0.0, vertical: float = 0.5
) -> list[Placed]:
    """
    Return *pieces* stacked in *box*, shrunk until they fit.

    *align* and *vertical* (0 to 1) say where lines and the whole stack stand. A piece's
    gap is the space above it, except for the first.
    """
    if not pieces:
        return []
    sized, scale = _shrunk(pieces, box)
    total = heights(sized, scale)
    y = float(box.top + int(max(0.0, (box.height - total) * vertical)))
    placed = []
    for index, item in enumerate(sized):
        y += item.piece.gap * max(scale, GAP_LEAST) if index else 0
        left = box.left + round((box.width - item.width) * align)
        top = int(y)
        placed.append(
            Placed(
                item.piece,
                Box(left, top, left + item.width, top + item.height),
                item.block,
                align,
            )
        )
        y = top + item.height
    return placed


def moved(placed: Placed, x: int, y: int) -> Placed:
    """
    Return *placed* shifted.
    """
    b = placed.box
    return evolve(placed, box=Box(b.left + x, b.top + y, b.right + x, b.bottom + y))
