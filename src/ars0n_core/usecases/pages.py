"""
A page of a longer list, as a request asks for it.
"""

from __future__ import annotations

from typing import Final

from ars0n_core.errors import InvalidRequestError

ENTRIES_MAX: Final = 100
"""
The documents' largest page.
"""


def check(*, limit: int, offset: int) -> None:
    """
    Refuse a page that nobody can be given.

    Raises:
        InvalidRequestError: *limit* is not 1 to 100, or *offset* is negative.
    """
    faults = {}
    if not 1 <= limit <= ENTRIES_MAX:
        faults["limit"] = [f"Number must be between 1 and {ENTRIES_MAX}"]
    if offset < 0:
        faults["offset"] = ["Number must be greater than or equal to 0"]
    if faults:
        raise InvalidRequestError(faults)
