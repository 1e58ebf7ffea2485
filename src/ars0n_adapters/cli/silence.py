"""
A web server that ends connections on which nobody asks anything.

uvicorn ends one that is kept after an answer and stays silent, but waits for ever for a
request's head, however slowly it comes: a few thousand such connections, and nobody else is
served. What a head is followed by has its own time-outs (`ars0n_adapters.web.bodies`).
"""

from __future__ import annotations

import time
from typing import Any, Final

import uvicorn

_LOOK_TICKS: Final = 20  # of a tenth of a second each


class Server(uvicorn.Server):
    """
    A server that closes a connection which has had no request for *silence_seconds*.
    """

    def __init__(self, config: uvicorn.Config, *, silence_seconds: float = 30.0) -> None:
        super().__init__(config)
        self._silence_seconds = silence_seconds
        self._silent: dict[Any, tuple[Any, float]] = {}

    async def on_tick(self, counter: int) -> bool:
        """
        Do what is done ten times a second.
        """
        if counter % _LOOK_TICKS == 0:
            self._end_silent(time.monotonic())
        return await super().on_tick(counter)

    def _end_silent(self, now: float) -> None:
        found: dict[Any, tuple[Any, float]] = {}
        for connection in self.server_state.connections:
            cycle = getattr(connection, "cycle", None)
            if cycle is not None and not cycle.response_complete:
                continue
            last, since = self._silent.get(connection, (cycle, now))
            # Another request that came and went in between is no silence.
            found[connection] = (cycle, since if last is cycle else now)
        self._silent = found
        for connection, (_, since) in found.items():
            if now - since > self._silence_seconds:
                connection.transport.close()
