"""
How fast, small and good films are rendered, each figure beside its goal.

``python benchmarks/compositor.py`` builds its own workload (`films.workload`), runs every case
as a process of its own, in turn (A B C A B C), and prints medians and ratios; ratios hold on
other machines, seconds don't. ``--parts full edits memory quality`` and ``--seconds 15 30``
run a piece; what earlier pieces found in the same ``--folder`` is printed with it.
``--moviepy PYTHON`` adds MoviePy by a Python that has it (it wants an older Pillow than ours);
``--remotion FOLDER`` adds Remotion, by Node.js and the ``--browser`` named, from a folder where
``npm install remotion @remotion/bundler @remotion/renderer react react-dom`` was run;
``--plot FILE.svg`` draws what was found over the films' length.
"""

from __future__ import annotations

import argparse
import json
import os
import pickle
import platform
import resource
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

# As the command line does, and as it must be where the seconds of one core are counted.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from attrs import evolve
from films import measuring, quality, rivals, verdicts, workload

from ars0n_core.compositor import ffmpeg
from ars0n_core.compositor.local import LocalCompositor

HERE = Path(__file__).parent
FULL = ("transcoded (floor)", "ours", "filter_complex")
RIVALS = ("MoviePy", "Remotion")
"""
They take minutes and stand far off: one run of each is enough.
"""
RIVALS_SECONDS = 30
LOSSLESS = ("-c:v", "libx264", "-preset", "ultrafast", "-qp", "0")


class Bench:
    """
    A folder of media, and how to have a film rendered by a process of its own.
    """

    def __init__(self, folder, repeat, *, moviepy=None, remotion=None):
        self.folder = folder
        self.repeat = repeat
        self.moviepy = moviepy
        self.remotion = remotion
        self.binary = ffmpeg.find()
        self.found = {}
        self.rows = []

    def job(self, timelines, files, *, prepare=None, **settings):
        out = self.folder / "out"
        shutil.rmtree(out, ignore_errors=True)
        told = {
            "timelines": timelines, "files": files, "settings": settings, "prepare": prepare,
            "folder": out,
        }  # fmt: skip
        path = self.folder / "job.pickle"
        path.write_bytes(pickle.dumps(told))
        return [sys.executable, HERE / "films" / "once.py", path]

    def film(self, seconds, **options):
        workload.make(self.folder / "media", self.binary, seconds)
        return workload.film(self.folder / "media", seconds, **options)

    def rendered(self, timelines, files, *, memory=False, prepare=None, **settings):
        """
        Render in another process; return (wall, CPU, MB, what each render told).
        """
        command = self.job(timelines, files, prepare=prepare, **settings)
        *costs, printed = measuring.command(command, memory=memory)
        return (*costs, json.loads(printed))

    def master(self, seconds):
        """
        Return the finished film, about as good as its sources: what the floor transcodes.
        """
        path = self.folder / f"master{seconds}.mp4"
        if not path.exists():
            timeline, files = self.film(seconds)
            told = self.rendered([timeline], files, crf=18)[-1]
            shutil.copy(told[0]["path"], path)
        return path

    def note(self, figure, seconds, value):
        self.found[figure, seconds] = value


def full(bench, seconds):
    timeline, files = bench.film(seconds)
    master, target = bench.master(seconds), bench.folder / "out.mp4"
    cases = {
        FULL[0]: lambda: rivals.transcode(bench.binary, master, target),
        FULL[1]: lambda: bench.job([timeline], files),
        FULL[2]: lambda: rivals.filter_graph(bench.binary, timeline, files, target),
    }
    if bench.moviepy and seconds <= RIVALS_SECONDS:
        told = json.dumps(rivals.moviepy(timeline, files, target))
        cases["MoviePy"] = lambda: [bench.moviepy, "-c", rivals.MOVIEPY, told]
    if bench.remotion and seconds <= RIVALS_SECONDS:
        bench.remotion.prepare(bench.folder / "media")
        cases["Remotion"] = lambda: bench.remotion.film(timeline, files, target)
    runs = {name: [] for name in cases}
    for _ in range(bench.repeat):
        for name, command in cases.items():
            if name in RIVALS and runs[name]:
                continue
            runs[name].append(measuring.command(command())[:2])
    middle = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in runs.items()
    }
    floor, ours = middle[FULL[0]], middle[FULL[1]]
    for name, (wall, cpu) in middle.items():
        bench.rows.append((f"{seconds} s, {name}", wall, cpu, wall / floor[0], cpu / floor[1]))
    bench.note("full / floor, wall", seconds, ours[0] / floor[0])
    bench.note("full / filter_complex, wall", seconds, ours[0] / middle[FULL[2]][0])
    for name in middle.keys() & RIVALS:
        bench.note(f"full / {name}, wall", seconds, ours[0] / middle[name][0])
    told = bench.rendered([timeline], files, prepare="shares")[-1][-1]
    bench.note(
        "overlays, captions, transitions, cards of the CPU", seconds,
        sum(told["spent"].values()) / told["cpu"],
    )  # fmt: skip


