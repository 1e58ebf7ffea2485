"""
How what is said is written in the lines of a caption.

**Owns** a line's limits, how wide a text is, how words stand beside one another, and where a
word longer than a line is parted. **Does not own** which words share a caption, and when it is
shown (`conform.captions`). **Invariants**: no letter is lost or torn from its marks; a part of a
word that another follows ends in a mark of its own, which `joined` and `plain` take away again.

The limits are those of broadcast subtitling.
"""

from __future__ import annotations

import itertools
import math
import re
import unicodedata
from typing import TYPE_CHECKING, Final

from ars0n_core.plans import spelling, syllables

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

LINE_COLUMNS: Final = 42
LINES_MAX: Final = 2
COLUMNS_PER_SECOND_MAX: Final = 20

SOFT: Final = "\u00ad"
OPEN: Final = "\u200b"
"""
What a part of a word ends in that another follows: a soft hyphen where a line that ends there
shows one, else (Thai, addresses) a space of no width.
"""

MARKS: Final = (SOFT, OPEN)

PART_COLUMNS: Final = 21
PART_COLUMNS_MIN: Final = 8
"""
How wide a part of a long word is: two on a line.
"""

SENTENCE_ENDS: Final = ".!?…。！？؟।"
CLOSERS: Final = "\"'”’»)」』\u00a0"
"""
What ends a sentence, and what may stand behind that.
"""

CLINGING: Final = frozenset("ーっッゃゅょャュョぁぃぅぇぉァィゥェォ々ๆฯ")
"""
Letters that only follow others.
"""

INSIDE: Final = frozenset(".,:;/@_-–'’%&+#٫٬")
"""
What a number or a foreign word holds inside: 1,980 or ab.example.
"""

ATTRIBUTIVE: Final = frozenset("的吗呢吧们嗎們")
"""
What a Chinese phrase ends in, nearly always.
"""

ABBREVIATION: Final = re.compile(r"(?:[^\W\d_]\.)*[^\W\d_]|\d{1,4}")
ABBREVIATIONS: Final = frozenset(
    ["approx", "av", "avda", "bd", "bzgl", "bzw", "ca", "dott", "dr", "dra", "etc", "evtl", "fr", "ggf", "hr", "inkl", "jr", "min", "mio", "mme", "mr", "mrd", "mrs", "ms", "mt", "nr", "núm", "prof", "sr", "sra", "st", "str", "tel", "usw", "vgl", "vol", "vs", "zzgl"]
)  # fmt: skip
"""
What is written with a full stop though its sentence may go on: single letters (z. B., a.m.),
ordinals (am 3. Mai), titles and the like.
"""

ADDRESS: Final = re.compile(r"[/@_]|\w\.\w")
"""
What is never given a hyphen, which would make it another address.
"""


BROADER: Final = re.compile(r"[\u1000-\u109f]")
BROAD: Final = re.compile(r"[\u0b80-\u0bff\u0c00-\u0c7f\u0d00-\u0dff\u10a0-\u10ff]")
"""
Scripts whose letters are half as wide again as a column, measured in the typeface of captions
(Burmese), or a third (Tamil, Telugu, Malayalam, Sinhala, Georgian): as many as fill a line of other
letters would have to be set smaller.
"""


def breadth(text: str) -> int:
    """
    Return how many columns of a line in the picture *text* fills, by how broad its script is; what
    is read in a second, and stands in a file, goes by `columns`.

    >>> breadth("Hi!"), columns("ကော်ဖီ"), breadth("ကော်ဖီ")
    (3, 4, 6)
    """
    if text.isascii():
        return columns(text)
    half, third = (columns("".join(each.findall(text))) for each in (BROADER, BROAD))
    return columns(text) + math.ceil(half / 2 + third / 3)


def columns(text: str) -> int:
    """
    Return how many columns *text* takes: two for a full-width character, none for a mark.

    >>> columns("Hi!"), columns("音"), columns("é"), columns("ที่")
    (3, 2, 1, 1)
    """
    return sum(map(_columns, text))


