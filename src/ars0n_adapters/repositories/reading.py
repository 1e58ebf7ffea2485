"""
What every repository is made of: a connection, its discipline, and how rows are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Select, Table, select

from ars0n_adapters.repositories import rows
from ars0n_core.errors import NotFoundError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from ars0n_adapters.repositories.engines import Discipline
    from ars0n_core.ids import OrganizationId

T = TypeVar("T")


class Repository:
    """
    What every repository is made of: a connection and its discipline.
    """

    def __init__(self, connection: Connection, unit: Discipline) -> None:
        self.connection = connection
        self.unit = unit

    def read(self, query: Select[Any], kind: type[T]) -> tuple[T, ...]:
        """
        Return the values that *query* finds in ``body`` columns.
        """
        return tuple(rows.load(row.body, kind) for row in self.connection.execute(query))

    def write(self, statement: Any) -> int:
        """
        Execute *statement* in the unit's transaction and return how many rows it changed.
        """
        self.unit.write()
        return self.connection.execute(statement).rowcount


def only(found: tuple[T, ...], kind: str, name: str) -> T:
    """
    Return the one value found.

    Raises:
        NotFoundError: There is none.
    """
    if not found:
        raise NotFoundError(kind, name)
    return found[0]


def oldest_first(table: Table, organization_id: OrganizationId | None = None) -> Select[Any]:
    """
    Return the query of a table's values, of one organisation or all, oldest first.
    """
    query = select(table.c.body).order_by(table.c.created_at, table.c.id)
    if organization_id is not None:
        query = query.where(table.c.organization_id == organization_id)
    return query
