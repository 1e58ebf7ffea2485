"""
A whole product in memory, with its outside played by fakes.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, evolve, field

from ars0n_adapters.memory import InlineRunner, MemoryBlobs, MemoryRateWindows, MemoryStore
from ars0n_adapters.system import TemporaryFolders
from ars0n_core import ledger
from ars0n_core.access import ApiKey, Organization, digest
from ars0n_core.assets import Asset, AssetKind
from ars0n_core.ids import ApiKeyId, AssetId, EntryId, OrganizationId
from ars0n_core.ports import Policy, Ports
from ars0n_core.projects import VersionStatus
from ars0n_core.quotas import Tier
from ars0n_core.specs.model import AdFormat, AdSpec
from ars0n_core.testing import fakes
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.generate import generate

if TYPE_CHECKING:
    from ars0n_core.ids import VersionId

START = datetime(2026, 3, 1, 12, tzinfo=UTC)


@define
class Stage:
    """
    The product with one customer in it, and what stories do again and again.
    """

    ports: Any  # `Ports`, whose fakes know more than their protocols
    clock: fakes.ManualClock
    blobs: MemoryBlobs
    folder: Path
    policy: Policy = field(factory=Policy)
    caller: Caller = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.caller = self.customer("ours", 1000)

    def customer(
        self,
        name: str,
        credits_given: int = 0,
        *,
        tier: Tier = Tier.FREE,
        unlimited: bool = False,
        key: str = "sk_live_",
        cap: int | None = None,
    ) -> Caller:
        organization = Organization(
            id=OrganizationId(f"org_{name}"),
            name=name,
            tier=tier,
            unlimited=unlimited,
            created_at=START,
        )
        api_key = ApiKey(
            id=ApiKeyId(f"key_{name}"),
            organization_id=organization.id,
            name=name,
            digest=digest(f"{key}{name}"),
            hint=f"{key}abcd",
            created_at=START,
            monthly_credits_max=cap,
        )
        with self.ports.store.transaction() as tx:
            tx.organizations.add(organization)
            tx.keys.add(api_key)
            tx.commit()
        caller = Caller(organization, api_key)
        if credits_given:
            self.give(credits_given, caller)
        return caller

    def give(self, credits_given: int, caller: Caller | None = None) -> None:
        organization = (caller or self.caller).organization
        booking = ledger.Booking(
            id=EntryId(self.ports.ids.new("entry_")),
            organization_id=organization.id,
            reference=self.ports.ids.new("grant/"),
            booked_at=self.clock.now(),
        )
        with self.ports.store.transaction() as tx:
            tx.ledger.append(ledger.grant(booking, credits_given=credits_given))
            tx.commit()

    def balance(self, caller: Caller | None = None, account: str = ledger.PREPAID) -> Any:
        with self.ports.store.transaction() as tx:
            return tx.ledger.balance((caller or self.caller).organization.id, account)

    def entries(self, caller: Caller | None = None) -> Any:
        with self.ports.store.transaction() as tx:
            return tx.ledger.entries((caller or self.caller).organization.id)

    def asset(
        self,
        kind: AssetKind = AssetKind.IMAGE,
        *,
        caller: Caller | None = None,
        seconds: float = 6,
        note: str = "",
    ) -> AssetId:
        asset_id = AssetId(self.ports.ids.new("asset_"))
        content, media_type, facts = {
            AssetKind.IMAGE: (fakes.picture(note), "image/png", {}),
            AssetKind.AUDIO: (fakes.sound(seconds, note), "audio/wav", {}),
            AssetKind.VIDEO: (
                fakes.footage(seconds, note), "video/mp4", {"frames": round(seconds * 30)},
            ),
        }[kind]  # fmt: skip
        known: dict[str, Any] = (
            {**facts, "duration_seconds": seconds} if kind is not AssetKind.IMAGE else {}
        )
        source = self.folder / "source"
        source.write_bytes(content)
        self.blobs.put(f"assets/{asset_id}", source, media_type=media_type)
        with self.ports.store.transaction() as tx:
            tx.assets.add(
                Asset(
                    id=asset_id,
                    organization_id=(caller or self.caller).organization.id,
                    kind=kind,
                    media_type=media_type,
                    blob_key=f"assets/{asset_id}",
                    size_bytes=len(content),
                    sha256=note.ljust(64, "0"),
                    created_at=START,
                    facts=known,
                )
            )
            tx.commit()
        return asset_id

    def film(self, **changes: Any) -> AdSpec:
        fields = {
            "prompt": "A lamp that follows the sun",
            "duration_seconds": 15,
            "voice_id": "ada",
            **changes,
        }
        if "image_urls" not in fields and "image_asset_ids" not in fields:
            fields["image_asset_ids"] = (self.asset(),)
        return AdSpec(**fields)

    def radio(self, **changes: Any) -> AdSpec:
        fields = {"ad_format": AdFormat.RADIO, "image_asset_ids": (), **changes}
        return self.film(**fields)

    def order(self, spec: AdSpec | None = None, caller: Caller | None = None, **rest: Any) -> Any:
        return generate(self.ports, self.policy, caller or self.caller, spec or self.film(), **rest)

    def poll(self, version_id: VersionId, caller: Caller | None = None) -> Any:
        report = advance(self.ports, self.policy, caller or self.caller, version_id)
        self.clock.pass_by(timedelta(seconds=10))
        return report

    def until_made(
        self, version_id: VersionId, operation: str, caller: Caller | None = None
    ) -> Any:
        """
        Poll until a job of this kind has an output, and return it.
        """
        for _ in range(30):
            for job in self.poll(version_id, caller).jobs:
                if job.operation == operation and job.output:
                    return job
        pytest.fail(f"no {operation} was made in 30 polls")

    def finish(self, version_id: VersionId, caller: Caller | None = None) -> Any:
        for _ in range(60):
            report = self.poll(version_id, caller)
            if report.status is not VersionStatus.GENERATING:
                return report
        pytest.fail(f"not finished after 60 polls: {report}")

    def finished(self, spec: AdSpec | None = None, caller: Caller | None = None) -> Any:
        return self.finish(self.order(spec, caller).version_id, caller)

    def version(self, version_id: VersionId) -> Any:
        with self.ports.store.transaction() as tx:
            return tx.versions.find(version_id)

    def generating(self) -> Any:
        with self.ports.store.transaction() as tx:
            return tx.versions.generating()

    def flaky(self, name: str) -> fakes.Flaky:
        """
        Put a port that can be made to fail in the place of *name*.
        """
        flaky = fakes.Flaky(getattr(self.ports, name))
        self.ports = evolve(self.ports, **{name: flaky})
        return flaky


@pytest.fixture
def stage(tmp_path: Path) -> Stage:
    clock = fakes.ManualClock(START)
    blobs = MemoryBlobs()
    ports = Ports(
        clock=clock,
        ids=fakes.CountingIds(),
        scratch=TemporaryFolders(tmp_path / "scratch"),
        store=MemoryStore(),
        rates=MemoryRateWindows(),
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
        runner=InlineRunner(),
    )
    return Stage(ports=ports, clock=clock, blobs=blobs, folder=tmp_path)
