"""
Finished pieces kept between renders, each under the key of all that made it.

**Invariants**: what is in the folder is whole (written beside and renamed), and what a crash or
a disk made of it is noticed: a piece whose sum is another is no longer there; a piece in use is
linked into the job's own folder, so that trimming or another job can't take it away; without a
folder, or one that can't be written to, nothing is kept and all else is the same.
"""

from __future__ import annotations

import contextlib
import hashlib
from typing import TYPE_CHECKING, Final

from ars0n_core import work

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


SUM: Final = ".sum"
"""
What the name of a piece's sum ends with, beside the piece.
"""


RAW: Final = ".yuv"
"""
What the names of pictures end with that are kept as they are: they save no more than decoding, and
take a hundred times as much room as the same pictures encoded.
"""

RAW_SHARE: Final = 8
"""
What part of the room they may take.
"""


class Cache:
    """
    A folder of pieces, at most *size_bytes_max* of them after a `trim`.
    """

    def __init__(self, folder: Path | None, *, size_bytes_max: int) -> None:
        self.folder = folder
        self.size_bytes_max = size_bytes_max

    def fetch(self, name: str, target: Path) -> bool:
        """
        Bring the piece *name* to *target*, if it is there.
        """
        if self.folder is None:
            return False
        source = self.folder / name
        try:
            wanted = source.with_name(name + SUM).read_bytes()
            _bring(source, target)
        except (FileNotFoundError, NotADirectoryError):
            return False
        if _sum_of(target) != wanted:
            target.unlink()
            self.discard(name)
            return False
        with contextlib.suppress(OSError):  # a folder we may only read serves all the same
            source.touch()
        return True

    def copy(self, name: str, target: Path) -> str:
        """
        Copy the piece *name* to *target*, for whoever may write to it, and return its SHA-256.

        Raises:
            FileNotFoundError: It is not there.
        """
        if self.folder is None:
            raise FileNotFoundError(name)
        source = self.folder / name
        sha256 = copied(source, target)
        with contextlib.suppress(OSError):
            source.touch()
        return sha256

    def store(self, name: str, source: Path, sha256: str | None = None) -> None:
        """
        Keep the finished file *source* as *name*, if there is room for it; who knows its *sha256*
        spares reading it.
        """
        if self.folder is None:
            return
        # Two jobs may store the same piece at once: each writes beside it under its own name.
        beside = self.folder / f".{name}.{work.digest(str(source.absolute()))[:16]}.part"
        with contextlib.suppress(OSError):  # what can't be kept is made again
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                beside.unlink(missing_ok=True)
                beside.write_bytes(sha256.encode() if sha256 is not None else _sum_of(source))
                beside.replace(self.folder / (name + SUM))
                _bring(source, beside)
                beside.replace(self.folder / name)
            finally:
                beside.unlink(missing_ok=True)

    def discard(self, name: str) -> None:
        """
        Forget a piece that turned out to be broken.
        """
        if self.folder is not None:
            with contextlib.suppress(OSError):  # it is seen to be broken the next time too
                (self.folder / name).unlink(missing_ok=True)

    def trim(self) -> None:
        """
        Remove the longest unused pieces until the rest fit, and raw pictures until they take no
        more than their share.
        """
        if self.folder is None:
            return
        # Every render ends here, with hundreds of pieces: each is looked at once.
        seen: dict[str, tuple[int, int]] = {}
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            for path in self.folder.iterdir():
                with contextlib.suppress(FileNotFoundError):  # another job trimmed it
                    facts = path.stat()
                    seen[path.name] = facts.st_mtime_ns, facts.st_size
        # A sum is as old as its piece's last use: alone it is of no use to anybody.
        found = sorted(
            (seen.get(name.removesuffix(SUM), facts)[0], name, facts[1])
            for name, facts in seen.items()
        )
        raw = [each for each in found if RAW in each[1]]
        gone = _dropped(self.folder, raw, self.size_bytes_max // RAW_SHARE)
        left = [each for each in found if each[1] not in gone]
        _dropped(self.folder, left, self.size_bytes_max)


def _dropped(folder: Path, pieces: Sequence[tuple[int, str, int]], size_bytes_max: int) -> set[str]:
    """
    Remove the first of *pieces* (when used, name, bytes) of *folder* until the rest fit, and
    return the names of what is gone.
    """
    left = sum(size for _, _, size in pieces)
    gone: set[str] = set()
    for _, name, size in pieces:
        if left <= size_bytes_max:
            break
        with contextlib.suppress(OSError):
            (folder / name).unlink(missing_ok=True)
            gone.add(name)
            left -= size
            (folder / (name + SUM)).unlink(missing_ok=True)
            gone.add(name + SUM)
    return gone


def _sum_of(path: Path) -> bytes:
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest().encode()


def _bring(source: Path, target: Path) -> None:
    """
    Link *source* to *target*, or copy it where the two are on different disks.
    """
    try:
        target.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:
        copied(source, target)


def copied(source: Path, target: Path) -> str:
    """
    Copy *source* to *target* and return the SHA-256 of what was copied.
    """
    found = hashlib.sha256()
    with source.open("rb") as old, target.open("wb") as new:
        while chunk := old.read(1 << 20):
            found.update(chunk)
            new.write(chunk)
    return found.hexdigest()
