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

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import create_engine, event
from sqlalchemy.engine import URL, Connection, Engine, make_url

from ars0n_adapters.repositories.readers import NoReaders, Readers

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

    from ars0n_adapters.repositories.readers import Reader

BUSY_SECONDS: Final = 30
"""
How long a writer waits for another before it gives up.
"""

IDLE_SECONDS: Final = 60
"""
How long a server lets a unit of work hold its locks while nothing is done in it: its process
may have been stopped.
"""

CONNECTIONS_KEPT: Final = 64
"""
Connections to SQLite that stay open when nobody uses them.
"""

_IN_MEMORY: Final = (None, "", ":memory:")


class Discipline(Protocol):
    """
    A unit of work's connection: when it is opened, when the unit begins, how it ends.
    """

    @property
    def connection(self) -> Connection:
        """
        The unit's connection, opened when it is first asked for.
        """
        ...

    @property
    def reader(self) -> Reader | None:
        """
        What can be read from without opening the unit's connection, if anything can.
        """
        ...

    @property
    def has_written(self) -> bool:
        """
        Whether the unit may have changed what it reads.
        """
        ...

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

    def close(self) -> None:
        """
        Let go of the connection.
        """
        ...


class SqliteDiscipline:
    """
    Autocommit reads, then one immediate transaction.

    A look-up of one row is done on one of the *readers*: it sees what is committed, as
    any autocommit read, and costs a fraction of a connection from SQLAlchemy's pool.
    """

    def __init__(self, engine: Engine, readers: Readers) -> None:
        self._engine = engine
        self._readers = readers
        self._connection: Connection | None = None
        self._reader: Reader | None = None
        self.has_written = False

    @property
    def connection(self) -> Connection:
        """
        The unit's connection.
        """
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    @property
    def reader(self) -> Reader | None:
        """
        A connection to read from, while nothing was written.
        """
        if self._connection is not None:
            return None
        if self._reader is None:
            self._reader = self._readers.take()
        return self._reader

    def write(self) -> None:
        """
        Take the write lock, once.
        """
        if not self.has_written:
            self.connection.exec_driver_sql("BEGIN IMMEDIATE")
            self.has_written = True

    def commit(self) -> None:
        """
        Store what was written, if anything.
        """
        if self.has_written:
            self.connection.exec_driver_sql("COMMIT")
            self.has_written = False

    def rollback(self) -> None:
        """
        Forget what was written, if anything.
        """
        if self.has_written:
            self.has_written = False
            # On a full or failing disk SQLite has rolled back by itself.
            behind = self.connection.connection.dbapi_connection
            if getattr(behind, "in_transaction", True):
                self.connection.exec_driver_sql("ROLLBACK")

    def close(self) -> None:
        """
        Give the connections back.
        """
        if self._reader is not None:
            self._readers.give_back(self._reader)
            self._reader = None
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class TransactionDiscipline:
    """
    One transaction from the first statement on.
    """

    reader = None

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection | None = None
        self.has_written = False

    @property
    def connection(self) -> Connection:
        """
        The unit's connection.
        """
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def write(self) -> None:
        """
        Remember it: the transaction is open.
        """
        self.has_written = True

    def commit(self) -> None:
        """
        Store what was written.
        """
        if self._connection is not None:
            self._connection.commit()
        self.has_written = False

    def rollback(self) -> None:
        """
        Forget what was written.
        """
        if self._connection is not None:
            self._connection.rollback()
        self.has_written = False

    def close(self) -> None:
        """
        Give the connection back.
        """
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def disciplines(engine: Engine) -> tuple[Callable[[], Discipline], Callable[[], None]]:
    """
    Return what makes a unit's discipline on the engine's database, and what ends it all.
    """
    if engine.dialect.name != "sqlite":
        return partial(TransactionDiscipline, engine), engine.dispose
    if engine.url.database in _IN_MEMORY:
        # Its rows are one connection's own: nobody else could read them.
        return partial(SqliteDiscipline, engine, NoReaders()), engine.dispose
    readers = Readers(str(engine.url.database))

    def close() -> None:
        readers.close()
        engine.dispose()

    return partial(SqliteDiscipline, engine, readers), close


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


def _open_server(url: URL) -> Engine:
    engine = create_engine(
        url, pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=BUSY_SECONDS
    )

    # Not as options of the connection: poolers like pgbouncer refuse those.
    @event.listens_for(engine, "connect")
    def prepare(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {int(1000 * BUSY_SECONDS)}")
        cursor.execute(f"SET idle_in_transaction_session_timeout = {int(1000 * IDLE_SECONDS)}")
        cursor.close()
        connection.commit()

    return engine


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
