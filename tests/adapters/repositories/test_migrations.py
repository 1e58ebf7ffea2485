"""
A database of any release becomes one of this release, and keeps what is in it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from attrs import evolve
from sqlalchemy import inspect, text

from ars0n_adapters.repositories import SqlStore, migrations, rows, tables
from ars0n_adapters.repositories.engines import open_engine
from ars0n_core.assets import AssetOrigin
from ars0n_core.errors import PortError
from ars0n_core.ids import ProjectId
from ars0n_core.testing.conformance.furnishings import OURS, a_version, an_asset, an_organization

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.engine import Engine


def names(engine: Engine) -> set[tuple[str, str]]:
    """
    Every table with the names of its columns, keys, constraints and indexes.
    """
    look = inspect(engine)
    return {
        (table, str(thing["name"]))
        for table in look.get_table_names()
        for things in (
            look.get_columns(table),
            look.get_indexes(table),
            look.get_foreign_keys(table),
            look.get_unique_constraints(table),
            [look.get_pk_constraint(table)],
        )
        for thing in things
    }


def test_the_history_ends_at_the_schema(url: str, tmp_path: Path) -> None:
    SqlStore(url).close()
    engine = open_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) == []

    plain = open_engine(f"sqlite:///{tmp_path / 'plain.sqlite3'}")
    tables.metadata.create_all(plain)
    made = {pair for pair in names(engine) if pair[0] != "alembic_version"}
    if engine.dialect.name == "sqlite":
        assert made == names(plain)
    for one in (engine, plain):
        one.dispose()


def test_the_last_revision_is_the_one_that_is_looked_for() -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    config.set_main_option("path_separator", "newline")

    assert ScriptDirectory.from_config(config).get_current_head() == migrations.HEAD


def test_a_database_from_before_there_were_revisions_is_taken_over(url: str) -> None:
    engine = open_engine(url)
    tables.metadata.create_all(engine)
    with engine.begin() as connection:
        body = '{"id": "org_ours", "name": "Old", "created_at": "2026-03-01T12:00:00+00:00"}'
        connection.execute(tables.organizations.insert().values(id=OURS, created_at=1, body=body))
    engine.dispose()

    store = SqlStore(url)
    with store.transaction() as tx:
        assert tx.organizations.find(OURS).name == "Old"
    store.close()


def test_what_lists_ask_for_is_filled_in_for_what_is_stored(url: str, tmp_path: Path) -> None:
    folder = tmp_path / "before"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("*000[3-9]*", "__py*"))
    engine = open_engine(url)
    migrations.upgrade(engine, folder=folder, head="0002")
    made = evolve(an_asset(2), origin=AssetOrigin.MADE, blob_key="made/job_1a/1/a.png")
    organization = an_organization()
    # Its scene is being done anew: what was made before is only there to return to.
    jobs = a_version(1).pipeline.jobs
    first = evolve(next(iter(jobs.values())), output=made.id)
    again = evolve(a_version(1), pipeline=evolve(a_version(1).pipeline, fallback={first.id: first}))
    with engine.begin() as connection:
        connection.execute(
            tables.organizations.insert().values(
                id=OURS, created_at=1, body=rows.dump(organization)
            )
        )
        for asset in (an_asset(1), made):
            connection.execute(
                tables.assets.insert().values(
                    id=asset.id, organization_id=OURS, created_at=1, body=rows.dump(asset)
                )
            )
        for version in (again, evolve(a_version(2), is_test=True)):
            ordered, state = rows.dump_version(version)
            connection.execute(
                tables.versions.insert().values(
                    id=version.id, project_id=version.project_id, organization_id=OURS,
                    status=version.status, created_at=1, revision=0, ordered=ordered, state=state,
                )
            )  # fmt: skip
            for job in version.pipeline.jobs:
                connection.execute(tables.jobs.insert().values(id=job, version_id=version.id))
    engine.dispose()

    store = SqlStore(url)
    with store.transaction() as tx:
        assert tx.versions.latest(ProjectId("proj_1"), is_test=False) == again
        assert tx.versions.made(made.id) == (again,)
        assert tx.versions.latest(ProjectId("proj_1"), is_test=True) is not None
        assert tx.assets.uploaded_bytes(OURS) == an_asset(1).size_bytes
        assert tx.assets.made_in(ProjectId("proj_1")) == (made,)
    store.close()


NEXT = """
import sqlalchemy as sa
from alembic import op
revision = "9999"
down_revision = {head!r}
def upgrade():
    op.add_column("organizations", sa.Column("region", sa.String(8), server_default="eu"))
    {fault}
"""


def later(tmp_path: Path, fault: str = "") -> Path:
    """
    The history with one more revision.
    """
    folder = tmp_path / "history"
    shutil.copytree(migrations.FOLDER, folder, ignore=shutil.ignore_patterns("__pycache__"))
    revision = NEXT.format(head=migrations.HEAD, fault=fault)
    (folder / "versions" / "r9999_next.py").write_text(revision, encoding="utf-8")
    return folder


def filled(url: str) -> Engine:
    store = SqlStore(url)
    with store.transaction() as tx:
        tx.organizations.add(an_organization())
        tx.commit()
    store.close()
    return open_engine(url)


def test_what_is_stored_survives_a_revision(url: str, tmp_path: Path) -> None:
    engine = filled(url)

    migrations.upgrade(engine, folder=later(tmp_path), head="9999")

    with engine.connect() as connection:
        assert connection.execute(text("SELECT id, region FROM organizations")).all() == [
            (OURS, "eu")
        ]
        assert migrations.revision(connection) == "9999"
    engine.dispose()


def test_a_revision_that_fails_changes_nothing(url: str, tmp_path: Path) -> None:
    engine = filled(url)

    with pytest.raises(ZeroDivisionError):
        migrations.upgrade(engine, folder=later(tmp_path, "1 / 0"), head="9999")

    with engine.connect() as connection:
        assert migrations.revision(connection) == migrations.HEAD
        columns = {column["name"] for column in inspect(connection).get_columns("organizations")}
        assert "region" not in columns
    engine.dispose()


def test_a_database_of_a_newer_release_is_refused(url: str, tmp_path: Path) -> None:
    engine = filled(url)
    migrations.upgrade(engine, folder=later(tmp_path), head="9999")
    engine.dispose()

    with pytest.raises(PortError, match="9999 of a newer release"):
        SqlStore(url)


OPENING = """
import sys
from ars0n_adapters.repositories import SqlStore
sys.stdin.read(1)
SqlStore(sys.argv[1]).close()
"""


def test_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    opening = [
        subprocess.Popen(
            [sys.executable, "-c", OPENING, url],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(3)
    ]  # fmt: skip
    faults = [one.communicate("!", timeout=60)[1] for one in opening]

    assert faults == [""] * 3


def test_threads_may_open_a_new_database_at_once(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for store in list(pool.map(lambda _: SqlStore(url), range(4))):
            store.close()

    engine = open_engine(url)
    with engine.connect() as connection:
        assert migrations.revision(connection) == migrations.HEAD
    engine.dispose()
