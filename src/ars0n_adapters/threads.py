"""
Commands in the background threads of this process.

`ThreadRunner` keeps every command's lease alive while a thread works on it, never runs
the same command twice at once, and on `close` waits a while, then gives back the leases
of what it could not finish.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final

from ars0n_core.pipelines.commands import Command, Compose, Mix

if TYPE_CHECKING:
    from collections.abc import Callable

_log = logging.getLogger(__name__)

_RENEW_SECONDS: Final = 10.0
# A third of the shortest lease worth having: two renewals may be lost.


class ThreadRunner:
    """
    A `Runner` with *threads* workers, at most *cuts* of them composing at once.

    ``renew`` and ``release`` are called with a command to keep or give back its lease.
    """

    def __init__(
        self,
        *,
        threads: int = 4,
        cuts: int = 1,
        renew: Callable[[Command], None] | None = None,
        release: Callable[[Command], None] | None = None,
    ) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="ars0n")
        # A cut keeps every core busy: more at once only make each other late.
        self._cutters = ThreadPoolExecutor(cuts, thread_name_prefix="ars0n-cut")
        self._renew = renew
        self._release = release
        self._running: dict[Command, Future[None]] = {}
        self._given_back: set[Command] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="ars0n-keeper", daemon=True)
        self._keeper.start()

    def run(self, command: Command, carry_out: Callable[[Command], None]) -> None:
        """
        Have *carry_out* called with *command* by a worker thread, soon.
        """
        pool = self._cutters if isinstance(command, Compose | Mix) else self._pool
        with self._lock:
            if self._closed.is_set() or command in self._running:
                return
            self._running[command] = pool.submit(self._work, command, carry_out)

    def close(self, *, timeout_seconds: float = 10.0) -> None:
        """
        Take nothing more, wait for what runs, and give back what didn't get done.
        """
        self._closed.set()
        with self._lock:
            # What was given back before is waited for by nobody.
            futures = {c: f for c, f in self._running.items() if c not in self._given_back}
        for command, future in futures.items():
            if future.cancel() and self._release is not None:
                self._quietly(self._release, command)
        _, late = wait(futures.values(), timeout=timeout_seconds)
        for command, future in futures.items():
            if future in late:
                self._given_back.add(command)
                if self._release is not None:
                    self._quietly(self._release, command)
        self._pool.shutdown(wait=not self._given_back, cancel_futures=True)
        self._cutters.shutdown(wait=not self._given_back, cancel_futures=True)
        self._keeper.join(timeout=timeout_seconds)

    @property
    def busy(self) -> int:
        """
        How many commands are running or queued.
        """
        with self._lock:
            return len(self._running)

    def _work(self, command: Command, carry_out: Callable[[Command], None]) -> None:
        try:
            self._quietly(carry_out, command)
        finally:
            with self._lock:
                self._running.pop(command, None)

    def _keep(self) -> None:
        while not self._closed.wait(_RENEW_SECONDS):
            if self._renew is None:
                continue
            with self._lock:
                commands = tuple(self._running)
            for command in commands:
                self._quietly(self._renew, command)

    @staticmethod
    def _quietly(call: Callable[[Command], None], command: Command) -> None:
        try:
            call(command)
        except Exception:  # noqa: BLE001 - logged; a thread has nobody to raise to
            # Carrying out reports failures as events; what comes here is a broken store.
            _log.exception("%s of job %s was not recorded", type(command).__name__, command.job)
