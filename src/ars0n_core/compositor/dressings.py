"""
A timeline's dressing: each overlay, title and caption placed by what the film looks like.

**Owns** the glance at the film that placement needs. **Does not own** the drawing. A
glance is a few key pictures of each clip, small: enough to tell light from dark, and a
hundredth of decoding it all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import captions, colors, commands, ffmpeg, logo, reels
from ars0n_core.compositor.dressing import Dressing, Layer, Standing, Worded
from ars0n_core.compositor.frames import Frame
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import MediaKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.compositor.cache import Cache
    from ars0n_core.compositor.colors import Floats
    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.timelines import Overlay, Timeline, Title

GLANCE: Final = 8
"""
A glance has an eighth of the film's width and height.
"""

PICTURES: Final = 4

DROPS: Final = (0.0, 1.0, 0.5)
"""
Where a title may stand in its zone, from its top to its bottom, the usual place first.
"""


def dress(
    timeline: Timeline,
    media: Mapping[str, Path],
    *,
    binary: Ffmpeg,
    cache: Cache,
    pieces: Path,
    group: Group,
) -> Dressing:
    """
    Return what is laid over *timeline*'s pictures.

    Raises:
        CompositorError: An overlay or a clip can't be read (it is named).
    """
    looks = Glances(timeline, media, binary=binary, cache=cache, pieces=pieces, group=group)
    layers: list[Layer] = [_logo(timeline, overlay, media, looks) for overlay in timeline.overlays]
    accent = colors.parse_hex(timeline.card.color) if timeline.card is not None else colors.WHITE
    size = (timeline.width, timeline.height)
    layers += [
        Worded(title, *size, accent, drop=_drop(timeline, title, looks))
        for title in timeline.titles
    ]
    layers += [Worded(cue, *size, accent) for cue in timeline.cues]
    return Dressing(layers)


def _drop(timeline: Timeline, title: Title, looks: Glances) -> float:
    """
    Return how far down its zone *title* stands: where its scene shows least, so that it
    doesn't lie on the product.
    """
    middle = title.start_frame + title.frames // 2
    looked = looks.between(middle, middle + 1)
    shades = [np.sqrt(colors.luminances(picture)) for picture in looked]  # as the eye sees them
    if not shades:
        return DROPS[0]
    activity = sum((_activity(shade) for shade in shades), np.zeros_like(shades[0]))

    def shown(drop: float) -> float:
        strip = captions.title_strip(timeline.width, timeline.height, drop)
        part = activity[
            strip.top // GLANCE : -(-strip.bottom // GLANCE),
            strip.left // GLANCE : -(-strip.right // GLANCE),
        ]
        return float(part.mean()) if part.size else 0.0

    found = [shown(drop) for drop in DROPS]
    quietest = min(found)
    # Where nothing is much quieter than the usual place, titles stay in it.
    return next(d for d, seen in zip(DROPS, found, strict=True) if seen <= quietest * 1.25)


def _activity(shade: Floats) -> Floats:
    """
    Return how much each pixel of *shade* differs from its neighbours.
    """
    across = np.abs(np.diff(shade, axis=1, prepend=shade[:, :1]))
    down = np.abs(np.diff(shade, axis=0, prepend=shade[:1]))
    return across + down


def _logo(
    timeline: Timeline, overlay: Overlay, media: Mapping[str, Path], looks: Glances
) -> Standing:
    width, height = timeline.width, timeline.height
    end_frame = overlay.start_frame + overlay.frames
    box = logo.overlay_box(width, height)
    part = np.s_[
        box.top // GLANCE : -(-box.bottom // GLANCE), box.left // GLANCE : -(-box.right // GLANCE)
    ]
    grounds = np.concatenate(
        [
            colors.luminances(picture[part]).reshape(-1)
            for picture in looks.between(overlay.start_frame, end_frame)
        ]
        or [np.zeros(1, np.float32)]
    )
    art = logo.overlay(
        reels.opened_image(media[overlay.media], overlay.media), width, height, grounds
    )
    # The sprite's integer planes are made here, once, before several threads use them.
    standing = Standing(
        sprite=art.sprite,
        x=art.box.left,
        y=art.box.top,
        name=["logo", looks.sha256(overlay.media), art.chip.value],
        start_frame=overlay.start_frame,
        end_frame=end_frame,
    )
    standing.draw(Frame.empty(width, height), overlay.start_frame)
    return standing


class Glances:
    """
    Small pictures of each clip, taken when first asked for.
    """

    def __init__(
        self,
        timeline: Timeline,
        media: Mapping[str, Path],
        *,
        binary: Ffmpeg,
        cache: Cache,
        pieces: Path,
        group: Group,
    ) -> None:
        self._timeline = timeline
        self._media = media
        self._binary = binary
        self._cache = cache
        self._pieces = pieces
        self._group = group
        self._known = {each.id: each for each in timeline.media}
        self._taken: dict[str, list[Floats]] = {}

    def sha256(self, name: str) -> str:
        """
        Return the identity of a medium's content.
        """
        return self._known[name].sha256

    def between(self, first: int, last: int) -> list[Floats]:
        """
        Return RGB pictures (height, width, 3), 0 to 255, of the clips shown from *first* on and
        before *last*.
        """
        pictures: list[Floats] = []
        for clip in self._timeline.clips:
            seen = clip.media in self._media  # it may be still to come
            if seen and clip.start_frame < last and first < clip.end_frame:
                if clip.media not in self._taken:
                    self._taken[clip.media] = self._take(clip.media)
                pictures += self._taken[clip.media]
        return pictures

    def _take(self, name: str) -> list[Floats]:
        size = (self._timeline.width // GLANCE, self._timeline.height // GLANCE)
        size = (max(2, size[0]), max(2, size[1]))
        file = self._pieces / f"{self.sha256(name)}-{size[0]}x{size[1]}.glance"
        if not file.exists() and not self._cache.fetch(file.name, file):
            pictures = 1 if self._known[name].kind is MediaKind.STILL else PICTURES
            graph = commands.key_pictures(self._media[name], size=size, pictures=pictures)
            args = ffmpeg.arguments(self._binary, graph)
            seen = ffmpeg.run(
                args, timeout_seconds=commands.patience(900), media=name, group=self._group
            )
            file.write_bytes(seen.stdout)
            self._cache.store(file.name, file)
        content = np.frombuffer(file.read_bytes(), np.uint8)
        count = len(content) // (size[0] * size[1] * 3)
        if not count:
            raise CompositorError(f"{name} shows no picture", media=name)
        shape = (count, size[1], size[0], 3)
        whole = content[: count * size[0] * size[1] * 3].reshape(shape)
        return list(whole.astype(np.float32))
