"""
Where the jobs stand.

**Owns** the status of every job of a version: what may happen to it (`states`), how one
event moves the whole graph (`graph`), how a run ends (`outcomes`), what is to be done next
(`commands`) and what a poll is told (`report`). **Does not own** doing the work
(`usecases.performing`), prices, or booking: it only says what is to be given back.

**Invariants**: nothing but `states.STATUS_AFTER` decides whether an event may happen; a
job starts only when all it needs is completed; a job that started carries a deadline; a
result of an attempt that is not the present one changes nothing; what was given back is
given back once, and leaves the pool that edits reuse from.

Start at `states`, then `graph.Pipeline`.
"""

from __future__ import annotations

from ars0n_core.pipelines.commands import Command as Command
from ars0n_core.pipelines.graph import Pipeline as Pipeline
from ars0n_core.pipelines.states import Event as Event
from ars0n_core.pipelines.states import JobStatus as JobStatus
