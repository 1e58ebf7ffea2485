"""
How the web server talks on a line: what is no HTTP is refused as everything else is.

uvicorn's own refusal is a line of plain text, without a request id; and of every request
that offers another protocol (Java's own client offers HTTP/2 with each first one) it writes
two warnings, though nothing is wrong with it.

The parser is always h11. Where httptools is installed uvicorn would take that, and it gives
up on a body that comes after an offer of another protocol, as Java's client sends it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable, Iterable

    Header = tuple[bytes, bytes]


def protocol_refusing(refusal: Callable[[Iterable[Header]], bytes]) -> type[asyncio.Protocol]:
    """
    Return uvicorn's protocol, with our *refusal* of what is no HTTP, which gets the
    headers of every answer.
    """
    return type("Protocol", (_Worded, H11Protocol), {"refusal": staticmethod(refusal)})


class _Worded:
    """
    What is put before uvicorn's protocol.
    """

    refusal: Callable[[Iterable[Header]], bytes]
    times_drained = 0
    conn: Any
    server_state: Any
    transport: Any
    cycle: Any

    def resume_writing(self) -> None:
        """
        Count how often the client took what there was to take.
        """
        self.times_drained += 1
        super().resume_writing()  # type: ignore[misc]  # of the class it is put before

    def send_400_response(self, _: str) -> None:
        """
        Refuse what can't be read as HTTP, unless something was answered already.
        """
        cycle = self.cycle
        if cycle is not None and _is_over(cycle) and not self.conn.trailing_data[0].strip(b"\r\n"):
            # Old clients end a body with a line more than it has; they have their answer.
            self.transport.close()
            return
        is_answering = cycle is not None and (cycle.response_started and not _is_over(cycle))
        if cycle is not None and not cycle.response_complete:
            cycle.disconnected = True
            cycle.message_event.set()
        if not is_answering:
            self.transport.write(self.refusal(self.server_state.default_headers))
        self.transport.close()

    def _unsupported_upgrade_warning(self) -> None:
        return


def _is_over(cycle: Any) -> bool:
    return bool(cycle.response_complete and not cycle.more_body)
