"""
What a prompt says: the product, its features, who it is for - in the prompt's own words.

Nothing is concluded that isn't written. Instructions to the maker of the ad are told
apart from what may be said in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_adapters.providers.offline import prompts

if TYPE_CHECKING:
    from ars0n_core.specs.model import AdSpec


@frozen(kw_only=True)
class Brief:
    """
    A prompt, understood as far as it can be.

    ``product`` is a noun phrase without article; ``features`` are fragments, and
    ``statements`` whole sentences, that can be said as they are. ``is_english`` is
    whether English lines may stand beside them.
    """

    product: str = ""
    is_plural: bool = False
    features: tuple[str, ...] = ()
    statements: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    audience: str = ""
    company: str = ""
    is_english: bool = True


_DOING: Final = (
    "offering|serving|baking|making|selling|helping|providing|specialising|specializing|using|giving"
    "|accepting|overlooking|facing|bringing|combining|delivering|building|creating|teaching|crafting|opening|celebrating"
)
"""
Participles that hang a clause on a noun.
"""


def read(spec: AdSpec) -> Brief:
    """
    Return what the prompt of *spec* says.
    """
    company = " ".join((spec.company_name or "").split())
    text = prompts.clean(spec.prompt)
    text, quotes = prompts.take_quotes(text)
    if not prompts.is_english(text):
        return Brief(
            statements=tuple(prompts.sentences(text)),
            quotes=quotes,
            company=company,
            is_english=False,
        )
    return _understand(text, quotes, company)


def head_noun(phrase: str) -> str:
    """
    Return the word that says what a noun phrase is.

    >>> head_noun("apartments overlooking the river"), head_noun("oak tables in Oslo")
    ('apartments', 'tables')
    """
    head = re.split(rf"\s(?:in|of|from|at|on|to|near|by|for|with|{_DOING})\s", phrase)[0].split()
    return head[-1] if head else ""


def is_plural(noun: str) -> bool:
    """
    Whether the head of a noun phrase is a plural.

    >>> is_plural("wireless headphones"), is_plural("glass"), is_plural("skincare")
    (True, False, False)
    """
    last = head_noun(noun).lower()
    if last in {"people", "children", "kids", "feet"}:
        return True
    return last.endswith("s") and not last.endswith(("ss", "us", "is", "ics", "news", "saas", "'s"))


_LABEL: Final = re.compile(
    r"(?i)\b(product|(?:our )?mission|brand|company|name|features?|benefits?|key points?|audience|target(?: audience)?"
    r"|tagline|slogan|cta|call to action|tone|style|mood|music|voice|duration|length|format"
    r"|platform|goal|visuals?|setting|about|description)\s*:\s*"
)
_MEDIUM: Final = (
    r"(?:ad|ads|advert|adverts|advertisement|advertising|commercial|spot|video|promo|reel|clip"
    r"|campaign|trailer|teaser|story)"
)
_ORDER: Final = re.compile(
    r"(?i)^(?:hi|hello|hey)?[,!. ]*(?:please\s+|kindly\s+)?(?:(?:can|could|would) you\s+(?:please\s+)?)?"
    r"(?:i(?:'d| would)? (?:want|need|like)|we(?:'d| would)? (?:want|need|like)|make|create|generate"
    r"|produce|write|design|build|shoot|film|give|do|craft|develop|help|need|want|looking for)?\b"
    rf"[^.:;,]{{0,60}}?\b{_MEDIUM}\b"
    r"(?:\s+(?:for|about|on|that (?:promotes?|sells?|shows?|features?|introduces?)|promoting"
    r"|selling|showing|showcasing|featuring|introducing|to (?:promote|sell|launch|introduce))\s+|\s*[:,.-]\s*|$)"
)
_DIRECTION: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:use|include|show|end|start|open|close|begin|finish|keep|avoid|don't|do not"
    r"|never|add|make sure|ensure|set|place|put|film|shoot|cut|zoom|pan|the (?:ad|video|voice|music"
    r"|tone|spot|style|mood|camera|colou?rs?)|tone|style|music|voice|it should|should|must|ignore"
    r"|write|make (?:it|this|me)|let's|think|imagine|create|generate|give|style it|no (?:text|voice|music))\b"
)
_MANNER: Final = re.compile(
    r"(?i)^(?:[\w-]+(?:,| and)?\s){1,4}(?:tone|style|vibe|vibes|mood|music|voice|feel|look)$"
)
_HIGHLIGHT: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:highlight|emphasi[sz]e|mention|feature|focus on|stress|underline|point out"
    r"|talk about)\s+(?:that\s+|the\s+|its\s+|our\s+|how\s+)?"
)
_AUDIENCE: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:target(?:ing|s|ed at)?|aim(?:ed)? at|aimed towards?)\s+(?:an?\s+|the\s+)?"
)
_ARTICLE: Final = re.compile(r"(?i)^(?:(?:and|plus|also|with|the|an?|our|my|some|new:)\s+)+(?=\S)")
_OPENER: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:buy|check(?:\s+out)?|introduc(?:e|ing)|promot(?:e|ing)|advertis(?:e|ing)"
    r"|sell(?:ing)?|launch(?:ing)?|discover|try|visit|meet|announc(?:e|ing)|donate\s+to|give\s+to|support"
    r"|shop|get|order|see|presenting|here(?:'s| is| are))\s+(?=\S)"
)
"""
What a subject is led in by: an order to the customer, not part of the name.
"""

_CLAUSE: Final = re.compile(r"(?i)^(.+?),?\s(?:that|which)\s((?!the\b|an?\b|is\b|are\b)\w+\s.+)$")
_NO_NOUNS: Final = frozenset(
    [
        "perfect",
        "ideal",
        "great",
        "good",
        "best",
        "available",
        "suitable",
        "new",
        "now",
        "free",
        "made",
    ]
)
PROPER: Final = frozenset(
    [
        "Italian", "French", "Greek", "Thai", "Indian", "Japanese", "Chinese", "Mexican", "Spanish",
        "American", "British", "English", "German", "Swiss", "Danish", "Nordic", "Norwegian",
        "Swedish", "Finnish", "Korean", "Vietnamese", "Turkish", "Lebanese", "Mediterranean",
        "Scandinavian", "European", "African", "Belgian", "Irish", "Scottish", "Dutch", "Polish",
        "Portuguese", "Moroccan", "Persian", "Christmas", "Easter", "Halloween", "Black", "Friday",
        "Valentine's", "Monday", "Tuesday", "Wednesday", "Thursday", "Saturday", "Sunday", "Viking",
    ]
)  # fmt: skip
"""
Words that keep their capital inside a sentence.
"""

_VERB: Final = re.compile(
    r"(?i)\b(?:is|are|was|has|have|will|can|we|they|it|you|i|helps?|makes?|gives?|brings?|keeps?"
    r"|lets?|offers?|provides?|delivers?|fix(?:es)?|serves?|lasts?|works?|turns?|connects?|saves?"
    r"|builds?|grows?|takes?|feels?|protects?|cleans?|fits?|means?|comes|opens?|presents?|returns?"
    r"|launches|celebrates?|welcomes?|invites?|arrives?|rescues?|weighs?|looks?|smells?|tastes?)\b"
)


@frozen(kw_only=True)
class _Found:
    product: list[str]
    features: list[str]
    statements: list[str]
    audience: list[str]


def _understand(text: str, quotes: tuple[str, ...], company: str) -> Brief:
    found = _Found(product=[], features=[], statements=[], audience=[])
    for sentence in prompts.sentences(text):
        _read_sentence(sentence.rstrip(" .!?…"), sentence, found)
    product = found.product[0] if found.product else ""
    if product and company and product.lower() == company.lower():
        product = ""
    if company:
        product = re.sub(rf"(?i)\b{re.escape(company)}(?!\w)", lambda _: company, product)
    taken = {re.sub(r"\W", "", t.lower()) for t in (product, company, *quotes)}
    features = _unique([*found.product[1:], *found.features], taken)
    return Brief(
        product=product,
        is_plural=is_plural(product),
        features=tuple(features),
        statements=tuple(_unique(found.statements, taken)),
        quotes=quotes,
        audience=found.audience[0] if found.audience else "",
        company=company,
    )


def _read_sentence(bare: str, sentence: str, found: _Found) -> None:
    label = _LABEL.match(bare)
    if label and label.end() < len(bare):
        _read_labelled(label[1].lower(), bare[label.end() :], found)
        return
    ordered = _ORDER.match(bare)
    if ordered and ordered.end() and re.search(rf"(?i)\b{_MEDIUM}\b", ordered[0]):
        bare = bare[ordered.end() :].strip(" .,:;-")
        if bare:
            _read_subject(bare, found)
        return
    audience = _AUDIENCE.match(bare)
    if audience:
        found.audience.append(bare[audience.end() :].split(",")[0].strip())
        return
    stressed = _HIGHLIGHT.match(bare)
    if stressed:
        told = bare[stressed.end() :]
        if re.match(r"(?i)(?:it|they|we|you)\b", told):
            found.statements.append(_closed(told))
        else:
            found.features.extend(_fragments(told))
        return
    if _DIRECTION.match(bare) or _MANNER.match(bare):
        return
    listed = re.match(r"^\w+:\s", bare) and len(bare.split()) <= _STATEMENT_WORDS_MAX
    if listed and found.product:
        found.statements.append(_closed(sentence))
    elif _is_statement(bare):
        _read_statement(bare, sentence, found)
    else:
        _read_subject(bare, found)


def _read_labelled(label: str, rest: str, found: _Found) -> None:
    following = _LABEL.search(rest)
    if following:
        _read_labelled(following[1].lower(), rest[following.end() :], found)
        rest = rest[: following.start()].strip(" .,;")
    if label in {"product", "name", "about", "description"}:
        _read_subject(rest, found)
    elif label.startswith(("feature", "benefit", "key")):
        found.features.extend(_fragments(rest))
    elif label.startswith(("audience", "target")):
        found.audience.append(rest)
    elif label.endswith("mission"):
        found.statements.append(_closed(f"Our mission: {rest}"))
    elif label in {"tagline", "slogan"}:
        found.statements.append(_closed(rest))


def _is_statement(bare: str) -> bool:
    words = bare.split()
    head = re.split(r"\s[-–—]+\s|[:;,]|\s(?:where|that|which|who|with)\s", bare)[0]
    return len(words) >= 3 and _VERB.search(head) is not None  # noqa: PLR2004 - "It is good" is the shortest


def _read_statement(bare: str, sentence: str, found: _Found) -> None:
    said = re.match(r"(?i)^(?:[\w'&. ]{1,40}?)\s(?:is|are)\s(?:an?|the|our|your)\s(.+)$", bare)
    if said and not found.product:
        _read_subject(said[1], found)
        return
    about = re.match(
        r"(?i)^(?:our|the|this|these)\s((?:[\w'-]+\s){1,4}?)(?:is|are|has|have|comes?|helps?|will|can)\s",
        bare,
    )
    if about and not found.product:
        found.product.append(_uncapped(about[1].strip()))
    if 3 <= len(bare.split()) <= _STATEMENT_WORDS_MAX:  # noqa: PLR2004 - two words are no sentence
        found.statements.append(_closed(sentence))
    else:
        parts = [part.strip() for part in re.split(r"[,;]\s+|\s[-–—]+\s", bare)]
        whole = [p for p in parts if _VERB.match(p) or _is_statement(p)]
        found.statements.extend(
            _closed(p) for p in whole if len(p.split()) in range(3, _STATEMENT_WORDS_MAX + 1)
        )


_STATEMENT_WORDS_MAX: Final = 18
_FEATURE_WORDS_MAX: Final = 9
_PRODUCT_WORDS_MAX: Final = 7


def _read_subject(text: str, found: _Found) -> None:
    """
    Read "wireless headphones for runners: light, sweat-proof, with 40-hour battery".
    """
    text = re.sub(r"(?i)\s+(?:now|today)$", "", _ARTICLE.sub("", _OPENER.sub("", text)))
    named = re.match(
        r"^([A-Z][\w&'. ]{1,40}?)(?:,|:|\s[-–—])\s(?:is\s)?((?:an?|the|our)\s.+)$", text
    )
    if named and not found.product:
        text = named[2]
    clause = _CLAUSE.match(text)
    if clause and len(clause[2].split()) < _STATEMENT_WORDS_MAX:
        pronoun = "They" if is_plural(clause[1]) else "It"
        found.statements.append(f"{pronoun} {clause[2].strip(' .')}.")
        text = clause[1]
    place = re.match(r"(?i)^(.+?)\swhere\s(you\s.+)$", text)
    if place and len(place[2].split()) < _STATEMENT_WORDS_MAX:
        found.statements.append(_closed(place[2]))
        text = place[1]
    head, *rest = re.split(r"\s[-–—]+\s|\s?[–—]\s?|:\s|;\s|,\s", text, maxsplit=1)
    head, aside = _cut_aside(head.strip(), found)
    is_noun = sum(c.isalpha() for c in head) > 1
    first = not found.product and head.lower() not in _NO_NOUNS and is_noun
    if head.lower() in _NO_NOUNS:
        found.statements.append(_closed(text))
        found.audience.clear()
        return
    if first and head and len(head.split()) <= _PRODUCT_WORDS_MAX:
        found.product.append(_uncapped(_ARTICLE.sub("", head)))
    elif head:
        found.features.extend(_fragments(head))
    found.features.extend(aside)
    for part in rest:
        found.features.extend(_fragments(part))


def _cut_aside(head: str, found: _Found) -> tuple[str, list[str]]:
    """
    Return *head* without the clauses that hang on it, and those as features.
    """
    features: list[str] = []
    match = re.search(
        rf"(?i)\s(that|which|who|with|featuring|including|made|designed|built|crafted|engineered|for|by|{_DOING})\s",
        head,
    )
    if match is None or not match.start():
        return head, features
    word, rest = match[1].lower(), head[match.end() :].strip()
    inner, more = _cut_aside(rest, found)
    if word == "for":
        found.audience.append(inner)
    elif word in {"made", "designed", "built", "crafted", "engineered"} or re.fullmatch(
        _DOING, word
    ):
        features.append(f"{word} {inner}")
    elif word in {"with", "featuring", "including"}:
        features.extend(_fragments(inner))
    elif word == "that":
        features.append(inner)
    return head[: match.start()].strip(), features + more


def _fragments(text: str) -> list[str]:
    parts = re.split(r"\s[-–—]+\s|\s?[–—]\s?|[,;:]\s+|\s*\+\s+|\s&\s|\s(?:and|plus)\s", text)
    found = []
    for part in parts:
        fragment = _ARTICLE.sub("", part.strip(" .,;:-–—!?()"))
        if sum(c.isalpha() for c in fragment) > 1:
            found.append(_uncapped(fragment))
    return [f for f in found if len(f.split()) <= _FEATURE_WORDS_MAX]


def _uncapped(text: str) -> str:
    """
    Return *text* without a sentence's capitals, names kept where they show themselves.

    >>> _uncapped("Sleek Design"), _uncapped("USB charging"), _uncapped("iPhone case")
    ('sleek design', 'USB charging', 'iPhone case')
    """
    words = text.split()
    titled = len(words) > 1 and all(w[:1].isupper() for w in words if len(w) > 3)  # noqa: PLR2004 - "of", "the"
    return " ".join(
        word.lower()
        if (i == 0 or titled) and word[:1].isupper() and word[1:].islower() and word not in PROPER
        else word
        for i, word in enumerate(words)
    )


def _closed(sentence: str) -> str:
    text = sentence.strip(" ,;:-–—")
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _unique(texts: list[str], taken: set[str]) -> list[str]:
    seen = set(taken)
    kept = []
    for text in texts:
        key = re.sub(r"\W", "", text.lower())
        if key and key not in seen and text.lower() not in seen:
            seen.add(key)
            kept.append(text)
    return kept
