"""
Frames and sprites: what is blended is what a float compositor would give.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ars0n_core.compositor import colors
from ars0n_core.compositor.frames import (
    Frame,
    Sprite,
    bands,
    blend,
    cover,
    from_rgb,
    lay,
    patch,
    to_rgb,
)


def noise(height: int, width: int, channels: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels)).astype(np.uint8)


def reference(frame: Frame, rgba: np.ndarray, x: int, y: int, opacity: float) -> list[np.ndarray]:
    """
    Blend in float64: each plane, alpha averaged over the 2x2 luma pixels of a chroma one.
    """
    height, width = frame.y.shape
    alpha = np.zeros((height, width))
    rgb = np.zeros((height, width, 3))
    for row in range(rgba.shape[0]):
        for column in range(rgba.shape[1]):
            ty, tx = y + row, x + column
            if 0 <= ty < height and 0 <= tx < width:
                alpha[ty, tx] = rgba[row, column, 3] / 255 * opacity
                rgb[ty, tx] = rgba[row, column, :3]
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    planes = (
        16 + 219 / 255 * luma,
        128 + 224 / 255 * (b - luma) / 1.8556,
        128 + 224 / 255 * (r - luma) / 1.5748,
    )
    result = []
    for index, (plane, values) in enumerate(zip(frame.planes, planes, strict=True)):
        pre, cover = values * alpha, alpha
        if index:
            pre, cover = (
                a.reshape(height // 2, 2, width // 2, 2).mean((1, 3)) for a in (pre, cover)
            )
        result.append(plane * (1 - cover) + pre)
    return result


@settings(max_examples=40, deadline=None)
@given(
    st.integers(-9, 30),
    st.integers(-9, 22),
    st.integers(1, 11),
    st.integers(1, 9),
    st.sampled_from([1.0, 0.5, 0.31, 0.03]),
    st.integers(0, 9),
)
def test_blending_is_within_one_code_value_of_floats(
    x: int, y: int, width: int, height: int, opacity: float, seed: int
) -> None:
    frame = Frame(noise(1, 32 * 24 * 3 // 2, 1, seed).reshape(-1), 32, 24)
    rgba = noise(height, width, 4, seed + 1)
    strength = round(256 * opacity) / 256
    expected = reference(frame, rgba, x, y, strength)
    blend(frame, Sprite.from_rgba(rgba), x, y, opacity)
    for plane, wanted in zip(frame.planes, expected, strict=True):
        assert np.abs(plane - wanted).max() <= 1.0


def test_pixels_outside_the_sprite_are_untouched() -> None:
    frame = Frame(noise(1, 32 * 24 * 3 // 2, 1, 3).reshape(-1), 32, 24)
    before = frame.copy()
    blend(frame, Sprite.from_rgba(noise(4, 6, 4, 1)), 11, 7)
    changed = frame.y != before.y
    changed[7:11, 11:17] = False
    assert not changed.any()
    assert (frame.u[:3] == before.u[:3]).all()
    assert (frame.u[6:] == before.u[6:]).all()


def test_a_fractional_position_lies_between_its_neighbours() -> None:
    white = np.full((4, 4, 4), 255, np.uint8)
    sprite = Sprite.from_rgba(white)
    rows = []
    for x in (4.0, 4.5, 5.0):
        frame = Frame.filled(16, 8, colors.BLACK)
        blend(frame, sprite, x, 2)
        rows.append(frame.y[3].astype(int))
    assert abs(rows[1][4] - (rows[0][4] + rows[2][4]) / 2) <= 1
    assert abs(rows[1][8] - (rows[0][8] + rows[2][8]) / 2) <= 1


@pytest.mark.parametrize(
    ("color", "codes"),
    [
        ((0.0, 0.0, 0.0), (16, 128, 128)),
        ((1.0, 1.0, 1.0), (235, 128, 128)),
        ((1.0, 0.0, 0.0), (63, 102, 240)),
        ((0.0, 1.0, 0.0), (173, 42, 26)),
        ((0.0, 0.0, 1.0), (32, 240, 118)),
    ],
)
def test_flat_fields_have_the_code_values_of_bt709(
    color: colors.Rgb, codes: tuple[int, int, int]
) -> None:
    flat = Frame.filled(4, 4, color)
    drawn = from_rgb(np.full((4, 4, 3), [c * 255 for c in color], np.float32))
    opaque = Frame.filled(4, 4, (0.3, 0.6, 0.2))
    blend(opaque, Sprite.from_rgba(np.full((4, 4, 4), [*(c * 255 for c in color), 255])), 0, 0)
    for frame in (flat, drawn, opaque):
        assert tuple(int(plane[0, 0]) for plane in frame.planes) == codes
        assert all(np.ptp(plane) == 0 for plane in frame.planes)


def test_rgb_comes_back_from_a_frame() -> None:
    ramp = np.repeat(np.repeat(noise(6, 8, 3, 5), 2, 0), 2, 1)
    assert np.abs(to_rgb(from_rgb(ramp)).astype(int) - ramp).max() <= 3


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(-7, 30), st.integers(-7, 44), st.integers(0, 9)), max_size=4))
def test_rows_that_nothing_lies_on_need_not_be_there(places: list[tuple[int, int, int]]) -> None:
    """
    What is laid band by band, plane by plane, is what is laid on the whole frame.
    """
    under = Frame(noise(60, 36, 1, 3).reshape(-1)[: 36 * 40 * 3 // 2].copy(), 36, 40)
    laid = [patch(Sprite.from_rgba(noise(5, 8, 4, seed)), x, y) for x, y, seed in places]
    patches = [each for each in laid if each is not None]
    whole, parts = under.copy(), under.copy()
    lay(whole, patches)
    found, last = bands(patches, 40), -1
    for top, bottom, on in found:
        assert last < top < bottom <= 40
        assert top % 2 == bottom % 2 == 0
        last = bottom
        for index, plane in enumerate(parts.planes):
            step = 2 if index else 1
            other = np.zeros_like(plane)
            other[top // step : bottom // step] = plane[top // step : bottom // step]
            cover(other, index, on)
            plane[top // step : bottom // step] = other[top // step : bottom // step]
    assert parts.tobytes() == whole.tobytes()


def test_a_dithered_gradient_has_no_bands() -> None:
    ramp = np.repeat(np.linspace(100, 104, 256)[None, :, None], 64, 0) * np.ones(3)
    plain, dithered = from_rgb(ramp).y.astype(int), from_rgb(ramp, dithered=True).y.astype(float)
    assert np.unique(plain, axis=1).shape[1] <= 6
    means = dithered.reshape(64, 16, 16).mean((0, 2))
    assert (np.diff(means) > 0).all()
    assert (from_rgb(ramp, dithered=True).data == from_rgb(ramp, dithered=True).data).all()


def test_a_frame_is_a_view_of_its_bytes() -> None:
    buffer = bytearray(4 * 4 * 3 // 2)
    frame = Frame.from_bytes(buffer, 4, 4)
    frame.y[0, 0] = 7
    frame.v[-1, -1] = 9
    assert buffer[0] == 7
    assert buffer[-1] == 9
    assert frame.tobytes() == bytes(buffer)
    assert bytes(frame.view()) == bytes(buffer)


def test_odd_sides_and_wrong_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="even sides"):
        Frame.empty(5, 4)
    with pytest.raises(ValueError, match="no 4x4"):
        Frame.from_bytes(bytes(5), 4, 4)


@pytest.mark.parametrize(
    "accent", ["#FF5500", "#FFFFFF", "#000000", "#777777", "#F5D90A", "#1B5CFF"]
)
def test_repaired_colors_are_legible(accent: str) -> None:
    color = colors.parse_hex(accent)
    for ground in (colors.WHITE, colors.BLACK, color, (0.5, 0.5, 0.5)):
        assert colors.least_contrast(colors.readable(color, ground), [ground]) >= 4.5
        assert colors.least_contrast(colors.ink_on(ground), [ground]) >= 4.5


def test_a_legible_color_is_kept() -> None:
    assert colors.readable((0.0, 0.2, 0.6), colors.WHITE) == (0.0, 0.2, 0.6)


@pytest.mark.parametrize("text", ["red", "#12", "#GG0000", ""])
def test_what_is_no_color_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="color"):
        colors.parse_hex(text)
