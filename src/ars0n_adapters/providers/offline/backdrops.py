"""
What is seen behind a subject where its photo shows nothing.

**Owns** the ways to fill a frame: `continued` (a real scene, ever more out of focus beyond
its edge), `on_ground` (a plain ground, carried on and lit as a
studio) and `on_studio` (a cut-out, set on a studio sweep with the shadow it throws).
**Invariants**: never a black bar, never a seam; all are of the frame's exact size.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import evolve, frozen
from PIL import Image, ImageFilter

from ars0n_adapters.providers.offline.grading import enlarged
from ars0n_adapters.providers.offline.props import Standing, dressed, set_for
from ars0n_adapters.providers.offline.studios import SHRINK, Studio, swept
from ars0n_adapters.providers.offline.subject import LUMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ars0n_adapters.providers.offline.framing import View
    from ars0n_adapters.providers.offline.subject import Subject

    Pixels = NDArray[np.float32]


ENLARGED: Final = 1.15
"""
From this scale on enlarging is seen, and met by sharpening.
"""


@frozen(kw_only=True)
class Setting:
    """
    How a cut-out is set: for which shot, in the air or not, and what decides the rest.
    """

    shot: str
    floating: bool
    chance: int


@frozen
class Landing:
    """
    Where the photo lies in the frame: whole output pixels, and the photo's part there.
    """

    left: int
    top: int
    right: int
    bottom: int
    box: tuple[float, float, float, float]

    @property
    def size(self) -> tuple[int, int]:
        """
        Width and height in output pixels.
        """
        return self.right - self.left, self.bottom - self.top


def landing(view: View, photo: tuple[int, int]) -> Landing:
    """
    Return where *photo* (its size) lies in the frame of *view*.
    """
    edges: list[tuple[int, int, float, float]] = []
    for start, length, size in (
        (view.left, view.width, photo[0]),
        (view.top, view.height, photo[1]),
    ):
        low = max(0, round(-start * view.scale))
        high = min(length, max(low + 1, round((size - start) * view.scale)))
        low = min(low, length - 1)
        first = min(max(0.0, start + low / view.scale), size - 1e-3)
        last = min(float(size), max(first + 1e-3, start + high / view.scale))
        edges.append((low, max(high, low + 1), first, last))
    (left, right, x0, x1), (top, bottom, y0, y1) = edges
    return Landing(left, top, right, bottom, (x0, y0, x1, y1))


def resized(photo: Image.Image, place: Landing) -> Image.Image:
    """
    Return the part of *photo* that *place* shows, at its size there.
    """
    filter_ = Image.Resampling.LANCZOS
    return photo.resize(place.size, filter_, box=place.box, reducing_gap=3.0)


def continued(photo: Image.Image, view: View, subject: Subject) -> Image.Image:
    """
    Show a scene, carried on beyond the photo's edges out of focus.
    """
    place = landing(view, photo.size)
    sharp = crisp(resized(photo, place), view.scale)
    if place.size == (view.width, view.height):
        return sharp
    behind = _carried_on(sharp, place, (view.width, view.height))
    spared = (
        (subject.box.left * photo.width - view.left) * view.scale,
        (subject.box.top * photo.height - view.top) * view.scale,
        (subject.box.right * photo.width - view.left) * view.scale,
        (subject.box.bottom * photo.height - view.top) * view.scale,
    )
    fade = _fade(place, (view.width, view.height), spared)
    frame = Image.new("RGB", (view.width, view.height))
    frame.paste(sharp, (place.left, place.top))
    return Image.composite(frame, behind, fade)


def crisp(picture: Image.Image, scale: float) -> Image.Image:
    """
    Return *picture*, enlarged by *scale*, with the edges that enlarging softened.
    """
    if scale <= ENLARGED:
        return picture
    strength = round(min(110.0, 75 * (scale - 1) ** 0.5))
    return picture.filter(ImageFilter.UnsharpMask(0.55 * scale, strength, 3))


def _carried_on(sharp: Image.Image, place: Landing, size: tuple[int, int]) -> Image.Image:
    """
    Return the frame filled from the rim of *sharp*, ever smoother outwards, and *sharp* itself
    more and more out of focus towards its rim.
    """
    width, height = math.ceil(size[0] / SHRINK), math.ceil(size[1] / SHRINK)
    low = (place.left // SHRINK, place.top // SHRINK)
    inner = (
        max(1, min(width - low[0], place.size[0] // SHRINK)),
        max(1, min(height - low[1], place.size[1] // SHRINK)),
    )
    known = np.zeros((height, width, 4), np.float32)
    part = known[low[1] : low[1] + inner[1], low[0] : low[0] + inner[0]]
    part[..., :3] = np.asarray(sharp.resize(inner, Image.Resampling.BOX), np.float32)
    part[..., 3] = 1
    filled = _filled(known)[..., :3]
    filled[known[..., 3] > 0] = known[known[..., 3] > 0][:, :3]
    canvas = Image.fromarray(np.clip(filled, 0, 255).astype(np.uint8))
    reach = max(width, height)
    beyond = np.maximum(
        _beyond(width, low[0], inner[0], reach)[None],
        _beyond(height, low[1], inner[1], reach)[:, None],
    )
    mixed = canvas.filter(ImageFilter.GaussianBlur(reach / 130))
    for radius, start, full in ((48, -0.05, 0.0), (22, -0.02, 0.04), (10, 0.01, 0.13)):
        step = np.clip((beyond / reach - start) / (full - start), 0, 1)
        mask = Image.fromarray((step * step * (3 - 2 * step) * 255).astype(np.uint8))
        mixed = Image.composite(
            canvas.filter(ImageFilter.GaussianBlur(reach / radius)), mixed, mask
        )
    dim = 1 - 0.14 * np.clip(beyond / reach / 0.4, 0, 1)[..., None]
    dimmed = Image.fromarray((np.asarray(mixed, np.float32) * dim).astype(np.uint8))
    return dimmed.resize(size, Image.Resampling.BICUBIC)


def _beyond(length: int, low: int, inner: int, reach: int) -> NDArray[np.int64]:
    """
    Return how far each of *length* lines is beyond the *inner* ones at *low*: below 0 within
    them, ``-reach`` where there is nothing beyond.
    """
    at = np.arange(length)
    if inner >= length:
        return np.full(length, -reach)
    above = low - at if low > 0 else np.full(length, -reach)
    below = at - (low + inner - 1) if low + inner < length else np.full(length, -reach)
    farther: NDArray[np.int64] = np.maximum(above, below)
    return farther


def _filled(known: Pixels) -> Pixels:
    """
    Return *known* (rows x columns x RGB and weight, premultiplied) with a colour everywhere.

    Halved until it is all known, then enlarged again into what is not: near the rim its
    colours, farther off their mean.
    """
    rows, columns = known.shape[:2]
    if min(rows, columns) < 2 or float(known[..., 3].min()) > 0.99:  # noqa: PLR2004 - all known
        mean = known.sum(axis=(0, 1)) / max(float(known[..., 3].sum()), 1e-6)
        whole: Pixels = known + mean * (1 - known[..., 3:])
        return whole
    padded = np.pad(known, ((0, rows % 2), (0, columns % 2), (0, 0)), mode="edge")
    half = padded[::2] + padded[1::2]
    half = (half[:, ::2] + half[:, 1::2]) / 4
    weight = half[..., 3:]
    # What is known in part counts in full, or the rim would bleed into nothing.
    full = np.minimum(1, 2 * weight) / np.maximum(weight, 1e-6)
    coarse = _filled((half * full).astype(np.float32))
    wide = np.stack([enlarged(coarse[..., i], (columns, rows)) for i in range(4)], axis=2)
    result: Pixels = known + wide * (1 - known[..., 3:])
    return result


def _fade(
    place: Landing, size: tuple[int, int], spared: tuple[float, float, float, float]
) -> Image.Image:
    """
    Return the mask of the sharp photo: 255 inside, easing to 0 at edges within the frame;
    slowly, but not into *spared* (left, top, right, bottom: the subject).
    """
    width, height = size
    lines: list[NDArray[np.float32]] = []
    for low, high, length, first, last in (
        (place.left, place.right, width, spared[0], spared[2]),
        (place.top, place.bottom, height, spared[1], spared[3]),
    ):
        least, most = 0.02 * max(size), min(0.12 * max(size), (high - low) / 3)
        least = min(least, most)
        at = np.arange(length, dtype=np.float32) + 0.5
        ramp = np.ones(length, np.float32)
        if low > 0:
            ramp = np.minimum(ramp, (at - low) / min(max(first - low, least), most))
        if high < length:
            ramp = np.minimum(ramp, (high - at) / min(max(high - last, least), most))
        ramp = np.clip(ramp, 0, 1)
        lines.append(ramp * ramp * (3 - 2 * ramp))
    mask = lines[1][:, None] * lines[0][None]
    return Image.fromarray((mask * 255 + 0.5).astype(np.uint8))


def on_studio(
    photo: Image.Image, view: View, subject: Subject, studio: Studio, setting: Setting
) -> Image.Image:
    """
    Set a cut-out (RGBA) on *studio* with its shadow.
    """
    size = (view.width, view.height)
    place = landing(view, photo.size)
    # Premultiplied, or the colour hidden under alpha 0 bleeds into the outline.
    cut = resized(photo.convert("RGBa"), place)
    whole = Image.new("RGBa", size)
    whole.paste(cut, (place.left, place.top))
    layer = np.asarray(crisp(whole, view.scale), np.float32) / np.float32(255)
    alpha = layer[..., 3:]
    layer = np.minimum(layer, alpha)
    box = subject.box
    standing = Standing(
        left=(box.left * photo.width - view.left) * view.scale,
        top=(box.top * photo.height - view.top) * view.scale,
        right=(box.right * photo.width - view.left) * view.scale,
        bottom=(box.bottom * photo.height - view.top) * view.scale,
        grounded=not setting.floating and "bottom" not in subject.cut,
    )
    foot = standing.bottom
    floating = setting.floating
    light = (
        float(np.clip(standing.middle[0] / view.width, 0.1, 0.9)),
        float(np.clip(standing.middle[1] / view.height, 0.1, 0.9)),
    )
    horizon = min(0.9, max(0.35, foot / view.height - (0.05 if not floating else -0.06)))
    name = set_for(setting.shot, standing, setting.chance)
    stage = dressed(name, swept(evolve(studio, horizon=horizon), size, light), studio, standing)
    if foot < view.height * 0.99 and "bottom" not in subject.cut:
        drop = 0.07 * view.height if floating else 0.0
        few = np.ascontiguousarray(alpha[::SHRINK, ::SHRINK, 0])
        stage = stage * (1 - enlarged(_shadow(few, foot / SHRINK, drop / SHRINK), size)[..., None])
        if studio.polished and not floating:
            stage = _reflected(stage, layer, foot)
    picture = layer[..., :3] + stage * (1 - alpha)
    return Image.fromarray((np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8))


def _foot(subject: Subject, photo: Image.Image, view: View) -> float:
    """
    Return the output row on which the subject stands.
    """
    return (subject.box.bottom * photo.height - view.top) * view.scale


def _shadow(alpha: Pixels, foot: float, drop: float) -> Pixels:
    """
    Return how much light the subject takes from the ground: 0..1, rows x columns.

    A tight dark line where it touches, a wide soft pool about it.
    """
    height, width = alpha.shape
    rows = max(4, int(0.07 * height))
    low = max(0, int(foot) - rows)
    profile = alpha[low : max(low + 1, min(height, int(foot) + 1))].max(axis=0)
    x = np.arange(width, dtype=np.float32)
    spread = float((profile > 0.5).sum()) or width * 0.2  # noqa: PLR2004 - covered columns
    y = np.arange(height, dtype=np.float32)[:, None] - np.float32(foot + drop)
    result = np.zeros((height, width), np.float32)
    softness = 2.2 if drop else 1.0
    for sigma_x, sigma_y, strength in (
        (0.02 * spread, 0.0042 * height, 0.42 if not drop else 0.0),
        (0.10 * spread, 0.014 * height, 0.34),
        (0.24 * spread, 0.034 * height, 0.22),
    ):
        kernel_x = np.arange(-int(3 * sigma_x * softness) - 1, int(3 * sigma_x * softness) + 2)
        kernel = np.exp(-(kernel_x**2) / (2 * (sigma_x * softness + 0.5) ** 2))
        line = np.convolve(np.pad(profile, kernel.size), kernel / kernel.sum(), mode="same")
        line = line[kernel.size : kernel.size + x.size].astype(np.float32)
        fall = np.exp(-((y / (sigma_y * softness)) ** 2) / 2).astype(np.float32)
        result = 1 - (1 - result) * (1 - np.float32(strength) * fall * line[None])
    return result


def _reflected(stage: Pixels, layer: Pixels, foot: float) -> Pixels:
    """
    Return *stage* with the subject mirrored in the floor, fading within a third.
    """
    height = stage.shape[0]
    row = int(foot)
    depth = min(height - row, row, int(0.3 * height))
    if depth < 2:  # noqa: PLR2004 - nothing to see
        return stage
    mirror = layer[row - depth : row][::-1]
    fade = (0.26 * (1 - np.linspace(0, 1, depth, dtype=np.float32)) ** 1.6)[:, None, None]
    result = stage.copy()
    part = result[row : row + depth]
    result[row : row + depth] = part * (1 - fade * mirror[..., 3:]) + mirror[..., :3] * fade
    return result


def on_ground(photo: Image.Image, view: View, subject: Subject, studio: Studio) -> Image.Image:
    """
    Carry on the plain ground of *photo* (RGB) and light it; a light one becomes *studio*.
    """
    size = (view.width, view.height)
    place = landing(view, photo.size)
    ground = np.asarray(subject.color, np.float32)
    picture = np.broadcast_to(ground, (view.height, view.width, 3)).copy()
    part = np.asarray(resized(photo, place), np.float32) / np.float32(255)
    picture[place.top : place.bottom, place.left : place.right] = part
    matte = Image.fromarray((subject.matte * 255).astype(np.uint8))
    whole = Image.new("L", size)
    whole.paste(
        matte.resize(place.size, Image.Resampling.BICUBIC, box=_scaled(place, photo, matte)),
        (place.left, place.top),
    )
    keep = np.asarray(whole.filter(ImageFilter.GaussianBlur(0.004 * max(size))), np.float32) / 255
    keep = np.clip((keep - 0.55) / 0.4, 0, 1)[..., None] * _own_color(picture, ground)
    box = view.box(*photo.size)
    lit = (
        float(np.clip((subject.centre[0] - box.left) / (box.right - box.left), 0.1, 0.9)),
        float(np.clip((subject.centre[1] - box.top) / (box.bottom - box.top), 0.1, 0.9)),
    )
    foot = _foot(subject, photo, view) / view.height
    if float(ground @ LUMA) > 0.72:  # noqa: PLR2004 - paper, which takes any light colour
        horizon = min(0.92, max(0.3, foot - 0.06))
        stage = swept(
            Studio(above=studio.above, lit=studio.lit, floor=studio.floor, horizon=horizon),
            size,
            lit,
        )
        washed = np.minimum(picture / np.maximum(ground, 1e-3), 1) * stage
    else:
        x = ((np.arange(128, dtype=np.float32) + 0.5) / 128)[None]
        around = np.exp(-(((x - lit[0]) / 0.6) ** 2 + ((x.T - lit[1]) / 0.5) ** 2))
        pool = enlarged(around, size)[..., None]
        washed = (picture * (0.82 + 0.22 * pool) + 0.05 * pool).astype(np.float32)
    mixed = washed + (picture - washed) * keep
    return Image.fromarray((np.clip(mixed, 0, 1) * 255 + 0.5).astype(np.uint8))


def _own_color(picture: Pixels, ground: Pixels) -> Pixels:
    """
    Return 1 where a pixel can't be ground in more or less light (rows x columns x 1).

    White parts, outlines and shadows take the studio's colour; that is what light does.
    """
    level = max(float(ground @ LUMA), 1e-3)
    luma = (picture @ LUMA)[..., None]
    tinted = np.abs(picture - ground * (luma / level)).max(axis=2, keepdims=True)
    dark = 1 - luma / level
    result: Pixels = np.maximum(
        np.clip((tinted - 0.03) / 0.08, 0, 1), np.clip((dark - 0.4) / 0.2, 0, 1)
    )
    return result


def _scaled(
    place: Landing, photo: Image.Image, matte: Image.Image
) -> tuple[float, float, float, float]:
    across, down = matte.width / photo.width, matte.height / photo.height
    x0, y0, x1, y1 = place.box
    return (
        x0 * across,
        y0 * down,
        min(float(matte.width), x1 * across),
        min(float(matte.height), y1 * down),
    )
