"""
A real scene laid down as a print, where its shape is not the frame's.

**Owns** `printed`. Where the print lies, and what of the photo it shows, is the view's
(`framing`).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from ars0n_adapters.providers.offline.backdrops import Landing, crisp, resized
from ars0n_adapters.providers.offline.grading import enlarged
from ars0n_adapters.providers.offline.studios import SHRINK
from ars0n_adapters.providers.offline.subject import LUMA

if TYPE_CHECKING:
    from ars0n_adapters.providers.offline.framing import View


def printed(photo: Image.Image, view: View, *, bright: bool) -> Image.Image:
    """
    Lay a scene as a print on a ground of its own colours, with the shadow it throws.
    """
    size, box = (view.width, view.height), view.print or (0, 0, view.width, view.height)
    left, top, right, bottom = box
    low = (view.left + left / view.scale, view.top + top / view.scale)
    seen = Landing(
        left,
        top,
        right,
        bottom,
        (
            max(0.0, low[0]),
            max(0.0, low[1]),
            min(float(photo.width), low[0] + (right - left) / view.scale),
            min(float(photo.height), low[1] + (bottom - top) / view.scale),
        ),
    )
    sheet = crisp(resized(photo, seen), view.scale)
    few = photo.resize((6, 6), Image.Resampling.BOX, reducing_gap=2.0)
    tones = np.asarray(few, np.float32) / np.float32(255)
    level = np.float32(0.9 if bright else 0.2)
    toned = tones * (level / max(float((tones @ LUMA).mean()), 0.05))
    mean = toned.mean(axis=(0, 1), keepdims=True)
    soft = np.clip(0.34 * mean + 0.16 * toned + 0.5 * level, 0, 1)
    ground = np.stack([enlarged(soft[..., i], size) for i in range(3)], axis=2)
    shadow = Image.new("L", (math.ceil(size[0] / SHRINK), math.ceil(size[1] / SHRINK)))
    shade = ImageDraw.Draw(shadow)
    fall = 0.018 * max(size)
    for grow, tone in ((0.0, 150), (-0.25 * fall, 255)):
        shade.rounded_rectangle(
            (
                (left - grow) / SHRINK,
                (top + fall - grow) / SHRINK,
                (right + grow) / SHRINK,
                (bottom + fall + grow) / SHRINK,
            ),
            0.03 * max(size) / SHRINK,
            fill=tone,
        )
    blurred = shadow.filter(ImageFilter.GaussianBlur(fall / SHRINK))
    dark = enlarged(np.asarray(blurred, np.float32) / 255, size)[..., None]
    ground *= 1 - (0.34 if bright else 0.5) * dark
    picture = Image.fromarray((np.clip(ground, 0, 1) * 255 + 0.5).astype(np.uint8))
    corners = Image.new("L", (2 * sheet.width, 2 * sheet.height))
    ImageDraw.Draw(corners).rounded_rectangle(
        (0, 0, corners.width - 1, corners.height - 1), 0.044 * max(size), fill=255
    )
    picture.paste(sheet, (left, top), corners.resize(sheet.size, Image.Resampling.BOX))
    return picture
