"""
What shall go wrong, and in which order: faults on a script.
"""

from __future__ import annotations

import json
import threading
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class Route(StrEnum):
    """
    What is asked for, whatever its address.
    """

    TEXT = "text"
    IMAGE = "image"
    JUDGE = "judge"
    VEO_SUBMIT = "veo.submit"
    VEO_CHECK = "veo.check"
    OMNI_SUBMIT = "omni.submit"
    OMNI_CHECK = "omni.check"
    MODEL = "model"
    SPEECH = "speech"
    HISTORY = "history"
    MUSIC = "music"
    VOICES = "voices"
    ACCOUNT = "account"


ELEVENLABS: Final = frozenset(
    {Route.SPEECH, Route.HISTORY, Route.MUSIC, Route.VOICES, Route.ACCOUNT}
)
"""
Whose errors look like ElevenLabs'; all others look like Google's.
"""

BILLED: Final = frozenset(
    {
        Route.TEXT,
        Route.IMAGE,
        Route.JUDGE,
        Route.VEO_SUBMIT,
        Route.OMNI_SUBMIT,
        Route.SPEECH,
        Route.MUSIC,
    }
)
"""
What a provider writes on its bill.
"""


class Kind(StrEnum):
    """
    How a call goes.
    """

    OK = "ok"
    QUOTA = "quota"
    RATE = "rate"
    CONCURRENCY = "concurrency"
    ERROR = "error"
    UNAVAILABLE = "unavailable"
    HANGUP = "hangup"
    RESET = "reset"
    STALL = "stall"
    TRUNCATED = "truncated"
    BLOCKED = "blocked"
    IMAGE_SAFETY = "image_safety"
    NO_IMAGE = "no_image"
    TEXT_ONLY = "text_only"
    RAI = "rai"
    FAILED = "failed"
    EMPTY = "empty"
    SLOW = "slow"
    WRONG_KEY = "wrong_key"
    FORBIDDEN = "forbidden"
    PLAN = "plan"
    NOT_FOUND = "not_found"


MEANINGS: Final[Mapping[Kind, str]] = {
    Kind.OK: "nothing: the call goes well, and the next fault waits for the next one",
    Kind.QUOTA: "out of quota: 429 of Google's, 401 `quota_exceeded` of ElevenLabs",
    Kind.RATE: "429, with `Retry-After` and Google's `RetryInfo` of `seconds` (1)",
    Kind.CONCURRENCY: "429 for too many calls at once",
    Kind.ERROR: "500",
    Kind.UNAVAILABLE: "503",
    Kind.HANGUP: "the connection is closed before anything was made",
    Kind.RESET: "made and billed, then the connection is reset instead of answered",
    Kind.STALL: "made and billed, but the answer takes `seconds` (30)",
    Kind.TRUNCATED: "half an answer: text is cut off with `MAX_TOKENS`, else half the JSON comes",
    Kind.BLOCKED: "the prompt is refused: `blockReason`, a failed operation, 400 of ElevenLabs",
    Kind.IMAGE_SAFETY: "no picture, `IMAGE_SAFETY`",
    Kind.NO_IMAGE: "no picture, `NO_IMAGE`",
    Kind.TEXT_ONLY: "no picture but a sentence, and `STOP`",
    Kind.RAI: "the clip is made and filtered out; not billed",
    Kind.FAILED: "the operation ends with an internal error; not billed",
    Kind.EMPTY: "the operation ends without a clip and without a reason",
    Kind.SLOW: "the operation takes `seconds` (30) longer",
    Kind.WRONG_KEY: "the key is refused",
    Kind.FORBIDDEN: "403",
    Kind.PLAN: "402: the plan doesn't include it (ElevenLabs; 403 of Google's)",
    Kind.NOT_FOUND: "404: no such model, operation or voice",
}
"""
What each kind does to a call.
"""

