"""
What was paid for, kept for a while: so that a job done anew after a crash is free.

**Owns** `KeptResults`, a bounded folder of answers under the digest of what was asked.
**Does not own** what is asked, or whether an answer is worth keeping. **Invariants**: an
answer appears whole or not at all; a store that can't be read or written is an empty one,
never a failed job; the oldest go first.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ars0n_core.work import digest

if TYPE_CHECKING:
    from ars0n_core.work import Json

_CLAIM: Final = b""
# What is only claimed so far.


class KeptResults:
    """
    Answers in *folder*, of *bytes_max* together, none older than *lifetime_seconds*.
    """

    def __init__(self, folder: Path, *, bytes_max: int, lifetime_seconds: float) -> None:
        self._folder = folder
        self._bytes_max = bytes_max
        self._lifetime_seconds = lifetime_seconds

    def get(self, asked: Json) -> bytes | None:
        """
        Return the answer to *asked*, or None.
        """
        path = self._path(asked)
        try:
            if time.time() - path.stat().st_mtime > self._lifetime_seconds:
                return None
            return path.read_bytes() or None
        except OSError:
            return None

    def put(self, asked: Json, answer: bytes) -> None:
        """
        Keep the answer to *asked*.
        """
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            self._make_room(len(answer))
            handle, name = tempfile.mkstemp(prefix=".new-", dir=self._folder)
            fresh = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(answer)
                    file.flush()
                    os.fsync(file.fileno())
                fresh.replace(self._path(asked))
            finally:
                fresh.unlink(missing_ok=True)

    def drop(self, asked: Json) -> None:
        """
        Forget the answer to *asked*.
        """
        with contextlib.suppress(OSError):
            self._path(asked).unlink(missing_ok=True)

    def claim(self, asked: Json) -> bool:
        """
        Whether the caller is the first, of all processes, to claim *asked*.
        """
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with self._path(asked).open("xb") as file:
                file.write(_CLAIM)
        except OSError:
            return False
        return True

    def _path(self, asked: Json) -> Path:
        return self._folder / digest(asked)

    def _make_room(self, wanted_bytes: int) -> None:
        now = time.time()
        kept = []
        for path in self._folder.iterdir():
            with contextlib.suppress(OSError):
                facts = path.stat()
                kept.append((facts.st_mtime, facts.st_size, path))
        kept.sort()
        total = wanted_bytes + sum(size for _, size, _ in kept)
        for modified, size, path in kept:
            old = now - modified > self._lifetime_seconds
            if not old and total <= self._bytes_max:
                break
            with contextlib.suppress(OSError):
                path.unlink()
            total -= size
