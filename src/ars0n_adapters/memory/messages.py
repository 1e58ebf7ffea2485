"""
Replies and deliveries in this process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_adapters.memory import tables
from ars0n_adapters.memory.tables import Tables
from ars0n_core.errors import StaleRevisionError

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.ids import OrganizationId, VersionId
    from ars0n_core.ports import Delivery, Reply, Webhook


@frozen
class MemoryReplies:
    """
    `Replies` in this process.
    """

    _tables: Tables

    def find(self, organization_id: OrganizationId, scope: str, key: str) -> Reply | None:
        """
        Return the reply, or None.
        """
        return self._tables.replies.get((organization_id, scope, key))

    def save(self, reply: Reply) -> None:
        """
        Store *reply*.
        """
        self._tables.replies[reply.organization_id, reply.scope, reply.key] = reply

    def delete(self, organization_id: OrganizationId, scope: str, key: str) -> None:
        """
        Forget the reply.
        """
        self._tables.replies.pop((organization_id, scope, key), None)

    def forget(self, before: datetime) -> int:
        """
        Forget every reply asked for before that instant.
        """
        old = [place for place, reply in self._tables.replies.items() if reply.asked_at < before]
        for place in old:
            del self._tables.replies[place]
        return len(old)


@frozen
class MemoryDeliveries:
    """
    `Deliveries` in this process.
    """

    _tables: Tables

    def subscribe(self, webhook: Webhook) -> None:
        """
        Have the end of a version told.
        """
        tables.add(self._tables.webhooks, webhook.version_id, webhook)

    def webhook(self, version_id: VersionId) -> Webhook | None:
        """
        Return where the version's end is told, or None.
        """
        return self._tables.webhooks.get(version_id)

    def secret(self, organization_id: OrganizationId, url: str) -> str | None:
        """
        Return what signs for the organisation at *url*.
        """
        found = self._at(organization_id, url)
        return found[0].secret if found else None

    def unsubscribe(self, organization_id: OrganizationId, url: str) -> None:
        """
        Tell nothing more of the organisation at *url*.
        """
        for webhook in self._at(organization_id, url):
            del self._tables.webhooks[webhook.version_id]

    def add(self, delivery: Delivery) -> None:
        """
        Store an event to be told.
        """
        tables.add(self._tables.deliveries, delivery.id, delivery)

    def save(self, delivery: Delivery) -> Delivery:
        """
        Replace a stored delivery, unless it was saved since it was read.
        """
        known = self._tables.deliveries.get(delivery.id)
        if known is None or known.revision != delivery.revision:
            raise StaleRevisionError
        saved = evolve(delivery, revision=delivery.revision + 1)
        self._tables.deliveries[delivery.id] = saved
        return saved

    def due(self, now: datetime, *, limit: int) -> tuple[Delivery, ...]:
        """
        Return pending deliveries whose time has come, longest due first.
        """
        waiting = [
            (delivery.next_at, delivery)
            for delivery in self._tables.deliveries.values()
            if delivery.next_at is not None and delivery.next_at <= now
        ]
        return tuple(one for _, one in sorted(waiting, key=lambda pair: pair[0]))[:limit]

    def of(
        self, organization_id: OrganizationId, *, limit: int, offset: int
    ) -> tuple[Delivery, ...]:
        """
        Return a page of the organisation's deliveries, newest first.
        """
        return tuple(reversed(self._all(organization_id)))[offset : offset + limit]

    def count(self, organization_id: OrganizationId) -> int:
        """
        Return how many deliveries the organisation has.
        """
        return len(self._all(organization_id))

    def forget(self, before: datetime) -> int:
        """
        Forget every settled delivery of what happened before that instant.
        """
        old = [
            delivery.id
            for delivery in self._tables.deliveries.values()
            if delivery.next_at is None and delivery.happened_at < before
        ]
        for name in old:
            del self._tables.deliveries[name]
        return len(old)

    def _at(self, organization_id: OrganizationId, url: str) -> list[Webhook]:
        return [
            webhook
            for webhook in self._tables.webhooks.values()
            if webhook.organization_id == organization_id and webhook.url == url
        ]

    def _all(self, organization_id: OrganizationId) -> list[Delivery]:
        every = self._tables.deliveries.values()
        return [one for one in every if one.organization_id == organization_id]
