"""
How many words it takes to say what is not written in words: figures, prices, telephone
numbers, addresses, initials.

**Owns** counting. **Does not own** how a voice reads them: that is the speaker's. The names
counted are English ones; other languages say the same figure in about as many syllables.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

PHONE_DIGITS_MIN: Final = 7
"""
So many digits in groups are a telephone number, said digit by digit; so many without a
comma are an account, unless they end in round thousands.
"""

LETTER: Final = 0.5
"""
What a letter said by its name is worth of a word: "FBI" takes as long as "coffee".
"""

_MARKS: Final = frozenset("%&+$€£¥₹#@=×°")
"""
Signs that are said by name.
"""

_LETTERS_A_WORD: Final = 7  # of an address' names, run together
_INITIALS_MAX: Final = 5  # longer capitals are a shouted word
_YEAR_DIGITS: Final = 4
_POINT: Final = re.compile(r"(?<=\d)[.,](?=\d)")
_THOUSANDS: Final = re.compile(r"(?<![\d.,])\d{1,3}(?:[.,'\u2019\u202f]\d{3})+(?![\d])")
_ADDRESS: Final = re.compile(
    r"(?i)(?:https?://)?(?:www\.)?[\w+-]+(?:[.@][\w-]+)*\.[a-z]{2,}(?:[/?#]\S*)?"
)
_SEVERAL: Final = re.compile(r"[./@?&=#_-]")
_ROUND: Final = re.compile(r"(?<=\d)[.,]00(?![\d.,:])")  # "$20.00" is said "twenty dollars"
_SPAN: Final = re.compile(r"(?<=[\d%])[-\u2013/](?=[\d$€£¥])")
_TO_TEN: Final = 10
_TEENS_MAX: Final = 19
_HUNDRED: Final = 100
_THOUSAND: Final = 1000


def is_figure(chunk: str) -> bool:
    """
    Whether *chunk*, a text without spaces, takes more than its words to say.

    >>> [is_figure(each) for each in ("$9.99", "acme.com/tea", "e.g.", "well-made", "Sale.")]
    [True, True, False, False, False]
    """
    return any(char.isdecimal() or _is_sign(char) for char in chunk) or is_address(chunk)


def is_address(chunk: str) -> bool:
    """
    Whether *chunk* is an address of the web or of mail.
    """
    return _ADDRESS.fullmatch(chunk.strip(".,;:!?()\"'")) is not None


def are_initials(chunk: str) -> bool:
    """
    Whether *chunk* is said letter by letter, as far as its capitals tell.

    >>> are_initials("FBI,"), are_initials("D.D.S."), are_initials("A"), are_initials("Tea")
    (True, True, False, False)
    """
    letters = chunk.replace(".", "").strip(",;:!?()\"'")
    return 1 < len(letters) <= _INITIALS_MAX and letters.isalpha() and letters.isupper()


def words(chunk: str) -> float:
    """
    Return how many words it takes to say *chunk*, figures or an address without spaces.

    >>> words("$9.99"), words("365"), words("1,250"), words("555-123-4567"), words("2026")
    (5.0, 4.0, 5.0, 10.0, 4.0)
    >>> words("20%"), words("12/06/2026"), words("9:30am-6:45pm"), words("BA2490")
    (2.0, 7.0, 7.0, 4.0)
    """
    if is_address(chunk):
        return _address_words(chunk)
    chunk = _ROUND.sub("", chunk)
    said = sum(1.0 if char in _MARKS else 2.0 * _is_sign(char) for char in chunk)
    plain = _THOUSANDS.sub(lambda found: re.sub(r"\D", "", found[0]), chunk)
    is_whole = _THOUSANDS.search(chunk) is not None
    groups = re.findall(r"\d+", plain)
    digits = sum(map(len, groups))
    is_phone = len(groups) > 1 and digits >= PHONE_DIGITS_MIN and "-" in plain.strip("-")
    is_phone = is_phone and not re.search(r"[$€£¥%.,:]", plain.rstrip(".,:"))
    if not is_phone:
        said += len(_POINT.findall(plain)) + len(_SPAN.findall(plain))
        if len(groups) == 3 and "/" in plain:  # noqa: PLR2004 - a date: nobody says its strokes
            said -= 2
    for group in groups:
        said += len(group) if is_phone else _number_words(group, is_whole=is_whole)
    for letters in re.findall(r"[^\W\d_]+", chunk):
        said += len(letters) * LETTER if letters.isupper() or len(letters) <= 2 else 1  # noqa: PLR2004 - "pm"
    return max(said, 1.0)


def _is_sign(char: str) -> bool:
    """
    Whether *char* is no letter and said by a name of several words: ±, ½, ², ≤, §.
    """
    if char.isascii() or char.isalnum():
        named = char.isnumeric() and not (char.isalpha() or char.isdecimal())
        return not char.isascii() and named
    return char == "§" or unicodedata.category(char) == "Sm"


def _number_words(group: str, *, is_whole: bool) -> float:
    """
    Return the words of digits without a mark: a number, a year, or a row of digits.
    """
    is_row = len(group) >= PHONE_DIGITS_MIN and not is_whole and not group.endswith("000")
    if len(group) > 1 and (group[0] == "0" or is_row):
        return float(len(group))
    if len(group) == _YEAR_DIGITS and not is_whole and group[1] != "0":
        return _cardinal(int(group[:2])) + max(_cardinal(int(group[2:])), 1.0)
    return max(_cardinal(int(group[:30])), 1.0)


def _cardinal(number: int) -> float:
    """
    Return how many words English has for *number*, none for zero.
    """
    if number <= _TEENS_MAX:
        return 1.0 if number else 0.0
    if number < _HUNDRED:
        return 1.0 + (number % _TO_TEN > 0)
    if number < _THOUSAND:
        return 2.0 + _cardinal(number % _HUNDRED)
    over, rest = divmod(number, _THOUSAND)
    return _cardinal(over) + 1.0 + _cardinal(rest)


def _address_words(chunk: str) -> float:
    bare = re.sub(r"(?i)^https?://", "", chunk.strip(".,;:!?()\"'")).rstrip("/")
    has_www = bare.lower().startswith("www.")
    said = 6.0 if has_www else 0.0  # three letters that take two words each, the stop with them
    bare = bare[4:] if has_www else bare
    said += len(_SEVERAL.findall(bare))
    for name in re.findall(r"[^\W\d_]+", bare):
        said += max(len(name) / _LETTERS_A_WORD, 1.0)
    return said + sum(_number_words(group, is_whole=False) for group in re.findall(r"\d+", bare))
