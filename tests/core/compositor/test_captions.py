"""
Captions and titles: two lines, readable on anything, out of one another's way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ars0n_core.compositor import (
    backings,
    captions,
    colors,
    dressings,
    letters,
    logo,
    rows,
    safe_areas,
    titles,
)
from ars0n_core.compositor.backings import Backing
from ars0n_core.compositor.cache import Cache
from ars0n_core.compositor.captions import CaptionArt
from ars0n_core.compositor.dressing import Manner, Worded
from ars0n_core.compositor.ffmpeg import Group
from ars0n_core.compositor.frames import Frame, lay
from ars0n_core.compositor.glances import Glances
from ars0n_core.compositor.groups import Recent
from ars0n_core.compositor.titles import TitleArt
from ars0n_core.timelines import Clip, Cue, CueWord, Media, MediaKind, Timeline, Title

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor.ffmpeg import Ffmpeg

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
    zones = [logo.overlay_box(*size), titles.title_zone(*size), captions.caption_zone(*size)]
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
        lay(frame, art.patches(n))
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
        lay(frame, art.patches(n))
        columns = np.flatnonzero((frame.v > code - 12).any(0))
        assert columns.size
        middles.append(columns.mean())
    assert middles == sorted(middles)
    assert [art.spoken(n) for n in (9, 10, 14, 15, 29)] == [None, 0, 0, 1, 2]


def test_right_to_left_words_are_lit_from_the_right() -> None:
    art = CaptionArt.of(cue("אבג דהו זחט", highlighted=True), 360, 640)
    lefts = [pills[0][1] for pills in art.lit]
    assert lefts == sorted(lefts, reverse=True)


def test_a_line_has_42_columns_at_most_though_the_picture_is_wide() -> None:
    one = CaptionArt.of(cue("Roasted this morning, and in your cup now"), 1280, 720)
    two = CaptionArt.of(cue("Roasted this morning, and in your cup by noon"), 1280, 720)
    assert (one.lines, two.lines) == (1, 2)
    assert one.size == two.size


def test_words_of_scripts_without_spaces_stay_together() -> None:
    thai = CaptionArt.of(cue("กา แฟ สด"), 640, 360)
    spaced = CaptionArt.of(cue("ka fae sot"), 640, 360)
    assert thai.box.width < spaced.box.width


def contrast_of(pictures: list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]) -> float:
    """
    The least contrast of the caption that is found in *pictures*; 1 where there is none.
    """
    found = letters.find(pictures, [])
    seen = [found and found.contrast(luma, 0, len(luma)) for luma in pictures]
    return min((each for each in seen if each), default=1.0)


def contrast_on(ground: float, backing: backings.Treatment) -> float:
    """
    The contrast of a caption on an even *ground* (0 to 1), as it is read off a finished film.
    """
    frame = Frame.filled(720, 1280, (ground, ground, ground))
    art = CaptionArt.of(cue("Fresh beans, roasted this morning"), 720, 1280, backing=backing)
    lay(frame, art.patches(12))
    return contrast_of([frame.y] * 6)


@pytest.mark.parametrize("size", [(720, 1280), (1280, 720), (360, 640)])
@pytest.mark.parametrize("backing", [backings.LIGHT, backings.BOXED])
@pytest.mark.parametrize("sentence", ["Fresh beans, roasted this morning", SENTENCES[0]])
def test_white_type_is_legible_on_any_backing_whatever_flashes_up(
    size: tuple[int, int], backing: backings.Treatment, sentence: str
) -> None:
    art = CaptionArt.of(cue(sentence), *size, backing=backing)
    dark = Frame.filled(*size, (0.2, 0.2, 0.2))
    lay(dark, art.patches(12))
    found = letters.find([dark.y] * 6, [], art.box)
    assert found is not None
    for ground in (0.0, 0.3, 0.55, 0.8, 1.0):
        frame = Frame.filled(*size, (ground, ground, ground))
        lay(frame, art.patches(12))
        seen = found.contrast(frame.y, 0, size[1])
        assert seen is not None
        assert seen >= 5


def test_backings_are_no_heavier_than_needed() -> None:
    assert backings.chosen([0.005] * 50).backing is Backing.OUTLINE
    assert backings.chosen([0.3] * 50).backing is Backing.OUTLINE
    assert backings.chosen([0.3] * 200 + [1.0]).backing is Backing.OUTLINE  # a single sparkle
    assert backings.chosen([0.01] * 25 + [0.8] * 25) == backings.BOXED
    assert backings.chosen([]) == backings.BOXED
    assert backings.chosen([colors.linear(0.6)] * 50).backing is Backing.OUTLINE
    assert backings.chosen([colors.linear(0.7)] * 50).backing is Backing.BOX
    # white takes all of the box but a margin for the encoder
    lighter = backings.Treatment(Backing.BOX, backings.BOXED.opacity - 0.1)
    assert contrast_on(1.0, lighter) < 4.5 <= contrast_on(1.0, backings.BOXED)


@pytest.mark.parametrize("backing", [backings.LIGHT, backings.BOXED])
def test_every_backing_draws_white_type_inside_its_box(backing: backings.Treatment) -> None:
    ground = Frame.filled(360, 640, (0.45, 0.45, 0.45))
    frame = ground.copy()
    art = CaptionArt.of(cue("HHHH HHHH"), 360, 640, backing=backing)
    lay(frame, art.patches(12))
    part = frame.y[art.box.top : art.box.bottom, art.box.left : art.box.right]
    assert int(part.max()) >= 228
    assert int(part.min()) < int(ground.y[0, 0])
    changed = frame.y != ground.y
    covered = changed[art.box.top : art.box.bottom, art.box.left : art.box.right].mean()
    assert changed.sum() == round(covered * art.box.width * art.box.height)
    assert (covered > 0.9) == (backing.backing is Backing.BOX)


@pytest.mark.parametrize(
    ("source", "keys", "backing"),
    [
        ("color=0x303030", "15", Backing.OUTLINE),
        ("color=0xe0e0e0", "15", Backing.BOX),
        ("color=0x303030", "999", Backing.BOX),  # what is between is not known
        # dark at first, then as bright as can be: seen by its later key pictures
        ("color=black,geq=lum='if(gt(T,1),235,20)':cb=128:cr=128", "15", Backing.BOX),
    ],
)
def test_a_caption_is_backed_by_what_its_scene_looks_like(
    source: str, keys: str, backing: Backing, bench: Bench, binary: Ffmpeg, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    kind, _, rest = source.partition(",")
    bench.run(
        *("-f", "lavfi", "-i", f"{kind}:s=90x160:r=30:d=3{',' * bool(rest)}{rest}"),
        *("-c:v", "libx264", "-preset", "ultrafast", "-g", keys, "-sc_threshold", "0"),
        *("-pix_fmt", "yuv420p", str(path)),
    )
    timeline = Timeline(
        width=360, height=640, frames=90, samples=144_000, cues=(cue("Fresh beans"),),
        media=(Media(id="c", kind=MediaKind.FOOTAGE, sha256="c"),),
        clips=(Clip(media="c", start_frame=0, frames=90),),
    )  # fmt: skip
    cache = Cache(None, size_bytes_max=0)
    with Group() as group:
        looks = Glances(
            timeline, {"c": path}, binary=binary, cache=cache, pieces=tmp_path, group=group
        )
        manner = dressings._manner(timeline, timeline.clips[0], (), looks)
        assert manner.backing.backing is backing


def test_a_title_is_uncovered_held_and_gone() -> None:
    art = TitleArt.of(Title(text="Roasted today", start_frame=5, frames=40), 360, 640)
    ground = Frame.filled(360, 640, (0.8, 0.8, 0.8))
    changed = []
    for n in (4, 5, 20, 30, 44, 45):
        frame = ground.copy()
        lay(frame, art.patches(n))
        changed.append(float(np.abs(frame.y.astype(int) - ground.y).sum()))
    assert changed[0] == changed[5] == 0
    assert 0 < changed[1] < changed[2] == changed[3]
    assert 0 < changed[4] < changed[3]


def glanced(size: tuple[int, int], box: safe_areas.Box, seed: int) -> colors.Floats:
    """
    A soft picture that moves from glance to glance, with writing in *box* that doesn't.
    """
    width, height = size[0] // 8, size[1] // 8
    rng = np.random.default_rng(seed)
    picture = np.full((height, width, 3), 90, np.float32)
    picture += rng.normal(0, 8, (height, width, 1)).astype(np.float32)
    written = picture[box.top // 8 : box.bottom // 8, box.left // 8 : box.right // 8]
    written[:, ::2] = 230
    return picture


@pytest.mark.parametrize("size", [(720, 1280), (1280, 720), (1080, 1080), (1080, 1350)])
def test_captions_leave_their_row_to_what_is_written_in_the_footage(size: tuple[int, int]) -> None:
    foot, raised, head = captions.zones(*size)
    area = safe_areas.safe_area(*size)
    for zone in (raised, head):
        assert area.contains(zone)
        assert not zone.overlaps(foot)
        assert not zone.overlaps(logo.overlay_box(*size))

    def row(written: safe_areas.Box, *taken: safe_areas.Box) -> captions.Row:
        pictures = [glanced(size, written, seed) for seed in range(5)]
        return rows.chosen(pictures, size, lambda: taken, glance=8)

    nothing = safe_areas.Box(0, 0, 0, 0)
    price = safe_areas.Box(foot.left, foot.top + 20, foot.left + 160, foot.bottom - 20)
    assert row(nothing) is captions.Row.FOOT
    assert row(price) is captions.Row.RAISED
    assert row(price, raised) is captions.Row.HEAD
    assert row(price, raised, head) is captions.Row.FOOT
    both = safe_areas.Box(price.left, raised.top, price.right, price.bottom)
    assert row(both) is captions.Row.HEAD
    moving = [glanced(size, price if seed == 2 else nothing, seed) for seed in range(5)]
    assert rows.chosen(moving, size, glance=8) is captions.Row.FOOT
    assert rows.chosen([], size, glance=8) is captions.Row.FOOT
    art = CaptionArt.of(cue("Fresh beans"), *size, row=captions.Row.HEAD)
    assert head.contains(art.box)


class Looked:
    """
    A film whose only clip looks like this.
    """

    def __init__(self, picture: np.ndarray[tuple[int, ...], np.dtype[np.float32]]) -> None:
        self.picture = picture

    def between(self, first: int, last: int) -> list[colors.Floats]:
        del first, last
        return [self.picture]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("busy", ["top", "bottom", "nowhere"])
def test_a_title_stands_where_its_scene_shows_least(size: tuple[int, int], busy: str) -> None:
    width, height = size
    picture = np.full((height // 8, width // 8, 3), 120, np.float32)
    zone = titles.title_zone(*size, below_logo=False)
    half = (zone.top + zone.height // 2) // 8
    product = np.indices(picture.shape[:2]).sum(axis=0)[..., None] % 2 * 120 + 60
    if busy == "top":
        picture[:half] = product[:half]
    if busy == "bottom":
        picture[half:] = product[half:]
    title = Title(text="Roasted today", start_frame=0, frames=30)
    timeline = Timeline(
        width=width, height=height, frames=60, samples=96_000, media=(), titles=(title,)
    )

    looks = Looked(picture)
    drop = dressings._standing(timeline, title, looks).drop  # type: ignore[arg-type]  # all it is asked

    art = TitleArt.of(title, *size, drop=drop, below_logo=False)
    assert zone.contains(art.box)
    assert drop == (1.0 if busy == "top" else 0.0)  # the usual place, where it is no worse


def filmed(ground: int, box: int, moment: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """
    A caption's letters on their box, and a gleam that moves as the camera does.
    """
    luma = np.full((640, 360), ground, np.uint8)
    zone = captions.caption_zone(360, 640)
    middle = (zone.top + zone.bottom) // 2
    luma[middle - 10 : middle + 10, zone.left + 60 : zone.right - 60] = box
    for x in range(zone.left + 66, zone.right - 66, 6):
        luma[middle - 6 : middle + 6, x : x + 2] = 235
    x = zone.left + 4 + 8 * moment
    luma[zone.top : zone.bottom, x : x + 9] = 190
    luma[zone.top : zone.bottom, x + 3 : x + 6] = 230
    return luma


def test_a_light_ground_that_just_passes_for_white_is_no_letter() -> None:
    pictures = [filmed(60, 40, moment) for moment in range(6)]
    zone = captions.caption_zone(360, 640)
    for luma in pictures:
        # softly lit, and brightest where the product's dark edge stands before it
        for row, code in enumerate((206, 205, 203, 201, 199, 198, 197, 196, 195, 194)):
            luma[zone.top + row, zone.left : zone.right] = code
    assert contrast_of(pictures) > 8


def test_a_gleam_on_the_product_is_no_letter_of_a_caption() -> None:
    passing = [filmed(90, 40, moment) for moment in range(6)]
    assert contrast_of(passing) > 8
    # Letters that do stand on something bright are still found out.
    assert contrast_of([filmed(170, 170, moment) for moment in range(6)]) < 4.5
    assert contrast_of([np.full((640, 360), 90, np.uint8)] * 6) == 1.0


def test_a_long_film_keeps_few_captions_set(monkeypatch: pytest.MonkeyPatch) -> None:
    made, known = [], CaptionArt.of

    def counted(cue: Cue, *rest: Any, **told: Any) -> CaptionArt:
        made.append(cue)
        return known(cue, *rest, **told)

    monkeypatch.setattr(CaptionArt, "of", counted)
    recent = Recent(2)
    size, manner = (144, 256), Manner()
    worded = [
        Worded(
            Cue(words=(CueWord(text=f"word{n}", start_frame=n, frames=1),), start_frame=n, frames=1),
            *size, (1.0, 1.0, 1.0), manner, recent,
        )
        for n in range(4)
    ]  # fmt: skip
    frame, again = Frame.empty(*size), Frame.empty(*size)
    for each in worded:
        lay(frame, each.patches(each.start_frame))
        lay(frame, each.patches(each.start_frame))
    assert len(made) == 4
    lay(again, worded[3].patches(3))  # still set
    lay(again, worded[0].patches(0))  # set anew, alike
    assert len(made) == 5
    assert made[4] is made[0]
