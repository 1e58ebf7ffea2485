"""
An edited film from the cache is the film rendered anew, byte for byte: whatever was edited, in
whatever order, and however many workers there were.
"""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, Any, Self

import hypothesis.strategies as st
import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from PIL import Image

from ars0n_core.compositor import builds, reels, segments
from ars0n_core.compositor.cache import Cache
from ars0n_core.compositor.dressing import Dressing
from ars0n_core.compositor.groups import Pledges
from ars0n_core.compositor.local import LocalCompositor
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

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    Edit = Callable[[Timeline], Timeline]

KINDS = {"c": MediaKind.FOOTAGE, "l": MediaKind.STILL}


def cue(*words: str) -> Cue:
    return Cue(
        words=tuple(
            CueWord(text=word, start_frame=8 + 6 * index, frames=6)
            for index, word in enumerate(words)
        ),
        start_frame=8,
        frames=6 * len(words),
        highlighted=True,
    )


class Place:
    """
    Media, a film of them, a cache that lives through all edits, and the films rendered cold.
    """

    def __init__(self, folder: Path, files: dict[str, Path]) -> None:
        self.folder = folder
        self.files = files
        self.cache = folder / "cache"
        self.cold: dict[Timeline, bytes] = {}
        self.turns = 0
        media = tuple(
            Media(
                id=name,
                kind=KINDS.get(name[0], MediaKind.SOUND),
                sha256=hashlib.sha256(path.read_bytes()).hexdigest(),
            )
            for name, path in files.items()
        )
        dissolve = Transition(Look.DISSOLVE, 4)
        self.film = Timeline(
            width=96, height=160, frames=44, samples=44 * 1600, media=media,
            clips=(
                Clip(media="c0", start_frame=0, frames=20),
                Clip(media="c1", start_frame=16, frames=18, transition=dissolve),
            ),
            card=EndCard(
                design=CtaDesign.MINIMAL, start_frame=30, frames=14, company_name="Acme",
                transition=dissolve,
            ),
            overlays=(Overlay(media="logo", start_frame=0, frames=30),),
            cues=(cue("Hear", "it"),),
            voice=(Sound(media="v", start_sample=1600, samples=40_000),),
            bed=Bed(media="m"),
        )  # fmt: skip

    def rendered(self, film: Timeline, cache: Path | None, workers: int) -> bytes:
        self.turns += 1
        out = self.folder / f"out{self.turns}"
        compositor = LocalCompositor(cache_folder=cache, workers=workers)
        return compositor.render(film, self.files, out).path.read_bytes()

    def anew(self, film: Timeline) -> bytes:
        if film not in self.cold:
            self.cold[film] = self.rendered(film, None, 1)
        return self.cold[film]


@pytest.fixture(scope="module")
def place(
    bench: Bench, voice_file: Path, music_file: Path, tmp_path_factory: pytest.TempPathFactory
) -> Place:
    logo = bench.folder / "small.png"
    Image.new("RGBA", (60, 20), (200, 30, 60, 255)).save(logo)
    files = {
        f"c{index}": bench.clip(f"i{index}.mp4", source=source, frames=24, size="96x160")
        for index, source in enumerate(("testsrc2", "smptebars", "rgbtestsrc"))
    }
    files |= {"logo": logo, "v": voice_file, "m": music_file}
    return Place(tmp_path_factory.mktemp("films"), files)


def recast(film: Timeline) -> Timeline:
    one, two = film.clips
    other = {"c0": "c2", "c1": "c0", "c2": "c1"}
    return evolve(film, clips=(evolve(one, media=other[one.media]), two))


def swapped(film: Timeline) -> Timeline:
    one, two = film.clips
    return evolve(film, clips=(evolve(one, media=two.media), evolve(two, media=one.media)))


def entered_later(film: Timeline) -> Timeline:
    one, two = film.clips
    return evolve(film, clips=(one, evolve(two, source_frame=(two.source_frame + 1) % 4)))


def recut(film: Timeline) -> Timeline:
    one, two = film.clips
    by = 1 if one.frames < 22 else -2
    longer = evolve(one, frames=one.frames + by)
    return evolve(
        film,
        clips=(longer, evolve(two, start_frame=two.start_frame + by, frames=two.frames - by)),
    )


