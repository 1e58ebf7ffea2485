"""
Scripts of nothing but the prompt's own sentences, for languages whose grammar we lack.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from ars0n_adapters.providers.offline import phrases
from ars0n_core.plans.budget import count_words

if TYPE_CHECKING:
    from ars0n_adapters.providers.offline.briefs import Brief

_CALLS: Final = {
    "es": "Descubre m\u00e1s", "fr": "En savoir plus", "de": "Mehr erfahren", "it": "Scopri di pi\u00f9",
    "pt": "Saiba mais", "nl": "Lees meer", "no": "Les mer", "sv": "L\u00e4s mer",
}  # fmt: skip
_TELLING: Final = {
    "es": "desde muy sin el los las para con una del que nuestra nuestro y por",
    "fr": "le les des une pour avec dans est et votre nos notre",
    "de": "der die das und f\u00fcr mit ein eine ist den von wir unser unsere",
    "it": "il gli della che per di con una nostra nostro e",
    "pt": "um uma os do da em para com nossa nosso e",
    "nl": "het een voor met van onze bij jouw",
    "no": "og til med for p\u00e5 er en et v\u00e5r",
    "sv": "och f\u00f6r med som till p\u00e5 \u00e4r v\u00e5ra",
}
_SCRIPTS: Final = (
    (r"[\u3040-\u30ff]", "\u8a73\u3057\u304f\u306f\u3053\u3061\u3089"),
    (r"[\uac00-\ud7af]", "\uc790\uc138\ud788 \ubcf4\uae30"),
    (r"[\u4e00-\u9fff]", "\u4e86\u89e3\u66f4\u591a"),
    (r"[\u0600-\u06ff]", "\u0627\u0643\u062a\u0634\u0641 \u0627\u0644\u0645\u0632\u064a\u062f"),
    (
        r"[\u0454\u0456\u0457\u0491]",
        "\u0414\u0456\u0437\u043d\u0430\u0442\u0438\u0441\u044f \u0431\u0456\u043b\u044c\u0448\u0435",
    ),
    (
        r"[\u0400-\u04ff]",
        "\u0423\u0437\u043d\u0430\u0442\u044c \u0431\u043e\u043b\u044c\u0448\u0435",
    ),
    (r"[\u0900-\u097f]", "\u0914\u0930 \u091c\u093e\u0928\u0947\u0902"),
)
"""
"Find out more" for the end card, by script and by language.
"""


def call_in(text: str) -> str:
    """
    Return "find out more" in the language of *text*, "" if that can't be told.

    >>> call_in("Casque sans fil pour les amoureux de la musique")
    'En savoir plus'
    """
    for pattern, call in _SCRIPTS:
        if re.search(pattern, text):
            return call
    words = re.findall(r"[^\W\d_]+", text.lower())
    counts = {name: sum(w in telling.split() for w in words) for name, telling in _TELLING.items()}
    most = max(counts, key=lambda name: counts[name])
    return _CALLS[most] if counts[most] else ""


def deal(brief: Brief, *, scenes: int, words_max: int) -> tuple[str, ...]:
    """
    Return the prompt's own sentences, dealt over the scenes.
    """
    closing = phrases.stopped(brief.company) if brief.company else ""
    said_whole = [phrases.stopped(sentence) for sentence in (*brief.statements, *brief.quotes)]
    room = words_max - count_words(closing)
    pieces: list[str] = []
    for sentence in said_whole:
        for clause in _clauses(sentence):
            said = clause if count_words(clause) <= room or pieces else _cut(clause, room)
            if said and count_words(said) <= room:
                pieces.append(said)
                room -= count_words(said)
    texts = ["" for _ in range(scenes)]
    total = sum(map(count_words, pieces))
    told = 0
    for piece in pieces:
        # a sentence is said where its middle falls
        middle = (told + count_words(piece) / 2) / max(total, 1)
        index = min(int(middle * scenes), scenes - 1)
        texts[index] = phrases.joined(texts[index], piece)
        told += count_words(piece)
    last = max((i for i, text in enumerate(texts) if text), default=0)
    texts[last] = phrases.stopped(texts[last].rstrip(",;:،、，；：")) if texts[last] else ""
    texts[-1] = phrases.joined(texts[-1], closing)
    return tuple(texts)


def _clauses(sentence: str) -> list[str]:
    parts = re.split(r"(?<=[,;:،؛])\s+|(?<=[、，；：])", sentence)
    return [part.strip() for part in parts if part.strip()]


def _cut(clause: str, room: int) -> str:
    """
    Return the beginning of *clause* that fits into *room* words, cut between words; of one that
    is written without spaces, as many characters.
    """
    words = clause.split()
    while words and count_words(" ".join(words)) > room:
        words.pop()
    return " ".join(words) or ("" if " " in clause else clause[: max(room, 0)])
