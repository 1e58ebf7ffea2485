"""
What is promised, as data: `GOALS`; and the table of what was found.
"""

GOALS = {
    "full / floor, wall": {15: 1.15, 30: 1.10, 60: 1.10},
    "full / filter_complex, wall": 0.80,
    "full / MoviePy, wall": 0.25,
    "full / Remotion, wall": 0.125,
    "overlays, captions, transitions, cards of the CPU": 0.03,
    "peak memory 720p, MB": 350,
    "peak memory 1080p, MB": 600,
    "peak memory, largest / smallest over lengths": 1.05,
    "nothing changed, as a command / full": 0.03,
    "voice changed, as a command / full": 0.11,
    "music changed, as a command / full": 0.11,
    "voice changed, running process / full": 0.05,
    "one scene changed, as a command / full less 1/n": 0.02,
    "segments a caption word renders": 2,
    "pictures rendered for another voice": 0,
    "one worker and an edited cache: bytes that differ": 0,
    "composite against floats, code values": 1.0,
    "logo against floats, 55 dB less the worst plane": 0.0,
    "VMAF under filter_complex": 0.3,
    "size against filter_complex": 1.07,
    "flat colours, code values": 1.0,
    "flat colours by the file's tags, RGB": 1.0,
    "faults of joins": 0,
    "loudness off target by ebur128, LU": 0.3,
    "true peak over the ceiling by ebur128, dB": 0.0,
    "100x real time / mix": 1.0,
    "motion jitter, px RMS": 0.01,
    "100 frames a second / motion": 1.0,
}
"""
Each figure's most; a figure may depend on the film's seconds.
"""


def goal(name, seconds):
    found = GOALS[name]
    return found.get(seconds) if isinstance(found, dict) else found


def table(found):
    """
    Return the lines of the table of *found*: {(figure, seconds or ""): value}.
    """
    lines = ["| figure | film | goal | found | |", "|---|---|---|---|---|"]
    for name in GOALS:
        for (figure, seconds), value in sorted(found.items(), key=lambda row: str(row[0]).zfill(9)):
            if figure != name:
                continue
            most = goal(name, seconds)
            verdict = "" if most is None else "pass" if value <= most + 1e-9 else "MISS"
            film = f"{seconds} s" if isinstance(seconds, int) else seconds
            lines.append(
                f"| {name} | {film} | {'' if most is None else most} | {value:.3f} | {verdict} |"
            )
    return lines


def plot(path, rows):
    """
    Draw ratios to the floor over the film's length as an SVG: {case: {seconds: ratio}}.
    """
    width, height, left, foot = 640, 340, 56, 44
    lengths = sorted({seconds for points in rows.values() for seconds in points})
    top = max([1.6, *(ratio for points in rows.values() for ratio in points.values())]) * 1.05

    def x(seconds):
        return left + (width - left - 130) * (seconds / max(lengths))

    def y(ratio):
        return height - foot - (height - foot - 16) * ratio / top

    inks = ("#1b6ca8", "#c2571a", "#5a8f29", "#7a4fa3", "#555555")
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        f'<text x="{left}" y="{height - 6}">seconds of film; wall time as a multiple of merely transcoding it</text>',
    ]
    step = 0.25 if top < 2.5 else 1.0
    ratio = 0.0
    while ratio <= top:
        out.append(
            f'<line x1="{left}" x2="{width - 130}" y1="{y(ratio):.1f}" y2="{y(ratio):.1f}" stroke="#ddd"/>'
        )
        out.append(
            f'<text x="{left - 8}" y="{y(ratio) + 4:.1f}" text-anchor="end">{ratio:g}</text>'
        )
        ratio += step
    out += [
        f'<text x="{x(seconds):.1f}" y="{height - foot + 18}" text-anchor="middle">{seconds}</text>'
        for seconds in lengths
    ]
    for ink, (name, points) in zip(inks, rows.items(), strict=False):
        places = [(x(seconds), y(points[seconds])) for seconds in sorted(points)]
        line = " ".join(f"{a:.1f},{b:.1f}" for a, b in places)
        out.append(f'<polyline points="{line}" fill="none" stroke="{ink}" stroke-width="2"/>')
        out += [f'<circle cx="{a:.1f}" cy="{b:.1f}" r="3.5" fill="{ink}"/>' for a, b in places]
        a, b = places[-1]
        out.append(
            f'<text x="{a + 10:.1f}" y="{b + 4:.1f}" fill="{ink}">{name} {points[max(points)]:.2f}</text>'
        )
    path.write_text("\n".join([*out, "</svg>"]) + "\n")
