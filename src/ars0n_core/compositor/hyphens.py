"""
Where a long word may be parted with a hyphen, and an address without.

**Owns** parting atoms. **Does not own** where syllables begin (`plans.syllables`), when a word is
parted (`text`) or what else ends a line (`breaking`). **Invariants**: what `plans.syllables`
says; an address is never given a hyphen, which would make it another address.

Start at `parted`.
"""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ars0n_core.plans import syllables

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.compositor.breaking import Atom

WORD_LETTERS_MIN: Final = 8
"""
Of a word that is parted at all.
"""

ADDRESS: Final = re.compile(r"(?<=[/@_=&?:])(?=.)|(?<![wW]{3})(?=\.[^.\d])")
"""
Where an address may be broken, without a hyphen.
"""


def parted(atoms: Sequence[Atom]) -> list[Atom]:
    """
    Return *atoms* cut wherever they may be with a hyphen (those are ``soft``), and addresses
    where they may be without.

    >>> from ars0n_core.compositor.breaking import atoms
    >>> [a.text for a in parted(atoms("Schifffahrtsgesellschaft"))]
    ['Schiff', 'fahrts', 'ge', 'sell', 'schaft']
    """
    result: list[Atom] = []
    for _, group in itertools.groupby(atoms, key=lambda each: each.word):
        word = list(group)
        whole = "".join(each.text for each in word)
        # Whoever wrote soft hyphens, or a name with capitals inside, meant it.
        if any(each.soft for each in word) or NAME.search(whole):
            result += word
        else:
            is_address = ADDRESSED.search(whole) is not None
            for atom in word:
                result += _parts(atom, is_address=is_address)
    return result


NAME: Final = re.compile(r"[a-zà-ÿ][A-ZÀ-Þ]")
ADDRESSED: Final = re.compile(r"[/@_]|\w\.\w")


def _parts(atom: Atom, *, is_address: bool) -> list[Atom]:
    clusters = atom.clusters
    if is_address:
        starts = {match.start() for match in ADDRESS.finditer(atom.text)}
        at = itertools.accumulate(map(len, clusters), initial=0)
        places = [i for i, start in enumerate(at) if 0 < i < len(clusters) and start in starts]
    elif len(clusters) >= WORD_LETTERS_MIN:
        places = syllables.starts([syllables.plain(cluster) for cluster in clusters])
    else:
        places = []
    edges = [0, *places, len(clusters)]
    return [
        evolve(
            atom,
            clusters=clusters[start:end],
            spaced=atom.spaced and start == 0,
            soft=not is_address and end < len(clusters),
        )
        for start, end in itertools.pairwise(edges)
    ]
