"""
Decoded music kept between renders: another voice needs no decoder for the same bed.

**Invariants**: what is kept gives the same samples as what was decoded; a broken piece is
forgotten and made again; music that takes more than `BYTES_MAX` is not kept.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.compositor.cache import Cache
from ars0n_core.compositor.tapes import VALUE_BYTES, Tape

if TYPE_CHECKING:
    from ars0n_core.work import Json

BYTES_MAX: Final = 24_000_000
"""
A minute; more room than all segments of a longer film would take.
"""


@frozen(kw_only=True)
class Shelf:
    """
    Where the music known by *key* stands in a *cache*; *folder* is the job's.
    """

    cache: Cache
    folder: Path
    key: str

    def fetch(self) -> tuple[Tape, float] | None:
        """
        Return the tape and its loudness, if they are there and whole.
        """
        file, note = (self.folder / f"{self.key}.{kind}" for kind in ("tape", "level.json"))
        try:
            if not (self.cache.fetch(note.name, note) and self.cache.fetch(file.name, file)):
                return None
            try:
                told = json.loads(note.read_bytes())
                size_bytes, level = int(told["bytes"]), float(told["lufs"])
            except (ValueError, TypeError, KeyError):
                size_bytes, level = 0, 0.0
        finally:
            note.unlink(missing_ok=True)
        if size_bytes and file.stat().st_size == size_bytes:
            return Tape(file, 2, written=True), level
        self.cache.discard(note.name)
        self.cache.discard(file.name)
        file.unlink(missing_ok=True)
        return None

    def store(self, tape: Tape, level: float) -> None:
        """
        Keep *tape* and its loudness, unless it is large.
        """
        size_bytes = tape.samples * tape.channels * VALUE_BYTES
        if size_bytes > BYTES_MAX:
            return
        told: dict[str, Json] = {"bytes": size_bytes, "lufs": level}
        note = self.folder / f"{self.key}.level.json"
        try:
            note.write_text(json.dumps(told))
            self.cache.store(f"{self.key}.tape", tape.path)
            self.cache.store(note.name, note)
        finally:
            note.unlink(missing_ok=True)
