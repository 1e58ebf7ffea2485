"""
Each fault of a provider ends each kind of job in one of three ways: the ad is finished, it
failed with a readable reason and all was given back, or the order was refused uncharged.

An ordinary run tries a few faults that have nothing in common; ``nox -s chaos`` all of them,
as the documentation's table has them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.standins import Kind, Standins

from .conftest import sketched
from .outcomes import ALWAYS, PAGE, ROWS, SECRET, Row, line, outcome, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

    from .outcomes import Outcome

IN_BRIEF = (Kind.RATE, Kind.RESET, Kind.BLOCKED, Kind.QUOTA)


@pytest.fixture(scope="module")
def standins() -> Iterator[Standins]:
    with Standins(sketched()) as served:
        yield served


def cells() -> Iterator[ParameterSet]:
    for row in ROWS:
        for kind in row.kinds:
            for times in (1, ALWAYS):
                if "ARS0N_CHAOS" in os.environ or (kind in IN_BRIEF and times == 1):
                    name = f"{row.title} {kind} {'once' if times == 1 else 'always'}"
                    yield pytest.param(row, kind, times, id=name)


def check(found: Outcome) -> None:
    assert found.billed_twice == 0
    assert found.leftover == ()
    if found.finished:
        assert found.kept_credits == found.charged
        return
    assert found.kept_credits == 0
    assert len(found.reason) > 20
    assert "\n" not in found.reason
    assert SECRET not in found.reason
    assert not {"Traceback", "object at", "Error("} & set(found.reason.split())


@pytest.mark.parametrize(("row", "kind", "times"), list(cells()))
def test_a_fault_finishes_fails_or_is_refused(
    standins: Standins, row: Row, kind: Kind, times: int
) -> None:
    check(outcome(standins, row, kind, times))


def test_the_page_says_what_happens(standins: Standins) -> None:
    row = next(row for row in ROWS if row.title == "`voiceover`")

    lines = [line(standins, row, kind) for kind in (Kind.ERROR, Kind.PLAN)]

    assert [one for one in lines if one not in PAGE.read_text(encoding="utf-8")] == []


@pytest.mark.skipif("ARS0N_CHAOS" not in os.environ, reason="nox -s chaos")
def test_the_whole_page_is_up_to_date(standins: Standins) -> None:
    assert "".join(table(standins)) == PAGE.read_text(encoding="utf-8")


def test_every_fault_is_tried_somewhere() -> None:
    assert {kind for row in ROWS for kind in row.kinds} == set(Kind) - {Kind.OK}
