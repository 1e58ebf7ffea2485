"""
Phrases: how features become sentences, and how texts are joined, closed and capitalised.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from ars0n_adapters.providers.offline import clauses, nouns, vocabulary

if TYPE_CHECKING:
    from collections.abc import Sequence

STYLE_WORDS: Final = frozenset(
    [
        "lifestyle", "cinematic", "aesthetic", "aesthetics", "viral", "engaging", "catchy", "upbeat",
        "vibe", "vibes", "4k", "8k", "hd", "tiktok", "instagram", "reels", "ugc", "social media",
        "gen z", "trendy", "vibrant", "dynamic", "high quality", "high-quality", "professional",
        "fun", "funny", "emotional", "inspiring", "energetic", "photorealistic", "realistic",
        "minimalist", "vertical", "landscape", "slow motion", "close-ups", "storytelling", "more",
        "etc", "youtube", "facebook", "fast paced", "fast-paced", "colorful", "colourful",
        "much more", "many more", "and more", "humorous", "luxury", "warm tone", "moody",
    ]
)  # fmt: skip
"""
Words that say how the ad should look, not what the product is.
"""

SUPER_CHARACTERS_MAX: Final = 28
"""
A super is read at a glance.
"""

_GROUP_WORDS_MAX: Final = 11
_WITH_MAX: Final = 2  # a longer list stands alone


def sentences_of(features: Sequence[str], *, voice: str) -> list[tuple[str, tuple[str, ...]]]:
    """
    Return sentences that say *features* in their order, each with the features it says.

    ``voice`` is who has them: "It", "They" or "We".

    >>> sentences_of(["slow roasted in small batches", "rich crema"], voice="It")[0][0]
    "It's slow roasted in small batches, with rich crema."
    """
    be = {"It": "It's", "They": "They're", "We": "We're"}[voice]
    groups = _groups(features, voice)
    told: list[tuple[str, tuple[str, ...]]] = []
    i = 0
    while i < len(groups):
        kind, group = groups[i]
        text = ""
        if kind == "quality":
            text = f"{be} {listed(group)}"
            things = groups[i + 1] if i + 1 < len(groups) else ("", [])
            named = [nouns.feature_noun(f) for f in things[1]]
            words = len(text.split()) + len(" ".join(named).split())
            if (
                things[0] == "thing"
                and all(named)
                and len(named) <= _WITH_MAX
                and words <= _GROUP_WORDS_MAX
            ):
                text += f", with {listed(named)}"
                group = [*group, *things[1]]
                i += 1
        elif kind == "does":
            verbs = group if voice == "It" else [_plural_verb(f) for f in group]
            text = f"{voice} {listed(verbs)}"
        elif kind == "order":
            text = listed(group)
        elif kind == "thing":
            text = _things(group, voice, plain=not told)
        else:
            text = _alone(group[0], voice)
        told.append((stopped(capital(text)), tuple(group)))
        i += 1
    return told


def _groups(features: Sequence[str], voice: str) -> list[tuple[str, list[str]]]:
    """
    Return *features* by what they are, like ones next to one another told in one breath.
    """
    groups: list[tuple[str, list[str]]] = []
    for feature in features:
        kind = _kind(feature, voice)
        mates = groups[-1] if groups else ("", [])
        words = len(" ".join([*mates[1], feature]).split())
        room = 3 if kind in {"quality", "thing"} else 2
        joins = kind == mates[0] != "alone" and len(mates[1]) < room and words <= _GROUP_WORDS_MAX
        last = mates[1][-1] if mates[1] else ""
        if kind == "quality" and len(last.split()) > 2 >= len(feature.split()):  # noqa: PLR2004 - "made in Oslo and dry"
            joins = False
        mixed = any(" and " in f for f in (*mates[1], feature))
        if joins and not mixed:
            mates[1].append(feature)
        else:
            groups.append((kind, [feature]))
    return groups


def _kind(feature: str, voice: str) -> str:
    if re.search(
        r"(?i)\d\s?(?:am|pm)\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|^ages?\s\d", feature
    ):
        return "alone"
    if re.match(
        r"(?i)(?:while|now|how to|why|what|where|when)\s|\d[\d.,]*%?$|\d+ to \d|just\s|walk in$|drop in$|.*\bnow$",
        feature,
    ):
        return "alone"
    if clauses.is_imperative(feature) or re.match(rf"(?i)(?:{vocabulary.POINTS})\s\w", feature):
        return "order"
    if re.match(
        r"(?i)(?:no|zero|without|for|from|in|at|on|up|only|over|under|since|not|until|save|perfect)\s",
        feature,
    ):
        return "quality" if re.match(r"(?i)perfect (?:for|to)\s", feature) else "alone"
    if nouns.is_adjective_phrase(feature):
        # a studio isn't "delivered in two weeks", its pictures are
        is_work = voice == "We" and not nouns.is_quality(feature) and not feature.startswith("open")
        return "alone" if is_work else "quality"
    if clauses.is_third_person(feature) and len(feature.split()) > 1:
        return "does"
    if clauses.is_statement(feature):
        return "alone"
    if re.match(rf"(?i)(?:{vocabulary.DOING})\s", feature) or re.search(
        r"(?i)\s(?:welcome|included|available)$", feature
    ):
        return "alone"
    return "thing"


def _things(group: Sequence[str], voice: str, *, plain: bool) -> str:
    named = [nouns.feature_noun(feature) for feature in group]
    if all(named):
        have = {"It": "You get", "They": "You get", "We": "Here you'll find"}[voice]
        if len(group) == 1 and len(group[0].split()) < 2:  # noqa: PLR2004 - a bare noun is a poor sentence
            return f"With {named[0]}" if any(map(str.isalpha, named[0])) else named[0]  # "24/7"
        return (
            f"{have} {listed(named)}"
            if plain
            else f"{'Plus' if len(group) == 1 else 'Think'} {listed(named)}"
        )
    if len(group) > 1 and any(len(feature.split()) > 2 for feature in group[1:]):  # noqa: PLR2004 - no items of a list
        return ". ".join(map(capital, group))
    return listed(group)


def _alone(feature: str, voice: str) -> str:
    doing, _, rest = feature.partition(" ")
    if re.fullmatch(vocabulary.DOING, doing.lower()) and doing.lower() != "run":
        verb = clauses.third_person(doing)
        return f"{voice} {verb if voice == 'It' else clauses.base_verb(verb)} {rest}"
    closed = re.match(r"(?i)^(.+)\s(welcome|included|available)$", feature)
    if closed:
        return f"{closed[1]} {'are' if nouns.is_plural(closed[1]) or ' and ' in closed[1] else 'is'} {closed[2]}"
    return feature


def _plural_verb(feature: str) -> str:
    verb, _, rest = feature.partition(" ")
    return f"{clauses.base_verb(verb)} {rest}"


def super_of(feature: str) -> str:
    """
    Return the words of a feature that can be read at a glance, "" if there are none.

    >>> super_of("slow roasted in small batches"), super_of("a 40-hour battery")
    ('Slow roasted', '40-hour battery')
    """
    text = re.sub(
        r"(?i)^(?:an?|the|our|your|with|it's|we're|they're|it is|we are)\s",
        "",
        feature.strip(" .!?"),
    )
    if len(text) > SUPER_CHARACTERS_MAX or len(text.split()) > 4:  # noqa: PLR2004 - more can't be read at a glance
        text = re.split(
            r"\s(?:(?:made|built|cut|set|born|grown|based|printed|rated|read|fitted)\s)?(?:in|with|for|from|by|to|on|at|per|that|and|so|until|every|without)\s|[,;:]\s",
            text,
        )[0]
        words = text.split()
        if len(words) > 2 and words[-1].endswith("ed"):  # noqa: PLR2004 - "Garden furniture treated"
            text = " ".join(words[:-1])
    if " " not in text and text != feature:
        return ""
    if clauses.is_verb(text.split(maxsplit=1)[0]) and not feature.startswith(f"{text}."):
        return (
            "" if len(text) < len(feature.strip(" .!?")) else capital(text)
        )  # "Help children learn"
    is_short = 2 < len(text) <= SUPER_CHARACTERS_MAX and len(text.split()) <= 4  # noqa: PLR2004 - as above
    is_whole = not re.search(
        r"(?i)(?:^|\s)(?:you|it|they|we|is|are|the|a|an|and|your|i|get|comes|this)$", text
    )
    subject = re.match(r"(?i)(?:you|it|they|we|i|this|our)\b", text)
    return capital(text) if is_short and is_whole and not subject else ""


def listed(group: Sequence[str]) -> str:
    """
    Return *group* as a list in a sentence.

    >>> listed(["oil", "salt", "lime"])
    'oil, salt and lime'
    """
    return group[0] if len(group) == 1 else f"{', '.join(group[:-1])} and {group[-1]}"


def joined(text: str, more: str) -> str:
    """
    Return two texts as one, with a space where their script has one.
    """
    glue = "" if not text or not more or text[-1] in "。！？、，" else " "
    return f"{text}{glue}{more}"


def capital(text: str) -> str:
    """
    Return *text* with a capital first letter, but for names that begin small.

    >>> capital("solid wood"), capital("iPhone case")
    ('Solid wood', 'iPhone case')
    """
    word = text.split(maxsplit=1)[0] if text else ""
    keeps = any(c.isupper() for c in word[1:]) and "-" not in word  # iPhone
    return text if keeps else text[:1].upper() + text[1:]


def unstopped(text: str) -> str:
    """
    Return *text* without its full stop.
    """
    return text.rstrip(" .")


def stopped(text: str) -> str:
    """
    Return *text* with a closing mark, in its script.

    >>> stopped("Just listen"), stopped("音"), stopped("Ready?")
    ('Just listen.', '音。', 'Ready?')
    """
    text = text.strip(" ,;:")
    if not text or text.endswith((".", "!", "?", "…", "。", "！", "？", "؟", "।")):
        return text
    return text + ("。" if unicodedata.east_asian_width(text[-1]) == "W" else ".")
