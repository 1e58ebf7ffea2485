"""
PostgreSQL, really started, keeps what every store must keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.repositories import SqlStore
from ars0n_core.testing.conformance.stores import StoreSuite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_core.ports import Store


class TestPostgres(StoreSuite):
    @pytest.fixture
    def store(self, postgres: str) -> Iterator[Store]:
        opened = SqlStore(postgres)
        yield opened
        opened.close()

    @pytest.fixture
    def elsewhere(self, store: Store, postgres: str) -> Iterator[Store]:
        opened = SqlStore(postgres)
        yield opened
        opened.close()
