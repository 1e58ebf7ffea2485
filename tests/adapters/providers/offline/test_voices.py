from __future__ import annotations

import pytest

from ars0n_adapters.providers.offline import voices
from ars0n_adapters.providers.offline.voices import OfflineVoices

ADAM = "pNInz6obpgDQGcFmaJgB"
LIBRARY = OfflineVoices()


def test_the_documents_example_voice_is_there_as_they_show_it() -> None:
    adam = LIBRARY.voice(ADAM)
    assert adam is not None
    assert (adam.name, adam.gender, adam.accent, adam.age, adam.use_case, adam.category) == (
        "Adam",
        "male",
        "american",
        "middle_aged",
        "narration",
        "premade",
    )
    assert adam.description == "Deep, warm, authoritative voice"


def test_there_are_at_least_eight_voices_with_ids_of_their_own() -> None:
    found = LIBRARY.voices()
    assert len(found) >= 8
    assert len({voice.voice_id for voice in found}) == len(found)
    assert len({voice.name for voice in found}) == len(found)
    assert {voice.age for voice in found} == {"young", "middle_aged", "old"}
    assert all(voice.description and voice.use_case for voice in found)


@pytest.mark.parametrize(
    "query",
    [
        {"gender": "male", "accent": "american"},
        {"gender": "female", "accent": "american"},
        {"gender": "male", "text": "narrator"},
        {"gender": "female"},
        {"text": "narrator"},
        {"gender": "MALE", "accent": "American", "age": "Middle aged", "text": "DEEP warm"},
    ],
)
def test_the_documents_programs_find_a_voice(query: dict[str, str]) -> None:
    found = LIBRARY.voices(**query)
    assert found
    if "gender" in query:
        assert {voice.gender for voice in found} == {query["gender"].casefold()}


def test_an_accent_nobody_can_do_is_not_claimed() -> None:
    assert LIBRARY.voices(gender="female", accent="british") == ()


def test_every_word_of_a_search_must_fit() -> None:
    assert LIBRARY.voices(text="warm xyzzy") == ()
    both = LIBRARY.voices(text="warm narrator")
    assert both
    assert set(both) < set(LIBRARY.voices(text="warm"))


def test_male_does_not_find_female_voices() -> None:
    assert all(voice.gender == "male" for voice in LIBRARY.voices(gender="male"))
    assert LIBRARY.voices(gender="mal") == ()


def test_the_order_is_stable_and_ids_lead_back_to_voices() -> None:
    assert LIBRARY.voices() == OfflineVoices().voices()
    for voice in LIBRARY.voices():
        assert LIBRARY.voice(voice.voice_id) == voice
        assert voices.timbre(voice.voice_id) is not None


def test_an_unknown_id_finds_nothing() -> None:
    assert LIBRARY.voice("nobody") is None
    assert voices.timbre("nobody") is None


def test_no_two_voices_sound_alike() -> None:
    timbres = [voices.timbre(voice.voice_id) for voice in LIBRARY.voices()]
    assert len(set(timbres)) == len(timbres)
