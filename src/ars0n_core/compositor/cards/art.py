"""
A finished card: a still ground, and layers that come in over it and then stay.

**Owns** entrances and the drawing of any one frame. **Invariants**: frame n depends on n
alone; from `CardArt.still_from` on every frame has the same bytes, and costs one copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from ars0n_core.compositor import transitions
from ars0n_core.compositor.colors import Rgb
from ars0n_core.compositor.frames import Frame, Sprite, blend
from ars0n_core.compositor.groups import Once
from ars0n_core.compositor.safe_areas import Box


class Entrance(StrEnum):
    """
    How a layer comes in.
    """

    FADE = "fade"
    RISE = "rise"
    LEFT = "left"
    RIGHT = "right"
    BOTTOM = "bottom"
    TOP = "top"
    REVEAL = "reveal"
    REVEAL_LEFTWARDS = "reveal leftwards"


DIRECTIONS: Final[Mapping[Entrance, tuple[int, int]]] = {
    Entrance.FADE: (0, 0),
    Entrance.RISE: (0, 1),
    Entrance.LEFT: (-1, 0),
    Entrance.RIGHT: (1, 0),
    Entrance.BOTTOM: (0, 1),
    Entrance.TOP: (0, -1),
    Entrance.REVEAL: (0, 0),
    Entrance.REVEAL_LEFTWARDS: (0, 0),
}
"""
Where a layer comes from, seen from its final place: across and down.
"""

ENTRANCE_FRAMES: Final = 13
"""
How long one layer takes: under half a second.
"""

LARGE: Final = 60_000
"""
Pixels from which a sprite moves by whole ones: large shapes don't show the difference,
and their planes need not be made anew for every frame.
"""

STAGGER_FRAMES: Final = 2
"""
How much later the next layer starts: the whole card is in within a second.
"""


@frozen(eq=False)
class Layer:
    """
    A sprite at its final place, and how it gets there.

    ``distance`` is how far it travels in pixels; ``start`` the card's frame in which it
    begins to be seen.
    """

    sprite: Sprite
    x: float
    y: float
    entrance: Entrance
    start: int
    distance: float
    frames: int = ENTRANCE_FRAMES

    @property
    def settled(self) -> int:
        """
        The first frame in which the layer is where it stays.
        """
        return self.start + self.frames - 1

    def draw(self, n: int, out: Frame) -> None:
        """
        Lay the sprite over *out* as it is in frame *n*.
        """
        t = min(1.0, (n - self.start + 1) / self.frames)
        if t <= 0:
            return
        eased = transitions.settle(t)
        across, down = DIRECTIONS[self.entrance]
        away = (1 - eased) * self.distance
        x, y, opacity, sprite = self.x + across * away, self.y + down * away, 1.0, self.sprite
        if self.entrance is Entrance.FADE:
            opacity = transitions.smooth(t)
        elif self.entrance is Entrance.RISE:
            opacity = transitions.smooth(min(1.0, 1.5 * t))
        elif self.entrance in {Entrance.REVEAL, Entrance.REVEAL_LEFTWARDS} and t < 1:
            part = max(1, round(eased * sprite.width))
            first = sprite.width - part if self.entrance is Entrance.REVEAL_LEFTWARDS else 0
            sprite, x = sprite.cropped(first, 0, first + part, sprite.height), x + first
        if sprite.width * sprite.height > LARGE:
            x, y = round(x), round(y)
        blend(out, sprite, x, y, opacity)


@frozen(eq=False)
class CardArt:
    """
    An end card ready to be drawn.

    ``boxes`` are the final rectangles of what must be read or recognised: ``logo``,
    ``company``, ``tagline``, ``cta``, ``website``, ``legal``. ``sizes`` are the type sizes
    in pixels, ``contrasts`` the least contrast of each text with what is behind it,
    ``inks`` its colour.
    """

    ground: Frame
    layers: tuple[Layer, ...]
    boxes: Mapping[str, Box]
    sizes: Mapping[str, int]
    contrasts: Mapping[str, float]
    inks: Mapping[str, Rgb]
    _still: Once[Frame] = field(factory=Once, init=False)

    @property
    def still_from(self) -> int:
        """
        The first frame from which nothing changes any more.
        """
        return max((layer.settled for layer in self.layers), default=0)

    def frame(self, n: int, out: Frame) -> None:
        """
        Draw frame *n* of the card, counted from 0, into *out*.
        """
        if n >= self.still_from:
            out.copy_from(self.still)
            return
        out.copy_from(self.ground)
        for layer in self.layers:
            layer.draw(n, out)

    @property
    def still(self) -> Frame:
        """
        The card from `still_from` on: kept, and not to be drawn on.
        """
        return self._still.get(self._settled)

    def _settled(self) -> Frame:
        frame = self.ground.copy()
        for layer in self.layers:
            layer.draw(self.still_from, frame)
        return frame
