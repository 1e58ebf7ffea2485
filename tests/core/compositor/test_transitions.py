"""
Every look leads from the first picture to the second, smoothly and all the way.
"""

from __future__ import annotations

import numpy as np
import pytest

from ars0n_core.compositor import transitions
from ars0n_core.compositor.frames import Frame, from_rgb
from ars0n_core.timelines import Look

WIDTH, HEIGHT = 64, 36
MOVING = [look for look in Look if look is not Look.CUT]


def picture(seed: int) -> Frame:
    """
    Return a picture with soft shapes, as footage has.
    """
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    waves = [
        np.sin(x / rng.uniform(4, 14) + rng.uniform(0, 6)) * np.cos(y / rng.uniform(4, 12))
        for _ in range(3)
    ]
    return from_rgb(127 + 90 * np.stack(waves, -1))


def difference(a: Frame, b: Frame) -> float:
    return max(
        float(np.abs(p.astype(int) - q).max()) for p, q in zip(a.planes, b.planes, strict=True)
    )


def test_there_is_a_drawing_and_an_easing_for_every_look() -> None:
    assert set(transitions.TRANSITIONS) == set(transitions.EASINGS) == set(Look)


@pytest.mark.parametrize("look", Look)
def test_a_look_begins_with_the_first_picture_and_ends_with_the_second(look: Look) -> None:
    a, b, out = picture(1), picture(2), Frame.empty(WIDTH, HEIGHT)
    kept_a, kept_b = a.copy(), b.copy()
    transitions.TRANSITIONS[look](a, b, 0.0, out)
    assert difference(out, a) <= 1
    transitions.TRANSITIONS[look](a, b, 1.0, out)
    assert difference(out, b) <= 1
    assert difference(a, kept_a) == difference(b, kept_b) == 0


@pytest.mark.parametrize("look", MOVING)
@pytest.mark.parametrize("size", [(64, 36), (36, 64)])
def test_a_look_comes_ever_nearer_to_the_second_picture(look: Look, size: tuple[int, int]) -> None:
    a = Frame.filled(*size, (0.1, 0.2, 0.3))
    b = Frame.filled(*size, (0.8, 0.7, 0.6))
    out = Frame.empty(*size)
    distances = []
    for k in range(9):
        transitions.draw(look, a, b, k, 9, out)
        if look is not Look.DIP:
            distances.append(float(np.abs(out.y.astype(int) - b.y).mean()))
    assert distances == sorted(distances, reverse=True)


@pytest.mark.parametrize("look", MOVING)
def test_a_look_depends_on_nothing_but_its_arguments(look: Look) -> None:
    a, b = picture(3), picture(4)
    first, second = Frame.empty(WIDTH, HEIGHT), Frame.filled(WIDTH, HEIGHT, (1.0, 0.0, 0.0))
    transitions.TRANSITIONS[look](a, b, 0.37, first)
    transitions.TRANSITIONS[look](b, a, 0.61, second)
    transitions.TRANSITIONS[look](a, b, 0.37, second)
    assert first.tobytes() == second.tobytes()


@pytest.mark.parametrize(
    "look", [Look.DISSOLVE, Look.WIPE, Look.SLIDE, Look.PUSH, Look.ZOOM, Look.WHIP]
)
def test_a_picture_that_does_not_change_keeps_its_colors(look: Look) -> None:
    flat, out = Frame.filled(WIDTH, HEIGHT, (0.6, 0.3, 0.2)), Frame.empty(WIDTH, HEIGHT)
    transitions.TRANSITIONS[look](flat, flat, 0.5, out)
    seen = out.y if look is not Look.SLIDE else out.y[:, WIDTH // 2 :]
    assert np.abs(seen.astype(int) - int(flat.y[0, 0])).max() <= 1


def test_a_dissolve_mixes_light() -> None:
    black, white = Frame.filled(8, 8, (0, 0, 0)), Frame.filled(8, 8, (1.0, 1.0, 1.0))
    out = Frame.empty(8, 8)
    transitions.TRANSITIONS[Look.DISSOLVE](black, white, 0.5, out)
    halfway = (int(black.y[0, 0]) + int(white.y[0, 0])) / 2
    assert int(out.y[0, 0]) > halfway + 20


def test_a_dip_is_black_in_the_middle() -> None:
    out = Frame.empty(WIDTH, HEIGHT)
    transitions.TRANSITIONS[Look.DIP](picture(1), picture(2), 0.5, out)
    assert difference(out, Frame.filled(WIDTH, HEIGHT, (0, 0, 0))) <= 1


def test_a_zoom_moves_by_less_than_a_pixel_between_frames() -> None:
    """
    A vertical edge under a slow zoom keeps moving; whole-pixel scaling would stand still.
    """
    rgb = np.zeros((72, 128, 3), np.float32)
    rgb[:, 96:] = 255
    a, out = from_rgb(rgb), Frame.empty(128, 72)
    edges = []
    for k in range(8):
        transitions.TRANSITIONS[Look.ZOOM](a, a, 0.01 + 0.004 * k, out)
        edges.append(float((235 - out.y[36].astype(float)).sum() / 219))
    steps = np.diff(edges)
    assert (steps > 0.01).all()
    assert np.ptp(steps) < 0.1


def test_a_whip_smears_along_the_move_only() -> None:
    rgb = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    rgb[: HEIGHT // 2] = 255
    a, out = from_rgb(rgb), Frame.empty(WIDTH, HEIGHT)
    transitions.TRANSITIONS[Look.WHIP](a, a, 0.5, out)
    assert (np.abs(out.y.astype(int) - a.y) <= 1).all()


def test_overlap_frames_stand_between_the_two_pictures() -> None:
    steps = [transitions.progress(Look.DISSOLVE, k, 3) for k in range(3)]
    assert 0 < steps[0] < steps[1] == 0.5 < steps[2] < 1