def edited(timeline, turn):
    """
    Return the edits of *timeline*, each new at every *turn*.
    """
    again = list(timeline.media)
    again[1] = evolve(again[1], sha256=f"another take {turn}")
    voice = evolve(timeline.voice[0], media="w", start_sample=14_400 + turn)
    words = timeline.cues[1].words
    cue = evolve(timeline.cues[1], words=(evolve(words[0], text=f"now{turn}"), *words[1:]))
    return {
        "nothing changed": timeline,
        "voice changed": evolve(timeline, voice=(voice,)),
        "music changed": evolve(
            timeline, bed=evolve(timeline.bed, media="n", volume=0.3 + turn / 99)
        ),
        "one scene changed": evolve(timeline, media=tuple(again)),
        "caption word": evolve(timeline, cues=(timeline.cues[0], cue, *timeline.cues[2:])),
    }


def edits(bench, seconds):
    timeline, files = bench.film(seconds)
    cache = bench.folder / "cache"
    shutil.rmtree(cache, ignore_errors=True)
    bench.rendered([timeline], files, cache_folder=cache)
    walls = {}
    for turn in range(1, bench.repeat + 1):
        wall = bench.rendered([timeline], files)[0]
        walls.setdefault("full", []).append(wall)
        for name, cut in edited(timeline, turn).items():
            wall, _, _, told = bench.rendered([cut], files, cache_folder=cache)
            walls.setdefault(name, []).append(wall)
            if name == "caption word":
                bench.note(
                    "segments a caption word renders", seconds, told[0]["measured"]["rendered"]
                )
            if name == "voice changed":
                bench.note(
                    "pictures rendered for another voice", seconds, told[0]["measured"]["rendered"]
                )
        voices = [edited(timeline, 50 + 10 * turn + k)["voice changed"] for k in range(3)]
        told = bench.rendered([timeline, *voices], files, cache_folder=cache)[-1]
        walls.setdefault("running", []).append(statistics.median(each["wall"] for each in told[1:]))
    middle = {name: statistics.median(found) for name, found in walls.items()}
    for name, wall in middle.items():
        bench.rows.append((f"{seconds} s, edit: {name}", wall, 0, 0, wall / middle["full"]))
    for name in ("nothing", "voice", "music"):
        ratio = middle[f"{name} changed"] / middle["full"]
        bench.note(f"{name} changed, as a command / full", seconds, ratio)
    bench.note("voice changed, running process / full", seconds, middle["running"] / middle["full"])
    scene = middle["one scene changed"] / middle["full"] - 1 / len(timeline.clips)
    bench.note("one scene changed, as a command / full less 1/n", seconds, scene)
    same(bench, timeline, files, cache, seconds)


def same(bench, timeline, files, cache, seconds):
    """
    Compare a film from an edited cache with a cold one by a single worker.
    """
    last = edited(timeline, 1)["caption word"]
    warm = bench.rendered([last], files, cache_folder=cache)[-1][0]["path"]
    one = Path(warm).read_bytes()
    two = Path(bench.rendered([last], files, workers=1)[-1][0]["path"]).read_bytes()
    differing = abs(len(one) - len(two)) + sum(a != b for a, b in zip(one, two, strict=False))
    bench.note("one worker and an edited cache: bytes that differ", seconds, differing)


def memory(bench, seconds):
    timeline, files = bench.film(seconds)
    peak = statistics.median(bench.rendered([timeline], files, memory=True)[2] for _ in range(3))
    bench.note("peak memory 720p, MB", seconds, peak)
    if seconds == 15:
        timeline, files = bench.film(seconds, lines=1080)
        bench.note(
            "peak memory 1080p, MB", seconds, bench.rendered([timeline], files, memory=True)[2]
        )


