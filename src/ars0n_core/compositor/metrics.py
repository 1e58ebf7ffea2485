"""
How much room letters take, as the shaper says: advances, ink and kerning of runs.

Measuring shapes, which is dear; what was measured is kept. Start at `advance`.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Final

from ars0n_core.compositor import fonts
from ars0n_core.plans import spelling

if TYPE_CHECKING:
    from ars0n_core.compositor.fonts import Font

UNJOINED: Final = frozenset(
    {*(font for family in fonts.FACES.values() for font in family), *fonts.FALLBACKS[:2]}
)
"""
Fonts of scripts whose letters stand apart: the faces, Inter and Noto Sans.
"""

LOOSE: Final = ["-liga", "-clig"]
"""
Shaping of spaced letters: no ligatures, which would be spaced as one.
"""


@functools.lru_cache(maxsize=8192)
def advance(
    font: Font, size: int, weight: int, text: str, level: int = 0, tracking: float = 0.0
) -> float:
    """
    Return how far the pen moves.
    """
    face = fonts.load(font, size, weight)
    if not is_loose(font, level, tracking):
        return face.getlength(text, direction="rtl" if level % 2 else "ltr")
    return face.getlength(text, features=LOOSE) + len(spelling.clusters(text)) * tracking * size


@functools.lru_cache(maxsize=8192)
def ink(
    font: Font, size: int, weight: int, text: str, level: int = 0, tracking: float = 0.0
) -> tuple[float, float, float, float]:
    """
    Return the ink's box (left, top, right, bottom) about the pen on the baseline.

    Four times as slow as the advance, so it is asked for on final lines only.
    """
    face = fonts.load(font, size, weight)
    if font.package == fonts.CJK.package:
        # A full stop fills the left half of its square: only its ink may count in a line.
        drawn, (x, y) = face.getmask2(text, mode="L", anchor="ls")
        box = drawn.getbbox() or (0, 0, *drawn.size)
        return x + box[0], y + box[1], x + box[2], y + box[3]
    if not is_loose(font, level, tracking):
        return face.getbbox(text, direction="rtl" if level % 2 else "ltr", anchor="ls")
    left, top, right, bottom = face.getbbox(text, features=LOOSE, anchor="ls")
    return left, top, right + (len(spelling.clusters(text)) - 1) * tracking * size, bottom


@functools.lru_cache(maxsize=8192)
def step(font: Font, size: int, weight: int, before: str, letter: str) -> float:
    """
    Return how far *letter* stands from the one *before* it, kerned but not tracked.
    """
    return _length(font, size, weight, before + letter) - _length(font, size, weight, letter)


@functools.lru_cache(maxsize=8192)
def _length(font: Font, size: int, weight: int, text: str) -> float:
    return fonts.load(font, size, weight).getlength(text, features=LOOSE)


def is_loose(font: Font, level: int, tracking: float) -> bool:
    """
    Whether a run's letters are drawn one by one: tracked, and of a script that is not joined.
    """
    return tracking != 0 and level % 2 == 0 and font in UNJOINED


def is_open(font: Font) -> bool:
    """
    Whether a font's script stacks marks, so that its lines stand further apart.
    """
    return font not in UNJOINED and font.package == "manimgx_fonts" and font != fonts.EMOJI
