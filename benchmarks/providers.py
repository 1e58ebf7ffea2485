"""
What the real providers cost a process before they do anything: milliseconds and memory of
each SDK, and the memory a large file takes on its way into a bucket.

    python benchmarks/providers.py [--quick]

Each row is a fresh process; of several the median is told.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

SRC = Path(__file__).parents[1] / "src"
MEGABYTES = 96

MEASURED = """
import json, resource, sys, time
{before}
def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1048576
memory, wall, cpu = resident(), time.perf_counter(), time.process_time()
{work}
print(json.dumps([1000 * (time.perf_counter() - wall), 1000 * (time.process_time() - cpu),
                  resident() - memory, len(sys.modules)]))
"""

GOOGLE = "from ars0n_adapters.providers.genai.accounts import Account; a = Account(api_key='k')"
ELEVENLABS = (
    "from ars0n_adapters.providers.elevenlabs.accounts import Account; a = Account(api_key='k')"
)
S3 = (
    "from ars0n_adapters.storage.s3 import Bucket, S3Blobs; "
    "b = S3Blobs(Bucket(name='abc', access_key='k', secret_key='s', endpoint='http://127.0.0.1:9'))"
)

ROWS = {
    "all adapters chosen, nothing used": (
        "", "import ars0n_adapters.bootstrap",
    ),
    "Google's client": (GOOGLE, "a.client()"),
    "Google's client, Interactions (Omni)": (GOOGLE, "a.client().interactions"),
    "ElevenLabs' client": (ELEVENLABS, "a.client().text_to_speech"),
    "S3's client": (S3, "b._client()"),
}  # fmt: skip

UPLOAD = """
import resource, sys
from pathlib import Path
from ars0n_adapters.storage.s3 import Bucket, S3Blobs
blobs = S3Blobs(Bucket(name="abc", access_key="k", secret_key="s", endpoint=sys.argv[1]))
small, large = Path(sys.argv[2]), Path(sys.argv[3])
blobs.put("small", small, media_type="video/mp4")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
blobs.put("large", large, media_type="video/mp4")
up = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
blobs.copy_to("large", large.with_name("back"))
down = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print((up - before) // 1024, (down - before) // 1024)
"""

STORE = """
import sys
from moto.server import ThreadedMotoServer
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
print("http://%s:%d" % server.get_host_and_port(), flush=True)
sys.stdin.read()
"""


def run(program: str, *words: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(SRC), *filter(None, sys.path)])}
    command = [sys.executable, "-W", "ignore", "-c", program, *words]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=300
    )
    return done.stdout


def imports(times: int) -> None:
    print(f"{'':40} {'ms':>7} {'CPU ms':>7} {'MiB':>6} {'modules':>8}")
    for title, (before, work) in ROWS.items():
        found = [json.loads(run(MEASURED.format(before=before, work=work))) for _ in range(times)]
        wall, cpu, memory, modules = (
            statistics.median(column) for column in zip(*found, strict=True)
        )
        print(f"{title:40} {wall:7.0f} {cpu:7.0f} {memory:6.0f} {modules:8.0f}")


def upload() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", STORE],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True,
        ) as store,
    ):  # fmt: skip
        url = store.stdout.readline().strip() if store.stdout else ""
        run(
            "import boto3, sys; boto3.session.Session().client('s3', endpoint_url=sys.argv[1],"
            " region_name='us-east-1', aws_access_key_id='k',"
            " aws_secret_access_key='s').create_bucket(Bucket='abc')",
            url,
        )
        small, large = Path(folder) / "small", Path(folder) / "large"
        small.write_bytes(bytes(1024))
        with large.open("wb") as file:
            file.truncate(MEGABYTES << 20)
        up, down = run(UPLOAD, url, str(small), str(large)).split()
        print(
            f"a file of {MEGABYTES} MiB into a bucket: +{up} MiB at the peak, and back: +{down} MiB"
        )
        if store.stdin:
            store.stdin.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="each row once")
    imports(1 if parser.parse_args().quick else 5)
    upload()
