"""
Change a finished ad: `edit` makes a new version and does only what is new in it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_core import specs, work
from ars0n_core.errors import InvalidRequestError, NotFoundError, VersionNotEditableError
from ars0n_core.ids import JobId, ProjectId, VersionId
from ars0n_core.pipelines.jobs import Job
from ars0n_core.plans import derive, diff
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.faults import check as check_plan
from ars0n_core.plans.model import Plan
from ars0n_core.projects import Version, VersionStatus
from ars0n_core.specs.model import AdFormat, AdSpec, CustomClip
from ars0n_core.usecases import beginnings, conflicts, deliverable, materials, texts
from ars0n_core.usecases.jobs import takes_of
from ars0n_core.usecases.reports import output_of
from ars0n_core.work import WorkItem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.usecases.callers import Caller


@frozen(kw_only=True)
class Edited:
    """
    What an edit does anew, and its price. ``reused_jobs`` and ``new_jobs`` are ids of the
    new version's jobs; a dry run has no version and no jobs, only the keys of its items.
    """

    project_id: ProjectId
    version_id: VersionId | None
    reused_jobs: tuple[JobId, ...]
    new_jobs: tuple[JobId, ...]
    reused_keys: tuple[str, ...]
    new_keys: tuple[str, ...]
    credits: int


@frozen(kw_only=True)
class _Change:
    """
    The new version's order and plan, its items, and what of them is done already.
    """

    spec: AdSpec
    plan: Plan
    items: tuple[WorkItem, ...]
    reused: Mapping[str, Job]

    @property
    def new(self) -> tuple[WorkItem, ...]:
        """
        The items that are left to do.
        """
        return tuple(item for item in self.items if item.key not in self.reused)


def edit(
    ports: Ports,
    policy: Policy,
    caller: Caller,
    version_id: VersionId,
    *,
    plan: Plan | None = None,
    custom_clips: Sequence[CustomClip] | None = None,
    dry_run: bool = False,
    max_credits: int | None = None,
    deliver: Sequence[str] = (),
) -> Edited:
    """
    Make a new version of an ad with another plan or other custom clips; every finished
    item whose inputs are unchanged is taken over for nothing. An ad that can't be exported for
    the profiles in *deliver* is refused.

    Raises:
        NotFoundError: There is no such version, or no such custom clip.
        VersionNotEditableError: It is generating, or has no finished ad.
        InvalidRequestError: The plan or the clips have faults.
        AssetNotOwnedError: A custom clip is another organisation's.
        PlanExpiredError: The plan, or what is to be done anew, needs an image that is gone.
        ConcurrencyLimitError: The tier's generations are all under way.
        BudgetExceededError: The key's monthly cap doesn't cover the price.
        InsufficientCreditsError: The balance doesn't cover the price.
        PriceExceededError: The price is above *max_credits*.
    """
    now = ports.clock.now()
    clips = None if custom_clips is None else tuple(custom_clips)

    def attempt() -> Edited:
        with ports.store.transaction() as tx:
            tx.organizations.lock(caller.organization.id)
            parent = _editable(tx, caller, version_id)
            change = _changed(ports, tx, policy, caller, parent, plan, clips)
            deliverable.check(policy, change.spec, deliver)
            if dry_run:
                return _priced(policy, caller, parent, change)
            edited = _store(
                ports, tx, policy, caller, parent, change, max_credits=max_credits, now=now
            )
            tx.commit()
            return edited

    return conflicts.settle(attempt)


def _editable(tx: Transaction, caller: Caller, version_id: VersionId) -> Version:
    version = tx.versions.find(version_id)
    if version.organization_id != caller.organization.id:
        raise NotFoundError("version", version_id)
    if version.status is VersionStatus.GENERATING:
        raise VersionNotEditableError("The version is still generating; wait until it is completed")
    if output_of(version) is None:
        raise VersionNotEditableError("The version has no finished ad to edit")
    return version


def _changed(
    ports: Ports,
    tx: Transaction,
    policy: Policy,
    caller: Caller,
    parent: Version,
    plan: Plan | None,
    clips: tuple[CustomClip, ...] | None,
) -> _Change:
    spec = parent.spec if clips is None else evolve(parent.spec, custom_clips=clips)
    told = diff.inherit(parent.plan, plan) if plan is not None else parent.plan
    specs.find_faults(spec, specs.limits_of(policy.edition)).raise_any()
    _require_clips(tx, caller, spec, clips)
    check_plan(spec, told)
    told = derive.complete(spec, told)
    texts.find_faults(ports, spec, told, planned=False).raise_any()
    takes = takes_of(parent.pipeline)
    items = break_down(spec, told, takes=takes)
    change = _Change(
        spec=spec, plan=told, items=items, reused=_reusable(ports, tx, caller, parent, items)
    )
    materials.require_needed(ports, tx, parent.organization_id, spec, change.new)
    return change


def _require_clips(
    tx: Transaction, caller: Caller, spec: AdSpec, clips: tuple[CustomClip, ...] | None
) -> None:
    if clips is None:
        return
    if spec.ad_format is AdFormat.RADIO:
        raise InvalidRequestError({"custom_clips": ["A radio ad has no custom clips"]})
    named = dict.fromkeys(clip.asset_id for clip in clips)
    found = materials.owned(tx, caller.organization.id, named)
    facts = {asset_id: materials.facts_of(asset) for asset_id, asset in found.items()}
    specs.check_assets(spec, facts)


def _reusable(
    ports: Ports, tx: Transaction, caller: Caller, parent: Version, items: Sequence[WorkItem]
) -> dict[str, Job]:
    """
    Return the parent's finished, paid and still stored jobs, by the key of the item that
    they already did. What a test made is no work that was paid for.
    """
    if parent.is_test != caller.is_test:
        return {}
    done = {job.item.key: job for job in parent.pipeline.jobs.values() if job.is_reusable}
    wanted = work.fingerprints(items)
    usable = {key: job.fingerprint for key, job in done.items()}
    needed = diff.match(usable, wanted).reused.values()
    for key in set(needed):
        if not _is_stored(ports, tx, done[key]):
            del usable[key]
    return {key: done[old] for key, old in diff.match(usable, wanted).reused.items()}


def _is_stored(ports: Ports, tx: Transaction, job: Job) -> bool:
    asset = tx.assets.find(job.output) if job.output else None
    return asset is not None and ports.blobs.exists(asset.blob_key)


def _priced(policy: Policy, caller: Caller, parent: Version, change: _Change) -> Edited:
    return Edited(
        project_id=parent.project_id,
        version_id=None,
        reused_jobs=(),
        new_jobs=(),
        reused_keys=tuple(change.reused),
        new_keys=tuple(item.key for item in change.new),
        credits=sum(beginnings.prices_of(policy, caller, change.new).values()),
    )


def _store(
    ports: Ports,
    tx: Transaction,
    policy: Policy,
    caller: Caller,
    parent: Version,
    change: _Change,
    *,
    max_credits: int | None,
    now: datetime,
) -> Edited:
    organization = tx.organizations.lock(caller.organization.id)
    begun = beginnings.begin(
        ports,
        tx,
        policy,
        caller,
        organization,
        change.items,
        reused=change.reused,
        max_credits=max_credits,
        now=now,
    )
    tx.versions.add(
        Version(
            id=begun.version_id,
            project_id=parent.project_id,
            organization_id=organization.id,
            spec=change.spec,
            plan=change.plan,
            pipeline=begun.pipeline,
            created_at=now,
            updated_at=now,
            status=VersionStatus.GENERATING if change.new else VersionStatus.COMPLETED,
            edition=policy.edition,
            total_credits=begun.total_credits,
            takes=parent.takes,
            api_key_id=caller.key_id,
            parent_id=parent.id,
            is_test=caller.is_test,
            last_polled_at=now,
        )
    )
    return Edited(
        project_id=parent.project_id,
        version_id=begun.version_id,
        reused_jobs=tuple(begun.job_ids[key] for key in begun.job_ids if key in change.reused),
        new_jobs=tuple(begun.job_ids[item.key] for item in change.new),
        reused_keys=tuple(change.reused),
        new_keys=tuple(item.key for item in change.new),
        credits=begun.total_credits,
    )
