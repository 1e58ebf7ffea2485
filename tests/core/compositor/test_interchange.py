"""
Read back by OpenTimelineIO itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

import opentimelineio as otio
import pytest
from attrs import evolve

from ars0n_core.compositor import interchange
from ars0n_core.specs.model import CtaDesign
from ars0n_core.timelines import (
    Bed,
    Clip,
    Cue,
    CueWord,
    EndCard,
    Look,
    Media,
    MediaKind,
    Overlay,
    Sound,
    Timeline,
    Title,
    Transition,
)

KINDS = {
    "a": MediaKind.FOOTAGE,
    "b": MediaKind.FOOTAGE,
    "s": MediaKind.STILL,
    "logo": MediaKind.STILL,
    "voice": MediaKind.SOUND,
    "music": MediaKind.SOUND,
}
MEDIA = {name: Path(f"/media/é {name}#1.bin") for name in KINDS}
FILM = Timeline(
    width=720, height=1280, frames=300, samples=480_000, name="Kaffee “jetzt”",
    media=tuple(
        Media(
            id=name, kind=kind, sha256=name * 4,
            available_frames=240 if kind is MediaKind.FOOTAGE else None,
            available_samples=400_000 if kind is MediaKind.SOUND else None,
        )
        for name, kind in KINDS.items()
    ),
    clips=(
        Clip(media="a", start_frame=0, frames=100, source_frame=12),
        Clip(media="b", start_frame=89, frames=111, speed=0.95,
             transition=Transition(Look.DISSOLVE, 11)),
        Clip(media="s", start_frame=200, frames=40),
    ),
    card=EndCard(design=CtaDesign.NEON, start_frame=230, frames=70, company_name="Acme",
                 transition=Transition(Look.WHIP, 10)),
    overlays=(Overlay(media="logo", start_frame=30, frames=200),),
    titles=(Title(text="New", start_frame=5, frames=20),),
    cues=(Cue(words=(CueWord(text="Hear", start_frame=30, frames=5),), start_frame=30, frames=9),),
    voice=(
        Sound(media="voice", start_sample=12_000, samples=100_000, speed=1.1),
        Sound(media="voice", start_sample=200_000, samples=150_000, source_sample=120_000),
    ),
    bed=Bed(media="music", volume=0.4),
)  # fmt: skip


@pytest.fixture(scope="module")
def opened() -> Any:
    return otio.adapters.read_from_string(interchange.to_otio(FILM, MEDIA), "otio_json")


def test_every_track_is_as_long_as_the_ad(opened: Any) -> None:
    assert [track.name for track in opened.tracks] == ["Picture", "Logo", "Voice", "Music"]
    assert [track.kind for track in opened.tracks] == ["Video", "Video", "Audio", "Audio"]
    for track in opened.tracks:
        assert track.duration().to_seconds() == pytest.approx(10.0, abs=1e-9)
    assert opened.duration().to_seconds() == pytest.approx(10.0)
    things = [opened.tracks, *opened.tracks, *(each for track in opened.tracks for each in track)]
    assert all(each.enabled for each in things if hasattr(each, "enabled"))


def test_cuts_stand_in_the_middle_of_their_joins(opened: Any) -> None:
    picture = opened.tracks[0]
    kinds = [type(child).__name__ for child in picture]
    assert kinds == ["Clip", "Transition", "Clip", "Clip", "Transition", "Clip"]
    clips = [child for child in picture if isinstance(child, otio.schema.Clip)]
    starts = [clip.range_in_parent().start_time.value for clip in clips]
    assert starts == [0, 94, 200, 235]
    first, join, second = picture[0], picture[1], picture[2]
    assert (join.in_offset.value, join.out_offset.value) == (5, 6)
    assert (join.transition_type, picture[4].transition_type) == (
        "SMPTE_Dissolve",
        "Custom_Transition",
    )
    assert [clip.source_range.duration.value for clip in clips] == [94, 106, 35, 65]
    assert [clip.source_range.start_time.value for clip in clips] == [12, 5, 0, 5]
    assert [len(clip.effects) for clip in clips] == [0, 1, 0, 0]
    assert picture[4].metadata["ars0n"]["look"] == "whip"
    assert first.source_range.start_time.value == 12
    assert second.source_range.start_time.value == round(5 * 0.95)
    assert second.effects[0].time_scalar == 0.95
    assert clips[2].media_reference.available_range is None  # a still lasts
    # what the join shows of both neighbours is there in their media
    for clip in (first, second):
        assert clip.available_range().start_time.value == 0
        assert clip.available_range().duration.value == 240
        shown = clip.source_range.end_time_exclusive().value + join.out_offset.value
        assert shown <= clip.available_range().end_time_exclusive().value
    assert clips[-1].media_reference.generator_kind == "ars0n.end_card"
    assert clips[-1].media_reference.parameters["company_name"] == "Acme"


def test_media_are_found_under_their_own_names(opened: Any) -> None:
    urls = {
        clip.media_reference.target_url
        for clip in opened.find_clips()
        if isinstance(clip.media_reference, otio.schema.ExternalReference)
    }
    assert {Path(unquote(urlparse(url).path)) for url in urls} == set(MEDIA.values())


def test_speech_is_heard_where_the_cut_has_it(opened: Any) -> None:
    spoken = [c for c in opened.tracks[2] if isinstance(c, otio.schema.Clip)]
    assert [c.range_in_parent().start_time.value for c in spoken] == [12_000, 200_000]
    assert [c.source_range.start_time.value for c in spoken] == [0, 120_000]
    assert spoken[0].effects[0].time_scalar == 1.1
    assert not spoken[1].effects
    assert _lengths(opened.tracks[2]) == [-12_000, 100_000, -88_000, 150_000, -130_000]


def _lengths(track: Any) -> list[int]:
    """
    The lengths of a track's clips, and those of its gaps below zero.
    """
    signs = {"Clip": 1, "Gap": -1}
    return [round(signs[type(c).__name__] * c.source_range.duration.value) for c in track]


def test_the_logo_stands_where_the_cut_has_it(opened: Any) -> None:
    assert _lengths(opened.tracks[1]) == [-30, 200, -70]
    assert [each.source_range.start_time.value for each in opened.tracks[1]] == [0, 0, 0]
    whole = evolve(FILM, overlays=(Overlay(media="logo", start_frame=0, frames=300),))
    again: Any = otio.adapters.read_from_string(interchange.to_otio(whole, MEDIA), "otio_json")
    assert _lengths(again.tracks[1]) == [300]


def test_words_that_overlap_are_cut_as_a_track_must_have_them() -> None:
    crossing = evolve(
        FILM,
        name="",
        bed=None,
        voice=(
            Sound(media="voice", start_sample=0, samples=100_000),
            Sound(media="voice", start_sample=80_000, samples=20_000, source_sample=100_000),
            Sound(media="voice", start_sample=90_000, samples=60_000, source_sample=120_000,
                  speed=1.1),
            Sound(media="voice", start_sample=400_000, samples=90_000, source_sample=200_000),
        ),
    )  # fmt: skip
    opened: Any = otio.adapters.read_from_string(interchange.to_otio(crossing, MEDIA), "otio_json")
    assert (opened.name, [track.name for track in opened.tracks]) == (
        "Ad",
        ["Picture", "Logo", "Voice"],
    )
    voice = opened.tracks[2]
    # the second is heard under the first alone; the last ends with the ad
    assert _lengths(voice) == [100_000, 50_000, -250_000, 80_000]
    starts = [c.source_range.start_time.value for c in voice]
    assert starts == [0, 120_000 + 11_000, 0, 200_000]


def test_nothing_is_asked_of_a_medium_that_it_does_not_hold(opened: Any) -> None:
    music = next(track for track in opened.tracks if track.name == "Music")
    assert _lengths(music) == [400_000, 80_000]
    assert [dict(clip.metadata["ars0n"]) for clip in music] == [{"volume": 0.4, "looped": True}] * 2
    for clip in (c for track in opened.tracks for c in track if isinstance(c, otio.schema.Clip)):
        there, wanted = clip.media_reference.available_range, clip.source_range
        assert there is None or wanted.end_time_exclusive() <= there.end_time_exclusive()


def test_captions_and_titles_are_notes(opened: Any) -> None:
    notes = [
        (m.name, m.color, m.marked_range.start_time.value, m.marked_range.duration.value)
        for m in opened.tracks.markers
    ]
    assert notes == [("New", "BLUE", 5, 20), ("Hear", "GREEN", 30, 9)]


def test_it_survives_an_editor_that_saves_it(opened: Any) -> None:
    again = otio.adapters.write_to_string(opened, "otio_json")
    assert otio.adapters.read_from_string(again, "otio_json").is_equivalent_to(opened)
    ours = json.loads(interchange.to_otio(FILM, MEDIA))
    assert _within(ours, json.loads(again))


def _within(ours: Any, theirs: Any) -> bool:
    """
    Whether all that we wrote is still there; a reader may add fields that are new to it.
    """
    if isinstance(ours, dict):
        return all(key in theirs and _within(value, theirs[key]) for key, value in ours.items())
    if isinstance(ours, list):
        return len(ours) == len(theirs) and all(map(_within, ours, theirs))
    return bool(ours == theirs)


def test_a_radio_ad_has_sound_alone() -> None:
    radio = evolve(
        FILM, width=0, height=0, frames=0, clips=(), card=None, overlays=(), titles=(), cues=()
    )
    opened: Any = otio.adapters.read_from_string(interchange.to_otio(radio, MEDIA), "otio_json")
    assert [track.kind for track in opened.tracks] == ["Audio", "Audio"]
    assert opened.duration().to_seconds() == pytest.approx(10.0)
