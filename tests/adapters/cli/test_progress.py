"""
What is shown while an ad is made: a bar a job on a terminal of any alphabet, else lines.
"""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.cli.progress import Progress
from ars0n_core.ids import JobId, ProjectId, VersionId
from ars0n_core.pipelines.report import JobReport
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.model import AdFormat
from ars0n_core.usecases.reports import Report
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Sequence


class Terminal(io.TextIOWrapper):
    """
    A screen of some encoding that remembers what was written to it.
    """

    def __init__(self, encoding: str, *, is_terminal: bool = True) -> None:
        self._bytes = io.BytesIO()
        self._is_terminal = is_terminal
        super().__init__(self._bytes, encoding=encoding)

    def isatty(self) -> bool:
        return self._is_terminal

    def shown(self) -> str:
        self.flush()
        return self._bytes.getvalue().decode(self.encoding)


def report(statuses: Sequence[JobStatus], progress: int, error: str | None = None) -> Report:
    kinds = (Operation.EDIT_IMAGE, Operation.GENERATE_CLIP, Operation.SPEAK, Operation.COMPOSE)
    return Report(
        version_id=VersionId("ver_1"),
        project_id=ProjectId("proj_1"),
        ad_format=AdFormat.VIDEO,
        status=VersionStatus.GENERATING,
        progress=progress,
        output=None,
        total_credits=1,
        jobs=tuple(
            JobReport(
                id=JobId(f"job_{place}"),
                operation=kind,
                status=status,
                output=None,
                error=error if status is JobStatus.FAILED else None,
                scene_index=place if place < 2 else None,
                depends_on=(),
                fraction=0.5,
            )
            for place, (kind, status) in enumerate(zip(kinds, statuses, strict=True))
        ),
    )


@pytest.fixture(autouse=True)
def _able(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")


WAITING, RUNNING = JobStatus.WAITING, JobStatus.PROCESSING
DONE, FAILED = JobStatus.COMPLETED, JobStatus.FAILED


@pytest.mark.parametrize(("encoding", "full", "empty"), [("utf-8", "█", "░"), ("ascii", "#", ".")])
def test_a_terminal_of_any_alphabet_has_a_bar_for_each_job(
    encoding: str, full: str, empty: str
) -> None:
    screen = Terminal(encoding)
    progress = Progress(screen)
    progress.show(report([DONE, RUNNING, RUNNING, WAITING], 40))
    lines = screen.shown().splitlines()
    assert len(lines) == 5
    assert f"scene 1 picture    {full * 24} completed" in lines[0]
    assert f"scene 2 clip       {full * 12}{empty * 12} " in lines[1]
    assert lines[1].endswith("working")
    assert lines[4].endswith(" 40%")


def test_the_bars_are_drawn_over_the_last_ones() -> None:
    screen = Terminal("utf-8")
    progress = Progress(screen)
    progress.show(report([RUNNING, WAITING, WAITING, WAITING], 0))
    before = len(screen.shown())
    progress.show(report([DONE, RUNNING, WAITING, WAITING], 30))
    drawn = screen.shown()[before:]
    assert drawn.startswith("\x1b[5A")
    assert drawn.count("\x1b[2K") == 5
    assert set(progress.seconds) == {"picture"}


@pytest.mark.parametrize(("is_terminal", "kind"), [(False, "xterm"), (True, "dumb")])
def test_elsewhere_there_is_a_line_for_each_beginning_and_end_and_no_control_code(
    monkeypatch: pytest.MonkeyPatch, *, is_terminal: bool, kind: str
) -> None:
    monkeypatch.setenv("TERM", kind)
    screen = Terminal("utf-8", is_terminal=is_terminal)
    progress = Progress(screen)
    for _ in range(3):
        progress.show(report([RUNNING, WAITING, WAITING, WAITING], 0))
    progress.show(report([DONE, FAILED, WAITING, WAITING], 50, error="no light"))
    assert screen.shown().splitlines() == [
        "[  0%] scene 1 picture processing",
        "[ 50%] scene 1 picture completed",
        "[ 50%] scene 2 clip failed: no light",
    ]
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", screen.shown())
