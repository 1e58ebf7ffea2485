"""
Figures whose digits the engine would read wrongly: telephone numbers, European prices and
dates, spans, rows of digits.

Each function returns its text with such figures rewritten into what the engine reads as a person
says it; what it reads rightly is left alone. A wrong number is worse than an odd one: nothing is
rewritten that could as well be something else.
"""

from __future__ import annotations

import re
from typing import Final

PHONE_DIGITS_MIN: Final = 7
"""
So many digits in groups are a telephone number, and so many without a mark are a row: both are
said digit by digit.
"""

THOUSAND: Final = "000"
"""
What stands for a thousand after a space, as in "10 000".
"""

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
_CENTURY: Final = 2000
_SHORT_MAX: Final = 99  # a year of two digits is of this century
_THOUSANDS: Final = re.compile(r"(?<![\d.,])(\d{1,3}(?:\.\d{3})+)(?=,(?:\d\d|-)(?!\d)|[€£$])")
_COMMA: Final = re.compile(r"(?<![\d,])(\d+),(\d{1,2})(?![\d,]|\.\d)")
_ROUND: Final = re.compile(r"(?<=\d)(?:,(?:-+|[\u2013\u2014])|\.00)(?![\d])")
_CENTS_AFTER: Final = re.compile(r"(?<![\d.,])(\d+\.\d\d)([€£])")
_DATE: Final = re.compile(
    r"(?<![\d./-])(\d{1,2})(?:\.?\s?[-\u2013]\s?(\d{1,2}))?\.(\d{1,2})\.(\d{4}|\d{2})(?![\d./-])"
)
_STROKED: Final = re.compile(r"(?<![\d./-])(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?![\d./-])")
_PHONE: Final = re.compile(
    r"(?<![\w.,:/$€£-])\+?\(?\d{1,5}\)?(?:[-./)]{1,2}\d{2,8}){1,5}(?![\w%/:-]|[.,]\d)"
)
_ROW: Final = re.compile(r"(?<![\w.,:/$€£#-])(\d+)(?![\w%/:€£$-]|[.,]\d)")
_SPANS: Final = (
    re.compile(r"(?<=\d)(%?)\s?[-\u2013]\s?(?=[$€£]\d)"),
    re.compile(r"(?<=\d)(%)\s?[-\u2013]\s?(?=\d[\d.,]*%)"),
    re.compile(r"(?<=\d:\d\d)()\s?[-\u2013]\s?(?=\d{1,2}:\d\d(?!\d))"),
    re.compile(r"(?<=\b[1-9]\d{4})()[-\u2013](?=[1-9]\d{4}\b)"),
)
_SIDES: Final = re.compile(r"(?<=\d)\s?[x\u00d7]\s?(?=\d)")
_OTHER: Final = re.compile(
    r"\d{4}[-/]\d\d[-/]\d\d|\d{1,2}[-/.]\d{1,2}[-/.](?:\d\d|\d{4})"  # dates
    r"|(?:19|20)\d\d[-/](?:19|20)\d\d|[1-9]\d{4}-[1-9]\d{4}|\d{1,3}(?:\.\d{3})+"
)
"""
Dates, spans of years and of postal codes, points between thousands: no telephone numbers.
"""


def told(piece: str) -> str:
    """
    Return *piece*, a text without spaces, with its figures as the engine reads them right.

    >>> told("1-800-555-0199"), told("030/12345678"), told("0958"), told("555-0134")
    ('1, 800, 5 5 5, 0 1 9 9', '0 3 0, 1 2 3 4 5 6 7 8', '0 9 5 8', '555-0134')
    >>> told("1.299,00€"), told("19,99€"), told("12,5"), told("499,-")
    ('1299€', '€19.99', '12.5', '499')
    >>> told("31.07.2026"), told("14.-16.09.26"), told("31/08/2026"), told("10/06/2026")
    ('July 31st, 2026', 'September 14th to 16th, 2026', 'August 31st, 2026', '10/06/2026')
    >>> told("$149-$299"), told("3.75%-12.99%"), told("8:30-16:45"), told("2560x1600")
    ('$149 to $299', '3.75% to 12.99%', '8:30 to 16:45', '2560 by 1600')
    """
    if not any(map(str.isdecimal, piece)):
        return piece
    text = _DATE.sub(_dotted, piece)
    text = _STROKED.sub(_stroked, text)
    text = _priced(text)
    text = _PHONE.sub(_phoned, text)
    text = _ROW.sub(_rowed, text)
    for span in _SPANS:
        text = span.sub(r"\1 to ", text)
    return _SIDES.sub(" by ", text)


def _priced(text: str) -> str:
    text = _THOUSANDS.sub(lambda found: found[1].replace(".", ""), text)
    text = _COMMA.sub(r"\1.\2", text)
    text = _ROUND.sub("", text)
    return _CENTS_AFTER.sub(r"\2\1", text)


def _dotted(found: re.Match[str]) -> str:
    first, last, month, year = found.groups()
    days = [int(day) for day in (first, last) if day]
    return _date(days, int(month), year) or found[0]


def _stroked(found: re.Match[str]) -> str:
    day, month, year = found.groups()
    # Only what can't be the engine's month and day: 10/06 is October here.
    is_plain = int(day) > len(_MONTHS)
    return (_date([int(day)], int(month), year) if is_plain else "") or found[0]


def _date(days: list[int], month: int, year: str) -> str:
    if not 1 <= month <= len(_MONTHS) or not all(1 <= day <= 31 for day in days):  # noqa: PLR2004 - the longest month
        return ""
    said = " to ".join(map(_ordinal, days))
    full = int(year) if int(year) > _SHORT_MAX else _CENTURY + int(year)
    return f"{_MONTHS[month - 1]} {said}, {full}"


def _ordinal(day: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(0 if day // 10 == 1 else day % 10, "th")
    return f"{day}{ending}"


def _phoned(found: re.Match[str]) -> str:
    text = found[0]
    groups = re.findall(r"\d+", text)
    is_short = sum(map(len, groups)) < PHONE_DIGITS_MIN
    if is_short or _OTHER.fullmatch(text) or _is_local(text):
        return text
    if "/" in text and (groups[0][0] != "0" or not re.fullmatch(r"[(\d)]+/\d+", text)):
        return text  # strokes part much else; an area code may stand before one
    plus = "plus " if text.startswith("+") else ""
    last = len(groups) - 1
    said = [
        group if len(group) == 1 or (group == "800" and place < last) else " ".join(group)
        for place, group in enumerate(groups)
    ]
    return plus + ", ".join(said)


def _is_local(text: str) -> bool:
    # The engine reads 555-0134 and 555-123-4567 as they are.
    return re.fullmatch(r"\d{3}-(?:\d{3}-)?\d{4}", text) is not None


def _rowed(found: re.Match[str]) -> str:
    digits = found[1]
    is_row = len(digits) >= PHONE_DIGITS_MIN and not digits.endswith("00")
    is_code = len(digits) > 1 and digits[0] == "0" and digits != THOUSAND
    return " ".join(digits) if is_row or is_code else digits
