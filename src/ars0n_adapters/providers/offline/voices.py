"""
The offline catalogue: one US-English speaker, retuned into ten voices.

The engine brings a single recorded speaker; `Timbre` says how pitch, vocal-tract length
(formants), pace and colour are moved to make another. Only what the engine can really
do is claimed, so every voice is American; a search for another accent finds nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.ports import Voice

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen(kw_only=True)
class Timbre:
    """
    How a voice differs from the recorded speaker (a young woman at about 195 Hz).

    ``pitch`` and ``formant`` scale the fundamental and the spectral envelope, ``pace`` the
    speed and ``range`` the width of the melody around its mean; ``tilt_db`` is gain per
    octave above 500 Hz (negative is darker) and ``breath_db`` is gain on the noise.
    """

    pitch: float = 1.0
    formant: float = 1.0
    pace: float = 1.0
    range: float = 1.0
    tilt_db: float = 0.0
    breath_db: float = 0.0


def _voice(
    voice_id: str, name: str, gender: str, age: str, use_case: str, description: str
) -> Voice:
    return Voice(
        voice_id=voice_id,
        name=name,
        gender=gender,
        accent="american",
        age=age,
        description=description,
        use_case=use_case,
    )


# The order is the order of every answer: programs take the first voice they are given, so
# the clearest comes first of all, and the most natural of each gender before the others. Adam's id is the one the API documents use.
# Pitch and formant stay within what still transcribes: see the speech tests.
_CATALOGUE: Final[tuple[tuple[Voice, Timbre], ...]] = (
    (
        _voice(
            "offline_sarah",
            "Sarah",
            "female",
            "young",
            "advertisement",
            "Natural, friendly and clear; the all-round voice for ads",
        ),
        Timbre(),
    ),
    (
        _voice(
            "pNInz6obpgDQGcFmaJgB",
            "Adam",
            "male",
            "middle_aged",
            "narration",
            "Deep, warm, authoritative voice",
        ),
        Timbre(pitch=0.58, formant=0.88, pace=1.0, tilt_db=-0.5),
    ),
    (
        _voice(
            "offline_daniel",
            "Daniel",
            "male",
            "middle_aged",
            "narration",
            "Steady, trustworthy narrator for explainers and documentaries",
        ),
        Timbre(pitch=0.64, formant=0.9, pace=0.97),
    ),
    (
        _voice(
            "offline_grace",
            "Grace",
            "female",
            "middle_aged",
            "narration",
            "Warm, composed narrator with a lower register",
        ),
        Timbre(pitch=0.88, formant=0.965, pace=0.97, tilt_db=-0.4),
    ),
    (
        _voice(
            "offline_max",
            "Max",
            "male",
            "young",
            "advertisement",
            "Energetic, confident voice for promotions and launches",
        ),
        Timbre(pitch=0.7, formant=0.92, pace=1.06, range=1.12, tilt_db=0.4),
    ),
    (
        _voice(
            "offline_ivy",
            "Ivy",
            "female",
            "young",
            "social_media",
            "Bright, lively voice for short social spots",
        ),
        Timbre(pitch=1.1, formant=1.04, pace=1.05, range=1.1, tilt_db=0.3),
    ),
    (
        _voice(
            "offline_leo",
            "Leo",
            "male",
            "young",
            "conversational",
            "Relaxed, approachable voice that talks like a friend",
        ),
        Timbre(pitch=0.75, formant=0.94),
    ),
    (
        _voice(
            "offline_chloe",
            "Chloe",
            "female",
            "young",
            "meditation",
            "Soft, calm and intimate, for beauty and wellness",
        ),
        Timbre(pitch=0.97, formant=1.01, pace=0.93, range=0.9, tilt_db=-0.6, breath_db=6.0),
    ),
    (
        _voice(
            "offline_victor",
            "Victor",
            "male",
            "old",
            "storytelling",
            "Weathered, unhurried storyteller with gravitas",
        ),
        Timbre(pitch=0.53, formant=0.86, pace=0.94, range=0.95, tilt_db=-0.6, breath_db=3.0),
    ),
    (
        _voice(
            "offline_eleanor",
            "Eleanor",
            "female",
            "old",
            "storytelling",
            "Elegant, mature voice for heritage and luxury brands",
        ),
        Timbre(pitch=0.8, formant=0.945, pace=0.92, range=0.95, tilt_db=-0.3, breath_db=3.0),
    ),
)

_BY_ID: Final[Mapping[str, tuple[Voice, Timbre]]] = {
    voice.voice_id: (voice, timbre) for voice, timbre in _CATALOGUE
}


def timbre(voice_id: str) -> Timbre | None:
    """
    Return how the voice of this id is made, or None for an unknown one.

    >>> timbre("offline_sarah")
    Timbre(pitch=1.0, formant=1.0, pace=1.0, range=1.0, tilt_db=0.0, breath_db=0.0)
    """
    entry = _BY_ID.get(voice_id)
    return entry[1] if entry else None


class OfflineVoices:
    """
    The voices `OfflineSpeech` can speak with, male narrator and natural female first.
    """

    def voices(
        self, *, gender: str = "", accent: str = "", age: str = "", text: str = ""
    ) -> tuple[Voice, ...]:
        """
        Return the voices that fit every given word, in the catalogue's order.

        Labels are compared whole and in any case ("Middle aged" is ``middle_aged``);
        each word of *text* must occur in name, description or use case.
        """
        words = text.casefold().split()
        return tuple(
            voice
            for voice, _ in _CATALOGUE
            if _fits(gender, voice.gender)
            and _fits(accent, voice.accent)
            and _fits(age, voice.age)
            and all(word in _searched(voice) for word in words)
        )

    def voice(self, voice_id: str) -> Voice | None:
        """
        Return the voice of this id, or None.
        """
        entry = _BY_ID.get(voice_id)
        return entry[0] if entry else None


def _fits(wanted: str, label: str) -> bool:
    folded = "_".join(wanted.casefold().replace("-", " ").replace("_", " ").split())
    return not folded or folded == label


def _searched(voice: Voice) -> str:
    return f"{voice.name} {voice.description} {voice.use_case.replace('_', ' ')}".casefold()
