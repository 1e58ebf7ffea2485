"""
Several processes that serve from one port: `keep_up` starts them, replaces those that
end, and ends with them when it is told to stop.

uvicorn's own supervisor asks its processes for a sign of life over a pipe that outlives
them: one that is killed while it is asked keeps the supervisor waiting, deaf to signals.
Here the end of a process is what is waited for.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import time
from multiprocessing import connection, resource_tracker
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Final

from attrs import define, field

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from types import FrameType

    from ars0n_adapters.settings import Settings

    Work = Callable[[Settings, socket.socket], None]

_log = logging.getLogger(__name__)

_LOOK_SECONDS: Final = 0.5
# A signal is obeyed, and a process that ended replaced, after so long.

_PATIENCE_SECONDS: Final = 12.0
# A process told to stop is gone within ten seconds by itself; then it is ended.

_SHORT_LIFE_SECONDS: Final = 5.0
# One that ends as soon is not replaced faster than it could live.

UNFIT: Final = 3
"""
What a process exits with that can't serve at all, so that another could not either: as
uvicorn has it.
"""


@define
class _Kept:
    process: BaseProcess
    started: float = field(factory=time.monotonic)


def keep_up(work: Work, chosen: Settings, listener: socket.socket) -> int:
    """
    Have *work* done in as many processes as are *chosen* until this one is told to stop;
    return the exit code: 0, or that of a process that can't serve at all.
    """
    # Started with the first process it would undo what is said there about Ctrl-C.
    resource_tracker.ensure_running()
    signals = _Signals()
    with signals:
        kept = [_started(work, chosen, listener) for _ in range(chosen.processes)]
        code = 0
        while not signals.count and not code:
            connection.wait([one.process.sentinel for one in kept], timeout=_LOOK_SECONDS)
            # Ctrl-C ends them all at once: nobody is to take their places.
            if not signals.count:
                code = _replace(kept, work, chosen, listener)
        _end([one.process for one in kept], signals)
    return code


def _started(work: Work, chosen: Settings, listener: socket.socket) -> _Kept:
    # Spawned: a fork would share locks and connections with this process.
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=work, args=(chosen, listener))
    # Inherited: Ctrl-C would find the new process where it can only die of it, loudly.
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    return _Kept(process)


def _replace(kept: list[_Kept], work: Work, chosen: Settings, listener: socket.socket) -> int:
    """
    Start a process in place of each that ended; return the code of one that can't serve.
    """
    for number, one in enumerate(kept):
        code = one.process.exitcode
        if code is None:
            continue
        if code == UNFIT:
            return code
        lived = time.monotonic() - one.started
        if lived < _SHORT_LIFE_SECONDS:
            time.sleep(_LOOK_SECONDS)
        _log.warning("process %s ended (%s); another takes its place", one.process.pid, code)
        one.process.close()
        kept[number] = _started(work, chosen, listener)
    return 0


def _end(processes: list[BaseProcess], signals: _Signals) -> None:
    for process in processes:
        process.terminate()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    asked = signals.count
    while any(process.is_alive() for process in processes):
        # Asked again, or too late: no more patience.
        if signals.count > asked + 1 or time.monotonic() > deadline:
            for process in processes:
                process.kill()
        connection.wait([process.sentinel for process in processes if process.is_alive()], 0.1)


class _Signals:
    """
    Counts how often this process was told to stop.
    """

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> None:
        numbers = (signal.SIGTERM, signal.SIGINT)
        self._before = {number: signal.signal(number, self._note) for number in numbers}

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, _: int, __: FrameType | None) -> None:
        self.count += 1
