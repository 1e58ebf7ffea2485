"""
Everything kept in this process: the reference for every storage port.

**Owns** the store (`store`, over the rows of `tables`), blobs and rate windows (`files`),
and the runners that need no machine (`runners`). **Does not own** anything that outlives
the process. **Invariants**: the shortest correct answer to what a port means, which passes
the same suites as every other adapter; safe among threads.

Start at `store.MemoryStore`.
"""

from __future__ import annotations

from ars0n_adapters.memory.files import MemoryBlobs, MemoryRateWindows
from ars0n_adapters.memory.runners import InlineRunner, QueueRunner
from ars0n_adapters.memory.store import MemoryStore

__all__ = ["InlineRunner", "MemoryBlobs", "MemoryRateWindows", "MemoryStore", "QueueRunner"]
