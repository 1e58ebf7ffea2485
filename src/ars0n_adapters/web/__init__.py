"""
The REST API, over the use cases.

**Owns** the routes (`routes`, one table), what each does with a request (`endpoints`),
requests and answers as values (`http`, `queries`, `replies`), errors as answers (`errors`),
bodies that arrive in pieces (`bodies`, `uploads`), files that are handed out (`blobs`, `parts`,
`exports`), answers that are repeated (`idempotency`), what is asked most (`polls`, `shortcuts`),
progress as events (`events`), the OpenAPI document (`openapi`, from `schemas`, `shapes` and
`examples`), what its operators see (`stamps`, `metrics`, `logs`, `observing`), what a server does
unasked (`upkeep`) and the ASGI application (`application`, `asgi`).
**Does not own** any rule or the values' JSON: those are the core's (`wire`).
**Invariants**: every answer carries a request id and the rate window; nothing of the
inside is told, nothing of a customer's is logged; no file is in memory as a whole; a live
key never reaches a test key's versions, nor the other way round; there is no global state.

Start at `routes.ROUTES`, then `asgi.create_app`.
"""

from __future__ import annotations

from ars0n_adapters.web.asgi import create_app as create_app
