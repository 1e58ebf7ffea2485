"""
An ad that is asked for again is the ad that was made, or it is made again: never anything else.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_core.compositor import archive
from ars0n_core.compositor.assembly import Assembly
from ars0n_core.compositor.cache import Cache
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.timelines import Media, MediaKind, Provenance, Sound, Timeline

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.timelines import Rendering


class Place:
    """
    A radio ad, a cache, and a folder for each time that it is asked for.
    """

    def __init__(self, folder: Path, voice: Path) -> None:
        self.folder = folder
        self.files = {"v": voice}
        self.turns = 0
        sha256 = hashlib.sha256(voice.read_bytes()).hexdigest()
        self.ad = Timeline(
            width=0, height=0, frames=0, samples=96_000,
            media=(Media(id="v", kind=MediaKind.SOUND, sha256=sha256),),
            voice=(Sound(media="v", start_sample=0, samples=90_000),),
            provenance=Provenance(title="Ad", generator="ars0n 1", sources=()),
        )  # fmt: skip

    def made(self, ad: Timeline | None = None, **settings: Any) -> Rendering:
        self.turns += 1
        compositor = LocalCompositor(cache_folder=self.folder / "cache", **settings)
        return compositor.render(ad or self.ad, self.files, self.folder / f"out{self.turns}")


@pytest.fixture
def place(tmp_path: Path, voice_file: Path) -> Place:
    return Place(tmp_path, voice_file)


@pytest.fixture
def makings(monkeypatch: pytest.MonkeyPatch) -> list[Assembly]:
    """
    What was really made.
    """
    makings, radio = [], Assembly.radio

    def watched(assembly: Assembly) -> Rendering:
        makings.append(assembly)
        return radio(assembly)

    monkeypatch.setattr(Assembly, "radio", watched)
    return makings


def test_an_ad_of_which_nothing_changed_is_not_made_again(
    place: Place, makings: list[Assembly]
) -> None:
    first, again = place.made(), place.made()
    assert len(makings) == 1
    assert again.path.parent == place.folder / "out2"
    assert again.path.read_bytes() == first.path.read_bytes()
    assert again.sidecar is not None
    assert first.sidecar is not None
    assert again.sidecar.read_bytes() == first.sidecar.read_bytes()
    assert (again.measured, again.samples) == (first.measured, first.samples)


def test_who_is_given_an_ad_may_write_to_it(place: Place, makings: list[Assembly]) -> None:
    content = place.made().path.read_bytes()
    place.made().path.write_bytes(b"mine now")
    (place.folder / "out1" / "ad.mp3").write_bytes(b"mine, too")
    assert place.made().path.read_bytes() == content
    assert len(makings) == 1


@pytest.mark.parametrize("pattern", ["*.path", "*.sidecar", "*.ad.json"])
def test_a_kept_ad_that_was_damaged_is_made_again(
    place: Place, makings: list[Assembly], pattern: str
) -> None:
    content = place.made().path.read_bytes()
    (kept,) = (place.folder / "cache").glob(pattern)
    kept.write_bytes(kept.read_bytes()[:-1])
    again = place.made()
    assert again.path.read_bytes() == content
    assert len(makings) == 2
    assert sorted(path.name for path in again.path.parent.iterdir()) == sorted(
        path.name for path in (place.folder / "out1").iterdir()
    )


def test_an_ad_made_by_other_code_is_made_again(
    place: Place, makings: list[Assembly], monkeypatch: pytest.MonkeyPatch
) -> None:
    code = place.folder / "code.py"
    code.write_text("draw()")
    known = archive.makers
    monkeypatch.setattr(archive, "makers", lambda: {**known(), str(code): archive.stamp(code)})
    place.made()
    place.made()
    assert len(makings) == 1
    code.write_text("draw(better=True)")
    place.made()
    assert len(makings) == 2


def test_another_wish_is_another_ad(place: Place, makings: list[Assembly]) -> None:
    place.made()
    place.made(evolve(place.ad, loudness_lufs=-20.0))
    assert place.ad.provenance is not None
    place.made(evolve(place.ad, provenance=evolve(place.ad.provenance, title="Other")))
    place.made(certifies=True)
    assert len(makings) == 4


def test_a_signed_ad_is_never_kept(place: Place, makings: list[Assembly]) -> None:
    place.made(sign=lambda *_: None)
    place.made(sign=lambda *_: None)
    assert len(makings) == 2


def test_looking_for_a_kept_ad_loads_nothing_that_only_making_needs() -> None:
    code = """
import sys
import ars0n_core.compositor.local
print([name for name in ("numpy", "PIL", "soxr") if name in sys.modules])
"""
    told = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert told.stdout.strip() == "[]"


def test_a_full_cache_lets_go_of_what_was_not_used_for_long(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "cache", size_bytes_max=1_200)
    for name in ("old", "new"):
        (tmp_path / name).write_bytes(bytes(1_000))
        cache.store(name, tmp_path / name)
    for path in (tmp_path / "cache").iterdir():
        os.utime(path, ns=(1, 1) if "old" in path.name else (2, 2))
    assert cache.fetch("old", tmp_path / "used")  # used again: now "new" is the older
    cache.trim()
    assert cache.fetch("old", tmp_path / "still")
    assert not cache.fetch("new", tmp_path / "gone")
