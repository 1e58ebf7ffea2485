"""
What a customer may do to a running or finished ad: `cancel`, `retry`, `regenerate`.

Each is one transaction with the organisation locked: what moves the jobs, what is charged
or given back and the slot are stored together, or nothing is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_core import ledger, pricing
from ars0n_core.errors import (
    JobNotRegenerableError,
    NotFoundError,
    VersionCancelledError,
    VersionNotCancellableError,
)
from ars0n_core.ids import JobId
from ars0n_core.pipelines import graph, outcomes, report
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.plans.breakdown import break_down, subjects
from ars0n_core.projects import VersionStatus
from ars0n_core.usecases import conflicts, materials, payments, webhooks
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ars0n_core.access import Organization
    from ars0n_core.ids import VersionId
    from ars0n_core.pipelines.graph import Pipeline
    from ars0n_core.pipelines.jobs import Charge
    from ars0n_core.pipelines.report import JobReport
    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.projects import Version
    from ars0n_core.usecases.callers import Caller


@frozen(kw_only=True)
class Cancelled:
    """
    A version stopped: how many jobs were, and what was given back.
    """

    jobs_cancelled: int
    credits_refunded: int


@frozen(kw_only=True)
class Regenerated:
    """
    A scene on its next take: what was charged, and the jobs that are done anew.
    """

    cost: int
    jobs_reset: tuple[JobId, ...]


def cancel(ports: Ports, caller: Caller, version_id: VersionId) -> Cancelled:
    """
    Stop a version: what never started is given back, what is at work stays paid. A
    regeneration that is stopped leaves the last finished ad.

    Raises:
        NotFoundError: There is no such version, or it is another organisation's.
        VersionNotCancellableError: It is not generating any more.
    """
    now = ports.clock.now()
    return conflicts.settle(lambda: _cancel(ports, caller, version_id, now))


def _cancel(ports: Ports, caller: Caller, version_id: VersionId, now: datetime) -> Cancelled:
    with ports.store.transaction() as tx:
        tx.organizations.lock(caller.organization.id)
        version = tx.versions.find(version_id)
        if version.organization_id != caller.organization.id:
            raise NotFoundError("version", version_id)
        if version.status is not VersionStatus.GENERATING:
            raise VersionNotCancellableError(
                f"Only a generating version can be cancelled; this one is {version.status}"
            )
        pipeline, stopped = graph.cancel(version.pipeline)
        pipeline, conclusion = outcomes.conclude(pipeline)
        completed = conclusion is not None and conclusion.completed
        refunds = conclusion.refunds if conclusion else ()
        returned = payments.give_back(ports, tx, version, refunds, now=now)
        saved = tx.versions.save(
            evolve(
                version,
                pipeline=pipeline,
                status=VersionStatus.COMPLETED if completed else VersionStatus.FAILED,
                is_cancelled=not completed,
                updated_at=now,
            )
        )
        webhooks.announce(ports, tx, saved, now=now)
        tx.commit()
    return Cancelled(jobs_cancelled=stopped, credits_refunded=returned)


def retry(ports: Ports, policy: Policy, caller: Caller, job_id: JobId) -> JobReport:
    """
    Try a failed job again. What its failure gave back is charged again, at the price it
    had, takes that were replaced before too; so a retry costs nothing extra, and failing gives
    no work for free.

    Raises:
        NotFoundError: There is no such job, or it is another organisation's.
        VersionCancelledError: Its version was cancelled.
        JobNotRetryableError: It has not failed.
        RetriesExhaustedError: Its retries are used up.
        PlanExpiredError: A file of the order that it or what follows needs is gone.
        ConcurrencyLimitError: The tier's generations are all under way.
        BudgetExceededError: The key's monthly cap doesn't cover it.
        InsufficientCreditsError: The balance doesn't cover it; nothing changed.
    """
    now = ports.clock.now()
    return conflicts.settle(lambda: _retry(ports, policy, caller, job_id, now))


def _retry(ports: Ports, policy: Policy, caller: Caller, job_id: JobId, now: datetime) -> JobReport:
    with ports.store.transaction() as tx:
        organization = tx.organizations.lock(caller.organization.id)
        version = _version_of(tx, caller, job_id)
        if version.is_cancelled:
            raise VersionCancelledError("A cancelled version can't be retried; generate it anew")
        pipeline, owed = graph.retry(version.pipeline, job_id, bounds=policy.bounds)
        left = [one.item for one in pipeline.jobs.values() if one.status is not JobStatus.COMPLETED]
        materials.require_needed(ports, tx, organization.id, version.spec, left)
        if version.status is not VersionStatus.GENERATING:
            payments.require_slot(tx, policy, organization)
        account = ledger.account_of(unlimited=organization.unlimited)
        pipeline, made = outcomes.charged_again(
            pipeline, owed, account=account, api_key_id=caller.key_id
        )
        version = evolve(version, pipeline=pipeline, status=VersionStatus.GENERATING)
        saved = tx.versions.save(_paid(ports, tx, caller, organization, version, made, now))
        tx.commit()
    return next(job for job in report.jobs(saved.pipeline) if job.id == job_id)


def regenerate(
    ports: Ports,
    policy: Policy,
    caller: Caller,
    job_id: JobId,
    *,
    max_credits: int | None = None,
) -> Regenerated:
    """
    Do a completed clip anew, with its picture and the final cut, as another take.

    Raises:
        NotFoundError: There is no such job, or it is another organisation's.
        JobNotRegenerableError: Not a completed clip, or of a failed version.
        VersionCancelledError: Its version was cancelled.
        JobBusyError: The final cut is being made right now.
        PlanExpiredError: A file of the order that is needed again is gone.
        ConcurrencyLimitError: The tier's generations are all under way.
        BudgetExceededError: The key's monthly cap doesn't cover the price.
        InsufficientCreditsError: The balance doesn't cover the price.
        PriceExceededError: The price is above *max_credits*.
    """
    now = ports.clock.now()
    return conflicts.settle(
        lambda: _regenerate(ports, policy, caller, job_id, max_credits=max_credits, now=now)
    )


def _regenerate(
    ports: Ports,
    policy: Policy,
    caller: Caller,
    job_id: JobId,
    *,
    max_credits: int | None,
    now: datetime,
) -> Regenerated:
    with ports.store.transaction() as tx:
        organization = tx.organizations.lock(caller.organization.id)
        version = _version_of(tx, caller, job_id)
        _require_sound(version)
        counted, takes = _next_take(version, job_id)
        items = break_down(version.spec, version.plan, takes=takes)
        pipeline, renewed, owed = graph.regenerate(version.pipeline, job_id, items=items)
        anew = [pipeline.job(renewed_id).item for renewed_id in renewed]
        materials.require_needed(ports, tx, organization.id, version.spec, anew)
        if version.status is not VersionStatus.GENERATING:
            payments.require_slot(tx, policy, organization)
        lines = pricing.estimate(
            [pipeline.job(owed_id).item for owed_id in owed], pricing.card(policy.edition)
        ).lines
        prices = {
            owed_id: 0 if version.is_test else line.credits
            for owed_id, line in zip(owed, lines, strict=True)
        }
        cost = sum(prices.values())
        payments.require_price(cost, max_credits)
        account = ledger.account_of(unlimited=organization.unlimited)
        pipeline = outcomes.charged(
            pipeline,
            {owed_id: (price, account) for owed_id, price in prices.items()},
            api_key_id=caller.key_id,
        )
        made = [
            (owed_id, charge)
            for owed_id in owed
            if (charge := pipeline.job(owed_id).charge) is not None
        ]
        version = evolve(
            version,
            pipeline=pipeline,
            takes=counted,
            status=VersionStatus.GENERATING,
            total_credits=version.total_credits + cost,
        )
        tx.versions.save(_paid(ports, tx, caller, organization, version, made, now))
        tx.commit()
    return Regenerated(cost=cost, jobs_reset=renewed)


def takes_of(pipeline: Pipeline) -> dict[str, int]:
    """
    Return the take each scene is on, by its subject.

    After a failed regeneration that is not the highest that was ever ordered.
    """
    items = [job.item for job in pipeline.jobs.values()]
    names = subjects(items)
    return {names[item.key]: item.take for item in items if item.operation is Operation.EDIT_IMAGE}


def _require_sound(version: Version) -> None:
    if version.is_cancelled:
        raise VersionCancelledError("A cancelled version can't be changed; generate it anew")
    jobs = version.pipeline.jobs.values()
    if version.status is VersionStatus.FAILED or any(
        job.status is JobStatus.FAILED for job in jobs
    ):
        raise JobNotRegenerableError(
            form_errors=["A job of this version failed; retry it before regenerating another"]
        )


def _next_take(version: Version, job_id: JobId) -> tuple[dict[str, int], dict[str, int]]:
    """
    Return the counted takes with one more of this scene, and the takes to break down.
    """
    items = [job.item for job in version.pipeline.jobs.values()]
    subject = subjects(items).get(version.pipeline.job(job_id).item.key)
    takes, counted = takes_of(version.pipeline), dict(version.takes)
    if subject is not None:
        # A take that failed is never ordered again: it would look like its own result.
        counted[subject] = 1 + max(counted.get(subject, 0), takes.get(subject, 0))
        takes[subject] = counted[subject]
    return counted, takes


def _version_of(tx: Transaction, caller: Caller, job_id: JobId) -> Version:
    version = tx.versions.find_by_job(job_id)
    if version.organization_id != caller.organization.id:
        raise NotFoundError("job", job_id)
    return version


def _paid(
    ports: Ports,
    tx: Transaction,
    caller: Caller,
    organization: Organization,
    version: Version,
    made: Sequence[tuple[JobId, Charge]],
    now: datetime,
) -> Version:
    """
    Pay for the charges *made* of *version*, and return it with the key that paid, still to be
    saved.
    """
    if made:
        first, charge = made[0]
        bill = payments.Bill(
            items=tuple((job_id, one.credits) for job_id, one in made),
            # A job's charges are numbered: the first one's number names the whole bill.
            reference=f"charge/{first}/{charge.serial}",
            version_id=version.id,
        )
        payments.pay(ports, tx, caller, organization, bill, now=now)
    return evolve(
        version,
        api_key_id=caller.key_id if made else version.api_key_id,
        updated_at=now,
        last_polled_at=now,
    )
