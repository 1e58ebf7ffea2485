"""
What is counted, in Prometheus' words; each application counts for itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ars0n_core.ledger import EntryKind
from ars0n_core.pipelines.states import TERMINAL

if TYPE_CHECKING:
    from ars0n_core.ledger import Entry
    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.ports import Store

_SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """
    The counters of one application.
    """

    def __init__(self) -> None:
        # An extra's package: needed only where an application is made.
        from prometheus_client import (  # noqa: PLC0415 - lazy, see above
            CollectorRegistry,
            Counter,
            Gauge,
            Histogram,
        )

        self.registry: Any = CollectorRegistry()
        self._requests = Counter(
            "ars0n_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "ars0n_request_seconds",
            "Time to the end of an answer.",
            ("route",),
            registry=self.registry,
            buckets=_SECONDS,
        )
        self._credits = Counter(
            "ars0n_credits", "Credits booked.", ("kind",), registry=self.registry
        )
        self._jobs = Counter(
            "ars0n_jobs_ended",
            "Jobs that completed or failed.",
            ("operation", "status", "cause"),
            registry=self.registry,
        )
        self._doubles = Counter(
            "ars0n_possible_double_submissions",
            "Billed calls sent again because the first one's answer never came.",
            registry=self.registry,
        )
        self._generating = Gauge(
            "ars0n_generating_versions", "Versions under way.", registry=self.registry
        )
        # Looking a row up by its labels costs more than counting in it.
        self._counted: dict[tuple[str, str, int], tuple[Any, Any]] = {}
        for kind in EntryKind:
            self._credits.labels(kind.value)

    def answered(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """
        Count a request.
        """
        row = (method, route, status)
        counted = self._counted.get(row)
        if counted is None:
            counted = self._counted[row] = (
                self._requests.labels(method, route, str(status)),
                self._seconds.labels(route),
            )
        requests, duration = counted
        requests.inc()
        duration.observe(seconds)

    def booked(self, entry: Entry) -> None:
        """
        Count the credits of an entry.
        """
        self._credits.labels(entry.kind.value).inc(entry.credits)

    def moved(self, before: Job, after: Job) -> None:
        """
        Count a job that ended, and one whose billed call may be made twice.
        """
        if after.status in TERMINAL and before.status is not after.status:
            cause = after.cause.value if after.cause else ""
            self._jobs.labels(after.item.operation.value, after.status.value, cause).inc()
        if before.sent and after.crashes > before.crashes:
            self._doubles.inc()

    def text(self, store: Store) -> bytes:
        """
        Return everything counted, and how many versions are under way in *store*.

        Raises:
            PortError: The store can't be reached.
        """
        from prometheus_client import generate_latest  # noqa: PLC0415 - lazy

        with store.transaction() as tx:
            self._generating.set(len(tx.versions.generating()))
        return generate_latest(self.registry)
