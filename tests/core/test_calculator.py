"""
The calculator as a shell sees it.
"""

from __future__ import annotations

import io
import json
import os
import runpy
import subprocess
import sys
from collections import Counter
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest

from ars0n_core.calculator import commands, main

SRC = Path(__file__).parents[2] / "src"


def run(line: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = main(line.split(), out=out, err=err)
    return code, out.getvalue(), err.getvalue()


def answer(line: str) -> Any:
    code, out, err = run(line + " --json")
    assert (code, err) == (0, "")
    return json.loads(out)


@pytest.mark.parametrize(
    ("line", "credits_", "jobs"),
    [
        ("--duration 15 --images 3", 140, 8),
        ("--duration 30 --images 5", 232, 12),
        ("--duration 60", 454, 20),
        ("--duration 60 --clip-seconds 6", 415, 20),
        ("--duration 15 --variants 1 --clip-seconds 4", 92, 8),
        ("--duration 15 --variants 3 --model premium --clips 10", 320, 8),
        ("--duration 15 --model veo-3.1-generate-001 --clip-seconds 8", 395, 8),
        ("--duration 15 --scenes 4", 185, 10),
        ("--duration 15 --format radio", 4, 2),
        ("--duration 30 --format radio", 5, 2),
        ("--duration 60 --format radio --images 50", 8, 2),
        ("--duration 15 --edition 1", 170, 8),
        ("--duration 15 --edition 1 --scenes 2 --images 10", 115, 6),
    ],
)
def test_prices(line: str, credits_: int, jobs: int) -> None:
    found = answer(f"estimate {line}")

    assert (found["estimatedCredits"], found["jobCount"]) == (credits_, jobs)


def test_an_estimate_as_json_is_the_documented_answer() -> None:
    assert answer("estimate --duration 30 --format radio") == {
        "adFormat": "radio",
        "estimatedCredits": 5,
        "breakdown": [
            {"operation": "voiceover", "credits": 3},
            {"operation": "audio_compositing", "credits": 2},
        ],
        "jobCount": 2,
        "sceneCount": 0,
    }


def test_an_estimate_as_a_table() -> None:
    code, out, err = run("estimate --duration 60")

    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["nanobanana_edit", "9", "10", "90"] in lines
    assert ["video_generation", "3", "48", "144"] in lines
    assert ["video_generation", "6", "35", "210"] in lines
    assert ["voiceover", "1", "8", "8"] in lines
    assert ["total", "20", "454"] in lines
    assert "$24.68 (API Scale)" in out


def test_a_radio_ad_has_no_pictures_to_tell_of() -> None:
    assert run("estimate --duration 30 --format radio")[1].startswith(
        "radio ad, 30 s, edition 2\n\n"
    )


def test_every_wrong_argument_is_told_on_a_line_of_its_own() -> None:
    code, out, err = run(
        "estimate --duration 14 --format tv --images 0 --model sora --variants two --clips 11 "
        "--scenes 21 --clip-seconds 5 --edition 3"
    )

    assert (code, out) == (2, "")
    assert err.splitlines() == [
        "--edition: Must be 1 or 2, not 3",
        "--duration: Duration must be 15, 30, or 60",
        "--format: Must be one of video, radio, not 'tv'",
        (
            "--model: Must be one of fast, premium, "
            "veo-3.1-fast-generate-001, veo-3.1-generate-001, not 'sora'"
        ),
        "--variants: Must be 1, 2 or 3, not 'two'",
        "--images: Must be a whole number from 1, not 0",
        "--clips: Must be a whole number from 0 to 10, not 11",
        "--scenes: Must be a whole number from 1 to 20, not 21",
        "--clip-seconds: Must be 4, 6 or 8, not 5",
    ]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("estimate", "--duration: Required"),
        ("estimate --duration 15 --images 4", "--images: Maximum 3 images for 15s ads"),
        ("estimate --duration ٣٠", "--duration: Duration must be 15, 30, or 60"),
        (f"estimate --duration {'9' * 5000}", "--duration: Duration must be 15, 30, or 60"),
        (
            "estimate --duration 15 --format radio --edition 1",
            "--format: Edition 1 has no radio ads; use edition 2",
        ),
        (
            "estimate --duration 15 --edition 1 --clips 1",
            "--clips: Edition 1 has no custom clips; use edition 2",
        ),
        ("advise --duration 15", "--budget: Required"),
    ],
)
def test_one_wrong_argument(line: str, message: str) -> None:
    assert run(line) == (2, "", message + "\n")


def test_it_is_a_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["ars0n_core", "estimate", "--duration", "15"])
    runpy.run_module("ars0n_core.__main__")
    assert capsys.readouterr().out == ""

    with pytest.raises(SystemExit) as ended:
        runpy.run_module("ars0n_core.__main__", run_name="__main__")

    assert ended.value.code == 0
    assert "140" in capsys.readouterr().out


