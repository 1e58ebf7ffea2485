"""
Logos: proportions kept, lost ones rescued, good ones left alone.
"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ars0n_core.compositor import logo, safe_areas
from ars0n_core.compositor.frames import Frame, blend
from ars0n_core.compositor.logo import Chip

DARK, LIGHT = np.full(64, 0.01, np.float32), np.full(64, 0.95, np.float32)


def wordmark(color: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGBA", (320, 120), (255, 0, 255, 0))
    ImageDraw.Draw(image).rectangle((40, 30, 279, 89), fill=(*color, 255))
    return image


def boxed(ground: tuple[int, int, int]) -> Image.Image:
    image = Image.new("RGB", (400, 300), ground)
    ImageDraw.Draw(image).ellipse((150, 100, 249, 199), fill=(200, 20, 40))
    return image


@pytest.mark.parametrize(
    ("color", "grounds", "chip"),
    [
        ((20, 20, 20), LIGHT, Chip.NONE),
        ((20, 20, 20), DARK, Chip.LIGHT),
        ((250, 250, 250), DARK, Chip.NONE),
        ((250, 250, 250), LIGHT, Chip.DARK),
        ((250, 250, 250), np.linspace(0, 1, 64, dtype=np.float32), Chip.DARK),
    ],
)
def test_a_logo_gets_a_chip_only_where_it_would_be_lost(
    color: tuple[int, int, int], grounds: np.ndarray, chip: Chip
) -> None:
    assert logo.overlay(wordmark(color), 720, 1280, [grounds]).chip is chip


def test_a_logo_is_rescued_from_a_ground_between_the_lightest_and_the_darkest() -> None:
    red = wordmark((230, 60, 40))
    sky, night, wood = 0.7, 0.02, 0.17
    apart = np.array([sky] * 50 + [night] * 50, np.float32)
    assert logo.choose_chip(red, apart) is Chip.NONE
    assert logo.choose_chip(red, np.append(apart, [wood] * 20).astype(np.float32)) is not Chip.NONE
    # here and there a leaf as light as it is is no reason
    assert logo.choose_chip(red, np.append(apart, [wood] * 4).astype(np.float32)) is Chip.NONE


@pytest.mark.parametrize(
    ("color", "ground", "chipped"),
    [
        ((18, 24, 38), 0.07, True),  # navy on teal: 2:1, and hardly seen
        ((18, 24, 38), 0.16, False),
        ((255, 140, 0), 1.0, False),  # orange on white
        ((255, 255, 255), 0.45, False),
        ((255, 255, 255), 0.6, True),
    ],
)
def test_dark_on_dark_is_judged_as_the_eye_does(
    color: tuple[int, int, int], ground: float, *, chipped: bool
) -> None:
    chip = logo.choose_chip(wordmark(color), np.full(50, ground, np.float32))
    assert (chip is not Chip.NONE) == chipped


def test_a_logo_that_is_swallowed_for_a_moment_is_rescued() -> None:
    """
    The dark corner of something, half under it for a second of fifteen.
    """
    wall, corner = np.full(100, 0.4, np.float32), np.repeat(np.array([0.4, 0.02], np.float32), 8)
    ink = wordmark((20, 40, 20))
    assert logo.overlay(ink, 720, 1280, [wall, wall]).chip is Chip.NONE
    assert logo.overlay(ink, 720, 1280, [*[wall] * 14, corner]).chip is Chip.LIGHT


@pytest.mark.parametrize(("grounds", "chipped"), [(DARK, True), (LIGHT, True), ([0.2], False)])
def test_neither_half_of_a_logo_in_black_and_white_is_lost(
    grounds: np.ndarray, *, chipped: bool
) -> None:
    both = Image.new("RGBA", (320, 120), (0, 0, 0, 0))
    ImageDraw.Draw(both).ellipse((0, 0, 119, 119), fill=(0, 0, 0, 255))
    ImageDraw.Draw(both).rectangle((160, 30, 319, 89), fill=(255, 255, 255, 255))
    done = logo.treated(both, 200, 60, np.array(grounds, np.float32))
    assert (done.chip is not Chip.NONE) == chipped
    if chipped:  # seen are black, white, and a ground that is neither
        row = np.asarray(done.image)[done.height // 2, :, 0]
        assert row.min() < 30
        assert row.max() > 225
        assert 90 < row[3] < 150


def test_only_what_is_behind_a_logo_counts() -> None:
    badge = Image.new("RGBA", (80, 80), (20, 40, 20, 255))
    badge.putpixel((0, 0), (0, 0, 0, 0))
    strip, box = logo.overlay_box(720, 1280), logo.standing_box(badge, 720, 1280)
    assert strip.contains(box)
    assert box.width == box.height == strip.height


def test_transparent_margins_are_cut() -> None:
    assert logo.trimmed(wordmark((9, 9, 9))).size == (240, 60)


def test_a_logo_on_white_keeps_some_of_it_and_gets_round_corners() -> None:
    cut = logo.trimmed(boxed((255, 255, 255)))
    assert 100 < cut.width < 150
    assert 100 < cut.height < 150
    done = logo.treated(boxed((255, 255, 255)), 200, 100, DARK)
    assert done.chip is Chip.OWN
    alpha = np.asarray(done.image.getchannel("A"))
    assert alpha[0, 0] == 0
    assert alpha[alpha.shape[0] // 2, alpha.shape[1] // 2] == 255


@pytest.mark.parametrize("size", [(40, 600), (600, 40), (333, 334), (1, 1), (3000, 2000)])
@pytest.mark.parametrize("film", [(720, 1280), (1280, 720), (720, 720)])
def test_any_proportion_fits_the_corner(size: tuple[int, int], film: tuple[int, int]) -> None:
    image = Image.new("RGBA", size, (10, 10, 10, 255))
    image.putpixel((0, 0), (0, 0, 0, 0))
    art = logo.overlay(image, *film, [LIGHT])
    strip = logo.overlay_box(*film)
    assert strip.contains(art.box)
    assert safe_areas.safe_area(*film).contains(art.box)
    assert (art.box.left, art.box.top) == (strip.left, strip.top)


def test_proportions_are_kept() -> None:
    done = logo.treated(wordmark((9, 9, 9)), 200, 100, LIGHT)
    assert abs(done.width / done.height - 240 / 60) < 0.1


def test_scaling_does_not_bleed_the_color_of_transparent_pixels() -> None:
    image = Image.new("RGBA", (200, 200), (255, 0, 255, 0))
    ImageDraw.Draw(image).ellipse((10, 10, 189, 189), fill=(0, 0, 0, 255))
    frame = Frame.filled(64, 64, (1.0, 1.0, 1.0))
    blend(frame, logo.overlay(image, 720, 1280, [LIGHT]).sprite, 2, 2)
    assert np.abs(frame.u.astype(int) - 128).max() <= 2
    assert np.abs(frame.v.astype(int) - 128).max() <= 2


def test_an_invisible_logo_is_harmless() -> None:
    art = logo.overlay(Image.new("RGBA", (50, 20), (0, 0, 0, 0)), 720, 1280, [DARK])
    assert logo.overlay_box(720, 1280).contains(art.box)


def test_a_logo_without_a_visible_pixel_gets_no_chip() -> None:
    empty = Image.new("RGBA", (50, 50), (0, 0, 0, 0))
    done = logo.treated(empty, 80, 40, np.array([0.1], np.float32))
    assert done.chip is logo.Chip.NONE
    assert not np.asarray(done.image)[..., 3].any()


@pytest.mark.parametrize("size", [(9, 7), (64, 30), (201, 48), (48, 201)])
@pytest.mark.parametrize("radius", [0.0, 0.4, 3.0, 9.6, 23.9])
def test_rounded_corners_are_the_same_however_long_the_sides(
    size: tuple[int, int], radius: float
) -> None:
    """
    As drawn four times too large and scaled down in one piece.
    """
    large = Image.new("L", (4 * size[0], 4 * size[1]), 0)
    ImageDraw.Draw(large).rounded_rectangle(
        (0, 0, large.width - 1, large.height - 1), 4 * radius, fill=255
    )
    assert logo.rounded_mask(*size, radius).tobytes() == large.reduce(4).tobytes()
