"""
What every repository is made of: a connection, its discipline, and how rows are read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column, Select, Table, bindparam, select

from ars0n_adapters.repositories import rows
from ars0n_core.errors import NotFoundError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from ars0n_adapters.repositories.engines import Discipline
    from ars0n_core.ids import OrganizationId

T = TypeVar("T")


class Lookup:
    """
    A query by one value, its text made once a database: what every request asks must not
    be put together each time.
    """

    def __init__(self, column: Column[Any], *wanted: Column[Any]) -> None:
        self._query = select(*wanted).where(column == bindparam("value"))
        self._compiled: dict[str, tuple[str, bool]] = {}

    def __call__(self, connection: Connection, value: str) -> tuple[Any, ...] | None:
        """
        Return the first row whose column has this *value*, or None.
        """
        dialect = connection.dialect
        known = self._compiled.get(dialect.name)
        if known is None:
            compiled = self._query.compile(dialect=dialect)
            known = self._compiled[dialect.name] = (str(compiled), bool(compiled.positional))
        text, is_positional = known
        asked = (value,) if is_positional else {"value": value}
        cursor = connection.connection.cursor()
        try:
            # By the driver itself: a result of SQLAlchemy's costs more than the query.
            cursor.execute(text, asked)
            return cursor.fetchone()
        except dialect.loaded_dbapi.Error:
            # Asked again the long way, whatever is wrong is told as ever.
            row = connection.exec_driver_sql(text, asked).first()
            return None if row is None else tuple(row)
        finally:
            cursor.close()


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

    def look_up(self, lookup: Lookup, value: str, kind: type[T]) -> T | None:
        """
        Return the one value that *lookup* finds in its ``body`` column, or None.
        """
        row = lookup(self.connection, value)
        return None if row is None else rows.load_again(row[0], kind)  # type: ignore[arg-type]  # a class can be hashed

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
