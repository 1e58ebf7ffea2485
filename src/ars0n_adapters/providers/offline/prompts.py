"""
Prompts as they come: markup, addresses, shouting and other languages put in order.
"""

from __future__ import annotations

import html
import re
import unicodedata
from typing import Final

_FOREIGN: Final = frozenset(
    [
        "le", "la", "les", "des", "une", "pour", "avec", "dans", "est", "et", "votre", "nos",
        "der", "die", "das", "und", "für", "mit", "ein", "eine", "ist", "den", "von", "wir",
        "el", "los", "las", "para", "con", "una", "del", "que", "por", "tu", "su", "y",
        "il", "gli", "della", "che", "per", "di", "um", "uma", "os", "do", "da", "em", "het",
        "een", "voor", "met", "van", "och", "för", "med", "som", "og", "til", "bir", "ve", "i",
    ]
)  # fmt: skip
_ENGLISH: Final = frozenset(
    [
        "the", "a", "an", "and", "for", "with", "of", "to", "in", "on", "is", "are", "our", "your",
        "that", "from", "by", "we", "you", "it", "this", "their", "at", "my", "make", "or", "all",
    ]
)  # fmt: skip


def clean(prompt: str) -> str:
    """
    Return *prompt* as plain sentences: no markup, addresses, symbols or shouting.

    >>> clean("<b>BEST SOCKS</b> \N{SPARKLES} https://x.co/a")
    'Best socks'
    """
    text = html.unescape(re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^<>]{0,300}>", " ", prompt))
    text = re.sub(r"(?i)\b(?:https?://|www\.)\S+|[^\s@]{1,64}@[^\s@]+", " ", text)
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    # bullets are sentences of their own
    text = re.sub(r"(?m)^[ \t]*(?:[-*•‣·]|\d{1,2}[.)])[ \t]+", "", text)
    text = re.sub(r"[ \t]*\n+[ \t]*", "\n", text.strip())
    text = re.sub(r"(?<![.!?;:,。！？؟\n])\n", ". ", text).replace("\n", " ")
    text = text.translate({ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'"})
    text = re.sub(r"#(?=\d)", "number ", text)
    text = "".join(c if _is_sayable(c) else " " for c in text)
    text = re.sub(r"([!?.,])(?:\s*[!?.,])+", r"\1", " ".join(text.split()))
    text = re.sub(r"\s+([.,!?;:])", r"\1", text).strip(" .,;:-–—!?") if text else ""
    letters = [c for c in text if c.isalpha()]
    if len(letters) > 3 and sum(c.isupper() for c in letters) > 0.7 * len(letters):  # noqa: PLR2004 - shouting, not an acronym
        text = re.sub(r"(^|[.!?]\s+)(\w)", lambda m: m[1] + m[2].upper(), text.lower())
        text = re.sub(r"\bi\b", "I", text)
    return text


def sentences(text: str) -> list[str]:
    """
    Return the sentences of *text* in any script, each with its closing mark or none.
    """
    parts = re.split(r"(?<=[.!?…])\s+|(?<=[。！？؟।۔])\s*|\n+", text)
    return [part.strip() for part in parts if any(c.isalnum() for c in part)]


def _is_sayable(character: str) -> bool:
    if character in "#*_~`|<>{}[]^\\=@":
        return False
    return unicodedata.category(character) not in {"So", "Sk", "Cs", "Co", "Cn", "Cc", "Cf"}


def is_english(text: str) -> bool:
    """
    Whether English may stand beside *text*: Latin letters, no other language's words.
    """
    letters = [c for c in text if c.isalpha()]
    latin = sum(1 for c in letters if unicodedata.name(c, "").startswith("LATIN"))
    if letters and latin < 0.7 * len(letters):
        return False
    words = re.findall(r"[^\W\d_]+", text.lower())
    foreign = sum(word in _FOREIGN for word in words if word != "i")
    accents = sum(1 for c in letters if ord(c) > 127)  # noqa: PLR2004 - ASCII
    english = sum(word in _ENGLISH for word in words)
    return foreign + (accents > 2) <= english or foreign == 0 and accents <= 3  # noqa: PLR2004, RUF021 - "café", "crème brûlée"


def take_quotes(text: str) -> tuple[str, tuple[str, ...]]:
    """
    Return *text* without quotation marks, and what stood between them.
    """
    quotes = [match.strip() for match in re.findall(r"[\"“«]([^\"“”«»]{3,90})[\"”»]", text)]
    kept = tuple(quote for quote in quotes if any(c.isalpha() for c in quote))
    return re.sub(r"[\"“”«»]", "", text), kept
