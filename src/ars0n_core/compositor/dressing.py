"""
What is laid over the film's pictures: the logo, titles and captions.

**Owns** where and when each is drawn, and what of it decides a segment's pixels. **Does not
own** how any of them looks. **Invariants**: everything is placed before rendering begins,
by what the whole film looks like; drawing frame n depends on n alone and may be done by
several threads.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

from attrs import frozen

from ars0n_core.compositor.frames import Frame, Sprite, blend

if TYPE_CHECKING:
    from ars0n_core.work import Json


class Layer(Protocol):
    """
    Something laid over a stretch of the film.
    """

    @property
    def start_frame(self) -> int:
        """
        The first frame it is seen in.
        """
        ...

    @property
    def end_frame(self) -> int:
        """
        The first frame after it.
        """
        ...

    def identity(self, first: int, frames: int) -> Json:
        """
        Return what decides its pixels in the stretch, with frames counted from *first*.
        """
        ...

    def draw(self, frame: Frame, n: int) -> None:
        """
        Lay it over the film's frame *n*.
        """
        ...


@frozen(eq=False, kw_only=True)
class Standing:
    """
    A sprite that stands still: the logo. ``name`` says what it looks like.
    """

    sprite: Sprite
    x: int
    y: int
    name: Any
    start_frame: int
    end_frame: int

    def identity(self, first: int, frames: int) -> Json:
        """
        Return its look and when it is there.
        """
        begin = max(self.start_frame, first) - first
        end = min(self.end_frame, first + frames) - first
        return ["standing", self.name, self.x, self.y, begin, end]

    def draw(self, frame: Frame, n: int) -> None:
        """
        Lay it over frame *n*.
        """
        del n
        blend(frame, self.sprite, self.x, self.y)


@frozen(eq=False)
class Dressing:
    """
    All layers, the lowest first.
    """

    layers: Sequence[Layer]

    def identity(self, first: int, frames: int) -> Json:
        """
        Return what decides the pixels laid over a stretch.
        """
        return [
            layer.identity(first, frames)
            for layer in self.layers
            if layer.start_frame < first + frames and first < layer.end_frame
        ]

    def draw(self, frame: Frame, n: int) -> None:
        """
        Lay all over the film's frame *n*, in place.
        """
        for layer in self.layers:
            if layer.start_frame <= n < layer.end_frame:
                layer.draw(frame, n)
