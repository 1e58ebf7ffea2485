"""
What the rules cost: an estimate, a plan's work list and diff, a pipeline's turn, beside
the same thing written with plain dicts; then how each grows with the number of scenes, and
what it costs to import the rules and to start the calculator, beside a bare Python.

    python benchmarks/core.py [--quick] [--plot docs/pictures/core-growth.png]
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
import timeit
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "src"))

from attrs import evolve
from PIL import Image, ImageDraw

from ars0n_core import pricing
from ars0n_core.ids import AssetId, JobId, VersionId
from ars0n_core.pipelines import graph
from ars0n_core.pipelines.graph import Bounds
from ars0n_core.pipelines.jobs import Charge
from ars0n_core.pipelines.states import Succeeded
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.diff import diff, match
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs.model import AdSpec
from ars0n_core.usecases.estimate import EstimateOrder, estimate
from ars0n_core.work import fingerprints

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SPEC = AdSpec(prompt="A lamp", duration_seconds=60, voice_id="v", image_asset_ids=(AssetId("a"),))
CARD = pricing.card()
TARGETS_SECONDS = {"estimate": 20e-6, "build + diff": 1e-3, "claim + record": 0.5e-3}
SIZES = (1, 3, 9, 30, 100, 300, 1000)
SOURCES = Path(__file__).parents[1] / "src"
BARE = ("-c", "pass")
STARTS = {  # what is started, and in how many seconds it must be done
    "import ars0n_core": (("-c", "import ars0n_core"), 0.1),
    "python -m ars0n_core estimate": (
        ("-m", "ars0n_core", "estimate", "--duration", "15", "--images", "3"),
        0.25,
    ),
}


def plan_of(count: int) -> Plan:
    """
    A plan of *count* scenes, each with words over it.
    """
    return Plan(
        segments=tuple(Segment(text=f"Words over {i}.", scene_index=i) for i in range(count)),
        scenes=tuple(
            Scene(
                scene_index=i,
                description=f"Scene {i}",
                duration_seconds=6,
                image_asset_id=AssetId("a"),
                edit_prompt=f"light {i}",
                motion_prompt=f"move {i}",
            )
            for i in range(count)
        ),
    )


def edited(plan: Plan) -> Plan:
    """
    One scene shown otherwise, two exchanged.
    """
    first, *rest = plan.scenes
    scenes = (*rest, evolve(first, description="Another"))
    return evolve(plan, scenes=scenes)


# -- ours ------------------------------------------------------------------------------


def build_and_diff(old: Plan, new: Plan, done: dict[str, str]) -> object:
    """
    What an edit does: tell the change, and find what is done already by its fingerprint.
    """
    return diff(old, new), match(done, fingerprints(break_down(SPEC, new)))


def pipeline_of(items: tuple) -> graph.Pipeline:
    charge = Charge(credits=5, account="prepaid", serial=1)
    return graph.build(
        items,
        job_ids=[JobId(item.key) for item in items],
        charges={item.key: charge for item in items},
    )


def claim_and_record(pipeline: graph.Pipeline) -> graph.Pipeline:
    """
    What one poll and one report cost: all that can start is claimed, one job succeeds.
    """
    pipeline, (first, *_) = graph.claim(pipeline, version=VersionId("v"), now=NOW, bounds=Bounds())
    return graph.record(pipeline, Succeeded(first.job, first.attempt, AssetId("made")))


# -- the same with dicts: what it would cost without values, tables and checks ----------

PRICES = {"edit": 10, "clip": 35, "voice": 3, "film": 2}


def dict_estimate(count: int = 3) -> int:
    lines = [{"key": f"edit-{i}", "credits": PRICES["edit"]} for i in range(count)]
    lines += [{"key": f"clip-{i}", "credits": PRICES["clip"]} for i in range(count)]
    lines += [{"key": name, "credits": PRICES[name]} for name in ("voice", "film")]
    return sum(line["credits"] for line in lines)


def dict_plan(plan: Plan) -> dict:
    return {
        s.scene_index: {"see": s.description, "how": s.edit_prompt, "move": s.motion_prompt}
        for s in plan.scenes
    }


def dict_build_and_diff(old: dict, new: dict) -> object:
    changed = [name for name, scene in new.items() if old.get(name) != scene]
    moved = [a for a, b in zip(old, new, strict=True) if a != b]
    marks = {
        name: hashlib.sha256(json.dumps(scene, sort_keys=True).encode()).hexdigest()
        for name, scene in new.items()
    }
    return changed, moved, marks


def dict_pipeline(items: tuple) -> dict:
    return {
        item.key: {
            "status": "waiting" if item.needs else "pending",
            "needs": item.needs,
            "attempt": 0,
        }
        for item in items
    }


def dict_claim_and_record(jobs: dict) -> dict:
    jobs = {key: dict(job) for key, job in jobs.items()}
    first = None
    for key, job in jobs.items():
        if job["status"] == "pending":
            job.update(status="processing", attempt=1, lease=NOW + timedelta(minutes=20))
            first = first or key
    jobs[first]["status"] = "completed"
    for job in jobs.values():
        if job["status"] == "waiting" and all(
            jobs[n]["status"] == "completed" for n in job["needs"]
        ):
            job["status"] = "pending"
    return jobs


# -- measuring -------------------------------------------------------------------------


def median_seconds(do, *, quick: bool) -> float:
    timer = timeit.Timer(do, timer=time.process_time)  # other programs do not count
    count, _ = timer.autorange()
    count = max(1, count // (10 if quick else 1))
    return statistics.median(timer.repeat(3 if quick else 9, count)) / count


def start_seconds(arguments: tuple[str, ...], *, quick: bool) -> float:
    """
    The processor time of a new Python with these arguments, at its best.
    """
    spent = []
    for _ in range(3 if quick else 15):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(
            [sys.executable, *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": str(SOURCES)},
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(spent)


def starts(*, quick: bool) -> list[str]:
    """
    Show what starting costs, and return what is over its target.
    """
    bare = start_seconds(BARE, quick=quick)
    print(
        f"\n{'starting, processor time':34}{'ours':>12}{'bare Python':>14}{'ratio':>8}{'target':>11}"
    )
    late = []
    for name, (arguments, target) in STARTS.items():
        ours = start_seconds(arguments, quick=quick)
        print(
            f"{name:34}{ours * 1e3:9.0f} ms{bare * 1e3:11.0f} ms{ours / bare:8.1f}"
            f"{target * 1e3:8.0f} ms"
        )
        if ours > target:
            late.append(name)
    return late


def pairs(count: int) -> dict:
    old, new = plan_of(count), edited(plan_of(count))
    items = break_down(SPEC, old)
    pipeline = pipeline_of(items)
    plain_old, plain_new = dict_plan(old), dict_plan(new)
    order = EstimateOrder(duration_seconds=15, image_count=3)
    return {
        "price a work list": (
            partial(pricing.estimate, items, CARD),
            partial(dict_estimate, count),
        ),
        "build + diff": (
            partial(build_and_diff, old, new, fingerprints(items)),
            partial(dict_build_and_diff, plain_old, plain_new),
        ),
        "claim + record": (
            partial(claim_and_record, pipeline),
            partial(dict_claim_and_record, dict_pipeline(items)),
        ),
    } | (
        {
            "first asked": (partial(estimate.__wrapped__, order), dict_estimate),
            "asked again": (partial(estimate, order), dict_estimate),
        }
        if count == 3
        else {}
    )


def show(rows: list[tuple[str, float, float, float | None]]) -> None:
    print(f"{'':34}{'ours':>12}{'plain dicts':>14}{'ratio':>8}{'target':>11}")
    for name, ours, plain, target in rows:
        said = "" if target is None else f"{target * 1e6:8.0f} us"
        print(f"{name:34}{ours * 1e6:9.1f} us{plain * 1e6:11.1f} us{ours / plain:8.1f}{said:>11}")


def growth(*, quick: bool) -> dict[str, list[tuple[int, float]]]:
    measured: dict[str, list[tuple[int, float]]] = {}
    for count in SIZES:
        for name, (ours, _) in pairs(count).items():
            if "asked" not in name:
                measured.setdefault(name, []).append((count, median_seconds(ours, quick=quick)))
    return measured


def plot(measured: dict[str, list[tuple[int, float]]], path: Path) -> None:
    """
    Scenes against seconds, both logarithmic: a straight line of slope one is linear.
    """
    width, height, edge = 720, 480, 60
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)

    def at(count: float, seconds: float) -> tuple[float, float]:
        x = edge + (width - 2 * edge) * math.log10(count) / 3
        y = height - edge - (height - 2 * edge) * (math.log10(seconds) + 6) / 6
        return x, y

    for decade in range(4):
        x, _ = at(10**decade, 1)
        draw.line((x, edge, x, height - edge), fill="#dddddd")
        draw.text((x - 8, height - edge + 8), f"{10**decade}", fill="#444444")
    for power in range(-6, 1):
        _, y = at(1, 10**power)
        draw.line((edge, y, width - edge, y), fill="#dddddd")
        draw.text((8, y - 6), f"1e{power} s", fill="#444444")
    draw.text((width / 2 - 20, height - 24), "scenes", fill="#444444")
    for (name, points), color in zip(
        measured.items(), ("#1f5fbf", "#c0392b", "#1e8449"), strict=True
    ):
        places = [at(count, seconds) for count, seconds in points]
        draw.line(places, fill=color, width=3)
        draw.text((places[-1][0] - 120, places[-1][1] - 20), name, fill=color)
    image.save(path)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--plot", type=Path)
    arguments = parser.parse_args()
    quick = arguments.quick
    print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores")
    rows = []
    small = pairs(3)
    for name, shown, target in (
        ("price a work list", "estimate of a 15 s ad's 8 jobs", TARGETS_SECONDS["estimate"]),
        ("first asked", "the same, its work list made first", None),
        ("asked again", "the same order asked about again", None),
    ):
        ours, plain = (median_seconds(do, quick=quick) for do in small[name])
        rows.append((shown, ours, plain, target))
    for name, (ours, plain) in pairs(9).items():
        rows.append(
            (
                f"{name}, 9 scenes, 20 jobs",
                median_seconds(ours, quick=quick),
                median_seconds(plain, quick=quick),
                TARGETS_SECONDS.get(name),
            )
        )
    show(rows)
    measured = growth(quick=quick)
    print("\nmicroseconds a scene, by the number of scenes")
    print(f"{'':34}" + "".join(f"{count:>9}" for count in SIZES))
    for name, points in measured.items():
        print(f"{name:34}" + "".join(f"{1e6 * seconds / count:9.1f}" for count, seconds in points))
    if arguments.plot:
        plot(measured, arguments.plot)
    late = [name for name, ours, _, target in rows if target is not None and ours > target]
    late += starts(quick=quick)
    print("\nall within their targets" if not late else f"\nover target: {', '.join(late)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
