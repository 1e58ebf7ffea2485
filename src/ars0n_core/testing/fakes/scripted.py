"""
Time, names and faults, all by script.
"""

from __future__ import annotations

import hashlib
from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, Any

from attrs import define

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import timedelta


@define
class ManualClock:
    """
    A `Clock` that stands still until it is told to go on.
    """

    moment: datetime

    def now(self) -> datetime:
        """
        Return the instant it was set to.
        """
        return self.moment

    def pass_by(self, time: timedelta) -> None:
        """
        Let time pass.
        """
        self.moment += time


@define
class CountingIds:
    """
    `Ids` that count, so that runs can be compared.
    """

    count: int = 0

    def new(self, prefix: str) -> str:
        """
        Return *prefix* and the next number.
        """
        self.count += 1
        return f"{prefix}{self.count:06d}"

    def secret(self) -> str:
        """
        Return 64 hex characters, never the same twice.
        """
        self.count += 1
        return hashlib.sha256(str(self.count).encode()).hexdigest()


class Flaky:
    """
    A port that fails as scripted: before each call of a method the next entry of its
    script is raised, if it is an error; when the script has run out, the port answers.
    """

    def __init__(
        self, port: object, script: Mapping[str, Iterable[BaseException | None]] | None = None
    ) -> None:
        self._port = port
        self._script = {name: deque(entries) for name, entries in (script or {}).items()}
        self.calls: list[str] = []

    def plan_fault(self, method: str, *entries: BaseException | None) -> None:
        """
        Add *entries* to the script of *method*.
        """
        self._script.setdefault(method, deque()).extend(entries)

    def forget_faults(self) -> None:
        """
        Drop what is left of every script: the port answers from now on.
        """
        self._script.clear()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._port, name)

        def scripted(*args: Any, **kwargs: Any) -> Any:
            self.calls.append(name)
            script = self._script.get(name)
            fault = script.popleft() if script else None
            if fault is not None:
                raise fault
            return call(*args, **kwargs)

        return scripted
