"""
What the looks share: fast work on whole planes, a few rows at a time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from ars0n_core.compositor.frames import Bytes, Words

ROWS: Final = 64
"""
Rows worked on at once: their temporaries stay in the processor's cache.
"""


def mix(a: Bytes, b: Bytes, share: float, out: Bytes) -> None:
    """
    Set *out* to *a* plus *share* (0 to 1) of the way to *b*, in coded values.
    """
    of_b = np.uint16(round(256 * share))
    of_a = np.uint16(256) - of_b
    height, width = a.shape
    one, two = np.empty((2, ROWS, width), np.uint16)
    for top in range(0, height, ROWS):
        rows = slice(top, min(height, top + ROWS))
        x, y = one[: rows.stop - top], two[: rows.stop - top]
        np.copyto(x, a[rows])
        np.copyto(y, b[rows])
        x *= of_a
        y *= of_b
        x += y
        x += 128
        x >>= 8
        np.copyto(out[rows], x, casting="unsafe")


def mix_light(a: Bytes, b: Bytes, share: float, out: Bytes) -> None:
    """
    Set luma *out* to *a* plus *share* of the way to *b*, mixed as light.

    Light is taken as the square of the code value, near enough to the display's 2.4 to
    look the same, and its way back is one square root: faster than any table.
    """
    of_a, of_b = np.float32(1 - share), np.float32(share)
    height, width = a.shape
    one, two = np.empty((2, ROWS, width), np.float32)
    squares = np.empty((ROWS, width), np.uint16)
    for top in range(0, height, ROWS):
        rows = slice(top, min(height, top + ROWS))
        count = rows.stop - top
        x, y, square = one[:count], two[:count], squares[:count]
        for codes, light in ((a[rows], x), (b[rows], y)):
            np.copyto(square, codes)
            square *= square
            np.copyto(light, square)
        x *= of_a
        y *= of_b
        x += y
        np.sqrt(x, out=x)
        x += np.float32(0.5)
        np.copyto(out[rows], x, casting="unsafe")


def mix_columns(a: Bytes, b: Bytes, shares: Words, out: Bytes) -> None:
    """
    Set *out* to a mix whose share of *b* is *shares* / 256, one for each column.
    """
    x = a * (np.uint16(256) - shares)
    x += b * shares
    x += 128
    x >>= 8
    np.copyto(out, x, casting="unsafe")


def scale_towards(plane: Bytes, level: int, share: float, out: Bytes) -> None:
    """
    Set *out* to *plane* plus *share* of the way to the flat value *level*.
    """
    kept = np.uint16(256 - round(256 * share))
    added = np.uint16((256 - int(kept)) * level + 128)
    height, width = plane.shape
    scratch = np.empty((ROWS, width), np.uint16)
    for top in range(0, height, ROWS):
        rows = slice(top, min(height, top + ROWS))
        x = scratch[: rows.stop - top]
        np.copyto(x, plane[rows])
        x *= kept
        x += added
        x >>= 8
        np.copyto(out[rows], x, casting="unsafe")
