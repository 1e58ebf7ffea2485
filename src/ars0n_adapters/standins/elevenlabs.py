"""
ElevenLabs: voices, speech with timestamps, music.
"""

from __future__ import annotations

import base64
import json
import re
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen

from ars0n_adapters.standins.calls import Reply, replied
from ars0n_adapters.standins.refusals import elevenlabs
from ars0n_adapters.standins.studio import Studio, seed_of
from ars0n_core.errors import ProviderRejectedError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_adapters.standins.calls import Asked
    from ars0n_core.ports import Voice
    from ars0n_core.timelines import Word

FORMATS: Final = re.compile(
    r"mp3_(22050_32|24000_48|44100_(32|64|96|128|192))|(pcm|wav)_(8000|16000|22050|24000|32000|"
    r"44100|48000)|opus_48000_(32|64|96|128|192)|ulaw_8000|alaw_8000"
)
DEFAULT_FORMAT: Final = "mp3_44100_128"

CHARACTERS_MAX: Final = {"eleven_flash_v2_5": 40_000, "eleven_v3": 5_000}
CHARACTERS_MAX_OTHERWISE: Final = 10_000

MUSIC_MILLISECONDS: Final = (3_000, 600_000)
SPOKEN_KEPT_MAX: Final = 100
"""
Texts the history goes back.
"""

_HISTORY_PAGE_MAX: Final = 1000
_PAGE: Final = 10
_PAGE_MAX: Final = 100

_TYPES: Final = {
    "mp3": "audio/mpeg",
    "pcm": "audio/pcm",
    "wav": "audio/wav",
    "opus": "audio/ogg",
    "ulaw": "audio/basic",
    "alaw": "audio/basic",
}


