"""
What happens when somebody keeps a database to himself.
"""

from __future__ import annotations

import pytest

from ars0n_adapters.repositories import SqlStore, engines
from ars0n_core.errors import ProviderUnavailableError
from ars0n_core.testing.conformance.furnishings import OURS, an_organization


def test_a_lock_that_is_not_let_go_is_not_waited_for_for_ever(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "BUSY_SECONDS", 0.2)
    store, other = SqlStore(url), SqlStore(url)
    with store.transaction() as tx:
        tx.organizations.add(an_organization())
        tx.commit()
    with store.transaction() as holding:
        holding.organizations.lock(OURS)
        with (
            pytest.raises(ProviderUnavailableError, match="locked for too long"),
            other.transaction() as tx,
        ):
            tx.organizations.lock(OURS)

    with other.transaction() as tx:
        assert tx.organizations.lock(OURS) == an_organization()
    store.close()
    other.close()
