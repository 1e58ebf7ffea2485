"""
Prompts as they come: markup, addresses, shouting and other languages put in order.
"""

from __future__ import annotations

import html
import json
import re
import unicodedata
from typing import Final

from attrs import frozen

from ars0n_adapters.providers.offline import labels, readings

_FOREIGN: Final = frozenset(
    [
        "le", "la", "les", "des", "une", "pour", "avec", "dans", "est", "et", "votre", "nos",
        "unser", "unsere", "dein", "deine", "ohne", "auf", "bei", "ihr", "sie", "nicht", "zum", "zur", "desde", "sin", "sans", "chez", "notre", "nuestra", "nuestro", "senza", "sem", "zonder", "uten", "utan", "der", "die", "das", "und", "für", "mit", "ein", "eine", "ist", "den", "von", "wir",
        "el", "los", "las", "para", "con", "una", "del", "que", "por", "tu", "su", "y",
        "il", "gli", "della", "che", "per", "di", "um", "uma", "os", "do", "da", "em", "het",
        "een", "voor", "met", "van", "och", "för", "med", "som", "og", "til", "bir", "ve", "i",
        "ab", "na", "od", "oraz", "dla", "jest", "się", "zł", "kč", "pro", "és", "egy", "și", "pentru", "dan", "untuk", "yang", "dengan",
    ]
)  # fmt: skip
_BOTH: Final = frozenset(
    [
        "pro",
        "dan",
        "ab",
        "na",
        "van",
        "per",
        "die",
        "den",
        "do",
        "sin",
        "la",
        "le",
        "i",
        "met",
        "com",
        "med",
        "et",
        "os",
        "tu",
    ]
)
_ENGLISH: Final = frozenset(
    [
        "the", "a", "an", "and", "for", "with", "of", "to", "in", "on", "is", "are", "our", "your",
        "that", "from", "by", "we", "you", "it", "this", "their", "at", "my", "make", "or", "all",
    ]
)  # fmt: skip


def clean(prompt: str) -> str:
    """
    Return *prompt* as plain sentences: no markup, addresses, symbols or shouting.

    >>> clean("<b>BEST SOCKS</b> \N{SPARKLES} https://x.co/a")
    'Best socks'
    """
    prompt = _told_in_json(prompt)
    prompt = re.sub(r"\x1b\[[0-9;?]*[ -/]*[@-~]", " ", prompt)  # a terminal's colours
    prompt = re.sub(r"(?s)```.*?(?:```|\Z)", "\n", prompt)  # a program is not said
    prompt = _BLOCKS.sub("\n", prompt)
    text = html.unescape(re.sub(r"(?is)<(script|style)\b.*?</\1>|<[^<>]{0,300}>", " ", prompt))
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"[^\s@]{1,64}@[^\s@]+", " ", text)
    # "at https://acme.com" can be said and remembered, a longer address can't
    text = re.sub(_DOMAIN, r"\1 \2", text)
    text = _ADDRESSED.sub(" ", text)
    # "## Features" is what stands under it, any other heading says nothing
    text = re.sub(r"(?m)^[ \t]*#{1,6}[ \t]+([^\n]*?)[ \t:]*\n\s*", _headed, text)
    # bullets are items of one list
    text = re.sub(rf"(?m)(?:\A|(?<=\n))((?:[ \t]*{_BULLET}[^\n]*(?:\n|\Z))+)", _listed, text)
    text = re.sub(r"[ \t]*\n+[ \t]*", "\n", text.strip())
    text = re.sub(r"(?<![.!?;:,。！？؟\n])\n", ". ", text).replace("\n", " ")
    text = text.translate({ord("\N{RIGHT SINGLE QUOTATION MARK}"): "'"})
    text = readings.joined(re.sub(r"#(?=\d)", "number ", _figured(text)))
    text = _NUMBERED.sub(lambda m: f"{m[1] or 'no'}.", text)
    text = re.sub(r"(\d)(?:\"|\u2033|\u201d)(?=\s\w)", r"\1-inch", text)
    text = _initialled(_parted(text))
    text = "".join(c if _is_sayable(c) else " " for c in text)
    text = re.sub(r"[!?]+(?=\s*[,;])", "", text)  # "Yahoo!, Which? and others": part of a name
    text = re.sub(r"([!?.,])(?:\s*[!?.,])+", r"\1", " ".join(text.split()))
    text = (
        re.sub(r"\s+([.,!?;:])", r"\1", text).lstrip(" .,;:-–—!?").rstrip(" .,;:-–—!")
        if text
        else ""
    )
    text = re.sub(
        r"(?i)[,.!]?\s(?:many thanks|thanks(?: a lot)?|thank you|thx|please|pls)[.! ]*$", "", text
    )
    letters = [c for c in text if c.isalpha()]
    if len(letters) > 3 and sum(c.isupper() for c in letters) > 0.7 * len(letters):  # noqa: PLR2004 - shouting, not an acronym
        text = re.sub(r"(^|[.!?]\s+)(\w)", lambda m: m[1] + m[2].upper(), text.lower())
        text = _ACRONYMS.sub(lambda m: m[0].upper(), text)
        text = re.sub(r"\bi\b", "I", text)
    return _SHOUTED.sub(lambda m: m[1].capitalize() if m[1] else m[0].lower(), text)


