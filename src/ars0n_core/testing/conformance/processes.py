"""
What every `Store` must do for another process: show what is committed, and keep it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core import ledger
from ars0n_core.errors import StaleRevisionError
from ars0n_core.ids import EntryId, VersionId
from ars0n_core.quotas import Tier
from ars0n_core.testing.conformance.furnishings import (
    NOON,
    OURS,
    a_key,
    a_version,
    an_asset,
    an_entry,
    an_organization,
)
from ars0n_core.testing.conformance.messages import URL, a_delivery, a_reply, a_webhook

if TYPE_CHECKING:
    from ars0n_core.ports import Store


class ProcessRules:
    """
    What two processes over the same data see. Part of `StoreSuite`.
    """

    def test_all_that_is_committed_is_there_in_another_process(
        self, furnished: Store, elsewhere: Store
    ) -> None:
        """
        Or after a restart. Answers to repeat above all: without them, a request sent again
        is charged again.
        """
        answered = evolve(a_reply(), status=200, body="{}", booked="charge/x")
        with furnished.transaction() as tx:
            tx.keys.add(a_key())
            tx.assets.add(an_asset())
            tx.versions.add(a_version())
            tx.ledger.append(an_entry())
            tx.replies.save(answered)
            tx.deliveries.subscribe(a_webhook())
            tx.deliveries.add(a_delivery())
            tx.commit()

        with elsewhere.transaction() as tx:
            assert a_key() == tx.keys.find(a_key().digest)
            assert an_asset() == tx.assets.find(an_asset().id)
            assert a_version() == tx.versions.find(VersionId("ver_1"))
            assert answered == tx.replies.find(OURS, "post_generate", "k1")
            assert a_webhook() == tx.deliveries.webhook(VersionId("ver_1"))
            assert tx.deliveries.secret(OURS, URL) == a_webhook().secret
            assert (a_delivery(),) == tx.deliveries.of(OURS, limit=5, offset=0)
            assert not tx.ledger.append(evolve(an_entry(), id=EntryId("entry_again")))
            assert tx.ledger.balance(OURS, ledger.PREPAID) == 500

    def test_nothing_that_was_read_before_hides_what_is_there_now(
        self, furnished: Store, elsewhere: Store
    ) -> None:
        """
        A revoked key, a spent balance, a changed version: whoever looked before the change
        sees it with the next look.
        """
        with furnished.transaction() as tx:
            tx.keys.add(a_key())
            tx.versions.add(a_version())
            tx.ledger.append(an_entry(1))
            tx.commit()
        for store in (furnished, elsewhere):
            with store.transaction() as tx:
                assert a_key() == tx.keys.find(a_key().digest)
                assert an_organization() == tx.organizations.find(OURS)
                assert tx.ledger.balance(OURS, ledger.PREPAID) == 500
                assert a_version() == tx.versions.find(VersionId("ver_1"))
                assert (a_version(),) == tx.versions.generating(OURS)

        revoked = evolve(a_key(), revoked_at=NOON)
        raised = evolve(an_organization(), tier=Tier.ENTERPRISE)
        with elsewhere.transaction() as tx:
            tx.keys.save(revoked)
            tx.organizations.save(raised)
            tx.ledger.append(an_entry(2))
            saved = tx.versions.save(evolve(a_version(), total_credits=7))
            tx.commit()

        for store in (furnished, elsewhere):
            with store.transaction() as tx:
                assert revoked == tx.keys.find(a_key().digest)
                assert raised == tx.organizations.find(OURS)
                assert tx.ledger.balance(OURS, ledger.PREPAID) == 1000
                assert saved == tx.versions.find(VersionId("ver_1"))
                assert (saved,) == tx.versions.generating(OURS)
        with pytest.raises(StaleRevisionError), furnished.transaction() as tx:  # noqa: PT012 - one unit
            tx.versions.save(evolve(a_version(), total_credits=8))
            tx.commit()  # pragma: no cover - where a store of yours may be the first to refuse
