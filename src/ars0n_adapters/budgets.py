"""
How often and how many at once a provider may be asked, by all workers together.

**Owns** `Budget`: one provider's places and pace, kept in small files, so that threads and
processes of one data folder share it; the system gives a killed process's place back.
**Does not own** what a provider's refusal means. **Invariants**: nobody waits longer than
he said; who gets no turn has sent nothing.
"""

from __future__ import annotations

import contextlib
import fcntl
import time
from typing import IO, TYPE_CHECKING, Final

from ars0n_core.errors import ProviderUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LOOK_SECONDS: Final = 0.05
_BURST_SECONDS: Final = 10.0
# So much of the minute's allowance may be used at once; the rest comes evenly.

_PAUSE_SECONDS_MAX: Final = 120.0
# A provider that wishes to be left alone for hours is asked now and then all the same.


class Budget:
    """
    The places and the pace of the provider *name*, kept in *folder*.

    At most *places* calls run at once, and about *per_minute* start in a minute.
    """

    def __init__(self, name: str, folder: Path, *, places: int, per_minute: int) -> None:
        self._name = name
        self._folder = folder
        self._places = places
        self._gap_seconds = 60.0 / per_minute

    @contextlib.contextmanager
    def place(self, *, wait_seconds: float) -> Iterator[None]:
        """
        Hold one of the places for a call, waiting for it at most so long.

        Raises:
            ProviderUnavailableError: There was none in that time; nothing was sent.
        """
        give_up_at = time.monotonic() + wait_seconds
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with contextlib.ExitStack() as stack:
                self._wait_for_place(stack, give_up_at)
                self._wait_for_turn(give_up_at)
                # The call's own errors pass through untouched.
                kept = stack.pop_all()
        except OSError as error:
            message = f"The budget of {self._name} can't be kept in {self._folder}: {error}"
            raise ProviderUnavailableError(message, port=self._name) from error
        with kept:
            yield

    def pause(self, seconds: float) -> None:
        """
        Let nobody ask for so long: the provider said that it is too much.
        """
        until = time.time() + min(max(seconds, 0.0), _PAUSE_SECONDS_MAX)
        with contextlib.suppress(OSError), self._state() as state:
            due, paused_until = _read(state)
            _write(state, due, max(paused_until, until))

    def _wait_for_place(self, stack: contextlib.ExitStack, give_up_at: float) -> None:
        while True:
            for number in range(self._places):
                file = (self._folder / f"{self._name}-{number}.lock").open("a")
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    file.close()
                    continue
                stack.callback(file.close)  # which gives the lock back
                return
            self._sleep(_LOOK_SECONDS, give_up_at, f"{self._places} calls are under way")

    def _wait_for_turn(self, give_up_at: float) -> None:
        while True:
            with self._state() as state:
                now = time.time()
                due, paused_until = _read(state)
                # Clocks are set back: no wait is longer than any that could be meant.
                due = min(due, now + 60.0)
                paused_until = min(paused_until, now + _PAUSE_SECONDS_MAX)
                later = max(due - now - _BURST_SECONDS, paused_until - now)
                if later <= 0:
                    _write(state, max(due, now) + self._gap_seconds, paused_until)
                    return
            self._sleep(later, give_up_at, "it was asked too often just now")

    def _sleep(self, seconds: float, give_up_at: float, why: str) -> None:
        if time.monotonic() + seconds > give_up_at:
            raise ProviderUnavailableError(
                f"{self._name} is busy: {why}",
                port=self._name,
                retry_after_seconds=max(1, seconds),
                asked=False,
            )
        time.sleep(seconds)

    @contextlib.contextmanager
    def _state(self) -> Iterator[IO[str]]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / f"{self._name}.pace").open("a+") as state:
            fcntl.flock(state, fcntl.LOCK_EX)
            yield state


def _read(state: IO[str]) -> tuple[float, float]:
    """
    Return when the next call is due, and until when nobody asks (both seconds, Unix time).
    """
    state.seek(0)
    try:
        due, paused_until = map(float, state.read().split())
    except ValueError:  # new, or torn by a full disk
        return 0.0, 0.0
    return due, paused_until


def _write(state: IO[str], due: float, paused_until: float) -> None:
    state.seek(0)
    state.truncate()
    state.write(f"{due!r} {paused_until!r}")
    state.flush()
