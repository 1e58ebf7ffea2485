"""
The unit of work in this process.

Values are immutable, so a transaction works on shallow copies of the tables and puts them
in place when it commits; one lock lets transactions follow one another.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ars0n_adapters.memory.customers import MemoryAssets, MemoryKeys, MemoryOrganizations
from ars0n_adapters.memory.messages import MemoryDeliveries, MemoryReplies
from ars0n_adapters.memory.tables import Tables
from ars0n_adapters.memory.works import MemoryLedger, MemoryProjects, MemoryVersions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class MemoryStore:
    """
    A `Store` in this process.
    """

    def __init__(self) -> None:
        self._tables = Tables()
        self._lock = threading.Lock()

    @contextmanager
    def transaction(self) -> Iterator[MemoryTransaction]:
        """
        Open a unit of work; the next one waits until it ends.
        """
        with self._lock:
            yield MemoryTransaction(self._tables.copy(), self._replace)

    def _replace(self, tables: Tables) -> None:
        self._tables = tables


class MemoryTransaction:
    """
    A `Transaction` over copies of the tables.
    """

    def __init__(self, tables: Tables, replace: Callable[[Tables], None]) -> None:
        self._tables = tables
        self._replace = replace
        self.organizations = MemoryOrganizations(tables)
        self.keys = MemoryKeys(tables)
        self.assets = MemoryAssets(tables)
        self.projects = MemoryProjects(tables)
        self.versions = MemoryVersions(tables)
        self.ledger = MemoryLedger(tables)
        self.replies = MemoryReplies(tables)
        self.deliveries = MemoryDeliveries(tables)

    def commit(self) -> None:
        """
        Store everything done so far.
        """
        # A copy: what is done after the commit must not be seen until the next one.
        self._replace(self._tables.copy())
