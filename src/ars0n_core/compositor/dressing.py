"""
What is laid over the film's pictures: the logo, titles and captions.

**Owns** where and when each is drawn, and what of it decides a segment's pixels. **Does not
own** how any of them looks. **Invariants**: everything is placed before rendering begins,
by what the whole film looks like; drawing frame n depends on n alone and may be done by
several threads at once; type is set once for all segments that show it at about the same time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import field, frozen

from ars0n_core.compositor import backings, heaps
from ars0n_core.compositor.backings import Treatment
from ars0n_core.compositor.captions import CaptionArt, Row
from ars0n_core.compositor.frames import Patch, Sprite, patch
from ars0n_core.compositor.groups import Once, Recent
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.compositor.titles import TitleArt
from ars0n_core.timelines import Title

if TYPE_CHECKING:
    from ars0n_core.compositor.colors import Rgb
    from ars0n_core.timelines import Cue
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

    def patches(self, n: int) -> Sequence[Patch]:
        """
        Return what it lays over the film's frame *n*.
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
    _laid: list[Patch] = field(init=False)

    @_laid.default
    def _lay(self) -> list[Patch]:
        # Its planes are made here, once, before several threads use them.
        laid = patch(self.sprite, self.x, self.y)
        return [laid] if laid is not None else []

    @property
    def box(self) -> Box:
        """
        What it fills.
        """
        return Box(self.x, self.y, self.x + self.sprite.width, self.y + self.sprite.height)

    def identity(self, first: int, frames: int) -> Json:
        """
        Return its look and when it is there.
        """
        begin = max(self.start_frame, first) - first
        end = min(self.end_frame, first + frames) - first
        return ["standing", self.name, self.x, self.y, begin, end]

    def patches(self, n: int) -> Sequence[Patch]:
        """
        Return the sprite, whatever frame *n* is.
        """
        del n
        return self._laid


@frozen(kw_only=True)
class Manner:
    """
    How words stand on the picture: a caption's ``backing`` and ``row``; how far down its zone
    (0 to 1) a title stands, and whether that zone is below a logo.
    """

    backing: Treatment = backings.BOXED
    row: Row = Row.FOOT
    drop: float = 0.0
    below_logo: bool = True


SET_EACH: Final = 2
"""
Captions and titles that are kept set for each worker, which shows one of either at a time: two
megabytes each, so that all of a long film's would come to a hundred.
"""


class Worded:
    """
    A caption or a title, set in type when it is first drawn: not at all where its segment is
    cached, and once for all threads that draw it, unless it was forgotten, as not *recent*, meanwhile.
    """

    def __init__(
        self,
        words: Cue | Title,
        width: int,
        height: int,
        accent: Rgb,
        manner: Manner,
        recent: Recent | None = None,
    ) -> None:
        self.start_frame = words.start_frame
        self.end_frame = words.start_frame + words.frames
        self._words = words
        self._size = (width, height)
        self._accent = accent
        self._manner = manner
        self._art: Once[CaptionArt | TitleArt] = Once()
        self._recent = recent if recent is not None else Recent(SET_EACH)

    @property
    def is_title(self) -> bool:
        """
        Whether it is a title; else it is a caption.
        """
        return isinstance(self._words, Title)

    @property
    def text(self) -> str:
        """
        What it says.
        """
        # The plan's room is large, and only a certificate asks: loaded late.
        from ars0n_core.plans.wording import joined  # noqa: PLC0415 (the same)

        words = self._words
        return words.text if isinstance(words, Title) else joined(w.text for w in words.words)

    @property
    def box(self) -> Box:
        """
        What it fills, its ground included.
        """
        return self._set().box

    def identity(self, first: int, frames: int) -> Json:
        """
        Return its words, its look, and when it and they are there.
        """
        del frames
        place: list[Json] = [self.start_frame - first, self.end_frame - first]
        accent: list[Json] = list(self._accent)
        if isinstance(self._words, Title):
            stands: list[Json] = [self._manner.drop, self._manner.below_logo]
            return ["title", self._words.text, accent, *stands, *place]
        words: list[Json] = [
            [word.text, word.start_frame - first] if self._words.highlighted else word.text
            for word in self._words.words
        ]
        backing = self._manner.backing
        stood: list[Json] = [self._manner.row.value, backing.backing.value, backing.opacity]
        return ["caption", words, accent, *stood, *place]

    def patches(self, n: int) -> Sequence[Patch]:
        """
        Return what is seen of it in frame *n*.
        """
        return self._set().patches(n)

    def _set(self) -> CaptionArt | TitleArt:
        fresh: list[CaptionArt | TitleArt] = []

        def drawn() -> CaptionArt | TitleArt:
            fresh.append(self._drawn())
            return fresh[0]

        art = self._art.get(drawn)
        if fresh:  # only now: nobody holds one art's lock while another is forgotten
            self._recent.note(self._art)
            heaps.trim()  # it was set in floats, and another was forgotten
        return art

    def _drawn(self) -> CaptionArt | TitleArt:
        words, size, accent, manner = self._words, self._size, self._accent, self._manner
        if isinstance(words, Title):
            return TitleArt.of(words, *size, accent, drop=manner.drop, below_logo=manner.below_logo)
        return CaptionArt.of(words, *size, accent, manner.backing, manner.row)


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

    def patches(self, n: int) -> list[Patch]:
        """
        Return all that lies over the film's frame *n*, the lowest first.
        """
        return [
            each
            for layer in self.layers
            if layer.start_frame <= n < layer.end_frame
            for each in layer.patches(n)
        ]
