"""
Query strings to values; what is wrong is said by field, like a body's faults.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_INTEGER_DIGITS_MAX: Final = 9
_WHOLE_MAX: Final = 10**_INTEGER_DIGITS_MAX

_FIRST: Final = datetime.min.replace(tzinfo=UTC) + timedelta(days=400)
_LAST: Final = datetime.max.replace(tzinfo=UTC) - timedelta(days=400)
# Some say the year 1 or 9999 and mean ever: a month can still be added or taken away.


def whole_number(
    query: Mapping[str, str],
    name: str,
    default: int,
    faults: dict[str, list[str]],
    *,
    least: int,
    most: int = _WHOLE_MAX,
) -> int:
    """
    Return a whole number from *least* to *most*, or *default* if it isn't given; a fault
    goes into *faults*.
    """
    text = query.get(name)
    if text is None:
        return default
    digits = text.removeprefix("-")
    if not digits.isdecimal() or not digits.isascii():
        faults[name] = ["Expected a whole number"]
        return default
    number = _WHOLE_MAX + 1 if len(digits) > _INTEGER_DIGITS_MAX else int(digits)
    number = -number if text.startswith("-") else number
    if not least <= number <= most:
        faults[name] = [
            f"Number must be greater than or equal to {least}"
            if most == _WHOLE_MAX and number < least
            else f"Number must be between {least} and {most}"
        ]
    return number


def moment(query: Mapping[str, str], name: str, faults: dict[str, list[str]]) -> datetime | None:
    """
    Return an instant, midnight UTC for a day alone, or None if it isn't given; a fault
    goes into *faults*.
    """
    text = query.get(name)
    if text is None:
        return None
    try:
        # An unescaped plus sign arrives as a blank.
        found = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
        found = min(max(found, _FIRST), _LAST)
    except (ValueError, OverflowError):
        faults[name] = ["Expected an ISO 8601 date, like 2026-03-24 or 2026-03-24T15:51:01Z"]
        return None
    return found
