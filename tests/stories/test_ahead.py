"""
Scenes are rendered as their clips arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.errors import CompositorError
from ars0n_core.projects import VersionStatus

if TYPE_CHECKING:
    from .conftest import Stage


@pytest.fixture
def eager(stage: Stage) -> Stage:
    stage.policy = evolve(stage.policy, renders_ahead=True)
    return stage


def clips_of(names: tuple[str, ...]) -> set[str]:
    return {name for name in names if name.startswith("clip-")}


def test_a_clip_is_rendered_before_the_others_have_come(eager: Stage) -> None:
    report = eager.finished()

    prepared = eager.ports.compositor.prepared
    (film,) = eager.ports.compositor.cuts
    assert report.status is VersionStatus.COMPLETED
    # After the first and the second of three clips; after the last the film itself is cut.
    assert [clips_of(names) for _, names in prepared] == [{"clip-0"}, {"clip-0", "clip-1"}]
    assert {(timeline.clips, timeline.card) for timeline, _ in prepared} == {
        (film.clips, film.card)
    }


def test_a_radio_ad_has_nothing_to_render_ahead(eager: Stage) -> None:
    eager.finished(eager.radio())

    assert eager.ports.compositor.prepared == []


def test_nothing_is_rendered_ahead_unless_asked_for(stage: Stage) -> None:
    stage.finished()

    assert stage.ports.compositor.prepared == []


def test_a_head_start_that_fails_costs_nothing(
    eager: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> int:
        raise CompositorError("clip-0 can't be decoded", media="clip-0")

    monkeypatch.setattr(type(eager.ports.compositor), "prepare", broken)

    report = eager.finished()

    assert (report.status, report.failed) == (VersionStatus.COMPLETED, 0)
    assert eager.balance() == 860
