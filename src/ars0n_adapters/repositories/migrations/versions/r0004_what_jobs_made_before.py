"""
What a job made before the regeneration that is running: the finished ad is still theirs.

Databases that were made before there were revisions may have the column already.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """
    Add the column, and fill it for regenerations that are running.
    """
    connection = op.get_bind()
    known = {one["name"] for one in sa.inspect(connection).get_columns("jobs")}
    if "former" not in known:
        op.add_column("jobs", sa.Column("former", sa.String(64), nullable=True))
    op.create_index(None, "jobs", ["former"], if_not_exists=True)
    running = connection.execute(
        sa.text("SELECT state FROM versions WHERE status = 'generating'")
    ).all()
    change = sa.text("UPDATE jobs SET former = :former WHERE id = :id")
    for (state,) in running:
        for job in json.loads(state)["pipeline"]["fallback"].values():
            connection.execute(change, {"former": job["output"], "id": job["id"]})