_LOUD: Final = r"(?:(?<![\w'&-])(?:[A-Z]{2,}\s){2,}[A-Z]{2,}(?![\w'&-])|\b(?:NEW|NOW|FREE|SALE|ONLY|BEST|BIGGEST|HURRY)\b)"
_SHOUTED: Final = re.compile(rf"(?:\A|(?<=[.!?]\s))({_LOUD})|{_LOUD}")
"""
Words in capitals for loudness' sake: three in a row, or one of those that are no acronyms.
"""

_ADDRESSED: Final = re.compile(
    r"(?i)(?:\b(?:visit(?: us at)?|see|at|on|via|go to|head to)\s+(?=\S+\s+(?:today|now)\s+(?:and|to)\s))?"
    r"\b(?:https?://|www\.)\S+(?:\s+(?:today|now)\s+(?:and|to)(?=\s))?"
)
"""
An address that is too long to be said, with what only leads there: "visit ... today and save".
"""

_ACRONYMS: Final = re.compile(
    r"(?i)\b(?:apr|tv|led|gps|vip|bbq|suv|usb|hd|usa|uk|eu|nyc|dj|atm|pc|hdmi|oled|rsvp|mba|phd)\b"
)
"""
What stays in capitals where all the rest was shouted.
"""

_BLOCKS: Final = re.compile(r"(?i)</?(?:h[1-6]|p|li|ul|ol|div|br|tr|section)(?:\s[^<>]{0,300})?/?>")
"""
Tags at which a sentence ends.
"""

_SAID_SHORT: Final = re.compile(r"(?i)\b(tel|fax|ext|apt|ste|str|ul|mob)\.\s?(?=[\d+(])")
_DASHED: Final = re.compile(r"(?<=\d)\s?[\u2013\u2014]\s?(?=[$€£]?\d)")
_SPANNED: Final = re.compile(r"(?<=\d)(?=\S*)\s-\s(?=[$€£]?\d[\d.,]*(?:[/:.€%]\d*|[ap]m\b))")


_EMOJI: Final = re.compile(
    "[\u2600-\u27bf\U0001f300-\U0001faff][\ufe0f\u200d\u2600-\u27bf\U0001f300-\U0001faff ]*"
)
_PARTED_MIN: Final = 4


def _parted(text: str) -> str:
    """
    Return *text* with commas where emoji stand between the points of a list.

    >>> _parted("50% OFF \N{SLICE OF PIZZA} pizza \N{TELEPHONE RECEIVER} 555-0100 \N{FIRE} free parking")
    '50% OFF, pizza, 555-0100, free parking'
    >>> _parted("We \N{HEAVY BLACK HEART} tea")
    'We \N{HEAVY BLACK HEART} tea'
    """
    parts = [part.strip(" ,") for part in _EMOJI.split(text)]
    points = [part for part in parts if any(map(str.isalnum, part))]
    if len(points) < _PARTED_MIN or any(part.split()[0] in _ENGLISH for part in points):
        return text
    return ", ".join(points)


_INITIALS: Final = re.compile(r"\b((?:Dr|Mr|Mrs|Ms|Prof)\.\s)?((?:[A-Z]\.\s)+)(?=[A-Z][a-z])")


def _initialled(text: str) -> str:
    """
    Return *text* with the initials of a name as letters, at which no sentence ends.

    >>> _initialled("Dr. A. B. Smith, J. K. Rowling, vitamin C. Now")
    'Dr. A B Smith, J K Rowling, vitamin C. Now'
    """

    def joined(found: re.Match[str]) -> str:
        is_name = found[1] or found[2].count(".") > 1
        return f"{found[1] or ''}{found[2].replace('.', '')}" if is_name else found[0]

    return _INITIALS.sub(joined, text)


