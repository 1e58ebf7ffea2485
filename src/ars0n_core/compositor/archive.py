"""
Finished ads kept whole: an ad of which nothing changed is copied, not joined anew.

**Owns** when a kept ad may stand for one made now. **Does not own** the pieces of an ad
(`segments`, `audio`), which serve whatever else it is edited into. **Invariants**: what is
given is a copy, for whoever owns an ad may write to it; its bytes are those that were kept, or
it is not given; an ad made by other code, other fonts or another ffmpeg is not given.

Nothing large is loaded here: looking is a hundredth of what making takes. Start at `Archive`.
"""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ars0n_core import work
from ars0n_core.compositor.cache import copied
from ars0n_core.timelines import Rendering

if TYPE_CHECKING:
    from ars0n_core.compositor.cache import Cache
    from ars0n_core.timelines import Timeline
    from ars0n_core.work import Json

FILES: Final = ("path", "poster", "sidecar", "certificate")
"""
The files of a `Rendering`.
"""

TOOLS: Final = ("ars0n_core", "numpy", "PIL", "soxr")
"""
Packages whose code decides an ad's bytes.
"""


class Archive:
    """
    Where *cache* keeps the ad that is made of *timeline* with *settings*, all that decides its
    bytes beside the code and the fonts.
    """

    def __init__(self, cache: Cache, timeline: Timeline, settings: Json) -> None:
        self._cache = cache
        self._key = work.digest({"ad": repr(timeline), "settings": settings})

    def fetch(self, folder: Path) -> Rendering | None:
        """
        Put the ad into *folder*, if it is kept and would be made the same now.
        """
        if self._cache.folder is None:
            return None
        try:
            note = json.loads((self._cache.folder / f"{self._key}.ad.json").read_bytes())
            if any(stamp(Path(path)) != seen for path, seen in note["made_by"].items()):
                return None
            files: dict[str, Path | None] = dict.fromkeys(FILES)
            folder.mkdir(parents=True, exist_ok=True)
            for role, (name, sha256) in note["files"].items():
                target = files[role] = folder / name
                if not self._taken(role, target, sha256):
                    return None
            return Rendering(**{**note["told"], **files})
        except (ValueError, TypeError, KeyError, FileNotFoundError, NotADirectoryError):
            return None

    def _taken(self, role: str, target: Path, sha256: str) -> bool:
        """
        Copy a file to *target*, which appears when it turned out to be what was kept.
        """
        name, beside = f"{self._key}.{role}", target.with_name(f"{target.name}.part")
        try:
            if self._cache.copy(name, beside) == sha256:
                beside.replace(target)
                return True
            self._cache.discard(name)
            return False
        finally:
            beside.unlink(missing_ok=True)

    def keep(self, ad: Rendering, folder: Path) -> None:
        """
        Keep the finished *ad*; *folder* is one to work in, on the cache's disk if may be.
        """
        files: dict[str, Json] = {}
        for role in FILES:
            path: Path | None = getattr(ad, role)
            if path is None:
                continue
            beside = folder / f"{self._key}.{role}"
            sha256 = copied(path, beside)
            files[role] = [path.name, sha256]
            self._cache.store(beside.name, beside, sha256)
        told = {
            "media_type": ad.media_type,
            "frames": ad.frames,
            "samples": ad.samples,
            "measured": {**ad.measured, **({"rendered": 0} if "rendered" in ad.measured else {})},
            "seconds_spent": {},
        }
        note = folder / f"{self._key}.ad.json"
        note.write_text(json.dumps({"files": files, "told": told, "made_by": makers()}))
        self._cache.store(note.name, note)


def makers() -> dict[str, Json]:
    """
    Return the stamps of all that made an ad just now: our modules and those of the `TOOLS`,
    the machine code and fonts that were opened, and the folders that packages are installed in,
    for a font that is added may be one that was missed.
    """
    modules = [
        Path(file)
        for name, module in list(sys.modules.items())
        if name.partition(".")[0] in TOOLS
        and (name in TOOLS or name.startswith("ars0n_core."))
        and (file := getattr(module, "__file__", None))
    ]
    fonts = sys.modules.get("ars0n_core.compositor.fonts")
    typefaces = fonts.known().values() if fonts is not None else ()
    installed = {path.parent.parent for path in modules if path.parent.name in TOOLS}
    used = {*modules, *typefaces, *_mapped(), *installed}
    return {str(path): seen for path in sorted(used) if (seen := stamp(path)) is not None}


def _mapped() -> list[Path]:
    """
    Return the files of machine code in this process, where the system tells them.
    """
    try:
        lines = Path("/proc/self/maps").read_text().splitlines()
    except OSError:
        return []
    paths = {line.partition("/")[2] for line in lines if ".so" in line}
    return [Path(f"/{path}") for path in paths]


def stamp(path: Path) -> Json:
    """
    Return what changes when the file or folder at *path* is written, None if there is none.
    """
    try:
        facts = path.stat()
    except OSError:
        return None
    return [facts.st_size if stat.S_ISREG(facts.st_mode) else 0, facts.st_mtime_ns]
