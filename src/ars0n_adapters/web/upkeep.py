"""
What a server does although nobody asks: one round at a time, or a thread of rounds.
"""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_adapters.web import idempotency, logs
from ars0n_adapters.web.endpoints import link
from ars0n_core import wire
from ars0n_core.usecases import webhooks
from ars0n_core.usecases.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_adapters.web.application import Application
    from ars0n_core.ports import Delivery, Webhook

_log = logging.getLogger("ars0n.upkeep")

_SENDERS: Final = 8
_FORGET_SECONDS: Final = 900.0


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


class Upkeep:
    """
    Threads that tend an application until it is closed: one sweeps, one has messages
    delivered, a few at once, so that a slow receiver keeps nobody else waiting.
    """

    def __init__(
        self, application: Application, *, every_seconds: float = 5.0, drives: bool = False
    ) -> None:
        self._application = application
        self._closed = threading.Event()
        self._pool = ThreadPoolExecutor(_SENDERS, thread_name_prefix="ars0n-sender")
        self._threads = [
            threading.Thread(target=self._go_on, args=row, name="ars0n-upkeep", daemon=True)
            for row in (
                (partial(tend, application, drives=drives), every_seconds),
                (partial(deliver, application, spread=self._pool.map), every_seconds),
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
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _go_on(self, act: Callable[[], object], every_seconds: float) -> None:
        while not self._closed.is_set():
            try:
                act()
            except Exception as error:  # noqa: BLE001 - told; the next round may fare better
                _log.error("upkeep failed", extra={logs.FIELDS: logs.place_of(error)})
            self._closed.wait(every_seconds)
