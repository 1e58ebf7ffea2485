"""
The file being taken in: its head, its digest, and a target that appears whole or not at all.
"""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING

from ars0n_adapters.ingest.sniffing import HEAD_BYTES, Sniffed, id3_bytes, sniff
from ars0n_core.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def sniffed(source: Path) -> Sniffed:
    """
    Return what *source* is; behind an ID3 tag stands what counts.

    Raises:
        PortError: It can't be read.
    """
    try:
        with source.open("rb") as file:
            head = file.read(HEAD_BYTES)
            if skipped := id3_bytes(head):
                file.seek(skipped)
                behind = sniff(file.read(HEAD_BYTES))
                return behind if behind.format == "aac" else sniff(head)
            return sniff(head)
    except OSError as error:
        raise PortError(f"{source.name} can't be read: {error}", port="ingest") from error


def size_bytes(source: Path) -> int:
    """
    Return the size of *source*.

    Raises:
        PortError: It can't be read.
    """
    try:
        return source.stat().st_size
    except OSError as error:
        raise PortError(f"{source.name} can't be read: {error}", port="ingest") from error


def sha256_of(path: Path) -> str:
    """
    Return the SHA-256 of the file *path*, as 64 hex characters.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def appearing(target: Path) -> Iterator[Path]:
    """
    Lend a path beside *target* that becomes it if the block ends well, else is removed.

    Raises:
        PortError: The machine could not write it.
    """
    partial = target.with_name(f".{target.name}.partial")
    try:
        yield partial
        partial.replace(target)
    except OSError as error:
        raise PortError(f"{target.name} can't be written: {error}", port="ingest") from error
    finally:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