def _figured(text: str) -> str:
    """
    Return *text* with the figures that punctuation would part in one piece.

    >>> _figured("Tel. 030 123, 8\N{EN DASH}18h, 1/06/26 - 31/08/26, orders > $50")
    'Tel 030 123, 8-18h, 1/06/26 to 31/08/26, orders over $50'
    """
    text = _SAID_SHORT.sub(r"\1 ", text)
    text = _SPANNED.sub(" to ", _DASHED.sub("-", text))
    text = re.sub(r"(?:>|\u2265)\s?(?=[$€£]?\d)", "over ", text)
    return re.sub(r"(?:<|\u2264)\s?(?=[$€£]?\d)", "under ", text)


_NUMBERED: Final = re.compile(r"(?i)(?:\b(no|nr)\.|\N{NUMERO SIGN})\s*(?=\d)")
"""
What says that a number follows; the stop is no sentence's, nor is a space after it.
"""


def spaced(text: str) -> str:
    """
    Return *text* of a clean prompt with its numbers as they are written.

    >>> spaced(clean("Serum no. 4. For dry skin"))
    'Serum no. 4. For dry skin'
    """
    return re.sub(r"(?i)\b(no|nr)\.(?=\d)", r"\1. ", text)


_BULLET: Final = r"(?:[-*\u2022\u2023\u00b7\u2013\u2713\u2705]|\d{1,2}[.)])[ \t]+"
_DOMAIN: Final = re.compile(
    r"(?i)\b(at|on|visit|via|to|see)\s+(?:https?://)?(?:www\.)?"
    r"((?:[a-z0-9-]{1,40}\.){1,3}(?:com|org|net|io|co|app|shop|store|dev|ai|uk|de|fr|es|it|no|se|dk|nl|eu|us|ca|au))"
    r"/?(?![\w/?#-])"
)


def _told_in_json(prompt: str) -> str:
    """
    Return the fields of a JSON object as lines with labels, anything else as it is.
    """
    try:
        told = json.loads(prompt) if prompt.lstrip().startswith("{") else None
    except (ValueError, RecursionError):
        return prompt
    if not isinstance(told, dict):
        return prompt
    lines = [
        f"{name}: {value}"
        for name, value in told.items()
        if isinstance(value, str) and not re.match(r"(?i)https?://|www\.", value)
    ]
    return "\n".join(lines) or prompt


def _headed(match: re.Match[str]) -> str:
    is_told = labels.labelled(f"{match[1]}: x")[0] not in {"", "none"}
    return f"{match[1]}: " if is_told else ""


def _listed(match: re.Match[str]) -> str:
    items = [
        re.sub(rf"^[ \t]*{_BULLET}", "", line).strip(" \t;,")
        for line in match[1].strip().split("\n")
    ]
    text = ""
    for item in filter(None, items):
        glue = "" if not text else " " if text[-1] in ".!?" else "; "
        text += glue + item
    return f"{text}\n"


_NO_TITLE: Final = "".join(
    rf"(?<!\b{title}\.)" for title in ("Dr", "Mr", "Ms", "Mrs", "Prof", "St", "vs", "No")
)


def sentences(text: str) -> list[str]:
    """
    Return the sentences of *text* in any script, each with its closing mark or none.
    """
    parts = re.split(rf"(?<=[.!?…]){_NO_TITLE}\s+|(?<=[。！？؟।۔])\s*|\n+", text)
    return [part.strip() for part in parts if any(c.isalnum() for c in part)]


def _is_sayable(character: str) -> bool:
    if character in "#*_~`|<>{}[]^\\=@":
        return False
    return unicodedata.category(character) not in {"So", "Sk", "Cs", "Co", "Cn", "Cc", "Cf"}


def is_english(text: str) -> bool:
    """
    Whether English may stand beside *text*: Latin letters, no other language's words.
    """
    letters = [c for c in text if c.isalpha()]
    latin = sum(1 for c in letters if unicodedata.name(c, "").startswith("LATIN"))
    if letters and latin < 0.7 * len(letters):
        return False
    words = re.findall(r"(?<!\w)[^\W\d_]+(?!\w)", text.lower())  # "125a" has no article
    foreign = sum(word in _FOREIGN for word in words if word != "i")
    if not any(word in _FOREIGN - _BOTH for word in words):
        foreign = 0  # "a van", "per scoop"
    accents = sum(1 for c in letters if ord(c) > 127)  # noqa: PLR2004 - ASCII
    english = sum(word in _ENGLISH for word in words)
    return foreign + (accents > 2) <= english or foreign == 0 and accents <= 3  # noqa: PLR2004, RUF021 - "café", "crème brûlée"


