"""
Windows in a SQLite file, for any number of processes on one machine.

A file of its own, never flushed: losing the last minute's counts with the machine is no
loss, and a request must not wait for the disk.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from array import array
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ars0n_core import quotas
from ars0n_core.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from pathlib import Path

    from ars0n_core.quotas import Decision

_BUSY_SECONDS: Final = 2.0
# Others hold the file for some ten microseconds; longer, and something is broken.

_SWEPT_EVERY: Final = 10_000
# Hits between two removals of windows that have emptied.

_SCHEMA: Final = (
    "CREATE TABLE IF NOT EXISTS windows "
    "(key TEXT PRIMARY KEY, stamps BLOB NOT NULL, expires REAL NOT NULL) WITHOUT ROWID"
)
_READ: Final = "SELECT key, stamps FROM windows WHERE key IN ({})"
_WRITE: Final = "INSERT OR REPLACE INTO windows (key, stamps, expires) VALUES {}"
_SWEEP: Final = "DELETE FROM windows WHERE expires <= ?"


class FileRateWindows:
    """
    `RateWindows` in the SQLite file *path*.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._hits = 0
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite3.connect(
                path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=OFF")
            self._connection.execute(_SCHEMA)
        except (sqlite3.Error, OSError) as error:
            raise _unreachable(error) from error

    def hit(self, key: str, *, limit: int, window: timedelta, now: datetime) -> Decision:
        """
        Decide on one request under *key*.
        """
        return self.hit_all({key: limit}, window=window, now=now)[0]

    def hit_all(
        self, limits: Mapping[str, int], *, window: timedelta, now: datetime
    ) -> tuple[Decision, ...]:
        """
        Decide on one request that each key counts.
        """
        execute = self._connection.execute
        with self._lock:
            try:
                execute("BEGIN IMMEDIATE")
                kept = dict(execute(_sql(_READ, "?", len(limits)), [*limits]))
                counted = [(array("d", kept.get(key, b"")), limit) for key, limit in limits.items()]
                decisions, stamps = quotas.admit_all(counted, now=now, window=window)
                if all(decision.allowed for decision in decisions):
                    expires = now.timestamp() + window.total_seconds()
                    rows = (
                        value
                        for key, ours in zip(limits, stamps, strict=True)
                        for value in (key, ours, expires)
                    )
                    execute(_sql(_WRITE, "(?, ?, ?)", len(limits)), [*rows])
                    self._sweep(now)
                execute("COMMIT")
            except (sqlite3.Error, ValueError) as error:
                with contextlib.suppress(sqlite3.Error):
                    execute("ROLLBACK")
                raise _unreachable(error) from error
        return decisions

    def close(self) -> None:
        """
        Close the file.
        """
        with self._lock:
            self._connection.close()

    def _sweep(self, now: datetime) -> None:
        self._hits += 1
        if self._hits % _SWEPT_EVERY == 0:
            self._connection.execute(_SWEEP, (now.timestamp(),))


@lru_cache(maxsize=16)
def _sql(statement: str, row: str, count: int) -> str:
    return statement.format(", ".join([row] * count))


def _unreachable(error: Exception) -> PortError:
    return PortError(f"Requests can't be counted: {error}", port="rates")
