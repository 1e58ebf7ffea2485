"""
The schema: one table a repository, values as JSON beside the columns that are asked for.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Instants are microseconds since 1970 in UTC: they sort and compare alike on every
# database, and lose nothing.
Instant = BigInteger

# SQLite numbers rows only in a plain INTEGER primary key.
Serial = BigInteger().with_variant(Integer, "sqlite")

organizations = Table(
    "organizations",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("created_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization_id", ForeignKey("organizations.id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
)

assets = Table(
    "assets",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization_id", ForeignKey("organizations.id"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Column("uploaded_bytes", BigInteger, nullable=False, server_default="0"),
    Column("maker", String(64), nullable=True, index=True),
)

projects = Table(
    "projects",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("organization_id", ForeignKey("organizations.id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "organization_id", "created_at"),
)

versions = Table(
    "versions",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("project_id", String(64), nullable=False, index=True),
    Column("organization_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("revision", Integer, nullable=False),
    # The order never changes; the state changes at every step and is written alone.
    Column("ordered", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("is_test", Boolean, nullable=False, server_default=false()),
    Index(None, "project_id", "is_test", "created_at", "status"),
    Index(None, "organization_id", "status"),
    Index(None, "status", "created_at"),
    Index(None, "organization_id", "created_at"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("version_id", String(64), nullable=False, index=True),
    Column("output", String(64), nullable=True, index=True),
    # What it made before the regeneration that is running.
    Column("former", String(64), nullable=True, index=True),
)

mentions = Table(
    "mentions",
    metadata,
    Column("version_id", String(64), primary_key=True),
    Column("asset_id", String(64), primary_key=True, index=True),
)

entries = Table(
    "entries",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("organization_id", String(64), nullable=False),
    Column("reference", String(200), nullable=False),
    Column("booked_at", Instant, nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("organization_id", "reference"),
    Index(None, "organization_id", "booked_at"),
)

# A cache of the sums over entries, kept in the transaction that books: a balance must
# not get slower to read with every ad.
balances = Table(
    "balances",
    metadata,
    Column("organization_id", String(64), primary_key=True),
    Column("account", String(32), primary_key=True),
    Column("credits", BigInteger, nullable=False),
)

replies = Table(
    "replies",
    metadata,
    Column("organization_id", String(64), primary_key=True),
    Column("scope", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("asked_at", Instant, nullable=False, index=True),
    Column("body", Text, nullable=False),
)

# A URL may be longer than an index takes: it is found by its digest.
webhooks = Table(
    "webhooks",
    metadata,
    Column("version_id", String(64), primary_key=True),
    Column("organization_id", String(64), nullable=False),
    Column("url_digest", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Index(None, "organization_id", "url_digest"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("number", Serial, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("organization_id", String(64), nullable=False, index=True),
    Column("project_id", String(64), nullable=False, index=True),
    Column("happened_at", Instant, nullable=False),
    Column("next_at", Instant, nullable=True, index=True),
    Column("revision", Integer, nullable=False),
    Column("body", Text, nullable=False),
)
