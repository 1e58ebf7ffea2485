"""
Sentences taken apart: pieces of one breath, and fragments that name one thing each.
"""

from __future__ import annotations

import re
from typing import Final

from ars0n_adapters.providers.offline import nouns, occasions, vocabulary

STATEMENT_WORDS_MAX: Final = 16
FEATURE_WORDS_MAX: Final = 10
_WHOLE_WORDS_MAX: Final = 20  # a fact is rather said long than cut
_SAID_WORDS_MIN: Final = 3  # two words say little
_LONG_WORD_CHARS: Final = 4  # "of" and "the" stay small in titles
_ITEM_WORDS_MAX: Final = 3  # of an item, longer ones are clauses
LINK: Final = re.compile(
    r"(?i)^(?:(?:and|plus|also|with|our|my|the|has|have|featuring|including)\s+)+(?=\S)"
)


def pieces(bare: str) -> list[str]:
    """
    Return a sentence in parts short enough to be said in one breath.

    >>> pieces("We fix leaks")
    ['We fix leaks']
    """
    if len(bare.split()) <= STATEMENT_WORDS_MAX - 2:
        return [bare]
    parts = re.split(
        r"[;:]\s+|\s[-–—]+\s|,?\s(?:and|but|so|because)\s(?=(?:it|we|you|they|our|this|your)\b)|(?<=\w{3}),\s(?=(?:it|we|you|they|so|no|with|from)\b)",
        bare,
    )
    found: list[str] = []
    for part in filter(None, (p.strip(" ,;") for p in parts)):
        words = part.split()
        if len(words) <= STATEMENT_WORDS_MAX:
            found.append(part)
            continue
        commas = [p.strip() for p in part.split(", ")]
        joined = commas[0]
        for i, comma in enumerate(commas[1:], 1):
            if len(f"{joined}, {comma}".split()) > STATEMENT_WORDS_MAX:
                found.append(joined)
                joined = ", ".join(commas[i:])
                break
            joined = f"{joined}, {comma}"
        if len(joined.split()) > _WHOLE_WORDS_MAX:
            joined = shortened(joined)
        if joined:
            found.append(joined)
    return found


def shortened(text: str) -> str:
    """
    Return the part of a long sentence up to a joint at which it may end, "" if none fits.
    """
    joints = [
        m.start()
        for m in re.finditer(
            r",?\s(?:and|or|but|so|because|while|when|where|which|that|in|with|by|without|since|after|before)\s",
            text,
        )
    ]
    fitting = [
        j for j in joints if _SAID_WORDS_MIN <= len(text[:j].split()) <= STATEMENT_WORDS_MAX - 2
    ]
    return text[: fitting[-1]].strip(" ,") if fitting else ""


_LISTING: Final = re.compile(
    r"(?:^|,\s)((?:\w+\s){0,2}\w+s:\s\w[^:;.]*,\s[^:;,.]+\s(?:and|or)\s[^,:;.]+)$"
)
_NAMES: Final = re.compile(
    r"[^,:;]+(?:,\s[A-Z][\w-]*(?:\s[A-Z][\w-]*)*)+,?\s(?:and|or)\s[A-Z][\w-]*(?:\s[A-Z][\w-]*)*"
)
"""
"five flavours: lemon, mint and lime"; "works with Zoom, Teams and Meet": said in one breath.
"""


def is_of_names(text: str) -> bool:
    """
    Whether a text lists names that belong to its beginning.

    >>> is_of_names("works with Zoom, Teams and Meet"), is_of_names("oil, salt and lime")
    (True, False)
    """
    return _NAMES.fullmatch(text) is not None and len(text.split()) <= FEATURE_WORDS_MAX


