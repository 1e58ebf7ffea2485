"""
SQLite keeps what every store must keep.
"""

from __future__ import annotations

from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from sqlalchemy import event
from sqlalchemy.engine import Engine

from ars0n_adapters.repositories import SqlStore
from ars0n_core.access import ApiKey, Organization
from ars0n_core.errors import PortError
from ars0n_core.ids import ApiKeyId, OrganizationId
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


PAGES_MAX = 60


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
