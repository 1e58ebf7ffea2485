"""
Words told apart by their form: plurals and businesses, qualities and verbs, articles.

What can't be told from a word's form or a short list is treated so that no wrong
sentence comes of it.
"""

from __future__ import annotations

import re
from typing import Final

from ars0n_adapters.providers.offline import vocabulary

_STATEMENT: Final = re.compile(
    r"(?i)\b(?:is|are|am|was|were|has|have|had|will|can|could|do|does|did|must|i've|we've|you'll|we'll|it's|we're|you're|they're|that's|there's|don't|doesn't|isn't|won't|can't|i'm)\b"
)
_SUBJECT_VERB: Final = re.compile(
    rf"(?i)^(?:(?:we|you|they|i|it|that|this|everyone|nobody|someone|who)\s(?:\w+ly\s|also\s|even\s|never\s|always\s|just\s)?(?!for\b|from\b|with\b|to\b|in\b|week|weekend|month|summer|year)\w+|(?:[\w'&-]+\s){{1,5}}?(?:{vocabulary.VERBS.replace('work|', '')})(?:s|es)\s(?!for\b|from\b|with\b|of\b|in\b|made\b|by\b|and\b|at\b|to\b|on\b|that\b|or\b|inspired\b|-)\S|(?:the|our|this)\s(?:[\w'&-]+\s){{1,4}}?(?:{vocabulary.VERBS})(?:s|es)\s\S)"
)
_THIRD: Final = re.compile(
    rf"(?i)^(?:never |always |also |easily |quickly |instantly |fully )?(?:{vocabulary.VERBS})(?:s|es)\b"
)
_BASE: Final = re.compile(
    rf"(?i)^(?:never |always |easily |quickly )?(?:{vocabulary.VERBS})\b(?!\s(?:and|of|for|in)\b)"
)


_PHRASE_WORDS_MAX: Final = 5


def head_noun_words(phrase: str) -> list[str]:
    """
    Return a noun phrase up to its first preposition, in words.
    """
    pattern = (
        r"\s(?:in|of|from|at|on|to|near|by|for|with|that|which|where|who|since|around"
        rf"|{vocabulary.DOING})\s"
    )
    return re.split(pattern, phrase)[0].split()


