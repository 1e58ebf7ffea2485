"""
SQLite keeps what every store must keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.repositories import SqlStore
from ars0n_core.testing.conformance.stores import StoreSuite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ars0n_core.ports import Store


class TestSqlite(StoreSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        opened = SqlStore(f"sqlite:///{tmp_path / 'store.sqlite3'}")
        yield opened
        opened.close()
