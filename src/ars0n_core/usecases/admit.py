"""
Let a request in: `admit` knows the key and counts the request, `count` what costs no credits.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core import access, quotas
from ars0n_core.errors import (
    PortError,
    QuotaExceededError,
    RateLimitExceededError,
    UnauthenticatedError,
)
from ars0n_core.quotas import Decision
from ars0n_core.usecases import conflicts
from ars0n_core.usecases.callers import Caller

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.access import ApiKey, Organization
    from ars0n_core.ids import OrganizationId
    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.quotas import Quota

USE_NOTED_EVERY: Final = timedelta(minutes=1)
"""
How exactly a key's last use is remembered: a write for every request would be too many.
"""


@frozen
class Admission:
    """
    Who is asking, and what the limiter has left for them.
    """

    caller: Caller
    decision: Decision


def admit(ports: Ports, policy: Policy, bearer_key: str) -> Admission:
    """
    Return the caller whose key this is, its request counted.

    Raises:
        UnauthenticatedError: No such key, or not any more; it is not said which.
        RateLimitExceededError: The window of the key, or of its organisation, is full, or
            the limiter can't be asked.
    """
    now = ports.clock.now()
    caller = _caller(ports, bearer_key, now)
    return Admission(caller, _count(ports, policy, caller, now))


def admit_at_once(ports: Ports, policy: Policy, bearer_key: str) -> Admission | None:
    """
    Do as `admit` does without writing to the store; return None, and do nothing, if the
    key's use is to be written down.

    Raises:
        UnauthenticatedError: As `admit`.
        RateLimitExceededError: The same.
    """
    now = ports.clock.now()
    with ports.store.transaction() as tx:
        organization, key = _known(tx, bearer_key)
    if _is_to_be_noted(key, now):
        return None
    caller = Caller(organization, key)
    return Admission(caller, _count(ports, policy, caller, now))


def count(ports: Ports, caller: Caller, quota: Quota, now: datetime, *, times: int = 1) -> None:
    """
    Count so many more of what the organisation may have of *quota*, all or none.

    Raises:
        QuotaExceededError: It had as much as it may have.
        RateLimitExceededError: The limiter can't be asked.
    """
    key = f"{quota.name}/{caller.organization.id}"
    try:
        said = ports.rates.hit(key, limit=quota.limit, window=quota.window, now=now, count=times)
    except PortError as error:
        raise RateLimitExceededError(
            limit=quota.limit, remaining=0, reset_at=now + quotas.WINDOW
        ) from error
    if not said.allowed:
        raise QuotaExceededError(
            quota.name,
            limit=quota.limit,
            used=quota.limit - said.remaining,
            reset_at=said.reset_at,
        )


def _caller(ports: Ports, bearer_key: str, now: datetime) -> Caller:
    with ports.store.transaction() as tx:
        organization, key = _known(tx, bearer_key)
    if _is_to_be_noted(key, now):
        return conflicts.settle(lambda: _noted(ports, bearer_key, organization.id, now))
    return Caller(organization, key)


def _noted(ports: Ports, bearer_key: str, organization_id: OrganizationId, now: datetime) -> Caller:
    with ports.store.transaction() as tx:
        # Read again under the lock that a revocation takes: it must not be written over.
        tx.organizations.lock(organization_id)
        organization, key = _known(tx, bearer_key)
        key = evolve(key, last_used_at=now)
        tx.keys.save(key)
        tx.commit()
    return Caller(organization, key)


def _known(tx: Transaction, bearer_key: str) -> tuple[Organization, ApiKey]:
    # The same work and the same answer for a malformed, an unknown and a revoked key.
    digest = access.digest(bearer_key)
    key = tx.keys.find(digest)
    if key is None or key.revoked_at is not None or not access.is_well_formed(bearer_key):
        raise UnauthenticatedError
    return tx.organizations.find(key.organization_id), key


def _is_to_be_noted(key: ApiKey, now: datetime) -> bool:
    return key.last_used_at is None or key.last_used_at + USE_NOTED_EVERY <= now


def _count(ports: Ports, policy: Policy, caller: Caller, now: datetime) -> Decision:
    limit = quotas.TIERS[policy.edition][caller.organization.tier].requests_per_minute
    limits = {
        f"key/{caller.key_id}": limit,
        f"organization/{caller.organization.id}": limit * quotas.ORGANIZATION_FACTOR,
    }
    try:
        own, together = ports.rates.hit_all(limits, window=quotas.WINDOW, now=now)
    except PortError as error:
        # Fail closed: what can't be counted isn't let in.
        raise RateLimitExceededError(
            limit=limit, remaining=0, reset_at=now + quotas.WINDOW
        ) from error
    for said in (own, together):
        if not said.allowed:
            raise RateLimitExceededError(limit=said.limit, remaining=0, reset_at=said.reset_at)
    return evolve(together, limit=limit) if together.remaining < own.remaining else own
