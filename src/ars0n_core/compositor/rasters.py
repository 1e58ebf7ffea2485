"""
Set type as pixels: a block's coverage, or the block in a colour.

**Does not own** where letters stand (`text`). Start at `mask` or `paint`.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Final

from PIL import Image, ImageDraw

from ars0n_core.compositor import colors, fonts, metrics
from ars0n_core.compositor.text import PAD
from ars0n_core.plans import spelling

if TYPE_CHECKING:
    from PIL import ImageFont

    from ars0n_core.compositor.colors import Rgb
    from ars0n_core.compositor.fonts import Font
    from ars0n_core.compositor.text import Block

LETTERS_MAX: Final = 256
"""
Letters whose coverage is kept: those of a few captions.
"""


def mask(block: Block, align: float = 0.0) -> Image.Image:
    """
    Return the block's coverage ("L"), `PAD` pixels larger on every side.

    *align* is 0 for left, 0.5 for centred, 1 for right.
    """
    image = Image.new("L", (block.width + 2 * PAD, block.height + 2 * PAD), 0)
    draw = ImageDraw.Draw(image)
    style = block.style
    for line in block.lines:
        origin = PAD + block.line_left(line, align) - line.left
        for run in line.runs:
            font = fonts.load(run.font, block.size, style.weight)
            direction = "rtl" if run.level % 2 else "ltr"
            pen = (origin + run.x, PAD + line.baseline)
            if not metrics.is_loose(run.font, run.level, style.tracking):
                draw.text(pen, run.text, 255, font, anchor="ls", direction=direction)
                continue
            x, before = pen[0], ""
            lower = math.ceil(pen[1] - 0.5)
            for letter in spelling.clusters(run.text):
                if before:
                    step = metrics.step(run.font, block.size, style.weight, before, letter)
                    x += step + style.tracking * block.size
                ink, across, down = _letter(run.font, block.size, style.weight, letter)
                image.paste(255, (math.floor(x + 0.5) + across, lower + down), ink)
                before = letter
    return image


@functools.lru_cache(maxsize=LETTERS_MAX)
def _letter(font: Font, size: int, weight: int, letter: str) -> tuple[Image.Image, int, int]:
    """
    Return the coverage ("L") of a *letter*, and where it lies about the pen on the baseline:
    letters stand on whole pixels, and drawing an outline takes a hundred times as long as laying
    it down once more.
    """
    face = fonts.load(font, size, weight)
    # Asking first how large it is takes as long as drawing it: most fit a square of four ems.
    pen = (size, 5 * size // 2)
    room = _drawn(face, letter, pen, (4 * size, 4 * size))
    left, top, right, bottom = room.getbbox() or (*pen, *pen)
    if left and top and right < room.width and bottom < room.height:
        return room.crop((left, top, right, bottom)), left - pen[0], top - pen[1]
    edges = face.getbbox(letter, anchor="ls", features=metrics.LOOSE)
    across, down = math.floor(edges[0]) - 1, math.floor(edges[1]) - 1
    wide, tall = math.ceil(edges[2]) + 1 - across, math.ceil(edges[3]) + 1 - down
    return _drawn(face, letter, (-across, -down), (wide, tall)), across, down


def _drawn(
    face: ImageFont.FreeTypeFont, letter: str, pen: tuple[int, int], size: tuple[int, int]
) -> Image.Image:
    room = Image.new("L", size, 0)
    ImageDraw.Draw(room).text(pen, letter, 255, face, anchor="ls", features=metrics.LOOSE)
    return room


def paint(block: Block, color: Rgb, align: float = 0.0, alpha: float = 1.0) -> Image.Image:
    """
    Return the block in one colour as RGBA, `PAD` pixels larger on every side.
    """
    return inked(mask(block, align), color, alpha)


def inked(coverage: Image.Image, color: Rgb, alpha: float = 1.0) -> Image.Image:
    """
    Return *coverage* ("L") in one colour as RGBA.
    """
    if alpha < 1:
        coverage = coverage.point([round(alpha * value) for value in range(256)])
    image = Image.new("RGBA", coverage.size, (*colors.to_bytes(color)[:3], 0))
    image.putalpha(coverage)
    return image


def word_boxes(
    block: Block, align: float = 0.0
) -> dict[int, list[tuple[float, float, float, float]]]:
    """
    Return, for each word of the text, its boxes (left, top, right, bottom) in the block,
    one for each line it stands on; tops and bottoms are the line's.
    """
    boxes: dict[int, list[tuple[float, float, float, float]]] = {}
    for line in block.lines:
        origin = block.line_left(line, align) - line.left
        spans: dict[int, tuple[float, float]] = {}
        for run in line.runs:
            left, right = origin + run.x, origin + run.x + run.advance
            old = spans.get(run.word, (left, right))
            spans[run.word] = (min(old[0], left), max(old[1], right))
        for word, (left, right) in spans.items():
            box = (left, line.baseline - line.ascent, right, line.baseline + line.descent)
            boxes.setdefault(word, []).append(box)
    return boxes
