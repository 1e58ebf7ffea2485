"""
The voices of an ElevenLabs account, under the documents' fields.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from ars0n_core.errors import PortError, ProviderUnavailableError
from ars0n_core.ports import Voice

if TYPE_CHECKING:
    from ars0n_adapters.providers.elevenlabs.calls import Line

FRESH_SECONDS: Final = 600.0
"""
How long the list is believed.
"""

STALE_SECONDS: Final = 86_400.0
"""
How long an old list is better than none, while the service can't be asked.
"""

_UNKNOWN_SECONDS: Final = 30.0
# A voice that isn't in a list older than this may be a new one: the list is read again.

_AGAIN_SECONDS: Final = 15.0
# After a failure the old list serves for so long before the service is asked again.

_PAGE: Final = 100
_PAGES_MAX: Final = 50
_WAIT_SECONDS: Final = 10.0


class ElevenLabsVoices:
    """
    Knows the voices; asks for all of them at once, and not often.
    """

    def __init__(self, line: Line) -> None:
        self._line = line
        self._lock = threading.Lock()
        self._known: dict[str, Voice] = {}
        self._read_at: float | None = None
        self._failed_at: float | None = None

    def voices(
        self, *, gender: str = "", accent: str = "", age: str = "", text: str = ""
    ) -> tuple[Voice, ...]:
        """
        Return the voices that fit every given word (any case), by name.

        Raises:
            ProviderUnavailableError: The library can't be asked now.
            MisconfiguredError: The key is no good.
        """
        return tuple(
            voice
            for voice in self._all(FRESH_SECONDS).values()
            if _is(voice.gender, gender)
            and _is(voice.accent, accent)
            and _is(voice.age, age)
            and _holds(voice, text)
        )

    def voice(self, voice_id: str) -> Voice | None:
        """
        Return the voice of this id, or None.

        Raises:
            ProviderUnavailableError: The library can't be asked now.
            MisconfiguredError: The key is no good.
        """
        found = self._all(FRESH_SECONDS).get(voice_id)
        return found or self._all(_UNKNOWN_SECONDS).get(voice_id)

    def _all(self, fresh_seconds: float) -> dict[str, Voice]:
        with self._lock:
            now = time.monotonic()
            age = None if self._read_at is None else now - self._read_at
            if age is not None and age <= fresh_seconds:
                return self._known
            usable = age is not None and age <= STALE_SECONDS
            if usable and self._failed_at is not None and now - self._failed_at < _AGAIN_SECONDS:
                return self._known
            try:
                self._known = self._read()
            except PortError:
                self._failed_at = now
                if usable:
                    return self._known
                raise
            self._read_at, self._failed_at = time.monotonic(), None
            return self._known

    def _read(self) -> dict[str, Voice]:
        found: dict[str, Voice] = {}
        token: str | None = None
        for _ in range(_PAGES_MAX):
            page = self._page(token)
            listed = getattr(page, "voices", None)
            if not isinstance(listed, list):
                message = "ElevenLabs' list of voices did not come whole"
                raise ProviderUnavailableError(message, port=self._line.port)
            for one in listed:
                voice = _voice(one)
                if voice.voice_id:
                    found[voice.voice_id] = voice
            token = page.next_page_token
            if not page.has_more or not token:
                break
        by_name = sorted(found.values(), key=lambda v: (v.name.casefold(), v.voice_id))
        return {voice.voice_id: voice for voice in by_name}

    def _page(self, token: str | None) -> Any:
        after = {"next_page_token": token} if token else {}
        return self._line.call(
            lambda client, options: client.voices.search(
                page_size=_PAGE, include_total_count=False, request_options=options, **after
            ),
            billed=False,
            wait_seconds=_WAIT_SECONDS,
        )


def _voice(one: Any) -> Voice:
    labels = one.labels if isinstance(one.labels, dict) else {}
    voice_id = _text(one.voice_id)
    return Voice(
        voice_id=voice_id,
        name=_text(one.name) or voice_id,
        gender=_text(labels.get("gender")),
        accent=_text(labels.get("accent")),
        age=_text(labels.get("age")),
        description=_text(one.description)
        or _text(labels.get("descriptive"))
        or _text(labels.get("description")),
        preview_url=_text(one.preview_url),
        use_case=_text(labels.get("use_case")) or _text(labels.get("use case")),
        category=str(getattr(one.category, "value", one.category) or ""),
    )


def _text(told: object) -> str:
    """
    Return a text the service told: the SDK lets pass whatever stands in its place.
    """
    return told if isinstance(told, str) else ""


def _is(value: str, wanted: str) -> bool:
    return not wanted.strip() or _plain(value) == _plain(wanted)


def _holds(voice: Voice, text: str) -> bool:
    told = (voice.name, voice.description, voice.use_case, voice.accent, voice.voice_id)
    return _plain(text) in _plain(" ".join(told))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
