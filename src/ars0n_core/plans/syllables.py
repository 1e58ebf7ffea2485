"""
Where syllables begin, in any language with an alphabet of vowels.

**Owns** the rules, for Latin, Greek and Cyrillic. **Does not own** when a word is parted
(`wording` where it is too long for a line, `compositor.hyphens` where type would be too small).
**Invariants**: three letters at least stay on either side; no sound that is written with several
letters is torn.

A syllable takes the last consonant before its vowel, or the last sound or pair that can begin a
word (``sch``, ``tr``). That is how German, the Romance, Slavic and Finno-Ugric languages part
words, compounds at their joints more often than not: *Donau-dampf-schiff-fahrts-ge-sell-schaft*.
English, which goes by origin, is parted readably if not always as a dictionary would; it has few
words as long.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

LETTERS_MIN: Final = 3
"""
On either side of where a word is parted.
"""

VOWELS: Final = frozenset("aeiouyæœøıəаеиоуыэюяієαεηιουω")
TRAILERS: Final = frozenset("ьъй")
"""
What only follows a letter.
"""

ONSETS: Final = frozenset(
    ["sch", "ch", "ph", "th", "sh", "ck", "sz", "cs", "zs", "cz", "rz", "bl", "br", "cl", "cr", "dr", "fl", "fr", "gl", "gr", "kl", "kr", "pl", "pr", "tr", "vr", "str", "spr", "spl", "pf", "pfl", "pfr", "schl", "schr", "schm", "schn", "schw", "thr", "phr", "бл", "бр", "вл", "вр", "гл", "гр", "дл", "др", "зл", "зр", "кл", "кр", "пл", "пр", "ск", "ст", "сл", "см", "сн", "св", "сп", "тр", "фл", "фр", "хл", "хр", "стр", "βλ", "βρ", "γλ", "γρ", "δρ", "θρ", "κλ", "κρ", "πλ", "πρ", "στ", "στρ", "σπ", "σκ", "τρ", "φλ", "φρ", "χλ", "χρ", "μπ", "ντ", "γκ", "τσ", "τζ"]
)  # fmt: skip
"""
Groups of consonants that begin a syllable together.
"""

ONSET_LETTERS_MAX: Final = 4

JOINTS: Final = re.compile(r"(?:ung|heit|keit|schaft|ion|tat|ling)s(?=\w{3})|\w(?=lich(?!t))")
"""
Where German words have a joint for certain: these endings take an s before another part, and
``-lich`` begins one.
"""


def starts(letters: Sequence[str]) -> list[int]:
    """
    Return where syllables begin, but for the first, with room on either side.
    """
    vowels = [i for i, letter in enumerate(letters) if letter in VOWELS]
    joints = {match.end() for match in JOINTS.finditer("".join(each or " " for each in letters))}
    places: list[int] = []
    for before, vowel in itertools.pairwise(vowels):
        run = letters[before + 1 : vowel]
        if not run or "" in run:
            continue
        place = next((at for at in joints if before < at <= vowel), vowel - _onset(run))
        around = letters[max(0, place - LETTERS_MIN) : place + LETTERS_MIN]
        alone = places and place - places[-1] == 1  # ungs|ü|ber
        if len(around) == 2 * LETTERS_MIN and all(around) and not alone:
            places.append(place)
    return places


def plain(cluster: str) -> str:
    """
    Return a letter without case and accents; nothing for what is no letter of these alphabets.
    """
    letter = unicodedata.normalize("NFD", cluster.lower())[:1]
    known = letter.isalpha() and unicodedata.name(letter, "").startswith(
        ("LATIN", "GREEK", "CYRILLIC")
    )
    # Hangul and the like are letters too, but have no syllables of this kind.
    return (cluster.lower() if cluster.lower() in TRAILERS else letter) if known else ""


def _onset(run: Sequence[str]) -> int:
    """
    Return how many of a *run* of consonants begin the syllable after it.
    """
    free = next((i for i in range(len(run), 0, -1) if run[i - 1] in TRAILERS), 0)
    for count in range(min(ONSET_LETTERS_MAX, len(run) - free), 1, -1):
        if "".join(run[-count:]) in ONSETS:
            return count
    return min(1, len(run) - free)
