"""
Windows in small files, for any number of processes on one machine.

A file a window holds its stamps; one lock is held while a request is decided on and
counted. Nothing is ever flushed: losing the last minute's counts with the machine is no
loss, and a request must not wait for the disk. Two windows cost half of what a
transaction in an embedded database does.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import struct
import threading
import time
from array import array
from collections import OrderedDict
from itertools import islice
from typing import TYPE_CHECKING, Final

from ars0n_core import quotas
from ars0n_core.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta
    from pathlib import Path

    from ars0n_core.quotas import Decision

_BUSY_SECONDS: Final = 2.0
_LOOK_SECONDS: Final = 0.0005
# Others hold the lock for some ten microseconds; longer, and something is broken.

_SWEPT_EVERY: Final = 100
_SWEPT_FILES: Final = 300
# After so many hits as many files are looked at, whether they can be removed: more than the
# hits can have made, so the folder doesn't grow, and few enough to keep nobody waiting.

_OPEN_MAX: Final = 256
# Files kept open, of the thousand that a process usually may have.

_HEAD: Final = struct.Struct("<Qd")
_ROUND: Final = struct.Struct("<Q")
# A window's file: how many stamps, when the last leaves, the stamps. The lock's: how many
# times files were removed.

_SUFFIX: Final = ".window"
_BYTES_MAX: Final = _HEAD.size + 8 * 100_000


class FileRateWindows:
    """
    `RateWindows` in files in *folder*.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._threads = threading.Lock()
        self._files: OrderedDict[str, int] = OrderedDict()
        self._hits = self._round = 0
        self._sweeping: Iterator[Path] = iter(())
        self._swept_at = 0.0
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unreachable(error) from error

    def hit(
        self, key: str, *, limit: int, window: timedelta, now: datetime, count: int = 1
    ) -> Decision:
        """
        Decide on one request under *key*.
        """
        return self.hit_all({key: limit}, window=window, now=now, count=count)[0]

    def hit_all(
        self, limits: Mapping[str, int], *, window: timedelta, now: datetime, count: int = 1
    ) -> tuple[Decision, ...]:
        """
        Decide on one request that each key counts.
        """
        try:
            with self._alone():
                files = [self._file(key) for key in limits]
                stamped = map(_read, files)
                counted = [*zip(stamped, limits.values(), strict=True)]
                decisions, stamps = quotas.admit_all(counted, now=now, window=window, count=count)
                if all(decision.allowed for decision in decisions):
                    moment, lifetime = now.timestamp(), window.total_seconds()
                    for file, ours in zip(files, stamps, strict=True):
                        head = _HEAD.pack(len(ours), moment + lifetime)
                        os.pwrite(file, head + ours.tobytes(), 0)
                    self._sweep(moment, lifetime)
        except (OSError, ValueError, struct.error) as error:
            raise _unreachable(error) from error
        return decisions

    def close(self) -> None:
        """
        Close every file.
        """
        with self._threads:
            self._close_files()
            if self._lock >= 0:
                os.close(self._lock)
                self._lock = -1

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """
        Keep all other threads and processes from deciding.
        """
        with self._threads:
            self._wait()
            try:
                # Files that somebody removed would be written to for nobody to read.
                removed = os.pread(self._lock, _ROUND.size, 0)
                known = _ROUND.unpack(removed)[0] if removed else 0
                if known != self._round:
                    self._close_files()
                    self._round = known
                yield
            finally:
                fcntl.flock(self._lock, fcntl.LOCK_UN)

    def _wait(self) -> None:
        deadline = 0.0
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                deadline = deadline or time.monotonic() + _BUSY_SECONDS
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOOK_SECONDS)
            else:
                return

    def _file(self, key: str) -> int:
        file = self._files.get(key)
        if file is not None:
            self._files.move_to_end(key)
            return file
        name = hashlib.blake2b(key.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
        path = self._folder / (name + _SUFFIX)
        file = self._files[key] = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if len(self._files) > _OPEN_MAX:
            os.close(self._files.popitem(last=False)[1])
        return file

    def _close_files(self) -> None:
        while self._files:
            os.close(self._files.popitem()[1])

    def _sweep(self, moment: float, lifetime: float) -> None:
        """
        Go on looking for files of windows that have emptied; once a window, from the start.
        """
        self._hits += 1
        if self._hits % _SWEPT_EVERY:
            return
        if moment > self._swept_at + lifetime:
            self._swept_at = moment
            self._sweeping = iter([*self._folder.glob("*" + _SUFFIX)])
        removed = 0
        for path in islice(self._sweeping, _SWEPT_FILES):
            with contextlib.suppress(FileNotFoundError):  # another process sweeps too
                if _expires(path) <= moment:
                    path.unlink()
                    removed += 1
        if removed:
            os.pwrite(self._lock, _ROUND.pack(self._round + 1), 0)


def _read(file: int) -> array[float]:
    kept = os.pread(file, _BYTES_MAX, 0)
    if not kept:
        return array("d")
    count, _ = _HEAD.unpack_from(kept)
    return array("d", kept[_HEAD.size : _HEAD.size + 8 * count])


def _expires(path: Path) -> float:
    with path.open("rb") as file:
        head = file.read(_HEAD.size)
    return float(_HEAD.unpack(head)[1]) if head else 0.0


def _unreachable(error: Exception) -> PortError:
    return PortError(f"Requests can't be counted: {error}", port="rates")
