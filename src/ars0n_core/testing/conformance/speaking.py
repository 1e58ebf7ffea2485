"""
What every `Speech`, `VoiceLibrary` and `Music` must do.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import ProviderRejectedError
from ars0n_core.ports import SpeechOrder
from ars0n_core.testing.conformance import media

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ars0n_core.ports import Music, Speech, VoiceLibrary

TEXTS = ("Meet the lamp.", "It follows the sun.", "Yours today.")


class SpeechSuite:
    """
    What every `Speech` must do. Subclass it and give the fixture one, and a voice of it.
    """

    @pytest.fixture
    def speech(self) -> Speech:
        """
        Return who speaks.
        """
        raise AssertionError("give the fixture `speech`")

    @pytest.fixture
    def voice_id(self) -> str:
        """
        Return a voice it has.
        """
        raise AssertionError("give the fixture `voice_id`")

    @pytest.fixture
    def seconds_of(self) -> Callable[[Path], float | None]:
        """
        Return what reads a sound's length; give another for other formats than WAV.
        """
        return media.seconds_of

    def test_what_is_spoken_is_not_refused_beforehand(
        self, speech: Speech, voice_id: str, tmp_path: Path
    ) -> None:
        """
        And what is refused beforehand is not spoken.
        """
        for text in (*TEXTS, "日本語だけの文章です。", "unspeakable"):
            order = SpeechOrder(texts=(text,), voice_id=voice_id)
            folder = tmp_path / f"{len(list(tmp_path.iterdir()))}"
            folder.mkdir()
            if speech.refusal(text, voice_id) is None:
                assert speech.speak(order, folder).path.exists()
        assert [None] * len(TEXTS) == [speech.refusal(text, voice_id) for text in TEXTS]

    def test_a_narration_is_as_long_as_its_file(
        self,
        speech: Speech,
        voice_id: str,
        seconds_of: Callable[[Path], float | None],
        tmp_path: Path,
    ) -> None:
        """
        A sound in the folder.
        """
        spoken = speech.speak(SpeechOrder(texts=TEXTS, voice_id=voice_id), tmp_path)

        assert spoken.path.is_relative_to(tmp_path)
        assert spoken.media_type.startswith("audio/")
        assert seconds_of(spoken.path) == pytest.approx(spoken.duration_seconds, abs=0.05)

    def test_words_are_in_order_and_do_not_overlap(
        self, speech: Speech, voice_id: str, tmp_path: Path
    ) -> None:
        """
        All of them within the sound.
        """
        spoken = speech.speak(SpeechOrder(texts=TEXTS, voice_id=voice_id), tmp_path)

        assert spoken.words[0].start_seconds >= 0
        assert all(word.end_seconds >= word.start_seconds for word in spoken.words)
        for one, following in pairwise(spoken.words):
            assert one.end_seconds <= following.start_seconds + 1e-9
            assert one.segment <= following.segment
        assert spoken.words[-1].end_seconds <= spoken.duration_seconds + 1e-9

    def test_every_text_that_has_words_has_one(
        self, speech: Speech, voice_id: str, tmp_path: Path
    ) -> None:
        """
        Numbered as ordered, a text of signs alone in between.
        """
        order = SpeechOrder(texts=("One.", "…", "Three."), voice_id=voice_id)

        spoken = speech.speak(order, tmp_path)

        assert {0, 2} <= {word.segment for word in spoken.words} <= {0, 1, 2}

    def test_the_words_are_those_of_the_texts(
        self, speech: Speech, voice_id: str, tmp_path: Path
    ) -> None:
        """
        All, as they are written, each with the text it is of: captions show them.
        """
        spoken = speech.speak(SpeechOrder(texts=TEXTS, voice_id=voice_id), tmp_path)

        for segment, text in enumerate(TEXTS):
            said = [word.text.strip() for word in spoken.words if word.segment == segment]
            assert [word.strip(".") for word in said] == text.strip(".").split()

    def test_an_unknown_voice_is_refused(self, speech: Speech, tmp_path: Path) -> None:
        """
        For good: asking again will not help.
        """
        with pytest.raises(ProviderRejectedError):
            speech.speak(SpeechOrder(texts=TEXTS, voice_id="no such voice"), tmp_path)

    def test_nothing_to_say_is_refused(self, speech: Speech, voice_id: str, tmp_path: Path) -> None:
        """
        A narration without a word is none.
        """
        with pytest.raises(ProviderRejectedError):
            speech.speak(SpeechOrder(texts=(), voice_id=voice_id), tmp_path)


class VoiceLibrarySuite:
    """
    What every `VoiceLibrary` must do. Subclass it and give the fixture a library.
    """

    @pytest.fixture
    def voices(self) -> VoiceLibrary:
        """
        Return a library.
        """
        raise AssertionError("give the fixture `voices`")

    def test_every_voice_is_found_by_its_id(self, voices: VoiceLibrary) -> None:
        """
        And ids are one voice's own.
        """
        known = voices.voices()

        assert known
        assert len({voice.voice_id for voice in known}) == len(known)
        assert all(voices.voice(voice.voice_id) == voice for voice in known)

    def test_an_unknown_voice_is_none(self, voices: VoiceLibrary) -> None:
        """
        No error.
        """
        assert voices.voice("no such voice") is None

    def test_words_narrow_in_any_case(self, voices: VoiceLibrary) -> None:
        """
        Every given word must fit, and the order stays.
        """
        known = voices.voices()
        for one in known:
            found = voices.voices(gender=one.gender.upper(), accent=one.accent, age=one.age)
            assert one in found
            assert [voice for voice in known if voice in found] == list(found)
        for one, other in pairwise((*known, *known[:1])):
            asked = {"gender": one.gender, "accent": other.accent, "age": one.age}
            for voice in voices.voices(**asked):
                has = {name: getattr(voice, name) for name in asked}
                fits = [word.lower() in has[name].lower() for name, word in asked.items()]
                assert all(fits), f"asked for {asked}, {voice.voice_id} is {has}"

    def test_a_text_finds_by_name(self, voices: VoiceLibrary) -> None:
        """
        What nobody is called finds nobody.
        """
        for one in voices.voices():
            assert one in voices.voices(text=one.name.upper())
        assert voices.voices(text="no such voice") == ()

    def test_the_order_is_stable(self, voices: VoiceLibrary) -> None:
        """
        Asked twice, told alike.
        """
        assert voices.voices() == voices.voices()


class MusicSuite:
    """
    What every `Music` must do. Subclass it and give the fixture one.
    """

    @pytest.fixture
    def music(self) -> Music:
        """
        Return who makes beds.
        """
        raise AssertionError("give the fixture `music`")

    @pytest.fixture
    def seconds_of(self) -> Callable[[Path], float | None]:
        """
        Return what reads a sound's length; give another for other formats than WAV.
        """
        return media.seconds_of

    @pytest.mark.parametrize("mood", ["upbeat", "calm piano", "", "no mood anyone ever named"])
    def test_every_mood_has_a_bed(
        self,
        music: Music,
        seconds_of: Callable[[Path], float | None],
        tmp_path: Path,
        mood: str,
    ) -> None:
        """
        A sound in the folder, of some length.
        """
        path = music.bed(mood, seconds=2.0, seed="a", folder=tmp_path)

        assert path.is_relative_to(tmp_path)
        assert (seconds_of(path) or 0) > 0
