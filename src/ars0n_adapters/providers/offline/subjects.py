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
_NO_NOUNS: Final = frozenset(
    ["perfect", "ideal", "great", "good", "best", "available", "suitable", "new", "now", "free", "made", "no"]
)  # fmt: skip
_PRODUCT_WORDS_MAX: Final = 10
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
    text = _without_name(text.lstrip(" -–—,;:"), found)
    text = _without_price(_without_clause(text, found), found)
    if not found.product and keywords.is_run(text):
        text = ", ".join(keywords.cut(text))
    head, *rest = re.split(r"\s[-–—]+\s|\s?[–—]\s?|:\s|;\s|,\s", text, maxsplit=1)
    head, rest = _adjectives(head, rest)
    head, aside = _cut_aside(head.strip(" ,"), found)
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
    return first in _NO_NOUNS and bool(re.match(r"(?i)\w+(?:$| (?:for|to|in|at|with|from) )", head))


def _take(head: str, found: Found) -> None:
    words = head.split()
    if len(words) <= _PRODUCT_WORDS_MAX:
        found.product.append(fragments.uncapped(ARTICLE.sub("", head)))
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
    if clause and not re.search(r"(?i)\sfor\s", clause[1]):
        verb, *others = clause[2].split(" ", 1)
        plain = clauses.base_verb(verb)
        pronoun = "They" if nouns.is_plural(clause[1]) else "It"
        if nouns.is_business(clause[1]) and clauses.is_verb(plain):
            pronoun, verb = "We", plain
        said = fragments.pieces(f"{pronoun} {' '.join([verb, *others])}")
        found.statements.extend(fragments.closed(piece) for piece in said)
        text = clause[1]
    working = re.match(r"(?i)^([^,]+?)\s(?:that|which)\s(?:just\s)?(\w+)$", text)
    is_verb = working is not None and clauses.is_verb(clauses.base_verb(working[2].lower()))
    if working and is_verb and not found.product:
        pronoun = "They" if nouns.is_plural(working[1]) else "It"
        found.statements.append(f"{pronoun} {working[2]}.")
        text = working[1]
    place = re.match(r"(?i)^(.+?),?\swhere\s((?:you|kids|children|everyone|we)\s.+)$", text)
    if place and len(place[2].split()) < fragments.STATEMENT_WORDS_MAX:
        found.statements.append(fragments.closed(place[2]))
        text = place[1]
    return text


def _without_price(text: str, found: Found) -> str:
    """
    Return *text* without the price that its first words end with, which is kept for the end.
    """
    priced = re.match(
        r"(?i)^([^,:;$€£]+?)\s(?:-\s)?((?:from |for |only |just )?[$€£]\d[\d.,]*(?:\s?(?:/|a |per )\s?\w+)?)(?=$|,|;)(.*)$",
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
    if nouns.is_quality(before) or before.endswith("ly") or word == "by" and nouns.is_proper(rest):  # noqa: RUF021 - two cases
        return head, []
    inner, more = (rest, []) if re.fullmatch(vocabulary.DOING, word) else _cut_aside(rest, found)
    features: list[str] = []
    if word == "for":
        found.audience.append(inner)
        if len(head.split()) <= _PRODUCT_WORDS_MAX and not re.search(r"(?i)\bwith\b", rest):
            return head, []
        return f"{before} for {inner}" if len(
            f"{before} {inner}".split()
        ) < _PRODUCT_WORDS_MAX else before, more
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
