"""
Words told apart by their form: plurals and businesses, qualities and verbs, articles.

What can't be told from a word's form or a short list is treated so that no wrong
sentence comes of it.
"""

from __future__ import annotations

import re
from typing import Final

from ars0n_adapters.providers.offline import vocabulary

_PHRASE_WORDS_MAX: Final = 5


def head_noun_words(phrase: str) -> list[str]:
    """
    Return a noun phrase up to its first preposition, in words.
    """
    pattern = (
        r"\s(?:in|of|from|at|on|to|near|by|for|with|that|which|where|who|since|around|until|every|each|open"
        r"|about|against|without|between|inside|across|into|through|under|like|whose|according|so"
        r"|(?!(?:bed|shed|sled|seed|feed|weed|breed|speed)\s)\w+ed(?=\s(?:by|with|from|in|for|as|to|at|on|of|while|when|if|once|before|after|until|every|without|number|no|the|best|top|#?\d)\b)"
        rf"|based|located|licensed|made|designed|delivered|called|named|{vocabulary.DOING})\s"
    )
    return re.split(pattern, phrase)[0].split()


def head_noun(phrase: str) -> str:
    """
    Return the word that says what a noun phrase is.

    >>> head_noun("apartments overlooking the river"), head_noun("oak tables in Oslo")
    ('apartments', 'tables')
    >>> head_noun("shoes rated number 1 by runners"), head_noun("podcast about failed startups")
    ('shoes', 'podcast')
    """
    head = head_noun_words(phrase)
    if len(head) > 1 and head[-1].lower() in {"online", "nearby", "outdoors", "abroad", "outside"}:
        head.pop()
    return head[-1] if head else ""


def is_plural(noun: str) -> bool:
    """
    Whether the head of a noun phrase is a plural.

    >>> is_plural("wireless headphones"), is_plural("glass"), is_plural("skincare")
    (True, False, False)
    """
    if head_noun(noun)[:1].isupper() and noun[:1].islower():
        return False  # "cookbook Slow Sundays"
    last = head_noun(noun).lower()
    if last in {"people", "children", "kids", "feet", "parents", "men", "women"} | _MANY:
        return True
    return last.endswith("s") and not last.endswith(
        ("ss", "us", "is", "ics", "news", "saas", "'s", "series", "bus", "gas", "ers'")
    )


_MANY: Final = frozenset(
    ["ceramics", "cosmetics", "fabrics", "comics", "basics", "graphics", "classics", "mechanics", "lyrics",
     "plastics", "topics", "clinics", "picnics", "mosaics", "metrics", "teeth", "mice", "geese"]
)  # fmt: skip


def is_business(phrase: str) -> bool:
    """
    Whether a noun phrase names somebody who can say "we".

    >>> is_business("family bakery in Oslo"), is_business("oak table")
    (True, False)
    """
    head = head_noun(phrase).lower()
    if re.search(
        r"(?i)\b(?:vacuum|robot|steam|air|carpet|floor|window|tea|coffee|yogurt)\s\w+$", phrase
    ):
        return (
            head in {"shop", "bar", "cleaners", "cleaner", "house"}
            and "vacuum" not in phrase.lower()
            and "robot" not in phrase.lower()
        )
    person = head.endswith(
        (
            "grapher",
            "grafer",
            "smith",
            "keeper",
            "planner",
            "walker",
            "sitter",
            "graphers",
            "stylist",
            "florists",
        )
    )
    return person or re.fullmatch(f"(?i){vocabulary.BUSINESSES}", head) is not None


def is_proper(phrase: str) -> bool:
    """
    Whether a phrase is a name: its words have capitals a sentence doesn't give them.
    """
    words = [w for w in phrase.split() if len(w) > 3]  # noqa: PLR2004 - "of", "the"
    return bool(words) and all(w[:1].isupper() for w in words) and not is_common(phrase)


def is_common(phrase: str) -> bool:
    """
    Whether a capital at the head of *phrase* is only that of a sentence.
    """
    words = phrase.split()
    return bool(words) and (is_quality(words[0]) or is_plural(words[-1]) and len(words) > 1)  # noqa: RUF021 - two cases


