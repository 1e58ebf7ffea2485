"""
The machine itself: its clock, its source of chance, its temporary folders.
"""

from __future__ import annotations

import math
import secrets
import shutil
import tempfile
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_core.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import timedelta

_ID_BYTES = 16
# 128 random bits: asset ids are handed out in URLs and must not be guessable.


class SystemClock:
    """
    The machine's clock.
    """

    def now(self) -> datetime:
        """
        Return the present instant, aware, in UTC.
        """
        return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


class RandomIds:
    """
    Ids and secrets from the operating system's cryptographic source.
    """

    def new(self, prefix: str) -> str:
        """
        Return *prefix* and 128 random bits in hex.
        """
        return prefix + secrets.token_hex(_ID_BYTES)

    def secret(self) -> str:
        """
        Return 256 random bits in hex.
        """
        return secrets.token_hex(32)


@frozen
class TemporaryFolders:
    """
    Working folders under *root* (the system's temporary folder if None).
    """

    root: Path | None = None

    def sweep(self, *, older_than: timedelta) -> int:
        """
        Remove the folders that processes which were killed left behind, and return how
        many.
        """
        if self.root is None or not self.root.is_dir():
            return 0
        oldest = time.time() - older_than.total_seconds()
        left = [path for path in self.root.glob("ars0n-*") if _touched(path) < oldest]
        for path in left:
            shutil.rmtree(path, ignore_errors=True)
        return len(left)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """
        Lend a fresh empty folder, removed with all in it when the context ends.
        """
        try:
            if self.root is not None:
                self.root.mkdir(parents=True, exist_ok=True)
            path = Path(tempfile.mkdtemp(prefix="ars0n-", dir=self.root))
        except OSError as error:
            message = f"No working folder could be made: {error.strerror or error}"
            raise PortError(message, port="scratch") from error
        try:
            yield path
        finally:
            _remove(path)


def _remove(path: Path) -> None:
    try:
        shutil.rmtree(path, ignore_errors=True)
    except KeyboardInterrupt:  # told a second time to stop: it goes all the same
        shutil.rmtree(path, ignore_errors=True)
        raise


def _touched(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # gone since it was listed
        return math.inf
