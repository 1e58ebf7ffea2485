"""
What was answered to an order given once, and what webhooks are told.

Databases that were made before there were revisions may have these tables already.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_INSTANT = sa.BigInteger


def upgrade() -> None:
    """
    Add replies, webhooks and deliveries.
    """
    op.create_table(
        "replies",
        sa.Column("organization_id", sa.String(64), primary_key=True),
        sa.Column("scope", sa.String(64), primary_key=True),
        sa.Column("key", sa.String(255), primary_key=True),
        sa.Column("asked_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "webhooks",
        sa.Column("version_id", sa.String(64), primary_key=True),
        sa.Column("organization_id", sa.String(64), nullable=False),
        sa.Column("url_digest", sa.String(64), nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        if_not_exists=True,
    )
    op.create_table(
        "deliveries",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("id", sa.String(64), nullable=False, unique=True),
        sa.Column("organization_id", sa.String(64), nullable=False),
        sa.Column("project_id", sa.String(64), nullable=False),
        sa.Column("happened_at", _INSTANT, nullable=False),
        sa.Column("next_at", _INSTANT, nullable=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        if_not_exists=True,
    )
    for table, *columns in _INDEXES:
        op.create_index(None, table, columns, if_not_exists=True)


_INDEXES = (
    ("replies", "asked_at"),
    ("webhooks", "organization_id", "url_digest"),
    ("deliveries", "organization_id"),
    ("deliveries", "project_id"),
    ("deliveries", "next_at"),
)
