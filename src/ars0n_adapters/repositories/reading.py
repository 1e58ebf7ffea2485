"""
What every repository is made of: a connection, its discipline, and how rows are read.
"""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy import Column, Select, Table, bindparam, select
from sqlalchemy.dialects import sqlite

from ars0n_adapters.repositories import rows
from ars0n_core.errors import NotFoundError

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection, Dialect

    from ars0n_adapters.repositories.engines import Discipline
    from ars0n_core.ids import OrganizationId

T = TypeVar("T")


class Lookup:
    """
    A query by one value, its text made once a database: what every request asks must not
    be put together each time. One that is *kept* finds small rows that seldom change.
    """

    def __init__(self, query: Select[Any], *names: str, is_kept: bool = False) -> None:
        self._query = query
        self._names = names
        self._is_kept = is_kept
        self._compiled: dict[str, tuple[str, tuple[str, ...] | None]] = {}

    def __call__(self, unit: Discipline, *values: object) -> tuple[Any, ...] | None:
        """
        Return the first row found with these *values* of the query's parameters, or None.
        """
        reader = unit.reader
        if reader is not None:
            text, order = self._written(_SQLITE)
            asked = dict(zip(self._names, values, strict=True))
            given = tuple([asked[name] for name in order or ()])
            with suppress(sqlite3.Error):  # asked again below, whatever is wrong is told as ever
                return reader.kept_row(text, given) if self._is_kept else reader.row(text, given)
        return self._ask(unit.connection, dict(zip(self._names, values, strict=True)))

    def _ask(self, connection: Connection, asked: dict[str, object]) -> tuple[Any, ...] | None:
        dialect = connection.dialect
        text, order = self._written(dialect)
        given: Any = asked if order is None else tuple(asked[name] for name in order)
        cursor = connection.connection.cursor()
        try:
            cursor.execute(text, given)
            return cursor.fetchone()
        except dialect.loaded_dbapi.Error:
            # The same, the long way.
            row = connection.exec_driver_sql(text, given).first()
            return None if row is None else tuple(row)
        finally:
            cursor.close()

    def _written(self, dialect: Dialect) -> tuple[str, tuple[str, ...] | None]:
        """
        Return the query's text, and the order of its parameters if they have no names.
        """
        known = self._compiled.get(dialect.name)
        if known is None:
            compiled: Any = self._query.compile(dialect=dialect)
            order = tuple(compiled.positiontup) if compiled.positional else None
            known = self._compiled[dialect.name] = (str(compiled), order)
        return known


def lookup(column: Column[Any], *wanted: Column[Any]) -> Lookup:
    """
    Return the look-up of the *wanted* columns by one value of *column*, which is kept.
    """
    return Lookup(select(*wanted).where(column == bindparam("value")), "value", is_kept=True)


_SQLITE: Final[Dialect] = sqlite.dialect()


class Repository:
    """
    What every repository is made of: the unit of work's connection and discipline.
    """

    def __init__(self, unit: Discipline) -> None:
        self.unit = unit

    @property
    def connection(self) -> Connection:
        """
        The unit's connection.
        """
        return self.unit.connection

    def read(self, query: Select[Any], kind: type[T]) -> tuple[T, ...]:
        """
        Return the values that *query* finds in ``body`` columns.
        """
        return tuple(rows.load(row.body, kind) for row in self.connection.execute(query))

    def look_up(self, found_by: Lookup, value: str, kind: type[T]) -> T | None:
        """
        Return the one value that *found_by* finds in its ``body`` column, or None.
        """
        row = found_by(self.unit, value)
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
