"""
The suites find an adapter out that breaks its port's promise, and read what adapters make.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from PIL import Image

from ars0n_adapters.memory import MemoryStore
from ars0n_adapters.memory.messages import MemoryDeliveries
from ars0n_adapters.memory.works import MemoryVersions
from ars0n_core.ports import ClipOrder
from ars0n_core.specs.model import AspectRatio, VideoModel
from ars0n_core.testing import fakes
from ars0n_core.testing.conformance import media
from ars0n_core.testing.conformance.clips import VideoGeneratorSuite
from ars0n_core.testing.conformance.stores import StoreSuite

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def careless_store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    """
    A store where who saves last saves over the others.
    """
    for rows, table in ((MemoryVersions, "versions"), (MemoryDeliveries, "deliveries")):

        def save(self: Any, row: Any, _save: Any = rows.save, _table: str = table) -> Any:
            stored = getattr(self._tables, _table)[row.id]
            return _save(self, evolve(row, revision=stored.revision))

        monkeypatch.setattr(rows, "save", save)
    return MemoryStore()


def test_a_store_that_saves_over_others_is_found_out(careless_store: MemoryStore) -> None:
    suite = StoreSuite()
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        suite.test_a_stale_delivery_is_not_saved(careless_store)
    furnish: Any = StoreSuite.furnished
    furnished = furnish.__wrapped__(suite, careless_store)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        suite.test_a_stale_version_is_not_saved(furnished)


def test_a_generator_that_never_finishes_is_found_out(tmp_path: Path) -> None:
    endless = fakes.FakeClips(looks=10**9)
    still = tmp_path / "still.png"
    still.write_bytes(media.png(72, 128))
    order = ClipOrder(
        still=still,
        prompt="Slow push in",
        model=VideoModel.FAST,
        aspect_ratio=AspectRatio.PORTRAIT,
        seconds=4,
        seed="a",
        label="job_1-1",
    )
    with pytest.raises(AssertionError, match="never finished"):
        VideoGeneratorSuite().test_a_clip_is_ordered_here_and_fetched_elsewhere(
            endless, endless, order, tmp_path, 0.0
        )


def test_sizes_and_lengths_are_read_where_there_are_any(tmp_path: Path) -> None:
    made = tmp_path / "made"
    for form in ("PNG", "JPEG"):
        content = io.BytesIO()
        Image.new("RGB", (48, 30)).save(content, form)
        made.write_bytes(content.getvalue())
        assert media.size_of(made) == (48, 30)
        assert media.seconds_of(made) is None
    made.write_bytes(media.wav(0.5))
    assert media.size_of(made) is None
    assert media.seconds_of(made) == 0.5
    assert media.film_seconds_of(made) is None
