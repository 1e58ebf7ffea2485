"""
How fast films are rendered, against merely transcoding them and against one filter graph.

``python benchmarks/compositor.py [--scenes 3] [--repeat 3] [--folder DIR]`` builds its own
workload (moving, noisy 720x1280 clips; bursts of tone for a voice; a chord for a bed), runs
the cases in turn and prints medians. Ratios hold on other machines; seconds don't.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import platform
import resource
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
import wave
from pathlib import Path

import numpy as np
from attrs import evolve
from PIL import Image

from ars0n_core.compositor import ffmpeg
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.specs.model import CtaDesign
from ars0n_core.timelines import (
    Bed,
    Clip,
    EndCard,
    Look,
    Media,
    MediaKind,
    Overlay,
    Sound,
    Timeline,
    Transition,
)

SOURCES = (
    "testsrc2=s=720x1280:r=30",
    "mandelbrot=s=720x1280:r=30:end_scale=0.05",
    "gradients=s=720x1280:r=30:speed=0.05",
)
SCENE, JOINT, CARD = 150, 12, 75
TAGS = "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv,format=yuv420p"


def run(binary, *args):
    subprocess.run(
        [binary.path, "-loglevel", "error", "-nostdin", "-y", *map(str, args)], check=True
    )


def make(folder, binary, scenes):
    for index in range(min(scenes, 9)):
        path = folder / f"c{index}.mp4"
        if not path.exists():
            source = SOURCES[index % 3]
            look = f"noise=alls=4:allf=t,hue=h={40 * index},{TAGS}"
            run(binary, "-f", "lavfi", "-i", source, "-t", 6, "-vf", look,
                "-c:v", "libx264", "-preset", "fast", "-b:v", "5M", "-g", 250, path)  # fmt: skip
    Image.new("RGBA", (600, 200), (230, 40, 60, 255)).save(folder / "logo.png")
    t = np.arange(24_000 * 5 * scenes) / 24_000
    voice = sum(np.sin(2 * np.pi * 140 * k * t + k * k) / k for k in range(1, 16)) * 0.15
    voice *= np.clip(np.sin(2 * np.pi * 3.6 * t), 0, 1) * (np.sin(2 * np.pi * 0.2 * t) > -0.7)
    u = np.arange(44_100 * 20) / 44_100
    bed = 0.1 * sum(np.sin(2 * np.pi * hertz * u) for hertz in (110, 220, 330))
    for name, sound, rate in (("v", voice, 24_000), ("w", voice[::-1], 24_000), ("m", bed, 44_100)):
        with wave.open(str(folder / f"{name}.wav"), "wb") as out:
            out.setnchannels(1)
            out.setsampwidth(2)
            out.setframerate(rate)
            out.writeframes((np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes())


def film(folder, scenes):
    files = {f"c{i}": folder / f"c{i % 9}.mp4" for i in range(scenes)}
    files |= {
        "logo": folder / "logo.png",
        "v": folder / "v.wav",
        "w": folder / "w.wav",
        "m": folder / "m.wav",
    }
    clips, place = [], 0
    for index in range(scenes):
        joined = Transition(Look.DISSOLVE, JOINT) if index else None
        place -= JOINT if index else 0
        clips.append(Clip(media=f"c{index}", start_frame=place, frames=SCENE, transition=joined))
        place += SCENE
    card = EndCard(
        design=CtaDesign.GRADIENT, start_frame=place - JOINT, frames=CARD,
        transition=Transition(Look.DISSOLVE, JOINT), company_name="Acme Audio",
        call_to_action="Hear it today", website="acme.example",
    )  # fmt: skip
    frames = place - JOINT + CARD
    speech = frames * 1600 - 3 * 48_000
    timeline = Timeline(
        width=720, height=1280, frames=frames, samples=frames * 1600,
        media=tuple(
            Media(id=name, kind=MediaKind.FOOTAGE, sha256=hashlib.sha256(name.encode() + path.read_bytes()).hexdigest())
            for name, path in files.items()
        ),
        clips=tuple(clips), card=card, bed=Bed(media="m"),
        overlays=(Overlay(media="logo", start_frame=0, frames=card.start_frame),),
        voice=(Sound(media="v", start_sample=14_400, samples=speech),),
    )  # fmt: skip
    return timeline, files


def filter_graph(binary, timeline, files, target):
    """
    The same edit as one filter graph: what one would write without a compositor.
    """
    args, graph, last = [], [], "[v0]"
    for index, clip in enumerate(timeline.clips):
        args += ["-t", clip.frames / 30, "-i", files[clip.media]]
        graph.append(f"[{index}:v]settb=1/30,setpts=N[v{index}]")
    count = len(timeline.clips)
    seconds = timeline.frames / 30
    args += ["-f", "lavfi", "-t", CARD / 30, "-i", "gradients=s=720x1280:r=30:speed=0.01"]
    graph.append(f"[{count}:v]format=yuv420p,settb=1/30,setpts=N[v{count}]")
    for index, start in enumerate(
        [clip.start_frame for clip in timeline.clips[1:]] + [timeline.card.start_frame]
    ):
        graph.append(
            f"{last}[v{index + 1}]xfade=duration={JOINT / 30}:offset={start / 30}[x{index}]"
        )
        last = f"[x{index}]"
    args += ["-i", files["logo"], "-i", files["v"], "-stream_loop", "-1", "-i", files["m"]]
    graph.append(f"[{count + 1}:v]scale=180:-2[logo];{last}[logo]overlay=40:200,{TAGS}[out]")
    graph.append(
        f"[{count + 2}:a]aresample=48000,pan=stereo|c0=c0|c1=c0,apad,atrim=duration={seconds},asplit[va][sc];"
        f"[{count + 3}:a]aresample=48000,pan=stereo|c0=c0|c1=c0,atrim=duration={seconds},volume=0.3[mu];"
        "[mu][sc]sidechaincompress=threshold=0.02:ratio=8[md];"
        "[va][md]amix=inputs=2:normalize=0,loudnorm=I=-14:TP=-1,aresample=48000[a]"
    )
    run(binary, *args, "-filter_complex", ";".join(graph), "-map", "[out]", "-map", "[a]",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", 21, "-threads", 2, "-c:a", "aac",
        "-b:a", "192k", "-t", seconds, "-movflags", "+faststart", target)  # fmt: skip


def cpu_seconds():
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def tree_mb():
    """
    Proportional memory of this process and its children, MB.
    """
    me = str(os.getpid())
    total = 0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            parent = (folder / "stat").read_text().rsplit(")", 1)[1].split()[1]
            if me in (folder.name, parent):
                words = (folder / "smaps_rollup").read_text().split("Pss:", 1)[1]
                total += int(words.split()[0])
        except (OSError, IndexError):
            continue
    return total / 1024


def measured(work):
    peak, over = [0.0], threading.Event()

    def watch():
        while not over.wait(0.2):
            peak[0] = max(peak[0], tree_mb())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    begun, used = time.perf_counter(), cpu_seconds()
    try:
        work()
    finally:
        spent = (time.perf_counter() - begun, cpu_seconds() - used)
        over.set()
        watcher.join()
    return (*spent, peak[0])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--scenes", type=int, default=3)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="ars0n-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    binary = ffmpeg.find()
    make(folder, binary, options.scenes)
    timeline, files = film(folder, options.scenes)
    out, cache = folder / "out", folder / "cache"

    def render(cut, *, warm, **settings):
        shutil.rmtree(out, ignore_errors=True)
        return LocalCompositor(cache_folder=cache if warm else None, **settings).render(
            cut, files, out
        )

    master = folder / "master.mp4"
    render(timeline, warm=False, crf=12).path.replace(master)
    shutil.rmtree(cache, ignore_errors=True)
    render(timeline, warm=True)
    takes = iter(range(10_000))

    def retake():
        media = list(timeline.media)
        media[1] = evolve(media[1], sha256=f"take {next(takes)}")
        render(evolve(timeline, media=tuple(media)), warm=True)

    def respoken():
        voice = evolve(timeline.voice[0], media="w", start_sample=14_400 + next(takes))
        render(evolve(timeline, voice=(voice,)), warm=True)

    cases = {
        "transcode floor": lambda: run(
            binary, "-i", master, "-c:v", "libx264", "-preset", "veryfast", "-crf", 21,
            "-threads", 2, "-c:a", "copy", "-movflags", "+faststart", folder / "floor.mp4",
        ),
        "filter_complex": lambda: filter_graph(binary, timeline, files, folder / "graph.mp4"),
        "ours, cold": lambda: render(timeline, warm=False),
        "ours, one scene changed": retake,
        "ours, voice changed": respoken,
        "ours, nothing changed": lambda: render(timeline, warm=True),
    }  # fmt: skip
    found = {name: [] for name in cases}
    for _ in range(options.repeat):
        for name, work in cases.items():
            found[name].append(measured(work))
    middle = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)]
        for name, rows in found.items()
    }
    floor, cold = middle["transcode floor"], middle["ours, cold"]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, ffmpeg {binary.banner.split()[2]}"
    )
    print(
        f"{timeline.frames} frames of 720x1280, medians of {options.repeat}, load {os.getloadavg()[0]:.1f}\n"
    )
    print("| case | wall s | CPU s | peak MB | wall / floor | CPU / floor | wall / cold |")
    print("|---|---|---|---|---|---|---|")
    for name, (wall, cpu, peak) in middle.items():
        print(
            f"| {name} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {wall / floor[0]:.2f} | {cpu / floor[1]:.2f} | {wall / cold[0]:.3f} |"
        )
    if options.folder is None:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
