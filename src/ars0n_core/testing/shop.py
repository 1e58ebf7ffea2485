"""
A whole product over your own storage, with its outside played by fakes: for tests that
order an ad and look at what becomes of it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import define, field

from ars0n_core.errors import Ars0nError
from ars0n_core.ports import Policy, Ports
from ars0n_core.projects import VersionStatus
from ars0n_core.quotas import Tier
from ars0n_core.specs.model import AdFormat, AdSpec
from ars0n_core.testing import fakes
from ars0n_core.usecases import billing
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.assets import upload
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.generate import Generated, generate

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_core.ids import AssetId, VersionId
    from ars0n_core.ledger import Entry
    from ars0n_core.pipelines.commands import Command
    from ars0n_core.plans.model import Plan
    from ars0n_core.ports import BlobStore, RateWindows, Scratch, Store
    from ars0n_core.projects import Version
    from ars0n_core.usecases.reports import Report

START: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
POLLS_MAX: Final = 100
# A film of nine scenes is made in some twenty.


class PromptRunner:
    """
    A `Runner` that carries out every command at once and raises nothing of ours.
    """

    def run(self, command: Command, carry_out: Callable[[Command], None]) -> None:
        """
        Carry out *command* now.
        """
        try:
            carry_out(command)
        except Ars0nError:
            return  # what went wrong is recorded, or tried again when the lease runs out


def played(*, store: Store, rates: RateWindows, blobs: BlobStore, scratch: Scratch) -> Ports:
    """
    Return ports over these four, with all others played by fakes.
    """
    return Ports(
        clock=fakes.ManualClock(START),
        ids=fakes.CountingIds(),
        scratch=scratch,
        store=store,
        rates=rates,
        blobs=blobs,
        fetcher=fakes.FakeFetcher(),
        ingest=fakes.FakeIngest(),
        planner=fakes.FakePlanner(),
        images=fakes.FakeImages(),
        clips=fakes.FakeClips(),
        speech=fakes.FakeSpeech(),
        voices=fakes.FakeVoices(),
        music=fakes.FakeMusic(),
        compositor=fakes.FakeCompositor(),
        runner=PromptRunner(),
    )


@define
class Shop:
    """
    The product and a customer of it. The clock in *ports* is a `ManualClock`.
    """

    ports: Ports
    policy: Policy = field(factory=Policy)
    caller: Caller = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.caller = self.customer()

    def customer(
        self, credits_given: int = 10_000, *, tier: Tier = Tier.ENTERPRISE, unlimited: bool = False
    ) -> Caller:
        """
        Return a new customer with these credits.
        """
        one = billing.create_organization(self.ports, "A customer", tier=tier, unlimited=unlimited)
        key = billing.create_key(self.ports, one.id, "A key").key
        if credits_given:
            billing.grant(self.ports, one.id, credits_given)
        return Caller(one, key)

    def image(self, note: str = "") -> AssetId:
        """
        Return an uploaded image of the customer's.
        """
        with self.ports.scratch.folder() as folder:
            source = folder / "picture"
            source.write_bytes(fakes.picture(note))
            return upload(self.ports, self.policy, self.caller, source).asset.id

    def film(self) -> AdSpec:
        """
        Return the order of the smallest film.
        """
        return AdSpec(
            prompt="A lamp that follows the sun",
            duration_seconds=15,
            voice_id="ada",
            image_asset_ids=(self.image(),),
        )

    def radio(self) -> AdSpec:
        """
        Return the order of the smallest radio ad.
        """
        return AdSpec(prompt="Hear", duration_seconds=15, voice_id="ada", ad_format=AdFormat.RADIO)

    def order(self, spec: AdSpec, plan: Plan | None = None) -> Generated:
        """
        Order an ad.
        """
        return generate(self.ports, self.policy, self.caller, spec, plan=plan)

    def poll(self, version_id: VersionId) -> Report:
        """
        Ask about a version, and let ten seconds pass.
        """
        report = advance(self.ports, self.policy, self.caller, version_id)
        self.pass_by(timedelta(seconds=10))
        return report

    def pass_by(self, time: timedelta) -> None:
        """
        Let time pass.
        """
        clock = self.ports.clock
        if isinstance(clock, fakes.ManualClock):
            clock.pass_by(time)

    def finish(self, version_id: VersionId) -> Report:
        """
        Poll until the version has ended.

        Raises:
            AssertionError: It does not.
        """
        for _ in range(POLLS_MAX):
            report = self.poll(version_id)
            if report.status is not VersionStatus.GENERATING:
                return report
        raise AssertionError(f"{version_id} did not end in {POLLS_MAX} polls")

    def version(self, version_id: VersionId) -> Version:
        """
        Return the version as it is stored.
        """
        with self.ports.store.transaction() as tx:
            return tx.versions.find(version_id)

    def entries(self) -> tuple[Entry, ...]:
        """
        Return the customer's book.
        """
        return billing.entries(self.ports, self.caller.organization.id)

    def content(self, asset_id: AssetId) -> bytes:
        """
        Return the bytes of a stored file.
        """
        with self.ports.store.transaction() as tx:
            asset = tx.assets.find(asset_id)
        assert asset is not None
        with self.ports.scratch.folder() as folder:
            self.ports.blobs.copy_to(asset.blob_key, folder / "file")
            return (folder / "file").read_bytes()
