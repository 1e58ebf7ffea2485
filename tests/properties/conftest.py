"""
Products to try the laws on: all in memory, or in SQLite.
"""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.memory import MemoryBlobs, MemoryRateWindows, MemoryStore
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.system import TemporaryFolders
from ars0n_core.testing.shop import Shop, played

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from ars0n_core.ports import Ports, Store


@contextmanager
def in_memory() -> Iterator[Ports]:
    with tempfile.TemporaryDirectory() as folder:
        yield over(MemoryStore(), Path(folder))


@contextmanager
def in_sqlite() -> Iterator[Ports]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqlStore(f"sqlite:///{Path(folder) / 'store.sqlite3'}")
        try:
            yield over(store, Path(folder))
        finally:
            store.close()


def over(store: Store, folder: Path) -> Ports:
    return played(
        store=store,
        rates=MemoryRateWindows(),
        blobs=MemoryBlobs(),
        scratch=TemporaryFolders(folder / "scratch"),
    )


@pytest.fixture(scope="session")
def memory_ports() -> Callable[[], AbstractContextManager[Ports]]:
    return in_memory


@pytest.fixture(scope="session", params=[in_memory, in_sqlite], ids=["memory", "sqlite"])
def any_ports(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[Ports]]:
    opener: Callable[[], AbstractContextManager[Ports]] = request.param
    return opener


@pytest.fixture(scope="session")
def open_shop() -> Callable[[], AbstractContextManager[Shop]]:
    """
    A function that opens a fresh product in memory, as often as a law needs one.
    """

    @contextmanager
    def opened() -> Iterator[Shop]:
        with in_memory() as ports:
            yield Shop(ports)

    return opened
