"""
A frame seen by a camera that leans: tilted a little, or looking up.

**Owns** how much more than the frame has to be made first (`spread`) and its projection
onto the frame (`projected`). **Invariants**: no corner of the frame is ever empty.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve
from PIL import Image

if TYPE_CHECKING:
    from ars0n_adapters.providers.offline.framing import View
    from ars0n_adapters.providers.offline.setups import Shot

Point = tuple[float, float]


def spread(view: View, shot: Shot) -> View:
    """
    Return *view* with as much more about it as *shot* leans over its edges.
    """
    corners = _corners((view.width, view.height), shot)
    across = math.ceil(max(max(-x, x - view.width) for x, _ in corners)) + 2
    down = math.ceil(max(max(-y, y - view.height) for _, y in corners)) + 2
    across, down = max(0, across), max(0, down)
    return evolve(
        view,
        left=view.left - across / view.scale,
        top=view.top - down / view.scale,
        width=view.width + 2 * across,
        height=view.height + 2 * down,
    )


def projected(picture: Image.Image, size: tuple[int, int], shot: Shot) -> Image.Image:
    """
    Return the frame of *size* in the middle of *picture* as the leaning camera sees it.
    """
    across, down = (picture.width - size[0]) / 2, (picture.height - size[1]) / 2
    seen = [(x + across, y + down) for x, y in _corners(size, shot)]
    frame: list[Point] = [(0, 0), (size[0], 0), (size[0], size[1]), (0, size[1])]
    return picture.transform(
        size, Image.Transform.PERSPECTIVE, _mapping(frame, seen), Image.Resampling.BICUBIC
    )


def _corners(size: tuple[int, int], shot: Shot) -> list[Point]:
    """
    Return what the frame's corners show, in its own pixels: from top left, clockwise.
    """
    width, height = size
    turn = math.radians(shot.tilt)
    result: list[Point] = []
    for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)):
        # Looking up: what is above is farther off, what is below is nearer.
        wide = x * width * (1 - y * shot.rise)
        high = y * height
        result.append(
            (
                width / 2 + wide * math.cos(turn) - high * math.sin(turn),
                height / 2 + wide * math.sin(turn) + high * math.cos(turn),
            )
        )
    return result


def _mapping(frame: list[Point], seen: list[Point]) -> tuple[float, ...]:
    """
    Return the eight coefficients that take the corners of *frame* to those in *seen*.
    """
    rows: list[list[float]] = []
    targets: list[float] = []
    for (x, y), (u, v) in zip(frame, seen, strict=True):
        rows.append([x, y, 1, 0, 0, 0, -u * x, -u * y])
        rows.append([0, 0, 0, x, y, 1, -v * x, -v * y])
        targets += [u, v]
    return tuple(float(part) for part in np.linalg.solve(np.array(rows), np.array(targets)))
