"""
One process that renders: ``python -m films.once JOB.pickle`` renders the (timeline, files,
settings, folder, edits, mode) found in it and prints what was measured, as JSON.

It imports nothing that a caller of the compositor need not, and first does what the command line
does before it loads anything, so that its start counts as one.
"""

import gc
import json
import os
import pickle
import sys
import time
from pathlib import Path


def main():
    gc.set_threshold(50_000)
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from ars0n_core.compositor.local import LocalCompositor  # noqa: PLC0415 (as it does)

    job = pickle.loads(Path(sys.argv[1]).read_bytes())  # noqa: S301 (our own, of a moment ago)
    compositor = LocalCompositor(**job["settings"])
    if job.get("prepare"):
        import probes  # noqa: PLC0415 (not where the start is timed)

        probes.PREPARATIONS[job["prepare"]]()
    found = []
    for number, timeline in enumerate(job["timelines"]):
        folder = Path(job["folder"]) / f"{number}"
        begun = time.perf_counter()
        done = compositor.render(timeline, job["files"], folder)
        found.append(
            {
                "wall": time.perf_counter() - begun,
                "measured": dict(done.measured),
                "spent": dict(done.seconds_spent),
                "path": str(done.path),
            }
        )
    if job.get("prepare"):
        found.append(probes.told())
    print(json.dumps(found))


if __name__ == "__main__":
    main()
