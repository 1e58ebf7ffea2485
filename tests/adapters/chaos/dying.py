"""
Processes that make a 15 s ad with the real SDKs, and may be killed while they do.

Each line of the input, ``{"folder", "later", "death", "environment"}``, is a life: a process
forked from this one, which has imported the SDKs and done nothing else. It goes on where
the lives before it stopped, with a clock that is ``later`` seconds ahead (so every lease of
the dead has run out), and writes what became of the ad into ``told`` in its folder. It
kills itself with SIGKILL after the journal step ``death`` names: the N-th, or the N-th of a
kind (``commit:7``), or never (``0``). With ``SKETCHED`` in the environment the film is not
cut for real; ``REMEMBERED`` is where footage is kept that was conformed before. What ARS0N_... says chooses the providers. How it ended is printed.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import time
import traceback
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3.s3.transfer
import elevenlabs.client
import google.genai.types
from attrs import asdict, evolve, frozen

from ars0n_adapters import bootstrap, settings
from ars0n_adapters.cli import books
from ars0n_adapters.ingest import MediaIngest
from ars0n_adapters.memory import InlineRunner
from ars0n_adapters.providers.elevenlabs.speech import ElevenLabsSpeech
from ars0n_adapters.repositories.sql import SqlTransaction
from ars0n_adapters.results import KeptResults
from ars0n_adapters.storage.s3 import S3Blobs
from ars0n_adapters.system import SystemClock
from ars0n_core import ledger
from ars0n_core.access import Organization
from ars0n_core.errors import NotFoundError
from ars0n_core.ids import EntryId, OrganizationId
from ars0n_core.ports import FootageFacts as Conformed
from ars0n_core.projects import VersionStatus
from ars0n_core.quotas import Tier
from ars0n_core.specs.model import AdSpec, CtaDesign
from ars0n_core.testing import fakes
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.assets import serve, upload
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.generate import generate

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_core.ids import VersionId
    from ars0n_core.ports import FootageFacts, Ports
    from ars0n_core.specs.model import AspectRatio

SDKS = (boto3, elevenlabs, google)
# Imported before the lives begin, not by each of them anew.

OURS = OrganizationId("org_ours")
CREDITS = 500
SECONDS_MAX = 240.0


class Journal:
    """
    The steps this process has written down, and the one it does not survive.
    """

    def __init__(self, folder: Path, death: str) -> None:
        self._file = (folder / "steps").open("a", buffering=1)
        self._death = death
        self._count: Counter[str] = Counter()

    def watch(self, owner: type, method: str, kind: str) -> None:
        """
        Have every call of *method* noted after it is done.
        """
        inner: Callable[..., Any] = getattr(owner, method)

        def noted(*args: Any, **kwargs: Any) -> Any:
            answer = inner(*args, **kwargs)
            self._step(kind)
            return answer

        setattr(owner, method, noted)

    def _step(self, kind: str) -> None:
        self._count[kind] += 1
        self._count[""] += 1
        self._file.write(f"{kind}\n")
        if self._death in {str(self._count[""]), f"{kind}:{self._count[kind]}"}:
            os.kill(os.getpid(), signal.SIGKILL)


@frozen
class LaterClock:
    """
    The machine's clock, so much ahead.
    """

    ahead: timedelta

    def now(self) -> datetime:
        return SystemClock().now() + self.ahead


class SketchedIngest(MediaIngest):
    """
    Believes what footage says of itself.
    """

    def footage(
        self, source: Path, target: Path, *, aspect_ratio: AspectRatio | None = None
    ) -> FootageFacts:
        return fakes.FakeIngest().footage(source, target, aspect_ratio=aspect_ratio)


class RememberedIngest(MediaIngest):
    """
    Conforms each piece of footage once for all lives, and keeps it in *folder*.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    def footage(
        self, source: Path, target: Path, *, aspect_ratio: AspectRatio | None = None
    ) -> FootageFacts:
        kept = self._folder / f"{hashlib.sha256(source.read_bytes()).hexdigest()}.mp4"
        told = kept.with_suffix(".json")
        if not told.exists():
            facts = super().footage(source, target, aspect_ratio=aspect_ratio)
            self._folder.mkdir(exist_ok=True)
            shutil.copy(target, kept)
            told.write_text(json.dumps(asdict(facts)))
            return facts
        shutil.copy(kept, target)
        return Conformed(**json.loads(told.read_text()))


