"""
How fast the API answers, as a part of what the web server under it can do.

``python benchmarks/api.py [--seconds 4] [--rounds 3] [--connections 16]`` starts ``ars0n
serve`` on SQLite and a bare Starlette application on the same web server, and asks both in
turn over kept connections: `GET /jobs/{versionId}` of a film in the making (eight jobs,
authenticated, counted in both rate windows), `POST /estimate` (the same), and the bare
routes that return the very same bytes. Many customers ask, so that no window fills.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from ars0n_adapters.memory import MemoryBlobs, MemoryRateWindows
from ars0n_adapters.memory.runners import QueueRunner
from ars0n_adapters.repositories import SqlStore
from ars0n_adapters.system import RandomIds, SystemClock, TemporaryFolders
from ars0n_core.assets import Asset, AssetKind
from ars0n_core.ids import AssetId
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.ports import Policy, Ports
from ars0n_core.quotas import Tier
from ars0n_core.specs.model import AdSpec
from ars0n_core.testing import fakes
from ars0n_core.usecases import billing
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.generate import generate

SRC = Path(__file__).parents[1] / "src"
CUSTOMERS, KEYS = 60, 3
ESTIMATE = b'{"adFormat":"video","imageCount":3,"duration":15}'

BARE = """
import sys, socket, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route
bodies = {"/poll": open(sys.argv[1], "rb").read(), "/estimate": open(sys.argv[2], "rb").read()}
def route(path):
    async def answer(request):
        await request.body()
        return Response(bodies[path], media_type="application/json")
    return Route(path, answer, methods=["GET", "POST"])
