"""
Windows in a PostgreSQL table, for any number of machines.

One statement a hit: it locks the key's row, drops what has left the window, and counts.
The table is not logged: a server that crashed starts with empty windows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from attrs import evolve
from sqlalchemy import create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from ars0n_core.errors import PortError
from ars0n_core.quotas import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from sqlalchemy.engine import Connection
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry

_WAIT_SECONDS: Final = 5
_LOCK_NUMBER: Final = 0x61727330
# "ars0": whoever makes the table holds this advisory lock.

_SWEPT_EVERY: Final = 10_000

_SCHEMA: Final = (
    "CREATE UNLOGGED TABLE IF NOT EXISTS rate_windows ("
    "key text PRIMARY KEY, stamps double precision[] NOT NULL, passed boolean NOT NULL, "
    "expires double precision NOT NULL) WITH (fillfactor = 50)"
)
_HIT: Final = """
INSERT INTO rate_windows AS w (key, stamps, passed, expires)
VALUES (%(key)s, array_fill(%(now)s::double precision, ARRAY[%(count)s]), true, %(expires)s)
ON CONFLICT (key) DO UPDATE SET (stamps, passed, expires) = (
  SELECT
    CASE WHEN cardinality(live) + %(count)s <= %(limit)s
      THEN live || array_fill(%(now)s::double precision, ARRAY[%(count)s]) ELSE live END,
    cardinality(live) + %(count)s <= %(limit)s,
    greatest(w.expires, %(expires)s)
  FROM (
    SELECT ARRAY(SELECT s FROM unnest(w.stamps) AS s WHERE s > %(cutoff)s AND s <= %(expires)s ORDER BY s) AS live
  ) AS rolled
)
RETURNING
  passed,
  stamps[CASE WHEN passed THEN 1 ELSE cardinality(stamps) + %(count)s - %(limit)s END],
  cardinality(stamps)
"""
_SWEEP: Final = "DELETE FROM rate_windows WHERE expires <= %(now)s"


class ServerRateWindows:
    """
    `RateWindows` in the PostgreSQL database at *url*.
    """

    def __init__(self, url: str) -> None:
        place = make_url(url)
        if place.get_driver_name() != "psycopg" or "+" not in place.drivername:
            place = place.set(drivername="postgresql+psycopg")
        self._hits = 0
        try:
            self._engine = create_engine(
                place,
                isolation_level="AUTOCOMMIT",
                pool_size=5,
                max_overflow=15,
                pool_timeout=_WAIT_SECONDS,
                pool_recycle=1800,
                connect_args={"connect_timeout": _WAIT_SECONDS},
            )
            event.listen(self._engine, "connect", _impatient)
            self._together = self._engine.execution_options(isolation_level="READ COMMITTED")
            with self._engine.connect() as connection:
                # Two that make the same table at once would refuse each other.
                connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK_NUMBER})")
                try:
                    connection.exec_driver_sql(_SCHEMA)
                finally:
                    connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK_NUMBER})")
        except (SQLAlchemyError, ImportError) as error:
            raise _unreachable(error) from error

    def hit(
        self, key: str, *, limit: int, window: timedelta, now: datetime, count: int = 1
    ) -> Decision:
        """
        Decide on one request under *key*.
        """
        try:
            with self._engine.connect() as connection:
                return self._hit(connection, key, limit, window, now, count)
        except SQLAlchemyError as error:
            raise _unreachable(error) from error

    def hit_all(
        self, limits: Mapping[str, int], *, window: timedelta, now: datetime
    ) -> tuple[Decision, ...]:
        """
        Decide on one request that each key counts.
        """
        try:
            with self._together.connect() as connection:
                # Rows are locked in one order, or two requests would wait for each other.
                said = {
                    key: self._hit(connection, key, limits[key], window, now, 1)
                    for key in sorted(limits)
                }
                if all(decision.allowed for decision in said.values()):
                    connection.commit()
                else:
                    connection.rollback()
                    said = {key: _uncounted(decision) for key, decision in said.items()}
        except SQLAlchemyError as error:
            raise _unreachable(error) from error
        return tuple(said[key] for key in limits)

    def _hit(
        self,
        connection: Connection,
        key: str,
        limit: int,
        window: timedelta,
        now: datetime,
        count: int,
    ) -> Decision:
        moment = now.timestamp()
        if limit < count:
            return Decision(allowed=False, limit=limit, remaining=0, reset_at=now + window)
        asked = {
            "key": key,
            "limit": limit,
            "count": count,
            "now": moment,
            "cutoff": moment - window.total_seconds(),
            "expires": moment + window.total_seconds(),
        }
        passed, leaving, found = connection.exec_driver_sql(_HIT, asked).one()
        self._hits += 1
        if self._hits % _SWEPT_EVERY == 0:
            connection.exec_driver_sql(_SWEEP, {"now": moment})
        reset = datetime.fromtimestamp(leaving, UTC) + window
        return Decision(passed, limit, max(0, limit - found), reset)

    def close(self) -> None:
        """
        Close every connection.
        """
        self._engine.dispose()


def _impatient(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
    """
    Have a connection wait for no row that a process which was stopped keeps.
    """
    cursor = connection.cursor()
    milliseconds = int(1000 * _WAIT_SECONDS)
    cursor.execute(f"SET lock_timeout = {milliseconds}")
    cursor.execute(f"SET idle_in_transaction_session_timeout = {2 * milliseconds}")
    cursor.close()
    connection.commit()


def _uncounted(decision: Decision) -> Decision:
    return evolve(decision, remaining=decision.remaining + decision.allowed)


def _unreachable(error: Exception) -> PortError:
    reason = str(getattr(error, "orig", error)).splitlines()[0]
    return PortError(f"Requests can't be counted: {reason}", port="rates")
