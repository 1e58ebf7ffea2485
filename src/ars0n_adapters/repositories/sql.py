"""
The `Store` on a SQL database, through SQLAlchemy Core.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, SQLAlchemyError

from ars0n_adapters.repositories import migrations
from ars0n_adapters.repositories.book import SqlLedger
from ars0n_adapters.repositories.customers import SqlAssets, SqlKeys, SqlOrganizations
from ars0n_adapters.repositories.engines import disciplines, open_engine
from ars0n_adapters.repositories.messages import SqlDeliveries, SqlReplies
from ars0n_adapters.repositories.versions import KnownVersions, SqlProjects, SqlVersions
from ars0n_core.errors import PortError, ProviderUnavailableError, StaleRevisionError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ars0n_adapters.repositories.engines import Discipline


class SqlStore:
    """
    A `Store` on the database at *url*, brought to this release's schema if it is not.
    """

    def __init__(self, url: str) -> None:
        self._engine = open_engine(url)
        self._begin, self._end = disciplines(self._engine)
        self._known = KnownVersions()
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
        unit = SqlTransaction(self._begin(), self._known)
        try:
            yield unit
        except DBAPIError as error:
            unit.end()
            if _lost_a_race(error):
                raise StaleRevisionError from error
            if _waited_in_vain(error):
                raise ProviderUnavailableError(_BUSY, port="store", asked=False) from error
            raise _unreachable(error) from error
        except SQLAlchemyError as error:
            unit.end()
            raise _unreachable(error) from error
        except BaseException:
            unit.end()
            raise
        else:
            unit.end()

    def close(self) -> None:
        """
        Close every connection.
        """
        self._end()


class SqlTransaction:
    """
    One unit of work; its connection is opened when something asks for it.
    """

    def __init__(self, unit: Discipline, known: KnownVersions) -> None:
        self._unit = unit
        self._known = known

    @cached_property
    def organizations(self) -> SqlOrganizations:
        """
        The customers.
        """
        return SqlOrganizations(self._unit)

    @cached_property
    def keys(self) -> SqlKeys:
        """
        Their keys.
        """
        return SqlKeys(self._unit)

    @cached_property
    def assets(self) -> SqlAssets:
        """
        The stored files' records.
        """
        return SqlAssets(self._unit)

    @cached_property
    def projects(self) -> SqlProjects:
        """
        The projects.
        """
        return SqlProjects(self._unit)

    @cached_property
    def versions(self) -> SqlVersions:
        """
        The versions.
        """
        return SqlVersions(self._unit, self._known)

    @cached_property
    def ledger(self) -> SqlLedger:
        """
        The book.
        """
        return SqlLedger(self._unit)

    @cached_property
    def replies(self) -> SqlReplies:
        """
        The answers to repeat.
        """
        return SqlReplies(self._unit)

    @cached_property
    def deliveries(self) -> SqlDeliveries:
        """
        The events to tell.
        """
        return SqlDeliveries(self._unit)

    def commit(self) -> None:
        """
        Store everything done so far.
        """
        self._unit.commit()

    def end(self) -> None:
        """
        Forget everything since the last commit, and let go of the connection.
        """
        try:
            self._unit.rollback()
        finally:
            self._unit.close()


_RACES: Final = ("40001", "40P01")
# PostgreSQL's codes of a serialisation failure and a deadlock: try again.


def _lost_a_race(error: DBAPIError) -> bool:
    if isinstance(error, IntegrityError):
        return True
    return getattr(error.orig, "sqlstate", None) in _RACES


_LOCKED: Final = "55P03"
_BUSY: Final = "The database was locked for too long by somebody else"


def _waited_in_vain(error: DBAPIError) -> bool:
    if getattr(error.orig, "sqlstate", None) == _LOCKED:
        return True
    return isinstance(error, OperationalError) and "database is locked" in str(error.orig)


def _unreachable(error: SQLAlchemyError) -> PortError:
    reason = str(getattr(error, "orig", error)).splitlines()[0]
    return PortError(f"The database can't be used: {reason}", port="store")
