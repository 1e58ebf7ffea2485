"""
What free direction ("energetic and confident", "calm luxury") means in ElevenLabs' numbers.
"""

from __future__ import annotations

import re
from typing import Final

from attrs import frozen


@frozen(kw_only=True)
class Delivery:
    """
    Voice settings, all as the service has them: 0..1, and speed as a factor.
    """

    stability: float = 0.5
    similarity_boost: float = 0.75
    style: float = 0.0
    speed: float = 1.0


# word stems -> (less stable, more style, faster). Lower stability is a wider range of feeling.
_EFFECTS: Final[tuple[tuple[tuple[str, ...], tuple[float, float, float]], ...]] = (
    (("energ", "excit", "upbeat", "dynamic", "hype", "punch", "enthus"), (-0.15, 0.3, 0.06)),
    (("urgen", "fast", "quick", "brisk", "rapid"), (-0.05, 0.1, 0.1)),
    (("play", "fun", "joy", "happy", "cheer", "humor", "quirk"), (-0.15, 0.25, 0.03)),
    (("dramat", "epic", "cinema", "intens", "suspens", "inspir"), (-0.15, 0.35, -0.03)),
    (("friend", "casual", "convers", "warm", "tender", "nostalg"), (-0.05, 0.1, -0.01)),
    (("confiden", "bold", "strong", "authorit", "profession", "trust"), (0.05, 0.1, 0.0)),
    (("calm", "sooth", "relax", "seren", "gentle", "soft", "quiet"), (0.2, 0.0, -0.06)),
    (("luxur", "elegan", "premium", "sophist", "refined"), (0.15, 0.05, -0.05)),
    (("serious", "solemn", "sad", "sombre", "somber", "grave"), (0.2, 0.0, -0.06)),
    (("slow", "measured", "unhurried"), (0.05, 0.0, -0.1)),
)

_STABILITY_LIMITS: Final = (0.2, 0.85)
_STYLE_LIMITS: Final = (0.0, 0.6)
_SPEED_LIMITS: Final = (0.85, 1.15)
# Beyond these the service's own voices begin to slur or to shout.

_STEPS: Final = (0.0, 0.5, 1.0)
_NEGATIONS: Final = frozenset({"not", "no", "never", "without", "less", "non"})
_NEGATION_REACH_WORDS: Final = 2


def delivery(*directions: str, stepped: bool = False) -> Delivery:
    """
    Return what *directions* (style, emotion) ask for; unknown words do nothing. A *stepped*
    model takes three stabilities only.

    >>> delivery("Energetic!").speed > 1 > delivery("calm, luxurious").speed
    True
    >>> delivery("not energetic") == Delivery()
    True
    >>> delivery("calm", stepped=True).stability
    0.5
    """
    words = re.findall(r"[a-z']+", " ".join(directions).casefold())
    stability, style, speed = Delivery().stability, Delivery().style, Delivery().speed
    for stems, (steadier, fuller, faster) in _EFFECTS:
        if _asked(words, stems):
            stability, style, speed = stability + steadier, style + fuller, speed + faster
    stability = _within(stability, _STABILITY_LIMITS)
    if stepped:
        stability = min(_STEPS, key=lambda step: abs(step - stability))
    return Delivery(
        stability=round(stability, 3),
        style=round(_within(style, _STYLE_LIMITS), 3),
        speed=round(_within(speed, _SPEED_LIMITS), 3),
    )


def _asked(words: list[str], stems: tuple[str, ...]) -> bool:
    return any(
        word.startswith(stems)
        and _NEGATIONS.isdisjoint(words[max(0, place - _NEGATION_REACH_WORDS) : place])
        for place, word in enumerate(words)
    )


def _within(value: float, limits: tuple[float, float]) -> float:
    return min(max(value, limits[0]), limits[1])
