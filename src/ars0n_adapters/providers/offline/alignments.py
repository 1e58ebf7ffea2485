"""
Which sounds belong to which written word, and so when each word is spoken.

The reader says "$5 million" as three words in another order and "24/7" as three for one,
so counting is not enough: the sounds of the sentence are aligned with the sounds of each
word read alone (edit distance), and every written word gets one span.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

_PUNCTUATION: Final = frozenset(';:,.!?—…"()“” ')
_STRESS: Final = frozenset("ˈˌ")


def sound_spans(phonemes: str) -> list[tuple[int, int]]:
    """
    Return where each spoken word's sounds begin and end in *phonemes*, without punctuation.

    >>> sound_spans("nˈW, “ɡO.”")
    [(0, 3), (6, 8)]
    """
    spans: list[tuple[int, int]] = []
    place = 0
    for group in phonemes.split(" "):
        sounding = [place + i for i, sound in enumerate(group) if sound not in _PUNCTUATION]
        if sounding:
            spans.append((sounding[0], sounding[-1] + 1))
        place += len(group) + 1
    return spans


def owners(phonemes: str, readings: Sequence[str]) -> list[int]:
    """
    Return for each spoken word of *phonemes* the index of the reading it belongs to.

    *readings* are the sounds of each written word read alone; the answer never falls.

    >>> owners("tˈu ðə mˈun", ["tˈu", "ðə", "mˈun"])
    [0, 1, 2]
    >>> owners("ˈOpᵊn twˈɛnti fˈɔɹ sˈɛvən dˈAli", ["ˈOpᵊn", "twˈɛnti fˈɔɹ slˈæʃ sˈɛvən", "dˈAli"])
    [0, 1, 1, 1, 2]
    """
    spans = sound_spans(phonemes)
    spoken = [_bare(phonemes[start:end]) for start, end in spans]
    alone = [[_bare(reading[a:b]) for a, b in sound_spans(reading)] for reading in readings]
    if [word for words in alone for word in words] == spoken:
        return [index for index, words in enumerate(alone) for _ in words]
    heard = [(sound, word) for word, sounds in enumerate(spoken) for sound in sounds]
    wanted = [(s, index) for index, words in enumerate(alone) for sounds in words for s in sounds]
    if not heard or not wanted:
        return [0] * len(spoken)
    votes = np.zeros((len(spoken), len(readings)), dtype=np.int64)
    for place, match in enumerate(_matches([s for s, _ in heard], [s for s, _ in wanted])):
        votes[heard[place][1], wanted[match][1]] += 1
    return [int(owner) for owner in np.maximum.accumulate(votes.argmax(axis=1))]


def _bare(sounds: str) -> str:
    return "".join(s for s in sounds if s not in _STRESS and s not in _PUNCTUATION)


def _matches(heard: Sequence[str], wanted: Sequence[str]) -> list[int]:
    """
    Return for each heard sound the place in *wanted* it aligns with (edit distance).
    """
    codes = {sound: code for code, sound in enumerate(dict.fromkeys([*heard, *wanted]))}
    columns = np.array([codes[sound] for sound in wanted])
    steps = np.arange(len(wanted) + 1)
    table = np.empty((len(heard) + 1, len(wanted) + 1), dtype=np.int64)
    table[0] = steps
    for row, sound in enumerate(heard, start=1):
        best = table[row - 1] + 1
        best[1:] = np.minimum(best[1:], table[row - 1, :-1] + (columns != codes[sound]))
        table[row] = np.minimum.accumulate(best - steps) + steps
    found = [0] * len(heard)
    row, column = len(heard), len(wanted)
    while row:
        found[row - 1] = max(0, column - 1)
        differs = column and heard[row - 1] != wanted[column - 1]
        if column and table[row, column] == table[row - 1, column - 1] + differs:
            row, column = row - 1, column - 1
        elif table[row, column] == table[row - 1, column] + 1:
            row -= 1
        else:
            column -= 1
    return found


def word_spans(
    count: int, belongs: Sequence[int], times: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """
    Return one (start, end) for each of *count* written words.

    A written word without a spoken one of its own shares the time of its neighbour.

    >>> word_spans(2, [0, 0, 1], [(0.0, 0.2), (0.3, 0.5), (0.6, 0.9)])
    [(0.0, 0.5), (0.6, 0.9)]
    >>> word_spans(2, [1], [(0.0, 0.4)])
    [(0.0, 0.2), (0.2, 0.4)]
    """
    if not times:
        return [(0.0, 0.0)] * count
    # Groups of written words that share a run of spoken ones: each index without a spoken
    # word joins the one before it, leading ones the first that has any.
    owned = sorted(set(belongs))
    starts = [0, *owned[1:], count]
    spans: list[tuple[float, float]] = []
    for owner, (first, after) in zip(owned, pairwise(starts), strict=True):
        mine = [time for index, time in zip(belongs, times, strict=True) if index == owner]
        begin, length = mine[0][0], mine[-1][1] - mine[0][0]
        size = after - first
        spans += [
            (begin + length * part / size, begin + length * (part + 1) / size)
            for part in range(size)
        ]
    return spans