def judged(bench, seconds):
    timeline, files = bench.film(seconds)
    plain = evolve(timeline, titles=(), cues=())
    told = bench.rendered([plain], files, prepare="lossless")[-1]
    lossless = bench.folder / "lossless.mp4"
    shutil.copy(told[0]["path"], lossless)
    worst, logo = quality.composite(bench.binary, plain, files, lossless, bench.folder)
    bench.note("composite against floats, code values", seconds, worst)
    bench.note("logo against floats, 55 dB less the worst plane", seconds, 55 - min(logo))
    ours = bench.folder / "ours.mp4"
    shutil.copy(bench.rendered([plain], files)[-1][0]["path"], ours)
    graph, exact = bench.folder / "graph.mp4", bench.folder / "exact.mp4"
    measuring.command(rivals.filter_graph(bench.binary, plain, files, graph))
    measuring.command(rivals.filter_graph(bench.binary, plain, files, exact, encoder=LOSSLESS))
    # Up to the card, which the two draw differently.
    shown = timeline.card.start_frame
    scores = [
        quality.vmaf(bench.binary, *pair, shown, bench.folder)
        for pair in ((ours, lossless), (graph, exact))
    ]
    sizes = [
        sum(size for _, _, size in quality.packets(bench.binary, path)[:shown])
        for path in (ours, graph)
    ]
    bench.note("VMAF under filter_complex", seconds, scores[1] - scores[0])
    bench.note("size against filter_complex", seconds, sizes[0] / sizes[1])
    print(f"{seconds} s: VMAF ours {scores[0]:.2f}, filter_complex {scores[1]:.2f}; logo {logo} dB")
    bench.note("faults of joins", seconds, len(quality.faults(bench.binary, ours)))
    level, peak = quality.loudness(bench.binary, ours)
    bench.note("loudness off target by ebur128, LU", seconds, abs(level - timeline.loudness_lufs))
    bench.note("true peak over the ceiling by ebur128, dB", seconds, peak - timeline.true_peak_dbtp)
    speed = quality.mixing(bench.binary, timeline, files, cpu_seconds)
    bench.note("100x real time / mix", seconds, 100 / speed)
    if seconds == 15:
        coded, shown = quality.flats(LocalCompositor(), bench.binary, bench.folder)
        bench.note("flat colours, code values", "", coded)
        bench.note("flat colours by the file's tags, RGB", "", shown)
        jitter, pace = quality.motion()
        bench.note("motion jitter, px RMS", "", jitter)
        bench.note("100 frames a second / motion", "", 100 / pace)


def cpu_seconds():
    """
    Return those of this process and of what it started, finer than a clock's tick.
    """
    both = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in both)


PARTS = {"full": full, "edits": edits, "memory": memory, "quality": judged}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--seconds", nargs="+", type=int, choices=workload.SCENES, default=[15, 30])
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--moviepy", metavar="PYTHON")
    parser.add_argument("--remotion", metavar="FOLDER", type=Path)
    parser.add_argument("--browser", default="chromium-headless-shell")
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="ars0n-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    remotion = options.remotion and rivals.Remotion(
        options.remotion, shutil.which(options.browser) or sys.exit(f"no {options.browser} here")
    )
    bench = Bench(folder, options.repeat, moviepy=options.moviepy, remotion=remotion)
    kept = folder / "found.json"
    if kept.exists():
        old = json.loads(kept.read_text())
        bench.found = {(name, seconds): value for name, seconds, value in old["found"]}
        bench.rows = [tuple(row) for row in old["rows"]]
    for seconds in options.seconds:
        for part in options.parts:
            PARTS[part](bench, seconds)
            found = [[*key, value] for key, value in bench.found.items()]
            kept.write_text(json.dumps({"found": found, "rows": bench.rows}))
    report(bench)
    if options.plot:
        verdicts.plot(options.plot, drawn(bench))
    if options.folder is None:
        shutil.rmtree(folder)


def drawn(bench):
    """
    Return wall times over the floor's, by case and length.
    """
    found = {}
    for name, _, _, ratio, _ in bench.rows:
        seconds, _, case = name.partition(" s, ")
        if case in FULL:
            found.setdefault(case, {})[int(seconds)] = ratio
    return found


def report(bench):
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"ffmpeg {bench.binary.banner.split()[2]}, x264 veryfast crf 21, "
        f"load {os.getloadavg()[0]:.1f}, medians of {bench.repeat}\n"
    )
    print("| case | wall s | CPU s | wall / floor | CPU / floor, or wall / full |")
    print("|---|---|---|---|---|")
    for name, wall, cpu, ratio, share in {row[0]: row for row in bench.rows}.values():
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {ratio:.2f} | {share:.3f} |")
    lengths = [v for (name, _), v in bench.found.items() if name == "peak memory 720p, MB"]
    if len(lengths) > 1:
        bench.note("peak memory, largest / smallest over lengths", "", max(lengths) / min(lengths))
    print("\n" + "\n".join(verdicts.table(bench.found)))


if __name__ == "__main__":
    main()
