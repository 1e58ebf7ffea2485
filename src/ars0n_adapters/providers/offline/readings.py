"""
A script as the offline speaker reads it: written words, what is said for each, sentences.

A pure room: it decides which words exist, so that captions, timings and refusals agree
whatever engine speaks. Emoji and loose symbols are passed over; what the reader can't
pronounce at all (another script) is named by `speakable` before anything is charged.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_adapters.providers.offline import figures, numerals

if TYPE_CHECKING:
    from collections.abc import Sequence

CHUNK_WORDS_MAX: Final = 40
"""
Words spoken in one call of the engine: its memory grows with length (400 words take
800 MiB, 40 take 300).
"""

PIECE_CHARS_MAX: Final = 60
"""
Longest run without a space taken for one word (a long web address); a longer one is
several words.
"""

DIGITS_MAX: Final = 12
"""
Longest number said as a number; a longer one (a card, an account) is said by its digits.
"""


@frozen(kw_only=True)
class Token:
    """
    A written word and what is said for it.

    ``written`` is empty for what is heard only as a pause (a dash between spaces).
    ``closes`` marks the end of a sentence, after this token.
    """

    written: str
    said: str
    closes: bool = False


@frozen(kw_only=True)
class Chunk:
    """
    What the engine speaks in one go; ``closes`` tells a sentence's end from a mere comma.
    """

    tokens: tuple[Token, ...]
    closes: bool

    @property
    def said(self) -> str:
        """
        The text for the engine.
        """
        return " ".join(token.said for token in self.tokens if token.said)


def speakable(text: str) -> str | None:
    """
    Return None if the offline voices can speak *text*, otherwise the reason, as a sentence.

    >>> speakable("Only $39.99 today!")
    >>> speakable("こんにちは")
    'The offline voices read English (Latin script) only, and this text is mostly Hiragana: write it in English or use a speech provider that speaks this language'
    >>> speakable("🔥🔥")
    'The text has no words to speak: write at least one word in letters or digits'
    """
    letters = Counter(_script(char) for char in text if char.isalpha())
    latin = letters.pop("Latin", 0)
    foreign = letters.most_common(1)
    if foreign and letters.total() > latin:
        return (
            "The offline voices read English (Latin script) only, and this text is mostly "
            f"{foreign[0][0]}: write it in English or use a speech provider that speaks this "
            "language"
        )
    if not any(token.written for token in tokens(text)):
        return "The text has no words to speak: write at least one word in letters or digits"
    return None


def has_words(text: str) -> bool:
    """
    Whether anything in *text* is a word in any script, so that it should be heard.

    >>> has_words("🔥 — !"), has_words("寿司")
    (False, True)
    """
    return any(char.isalnum() for char in text) or any(token.written for token in tokens(text))


def joined(text: str) -> str:
    """
    Return *text* with the signs that belong to a number, and may stand apart from it, beside it.

    >>> joined("9.99 € today, 20 % off")
    '9.99€ today, 20% off'
    """
    return re.sub(r"(?:(?<=\d)|(?<=\d,-))[ \u00a0\u202f]+(?=[%€£$¥](?![\w]))", "", text)


SET_APART: Final = frozenset(["!", "?", ":", ";", "»", "?!", "!!"])
"""
Marks before which French has a space: they are written with their word.
"""


def tokens(text: str) -> tuple[Token, ...]:
    """
    Return the words of *text* as written, without emoji, with what is said for each.

    >>> [token.written for token in tokens("Wow 🔥 only $39.99 — today!")]
    ['Wow', 'only', '$39.99', '', 'today!']
    >>> [token.written for token in tokens("Le café ! Prêt : oui")]
    ['Le', 'café !', 'Prêt :', 'oui']
    >>> [token.said for token in tokens("9.99 € and 20 %.")]
    ['9.99 euros', 'and', '20%.']
    """
    found: list[Token] = []
    for line in re.split(r"[\n\r\v\f\u2028\u2029]+", "".join(map(_kept, joined(text)))):
        pieces = [part for piece in line.split() for part in _parts(piece)]
        for place, piece in enumerate(pieces):
            said = _reading(
                piece,
                before=pieces[place - 1] if place else "",
                after=pieces[place + 1 : place + 2],
            )
            if not any(map(_sounds, said)):
                pause = "—" if re.fullmatch(r"[-‐-―]+", piece) else ""
                if found and piece and piece[-1] in ".!?…:;»":
                    last_one = found[-1]
                    marked = (
                        f"{last_one.written} {piece}"
                        if last_one.written and piece in SET_APART
                        else ""
                    )
                    closes = last_one.closes or piece[-1] in ".!?…"
                    found[-1] = evolve(last_one, written=marked or last_one.written, closes=closes)
                elif pause:
                    found.append(Token(written="", said=pause))
                continue
            last = place + 1 == len(pieces)
            closes = last or _closes(piece, pieces[place + 1])
            found.append(Token(written=piece, said=said, closes=closes))
    return tuple(found)


def chunks(text: str) -> tuple[Chunk, ...]:
    """
    Return *text* cut at the ends of sentences, and long sentences at a comma if there is one.

    >>> [chunk.said for chunk in chunks("Dr. Fox is in. Come by!")]
    ['Dr. Fox is in.', 'Come by!']
    """
    found: list[Chunk] = []
    sentence: list[Token] = []
    for token in tokens(text):
        sentence.append(token)
        if token.closes:
            found += _portions(sentence)
            sentence = []
    found += _portions(sentence)
    return tuple(chunk for chunk in found if any(token.written for token in chunk.tokens))


def _portions(sentence: list[Token]) -> list[Chunk]:
    found: list[Chunk] = []
    rest = sentence
    while len(rest) > CHUNK_WORDS_MAX:
        cut = next(
            (
                size
                for size in range(CHUNK_WORDS_MAX, CHUNK_WORDS_MAX // 2, -1)
                if rest[size - 1].said[-1:] in {",", ";", ":", "—"}
            ),
            CHUNK_WORDS_MAX,
        )
        found.append(Chunk(tokens=tuple(rest[:cut]), closes=False))
        rest = rest[cut:]
    if rest:
        found.append(Chunk(tokens=tuple(rest), closes=True))
    return found


def halves(chunk: Chunk) -> tuple[Chunk, Chunk]:
    """
    Return *chunk* cut in the middle, for one that turned out long when said.
    """
    middle = len(chunk.tokens) // 2
    return (
        Chunk(tokens=chunk.tokens[:middle], closes=False),
        Chunk(tokens=chunk.tokens[middle:], closes=chunk.closes),
    )


# Said by name where they stand alone ("Tea & Co" is a word for the captions, too).
_SYMBOLS: Final = {
    "&": "and",
    "+": "plus",
    "=": "equals",
    "@": "at",
    "%": "percent",
    "×": "times",
    "÷": "divided by",
}
_TRADE_MARKS: Final = frozenset("™®©℠°№")
# fmt: off
_ABBREVIATIONS: Final = frozenset({
    "mr", "mrs", "ms", "dr", "prof", "st", "mt", "ft", "gen", "gov", "sen", "rep", "capt", "lt",
    "col", "sgt", "rev", "hon", "jr", "sr", "ave", "blvd", "rd", "vs", "approx", "est", "inc",
    "ltd", "corp", "co", "bros", "dept", "nr", "e.g", "i.e", "etc", "a.m", "p.m", "u.s", "u.k",
})
# fmt: on
_WORDS: Final = frozenset({"no.", "fig."})
# The engine takes these for "number" and "figure" wherever they stand.
_CLOSING: Final = "\"'”’»)]}*"
_TOP_LEVELS: Final = (
    "com|org|net|edu|gov|io|co|ai|app|dev|shop|store|me|tv|us|uk|ca|de|fr|eu|info|biz"
)
_ADDRESS: Final = re.compile(
    rf"(?i)(?:https?://)?((?:[\w.+-]+@)?(?:[\w-]+\.)+(?:{_TOP_LEVELS})(?:/(?:[\w\-./?=&%#]*[\w/])?)?)(?!\w)"
)
_CURRENCIES: Final = {"$": "dollars", "€": "euros", "£": "pounds"}
_MONEY: Final = re.compile(r"([$€£])(\d[\d.,]*)")
_PRICE_AFTER: Final = re.compile(r"(\d)([$€£])")  # 10€, as written in Europe
_STOPPED: Final = re.compile(r"(\d[-/\u2013]\d+)\.(?=[^\w.]*$)")
_LARGE: Final = re.compile(r"(?i)(?:hundred|thousand|million|billion|trillion)\b")
_CONTROL: Final = frozenset({"Cc", "Cs", "Co", "Cn", "So", "Sk"})


def _kept(char: str) -> str:
    """
    Return what remains of a character before words are cut: nothing of joiners, a space for
    emoji and the like.
    """
    if char in "\n\r\v\f\u2028\u2029" or char in _TRADE_MARKS:
        return char
    if char in "\ufe0e\ufe0f\u20e3":
        return ""
    category = unicodedata.category(char)
    if category == "Cf":
        return " " if char == "\u200b" else ""
    return " " if category in _CONTROL and not (category == "Sk" and char in "^`") else char


def _parts(piece: str) -> list[str]:
    return [piece[at : at + PIECE_CHARS_MAX] for at in range(0, len(piece), PIECE_CHARS_MAX)]


def _reading(piece: str, *, before: str, after: Sequence[str]) -> str:
    """
    Return what is said for a written piece: Latin letters, digits and plain punctuation.

    Brackets are dropped because the engine takes ``[word](/sounds/)`` as a pronunciation.
    """
    if piece in _SYMBOLS:
        return _SYMBOLS[piece]
    if piece.strip(_CLOSING + ".,;:!?") == numerals.THOUSAND and before.isdecimal():
        return piece.replace(numerals.THOUSAND, "thousand")
    if piece.casefold() in _WORDS:
        return piece if _numbered(after) else f"{piece[:-1]} ."
    piece = figures.said(numerals.told(piece), before=before, after=after)
    said = "".join(
        map(_latin, unicodedata.normalize("NFC", piece).replace("[", " ").replace("]", " "))
    )
    said = _ADDRESS.sub(lambda found: _spelled(found.group(1)), said)
    said = re.sub(r"\b24/7(?:/365)?\b", "24 7", said)
    said = re.sub(r"([^\w\s])\1{3,}", r"\1\1\1", said)
    said = re.sub(rf"\d{{{DIGITS_MAX + 1},}}", lambda found: " ".join(found[0]), said)
    if after and _LARGE.match(after[0]) and (money := _MONEY.fullmatch(said)):
        said = money[2]  # "$5 million" is said "5", "million dollars"
    elif (large := _LARGE.match(said)) and (money := _MONEY.fullmatch(before)):
        said = f"{large[0]} {_CURRENCIES[money[1]]}{said[large.end() :]}"
    said = _PRICE_AFTER.sub(lambda found: f"{found[1]} {_CURRENCIES[found[2]]}", said).strip()
    # The engine reads "555-0134." as one number and "1/2." as two, for the stop.
    return _STOPPED.sub(r"\1 .", said)


def _numbered(after: Sequence[str]) -> bool:
    return bool(after) and after[0][:1].isdigit()


def _spelled(address: str) -> str:
    """
    Return a web or mail address as people say it.

    >>> _spelled("www.fox-tea.com/shop")
    'W W W dot fox dash tea dot com slash shop'
    """
    said = re.sub(r"(?i)^www\.", "W W W. ", address.rstrip("/"))
    for mark, name in (
        (".", "dot"),
        ("/", "slash"),
        ("-", "dash"),
        ("@", "at"),
        ("_", "underscore"),
    ):
        said = said.replace(mark, f" {name} ")
    return " ".join(re.sub(r"[?=&%#+]", " ", said).split())


def _latin(char: str) -> str:
    if char.isascii():
        return char
    if char.isdecimal():
        return str(unicodedata.decimal(char))
    if char.isalpha():
        folded = unicodedata.normalize("NFKC", char)
        if all(_script(part) == "Latin" for part in folded):
            return folded
        return ""
    return char


def _sounds(char: str) -> bool:
    return char.isalnum()


def _script(char: str) -> str:
    """
    Return the script a letter belongs to, by the first word of its Unicode name.

    >>> _script("é"), _script("я"), _script("語"), _script("𝗕")
    ('Latin', 'Cyrillic', 'Han', 'Latin')
    """
    plain = unicodedata.normalize("NFKC", char)[:1]
    if plain.isascii():
        return "Latin"
    first = unicodedata.name(plain, "unknown").split()[0].capitalize()
    return "Han" if first == "Cjk" else first


def _closes(piece: str, following: str) -> bool:
    bare = piece.rstrip(_CLOSING)
    if not bare or bare[-1] not in ".!?…":
        return False
    if following.lstrip("\"'“‘«([")[:1].islower():
        return False
    if bare[-1] != ".":
        return True
    if bare.casefold() in _WORDS:
        return not _numbered([following])
    word = bare.rstrip(".").lstrip("\"'“‘«([").casefold()
    return word not in _ABBREVIATIONS and not (len(word) == 1 and word.isalpha())
