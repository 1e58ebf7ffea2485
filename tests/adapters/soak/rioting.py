"""
One of the processes of the soak: sixteen threads at the same organisation.

``rioting.py URL FOLDER NUMBER SECONDS`` prints what was asked, which attempts providers
performed, and every error that is not one of the documents'.
"""

from __future__ import annotations

import json
import random
import sys
import threading
import time
import traceback
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

from attrs import evolve

from ars0n_adapters.memory import MemoryRateWindows
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.storage.local import LocalBlobs
from ars0n_adapters.system import RandomIds, SystemClock, TemporaryFolders
from ars0n_adapters.threads import ThreadRunner
from ars0n_core.errors import (
    Ars0nError,
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from ars0n_core.ids import OrganizationId
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.ports import Policy, Ports
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.model import AdFormat, AdSpec
from ars0n_core.testing import fakes
from ars0n_core.usecases import assets, jobs
from ars0n_core.usecases import carry_out as carrying
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.generate import generate
from ars0n_core.usecases.sweep import sweep
from ars0n_core.work import Operation

OURS = OrganizationId("org_ours")
THREADS = 16
LUCK = random.SystemRandom()  # every run is another one; it says what it saw


class Moody:
    """
    A provider that now and then can't, or won't.
    """

    def __init__(self, port: object, *methods: str) -> None:
        self._port, self._methods = port, methods

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)
        if name not in self._methods:
            return call

        def moody(*args: Any, **kwargs: Any) -> Any:
            luck = LUCK.random()
            if luck < 0.05:
                raise ProviderRejectedError("Refused", port=name)
            if luck < 0.15:
                raise ProviderUnavailableError("Busy", port=name, retry_after_seconds=0.1)
            time.sleep(LUCK.random() / 100)
            return call(*args, **kwargs)

        return moody


