"""
Speech, voices and music by ElevenLabs, through the real SDK.
"""

from __future__ import annotations

import base64
import wave
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_adapters.providers.elevenlabs import timings
from ars0n_adapters.providers.elevenlabs import voices as library
from ars0n_adapters.providers.elevenlabs.accounts import Account
from ars0n_adapters.providers.elevenlabs.calls import Line
from ars0n_adapters.providers.elevenlabs.music import ElevenLabsMusic
from ars0n_adapters.providers.elevenlabs.speech import ElevenLabsSpeech
from ars0n_adapters.providers.elevenlabs.voices import ElevenLabsVoices
from ars0n_core.errors import (
    MisconfiguredError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)
from ars0n_core.ports import SpeechOrder
from ars0n_core.testing.conformance.speaking import MusicSuite, SpeechSuite, VoiceLibrarySuite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RATE = 8_000
EACH = 0.06
VOICES = [
    {
        "voice_id": f"v{number}",
        "name": name,
        "category": "professional",
        "description": "Deep and warm",
        "labels": {"gender": gender, "accent": "american", "age": "middle_aged", "use_case": "ads"},
        "preview_url": "https://example.com/a.mp3",
    }
    for number, (name, gender) in enumerate([("Zoe", "female"), ("Adam", "male"), ("Max", "male")])
]


def fault(code: str, message: str = "No.", **data: Any) -> dict[str, Any]:
    return {"detail": {"type": "t", "code": code, "message": message, "data": data}}


def spoken(text: str, *, aligned: bool = True) -> dict[str, Any]:
    """
    Every character takes as long as the other.
    """
    alignment = {
        "characters": list(text),
        "character_start_times_seconds": [i * EACH for i in range(len(text))],
        "character_end_times_seconds": [(i + 1) * EACH for i in range(len(text))],
    }
    sound = base64.b64encode(bytes(round(len(text) * EACH * RATE) * 2)).decode()
    return {"audio_base64": sound, "alignment": alignment if aligned else None}


@pytest.fixture
def line(vendor: Any, budget: Any, kept: Any, reply: Any) -> Line:
    def otherwise(request: Any) -> Any:
        if request.path == "/v2/voices":
            start = int(request.query.get("next_page_token", ["0"])[0])
            more = start + 2 < len(VOICES)
            return reply(
                body={
                    "voices": VOICES[start : start + 2],
                    "has_more": more,
                    "total_count": len(VOICES),
                    "next_page_token": str(start + 2) if more else None,
                }
            )
        if request.path == "/v1/music":
            return reply(body=b"ID3\x03" + bytes(400), media_type="audio/mpeg")
        if request.path.startswith("/v1/text-to-speech/v1/"):
            return reply(body=spoken(request.body["text"]))
        return reply(404, fault("voice_not_found", "A voice was not found."))

    vendor.otherwise = otherwise
    return Line(
        account=Account(api_key="k", base_url=vendor.url, timeout_seconds=5),
        budget=budget,
        kept=kept,
        model="eleven_multilingual_v2",
        setting="ARS0N_ELEVENLABS_MODEL",
        port="speech",
    )


@pytest.fixture
def speech(line: Line) -> ElevenLabsSpeech:
    return ElevenLabsSpeech(line=line, sample_rate=RATE, looks_seconds=(0.0,))


class TestSpeech(SpeechSuite):
    @pytest.fixture
    def speech(self, speech: ElevenLabsSpeech) -> ElevenLabsSpeech:
        return speech

    @pytest.fixture
    def voice_id(self) -> str:
        return "v1"


class TestVoices(VoiceLibrarySuite):
    @pytest.fixture
    def voices(self, line: Line) -> ElevenLabsVoices:
        return ElevenLabsVoices(line)


class TestMusic(MusicSuite):
    @pytest.fixture
    def music(self, line: Line) -> ElevenLabsMusic:
        return ElevenLabsMusic(line=line)

    @pytest.fixture
    def seconds_of(self) -> Callable[[Path], float | None]:
        # What the vendor here answers is no music; that all of it arrived is the point.
        return lambda path: float(path.read_bytes() == b"ID3\x03" + bytes(400))


def ordered(*texts: str, **changes: Any) -> SpeechOrder:
    return SpeechOrder(texts=texts, voice_id="v1", **changes)


