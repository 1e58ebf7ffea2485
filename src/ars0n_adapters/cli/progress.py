"""
What the user sees while an ad is made: a bar a job on a terminal, plain lines elsewhere.
"""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Final, TextIO

from ars0n_core.pipelines.states import JobStatus
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ars0n_core.pipelines.report import JobReport
    from ars0n_core.usecases.reports import Report

_NAMES: Final[Mapping[Operation, str]] = {
    Operation.EDIT_IMAGE: "picture",
    Operation.GENERATE_CLIP: "clip",
    Operation.SPEAK: "voice",
    Operation.COMPOSE: "final cut",
    Operation.MIX: "final mix",
    Operation.PREVIEW_VOICE: "preview",
}

_BAR_CELLS: Final = 24
_NAME_CELLS: Final = 18
_SPIN: Final = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
_BLOCKS: Final = "█░"
_PLAIN_SPIN: Final = "-\\|/"
_PLAIN_BLOCKS: Final = "#."
_DONE: Final = frozenset({JobStatus.COMPLETED, JobStatus.FAILED})


def name_of(job: JobReport) -> str:
    """
    Return what a job is called: "scene 2 clip", "voice".
    """
    name = _NAMES[job.operation]
    return name if job.scene_index is None else f"scene {job.scene_index + 1} {name}"


class Progress:
    """
    Shows reports on *out*, and remembers how long each kind of job ran.
    """

    def __init__(self, out: TextIO) -> None:
        self._out = out
        # A dumb terminal can't go up a line, which is how bars are drawn again.
        self._is_terminal = out.isatty() and os.environ.get("TERM") != "dumb"
        self._lines = 0
        self._shown: dict[str, JobStatus] = {}
        self._started: dict[str, float] = {}
        self._frame = 0
        self._spin, self._blocks = _marks(out.encoding)
        self.seconds: dict[str, float] = {}

    def show(self, report: Report) -> None:
        """
        Show where the jobs stand now.
        """
        self._measure(report)
        if self._is_terminal:
            self._draw(report)
        else:
            self._tell(report)

    def end(self) -> None:
        """
        Leave the last state standing.
        """
        self._lines = 0
        self._out.flush()

    def _measure(self, report: Report) -> None:
        now = time.monotonic()
        for job in report.jobs:
            if job.status in {JobStatus.PROCESSING, JobStatus.POLLING}:
                self._started.setdefault(job.id, now)
            elif job.status in _DONE and job.id in self._started:
                kind = _NAMES[job.operation]
                spent = now - self._started.pop(job.id)
                self.seconds[kind] = self.seconds.get(kind, 0.0) + spent

    def _tell(self, report: Report) -> None:
        for job in report.jobs:
            if self._shown.get(job.id) is job.status:
                continue
            self._shown[job.id] = job.status
            if job.status in {JobStatus.PROCESSING, *_DONE}:
                reason = f": {job.error}" if job.error else ""
                self._out.write(f"[{report.progress:3d}%] {name_of(job)} {job.status}{reason}\n")
        self._out.flush()

    def _draw(self, report: Report) -> None:
        size = shutil.get_terminal_size()
        self._frame += 1
        jobs = _fitting(report.jobs, rows=max(1, size.lines - 3))
        text = [self._line(job)[: size.columns - 1] for job in jobs]
        text.append(
            f"{'together':<{_NAME_CELLS}} {self._bar(report.progress / 100)} {report.progress:3d}%"
        )
        if self._lines:
            self._out.write(f"\x1b[{self._lines}A")
        self._out.write("".join(f"\x1b[2K{line}\n" for line in text))
        self._lines = len(text)
        self._out.flush()

    def _line(self, job: JobReport) -> str:
        fraction = 1.0 if job.status is JobStatus.COMPLETED else job.fraction or 0.0
        state = str(job.status)
        if job.status in {JobStatus.PROCESSING, JobStatus.POLLING}:
            state = self._spin[self._frame % len(self._spin)] + " working"
        if job.error:
            state = f"failed: {job.error}"
        return f"{name_of(job):<{_NAME_CELLS}} {self._bar(fraction)} {state}"

    def _bar(self, fraction: float) -> str:
        full = round(fraction * _BAR_CELLS)
        return self._blocks[0] * full + self._blocks[1] * (_BAR_CELLS - full)


def _marks(encoding: str | None) -> tuple[str, str]:
    """
    Return what turns and what fills, in letters a terminal of *encoding* has.
    """
    try:
        (_SPIN + _BLOCKS).encode(encoding or "ascii")
    except (UnicodeError, LookupError):
        return _PLAIN_SPIN, _PLAIN_BLOCKS
    return _SPIN, _BLOCKS


def _fitting(jobs: tuple[JobReport, ...], *, rows: int) -> tuple[JobReport, ...]:
    # On a small screen what runs or failed matters most, then what is still to come.
    if len(jobs) <= rows:
        return jobs
    order = [JobStatus.FAILED, JobStatus.PROCESSING, JobStatus.POLLING, JobStatus.PENDING]
    ranked = sorted(jobs, key=lambda job: order.index(job.status) if job.status in order else 9)
    kept = {job.id for job in ranked[:rows]}
    return tuple(job for job in jobs if job.id in kept)