def is_quality(feature: str) -> bool:
    """
    Whether a feature is a quality ("sleek") rather than a thing ("soft bristles").
    """
    words = feature.lower().split()
    if not words or len(words) > 3:  # noqa: PLR2004 - "very light" at most
        return False
    if len(words) > 1 and words[-2] == "and":
        return all(is_quality(word) for word in (words[0], words[-1]))
    if len(words) == 2 and words[-1] in _RATED and words[0] not in {"is", "are", "not"}:  # noqa: PLR2004 - "HIPAA compliant"
        return True
    if len(words) > 1 and not (
        words[0].endswith("ly")
        or words[0] in {"very", "super", "so", "ultra", "100%", "extra", "and", "all"}
    ):
        return False
    last = words[-1]
    if len(words) == 1 and (last.startswith("non-") or last in _RATED):
        return True
    is_single = len(words) == 1 and last.endswith(("y", "ed", "ic", "al", "ive", "ish", "ated"))
    if (
        is_single
        and last not in vocabulary.NO_SINGLES
        and not last.endswith(
            (
                "ly",
                "berry",
                "ity",
                "kery",
                "wery",
                "tery",
                "lery",
                "gery",
                "dery",
                "very",
                "nery",
                "sery",
                "hery",
                "pery",
                "mery",
                "rery",
                "ay",
                "ey",
            )
        )
    ):
        return True
    if last in vocabulary.NO_ADJECTIVES:
        return last == "wireless"
    return last in vocabulary.ADJECTIVES or last.endswith(vocabulary.ADJECTIVE_ENDINGS)


_RATED: Final = frozenset(
    ["compliant", "certified", "approved", "tested", "compatible", "accredited", "free", "proof", "resistant",
     "friendly", "neutral", "conscious", "safe", "operated", "owned", "run", "enabled", "ready", "winning", "licensed"]
)  # fmt: skip
"""
What stands behind the word it goes with: "HIPAA compliant", "fragrance free".
"""


def is_adjective_phrase(feature: str) -> bool:
    """
    Whether "It is" can stand before a feature: "easy to use", "made in Oregon".

    >>> is_adjective_phrase("slow roasted in small batches"), is_adjective_phrase("rich crema")
    (True, False)
    """
    if is_quality(feature):
        return True
    words = feature.lower()
    led = re.match(
        r"(\S+(?:\s\S+)?)\s(?:to|for|in|on|with|from|as|and|until|at|every|since|enough)\s", words
    )
    if led and is_quality(led[1]):
        return True
    match = re.match(
        rf"(?:(?:\w+ly|slow|hand|fresh|cold|stone|oven|air|sun|well|half|twice|locally|never|not)\s)?({vocabulary.PARTICIPLES})(?:\s(?:{vocabulary.AFTER})\b.*)?$",
        words,
    )
    return match is not None and match[1] not in vocabulary.NO_PARTICIPLES


def with_article(phrase: str) -> str:
    """
    Return a noun phrase with the article it needs.

    >>> with_article("oak table"), with_article("oat milk"), with_article("oak tables")
    ('an oak table', 'oat milk', 'oak tables')
    """
    last = head_noun(phrase).lower()
    first = phrase.split(maxsplit=1)[0] if phrase else ""
    is_kind = re.match(r"[A-Z][A-Za-z]*[A-Z]|[a-z]+[A-Z]", first)  # "SaaS tool", "iPhone case"
    if is_kind and first.lower() in _KINDS_OF and not is_plural(phrase) and " " in phrase:
        return f"{'an' if starts_with_vowel(phrase) else 'a'} {phrase}"
    if _SUPERLATIVE.match(phrase) or (_ONE_OF_A_KIND.match(phrase) and not is_plural(phrase)):
        return f"the {phrase}"
    is_name = (
        re.match(r"[A-Z]|\w+'s\b|your\b|this\b|all\b|every|\d+(?!-)\b", phrase)
        and first not in vocabulary.PROPER
    )
    is_name = is_name and not re.match(
        r"(?:children's|kids'|women's|men's|baby's|world's)\s", phrase
    )
    named = bool(is_name) and not re.match(r"[A-Z](?:[A-Z0-9]|\W)", phrase)  # "C++ debugger"
    core = (head_noun_words(phrase) or [""])[-1]
    is_model = (core.isupper() and " " in phrase and phrase[:1].isupper()) or core[-1:].isdigit()
    if is_plural(phrase) or not phrase or named or is_model:
        return phrase
    if re.match(r"(?i)(?:an?|the|our|your)\s", phrase):
        return phrase
    titled = head_noun(phrase)
    if titled.istitle() and first.islower() and titled not in vocabulary.PROPER:
        return f"the {phrase}"
    if len(phrase.split()) > _PHRASE_WORDS_MAX and len(head_noun_words(phrase)) == len(
        phrase.split()
    ):
        return phrase  # words in a row, no phrase
    if (last != "service" and last in vocabulary.MASS) or last.endswith(("ing", "wear", "ware")):
        return phrase
    return f"{'an' if starts_with_vowel(phrase) else 'a'} {phrase}"


