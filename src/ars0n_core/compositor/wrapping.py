"""
Lines of a text: as few as there must be, of lengths as equal as can be.

**Owns** which atoms share a line. **Does not own** what an atom is (`breaking`) and how wide it is
set (`text`). Start at `balanced`.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise
from math import inf
from typing import TYPE_CHECKING, Final

from ars0n_core.compositor import breaking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.compositor.breaking import Atom

TRAILING: Final = breaking.NOT_FIRST | frozenset("\u2013\u2014-|/·•→›…;")
"""
What stands by itself and yet belongs to the line before: French puts a space before its marks, and
dashes, bars and arrows lead on.
"""

UNITS: Final = frozenset(
    [
        "%",
        "‰",
        "°",
        "°C",
        "°F",
        "mg",
        "g",
        "kg",
        "t",
        "ml",
        "cl",
        "l",
        "mm",
        "cm",
        "m",
        "km",
        "kW",
        "kWh",
        "kr",
        "zł",
        "Kč",
        "Ft",
        "lei",
        "лв.",
        "руб.",
        "грн",
        "h",
        "min",
    ]
)
"""
What a number is not parted from, beside the signs of currencies.
"""


def clings(before: Atom, atom: Atom) -> bool:
    """
    Whether no line ends between two atoms: *19,99* and *€*, *café* and *!*.
    """
    if not atom.spaced:
        return False
    if atom.bound or TRAILING.issuperset(atom.clusters):
        return True
    if not before.clusters[-1].isdecimal():
        return False
    unit = atom.text.rstrip(".,;:!?)")
    is_currency = len(unit) == 1 and unicodedata.category(unit) == "Sc"
    return is_currency or unit in UNITS or atom.text in UNITS


def _held(
    clinging: Sequence[bool], widths: Sequence[float], space: float, limit: float
) -> Sequence[bool]:
    """
    Return which atoms begin no line: what clings to others that all fit one.
    """
    if not any(clinging):
        return clinging
    held, first = list(clinging), 0
    for index in range(1, len(held) + 1):
        if index < len(held) and held[index]:
            continue
        if sum(widths[first:index]) + space * (index - first - 1) > limit:
            held[first:index] = [False] * (index - first)
        first = index
    return held


def _clinging(atoms: Sequence[Atom]) -> list[bool]:
    return [False, *(clings(before, atom) for before, atom in pairwise(atoms)), False]


def greedy(
    atoms: Sequence[Atom],
    widths: Sequence[float],
    space: float,
    limit: float,
    hyphen: float,
    clinging: Sequence[bool],
) -> list[list[int]] | None:
    """
    Return greedy lines as atom indices, or None if an atom is wider than *limit*; *hyphen* is the
    width of what a soft atom ends its line with.
    """
    lines: list[list[int]] = []
    used = 0.0
    held = _held(clinging, widths, space, limit)
    for index, (atom, width) in enumerate(zip(atoms, widths, strict=True)):
        ending = hyphen if atom.soft else 0.0
        if width + ending > limit:
            return None
        gap, after = space if atom.spaced else 0.0, index + 1
        while held[after]:  # what clings to it needs its room on the line too
            ending += space + widths[after]
            after += 1
        if lines and (held[index] or used + gap + width + ending <= limit):
            lines[-1].append(index)
            used += gap + width
        else:
            lines.append([index])
            used = width
    return lines


def balanced(
    atoms: Sequence[Atom],
    widths: Sequence[float],
    space: float,
    limit: float,
    lines_min: int = 1,
    hyphen: float = 0.0,
) -> list[list[int]] | None:
    """
    Return as few lines as greedy wrapping does, or *lines_min*, of lengths as equal as can be.
    """
    if not atoms:
        return []
    clinging = _clinging(atoms)
    best = greedy(atoms, widths, space, limit, hyphen, clinging)
    if best is None:
        return best
    count = max(len(best), min(lines_min, len(atoms)))
    if count == 1:
        return best
    low, high = max(widths), limit
    for _ in range(10):
        middle = (low + high) / 2
        lines = greedy(atoms, widths, space, middle, hyphen, clinging)
        if lines is not None and len(lines) <= count:
            best, high = lines, middle
        else:
            low = middle
    return _even(atoms, widths, space, high + 1e-6, count, hyphen, clinging) or best


HYPHENED: Final = 0.3
"""
What a hyphen at a line's end counts like: so much of the line left empty.
"""


def _even(
    atoms: Sequence[Atom],
    widths: Sequence[float],
    space: float,
    limit: float,
    count: int,
    hyphen: float,
    clinging: Sequence[bool],
) -> list[list[int]] | None:
    """
    Return *count* lines no wider than *limit*, with the least squares of what they leave empty:
    greedy lines leave it all to the last one, a word by itself. None where there are none.
    """
    total, held = len(atoms), _held(clinging, widths, space, limit)
    # The cost of the best lines up to an atom, and where the last of them begins.
    before: list[tuple[float, int]] = [(0.0, 0)] + [(inf, 0)] * total
    steps: list[list[tuple[float, int]]] = []
    for _ in range(count):
        after = [(inf, 0)] * (total + 1)
        for start in range(total):
            if before[start][0] == inf or held[start]:
                continue
            used = 0.0
            for end in range(start + 1, total + 1):
                atom = atoms[end - 1]
                used += widths[end - 1] + (space if atom.spaced and end - 1 > start else 0.0)
                if used > limit:
                    break
                soft = atom.soft and end < total
                if soft and used + hyphen > limit:
                    continue
                empty = limit - used + (HYPHENED * limit if soft else 0.0)
                cost = before[start][0] + empty * empty
                if cost < after[end][0]:
                    after[end] = (cost, start)
        steps.append(after)
        before = after
    if before[total][0] == inf:
        return None
    rows, end = [], total
    for after in reversed(steps):
        start = after[end][1]
        rows.append(list(range(start, end)))
        end = start
    return rows[::-1]
