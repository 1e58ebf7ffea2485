"""
A timeline's dressing: each overlay, title and caption placed by what the film looks like.

**Owns** where they stand and on what. **Does not own** the look at the film that it takes
(`glances`), nor the drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from ars0n_core.compositor import (
    backings,
    captions,
    colors,
    logo,
    rows,
    stills,
    titles,
)
from ars0n_core.compositor.captions import Row
from ars0n_core.compositor.dressing import SET_EACH, Dressing, Layer, Manner, Standing, Worded
from ars0n_core.compositor.glances import GLANCE
from ars0n_core.compositor.groups import Recent

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ars0n_core.compositor.glances import Glances
    from ars0n_core.compositor.safe_areas import Box
    from ars0n_core.timelines import Clip, Cue, Overlay, Timeline, Title

DROPS: Final = (0.0, 1.0, 0.5)
"""
Where a title may stand in its zone, from its top to its bottom, the usual place first.
"""


def dress(
    timeline: Timeline, media: Mapping[str, Path], looks: Glances, *, workers: int
) -> Dressing:
    """
    Return what is laid over *timeline*'s pictures, placed by *looks* at its clips, for so many
    workers.

    Raises:
        CompositorError: An overlay or a clip can't be read (it is named).
    """
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