@frozen
class ElevenLabs:
    """
    Answers for ElevenLabs with *studio* behind it.
    """

    studio: Studio
    spoken: deque[dict[str, Any]] = field(factory=lambda: deque(maxlen=SPOKEN_KEPT_MAX))

    def voices(self, asked: Asked) -> Reply:
        """
        Answer ``GET /v2/voices``, a page at a time.
        """
        query = asked.call.query
        page, place = query.get("page_size", str(_PAGE)), query.get("next_page_token", "0")
        if not page.isdecimal() or not 1 <= int(page) <= _PAGE_MAX or not place.isdecimal():
            return _unprocessable(["query", "page_size"], f"must be from 1 to {_PAGE_MAX}")
        wanted = set(query["voice_ids"].split(",")) if "voice_ids" in query else None
        found = [
            voice
            for voice in self.studio.voices.voices(
                gender=query.get("gender", ""),
                accent=query.get("accent", ""),
                age=query.get("age", ""),
                text=query.get("search", ""),
            )
            if wanted is None or voice.voice_id in wanted
        ]
        start, end = int(place), int(place) + int(page)
        body = {
            "voices": [_voice(voice) for voice in found[start:end]],
            "has_more": end < len(found),
            "total_count": len(found),
            "next_page_token": str(end) if end < len(found) else None,
        }
        return replied(body)

    def voice(self, voice_id: str) -> Reply:
        """
        Answer ``GET /v1/voices/{voice_id}``.
        """
        found = self.studio.voices.voice(voice_id)
        return _no_voice(voice_id) if found is None else replied(_voice(found))

    def speak(self, asked: Asked, voice_id: str, *, timed: bool) -> Reply:
        """
        Answer ``text-to-speech``: sound, or sound and the time of every character.
        """
        body, form = asked.call.body or {}, asked.call.query.get("output_format", DEFAULT_FORMAT)
        text, model = body.get("text"), body.get("model_id", "eleven_multilingual_v2")
        if not isinstance(text, str) or not text.strip():
            return _unprocessable(["body", "text"], "Field required")
        if FORMATS.fullmatch(form) is None:
            return _unprocessable(["query", "output_format"], f"{form} is no format")
        if self.studio.voices.voice(voice_id) is None:
            return _no_voice(voice_id)
        most = CHARACTERS_MAX.get(model, CHARACTERS_MAX_OTHERWISE)
        if len(text) > most:
            message = f"The text has {len(text)} characters; {model} takes {most}."
            return elevenlabs(400, "validation_error", "max_character_limit_exceeded", message)
        if model == "eleven_v3" and (body.get("previous_text") or body.get("next_text")):
            message = "Providing previous_text or next_text is not yet supported with 'eleven_v3'."
            return elevenlabs(400, "validation_error", "unsupported_model", message)
        try:
            sound, said = self.studio.narration(
                text, voice_id, seed=seed_of(body.get("seed", ""), model), form=form
            )
        except ProviderRejectedError as error:
            return elevenlabs(400, "validation_error", "invalid_text", str(error))
        headers = {
            "request-id": asked.call.digest[:20],
            "character-cost": str(len(text)),
            "current-concurrent-requests": "1",
            "maximum-concurrent-requests": "5",
        }
        if not timed:
            media_type = _TYPES[form.split("_")[0]]
            self.spoken.append(_item(asked, voice_id, form, sound, None))
            return Reply(content=sound, media_type=media_type, headers=headers, cost=1)
        alignment = aligned(text, said.words)
        self.spoken.append(_item(asked, voice_id, form, sound, alignment))
        answer = {
            "audio_base64": base64.b64encode(sound).decode(),
            "alignment": alignment,
            "normalized_alignment": alignment,
        }
        return Reply(content=json.dumps(answer).encode(), headers=headers, cost=1)

    def history(self, asked: Asked) -> Reply:
        """
        Answer ``GET /v1/history``: what was spoken, the latest first. It is kept however
        its answer fared.
        """
        query = asked.call.query
        page, since = query.get("page_size", "100"), query.get("date_after_unix", "0")
        if not page.isdecimal() or not 1 <= int(page) <= _HISTORY_PAGE_MAX or not since.isdecimal():
            return _unprocessable(["query", "page_size"], f"must be from 1 to {_HISTORY_PAGE_MAX}")
        found = [
            {name: value for name, value in item.items() if name != "sound"}
            for item in reversed(tuple(self.spoken))
            if item["voice_id"] == query.get("voice_id", item["voice_id"])
            and item["date_unix"] >= int(since)
        ]
        shown = found[: int(page)]
        last = shown[-1]["history_item_id"] if shown else None
        more = len(found) > len(shown)
        return replied({"history": shown, "last_history_item_id": last, "has_more": more})

    def remembered(self, history_item_id: str) -> Reply:
        """
        Answer ``GET /v1/history/{history_item_id}/audio``.
        """
        for item in tuple(self.spoken):
            if item["history_item_id"] == history_item_id:
                return Reply(content=item["sound"], media_type=item["content_type"])
        message = f"There is no history item {history_item_id}."
        return elevenlabs(404, "not_found", "history_item_not_found", message)

    def compose(self, asked: Asked) -> Reply:
        """
        Answer ``POST /v1/music``.
        """
        body, form = asked.call.body or {}, asked.call.query.get("output_format", DEFAULT_FORMAT)
        form = DEFAULT_FORMAT if form == "auto" else form
        prompt, length = body.get("prompt"), body.get("music_length_ms") or 30_000
        low, high = MUSIC_MILLISECONDS
        if not isinstance(prompt, str) or not prompt.strip():
            return _unprocessable(["body", "prompt"], "Field required")
        if type(length) is not int or not low <= length <= high:
            return _unprocessable(["body", "music_length_ms"], f"must be from {low} to {high}")
        if FORMATS.fullmatch(form) is None:
            return _unprocessable(["query", "output_format"], f"{form} is no format")
        sound = self.studio.bed(
            prompt,
            seconds=length / 1000,
            seed=seed_of(asked.call.digest, asked.number),
            form=form,
        )
        return Reply(
            content=sound,
            media_type=_TYPES[form.split("_")[0]],
            headers={"request-id": asked.call.digest[:20], "song-id": asked.call.digest[:16]},
            cost=1,
        )

    def models(self) -> Reply:
        """
        Answer ``GET /v1/models``.
        """
        names = ("eleven_multilingual_v2", "eleven_flash_v2_5", "eleven_v3")
        return replied(
            [
                {
                    "model_id": name,
                    "name": name,
                    "can_do_text_to_speech": True,
                    "maximum_text_length_per_request": CHARACTERS_MAX.get(
                        name, CHARACTERS_MAX_OTHERWISE
                    ),
                    "model_rates": {"character_cost_multiplier": 1.0},
                }
                for name in names
            ]
        )

    def subscription(self) -> Reply:
        """
        Answer ``GET /v1/user/subscription``.
        """
        facts = {"tier": "creator", "character_count": 0, "character_limit": 100_000}
        return replied({**facts, "status": "active"})


