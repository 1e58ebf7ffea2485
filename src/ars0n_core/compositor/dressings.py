"""
A timeline's dressing: each overlay, title and caption placed by what the film looks like.

**Owns** the glance at the film that placement needs. **Does not own** the drawing. A
glance is a few key pictures of each clip, small: enough to tell light from dark, and a
hundredth of decoding it all.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ars0n_core.compositor import (
    backings,
    captions,
    colors,
    commands,
    ffmpeg,
    logo,
    reels,
    titles,
)
from ars0n_core.compositor.dressing import Dressing, Layer, Manner, Standing, Worded
from ars0n_core.compositor.frames import Frame
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import FRAME_RATE, MediaKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.compositor.backings import Treatment
    from ars0n_core.compositor.cache import Cache
    from ars0n_core.compositor.colors import Floats
    from ars0n_core.compositor.ffmpeg import Ffmpeg, Group
    from ars0n_core.compositor.safe_areas import Box
    from ars0n_core.timelines import Clip, Cue, Overlay, Timeline, Title

GLANCE: Final = 8
"""
A glance has an eighth of the film's width and height.
"""

PICTURES: Final = 8
"""
Footage is taken in with a key picture a second: as many seconds as a scene lasts.
"""

SECONDS_UNSEEN_MAX: Final = 2.0
"""
With key pictures further apart, what is between them is not known.
"""

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
    workers: int,
) -> Dressing:
    """
    Return what is laid over *timeline*'s pictures, looking at so many clips at once.

    Raises:
        CompositorError: An overlay or a clip can't be read (it is named).
    """
    looks = Glances(timeline, media, binary=binary, cache=cache, pieces=pieces, group=group)
    everything: list[Overlay | Title | Cue] = [
        *timeline.overlays, *timeline.titles, *timeline.cues,
    ]  # fmt: skip
    for worn in everything:
        looks.expect(worn.start_frame, worn.start_frame + worn.frames)
    looks.take(workers)
    layers: list[Layer] = [_logo(timeline, overlay, media, looks) for overlay in timeline.overlays]
    accent = colors.parse_hex(timeline.card.color) if timeline.card is not None else colors.WHITE
    size = (timeline.width, timeline.height)
    layers += [
        Worded(title, *size, accent, _standing(timeline, title, looks)) for title in timeline.titles
    ]
    layers += [
        Worded(cue, *size, accent, Manner(backing=_backing(timeline, cue, looks)))
        for cue in timeline.cues
    ]
    return Dressing(layers)


def _standing(timeline: Timeline, title: Title, looks: Glances) -> Manner:
    """
    Return how *title* stands: where in its zone its scene shows least, so that it doesn't lie
    on the product.
    """
    below_logo = bool(timeline.overlays)
    middle = title.start_frame + title.frames // 2
    looked = looks.between(middle, middle + 1)
    shades = [np.sqrt(colors.luminances(picture)) for picture in looked]  # as the eye sees them
    if not shades:
        return Manner(below_logo=below_logo)
    activity = sum((_activity(shade) for shade in shades), np.zeros_like(shades[0]))
    size = (timeline.width, timeline.height)
    zone = titles.title_zone(*size, below_logo=below_logo)

    def shown(drop: float) -> float:
        part = activity[_part(titles.title_strip(zone, size, drop))]
        return float(part.mean()) if part.size else 0.0

    found = [shown(drop) for drop in DROPS]
    quietest = min(found)
    # Where nothing is much quieter than the usual place, titles stay in it.
    drop = next(d for d, seen in zip(DROPS, found, strict=True) if seen <= quietest * 1.25)
    return Manner(drop=drop, below_logo=below_logo)


def _backing(timeline: Timeline, cue: Cue, looks: Glances) -> Treatment:
    """
    Return what *cue* stands on, by the scene it is shown over: not by its own time in it, so
    that the captions of one scene look alike, whatever they say.
    """
    first, last = cue.start_frame, cue.start_frame + cue.frames
    if not looks.are_close(first, last):
        return backings.BOXED
    part = _part(captions.caption_zone(timeline.width, timeline.height))
    behind = [colors.luminances(p[part]).reshape(-1) for p in looks.between(first, last)]
    return backings.chosen(np.concatenate(behind) if behind else ())


def _part(box: Box) -> tuple[slice, slice]:
    """
    Return where *box* is in a glance.
    """
    rows = slice(box.top // GLANCE, -(-box.bottom // GLANCE))
    return rows, slice(box.left // GLANCE, -(-box.right // GLANCE))


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
    part = _part(logo.overlay_box(width, height))
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
    Small pictures of each clip, taken when first asked for; each is looked at once.
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
        self._small = (max(2, timeline.width // GLANCE), max(2, timeline.height // GLANCE))
        self._seen: dict[str, list[Floats]] = {}
        self._expected: dict[str, None] = {}

    def expect(self, first: int, last: int) -> None:
        """
        Say that the clips shown from *first* on and before *last* will be asked for.
        """
        self._expected.update((clip.media, None) for clip in self._shown(first, last))

    def take(self, workers: int) -> None:
        """
        Look at all that is expected, so many clips at once.
        """
        jobs = [partial(self._keys, name) for name in self._expected]
        ffmpeg.in_parallel(jobs, workers=workers, group=self._group)

    def sha256(self, name: str) -> str:
        """
        Return the identity of a medium's content.
        """
        return self._known[name].sha256

    def between(self, first: int, last: int) -> list[Floats]:
        """
        Return key pictures, RGB (height, width, 3), 0 to 255, of the clips shown from *first* on
        and before *last*.
        """
        return [picture for clip in self._shown(first, last) for picture in self._keys(clip.media)]

    def are_close(self, first: int, last: int) -> bool:
        """
        Whether the key pictures of these clips are as close as it takes to know what they show.
        """
        return all(
            len(self._keys(clip.media)) * SECONDS_UNSEEN_MAX
            >= min(clip.frames * clip.speed / FRAME_RATE, PICTURES)
            for clip in self._shown(first, last)
            if self._moves(clip.media)
        )

    def _shown(self, first: int, last: int) -> list[Clip]:
        return [
            clip
            for clip in self._timeline.clips
            if clip.start_frame < last and first < clip.end_frame
            if clip.media in self._media  # it may be still to come
        ]

    def _moves(self, name: str) -> bool:
        return self._known[name].kind is not MediaKind.STILL

    def _keys(self, name: str) -> list[Floats]:
        graph = commands.key_pictures(
            self._media[name], size=self._small, pictures=PICTURES if self._moves(name) else 1
        )
        found = self._taken(name, graph)
        if not found:
            raise CompositorError(f"{name} shows no picture", media=name)
        return found

    def _taken(self, name: str, graph: Any) -> list[Floats]:
        """
        Return the pictures that *graph* makes of a medium: those seen before, or from the cache.
        """
        if name in self._seen:
            return self._seen[name]
        across, down = self._small
        file = self._pieces / f"{self.sha256(name)}-{across}x{down}.{PICTURES}.glance"
        if not file.exists() and not self._cache.fetch(file.name, file):
            args = ffmpeg.arguments(self._binary, graph)
            made = ffmpeg.run(
                args, timeout_seconds=commands.patience(900), media=name, group=self._group
            )
            file.write_bytes(made.stdout)
            self._cache.store(file.name, file)
        content = np.frombuffer(file.read_bytes(), np.uint8)
        shape = (len(content) // (across * down * 3), down, across, 3)
        whole = content[: shape[0] * across * down * 3].reshape(shape)
        self._seen[name] = list(whole.astype(np.float32))
        return self._seen[name]