s = socket.socket(proto=socket.IPPROTO_TCP); s.bind(("127.0.0.1", 0)); s.listen(2048)
print(s.getsockname()[1], flush=True)
app = Starlette(routes=[route("/poll"), route("/estimate")])
uvicorn.Server(uvicorn.Config(app, access_log=False, server_header=False, log_level="warning")).run([s])
"""


def furnish(folder: Path) -> list[tuple[str, str]]:
    """
    Fill the database with customers whose films are in the making; return each key with
    its customer's version.
    """
    store = SqlStore(f"sqlite:///{folder / 'ars0n.sqlite3'}")
    ports = Ports(
        clock=SystemClock(), ids=RandomIds(), scratch=TemporaryFolders(folder / "scratch"),
        store=store, rates=MemoryRateWindows(), blobs=MemoryBlobs(),
        fetcher=fakes.FakeFetcher(), ingest=fakes.FakeIngest(), planner=fakes.FakePlanner(),
        images=fakes.FakeImages(), clips=fakes.FakeClips(), speech=fakes.FakeSpeech(),
        voices=fakes.FakeVoices(), music=fakes.FakeMusic(),
        compositor=fakes.FakeCompositor(), runner=QueueRunner(),
    )  # fmt: skip
    policy = Policy(bounds=Bounds(lease=timedelta(hours=1)))
    pairs = []
    picture = folder / "picture"
    picture.write_bytes(fakes.picture())
    for number in range(CUSTOMERS):
        one = billing.create_organization(ports, f"Customer {number}", tier=Tier.ENTERPRISE)
        billing.grant(ports, one.id, 1000)
        asset = Asset(
            id=AssetId(ports.ids.new("asset_")), organization_id=one.id, kind=AssetKind.IMAGE,
            media_type="image/png", blob_key=f"assets/{number}", size_bytes=8, sha256="0" * 64,
            created_at=ports.clock.now(),
        )  # fmt: skip
        ports.blobs.put(asset.blob_key, picture, media_type="image/png")
        with store.transaction() as tx:
            tx.assets.add(asset)
            tx.commit()
        spec = AdSpec(
            prompt="A lamp that follows the sun", duration_seconds=15, voice_id="ada",
            image_asset_ids=(asset.id,),
        )  # fmt: skip
        caller = Caller(one)
        version_id = generate(ports, policy, caller, spec).version_id
        advance(ports, policy, caller, version_id)
        keys = [billing.create_key(ports, one.id, str(k)).plain for k in range(KEYS)]
        pairs += [(key, version_id) for key in keys]
    store.close()
    return pairs


class Asker(asyncio.Protocol):
    """
    One kept connection that asks again as soon as it was answered.
    """

    def __init__(self, load: Load) -> None:
        self.load = load
        self.buffer = b""
        self.started = 0.0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:
        self.transport = transport
        self.ask()

    def ask(self) -> None:
        if time.perf_counter() > self.load.deadline:
            self.transport.close()
            return
        self.started = time.perf_counter()
        self.transport.write(self.load.next())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(re.search(rb"content-length: (\d+)", head, re.IGNORECASE)[1])
        if len(body) < length:
            return
        status = int(head[9:12])
        if status != 200:
            self.load.faults.append((status, body[:200]))
        self.load.seconds.append(time.perf_counter() - self.started)
        self.buffer = body[length:]
        self.load.body = body[:length]
        self.ask()

    def connection_lost(self, _: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_result(None)


class Load:
    """
    Requests in turn, over several connections, for some seconds.
    """

    def __init__(self, requests: list[bytes]) -> None:
        self.requests, self.number = requests, 0
        self.seconds: list[float] = []
        self.faults: list[tuple[int, bytes]] = []
        self.body = b""
        self.deadline = 0.0

    def next(self) -> bytes:
        self.number += 1
        return self.requests[self.number % len(self.requests)]

    async def run(self, port: int, connections: int, seconds: float) -> None:
        self.deadline = time.perf_counter() + seconds
        loop = asyncio.get_running_loop()
        made = [
            await loop.create_connection(lambda: Asker(self), "127.0.0.1", port)
            for _ in range(connections)
        ]
        await asyncio.gather(*(protocol.ended for _, protocol in made))


def get(path: str, key: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {key}\r\n\r\n".encode()


def post(path: str, body: bytes, key: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def processor_seconds(process: subprocess.Popen[str]) -> float:
    """
    What a process has used of the processors: steadier than the wall on a busy machine.
    """
    fields = (
        Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    )
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(requests: list[bytes], port: int, connections: int, seconds: float) -> Load:
    load = Load(requests)
    asyncio.run(load.run(port, connections, seconds))
    if load.faults:
        raise SystemExit(f"{len(load.faults)} refused, like {load.faults[0]}")
    return load


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, default=16)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="ars0n-bench-") as name:
        folder = Path(name)
        pairs = furnish(folder)
        environment = {**os.environ, "PYTHONPATH": str(SRC)}
        with (folder / "log").open("wb") as log:
            api = subprocess.Popen(
                [sys.executable, "-m", "ars0n_adapters.cli", "serve", "--port", "0",
                 "--data-dir", str(folder)],
                env=environment, stdout=subprocess.PIPE, stderr=log, text=True,
            )  # fmt: skip
        api_port = int(re.search(r":(\d+) ", api.stdout.readline())[1])
        polls = [get(f"/api/v1/jobs/{version_id}", key) for key, version_id in pairs]
        estimates = [post("/api/v1/estimate", ESTIMATE, key) for key, _ in pairs]
        warm = [(requests, measure(requests, api_port, 4, 1.0)) for requests in (polls, estimates)]
        paths = []
        for number, (_, load) in enumerate(warm):
            json.loads(load.body)
            paths.append(folder / f"body-{number}")
            paths[-1].write_bytes(load.body)
        bare = subprocess.Popen(
            [sys.executable, "-c", BARE, *map(str, paths)],
            env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        bare_port = int(bare.stdout.readline())
        cases = {
            "bare GET, the poll's bytes": ([get("/poll")], bare_port, bare),
            "GET /jobs/{versionId}": (polls, api_port, api),
            "bare POST, the estimate's bytes": ([post("/estimate", ESTIMATE)], bare_port, bare),
            "POST /estimate": (estimates, api_port, api),
        }
        rates: dict[str, list[float]] = {case: [] for case in cases}
        late: dict[str, list[float]] = {case: [] for case in cases}
        spent = dict.fromkeys(cases, 0.0)
        for _ in range(asked.rounds):
            for case, (requests, port, process) in cases.items():
                before = processor_seconds(process)
                load = measure(requests, port, asked.connections, asked.seconds)
                spent[case] += processor_seconds(process) - before
                rates[case].append(len(load.seconds) / asked.seconds)
                late[case] += load.seconds
        for process in (api, bare):
            process.terminate()
            process.wait(timeout=30)
            process.stdout.close()
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, "
          f"Python {platform.python_version()}, {asked.connections} connections, "
          f"bodies {len(warm[0][1].body)} and {len(warm[1][1].body)} bytes")  # fmt: skip
    middle = {case: statistics.median(found) for case, found in rates.items()}
    names = list(cases)
    each = {case: spent[case] / len(late[case]) for case in cases}
    for number, case in enumerate(names):
        p50, p99 = (sorted(late[case])[int(len(late[case]) * share)] for share in (0.5, 0.99))
        bare_case = names[number - number % 2]
        ratio = (
            f"  {middle[case] / middle[bare_case]:.2f} of bare by the clock, "
            f"{each[bare_case] / each[case]:.2f} by the processor"
            if number % 2
            else ""
        )
        print(
            f"{case:32} {middle[case]:6.0f}/s  p50 {1000 * p50:6.1f} ms  p99 {1000 * p99:6.1f} ms"
            f"  {1e6 * each[case]:5.0f} us of processor{ratio}"
        )


if __name__ == "__main__":
    main()