def _columns(character: str) -> int:
    if unicodedata.category(character) in ("Mn", "Me", "Cf") and character != SOFT:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def joined(texts: Iterable[str]) -> str:
    """
    Return *texts* as one line: spaces between words, none between the characters of Chinese and
    Japanese and the parts of a word.

    >>> joined(["Hear", "it."]), joined(["音を", "聴く"]), joined(["소리를", "들어요"])
    ('Hear it.', '音を聴く', '소리를 들어요')
    """
    line = ""
    for text in texts:
        if line.endswith(MARKS):
            line = line[:-1] + text
        elif not line or close_up(line[-1], text[:1]):
            line += text
        else:
            line += f" {text}"
    return line


def close_up(before: str, after: str) -> bool:
    """
    Whether two words, one ending in the character *before*, the other beginning with *after*, stand
    together without a space: those of Chinese and Japanese do. Korean sets words apart, and Thai
    and Burmese, whose words come as one, mean their spaces.

    >>> close_up("音", "聴"), close_up("리", "들"), close_up("น", "ส")
    (True, False, False)
    """
    return _is_unspaced(before) and _is_unspaced(after)


def _is_unspaced(character: str) -> bool:
    if not _is_wide(character) or unicodedata.category(character) == "So":
        return False
    return not unicodedata.name(character, "").startswith("HANGUL")


def plain(line: str) -> str:
    """
    Return *line* as it is read: with a hyphen where it ends within a word that takes one.

    >>> plain(joined(parts("Donaudampfschifffahrtselektrizitätenhauptbetriebswerk")[:2]))
    'Donaudampfschifffahrtselektrizitäten-'
    """
    return f"{line[:-1]}-" if line.endswith(SOFT) else line.removesuffix(OPEN)


def ends_sentence(word: str) -> bool:
    """
    Whether a sentence ends with *word*.

    >>> ends_sentence("done.”"), ends_sentence("done,")
    (True, False)
    """
    return word.rstrip(CLOSERS).endswith(tuple(SENTENCE_ENDS))


def is_abbreviated(word: str) -> bool:
    """
    Whether the full stop of *word* may be an abbreviation's or an ordinal's alone.

    >>> [is_abbreviated(word) for word in ("Dr.", "B.", "3.", "a.m.", "cup.", "ab.example.")]
    [True, True, True, True, False, False]
    """
    bare = word.rstrip(CLOSERS)
    inner = bare.removesuffix(".").lstrip("(\"'«„“‘[")
    return bare.endswith(".") and (
        ABBREVIATION.fullmatch(inner) is not None or inner.lower() in ABBREVIATIONS
    )


def parts(text: str, line_columns: int = LINE_COLUMNS) -> list[str]:
    """
    Return the words of *text*, those wider than a line in parts; a script without spaces comes
    as one long word, and is parted where that is wider than one of *line_columns*.

    >>> parts("Hear it.")
    ['Hear', 'it.']
    """
    return [
        part
        for word in (each.strip(SOFT + OPEN) for each in text.split())
        if word
        for part in (
            [word]
            if breadth(word) <= (line_columns if _runs_on(word) else LINE_COLUMNS)
            else _parted(spelling.units(word))
        )
    ]


RUN_ON: Final = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF))
"""
Thai and Lao, Burmese, Khmer: as Chinese and Japanese, they write words without spaces.
"""


def _runs_on(word: str) -> bool:
    return any(
        _is_unspaced(each) or any(first <= ord(each) <= last for first, last in RUN_ON)
        for each in word
    )


