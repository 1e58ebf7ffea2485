"""
Which row a scene's captions stand in: the usual one, unless something in it wants to be seen.

**Owns** telling what wants to be seen from what is only there. **Does not own** where the rows
are (`captions`) or who looks at the picture (`dressings`). **Invariants**: a scene's captions
stand in one row; with nothing known, or nothing better, that is the foot.

Writing in the footage (a price, a subtitle, a label) is drawn in strong edges that keep their
place while all about it moves with the camera. So what counts is detail that stands still, in
the busiest patch of a row: about as large as a short word.

Start at `chosen`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import captions, colors
from ars0n_core.compositor.captions import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ars0n_core.compositor.colors import Floats
    from ars0n_core.compositor.safe_areas import Box

WRITTEN: Final = 0.18
"""
Detail (change of lightness from one pixel of a glance to the next) from which a patch is taken
for writing. Measured: writing in footage 0.18 to 0.52, labels of products 0.20 to 0.27, fur,
roofs, engines and flowers under a moving camera 0.04 to 0.15.
"""

QUIETER: Final = 0.6
"""
What another row's busiest patch has, at most, of the usual one's for captions to leave it: eyes
rest where captions were read before.
"""

LOOKS_MIN: Final = 2
"""
Pictures it takes to tell what stands still in a shot that moves.
"""

PATCH: Final = (0.055, 0.1)
"""
Height and width of a patch, as shares of the length that type sizes are shares of.
"""


def _nothing() -> Sequence[Box]:
    return ()


def chosen(
    pictures: Sequence[Floats],
    size: tuple[int, int],
    taken: Callable[[], Sequence[Box]] = _nothing,
    *,
    glance: int,
) -> Row:
    """
    Return the row for the captions of a scene that looks like *pictures*, RGB (height, width, 3),
    0 to 255, *glance* times smaller than a film of *size*; *taken* tells where other words are
    laid over it, and is only asked where the usual row won't do.
    """
    if not pictures:
        return Row.FOOT
    still = np.minimum.reduce([activity(colors.lightness(picture)) for picture in pictures])
    patch = [max(1, round(share * captions.scale_of(*size) / glance)) for share in PATCH]
    usual = _busiest(still, captions.caption_zone(*size), patch, glance)
    if usual < WRITTEN:
        return Row.FOOT
    others = [captions.caption_zone(*size), *taken()]
    for row in (Row.RAISED, Row.HEAD):
        zone = captions.caption_zone(*size, row)
        if any(map(zone.overlaps, others)):
            continue
        if _busiest(still, zone, patch, glance) <= QUIETER * usual:
            return row
    return Row.FOOT


def activity(shade: Floats) -> Floats:
    """
    Return how much each pixel of *shade* differs from its neighbours.
    """
    across = np.abs(np.diff(shade, axis=1, prepend=shade[:, :1]))
    down = np.abs(np.diff(shade, axis=0, prepend=shade[:1]))
    return across + down


def part(box: Box, glance: int) -> tuple[slice, slice]:
    """
    Return where *box* is in a picture *glance* times smaller.
    """
    rows = slice(box.top // glance, -(-box.bottom // glance))
    return rows, slice(box.left // glance, -(-box.right // glance))


def _busiest(still: Floats, zone: Box, patch: Sequence[int], glance: int) -> float:
    """
    Return the mean of *still* in the patch of *zone* where it is highest.
    """
    seen = still[part(zone, glance)]
    tall, wide = (min(side, most) for side, most in zip(patch, seen.shape, strict=True))
    if not tall or not wide:
        return 0.0
    sums = np.cumsum(np.cumsum(np.pad(seen, ((1, 0), (1, 0))), axis=0), axis=1)
    whole: Floats = (
        sums[tall:, wide:] - sums[:-tall, wide:] - sums[tall:, :-wide] + sums[:-tall, :-wide]
    )
    return float(np.max(whole) / (tall * wide))
