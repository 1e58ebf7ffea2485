"""
What the commands print at their end.
"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any, Final

from attrs import asdict

from ars0n_core.specs.model import AdFormat
from ars0n_core.timelines import FRAME_RATE

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from ars0n_adapters.cli.making import Made
    from ars0n_core.ports import VoiceLibrary

RADIO_SAMPLE_RATE: Final = 44_100
"""
Samples a second of a finished radio ad, as they are counted in the file.
"""


def as_text(made: Made) -> str:
    """
    Return the summary of a made ad: where it is, how long, what it costs, where the time
    went.
    """
    lines = [
        f"{made.path}  {seconds_of(made):g} s",
        f"credits  {made.report.total_credits} ({_jobs(made)})",
    ]
    loudness, peak = made.measured.get("loudness_lufs"), made.measured.get("true_peak_dbtp")
    if isinstance(loudness, float) and isinstance(peak, float):
        lines.append(f"sound    {loudness:.1f} LUFS, true peak {peak:.1f} dBTP")
    spent = ", ".join(f"{name} {seconds:.1f} s" for name, seconds in made.seconds.items())
    lines.append(f"time     {made.wall_seconds:.1f} s" + (f" (jobs: {spent})" if spent else ""))
    for what, path in made.beside.files.items():
        if what not in {"provenance", "certificate"} and not what.endswith(
            (" provenance", " certificate")
        ):
            lines.append(f"beside   {path} ({what})")
    lines += [
        f"warning  {proof.file} fails {', '.join(proof.failed)} of {proof.profile.name}"
        for proof in made.beside.certificates
        if not proof.passed
    ]
    return "\n".join(lines)


def as_json(made: Made) -> dict[str, Any]:
    """
    Return the summary as one JSON object.
    """
    return {
        "path": str(made.path),
        "adFormat": str(made.report.ad_format),
        "durationSeconds": seconds_of(made),
        "projectId": made.report.project_id,
        "versionId": made.report.version_id,
        "totalCredits": made.report.total_credits,
        "jobCount": len(made.report.jobs),
        "jobsReused": _reused(made),
        "measured": dict(made.measured),
        "files": {what: str(path) for what, path in made.beside.files.items()},
        "certified": {
            proof.profile.name: {"passed": proof.passed, "failed": list(proof.failed)}
            for proof in made.beside.certificates
        },
        "secondsByJob": {name: round(spent, 3) for name, spent in made.seconds.items()},
        "secondsTotal": round(made.wall_seconds, 3),
    }


def _reused(made: Made) -> int:
    return sum(job.reused_from is not None for job in made.report.jobs)


def _jobs(made: Made) -> str:
    jobs, reused = len(made.report.jobs), _reused(made)
    return f"{jobs} jobs, {reused} kept from the ad before" if reused else f"{jobs} jobs"


def seconds_of(made: Made) -> float:
    """
    Return how long the ad is, from what was counted in the file.
    """
    frames, samples = made.measured.get("frames"), made.measured.get("samples")
    if made.report.ad_format is AdFormat.VIDEO:
        return frames / FRAME_RATE if isinstance(frames, int) else 0.0
    return samples / RADIO_SAMPLE_RATE if isinstance(samples, int) else 0.0


@contextlib.contextmanager
def _library() -> Iterator[VoiceLibrary]:
    """
    Lend the voices there are to choose from: the speaker's own.
    """
    from ars0n_adapters import settings  # noqa: PLC0415 - what it needs is slow to load
    from ars0n_adapters.providers.offline.voices import OfflineVoices  # noqa: PLC0415 - the same

    chosen = settings.read()
    if chosen.speech == "offline":
        yield OfflineVoices()  # no store is needed
        return
    from ars0n_adapters import bootstrap  # noqa: PLC0415 - the same

    with bootstrap.product(chosen) as product:
        yield product.ports.voices


def voices(options: Namespace) -> str:
    """
    Return the voices that fit *options*, as a table or as the API answers.
    """
    with _library() as library:
        found = library.voices(
            gender=options.gender, accent=options.accent, age=options.age, text=options.search
        )
    if options.json:
        return json.dumps({"voices": [asdict(voice) for voice in found]}, indent=2)
    rows = [("ID", "NAME", "GENDER", "AGE", "ACCENT", "DESCRIPTION")]
    rows += [(v.voice_id, v.name, v.gender, v.age, v.accent, v.description) for v in found]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
