"""
Capitals as a language's own readers write them, but where they would lead elsewhere.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

GREEK_ACCENTS: Final = frozenset("\u0300\u0301\u0313\u0314\u0342\u0345")
TURKIC: Final = frozenset("ığşİĞŞ")


ADDRESS: Final = re.compile(
    r"(?:[a-z]+://)?(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_]{2,}(?::\d+)?(?:[/?#]\S*)?"
)
"""
An address on the web; a browser takes the host's letters for the same in any case, if they are
ASCII's, and nobody takes those of a path so.
"""


def of(text: str) -> str:
    """
    Return *text* in capitals as its readers write them: Greek without its accents, Turkish
    with its dots; but an address that capitals would lead elsewhere as it is.

    >>> of("Καφές"), of("Işık çiçek"), of("café")
    ('ΚΑΦΕΣ', 'IŞIK ÇİÇEK', 'CAFÉ')
    >>> of("Visit acme.com"), of("Visit acme.com/Sale"), of("straße.de")
    ('VISIT ACME.COM', 'VISIT acme.com/Sale', 'straße.de')
    """
    dotted = not TURKIC.isdisjoint(text)
    return " ".join(
        word if is_address(word) and not leads_there(word) else _raised(word, dotted=dotted)
        for word in text.split(" ")
    )


def is_address(word: str) -> bool:
    """
    Whether *word* is an address, as one is written: its host in small letters.
    """
    return ADDRESS.fullmatch(word.rstrip(".,;:!?)")) is not None and _host(word).islower()


def leads_there(address: str) -> bool:
    """
    Whether *address* leads to the same place in capitals: it is an ASCII host and no more.

    >>> leads_there("acme.com"), leads_there("acme.com/"), leads_there("acme.com/Sale")
    (True, True, False)
    """
    rest = address.partition("://")[2] or address
    return address.isascii() and _host(rest) == rest.rstrip("/.,;:!?)")


def _host(address: str) -> str:
    rest = address.partition("://")[2] or address
    return re.split(r"[/?#:]", rest, maxsplit=1)[0].rstrip(".,;!)")


def _raised(text: str, *, dotted: bool) -> str:
    if dotted:
        text = text.replace("i", "İ")
    kept, greek = "", False
    for char in unicodedata.normalize("NFD", text.upper()):
        if not unicodedata.combining(char):
            greek = "GREEK" in unicodedata.name(char, "")
        elif greek and char in GREEK_ACCENTS:
            continue
        kept += char
    return unicodedata.normalize("NFC", kept)
