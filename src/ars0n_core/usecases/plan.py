"""
How an ad would be told, before anything is charged: `plan`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_core import pricing, quotas
from ars0n_core.plans import derive
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.budget import seconds_available
from ars0n_core.plans.model import Plan
from ars0n_core.pricing import Estimate
from ars0n_core.specs import brands
from ars0n_core.usecases import admit, materials, orders

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.ports import Policy, Ports
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.usecases.callers import Caller


@frozen(kw_only=True)
class Planned:
    """
    A plan, what the ad would cost told this way, and how long it would be.
    """

    plan: Plan
    estimate: Estimate
    duration_seconds: float


def plan(
    ports: Ports,
    policy: Policy,
    caller: Caller,
    spec: AdSpec,
    *,
    given: Plan | None = None,
    deliver: Sequence[str] = (),
) -> Planned:
    """
    Return a plan for *spec*, completed from the caller's brand kit, and its price. It costs
    nothing, so there is a quota. A plan that is *given* is completed and priced as it is. An ad
    that can't be exported for the profiles in *deliver* is refused.

    Raises:
        InvalidRequestError: The order has faults, or the plan that is given.
        PlanExpiredError: The plan that is given names images the order does not have.
        NotFoundError: A named asset doesn't exist.
        AssetNotOwnedError: A named asset is another organisation's.
        QuotaExceededError: Too many plans this hour.
        PortError: The planner can't now.
    """
    now = ports.clock.now()
    spec = brands.applied(caller.organization.brand, spec)
    expired = orders.check(ports, policy, spec, given, images_required=False, deliver=deliver)
    with ports.store.transaction() as tx:
        assets = materials.require(tx, caller.organization.id, spec)
    if expired is not None:
        raise expired
    if given is None:
        admit.count(ports, caller, quotas.PLANS, now)
        told = orders.ask_planner(ports, spec, assets)
    else:
        told = derive.complete(spec, given)
    return Planned(
        plan=told,
        estimate=pricing.estimate(break_down(spec, told), pricing.card(policy.edition)),
        duration_seconds=seconds_available(spec),
    )
