"""
Which part of a text anybody can see.
"""

from __future__ import annotations

import re
from typing import Final

_SEEN: Final = re.compile(
    r"[^\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    r"\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
# All but white space and what steers the characters beside it.


def is_seen(text: str) -> bool:
    """
    Whether there is anything to see in *text*.
    """
    return _SEEN.search(text) is not None


def seen(text: str | None) -> str:
    r"""
    Return *text* without blanks around it, or nothing if there is nothing to see in it.

    >>> seen("  Acme "), seen("\u200b\ufeff"), seen(None)
    ('Acme', '', '')
    """
    return text.strip() if text is not None and is_seen(text) else ""
