"""
Which characters make one sign, and which signs one syllable: nobody reads half of either.

**Owns** cutting a text into clusters (a letter with its marks, an emoji sequence), and the rules
for the scripts of India and South-East Asia: a letter that stands below another, a vowel that is
written before or after its consonant, a consonant that closes a syllable. **Does not own** where
lines end (`wording`, `compositor.breaking`), and no dictionary: syllables are told, words are not.

Start at `clusters`, then `bound`.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

JOINER: Final = "\u200d"
IGNORABLE: Final = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufe0e\ufe0f\ufeff")
"""
Characters that steer shaping and breaking and need no glyph.
"""

SARA_AM: Final = frozenset("\u0e33\u0eb3")
"""
Thai and Lao vowels that stand partly over the letter before, though they are letters.
"""

VIRAMA: Final = 9
"""
The combining class of what takes a consonant's vowel, mostly to stack the next one on it.
"""

UNSTACKED: Final = frozenset("\u103a\u0bcd")
"""
Burmese asat and Tamil pulli close a syllable; nothing stands below.
"""

MELTED: Final = frozenset(["கஷ", "ஸர"])
"""
What Tamil joins over a pulli all the same: க்ஷ, ஸ்ரீ.
"""

LEADING: Final = frozenset("เแโใไເແໂໃໄ")
"""
Thai and Lao vowels written before their consonant: a syllable begins there.
"""

HONORIFICS: Final = frozenset("おご")
"""
What Japanese sets before a word in courtesy, part of it: お届け, ご注文.
"""

UNITS: Final = frozenset(
    "円元块圆원개명分秒年月日時时点點杯個个件本枚粒包盒倍割折人名度歳岁歲階层回次種种台冊页頁店社週周番号號位泊席食皿袋万千百億亿兆％%‰℃°"
)
ORDINALS: Final = frozenset("第約约全")
"""
What East Asian texts set behind a number and before one, and no line parts from it: 1,980円, 第3回.
"""

TRAILING: Final = frozenset("ะาๅำๆฯະາຳຽໆຯៗ")
"""
What only follows, though it is a letter: vowels, and signs of repetition and abbreviation.
"""

CLOSED: Final = frozenset("\u0e31\u0e47\u0eb1\u0ebb")
"""
Thai and Lao vowels after which a consonant closes the syllable.
"""

CLOSING: Final = UNSTACKED | frozenset("\u0e4c\u0ecc\u17cb\u17cd")
"""
Marks of a consonant that closes a syllable, or is not spoken.
"""

SPOKEN: Final = frozenset("\u102b\u102c\u1031")
"""
Burmese vowels that are written with an asat: ကော် is open.
"""

NEVER_LAST: Final = frozenset("ฉผฝฌหฮໜໝຫຮຜຝ")
"""
Thai and Lao consonants that close no syllable.
"""

ENDED: Final = frozenset("ะำະຳ\u17c3\u17c5\u17c6\u17c7\u17c8\u17cb\u17cd")
"""
Vowels and marks after which no consonant belongs to the syllable.
"""

NASALS: Final = frozenset("ងញណនម")
"""
Khmer consonants that open the second half of a word with another below them: តម្លៃ.
"""


def clusters(text: str) -> list[str]:
    r"""
    Return *text* in pieces that are drawn as one: a letter with its marks, an emoji sequence.

    >>> clusters("e\u0301a")
    ['é', 'a']
    """
    pieces: list[str] = []
    flags = 0
    for char in text:
        code = ord(char)
        flag = 0x1F1E6 <= code <= 0x1F1FF  # noqa: PLR2004 - regional indicators come in pairs
        joins = pieces and (
            char in IGNORABLE
            or unicodedata.category(char) in {"Mn", "Mc", "Me"}
            or char in SARA_AM
            or 0x1F3FB <= code <= 0x1F3FF  # noqa: PLR2004 - skin tones
            or 0xE0020 <= code <= 0xE007F  # noqa: PLR2004 - tags of a flag
            or (pieces[-1][-1] == JOINER and unicodedata.category(char) == "So")
            or (flag and flags % 2)
        )
        flags = flags + 1 if flag else 0
        if joins:
            pieces[-1] += char
        else:
            pieces.append(char)
    return [unicodedata.normalize("NFC", piece) for piece in pieces]


def is_kanji(cluster: str) -> bool:
    """
    Whether *cluster* is a unified ideograph.

    >>> is_kanji("届"), is_kanji("お"), is_kanji("")
    (True, False, False)
    """
    return "\u3400" <= cluster[:1] <= "\u9fff"


def bound(clusters: Sequence[str]) -> list[bool]:
    """
    Return for each of *clusters*, letters with their marks, whether it holds to the one before.

    >>> bound(["ផ្", "ទះ", "រ", "ប", "ស់"])
    [False, True, False, True, True]
    """
    return [
        place > 0 and _holds(clusters[place - 1], each, "".join(clusters[place + 1 : place + 2]))
        for place, each in enumerate(clusters)
    ]


def units(word: str) -> list[str]:
    """
    Return *word* in pieces that hold together: letters, or syllables where those are told.

    >>> units("สวัสดี")
    ['ส', 'วัส', 'ดี']
    """
    found: list[str] = []
    pieces = clusters(word)
    for cluster, is_held in zip(pieces, bound(pieces), strict=True):
        if is_held:
            found[-1] += cluster
        else:
            found.append(cluster)
    return found


def _holds(before: str, here: str, after: str) -> bool:
    if _stacks(before, here) or before[0] in LEADING or here[0] in TRAILING:
        return True
    is_closing = not CLOSING.isdisjoint(here) and SPOKEN.isdisjoint(here)
    if is_closing or not CLOSED.isdisjoint(before):
        return here[0].isalpha()
    if not ENDED.isdisjoint(before):
        return False
    if _is_thai(here) and _is_thai(before):
        voweled = len(before) > 1 or before in TRAILING
        return len(here) == 1 and voweled and here not in NEVER_LAST and after[:1] not in TRAILING
    if not _is_khmer(here) or not _is_khmer(before):
        return False
    if len(here) == 1:
        # ក in អ្នក closes a syllable, ស in សម្រាប់ opens one.
        return not _opens(after)
    return len(before) == 1 and _opens(here)


def _stacks(before: str, here: str) -> bool:
    """
    Whether the last consonant of *before* has the first of *here* below it, or melts with it.
    """
    last = before.rstrip("\u200d")[-1:]
    if not last or unicodedata.combining(last) != VIRAMA or not here[0].isalpha():
        return False
    return last not in UNSTACKED or before[0] + here[0] in MELTED


def _is_thai(cluster: str) -> bool:
    """
    Whether *cluster* is a letter of Thai or Lao that no vowel is written before.
    """
    return "\u0e01" <= cluster[0] <= "\u0ede" and cluster[0] not in LEADING and cluster[0].isalpha()


def _is_khmer(cluster: str) -> bool:
    return "\u1780" <= cluster[0] <= "\u17b3"


def _opens(cluster: str) -> bool:
    """
    Whether *cluster* is a nasal with another consonant below it.
    """
    return cluster[:1] in NASALS and cluster.endswith("\u17d2")
