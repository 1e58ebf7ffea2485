"""
What a server does although nobody asks: one round at a time, or a thread of rounds.
"""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_adapters.web import idempotency, logs
from ars0n_adapters.web.endpoints import link
from ars0n_core import wire
from ars0n_core.usecases import webhooks
from ars0n_core.usecases.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ars0n_adapters.web.application import Application
    from ars0n_core.ports import Delivery, Webhook

_log = logging.getLogger("ars0n.upkeep")

_SENDERS: Final = 8
_SENDERS_EACH: Final = 3  # of them for one organisation
_PATIENCE_SECONDS: Final = 1.0
_FORGET_SECONDS: Final = 900.0
_TELL_SECONDS: Final = 2.0
# A message is waited for, and looking whether one is due costs next to nothing.


@frozen(kw_only=True)
class Tended:
    """
    What a round found: versions under way, versions given up, credits given back.
    """

    generating: int = 0
    abandoned: int = 0
    credits_refunded: int = 0


def tend(application: Application, *, drives: bool = False) -> Tended:
    """
    Follow up what is under way in both modes. If it *drives*, it starts jobs too, as
    polls do.
    """
    swept = [sweep(ports, application.policy, drives=drives) for ports in application.modes]
    return Tended(
        generating=sum(one.generating for one in swept),
        abandoned=sum(one.abandoned for one in swept),
        credits_refunded=sum(one.credits_refunded for one in swept),
    )


def deliver(application: Application, *, spread: webhooks.Spread = map) -> int:
    """
    Tell webhooks what is due, and return how many attempts were made.
    """
    if application.sender is None:
        return 0
    return webhooks.deliver_due(application.ports, application.sender, render, spread=spread)


def forget_old(application: Application) -> int:
    """
    Forget answers and deliveries that need not be kept, and return how many.
    """
    return idempotency.forget_old(application.ports) + webhooks.forget_old(application.ports)


def render(delivery: Delivery, webhook: Webhook) -> bytes:
    """
    Return the body of a message: the same bytes at every attempt.
    """
    told = wire.unstructure_event(delivery, lambda asset_id: link(webhook.origin, asset_id))
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


class Senders:
    """
    Has several receivers told at once. Whoever takes long is not waited for, and no
    organisation's receivers take all there are to send: one that is slow, or many of one,
    keep nobody else waiting.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_SENDERS, thread_name_prefix="ars0n-sender")
        self._at_work: dict[str, str] = {}
        self._lock = threading.Lock()

    def spread(
        self, attempt: Callable[[Delivery], bool], due: Iterable[Delivery]
    ) -> Iterable[bool]:
        """
        Begin to *attempt* what is *due* and return what is done within a moment. What is
        left out now is still due in the next round.
        """
        begun = [
            self._pool.submit(self._send, attempt, delivery)
            for delivery in due
            if self._takes(delivery)
        ]
        return [future.result() for future in wait(begun, timeout=_PATIENCE_SECONDS).done]

    def close(self) -> None:
        """
        Begin nothing more.
        """
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _takes(self, delivery: Delivery) -> bool:
        with self._lock:
            theirs = sum(one == delivery.organization_id for one in self._at_work.values())
            if delivery.id in self._at_work or theirs >= _SENDERS_EACH:
                return False
            self._at_work[delivery.id] = delivery.organization_id
            return True

    def _send(self, attempt: Callable[[Delivery], bool], delivery: Delivery) -> bool:
        try:
            return attempt(delivery)
        except Exception as error:  # noqa: BLE001 - told; it is tried again when its time is up
            _log.error("upkeep failed", extra={logs.FIELDS: logs.place_of(error)})
            return False
        finally:
            with self._lock:
                del self._at_work[delivery.id]


class Upkeep:
    """
    Threads that tend an application until it is closed: one sweeps, one has messages
    delivered.
    """

    def __init__(
        self, application: Application, *, every_seconds: float = 5.0, drives: bool = False
    ) -> None:
        self._application = application
        self._closed = threading.Event()
        self._senders = Senders()
        self._threads = [
            threading.Thread(target=self._go_on, args=row, name="ars0n-upkeep", daemon=True)
            for row in (
                (partial(tend, application, drives=drives), every_seconds),
                (
                    partial(deliver, application, spread=self._senders.spread),
                    min(every_seconds, _TELL_SECONDS),
                ),
                (partial(forget_old, application), _FORGET_SECONDS),
            )
        ]
        for thread in self._threads:
            thread.start()

    def close(self, *, timeout_seconds: float = 20.0) -> None:
        """
        End after what is at hand.
        """
        self._closed.set()
        for thread in self._threads:
            thread.join(timeout=timeout_seconds)
        self._senders.close()

    def _go_on(self, act: Callable[[], object], every_seconds: float) -> None:
        while not self._closed.is_set():
            try:
                act()
            except Exception as error:  # noqa: BLE001 - told; the next round may fare better
                _log.error("upkeep failed", extra={logs.FIELDS: logs.place_of(error)})
            self._closed.wait(every_seconds)
