"""
The ledger's entries, and the cached sums over them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from ars0n_adapters.repositories import rows, tables
from ars0n_adapters.repositories.reading import Repository
from ars0n_core.ledger import Entry

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.ids import OrganizationId


class SqlLedger(Repository):
    """
    The book, with its sums cached beside it.
    """

    def append(self, entry: Entry) -> bool:
        """
        Book *entry* unless its reference is booked already.
        """
        self.unit.write()
        table = tables.entries
        known = select(table.c.number).where(
            table.c.organization_id == entry.organization_id, table.c.reference == entry.reference
        )
        if self.connection.execute(known).first() is not None:
            return False
        self.connection.execute(
            insert(table).values(
                organization_id=entry.organization_id,
                reference=entry.reference,
                booked_at=rows.instant(entry.booked_at),
                body=rows.dump(entry),
            )
        )
        for posting in entry.postings:
            self._move(entry.organization_id, posting.source, -posting.credits)
            self._move(entry.organization_id, posting.destination, posting.credits)
        return True

    def balance(self, organization_id: OrganizationId, account: str) -> int:
        """
        Return the account's balance.
        """
        query = select(tables.balances.c.credits).where(
            tables.balances.c.organization_id == organization_id,
            tables.balances.c.account == account,
        )
        return self.connection.execute(query).scalar() or 0

    def entries(
        self,
        organization_id: OrganizationId,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
    ) -> tuple[Entry, ...]:
        """
        Return the organisation's entries from *start* on and before *end*, oldest first.
        """
        table = tables.entries
        query = select(table.c.body).where(table.c.organization_id == organization_id)
        if start is not None:
            query = query.where(table.c.booked_at >= rows.instant(start))
        if end is not None:
            query = query.where(table.c.booked_at < rows.instant(end))
        return self.read(query.order_by(table.c.number), Entry)

    def _move(self, organization_id: OrganizationId, account: str, credits_moved: int) -> None:
        table = tables.balances
        moved = self.connection.execute(
            update(table)
            .where(table.c.organization_id == organization_id, table.c.account == account)
            .values(credits=table.c.credits + credits_moved)
        )
        if moved.rowcount == 0:
            self.connection.execute(
                insert(table).values(
                    organization_id=organization_id, account=account, credits=credits_moved
                )
            )
