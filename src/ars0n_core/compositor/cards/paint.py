"""
What the designs paint with: grounds as float RGB, shapes as RGBA.

Arrays are float32 (height, width, 3), 0 to 255. Everything soft is computed small and
scaled up; everything hard is drawn four times too large and scaled down.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ars0n_core.compositor import colors
from ars0n_core.compositor.logo import rounded_mask

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.compositor.colors import Floats, Rgb

COARSE: Final = 8
"""
How much smaller soft things are computed.
"""

ENLARGED_ROWS: Final = 32
"""
Rows that soft things are scaled up to at once.
"""

FINE: Final = 4
"""
How much larger hard-edged things are drawn before they are scaled down.
"""


def flat(width: int, height: int, color: Rgb) -> Floats:
    """
    Return an even ground.
    """
    return np.full((height, width, 3), [c * 255 for c in color], np.float32)


def _enlarged(small: Floats, width: int, height: int) -> Floats:
    """
    Return *small* at *width* x *height*, by cubic convolution: a matrix product across, and one
    down for a few rows at a time, which need but a few of the small ones.
    """
    rows, columns, channels = small.shape
    by_channel = small.transpose(0, 2, 1).reshape(-1, columns) @ _cubic(columns, width).T
    wide = by_channel.reshape(rows, channels, width).transpose(0, 2, 1).reshape(rows, -1)
    down = _cubic(rows, height)
    large = np.empty((height, width * channels), np.float32)
    for top in range(0, height, ENLARGED_ROWS):
        part = down[top : top + ENLARGED_ROWS]
        used = np.flatnonzero(part.any(axis=0))
        near = slice(used[0], used[-1] + 1)
        np.matmul(part[:, near], wide[near], out=large[top : top + ENLARGED_ROWS])
    return large.reshape(height, width, channels)


def _cubic(few: int, many: int) -> Floats:
    """
    Return the matrix (*many*, *few*) that spreads *few* values evenly over *many*, by the cubic
    kernel of a = -1/2 (Keys 1981), those beyond the ends left out.
    """
    at = (np.arange(many)[:, None] + 0.5) * (few / many) - 0.5
    near = np.floor(at) + np.arange(-1, 3)  # the four that the kernel reaches
    x = np.abs(at - near)
    inner, outer = (1.5 * x - 2.5) * x * x + 1, ((-0.5 * x + 2.5) * x - 4) * x + 2
    taps = np.where((near >= 0) & (near < few), np.where(x < 1, inner, outer), 0)
    weights = np.zeros((many, few + 3), np.float32)
    shares = taps / taps.sum(axis=1, keepdims=True)
    np.put_along_axis(weights, near.astype(np.intp) % (few + 3), shares.astype(np.float32), axis=1)
    return weights[:, :few]


def lights(
    width: int,
    height: int,
    slope: tuple[Rgb, Rgb, float],
    spots: Sequence[tuple[float, float, float, Rgb, float]],
) -> Floats:
    """
    Return a straight gradient from one colour to another, so many degrees clockwise from
    rightwards, with soft spots (x, y, radius as shares of width, height and the longer side,
    colour, strength) laid over it in turn.
    """
    rows, columns = max(2, height // COARSE), max(2, width // COARSE)
    y = ((np.arange(rows, dtype=np.float32) + np.float32(0.5)) * np.float32(height / rows))[:, None]
    x = (np.arange(columns, dtype=np.float32) + np.float32(0.5)) * np.float32(width / columns)
    one, other, degrees = slope
    across, down = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    reach = abs(across) * width + abs(down) * height
    along = (x - width / 2) * np.float32(across / reach) + (y - height / 2) * np.float32(
        down / reach
    )
    a, b = (np.array(color, np.float32) * 255 for color in (one, other))
    small = a + (b - a) * (along + np.float32(0.5))[..., None]
    longer = max(width, height)
    for at_x, at_y, radius, color, strength in spots:
        distance = ((x - at_x * width) ** 2 + (y - at_y * height) ** 2) / (radius * longer) ** 2
        share = (strength * np.exp(-2.2 * distance))[..., None].astype(np.float32)
        small = small + (np.array(color, np.float32) * 255 - small) * share
    return _enlarged(small.astype(np.float32), width, height)


def over(ground: Floats, image: Image.Image, x: int, y: int) -> None:
    """
    Lay an RGBA picture over *ground* in place.
    """
    height, width = ground.shape[:2]
    left, top = max(0, x), max(0, y)
    right, bottom = min(width, x + image.width), min(height, y + image.height)
    if left >= right or top >= bottom:
        return
    pixels = np.asarray(image.crop((left - x, top - y, right - x, bottom - y)), np.float32)
    part = ground[top:bottom, left:right]
    part += (pixels[..., :3] - part) * (pixels[..., 3:] / np.float32(255))


def box(
    width: int, height: int, color: Rgb, radius: float = 0.0, alpha: float = 1.0
) -> Image.Image:
    """
    Return a filled rectangle, corners rounded by *radius* pixels.
    """
    width, height = max(1, width), max(1, height)
    image = Image.new("RGBA", (width, height), colors.to_bytes(color, alpha))
    if radius > 0:
        coverage = rounded_mask(width, height, min(radius, height / 2, width / 2))
        image.putalpha(coverage.point([round(alpha * v) for v in range(256)]))
    return image


def framed(
    width: int, height: int, border: float, edge: Rgb, fill: Rgb | None, radius: float = 0.0
) -> Image.Image:
    """
    Return a rectangle with a border inside its edge; *fill* None leaves the inside open.
    """
    image = box(width, height, edge, radius)
    thick = max(1, round(border))
    inner = (max(1, width - 2 * thick), max(1, height - 2 * thick))
    if fill is not None:
        image.alpha_composite(box(*inner, fill, max(0.0, radius - thick)), (thick, thick))
        return image
    hole = Image.new("L", (width, height), 0)
    hole.paste(rounded_mask(*inner, min(max(0.0, radius - thick), min(inner) / 2)), (thick, thick))
    alpha = np.asarray(image.getchannel("A"), np.int16) - np.asarray(hole, np.int16)
    image.putalpha(Image.fromarray(np.clip(alpha, 0, 255).astype(np.uint8)))
    return image


def polygon(
    width: int, height: int, points: Sequence[tuple[float, float]], color: Rgb
) -> Image.Image:
    """
    Return a filled polygon; *points* are in pixels and may lie outside.
    """
    mask = Image.new("L", (width * FINE, height * FINE), 0)
    ImageDraw.Draw(mask).polygon([(x * FINE, y * FINE) for x, y in points], fill=255)
    image = Image.new("RGBA", (width, height), colors.to_bytes(color))
    image.putalpha(mask.reduce(FINE))
    return image


def disc(radius: float, color: Rgb, *, ring: float = 0.0) -> Image.Image:
    """
    Return a disc, or a ring *ring* pixels thick, as a picture of its own size.
    """
    size = max(2, round(2 * radius))
    mask = rounded_mask(size, size, size / 2)
    image = Image.new("RGBA", (size, size), colors.to_bytes(color))
    if ring:
        inner = max(1, round(size - 2 * ring))
        hole = Image.new("L", (size, size), 0)
        hole.paste(rounded_mask(inner, inner, inner / 2), ((size - inner) // 2,) * 2)
        alpha = np.asarray(mask, np.int16) - np.asarray(hole, np.int16)
        mask = Image.fromarray(np.clip(alpha, 0, 255).astype(np.uint8))
    image.putalpha(mask)
    return image


def glow(mask: Image.Image, color: Rgb, radius: float, strength: float) -> tuple[Image.Image, int]:
    """
    Return a halo of *color* round a coverage mask, and how far it reaches past its edges.
    """
    reach = math.ceil(2.5 * radius)
    wide = Image.new("L", (mask.width + 2 * reach, mask.height + 2 * reach), 0)
    wide.paste(mask, (reach, reach))
    soft = wide.filter(ImageFilter.GaussianBlur(radius))
    soft = soft.point([min(255, round(strength * value)) for value in range(256)])
    image = Image.new("RGBA", wide.size, colors.to_bytes(color))
    image.putalpha(soft)
    return image, reach


def shadow(mask: Image.Image, radius: float, alpha: float, drop: int) -> tuple[Image.Image, int]:
    """
    Return a soft black shadow *drop* pixels below, and how far it reaches past the edges.
    """
    image, reach = glow(mask, colors.BLACK, radius, alpha)
    lowered = Image.new("RGBA", (image.width, image.height + drop), (0, 0, 0, 0))
    lowered.paste(image, (0, drop))
    return lowered, reach


def stripes(width: int, height: int, pitch: float, one: Rgb, other: Rgb) -> Image.Image:
    """
    Return diagonal stripes of two colours, *pitch* pixels for each pair.
    """
    image = Image.new("RGB", (width * FINE, height * FINE), colors.to_bytes(one)[:3])
    draw = ImageDraw.Draw(image)
    step, tall = pitch * FINE, height * FINE
    x = -tall - step
    while x < width * FINE + tall:
        draw.polygon(
            [(x, tall), (x + tall, 0), (x + tall + step / 2, 0), (x + step / 2, tall)],
            fill=colors.to_bytes(other)[:3],
        )
        x += step
    return image.reduce(FINE).convert("RGBA")


def burst(radius: float, points: int, depth: float, color: Rgb, turn: float = 0.0) -> Image.Image:
    """
    Return a star of *points* whose notches go in to *depth* of the radius.
    """
    size = max(2, round(2 * radius))
    corners = []
    for k in range(2 * points):
        far = radius if k % 2 == 0 else radius * depth
        angle = math.radians(turn) + math.pi * k / points
        corners.append((size / 2 + far * math.cos(angle), size / 2 + far * math.sin(angle)))
    return polygon(size, size, corners, color)
