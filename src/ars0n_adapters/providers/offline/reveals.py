"""
Ways of saying what it is and what it is called, once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ars0n_adapters.providers.offline import nouns, phrases

if TYPE_CHECKING:
    from ars0n_adapters.providers.offline.briefs import Brief
    from ars0n_adapters.providers.offline.kinds import Kind


_SHORT_WORDS: Final = 6


def subject(brief: Brief) -> str:
    """
    Return how the product is called when it is spoken of again, "" if it has no name.
    """
    if brief.name:
        return brief.name
    if not brief.product or brief.is_business:
        return ""
    head = nouns.head_noun(brief.product)
    core = (
        brief.product.split(f" {head} ", maxsplit=1)[0]
        if f" {head} " in brief.product
        else brief.product
    )
    words = core.split() if core.endswith(head) else [*core.split(), head]
    if nouns.is_proper(" ".join(words)):
        return " ".join(words)
    return f"the {' '.join(words[-2:] if len(words) > 2 else words)}"  # noqa: PLR2004 - "the dog food"


def options(brief: Brief, kind: Kind) -> list[str]:
    """
    Return the sentences that can name the product, any of which would do.
    """
    company, product = phrases.unstopped(brief.company), brief.product
    thing = nouns.with_article(product)
    name = brief.name
    this = "These are" if brief.is_plural else "This is"
    if name and thing:
        told = [f"Meet {name}, {thing}.", f"{name} is {thing}.", f"This is {name}, {thing}."]
        if nouns.is_plural(product):
            told = [f"Meet {name}: {thing}.", f"This is {name}: {thing}."]
        return told
    if name:
        return [f"This is {name}.", f"Meet {name}."]
    if company and thing:
        return _both(brief, kind, company, thing, this)
    if thing:
        return _unnamed(brief, kind, thing, this)
    if company and kind.family == "notice":
        return [f"This is a message from {company}."]
    if company:
        return [f"This is {company}.", f"Meet {company}.", f"Say hello to {company}."]
    return []


def _both(brief: Brief, kind: Kind, company: str, thing: str, this: str) -> list[str]:
    if company.lower() in thing.lower():
        own = thing if brief.product.lower().startswith(company.lower()) else f"the {brief.product}"
        return [f"{this} {own}.", f"Meet {own}.", f"Say hello to {own}."]
    if brief.is_business and not brief.is_plural:
        return [
            f"{company} is {thing}.",
            f"We are {company}, {thing}.",
            f"Meet {company}, {thing}.",
        ]
    if brief.is_business:
        return [f"{company}: {thing}.", f"Meet {company}, {thing}."]
    if kind.family == "notice":
        return [f"{company} informs you: {thing}.", f"A message from {company}: {thing}."]
    if kind.family == "software" and not brief.is_plural:
        return [f"{company} is {thing}.", f"Meet {company}, {thing}."]
    if kind.name in {"event", "culture", "film", "property"}:
        return [f"{company} presents {thing}.", f"{company} brings you {thing}."]
    if kind.family == "service":
        return [f"{company} offers {thing}."]
    if nouns.head_noun(brief.product) == "sale":
        return [f"It's the {brief.product} at {company}."]
    has_tail = len(nouns.head_noun_words(brief.product)) < len(brief.product.split())
    is_tailed = has_tail and not re.search(r"\s(?:in|with|for|of|on|about)\s", thing)
    if " from " in thing or len(thing.split()) > _SHORT_WORDS or is_tailed:
        return [f"{company} brings you {thing}.", f"{company} presents {thing}."]
    # "with milk from Acme" would be another thing than "with milk, from Acme"
    comma = "," if " " in thing and re.search(r"\s(?:in|with|for|of|on|about)\s", thing) else ""
    return [
        f"{this} {thing}{comma} from {company}.",
        f"{company} brings you {thing}.",
        f"Meet {thing}{comma} from {company}.",
        f"Say hello to {thing}{comma} from {company}.",
    ]


def _unnamed(brief: Brief, kind: Kind, thing: str, this: str) -> list[str]:
    if kind.family == "notice":
        return [f"This is about {thing}.", f"A message about {thing}."]
    if brief.is_business:
        told = [f"Looking for {thing}?"]
        first = f" {brief.text.lower()} "
        if re.search(r"\bi(?:'m| am)\b", first):
            return [f"I'm {thing}."]
        return [f"We're {thing}."] if any(w in first for w in (" we ", "we're", " our ")) else told
    if kind.family == "service":
        return [f"Looking for {thing}?", f"Let's talk about {thing}.", f"Introducing {thing}."]
    if kind.family == "place":
        return (
            [f"This is {thing}.", f"Welcome to {thing}."]
            if thing.startswith("the ") or nouns.is_proper(thing)
            else [f"Picture {thing}.", f"This is {thing}."]
        )
    return [f"{this} {thing}.", f"Introducing {thing}.", f"Say hello to {thing}."]
