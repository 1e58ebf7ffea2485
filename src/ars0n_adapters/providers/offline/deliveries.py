"""
What free direction ("energetic and confident", "calm luxury") does to a reading.

Directions are written by people; keywords are looked up in one table and their effects
multiplied, within limits that keep any mixture natural.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen


@frozen(kw_only=True)
class Delivery:
    """
    Factors on a voice's own ``pace``, ``pitch``, melodic ``range`` and ``pause`` lengths.
    """

    pace: float = 1.0
    pitch: float = 1.0
    range: float = 1.0
    pause: float = 1.0


# word stems -> effect. Modest on purpose: a few per cent are heard as mood, more as a fault.
DELIVERIES: Final[tuple[tuple[tuple[str, ...], Delivery], ...]] = (
    (
        (
            "energ",
            "excit",
            "upbeat",
            "dynamic",
            "enthusias",
            "hype",
            "punchy",
            "thrill",
            "adrenalin",
        ),
        Delivery(pace=1.07, pitch=1.03, range=1.15, pause=0.8),
    ),
    (
        ("urgen", "fast", "quick", "rapid", "brisk"),
        Delivery(pace=1.1, pitch=1.01, range=1.05, pause=0.7),
    ),
    (
        ("happy", "joy", "cheer", "playful", "fun", "delight", "optimis", "celebrat"),
        Delivery(pace=1.04, pitch=1.04, range=1.12, pause=0.9),
    ),
    (("friend", "casual", "convers", "approach"), Delivery(pace=1.01, range=1.05, pause=0.95)),
    (
        ("confiden", "bold", "strong", "authorit", "power", "trust", "profession", "assert"),
        Delivery(pitch=0.97, range=1.03),
    ),
    (
        ("warm", "tender", "caring", "heartfelt", "gentle", "romantic", "nostalg", "cozy", "cosy"),
        Delivery(pace=0.96, pitch=0.98, range=0.97, pause=1.1),
    ),
    (
        ("calm", "sooth", "relax", "peace", "seren", "soft", "quiet", "tranquil", "medit"),
        Delivery(pace=0.93, pitch=0.98, range=0.88, pause=1.25),
    ),
    (
        ("luxur", "premium", "elegan", "sophist", "refined", "exclusiv"),
        Delivery(pace=0.94, pitch=0.97, range=0.92, pause=1.3),
    ),
    (
        ("dramat", "cinemat", "epic", "myster", "intens", "suspens", "inspir"),
        Delivery(pace=0.95, pitch=0.97, range=1.12, pause=1.3),
    ),
    (
        ("serious", "somber", "sombre", "sad", "solemn", "grave", "melanchol"),
        Delivery(pace=0.93, pitch=0.95, range=0.85, pause=1.2),
    ),
    (("slow", "measured", "unhurried"), Delivery(pace=0.9, pause=1.25)),
)

_NEGATIONS: Final = frozenset({"not", "no", "never", "without", "less", "isn't", "non"})
_NEGATION_REACH_WORDS: Final = 2

_PACE_LIMITS: Final = (0.86, 1.15)
_PITCH_LIMITS: Final = (0.93, 1.08)
_RANGE_LIMITS: Final = (0.8, 1.25)
_PAUSE_LIMITS: Final = (0.6, 1.6)


def delivery(*directions: str) -> Delivery:
    """
    Return the delivery that *directions* (style, emotion) ask for; unknown words do nothing.

    >>> delivery("Energetic!").pace > 1 > delivery("calm, luxurious").pace
    True
    >>> delivery("not too energetic", "") == Delivery()
    True
    """
    words = re.findall(r"[\w']+", " ".join(directions).casefold())
    pace = pitch = melody = pause = 1.0
    for stems, effect in DELIVERIES:
        if any(_asked(words, stem) for stem in stems):
            pace *= effect.pace
            pitch *= effect.pitch
            melody *= effect.range
            pause *= effect.pause
    return Delivery(
        pace=_within(pace, _PACE_LIMITS),
        pitch=_within(pitch, _PITCH_LIMITS),
        range=_within(melody, _RANGE_LIMITS),
        pause=_within(pause, _PAUSE_LIMITS),
    )


def _asked(words: list[str], stem: str) -> bool:
    return any(
        word.startswith(stem)
        and _NEGATIONS.isdisjoint(words[max(0, place - _NEGATION_REACH_WORDS) : place])
        for place, word in enumerate(words)
    )


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])
