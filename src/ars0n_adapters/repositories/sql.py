"""
The `Store` on a SQL database, through SQLAlchemy Core.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from ars0n_adapters.repositories import migrations
from ars0n_adapters.repositories.book import SqlLedger
from ars0n_adapters.repositories.customers import SqlAssets, SqlKeys, SqlOrganizations
from ars0n_adapters.repositories.engines import discipline, open_engine
from ars0n_adapters.repositories.messages import SqlDeliveries, SqlReplies
from ars0n_adapters.repositories.versions import SqlProjects, SqlVersions
from ars0n_core.errors import PortError, StaleRevisionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection


class SqlStore:
    """
    A `Store` on the database at *url*, brought to this release's schema if it is not.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        try:
            migrations.upgrade(self._engine)
        except SQLAlchemyError as error:
            self._engine.dispose()
            raise _unreachable(error) from error
        except PortError:
            self._engine.dispose()
            raise

    @contextmanager
    def transaction(self) -> Iterator[SqlTransaction]:
        """
        Open a unit of work; what was not committed when the context ends is forgotten.
        """
        try:
            connection = self._engine.connect()
        except SQLAlchemyError as error:
            raise _unreachable(error) from error
        with connection:
            unit = SqlTransaction(connection)
            try:
                yield unit
            except DBAPIError as error:
                unit.rollback()
                if _lost_a_race(error):
                    raise StaleRevisionError from error
                raise _unreachable(error) from error
            except BaseException:
                unit.rollback()
                raise
            else:
                unit.rollback()

    def close(self) -> None:
        """
        Close every connection.
        """
        self._engine.dispose()


class SqlTransaction:
    """
    One unit of work on one connection.
    """

    def __init__(self, connection: Connection) -> None:
        self._discipline = discipline(connection)
        self.organizations = SqlOrganizations(connection, self._discipline)
        self.keys = SqlKeys(connection, self._discipline)
        self.assets = SqlAssets(connection, self._discipline)
        self.projects = SqlProjects(connection, self._discipline)
        self.versions = SqlVersions(connection, self._discipline)
        self.ledger = SqlLedger(connection, self._discipline)
        self.replies = SqlReplies(connection, self._discipline)
        self.deliveries = SqlDeliveries(connection, self._discipline)

    def commit(self) -> None:
        """
        Store everything done so far.
        """
        self._discipline.commit()

    def rollback(self) -> None:
        """
        Forget everything since the last commit.
        """
        self._discipline.rollback()


_RACES: Final = ("40001", "40P01")
# PostgreSQL's codes of a serialisation failure and a deadlock: try again.


def _lost_a_race(error: DBAPIError) -> bool:
    if isinstance(error, IntegrityError):
        return True
    if getattr(error.orig, "sqlstate", None) in _RACES:
        return True
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def _unreachable(error: SQLAlchemyError) -> PortError:
    reason = str(getattr(error, "orig", error)).splitlines()[0]
    return PortError(f"The database can't be used: {reason}", port="store")
