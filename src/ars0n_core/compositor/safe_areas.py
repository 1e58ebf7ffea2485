"""
Where text may stand so that no platform's buttons cover it.

**Owns** boxes in pixels for each shape of picture. Portrait is the box that clears
YouTube's, Meta's and TikTok's published overlays at once (x 120-888, y 288-1248 of
1080x1920); the other shapes keep the title-safe nine tenths of broadcast practice.
"""

from __future__ import annotations

from typing import Final

from attrs import frozen


@frozen
class Box:
    """
    A rectangle in whole pixels; ``right`` and ``bottom`` are the first outside.
    """

    left: int
    top: int
    right: int
    bottom: int

    @property
    def width(self) -> int:
        """
        In pixels.
        """
        return self.right - self.left

    @property
    def height(self) -> int:
        """
        In pixels.
        """
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        """
        Horizontal and vertical middle.
        """
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def inset(self, x: int, y: int | None = None) -> Box:
        """
        Return the box drawn in by *x* left and right and *y* (or *x*) top and bottom.

        >>> Box(0, 0, 10, 10).inset(2, 1)
        Box(left=2, top=1, right=8, bottom=9)
        """
        y = x if y is None else y
        return Box(self.left + x, self.top + y, self.right - x, self.bottom - y)

    def contains(self, other: Box) -> bool:
        """
        Whether *other* lies wholly inside.
        """
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def overlaps(self, other: Box) -> bool:
        """
        Whether any pixel is in both.
        """
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )


TALL: Final = 1.6
"""
Height over width from which a picture is shown full-screen in a feed of shorts.
"""


def safe_area(width: int, height: int) -> Box:
    """
    Return the box that text and logo must keep to.

    >>> safe_area(1080, 1920)
    Box(left=120, top=288, right=888, bottom=1248)
    >>> safe_area(1280, 720)
    Box(left=64, top=36, right=1216, bottom=684)
    """
    if height >= TALL * width:
        return Box(
            round(width * 120 / 1080),
            round(height * 288 / 1920),
            round(width * 888 / 1080),
            round(height * 1248 / 1920),
        )
    return Box(round(width * 0.05), round(height * 0.05), round(width * 0.95), round(height * 0.95))


def centered_area(width: int, height: int) -> Box:
    """
    Return the largest part of the safe area that is symmetric about the picture's middle.

    >>> centered_area(1080, 1920)
    Box(left=192, top=288, right=888, bottom=1248)
    """
    box = safe_area(width, height)
    margin = max(box.left, width - box.right)
    return Box(margin, box.top, width - margin, box.bottom)
