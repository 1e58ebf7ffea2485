"""
The laws that hold after every step of the product machine, read from the store alone.

Numbers are those of the invariants in the documentation: L1 conservation, L2 no balance
below zero, L3 once a take, L4 the book and the jobs agree, L5 what an ended version costs,
L6 no charge without its version, L7 back to where it came from, L9 balances are folds,
L14 what was handed out is paid for.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from attrs import define, field, frozen

from ars0n_core import ledger, pricing, quotas
from ars0n_core.ids import AssetId, JobId, OrganizationId, VersionId
from ars0n_core.ledger import EntryKind
from ars0n_core.pipelines.states import Cause, JobStatus
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.limits import EDITION
from ars0n_core.usecases.reports import report_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ars0n_core.access import Organization
    from ars0n_core.ledger import Entry
    from ars0n_core.pipelines.jobs import Charge, Job
    from ars0n_core.ports import Ports, Transaction
    from ars0n_core.projects import Version

EVERYTHING = 10**9


@frozen
class Taken:
    """
    What a customer was handed: by which job, under which of its charges, worth how much.
    """

    organization: OrganizationId
    version: VersionId
    job: JobId
    serial: int
    worth: int


@define
class Records:
    """
    What the machine remembers of a history, because no store keeps it. ``editions`` are
    those whose prices were in force.
    """

    taken: dict[AssetId, Taken] = field(factory=dict)
    excused: set[VersionId] = field(factory=set)
    deleted: set[VersionId] = field(factory=set)
    editions: set[int] = field(factory=lambda: {EDITION})
    progress: dict[VersionId, int] = field(factory=dict)
    attempts: dict[JobId, int] = field(factory=dict)


def versions_of(tx: Transaction, organization: OrganizationId) -> list[Version]:
    """
    Return all of an organisation's versions.
    """
    projects = tx.projects.of(organization, limit=EVERYTHING, offset=0)
    return [version for project in projects for version in tx.versions.of(project.id)]


def check(ports: Ports, records: Records) -> None:
    """
    Check every law.

    Raises:
        AssertionError: One does not hold; the message says which.
    """
    with ports.store.transaction() as tx:
        for organization in tx.organizations.every():
            entries = tx.ledger.entries(organization.id)
            kept = {a: tx.ledger.balance(organization.id, a) for a in ledger.ACCOUNTS}
            versions = versions_of(tx, organization.id)
            check_book(entries, kept)
            check_slots(organization, versions, records)
            for version in versions:
                check_version(version, entries, records)
                check_jobs(tx, ports, version, records)
            check_orphans(entries, versions, records)
            check_taken(organization, entries, records)


def check_book(entries: Sequence[Entry], kept: Mapping[str, int]) -> None:
    """
    L1, L2, L3, L7, L9: the book by itself.
    """
    folded = ledger.balances(entries)
    assert sum(folded.values()) == 0, f"L1: credits were made or lost: {folded}"
    assert folded == dict(kept), f"L9: the store keeps {kept}, its entries say {folded}"
    assert folded[ledger.PREPAID] >= 0, f"L2: prepaid is {folded[ledger.PREPAID]}"
    references = Counter(entry.reference for entry in entries)
    assert set(references.values()) <= {1}, f"L3: booked twice: {references.most_common(1)}"
    charged: Counter[tuple[str, str, int]] = Counter()
    returned: Counter[tuple[str, str, int]] = Counter()
    for entry in entries:
        for posting in entry.postings:
            if entry.kind is EntryKind.CHARGE:
                charged[posting.item, posting.source, posting.credits] += 1
            elif entry.kind is EntryKind.REFUND:
                returned[posting.item, posting.destination, posting.credits] += 1
    assert returned <= charged, f"L3, L7: given back and never charged: {returned - charged}"


def check_slots(organization: Organization, versions: Iterable[Version], records: Records) -> None:
    """
    No more generations at once than the tier allows, or allowed when they were begun.
    """
    active = sum(version.status is VersionStatus.GENERATING for version in versions)
    tiers = (quotas.TIERS[edition][organization.tier] for edition in records.editions)
    most = max(tier.concurrent_generations for tier in tiers)
    assert active <= most, f"E7: {active} generations at once, {most} allowed"


def net_of(entries: Iterable[Entry], version: VersionId) -> int:
    """
    Return what a version cost: its charges less its refunds.
    """
    signs = {EntryKind.CHARGE: 1, EntryKind.REFUND: -1}
    return sum(signs.get(e.kind, 0) * e.credits for e in entries if e.version_id == version)


def check_version(version: Version, entries: Sequence[Entry], records: Records) -> None:
    """
    L4, L5: what a version holds of its customer's money, and what it costs when it ended.
    """
    jobs = tuple(version.pipeline.jobs.values())
    net = net_of(entries, version.id)
    held = sum(c.credits for job in jobs for c in charges_of(job) if not c.refunded)
    assert net == held, f"L4: {version.id} was charged {net} and its jobs hold {held}"
    if version.status is VersionStatus.GENERATING:
        return
    assert not any(job.is_running for job in jobs), f"{version.id} ended with jobs at work"
    if version.status is VersionStatus.COMPLETED:
        check_completed(version, records)
        return
    causes = {job.cause for job in jobs}
    if Cause.OURS in causes:
        assert net == 0, f"L5: {version.id} failed by our fault and costs {net}"
    elif version.is_cancelled:
        idle = {JobStatus.WAITING, JobStatus.PENDING}
        kept = sum(job.charge.credits for job in jobs if job.charge and job.stopped not in idle)
        past = sum(c.credits for job in jobs for c in job.past if not c.refunded)
        assert net == kept + past, f"L5: {version.id} was cancelled at {kept + past}, costs {net}"
    elif causes <= {None, Cause.ORDER}:
        took = [t for t in records.taken.values() if t.version == version.id]
        worth = sum(c.worth for c in took)
        assert net == worth, f"L5: {version.id} failed by its order, took {worth}, costs {net}"


def check_completed(version: Version, records: Records) -> None:
    """
    L5: a finished version costs its work list under a card that was in force.
    """
    cards = [pricing.card(edition).rates for edition in records.editions]
    for job in version.pipeline.jobs.values():
        assert job.status is JobStatus.COMPLETED, f"{version.id} is finished, {job.id} is not"
        assert job.is_paid, f"L5: {job.id} of a finished version is not paid for"
        if job.charge is not None and not version.is_test:
            prices = {rates[job.item.operation].get(job.item.grade) for rates in cards}
            assert job.charge.credits in prices, f"L5: {job.id} cost {job.charge.credits}"


def charges_of(job: Job) -> tuple[Charge, ...]:
    """
    Return every charge the job ever had.
    """
    return job.past if job.charge is None else (*job.past, job.charge)


def given_back(version: Version) -> int:
    """
    Return what was given back of the run that a version is in, and a retry charges again.

    Until there is an ad every take belongs to that run; afterwards what a failed regeneration
    gave back is settled.
    """
    settled = version.pipeline.has_finished_ad
    charges = [
        charge
        for job in version.pipeline.jobs.values()
        for charge in ((job.charge,) if settled else charges_of(job))
    ]
    return sum(charge.credits for charge in charges if charge is not None and charge.refunded)


def check_jobs(tx: Transaction, ports: Ports, version: Version, records: Records) -> None:
    """
    Every job stands where it may, what it made is there, and progress is honest.
    """
    done = {i for i, job in version.pipeline.jobs.items() if job.status is JobStatus.COMPLETED}
    for job in version.pipeline.jobs.values():
        ready = set(job.needs) <= done
        if job.status not in {JobStatus.WAITING, JobStatus.FAILED}:
            assert ready, f"{job.id} is {job.status} before what it needs"
        assert not (job.status is JobStatus.WAITING and ready), f"{job.id} waits for nothing"
        assert job.attempt >= records.attempts.get(job.id, 0), f"{job.id} counts backwards"
        records.attempts[job.id] = job.attempt
        if job.status is JobStatus.COMPLETED:
            asset = tx.assets.find(job.output) if job.output else None
            assert asset is not None, f"{job.id} is completed and has no output"
            assert ports.blobs.exists(asset.blob_key), f"{job.id}: the file of {asset.id} is gone"
    told = report_on(version)
    before = records.progress.get(version.id, 0)
    assert before <= told.progress <= 100, f"{version.id} fell from {before} to {told.progress}"
    finished = version.status is VersionStatus.COMPLETED
    assert (told.progress == 100) == finished, f"{version.id} is at {told.progress}"
    assert (told.output is not None) == finished, f"{version.id}: {told.status}, {told.output}"
    records.progress[version.id] = told.progress


def check_orphans(entries: Iterable[Entry], versions: Iterable[Version], records: Records) -> None:
    """
    L6: a version exists if and only if its charge does.
    """
    known = {version.id for version in versions}
    booked = {entry.version_id for entry in entries if entry.version_id is not None}
    assert booked <= known | records.deleted, f"L6: {booked - known} was charged and is not there"
    for version in versions:
        if any(job.charge and job.charge.credits for job in version.pipeline.jobs.values()):
            assert version.id in booked, f"L6: {version.id} was never charged"


def check_taken(organization: Organization, entries: Iterable[Entry], records: Records) -> None:
    """
    L14: what was handed out is paid for, unless the failure was ours.
    """
    references = {entry.reference for entry in entries}
    for asset, taken in records.taken.items():
        if taken.organization != organization.id or taken.version in records.excused:
            continue
        returned = f"refund/{taken.job}/{taken.serial}" in references
        assert not returned or not taken.worth, f"L14: {asset} was handed out and given back"


def profits(ports: Ports, records: Records) -> dict[OrganizationId, int]:
    """
    Return what each organisation was handed beyond what it paid, in credits, where no
    fault of ours explains it.
    """
    worth: dict[OrganizationId, int] = defaultdict(int)
    for taken in records.taken.values():
        if taken.version not in records.excused:
            worth[taken.organization] += taken.worth
    with ports.store.transaction() as tx:
        for organization in tx.organizations.every():
            for entry in tx.ledger.entries(organization.id):
                if entry.version_id is None or entry.version_id not in records.excused:
                    signs = {EntryKind.CHARGE: 1, EntryKind.REFUND: -1}
                    worth[organization.id] -= signs.get(entry.kind, 0) * entry.credits
    return dict(worth)
