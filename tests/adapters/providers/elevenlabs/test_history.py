"""
A narration whose answer was lost is fetched from the history, not paid for again.
"""

from __future__ import annotations

import io
import time
import wave
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_adapters.providers.elevenlabs.accounts import Account
from ars0n_adapters.providers.elevenlabs.calls import Line
from ars0n_adapters.providers.elevenlabs.speech import ElevenLabsSpeech
from ars0n_core.errors import ProviderUnavailableError, ProviderUnknownError
from ars0n_core.ports import SpeechOrder

if TYPE_CHECKING:
    from pathlib import Path

RATE = 8_000
EACH = 0.06
ORDER = SpeechOrder(texts=("Hear it.",), voice_id="v1", style="energetic", seed="a")
SPEAK = "text-to-speech"


def alignment_of(text: str) -> dict[str, Any]:
    return {
        "characters": list(text),
        "character_start_times_seconds": [i * EACH for i in range(len(text))],
        "character_end_times_seconds": [(i + 1) * EACH for i in range(len(text))],
    }


def samples_of(text: str) -> bytes:
    return bytes(round(len(text) * EACH * RATE) * 2)


def wav_of(text: str, rate: int) -> bytes:
    written = io.BytesIO()
    with wave.open(written, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(bytes(round(len(text) * EACH * rate) * 2))
    return written.getvalue()


class History:
    """
    A service that loses its first answer and remembers what it spoke.
    """

    def __init__(self, vendor: Any, reply: Any, *, speaks: bool = True, **changes: Any) -> None:
        self.reply = reply
        self.speaks = speaks
        self.changes = changes
        self.items: list[dict[str, Any]] = []
        self.sound: bytes | None = None
        self.status = 200
        vendor.otherwise = self.answer

    def answer(self, request: Any) -> Any:
        if SPEAK in request.path:
            return self.spoken(request.body)
        if request.path == "/v1/history":
            return self.reply(self.status, {"history": self.items, "has_more": False})
        assert request.path == "/v1/history/item/audio"
        sound = samples_of("Hear it.") if self.sound is None else self.sound
        return self.reply(body=sound, media_type="audio/any")

    def spoken(self, body: Any) -> Any:
        if self.speaks:
            self.items.append(
                {
                    "history_item_id": "item",
                    "voice_id": "v1",
                    "model_id": body["model_id"],
                    "text": body["text"],
                    "date_unix": int(time.time()),
                    "settings": body["voice_settings"],
                    "output_format": f"pcm_{RATE}",
                    "alignments": {"alignment": alignment_of(body["text"])},
                    **self.changes,
                }
            )
        return self.reply(body={}, dropped=True)


@pytest.fixture
def speech(vendor: Any, budget: Any, kept: Any) -> ElevenLabsSpeech:
    line = Line(
        account=Account(api_key="k", base_url=vendor.url, timeout_seconds=5),
        budget=budget,
        kept=kept,
        model="eleven_multilingual_v2",
        setting="ARS0N_ELEVENLABS_MODEL",
        port="speech",
    )
    return ElevenLabsSpeech(line=line, sample_rate=RATE, looks_seconds=(0.0, 0.01))


def test_an_answer_that_was_lost_is_fetched(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    History(vendor, reply)

    told = speech.speak(ORDER, tmp_path)
    again = speech.speak(ORDER, tmp_path)

    assert again == told
    assert vendor.count(SPEAK) == 1
    assert [(w.text, w.start_seconds) for w in told.words] == [("Hear", 0.0), ("it.", 5 * EACH)]
    assert told.duration_seconds == pytest.approx(8 * EACH)


@pytest.mark.parametrize("rate", [RATE, 22_050])
def test_whatever_the_history_keeps_sound_in(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path, rate: int
) -> None:
    History(vendor, reply, output_format=None).sound = wav_of("Hear it.", rate)

    told = speech.speak(ORDER, tmp_path)

    assert told.duration_seconds == pytest.approx(8 * EACH, abs=0.01)


@pytest.mark.parametrize(
    "changes",
    [
        {"text": "Hear him."},
        {"voice_id": "v2"},
        {"model_id": "eleven_v3"},
        {"output_format": "mp3_44100_128"},
        {"date_unix": 1_600_000_000},
        {"settings": {"stability": 0.99}},
    ],
)
def test_what_is_another_narration_is_not_taken_for_it(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path, changes: dict[str, Any]
) -> None:
    History(vendor, reply, **changes)

    with pytest.raises(ProviderUnknownError):
        speech.speak(ORDER, tmp_path)
    assert vendor.count("/audio") == 0


@pytest.mark.parametrize(
    ("status", "looks"),
    [(401, 1), (500, 2), (200, 2)],
    ids=["may not look", "can't now", "is not there"],
)
def test_what_is_not_found_stays_lost(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path, status: int, looks: int
) -> None:
    History(vendor, reply, speaks=False).status = status

    with pytest.raises(ProviderUnknownError):
        speech.speak(ORDER, tmp_path)
    assert (vendor.count(SPEAK), vendor.count("/v1/history")) == (1, looks)


def test_a_sound_that_cannot_be_read_stays_lost(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    History(vendor, reply, output_format=None).sound = b"ID3 and nothing else"

    with pytest.raises(ProviderUnknownError):
        speech.speak(ORDER, tmp_path)


def test_what_appears_late_is_found_by_the_next_attempt(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    history = History(vendor, reply)
    history.status = 500
    with pytest.raises(ProviderUnknownError):
        speech.speak(ORDER, tmp_path)
    history.status = 200

    speech.speak(ORDER, tmp_path)

    assert vendor.count(SPEAK) == 1


def test_what_was_refused_is_not_looked_for(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    vendor.otherwise = lambda _: reply(503, {})
    for _ in range(2):
        with pytest.raises(ProviderUnavailableError):
            speech.speak(ORDER, tmp_path)

    assert (vendor.count(SPEAK), vendor.count("/v1/history")) == (2, 0)


def test_another_take_is_not_taken_from_the_history(
    speech: ElevenLabsSpeech, vendor: Any, reply: Any, tmp_path: Path
) -> None:
    History(vendor, reply)
    speech.speak(ORDER, tmp_path)

    speech.speak(evolve(ORDER, seed="b"), tmp_path)

    assert vendor.count(SPEAK) == 2