@frozen(kw_only=True)
class Quotes:
    """
    What stood between quotation marks, by what it was quoted for.
    """

    said: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()


_QUOTED: Final = re.compile(
    r"[\"\u201c\u00ab\u201e]([^\"\u201c\u201d\u00ab\u00bb\u201e]{3,90})[\"\u201d\u00bb\u201c]"
    r"|(?<!\w)['\u2018]([^'\u2018]{3,90})['\u2019](?!\w)"
)
_CALL_BEFORE: Final = re.compile(
    r"(?i)\b(?:cta|call to action|call-to-action|button)\b[^.!?\"]{0,30}$"
)
_SAYING_BEFORE: Final = re.compile(
    r"(?i)\b(?:tagline|slogan|motto|line|words|end(?:s|ing)?|clos(?:e|es|ing)|finish|say(?:s|ing)?|said|text|message)\b[^.!?\"]{0,30}$"
)


_TITLE_BEFORE: Final = re.compile(
    r"(?i)\b(?:book|novel|thriller|memoir|cookbook|album|single|song|ep|exhibition|show|film|movie|documentary|play|musical"
    r"|opera|podcast|series|course|game|magazine|concert|festival|event|workshop|app|collection)\s*:?\s*$"
)
_TITLED: Final = "\N{OBJECT REPLACEMENT CHARACTER}"


def take_quotes(text: str) -> tuple[str, Quotes]:
    """
    Return *text* without what is quoted to be said or is a work's title, and that; other
    names lose only their marks.

    >>> take_quotes('Oak tables. End with "Feel at home"')
    ('Oak tables. End with ', Quotes(said=('Feel at home',), calls=(), titles=()))
    >>> take_quotes('New album "Night Drive", out now')
    ('New album, out now', Quotes(said=(), calls=(), titles=('Night Drive',)))
    """
    said: list[str] = []
    calls: list[str] = []
    titles: list[str] = []

    def taken(match: re.Match[str]) -> str:
        quote = (match[1] or match[2]).strip(" ,;")
        before = text[: match.start()]
        if re.match(r"(?i)[,\s-]*(?:says|said|writes)\b", text[match.end() :]):
            return f"{quote}," if quote[-1].isalnum() else quote
        if not any(c.isalpha() for c in quote):
            return " "
        if _TITLE_BEFORE.search(before) and not titles:
            titles.append(quote)
            return _TITLED
        if _CALL_BEFORE.search(before):
            calls.append(quote)
            return ""
        is_said = _SAYING_BEFORE.search(before) or before.rstrip()[-1:] in {"", ".", "!", "?", ":"}
        if (is_said and match[1] and len(quote.split()) > 1) or _SAYING_BEFORE.search(before):
            said.append(quote)
            return ""
        return quote

    rest = re.sub(rf"\s*:?\s*{_TITLED}", "", _QUOTED.sub(taken, text))
    rest = re.sub(r"[\"\u201c\u201d\u00ab\u00bb\u201e]", "", rest)
    return rest, Quotes(said=tuple(said), calls=tuple(calls), titles=tuple(titles))


_FOREIGN_ORDER: Final = re.compile(
    r"(?i)^(?:por favor,?\s)?(?:crea|crear|haz|hacer|créez?|faites|fais|erstellen?(?: sie)?|mach(?:en sie)?|crie|faça|criar|maak|lag|skapa|lav|stwórz)\b"
    r"[^.:,]{0,40}?\b(?:anuncio|spot|vídeo|video|vidéo|publicité|pub|werbung|werbespot|anúncio|reclame|annonse|annons|reklame|reklama|reklamę)\b"
    r"[^.:,]{0,25}?\s(?:para|pour|für|per|voor|for|för|til|dla|de|über|om|sobre)\s(?:(?:una?|le|la|les|el|los|las|nuestr[oa]s?|notre|nos|unser\w*|ein\w*|il|lo|gli|di|een|ons|vår\w*|os?|as?)\s)?"
)


def without_order(text: str) -> str:
    """
    Return a text in another language without "make a video for".

    >>> without_order("Crea un anuncio para nuestra panadería")
    'Panadería'
    """
    rest = _FOREIGN_ORDER.sub("", text)
    return rest[:1].upper() + rest[1:] if rest else text
