"""
What every `VideoGenerator` must do: a ticket now, a clip in its own time.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.errors import PortError
from ars0n_core.ports import ClipOrder, Finished, Unfinished
from ars0n_core.specs.model import AspectRatio, VideoModel
from ars0n_core.testing.conformance import media

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ars0n_core.ports import VideoGenerator

CHECKS_MAX = 2000
FRAME_SECONDS = 1 / 24


class VideoGeneratorSuite:
    """
    What every `VideoGenerator` must do. Subclass it and give the fixture a generator.
    """

    @pytest.fixture
    def clips(self) -> VideoGenerator:
        """
        Return a generator.
        """
        raise AssertionError("give the fixture `clips`")

    @pytest.fixture
    def elsewhere(self, clips: VideoGenerator) -> VideoGenerator:
        """
        Return the generator as another process has it: another object over the same
        provider, where that can be had.
        """
        return clips

    @pytest.fixture
    def pause_seconds(self) -> float:
        """
        Return how long to wait between two looks.
        """
        return 0.05

    @pytest.fixture
    def seconds_of(self) -> Callable[[Path], float | None]:
        """
        Return what reads a clip's length; give another for other formats than MP4.
        """
        return media.film_seconds_of

    @pytest.fixture
    def order(self, tmp_path: Path) -> ClipOrder:
        """
        Return an order for the shortest clip there is.
        """
        still = tmp_path / "still.png"
        still.write_bytes(media.png(72, 128))
        return ClipOrder(
            still=still,
            prompt="Slow push in",
            model=VideoModel.FAST,
            aspect_ratio=AspectRatio.PORTRAIT,
            seconds=4,
            seed="a",
            label="job_1-1",
        )

    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        """
        Return where clips go.
        """
        path = tmp_path / "made"
        path.mkdir()
        return path

    def test_a_clip_is_ordered_here_and_fetched_elsewhere(
        self,
        clips: VideoGenerator,
        elsewhere: VideoGenerator,
        order: ClipOrder,
        folder: Path,
        pause_seconds: float,
    ) -> None:
        """
        The ticket is all it takes; fractions stay within 0 and 1; a finished clip can be
        fetched again.
        """
        ticket = clips.submit(order)
        answer = _awaited(elsewhere, ticket, folder, pause_seconds)

        assert isinstance(answer, Finished), "it was never finished"
        assert answer.path.is_relative_to(folder)
        content = answer.path.read_bytes()
        assert content
        again = folder / "again"
        again.mkdir()
        repeated = elsewhere.check(ticket, again)
        assert isinstance(repeated, Finished)
        assert repeated.path.read_bytes() == content

    def test_submitting_does_not_wait_for_the_still(
        self, clips: VideoGenerator, order: ClipOrder, folder: Path, pause_seconds: float
    ) -> None:
        """
        Once there is a ticket the still may go, it was in a working folder: the clip comes.
        """
        ticket = clips.submit(order)
        order.still.unlink()

        assert ticket
        assert isinstance(_awaited(clips, ticket, folder, pause_seconds), Finished)

    def test_a_clip_is_as_long_as_ordered(
        self,
        clips: VideoGenerator,
        order: ClipOrder,
        folder: Path,
        pause_seconds: float,
        seconds_of: Callable[[Path], float | None],
    ) -> None:
        """
        A scene is cut from it; what is missing would be a frozen picture.
        """
        answer = _awaited(clips, clips.submit(order), folder, pause_seconds)

        assert isinstance(answer, Finished)
        assert (seconds_of(answer.path) or 0) >= order.seconds - FRAME_SECONDS

    @pytest.mark.parametrize("ticket", ["", "nobodys", "{}", "operations/../none", "票"])
    def test_a_ticket_that_is_none_is_said_so(
        self, clips: VideoGenerator, folder: Path, ticket: str
    ) -> None:
        """
        By an error of the port: whoever asks must know whether to ask again.
        """
        with pytest.raises(PortError):
            clips.check(ticket, folder)

    def test_two_orders_have_two_tickets(self, clips: VideoGenerator, order: ClipOrder) -> None:
        """
        So that nobody fetches another's clip.
        """
        first = clips.submit(order)
        second = clips.submit(evolve(order, seed="b", label="job_2-1"))

        assert first != second


def _awaited(
    clips: VideoGenerator, ticket: str, folder: Path, pause_seconds: float
) -> Unfinished | Finished:
    """
    Return the finished clip, or the last that was said of it.
    """
    answer: Unfinished | Finished = Unfinished()
    for _ in range(CHECKS_MAX):
        answer = clips.check(ticket, folder)
        if isinstance(answer, Finished):
            break
        assert answer.fraction is None or 0 <= answer.fraction <= 1
        threading.Event().wait(pause_seconds)
    return answer
