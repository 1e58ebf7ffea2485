"""
The whole product as one state machine: customers who order, change and take what they
can get, providers who fail in every way, processes that die between any two steps.

`product_machine` makes it over your own adapters::

    @contextmanager
    def opened():
        with tempfile.TemporaryDirectory() as folder:
            yield played(store=MyStore(), rates=MyRates(), blobs=MyBlobs(), scratch=...)

    TestProduct = product_machine(opened).TestCase

After every step the laws of `machine_laws` hold, and at the end, when everybody behaves,
every run ends. In fair weather, where nothing but the customer's own orders fails, the
search is rewarded for finding profit, and there must be none.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from attrs import evolve
from hypothesis import strategies as st
from hypothesis import target
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from ars0n_core import ledger, pricing
from ars0n_core.errors import Ars0nError
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.ports import Policy
from ars0n_core.projects import VersionStatus
from ars0n_core.quotas import Tier
from ars0n_core.specs.model import AdFormat, AdSpec, CtaDesign, VideoModel
from ars0n_core.testing import fakes
from ars0n_core.testing.machine_laws import Records, Taken, check, profits, versions_of
from ars0n_core.testing.machine_world import FAIR, STORMY, BrokenError, Crash, Verdict, World
from ars0n_core.usecases import billing
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.assets import delete as delete_asset
from ars0n_core.usecases.assets import serve, upload
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.generate import generate
from ars0n_core.usecases.jobs import cancel, regenerate, retry
from ars0n_core.usecases.preview import preview
from ars0n_core.usecases.projects import delete as delete_project
from ars0n_core.usecases.sweep import sweep
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from ars0n_core.access import ApiKey
    from ars0n_core.ids import AssetId, OrganizationId
    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.plans.model import Plan
    from ars0n_core.ports import Ports
    from ars0n_core.projects import Version

Answer = TypeVar("Answer")
Choice = TypeVar("Choice")

POLICY: Final = Policy(
    billed=frozenset({Operation.EDIT_IMAGE, Operation.GENERATE_CLIP, Operation.SPEAK})
)

VERSIONS_MAX: Final = 6
# More of them make a history longer, not stranger.

PATIENCE: Final = timedelta(minutes=5)
ROUNDS_TO_THE_END: Final = 16
# 80 minutes: two leases, the doubt about a call, deferrals and a few looks at a clip.

SET_BACK: Final = timedelta(seconds=40)

PICKS: Final = st.integers(min_value=0, max_value=11)
# Which of several: reduced modulo how many there are.


class ProductMachine(RuleBasedStateMachine):
    """
    One history of the product. Made by `product_machine`.
    """

    open_ports: ClassVar[Callable[[], AbstractContextManager[Ports]]]
    policy: ClassVar[Policy] = POLICY

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.kept = self.stack.enter_context(type(self).open_ports())
        self.world = World(doubt=self.policy.doubt)
        self.kept = evolve(self.kept, clock=self.world.clock)
        self.ports = self.world.ports(self.kept)
        self.records = Records(excused=self.world.excused)
        self.keys: dict[OrganizationId, dict[bool, ApiKey]] = {}
        self.images: dict[OrganizationId, AssetId] = {}
        self.is_fair = True
        self.checked_at = -1

    # -- the scene -------------------------------------------------------------------

    @initialize(
        fair=st.booleans(),
        tier=st.sampled_from([Tier.FREE, Tier.PRO, Tier.ENTERPRISE]),
        credits_given=st.sampled_from([10, 142, 300, 2000]),
    )
    def open_shop(self, *, fair: bool, tier: Tier, credits_given: int) -> None:
        """
        Two customers with a key that charges and one that doesn't.
        """
        self.is_fair = fair
        for name in ("Ours", "Theirs"):
            one = billing.create_organization(self.kept, name, tier=tier)
            self.keys[one.id] = {
                is_test: billing.create_key(self.kept, one.id, name, is_test=is_test).key
                for is_test in (False, True)
            }
            billing.grant(self.kept, one.id, credits_given)

    @precondition(lambda self: not self.is_fair)
    @rule(fuse=st.integers(min_value=0, max_value=40))
    def light_fuse(self, fuse: int) -> None:
        """
        The process dies at one of the next calls and commits.
        """
        self.world.fuse = fuse

    # -- customers -------------------------------------------------------------------

    @rule(who=PICKS, kind=PICKS)
    def pay_in(self, who: int, kind: int) -> None:
        """
        A package is bought; the payment is told twice.
        """
        organization = self.organization(who)
        packages = billing.packages(self.policy)
        package = packages[kind % len(packages)]
        reference = f"payment-{self.world.commits}"
        for _ in range(2):
            self.act(
                lambda: billing.purchase_package(
                    self.ports, self.policy, organization, package.id, reference=reference
                )
            )

    @rule(who=PICKS, unlimited=st.booleans())
    def change_terms(self, who: int, *, unlimited: bool) -> None:
        """
        A partner's flag is switched.
        """
        organization = self.organization(who)
        self.act(lambda: billing.set_unlimited(self.ports, organization, unlimited=unlimited))

    @precondition(lambda self: len(self.versions()) < VERSIONS_MAX)
    @rule(who=PICKS, radio=st.booleans(), free=PICKS, looks=PICKS, crowded=PICKS)
    def order(self, who: int, *, radio: bool, free: int, looks: int, crowded: int) -> None:
        """
        An ad is ordered, sometimes while another order of the same customer is planned.
        """
        organization = self.organization(who)
        caller = self.caller(organization, is_test=free == 0)
        spec = self.spec(organization, radio=radio, looks=looks)
        if spec is None:
            return
        if crowded < 2:
            self.world.meanwhile = lambda: self.take_order(caller, spec)
        self.take_order(caller, spec)
        self.world.meanwhile = None

    def take_order(self, caller: Caller, spec: AdSpec) -> None:
        """
        Order, and compare what was charged with what was said.
        """
        alone = caller if self.world.meanwhile is None else None
        made = self.act(lambda: generate(self.ports, self.policy, caller, spec), alone)
        if made is None:
            return
        version = self.version(made.version_id)
        items = [job.item for job in version.pipeline.jobs.values()]
        price = pricing.estimate(items, pricing.card(self.policy.edition)).total
        assert made.total_credits == (0 if caller.is_test else price), "L12: another price"
        assert made.job_count == len(items)
        if made.total_credits:
            assert self.charged(caller, f"charge/{made.version_id}") == price, "L12: charged else"

    @precondition(lambda self: self.versions())
    @rule(which=PICKS, callers=st.integers(min_value=1, max_value=3))
    def poll(self, which: int, callers: int) -> None:
        """
        A version is asked about, by several at once.
        """
        version = self.pick(self.versions(), which)
        caller = self.caller(version.organization_id)
        for _ in range(callers):
            self.act(lambda: advance(self.ports, self.policy, caller, version.id))

    @precondition(lambda self: self.jobs())
    @rule(which=PICKS, wants=st.sampled_from(JobStatus))
    def stop(self, which: int, wants: JobStatus) -> None:
        """
        A version is cancelled, if there is one with such a job.
        """
        wanted = [
            version
            for version in self.versions()
            if any(job.status is wants for job in version.pipeline.jobs.values())
        ]
        if wanted:
            version = self.pick(wanted, which)
            caller = self.caller(version.organization_id)
            self.act(lambda: cancel(self.ports, caller, version.id), caller)

    @precondition(lambda self: self.jobs(JobStatus.FAILED))
    @rule(which=PICKS)
    def try_again(self, which: int) -> None:
        """
        A failed job is retried.
        """
        version, job = self.pick(self.jobs(JobStatus.FAILED), which)
        caller = self.caller(version.organization_id)
        self.records.progress.pop(version.id, None)
        self.act(lambda: retry(self.ports, self.policy, caller, job.id), caller)

    @precondition(lambda self: self.jobs(JobStatus.COMPLETED))
    @rule(which=PICKS, cap=st.none() | st.integers(min_value=0, max_value=100))
    def do_anew(self, which: int, cap: int | None) -> None:
        """
        A clip is regenerated; above the cap nothing is charged.
        """
        done = self.jobs(JobStatus.COMPLETED)
        clips = [one for one in done if one[1].item.operation is Operation.GENERATE_CLIP]
        version, job = self.pick(clips or done, which)
        caller = self.caller(version.organization_id, is_test=version.is_test)
        self.records.progress.pop(version.id, None)
        before = version.total_credits
        made = self.act(
            lambda: regenerate(self.ports, self.policy, caller, job.id, max_credits=cap), caller
        )
        if made is not None:
            assert cap is None or made.cost <= cap, "E16: above the cap"
            assert self.version(version.id).total_credits == before + made.cost

    @precondition(lambda self: self.finished() and len(self.versions()) < VERSIONS_MAX)
    @rule(which=PICKS, change=PICKS, free=PICKS)
    def change(self, which: int, change: int, free: int) -> None:
        """
        A finished ad is edited for exactly what a dry run said.
        """
        version = self.pick(self.finished(), which)
        caller = self.caller(version.organization_id, is_test=free == 0)
        plan = changed(version.plan, change)
        said = self.act(
            lambda: edit(self.ports, self.policy, caller, version.id, plan=plan, dry_run=True)
        )
        if said is None:
            return
        made = self.act(
            lambda: edit(self.ports, self.policy, caller, version.id, plan=plan), caller
        )
        if made is None or made.version_id is None:
            return
        assert (made.credits, made.new_keys) == (said.credits, said.new_keys), "L12: another price"
        if made.credits:
            charged = self.charged(caller, f"charge/{made.version_id}")
            assert charged == said.credits, "L12: charged something else"
        whole = [job.item for job in self.version(made.version_id).pipeline.jobs.values()]
        most = pricing.estimate(whole, pricing.card(self.policy.edition)).total
        assert made.credits <= most, "an edit costs more than a new ad"

    @precondition(lambda self: self.made())
    @rule(which=PICKS, all_of_it=st.booleans())
    def take(self, which: int, *, all_of_it: bool) -> None:
        """
        What was made is downloaded: one thing, or all there is.
        """
        made = self.made()
        for version, asset in made if all_of_it else [self.pick(made, which)]:
            self.hand_out(version, asset)

    @precondition(lambda self: self.versions())
    @rule(which=PICKS)
    def throw_away(self, which: int) -> None:
        """
        A project is deleted.
        """
        version = self.pick(self.versions(), which)
        caller = self.caller(version.organization_id)
        gone = [v.id for v in self.versions() if v.project_id == version.project_id]
        self.records.deleted.update(gone)
        self.act(lambda: delete_project(self.ports, caller, version.project_id), caller)
        left = {v.id for v in self.versions()}
        self.records.deleted.difference_update(left)

    @rule(who=PICKS)
    def throw_image_away(self, who: int) -> None:
        """
        An uploaded image is deleted; the next order uploads another.
        """
        organization = self.organization(who)
        asset = self.images.get(organization)
        if asset is not None:
            caller = self.caller(organization)
            self.act(lambda: delete_asset(self.ports, caller, asset), caller)
            with self.kept.store.transaction() as tx:
                if tx.assets.find(asset) is None:
                    del self.images[organization]

    @rule(who=PICKS, verdict=PICKS)
    def listen(self, who: int, verdict: int) -> None:
        """
        A voice is heard, or not.
        """
        caller = self.caller(self.organization(who))
        self.world.verdict = self.verdict(verdict)
        if self.world.verdict in {Verdict.UNFINISHED, Verdict.LONG}:
            self.world.verdict = Verdict.OK
        self.act(lambda: preview(self.ports, self.policy, caller, text="Hear this", voice_id="ada"))
        self.world.verdict = Verdict.OK

    # -- the machine room ------------------------------------------------------------

    @precondition(lambda self: self.world.queue)
    @rule(which=PICKS, verdict=PICKS, twice=PICKS)
    def work(self, which: int, verdict: int, twice: int) -> None:
        """
        A worker carries out one command, now and then twice.
        """
        index = which % len(self.world.queue)
        self.carry_out(index, self.verdict(verdict), times=2 if twice == 0 else 1)

    @precondition(lambda self: self.world.queue)
    @rule(verdicts=st.lists(PICKS, max_size=3))
    def work_all(self, verdicts: Sequence[int]) -> None:
        """
        The workers carry out all there is; the first few have the given luck.
        """
        luck = iter(verdicts)
        while self.world.queue:
            self.carry_out(0, self.verdict(next(luck, 0)))

    @precondition(lambda self: self.world.queue or self.versions())
    @rule(rounds=st.integers(min_value=1, max_value=8))
    def run_on(self, rounds: int) -> None:
        """
        For a while everybody behaves.
        """
        for _ in range(rounds):
            self.behave()

    @rule(drives=st.booleans())
    def clean_up(self, *, drives: bool) -> None:
        """
        A worker sweeps.
        """
        self.act(lambda: sweep(self.ports, self.policy, drives=drives))

    @rule(
        step=st.sampled_from(
            [timedelta(seconds=6), timedelta(minutes=21), timedelta(hours=25), timedelta(hours=48)]
        )
    )
    def wait(self, step: timedelta) -> None:
        """
        Time passes. In fair weather no worker sleeps through its lease.
        """
        if self.is_fair:
            while self.world.queue:
                self.carry_out(0, Verdict.OK)
        else:
            self.excuse_all()
        self.world.clock.pass_by(step)

    @precondition(lambda self: not self.is_fair)
    @rule()
    def set_back(self) -> None:
        """
        The clock is set right, backwards.
        """
        self.excuse_all()
        self.world.clock.pass_by(-SET_BACK)
        self.world.skew += SET_BACK

    # -- what holds ------------------------------------------------------------------

    @invariant()
    def laws_hold(self) -> None:
        """
        Every law, whenever something was stored.
        """
        if self.checked_at != self.world.commits:
            check(self.kept, self.records)
            self.checked_at = self.world.commits
            if self.is_fair:
                for organization, profit in profits(self.kept, self.records).items():
                    assert profit <= 0, f"{organization} made a profit of {profit}"

    def teardown(self) -> None:
        """
        Let everybody behave until every run has ended, and look a last time.
        """
        try:
            if self.keys:
                self.end()
        finally:
            self.stack.close()

    def end(self) -> None:
        """
        Every run ends once everybody behaves, and nobody made a profit.
        """
        gain = max(profits(self.kept, self.records).values(), default=0)
        if self.is_fair:
            target(float(gain), label="profit")
        self.world.restart()
        self.excuse_all()
        for _ in range(ROUNDS_TO_THE_END):
            self.behave()
        self.checked_at = -1
        self.laws_hold()
        stuck = [v.id for v in self.versions() if v.status is VersionStatus.GENERATING]
        assert not stuck, f"{stuck} never ended"

    # -- how it is done --------------------------------------------------------------

    def behave(self) -> None:
        """
        Everybody polls, every provider delivers, some time passes.
        """
        for version in self.versions():
            if version.status is VersionStatus.GENERATING:
                caller = self.caller(version.organization_id)
                self.act(partial(advance, self.ports, self.policy, caller, version.id))
        while self.world.queue:
            self.carry_out(0, Verdict.OK)
        self.world.clock.pass_by(PATIENCE)

    def act(self, do: Callable[[], Answer], caller: Caller | None = None) -> Answer | None:
        """
        Do it; None when it was refused, or the process died. What is refused to *caller*
        moves none of its credits.
        """
        before = None if caller is None else self.book(caller)
        try:
            return do()
        except Crash:
            self.excuse_all()
            self.world.restart()
        except Ars0nError as error:
            if caller is not None:
                assert self.book(caller) == before, f"{error!r} moved credits"
        except BrokenError:
            pass
        return None

    def carry_out(self, index: int, verdict: Verdict, *, times: int = 1) -> None:
        """
        Carry out a waiting command; an overtaken one is carried out by others meanwhile.
        """
        command, call = self.world.queue[index]
        del self.world.queue[index]
        if verdict is Verdict.OVERTAKEN:
            self.world.meanwhile = partial(self.overtake, command, call)
        for _ in range(times):
            self.act(partial(self.world.carry, command, call, verdict))
        self.world.meanwhile = None

    def overtake(self, command: Any, call: Callable[[Any], None]) -> None:
        """
        While a worker sleeps in its call, the command is given out again, its lease runs
        out, and others finish the job.
        """
        self.world.carry(command, call, Verdict.OK)
        self.world.clock.pass_by(self.policy.bounds.lease + PATIENCE)
        for _ in range(2):
            caller = self.caller(self.organization(0))
            for version in self.versions():
                caller = self.caller(version.organization_id)
                advance(self.ports, self.policy, caller, version.id)
            while self.world.queue:
                waiting, carry_out = self.world.queue.popleft()
                self.world.carry(waiting, carry_out, Verdict.OK)
            self.world.clock.pass_by(timedelta(seconds=10))

    def hand_out(self, version: Version, asset: AssetId) -> None:
        """
        Download it, and remember whose money it is.
        """
        caller = self.caller(version.organization_id)
        if self.act(lambda: serve(self.ports, self.policy, caller, asset), caller) is None:
            return
        for maker in self.versions():
            for jobs in (maker.pipeline.jobs, maker.pipeline.fallback):
                for job in jobs.values():
                    if job.output == asset and job.reused_from is None and job.charge:
                        self.records.taken[asset] = Taken(
                            maker.organization_id,
                            maker.id,
                            job.id,
                            job.charge.serial,
                            job.charge.credits,
                        )

    def verdict(self, number: int) -> Verdict:
        """
        Return the verdict of this number, as the weather is.
        """
        known = FAIR if self.is_fair else STORMY
        return known[number % len(known)]

    def excuse_all(self) -> None:
        """
        Whatever fails from now on may be our fault.
        """
        self.records.excused.update(version.id for version in self.versions())

    def organization(self, number: int) -> OrganizationId:
        """
        Return the customer of this number: mostly ours.
        """
        ours, theirs = self.keys
        return theirs if number % 4 == 3 else ours

    def caller(self, organization_id: OrganizationId, *, is_test: bool = False) -> Caller:
        """
        Return the customer as it would be admitted now.
        """
        with self.kept.store.transaction() as tx:
            organization = tx.organizations.find(organization_id)
        return Caller(organization, self.keys[organization_id][is_test])

    def spec(self, organization: OrganizationId, *, radio: bool, looks: int) -> AdSpec | None:
        """
        Return an order; its image is uploaded if there is none.
        """
        if radio:
            return AdSpec(
                prompt="Hear", duration_seconds=15, voice_id="ada", ad_format=AdFormat.RADIO
            )
        if organization not in self.images:
            caller = self.caller(organization)
            with self.kept.scratch.folder() as folder:
                source = folder / "picture"
                source.write_bytes(fakes.picture(str(self.world.commits)))
                sent = self.act(lambda: upload(self.ports, self.policy, caller, source))
            if sent is None:
                return None
            self.images[organization] = sent.asset.id
        return AdSpec(
            prompt="See",
            duration_seconds=15,
            voice_id="adam",
            variants=1 + looks % 3,
            video_model=VideoModel.PREMIUM if looks % 5 == 0 else VideoModel.FAST,
            cta_design=CtaDesign.BOLD if looks % 2 else None,
            image_asset_ids=(self.images[organization],),
        )

    def versions(self) -> list[Version]:
        """
        Return all versions there are.
        """
        with self.kept.store.transaction() as tx:
            return [version for one in self.keys for version in versions_of(tx, one)]

    def version(self, version_id: Any) -> Version:
        """
        Return the version of this id.
        """
        with self.kept.store.transaction() as tx:
            return tx.versions.find(version_id)

    def finished(self) -> list[Version]:
        """
        Return the versions that can be edited.
        """
        return [v for v in self.versions() if v.status is VersionStatus.COMPLETED]

    def jobs(self, status: JobStatus | None = None) -> list[tuple[Version, Job]]:
        """
        Return all jobs of this status.
        """
        return [
            (version, job)
            for version in self.versions()
            for job in version.pipeline.jobs.values()
            if status in {None, job.status}
        ]

    def made(self) -> list[tuple[Version, AssetId]]:
        """
        Return all that jobs made, paid for or not.
        """
        return [
            (version, job.output)
            for version in self.versions()
            for jobs in (version.pipeline.jobs, version.pipeline.fallback)
            for job in jobs.values()
            if job.output is not None
        ]

    def book(self, caller: Caller) -> tuple[ledger.Entry, ...]:
        """
        Return the customer's entries.
        """
        with self.kept.store.transaction() as tx:
            return tx.ledger.entries(caller.organization.id)

    def charged(self, caller: Caller, reference: str) -> int:
        """
        Return what was booked under *reference*.
        """
        return sum(e.credits for e in self.book(caller) if e.reference == reference)

    @staticmethod
    def pick(choices: Sequence[Choice], number: int) -> Choice:
        """
        Return the one of this number.
        """
        return choices[number % len(choices)]


def changed(plan: Plan, number: int) -> Plan:
    """
    Return *plan* as a customer would change it.
    """
    first, *rest = plan.scenes or (None,)
    match number % 5:
        case 0 if first is not None:
            return evolve(plan, scenes=(*rest, first))
        case 1 if first is not None:
            return evolve(plan, scenes=(evolve(first, description=f"Anew {number}"), *rest))
        case 2:
            said = plan.segments[0]
            return evolve(plan, segments=(evolve(said, text=f"New {number}."), *plan.segments[1:]))
        case 3:
            return evolve(plan, music_mood=f"mood {number}")
        case _:
            return plan


def product_machine(
    make_ports: Callable[[], AbstractContextManager[Ports]], *, policy: Policy = POLICY
) -> type[ProductMachine]:
    """
    Return the machine over the ports that *make_ports* opens anew for every history: their
    store, blobs, rate windows, working folders and ids are used, all else is played.
    """

    class Machine(ProductMachine):
        open_ports = staticmethod(make_ports)

    Machine.policy = policy
    return Machine
