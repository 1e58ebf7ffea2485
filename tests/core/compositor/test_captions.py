"""
Captions and titles: two lines, readable on anything, out of one another's way.
"""

from __future__ import annotations

import numpy as np
import pytest

from ars0n_core.compositor import captions, colors, logo, safe_areas
from ars0n_core.compositor.captions import Backing, CaptionArt, TitleArt, Treatment
from ars0n_core.compositor.frames import Frame
from ars0n_core.timelines import Cue, CueWord, Title

SIZES = [(360, 640), (640, 360), (360, 360), (360, 450)]


def cue(sentence: str, *, highlighted: bool = False) -> Cue:
    words = tuple(
        CueWord(text=word, start_frame=10 + 5 * i, frames=5)
        for i, word in enumerate(sentence.split())
    )
    return Cue(words=words, start_frame=10, frames=5 * len(words) + 5, highlighted=highlighted)


SENTENCES = [
    "Fresh beans, roasted this morning and in your cup tonight at home",
    "مقهى البن الذهبي منذ عام 1998 في قلب القاهرة القديمة كل صباح",
    "ताज़ा भुनी हुई कॉफ़ी हर सुबह आपके दरवाज़े पर पहुँचती है",
    "Donaudampfschifffahrtsgesellschaftskapitänsmütze",
]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_caption_has_at_most_two_lines_in_its_zone(size: tuple[int, int], sentence: str) -> None:
    art = CaptionArt.of(cue(sentence), *size)
    assert art.lines <= 2
    assert captions.caption_zone(*size).contains(art.box)
    assert safe_areas.safe_area(*size).contains(art.box)


@pytest.mark.parametrize("size", SIZES)
def test_logo_title_and_captions_have_zones_of_their_own(size: tuple[int, int]) -> None:
    zones = [logo.overlay_box(*size), captions.title_zone(*size), captions.caption_zone(*size)]
    area = safe_areas.safe_area(*size)
    assert all(area.contains(zone) for zone in zones)
    assert zones[0].bottom <= zones[1].top
    assert zones[1].bottom <= zones[2].top
    for words in (
        "Roasted today",
        "قهوة طازجة كل يوم",
        "A rather long super for a small screen, too long",
    ):
        title = TitleArt.of(Title(text=words, start_frame=0, frames=30), *size)
        assert zones[1].contains(title.box)


def test_a_caption_is_seen_in_its_frames_only_and_only_in_its_box() -> None:
    art = CaptionArt.of(cue("Fresh beans"), 360, 640)
    ground = Frame.filled(360, 640, (0.9, 0.9, 0.9))
    for n, shown in ((9, False), (10, True), (24, True), (25, False)):
        frame = ground.copy()
        art.draw(frame, n)
        changed = frame.y != ground.y
        assert changed.any() == shown
        box = art.box
        changed[box.top : box.bottom, box.left : box.right] = False
        assert not changed.any()


def test_the_spoken_word_is_lit_in_order() -> None:
    accent = colors.parse_hex("#FF5500")
    art = CaptionArt.of(cue("Fresh beans daily", highlighted=True), 360, 640, accent)
    code = colors.yuv_of(accent)[2]
    middles = []
    for n in (10, 15, 20):
        frame = Frame.filled(360, 640, (0.2, 0.2, 0.2))
        art.draw(frame, n)
        columns = np.flatnonzero((frame.v > code - 12).any(0))
        assert columns.size
        middles.append(columns.mean())
    assert middles == sorted(middles)
    assert [art.spoken(n) for n in (9, 10, 14, 15, 29)] == [None, 0, 0, 1, 2]


def test_right_to_left_words_are_lit_from_the_right() -> None:
    art = CaptionArt.of(cue("אבג דהו זחט", highlighted=True), 360, 640)
    lefts = [pills[0][1] for pills in art.lit]
    assert lefts == sorted(lefts, reverse=True)


def test_words_of_scripts_without_spaces_stay_together() -> None:
    thai = CaptionArt.of(cue("กา แฟ สด"), 640, 360)
    spaced = CaptionArt.of(cue("ka fae sot"), 640, 360)
    assert thai.box.width < spaced.box.width


@pytest.mark.parametrize("luma", [16, 40, 80, 110, 140, 180, 235])
@pytest.mark.parametrize("spread", [0, 30])
def test_the_backing_always_makes_white_type_legible(luma: int, spread: int) -> None:
    rng = np.random.default_rng(1)
    samples = np.clip(luma + rng.integers(-spread, spread + 1, 500), 16, 235)
    chosen = captions.treatment(samples)
    code = (float(np.percentile(samples, 99)) - 16) / 219
    match chosen.backing:
        case Backing.SHADOW:
            behind = code
        case Backing.OUTLINE:
            behind = code * (1 - chosen.opacity)
        case Backing.BOX:
            behind = code * (1 - chosen.opacity) + 0.055 * chosen.opacity
    assert colors.contrast(1.0, colors.linear(behind)) >= 4.5


def test_backings_are_no_heavier_than_needed() -> None:
    assert captions.treatment([25] * 50).backing is Backing.SHADOW
    assert captions.treatment([125] * 50).backing is Backing.OUTLINE
    assert captions.treatment([20] * 25 + [230] * 25).backing is Backing.BOX
    assert captions.treatment([]) == captions.STANDARD


def test_the_standard_box_is_dark_enough_on_white() -> None:
    frame = Frame.filled(360, 640, colors.WHITE)
    art = CaptionArt.of(cue("Fresh beans"), 360, 640)
    art.draw(frame, 12)
    box = art.box
    inside = frame.y[box.top + 6 : box.bottom - 6, box.left + 6 : box.left + 9]
    assert colors.contrast(1.0, colors.linear((int(inside.max()) - 16) / 219)) >= 4.5
    assert int(frame.y[box.top : box.bottom, box.left : box.right].max()) >= 230


@pytest.mark.parametrize("backing", list(Backing))
def test_every_backing_draws_white_type(backing: Backing) -> None:
    frame = Frame.filled(360, 640, (0.45, 0.45, 0.45))
    art = CaptionArt.of(cue("HHHH HHHH"), 360, 640, backing=Treatment(backing, 0.8))
    art.draw(frame, 12)
    part = frame.y[art.box.top : art.box.bottom, art.box.left : art.box.right]
    assert int(part.max()) >= 228
    assert int(part.min()) < int(Frame.filled(2, 2, (0.45, 0.45, 0.45)).y[0, 0])


def test_a_title_is_uncovered_held_and_gone() -> None:
    art = TitleArt.of(Title(text="Roasted today", start_frame=5, frames=40), 360, 640)
    ground = Frame.filled(360, 640, (0.8, 0.8, 0.8))
    changed = []
    for n in (4, 5, 20, 30, 44, 45):
        frame = ground.copy()
        art.draw(frame, n)
        changed.append(float(np.abs(frame.y.astype(int) - ground.y).sum()))
    assert changed[0] == changed[5] == 0
    assert 0 < changed[1] < changed[2] == changed[3]
    assert 0 < changed[4] < changed[3]