def head_noun(phrase: str) -> str:
    """
    Return the word that says what a noun phrase is.

    >>> head_noun("apartments overlooking the river"), head_noun("oak tables in Oslo")
    ('apartments', 'tables')
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
    if last in {"people", "children", "kids", "feet", "parents", "men", "women"}:
        return True
    return last.endswith("s") and not last.endswith(
        ("ss", "us", "is", "ics", "news", "saas", "'s", "series", "bus", "gas", "ers'")
    )


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
    if len(words) > 1 and not (
        words[0].endswith("ly")
        or words[0] in {"very", "super", "so", "ultra", "100%", "extra", "and"}
    ):
        return False
    last = words[-1]
    if len(words) == 1 and last.startswith("non-"):
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
                "ay",
                "ey",
            )
        )
    ):
        return True
    if last in vocabulary.NO_ADJECTIVES:
        return last == "wireless"
    return last in vocabulary.ADJECTIVES or last.endswith(vocabulary.ADJECTIVE_ENDINGS)


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


def is_verb(word: str) -> bool:
    """
    Whether a word is a verb's plain form.
    """
    return re.fullmatch(rf"(?i){vocabulary.VERBS}", word) is not None


def is_third_person(feature: str) -> bool:
    """
    Whether "It" can stand before a feature: "fits in your pocket".
    """
    return _THIRD.match(feature) is not None


def is_imperative(feature: str) -> bool:
    """
    Whether a feature tells the listener what to do: "learn at your own pace".
    """
    words = feature.split()
    is_long = len(words) >= _ORDER_WORDS_MIN
    return is_long and _BASE.match(feature) is not None and not is_plural(" ".join(words[:2]))


_ORDER_WORDS_MIN: Final = 3  # "save time now"


def is_order(bare: str) -> bool:
    """
    Whether a sentence begins by telling the listener what to do.

    >>> is_order("Learn Spanish in a month"), is_order("Design studio in Oslo")
    (True, False)
    """
    return (
        re.match(
            rf"(?i:{vocabulary.VERBS})\s(?:(?i:your|our|the|an?|up|in|with|more|less|all|any|every|from|at|it|them|to|on|like|better|faster|smarter|away|off|out|no|how|what|for|us|yourself|photo)\b|\d|[A-Z]\w+\s[a-z])",
            bare,
        )
        is not None
        and not bare.isupper()
    )


def is_statement(bare: str) -> bool:
    """
    Whether there is a subject and a verb: a sentence that can be said as it stands.

    >>> is_statement("It fits in your pocket"), is_statement("oak tables from Oslo")
    (True, False)
    """
    if len(bare.split()) < 3:  # noqa: PLR2004 - "It is good" is the shortest
        return False
    head = re.split(r"\s[-–—]+\s|[:;,]|\s(?:where|that|which|who|with)\s", bare)[0]
    return _STATEMENT.search(head) is not None or _SUBJECT_VERB.match(bare) is not None


def base_verb(verb: str) -> str:
    """
    Return a verb in the third person in its plain form.

    >>> base_verb("fixes"), base_verb("makes"), base_verb("carries")
    ('fix', 'make', 'carry')
    """
    if verb in {"is", "has", "does"}:
        return {"is": "are", "has": "have", "does": "do"}[verb]
    if verb.endswith("ies"):
        return f"{verb[:-3]}y"
    if verb.endswith(("xes", "ches", "shes", "sses", "zzes", "oes")):
        return verb[:-2]
    return verb[:-1] if verb.endswith("s") and not verb.endswith("ss") else verb


def third_person(doing: str) -> str:
    """
    Return a participle in the third person: what someone offering something does.

    >>> third_person("offering"), third_person("baking"), third_person("teaching")
    ('offers', 'bakes', 'teaches')
    """
    stem = doing.lower().removesuffix("ing")
    if f"{stem}e" in {
        "serve",
        "bake",
        "make",
        "provide",
        "specialise",
        "specialize",
        "use",
        "give",
        "face",
        "combine",
        "create",
        "celebrate",
    }:
        return f"{stem}es"
    return f"{stem}es" if stem.endswith(("ch", "sh", "x")) else f"{stem}s"


def with_article(phrase: str) -> str:
    """
    Return a noun phrase with the article it needs.

    >>> with_article("oak table"), with_article("oat milk"), with_article("oak tables")
    ('an oak table', 'oat milk', 'oak tables')
    """
    last = head_noun(phrase).lower()
    first = phrase.split(maxsplit=1)[0] if phrase else ""
    if first.lower() in {
        "best",
        "first",
        "only",
        "most",
        "finest",
        "world's",
        "largest",
        "biggest",
    }:
        return f"the {phrase}"
    is_name = (
        re.match(r"[A-Z]|\w+'s\b|your\b|this\b|all\b|every|\d+(?!-)\b", phrase)
        and first not in vocabulary.PROPER
    )
    is_name = is_name and not re.match(
        r"(?:children's|kids'|women's|men's|baby's|world's)\s", phrase
    )
    named = bool(is_name) and not re.match(r"[A-Z][A-Z0-9]", phrase)
    is_model = bool(phrase) and (phrase.rsplit(maxsplit=1)[-1].isupper() or phrase[-1].isdigit())
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
    if re.match(r"[A-Z]{2,}(?:\W|$)", first):
        return first[0] in "AEFHILMNORSX"
    word = first.lower()
    if word.startswith(("8", "11", "18")):
        return True
    if word.startswith(("uni", "use", "eu", "one", "ut")) and not word.startswith(("unin", "unim")):
        return False
    return word.startswith(("a", "e", "i", "o", "u", "hour", "honest", "heir"))
