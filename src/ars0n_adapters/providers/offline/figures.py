"""
Figures with their units as people say them: "36h", "10am-4pm", "$29/month", "60 m²".

Only what the engine reads wrongly or not at all; the rest it is left to read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNITS: Final = {
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "w": "watt",
    "kw": "kilowatt",
    "kwh": "kilowatt hour",
    "db": "decibel",
    "m²": "square meter",
    "m2": "square meter",
    "ft²": "square foot",
    "sqft": "square foot",
    "km²": "square kilometer",
    "mah": "milliamp hour",
    "k": "thousand",
    "x": "times",
    '"': "inch",
    "″": "inch",
}
_JOINTS: Final = frozenset(
    ["and", "or", "of", "to", "at", "in", "on", "for", "with", "from", "per", "a", "the", "is", "are", "each", "every", "only", "away"]
)  # fmt: skip
_NEVER_PLURAL: Final = frozenset(["thousand", "times"])
_PER: Final = {"mo": "month", "yr": "year", "wk": "week", "hr": "hour", "h": "hour", "pp": "person"}
_DAYS: Final = {
    "mon": "Monday",
    "tue": "Tuesday",
    "tues": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "thur": "Thursday",
    "thurs": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_DAY: Final = "|".join(_DAYS)
_RATE: Final = re.compile(r"([$€£]\d[\d.,]*\+?)\s?/\s?([a-z]+)", re.IGNORECASE)
_SPAN: Final = re.compile(
    r"(?<![\d-])(\d{1,2}(?:[.:]\d\d)?(?:\s?[ap]m|%)?)\s?[-\u2013]\s?(?=\d{1,3}(?:[.:]\d\d)?\s?(?:[ap]m|%))",
    re.IGNORECASE,
)
_MORNING: Final = re.compile(r"(\d)\s?am\b")  # else a verb: "ten am to four"
_DAY_SPAN: Final = re.compile(rf"\b({_DAY})\.?\s?[-\u2013]\s?({_DAY})\b\.?", re.IGNORECASE)
_AREA_CODE: Final = re.compile(r"\((\d{3})\)")
_MEASURE: Final = re.compile(
    r"(?<![\w.,])(\d[\d.,]*)\s?("
    + "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
    + r")(?![\w²/-])",
    re.IGNORECASE,
)
_PICTURE: Final = re.compile(r"\dK")  # 4K is no four thousand
_FORMULAS: Final = re.compile(r"\bCO[2\u2082]\b")
_UNIT_ALONE: Final = frozenset(
    ["h", "hr", "hrs", "W", "kW", "kWh", "dB", "db", "m²", "m2", "ft²", "sqft", "km²", "mAh"]
)


def said(piece: str, *, before: str, after: Sequence[str]) -> str:
    """
    Return a written piece with its figures in words where they need them; *before* and
    *after* are its neighbours.

    >>> said("36h", before="", after=["battery"]), said("24h.", before="", after=[])
    ('36 hour', '24 hours.')
    >>> said("10am-4pm", before="", after=[]), said("$29/month", before="", after=[])
    ('10 AM to 4pm', '$29 a month')
    >>> said("m²", before="60", after=[])
    'square meters'
    """
    bare = piece.rstrip(".,;:!?)")
    if bare in _UNIT_ALONE and re.fullmatch(r"\d[\d.,]*", before):
        return _unit(bare, before, after if bare == piece else ()) + piece[len(bare) :]
    if bare == "am" and re.fullmatch(r"\d[\d.:]*", before):
        return f"AM{piece[len(bare) :]}"
    text = _RATE.sub(
        lambda found: f"{found[1]} {_each(_PER.get(found[2].lower(), found[2]))}", piece
    )
    text = _SPAN.sub(r"\1 to ", text)
    text = _MORNING.sub(r"\1 AM", text)
    text = _DAY_SPAN.sub(
        lambda found: f"{_DAYS[found[1].lower()]} to {_DAYS[found[2].lower()]}", text
    )
    text = _AREA_CODE.sub(lambda found: " ".join(found[1]) + ",", text)
    text = _FORMULAS.sub("C O 2", text)
    is_last = bare != piece or not after
    return _MEASURE.sub(
        lambda found: (
            found[0]
            if _PICTURE.fullmatch(found[0])
            else f"{found[1]} {_unit(found[2], found[1], () if is_last else after)}"
        ),
        text,
    )


def _unit(unit: str, number: str, after: Sequence[str]) -> str:
    name = _UNITS[unit.lower()]
    # "a 36 hour battery" lasts 36 hours
    describes = bool(after) and after[0][:1].islower() and after[0].rstrip(".,;:!?") not in _JOINTS
    if number == "1" or name in _NEVER_PLURAL or describes:
        return name
    return "square feet" if name == "square foot" else "inches" if name == "inch" else f"{name}s"


def _each(name: str) -> str:
    return f"{'an' if name.lower().startswith(('a', 'e', 'i', 'o', 'hour')) else 'a'} {name}"
