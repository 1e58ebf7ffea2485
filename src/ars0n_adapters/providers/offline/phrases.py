"""
Phrases: what kind of words they are, and how they are joined, closed and capitalised.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from ars0n_adapters.providers.offline.briefs import PROPER, head_noun

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
    ]
)  # fmt: skip
"""
Words that say how the ad should look, not what the product is.
"""

_ADJECTIVES: Final = frozenset(
    [
        "sleek", "modern", "light", "soft", "warm", "bold", "bright", "crisp", "fresh", "clean",
        "simple", "smart", "fast", "quick", "strong", "tough", "quiet", "slim", "thin", "small",
        "compact", "durable", "reliable", "natural", "organic", "vegan", "local", "affordable",
        "lightweight", "waterproof", "wireless", "handmade", "homemade", "comfortable", "comfy",
        "cozy", "cosy", "elegant", "premium", "classic", "safe", "secure", "gentle", "pure", "raw",
        "seasonal", "friendly", "honest", "certified", "licensed", "insured", "sustainable", "breathable", "easy", "stylish",
        "foldable", "portable", "flexible", "innovative", "powerful", "smooth", "rich", "creamy",
        "spicy", "sweet", "crunchy", "tasty", "delicious", "healthy", "nutritious", "refreshing",
        "grain-free", "sugar-free", "gluten-free", "eco-friendly", "recyclable", "family-run",
        "family-owned", "independent", "experienced", "transparent", "minimal", "timeless",
    ]
)  # fmt: skip
_ADJECTIVE_ENDINGS: Final = ("-free", "-proof", "-friendly", "-made", "-based", "-grown", "-pressed",
                             "-owned", "-run", "-resistant", "-cut", "-roasted", "-baked", "-fed")  # fmt: skip
CLAUSE_VERBS: Final = frozenset(
    ["up", "perfect", "ideal", "great", "beginners", "first", "offering", "serving", "baking", "making",
     "selling", "helping", "providing", "using", "bringing", "combining", "teaching", "fully",
     "made", "designed", "built", "crafted", "engineered", "lasts", "keeps", "helps", "fits", "works",
     "saves", "turns", "cleans", "comes", "brings", "gives", "lets", "feels", "syncs", "connects",
     "charges", "cuts", "tracks", "goes", "never", "always", "no", "zero", "save", "get", "learn",
     "find", "track", "plan", "send", "build", "stays", "removes", "protects"]
)  # fmt: skip
_MASS: Final = frozenset(
    ["skincare", "juice", "coffee", "tea", "water", "food", "bread", "software", "furniture",
     "jewelry", "jewellery", "insurance", "clothing", "wine", "beer", "chocolate", "honey",
     "therapy", "training", "care", "milk", "music", "equipment", "education", "cheese", "granola",
     "kombucha", "makeup", "cookware", "footwear", "pasta", "ice-cream", "oil", "soda", "lemonade",
     "sunscreen", "streetwear", "activewear", "swimwear", "fashion", "yoga", "plumbing", "roofing",
     "cleaning", "repair", "design", "accounting", "advice", "decor", "apparel", "cereal", "travel", "soap", "shampoo", "matcha", "whisky",
     "whiskey", "gin", "rice", "sauce", "butter", "lighting", "bedding", "knitwear", "delivery"]
)  # fmt: skip


def with_article(phrase: str, *, plural: bool) -> str:
    """
    Return a noun phrase with the article it needs.

    >>> with_article("oak table", plural=False), with_article("oat milk", plural=False)
    ('an oak table', 'oat milk')
    """
    last = head_noun(phrase).lower()
    first = phrase.split(maxsplit=1)[0] if phrase else ""
    if first.lower() in {"best", "first", "only", "most", "finest", "world's"}:
        return f"the {phrase}"
    is_name = re.match(r"[A-Z]|\w+'s\b|\d|your|this", phrase) and first not in PROPER
    named = bool(is_name) and not re.match(r"[A-Z]{2}", phrase)
    is_model = bool(phrase) and (phrase.rsplit(maxsplit=1)[-1].isupper() or phrase[-1].isdigit())
    if plural or not phrase or named or is_model:
        return phrase
    if last in _MASS or last.endswith(("ing", "wear", "ware")):
        return phrase
    return f"{'an' if _starts_with_vowel(phrase) else 'a'} {phrase}"


def _starts_with_vowel(phrase: str) -> bool:
    word = phrase.split(maxsplit=1)[0].lower()
    if word.startswith(("uni", "use", "eu", "one", "ut")) and not word.startswith("unin"):
        return False
    return word.startswith(("a", "e", "i", "o", "u", "hour", "honest", "heir"))


def is_adjective(feature: str) -> bool:
    """
    Whether a feature is a quality ("sleek") rather than a thing ("soft bristles").
    """
    words = feature.lower().split()
    if len(words) > 2:  # noqa: PLR2004 - "very light" at most
        return False
    return words[-1] in _ADJECTIVES or words[-1].endswith(_ADJECTIVE_ENDINGS)


def is_clause(feature: str) -> bool:
    """
    Whether a feature must stand alone ("made in Oregon", "walk-ins welcome").
    """
    words = feature.lower().split()
    doing = len(words) > 1 and words[0].endswith("ing")
    closed = words[-1] in {"welcome", "included", "free", "available"}
    return doing or closed or words[0] in CLAUSE_VERBS


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
    keeps = any(c.isupper() for c in word[1:])  # iPhone
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
