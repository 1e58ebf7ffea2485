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

_FROM_THE_ENDS: Final = timedelta(days=400)
# Far enough from the calendar's ends that a month can be added or taken away.


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
    if not digits.isdecimal() or not digits.isascii() or len(digits) > _INTEGER_DIGITS_MAX:
        faults[name] = ["Expected a whole number"]
        return default
    if not least <= int(text) <= most:
        faults[name] = [
            f"Number must be greater than or equal to {least}"
            if most == _WHOLE_MAX
            else f"Number must be between {least} and {most}"
        ]
    return int(text)


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
        _ = found - _FROM_THE_ENDS, found + _FROM_THE_ENDS
    except (ValueError, OverflowError):
        faults[name] = ["Expected an ISO 8601 date, like 2026-03-24 or 2026-03-24T15:51:01Z"]
        return None
    return found
