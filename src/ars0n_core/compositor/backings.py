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

    from ars0n_core.compositor.colors import Floats, Rgb
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
Letters ringed in the dark, in a soft dark glow: on a dark ground neither is seen, on a white one,
which may flash up for a single picture, the two still keep white type at 4.5:1 and more.
"""

BOXED: Final = Treatment(Backing.BOX, 0.62)
"""
The lightest box under which even white becomes dark enough for white type (it takes 0.54;
the encoder needs the rest).
"""

RINGED_UP_TO: Final = 0.34
"""
Luminance up to which the ring looks well: on a brighter ground its edges buzz.
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


def laid(
    block: Block,
    coverage: Image.Image,
    treatment: Treatment,
    around: tuple[int, int],
    em: float,
) -> Image.Image:
    """
    Return *block*, of which *coverage* is the `rasters.mask`, in white on its backing, with so many
    pixels *around* it, across and down; *em* is what the ring is measured in, however small the
    type.
    """
    across, down = around
    size = (block.width + 2 * across, block.height + 2 * down)
    image = Image.new("RGBA", size, (*colors.to_bytes(GROUND)[:3], 0))
    mask = Image.new("L", size, 0)
    mask.paste(coverage, (across - text.PAD, down - text.PAD))
    match treatment.backing:
        case Backing.BOX:
            shape = rounded_mask(*size, 0.3 * block.size)
            image.putalpha(shape.point([round(treatment.opacity * v) for v in range(256)]))
        case Backing.OUTLINE:
            image.putalpha(_ringed(mask, em, treatment.opacity))
    white = Image.new("RGBA", size, (255, 255, 255, 0))
    white.putalpha(mask)
    image.alpha_composite(white)
    return image


RING: Final = 0.09
GLOW: Final = 0.22
"""
How far the ring about letters and the glow about that reach, in ems.
"""

GLOW_BLUR: Final = 0.11
GLOW_GAIN: Final = 1.15
GLOW_OPACITY: Final = 0.7
FADE: Final = 0.09
"""
Where the glow would be cut off by the edge of its box, it fades: so many ems from it.
"""


def _ringed(mask: Image.Image, em: float, opacity: float) -> Image.Image:
    """
    Return the coverage of a ring about the letters of *mask*, and of a glow about that.
    """
    ring = _swollen(mask, RING * em, 0.02 * em)
    glow = np.minimum(_swollen(mask, GLOW * em, GLOW_BLUR * em) * GLOW_GAIN, 255) * GLOW_OPACITY
    edge = Image.new("L", mask.size, 0)
    inset = round(FADE * em)
    edge.paste(255, (inset, inset, mask.width - inset, mask.height - inset))
    soft = np.asarray(edge.filter(ImageFilter.GaussianBlur(FADE * em / 2)), np.float32) / 255
    return Image.fromarray(np.maximum(ring * opacity, glow * soft).astype(np.uint8))


def _swollen(mask: Image.Image, reach: float, blur: float) -> Floats:
    """
    Return *mask* grown by *reach* pixels to all sides, and *blur*red.
    """
    grown = mask.filter(ImageFilter.MaxFilter(2 * max(1, round(reach)) + 1))
    return np.asarray(grown.filter(ImageFilter.GaussianBlur(blur)), np.float32)