def _parted(clusters: Sequence[str]) -> list[str]:
    starts = set(syllables.starts([syllables.plain(each) for each in clusters]))
    is_address = ADDRESS.search("".join(clusters)) is not None
    held = _held(clusters)
    found: list[str] = []
    first = 0
    while breadth("".join(clusters[first:])) > PART_COLUMNS:
        reached = itertools.accumulate(map(breadth, clusters[first:]))
        # A hyphen takes a column too.
        ends = [first + n for n, wide in enumerate(reached, 1) if wide < PART_COLUMNS]
        least = len([n for n in ends if breadth("".join(clusters[first:n])) < PART_COLUMNS_MIN])
        worth = {at: 0 if at in held else _worth(clusters, at, starts) for at in ends}
        good = [at for at in ends[least:] if worth[at]] or [at for at in ends if worth[at]]
        end = max(good or ends[-1:] or [first + 1], key=lambda at: (worth.get(at, 0), at))
        mark = _mark(clusters[end - 1], clusters[end])
        plain_mark = OPEN if mark == SOFT and is_address else mark
        found.append("".join(clusters[first:end]) + plain_mark)
        first = end
    return [*found, "".join(clusters[first:])]


def _held(clusters: Sequence[str]) -> set[int]:
    """
    Return before which *clusters* nothing is parted because it stands within a number, or within a
    foreign word (ab.example) that a line has room for; or before what a number counts.
    """
    found: set[int] = set()
    first = 0
    for is_foreign, group in itertools.groupby(clusters, _is_foreign):
        run = list(group)
        last = first + len(run)
        if is_foreign and columns("".join(run)) < PART_COLUMNS:
            # What only ends a clause is none of the word.
            inner = len("".join(run).rstrip("".join(INSIDE - spelling.UNITS)))
            found.update(range(first + 1, first + inner))
            following = clusters[last : last + 1]
            if inner == len(run) and run[-1][0].isdigit() and following:
                found.update([last] if following[0][0] in spelling.UNITS else ())
        first = last
    return found


def _is_foreign(cluster: str) -> bool:
    """
    Whether *cluster* is a Latin letter or a figure, or stands within numbers and addresses.
    """
    character = cluster[0]
    return (
        character.isdigit()
        or character in INSIDE
        or unicodedata.category(character) == "Sc"
        or (character.isalpha() and unicodedata.name(character, "").startswith("LATIN"))
    )


def _worth(clusters: Sequence[str], at: int, starts: set[int]) -> int:
    """
    Return how well a word may be parted before the cluster *at* a place.
    """
    before, after = clusters[at - 1][0], clusters[at][0]
    ahead = clusters[at + 1][0] if at + 1 < len(clusters) else ""
    if before in spelling.HONORIFICS and spelling.is_kanji(after):
        return 0
    if after in spelling.HONORIFICS and spelling.is_kanji(ahead):
        return 3
    if _is_katakana(before) and _is_katakana(after):
        return 0
    if after in CLINGING or unicodedata.category(after) in ("Pe", "Pf", "Po"):
        return 0
    if unicodedata.category(before) in ("Ps", "Pi"):
        return 0
    if unicodedata.category(before) in ("Pe", "Pf") and _is_hiragana(after):
        return 1  # a bracket draws its particle to it: 「東京」へ
    if unicodedata.category(before).startswith("P") or after in spelling.LEADING:
        return 3
    if (
        before in ATTRIBUTIVE
        and spelling.is_kanji(after)
        and not any(_is_hiragana(each[0]) for each in clusters)
    ):
        return 3
    if _is_hiragana(before) and not _is_hiragana(after):
        return 3  # where a Japanese phrase ends, nearly always
    return 2 if at in starts or _is_wide(before) or _is_wide(after) else 1


def _is_hiragana(character: str) -> bool:
    return "\u3041" <= character <= "\u309f"


def _is_katakana(character: str) -> bool:
    return "\u30a0" <= character <= "\u30ff"


def _mark(before: str, after: str) -> str:
    if close_up(before[0], after[0]):
        return ""
    is_lettered = all(syllables.plain(each) for each in (before, after))
    return SOFT if is_lettered else OPEN


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WF"