def aligned(text: str, words: Sequence[Word]) -> dict[str, list[Any]]:
    """
    Return when each character of *text* is said: evenly over its word, and what stands
    between two words in the pause between them.

    >>> from ars0n_core.timelines import Word
    >>> said = [Word(text="Hi", start_seconds=0.1, end_seconds=0.3, segment=0)]
    >>> aligned("Hi!", said)["character_end_times_seconds"]
    [0.2, 0.3, 0.3]
    """
    edges = [0.0] * (len(text) + 1)
    place = 0
    before = 0.0
    for word in words:
        found = text.find(word.text, place)
        if found < 0:
            continue
        _spread(edges, place, found, before, word.start_seconds)
        place = found + len(word.text)
        _spread(edges, found, place, word.start_seconds, word.end_seconds)
        before = word.end_seconds
    _spread(edges, place, len(text), before, before)
    return {
        "characters": list(text),
        "character_start_times_seconds": [round(edge, 3) for edge in edges[:-1]],
        "character_end_times_seconds": [round(edge, 3) for edge in edges[1:]],
    }


def _spread(edges: list[float], first: int, last: int, start: float, end: float) -> None:
    count = max(1, last - first)
    for i in range(first, last + 1):
        edges[i] = start + (end - start) * (i - first) / count


def _item(asked: Asked, voice_id: str, form: str, sound: bytes, alignment: Any) -> dict[str, Any]:
    """
    Return what the history keeps of a text that was spoken.
    """
    body, cost = asked.call.body, len(asked.call.body["text"])
    return {
        "history_item_id": f"{asked.call.digest[:16]}{asked.number:04d}",
        "request_id": asked.call.digest[:20],
        "voice_id": voice_id,
        "model_id": body.get("model_id", "eleven_multilingual_v2"),
        "text": body["text"],
        "date_unix": int(time.time()),
        "character_count_change_from": 0,
        "character_count_change_to": cost,
        "content_type": _TYPES[form.partition("_")[0]],
        "state": "created",
        "settings": body.get("voice_settings"),
        "source": "TTS",
        "alignments": alignment and {"alignment": alignment, "normalized_alignment": alignment},
        "output_format": form,
        "sound": sound,
    }


def _voice(voice: Voice) -> dict[str, Any]:
    labels = {
        "gender": voice.gender,
        "accent": voice.accent,
        "age": voice.age,
        "use_case": voice.use_case,
        "language": "en",
    }
    return {
        "voice_id": voice.voice_id,
        "name": voice.name,
        "category": voice.category,
        "description": voice.description or None,
        "labels": {name: value for name, value in labels.items() if value},
        "preview_url": voice.preview_url or None,
    }


def _no_voice(voice_id: str) -> Reply:
    message = f"A voice with the voice_id {voice_id} was not found."
    return elevenlabs(404, "not_found", "voice_not_found", message)


def _unprocessable(place: list[str], message: str) -> Reply:
    return replied({"detail": [{"loc": place, "msg": message, "type": "value_error"}]}, status=422)
