"""
What the API serves from: the ports of both modes, and what counts and bounds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from ars0n_adapters.web.exports import Exports
from ars0n_adapters.web.http import API_PREFIX, SignedFiles
from ars0n_adapters.web.metrics import Metrics
from ars0n_adapters.web.observing import ModeStore
from ars0n_adapters.web.polls import Polls
from ars0n_core import quotas
from ars0n_core.errors import ForbiddenError
from ars0n_core.ports import Policy, Ports, Sender, Store
from ars0n_core.quotas import Decision

if TYPE_CHECKING:
    from ars0n_core.usecases.callers import Caller

BODY_SECONDS: Final = 30.0
UPLOAD_SECONDS: Final = 900.0
STALL_SECONDS: Final = 30.0
GRACE_SECONDS: Final = 60.0
EVENTS_POLL_SECONDS: Final = 1.0
EVENTS_BEAT_SECONDS: Final = 15.0
EVENTS_SECONDS: Final = 1800.0

ANSWERING_MAX: Final = 1000
"""
How many requests one process answers at a time; one more is told so at once.
"""


@frozen(kw_only=True)
class Waits:
    """
    How long things may take, in seconds: a body, an upload, a pause within it, and how
    long it may come in drops; and how a stream of events looks, beats and ends.
    """

    body: float = BODY_SECONDS
    upload: float = UPLOAD_SECONDS
    stall: float = STALL_SECONDS
    grace: float = GRACE_SECONDS
    events_poll: float = EVENTS_POLL_SECONDS
    events_beat: float = EVENTS_BEAT_SECONDS
    events: float = EVENTS_SECONDS


@frozen(kw_only=True)
class Application:
    """
    What the API serves from. ``test_ports`` are for test keys (the offline providers);
    ``files`` are those it hands out itself. ``at_once``: store and rate windows are on
    this machine, so what only reads them may be done between two requests.
    """

    ports: Ports
    policy: Policy
    test_ports: Ports | None
    store: Store
    files: SignedFiles | None = None
    sender: Sender | None = None
    base_url: str = ""
    metrics: Metrics
    waits: Waits = field(factory=Waits)
    polls: Polls = field(factory=Polls)
    exports: Exports = field(factory=Exports)
    at_once: bool = False
    answering_max: int = ANSWERING_MAX

    def ports_for(self, caller: Caller, origin: str) -> Ports:
        """
        Return the ports the caller's key is for. Files that nobody said where to reach are
        reached where the caller reached us, at *origin*.

        Raises:
            ForbiddenError: It is a test key, and there are no providers for tests.
        """
        ports = self.test_ports if caller.is_test else self.ports
        if ports is None:
            raise ForbiddenError("This server takes no test keys")
        blobs: object = ports.blobs
        if self.base_url or self.files is None or blobs is not self.files:
            return ports
        return evolve(ports, blobs=self.files.below(f"{origin}{API_PREFIX}/blobs"))

    @property
    def modes(self) -> tuple[Ports, ...]:
        """
        The ports of every mode there is.
        """
        return (self.ports,) if self.test_ports is None else (self.ports, self.test_ports)

    def uncounted(self) -> Decision:
        """
        Return what is said of the rate of a request that no window counts: everything is
        left.
        """
        limits = quotas.TIERS[self.policy.edition].values()
        least = min(row.requests_per_minute for row in limits)
        return Decision(allowed=True, limit=least, remaining=least, reset_at=self.ports.clock.now())


def make_application(
    ports: Ports,
    policy: Policy,
    *,
    test_ports: Ports | None = None,
    files: SignedFiles | None = None,
    sender: Sender | None = None,
    base_url: str = "",
    waits: Waits | None = None,
    at_once: bool = False,
) -> Application:
    """
    Return what to serve from: each mode's ports see their own versions only.
    """
    metrics = Metrics()
    live = evolve(ports, store=ModeStore(ports.store, False, metrics))
    tests = None
    if test_ports is not None:
        tests = evolve(test_ports, store=ModeStore(test_ports.store, True, metrics))
    return Application(
        ports=live,
        policy=policy,
        test_ports=tests,
        store=ports.store,
        files=files,
        sender=sender,
        base_url=base_url.rstrip("/"),
        metrics=metrics,
        waits=waits or Waits(),
        at_once=at_once,
    )
