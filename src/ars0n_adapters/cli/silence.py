"""
A web server that ends connections on which nothing moves.

uvicorn ends one that is kept after an answer and stays silent, but waits for ever for a
request's head, however slowly it comes, and for a client that takes nothing of its answer:
a few thousand such connections, and nobody else is served. What a head is followed by has
its own time-outs (`ars0n_adapters.web.bodies`).
"""

from __future__ import annotations

import time
from typing import Any, Final

import uvicorn
from attrs import frozen

_LOOK_TICKS: Final = 20  # of a tenth of a second each

ANSWER_SECONDS: Final = 3600.0
"""
How long an answer may take to be taken, if something of it is taken all the time: the
largest file by a line that no upload may be slower than.
"""


@frozen
class _Seen:
    """
    What stood still since when, and since when there has always been something to take.
    """

    mark: object
    since: float
    owing_since: float | None


class Server(uvicorn.Server):
    """
    A server that closes a connection which has had no request for *silence_seconds*, or
    of whose answer nothing was taken for *stall_seconds*, nor all of it in *answer_seconds*.
    """

    def __init__(
        self,
        config: uvicorn.Config,
        *,
        silence_seconds: float = 30.0,
        stall_seconds: float = 60.0,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        super().__init__(config)
        self._silence_seconds = silence_seconds
        self._stall_seconds = stall_seconds
        self._answer_seconds = answer_seconds
        self._seen: dict[Any, _Seen] = {}

    async def on_tick(self, counter: int) -> bool:
        """
        Do what is done ten times a second.
        """
        if counter % _LOOK_TICKS == 0:
            self._end_still(time.monotonic())
        return await super().on_tick(counter)

    def _end_still(self, now: float) -> None:
        found: dict[Any, _Seen] = {}
        for connection in self.server_state.connections:
            owed = connection.transport.get_write_buffer_size()
            cycle = getattr(connection, "cycle", None)
            if not owed and cycle is not None and not cycle.response_complete:
                continue
            # Another request, or another part of an answer, that came and went in between
            # is no standing still.
            mark = (cycle, owed, getattr(connection, "times_drained", 0))
            before = self._seen.get(connection)
            still = before is not None and before.mark == mark
            owing = before.owing_since if before else None
            found[connection] = _Seen(
                mark,
                before.since if before and still else now,
                None if not owed else now if owing is None else owing,
            )
        self._seen = found
        for connection, seen in found.items():
            if seen.owing_since is None:
                if now - seen.since > self._silence_seconds:
                    connection.transport.close()
            elif (
                now - seen.since > self._stall_seconds
                or now - seen.owing_since > self._answer_seconds
            ):
                # To close it would be to wait until it has taken the rest.
                connection.transport.abort()
