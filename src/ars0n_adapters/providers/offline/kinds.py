"""
What kinds of thing are advertised, and what can be said and shown of each.

The lines are data (``lines.toml``): sensations, moments and habits, never claims.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence


_SHORT_STEM = 5


@frozen(kw_only=True)
class Kind:
    """
    One kind of product, service, place or cause, and what fits all of its kind.

    ``family`` chooses the lines it shares; ``call`` takes the company's name.
    """

    name: str
    family: str
    call: str
    stems: tuple[str, ...]
    hooks: tuple[str, ...]
    moments: tuple[str, ...]
    closes: tuple[str, ...]
    uses: tuple[str, ...]
    places: tuple[str, ...]
    details: tuple[str, ...]


@frozen(kw_only=True)
class Lines:
    """
    All that can be said without being told: by kind, by family, by tone.
    """

    kinds: tuple[Kind, ...]
    families: dict[str, tuple[str, ...]]
    tone_hooks: dict[str, tuple[str, ...]]
    tone_lines: dict[str, tuple[str, ...]]


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
    return Lines(kinds=kinds, **by_name)


def kind_of(texts: Sequence[str]) -> Kind:
    """
    Return the kind *texts* speak of; earlier texts, and later words in one, decide.

    The last noun of "dog food delivery app" says what it is; "for dogs" only for whom.
    """
    table = lines().kinds
    for text in texts:
        # a shelter for cats sells nothing to them; dog food is no food of ours
        for name in ("charity", "pet"):
            kind = next(kind for kind in table if kind.name == name)
            words = re.findall(r"[^\W\d_]+", text.lower())
            if any(_is_known(word, stem) for word in words for stem in kind.stems):
                return kind
        for word in reversed(re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", text.lower())):
            for kind in table[:-1]:
                if any(_is_known(word, stem) for stem in kind.stems):
                    return kind
    return table[-1]


def _kind(row: dict[str, Any]) -> Kind:
    fields: dict[str, Any] = {
        name: tuple(v) if isinstance(v, list) else v for name, v in row.items()
    }
    return Kind(**fields)


def _is_known(word: str, stem: str) -> bool:
    # short stems are whole words ("app", "car", "tea"), long ones begin words
    if len(stem) < _SHORT_STEM:
        return word in {stem, stem + "s", stem + "es"}
    if len(stem) == _SHORT_STEM:
        return re.fullmatch(f"{stem}(?:s|es|er|ers|ing|ed|e|ion|ions|ry|lery)?", word) is not None
    return word.startswith(stem)
