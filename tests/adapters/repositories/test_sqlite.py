"""
SQLite keeps what every store must keep.
"""

from __future__ import annotations

from collections import deque
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from sqlalchemy import event
from sqlalchemy.engine import Engine

from ars0n_adapters.memory import MemoryBlobs, MemoryRateWindows
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.system import RandomIds, TemporaryFolders
from ars0n_core.access import ApiKey, Organization
from ars0n_core.errors import PortError, UnauthenticatedError
from ars0n_core.ids import ApiKeyId, OrganizationId
from ars0n_core.ports import Policy
from ars0n_core.testing.conformance.stores import StoreSuite
from ars0n_core.testing.shop import played
from ars0n_core.usecases import billing
from ars0n_core.usecases.admit import admit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ars0n_core.ports import Store


class TestSqlite(StoreSuite):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[Store]:
        opened = SqlStore(f"sqlite:///{tmp_path / 'store.sqlite3'}")
        yield opened
        opened.close()

    @pytest.fixture
    def elsewhere(self, store: Store, tmp_path: Path) -> Iterator[Store]:
        opened = SqlStore(f"sqlite:///{tmp_path / 'store.sqlite3'}")
        yield opened
        opened.close()


def test_what_is_kept_is_forgotten_when_another_process_stores_something(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    ours, theirs = SqlStore(url), SqlStore(url)
    made = datetime(2026, 1, 1, tzinfo=UTC)
    organization = Organization(id=OrganizationId("org_1"), name="before", created_at=made)
    key = ApiKey(
        id=ApiKeyId("key_1"), organization_id=organization.id, name="k", digest="d",
        hint="sk_live_0000", created_at=made,
    )  # fmt: skip

    def seen() -> tuple[str, ApiKey | None]:
        with ours.transaction() as tx:
            return tx.organizations.find(organization.id).name, tx.keys.find("d")

    with theirs.transaction() as tx:
        tx.organizations.add(organization)
        tx.commit()
    assert seen() == ("before", None)
    assert seen() == ("before", None)
    with theirs.transaction() as tx:
        tx.keys.add(key)
        tx.organizations.save(evolve(organization, name="after"))
        assert seen() == ("before", None)
        tx.commit()
    assert seen() == ("after", key)
    with ours.transaction() as tx:
        tx.keys.save(evolve(key, revoked_at=made))
        tx.commit()
    assert seen() == ("after", evolve(key, revoked_at=made))
    ours.close()
    theirs.close()


PAGES_MAX = 70


@pytest.fixture
def full() -> Iterator[None]:
    """
    Databases that have no room beyond a few pages.
    """

    def limit(connection: Any, _: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {PAGES_MAX}")

    event.listen(Engine, "connect", limit)
    yield
    event.remove(Engine, "connect", limit)


def test_a_full_disk_is_the_machines_fault_and_takes_nothing_with_it(
    tmp_path: Path, full: None
) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'store.sqlite3'}")

    def add(number: int) -> None:
        organization = Organization(
            id=OrganizationId(f"org_{number}"),
            name="n" * 50_000,
            created_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        with store.transaction() as tx:
            tx.organizations.add(organization)
            tx.commit()

    add(0)
    with pytest.raises(PortError, match="full"):
        deque(map(add, range(1, 100)))
    with store.transaction() as tx:
        assert tx.organizations.find(OrganizationId("org_0")).name
    store.close()


class Interrupted:
    """
    A `Store` in which something happens right after a key was looked up for the first time.
    """

    def __init__(self, behind: Store) -> None:
        self._behind = behind
        self.act: Callable[[], object] | None = None

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        with self._behind.transaction() as tx:
            yield SimpleNamespace(
                organizations=tx.organizations,
                keys=SimpleNamespace(
                    find=partial(self._find, tx), of=tx.keys.of, add=tx.keys.add, save=tx.keys.save
                ),
                commit=tx.commit,
            )

    def _find(self, tx: Any, digest: str) -> ApiKey | None:
        key: ApiKey | None = tx.keys.find(digest)
        act, self.act = self.act, None
        if act is not None:
            act()
        return key


def test_no_note_of_a_keys_use_undoes_its_revocation(tmp_path: Path) -> None:
    store = SqlStore(f"sqlite:///{tmp_path / 'store.sqlite3'}")
    interrupted: Any = Interrupted(store)
    ports = played(
        store=interrupted,
        rates=MemoryRateWindows(),
        blobs=MemoryBlobs(),
        scratch=TemporaryFolders(tmp_path),
    )
    ports = evolve(ports, ids=RandomIds())
    organization_id = billing.create_organization(ports, "Ours").id
    made = billing.create_key(ports, organization_id, "k")
    interrupted.act = lambda: billing.revoke_key(ports, organization_id, made.key.id)

    with pytest.raises(UnauthenticatedError):
        admit(ports, Policy(), made.plain)

    (kept,) = billing.keys(ports, organization_id)
    assert kept.revoked_at is not None
    store.close()