def joined_otherwise(film: Timeline) -> Timeline:
    one, two = film.clips
    assert two.transition is not None
    look = Look.WIPE if two.transition.look is Look.DISSOLVE else Look.DISSOLVE
    return evolve(film, clips=(one, evolve(two, transition=Transition(look, 4))))


def reworded(film: Timeline) -> Timeline:
    said = cue("Hear", "this") if film.cues == (cue("Hear", "it"),) else cue("Hear", "it")
    return evolve(film, cues=(said,))


def titled(film: Timeline) -> Timeline:
    return evolve(
        film, titles=() if film.titles else (Title(text="New", start_frame=2, frames=20),)
    )


def unbranded(film: Timeline) -> Timeline:
    shown = Overlay(media="logo", start_frame=0, frames=30)
    return evolve(film, overlays=() if film.overlays else (shown,))


def respoken(film: Timeline) -> Timeline:
    (voice,) = film.voice
    return evolve(film, voice=(evolve(voice, start_sample=4800 - voice.start_sample),))


def signed_otherwise(film: Timeline) -> Timeline:
    assert film.card is not None
    name = "Acme Ltd" if film.card.company_name == "Acme" else "Acme"
    return evolve(film, card=evolve(film.card, company_name=name))


EDITS: tuple[Edit, ...] = (
    recast, swapped, entered_later, recut, joined_otherwise, reworded, titled, unbranded,
    respoken, signed_otherwise,
)  # fmt: skip


