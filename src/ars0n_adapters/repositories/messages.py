"""
The answers to repeat, and the events to tell.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from attrs import evolve
from sqlalchemy import ColumnElement, Select, and_, delete, func, insert, select, update

from ars0n_adapters.repositories import rows, tables
from ars0n_adapters.repositories.reading import Repository
from ars0n_core.errors import StaleRevisionError
from ars0n_core.ports import Delivery, Reply, Webhook

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.ids import OrganizationId, VersionId


class SqlReplies(Repository):
    """
    The answers kept to be repeated.
    """

    def find(self, organization_id: OrganizationId, scope: str, key: str) -> Reply | None:
        """
        Return the reply, or None.
        """
        query = select(tables.replies.c.body).where(_is_reply(organization_id, scope, key))
        return next(iter(self.read(query, Reply)), None)

    def save(self, reply: Reply) -> None:
        """
        Store *reply*, in the place of the one of its organisation, scope and key.
        """
        values = {"asked_at": rows.instant(reply.asked_at), "body": rows.dump(reply)}
        place = _is_reply(reply.organization_id, reply.scope, reply.key)
        if self.write(update(tables.replies).where(place).values(**values)):
            return
        self.write(
            insert(tables.replies).values(
                organization_id=reply.organization_id, scope=reply.scope, key=reply.key, **values
            )
        )

    def delete(self, organization_id: OrganizationId, scope: str, key: str) -> None:
        """
        Forget the reply.
        """
        self.write(delete(tables.replies).where(_is_reply(organization_id, scope, key)))

    def forget(self, before: datetime) -> int:
        """
        Forget every reply asked for before that instant.
        """
        old = tables.replies.c.asked_at < rows.instant(before)
        return self.write(delete(tables.replies).where(old))


class SqlDeliveries(Repository):
    """
    Where ends are told, and the events to tell.
    """

    def subscribe(self, webhook: Webhook) -> None:
        """
        Have the end of a version told.
        """
        self.write(
            insert(tables.webhooks).values(
                version_id=webhook.version_id,
                organization_id=webhook.organization_id,
                url_digest=_digest(webhook.url),
                body=rows.dump(webhook),
            )
        )

    def webhook(self, version_id: VersionId) -> Webhook | None:
        """
        Return where the version's end is told, or None.
        """
        query = select(tables.webhooks.c.body).where(tables.webhooks.c.version_id == version_id)
        return next(iter(self.read(query, Webhook)), None)

    def secret(self, organization_id: OrganizationId, url: str) -> str | None:
        """
        Return what signs for the organisation at *url*.
        """
        query = select(tables.webhooks.c.body).where(_is_at(organization_id, url)).limit(1)
        found = self.read(query, Webhook)
        return found[0].secret if found else None

    def unsubscribe(self, organization_id: OrganizationId, url: str) -> None:
        """
        Tell nothing more of the organisation at *url*.
        """
        self.write(delete(tables.webhooks).where(_is_at(organization_id, url)))

    def add(self, delivery: Delivery) -> None:
        """
        Store an event to be told.
        """
        self.write(
            insert(tables.deliveries).values(
                id=delivery.id,
                organization_id=delivery.organization_id,
                project_id=delivery.project_id,
                happened_at=rows.instant(delivery.happened_at),
                **_changing(delivery),
            )
        )

    def save(self, delivery: Delivery) -> Delivery:
        """
        Replace a stored delivery against the revision it was read at.
        """
        table = tables.deliveries
        saved = evolve(delivery, revision=delivery.revision + 1)
        written = self.write(
            update(table)
            .where(table.c.id == delivery.id, table.c.revision == delivery.revision)
            .values(**_changing(saved))
        )
        if written != 1:
            raise StaleRevisionError
        return saved

    def due(self, now: datetime, *, limit: int) -> tuple[Delivery, ...]:
        """
        Return pending deliveries whose time has come, longest due first.
        """
        table = tables.deliveries
        query = select(table.c.body).where(table.c.next_at <= rows.instant(now))
        return self.read(query.order_by(table.c.next_at, table.c.number).limit(limit), Delivery)

    def of(
        self, organization_id: OrganizationId, *, limit: int, offset: int
    ) -> tuple[Delivery, ...]:
        """
        Return a page of the organisation's deliveries, newest first.
        """
        table = tables.deliveries
        query: Select[Any] = select(table.c.body).where(table.c.organization_id == organization_id)
        newest = query.order_by(table.c.number.desc())
        return self.read(newest.limit(limit).offset(offset), Delivery)

    def count(self, organization_id: OrganizationId) -> int:
        """
        Return how many deliveries the organisation has.
        """
        table = tables.deliveries
        whose = table.c.organization_id == organization_id
        query = select(func.count()).select_from(table).where(whose)
        return self.connection.execute(query).scalar_one()

    def forget(self, before: datetime) -> int:
        """
        Forget every settled delivery of what happened before that instant.
        """
        table = tables.deliveries
        old = table.c.happened_at < rows.instant(before)
        return self.write(delete(table).where(table.c.next_at.is_(None), old))


def _is_reply(organization_id: OrganizationId, scope: str, key: str) -> ColumnElement[bool]:
    columns = tables.replies.c
    return and_(
        columns.organization_id == organization_id, columns.scope == scope, columns.key == key
    )


def _is_at(organization_id: OrganizationId, url: str) -> ColumnElement[bool]:
    columns = tables.webhooks.c
    return and_(columns.organization_id == organization_id, columns.url_digest == _digest(url))


def _digest(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()


def _changing(delivery: Delivery) -> dict[str, Any]:
    return {
        "next_at": None if delivery.next_at is None else rows.instant(delivery.next_at),
        "revision": delivery.revision,
        "body": rows.dump(delivery),
    }
