"""
What every `Store` must do with answers to repeat and events to tell.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.errors import StaleRevisionError
from ars0n_core.ids import AssetId, OrganizationId, ProjectId, VersionId
from ars0n_core.ports import Delivery, DeliveryStatus, Reply, Webhook
from ars0n_core.specs.model import AdFormat

if TYPE_CHECKING:
    from ars0n_core.ports import Store

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
OURS = OrganizationId("org_ours")
THEIRS = OrganizationId("org_theirs")
URL = "https://example.com/hook?a=ü"


def a_reply(key: str = "k1", *, organization_id: OrganizationId = OURS) -> Reply:
    """
    Return a request that is being answered.
    """
    return Reply(
        organization_id=organization_id,
        scope="post_generate",
        key=key,
        fingerprint="f" * 64,
        token="t" * 64,
        asked_at=NOON,
        claimed_until=NOON + timedelta(minutes=5),
    )


def a_webhook(number: int = 1, *, organization_id: OrganizationId = OURS) -> Webhook:
    """
    Return where the end of a version is told.
    """
    return Webhook(
        version_id=VersionId(f"ver_{number}"),
        organization_id=organization_id,
        url=URL,
        secret=f"whsec_{organization_id}",
        origin="https://ads.example",
    )


def a_delivery(number: int = 1, *, organization_id: OrganizationId = OURS) -> Delivery:
    """
    Return an event due *number* seconds after noon.
    """
    return Delivery(
        id=f"msg_{number}",
        organization_id=organization_id,
        version_id=VersionId(f"ver_{number}"),
        project_id=ProjectId("proj_1"),
        ad_format=AdFormat.RADIO,
        event="version.completed",
        happened_at=NOON + timedelta(seconds=number),
        total_credits=4,
        output=AssetId("asset_1"),
        next_at=NOON + timedelta(seconds=number),
    )


class MessageRules:
    """
    The part of `stores.StoreSuite` about messages.
    """

    @pytest.fixture
    def store(self) -> Store:
        """
        Return an empty store.
        """
        raise AssertionError("give the fixture `store`")

    def test_a_reply_comes_back_and_is_replaced(self, store: Store) -> None:
        """
        By organisation, scope and key together.
        """
        answered = evolve(a_reply(), status=200, body='{"a":"ü"}', booked="charge/x")
        with store.transaction() as tx:
            tx.replies.save(a_reply())
            tx.commit()
        with store.transaction() as tx:
            assert a_reply() == tx.replies.find(OURS, "post_generate", "k1")
            assert tx.replies.find(THEIRS, "post_generate", "k1") is None
            assert tx.replies.find(OURS, "post_edit", "k1") is None
            assert tx.replies.find(OURS, "post_generate", "k2") is None
            assert tx.replies.find(OURS, "post_generate", "K1") is None
            assert tx.replies.find(OURS, "post_generate", "k1 ") is None
            tx.replies.save(answered)
            tx.commit()

        with store.transaction() as tx:
            assert answered == tx.replies.find(OURS, "post_generate", "k1")

    def test_a_reply_that_was_not_committed_was_never_given(self, store: Store) -> None:
        """
        It is stored with what it answers for, or not at all.
        """
        with store.transaction() as tx:
            tx.replies.save(a_reply())

        with store.transaction() as tx:
            assert tx.replies.find(OURS, "post_generate", "k1") is None

    def test_replies_are_forgotten(self, store: Store) -> None:
        """
        One, or all that are too old.
        """
        with store.transaction() as tx:
            tx.replies.save(a_reply("old"))
            tx.replies.save(a_reply("gone"))
            tx.replies.save(evolve(a_reply("new"), asked_at=NOON + timedelta(hours=1)))
            tx.replies.delete(OURS, "post_generate", "gone")
            tx.replies.delete(OURS, "post_generate", "gone")
            tx.commit()
        with store.transaction() as tx:
            assert tx.replies.forget(NOON + timedelta(hours=1)) == 1
            tx.commit()

        with store.transaction() as tx:
            assert tx.replies.find(OURS, "post_generate", "old") is None
            assert tx.replies.find(OURS, "post_generate", "gone") is None
            assert tx.replies.find(OURS, "post_generate", "new") is not None

    def test_where_an_end_is_told_is_known(self, store: Store) -> None:
        """
        By version; the secret by organisation and URL.
        """
        with store.transaction() as tx:
            tx.deliveries.subscribe(a_webhook(1))
            tx.deliveries.subscribe(a_webhook(2))
            tx.deliveries.subscribe(a_webhook(3, organization_id=THEIRS))
            tx.commit()
        with store.transaction() as tx:
            assert a_webhook(1) == tx.deliveries.webhook(VersionId("ver_1"))
            assert tx.deliveries.webhook(VersionId("ver_9")) is None
            assert tx.deliveries.secret(OURS, URL) == "whsec_org_ours"
            assert tx.deliveries.secret(OURS, URL + "&b=1") is None
            tx.deliveries.unsubscribe(OURS, URL)
            tx.commit()

        with store.transaction() as tx:
            assert tx.deliveries.webhook(VersionId("ver_1")) is None
            assert tx.deliveries.webhook(VersionId("ver_2")) is None
            assert tx.deliveries.secret(OURS, URL) is None
            assert tx.deliveries.secret(THEIRS, URL) == "whsec_org_theirs"

    def test_events_are_due_when_their_time_has_come(self, store: Store) -> None:
        """
        The longest due first; settled ones never.
        """
        with store.transaction() as tx:
            for number in (3, 1, 2, 9):
                tx.deliveries.add(a_delivery(number))
            tx.deliveries.add(evolve(a_delivery(4), next_at=None, status=DeliveryStatus.FAILED))
            tx.commit()

        with store.transaction() as tx:
            due = tx.deliveries.due(NOON + timedelta(seconds=3), limit=10)
            assert tuple(a_delivery(number) for number in (1, 2, 3)) == due
            assert len(tx.deliveries.due(NOON + timedelta(seconds=3), limit=2)) == 2

    def test_a_stale_delivery_is_not_saved(self, store: Store) -> None:
        """
        So of two who would tell the same event, one does.
        """
        with store.transaction() as tx:
            tx.deliveries.add(a_delivery())
            tx.commit()
        with store.transaction() as tx:
            first = tx.deliveries.save(evolve(a_delivery(), attempts=1, next_at=None))
            tx.commit()
        assert first.revision == 1

        with pytest.raises(StaleRevisionError), store.transaction() as tx:  # noqa: PT012 - one unit
            tx.deliveries.save(evolve(a_delivery(), attempts=1))
            tx.commit()

        with store.transaction() as tx:
            assert (first,) == tx.deliveries.of(OURS, limit=5, offset=0)

    def test_the_log_comes_in_pages_newest_first(self, store: Store) -> None:
        """
        Only the organisation's own, and their number is known.
        """
        with store.transaction() as tx:
            for number in (1, 2, 3):
                tx.deliveries.add(a_delivery(number))
            tx.deliveries.add(a_delivery(9, organization_id=THEIRS))
            tx.commit()

        with store.transaction() as tx:
            page = tx.deliveries.of(OURS, limit=2, offset=0)
            assert (a_delivery(3), a_delivery(2)) == page
            assert (a_delivery(1),) == tx.deliveries.of(OURS, limit=2, offset=2)
            assert tx.deliveries.count(OURS) == 3

    def test_settled_events_are_forgotten_in_time(self, store: Store) -> None:
        """
        What is still to be told is not.
        """
        settled = evolve(a_delivery(1), next_at=None, status=DeliveryStatus.DELIVERED)
        with store.transaction() as tx:
            tx.deliveries.add(settled)
            tx.deliveries.add(a_delivery(2))
            tx.deliveries.add(evolve(settled, id="msg_3", happened_at=NOON + timedelta(hours=1)))
            tx.commit()
        with store.transaction() as tx:
            assert tx.deliveries.forget(NOON + timedelta(hours=1)) == 1
            tx.commit()

        with store.transaction() as tx:
            left = [one.id for one in tx.deliveries.of(OURS, limit=5, offset=0)]
            assert left == ["msg_3", "msg_2"]

    def test_a_deleted_project_is_told_of_no_more(self, store: Store) -> None:
        """
        Neither where its ends are told nor what was told stays.
        """
        with store.transaction() as tx:
            tx.deliveries.add(a_delivery(1))
            tx.deliveries.add(evolve(a_delivery(2), project_id=ProjectId("proj_2")))
            tx.projects.delete(ProjectId("proj_1"))
            tx.commit()

        with store.transaction() as tx:
            assert [one.id for one in tx.deliveries.of(OURS, limit=5, offset=0)] == ["msg_2"]
