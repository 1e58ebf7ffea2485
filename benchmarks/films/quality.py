"""
How good the pictures and the sound are: against floats, against the encoder's input, by the
file's own tags, and packet by packet.
"""

import json
import re
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from PIL import Image

from ars0n_adapters.providers.offline import filming, moves
from ars0n_core.compositor import audio, dressings, ffmpeg, mastering, tapes, transitions
from ars0n_core.compositor.cache import Cache
from ars0n_core.compositor.glances import Glances
from ars0n_core.timelines import Clip, Look, Media, MediaKind, Timeline

from .workload import TAGS

QUIET = ("-hide_banner", "-nostdin", "-loglevel", "error", "-y")


def pictures(binary, path, size):
    """
    Yield (y, u, v) of every frame of a file.
    """
    width, height = size
    command = [
        binary.path, *QUIET, "-i", str(path), "-map", "0:v", "-fps_mode", "passthrough",
        "-f", "rawvideo", "-pix_fmt", "yuv420p", "-",
    ]  # fmt: skip
    luma, part = width * height, width * height // 4
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        while len(raw := process.stdout.read(luma + 2 * part)) == luma + 2 * part:
            data = np.frombuffer(raw, np.uint8)
            yield (
                data[:luma].reshape(height, width),
                data[luma : luma + part].reshape(height // 2, width // 2),
                data[luma + part :].reshape(height // 2, width // 2),
            )


def psnr(total, count):
    return 99.0 if total == 0 else float(10 * np.log10(255**2 * count / total))


def composite(binary, timeline, files, lossless, folder):
    """
    Return (largest error in code values, PSNR of the logo in Y, U and V, dB) of a losslessly
    encoded film against the same cut in floats; the card is left out.
    """
    with ffmpeg.Group() as group:
        cache = Cache(None, size_bytes_max=0)
        looks = Glances(timeline, files, binary=binary, cache=cache, pieces=folder, group=group)
        worn = dressings.dress(timeline, files, looks, workers=1)
    logo = worn.layers[0]
    size = (timeline.width, timeline.height)
    clips = timeline.clips
    sources = [pictures(binary, files[clip.media], size) for clip in clips]
    pre, alpha = (logo.sprite._pre, logo.sprite._alpha)  # noqa: SLF001 (the floats it was made of)
    worst, squares, counts = 0.0, [0.0] * 3, [0] * 3
    for n, found in enumerate(pictures(binary, lossless, size)):
        shown = [
            index for index, clip in enumerate(clips) if clip.start_frame <= n < clip.end_frame
        ]
        if n >= timeline.card.start_frame:
            break
        drawn = [[plane.astype(np.float64) for plane in next(sources[index])] for index in shown]
        wanted = drawn[0]
        if len(drawn) == 2:
            joint = clips[shown[1]]
            share = transitions.progress(
                Look.DISSOLVE, n - joint.start_frame, joint.transition.frames
            )
            wanted = [one * (1 - share) + two * share for one, two in zip(*drawn, strict=True)]
            wanted[0] = np.sqrt(drawn[0][0] ** 2 * (1 - share) + drawn[1][0] ** 2 * share)
        for step, (plane, colour) in zip((1, 2, 2), zip(wanted, pre, strict=True), strict=True):
            left, top = logo.x // step, logo.y // step
            cover, ink = _sited(alpha, logo, step), _sited(colour, logo, step)
            room = plane[top : top + len(cover), left : left + cover.shape[1]]
            room *= 1 - cover
            room += ink
            index = 0 if step == 1 else 1 + (plane is wanted[2])
            box = found[index][top : top + len(cover), left : left + cover.shape[1]]
            squares[index] += float(((box - room) ** 2).sum())
            counts[index] += cover.size
        for one, two in zip(found, wanted, strict=True):
            worst = max(worst, float(np.abs(one - two).max()))
    return worst, [psnr(*pair) for pair in zip(squares, counts, strict=True)]


def _sited(plane, logo, step):
    """
    Return *plane* on the grid of the picture's plane: chroma is the mean of 2 by 2.
    """
    if step == 1:
        return plane.astype(np.float64)
    left, top = logo.x % 2, logo.y % 2
    rows, columns = (plane.shape[0] + top + 1) // 2 * 2, (plane.shape[1] + left + 1) // 2 * 2
    grid = np.zeros((rows, columns))
    grid[top : top + plane.shape[0], left : left + plane.shape[1]] = plane
    return grid.reshape(rows // 2, 2, columns // 2, 2).mean(axis=(1, 3))


def vmaf(binary, path, reference, frames, folder):
    """
    Return the mean VMAF of every fifth of the first *frames* of *path* against *reference*;
    None where the build lacks it.
    """
    log = folder / "vmaf.json"
    # Both are tagged alike: where one is not, ffmpeg would convert its colours on the way.
    steps = f"settb=1/30,setpts=N,trim=end_frame={frames},{TAGS}"
    graph = (
        f"[0:v]{steps}[a];[1:v]{steps}[b];"
        f"[a][b]libvmaf=log_fmt=json:log_path={log}:n_threads=2:n_subsample=5"
    )
    command = [binary.path, *QUIET, "-i", str(path), "-i", str(reference), "-lavfi", graph]
    if subprocess.run([*command, "-f", "null", "-"], check=False).returncode:
        return None
    return json.loads(log.read_text())["pooled_metrics"]["vmaf"]["mean"]


def packets(binary, path):
    """
    Return (DTS, PTS, bytes) of each packet of the picture.
    """
    said = subprocess.run(
        [binary.path, *QUIET, "-i", str(path), "-map", "0:v", "-c", "copy",
         "-f", "framecrc", "-"], check=True, capture_output=True,
    ).stdout.decode()  # fmt: skip
    rows = [line.split(",") for line in said.splitlines() if line and line[0] != "#"]
    return [(int(row[1]), int(row[2]), int(row[4])) for row in rows]


FLATS = ((230, 57, 70), (16, 120, 200), (250, 250, 247), (12, 14, 18), (0, 255, 0), (255, 200, 0))


def flats(compositor, binary, folder):
    """
    Return (largest error in Y'CbCr code values, largest in RGB read by the file's own tags) of
    flat fields.
    """
    files, media, clips = {}, [], []
    for index, color in enumerate(FLATS):
        name = f"flat{index}"
        files[name] = folder / f"{name}.png"
        Image.new("RGB", (720, 1280), color).save(files[name])
        media.append(Media(id=name, kind=MediaKind.STILL, sha256=name))
        clips.append(Clip(media=name, start_frame=15 * index, frames=15))
    frames = 15 * len(FLATS)
    timeline = Timeline(
        width=720, height=1280, frames=frames, samples=1600 * frames,
        media=tuple(media), clips=tuple(clips),
    )  # fmt: skip
    path = compositor.render(timeline, files, folder / "flats").path
    coded = shown = 0.0
    rgb = subprocess.run(
        [binary.path, *QUIET, "-i", str(path), "-vf",
         "scale=flags=accurate_rnd+full_chroma_int:in_color_matrix=auto,format=rgb24",
         "-f", "rawvideo", "-"], check=True, capture_output=True,
    ).stdout  # fmt: skip
    seen = np.frombuffer(rgb, np.uint8).reshape(frames, -1, 3)
    for n, planes in enumerate(pictures(binary, path, (720, 1280))):
        r, g, b = (value / 255 for value in FLATS[n // 15])
        y = 0.2126 * r + 0.7152 * g + 0.0722 * b
        exact = (16 + 219 * y, 128 + 224 * (b - y) / 1.8556, 128 + 224 * (r - y) / 1.5748)
        for plane, value in zip(planes, exact, strict=True):
            coded = max(coded, abs(float(plane.mean()) - value))
        shown = max(shown, float(np.abs(seen[n].mean(0) - FLATS[n // 15]).max()))
    return coded, shown


def faults(binary, path):
    """
    Return what is wrong with a film packet by packet; nothing, if it is seamless.
    """
    found = []
    decoded = subprocess.run(
        [binary.path, "-hide_banner", "-nostdin", "-loglevel", "warning", "-err_detect", "explode",
         "-xerror", "-i", str(path), "-f", "null", "-"], check=False, capture_output=True,
    )  # fmt: skip
    if decoded.returncode or decoded.stderr.strip():
        found.append(decoded.stderr.decode().strip()[:200] or "does not decode")
    rows = packets(binary, path)
    dts, pts = ([row[column] for row in rows] for column in (0, 1))
    if set(np.diff(sorted(pts)).tolist()) != {min(np.diff(sorted(pts)))}:
        found.append("uneven PTS")
    if min(np.diff(dts)) <= 0:
        found.append("DTS don't rise")
    stream = subprocess.run(
        [binary.path, *QUIET, "-i", str(path), "-map", "0:v", "-c", "copy", "-bsf:v",
         "filter_units=pass_types=7-8", "-f", "h264", "-"], check=False, capture_output=True,
    ).stdout  # fmt: skip
    sets = {unit for unit in re.split(rb"\x00\x00\x00?\x01", stream) if unit}
    if len({unit for unit in sets if unit[0] & 31 == 7}) > 1:
        found.append("more than one parameter set")
    return found


def loudness(binary, path):
    """
    Return (LUFS, dBTP) by ffmpeg's ebur128.
    """
    said = subprocess.run(
        [binary.path, "-hide_banner", "-nostdin", "-nostats", "-i", str(path), "-map", "0:a",
         "-af", "ebur128=peak=true", "-f", "null", "-"], check=True, capture_output=True,
    ).stderr.decode()  # fmt: skip
    level = re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1]
    return float(level), float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1])


def mixing(binary, timeline, files, cpu_seconds):
    """
    Return how many times faster than it plays the sound is mixed, ducked, brought to its
    loudness and under its peak, by the CPU seconds of all processes, in one that has done so
    before: the median of seven.
    """
    _mixed(binary, timeline, files, cpu_seconds)
    found = [_mixed(binary, timeline, files, cpu_seconds) for _ in range(7)]
    return timeline.samples / 48_000 / statistics.median(found)


def _mixed(binary, timeline, files, cpu_seconds):
    with tempfile.TemporaryDirectory() as folder:
        begun = cpu_seconds()
        with audio.mixed(timeline, files, Path(folder), binary=binary) as take:
            steady = np.ones(len(take.peaks) + 1)
            aim = timeline.true_peak_dbtp - 0.4
            gains = mastering.brought(take, steady, timeline.loudness_lufs, aim)
            for _ in tapes.blocks(mastering.mastered(take, gains), 0, timeline.samples):
                pass
        return cpu_seconds() - begun


def motion():
    """
    Return (jitter of a dot in px RMS, frames a second on one core) of a still set in motion.
    """
    width, height = 720, 1280
    y, x = np.mgrid[0:height, 0:width] + 0.5
    spots = ((300.0, 500.0), (430.0, 700.0))
    dots = sum(np.exp(-((x - a) ** 2 + (y - b) ** 2) / 72) for a, b in spots)
    grey = np.clip(16 + 200 * dots, 0, 255).astype(np.uint8)
    canvas = filming.planes(Image.fromarray(np.stack([grey] * 3, -1)))
    pose = (
        moves.Pose(x=width / 2, y=height / 2, zoom=1.02),
        moves.Pose(x=width / 2 + 9, y=height / 2 + 6, zoom=1.12),
    )
    move = moves.Move(
        name="push", width=width, height=height, frames=120, start=pose[0], end=pose[1],
        focus=(width / 2, height / 2),
    )  # fmt: skip
    begun = time.process_time()
    frames = [np.frombuffer(raw, np.uint8) for raw in filming.frames(canvas, move)]
    pace = move.frames / (time.process_time() - begun)
    misses = []
    for n, raw in enumerate(frames):
        luma = raw[: width * height].reshape(height, width).astype(np.float64)
        base = np.median(luma)
        at = move.pose(n)
        for a, b in spots:
            wanted = np.array([(a - at.x) * at.zoom + width / 2, (b - at.y) * at.zoom + height / 2])
            left, top = (wanted - 45).astype(int)
            part = luma[top : top + 90, left : left + 90] - base
            grid = np.mgrid[top : top + 90, left : left + 90] + 0.5
            centre = [(grid[1] * part).sum() / part.sum(), (grid[0] * part).sum() / part.sum()]
            misses.append(centre - wanted)
    drift = np.array(misses)
    return float(np.sqrt(np.mean((drift - drift.mean(0)) ** 2))), pace
