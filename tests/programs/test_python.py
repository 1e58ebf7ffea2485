"""
The document's Python programs run as they are and end in a file that plays.
"""

from __future__ import annotations

import re
import sys
from typing import Any

import pytest

PYTHON = [sys.executable]


def test_asking_for_credits(run: Any, document: Any) -> None:
    program = document.snippet("python", "import os, requests")

    assert "'balance': " in run(PYTHON, program, ".py")


def test_estimates(run: Any, document: Any) -> None:
    said = run(PYTHON, document.program("Python — Estimate Costs"), ".py")

    assert said.splitlines() == ["Video: 140 credits, 8 jobs", "Radio: 5 credits, 2 jobs"]


@pytest.mark.slow
def test_a_radio_ad(run: Any, document: Any, server: Any) -> None:
    said = run(PYTHON, document.program("Python — Radio Ad (Audio-Only)"), ".py")

    (url,) = re.findall(r"Audio ready: (\S+)", said)
    assert server.plays(url) == pytest.approx(30, abs=0.1)


@pytest.mark.slow
def test_the_full_workflow(run: Any, document: Any, server: Any) -> None:
    said = run(PYTHON, document.program("Python — Full Workflow"), ".py")

    (url,) = re.findall(r"Video ready: (\S+)", said)
    assert server.plays(url) == pytest.approx(30, abs=0.1)
    assert "completed — 100% (12/12 jobs)" in said


@pytest.mark.slow
def test_the_two_step_plan_flow(run: Any, document: Any, server: Any, things: Any) -> None:
    said = run(
        PYTHON,
        document.program("Python — Two-Step Plan Flow"),
        ".py",
        asset_1=server.upload(things / "product.png"),
        asset_2=server.upload(things / "product-photo.png"),
    )

    assert re.search(r"Duration: [\d.]+s", said)
    report = server.finish(server.latest())
    assert server.plays(report["videoUrl"]) == pytest.approx(30, abs=0.1)
