"""
Clips by Google, whichever way: ordered once, asked for by name, held back once forgiven.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Protocol

from attrs import evolve, field, frozen

from ars0n_adapters.providers.genai import shots
from ars0n_adapters.providers.genai.calls import Line
from ars0n_core.errors import (
    MisconfiguredError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from ars0n_core.ports import Finished, Maker, Unfinished
from ars0n_core.specs.model import VideoModel

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_adapters.providers.genai.shots import Shot
    from ars0n_core.ports import ClipOrder

_NOT_FOUND: Final = 404
_TOO_MUCH: Final = 429


@frozen
class Made:
    """
    The clip, inline.
    """

    content: bytes


@frozen
class HeldBack:
    """
    There will be no clip: why, and whether another try may go better and nothing was billed.
    """

    reason: str
    again: bool = False


class Studio(Protocol):
    """
    One of Google's ways to make clips.
    """

    def submit(self, line: Line, shot: Shot) -> str:
        """
        Order the clip and return the name to ask for it by.
        """
        ...

    def ask(self, line: Line, name: str) -> Made | HeldBack | None:
        """
        Return how the clip of *name* is; None while it is being made.
        """
        ...

    def knows(self, name: str) -> bool:
        """
        Whether *name* could be one of its names.
        """
        ...


@frozen(kw_only=True)
class GoogleVideoGenerator:
    """
    Makes clips in *studio* with the model of each grade, by *lines*.

    A clip that was held back without being billed is ordered once more, with another
    chance, by whoever asks for it; the ticket stays.
    """

    studio: Studio
    lines: Mapping[VideoModel, Line] = field()

    def maker(self, grade: str = "") -> Maker:
        """
        Return the model that makes clips of this grade.
        """
        line = next((line for model, line in self.lines.items() if model == grade), None)
        return Maker(provider="Google", model=line.model if line else "")

    def submit(self, order: ClipOrder) -> str:
        """
        Order the clip and return its ticket.

        Raises:
            ProviderRejectedError: Refused; the message says why.
            ProviderUnavailableError: It can't now; nothing was billed.
            ProviderUnknownError: Sent, no answer: it may be in the making.
            MisconfiguredError: The key or the model's name is no good.
        """
        line = self.lines[order.model]
        shot = shots.shot_of(order, line.model, port=line.port)
        known = line.kept.get({"ticket": shot.asked})
        if known is not None:
            return known.decode()
        name = self.studio.submit(line, shot)
        line.kept.put({"ticket": shot.asked}, name.encode())
        line.kept.put({"shot": name}, shots.written(shot))
        return name

    def check(self, ticket: str, folder: Path) -> Unfinished | Finished:
        """
        Ask how the clip of *ticket* is doing; a finished one is written into *folder*.

        Raises:
            ProviderRejectedError: There will be none; the message says why.
            ProviderUnavailableError: It can't say now.
        """
        line = next(iter(self.lines.values()))
        if not self.studio.knows(ticket):
            raise ProviderRejectedError(f"no such ticket: {ticket}", port=line.port)
        second = line.kept.get({"second": ticket})
        name = second.decode() if second else ticket
        try:
            answer = self.studio.ask(line, name)
        except MisconfiguredError as error:
            cause = error.__cause__
            code = getattr(cause, "code", None) or getattr(cause, "status_code", None)
            if code == _TOO_MUCH:  # the clip is ordered and paid for: it is there tomorrow too
                raise ProviderUnavailableError(str(error), port=line.port) from error
            if code != _NOT_FOUND:
                raise
            answer = HeldBack("Google no longer knows of this clip")
        if answer is None:
            return Unfinished()
        if isinstance(answer, Made):
            return _handed_over(answer, ticket, folder, line)
        if answer.again and second is None and self._ordered_again(line, ticket):
            return Unfinished()
        shot = line.kept.get({"shot": ticket})
        if shot is not None:  # so that a customer's retry is a new order
            line.kept.drop({"ticket": shots.read(shot).asked})
        raise ProviderRejectedError(answer.reason, port=line.port)

    def _ordered_again(self, line: Line, ticket: str) -> bool:
        """
        Order the clip of *ticket* anew, once in all processes; return whether that was done.
        """
        kept = line.kept.get({"shot": ticket})
        if kept is None or not line.kept.claim({"second try": ticket}):
            return False
        shot = shots.read(kept)
        # The claim came first: if this process dies now, there is no third clip.
        try:
            name = self.studio.submit(line, evolve(shot, seed=shot.seed ^ 1))
        except ProviderUnavailableError:
            line.kept.drop({"second try": ticket})
            raise
        except (ProviderRejectedError, MisconfiguredError):
            return False
        line.kept.put({"second": ticket}, name.encode())
        return True


def _handed_over(answer: Made, ticket: str, folder: Path, line: Line) -> Finished:
    path = folder / f"{hashlib.sha256(ticket.encode()).hexdigest()[:40]}.mp4"
    try:
        path.write_bytes(answer.content)
    except OSError as error:
        raise ProviderUnavailableError(
            f"the clip can't be written to {path}: {error}", port=line.port
        ) from error
    return Finished(path)
