"""
The offline image editor: framing, backdrops, grading and what it measures.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from ars0n_adapters.providers.offline import mattes, subject
from ars0n_adapters.providers.offline.images import OfflineImageEditor
from ars0n_core.errors import ProviderRejectedError
from ars0n_core.ports import ImageOrder
from ars0n_core.specs.model import AspectRatio

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.ports import Variant


def scene(size: tuple[int, int] = (240, 160)) -> Image.Image:
    """
    A red ball on a textured ground, right of the middle.
    """
    rng = np.random.default_rng(5)
    ground = rng.integers(70, 130, (size[1] // 4, size[0] // 4, 3), np.uint8)
    photo = Image.fromarray(ground).resize(size, Image.Resampling.BICUBIC)
    width, height = size
    box = (0.55 * width, 0.3 * height, 0.55 * width + 0.4 * height, 0.7 * height)
    ImageDraw.Draw(photo).ellipse(box, fill=(225, 30, 30), outline="white")
    return photo


def cutout(size: tuple[int, int] = (120, 120)) -> Image.Image:
    photo = Image.new("RGBA", size, (0, 0, 0, 0))
    ImageDraw.Draw(photo).rounded_rectangle((30, 20, 90, 100), 12, fill=(30, 160, 90, 255))
    return photo


def packshot(ground: tuple[int, int, int] = (255, 255, 255)) -> Image.Image:
    photo = Image.new("RGB", (200, 200), ground)
    ImageDraw.Draw(photo).rounded_rectangle((70, 40, 130, 170), 10, fill=(30, 60, 190))
    return photo.filter(ImageFilter.GaussianBlur(0.6))


def figure(size: tuple[int, int] = (300, 300)) -> Image.Image:
    """
    Somebody in green before a grey wall, head near the top: hair, face, two eyes.
    """
    rng = np.random.default_rng(8)
    wall = rng.integers(150, 175, (size[1] // 10, size[0] // 10, 1), np.uint8).repeat(3, axis=2)
    photo = Image.fromarray(wall).resize(size, Image.Resampling.BICUBIC)
    draw, unit = ImageDraw.Draw(photo), size[1] / 300
    middle = size[0] / 2

    def oval(x0: float, y0: float, x1: float, y1: float, color: tuple[int, int, int]) -> None:
        draw.ellipse((middle + x0 * unit, y0 * unit, middle + x1 * unit, y1 * unit), fill=color)

    oval(-95, 110, 95, 420, (20, 120, 60))
    oval(-40, 140, 40, 300, (230, 210, 40))
    oval(-36, 12, 36, 100, HAIR)
    oval(-27, 34, 27, 108, (222, 178, 150))
    oval(-18, 56, -7, 66, (60, 40, 30))
    oval(7, 56, 18, 66, (60, 40, 30))
    oval(-11, 86, 11, 93, (180, 110, 100))
    return photo.filter(ImageFilter.GaussianBlur(0.7 * unit))


HAIR = (70, 20, 110)


def bottle(size: tuple[int, int] = (300, 300)) -> Image.Image:
    """
    A tall bottle with a loud label and a blue cap close to the top of the photo.
    """
    rng = np.random.default_rng(3)
    wall = rng.integers(150, 175, (30, 30, 1), np.uint8).repeat(3, axis=2)
    photo = Image.fromarray(wall).resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(photo)
    draw.rounded_rectangle((105, 90, 195, 292), 18, fill=(190, 90, 30))
    draw.rectangle((105, 150, 195, 240), fill=(240, 220, 30))
    draw.rectangle((132, 40, 168, 95), fill=(190, 90, 30))
    draw.rectangle((130, 14, 170, 42), fill=HAIR)
    return photo.filter(ImageFilter.GaussianBlur(0.6))


def hair(picture: np.ndarray) -> np.ndarray:
    """
    Return where *picture* shows the purple that only tops have, in any light.
    """
    red, green, blue = (picture[..., channel] for channel in range(3))
    return (blue > green + 35) & (blue > red - 5) & (red > green + 12)


def edit(photo: Image.Image | Path, folder: Path, **changes: Any) -> tuple[Variant, ...]:
    if isinstance(photo, Image.Image):
        source = folder / "photo.png"
        photo.save(source)
    else:
        source = photo
    fields: dict[str, Any] = {
        "source": source,
        "description": "Hero shot of the product",
        "direction": "",
        "aspect_ratio": AspectRatio.PORTRAIT,
        "width": 90,
        "height": 160,
        "variants": 2,
        "seed": "a",
        **changes,
    }
    target = folder / fields["seed"]
    target.mkdir(exist_ok=True)
    return OfflineImageEditor().edit(ImageOrder(**fields), target)


def pixels(variant: Variant) -> np.ndarray:
    with Image.open(variant.path) as image:
        return np.asarray(image.convert("RGB"), np.float32)


def reddest(picture: np.ndarray) -> np.ndarray:
    return (picture[..., 0] > 120) & (picture[..., 1] < 90) & (picture[..., 2] < 90)


@pytest.mark.parametrize(
    "size", [(90, 160), (160, 90), (100, 100), (100, 125), (108, 192)], ids=str
)
@pytest.mark.parametrize(
    "photo",
    [
        scene(),
        scene((60, 300)),
        Image.new("RGB", (1, 1), "red"),
        Image.new("RGB", (70, 40), "black"),
        scene((1000, 10)),
        cutout(),
        Image.new("RGBA", (30, 30), (0, 0, 0, 0)),
        packshot(),
        packshot((20, 20, 24)),
    ],
    ids=["scene", "tall", "dot", "black", "strip", "cutout", "nothing", "paper", "dark"],
)
def test_every_photo_becomes_pictures_of_exactly_the_ordered_size(
    photo: Image.Image, size: tuple[int, int], tmp_path: Path
) -> None:
    for variant in edit(photo, tmp_path, width=size[0], height=size[1], variants=3):
        with Image.open(variant.path) as image:
            assert (image.format, image.mode, image.size) == ("PNG", "RGB", size)


def test_the_number_of_variants_is_as_ordered_and_the_best_comes_first(tmp_path: Path) -> None:
    for count in (1, 2, 3):
        variants = edit(scene(), tmp_path, variants=count)
        assert len(variants) == count
        scores = [variant.score for variant in variants]
        assert scores == sorted(scores, reverse=True)
        assert all(0 <= score <= 1 for score in scores)


def test_the_same_order_gives_the_same_bytes(tmp_path: Path) -> None:
    first = [v.path.read_bytes() for v in edit(scene(), tmp_path)]
    again = [v.path.read_bytes() for v in edit(scene(), tmp_path)]
    assert first == again


def test_the_variants_of_a_scene_differ_visibly(tmp_path: Path) -> None:
    for photo in (scene(), cutout(), packshot()):
        one, two, three = (pixels(v) for v in edit(photo, tmp_path, variants=3))
        assert min(abs(one - two).mean(), abs(two - three).mean(), abs(one - three).mean()) > 4


def test_a_close_up_shows_the_subject_larger_than_a_wide_shot(tmp_path: Path) -> None:
    shares = {}
    for words in ("Close-up of the ball", "Hero shot of the ball", "Wide shot of the room"):
        best = edit(scene((480, 320)), tmp_path, description=words, variants=1)[0]
        shares[words[0]] = reddest(pixels(best)).mean()
    assert shares["C"] > 1.3 * shares["W"]
    assert shares["H"] > 1.1 * shares["W"]


def test_the_subject_stays_in_the_picture_when_a_wide_photo_becomes_upright(tmp_path: Path) -> None:
    for variant in edit(scene((480, 200)), tmp_path, description="Product shot", variants=3):
        ball = reddest(pixels(variant))
        columns, rows = ball.any(axis=0).sum(), ball.any(axis=1).sum()
        assert columns > 20
        assert columns > 0.85 * rows, "the ball is seen whole"


# The wide one is larger: a print in it is small, and a cap of five pixels is all edge.
SIZES = [(90, 160), (320, 180), (120, 120), (100, 125)]


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("photo", [figure(), figure((450, 300)), bottle()], ids=["1", "3:2", "cap"])
@pytest.mark.parametrize("words", ["Hero shot", "Wide shot", "Medium shot", "Wide, left third"])
def test_the_top_of_the_subject_is_not_cut(
    words: str, photo: Image.Image, size: tuple[int, int], tmp_path: Path
) -> None:
    shape = hair(np.asarray(photo, np.float32))
    for variant in edit(photo, tmp_path, description=words, width=size[0], height=size[1]):
        seen = hair(pixels(variant))
        scale = float(variant.notes["magnified"])
        assert seen.sum() > 0.8 * shape.sum() * scale**2
        assert not seen[0].any(), "air above"


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("words", ["Close-up", "Macro detail", "Close low angle", "Detail, tilted"])
def test_no_shot_is_so_close_that_it_cuts_a_head(
    words: str, size: tuple[int, int], tmp_path: Path
) -> None:
    for variant in edit(figure(), tmp_path, description=words, width=size[0], height=size[1]):
        seen = hair(pixels(variant))
        assert seen.any()
        assert not seen[0].any()
        assert not seen[-1].any()


SCENES = (
    "Hero shot of it, centred, clean space all around",
    "Macro detail of it, surface and edges filling the frame",
    "Wide shot of it in context on the left third",
    "Close low angle on it, tall in the frame",
    "Medium three-quarter view of it on the right third",
    "Extreme close detail of it, slightly tilted",
    "Wide symmetrical shot of it, centred",
)


@pytest.mark.parametrize("size", [(360, 640), (640, 360), (360, 360)], ids=str)
@pytest.mark.parametrize("photo", [scene((1200, 800)), cutout((900, 900))], ids=["scene", "cut"])
def test_one_scene_is_told_from_the_next_by_its_framing(
    photo: Image.Image, size: tuple[int, int], tmp_path: Path
) -> None:
    views = []
    for words in SCENES:
        best = edit(photo, tmp_path, description=words, width=size[0], height=size[1], variants=1)[
            0
        ]
        picture = pixels(best)
        part = reddest(picture) | ((picture[..., 1] - picture[..., 0]) > 40)
        middle = np.argwhere(part).mean(axis=0) / part.shape
        views.append((float(best.notes["magnified"]), middle))
    for (one, here), (two, there) in pairwise(views):
        assert max(one / two, two / one) >= 1.35 or abs(here - there).max() >= 0.15


def test_scenes_nobody_described_are_usually_framed_differently(tmp_path: Path) -> None:
    shots = [
        (v.notes["shot"], v.notes["magnified"])
        for seed in "abcdefghijkl"
        for v in edit(scene((480, 320)), tmp_path, description="It", variants=1, seed=seed)
    ]
    same = sum(one == two for one, two in pairwise(shots))
    assert same <= 3
    assert len(set(shots)) >= 4


def test_a_small_photo_is_not_enlarged_until_it_is_soft(tmp_path: Path) -> None:
    photo = scene((600, 400))
    for words in SCENES:
        (best,) = edit(photo, tmp_path, description=words, width=720, height=1280, variants=1)
        assert float(best.notes["magnified"]) <= 2.65
        if "etail" not in words:
            assert float(best.notes["magnified"]) <= 2.3


def test_words_lean_the_camera_without_empty_corners(tmp_path: Path) -> None:
    photo = Image.new("RGB", (300, 300), (150, 160, 170))
    draw = ImageDraw.Draw(photo)
    draw.rectangle((100, 60, 200, 240), fill=(225, 30, 30))
    photo.paste(Image.effect_noise((300, 40), 60).convert("RGB"), (0, 260))
    found = {}
    for words in ("Medium shot", "Medium shot, slightly tilted", "Medium shot, low angle"):
        (best,) = edit(photo, tmp_path, description=words, width=200, height=200, variants=1)
        picture = pixels(best)
        assert min(picture[y, x].max() for y in (0, -1) for x in (0, -1)) > 20
        rows = np.flatnonzero(reddest(picture).any(axis=1))
        top, bottom = (
            np.flatnonzero(reddest(picture)[row]) for row in (rows[len(rows) // 5], rows[-12])
        )
        found[words] = (abs(top[0] - bottom[0]), bottom.size - top.size)
    level, tilted, low = found.values()
    assert level[0] <= 1
    assert tilted[0] >= 4
    assert low[1] >= 4


def test_a_frame_the_photo_does_not_fill_has_neither_bars_nor_seams(tmp_path: Path) -> None:
    ramp = np.linspace(60, 200, 600)[None, :, None] + np.linspace(0, 40, 60)[:, None, None]
    wide = Image.fromarray(np.broadcast_to(ramp, (60, 600, 3)).astype(np.uint8))
    tall = wide.transpose(Image.Transpose.TRANSPOSE)
    for photo, size in ((wide, (90, 160)), (tall, (160, 90))):
        for variant in edit(photo, tmp_path, width=size[0], height=size[1], variants=3):
            picture = pixels(variant)
            for line in (picture[0], picture[-1], picture[:, 0], picture[:, -1]):
                assert line.mean() > 20
            rows = picture.mean(axis=(1, 2))
            columns = picture.mean(axis=(0, 2))
            assert abs(np.diff(rows)).max() < 6
            assert abs(np.diff(columns)).max() < 6


def test_a_transparent_product_stands_on_a_lit_backdrop(tmp_path: Path) -> None:
    for variant in edit(cutout(), tmp_path, variants=3):
        picture = pixels(variant)
        ring = np.concatenate((picture[0], picture[-1], picture[:, 0], picture[:, -1]))
        assert ring.std(axis=0).max() > 1.5, "a flat colour is no studio"
        assert abs(np.diff(picture[:70, 0].mean(axis=1))).max() < 6
        assert variant.notes["ground"] == "cutout"


def test_a_floating_product_throws_its_shadow_lower(tmp_path: Path) -> None:
    def darkest_row(words: str) -> int:
        variant = edit(cutout(), tmp_path, description=words, direction="clean", variants=1)[0]
        picture = pixels(variant)
        product = np.flatnonzero((picture[:, 45, 1] - picture[:, 45, 0]) > 40)
        below = picture[product[-1] + 2 :, 45].mean(axis=1)
        return int(below[:40].argmin())

    assert darkest_row("Hero product floating") > darkest_row("Hero product") + 3


def test_a_packshot_keeps_its_colour_while_its_paper_takes_the_light(tmp_path: Path) -> None:
    variant = edit(packshot(), tmp_path, direction="warm golden", variants=1)[0]
    picture = pixels(variant)
    blue = (picture[..., 2] > picture[..., 0] + 60).mean()
    assert blue > 0.05
    paper = picture[5, 5]
    assert paper[0] > paper[2] + 10, "golden paper"
    white = (picture.min(axis=2) > 250).mean()
    assert white < 0.02


def test_words_choose_the_light(tmp_path: Path) -> None:
    dark = pixels(edit(scene(), tmp_path, direction="dark, dramatic, moody", variants=1)[0])
    airy = pixels(edit(scene(), tmp_path, direction="bright and airy", variants=1)[0])
    warm = pixels(edit(scene(), tmp_path, direction="golden sunset", variants=1)[0])
    cool = pixels(edit(scene(), tmp_path, direction="icy winter", variants=1)[0])
    assert airy.mean() > dark.mean() + 25
    assert (warm[..., 0] - warm[..., 2]).mean() > (cool[..., 0] - cool[..., 2]).mean() + 15


def test_a_sharp_photo_scores_above_a_blurred_or_tiny_or_burnt_one(tmp_path: Path) -> None:
    sharp = scene((480, 320))
    worse = {
        "blurred": sharp.filter(ImageFilter.GaussianBlur(2.5)),
        "tiny": sharp.resize((48, 32), Image.Resampling.BOX),
    }
    best = edit(sharp, tmp_path, variants=1, width=360, height=640)[0]
    for name, photo in worse.items():
        other = edit(photo, tmp_path, variants=1, width=360, height=640)[0]
        assert other.score < best.score - 0.05, name
        assert float(other.notes["sharpness"]) < float(best.notes["sharpness"]), name


def test_a_burnt_out_subject_scores_below_one_with_detail(tmp_path: Path) -> None:
    fine, burnt = scene((480, 320)), scene((480, 320))
    ImageDraw.Draw(burnt).ellipse((264, 96, 392, 224), fill="white")
    one = edit(fine, tmp_path, variants=1)[0]
    other = edit(burnt, tmp_path, variants=1)[0]
    assert float(other.notes["exposure"]) < float(one.notes["exposure"]) - 0.2
    assert other.score < one.score


def test_orientation_written_by_a_camera_is_obeyed(tmp_path: Path) -> None:
    upright = scene((240, 160))
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate 90 degrees clockwise to view
    turned = tmp_path / "turned.jpg"
    upright.transpose(Image.Transpose.ROTATE_90).save(turned, quality=95, exif=exif)
    plain = tmp_path / "plain.jpg"
    upright.save(plain, quality=95)
    one = pixels(edit(turned, tmp_path, variants=1)[0])
    two = pixels(edit(plain, tmp_path, variants=1)[0])
    assert abs(one - two).mean() < 4


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_a_photo_that_cannot_be_read_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    source = tmp_path / "mug.png"
    source.write_bytes(content)
    with pytest.raises(ProviderRejectedError, match=r"mug\.png"):
        edit(source, tmp_path)


def test_a_missing_photo_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(ProviderRejectedError, match=r"gone\.png"):
        edit(tmp_path / "gone.png", tmp_path)


def mug(body: tuple[int, int, int] = (40, 60, 150)) -> Image.Image:
    """
    A mug with a handle on white paper, a shadow hanging below it.
    """
    photo = Image.new("RGB", (320, 320), "white")
    draw = ImageDraw.Draw(photo)
    draw.ellipse((60, 130, 150, 220), outline=body, width=16)
    draw.rounded_rectangle((110, 100, 240, 230), 14, fill=body)
    draw.rectangle((160, 140, 190, 190), fill="white")
    draw.rectangle((110, 262, 240, 268), fill=(196, 196, 196))
    return photo.filter(ImageFilter.GaussianBlur(0.7))


def test_a_packshot_is_cut_out_with_its_handle_and_without_its_shadow() -> None:
    photo = mug()
    cut = mattes.cut_out(photo, subject.find(photo))
    assert cut is not None
    alpha = np.asarray(cut.getchannel("A"))
    assert alpha[165, 230] == 255
    assert alpha[175, 92] == 0, "the ground is seen through the handle"
    assert alpha[165, 175] == 255, "a white label is no hole"
    assert alpha[20, 20] == 0
    assert alpha[265, 175] == 0, "the shadow stays behind"


def test_a_product_as_white_as_its_paper_is_not_torn_out_of_it(tmp_path: Path) -> None:
    photo = Image.new("RGB", (300, 300), "white")
    draw = ImageDraw.Draw(photo)
    draw.rounded_rectangle((60, 120, 240, 200), 30, fill=(252, 252, 252))
    for x in range(70, 230, 32):
        draw.rectangle((x, 132, x + 9, 186), fill=(40, 60, 200))
    assert mattes.cut_out(photo, subject.find(photo)) is None
    for variant in edit(photo, tmp_path, description="Wide shot", variants=3):
        middle = pixels(variant)[78:84, 30:60].reshape(-1, 3)
        white = np.median(middle[middle[:, 0] > 190], axis=0)
        assert np.ptp(white) < 45, "a white product takes no more than a tint"


def test_a_shadow_that_came_with_a_cutout_is_left_behind(tmp_path: Path) -> None:
    photo = cutout((120, 160))
    ImageDraw.Draw(photo).ellipse((35, 140, 85, 146), fill=(0, 0, 0, 90))
    found = subject.find(photo)
    assert found.box.bottom < 0.68
    assert np.asarray(mattes.bared(photo, found).getchannel("A"))[130:].max() == 0
    with_shadow, without = edit(photo, tmp_path), edit(cutout((120, 160)), tmp_path)
    assert with_shadow[0].notes["magnified"] == without[0].notes["magnified"]


def test_a_photo_too_flat_for_the_frame_is_laid_down_whole(tmp_path: Path) -> None:
    photo = scene((480, 240))
    for variant in edit(photo, tmp_path, description="Wide shot, centred", variants=3):
        ball = reddest(pixels(variant))
        columns, rows = ((ball.sum(axis=axis) > 8).sum() for axis in (0, 1))
        assert 0.85 < columns / rows < 1.18
        picture = pixels(variant)
        rim = np.concatenate((picture[:4].reshape(-1, 3), picture[-4:].reshape(-1, 3)))
        assert rim.mean() > 40, "the ground is no black bar"
        assert rim.std(axis=0).max() < 25, "the ground is calm"
        corners = np.concatenate([picture[y, x] for y in (3, -4) for x in (3, -4)])
        assert corners.min() > 60 or corners.max() < 110, "the same ground above and below"
        steps = abs(np.diff(picture[:, 45].mean(axis=1)))
        assert np.sort(steps)[-2] > 12, "a print ends at its edges"


APART_MIN = 6.5
"""
Of 255, the mean over all of a thumbnail.
"""

FILM = (
    "Hero shot of it, centred, clean space all around",
    "Macro detail of it, slightly tilted, surface and edges filling the frame",
    "Wide symmetrical shot of it, centred, generous empty space above and below",
)


def seen(variant: Variant) -> np.ndarray:
    """
    Return what is told apart at a glance: 24 x 24 colours, whatever the light.
    """
    with Image.open(variant.path) as image:
        small = np.asarray(image.convert("RGB").resize((24, 24), Image.Resampling.BOX), float)
    even: np.ndarray = small - small.mean(axis=(0, 1))
    return even


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(
    "photo",
    [
        scene((480, 320)),
        scene((320, 480)),
        scene((300, 300)).convert("L"),
        figure(),
        bottle(),
        cutout(),
        packshot(),
        packshot((20, 20, 24)),
        mug(),
    ],
    ids=["3:2", "2:3", "grey", "figure", "bottle", "cutout", "packshot", "dark", "mug"],
)
def test_no_two_scenes_of_a_film_look_alike(
    photo: Image.Image, size: tuple[int, int], tmp_path: Path
) -> None:
    film = [
        seen(edit(photo, tmp_path, description=words, width=size[0], height=size[1], seed=seed)[0])
        for words, seed in zip(FILM, "abc", strict=True)
    ]
    for one, two in ((0, 1), (1, 2), (0, 2)):
        assert abs(film[one] - film[two]).mean() > APART_MIN
