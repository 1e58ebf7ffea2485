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

from typing import TYPE_CHECKING

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule

from ars0n_core import pricing
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.quotas import Tier
from ars0n_core.testing.machine_drawn import (
    CROWDED,
    FATES,
    KIND_TEST,
    KINDS_RADIO,
    PICKS,
    SET_BACK,
    STEPS,
    VERSIONS_MAX,
    Fate,
    changed,
)
from ars0n_core.testing.machine_laws import given_back
from ars0n_core.testing.machine_stage import POLICY, Stage
from ars0n_core.testing.machine_world import Verdict
from ars0n_core.usecases import billing
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.assets import delete as delete_asset
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.generate import generate
from ars0n_core.usecases.jobs import cancel, regenerate, retry
from ars0n_core.usecases.projects import delete as delete_project
from ars0n_core.usecases.sweep import sweep
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager
    from datetime import timedelta

    from ars0n_core.ids import OrganizationId
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.usecases.callers import Caller


class ProductMachine(Stage):
    """
    One history of the product. Made by `product_machine`.
    """

    # -- the scene -------------------------------------------------------------------

    @initialize(
        fair=st.booleans(),
        tier=st.sampled_from([Tier.FREE, Tier.PRO, Tier.ENTERPRISE]),
        credits_given=st.sampled_from([10, 142, 300, 2000]),
        kind=PICKS,
        fate=FATES,
    )
    def open_shop(
        self, *, fair: bool, tier: Tier, credits_given: int, kind: int, fate: Fate
    ) -> None:
        """
        Two customers with a key that charges and one that doesn't, and a first order.
        """
        self.is_fair = fair
        for name in ("Ours", "Theirs"):
            one = billing.create_organization(self.kept, name, tier=tier)
            self.keys[one.id] = {
                is_test: billing.create_key(self.kept, one.id, name, is_test=is_test).key
                for is_test in (False, True)
            }
            billing.grant(self.kept, one.id, credits_given)
        self.place(self.organization(0), kind=kind, looks=kind, crowded=False)
        self.run_on(fate)

    @precondition(lambda self: not self.is_fair)
    @rule(fuse=st.integers(min_value=0, max_value=40))
    def light_fuse(self, fuse: int) -> None:
        """
        The process dies at one of the next calls and commits.
        """
        self.world.fuse = fuse

    # -- customers -------------------------------------------------------------------

    @rule(who=PICKS, what=PICKS, verdict=PICKS)
    def bank(self, who: int, what: int, verdict: int) -> None:
        """
        A package is bought (the payment is told twice), a partner's flag is switched, a
        voice is heard or not, or other prices come into force.
        """
        organization = self.organization(who)
        match what % 5:
            case 0:
                package, *_ = billing.packages(self.policy)
                reference = f"payment-{self.world.commits}"
                for _ in range(2):
                    self.act(
                        lambda: billing.purchase_package(
                            self.ports, self.policy, organization, package.id, reference=reference
                        )
                    )
            case 3:
                self.listen(organization, self.verdict(verdict))
            case 4:
                self.reprice()
            case flag:
                self.act(
                    lambda: billing.set_unlimited(self.ports, organization, unlimited=flag == 1)
                )

    @precondition(lambda self: len(self.versions()) < VERSIONS_MAX)
    @rule(who=PICKS, kind=PICKS, looks=PICKS, crowded=PICKS, fate=FATES)
    def order(self, who: int, kind: int, looks: int, crowded: int, fate: Fate) -> None:
        """
        An ad is ordered, sometimes while another order of the same customer is planned,
        and goes its way for a while.
        """
        self.place(self.organization(who), kind=kind, looks=looks, crowded=crowded < CROWDED)
        self.run_on(fate)

    def place(self, organization: OrganizationId, *, kind: int, looks: int, crowded: bool) -> None:
        """
        Order an ad of this kind.
        """
        caller = self.caller(organization, is_test=kind == KIND_TEST)
        spec = self.spec(organization, radio=kind in KINDS_RADIO, looks=looks)
        if spec is None:
            return
        if crowded:
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
    @rule(which=PICKS, fate=FATES)
    def try_again(self, which: int, fate: Fate) -> None:
        """
        A failed job is retried.
        """
        version, job = self.pick(self.jobs(JobStatus.FAILED), which)
        caller = self.caller(version.organization_id)
        self.records.progress.pop(version.id, None)
        owed = given_back(version)
        before = self.spent(caller)
        if self.act(lambda: retry(self.ports, self.policy, caller, job.id), caller) is not None:
            paid = self.spent(caller) - before
            assert paid == owed, f"E5: {owed} was given back, and the retry cost {paid}"
        self.run_on(fate)

    @precondition(lambda self: self.jobs(JobStatus.COMPLETED))
    @rule(which=PICKS, cap=st.none() | st.integers(min_value=0, max_value=100), fate=FATES)
    def do_anew(self, which: int, cap: int | None, fate: Fate) -> None:
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
            self.run_on(fate)

    @precondition(lambda self: self.finished() and len(self.versions()) < VERSIONS_MAX)
    @rule(which=PICKS, change=PICKS, free=PICKS, fate=FATES)
    def change(self, which: int, change: int, free: int, fate: Fate) -> None:
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
        self.run_on(fate)

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
    @rule(which=PICKS, image=st.booleans())
    def throw_away(self, which: int, *, image: bool) -> None:
        """
        A project is deleted; or an uploaded image, and the next order uploads another.
        """
        version = self.pick(self.versions(), which)
        organization = version.organization_id
        caller = self.caller(organization)
        if image and organization in self.images:
            asset = self.images[organization]
            self.act(lambda: delete_asset(self.ports, caller, asset), caller)
            with self.kept.store.transaction() as tx:
                if tx.assets.find(asset) is None:
                    del self.images[organization]
            return
        gone = [v.id for v in self.versions() if v.project_id == version.project_id]
        self.records.deleted.update(gone)
        self.act(lambda: delete_project(self.ports, caller, version.project_id), caller)
        self.records.deleted.difference_update(v.id for v in self.versions())

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

    @precondition(lambda self: self.generating())
    @rule(fate=FATES)
    def go_on(self, fate: Fate) -> None:
        """
        For a while everybody behaves, but for one.
        """
        self.run_on(fate)

    @rule(step=st.sampled_from(STEPS), sweeps=st.sampled_from([None, False, True]))
    def wait(self, step: timedelta, *, sweeps: bool | None) -> None:
        """
        Time passes, and somebody sweeps. In fair weather no worker sleeps through its lease
        and no clock is set.
        """
        if not self.is_fair:
            self.excuse_all()
            if step == SET_BACK:
                self.world.skew += 2 * SET_BACK
                step = -step
        while self.is_fair and self.world.queue:
            self.carry_out(0, Verdict.OK)
        self.world.clock.pass_by(step)
        if sweeps is not None:
            self.act(lambda: sweep(self.ports, self.policy, drives=bool(sweeps)))

    # -- what holds ------------------------------------------------------------------

    @invariant()
    def laws(self) -> None:
        """
        Every law, whenever something was stored.
        """
        self.laws_hold()

    def teardown(self) -> None:
        """
        Let everybody behave until every run has ended, and look a last time.
        """
        try:
            if self.keys:
                self.end()
        finally:
            self.stack.close()


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
