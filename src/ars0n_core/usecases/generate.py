"""
Order an ad: `generate`.

The order of the checks is the product's promise: the body, its assets, its plan, the
tier, a free slot, the price. Nothing is charged or stored when one fails; what was
fetched for a refused order is removed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_core import ids, pricing
from ars0n_core.assets import Asset
from ars0n_core.errors import NotFoundError
from ars0n_core.ids import ProjectId, VersionId
from ars0n_core.plans import derive
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.model import Plan
from ars0n_core.plans.typical import typical
from ars0n_core.projects import Project, Version
from ars0n_core.specs import brands
from ars0n_core.specs.model import AdFormat, AdSpec
from ars0n_core.usecases import beginnings, conflicts, materials, orders, payments

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.usecases.callers import Caller

NAME_CHARACTERS_MAX = 80
"""
A project is named by the beginning of its prompt.
"""


@frozen(kw_only=True)
class Generated:
    """
    An order taken: where to ask for it, and what was charged for how many jobs.
    """

    project_id: ProjectId
    version_id: VersionId
    total_credits: int
    job_count: int


def generate(
    ports: Ports,
    policy: Policy,
    caller: Caller,
    spec: AdSpec,
    *,
    plan: Plan | None = None,
    max_credits: int | None = None,
    project_id: ProjectId | None = None,
    deliver: Sequence[str] = (),
) -> Generated:
    """
    Take the order, completed from the caller's brand kit: charge its whole work list and
    store the version with its jobs. An ad that can't be exported for the profiles in *deliver*
    is refused.

    Raises:
        InvalidRequestError: The order, its plan or its images have faults.
        NotFoundError: A named asset, or the project, doesn't exist.
        AssetNotOwnedError: A named asset is another organisation's.
        PlanExpiredError: The plan names images that the order doesn't have.
        ConcurrencyLimitError: The tier's generations are all under way.
        BudgetExceededError: The key's monthly cap doesn't cover the price.
        InsufficientCreditsError: The balance doesn't cover the price.
        PriceExceededError: The price is above *max_credits*.
        PortError: The outside can't now; nothing was charged.
    """
    now = ports.clock.now()
    spec = brands.applied(caller.organization.brand, spec)
    expired = orders.check(ports, policy, spec, plan, deliver=deliver)
    if spec.ad_format is AdFormat.RADIO:
        spec = evolve(spec, image_urls=(), image_asset_ids=())
    with ports.store.transaction() as tx:
        assets = materials.require(tx, caller.organization.id, spec)
        if expired is not None:
            raise expired
        if project_id is not None:
            _owned_project(tx, caller, project_id)
        _look_first(tx, policy, caller, spec, plan, now)
    fetched = materials.fetch_images(ports, caller.organization.id, spec.image_urls, now=now)
    try:
        if fetched:
            images = tuple(asset.id for asset in fetched)
            spec = evolve(spec, image_urls=(), image_asset_ids=images)
            assets |= {asset.id: asset for asset in fetched}
        told = derive.complete(spec, plan) if plan else orders.ask_planner(ports, spec, assets)
        return conflicts.settle(
            lambda: _store(
                ports,
                policy,
                caller,
                _Order(spec=spec, plan=told, fetched=fetched, project_id=project_id),
                max_credits=max_credits,
                now=now,
            )
        )
    except BaseException:
        materials.discard(ports, (asset.blob_key for asset in fetched))
        raise


@frozen(kw_only=True)
class _Order:
    """
    All that is stored if the order can be paid for.
    """

    spec: AdSpec
    plan: Plan
    fetched: tuple[Asset, ...]
    project_id: ProjectId | None


def _look_first(
    tx: Transaction,
    policy: Policy,
    caller: Caller,
    spec: AdSpec,
    plan: Plan | None,
    now: datetime,
) -> None:
    # A cheap look before downloads and planning; the charging transaction decides.
    organization = tx.organizations.find(caller.organization.id)
    payments.require_slot(tx, policy, organization)
    if not caller.is_test:
        items = break_down(spec, plan or typical(spec))
        price = pricing.estimate(items, pricing.card(policy.edition)).total
        payments.require_funds(tx, caller, organization, price, now)


def _owned_project(tx: Transaction, caller: Caller, project_id: ProjectId) -> Project:
    project = tx.projects.find(project_id)
    if project.organization_id != caller.organization.id:
        raise NotFoundError("project", project_id)
    return project


def _store(
    ports: Ports,
    policy: Policy,
    caller: Caller,
    order: _Order,
    *,
    max_credits: int | None,
    now: datetime,
) -> Generated:
    items = break_down(order.spec, order.plan)
    with ports.store.transaction() as tx:
        organization = tx.organizations.lock(caller.organization.id)
        fetched = {asset.id for asset in order.fetched}
        kept = (one for one in materials.named_by(order.spec) if one not in fetched)
        materials.owned(tx, organization.id, kept)
        begun = beginnings.begin(
            ports, tx, policy, caller, organization, items, max_credits=max_credits, now=now
        )
        project = _project(ports, tx, caller, order, now)
        for asset in order.fetched:
            tx.assets.add(asset)
        tx.versions.add(
            Version(
                id=begun.version_id,
                project_id=project.id,
                organization_id=organization.id,
                spec=order.spec,
                plan=order.plan,
                pipeline=begun.pipeline,
                created_at=now,
                updated_at=now,
                edition=policy.edition,
                total_credits=begun.total_credits,
                api_key_id=caller.key_id,
                is_test=caller.is_test,
                last_polled_at=now,
            )
        )
        tx.commit()
    return Generated(
        project_id=project.id,
        version_id=begun.version_id,
        total_credits=begun.total_credits,
        job_count=len(items),
    )


def _project(
    ports: Ports, tx: Transaction, caller: Caller, order: _Order, now: datetime
) -> Project:
    if order.project_id is not None:
        return _owned_project(tx, caller, order.project_id)
    project = Project(
        id=ProjectId(ports.ids.new(ids.PROJECT)),
        organization_id=caller.organization.id,
        name=name_of(order.spec.prompt),
        created_at=now,
    )
    tx.projects.add(project)
    return project


def name_of(prompt: str) -> str:
    r"""
    Return a project's name: the beginning of its prompt, on one line.

    >>> name_of("  A lamp,\n warm light  ")
    'A lamp, warm light'
    """
    line = " ".join(prompt.split())
    if len(line) <= NAME_CHARACTERS_MAX:
        return line
    return line[: NAME_CHARACTERS_MAX - 1].rstrip() + "…"
