"""
Capitals as a language's own readers write them.
"""

from __future__ import annotations

import unicodedata
from typing import Final

GREEK_ACCENTS: Final = frozenset("\u0300\u0301\u0313\u0314\u0342\u0345")
TURKIC: Final = frozenset("ığşİĞŞ")


def of(text: str) -> str:
    """
    Return *text* in capitals as its readers write them: Greek without its accents, Turkish
    with its dots.

    >>> of("Καφές"), of("Işık çiçek"), of("café")
    ('ΚΑΦΕΣ', 'IŞIK ÇİÇEK', 'CAFÉ')
    """
    if not TURKIC.isdisjoint(text):
        text = text.replace("i", "İ")
    kept, greek = "", False
    for char in unicodedata.normalize("NFD", text.upper()):
        if not unicodedata.combining(char):
            greek = "GREEK" in unicodedata.name(char, "")
        elif greek and char in GREEK_ACCENTS:
            continue
        kept += char
    return unicodedata.normalize("NFC", kept)
