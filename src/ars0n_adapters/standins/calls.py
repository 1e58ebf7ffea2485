"""
A call as it came in, its answer, and the book of what was billed.
"""

from __future__ import annotations

import hashlib
import json
import threading
from typing import Any, Final

from attrs import field, frozen

from ars0n_adapters.standins.scripts import Fault, Route

CALLS_KEPT_MAX: Final = 10_000
"""
Different requests the book tells apart; beyond them the oldest are forgotten.
"""


@frozen(kw_only=True)
class Call:
    """
    A request: ``body`` is its JSON, ``query`` the first value of each parameter.
    """

    method: str
    path: str
    query: dict[str, str] = field(factory=dict)
    headers: dict[str, str] = field(factory=dict)
    body: Any = None

    @property
    def digest(self) -> str:
        """
        The fingerprint of what is asked: address, parameters and body, but for labels:
        what is ordered twice under two of them is the same order.
        """
        body = self.body
        if isinstance(body, dict):
            body = {name: value for name, value in body.items() if name != "labels"}
        told = json.dumps([self.method, self.path, self.query, body], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()


@frozen(kw_only=True)
class Reply:
    """
    An answer; ``cost`` is what was billed for it: one call or nothing.
    """

    status: int = 200
    content: bytes = b""
    media_type: str = "application/json; charset=UTF-8"
    headers: dict[str, str] = field(factory=dict)
    cost: int = 0


@frozen(kw_only=True)
class Asked:
    """
    A call on its way through a provider: how it goes, and its number among equal ones.
    """

    call: Call
    route: Route
    fault: Fault
    number: int


def replied(
    body: Any, *, status: int = 200, cost: int = 0, headers: dict[str, str] | None = None
) -> Reply:
    """
    Return *body* as a JSON reply.
    """
    return Reply(
        status=status,
        content=json.dumps(body).encode(),
        headers=headers or {},
        cost=cost,
    )


class Book:
    """
    How often each request came, and how often it was billed.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[str, dict[str, Any]] = {}

    def enter(self, route: Route, digest: str) -> int:
        """
        Note a call and return how many equal ones came before.
        """
        with self._lock:
            if digest not in self._rows and len(self._rows) >= CALLS_KEPT_MAX:
                del self._rows[next(iter(self._rows))]
            row = self._rows.setdefault(
                digest, {"route": route.value, "request": digest, "calls": 0, "billed": 0}
            )
            row["calls"] += 1
            return int(row["calls"]) - 1

    def bill(self, digest: str, cost: int) -> None:
        """
        Add *cost* (negative: take back) to what was billed for a request.
        """
        with self._lock:
            if digest in self._rows:
                self._rows[digest]["billed"] += cost

    def told(self) -> dict[str, Any]:
        """
        Return the book: each request, oldest first, and the sums of each route.
        """
        with self._lock:
            rows = [dict(row) for row in self._rows.values()]
        routes: dict[str, dict[str, int]] = {}
        for row in rows:
            total = routes.setdefault(
                row["route"], {"calls": 0, "billed": 0, "requests": 0, "billed_twice": 0}
            )
            total["calls"] += row["calls"]
            total["billed"] += row["billed"]
            total["requests"] += 1
            total["billed_twice"] += row["billed"] > 1
        return {"routes": routes, "requests": rows}

    def clear(self) -> None:
        """
        Begin a new book.
        """
        with self._lock:
            self._rows.clear()