def of(text: str) -> list[str]:
    """
    Return what a text lists, each item a fragment to be said on its own.

    >>> of("oil, salt and lime")
    ['oil', 'salt', 'lime']
    >>> of("track stock, payroll and tips in one place")
    ['track stock, payroll and tips in one place']
    >>> of("works with Zoom, Teams and Meet"), of("no sugar, two flavours: lime, mint and plum")
    (['works with Zoom, Teams and Meet'], ['no sugar', 'two flavours: lime, mint and plum'])
    """
    listing = _LISTING.search(text)
    if listing and listing.start() and len(listing[1].split()) <= FEATURE_WORDS_MAX + 2:
        return [*of(text[: listing.start()]), uncapped(listing[1])]
    if is_of_names(text):
        return [uncapped(text)]
    if occasions.is_one(text) or (
        re.match(rf"(?i)(?:{vocabulary.POINTS})\s", text)
        and re.search(r",\s(?:\w+\s){1,2}and\s[^,]+$", text)
        and len(text.split()) <= FEATURE_WORDS_MAX
    ):
        return [uncapped(text)]
    parts = [
        p
        for p in re.split(
            r"\s[-–—]+\s|\s?[–—]\s?|[,;:]\s+|\.\s|\s\+\s|\s&\s(?=\w+\s)|\splus\s|\s\|\s", text
        )
        if p
    ]
    found: list[str] = []
    for i, part in enumerate(parts):
        sides = [s.strip() for s in re.split(r"\sand\s", part)]
        is_last = i == len(parts) - 1 and len(parts) > 1
        words = max(len(s.split()) for s in sides)
        alike = all(nouns.is_quality(s) for s in sides) or any(
            s.startswith(("no ", "free ")) for s in sides[1:]
        )
        if len(sides) > 1 and (is_last and words <= _ITEM_WORDS_MAX and "," in text or alike):  # noqa: RUF021 - "oil, salt and lime"
            found.extend(sides)
        else:
            found.append(part)
    kept = []
    for part in found:
        fragment = LINK.sub("", re.sub(r"^[-–—]+\s*", "", part.strip(" .,;:–—!?()")).rstrip("-"))
        fragment = balanced(fragment)
        if any(c.isalnum() for c in fragment) and len(fragment) > 1:
            if len(fragment.split()) > FEATURE_WORDS_MAX:
                fragment = shortened(fragment)
            kept.append(uncapped(fragment))
    return [f for f in kept if f]


_PLACED: Final = re.compile(r"\S+\s(?:in|from|at|near|by|to|of)\s(?:the\s)?[A-Z]")
# "Hotel in the Dolomites": only the first capital is the sentence's own.


def uncapped(text: str) -> str:
    """
    Return *text* without a sentence's capitals, names kept where they show themselves.

    >>> uncapped("Sleek Design"), uncapped("USB charging"), uncapped("iPhone case")
    ('sleek design', 'USB charging', 'iPhone case')
    >>> uncapped("Hotel in the Dolomites")
    'hotel in the Dolomites'
    """
    words = text.split()
    if re.match(r"[A-Z]\w+ (?:of|de|du|di|&) [A-Z]|[A-Z]\w{1,3}\. [A-Z]", text):
        return text  # "Museum of Modern Art"
    if re.match(r"[A-Z][a-z]+ [A-Z]\w* (?:.* )?[a-z]", text) and not nouns.is_quality(words[0]):
        return text  # "Nike Air Max shoes"
    titled = (
        len(words) > 1
        and words[0][:1].isalpha()
        and not _PLACED.match(text)
        and all(w[:1].isupper() for w in words if len(w) >= _LONG_WORD_CHARS)
        and not nouns.is_proper(text)
    )
    return " ".join(
        word.lower()
        if (
            ((i == 0 or titled) and word[:1].isupper() and word[1:].islower())
            or (i == 0 and word == "A")
        )
        and word not in vocabulary.PROPER
        else word
        for i, word in enumerate(words)
    )


def closed(sentence: str) -> str:
    """
    Return a sentence with its capital and its full stop.
    """
    text = sentence.strip(" ,;:-–—")
    text = balanced(text)
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def balanced(text: str) -> str:
    """
    Return *text* without its brackets if one of a pair was cut off.

    >>> balanced("4.9 (1,234 reviews"), balanced("4.9 (of 5)")
    ('4.9 1,234 reviews', '4.9 (of 5)')
    """
    if text.count("(") == text.count(")"):
        return text
    return re.sub(r"\s*[()]\s*", " ", text).strip()


def enumerated(text: str) -> str:
    """
    Return a list's last item joined by "and".

    >>> enumerated("3 flavours: vanilla, berry, coconut")
    '3 flavours: vanilla, berry and coconut'
    """
    head, _, last = text.rpartition(", ")
    is_list = head and " and " not in last and " or " not in last and len(last.split()) <= 3  # noqa: PLR2004 - an item, no clause
    return f"{head} and {last}" if is_list else text
