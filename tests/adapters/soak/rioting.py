"""
One of the processes of the soak: it serves the API, and sixteen threads ask it, all for the
same organisation.

``rioting.py URL FOLDER NUMBER KEY SECONDS`` prints what was answered and how late, which
attempts providers performed, and every answer that is a fault of ours.
"""

from __future__ import annotations

import json
import random
import socket
import sys
import threading
import time
import traceback
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import uvicorn

from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.storage.local import LocalBlobs
from ars0n_adapters.system import RandomIds, SystemClock, TemporaryFolders
from ars0n_adapters.threads import ThreadRunner
from ars0n_adapters.web import create_app
from ars0n_core.errors import ProviderRejectedError, ProviderUnavailableError
from ars0n_core.ids import OrganizationId
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.ports import Policy, Ports
from ars0n_core.quotas import Decision
from ars0n_core.testing import fakes
from ars0n_core.usecases import carry_out as carrying
from ars0n_core.usecases.sweep import sweep
from ars0n_core.wire import unstructure_plan
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

OURS = OrganizationId("org_ours")
THREADS = 16
LUCK = random.SystemRandom()  # every run is another one; it says what it saw


class WideWindows:
    """
    Windows without an end: what is asked here would fill any.
    """

    def hit(
        self, key: str, *, limit: int, window: timedelta, now: datetime, count: int = 1
    ) -> Decision:
        del count
        return self.hit_all({key: limit}, window=window, now=now)[0]

    def hit_all(
        self, limits: Mapping[str, int], *, window: timedelta, now: datetime
    ) -> tuple[Decision, ...]:
        del window
        return tuple(Decision(True, limit, limit, now) for limit in limits.values())


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
        self.completed = 0
        self.seconds: list[float] = []
        self.faults: list[str] = []
        self.at_once = url.startswith("sqlite")
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
            rates=WideWindows(), blobs=LocalBlobs(folder / "blobs"),
            fetcher=fakes.FakeFetcher(), ingest=fakes.FakeIngest(),
            planner=fakes.FakePlanner(), images=Moody(fakes.FakeImages(), "edit"),
            clips=Moody(fakes.FakeClips(), "submit"),
            speech=Moody(fakes.FakeSpeech(), "speak"), voices=fakes.FakeVoices(),
            music=fakes.FakeMusic(), compositor=fakes.FakeCompositor(), runner=self,
        )  # fmt: skip
        opened.append(self.ports)

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

    def go(self, key: str, seconds: float) -> None:
        app = create_app(self.ports, self.policy, base_url="http://127.0.0.1", at_once=self.at_once)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))
        serving = threading.Thread(target=server.run, args=([listener],))
        serving.start()
        deadline = time.monotonic() + seconds
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/api/v1"
        threads = [
            threading.Thread(target=self._riot, args=(url, key, deadline)) for _ in range(THREADS)
        ]
        for thread in threads:
            thread.start()
        while time.monotonic() < deadline:
            sweep(self.ports, self.policy)
            time.sleep(1)
        for thread in threads:
            thread.join(timeout=60)
        server.should_exit = True
        serving.join(timeout=60)
        self.runner.close()
        self.store.close()

    def _riot(self, url: str, key: str, deadline: float) -> None:
        try:
            self._go_on(url, key, deadline)
        except Exception:  # noqa: BLE001 - told: it is what the soak looks for
            with self.lock:
                self.faults.append(traceback.format_exc())

    def _go_on(self, url: str, key: str, deadline: float) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        with httpx.Client(base_url=url, headers=headers, timeout=60) as client:
            while time.monotonic() < deadline:
                versions = self._versions()
                # What is under way comes first, and is asked about more often.
                version = LUCK.choice(versions[:6]) if versions else None
                luck = LUCK.random()
                if version is None or luck < 0.03:
                    self._order(client)
                elif luck < 0.05:
                    self._ask(client, "cancel", "POST", f"/jobs/{version.id}/cancel")
                elif luck < 0.12:
                    self._of_a_job(client, "retry", version, lambda job: job.status == "failed")
                elif luck < 0.15:
                    self._of_a_job(client, "regenerate", version, is_finished_clip)
                elif luck < 0.18:
                    self._edit(client, version)
                else:
                    self._poll(client, version)

    def _versions(self) -> list[Any]:
        with self.store.transaction() as tx:
            found: list[Any] = []
            if LUCK.random() < 0.6:
                found += tx.versions.generating(OURS)
            for project in tx.projects.of(OURS, limit=4, offset=0):
                found += tx.versions.of(project.id)[-2:]
            return found

    def _order(self, client: httpx.Client) -> None:
        order: dict[str, Any] = {"prompt": "A lamp", "duration": 15, "voiceId": "ada"}
        if LUCK.random() < 0.5:
            order["adFormat"] = "radio"
        else:
            file = ("photo.png", fakes.picture(str(LUCK.random())))
            told = self._ask(client, "upload", "POST", "/assets", files={"file": file})
            order["imageAssetIds"] = [told.json()["assetId"]]
        self._ask(client, "generate", "POST", "/generate", json=order)

    def _poll(self, client: httpx.Client, version: Any) -> None:
        told = self._ask(client, "poll", "GET", f"/jobs/{version.id}")
        if told.json()["status"] == "completed":
            with self.lock:
                self.completed += 1

    def _of_a_job(
        self, client: httpx.Client, name: str, version: Any, fits: Callable[[Any], bool]
    ) -> None:
        for job in version.pipeline.jobs.values():
            if fits(job):
                self._ask(client, name, "POST", f"/jobs/{job.id}/{name}")
                return

    def _edit(self, client: httpx.Client, version: Any) -> None:
        plan: dict[str, Any] = unstructure_plan(version.plan)
        plan["voiceover_segments"][0]["text"] = f"Words number {LUCK.randrange(1000)}."
        self._ask(client, "edit", "POST", f"/versions/{version.id}/edit", json={"plan": plan})

    def _ask(
        self, client: httpx.Client, name: str, method: str, path: str, **rest: Any
    ) -> httpx.Response:
        started = time.monotonic()
        answer = client.request(method, path, **rest)
        with self.lock:
            self.asked[f"{name} {answer.status_code}"] += 1
            self.seconds.append(round(time.monotonic() - started, 4))
            if answer.status_code >= 500:
                self.faults.append(f"{name}: {answer.status_code} {answer.text[:300]}")
        return answer


def is_finished_clip(job: Any) -> bool:
    return job.item.operation is Operation.GENERATE_CLIP and job.status == "completed"


if __name__ == "__main__":
    url, folder, number, key, seconds = sys.argv[1:]
    riot = Riot(url, Path(folder), int(number))
    try:
        riot.go(key, float(seconds))
    except Exception:  # noqa: BLE001 - told: it is what the soak looks for
        riot.faults.append(traceback.format_exc())
    told = {
        "asked": riot.asked,
        "completed": riot.completed,
        "seconds": riot.seconds,
        "faults": riot.faults[:20],
        "performed": riot.performed,
    }
    sys.stdout.write(json.dumps(told))
