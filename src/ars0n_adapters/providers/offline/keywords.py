"""
Words in a row, as people type into a search box: cut where a new point begins.
"""

from __future__ import annotations

import re
from typing import Final

from ars0n_adapters.providers.offline import clauses, nouns, vocabulary

_RUN_WORDS_MIN: Final = 5
_PLURAL_CHARS_MIN: Final = 4  # "gas" is one thing
_FUNCTION: Final = re.compile(
    r"(?i)\b(?:a|an|the|of|in|on|at|to|from|by|with|for|and|or|but|is|are|was|it|we|you|your|our|my|i|that|this|so|as|until"
    r"|into|per|not|than|who|which|where|when|can|will|has|have|be|every|over|under)\b"
)
_BOUND: Final = frozenset(
    ["free", "proof", "friendly", "resistant", "welcome", "included", "only", "off"]
)
_ATTACHED: Final = (["free"], ["proof"], ["friendly"], ["resistant"], ["welcome"], ["included"])
_HEADS: Final = frozenset(
    ["no", "zero", "free", "unlimited", "best", "great", "all", "many", "full", "fast"]
)
_TEXT: Final = re.compile(r"[^,:;.!?()\u2013\u2014]+")


def is_run(text: str) -> bool:
    """
    Whether *text* is keywords without anything between them.

    >>> is_run("plumber emergency 24h fast cheap london"), is_run("Oak tables for small homes")
    (True, False)
    """
    words = text.split()
    if len(words) < _RUN_WORDS_MIN or not _TEXT.fullmatch(text) or _FUNCTION.search(text):
        return False
    if re.search(rf"(?i)\b(?:{vocabulary.DOING})|\b\w{{2,}}ed\s\d", text):  # "aged 12 years"
        return False
    return not clauses.is_statement(text) and not clauses.is_order(text) and " - " not in text


def cut(text: str) -> list[str]:
    """
    Return the points of a run of keywords: a quality or a number after a thing begins one.

    >>> cut("Bluetooth speaker waterproof bass 12 hours")
    ['Bluetooth speaker', 'waterproof bass', '12 hours']
    >>> cut("cleaning products refill station zero waste plastic free")
    ['cleaning products', 'refill station', 'zero waste', 'plastic free']
    """
    words = text.split()
    points: list[list[str]] = [[]]
    has_thing = False
    for place, word in enumerate(words):
        bare = word.lower()
        begins = has_thing and (
            _is_number(words, place)
            or bare in _HEADS - _BOUND
            or (_is_quality(bare) and bare not in _BOUND)
            or (_follows_plural(words, place) and bare not in _BOUND)
            or _is_pair(words[place : place + 2])
            or (bare not in _BOUND and words[place + 1 : place + 2] in _ATTACHED)
        )
        if begins:
            points.append([])
            has_thing = False
        points[-1].append(word)
        is_measure = word[0].isdigit() or word[0] in "$\u20ac\u00a3"
        has_thing = has_thing or not (_is_quality(bare) or is_measure or bare in _HEADS)
        if is_measure and re.fullmatch(r"\d+[a-z%]{1,3}", bare) and len(points[-1]) == 1:
            has_thing = False
    return [" ".join(point) for point in points if point]


def _is_quality(word: str) -> bool:
    return word in vocabulary.ADJECTIVES or word.endswith(("proof", "less", "-free"))


def _is_number(words: list[str], place: int) -> bool:
    """
    Whether a number begins a point, not hours ("happy hour 4-6") or a model ("RTX 4070").
    """
    word = words[place]
    is_hours = re.fullmatch(r"\d+-\d+", word) is not None
    is_model = words[place - 1].isupper() and word.isdigit()
    return word[0] in "$\u20ac\u00a3" or (word[0].isdigit() and not is_hours and not is_model)


def _follows_plural(words: list[str], place: int) -> bool:
    before = words[place - 1]
    return len(before) >= _PLURAL_CHARS_MIN and nouns.is_plural(before)


def _is_pair(pair: list[str]) -> bool:
    # "RFID blocking"
    return len(pair) > 1 and len(pair[0]) > 1 and pair[0].isupper() and pair[1].endswith("ing")
