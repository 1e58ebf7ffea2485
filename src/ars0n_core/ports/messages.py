"""
What was answered, and what is still to be told: replies and deliveries.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from ars0n_core.ids import AssetId, OrganizationId, ProjectId, VersionId
from ars0n_core.specs.model import AdFormat

if TYPE_CHECKING:
    from collections.abc import Mapping


@frozen(kw_only=True)
class Reply:
    """
    One request that came with an idempotency key, and what was answered to it.

    ``scope`` is the endpoint, ``fingerprint`` the digest of all that was asked; ``token``
    names who is answering now, until ``claimed_until``. ``booked`` is the reference of a
    charge that was taken for an answer still to come; ``body`` is empty until then.
    """

    organization_id: OrganizationId
    scope: str
    key: str
    fingerprint: str
    token: str
    asked_at: datetime
    claimed_until: datetime
    booked: str = ""
    status: int = 0
    body: str = field(default="", repr=False)

    @property
    def is_answered(self) -> bool:
        """
        Whether there is an answer to repeat.
        """
        return self.status != 0


class Replies(Protocol):
    """
    The answers that are kept to be repeated, by organisation, scope and key.
    """

    def find(self, organization_id: OrganizationId, scope: str, key: str) -> Reply | None:
        """
        Return the reply, or None.
        """
        ...

    def save(self, reply: Reply) -> None:
        """
        Store *reply*, in the place of the one of its organisation, scope and key.
        """
        ...

    def delete(self, organization_id: OrganizationId, scope: str, key: str) -> None:
        """
        Forget the reply; a missing one is no error.
        """
        ...

    def forget(self, before: datetime) -> int:
        """
        Forget every reply asked for before that instant and return how many there were.
        """
        ...


@frozen(kw_only=True)
class Webhook:
    """
    Where the end of a version is told. ``origin`` is what its links start with;
    ``secret`` signs, and is the same for all of an organisation's versions told there.
    """

    version_id: VersionId
    organization_id: OrganizationId
    url: str = field(repr=False)
    secret: str = field(repr=False)
    origin: str = ""


class DeliveryStatus(StrEnum):
    """
    Where the telling of one event stands.
    """

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"
    DISABLED = "disabled"


@frozen(kw_only=True)
class Delivery:
    """
    One event to be told, and how that went. What is told are the facts at the time it
    happened: every attempt says the same.

    ``next_at`` is when it is tried next, None once it is settled; ``revision`` grows with
    every save.
    """

    id: str
    organization_id: OrganizationId
    version_id: VersionId
    project_id: ProjectId
    ad_format: AdFormat
    event: str
    happened_at: datetime
    total_credits: int
    output: AssetId | None
    status: DeliveryStatus = DeliveryStatus.PENDING
    attempts: int = 0
    next_at: datetime | None = None
    last_attempt_at: datetime | None = None
    answer: int | None = None
    fault: str = ""
    revision: int = 0


class Deliveries(Protocol):
    """
    Where ends are told, and the events to tell.
    """

    def subscribe(self, webhook: Webhook) -> None:
        """
        Have the end of a version told.
        """
        ...

    def webhook(self, version_id: VersionId) -> Webhook | None:
        """
        Return where the version's end is told, or None.
        """
        ...

    def secret(self, organization_id: OrganizationId, url: str) -> str | None:
        """
        Return what signs for the organisation at *url*, if anything is told there.
        """
        ...

    def unsubscribe(self, organization_id: OrganizationId, url: str) -> None:
        """
        Tell nothing more of the organisation at *url*.
        """
        ...

    def add(self, delivery: Delivery) -> None:
        """
        Store an event to be told.
        """
        ...

    def save(self, delivery: Delivery) -> Delivery:
        """
        Replace a stored delivery and return it at its next revision.

        Raises:
            StaleRevisionError: It was saved since ``delivery.revision`` was read.
        """
        ...

    def due(self, now: datetime, *, limit: int) -> tuple[Delivery, ...]:
        """
        Return pending deliveries whose time has come, longest due first.
        """
        ...

    def of(
        self, organization_id: OrganizationId, *, limit: int, offset: int
    ) -> tuple[Delivery, ...]:
        """
        Return a page of the organisation's deliveries, newest first.
        """
        ...

    def count(self, organization_id: OrganizationId) -> int:
        """
        Return how many deliveries the organisation has.
        """
        ...

    def forget(self, before: datetime) -> int:
        """
        Forget every settled delivery of what happened before that instant and return how
        many there were.
        """
        ...


@frozen(kw_only=True)
class Answered:
    """
    What a webhook's server said. ``retry_after_seconds`` is its wish, if it had one.
    """

    status: int
    retry_after_seconds: float | None = None


class Sender(Protocol):
    """
    Posts to customers' URLs, and reaches nothing that is not public.
    """

    def check(self, url: str) -> None:
        """
        Check the shape of *url*.

        Raises:
            FetchRefusedError: It is no URL to post to.
        """
        ...

    def send(self, url: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """
        Post *body* and return what was said; no redirect is followed.

        Raises:
            FetchRefusedError: The URL is not taken, or nothing was said in time.
        """
        ...
