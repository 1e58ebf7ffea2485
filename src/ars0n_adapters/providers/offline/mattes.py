"""
A product cut out of the plain ground it was photographed on, where that can be trusted.

**Owns** `cut_out` (paper to alpha) and `bared` (a cut-out without the shadow somebody drew
beneath it). **Does not own** what is then behind it (`studios`, `props`, `backdrops`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageFilter

from ars0n_adapters.providers.offline.grading import enlarged
from ars0n_adapters.providers.offline.subject import WEAK, Ground, blurred

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ars0n_adapters.providers.offline.subject import Subject

    Plane = NDArray[np.float32]

PIXELS_MAX: Final = 1_600_000
"""
A cut-out is made of this many pixels at most: enough for a frame, whatever the photo has.
"""

DISTINCT: Final = 0.11
"""
How unlike its ground (0..1 RGB) an outline must be to be found to the pixel.
"""

TRUSTED: Final = 0.85
"""
The share of an outline that must be `DISTINCT`: a white shoe on white is not cut out.
"""


WHOLE: Final = 0.86
"""
How much of its own shape, gaps closed, a product fills at least: less is a torn one.
"""


def cut_out(photo: Image.Image, subject: Subject) -> Image.Image | None:
    """
    Return *photo* (RGB) with its plain ground see-through, or None where its outline can't
    be told from the ground.
    """
    if subject.ground is not Ground.PLAIN or len(subject.cut) > 1:
        return None
    matte, color = subject.matte, np.asarray(subject.color, np.float32)
    rows, columns = matte.shape
    few = photo.resize((columns, rows), Image.Resampling.BOX, reducing_gap=2.0)
    tones = np.asarray(few, np.float32) / np.float32(255)
    matte = matte * (1 - _holes(matte, tones, color))
    core, reach = _shrunk(matte), _grown(matte)
    if core.sum() < 12 or not _trusted(tones, core, reach, color):  # noqa: PLR2004 - thumbnail pixels
        return None
    own = _nearest(tones, core)
    shrink = min(1.0, (PIXELS_MAX / (photo.width * photo.height)) ** 0.5)
    size = (max(1, round(photo.width * shrink)), max(1, round(photo.height * shrink)))
    picture = photo if size == photo.size else photo.resize(size, Image.Resampling.LANCZOS)
    pixels = np.asarray(picture, np.float32) / np.float32(255)
    apart = np.zeros((size[1], size[0]), np.float32)
    norm = np.zeros_like(apart)
    for channel in range(3):
        span = enlarged(own[..., channel], size) - color[channel]
        apart += (pixels[..., channel] - color[channel]) * span
        norm += span * span
    band = np.clip((apart / np.maximum(norm, 1e-4) - 0.1) / 0.8, 0, 1)
    soft = enlarged(blurred(matte, 1), size)
    faint = np.clip((DISTINCT - np.sqrt(norm)) / (0.5 * DISTINCT), 0, 1)
    band += (np.clip((soft - 0.3) / 0.4, 0, 1) - band) * faint
    inner = np.clip((enlarged(core, size) - 0.4) / 0.2, 0, 1)
    outer = np.clip((enlarged(reach, size) - 0.4) / 0.2, 0, 1)
    alpha = np.maximum(inner, band * outer)
    clear = np.maximum(alpha, 0.05)[..., None]
    # The ground that shines through an outline would stand around it as a halo.
    pixels = np.clip((pixels - color * (1 - clear)) / clear, 0, 1)
    cut = Image.fromarray((pixels * 255 + 0.5).astype(np.uint8)).convert("RGBA")
    cut.putalpha(Image.fromarray((alpha * 255 + 0.5).astype(np.uint8)))
    return cut


def bared(photo: Image.Image, subject: Subject) -> Image.Image:
    """
    Return *photo* (RGBA) without what hangs faintly below its product: a shadow drawn there,
    which would stay where it is on any other floor.
    """
    foot = round(subject.box.bottom * photo.height) + max(1, photo.height // 200)
    if foot >= photo.height:
        return photo
    alpha = np.asarray(photo.getchannel("A"))
    below = alpha[foot:]
    if below.size == 0 or below.max() == 0 or below.max() >= WEAK * 255:
        return photo
    kept = alpha.copy()
    kept[foot:] = 0
    result = photo.copy()
    result.putalpha(Image.fromarray(kept))
    return result


def _shrunk(matte: Plane) -> Plane:
    return np.asarray(_bits(matte).filter(ImageFilter.MinFilter(5)), np.float32) / np.float32(255)


def _grown(matte: Plane) -> Plane:
    return np.asarray(_bits(matte).filter(ImageFilter.MaxFilter(5)), np.float32) / np.float32(255)


def _bits(matte: Plane) -> Image.Image:
    return Image.fromarray(np.where(matte > 0.5, 255, 0).astype(np.uint8))  # noqa: PLR2004 - half


def _trusted(tones: Plane, core: Plane, reach: Plane, color: Plane) -> bool:
    """
    Return whether the outline is unlike the ground nearly everywhere.
    """
    matte = _bits(reach).filter(ImageFilter.MinFilter(5))
    closed = matte.filter(ImageFilter.MaxFilter(13)).filter(ImageFilter.MinFilter(13))
    whole = np.asarray(matte, np.float32).sum() / max(
        float(np.asarray(closed, np.float32).sum()), 1
    )
    if whole < WHOLE:
        return False
    hem = (_shrunk(core) < 0.5) & (core > 0.5)  # noqa: PLR2004 - half
    if not hem.any() or reach.mean() > 0.97:  # noqa: PLR2004 - no ground left
        return False
    away = np.sqrt(((tones - color) ** 2).sum(axis=2))
    return float((away[hem] > DISTINCT).mean()) > TRUSTED


def _holes(matte: Plane, tones: Plane, color: Plane) -> Plane:
    """
    Return 1 where the ground is seen through the product: flatly the ground's colour, and
    no farther from the outside than a handle is thick. A white label lies deeper.
    """
    ground = np.sqrt(((tones - color) ** 2).sum(axis=2)) < 0.014  # noqa: PLR2004 - 2/255 a channel
    flat = (matte > 0.5) & ground & (blurred(ground.astype(np.float32), 1) > 0.8)  # noqa: PLR2004 - a patch of it
    thick = max(1, round(0.11 * float(matte.sum()) ** 0.5))
    outside = _bits(1 - matte).filter(ImageFilter.MaxFilter(2 * thick + 1))
    near = flat & (np.asarray(outside) > 0)
    count = -1
    while count != (count := int(near.sum())):
        grown = _bits(near.astype(np.float32)).filter(ImageFilter.MaxFilter(3))
        near = flat & (np.asarray(grown) > 0)
    share = float(near.sum()) / max(float(matte.sum()), 1)
    seen = 0.003 < share < 0.2  # noqa: PLR2004 - neither noise nor most
    return near.astype(np.float32) if seen else np.zeros_like(matte)


def _nearest(tones: Plane, core: Plane) -> Plane:
    """
    Return *tones* (rows x columns x RGB) with the colours of *core* spread over its outline.
    """
    weight, total = core.astype(np.float32), tones * core[..., None]
    result = total.copy()
    seen = weight > 0.5  # noqa: PLR2004 - half
    for radius in (1, 2, 4, 9):
        spread = blurred(weight, radius)
        fresh = ~seen & (spread > 1e-3)  # noqa: PLR2004 - something near
        for channel in range(3):
            near = blurred(np.ascontiguousarray(total[..., channel]), radius)
            result[..., channel][fresh] = near[fresh] / spread[fresh]
        seen |= fresh
    return result
