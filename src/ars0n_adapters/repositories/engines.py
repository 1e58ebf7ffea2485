"""
How a database is opened and how a unit of work begins and ends on it.

On SQLite a unit of work reads outside any transaction until it first writes or locks;
then it takes the write lock at once (``BEGIN IMMEDIATE``), so that it never has to
upgrade a read lock, which SQLite refuses under load. Versions are written against their
revision and money under the organisation's lock, so nothing decided on a read before
that can be stored stale. On PostgreSQL a unit of work is one transaction, and the lock a
row lock.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS: Final = 30
"""
How long a writer waits for another before it gives up.
"""

CONNECTIONS_KEPT: Final = 64
"""
Connections to SQLite that stay open when nobody uses them.
"""

_IN_MEMORY: Final = (None, "", ":memory:")


class Discipline(Protocol):
    """
    When a unit of work begins, and how it ends.
    """

    def write(self) -> None:
        """
        Make sure what follows is in one transaction that may write.
        """
        ...

    def commit(self) -> None:
        """
        Store what was written.
        """
        ...

    def rollback(self) -> None:
        """
        Forget what was written.
        """
        ...


class SqliteDiscipline:
    """
    Autocommit reads, then one immediate transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._writing = False

    def write(self) -> None:
        """
        Take the write lock, once.
        """
        if not self._writing:
            self._connection.exec_driver_sql("BEGIN IMMEDIATE")
            self._writing = True

    def commit(self) -> None:
        """
        Store what was written, if anything.
        """
        if self._writing:
            self._connection.exec_driver_sql("COMMIT")
            self._writing = False

    def rollback(self) -> None:
        """
        Forget what was written, if anything.
        """
        if self._writing:
            self._writing = False
            # On a full or failing disk SQLite has rolled back by itself.
            if getattr(self._connection.connection.dbapi_connection, "in_transaction", True):
                self._connection.exec_driver_sql("ROLLBACK")


class TransactionDiscipline:
    """
    One transaction from the first statement on.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def write(self) -> None:
        """
        Do nothing: the transaction is open.
        """

    def commit(self) -> None:
        """
        Store what was written.
        """
        self._connection.commit()

    def rollback(self) -> None:
        """
        Forget what was written.
        """
        self._connection.rollback()


def open_engine(url: str) -> Engine:
    """
    Open the database at *url* (``sqlite:///file`` or ``postgresql+psycopg://…``).
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(parsed)
    if parsed.drivername in {"postgresql", "postgres"}:
        # As such URLs are usually written; the driver is the one we ask for.
        parsed = parsed.set(drivername="postgresql+psycopg")
    return _open_server(parsed)


def discipline(connection: Connection) -> Discipline:
    """
    Return the discipline that fits the connection's database.
    """
    if connection.dialect.name == "sqlite":
        return SqliteDiscipline(connection)
    return TransactionDiscipline(connection)


def _open_server(url: URL) -> Engine:
    return create_engine(
        url, pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=BUSY_SECONDS
    )


def _open_sqlite(url: URL) -> Engine:
    if url.database and url.database not in _IN_MEMORY:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        isolation_level="AUTOCOMMIT",
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False},
        # One for each thread that answers or works: opening one costs more than a request.
        **({} if url.database in _IN_MEMORY else {"pool_size": CONNECTIONS_KEPT}),
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        # Every charge is on disk before it is answered for.
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.close()

    return engine