SECONDS: Final[Mapping[Kind, float]] = {Kind.RATE: 1.0, Kind.STALL: 30.0, Kind.SLOW: 30.0}
SECONDS_MAX: Final = 3600.0
TIMES_MAX: Final = 1_000_000


class FaultyScriptError(ValueError):
    """
    A script that can't be read; the message says where and why.
    """


@frozen(kw_only=True)
class Fault:
    """
    One call, or *times* calls, that go as *kind* says.
    """

    kind: Kind
    times: int = 1
    seconds: float = 0.0


class Script:
    """
    The faults still to come, for each route in order; ``*`` is every route.
    """

    def __init__(self, faults: Mapping[str, Sequence[Fault]] | None = None) -> None:
        self._lock = threading.Lock()
        self._coming = _copied(faults or {})

    def replace(self, faults: Mapping[str, Sequence[Fault]]) -> None:
        """
        Forget what was to come, and take *faults* instead.
        """
        with self._lock:
            self._coming = _copied(faults)

    def take(self, route: Route) -> Fault:
        """
        Return how this call goes; the route's own faults come before everyone's.
        """
        with self._lock:
            for name in (route.value, "*"):
                coming = self._coming.get(name)
                if coming:
                    fault, left = coming[0]
                    if left > 1:
                        coming[0] = (fault, left - 1)
                    else:
                        coming.pop(0)
                    return fault
        return Fault(kind=Kind.OK)

    def told(self) -> dict[str, list[dict[str, Any]]]:
        """
        Return what is still to come, as `read` takes it.
        """
        with self._lock:
            return {
                route: [
                    {"fault": fault.kind.value, "times": left, "seconds": fault.seconds}
                    for fault, left in coming
                ]
                for route, coming in self._coming.items()
                if coming
            }


def _copied(faults: Mapping[str, Sequence[Fault]]) -> dict[str, list[tuple[Fault, int]]]:
    return {route: [(fault, fault.times) for fault in row] for route, row in faults.items()}


def read(text: str | bytes) -> dict[str, tuple[Fault, ...]]:
    """
    Return the faults in a script: a JSON object of lists, by route.

    >>> read('{"veo.submit": ["rate", {"fault": "stall", "seconds": 5}]}')["veo.submit"][0].kind
    <Kind.RATE: 'rate'>

    Raises:
        FaultyScriptError: It is no such thing.
    """
    try:
        told = json.loads(text)
    except ValueError as error:
        raise FaultyScriptError(f"it is not JSON: {error}") from error
    if not isinstance(told, dict):
        raise FaultyScriptError('it must be an object, like {"image": ["rate"]}')
    routes = {*Route, "*"}
    for route, row in told.items():
        if route not in routes:
            raise FaultyScriptError(f"{route!r} is no route; it can be {', '.join(sorted(routes))}")
        if not isinstance(row, list):
            raise FaultyScriptError(f"{route}: it must be a list of faults")
    return {
        route: tuple(_fault(f"{route}[{place}]", entry) for place, entry in enumerate(row))
        for route, row in told.items()
    }


def _fault(where: str, entry: object) -> Fault:
    facts = {"fault": entry} if isinstance(entry, str) else entry
    if not isinstance(facts, dict) or set(facts) - {"fault", "times", "seconds"}:
        raise FaultyScriptError(f"{where}: it must be a name or have fault, times and seconds only")
    try:
        kind = Kind(str(facts.get("fault")))
    except ValueError:
        raise FaultyScriptError(f"{where}: fault can be {', '.join(Kind)}") from None
    times = facts.get("times", 1)
    if type(times) is not int or not 1 <= times <= TIMES_MAX:
        raise FaultyScriptError(f"{where}: times must be a whole number from 1")
    seconds = facts.get("seconds", SECONDS.get(kind, 0.0))
    if type(seconds) not in (int, float) or not 0 <= seconds <= SECONDS_MAX:
        raise FaultyScriptError(f"{where}: seconds must be from 0 to {SECONDS_MAX:.0f}")
    return Fault(kind=kind, times=times, seconds=float(seconds))
