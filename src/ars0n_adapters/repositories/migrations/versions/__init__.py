"""
The revisions, oldest first: one module each, found by Alembic and imported by nobody.

**Owns** how to get from one schema to the next. **Does not own** when that happens
(`migrations.upgrade`). **Invariant**: what was released is never changed.
"""
