"""
Whatever step of its journal was a process's last, another finishes the ad, nothing is billed
twice by a provider, nothing is charged twice to the customer, and the book sums.

An ordinary run kills a few processes at steps of every kind. ``nox -s chaos`` makes the ad
as often as it has steps, for real, and kills one process after each.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from ars0n_adapters.standins import Standins
from ars0n_core.compositor import ffmpeg

from .conftest import LATER, NUMBERS, Theatre, in_earnest, sketched

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator
    from pathlib import Path

    Lives = subprocess.Popen[str]

CHARGED = 140
BILLED = {"text": 1, "image": 6, "judge": 6, "veo.submit": 3, "speech": 1, "music": 1}
"""
What a film of three scenes with two pictures each costs us.
"""


@pytest.fixture(scope="module")
def standins() -> Iterator[Standins]:
    with Standins(sketched()) as served:
        yield served


def share_cache(theatre: Theatre, folder: Path) -> None:
    """
    Let the film be cut from what was conformed and encoded for the films before.
    """
    theatre.remembered = folder / "conformed"
    (folder / "cache").mkdir(exist_ok=True)
    (theatre.folder / "data").mkdir()
    (theatre.folder / "data" / "cache").symlink_to(folder / "cache")


def check(theatre: Theatre, told: Any) -> None:
    assert told["status"] == "completed", told["jobs"]
    assert (told["frames"], told["samples"]) == (450, 720_000)
    assert told["scored"] == [2, 2, 2]
    assert theatre.billed() == (BILLED, 0)
    assert told["charges"] == [CHARGED]
    assert (told["total"], told["balance"], told["sum"]) == (CHARGED, 500 - CHARGED, 0)
    assert told["faults"] == []


def test_a_film_outlives_the_processes_that_make_it(
    standins: Standins, store: str, lives: Lives, tmp_path: Path
) -> None:
    theatre = Theatre(standins, store, lives, tmp_path)
    deaths = (
        "file:2",  # a picture is paid for and in the bucket, and no asset names it
        "heard:1",  # the narration is spoken and paid for, and nothing of it is kept
        "paid:5",  # a clip is ordered and its name is kept, and its job doesn't know
        "commit:14",
    )

    for death in deaths:
        assert theatre.live(death) is None, f"it was finished before {death}"
    told = theatre.live()

    check(theatre, told)
    query = parse_qs(urlsplit(told["url"]).query)
    hours = (int(query["X-Amz-Expires"][0]) - LATER * len(deaths)) / 3600
    assert hours == pytest.approx(2, abs=0.01)  # by the clock of a process that came later


@pytest.mark.skipif("ARS0N_CHAOS" not in os.environ, reason="nox -s chaos")
@pytest.mark.parametrize("how", ["sketched", "in earnest"])
def test_after_every_step(store: str, lives: Lives, tmp_path: Path, how: str) -> None:
    sketchy = how == "sketched"
    with Standins(sketched() if sketchy else in_earnest(tmp_path / "made")) as standins:
        # The first time everything is made; from then on it is only sold, and cut from what
        # is encoded already, so that there are no steps of mere waiting.
        for _ in range(2):
            theatre = Theatre(
                standins, store, lives, tmp_path / f"whole-{next(NUMBERS)}", sketched=sketchy
            )
            share_cache(theatre, tmp_path)
            check(theatre, theatre.live())
        steps = theatre.steps
        first = (theatre.folder / "ad.mp4").read_bytes()
        begin, _, end = os.environ["ARS0N_CHAOS"].partition("-")
        last = min(int(end or len(steps)), len(steps))
        sys.stdout.write(f"\n{len(steps)} steps: {' '.join(steps)}\n")
        for number in range(int(begin), last + 1):
            theatre = Theatre(standins, store, lives, tmp_path / str(number), sketched=sketchy)
            share_cache(theatre, tmp_path)
            assert theatre.live(str(number)) is None
            check(theatre, theatre.live())
            assert (theatre.folder / "ad.mp4").read_bytes() == first
            sys.stdout.write(f"{number} {steps[number - 1]} {theatre.billed()}\n")
            sys.stdout.flush()
            film = theatre.folder / "ad.mp4"
    if sketchy:
        return
    binary = ffmpeg.find().path
    ffmpeg.run([binary, "-v", "error", "-xerror", "-i", str(film), "-f", "null", "-"],
               timeout_seconds=60)  # fmt: skip
