"""
A version's progress as server-sent events.

Whoever listens drives the version as whoever polls does. A stream counts as one request,
ends with the run or after half an hour (the client's library comes back by itself), and
an organisation has a few at a time.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final

import anyio
from starlette.responses import StreamingResponse

from ars0n_core import wire
from ars0n_core.errors import Ars0nError, QuotaExceededError
from ars0n_core.projects import VersionStatus
from ars0n_core.usecases.advance import advance

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.responses import Response

    from ars0n_adapters.web.application import Waits
    from ars0n_adapters.web.endpoints import Context
    from ars0n_core.ids import VersionId
    from ars0n_core.usecases.reports import Report

STREAMS_MAX: Final = 10
"""
How many streams one organisation may have open at a time, in one process.
"""

HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
"""
What keeps anybody on the way from keeping events.
"""

Run = Callable[[Callable[[], Any]], Awaitable[Any]]


class Streams:
    """
    How many streams are open, by organisation.
    """

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def enter(self, organization_id: str) -> None:
        """
        Count one more.

        Raises:
            QuotaExceededError: There are as many as may be.
        """
        used = self._open[organization_id]
        if used >= STREAMS_MAX:
            raise QuotaExceededError("event streams", limit=STREAMS_MAX, used=used)
        self._open[organization_id] += 1

    def leave(self, organization_id: str) -> None:
        """
        Count one less.
        """
        self._open[organization_id] -= 1
        if not self._open[organization_id]:
            del self._open[organization_id]

    @property
    def open(self) -> int:
        """
        How many streams are open.
        """
        return self._open.total()


async def stream(
    context: Context, version_id: VersionId, *, streams: Streams, waits: Waits, run: Run
) -> Response:
    """
    Return the events of a version.

    Raises:
        NotFoundError: There is no such version.
        QuotaExceededError: The organisation has too many streams open.
    """
    organization_id = context.caller.organization.id
    streams.enter(organization_id)
    try:
        first = await run(lambda: _look(context, version_id))
    except BaseException:
        streams.leave(organization_id)
        raise
    told = _told(context, version_id, first, waits=waits, run=run)

    async def counted() -> AsyncIterator[bytes]:
        try:
            async for event in told:
                yield event
        finally:
            streams.leave(organization_id)

    return StreamingResponse(
        counted(),
        media_type="text/event-stream",
        headers=HEADERS,
    )


async def _told(
    context: Context, version_id: VersionId, report: Report, *, waits: Waits, run: Run
) -> AsyncIterator[bytes]:
    opened = heard = time.monotonic()
    last, number = b"", 0
    yield b"retry: 3000\n\n"
    while True:
        told = wire.unstructure_report(report, context.link)
        data = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()
        if data != last:
            number, last, heard = number + 1, data, time.monotonic()
            yield b"id: %d\nevent: report\ndata: %s\n\n" % (number, data)
        if report.status is not VersionStatus.GENERATING:
            return
        await anyio.sleep(waits.events_poll)
        now = time.monotonic()
        if now - opened > waits.events:
            return
        if now - heard > waits.events_beat:
            heard = now
            if not await run(lambda: _is_admitted(context)):
                return
            yield b": still here\n\n"
        try:
            report = await run(lambda: _look(context, version_id))
        except Ars0nError:
            return  # deleted, or the store is away: whoever comes back is told


def _look(context: Context, version_id: VersionId) -> Report:
    return advance(context.ports, context.policy, context.caller, version_id)


def _is_admitted(context: Context) -> bool:
    key = context.caller.key
    if key is None:
        return True
    with context.ports.store.transaction() as tx:
        known = tx.keys.find(key.digest)
    return known is not None and known.revoked_at is None
