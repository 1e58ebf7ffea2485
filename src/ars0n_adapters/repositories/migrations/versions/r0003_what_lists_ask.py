"""
Columns for what was read out of every row before: a version's mode, an upload's size, the
job that made a file.

Databases that were made before there were revisions may have these columns already.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from alembic import op

if TYPE_CHECKING:
    from collections.abc import Callable

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """
    Add the columns, and fill them for what there is.
    """
    _add("versions", sa.Column("is_test", sa.Boolean, nullable=False, server_default=sa.false()))
    _add("assets", sa.Column("uploaded_bytes", sa.BigInteger, nullable=False, server_default="0"))
    _add("assets", sa.Column("maker", sa.String(64), nullable=True))
    for table, *columns in _INDEXES:
        op.create_index(None, table, columns, if_not_exists=True)
    _fill("versions", "ordered", lambda one: {"is_test": bool(one.get("is_test"))})
    _fill("assets", "body", _facts_of)


_INDEXES = (
    ("versions", "project_id", "is_test", "created_at", "status"),
    ("assets", "maker"),
)


def _add(table: str, column: sa.Column[Any]) -> None:
    known = {one["name"] for one in sa.inspect(op.get_bind()).get_columns(table)}
    if column.name not in known:
        op.add_column(table, column)


def _fill(table: str, source: str, facts: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    connection = op.get_bind()
    found = connection.execute(sa.text(f"SELECT id, {source} FROM {table}"))  # noqa: S608 - names of ours
    for one_id, text in found.all():
        told = facts(json.loads(text))
        changes = ", ".join(f"{name} = :{name}" for name in told)
        change = sa.text(f"UPDATE {table} SET {changes} WHERE id = :id")  # noqa: S608 - the same
        connection.execute(change, {**told, "id": one_id})


def _facts_of(asset: dict[str, Any]) -> dict[str, Any]:
    if asset.get("origin", "uploaded") == "uploaded":
        return {"uploaded_bytes": asset["size_bytes"], "maker": None}
    return {"uploaded_bytes": 0, "maker": asset["blob_key"].split("/")[1]}