def customer(ports: Ports) -> Caller:
    """
    Return the customer, made and given his credits at the first try.
    """
    one = Organization(id=OURS, name="Ours", tier=Tier.PRO, created_at=ports.clock.now())
    booking = ledger.Booking(
        id=EntryId("entry_first"),
        organization_id=OURS,
        reference="grant/first",
        booked_at=ports.clock.now(),
    )
    with ports.store.transaction() as tx:
        try:
            return Caller(tx.organizations.find(OURS))
        except NotFoundError:
            tx.organizations.add(one)
            tx.ledger.append(ledger.grant(booking, credits_given=CREDITS))
            tx.commit()
            return Caller(one)


def ordered(product: bootstrap.Product, ports: Ports, caller: Caller, photo: Path) -> VersionId:
    """
    Return the ad that was ordered, or order it.
    """
    with ports.store.transaction() as tx:
        for project in tx.projects.of(OURS, limit=9, offset=0):
            for version in tx.versions.of(project.id):
                return version.id
    image = upload(ports, product.policy, caller, photo).asset.id
    spec = AdSpec(
        prompt="A desk lamp that follows the sun",
        duration_seconds=15,
        voice_id=ports.voices.voices()[0].voice_id,
        image_asset_ids=(image,),
        company_name="Heliolamp",
        cta_design=CtaDesign.MINIMAL,
    )
    return generate(ports, product.policy, caller, spec).version_id


def scores_of(facts: Any) -> list[Any]:
    """
    Return the verdicts on a picture's variants.
    """
    return list(facts.get("scores", ()))


def told(ports: Ports, product: bootstrap.Product, caller: Caller, version_id: VersionId) -> Any:
    """
    Return what became of the ad and of the money.
    """
    report = advance(ports, product.policy, caller, version_id)
    with ports.store.transaction() as tx:
        entries = tx.ledger.entries(OURS)
        balances = ledger.balances(entries)
    url = report.output and serve(ports, product.policy, caller, report.output).url
    return {
        "status": report.status,
        "jobs": [[job.operation, job.status, job.error] for job in report.jobs],
        "frames": report.jobs[-1].facts.get("frames"),
        "samples": report.jobs[-1].facts.get("samples"),
        "scored": [len(scores_of(job.facts)) for job in report.jobs[:3]],
        "charges": [entry.credits for entry in entries if entry.kind == "charge"],
        "total": report.total_credits,
        "balance": balances[ledger.PREPAID],
        "sum": sum(balances.values()),
        "faults": books.verify(ports, caller.organization),
        "url": url,
    }


def main(folder: Path, later: float, death: str) -> None:
    """
    Go on with the ad.
    """
    journal = Journal(folder, death)
    for owner, method, kind in (
        (SqlTransaction, "commit", "commit"),
        (KeptResults, "put", "paid"),
        (KeptResults, "claim", "paid"),
        (S3Blobs, "put", "file"),
        (ElevenLabsSpeech, "_asked", "heard"),
    ):
        journal.watch(owner, method, kind)
    with bootstrap.product(settings.read(data_dir=folder / "data")) as product:
        ports = evolve(
            product.ports, clock=LaterClock(timedelta(seconds=later)), runner=InlineRunner()
        )
        if "SKETCHED" in os.environ:
            ports = evolve(ports, ingest=SketchedIngest(), compositor=fakes.FakeCompositor())
        elif "REMEMBERED" in os.environ:
            ports = evolve(ports, ingest=RememberedIngest(Path(os.environ["REMEMBERED"])))
        caller = customer(ports)
        version_id = ordered(product, ports, caller, folder / "photo.png")
        deadline = time.monotonic() + SECONDS_MAX
        while time.monotonic() < deadline:
            report = advance(ports, product.policy, caller, version_id)
            if report.status is not VersionStatus.GENERATING:
                break
            time.sleep(0.05)
        if report.output is not None:
            with ports.store.transaction() as tx:
                asset = tx.assets.find(report.output)
            assert asset is not None
            ports.blobs.copy_to(asset.blob_key, folder / "ad.mp4")
        (folder / "told").write_text(json.dumps(told(ports, product, caller, version_id)))
    shutil.rmtree(folder / "data" / "scratch", ignore_errors=True)


def live(life: dict[str, Any]) -> int:
    """
    Let one life be lived; return how it ended, as a shell would.
    """
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    try:
        os.environ.clear()
        os.environ.update(life["environment"])
        main(Path(life["folder"]), life["later"], life["death"])
    except BaseException:  # noqa: BLE001 - told to whoever waits, and the life ends here
        (Path(life["folder"]) / "told").write_text(traceback.format_exc())
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    for line in sys.stdin:
        sys.stdout.write(f"{live(json.loads(line))}\n")
        sys.stdout.flush()
