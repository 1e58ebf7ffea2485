"""
Downloads from customers' URLs, posts to them, and nothing else.

**Owns** which URLs are taken (`urls`), which addresses may be connected to (`addresses`),
how a checked address is reached (`pinned`), all of that together (`guard`), the download
(`client`) and the post (`sender`). **Does not own** what the bytes are (`ingest`, `web`).
**Invariants**: no packet leaves for an address that is not public, whatever the URL, the
name server or a redirect says: every answer is checked, and the connection goes to the
very address that was checked; every download is bounded in size, time and redirects; no
proxy, cookie, credential or other ambient setting takes part.

Start at `client.GuardedFetcher`.
"""

from __future__ import annotations

from ars0n_adapters.fetch.client import GuardedFetcher as GuardedFetcher
from ars0n_adapters.fetch.guard import Guard as Guard
from ars0n_adapters.fetch.sender import GuardedSender as GuardedSender
