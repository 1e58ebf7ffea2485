"""
Nobody profits: the laws of money hold after every step of anybody's programme.

A machine calls every endpoint that moves credits, in any order and with work half done,
while providers fail. In its strict form only the order is ever at fault; then what was
handed out is paid for, always.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import evolve
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ars0n_adapters.memory import MemoryBlobs, MemoryRateWindows, MemoryStore, QueueRunner
from ars0n_adapters.system import TemporaryFolders
from ars0n_core import ledger, work
from ars0n_core.access import Organization
from ars0n_core.assets import Asset, AssetKind
from ars0n_core.errors import Ars0nError, CompositorError, PortError
from ars0n_core.errors import ProviderRejectedError as Rejected
from ars0n_core.errors import ProviderUnavailableError as Unavailable
from ars0n_core.errors import ProviderUnknownError as Unknown
from ars0n_core.ids import AssetId, EntryId, OrganizationId
from ars0n_core.ledger import EntryKind
from ars0n_core.pipelines.states import Cause, JobStatus
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.ports import Policy, Ports
from ars0n_core.projects import Version, VersionStatus
from ars0n_core.quotas import TIERS, Tier
from ars0n_core.specs.model import AdFormat, AdSpec
from ars0n_core.testing import fakes
from ars0n_core.usecases import billing, projects
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.assets import serve
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.generate import generate
from ars0n_core.usecases.jobs import cancel, regenerate, retry
from ars0n_core.usecases.preview import preview
from ars0n_core.usecases.sweep import sweep
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_core.pipelines.jobs import Charge, Job

from datetime import UTC, datetime

START = datetime(2026, 3, 1, 12, tzinfo=UTC)
PLAN = Plan(
    segments=(Segment(text="One word.", scene_index=0), Segment(text="Two.", scene_index=1)),
    scenes=(
        Scene(scene_index=0, description="First", duration_seconds=8),
        Scene(scene_index=1, description="Second", duration_seconds=8),
    ),
)
PICK = st.integers(0, 40)


def charges_of(job: Job) -> tuple[Charge, ...]:
    return tuple(charge for charge in (job.charge, *job.past) if charge is not None)


class Customers(RuleBasedStateMachine):
    """
    One customer who does anything, in any order.
    """

    strict = False

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="ars0n-test-"))
        self.clock = fakes.ManualClock(START)
        self.runner = QueueRunner()
        self.faults = {
            name: fakes.Flaky(port)
            for name, port in {
                "images": fakes.FakeImages(),
                "clips": fakes.FakeClips(looks=2),
                "speech": fakes.FakeSpeech(),
                "compositor": fakes.FakeCompositor(),
                "blobs": MemoryBlobs(),
            }.items()
        }
        flaky: dict[str, Any] = dict(self.faults)
        self.ports = Ports(
            clock=self.clock,
            ids=fakes.CountingIds(),
            scratch=TemporaryFolders(self.folder),
            store=MemoryStore(),
            rates=MemoryRateWindows(),
            fetcher=fakes.FakeFetcher(),
            ingest=fakes.FakeIngest(),
            planner=fakes.FakePlanner(),
            voices=fakes.FakeVoices(),
            music=fakes.FakeMusic(),
            runner=self.runner,
            **flaky,
        )
        self.policy = Policy(
            billed=frozenset({Operation.GENERATE_CLIP, Operation.SPEAK}), deferrals_max=2
        )
        organization = Organization(
            id=OrganizationId("org_ours"), name="ours", tier=Tier.PRO, created_at=START
        )
        self.caller = Caller(organization)
        source = self.folder / "source.png"
        source.write_bytes(fakes.picture())
        self.ports.blobs.put("assets/picture", source, media_type="image/png")
        booking = ledger.Booking(
            id=EntryId("entry_gift"),
            organization_id=organization.id,
            reference="grant/gift",
            booked_at=START,
        )
        with self.ports.store.transaction() as tx:
            tx.organizations.add(organization)
            tx.assets.add(
                Asset(
                    id=AssetId("picture"),
                    organization_id=organization.id,
                    kind=AssetKind.IMAGE,
                    media_type="image/png",
                    blob_key="assets/picture",
                    size_bytes=1,
                    sha256="0" * 64,
                    created_at=START,
                )
            )
            tx.ledger.append(ledger.grant(booking, credits_given=600))
            tx.commit()
        self.taken: set[tuple[str, int]] = set()
        self.gone: set[str] = set()

    def teardown(self) -> None:
        """
        Whatever was left lying ends, once faults stop.
        """
        try:
            self.bring_to_an_end()
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def bring_to_an_end(self) -> None:
        for flaky in self.faults.values():
            flaky.forget_faults()
        for _ in range(60):
            if not self.generating():
                break
            while self.runner.step():
                pass
            for version in self.generating():
                advance(self.ports, self.policy, self.caller, version.id)
            self.clock.pass_by(timedelta(minutes=10))
        assert not self.generating()
        self.the_book_is_whole()
        self.each_version_holds_what_the_book_says()

    # -- what is there ---------------------------------------------------------------

    def versions(self) -> tuple[Version, ...]:
        with self.ports.store.transaction() as tx:
            return tx.versions.between(
                self.caller.organization.id, START, START + timedelta(days=10_000)
            )

    def generating(self) -> tuple[Version, ...]:
        with self.ports.store.transaction() as tx:
            return tx.versions.generating()

    def entries(self) -> tuple[ledger.Entry, ...]:
        with self.ports.store.transaction() as tx:
            return tx.ledger.entries(self.caller.organization.id)

    def version(self, pick: int) -> Version | None:
        versions = self.versions()
        return versions[pick % len(versions)] if versions else None

    def job(self, pick: int, operation: Operation, status: JobStatus) -> Job | None:
        found = [
            job
            for version in self.versions()
            for job in version.pipeline.jobs.values()
            if job.status is status and operation in {job.item.operation, Operation.MIX}
        ]
        return found[pick % len(found)] if found else None

    # -- what the customer does --------------------------------------------------------

    @rule(film=st.booleans())
    def order(self, film: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        spec = AdSpec(
            prompt="A lamp",
            duration_seconds=15,
            voice_id="ada",
            ad_format=AdFormat.VIDEO if film else AdFormat.RADIO,
            image_asset_ids=(AssetId("picture"),) if film else (),
        )
        with refusals():
            generate(self.ports, self.policy, self.caller, spec, plan=PLAN if film else None)

    @rule(pick=PICK)
    def poll(self, pick: int) -> None:
        version = self.version(pick)
        if version:
            advance(self.ports, self.policy, self.caller, version.id)

    @rule(pick=PICK)
    def poll_and_let_work(self, pick: int) -> None:
        self.poll(pick)
        while self.runner.step():
            pass
        self.clock.pass_by(timedelta(seconds=10))

    @rule(pick=PICK)
    def see_it_through(self, pick: int) -> None:
        for _ in range(8):
            self.poll_and_let_work(pick)

    @rule(pick=PICK)
    def let_one_work(self, pick: int) -> None:
        if self.runner.waiting:
            self.runner.step(pick % len(self.runner.waiting))

    @rule(pick=PICK)
    def stop(self, pick: int) -> None:
        version = self.version(pick)
        if version:
            with refusals():
                cancel(self.ports, self.caller, version.id)

    @rule(pick=PICK)
    def try_again(self, pick: int) -> None:
        job = self.job(pick, Operation.MIX, JobStatus.FAILED)
        if job:
            with refusals():
                retry(self.ports, self.policy, self.caller, job.id)

    @rule(pick=PICK)
    def do_anew(self, pick: int) -> None:
        job = self.job(pick, Operation.GENERATE_CLIP, JobStatus.COMPLETED)
        if job:
            with refusals():
                regenerate(self.ports, self.policy, self.caller, job.id)

    @rule(pick=PICK, change=st.sampled_from(["nothing", "words", "scene"]))
    def change(self, pick: int, change: str) -> None:
        version = self.version(pick)
        if version is None:
            return
        plan = version.plan
        if change == "words":
            plan = evolve(plan, segments=(Segment(text=f"Say {pick}.", scene_index=0),))
        elif change == "scene" and plan.scenes:
            first = evolve(plan.scenes[0], description=f"See {pick}")
            plan = evolve(plan, scenes=(first, *plan.scenes[1:]))
        before = self.balance()
        with refusals():
            quoted = edit(self.ports, self.policy, self.caller, version.id, plan=plan, dry_run=True)
            edited = edit(self.ports, self.policy, self.caller, version.id, plan=plan)
            assert edited.credits == quoted.credits
            assert before - self.balance() == edited.credits

    @rule(pick=PICK)
    def fetch(self, pick: int) -> None:
        made = [
            job
            for version in self.versions()
            for job in version.pipeline.jobs.values()
            if job.output
        ]
        if not made:
            return
        job = made[pick % len(made)]
        try:
            served = serve(self.ports, self.policy, self.caller, job.output or AssetId(""))
        except Ars0nError:
            assert not job.is_paid
            return
        assert served.url
        if job.charge is not None:
            self.taken.add((job.id, job.charge.serial))

    @rule()
    def hear(self) -> None:
        with refusals():
            preview(self.ports, self.policy, self.caller, text="Hear me.", voice_id="ada")

    @rule(pick=PICK)
    def throw_away(self, pick: int) -> None:
        version = self.version(pick)
        if version:
            with refusals():
                projects.delete(self.ports, self.caller, version.project_id)
                self.gone.add(version.project_id)

    # -- what the outside does -----------------------------------------------------------

    @rule(place=st.sampled_from(["images.edit", "clips.submit", "clips.check", "speech.speak"]))
    def refuse(self, place: str) -> None:
        name, method = place.split(".")
        self.faults[name].plan_fault(method, Rejected("Not this"))

    @precondition(lambda self: not self.strict)
    @rule(
        place=st.sampled_from(
            [
                "images.edit",
                "clips.submit",
                "clips.check",
                "speech.speak",
                "compositor.render",
                "blobs.put",
                "blobs.copy_to",
            ]
        ),
        fault=st.sampled_from(
            [
                lambda: Unavailable("busy"),
                lambda: Unknown("no answer"),
                lambda: PortError("away"),
                lambda: CompositorError("broken"),
                lambda: CompositorError("full", retryable=True),
                lambda: ZeroDivisionError("bug"),
            ]
        ),
        times=st.integers(1, 4),
    )
    def break_down(self, place: str, fault: Callable[[], Exception], times: int) -> None:
        name, method = place.split(".")
        self.faults[name].plan_fault(method, *(fault() for _ in range(times)))

    @precondition(lambda self: not self.strict)
    @rule()
    def die(self) -> None:
        self.runner.waiting.clear()

    @precondition(lambda self: not self.strict)
    @rule(minutes=st.sampled_from([1, 25, 60 * 30]))
    def wait(self, minutes: int) -> None:
        self.clock.pass_by(timedelta(minutes=minutes))

    @precondition(lambda self: not self.strict)
    @rule()
    def look_after(self) -> None:
        sweep(self.ports, self.policy)

    @precondition(lambda self: not self.strict)
    @rule(unlimited=st.booleans())
    def make_partner(self, unlimited: bool) -> None:  # noqa: FBT001 - drawn by Hypothesis
        billing.set_unlimited(self.ports, self.caller.organization.id, unlimited=unlimited)

    # -- what holds ------------------------------------------------------------------------

    def balance(self) -> int:
        totals = ledger.balances(self.entries())
        return totals[ledger.PREPAID] + totals[ledger.RECEIVABLE]

    @invariant()
    def the_book_is_whole(self) -> None:
        entries = self.entries()
        totals = ledger.balances(entries)
        assert sum(totals.values()) == 0
        assert totals[ledger.PREPAID] >= 0
        assert totals[ledger.RECEIVABLE] <= 0
        assert len({entry.reference for entry in entries}) == len(entries)
        with self.ports.store.transaction() as tx:
            for account, total in totals.items():
                assert tx.ledger.balance(self.caller.organization.id, account) == total

    @invariant()
    def nothing_is_given_back_that_was_not_taken_from_there(self) -> None:
        held: Counter[tuple[str, str]] = Counter()
        for entry in self.entries():
            for posting in entry.postings:
                if entry.kind is EntryKind.CHARGE:
                    held[posting.item, posting.source] += posting.credits
                elif entry.kind is EntryKind.REFUND:
                    held[posting.item, posting.destination] -= posting.credits
                    assert held[posting.item, posting.destination] >= 0

    @invariant()
    def each_version_holds_what_the_book_says(self) -> None:
        booked: Counter[str] = Counter()
        for entry in self.entries():
            sign = {EntryKind.CHARGE: 1, EntryKind.REFUND: -1}.get(entry.kind, 0)
            booked[entry.version_id or ""] += sign * entry.credits
        versions = self.versions()
        for version in versions:
            held = sum(
                charge.credits
                for job in version.pipeline.jobs.values()
                for charge in charges_of(job)
                if not charge.refunded
            )
            assert held == booked[version.id], version.id
            causes = {job.cause for job in version.pipeline.jobs.values() if job.error}
            if version.status is VersionStatus.FAILED and Cause.OURS in causes:
                assert held == 0

    @invariant()
    def no_more_run_at_once_than_the_tier_allows(self) -> None:
        assert len(self.generating()) <= TIERS[2][Tier.PRO].concurrent_generations

    @invariant()
    def a_job_is_what_its_item_says(self) -> None:
        for version in self.versions():
            prints = work.fingerprints([job.item for job in version.pipeline.jobs.values()])
            for job in version.pipeline.jobs.values():
                assert job.fingerprint == prints[job.item.key]
                assert job.status is not JobStatus.COMPLETED or job.output
                if job.status not in {JobStatus.WAITING, JobStatus.FAILED}:
                    needed = (version.pipeline.jobs[need] for need in job.needs)
                    assert {one.status for one in needed} <= {"completed"}
                assert job.status is not JobStatus.PROCESSING or job.lease_until
                assert job.status is not JobStatus.POLLING or job.deadline
            if version.status is VersionStatus.COMPLETED:
                assert {job.status for job in version.pipeline.jobs.values()} == {"completed"}
                assert not version.pipeline.fallback

    @invariant()
    def what_was_handed_out_is_paid_for(self) -> None:
        if not self.strict:
            return
        for version in self.versions():
            for job in version.pipeline.jobs.values():
                for charge in charges_of(job):
                    assert not (charge.refunded and (job.id, charge.serial) in self.taken)


class Adversaries(Customers):
    """
    The same, where nothing is ever our fault.
    """

    strict = True


def refusals() -> Any:
    """
    Let what the product refuses, or fails at on purpose, pass.
    """
    return _Refusals()


class _Refusals:
    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> bool:
        return kind is not None and issubclass(kind, Ars0nError | ZeroDivisionError)


PROGRAMMES = settings(max_examples=200, stateful_step_count=30, deadline=None)

TestCustomers = Customers.TestCase
TestCustomers.settings = PROGRAMMES
TestAdversaries = Adversaries.TestCase
TestAdversaries.settings = PROGRAMMES