_SUPERLATIVE: Final = re.compile(
    r"(?i)(?:best|first|only|most|world's|number[ -](?:one|1)|no\.? ?1|nr\.? ?1|#1"
    r"|(?!(?:guest|forest|harvest|interest|honest|modest|contest|chest|vest|west|nest|test|request|quest"
    r"|protest|digest|invest|priest|earnest|manifest|midwest|southwest|northwest|rest|pest|fest|zest|everest)\b)[a-z]{2,}est)\b(?!-)"
)
"""
What there is one of: "the lightest tent", "the number one dog food".
"""
_ONE_OF_A_KIND: Final = re.compile(
    r"(?i:grand opening)|[A-Z]\w+ (?:of|de|du) [A-Z]|[A-Z]\w*(?:\s[A-Z\d]\w*)+\s[a-z]+$"
    r"|[A-Z][a-z]+[A-Z]\w*(?:\s[A-Z\d][\w-]*)*(?:\s[a-z]+)+$"
)
"""
"Museum of Modern Art exhibition", "AirPure X200 air purifier": there is one.
"""
_KINDS_OF: Final = frozenset(
    ["saas", "paas", "iot", "voip", "wifi", "lidar", "diy", "iphone", "ipad", "ios", "macbook", "ebike", "ecommerce", "hvac"]
)  # fmt: skip
"""
Capitals inside that are no name of one thing.
"""


def feature_noun(feature: str) -> str:
    """
    Return a thing with an article where it surely needs one, "" if that can't be told.

    >>> feature_noun("removable battery"), feature_noun("clear advice"), feature_noun("big wug")
    ('a removable battery', 'clear advice', '')
    """
    last = head_noun(feature).lower()
    measured = re.match(
        r"(?i)\d[\d.,]*\s?(?:km|m|kg|g|cm|mm|l|w|gb|tb|mp|mile|hour|day|year|month|inch|min|minute)\s",
        feature,
    )
    if " and " in feature:
        return feature
    counted = re.match(
        r"(?i)(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|half)\s", feature
    )
    if counted:
        return feature
    if re.fullmatch(
        r"\d[\d.,]*\s?(?:db|w|v|mm|cm|m|kg|g|km|mah|gb|tb|mp|hz|lumens|l|ml|kwh|hp|ip\w\d)",
        feature.lower(),
    ):
        return ""
    if re.search(r"(?<!^)\s\d", feature) and not re.match(r"\d", feature):
        return ""  # "average score increase 150 points"
    if measured and last in vocabulary.COUNT:
        return f"{'an' if starts_with_vowel(feature) else 'a'} {feature}"
    if (
        re.match(r"(?i)(?:an?|the|no|our|your|over|up|more|all|only)\s|\d+(?!-)\b|[$€£]", feature)
        or is_plural(feature)
        or last in vocabulary.MASS
    ):
        return feature
    if last in vocabulary.COUNT:
        return f"{'an' if starts_with_vowel(feature) else 'a'} {feature}"
    return ""


def starts_with_vowel(phrase: str) -> bool:
    """
    Whether "an" stands before *phrase*.

    >>> starts_with_vowel("hour"), starts_with_vowel("unicorn"), starts_with_vowel("SUV")
    (True, False, True)
    """
    first = phrase.split(maxsplit=1)[0]
    if re.match(r"[A-Z]{2,}(?:\W|$)", first) and first.lower() not in {"led", "ram", "nato"}:
        return first[0] in "AEFHILMNORSX"
    word = first.lower()
    if word.startswith(("8", "11", "18")):
        return True
    if word.startswith(("uni", "use", "eu", "one", "ut")) and not word.startswith(("unin", "unim")):
        return False
    return word.startswith(("a", "e", "i", "o", "u", "hour", "honest", "heir"))
