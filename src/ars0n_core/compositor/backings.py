"""
What lifts captions off the picture, and how little of it is enough.

**Owns** the backings and the choice between them. **Does not own** where captions stand
(`captions`) or who looks at the picture (`dressings`). **Invariants**: white type has at
least 4.5:1 with what is around its letters, also where a picture that was not looked at is
much brighter than those that were.

Start at `chosen`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen
from PIL import Image, ImageFilter

from ars0n_core.compositor import colors, text
from ars0n_core.compositor.logo import rounded_mask

if TYPE_CHECKING:
    import numpy.typing as npt

    from ars0n_core.compositor.colors import Rgb
    from ars0n_core.compositor.text import Block

GROUND: Final[Rgb] = (0.045, 0.047, 0.055)
"""
What backings are made of.
"""


class Backing(StrEnum):
    """
    What is between type and picture.
    """

    OUTLINE = "outline"
    BOX = "box"


@frozen
class Treatment:
    """
    A backing, and how much of the picture it covers (0 to 1).
    """

    backing: Backing
    opacity: float


LIGHT: Final = Treatment(Backing.OUTLINE, 0.85)
"""
Letters ringed in the dark, with a soft shadow: on a dark ground it is hardly seen.
"""

BOXED: Final = Treatment(Backing.BOX, 0.62)
"""
The lightest box under which even white becomes dark enough for white type (it takes 0.54;
the encoder needs the rest).
"""

RINGED_UP_TO: Final = 0.34
"""
Luminance up to which the ring suffices. Its letters have 6:1 there, and 4.5:1 on up to half
as much light again; on a bright ground its edges buzz.
"""


def chosen(luminances: npt.ArrayLike) -> Treatment:
    """
    Return the lightest backing with which white type reads on pixels of these *luminances*
    (0 to 1), of all that was seen behind it; the box where nothing was.

    Their 99th percentile decides: single sparkles don't make type illegible.

    >>> chosen([0.01, 0.2]).backing.value, chosen([0.8]).backing.value
    ('outline', 'box')
    """
    seen = np.asarray(luminances, np.float32).reshape(-1)
    if not seen.size or float(np.percentile(seen, 99)) > RINGED_UP_TO:
        return BOXED
    return LIGHT


def laid(block: Block, treatment: Treatment, across: int, down: int) -> Image.Image:
    """
    Return *block* in white on its backing, with *across* and *down* pixels around it.
    """
    size = (block.width + 2 * across, block.height + 2 * down)
    image = Image.new("RGBA", size, (*colors.to_bytes(GROUND)[:3], 0))
    mask = Image.new("L", size, 0)
    mask.paste(text.mask(block, 0.5), (across - text.PAD, down - text.PAD))
    match treatment.backing:
        case Backing.BOX:
            shape = rounded_mask(*size, 0.3 * block.size)
            image.putalpha(shape.point([round(treatment.opacity * v) for v in range(256)]))
        case Backing.OUTLINE:
            image.putalpha(_ringed(mask, block.size, treatment.opacity))
    white = Image.new("RGBA", size, (255, 255, 255, 0))
    white.putalpha(mask)
    image.alpha_composite(white)
    return image


RING: Final = 0.1
SHADOW: Final = 0.13
"""
How far the ring and the shadow about it reach, in ems.
"""

SHADOW_GAIN: Final = 1.3
SHADOW_OPACITY: Final = 0.6


def _ringed(mask: Image.Image, size: int, opacity: float) -> Image.Image:
    """
    Return the coverage of a ring about the letters of *mask*, and of a shadow about that.
    """
    grown = mask.filter(ImageFilter.MaxFilter(2 * max(1, round(RING * size)) + 1))
    ring = np.asarray(grown.filter(ImageFilter.GaussianBlur(0.02 * size)), np.float32)
    soft = np.asarray(grown.filter(ImageFilter.GaussianBlur(SHADOW * size)), np.float32)
    shadow = np.minimum(soft * SHADOW_GAIN, 255) * SHADOW_OPACITY
    covered = np.maximum(ring * opacity, shadow)
    return Image.fromarray(covered.astype(np.uint8))
