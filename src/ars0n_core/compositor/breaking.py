"""
Where a line may end: white space, hyphens, between ideographs, before Thai syllables.

**Owns** cutting a text into atoms that stay on one line. A subset of UAX 14 with the
rules that advertising copy meets. Japanese breaks where a phrase begins, which is where
hiragana gives way to another script; kinds of company stay whole. Scripts that need a
dictionary (Thai, Lao, Khmer, Burmese) break where their letters tell that a syllable begins,
else between clusters only when nothing else fits.
"""

from __future__ import annotations

import unicodedata
from math import inf
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.plans import spelling
from ars0n_core.plans.spelling import clusters

if TYPE_CHECKING:
    from collections.abc import Sequence

NOT_FIRST: Final = frozenset(
    "!%),.:;?]}¢°’”›»‼⁉、。〃々〉》」』】〕〗〙〛〜ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ・ーヽヾ！％），．：；？］｝～｡｣､･"
)
"""
What may not begin a line (kinsoku, JIS X 4051).
"""

STOPS: Final = frozenset("、。！？，．…")
CLOSERS: Final = frozenset("」』】〕》）")
"""
What closes a phrase; a bracket still draws its particle to it (「東京」へ).
"""

NOT_LAST: Final = frozenset("([{£$¥‘“‹«〈《「『【〔〖〘〚（［｛￡￥＄｢")
"""
What may not end a line.
"""

PHRASE: Final = 16
"""
Clusters up to which text without spaces stays on one line: most names and calls to action
in Thai are shorter, and look wrong when broken by rule instead of by a reader.
"""

BUNSETSU: Final = 9
"""
Clusters from which a Japanese phrase may end anywhere: few are longer.
"""

WHOLE: Final = (
    "株式会社", "有限会社", "合同会社", "股份有限公司", "有限公司", "有限责任公司", "有限責任公司",
    "公司", "集团", "集團", "주식회사",
)  # fmt: skip
"""
Kinds of company, part of a name: broken, they read as something else.
"""

HYPHENS: Final = frozenset("-‐–—/")
SOFT: Final = "\u00ad"
"""
The soft hyphen: whoever writes it knows where their word may be parted.
"""

UNIT_MAX: Final = 6
"""
Clusters that stay together even where a word is cut anywhere.
"""

BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@frozen
class Atom:
    """
    Clusters that stay together. ``spaced``: white space comes before; ``word`` counts
    the words of the text, from 0; ``soft``: a line that ends here ends with a hyphen.
    """

    clusters: tuple[str, ...]
    word: int
    spaced: bool
    soft: bool = False

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


def _katakana(char: str) -> bool:
    return 0x30A0 <= ord(char) <= 0x30FF  # noqa: PLR2004 - loan words stay whole


def _hiragana(char: str) -> bool:
    return 0x3041 <= ord(char) <= 0x309F  # noqa: PLR2004 - endings and particles


def _whole(word: str) -> frozenset[int]:
    """
    Return the places in *word* (counted in characters) that lie inside a kind of company.
    """
    inside: set[int] = set()
    for name in WHOLE:
        at = word.find(name)
        while at >= 0:
            inside.update(range(at + 1, at + len(name)))
            at = word.find(name, at + 1)
    return frozenset(inside)


def unspaced(cluster: str) -> bool:
    """
    Whether *cluster* is of a script that puts no space between words.

    >>> unspaced("茶"), unspaced("ก"), unspaced("a")
    (True, True, False)
    """
    code = ord(cluster[0])
    return (
        _ideographic(cluster)
        or 0x0E00 <= code <= 0x0EFF  # noqa: PLR2004 - Thai, Lao
        or 0x1000 <= code <= 0x109F  # noqa: PLR2004 - Burmese
        or 0x1780 <= code <= 0x17FF  # noqa: PLR2004 - Khmer
    )


def _syllabic(cluster: str) -> bool:
    """
    Whether *cluster* is Burmese or Khmer, which tell by their letters where a syllable ends.
    """
    code = ord(cluster[0])
    return 0x1000 <= code <= 0x109F or 0x1780 <= code <= 0x17FF  # noqa: PLR2004 - their blocks


def _torn(before: str, after: str) -> bool:
    """
    Whether a line that ends between two clusters would begin or end with what none may.
    """
    return after[0] in NOT_FIRST or before[-1] in NOT_LAST


