"""
Blobs and rate windows in this process.
"""

from __future__ import annotations

import threading
from array import array
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from ars0n_core import quotas
from ars0n_core.errors import BlobNotFoundError, PortError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta
    from pathlib import Path

    from ars0n_core.quotas import Decision


class MemoryBlobs:
    """
    A `BlobStore` in this process; its URLs lead nowhere.
    """

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    def put(self, key: str, source: Path, *, media_type: str) -> None:  # noqa: ARG002 - the URL carries it
        """
        Store the file *source*.
        """
        try:
            self._blobs[key] = source.read_bytes()
        except OSError as error:
            raise PortError(f"The blob {key} could not be stored: {error}", port="blobs") from error

    def copy_to(self, key: str, target: Path) -> None:
        """
        Write the blob to the file *target*.
        """
        blob = self._blob(key)
        try:
            target.write_bytes(blob)
        except OSError as error:
            target.unlink(missing_ok=True)
            raise PortError(f"The blob {key} could not be read: {error}", port="blobs") from error

    def exists(self, key: str) -> bool:
        """
        Whether there is a blob of this key.
        """
        return key in self._blobs

    def url(self, key: str, *, media_type: str, expires_at: datetime) -> str:
        """
        Return an absolute URL that says what it would serve and until when.
        """
        self._blob(key)
        expires = int(expires_at.timestamp())
        return f"memory://blobs/{quote(key)}?media_type={quote(media_type)}&expires={expires}"

    def delete(self, key: str) -> None:
        """
        Remove the blob.
        """
        self._blobs.pop(key, None)

    @property
    def keys(self) -> frozenset[str]:
        """
        The keys of all blobs.
        """
        return frozenset(self._blobs)

    def _blob(self, key: str) -> bytes:
        try:
            return self._blobs[key]
        except KeyError:
            raise BlobNotFoundError(f"There is no blob {key}", port="blobs") from None


class MemoryRateWindows:
    """
    `RateWindows` in this process; windows that have emptied are forgotten.
    """

    def __init__(self) -> None:
        self._stamps: dict[str, tuple[array[float], float]] = {}
        self._lock = threading.Lock()

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
        expires = now.timestamp() + window.total_seconds()
        with self._lock:
            counted = [(self._stamps.get(key, _EMPTY)[0], limit) for key, limit in limits.items()]
            decisions, stamps = quotas.admit_all(counted, now=now, window=window, count=count)
            self._stamps |= {key: (kept, expires) for key, kept in zip(limits, stamps, strict=True)}
            if len(self._stamps) > _WINDOWS_SWEPT_AT:
                self._forget(now.timestamp())
        return decisions

    def _forget(self, moment: float) -> None:
        self._stamps = {key: kept for key, kept in self._stamps.items() if kept[1] > moment}


_WINDOWS_SWEPT_AT: Final = 10_000
# A window of a busy key is a few kilobytes: some tens of megabytes at most.

_EMPTY: Final = (array("d"), 0.0)
