"""
The reference for storage keeps what every store must keep.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.memory import MemoryStore
from ars0n_core.testing.conformance.stores import StoreSuite

if TYPE_CHECKING:
    from ars0n_core.ports import Store


class TestMemory(StoreSuite):
    @pytest.fixture
    def store(self) -> Store:
        return MemoryStore()
