"""
The sentences of a prompt, read one by one for what they are there for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ars0n_adapters.providers.offline import (
    clauses,
    fragments,
    labels,
    nouns,
    occasions,
    statements,
    subjects,
)

if TYPE_CHECKING:
    from ars0n_adapters.providers.offline.subjects import Found

_AUDIENCE: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:target(?:ing|s|ed at)?|aim(?:ed)? at|aimed towards?)\s+(?:an?\s+|the\s+)?"
)
_HIGHLIGHT: Final = re.compile(
    r"(?i)^(?:please\s+)?(?:highlight|emphasi[sz]e|mention|feature|focus on|stress|underline|point out"
    r"|talk about)\s+(?:that\s+|the\s+|its\s+|our\s+|how\s+)?"
)
_QUESTION_WORDS_MAX: Final = 10
_SHOWN: Final = re.compile(
    r"(?i)^(concert|exhibition|workshop|festival|webinar|conference|lecture|musical|opera|match|open day)"
    r":\s(?=\S+\s\S+\s\S)"
)
"""
What kind of event it is, before what is to be seen at it.
"""


def read(sentence: str, found: Found) -> None:
    """
    Read one sentence; what it says is added to *found*.
    """
    bare = sentence.rstrip(" .!?…")
    parts = re.split(r"\s[-–—]+\s", bare)
    if len(parts[0].split()) > _CRY_WORDS and statements.is_one(parts[0]) and len(parts) > 1:
        for part in parts:
            read(part, found)
        return
    role, rest = labels.labelled(bare)
    order = labels.ordered(bare)
    if role:
        if rest:
            _read_labelled(role, rest, found)
    elif order is not None:
        found.manner.append(order[0])
        if order[1]:
            subjects.read(order[1], found)
    elif not _read_wish(bare, found):
        _read_plain(bare, sentence, found)


def _read_wish(bare: str, found: Found) -> bool:
    """
    Read "target young parents" or "highlight the low price"; whether it was one.
    """
    audience = _AUDIENCE.match(bare)
    if audience:
        found.audience.append(bare[audience.end() :].split(",", maxsplit=1)[0].strip())
        return True
    stressed = _HIGHLIGHT.match(bare)
    if stressed is None:
        return False
    told = bare[stressed.end() :]
    if re.match(r"(?i)(?:it|they|we|you)\b", told):
        found.statements.append(fragments.closed(told))
    else:
        found.features.extend(fragments.of(told))
    return True


def _read_plain(bare: str, sentence: str, found: Found) -> None:
    is_known = bool(
        found.product
        or found.statements
        or found.name
        or found.facts
        or found.questions
        or (found.calls and found.features)
    )
    shown = _SHOWN.match(bare)
    if shown and not is_known:
        found.product.append(shown[1].lower())
        bare, is_known = bare[shown.end() :], True
    is_short = len(bare.split()) <= _QUESTION_WORDS_MAX
    if sentence.endswith("?") and not is_known and is_short:
        found.questions.append(fragments.closed(f"{bare}?"))
    elif labels.is_bare_call(bare):
        found.calls.append(bare)
    elif occasions.is_one(bare):
        found.facts.append(fragments.closed(bare))
    elif is_known and labels.is_call(bare) and not labels.OFFER.search(bare):
        found.calls.append(bare)
    elif is_known and re.match(r"(?i)please\s", bare) and not labels.is_direction(bare):
        found.statements.extend(map(fragments.closed, fragments.pieces(bare)))
    elif labels.is_direction(bare):
        found.manner.append(bare)
    elif statements.is_one(bare):
        statements.read(bare, sentence, found)
    elif not is_known or not _read_more(bare, found):
        subjects.read(bare, found)


def _read_more(bare: str, found: Found) -> bool:
    """
    Read a sentence without a verb that says more of what is known; whether it was one.
    """
    words = len(bare.split())
    is_short = words <= fragments.STATEMENT_WORDS_MAX
    is_quality = nouns.is_adjective_phrase(bare) and words <= fragments.FEATURE_WORDS_MAX
    is_whole = clauses.is_imperative(bare) or re.match(r"(?:An?|The)\s[^,:;-]+$", bare)
    asks = bool(found.calls) or any(map(clauses.is_order, found.statements))
    is_asked = asks and not found.product and clauses.is_verb(bare.split(maxsplit=1)[0])
    is_cry = words == _CRY_WORDS and clauses.is_verb(bare.split(maxsplit=1)[0])
    speaks = any(text.startswith("We ") for text in found.statements) and not found.product
    if is_quality and words > _CRY_WORDS:  # "Available in black, olive and sand"
        found.features.append(fragments.uncapped(bare))
    elif is_short and (re.match(r"\w[\w -]{1,25}:\s", bare) or is_whole or is_cry or is_asked):
        found.statements.append(fragments.closed(fragments.enumerated(bare)))
    elif labels.OFFER.search(bare):
        _read_offer(bare, found)
    elif speaks:
        found.statements.append(fragments.closed(fragments.enumerated(bare)))
    else:
        return False
    return True


def _read_offer(bare: str, found: Found) -> None:
    """
    Read "5-day camps, boards included, from $349": the price is for the end.
    """
    if bare.count(", ") < 2 or _REDUCED.fullmatch(bare):  # noqa: PLR2004 - a list has three items
        found.facts.extend(map(fragments.closed, fragments.pieces(bare)))
        return
    for fragment in fragments.of(bare):
        if labels.PRICE.search(fragment):
            found.facts.append(fragments.closed(fragment))
        else:
            found.features.append(fragment)


_REDUCED: Final = re.compile(
    r"(?i)[^,]*\d\s?%\s?off\s[^,$€£]+(?:,\s[^,\d]+)*,?\s(?:and|or|&)\s[^,\d]+"
)
"""
"Up to 75% off sofas, beds and tables": the reduction is of each.
"""

_CRY_WORDS: Final = 2  # "Cancel anytime"


def _read_labelled(role: str, rest: str, found: Found) -> None:
    match role:
        case "product":
            subjects.read(rest, found)
        case "company":
            found.brand.append(re.split(r",|\s[-–—(]", rest)[0].strip())
        case "name":
            found.name.append(rest)
        case "features" if clauses.is_statement(rest):
            statements.read(rest, rest, found)
        case "features":
            found.features.extend(fragments.of(rest))
        case "audience":
            found.audience.append(rest.split(",", maxsplit=1)[0])
        case "mission":
            found.statements.append(fragments.closed(f"Our mission: {rest}"))
        case "facts":
            found.facts.append(fragments.closed(rest))
        case _:
            said = {"call": found.calls, "tagline": found.taglines, "manner": found.manner}
            said.get(role, []).append(rest)
