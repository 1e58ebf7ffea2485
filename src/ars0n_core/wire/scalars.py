"""
One JSON value to one value of ours, strictly: a number is a number (not ``true``, not
``"15"``, not NaN), and what is wrong is said with what would be right.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from ars0n_core.specs.checks import DURATION, text_faults
from ars0n_core.specs.limits import EDITION, LIMITS

if TYPE_CHECKING:
    from enum import StrEnum

NUMBER_MAX: Final = 1e15
"""
No number of ours comes near; a larger one can't be told from its neighbours.
"""

SHOWN_CHARACTERS_MAX: Final = 40
"""
How much of a wrong word is repeated in the message.
"""


class WrongValueError(ValueError):
    """
    A value that a field can't take; the message says what would be right.
    """


def kind_of(value: object) -> str:
    """
    Return what *value* is in JSON's words, for messages.

    >>> kind_of(True), kind_of([]), kind_of(float("nan"))
    ('boolean', 'array', 'nan')
    """
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case float() if not math.isfinite(value):
            return "nan" if math.isnan(value) else "infinity"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "array"
        case _:
            return "object"


def read_number(value: object, _: object = None) -> int | float:
    """
    Return a finite number as it is.

    Raises:
        WrongValueError: It isn't one, or is out of all proportion.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise WrongValueError(f"Expected number, received {kind_of(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise WrongValueError(f"Expected number, received {kind_of(value)}")
    if not -NUMBER_MAX <= value <= NUMBER_MAX:
        raise WrongValueError("Number is out of range")
    return value


def read_float(value: object, _: object = None) -> float:
    """
    Return a finite number.
    """
    return float(read_number(value))


def read_int(value: object, _: object = None) -> int:
    """
    Return a whole number; 15.0 is one.
    """
    number = read_number(value)
    if number != int(number):
        raise WrongValueError("Expected integer, received float")
    return int(number)


def read_bool(value: object, _: object = None) -> bool:
    """
    Return true or false.
    """
    if not isinstance(value, bool):
        raise WrongValueError(f"Expected boolean, received {kind_of(value)}")
    return value


def read_str(value: object, _: object = None) -> str:
    """
    Return a string, whatever it holds.
    """
    if not isinstance(value, str):
        raise WrongValueError(f"Expected string, received {kind_of(value)}")
    return value


def read_id(value: object, _: object = None) -> str:
    """
    Return an id: short, and plain Unicode, so that it can be repeated in errors.
    """
    text = read_str(value)
    faults = text_faults(text, least=1, most=LIMITS[EDITION].id_characters_max)
    if faults:
        raise WrongValueError(faults[0])
    return text


def read_word(value: object, kind: type[StrEnum]) -> StrEnum:
    """
    Return a word of a closed vocabulary.
    """
    try:
        return kind(read_str(value))
    except WrongValueError:
        raise
    except ValueError:
        expected = " | ".join(f"'{word}'" for word in kind)
        shown = str(value)[:SHOWN_CHARACTERS_MAX].encode("utf-8", "replace").decode()
        raise WrongValueError(
            f"Invalid enum value. Expected {expected}, received '{shown}'"
        ) from None


def read_duration(value: object, _: object = None) -> int:
    """
    Return the seconds of an ad; whether they are 15, 30 or 60 is checked with the rest.
    """
    return _read_choice(value, DURATION)


def read_variants(value: object, _: object = None) -> int:
    """
    Return the number of variants; whether there may be so many is checked with the rest.
    """
    return _read_choice(value, "Must be 1, 2, or 3")


def _read_choice(value: object, otherwise: str) -> int:
    """
    Return a whole number, or say which ones there are.
    """
    number = read_number(value)
    if number != int(number):
        raise WrongValueError(otherwise)
    return int(number)
