"""
Connections to a SQLite file that only look rows up: by the driver itself, since a result
of SQLAlchemy's costs more than the query.

SQLite says for each connection whether anybody else has stored anything since it was last
asked (``data_version``), and saying so costs less than a query. So what every request asks
for and hardly ever changes, keys and customers, is kept until something is stored, in
whatever process.
"""

from __future__ import annotations

import sqlite3
from collections import deque
from typing import Any, Final

KEPT_MAX: Final = 16
"""
Connections that stay open when nobody uses them.
"""

_ROWS_MAX: Final = 512
# Rows of a few hundred bytes that a connection keeps.

_BUSY_SECONDS: Final = 30


class Reader:
    """
    One connection, used by one unit of work at a time.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: dict[tuple[Any, ...], tuple[Any, ...] | None] = {}
        self._seen = -1

    def renew(self) -> None:
        """
        Forget what was kept, if anything was stored since.

        Raises:
            sqlite3.Error: The database can't be asked.
        """
        (version,) = self._connection.execute("PRAGMA data_version").fetchone()
        if version != self._seen:
            self._rows.clear()
            self._seen = version

    def row(self, text: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        """
        Return the first row of a query, or None.

        Raises:
            sqlite3.Error: The database can't be asked.
        """
        found: tuple[Any, ...] | None = self._connection.execute(text, values).fetchone()
        return found

    def kept_row(self, text: str, values: tuple[object, ...]) -> tuple[Any, ...] | None:
        """
        Return what `row` does; it is kept until something is stored.

        Raises:
            sqlite3.Error: The database can't be asked.
        """
        asked = (text, *values)
        try:
            return self._rows[asked]
        except KeyError:
            pass
        if len(self._rows) >= _ROWS_MAX:
            self._rows.clear()
        row = self._rows[asked] = self.row(text, values)
        return row

    def close(self) -> None:
        """
        Close the connection.
        """
        self._connection.close()


class Readers:
    """
    Connections to the SQLite file *path*, kept when they are given back.
    """

    def __init__(self, path: str) -> None:
        self._path = path
        self._kept: deque[Reader] = deque(maxlen=KEPT_MAX)

    def take(self) -> Reader | None:
        """
        Return a connection that knows what is stored, or None if there can be none: then
        the unit's own says why.
        """
        try:
            reader = self._kept.pop()
        except IndexError:
            reader = None
        try:
            if reader is None:
                reader = self._opened()
            reader.renew()
        except sqlite3.Error:
            if reader is not None:
                reader.close()
            return None
        return reader

    def give_back(self, reader: Reader) -> None:
        """
        Keep *reader* for another unit.
        """
        if len(self._kept) < KEPT_MAX:
            self._kept.append(reader)
        else:
            reader.close()

    def close(self) -> None:
        """
        Close every connection that is kept.
        """
        while self._kept:
            self._kept.pop().close()

    def _opened(self) -> Reader:
        connection = sqlite3.connect(
            self._path, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA query_only=ON")
        return Reader(connection)


class NoReaders(Readers):
    """
    None at all.
    """

    def __init__(self) -> None:
        super().__init__("")

    def take(self) -> Reader | None:
        """
        Return None.
        """
        return None
