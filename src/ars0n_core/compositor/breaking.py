"""
Where a line may end: white space, hyphens, between ideographs, before Thai syllables.

**Owns** cutting a text into atoms that stay on one line. A subset of UAX 14 with the
rules that advertising copy meets; scripts that need a dictionary (Thai, Lao, Khmer,
Burmese) break before vowels that can only begin a syllable, else between clusters only
when nothing else fits.
"""

from __future__ import annotations

import unicodedata
from typing import Final

from attrs import frozen

from ars0n_core.compositor.fonts import clusters

NOT_FIRST: Final = frozenset(
    "!%),.:;?]}¢°’”›»‼⁉、。〃々〉》」』】〕〗〙〛〜ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ・ーヽヾ！％），．：；？］｝～｡｣､･"
)
"""
What may not begin a line (kinsoku, JIS X 4051).
"""

NOT_LAST: Final = frozenset("([{£$¥‘“‹«〈《「『【〔〖〘〚（［｛￡￥＄｢")
"""
What may not end a line.
"""

LEADING_VOWELS: Final = frozenset("เแโใไເແໂໃໄ")
"""
Thai and Lao vowels written before their consonant: a syllable begins there.
"""

HYPHENS: Final = frozenset("-‐–—/")
BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@frozen
class Atom:
    """
    Clusters that stay together. ``spaced``: white space comes before; ``word`` counts
    the words of the text, from 0.
    """

    clusters: tuple[str, ...]
    word: int
    spaced: bool

    @property
    def text(self) -> str:
        """
        The clusters joined.
        """
        return "".join(self.clusters)


def clean(text: str) -> str:
    r"""
    Return *text* composed (NFC), white space collapsed, without embedding controls.

    >>> clean("  a\n\tb ")
    'a b'
    """
    text = unicodedata.normalize("NFC", text)
    return " ".join("".join(c for c in text if c not in BIDI_CONTROLS).split())


def _ideographic(cluster: str) -> bool:
    code = ord(cluster[0])
    return (
        0x2E80 <= code <= 0x9FFF  # noqa: PLR2004 - radicals, kana, unified ideographs
        or 0xF900 <= code <= 0xFAFF  # noqa: PLR2004 - compatibility ideographs
        or 0xFF01 <= code <= 0xFF60  # noqa: PLR2004 - full-width forms
        or 0x20000 <= code <= 0x3FFFF  # noqa: PLR2004 - further ideographs
    )


def _may_break(before: str, after: str) -> bool:
    """
    Whether a line may end between two clusters with no space between them.
    """
    if after[0] in NOT_FIRST or before[-1] in NOT_LAST:
        return False
    if "\u200b" in before or "\u00ad" in before:
        return True
    if before[-1] in HYPHENS:
        return after[0].isalpha()
    if after[0] in LEADING_VOWELS:
        return True
    return _ideographic(before) or _ideographic(after)


def atoms(text: str) -> list[Atom]:
    """
    Return the atoms of a cleaned *text*.

    >>> [atom.text for atom in atoms("well-made 珈琲。")]
    ['well-', 'made', '珈', '琲。']
    """
    result: list[Atom] = []
    for index, word in enumerate(text.split()):
        piece: list[str] = []
        spaced = index > 0
        for cluster in clusters(word):
            if piece and _may_break(piece[-1], cluster):
                result.append(Atom(tuple(piece), index, spaced))
                piece, spaced = [], False
            piece.append(cluster)
        result.append(Atom(tuple(piece), index, spaced))
    return result


def shattered(pieces: list[Atom]) -> list[Atom]:
    """
    Return *pieces* cut between all clusters: the last resort for a word wider than the line.
    """
    return [
        Atom((cluster,), atom.word, atom.spaced and position == 0)
        for atom in pieces
        for position, cluster in enumerate(atom.clusters)
    ]
