"""
A picture resampled by matrix products is the picture Pillow makes, to a code value.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ars0n_adapters.providers.offline.resampling import Resampler, taps

FILTERS = {"cubic": Image.Resampling.BICUBIC, "triangle": Image.Resampling.BILINEAR}
SIDES = st.integers(min_value=12, max_value=70)


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(width).integers(70, 186, (height, width), dtype=np.uint8)


def seen(
    plane: np.ndarray, box: tuple[float, ...], size: tuple[int, int], kernel: str
) -> np.ndarray:
    left, top, right, bottom = box
    width, height = size
    step_x, step_y = (right - left) / width, (bottom - top) / height
    found = np.zeros((height, width), np.uint8)
    Resampler(plane).see(
        taps(left + (np.arange(width) + 0.5) * step_x, step_x, plane.shape[1], kernel),
        taps(top + (np.arange(height) + 0.5) * step_y, step_y, plane.shape[0], kernel),
        found,
    )
    return found


@given(
    source=st.tuples(SIDES, SIDES), size=st.tuples(SIDES, SIDES), kernel=st.sampled_from([*FILTERS])
)
def test_any_size_from_any_size_is_what_pillow_makes(
    source: tuple[int, int], size: tuple[int, int], kernel: str
) -> None:
    plane = noise(*source)
    box = (0.3, 0.1, source[0] - 0.4, source[1] - 0.2)

    ours = seen(plane, box, size, kernel).astype(int)

    theirs = np.asarray(Image.fromarray(plane).resize(size, FILTERS[kernel], box=box)).astype(int)
    # Pillow cuts its filters off at the box, ours look on to the edge of the plane.
    margins = [3 * -(-max(wide, seen_) // wide) for wide, seen_ in zip(source, size, strict=True)]
    inner = tuple(slice(margin, -margin) for margin in reversed(margins))
    assert np.abs(ours - theirs)[inner].max(initial=0) <= 1


@pytest.mark.parametrize("kernel", FILTERS)
def test_samples_seen_where_they_are_do_not_change(kernel: str) -> None:
    plane = noise(50, 30)

    assert (seen(plane, (0, 0, 50, 30), (50, 30), kernel) == plane).all()


@pytest.mark.parametrize("kernel", FILTERS)
def test_a_flat_picture_stays_flat_to_its_edges(kernel: str) -> None:
    flat = np.full((30, 50), 201, np.uint8)

    assert (seen(flat, (-2, -1, 51, 33), (37, 23), kernel) == 201).all()


def test_what_was_seen_before_leaves_no_trace() -> None:
    plane = noise(60, 40)
    again = Resampler(plane)
    found = np.zeros((16, 16), np.uint8)
    for size in (16, 33, 16):
        places = np.arange(size) + 3.25
        into = np.zeros((size, size), np.uint8)
        again.see(taps(places, 1, 60, "cubic"), taps(places, 1, 40, "cubic"), into)
        found = into

    assert (found == seen(plane, (2.75, 2.75, 18.75, 18.75), (16, 16), "cubic")).all()
