"""
The real elevenlabs talks to the stand-ins: voices, speech, music.
"""

from __future__ import annotations

import base64
import io
import wave
from typing import TYPE_CHECKING

import httpx
import pytest
from elevenlabs.core.api_error import ApiError

from ars0n_adapters.providers.offline.voices import OfflineVoices
from ars0n_adapters.standins import Fault, Kind

if TYPE_CHECKING:
    from pathlib import Path

    from elevenlabs.client import ElevenLabs

    from ars0n_adapters.standins import Standins

TEXT = "Hear it all.  Really?"
VOICE = OfflineVoices().voices()[0].voice_id


def seconds_of(wav: bytes) -> float:
    with wave.open(io.BytesIO(wav)) as sound:
        return float(sound.getnframes() / sound.getframerate())


def test_voices_come_in_pages_and_by_their_labels(speaker: ElevenLabs, standins: Standins) -> None:
    found = []
    token = None
    while True:
        page = speaker.voices.search(page_size=4, next_page_token=token)
        found += [voice.voice_id for voice in page.voices]
        token = page.next_page_token
        if not page.has_more:
            break

    assert found == [voice.voice_id for voice in OfflineVoices().voices()]
    old_men = speaker.voices.search(gender="male", age="old").voices
    assert old_men
    assert {(v.labels or {})["gender"] for v in old_men} == {"male"}
    (named,) = speaker.voices.search(search="adam").voices
    assert named.name == "Adam"


def test_every_character_has_its_time_within_the_sound(
    speaker: ElevenLabs, standins: Standins
) -> None:
    answer = speaker.text_to_speech.convert_with_timestamps(
        VOICE, text=TEXT, output_format="wav_24000", model_id="eleven_multilingual_v2"
    )

    timing = answer.alignment
    assert timing is not None
    starts, ends = timing.character_start_times_seconds, timing.character_end_times_seconds
    assert "".join(timing.characters) == TEXT
    assert all(start <= end for start, end in zip(starts, ends, strict=True))
    assert starts[1:] == ends[:-1]
    heard = starts[TEXT.index("Really")]
    assert heard > ends[TEXT.index("all") + 2]  # there is a pause between the sentences
    assert 0 < ends[-1] <= seconds_of(base64.b64decode(answer.audio_base_64))


@pytest.mark.parametrize(
    ("form", "head"),
    [("mp3_22050_32", b"ID3"), ("wav_16000", b"RIFF"), ("opus_48000_32", b"OggS")],
)
def test_speech_comes_as_it_was_asked_for(
    speaker: ElevenLabs, standins: Standins, form: str, head: bytes
) -> None:
    with speaker.text_to_speech.with_raw_response.convert(
        VOICE, text="Hear it.", output_format=form
    ) as raw:
        sound = b"".join(raw.data)

    assert sound.startswith(head)
    assert raw.headers["character-cost"] == "8"
    assert raw.headers["request-id"]


def test_music_is_as_long_as_ordered(speaker: ElevenLabs, standins: Standins) -> None:
    sound = b"".join(
        speaker.music.compose(prompt="calm", music_length_ms=4000, output_format="wav_16000")
    )

    assert seconds_of(sound) == pytest.approx(4.0, abs=0.01)


def refused(error: ApiError) -> tuple[int | None, str]:
    detail = error.body["detail"]
    return error.status_code, detail["code"] if isinstance(detail, dict) else "list"


def test_what_elevenlabs_refuses_is_refused_here(
    speaker: ElevenLabs, standins: Standins, tmp_path: Path
) -> None:
    convert = speaker.text_to_speech.convert_with_timestamps
    once = {"max_retries": 0}
    with pytest.raises(ApiError) as unknown:
        convert("nobody", text="Hi", request_options=once)
    with pytest.raises(ApiError) as long:
        convert(VOICE, text="a " * 2600, model_id="eleven_v3", request_options=once)
    with pytest.raises(ApiError) as stitched:
        convert(VOICE, text="Hi", model_id="eleven_v3", next_text="So", request_options=once)
    with pytest.raises(ApiError) as form:
        convert(VOICE, text="Hi", output_format="mp3_1_1", request_options=once)
    with pytest.raises(ApiError) as short:
        b"".join(speaker.music.compose(prompt="calm", music_length_ms=10))

    assert refused(unknown.value) == (404, "voice_not_found")
    assert refused(long.value) == (400, "max_character_limit_exceeded")
    assert refused(stitched.value) == (400, "unsupported_model")
    assert refused(form.value) == (422, "list")
    assert refused(short.value) == (422, "list")
    routes = standins.book.told()["routes"]
    assert (routes["speech"]["billed"], routes["music"]["billed"]) == (0, 0)


def test_what_was_spoken_is_in_the_history_whatever_became_of_its_answer(
    speaker: ElevenLabs, standins: Standins
) -> None:
    standins.forget()
    standins.script.replace({"speech": [Fault(kind=Kind.RESET)]})
    with pytest.raises(httpx.TransportError):
        speaker.text_to_speech.convert_with_timestamps(
            VOICE, text=TEXT, output_format="pcm_8000", model_id="eleven_multilingual_v2"
        )

    (item,) = speaker.history.list(voice_id=VOICE, date_after_unix=0, source="TTS").history

    assert (item.text, item.voice_id, item.output_format) == (TEXT, VOICE, "pcm_8000")
    assert item.alignments is not None
    assert "".join(item.alignments.alignment.characters) == TEXT
    sound = b"".join(speaker.history.get_audio(item.history_item_id))
    last = item.alignments.alignment.character_end_times_seconds[-1]
    assert len(sound) / 2 / 8000 >= last
    assert speaker.history.list(voice_id="other").history == []
    with pytest.raises(ApiError, match="no history item"):
        b"".join(speaker.history.get_audio("other"))