@settings(
    max_examples=5, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
@given(
    edits=st.lists(st.sampled_from(EDITS), min_size=1, max_size=3),
    workers=st.integers(1, 3),
)
def test_any_edits_by_any_workers_give_the_film_rendered_anew(
    place: Place, edits: list[Edit], workers: int
) -> None:
    film = place.film
    for edit in edits:
        film = edit(film)
        warm = place.rendered(film, place.cache, workers)
    assert warm == place.anew(film)


def test_a_key_that_leaves_something_out_is_noticed(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The law above can fail: were captions no part of a segment's name, the old one would stay.
    monkeypatch.setattr(Dressing, "identity", lambda *_: [])
    place.rendered(place.film, tmp_path / "cache", 2)
    film = reworded(place.film)
    assert place.rendered(film, tmp_path / "cache", 2) != place.anew(film)


def test_a_head_start_changes_only_how_much_is_left(place: Place, tmp_path: Path) -> None:
    # Without the logo: what it needs to stand out is decided by all clips, so that it may be
    # decided otherwise when the last has come. Then the film is rendered anew, not wrongly.
    film = unbranded(place.film)
    compositor = LocalCompositor(cache_folder=tmp_path / "cache")
    there = {name: path for name, path in place.files.items() if name != "c1"}
    assert compositor.prepare(film, there, tmp_path / "ahead") == 2  # the opening, the bare card
    done = compositor.render(film, place.files, tmp_path / "out")
    assert done.measured["rendered"] == 3
    assert done.path.read_bytes() == place.anew(film)


@pytest.mark.parametrize("can_splice", [True, False])
def test_rows_handed_on_unseen_make_no_difference(
    place: Place, monkeypatch: pytest.MonkeyPatch, *, can_splice: bool
) -> None:
    # Titles and captions move and light up: whatever they touch must be inside the rows they name.
    film = titled(place.film)
    if not can_splice:
        monkeypatch.delattr("os.splice", raising=False)
    handed_on = place.rendered(film, None, 2)
    monkeypatch.setattr("ars0n_core.compositor.render.SEEN", -1.0)
    assert handed_on == place.rendered(film, None, 2)


def test_an_older_ffmpeg_that_does_not_tell_of_its_frames_makes_the_same_film(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = place.rendered(place.film, None, 2)
    monkeypatch.setattr(builds.Ffmpeg, "tells_frames", False)
    assert place.rendered(place.film, None, 2) == told


@pytest.mark.parametrize(
    ("apart", "backwards", "decoders", "laid"),
    [
        pytest.param(False, False, 3, ["own", "own"], id="the second scene is not there yet"),
        pytest.param(False, True, 2, ["opening", "own", "own"], id="its first pictures are"),
        pytest.param(True, False, 3, ["ending"] * 2, id="the first one's last ones are"),
        pytest.param(True, True, 2, ["opening", *["ending"] * 2], id="bodies go before overlaps"),
    ],
)
def test_an_overlap_takes_what_was_decoded_on_the_way(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    *,
    apart: bool,
    backwards: bool,
    decoders: int,
    laid: list[str],
) -> None:
    plan, opened, cold = segments.runs, [], place.anew(place.film)
    lay_aside, names = reels.lay_aside, []

    def watched(path: Path, *args: Any) -> None:
        names.append(path.name.split(".")[1])
        lay_aside(path, *args)

    class Counted(reels.FootageReel):
        def __enter__(self) -> Self:
            opened.append(self)
            return super().__enter__()

    def in_order(*args: Any, **told: Any) -> list[segments.Run]:
        runs = list(plan(*args, **told))
        if apart:
            runs = [segments.Run(segments=(one,), lead=0) for run in runs for one in run.segments]
        return sorted(runs, key=lambda run: run.segments[0].start_frame, reverse=backwards)

    monkeypatch.setattr(reels, "FootageReel", Counted)
    monkeypatch.setattr(reels, "lay_aside", watched)
    monkeypatch.setattr(segments, "runs", in_order)
    assert place.rendered(place.film, None, 1) == cold
    assert (len(opened), names) == (decoders, laid)
    if apart:  # another worker has nothing to do but to wait for a body's end
        names.clear()
        monkeypatch.setattr(Pledges, "is_awaited", lambda *_: True)
        assert place.rendered(place.film, None, 1) == cold
        assert [name for name in names if name != "opening"] == ["rest", "ending"] * 2


def test_two_workers_decode_each_clip_once(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = []

    class Counted(reels.FootageReel):
        def __enter__(self) -> Self:
            opened.append(self)
            return super().__enter__()

    def one_by_one(*args: Any, **told: Any) -> list[segments.Run]:
        runs = [
            segments.Run(segments=(one,), lead=0)
            for run in plan(*args, **told)
            for one in run.segments
        ]
        return sorted(runs, key=lambda run: run.segments[0].upper is not None)

    plan, cold = segments.runs, place.anew(place.film)
    monkeypatch.setattr(reels, "FootageReel", Counted)
    monkeypatch.setattr(segments, "runs", one_by_one)
    for _ in range(3):  # whichever is faster
        opened.clear()
        assert place.rendered(place.film, None, 2) == cold
        assert len(opened) == 2


@pytest.mark.parametrize("changed", ["c0", "c1"])
def test_beside_another_scene_nothing_that_is_known_is_decoded(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed: str
) -> None:
    opened, cache = [], tmp_path / "cache"

    class Counted(reels.FootageReel):
        def __enter__(self) -> Self:
            opened.append(self._clip.media)
            return super().__enter__()

    place.rendered(place.film, cache, 2)
    other = evolve(
        place.film,
        media=tuple(
            evolve(each, sha256="another take") if each.id == changed else each
            for each in place.film.media
        ),
    )
    monkeypatch.setattr(reels, "FootageReel", Counted)
    edited = place.rendered(other, cache, 2)
    assert opened == [changed]
    assert edited == place.anew(other)


def test_raw_pictures_leave_the_cache_to_what_is_encoded(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", size_bytes_max=8_000)
    piece = tmp_path / "piece"
    for age, (name, size) in enumerate(
        [("1.mp4", 3_000), ("2.yuv", 600), ("3.yuv", 600), ("4.mp4", 3_000)]
    ):
        piece.write_bytes(bytes(size))
        cache.store(name, piece)
        for path in (tmp_path / "cache" / name, tmp_path / "cache" / f"{name}.sum"):
            os.utime(path, (age, age))
        piece.unlink()
    cache.trim()
    kept = {path.name for path in (tmp_path / "cache").iterdir() if path.suffix != ".sum"}
    assert kept == {"1.mp4", "3.yuv", "4.mp4"}
