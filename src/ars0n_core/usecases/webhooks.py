"""
Tell a customer's server how a version ended: `subscribe`, `follow`, `announce`,
`deliver_due`.

An end is written down in the transaction that decides it (`announce`), so none is lost
and none is told of that did not happen. Telling is at least once: the id stays the same,
and a receiver that has seen it may pass it over. Messages are signed as in the Standard
Webhooks specification.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core.errors import FetchRefusedError, StaleRevisionError
from ars0n_core.ports.messages import Delivery, DeliveryStatus, Webhook
from ars0n_core.projects import Version, VersionStatus
from ars0n_core.usecases import pages
from ars0n_core.usecases.reports import output_of

if TYPE_CHECKING:
    from ars0n_core.ids import OrganizationId, VersionId
    from ars0n_core.ports import Ports, Sender, Transaction
    from ars0n_core.usecases.callers import Caller

PREFIX: Final = "msg_"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - the prefix, not a secret

WAITS: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 24)),
)
"""
How long after each failed attempt the next one is made (Standard Webhooks' example).
"""

BUSY: Final = timedelta(minutes=2)
"""
How long an attempt may take before another worker may make it: far above its time-out.
"""

KEPT_FOR: Final = timedelta(days=30)
"""
How long the log remembers what is settled.
"""

_BATCH: Final = 200
_FAULT_CHARACTERS_MAX: Final = 200
_GONE: Final = 410

Render = Callable[[Delivery, Webhook], bytes]
Spread = Callable[[Callable[[Delivery], bool], Iterable[Delivery]], Iterable[bool]]


@frozen(kw_only=True)
class Log:
    """
    Some of a customer's deliveries, newest first; ``count`` is how many there are.
    """

    deliveries: tuple[Delivery, ...]
    limit: int
    offset: int
    count: int


def subscribe(
    ports: Ports,
    tx: Transaction,
    organization_id: OrganizationId,
    version_id: VersionId,
    *,
    url: str,
    origin: str,
) -> str:
    """
    Have the end of a version told at *url*, and return the secret that signs: the same
    for every version the organisation has told there.
    """
    secret = tx.deliveries.secret(organization_id, url) or _new_secret(ports)
    tx.deliveries.subscribe(
        Webhook(
            version_id=version_id,
            organization_id=organization_id,
            url=url,
            secret=secret,
            origin=origin,
        )
    )
    return secret


def follow(
    ports: Ports,
    tx: Transaction,
    organization_id: OrganizationId,
    parent_id: VersionId,
    version_id: VersionId,
    *,
    url: str | None,
    origin: str,
) -> str | None:
    """
    Have the end of an edit told at *url*, or, if that is None, where its parent's is; return
    the secret that signs, or None if nobody is told. One that has nothing to do is told of
    at once.
    """
    before = tx.deliveries.webhook(parent_id)
    url = url or (before.url if before else None)
    if url is None:
        return None
    secret = subscribe(ports, tx, organization_id, version_id, url=url, origin=origin)
    announce(ports, tx, tx.versions.find(version_id), now=ports.clock.now())
    return secret


def announce(ports: Ports, tx: Transaction, version: Version, *, now: datetime) -> None:
    """
    Write down that *version* has ended, if anybody wants to be told.
    """
    if version.status is VersionStatus.GENERATING or not tx.deliveries.webhook(version.id):
        return
    tx.deliveries.add(
        Delivery(
            id=ports.ids.new(PREFIX),
            organization_id=version.organization_id,
            version_id=version.id,
            project_id=version.project_id,
            ad_format=version.spec.ad_format,
            event=f"version.{version.status}",
            happened_at=now,
            total_credits=version.total_credits,
            output=output_of(version),
            next_at=now,
        )
    )


def deliver_due(ports: Ports, sender: Sender, render: Render, *, spread: Spread = map) -> int:
    """
    Make every attempt whose time has come and return how many were made. A pool's ``map``
    as *spread* makes several at once.
    """
    with ports.store.transaction() as tx:
        due = tx.deliveries.due(ports.clock.now(), limit=_BATCH)
    return sum(spread(lambda delivery: _attempt(ports, sender, render, delivery), due))


def browse(ports: Ports, caller: Caller, *, limit: int = 20, offset: int = 0) -> Log:
    """
    Return a page of what the caller was told, or is to be.

    Raises:
        InvalidRequestError: *limit* is not 1 to 100, or *offset* is negative.
    """
    pages.check(limit=limit, offset=offset)
    with ports.store.transaction() as tx:
        return Log(
            deliveries=tx.deliveries.of(caller.organization.id, limit=limit, offset=offset),
            limit=limit,
            offset=offset,
            count=tx.deliveries.count(caller.organization.id),
        )


def forget_old(ports: Ports) -> int:
    """
    Forget what was settled long ago and return how many deliveries that were.
    """
    with ports.store.transaction() as tx:
        forgotten = tx.deliveries.forget(ports.clock.now() - KEPT_FOR)
        tx.commit()
    return forgotten


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """
    Return the ``webhook-signature`` of a message.

    >>> signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_1", 1614265330, b"{}")[:3]
    'v1,'
    """
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def _new_secret(ports: Ports) -> str:
    return SECRET_PREFIX + base64.b64encode(bytes.fromhex(ports.ids.secret())).decode()


def _attempt(ports: Ports, sender: Sender, render: Render, delivery: Delivery) -> bool:
    now = ports.clock.now()
    with ports.store.transaction() as tx:
        webhook = tx.deliveries.webhook(delivery.version_id)
        taken = evolve(
            delivery, attempts=delivery.attempts + 1, last_attempt_at=now, next_at=now + BUSY
        )
        if webhook is None:
            taken = evolve(delivery, status=DeliveryStatus.DISABLED, next_at=None)
        try:
            taken = tx.deliveries.save(taken)
            tx.commit()
        except StaleRevisionError:
            return False  # another worker took it
    if webhook is None:
        return False
    settled = _sent(sender, render, taken, webhook, now)
    with ports.store.transaction() as tx:
        if settled.status is DeliveryStatus.DISABLED:
            tx.deliveries.unsubscribe(webhook.organization_id, webhook.url)
        try:
            tx.deliveries.save(settled)
            tx.commit()
        except StaleRevisionError:
            return True  # taken over, or its project is gone
    return True


def _sent(
    sender: Sender, render: Render, delivery: Delivery, webhook: Webhook, now: datetime
) -> Delivery:
    body = render(delivery, webhook)
    timestamp = int(now.timestamp())
    headers = {
        "webhook-id": delivery.id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(webhook.secret, delivery.id, timestamp, body),
    }
    try:
        answered = sender.send(webhook.url, body, headers)
    except FetchRefusedError as error:
        return _failed(delivery, now, fault=str(error)[:_FAULT_CHARACTERS_MAX])
    delivery = evolve(delivery, answer=answered.status, fault="")
    if 200 <= answered.status < 300:  # noqa: PLR2004 - HTTP's own meaning of success
        return evolve(delivery, status=DeliveryStatus.DELIVERED, next_at=None)
    if answered.status == _GONE:
        return evolve(
            delivery,
            status=DeliveryStatus.DISABLED,
            next_at=None,
            fault="The server wants no more messages (410)",
        )
    fault = f"The server answered with status {answered.status}"
    return _failed(delivery, now, fault=fault, wished=answered.retry_after_seconds)


def _failed(
    delivery: Delivery, now: datetime, *, fault: str, wished: float | None = None
) -> Delivery:
    if delivery.attempts > len(WAITS):
        return evolve(delivery, status=DeliveryStatus.FAILED, next_at=None, fault=fault)
    wait = WAITS[delivery.attempts - 1]
    if wished is not None:
        wait = min(max(wait, timedelta(seconds=wished)), WAITS[-1])
    return evolve(delivery, next_at=now + wait, fault=fault)
