"""
The cut as OpenTimelineIO, so that an editor can open it with its media and go on.

**Owns** the translation. **Does not own** the cut (`timelines`). **Invariants**: every track
is as long as the ad; a join's cut stands in the middle of its overlap, as editors have it;
pictures count frames at 30 a second, sounds samples at 48,000; what OpenTimelineIO has no
word for stands in metadata under ``ars0n``.

The schemas are those of OpenTimelineIO 0.15 and later. Start at `to_otio`.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any, Final

from ars0n_core.compositor import segments, subtitles
from ars0n_core.timelines import FRAME_RATE, SAMPLE_RATE, Clip, Look, MediaKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.compositor.segments import Item
    from ars0n_core.timelines import Media, Timeline, Transition

DISSOLVE: Final = "SMPTE_Dissolve"
CUSTOM: Final = "Custom_Transition"
"""
OpenTimelineIO's two transition types.
"""

Otio = dict[str, Any]


def to_otio(timeline: Timeline, media: Mapping[str, Path]) -> str:
    """
    Return *timeline* as the text of an ``.otio`` file that refers to the files of *media*.

    Raises:
        CompositorError: The pictures don't fill the film.
    """
    kinds = {each.id: each for each in timeline.media}
    tracks: list[Otio] = []
    if timeline.has_picture:
        tracks.append(_pictures(timeline, kinds, media))
        if timeline.overlays:
            tracks.append(_overlays(timeline, kinds, media))
    if timeline.voice:
        tracks.append(_voice(timeline, kinds, media))
    if timeline.bed is not None:
        tracks.append(_music(timeline, kinds[timeline.bed.media], timeline.bed.volume, media))
    whole: Otio = {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {
            "ars0n": {
                "width": timeline.width,
                "height": timeline.height,
                "frames": timeline.frames,
                "samples": timeline.samples,
                "loudness_lufs": timeline.loudness_lufs,
                "true_peak_dbtp": timeline.true_peak_dbtp,
            }
        },
        "name": timeline.name or "Ad",
        "global_start_time": None,
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "metadata": {},
            "name": "tracks",
            "source_range": None,
            "effects": [],
            "markers": _markers(timeline),
            "enabled": True,
            "children": tracks,
        },
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _pictures(timeline: Timeline, kinds: Mapping[str, Media], media: Mapping[str, Path]) -> Otio:
    track = segments.items(timeline)
    cuts = [item.start_frame + segments.overlap(item) // 2 for item in track] + [timeline.frames]
    children: list[Otio] = []
    for item, (begin, end) in zip(track, itertools.pairwise(cuts), strict=True):
        if item.transition is not None and item.transition.frames:
            children.append(_transition(item.transition))
        children.append(_shown(item, begin, end, kinds, media))
    return _track("Picture", "Video", children)


def _shown(
    item: Item, begin: int, end: int, kinds: Mapping[str, Media], media: Mapping[str, Path]
) -> Otio:
    offset = begin - item.start_frame
    if isinstance(item, Clip):
        first = item.source_frame + round(offset * item.speed)
        own = kinds[item.media]
        if own.kind is MediaKind.STILL:
            first = 0
        clip = _clip(own.id, _range(first, end - begin, FRAME_RATE), _reference(own, media))
        if item.speed != 1:
            clip["effects"] = [_warp(item.speed)]
        return clip
    words = {
        "design": item.design.value, "company_name": item.company_name,
        "call_to_action": item.call_to_action, "tagline": item.tagline,
        "website": item.website, "legal_line": item.legal_line, "color": item.color,
    }  # fmt: skip
    drawn = {
        "OTIO_SCHEMA": "GeneratorReference.1",
        "metadata": {},
        "name": "End card",
        "available_range": _range(0, item.frames, FRAME_RATE),
        "available_image_bounds": None,
        "generator_kind": "ars0n.end_card",
        "parameters": words,
    }
    return _clip("End card", _range(offset, end - begin, FRAME_RATE), drawn)


def _overlays(timeline: Timeline, kinds: Mapping[str, Media], media: Mapping[str, Path]) -> Otio:
    children: list[Otio] = []
    place = 0
    for overlay in sorted(timeline.overlays, key=lambda each: each.start_frame):
        if overlay.start_frame > place:
            children.append(_gap(overlay.start_frame - place, FRAME_RATE))
        own = kinds[overlay.media]
        span = _range(0, overlay.frames, FRAME_RATE)
        children.append(_clip(own.id, span, _reference(own, media)))
        place = overlay.start_frame + overlay.frames
    if place < timeline.frames:
        children.append(_gap(timeline.frames - place, FRAME_RATE))
    return _track("Logo", "Video", children)


def _voice(timeline: Timeline, kinds: Mapping[str, Media], media: Mapping[str, Path]) -> Otio:
    children: list[Otio] = []
    place = 0
    for sound in sorted(timeline.voice, key=lambda each: each.start_sample):
        if sound.start_sample > place:
            children.append(_gap(sound.start_sample - place, SAMPLE_RATE))
        skipped = max(0, place - sound.start_sample)
        own = kinds[sound.media]
        first = sound.source_sample + round(skipped * sound.speed)
        length = min(sound.samples, timeline.samples - sound.start_sample) - skipped
        if length <= 0:
            continue
        clip = _clip(own.id, _range(first, length, SAMPLE_RATE), _reference(own, media))
        if sound.speed != 1:
            clip["effects"] = [_warp(sound.speed)]
        children.append(clip)
        place = sound.start_sample + skipped + length
    if place < timeline.samples:
        children.append(_gap(timeline.samples - place, SAMPLE_RATE))
    return _track("Voice", "Audio", children)


def _music(timeline: Timeline, own: Media, volume: float, media: Mapping[str, Path]) -> Otio:
    """
    Return the bed's track: the bed as often as it takes, for an editor has no word for a loop.
    """
    length = own.available_samples or timeline.samples
    children: list[Otio] = []
    for first in range(0, timeline.samples, length):
        span = _range(0, min(length, timeline.samples - first), SAMPLE_RATE)
        clip = _clip(own.id, span, _reference(own, media))
        clip["metadata"] = {"ars0n": {"volume": volume, "looped": True}}
        children.append(clip)
    return _track("Music", "Audio", children)


def _markers(timeline: Timeline) -> list[Otio]:
    """
    Return captions and titles, which editors show as notes at their times.
    """
    told = [
        ("caption", " ".join(subtitles.lines(cue)), cue.start_frame, cue.frames)
        for cue in timeline.cues
    ]
    told += [("title", title.text, title.start_frame, title.frames) for title in timeline.titles]
    return [
        {
            "OTIO_SCHEMA": "Marker.2",
            "metadata": {"ars0n": {"kind": kind}},
            "name": text,
            "color": "GREEN" if kind == "caption" else "BLUE",
            "marked_range": _range(first, frames, FRAME_RATE),
            "comment": text,
        }
        for kind, text, first, frames in sorted(told, key=lambda each: each[2])
    ]


def _transition(transition: Transition) -> Otio:
    before = transition.frames // 2
    return {
        "OTIO_SCHEMA": "Transition.1",
        "metadata": {"ars0n": {"look": transition.look.value}},
        "name": transition.look.value,
        "in_offset": _time(before, FRAME_RATE),
        "out_offset": _time(transition.frames - before, FRAME_RATE),
        "transition_type": DISSOLVE if transition.look is Look.DISSOLVE else CUSTOM,
    }


def _reference(own: Media, media: Mapping[str, Path]) -> Otio:
    rate = SAMPLE_RATE if own.kind is MediaKind.SOUND else FRAME_RATE
    have = own.available_samples if own.kind is MediaKind.SOUND else own.available_frames
    return {
        "OTIO_SCHEMA": "ExternalReference.1",
        "metadata": {"ars0n": {"sha256": own.sha256, "kind": own.kind.value}},
        "name": own.id,
        "available_range": _range(0, have, rate) if have is not None else None,
        "available_image_bounds": None,
        "target_url": media[own.id].absolute().as_uri(),
    }


def _clip(name: str, span: Otio, reference: Otio) -> Otio:
    return {
        "OTIO_SCHEMA": "Clip.2",
        "metadata": {},
        "name": name,
        "source_range": span,
        "effects": [],
        "markers": [],
        "enabled": True,
        "media_references": {"DEFAULT_MEDIA": reference},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def _gap(length: int, rate: int) -> Otio:
    return {
        "OTIO_SCHEMA": "Gap.1",
        "metadata": {},
        "name": "",
        "source_range": _range(0, length, rate),
        "effects": [],
        "markers": [],
        "enabled": True,
    }


def _track(name: str, kind: str, children: list[Otio]) -> Otio:
    return {
        "OTIO_SCHEMA": "Track.1",
        "metadata": {},
        "name": name,
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        "children": children,
        "kind": kind,
    }


def _warp(speed: float) -> Otio:
    return {
        "OTIO_SCHEMA": "LinearTimeWarp.1",
        "metadata": {},
        "name": "",
        "effect_name": "LinearTimeWarp",
        "enabled": True,
        "time_scalar": speed,
    }


def _range(first: int, length: int, rate: int) -> Otio:
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "duration": _time(length, rate),
        "start_time": _time(first, rate),
    }


def _time(value: int, rate: int) -> Otio:
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": float(rate), "value": float(value)}
