"""
The REST API, over the use cases.

**Owns** the routes (`routes`, one table), what each does with a request (`endpoints`),
errors as answers (`errors`), bodies that arrive in pieces (`uploads`) and the ASGI
application (`asgi`). **Does not own** any rule or shape: those are the core's (`wire`).
**Invariants**: every answer carries a request id and the rate window; nothing of the
inside is told; no file is in memory as a whole; there is no global state.

Start at `routes.ROUTES`.
"""

from __future__ import annotations

from ars0n_adapters.web.asgi import create_app as create_app
