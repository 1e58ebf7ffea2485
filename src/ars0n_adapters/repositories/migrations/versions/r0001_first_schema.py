"""
The first schema: customers, files, projects, versions, the book.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_INSTANT = sa.BigInteger


def upgrade() -> None:
    """
    Make every table.
    """
    _customers()
    _work()
    _book()


def _customers() -> None:
    op.create_table(
        "organizations",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "organization_id",
            sa.String(64),
            sa.ForeignKey("organizations.id"),
            nullable=False,
            index=True,
        ),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "assets",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "organization_id",
            sa.String(64),
            sa.ForeignKey("organizations.id"),
            nullable=False,
            index=True,
        ),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_table(
        "projects",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column(
            "organization_id", sa.String(64), sa.ForeignKey("organizations.id"), nullable=False
        ),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Index(None, "organization_id", "created_at"),
    )


def _work() -> None:
    op.create_table(
        "versions",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("project_id", sa.String(64), nullable=False, index=True),
        sa.Column("organization_id", sa.String(64), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("created_at", _INSTANT, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("ordered", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Index(None, "organization_id", "status"),
        sa.Index(None, "status", "created_at"),
        sa.Index(None, "organization_id", "created_at"),
    )
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(64), primary_key=True),
        sa.Column("version_id", sa.String(64), nullable=False, index=True),
        sa.Column("output", sa.String(64), nullable=True, index=True),
    )
    op.create_table(
        "mentions",
        sa.Column("version_id", sa.String(64), primary_key=True),
        sa.Column("asset_id", sa.String(64), primary_key=True, index=True),
    )


def _book() -> None:
    op.create_table(
        "entries",
        sa.Column(
            "number",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("organization_id", sa.String(64), nullable=False),
        sa.Column("reference", sa.String(200), nullable=False),
        sa.Column("booked_at", _INSTANT, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.UniqueConstraint("organization_id", "reference"),
        sa.Index(None, "organization_id", "booked_at"),
    )
    op.create_table(
        "balances",
        sa.Column("organization_id", sa.String(64), primary_key=True),
        sa.Column("account", sa.String(32), primary_key=True),
        sa.Column("credits", sa.BigInteger, nullable=False),
    )