def _may_break(before: str, after: str, ahead: str, *, long: bool, phrase: int) -> bool:
    """
    Whether a line may end between two clusters of a word, which may be a *long* one; *ahead* is
    the cluster after them, if there is one.

    *phrase* counts the clusters since the last break where the text is Japanese, else 0.
    """
    if _torn(before, after):
        return False
    if "\u200b" in before or SOFT in before:
        return True
    if before[-1] in HYPHENS:
        return after[0].isalpha()
    if _katakana(before[-1]) and _katakana(after[0]):
        return False
    if after[0] in spelling.LEADING or _syllabic(before) or _syllabic(after):
        return long
    if phrase and before[-1] in spelling.HONORIFICS and spelling.is_kanji(after):
        return False
    if phrase and after[-1] in spelling.HONORIFICS and spelling.is_kanji(ahead):
        return True
    if 0 < phrase < BUNSETSU and (_ideographic(before) or _hiragana(before[-1])):
        # 焼きたて|コーヒー, 熱い|夜: a phrase ends with its kana (or を, a particle)
        ends = _hiragana(before[-1]) and not _hiragana(after[0])
        closed = before in CLOSERS and not _hiragana(after[0])
        return ends or closed or before in STOPS or before == "を"
    return _ideographic(before) or _ideographic(after)


def atoms(text: str) -> list[Atom]:
    """
    Return the atoms of a cleaned *text*.

    >>> [atom.text for atom in atoms("well-made 珈琲。")]
    ['well-', 'made', '珈', '琲。']
    >>> [atom.text for atom in atoms("今朝焙煎、今夜のカップへ。")]
    ['今朝焙煎、', '今夜の', 'カップへ。']
    """
    result: list[Atom] = []
    japanese = any(_hiragana(char) for char in text)
    for index, word in enumerate(text.split()):
        piece: list[str] = []
        spaced, place = index > 0, 0
        whole = clusters(word)
        kept = _whole(word)
        held = spelling.bound(whole)
        for at, cluster in enumerate(whole):
            phrase = len(piece) if japanese else 0
            ahead, long = "".join(whole[at + 1 : at + 2]), len(whole) > PHRASE
            if (
                piece
                and place not in kept
                and not held[at]
                and _may_break(piece[-1], cluster, ahead, long=long, phrase=phrase)
            ):
                result.append(Atom(tuple(piece), index, spaced, soft=SOFT in piece[-1]))
                piece, spaced = [], False
            piece.append(cluster)
            place += len(cluster)
        result.append(Atom(tuple(piece), index, spaced))
    return result


def shattered(pieces: Sequence[Atom]) -> list[Atom]:
    """
    Return *pieces* cut between all syllables, or letters where those can't be told: the last
    resort for a word wider than the line.

    >>> [atom.text for atom in shattered(atoms("เท่านั้น"))]
    ['เท่า', 'นั้น']
    """
    return [
        Atom(unit, atom.word, atom.spaced and position == 0)
        for atom in pieces
        for position, unit in enumerate(_units(atom.clusters))
    ]


def _units(whole: Sequence[str]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    for cluster, is_held in zip(whole, spelling.bound(whole), strict=True):
        holds = found and (is_held or _torn(found[-1][-1], cluster))
        if holds and len(found[-1]) < UNIT_MAX:
            found[-1] = (*found[-1], cluster)
        else:
            found.append((cluster,))
    return found


def greedy(
    atoms: Sequence[Atom],
    widths: Sequence[float],
    space: float,
    limit: float,
    hyphen: float = 0.0,
) -> list[list[int]] | None:
    """
    Return greedy lines as atom indices, or None if an atom is wider than *limit*; *hyphen* is the
    width of what a soft atom ends its line with.
    """
    lines: list[list[int]] = []
    used = 0.0
    for index, (atom, width) in enumerate(zip(atoms, widths, strict=True)):
        ending = hyphen if atom.soft else 0.0
        if width + ending > limit:
            return None
        gap = space if atom.spaced else 0.0
        if lines and used + gap + width + ending <= limit:
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
    best = greedy(atoms, widths, space, limit, hyphen)
    if best is None:
        return best
    count = max(len(best), min(lines_min, len(atoms)))
    if count == 1:
        return best
    low, high = max(widths), limit
    for _ in range(10):
        middle = (low + high) / 2
        lines = greedy(atoms, widths, space, middle, hyphen)
        if lines is not None and len(lines) <= count:
            best, high = lines, middle
        else:
            low = middle
    return _even(atoms, widths, space, high + 1e-6, count, hyphen) or best


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
) -> list[list[int]] | None:
    """
    Return *count* lines no wider than *limit*, with the least squares of what they leave empty:
    greedy lines leave it all to the last one, a word by itself. None where there are none.
    """
    total = len(atoms)
    # The cost of the best lines up to an atom, and where the last of them begins.
    before: list[tuple[float, int]] = [(0.0, 0)] + [(inf, 0)] * total
    steps: list[list[tuple[float, int]]] = []
    for _ in range(count):
        after = [(inf, 0)] * (total + 1)
        for start in range(total):
            if before[start][0] == inf:
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
