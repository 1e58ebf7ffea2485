"""
Glass: a frosted pane before drifting light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageFilter

from ars0n_core.compositor import colors
from ars0n_core.compositor.cards import paint
from ars0n_core.compositor.cards.art import Entrance
from ars0n_core.compositor.cards.canvas import Canvas
from ars0n_core.compositor.cards.stack import arrange
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.logo import rounded_mask
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.compositor.text import Style

if TYPE_CHECKING:
    from ars0n_core.compositor.cards.art import CardArt
    from ars0n_core.compositor.cards.brief import Brief
    from ars0n_core.compositor.colors import Floats, Rgb

NAME = Style(Face.GEOMETRIC, 600, -0.015, 1.1)
BODY = Style(Face.GEOMETRIC, 400, 0.005, 1.34)
ACTION = Style(Face.GEOMETRIC, 600, 0.0, 1.15)


def draw(brief: Brief) -> CardArt:
    """
    Set everything on the pane, which is only as tall as it needs to be.
    """
    night = colors.tone(brief.accent, 0.19, 0.35, -18)
    canvas = Canvas(brief, _lights(brief, night), dithered=True)
    pane_area = brief.middle.inset(0 if brief.shape == "tall" else brief.px(60))
    if brief.shape == "wide":
        pane_area = pane_area.inset(round(0.17 * brief.width), 0)
    inner = pane_area.inset(brief.px(64), brief.px(76))
    pale = (0.88, 0.89, 0.92)
    pieces = [
        *brief.logo(400, 110),
        *brief.words("company", NAME, colors.WHITE, 112, gap=48, lines=3),
        *brief.words("tagline", BODY, pale, 48, gap=56, lines=3),
        *brief.button(
            ACTION, colors.INK, (0.97, 0.975, 0.985), 46, gap=60, pad=(1.25, 0.72), soft=True
        ),
        *brief.words("website", ACTION, colors.WHITE, 38, gap=44, lines=1),
        *brief.words("legal", BODY, pale, 26, gap=38, lines=3),
    ]
    placed = arrange(pieces, inner, 0.5, 0.5)
    if placed:
        top, bottom = placed[0].box.top - brief.px(76), placed[-1].box.bottom + brief.px(76)
    else:
        top, bottom = (
            pane_area.inset(0, pane_area.height // 4).top,
            pane_area.bottom - pane_area.height // 4,
        )
    pane = Box(pane_area.left, max(0, top), pane_area.right, min(brief.height, bottom))
    image, x, y = _pane(brief, canvas.ground, pane, night)
    canvas.panel(image, x, y, Entrance.RISE, brief.px(70), 1)
    canvas.turn += 2
    canvas.place(placed)
    return canvas.finished()


def _lights(brief: Brief, night: Rgb) -> Floats:
    """
    Return the scene behind the pane: dark, with lights in the accent's neighbourhood.
    """
    lightness, chroma, _ = colors.to_oklch(brief.accent)
    glow = colors.tone(brief.accent, min(0.78, max(0.55, lightness)))
    turn = colors.neighbour(brief.accent, 1.0) if chroma > 0.02 else 0.0  # noqa: PLR2004 - a grey
    other = colors.tone(brief.accent, 0.56, 1.0, 50 * turn)
    third = colors.tone(brief.accent, 0.5, 0.95, 100 * turn)
    slope = (night, colors.tone(night, 0.12), 70.0)
    if brief.shape == "wide":
        spots = [
            (0.14, 0.12, 0.26, glow, 1.0),
            (0.9, 0.86, 0.28, other, 0.95),
            (0.72, 0.02, 0.2, third, 0.85),
            (0.2, 1.0, 0.18, third, 0.6),
        ]
    else:
        spots = [
            (0.1, 0.13, 0.3, glow, 1.0),
            (0.98, 0.46, 0.26, other, 0.95),
            (0.12, 0.74, 0.3, third, 0.9),
            (0.86, 0.94, 0.22, glow, 0.75),
        ]
    soft = paint.lights(brief.width, brief.height, slope, spots)
    # A few crisp discs give the frost something to blur.
    for x, y, radius, color, share in (
        (0.86, 0.2, 0.1, glow, 0.75),
        (0.08, 0.56, 0.085, other, 0.7),
        (0.8, 0.68, 0.13, third, 0.7),
    ):
        size = radius * max(brief.width, brief.height)
        disc = paint.disc(size, color)
        disc.putalpha(disc.getchannel("A").point([round(share * v) for v in range(256)]))
        paint.over(soft, disc, round(x * brief.width - size), round(y * brief.height - size))
    return soft


def _pane(brief: Brief, ground: Floats, pane: Box, night: Rgb) -> tuple[Image.Image, int, int]:
    """
    Return the frosted pane with its rim and shadow, and where it goes.
    """
    radius = brief.px(52)
    scene = Image.fromarray(np.clip(ground, 0, 255).astype(np.uint8))
    small = scene.reduce(4).filter(ImageFilter.GaussianBlur(brief.px(46) / 4))
    frost = small.resize(scene.size, Image.Resampling.BICUBIC).crop(
        (pane.left, pane.top, pane.right, pane.bottom)
    )
    # Tinted until white type is legible on its brightest spot, and no further.
    pixels = np.asarray(frost, np.float32)
    tint = np.array(colors.tone(night, 0.30, 1.0), np.float32) * 255
    share = np.float32(0.30)
    while share < 0.95:  # noqa: PLR2004 - nearly only tint
        mixed = pixels + (tint - pixels) * share
        peak = float(colors.luminances(mixed).max())
        if colors.contrast(luminance_of_pale(), peak) >= colors.LEGIBLE + 0.3:
            break
        share += np.float32(0.05)
    glass = Image.fromarray(np.clip(mixed, 0, 255).astype(np.uint8)).convert("RGBA")
    mask = rounded_mask(pane.width, pane.height, radius)
    glass.putalpha(mask)
    rim = paint.framed(pane.width, pane.height, max(1, brief.px(2.5)), colors.WHITE, None, radius)
    fall = np.linspace(0.62, 0.12, pane.height, dtype=np.float32)[:, None]
    alpha = np.asarray(rim.getchannel("A"), np.float32) * fall
    rim.putalpha(Image.fromarray(alpha.astype(np.uint8)))
    glass.alpha_composite(rim)
    halo, reach = paint.shadow(mask, brief.px(40), 0.45, brief.px(26))
    halo.alpha_composite(glass, (reach, reach))
    return halo, pane.left - reach, pane.top - reach


def luminance_of_pale() -> float:
    """
    Return the luminance of the dimmest type set on the pane.
    """
    return colors.luminance((0.88, 0.89, 0.92))
