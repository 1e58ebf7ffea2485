"""
What kinds of thing are advertised, and what can be said and shown of each.

The lines are data (``lines.toml``): sensations, moments and habits, never claims.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache, lru_cache
from importlib import resources
from itertools import pairwise
from typing import Any, Final

from attrs import frozen

from ars0n_adapters.providers.offline import vocabulary

_SHORT_STEM = 5


@frozen(kw_only=True)
class Kind:
    """
    One kind of product, service, place or cause, and what fits all of its kind.

    ``family`` chooses the lines it shares; ``call`` takes a name. Where a word of
    ``unless`` is said, the kind ``instead`` fits better.
    """

    name: str
    family: str
    call: str
    stems: tuple[str, ...]
    hooks: tuple[str, ...]
    lines: tuple[str, ...]
    closes: tuple[str, ...]
    unless: tuple[str, ...] = ()
    instead: str = ""


@frozen(kw_only=True)
class Lines:
    """
    All that can be said without being told: by kind, by family, by tone.
    """

    kinds: tuple[Kind, ...]
    families: dict[str, tuple[str, ...]]
    tone_hooks: dict[str, tuple[str, ...]]
    tone_lines: dict[str, tuple[str, ...]]
    short_hooks: tuple[str, ...]


@cache
def lines() -> Lines:
    """
    Return the table; the last of its kinds is the one for anything.
    """
    text = resources.files(__package__).joinpath("lines.toml").read_text("utf-8")
    table = tomllib.loads(text)
    kinds = tuple(_kind(row) for row in table["kinds"])
    by_name = {
        part: {name: tuple(v) for name, v in table[part].items()}
        for part in ("families", "tone_hooks", "tone_lines")
    }
    return Lines(kinds=kinds, short_hooks=tuple(table["short_hooks"]["any"]), **by_name)


def kind_of(product: str, company: str = "", others: str = "") -> Kind:
    """
    Return the kind of *product*, else of *company*'s name, else the one that most of the
    words of *others* speak of.

    The last noun says what a thing is: a "coffee machine" is no drink. A wrong guess is
    worse than none, so *others* decide only where they agree.

    >>> kind_of("coffee machine").name, kind_of("iced coffee").name, kind_of("wug").name
    ('device', 'cold_drink', 'generic')
    """
    core = " ".join(re.split(r"\s(?:in|of|from|at|on|to|near|by|for|with)\s", product)[:1])
    found = _named(core)
    if found is None:
        found = lines().kinds[-1] if product else _named(company) or _most(others)
    said = _words(f"{product} {others}")
    # what is hot gets no lines about glasses
    while found.unless and any(_is_known(word, stem) for word in said for stem in found.unless):
        found = next(kind for kind in lines().kinds if kind.name == found.instead)
    if found.family == "thing" and _TRADE & set(said):
        return next(kind for kind in lines().kinds if kind.name == "business")
    return found


_TRADE: Final = frozenset(
    [
        "b2b",
        "industrial",
        "manufacturers",
        "enterprise",
        "enterprises",
        "wholesale",
        "aerospace",
        "warehouses",
        "hospitals",
        "factories",
    ]
)
"""
Words by which a thing is sold to businesses.
"""


def _named(core: str) -> Kind | None:
    words = _words(core)
    table = lines().kinds[:-1]
    # a shelter for cats sells nothing to them; dog food is no food of ours
    for kind in table:
        if kind.name in {"charity", "pet"} and any(
            _is_known(word, stem) for word in words for stem in kind.stems
        ):
            return kind
    pairs = [f"{one}-{two}" for one, two in pairwise(words)]
    for pair in reversed(pairs):
        for kind in table:
            if pair.removesuffix("s") in kind.stems:
                return kind
    for word in reversed(words):
        for kind in table:
            if any(_is_known(word, stem) for stem in kind.stems):
                return kind
        if word not in vocabulary.CARRIERS:
            # "ramen bowls" are no food: what a word we don't know is, nobody can tell
            return None
    return None


def _most(text: str) -> Kind:
    table = lines().kinds
    words = _words(text)
    counts = [
        sum(any(_is_known(word, stem) for stem in kind.stems) for word in words)
        for kind in table[:-1]
    ]
    most = max(counts)
    if not most or counts.count(most) > 1:
        return table[-1]
    return table[counts.index(most)]


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.lower())


def _kind(row: dict[str, Any]) -> Kind:
    fields: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in row.items()
    }
    return Kind(**fields)


@lru_cache(maxsize=1 << 14)
def _is_known(word: str, stem: str) -> bool:
    # short stems are whole words ("app", "car", "tea"), long ones begin words
    if "-" in stem:
        return word in {stem, stem + "s"}
    if "-" in word and word.rsplit("-", 1)[-1] != word:
        word = word.rsplit("-", 1)[-1]
    if len(stem) < _SHORT_STEM:
        return word in {stem, stem + "s", stem + "es"}
    if len(stem) == _SHORT_STEM:
        return re.fullmatch(f"{stem}(?:s|es|er|ers|ing|ed|e|ion|ions|ry|lery)?", word) is not None
    return word.startswith(stem)