class Full(io.StringIO):
    """
    A place that takes no answer.
    """

    def __init__(self, fault: OSError) -> None:
        super().__init__()
        self.fault = fault

    def write(self, _: str) -> int:
        raise self.fault


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (BrokenPipeError(), ""),
        (
            OSError(28, "Disk full"),
            "python -m ars0n_core: the answer can't be written: Disk full\n",
        ),
    ],
)
def test_an_answer_that_can_not_be_written_is_a_failure(
    fault: OSError, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for out in (Full(fault), None):
        err = io.StringIO()
        monkeypatch.setattr(sys, "stdout", Full(fault))

        assert main(["estimate", "--duration", "15"], out=out, err=err) == commands.UNWRITTEN
        assert err.getvalue() == told


def test_unknown_arguments_end_with_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run("estimate --colour red")

    assert caught.value.code == 2
    assert "--colour" in capsys.readouterr().err


# -- advise --------------------------------------------------------------------------


def test_advice_fits_the_budget_and_begins_with_the_best() -> None:
    offers = answer("advise --budget 300 --duration 30")

    assert all(offer["estimatedCredits"] <= 300 for offer in offers)
    assert [offer["tier"] for offer in offers] == sorted(offer["tier"] for offer in offers)
    assert offers[0] == {
        "tier": 1,
        "estimatedCredits": 5 * 15 + 3 * 48 + 2 * 35 + 5 + 2,
        "adFormat": "video",
        "veoModel": "veo-3.1-fast-generate-001",
        "qualityLoopVariants": 3,
        "clipSeconds": [8, 8, 8, 6, 6],
    }
    assert offers[-1]["adFormat"] == "radio"


def test_every_setting_is_offered_to_who_can_pay_for_it() -> None:
    offers = answer("advise --budget 100000 --duration 60 --format video")

    # Every mix of nine clips that fills 60 s when slowed by a tenth, by two models, by three
    # variants: nine times 6 s is just enough.
    shown = {8: 266, 6: 200, 4: 133}
    mixes = [
        mix
        for mix in combinations_with_replacement(shown, 9)
        if sum(shown[seconds] for seconds in mix) >= 60 * 30
    ]
    assert Counter(tuple(offer["clipSeconds"]) for offer in offers) == dict.fromkeys(mixes, 6)
    assert offers[0]["estimatedCredits"] == max(offer["estimatedCredits"] for offer in offers)


def test_of_mixes_with_as_much_footage_the_cheaper_is_the_better() -> None:
    offers = answer("advise --budget 100000 --duration 15 --format video")
    tiers = {
        (offer["veoModel"], offer["qualityLoopVariants"], *offer["clipSeconds"]): offer["tier"]
        for offer in offers
    }

    # 6 + 6 s cost 70, 8 + 4 s cost 72; of the premium model both cost 180.
    fast, premium = "veo-3.1-fast-generate-001", "veo-3.1-generate-001"
    assert tiers[fast, 2, 8, 6, 6] < tiers[fast, 2, 8, 8, 4]
    assert tiers[premium, 2, 8, 6, 6] == tiers[premium, 2, 8, 8, 4]


def test_short_clips_are_offered_only_where_they_fill_the_ad() -> None:
    def shortest(line: str) -> int:
        offers = answer(f"advise --budget 9999 --duration 15 --format video {line}")
        return min(sum(map(int, offer["clipSeconds"])) for offer in offers)

    assert shortest("") == 14
    assert shortest("--end-card") == 12


def test_advice_of_edition_1_has_no_radio() -> None:
    offers = answer("advise --budget 9999 --duration 15 --edition 1")

    assert {offer["adFormat"] for offer in offers} == {"video"}


def test_advice_as_a_table() -> None:
    code, out, _ = run("advise --budget 150 --duration 15")

    assert code == 0
    assert "3 x 6 s" in out
    rows = [line.split() for line in out.splitlines() if line.endswith(" 140    10")]
    fast = ["video", "veo-3.1-fast-generate-001"]
    assert [*fast, "3", "x", "6", "s", "2", "140", "10"] in [row[1:] for row in rows]


def test_a_budget_for_nothing_ends_with_1_and_says_what_would_do() -> None:
    assert run("advise --budget 3 --duration 15") == (
        1,
        "Nothing fits 3 credits: the cheapest 15 s ad costs 4\n",
        "",
    )
    assert run("advise --budget 3 --duration 15 --json") == (1, "[]\n", "")


# -- margin --------------------------------------------------------------------------


def test_margins_as_json() -> None:
    found = answer("margin --duration 15")

    assert found["credits"] == 140
    assert found["costDollars"] == 1.88786
    assert [line["costDollars"] for line in found["lines"]] == [
        0.13512, 0.13512, 0.13512, 0.48, 0.48, 0.48, 0.0225, 0
    ]  # fmt: skip
    assert {row["id"]: round(row["marginPercent"]) for row in found["packages"]} == {
        "api-starter": 83,
        "api-growth": 77,
        "api-scale": 75,
    }


def test_margins_as_a_table() -> None:
    code, out, _ = run("margin --duration 15 --model premium --with-sound")

    assert code == 0
    assert "Veo 3.1, with sound" in out
    assert "2026-11" in out
    assert "past 1630 characters it loses money" in out
    assert "voice preview" not in run("margin --duration 15 --edition 1")[1]


# -- as a program --------------------------------------------------------------------


def test_it_runs_as_a_module_without_anything_heavy() -> None:
    program = (
        "import runpy, sys\n"
        "sys.argv = ['ars0n', 'estimate', '--duration', '15']\n"
        "try: runpy.run_module('ars0n_core', run_name='__main__')\n"
        "except SystemExit as end: print('ended with', end.code)\n"
        "print(*sorted({'cattrs', 'numpy', 'PIL', 'sqlalchemy'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"PYTHONPATH": str(SRC)},
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    lines = done.stdout.splitlines()
    assert any(line.split() == ["total", "8", "140"] for line in lines)
    assert lines[-2:] == ["ended with 0", ""]


def test_an_answer_nobody_can_take_is_one_line() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "ars0n_core", "estimate", "--duration", "15"],
            env={**os.environ, "PYTHONPATH": str(SRC)},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 1
    assert done.stderr == (
        "python -m ars0n_core: the answer can't be written: No space left on device\n"
    )
