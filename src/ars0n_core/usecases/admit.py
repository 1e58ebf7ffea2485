"""
Let a request in: `admit` knows the key and counts the request.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core import access, quotas
from ars0n_core.errors import PortError, RateLimitExceededError, UnauthenticatedError
from ars0n_core.quotas import Decision
from ars0n_core.usecases.callers import Caller

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.ports import Policy, Ports

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
    limit = quotas.TIERS[policy.edition][caller.organization.tier].requests_per_minute
    decision = _count(ports, f"key/{caller.key_id}", limit, now)
    everyone = f"organization/{caller.organization.id}"
    together = _count(ports, everyone, limit * quotas.ORGANIZATION_FACTOR, now)
    if together.remaining < decision.remaining:
        decision = evolve(together, limit=decision.limit)
    return Admission(caller, decision)


def _caller(ports: Ports, bearer_key: str, now: datetime) -> Caller:
    # The same work and the same answer for a malformed, an unknown and a revoked key.
    digest = access.digest(bearer_key)
    with ports.store.transaction() as tx:
        key = tx.keys.find(digest)
        if key is None or key.revoked_at is not None or not access.is_well_formed(bearer_key):
            raise UnauthenticatedError
        organization = tx.organizations.find(key.organization_id)
        if key.last_used_at is None or key.last_used_at + USE_NOTED_EVERY <= now:
            key = evolve(key, last_used_at=now)
            tx.keys.save(key)
            tx.commit()
    return Caller(organization, key)


def _count(ports: Ports, key: str, limit: int, now: datetime) -> Decision:
    try:
        decision = ports.rates.hit(key, limit=limit, window=quotas.WINDOW, now=now)
    except PortError as error:
        # Fail closed: what can't be counted isn't let in.
        raise RateLimitExceededError(
            limit=limit, remaining=0, reset_at=now + quotas.WINDOW
        ) from error
    if not decision.allowed:
        raise RateLimitExceededError(limit=decision.limit, remaining=0, reset_at=decision.reset_at)
    return decision
