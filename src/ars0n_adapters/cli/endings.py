"""
How a process that serves ends: with the one that started it, and with all that it started.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import sys
import threading
import time
from multiprocessing import connection
from pathlib import Path
from typing import Final

_STUCK_SECONDS: Final = 1.0
# What a request's thread still does then, nobody waits for.

_LEAVING_SECONDS: Final = 10.0
# A process without a parent that hasn't ended by then is ended.


def end_with_parent() -> None:
    """
    Have this process told to stop when the one that started it is gone: it would go on
    accepting from a port that nobody knows to be taken.
    """
    parent = multiprocessing.parent_process()
    if parent is None:
        return
    threading.Thread(
        target=_outlive_no, args=(parent.sentinel,), name="parent-watch", daemon=True
    ).start()


def leave_nothing_running() -> None:
    """
    End this process now if a job is still at work in it: its lease has been given back,
    and nobody would take what it makes. Otherwise end it soon, whatever a request still
    has a thread do.
    """
    if any(thread.name.startswith("ars0n") for thread in threading.enumerate()):
        _exit_now()
    threading.Thread(target=_exit_soon, name="leaving", daemon=True).start()


def _outlive_no(sentinel: int) -> None:
    connection.wait([sentinel])
    # As if by a polite signal, so that leases are given back.
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_LEAVING_SECONDS)
    _exit_now()


def _exit_soon() -> None:
    time.sleep(_STUCK_SECONDS)
    _exit_now()


def _exit_now() -> None:
    for child in _children():
        try:
            os.killpg(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue  # no leader of a group, so none of our encoders
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


def _children() -> list[int]:
    found: list[int] = []
    for task in Path("/proc/self/task").glob("*/children"):
        try:
            found += map(int, task.read_text(encoding="ascii").split())
        except OSError:  # the thread has ended
            continue
    return found
