"""
Families of tone: what an order's free words mean for light, music, voice and pace.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from ars0n_core.specs.model import AdSpec


@frozen(kw_only=True)
class Tone:
    """
    One family, and the words by which an order asks for it (stems, lower case).
    """

    name: str
    stems: tuple[str, ...]
    music_mood: str
    voice_style: str
    light: str


PLAIN: Final = Tone(
    name="plain",
    stems=(),
    music_mood="warm modern pop, light percussion, hopeful",
    voice_style="warm, natural and confident",
    light="soft natural daylight, true colours",
)

TONES: Final = (
    Tone(
        name="luxury",
        stems=(
            "luxur",
            "elegan",
            "premium",
            "sophisticat",
            "opulen",
            "refined",
            "exclusive",
            "glamo",
            "high-end",
            "upscale",
            "sleek",
        ),
        music_mood="slow cinematic strings and piano, deep and elegant",
        voice_style="low, unhurried and assured",
        light="low-key directional light with soft highlights, deep shadows",
    ),
    Tone(
        name="playful",
        stems=(
            "playful",
            "fun",
            "funny",
            "humor",
            "humour",
            "cheer",
            "quirky",
            "joy",
            "joyful",
            "happy",
            "whimsi",
            "silly",
            "witty",
            "cheeky",
            "laugh",
        ),
        music_mood="bouncy ukulele and handclaps, bright and cheerful",
        voice_style="bright and smiling, light on its feet",
        light="bright even light, saturated cheerful colours",
    ),
    Tone(
        name="corporate",
        stems=(
            "corporate",
            "professional",
            "business",
            "formal",
            "trust",
            "authorit",
            "serious",
            "b2b",
            "enterprise",
            "expert",
        ),
        music_mood="steady modern corporate, soft pulses, optimistic",
        voice_style="clear, steady and trustworthy",
        light="clean bright office daylight, neutral colours",
    ),
    Tone(
        name="energetic",
        stems=(
            "energ",
            "excit",
            "bold",
            "dynamic",
            "upbeat",
            "intense",
            "sport",
            "powerful",
            "hype",
            "adrenal",
            "urgent",
            "fast",
            "edgy",
            "motivat",
        ),
        music_mood="driving electronic beat, punchy and upbeat",
        voice_style="quick, punchy and confident",
        light="hard contrasty light with crisp rim highlights",
    ),
    Tone(
        name="calm",
        stems=(
            "calm",
            "sooth",
            "relax",
            "peace",
            "seren",
            "gentle",
            "soft",
            "mindful",
            "quiet",
            "cozy",
            "cosy",
            "warm",
            "tender",
            "nostalg",
            "emotional",
            "heartfelt",
            "sincere",
            "hopeful",
            "caring",
            "comfort",
        ),
        music_mood="soft ambient piano with slow pads, peaceful",
        voice_style="soft, close and calm",
        light="diffuse window light, pastel tones, gentle shadows",
    ),
)
"""
The families, in the order in which they are looked for.
"""


def of(spec: AdSpec) -> Tone:
    """
    Return the family *spec* asks for: by its tone, else its emotion, else the plain one.
    """
    for words in (spec.tone, spec.emotion):
        found = named(words or "")
        if found is not PLAIN:
            return found
    return PLAIN


def named(words: str) -> Tone:
    """
    Return the family whose stem stands first in *words*, or the plain one.

    >>> named("Sophisticated, calm").name, named("").name
    ('luxury', 'plain')
    """
    for word in re.findall(r"[a-z][a-z0-9-]*", words.lower()):
        for tone in TONES:
            if any(_is_of(word, stem) for stem in tone.stems):
                return tone
    return PLAIN


def _is_of(word: str, stem: str) -> bool:
    # "fun" is a whole word: "functional" and "fundraising" mean something else
    if len(stem) <= _WHOLE_STEM_CHARS or word in _NO_TONES:
        return word == stem
    return word.startswith(stem)


_WHOLE_STEM_CHARS: Final = 3
_NO_TONES: Final = frozenset(["software"])
"""
Words that begin like a tone's and are none.
"""
