"""
Scenes are rendered as their clips arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.errors import CompositorError
from ars0n_core.ids import VersionId
from ars0n_core.projects import VersionStatus
from ars0n_core.testing import fakes
from ars0n_core.usecases.ahead import prepare

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.ports import Narration, SpeechOrder

    from .conftest import Stage


@pytest.fixture
def eager(stage: Stage) -> Stage:
    stage.policy = evolve(stage.policy, renders_ahead=True)
    return stage


class SlowSpeech(fakes.FakeSpeech):
    """
    Says everything so slowly that no ad holds it.
    """

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        spoken = super().speak(order, folder)
        words = tuple(
            evolve(word, start_seconds=50 * word.start_seconds, end_seconds=50 * word.end_seconds)
            for word in spoken.words
        )
        return evolve(spoken, words=words, duration_seconds=50 * spoken.duration_seconds)


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


def test_an_ad_that_was_deleted_meanwhile_is_not_rendered_ahead(eager: Stage) -> None:
    prepare(eager.ports, eager.policy, VersionId("ver_gone"))

    assert eager.ports.compositor.prepared == []


def test_an_ad_whose_narration_can_not_fit_is_not_rendered_ahead(eager: Stage) -> None:
    eager.ports = evolve(eager.ports, speech=SlowSpeech())

    report = eager.finished()

    assert report.status is VersionStatus.FAILED
    assert eager.ports.compositor.prepared == []
