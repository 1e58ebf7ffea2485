"""
Where a line may end: white space, hyphens, between ideographs, before Thai syllables.

**Owns** cutting a text into atoms that stay on one line. A subset of UAX 14 with the
rules that advertising copy meets. Japanese breaks where a phrase begins, which is where
hiragana gives way to another script; kinds of company stay whole, and ideographs by two. Scripts that need a
dictionary (Thai, Lao, Khmer, Burmese) break where their letters tell that a syllable begins,
else between clusters only when nothing else fits.
"""

from __future__ import annotations

import re
import unicodedata
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

ADDRESS_WHOLE: Final = 24
"""
Clusters up to which an address is read, and stays, in one.
"""

HOST: Final = re.compile(r"[^\W\d]\.[^\W\d]|\w@\w")
"""
What only addresses have.
"""

UNIT_MAX: Final = 6
"""
Clusters that stay together even where a word is cut anywhere.
"""

NO_BREAK: Final = "\u00a0"
KEEPING: Final = re.compile("[\u00a0\u202f]")
"""
Spaces at which no line ends.
"""

BIDI_CONTROLS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@frozen
class Atom:
    """
    Clusters that stay together. ``spaced``: white space comes before; ``word`` counts
    the words of the text, from 0; ``soft``: a line that ends here ends with a hyphen; ``bound``:
    it stays with the one before, by a space that doesn't break.
    """

    clusters: tuple[str, ...]
    word: int
    spaced: bool
    soft: bool = False
    bound: bool = False

    @property
    def text(self) -> str:
        """
        The clusters joined.
        """
        return "".join(self.clusters)


def clean(text: str) -> str:
    r"""
    Return *text* composed (NFC), white space collapsed, without embedding controls; a space that
    doesn't break stays one.

    >>> clean("  a\n\tb "), clean("19,99 \u202f€")
    ('a b', '19,99\xa0€')
    """
    text = unicodedata.normalize("NFC", text)
    text = "".join(c for c in text if c not in BIDI_CONTROLS)
    found = re.split(r"(\s+)", text.strip())
    return "".join(
        part if not index % 2 else NO_BREAK if KEEPING.search(part) else " "
        for index, part in enumerate(found)
    )


def _ideographic(cluster: str) -> bool:
    code = ord(cluster[0])
    return (
        0x2E80 <= code <= 0x9FFF  # noqa: PLR2004 - radicals, kana, unified ideographs
        or 0xF900 <= code <= 0xFAFF  # noqa: PLR2004 - compatibility ideographs
        or 0xFF01 <= code <= 0xFF60  # noqa: PLR2004 - full-width forms
        or 0x20000 <= code <= 0x3FFFF  # noqa: PLR2004 - further ideographs
    )


def _han(char: str) -> bool:
    code = ord(char)
    return (
        0x3400 <= code <= 0x9FFF  # noqa: PLR2004 - unified ideographs
        or 0xF900 <= code <= 0xFAFF  # noqa: PLR2004 - compatibility ideographs
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


def _paired(word: str) -> frozenset[int]:
    """
    Return the places in *word* that lie inside what is most likely one of its words: those of
    Chinese, and what Japanese took from it, have two characters. An odd one goes with those before
    it; counting begins anew beside a kind of company.

    >>> sorted(_paired("三井不動産")), sorted(_paired("金龙鱼集团"))
    ([1, 3, 4], [1, 2, 4])
    """
    edges = {0, len(word)}
    for name in WHOLE:
        at = word.find(name)
        while at >= 0:
            edges |= {at, at + len(name)}
            at = word.find(name, at + 1)
    inside: set[int] = set()
    start = 0
    for place in range(1, len(word) + 1):
        if place < len(word) and place not in edges and all(map(_han, word[place - 1 : place + 1])):
            inside.add(place)
        else:
            inside -= set(range(start + 2, place - 1, 2))
            start = place
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


def _counted(before: str, after: str) -> bool:
    """
    Whether one of two clusters is a figure, and the other what it counts: 1,980円, 第3回.
    """
    return (before[-1].isdigit() and after[0] in spelling.UNITS) or (
        before in spelling.ORDINALS and after[0].isdigit()
    )


def _may_break(before: str, after: str, ahead: str, *, long: bool, phrase: int) -> bool:
    """
    Whether a line may end between two clusters of a word, which may be a *long* one; *ahead* is
    the cluster after them, if there is one.

    *phrase* counts the clusters since the last break where the text is Japanese, else 0.
    """
    if _torn(before, after) or _counted(before, after):
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
    ['well-', 'made', '珈琲。']
    >>> [atom.text for atom in atoms("今朝焙煎、今夜のカップへ。")]
    ['今朝焙煎、', '今夜の', 'カップへ。']
    >>> [atom.text for atom in atoms("首单99元，第3回")]
    ['首单', '99元，', '第3回']
    """
    result: list[Atom] = []
    japanese = any(_hiragana(char) for char in text)
    words = re.split(r"(\s)", text) if text else []
    for index, word in enumerate(words[::2]):
        piece: list[str] = []
        spaced, place = index > 0, 0
        bound = spaced and words[2 * index - 1] == NO_BREAK
        whole = clusters(word)
        kept = _whole(word) | _paired(word)
        if len(whole) <= ADDRESS_WHOLE and HOST.search(word):
            kept = frozenset(range(len(word)))
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
                result.append(Atom(tuple(piece), index, spaced, SOFT in piece[-1], bound))
                piece, spaced, bound = [], False, False
            piece.append(cluster)
            place += len(cluster)
        result.append(Atom(tuple(piece), index, spaced, bound=bound))
    return result


def shattered(pieces: Sequence[Atom]) -> list[Atom]:
    """
    Return *pieces* cut between all syllables, or letters where those can't be told: the last
    resort for a word wider than the line.

    >>> [atom.text for atom in shattered(atoms("เท่านั้น"))]
    ['เท่า', 'นั้น']
    """
    return [
        Atom(unit, atom.word, atom.spaced and position == 0, bound=atom.bound and position == 0)
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
