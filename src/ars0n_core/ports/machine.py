"""
The machine: time, names, working folders, who runs commands, the compositor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from ars0n_core.pipelines.commands import Command
    from ars0n_core.timelines import Rendering, Timeline


class Clock(Protocol):
    """
    Tells the time.
    """

    def now(self) -> datetime:
        """
        Return the present instant, aware, in UTC.
        """
        ...


class Ids(Protocol):
    """
    Makes names nobody can guess.
    """

    def new(self, prefix: str) -> str:
        """
        Return *prefix* and at least 128 random bits, never the same twice.
        """
        ...

    def secret(self) -> str:
        """
        Return 64 hex characters from a cryptographic source.
        """
        ...


class Scratch(Protocol):
    """
    Lends working folders.
    """

    def folder(self) -> AbstractContextManager[Path]:
        """
        Lend a fresh empty folder; it and all in it is gone when the context ends.

        Raises:
            PortError: No folder could be made (disk full, no permission).
        """
        ...


class Runner(Protocol):
    """
    Has commands carried out: here and now, in threads, or on another machine.
    """

    def run(self, command: Command, carry_out: Callable[[Command], None]) -> None:
        """
        Have *carry_out* called with *command*, once or more (it is safe to repeat), now
        or soon. Never raises for what *carry_out* does.
        """
        ...


class Compositor(Protocol):
    """
    Makes the finished ad.
    """

    def render(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> Rendering:
        """
        Render *timeline* into *folder*; *media* gives the file of each of its media.
        The same inputs give the same bytes.

        Raises:
            CompositorError: An input can't be used (it is named), or the machine can't;
                nothing is left running.
        """
        ...

    def prepare(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> int:
        """
        Render those pieces of *timeline* that only need the given *media*, ahead of `render`,
        and return how many; *folder* is left empty. It changes nothing of what `render`
        makes, only how soon, and gives up as soon as a film is rendered.

        Raises:
            CompositorError: As `render`.
        """
        ...

    def undrawable(self, text: str) -> tuple[int, ...]:
        """
        Return the code points of *text* that no font here can draw, each once.
        """
        ...
