"""
Clauses told apart by their form: what is a sentence, an order, a point with a verb.

A subject must be sure, or a plural is taken for a verb: what can't be told is no sentence.
"""

from __future__ import annotations

import re
from typing import Final

from ars0n_adapters.providers.offline import nouns, vocabulary

_STATEMENT: Final = re.compile(
    r"(?i)\b(?:is|are|am|was|were|has|have|had|will|can|could|do|does|did|must|i've|we've|you'll|we'll|it's|we're|you're|they're|that's|there's|don't|doesn't|isn't|won't|can't|i'm)\b"
)
_SUBJECT_VERB: Final = re.compile(
    rf"(?i)^(?:(?:we|you|they|i|it|that|this|everyone|nobody|someone|who)\s(?:\w+ly\s|also\s|even\s|never\s|always\s|just\s)?(?!for\b|from\b|with\b|to\b|in\b|week|weekend|month|summer|year)\w+|(?:(?!(?:that|which|who)\b)[\w'&-]+\s){{1,5}}?(?:{vocabulary.VERBS.replace('work|', '')})(?:s|es)\s(?!for\b|from\b|with\b|of\b|in\b|made\b|by\b|and\b|at\b|to\b|on\b|that\b|or\b|inspired\b|\w+ed\s(?:on|by|in|with|from|for|at|to)\b|-)\S|(?:the|our|this)\s(?:[\w'&-]+\s){{1,4}}?(?:{vocabulary.VERBS})(?:s|es)\s\S)"
)
_THIRD: Final = re.compile(
    rf"(?i)^(?:(?:never|always|also|easily|quickly|instantly|fully|actually|even) )*(?:(?:{vocabulary.VERBS})(?:s|es)\b"
    rf"|(?:{vocabulary.DOES})(?:s|es)\s(?!and\b|of\b|from\b|that\b|with\b|&)"
    r"|(?:carr|dr|tr|fl|appl|rel|satisf|simplif|purif|identif|verif|magnif)ies\s)"
)
_BASE: Final = re.compile(
    rf"(?i)^(?:never |always |easily |quickly )?(?:{vocabulary.VERBS})\b(?!\s(?:and|of|for|in)\b)"
)
_OWNED: Final = re.compile(
    rf"(?i)^(?:our|your|my|their|the|this|every|each|one)\s(?:(?!of\b|for\b|with\b|in\b|on\b|to\b|that\b)[\w'&-]+\s){{1,4}}?(?:{vocabulary.VERBS}|{vocabulary.DOES})(?:s|es)(?:$|\s(?!of\b|and\b|inspired\b))"
)
_THEY_DO: Final = re.compile(
    rf"(?i)^(?:(?!of\b|for\b|with\b|in\b|on\b|to\b|that\b|and\b)[\w'&-]+\s){{0,4}}?[\w'-]*[a-z](?<!s)s\s(?:{vocabulary.VERBS}|{vocabulary.DOES})\s(?:at|your?|the|it|them|us|just|only|every|all|from|until|in|on|up|\d)\b"
)
_OURS_DO: Final = re.compile(
    rf"(?i)^(?:our|these|my|your)\s(?:[\w'&-]+\s){{0,3}}?[\w'-]*[a-z](?<!s)s\s(?:{vocabulary.VERBS}|{vocabulary.DOES})\s\w"
)
_DATED: Final = re.compile(
    r"(?i)\b(?:starts|begins|opens|closes|ends|arrives|returns|launches|runs|[\w'-]*[a-z](?<!s)s\s(?:start|begin|open|close|end|run))\s(?:on |in |at |from |until )?(?:the )?"
    r"(?:\d|(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:jan|febr)uary|march|april|may|june|july|august|(?:sept|nov|dec)ember|october|soon|today|tomorrow|tonight)"
)


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
    return is_long and _BASE.match(feature) is not None and not nouns.is_plural(" ".join(words[:2]))


_ORDER_WORDS_MIN: Final = 3  # "save time now"


def is_order(bare: str) -> bool:
    """
    Whether a sentence begins by telling the listener what to do.

    >>> is_order("Learn Spanish in a month"), is_order("Design studio in Oslo")
    (True, False)
    """
    is_thing = nouns.is_plural(re.split(r"[,;:]", bare, maxsplit=1)[0])
    if re.match(rf"(?i)(?:{vocabulary.ORDERS})[\s,]+\S", bare) and not is_thing:
        return True
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
    return (
        _STATEMENT.search(head) is not None
        or _SUBJECT_VERB.match(bare) is not None
        or _OWNED.match(head) is not None
        or _THEY_DO.match(head) is not None
        or _OURS_DO.match(head) is not None
        or (_DATED.search(bare) is not None and not bare[0].isdigit())
    )


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
