"""
What the rules of the product machine are made of: the customers, the workers, and the look
at everything that is stored.
"""

from __future__ import annotations

from contextlib import ExitStack
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from attrs import evolve
from hypothesis import currently_in_test_context, target
from hypothesis.stateful import RuleBasedStateMachine

from ars0n_core import ledger
from ars0n_core.errors import Ars0nError
from ars0n_core.ledger import EntryKind
from ars0n_core.ports import Policy
from ars0n_core.pricing import CARDS
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.model import AdFormat, AdSpec, CtaDesign, VideoModel
from ars0n_core.testing import fakes
from ars0n_core.testing.machine_laws import Records, Taken, check, profits, versions_of
from ars0n_core.testing.machine_world import FAIR, STORMY, BrokenError, Crash, Verdict, World
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.assets import serve, upload
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.preview import preview
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from ars0n_core.access import ApiKey, Organization
    from ars0n_core.ids import AssetId, JobId, OrganizationId, VersionId
    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.pipelines.states import JobStatus
    from ars0n_core.ports import Ports, Transaction
    from ars0n_core.projects import Version
    from ars0n_core.testing.machine_drawn import Fate

Answer = TypeVar("Answer")
Choice = TypeVar("Choice")

POLICY: Final = Policy(
    billed=frozenset({Operation.EDIT_IMAGE, Operation.GENERATE_CLIP, Operation.SPEAK})
)

PATIENCE: Final = timedelta(minutes=5)
ROUNDS_TO_THE_END: Final = 16
# 80 minutes: two leases, the doubt about a call, deferrals and a few looks at a clip.


class Stage(RuleBasedStateMachine):
    """
    A product, its world, and what rules do again and again.
    """

    open_ports: ClassVar[Callable[[], AbstractContextManager[Ports]]]
    policy: Policy = POLICY

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
        self.luck: tuple[int, Verdict] | None = None
        self.handed: dict[tuple[VersionId, JobId], Job] = {}
        self.read_at = -1
        self.read: dict[tuple[str, OrganizationId | None], Any] = {}

    def laws_hold(self) -> None:
        """
        Check every law, whenever something was stored.
        """
        if self.checked_at != self.world.commits:
            check(self.kept, self.records)
            self.checked_at = self.world.commits
            if self.is_fair:
                for organization, profit in profits(self.kept, self.records).items():
                    assert profit <= 0, f"{organization} made a profit of {profit}"

    def end(self) -> None:
        """
        Every run ends once everybody behaves, and nobody made a profit.
        """
        gain = max(profits(self.kept, self.records).values(), default=0)
        if self.is_fair and currently_in_test_context():  # else it is told by hand
            target(float(gain), label="profit")
        self.world.restart()
        self.excuse_all()
        for _ in range(ROUNDS_TO_THE_END):
            self.behave()
        self.checked_at = -1
        self.laws_hold()
        stuck = [version.id for version in self.generating()]
        assert not stuck, f"{stuck} never ended"

    def run_on(self, fate: Fate) -> None:
        """
        Let everybody behave for some rounds, or until nothing is left to do; one command
        has the fate's verdict, and the greedy take what is there after each round.
        """
        self.luck = (fate.skip, self.verdict(fate.verdict))
        for _ in range(fate.rounds):
            if not self.generating():
                break
            self.behave()
            if fate.greedy:
                self.take_anew()
        self.luck = None

    def lucky(self) -> Verdict:
        """
        Return the verdict of the next command.
        """
        if self.luck is None:
            return Verdict.OK
        skip, verdict = self.luck
        self.luck = (skip - 1, verdict) if skip else None
        return Verdict.OK if skip else verdict

    def listen(self, organization: OrganizationId, verdict: Verdict) -> None:
        """
        A voice is heard, or not.
        """
        caller = self.caller(organization)
        quiet = {Verdict.UNFINISHED, Verdict.LONG}
        self.world.verdict = Verdict.OK if verdict in quiet else verdict
        before, deaths = ledger.balances(self.book(caller)), self.world.deaths
        heard = self.act(
            lambda: preview(self.ports, self.policy, caller, text="Hear this", voice_id="ada")
        )
        self.world.verdict = Verdict.OK
        if heard is None and self.world.deaths == deaths:
            after = ledger.balances(self.book(caller))
            assert after == before, f"E11: nothing was heard, and it cost: {before}, {after}"

    def behave(self) -> None:
        """
        Everybody polls, every provider delivers, some time passes.
        """
        for version in self.generating():
            caller = self.caller(version.organization_id)
            self.act(partial(advance, self.ports, self.policy, caller, version.id))
        while self.world.queue:
            self.carry_out(0, self.lucky())
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

    def take_anew(self) -> None:
        """
        Download all there is, but for what was downloaded as it still stands.
        """
        for version, job in self.makers():
            if job.output is not None and self.handed.get((version.id, job.id)) is not job:
                self.hand_out(version, job.output)
                self.handed[version.id, job.id] = job

    def hand_out(self, version: Version, asset: AssetId) -> None:
        """
        Download it, and remember whose money it is.
        """
        caller = self.caller(version.organization_id)
        if self.act(lambda: serve(self.ports, self.policy, caller, asset), caller) is None:
            return
        for maker, job in self.makers():
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

    def reprice(self) -> None:
        """
        Let the other edition's prices and limits be in force.
        """
        edition = next(one for one in CARDS if one != self.policy.edition)
        self.policy = evolve(self.policy, edition=edition)
        self.records.editions.add(edition)

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
        organization: Organization = self.remembered(
            "customer", lambda tx: tx.organizations.find(organization_id), organization_id
        )
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

    def remembered(
        self,
        what: str,
        look: Callable[[Transaction], Answer],
        whose: OrganizationId | None = None,
    ) -> Answer:
        """
        Return what *look* reads. Rules look at every step, so it is read anew only after a
        commit.
        """
        if self.read_at != self.world.commits:
            self.read_at = self.world.commits
            self.read.clear()
        if (what, whose) not in self.read:
            with self.kept.store.transaction() as tx:
                self.read[what, whose] = look(tx)
        answer: Answer = self.read[what, whose]
        return answer

    def versions(self) -> list[Version]:
        """
        Return all versions there are.
        """
        return self.remembered(
            "versions",
            lambda tx: [version for one in self.keys for version in versions_of(tx, one)],
        )

    def version(self, version_id: Any) -> Version:
        """
        Return the version of this id.
        """
        with self.kept.store.transaction() as tx:
            return tx.versions.find(version_id)

    def generating(self) -> list[Version]:
        """
        Return the versions under way.
        """
        return [v for v in self.versions() if v.status is VersionStatus.GENERATING]

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
        return [(version, job.output) for version, job in self.makers() if job.output is not None]

    def makers(self) -> list[tuple[Version, Job]]:
        """
        Return all jobs that made or will make something, those of a last finished ad too.
        """
        return [
            (version, job)
            for version in self.versions()
            for jobs in (version.pipeline.jobs, version.pipeline.fallback)
            for job in jobs.values()
        ]

    def book(self, caller: Caller) -> tuple[ledger.Entry, ...]:
        """
        Return the customer's entries.
        """
        whose = caller.organization.id
        return self.remembered("book", lambda tx: tx.ledger.entries(whose), whose)

    def spent(self, caller: Caller) -> int:
        """
        Return what the customer was charged so far, refunds apart.
        """
        return sum(e.credits for e in self.book(caller) if e.kind is EntryKind.CHARGE)

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
