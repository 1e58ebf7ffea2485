"""
Neon: a sign at night; thin tubes, their light on the wall behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ars0n_core.compositor import colors, rasters, text
from ars0n_core.compositor.cards import paint
from ars0n_core.compositor.cards.art import STAGGER_FRAMES, Entrance
from ars0n_core.compositor.cards.canvas import Canvas
from ars0n_core.compositor.cards.stack import Words, arrange
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.compositor.text import Style

if TYPE_CHECKING:
    from ars0n_core.compositor.cards.art import CardArt
    from ars0n_core.compositor.cards.brief import Brief
    from ars0n_core.compositor.cards.stack import Placed
    from ars0n_core.compositor.colors import Floats, Rgb

NAME = Style(Face.GEOMETRIC, 300, 0.02, 1.16)
BODY = Style(Face.GEOMETRIC, 300, 0.03, 1.34)
ACTION = Style(Face.GEOMETRIC, 400, 0.06, 1.15, upper=True)
SMALL = Style(Face.GEOMETRIC, 400, 0.02, 1.34)


def draw(brief: Brief) -> CardArt:
    """
    Hang the name inside a tube frame; the call to action glows in the second colour.
    """
    _, chroma, _ = colors.to_oklch(brief.accent)
    lightness = max(0.72, min(0.86, colors.to_oklch(brief.accent)[0]))
    tube = colors.tone(brief.accent, lightness, 1.25)
    second = colors.tone(brief.accent, 0.82, 1.0, 150 if chroma > 0.02 else 0)  # noqa: PLR2004 - a grey
    night = colors.tone(brief.accent, 0.135, 0.3)
    area = brief.middle.inset(0 if brief.shape == "tall" else brief.px(64))
    frame = area.inset(round(0.14 * brief.width) if brief.shape == "wide" else 0, 0)
    pieces = [
        *brief.logo(400, 110),
        *brief.words("company", NAME, tube, 132, gap=44, lines=3),
        *brief.words("tagline", BODY, (0.9, 0.91, 0.94), 46, gap=54, lines=3),
        *brief.button(
            ACTION, second, None, 42, gap=60, pad=(1.25, 0.78), border=4, edge=second, glow=second
        ),
        *brief.words("website", SMALL, (0.9, 0.91, 0.94), 38, gap=48, lines=1),
        *brief.words("legal", SMALL, (0.72, 0.73, 0.78), 26, gap=40, lines=3),
    ]
    placed = arrange(pieces, frame.inset(brief.px(64), brief.px(84)), 0.5, 0.5)
    pad = brief.px(84)
    sign = frame
    if placed:
        sign = Box(frame.left, placed[0].box.top - pad, frame.right, placed[-1].box.bottom + pad)
    else:
        sign = frame.inset(0, frame.height // 5)
    canvas = Canvas(brief, _wall(brief, night, tube, second, sign), dithered=True)
    _tubes(canvas, brief, sign, tube)
    canvas.turn += 3
    for item in placed:
        if isinstance(item.piece, Words) and item.piece.name == "company":
            _lit(canvas, item, item.piece, tube)
        else:
            canvas.place([item], Entrance.FADE)
    return canvas.finished()


def _wall(brief: Brief, night: Rgb, tube: Rgb, second: Rgb, sign: Box) -> Floats:
    """
    Return the wall: dark, brighter round the sign, tiled faintly.
    """
    width, height = brief.width, brief.height
    slope = (night, colors.tone(night, 0.08), 90.0)
    center_x, center_y = sign.center[0] / width, sign.center[1] / height
    reach = 0.75 * max(sign.width, sign.height) / max(width, height)
    lit = colors.mix(night, tube, 0.16)
    low = colors.mix(night, second, 0.14)
    wall = paint.lights(
        width, height, slope, [(center_x, center_y, reach, lit, 0.9), (0.5, 1.05, 0.4, low, 0.9)]
    )
    _courses(wall, brief)
    if brief.shape == "tall":
        _floor(wall, brief, second, night)
    return wall


def _floor(wall: Floats, brief: Brief, color: Rgb, night: Rgb) -> None:
    """
    Paint a floor of lines running to the horizon below a tall picture's sign, in place.
    """
    width, height = brief.width, brief.height
    horizon = round(0.735 * height)
    floor = Image.new("RGB", (2 * width, 2 * (height - horizon)), colors.to_bytes(night)[:3])
    pen = ImageDraw.Draw(floor)
    ink, thick = colors.to_bytes(colors.mix(night, color, 0.75))[:3], max(2, brief.px(6))
    for k in range(-14, 15):
        pen.line((width + k * 0.16 * width, 0, width + k * 0.95 * width, floor.height), ink, thick)
    for k in range(11):
        y = floor.height * (k / 10) ** 2.1
        pen.line((0, y, floor.width, y), ink, thick)
    drawn = np.asarray(floor.reduce(2), np.float32)
    halo = floor.reduce(2).filter(ImageFilter.GaussianBlur(brief.px(9)))
    rows = np.linspace(0, 1, drawn.shape[0], dtype=np.float32)[:, None, None]
    part = wall[horizon:]
    light = drawn + np.asarray(halo, np.float32) * np.float32(0.8)
    dark = np.array(night, np.float32) * 255
    part += np.clip(light - dark * np.float32(1.8), 0, None) * (0.18 + 0.6 * rows)
    np.clip(wall, 0, 255, out=wall)


def _courses(wall: Floats, brief: Brief) -> None:
    """
    Score *wall* with the joints of tiles, in place.
    """
    width, height = brief.width, brief.height
    pitch = 90 * brief.unit
    thin = max(1, brief.px(2))
    shade = np.float32(0.8)
    row, y = 0, 0.0
    while y < height:
        top = round(y)
        wall[top : top + thin] *= shade
        x = -pitch * (row % 2)
        while x < width:
            left = round(x)
            if left >= 0:
                wall[top + thin : round(y + pitch / 2), left : left + thin] *= shade
            x += 2 * pitch
        y += pitch / 2
        row += 1


def _glowing(mask: Image.Image, color: Rgb, unit: float) -> tuple[Image.Image, int]:
    """
    Return tubes of the mask's shape: a pale core, a tight halo and a wide one.
    """
    wide, reach = paint.glow(mask, color, 30 * unit, 0.85)
    tight, close = paint.glow(mask, color, 8 * unit, 0.9)
    wide.alpha_composite(tight, (reach - close, reach - close))
    core = Image.new("RGBA", mask.size, colors.to_bytes(colors.mix(color, colors.WHITE, 0.55)))
    core.putalpha(mask)
    wide.alpha_composite(core, (reach, reach))
    return wide, reach


def _tubes(canvas: Canvas, brief: Brief, sign: Box, color: Rgb) -> None:
    """
    Bring in the frame: one bent tube, open where a sign's tube has its ends.
    """
    frame = paint.framed(sign.width, sign.height, max(2, brief.px(5)), color, None, brief.px(70))
    mask = frame.getchannel("A")
    gap = brief.px(54)
    left = round(0.70 * sign.width)
    mask.paste(0, (left, sign.height - brief.px(12), left + gap, sign.height))
    image, reach = _glowing(mask, color, brief.unit)
    canvas.add(image, sign.left - reach, sign.top - reach, Entrance.FADE)


def _lit(canvas: Canvas, item: Placed, piece: Words, tube: Rgb) -> None:
    """
    Bring in the name as tubes.
    """
    if item.block is None:
        return
    core = colors.mix(tube, colors.WHITE, 0.55)
    canvas.boxes[piece.name] = item.box
    canvas.sizes[piece.name] = item.block.size
    canvas.ink(piece.name, core, item.box)
    image, reach = _glowing(rasters.mask(item.block, 0.5), tube, canvas.brief.unit)
    off = reach + text.PAD
    canvas.add(image, item.box.left - off, item.box.top - off, Entrance.FADE)
    canvas.turn += STAGGER_FRAMES
