"""
The subject of a prompt: what it is called, what it is, and what hangs on it.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import field, frozen

from ars0n_adapters.providers.offline import (
    clauses,
    fragments,
    keywords,
    labels,
    nouns,
    occasions,
    vocabulary,
)

ARTICLE: Final = re.compile(
    r"(?i)^(?:(?:and|plus|also|with|the|an?|our|my|some|new:|is|are)\s+)+(?=\S)"
)
OPENER: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:buy|check(?:\s+out)?|introduc(?:e|ing)|promot(?:e|ing)|advertis(?:e|ing)"
    r"|sell(?:ing)?|launch(?:ing)?|discover|try|visit|meet|announc(?:e|ing)|donate\s+to|give\s+to|support"
    r"|shop|get|order|see|presenting|we(?: are|'re) (?:launching|opening|introducing|selling|promoting)"
    r"|we (?:sell|make|offer|produce|run|bake|craft)|i (?:sell|make|run)|here(?:'s| is| are)|welcome to|join us (?:for|at)|this is)\s+(?=\S)"
)
_CLAUSE: Final = re.compile(
    r"(?i)^(.+?),?\s(?:that|which|who)\s((?!the\b|an?\b|is\b|are\b|you\b|we\b)\w+\s.+)$"
)
_HANGS_ON_INNER: Final = re.compile(
    r"(?i)\s(?:about|at|in|on|of|from|with|by|to|into)\s(?:an?|the|one|each|every)\s(?:[\w'-]+\s){0,2}[\w'-]+$"
)
"""
What a clause that follows is said of: "a book about a fox" that is afraid.
"""
_GOVERNED: Final = re.compile(
    r"(?i)^[^,:;]*?\b(?:\w{3,}ed\s(?:with|from|by|of)|made\s(?:with|from|of)|without|free of|full of)\s[^,:;]+?"
    r"(?:,\s(?:[\w'-]+\s){0,2}?[\w'-]+)*,?\s(?:and|or)\s(?:[\w'-]+\s){0,2}?[\w'-]+(?=[,;:]|$)"
)
"""
A list that belongs to the word before it: "candles scented with fig, cedar and sea salt".
"""
_NO_NOUNS: Final = frozenset(
    ["perfect", "ideal", "great", "good", "best", "available", "suitable", "new", "now", "free", "made", "no"]
)  # fmt: skip
_PRODUCT_WORDS_MAX: Final = 12
_NAME_WORDS_MAX: Final = 4


@frozen(kw_only=True)
class Found:
    """
    What has been read of a prompt so far.
    """

    company: str = ""
    product: list[str] = field(factory=list)
    name: list[str] = field(factory=list)
    brand: list[str] = field(factory=list)
    features: list[str] = field(factory=list)
    statements: list[str] = field(factory=list)
    facts: list[str] = field(factory=list)
    calls: list[str] = field(factory=list)
    taglines: list[str] = field(factory=list)
    audience: list[str] = field(factory=list)
    questions: list[str] = field(factory=list)
    manner: list[str] = field(factory=list)


def read(text: str, found: Found) -> None:
    """
    Read "wireless headphones for runners: light, sweat-proof, with 40-hour battery".
    """
    if found.product and fragments.is_of_names(text):
        found.features.extend(fragments.of(text))
        return
    text = _without_name(text.lstrip(" -–—,;:"), found)
    text = _without_price(_without_clause(text, found), found)
    if not found.product and keywords.is_run(text):
        text = ", ".join(keywords.cut(text))
    governed = _GOVERNED.match(text)
    held = governed[0] if governed and len(governed[0].split()) <= _PRODUCT_WORDS_MAX else ""
    head, *rest = re.split(r"\s[-–—]+\s|\s?[–—]\s?|:\s|;\s|,\s", text[len(held) :], maxsplit=1)
    head = held + head
    if labels.is_bare_call(head):
        found.calls.append(head)
        head = ""
    head, rest = _adjectives(head, rest)
    head, aside = _cut_aside(head.strip(" ,"), found)
    is_figured = not found.product and _FIGURED.match(head) is not None
    if is_figured:
        found.facts.append(fragments.closed(head))
        head = ""
    if not found.product and _is_no_noun(head):
        is_quality = nouns.is_adjective_phrase(text)
        target = found.features if is_quality else found.statements
        target.append(fragments.uncapped(text) if is_quality else fragments.closed(text))
        found.audience.clear()
        return
    is_noun = sum(c.isalpha() for c in head) > 1 and not nouns.is_adjective_phrase(head)
    if not found.product and is_noun:
        _take(head, found)
        found.features.extend(aside)
    elif head:
        found.features.extend(fragments.of(text if aside else head))
    for fragment in [fragment for part in rest for fragment in fragments.of(part)]:
        if labels.PRICE.search(fragment) or occasions.is_time(fragment):
            found.facts.append(fragments.closed(fragment))
        else:
            found.features.append(fragment)


def _is_no_noun(head: str) -> bool:
    first = head.split(" ", maxsplit=1)[0].lower()
    if re.fullmatch(r"\d[\d.]*%|[$€£]\d\S*|the|an?|our|my|your|this", first) and (
        " " not in head or not first.isalpha()
    ):
        return True
    if _SAVING.match(head):
        return True
    return first in _NO_NOUNS and bool(re.match(r"(?i)\w+(?:$| (?:for|to|in|at|with|from) )", head))


_SAVING: Final = re.compile(r"(?i)(?:save|win|earn|get)\s(?:up to\s)?[$€£]?\d")

_FIGURED: Final = re.compile(
    r"(?i)(?:doors|show|ages?|hours|tel|phone|fax|ext|iban|bic|sort code|account|lot|ref)\s[^,]*\d"
    r"|\d[\d.,]*(?:-\d[\d.,]*)?\s(?:mph|km/h|hp|kw|nm|mi|mm|cm|m|kg|g|lb|s|sec|min|am|pm|sq|ft)\b"
)
"""
"Doors 18:30", "0-60 mph in 3.2 s": told as it stands, it introduces nothing.
"""

_PARTED: Final = re.compile(
    r"(?i)((?:\S+\s){1,11}?\S+)\s((?:at|in|on|with|from)\s(?:an?|the)\s(?:\S+\s){0,10}\S+)$"
)
"""
A product and where, or at what price, it is had: two breaths.
"""


def _take(head: str, found: Found) -> None:
    words = head.split()
    if len(words) > _PRODUCT_WORDS_MAX and (parted := _PARTED.match(head)):
        found.features.append(parted[2])
        head = parted[1]
        words = head.split()
    if len(words) <= _PRODUCT_WORDS_MAX:
        bare = ARTICLE.sub("", head)
        # a product that begins with its maker's name keeps that as it is written
        is_named = bool(found.company) and re.match(rf"{re.escape(found.company)}(?!\w)", bare)
        found.product.append(bare if is_named else fragments.uncapped(bare))
    else:
        short = fragments.shortened(head) or " ".join(words[: fragments.FEATURE_WORDS_MAX])
        found.features.extend(fragments.of(short))


def _without_name(text: str, found: Found) -> str:
    """
    Return *text* without article and without the name it begins with, which is kept.
    """
    whole = OPENER.sub("", text.strip())
    if not re.search(
        r"(?i)\b(?:out|open|available|streaming|on sale|live|order|call|book|here)\s(?:now|today)$",
        whole,
    ):
        whole = re.sub(r"(?i)\s+(?:now|today)$", "", whole)
    text = ARTICLE.sub("", whole)
    if found.product or found.name:
        return fragments.LINK.sub("", whole)
    called = re.match(r"^(The\s[A-Z][\w' ]{1,40}),\s((?:an?|the|our)\s.+)$", whole)
    if called and called[1].istitle():
        found.name.append(called[1])
        return ARTICLE.sub("", called[2])
    titled = re.match(r"^(The(?:\s[A-Z][\w']*){1,3})(?::|\s[-–—])\s(\S.+)$", whole)
    if titled and not nouns.is_plural(titled[1]):
        found.name.append(titled[1])
        return titled[2]
    named = re.match(
        r"^([A-Z][\w&'. -]{0,40}?)(?:,|:|\s[-–—]+|\sis)\s(?:is\s)?(?:(?:an?|the|our)\s)(.+)$", text
    )
    brand = re.match(r"^([A-Z][\w&'.]*(?:\s[A-Z][\w&'.]*){0,3})(?:,|:|\s[-–—]+)\s([a-z].+)$", text)
    if brand and not (found.company and brand[1].lower().startswith(found.company.lower())):
        brand = None
    match = named or brand
    if match is None or len(match[1].split()) > _NAME_WORDS_MAX or nouns.is_common(match[1]):
        return text
    found.name.append(match[1])
    return match[2]


def _without_clause(text: str, found: Found) -> str:
    """
    Return *text* without "that maps your home", which becomes a sentence.
    """
    clause = _CLAUSE.match(text)
    if (
        clause
        and not re.search(r"(?i)\sfor\s", clause[1])
        and not _HANGS_ON_INNER.search(clause[1])
    ):
        told, left = _clause_and_list(clause[2])
        verb, *others = told.split(" ", 1)
        plain = clauses.base_verb(verb)
        pronoun = "They" if nouns.is_plural(clause[1]) else "It"
        if nouns.is_business(clause[1]) and clauses.is_verb(plain):
            pronoun, verb = "We", plain
        said = fragments.pieces(f"{pronoun} {' '.join([verb, *others])}")
        found.statements.extend(fragments.closed(piece) for piece in said)
        text = f"{clause[1]}{left}"
    working = re.match(r"(?i)^([^,:;]+?)\s(?:that|which)\s(?:just\s)?(\w+)(?=$|[:;,])(.*)$", text)
    if working and not found.product:
        verb, is_many = working[2].lower(), nouns.is_plural(working[1])
        is_led = bool(working[3]) and not is_many and re.search(r"[^s]s$", verb) is not None
        if is_led or clauses.is_verb(clauses.base_verb(verb)):
            found.statements.append(f"{'They' if is_many else 'It'} {working[2]}.")
            text = f"{working[1]}{working[3]}"
    place = re.match(r"(?i)^(.+?),?\swhere\s((?:you|kids|children|everyone|we)\s.+)$", text)
    if place and len(place[2].split()) < fragments.STATEMENT_WORDS_MAX:
        found.statements.append(fragments.closed(place[2]))
        text = place[1]
    return text


def _clause_and_list(text: str) -> tuple[str, str]:
    """
    Return "grow with the foot, vegan leather, wide fit" as the clause and what is listed
    after it, which begins with its comma.
    """
    first, *others = text.split(", ")
    if not others or " and " in others[-1] or " or " in others[-1]:
        return text, ""
    goes_on = any(
        re.match(r"(?i)(?:and|or|but|so|then|even|never|always)\s", part)
        or clauses.is_third_person(part)
        or clauses.is_verb(part.split(maxsplit=1)[0])
        or clauses.is_statement(part)
        for part in others
        if part
    )
    return (text, "") if goes_on else (first, f", {', '.join(others)}")


def _without_price(text: str, found: Found) -> str:
    """
    Return *text* without the price that its first words end with, which is kept for the end.
    """
    priced = re.match(
        r"(?i)^([^,:;$€£]+?)\s(?:-\s)?((?:from |for |only |just )?[$€£]\d+(?:[.,]\d+)*(?![.,]?\d)(?:\s?(?:/|a |per )\s?\w+)?)(?=$|,|;)(.*)$",
        text,
    )
    if (
        priced is None
        or found.product
        or re.search(r"(?i)\b(?:over|under|of|to|at|by|rooms?|for)$", priced[1])
    ):
        return text
    found.facts.append(fragments.closed(priced[2]))
    return f"{priced[1]}{priced[3]}"


def _adjectives(head: str, rest: list[str]) -> tuple[str, list[str]]:
    """
    Return a noun phrase whose adjectives a comma has parted ("small, quiet hotel").
    """
    if not rest or not nouns.is_quality(head):
        return head, rest
    more, *others = re.split(r",\s|\s[-–—]+\s|:\s|;\s", rest[0], maxsplit=1)
    if nouns.is_quality(more):
        return head, rest
    return f"{head}, {more}", others


def _stays_whole(before: str, word: str, rest: str) -> bool:
    """
    Whether nothing can be taken from "gin distilled" *before* "with" and the *rest*.
    """
    if word in {"that", "which", "who"} and _HANGS_ON_INNER.search(before):
        return True
    if word == "by" and nouns.is_proper(rest):
        return True
    return bool(_ENDS_DONE.search(before)) or nouns.is_quality(before) or before.endswith("ly")


_ENDS_DONE: Final = re.compile(
    r"(?i)\s(?!(?:bed|shed|sled|seed|feed|weed|breed|speed)$)(?:\w{3,}ed|grown|drawn|woven|spun|sewn|cut|born)$"
)
"""
What can't stand without what follows it: "gin distilled" with seaweed.
"""


def _cut_aside(head: str, found: Found) -> tuple[str, list[str]]:
    """
    Return *head* without the clauses that hang on it, and those as features.
    """
    match = re.search(
        rf"(?i)\s(that|which|who|with|featuring|including|(?:made|delivered|written|designed|built|crafted|engineered|grown|baked|brewed|roasted)(?=\s(?:the same|in|from|by|for|with|of|to|on|at|over|using)\s)|for|by|{vocabulary.DOING})\s",
        head,
    )
    if match is None or not match.start():
        return head, []
    word, rest = match[1].lower(), head[match.end() :].strip()
    before = head[: match.start()].strip()
    if _stays_whole(before, word, rest):
        return head, []
    inner, more = (rest, []) if re.fullmatch(vocabulary.DOING, word) else _cut_aside(rest, found)
    features: list[str] = []
    if word == "for":
        found.audience.append(inner)
        if len(head.split()) <= _PRODUCT_WORDS_MAX and not re.search(r"(?i)\bwith\b", rest):
            return head, []
        if len(f"{before} {inner}".split()) < _PRODUCT_WORDS_MAX:
            return f"{before} for {inner}", more
        # whom it is for is no small print: what the product has no room for is said beside it
        found.statements.append(fragments.closed(f"For {inner}"))
        return before, more
    if word in {"with", "featuring", "including"}:
        is_one = (
            len(fragments.of(rest)) == 1
            and not more
            and "," not in rest
            and not rest.lower().startswith("no ")
        )
        if (
            is_one
            and word == "with"
            and len(head.split()) < _PRODUCT_WORDS_MAX
            and not found.product
        ):
            return head, []
        features.extend(fragments.of(inner))
    elif word == "by":
        return head, []
    elif word in {"that", "which", "who"}:
        features.append(inner)
    else:
        features.append(f"{word} {inner}")
    return before, features + more
