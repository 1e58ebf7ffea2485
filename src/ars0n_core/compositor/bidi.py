"""
The order of letters on a line: the Unicode bidirectional algorithm (UAX 9), for text
without explicit embedding controls, which `text` strips.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

RIGHT: Final = frozenset({"R", "AL"})
NEUTRAL: Final = frozenset({"B", "S", "WS", "ON", "BN", "LRI", "RLI", "FSI", "PDI"})
PAIRS: Final = dict(
    zip("([{〈《「『【〔〖〘〚（［｛｢", ")]}〉》」』】〕〗〙〛）］｝｣", strict=True)
)
PAIRS_OPEN_MAX: Final = 63
"""
Brackets, and how many may be open at a time (BD16).
"""


def base_level(text: str) -> int:
    r"""
    Return 1 if the first letter with a direction is written from right to left, else 0.

    >>> base_level("123 \u05d0b"), base_level("b \u05d0")
    (1, 0)
    """
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind == "L":
            return 0
        if kind in RIGHT:
            return 1
    return 0


def levels(text: str, base: int) -> list[int]:
    r"""
    Return the embedding level of every character: even runs left to right, odd right to left.

    >>> levels("a \u05d0 1", 0)
    [0, 0, 1, 1, 2]
    """
    kinds = [unicodedata.bidirectional(char) or "L" for char in text]
    side = "R" if base else "L"
    _weaken(kinds, side)
    _pair(kinds, text, side)
    _neutralise(kinds, side)
    return [
        base
        + (
            (0 if kind == side else 1)
            if kind in {"L", "R"}
            else (1 if base else 2)  # numbers: read left to right, inside right to left
        )
        for kind in kinds
    ]


def _weaken(kinds: list[str], side: str) -> None:
    """
    Settle marks, numbers and what stands with them (rules W1 to W7), in place.
    """
    before = side
    for i, kind in enumerate(kinds):
        kinds[i] = before = before if kind == "NSM" else kind
    strong = side
    for i, kind in enumerate(kinds):
        strong = kind if kind in {"L", "R", "AL"} else strong
        kinds[i] = "AN" if kind == "EN" and strong == "AL" else kind
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    _join_numbers(kinds)
    strong = side
    for i, kind in enumerate(kinds):
        strong = kind if kind in {"L", "R"} else strong
        if kind in {"ES", "ET", "CS"}:
            kinds[i] = "ON"
        elif kind == "EN" and strong == "L":
            kinds[i] = "L"


def _join_numbers(kinds: list[str]) -> None:
    """
    Make separators inside numbers, and signs beside them, part of the number (W4, W5).
    """
    for i in range(1, len(kinds) - 1):
        around = kinds[i - 1], kinds[i + 1]
        if around == ("EN", "EN") and kinds[i] in {"ES", "CS"}:
            kinds[i] = "EN"
        elif around == ("AN", "AN") and kinds[i] == "CS":
            kinds[i] = "AN"
    for i in range(1, len(kinds)):
        if kinds[i] == "ET" and kinds[i - 1] == "EN":
            kinds[i] = "EN"
    for i in range(len(kinds) - 2, -1, -1):
        if kinds[i] == "ET" and kinds[i + 1] == "EN":
            kinds[i] = "EN"


def _pair(kinds: list[str], text: str, side: str) -> None:
    """
    Give both brackets of a pair the direction of what they hold, where they hold anything with
    one (N0), in place.
    """
    for opening, closing in _pairs(kinds, text):
        held = {_strong(kind) for kind in kinds[opening + 1 : closing]} - {None}
        if not held:
            continue
        before = next((s for k in reversed(kinds[:opening]) if (s := _strong(k))), side)
        given = side if side in held or before == side else before
        kinds[opening] = kinds[closing] = given


def _pairs(kinds: Sequence[str], text: str) -> list[tuple[int, int]]:
    """
    Return the places of brackets that belong together, in the order they are opened.
    """
    found: list[tuple[int, int]] = []
    waiting: list[int] = []
    for place, char in enumerate(text):
        if kinds[place] != "ON":
            continue
        if char in PAIRS:
            if len(waiting) == PAIRS_OPEN_MAX:
                break
            waiting.append(place)
        opened = [i for i, at in enumerate(waiting) if PAIRS[text[at]] == char]
        if opened:
            found.append((waiting[opened[-1]], place))
            del waiting[opened[-1] :]
    return sorted(found)


def _strong(kind: str) -> str | None:
    """
    Return the direction that *kind* has beside brackets: numbers go with right to left.
    """
    return "L" if kind == "L" else "R" if kind in {"R", "EN", "AN"} else None


def _neutralise(kinds: list[str], side: str) -> None:
    """
    Give neutrals the direction of both neighbours, or else the line's (N1, N2), in place.
    """
    i = 0
    while i < len(kinds):
        if kinds[i] not in NEUTRAL:
            i += 1
            continue
        end = i
        while end < len(kinds) and kinds[end] in NEUTRAL:
            end += 1
        left = side if i == 0 else ("L" if kinds[i - 1] == "L" else "R")
        right = side if end == len(kinds) else ("L" if kinds[end] == "L" else "R")
        kinds[i:end] = [left if left == right else side] * (end - i)
        i = end


def visual_order(run_levels: Sequence[int]) -> list[int]:
    """
    Return the indices of runs from left to right (rule L2).

    >>> visual_order([0, 1, 1, 0])
    [0, 2, 1, 3]
    """
    order = list(range(len(run_levels)))
    if not order:
        return order
    lowest_odd = min((level for level in run_levels if level % 2), default=None)
    if lowest_odd is None:
        return order
    for level in range(max(run_levels), lowest_odd - 1, -1):
        i = 0
        while i < len(order):
            if run_levels[order[i]] < level:
                i += 1
                continue
            end = i
            while end < len(order) and run_levels[order[end]] >= level:
                end += 1
            order[i:end] = reversed(order[i:end])
            i = end
    return order