def test_words_are_where_the_service_says(speech: ElevenLabsSpeech, tmp_path: Path) -> None:
    told = speech.speak(ordered("Hear it.", "Now - go!"), tmp_path)

    assert [(word.text, word.segment) for word in told.words] == [
        ("Hear", 0), ("it.", 0), ("Now -", 1), ("go!", 1),
    ]  # fmt: skip
    it = told.words[1]
    assert (it.start_seconds, it.end_seconds) == pytest.approx((5 * EACH, 8 * EACH))


def test_signs_belong_to_a_word_of_their_text() -> None:
    texts = [("« Le café » est prêt !", 0), ("— Oui", 1)]
    words = timings.words_of(texts, None, 4.0)
    assert [word.text for word in words] == ["« Le", "café »", "est", "prêt !", "— Oui"]
    assert words[0].start_seconds == 0


def test_without_an_alignment_words_are_spread(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    vendor.queue = [reply(body=spoken("One two three", aligned=False))]

    told = speech.speak(ordered("One two three"), tmp_path)

    starts = [word.start_seconds for word in told.words]
    assert starts == sorted(set(starts))
    assert told.words[-1].end_seconds <= told.duration_seconds


@pytest.mark.parametrize(
    "told",
    [
        [1, 2],
        "soon",
        {"characters": None},
        {"characters": [5] * 16},
        {"character_start_times_seconds": ["soon"] * 16},
        {"character_start_times_seconds": [None] * 16},
        {"character_start_times_seconds": [float("nan")] * 16},
        {"character_end_times_seconds": [float("inf")] * 16},
        {"character_end_times_seconds": [0.1]},
    ],
    ids=str,
)
def test_times_that_are_none_lose_no_sound(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path, told: Any
) -> None:
    """
    They are spread, now and when the kept answer is read again.
    """
    answer = spoken("Hello, dear all.")
    answer["alignment"] = {**answer["alignment"], **told} if isinstance(told, dict) else told
    vendor.queue.append(reply(body=answer))

    first = speech.speak(ordered("Hello, dear all."), tmp_path)
    again = speech.speak(ordered("Hello, dear all."), tmp_path)

    assert again.words == first.words == speech.speak(ordered("Hello, dear all."), tmp_path).words
    assert [word.text for word in first.words] == ["Hello,", "dear", "all."]
    starts = [word.start_seconds for word in first.words]
    assert starts == sorted(set(starts))
    assert first.words[-1].end_seconds <= first.duration_seconds
    assert vendor.count("text-to-speech") == 1


def test_a_file_in_place_of_samples_is_decoded(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    """
    Taken for samples, an MP3 would be heard as noise.
    """
    file = tmp_path / "told.wav"
    with wave.open(str(file), "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(2 * RATE)
        written.writeframes(b"\x00\x10" * 2 * RATE)
    sounds = (file.read_bytes(), b"\xff\xfb" * 400, b"ID3\x04" + bytes(40))
    vendor.queue.extend(
        reply(body={"audio_base64": base64.b64encode(sound).decode()}) for sound in sounds
    )

    decoded = speech.speak(ordered("One."), tmp_path)
    samples = speech.speak(ordered("Two."), tmp_path)
    with pytest.raises(ProviderUnknownError, match="without sound"):
        speech.speak(ordered("Three."), tmp_path)

    assert decoded.duration_seconds == pytest.approx(1, abs=0.02)
    assert samples.duration_seconds == pytest.approx(400 / RATE)


@pytest.mark.parametrize("sound", [5, "!", "eA=="])
def test_an_answer_without_sound_is_no_verdict(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path, sound: object
) -> None:
    vendor.queue.append(reply(body={"audio_base64": sound}))

    with pytest.raises(ProviderUnknownError, match="without sound"):
        speech.speak(ordered("Hello."), tmp_path)


def test_a_page_in_place_of_music_is_not_kept(
    line: Line, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    music = ElevenLabsMusic(line=line)
    vendor.queue.append(reply(body=b"<html>Bad gateway</html>", media_type="text/html"))

    with pytest.raises(ProviderUnknownError, match="without sound"):
        music.bed("calm", seconds=5, seed="s", folder=tmp_path)
    bed = music.bed("calm", seconds=5, seed="s", folder=tmp_path)

    assert bed.read_bytes().startswith(b"ID3")


def test_voices_of_another_shape_are_listed_by_what_they_have(
    line: Line, vendor: Any, reply: Any
) -> None:
    named = {**VOICES[0], "labels": ["deep"], "description": 7}
    odd = {**VOICES[1], "name": None, "labels": {"gender": 5, "accent": "british"}}
    body = {"voices": [named, odd, {"voice_id": 7}, {}], "has_more": False}
    vendor.otherwise = lambda _: reply(body=body)

    listed = ElevenLabsVoices(line).voices(text="o")

    assert [(one.voice_id, one.name, one.gender, one.accent) for one in listed] == [
        ("v0", "Zoe", "", ""),
    ]
    (british,) = ElevenLabsVoices(line).voices(accent="British")
    assert (british.voice_id, british.name) == ("v1", "v1")


@pytest.mark.parametrize("body", [None, {}, {"voices": {}}, {"voices": "x"}, [], b"<html>"])
def test_a_list_that_is_none_is_told(line: Line, vendor: Any, reply: Any, body: object) -> None:
    vendor.otherwise = lambda _: reply(body=body)

    with pytest.raises(ProviderUnavailableError, match="did not come whole"):
        ElevenLabsVoices(line).voices()


def test_a_long_script_is_spoken_in_parts_that_know_each_other(
    speech: ElevenLabsSpeech, vendor: Any, tmp_path: Path
) -> None:
    texts = ("First sentence here. Second sentence here.", "Third.", "x" * 70)

    told = evolve(speech, characters_max=30).speak(ordered(*texts), tmp_path)

    sent = [request.body for request in vendor.log]
    assert max(len(body["text"]) for body in sent) <= 30
    assert sent[1]["previous_text"] == sent[0]["text"]
    assert sent[0]["next_text"] == sent[1]["text"]
    assert "".join(word.text for word in told.words) == "".join(" ".join(texts).split())
    assert {word.segment for word in told.words} == {0, 1, 2}
    with wave.open(str(told.path)) as file:
        assert file.getnframes() / RATE == pytest.approx(told.duration_seconds)
    starts = [word.start_seconds for word in told.words]
    assert starts == sorted(starts)


def test_the_third_model_is_not_told_what_comes_before(
    speech: ElevenLabsSpeech, line: Line, vendor: Any, tmp_path: Path
) -> None:
    third = evolve(speech, line=evolve(line, model="eleven_v3"), characters_max=20)

    third.speak(ordered("One sentence here.", "Another sentence."), tmp_path)

    assert not any("previous_text" in request.body for request in vendor.log)
    assert vendor.log[0].body["voice_settings"]["stability"] in {0.0, 0.5, 1.0}


def test_direction_becomes_settings(speech: ElevenLabsSpeech, vendor: Any, tmp_path: Path) -> None:
    speech.speak(ordered("Go.", style="energetic"), tmp_path)
    speech.speak(ordered("Go.", style="calm", emotion="serene"), tmp_path)

    lively, calm = (request.body["voice_settings"] for request in vendor.log)
    assert lively["speed"] > calm["speed"]
    assert lively["stability"] < calm["stability"]


def test_a_retry_after_a_crash_is_free(
    speech: ElevenLabsSpeech, vendor: Any, tmp_path: Path
) -> None:
    first = speech.speak(ordered("Hear it.", seed="a"), tmp_path)
    again = speech.speak(ordered("Hear it.", seed="a"), tmp_path)
    speech.speak(ordered("Hear it.", seed="b"), tmp_path)

    assert first == again
    assert len(vendor.log) == 2


@pytest.mark.parametrize(
    ("status", "body", "expected", "said"),
    [
        (401, fault("invalid_api_key"), MisconfiguredError, "key"),
        (401, fault("quota_exceeded"), MisconfiguredError, "out of credits"),
        (401, {"detail": {"status": "quota_exceeded", "message": "0 left"}}, MisconfiguredError, "0 left"),
        (402, fault("paid_plan_required"), MisconfiguredError, "plan"),
        (403, {}, MisconfiguredError, "rights"),
        (404, fault("voice_not_found"), ProviderRejectedError, "no such voice"),
        (400, fault("model_not_found"), MisconfiguredError, "ARS0N_ELEVENLABS_MODEL"),
        (400, fault("max_character_limit_exceeded"), ProviderRejectedError, "refused the order: No$"),
        (422, {"detail": [{"loc": ["body"], "msg": "too odd", "type": "x"}]}, ProviderRejectedError, "too odd"),
        (429, fault("concurrent_limit_exceeded"), ProviderUnavailableError, "can't now"),
        (500, {}, ProviderUnavailableError, "can't now"),
        (504, {}, ProviderUnknownError, "no verdict"),
        (200, {"nothing": 1}, ProviderUnknownError, "without sound"),
    ],
)  # fmt: skip
def test_what_an_error_means_for_money(
    speech: ElevenLabsSpeech,
    vendor: Any,
    reply: Any,
    tmp_path: Path,
    status: int,
    body: Any,
    expected: type[Exception],
    said: str,
) -> None:
    vendor.otherwise = lambda _: reply(status, body)

    with pytest.raises(expected, match=said):
        speech.speak(ordered("Hear it."), tmp_path)
    assert vendor.count("text-to-speech") == 1


@pytest.mark.parametrize("broken", [{"truncated": True}, {"dropped": True}, {"seconds": 30.0}])
def test_what_was_sent_and_never_answered_is_unknown(
    speech: ElevenLabsSpeech, line: Line, vendor: Any, reply: Any, tmp_path: Path, broken: Any
) -> None:
    hasty = evolve(line, account=_Hasty(api_key="k", base_url=vendor.url, timeout_seconds=0.5))
    vendor.otherwise = lambda _: reply(body=spoken("Hear it."), **broken)

    with pytest.raises(ProviderUnknownError):
        evolve(speech, line=hasty).speak(ordered("Hear it."), tmp_path)
    assert vendor.count("text-to-speech") == 1


class _Hasty(Account):
    """
    Doesn't wait the second that is the SDK's shortest.
    """

    def options(self) -> dict[str, Any]:
        return {"max_retries": 0, "timeout_in_seconds": self.timeout_seconds}


def test_what_never_left_is_not_billed(
    speech: ElevenLabsSpeech, line: Line, tmp_path: Path
) -> None:
    nobody = evolve(line, account=evolve(line.account, base_url="http://127.0.0.1:1"))

    with pytest.raises(ProviderUnavailableError, match="can't be reached"):
        evolve(speech, line=nobody).speak(ordered("Hear it."), tmp_path)


def test_the_list_of_voices_is_read_once_page_by_page(line: Line, vendor: Any) -> None:
    voices = ElevenLabsVoices(line)

    names = [voice.name for voice in voices.voices()]
    voices.voices(gender="male")

    assert names == ["Adam", "Max", "Zoe"]
    assert [voice.name for voice in voices.voices(gender="Male", text="ad")] == ["Adam", "Max"]
    assert [voice.name for voice in voices.voices(age="middle aged", text="zo")] == ["Zoe"]
    assert vendor.count("/v2/voices") == 2


def test_an_old_list_is_better_than_none(
    line: Line, vendor: Any, reply: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    voices = ElevenLabsVoices(line)
    known = voices.voices()
    monkeypatch.setattr(library, "FRESH_SECONDS", -1.0)
    vendor.otherwise = lambda _: reply(503, {})

    assert voices.voices() == known


def test_no_list_at_all_is_told(line: Line, vendor: Any, reply: Any) -> None:
    vendor.otherwise = lambda _: reply(503, {})

    with pytest.raises(ProviderUnavailableError):
        ElevenLabsVoices(line).voices()


def test_a_bed_of_one_mood_is_composed_once(line: Line, vendor: Any, tmp_path: Path) -> None:
    music = ElevenLabsMusic(line=evolve(line, model="music_v1"))

    for _ in range(2):
        music.bed("calm piano", seconds=15.0, seed="a", folder=tmp_path)

    (request,) = vendor.log
    assert "calm piano" in request.body["prompt"]
    assert request.body["music_length_ms"] == 16_000
    assert request.body["force_instrumental"] is True


def test_a_prompt_that_is_refused_is_replaced_by_the_one_suggested(
    line: Line, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    vendor.queue = [reply(400, fault("bad_prompt", prompt_suggestion="sixties guitar pop"))]

    ElevenLabsMusic(line=line).bed("like the Beatles", seconds=5.0, seed="a", folder=tmp_path)

    assert vendor.log[1].body["prompt"] == "sixties guitar pop"


def test_a_wrong_key_or_model_is_known_before_the_first_job(
    line: Line, vendor: Any, reply: Any
) -> None:
    vendor.queue = [
        reply(body=[{"model_id": "eleven_multilingual_v2"}]),
        reply(body=[{"model_id": "other"}]),
        reply(401, fault("invalid_api_key")),
        reply(503, {}),
    ]

    line.account.check(line.model, line.setting)
    with pytest.raises(MisconfiguredError, match="ARS0N_ELEVENLABS_MODEL to one of other"):
        line.account.check(line.model, line.setting)
    with pytest.raises(MisconfiguredError, match="key"):
        line.account.check(line.model, line.setting)
    line.account.check(line.model, line.setting)


def test_a_key_is_in_no_representation(line: Line) -> None:
    assert "secret" not in repr(evolve(line, account=evolve(line.account, api_key="secret")))
