"""
A timeline's dressing: each overlay, title and caption placed by what the film looks like.

**Owns** the glance at the film that placement needs. **Does not own** the drawing. A
glance is a few key pictures of each clip, small: enough to tell light from dark, and a
hundredth of decoding it all.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import (
    backings,
    captions,
    colors,
    commands,
    ffmpeg,
    logo,
    rows,
    stills,
    streams,
    titles,
)
from ars0n_core.compositor.captions import Row
from ars0n_core.compositor.dressing import SET_EACH, Dressing, Layer, Manner, Standing, Worded
from ars0n_core.compositor.groups import Recent
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import FRAME_RATE, MediaKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

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
    size, recent = (timeline.width, timeline.height), Recent(SET_EACH * workers + 1)
    standing = [
        Worded(title, *size, accent, _standing(timeline, title, looks), recent)
        for title in timeline.titles
    ]
    layers += standing
    scenes: dict[Clip, Manner] = {}
    for cue in timeline.cues:
        scene = _scene(timeline, cue)
        if scene is None:
            layers.append(Worded(cue, *size, accent, Manner(), recent))
            continue
        if scene not in scenes:
            scenes[scene] = _manner(timeline, scene, standing, looks)
        layers.append(Worded(cue, *size, accent, scenes[scene], recent))
    return Dressing(layers)


def _standing(timeline: Timeline, title: Title, looks: Glances) -> Manner:
    """
    Return how *title* stands: where in its zone its scene shows least, so that it doesn't lie
    on the product.
    """
    below_logo = bool(timeline.overlays)
    middle = title.start_frame + title.frames // 2
    looked = looks.between(middle, middle + 1)
    if not looked:
        return Manner(below_logo=below_logo)
    busy = [rows.activity(colors.lightness(picture)) for picture in looked]
    activity = sum(busy, np.zeros_like(busy[0]))
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


def _scene(timeline: Timeline, cue: Cue) -> Clip | None:
    """
    Return the clip over which most of *cue* is shown.
    """

    def shared(clip: Clip) -> int:
        end = min(clip.end_frame, cue.start_frame + cue.frames)
        return end - max(clip.start_frame, cue.start_frame)

    best = max(timeline.clips, key=shared, default=None)
    return best if best is not None and shared(best) > 0 else None


def _manner(timeline: Timeline, scene: Clip, standing: Sequence[Worded], looks: Glances) -> Manner:
    """
    Return how captions stand over *scene*: all of them alike, whatever they say and whenever;
    so that none jumps about, and another clip beside it changes none of its pictures.
    """
    first, last = scene.start_frame, scene.end_frame
    pictures = looks.of(scene)
    if pictures is None:
        return Manner()
    size = (timeline.width, timeline.height)
    row = Row.FOOT
    if len(pictures) >= rows.LOOKS_MIN or not looks.moves(scene.media):
        titled = [each for each in standing if each.start_frame < last and first < each.end_frame]
        row = rows.chosen(pictures, size, lambda: [each.box for each in titled], glance=GLANCE)
    if not looks.are_close(scene):
        return Manner(row=row)
    part = _part(captions.caption_zone(*size, row))
    behind = [colors.luminances(picture[part]).reshape(-1) for picture in pictures]
    return Manner(backing=backings.chosen(np.concatenate(behind)), row=row)


def _part(box: Box) -> tuple[slice, slice]:
    """
    Return where *box* is in a glance.
    """
    return rows.part(box, GLANCE)


def _logo(
    timeline: Timeline, overlay: Overlay, media: Mapping[str, Path], looks: Glances
) -> Standing:
    width, height = timeline.width, timeline.height
    end_frame = overlay.start_frame + overlay.frames
    image = stills.opened(media[overlay.media], overlay.media)
    part = _part(logo.standing_box(image, width, height))
    moments = [
        colors.luminances(picture[part]).reshape(-1)
        for clip in looks.shown(overlay.start_frame, end_frame)
        for picture in looks.seen(clip)
    ]
    art = logo.overlay(image, width, height, moments)
    return Standing(
        sprite=art.sprite,
        x=art.box.left,
        y=art.box.top,
        name=["logo", looks.sha256(overlay.media), art.chip.value],
        start_frame=overlay.start_frame,
        end_frame=end_frame,
    )


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
        self._expected.update((clip.media, None) for clip in self.shown(first, last))

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
        return [picture for clip in self.shown(first, last) for picture in self._keys(clip.media)]

    def seen(self, clip: Clip) -> list[Floats]:
        """
        Return those key pictures of *clip* that are shown, and their neighbours: the first second
        of footage of which the third is shown is nobody's ground.
        """
        pictures = self._keys(clip.media)
        available = self._known[clip.media].available_frames
        if not available or len(pictures) == PICTURES:  # there may be more
            return pictures
        each = available / len(pictures)
        first = math.floor(clip.source_frame / each)
        last = math.ceil((clip.source_frame + clip.frames * clip.speed) / each)
        return pictures[first : last + 1] or pictures[-1:]

    def of(self, clip: Clip) -> list[Floats] | None:
        """
        Return key pictures of *clip*, None where it is still to come.
        """
        return self._keys(clip.media) if clip.media in self._media else None

    def are_close(self, clip: Clip) -> bool:
        """
        Whether the key pictures of *clip* are as close as it takes to know what it shows.
        """
        seconds = min(clip.frames * clip.speed / FRAME_RATE, PICTURES)
        return not self.moves(clip.media) or (
            len(self._keys(clip.media)) * SECONDS_UNSEEN_MAX >= seconds
        )

    def moves(self, name: str) -> bool:
        """
        Whether a medium is more than a single picture.
        """
        return self._known[name].kind is not MediaKind.STILL

    def shown(self, first: int, last: int) -> list[Clip]:
        """
        Return the clips that are shown from *first* on and before *last*, as far as they have come.
        """
        return [
            clip
            for clip in self._timeline.clips
            if clip.start_frame < last and first < clip.end_frame
            if clip.media in self._media  # it may be still to come
        ]

    def _keys(self, name: str) -> list[Floats]:
        """
        Return the key pictures of a medium: those seen before, from the cache, or taken.
        """
        if name in self._seen:
            return self._seen[name]
        across, down = self._small
        file = self._pieces / f"{self.sha256(name)}-{across}x{down}.{PICTURES}.glance"
        if not file.exists() and not self._cache.fetch(file.name, file):
            file.write_bytes(self._taken(name))
            self._cache.store(file.name, file)
        content = np.frombuffer(file.read_bytes(), np.uint8)
        shape = (len(content) // (across * down * 3), down, across, 3)
        if not shape[0]:
            raise CompositorError(f"{name} shows no picture", media=name)
        whole = content[: shape[0] * across * down * 3].reshape(shape)
        self._seen[name] = list(whole.astype(np.float32))
        return self._seen[name]

    def _taken(self, name: str) -> bytes:
        source = self._media[name]
        graph = commands.key_pictures(
            source,
            size=self._small,
            pictures=PICTURES if self.moves(name) else 1,
            is_told=streams.tells_pictures(source),
        )
        args = ffmpeg.arguments(self._binary, graph)
        made = ffmpeg.run(
            args, timeout_seconds=commands.patience(900), media=name, group=self._group
        )
        return made.stdout