class Riot:
    """
    What one process does, and what came of it.
    """

    def __init__(self, url: str, folder: Path, number: int) -> None:
        self.asked: Counter[str] = Counter()
        self.faults: list[str] = []
        self.performed: list[tuple[str, int, str]] = []
        self.lock = threading.Lock()
        self.store = SqlStore(url)
        opened: list[Ports] = []
        self.policy = Policy(
            bounds=Bounds(lease=timedelta(seconds=60)),
            check_every=timedelta(milliseconds=50),
            deferral=timedelta(milliseconds=50),
        )
        self.runner = ThreadRunner(
            threads=4,
            renew=lambda command: carrying.renew(opened[0], self.policy, command),
            release=lambda command: carrying.release(opened[0], command),
        )
        self.ports = Ports(
            clock=SystemClock(), ids=RandomIds(),
            scratch=TemporaryFolders(folder / f"scratch-{number}"), store=self.store,
            rates=MemoryRateWindows(), blobs=LocalBlobs(folder / "blobs"),
            fetcher=fakes.FakeFetcher(), ingest=fakes.FakeIngest(),
            planner=fakes.FakePlanner(), images=Moody(fakes.FakeImages(), "edit"),
            clips=Moody(fakes.FakeClips(), "submit"),
            speech=Moody(fakes.FakeSpeech(), "speak"), voices=fakes.FakeVoices(),
            music=fakes.FakeMusic(), compositor=fakes.FakeCompositor(), runner=self,
        )  # fmt: skip
        opened.append(self.ports)
        with self.store.transaction() as tx:
            self.caller = Caller(tx.organizations.find(OURS))

    def run(self, command: Any, carry_out: Any) -> None:
        """
        Be the runner: note what is carried out, then have it carried out.
        """

        def noted(asked: Any) -> None:
            if type(asked).__name__ != "CheckClip":
                with self.lock:
                    self.performed.append((asked.job, asked.attempt, type(asked).__name__))
            carry_out(asked)

        self.runner.run(command, noted)

    def go(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        threads = [threading.Thread(target=self._riot, args=(deadline,)) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        while time.monotonic() < deadline:
            self._call("sweep", lambda: sweep(self.ports, self.policy))
            time.sleep(1)
        for thread in threads:
            thread.join(timeout=60)
        self.runner.close()
        self.store.close()

    def _riot(self, deadline: float) -> None:
        while time.monotonic() < deadline:
            versions = self._versions()
            # What is under way comes first, and is asked about more often.
            version = LUCK.choice(versions[:6]) if versions else None
            luck = LUCK.random()
            if version is None or luck < 0.03:
                self._call("generate", self._order)
            elif luck < 0.05:
                self._call("cancel", lambda v=version: jobs.cancel(self.ports, self.caller, v.id))
            elif luck < 0.12:
                self._call("retry", lambda v=version: self._retry(v))
            elif luck < 0.15:
                self._call("regenerate", lambda v=version: self._regenerate(v))
            elif luck < 0.18:
                self._call("edit", lambda v=version: self._edit(v))
            else:
                self._call("poll", lambda v=version: self._poll(v))

    def _versions(self) -> list[Any]:
        with self.store.transaction() as tx:
            found: list[Any] = []
            if LUCK.random() < 0.6:
                found += tx.versions.generating(OURS)
            for project in tx.projects.of(OURS, limit=4, offset=0):
                found += tx.versions.of(project.id)[-2:]
            return found

    def _order(self) -> None:
        spec = AdSpec(
            prompt="A lamp", duration_seconds=15, voice_id="ada", ad_format=AdFormat.RADIO
        )
        if LUCK.random() < 0.5:
            spec = AdSpec(
                prompt="A lamp", duration_seconds=15, voice_id="ada",
                image_asset_ids=(self._asset(),),
            )  # fmt: skip
        generate(self.ports, self.policy, self.caller, spec)

    def _asset(self) -> Any:
        with self.ports.scratch.folder() as folder:
            path = folder / "photo.png"
            path.write_bytes(fakes.picture(str(LUCK.random())))
            return assets.upload(
                self.ports, self.policy, self.caller, path, file_name="photo.png", category=None
            ).asset.id

    def _poll(self, version: Any) -> None:
        report = advance(self.ports, self.policy, self.caller, version.id)
        if report.status is VersionStatus.COMPLETED:
            with self.lock:
                self.asked["completed"] += 1

    def _retry(self, version: Any) -> None:
        for job in version.pipeline.jobs.values():
            if job.status == "failed":
                jobs.retry(self.ports, self.policy, self.caller, job.id)
                return

    def _regenerate(self, version: Any) -> None:
        for job in version.pipeline.jobs.values():
            if job.item.operation is Operation.GENERATE_CLIP and job.status == "completed":
                jobs.regenerate(self.ports, self.policy, self.caller, job.id)
                return

    def _edit(self, version: Any) -> None:
        first, *rest = version.plan.segments
        words = f"Words number {LUCK.randrange(1000)}."
        plan = evolve(version.plan, segments=(evolve(first, text=words), *rest))
        edit(self.ports, self.policy, self.caller, version.id, plan=plan)

    def _call(self, name: str, call: Any) -> None:
        try:
            call()
        except PortError:
            self._fault(name)
        except Ars0nError as error:
            with self.lock:
                self.asked[f"{name}: {error.code}"] += 1
        except Exception:  # noqa: BLE001 - told: it is what the soak looks for
            self._fault(name)
        else:
            with self.lock:
                self.asked[name] += 1

    def _fault(self, name: str) -> None:
        with self.lock:
            self.faults.append(f"{name}: {traceback.format_exc()[-1500:]}")


if __name__ == "__main__":
    url, folder, number, seconds = sys.argv[1:]
    riot = Riot(url, Path(folder), int(number))
    riot.go(float(seconds))
    told = {"asked": riot.asked, "faults": riot.faults[:20], "performed": riot.performed}
    sys.stdout.write(json.dumps(told))
