"""
The schema's history: how a database of any release becomes one of this release.

**Owns** the revisions (`versions`, one file each, numbered) and `upgrade`, which runs
those a database has not had. **Does not own** the schema as it should be (`tables`): a
test compares the two. **Invariants**: a revision that was released is never changed; an
upgrade happens whole or not at all, once, however many processes open the database at
the same moment; a database of a newer release is refused, not guessed at.

A change of the schema: alter `tables`, add ``versions/r000N_what.py`` with an ``upgrade``
that takes the database there, and set `HEAD`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import inspect, text

from ars0n_adapters.repositories import tables
from ars0n_adapters.repositories.engines import disciplines
from ars0n_core.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.engine import Connection, Engine

HEAD: Final = "0004"
"""
The revision of `tables`, said here so that Alembic is only loaded when there is work.
"""

BASELINE: Final = "0001"
"""
What a database is that has our tables but no revision: made before there were any.
"""

FOLDER: Final = Path(__file__).parent

_LOCK_NUMBER: Final = 0x61727331
# "ars1": whoever upgrades a PostgreSQL database holds this advisory lock.


def upgrade(engine: Engine, *, folder: Path = FOLDER, head: str = HEAD) -> None:
    """
    Bring the database to the revision *head* of the history in *folder*.

    Raises:
        PortError: It is of a newer release.
    """
    with engine.connect() as connection:
        if revision(connection) == head:
            return
    begin, _ = disciplines(engine)
    unit = begin()
    try:
        unit.write()
        connection = unit.connection
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:n)"), {"n": _LOCK_NUMBER})
        if revision(connection) != head:
            _run(connection, folder)
        unit.commit()
    finally:
        unit.rollback()
        unit.close()


def revision(connection: Connection) -> str | None:
    """
    Return the database's revision, or None if it was never given one.
    """
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def _run(connection: Connection, folder: Path) -> None:
    from alembic.config import Config  # noqa: PLC0415 - slow to load and seldom needed
    from alembic.runtime.environment import EnvironmentContext  # noqa: PLC0415 - the same
    from alembic.script import ScriptDirectory  # noqa: PLC0415 - the same

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    script = ScriptDirectory.from_config(config)
    known = {one.revision for one in script.walk_revisions()}

    def steps(current: tuple[str, ...] | str, _: object) -> Iterable[object]:
        return script._upgrade_revs("head", current)  # type: ignore[arg-type]  # noqa: SLF001 - what Alembic's own command does

    present = revision(connection)
    if present is not None and present not in known:
        message = (
            f"The database is at revision {present} of a newer release; "
            "install that release, or use another database"
        )
        raise PortError(message, port="store")
    with EnvironmentContext(config, script, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=tables.metadata)
        if present is None and inspect(connection).has_table("organizations"):
            environment.get_context().stamp(script, BASELINE)
        environment.run_migrations()
