"""
Whole sentences of a prompt: the subject taken out where they name one, the rest said as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ars0n_adapters.providers.offline import clauses, fragments, labels, nouns, subjects, vocabulary

if TYPE_CHECKING:
    from ars0n_adapters.providers.offline.subjects import Found

_HALF_WORDS_MIN: Final = 4  # "We bake and" is no sentence


def is_one(bare: str) -> bool:
    """
    Whether a sentence can be said as it stands, or tells the listener what to do.

    >>> is_one("Polls open at seven"), is_one("Sell your car in 3 steps"), is_one("Oak tables")
    (True, True, False)
    """
    if clauses.is_statement(bare):
        return True
    return clauses.is_order(bare) and (
        subjects.OPENER.match(bare) is None or _YOURS.match(bare) is not None
    )


def read(bare: str, sentence: str, found: Found) -> None:
    """
    Read a sentence without its closing mark (*bare*) and with it.
    """
    two = re.split(r"(?i),?\s(?:and|but|so)\s(?=(?:i|we)\s)", bare, maxsplit=1)
    if len(two) > 1 and len(two[0].split()) >= _HALF_WORDS_MIN and not found.product:
        read(two[0], two[0], found)
        read(two[1], two[1], found)
        return
    if not found.product:
        if _read_naming(bare, found):
            return
        told = _without_subject(bare, found)
        if told != bare:
            bare, sentence = told, f"{told}{sentence[-1] if sentence[-1] in '.!?' else '.'}"
    is_late = labels.OFFER.search(bare) and (found.product or found.statements)
    target = found.facts if is_late else found.statements
    for piece in fragments.pieces(bare):
        if clauses.is_statement(piece) or clauses.is_imperative(piece) or piece == bare:
            mark = sentence[-1] if piece == bare and sentence[-1:] in "!?" else ""
            target.append(fragments.closed(f"{piece}{mark}"))
        else:
            found.features.extend(fragments.of(piece))


def _read_naming(bare: str, found: Found) -> bool:
    """
    Read "Acme is a bakery", "we sell bread", "I run a shop and want ..."; whether it was one.
    """
    said = re.match(
        r"(?i)^([\w'&. -]{1,40}?)(?:\s(?:is|are|am)|'re|'m|'s)\s(?:an?|the|our|your)\s(.+)$", bare
    )
    if said:
        subject = said[1].strip()
        if (
            subject[:1].isupper()
            and subject.lower() not in _PRONOUNS
            and not subject.lower().startswith(("our ", "the ", "this ", "my "))
        ):
            found.name.append(subject)
        subjects.read(said[2], found)
        return True
    owned = _OWNER.match(bare)
    if owned:
        subjects.read(owned[1], found)
        if owned[2]:
            found.calls.append(owned[2])
        return True
    selling = re.match(r"(?i)^(?:we|i) (?:sell|make|produce|bake|craft|offer)\s(.+)$", bare)
    if selling:
        subjects.read(selling[1], found)
    return selling is not None


def _without_subject(bare: str, found: Found) -> str:
    """
    Return a sentence with a pronoun for the product it speaks of, which is kept.
    """
    about = _ABOUT.match(bare)
    if about is None or clauses.is_order(bare) or clauses.is_verb(bare.split(maxsplit=1)[0]):
        return bare
    subject = about[1].strip()
    if subject.lower() in _OWNERS:
        return bare
    found.product.append(fragments.uncapped(subject))
    verb = bare[about.end(1) :].strip()
    told = f"{'They' if nouns.is_plural(subject) else 'It'} {verb}"
    if nouns.is_business(subject):
        does, _, rest = verb.partition(" ")
        told = f"We {clauses.base_verb(does)} {rest}"
    if told.startswith(("We ", "They ")):
        told = re.sub(r"\sand (has|is|does)\b", lambda m: f" and {clauses.base_verb(m[1])}", told)
    return told


_YOURS: Final = re.compile(r"(?i)(?:buy (?:one|two|three)|\w+ your)\b")

_OWNER: Final = re.compile(
    r"(?i)^(?:i|we)\s(?:run|own|have|opened|started|manage)\s(an?\s[^,;:]+?)(?:,?\s(?:and|so|but)\s(?:i|we)?\s?"
    r"(?:want|need|would like|'d like)\s(?:more\s|new\s|my\s|our\s)?(?:people|customers|clients|you|guests|everyone)\sto\s(.+))?$"
)
"""
"I run a flower shop and want people to order bouquets".
"""

_ABOUT: Final = re.compile(
    rf"(?i)^(?:(?:our|the|this|these)\s)?((?:(?!(?:\d+|and|but|it|they|we|you|i|he|she|that|this|these|those|there|everyone|nobody|who|what|your|my|for|with|when)\b)[\w'-]+\s){{1,4}}?)"
    rf"(?:is|are|has|have|comes?|will|can|(?:{vocabulary.VERBS}|{vocabulary.DOES})(?:e?s)?(?!\s(?:\w+ed|made)\s(?:on|by|in|with|from|for|at|to)\b))\s(?!of\b|and\b|for\b)"
)

_OWNERS: Final = frozenset(
    [
        "family",
        "team",
        "goal",
        "mission",
        "company",
        "story",
        "customers",
        "chefs",
        "doors",
        "people",
        "shop",
        "staff",
        "founders",
        "farmers",
        "prices",
        "store",
        "polls",
        "tickets",
        "applications",
        "registration",
        "entries",
        "gates",
        "seats",
        "places",
        "lines",
        "phones",
    ]
)
"""
What "our" stands before that isn't for sale.
"""

_PRONOUNS: Final = frozenset(
    ["it", "they", "we", "this", "these", "that", "there", "he", "she", "i", "here", "you", "which"]
)
