"""
Everything but the files, kept in a SQL database.

**Owns** the schema (`tables`) and its history (`migrations`), values to rows (`rows`), how a
database is opened and a unit of work kept (`engines`, `readers`), and the repositories
(`customers`, `versions`, `book`, `messages`, made of `reading`) under one store (`sql`). **Does
not own** any rule: what may be stored is decided before it gets here. **Invariants**: a unit of
work is stored whole or not at all; a version is written only against the revision it was read at;
entries are never updated or deleted.

Start at `sql.SqlStore`.
"""

from __future__ import annotations

from ars0n_adapters.repositories.sql import SqlStore as SqlStore
