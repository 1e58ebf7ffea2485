"""
Products to try the laws on: all in memory, or in SQLite.
"""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import define, field

from ars0n_adapters.memory import MemoryBlobs, MemoryRateWindows, MemoryStore
from ars0n_adapters.repositories import SqlStore
from ars0n_core.testing.shop import Shop, played

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from ars0n_core.ports import Ports, Store


@define
class FoldersLentAgain:
    """
    A `Scratch` for thousands of histories: its folders are emptied and lent again. Removing
    them, which is what a disk takes longest for, would be most of a law's time.
    """

    root: Path
    count: int = 0
    free: list[Path] = field(factory=list)

    @contextmanager
    def folder(self) -> Iterator[Path]:
        path = self.free.pop() if self.free else self.another()
        try:
            yield path
        finally:
            for left in path.iterdir():
                shutil.rmtree(left) if left.is_dir() else left.unlink()
            self.free.append(path)

    def another(self) -> Path:
        self.count += 1
        path = self.root / str(self.count)
        path.mkdir()
        return path


def over(store: Store, scratch: FoldersLentAgain) -> Ports:
    return played(store=store, rates=MemoryRateWindows(), blobs=MemoryBlobs(), scratch=scratch)


@contextmanager
def in_memory(scratch: FoldersLentAgain) -> Iterator[Ports]:
    yield over(MemoryStore(), scratch)


@contextmanager
def in_sqlite(scratch: FoldersLentAgain) -> Iterator[Ports]:
    with scratch.folder() as folder:
        store = SqlStore(f"sqlite:///{folder / 'store.sqlite3'}")
        try:
            yield over(store, scratch)
        finally:
            store.close()


@pytest.fixture(scope="session")
def folders_lent_again(tmp_path_factory: pytest.TempPathFactory) -> FoldersLentAgain:
    return FoldersLentAgain(tmp_path_factory.mktemp("scratch"))


@pytest.fixture(scope="session")
def memory_ports(
    folders_lent_again: FoldersLentAgain,
) -> Callable[[], AbstractContextManager[Ports]]:
    return partial(in_memory, folders_lent_again)


@pytest.fixture(scope="session", params=[in_memory, in_sqlite], ids=["memory", "sqlite"])
def any_ports(
    request: pytest.FixtureRequest, folders_lent_again: FoldersLentAgain
) -> Callable[[], AbstractContextManager[Ports]]:
    return partial(request.param, folders_lent_again)


@pytest.fixture(scope="session")
def open_shop(
    memory_ports: Callable[[], AbstractContextManager[Ports]],
) -> Callable[[], AbstractContextManager[Shop]]:
    """
    A function that opens a fresh product in memory, as often as a law needs one.
    """

    @contextmanager
    def opened() -> Iterator[Shop]:
        with memory_ports() as ports:
            yield Shop(ports)

    return opened
