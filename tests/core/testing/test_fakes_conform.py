"""
The stand-ins for the outside pass the suites of the ports they stand for.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from ars0n_core.testing import fakes
from ars0n_core.testing.conformance.clips import VideoGeneratorSuite
from ars0n_core.testing.conformance.compositors import CompositorSuite
from ars0n_core.testing.conformance.fetching import FetcherSuite
from ars0n_core.testing.conformance.machine import ClockSuite, IdsSuite
from ars0n_core.testing.conformance.pictures import ImageEditorSuite
from ars0n_core.testing.conformance.planners import PlannerSuite
from ars0n_core.testing.conformance.speaking import MusicSuite, SpeechSuite, VoiceLibrarySuite

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ars0n_core.ports import (
        Clock,
        Compositor,
        Fetcher,
        Ids,
        ImageEditor,
        Music,
        Planner,
        Speech,
        VideoGenerator,
        VoiceLibrary,
    )


def told_seconds(path: Path) -> float | None:
    """
    The length a fake's sound says it has.
    """
    found = re.search(rb"seconds=([0-9.]+)", path.read_bytes())
    return float(found[1]) if found else None


class TestManualClock(ClockSuite):
    @pytest.fixture
    def clock(self) -> Clock:
        return fakes.ManualClock(datetime(2026, 3, 1, tzinfo=UTC))


class TestCountingIds(IdsSuite):
    @pytest.fixture
    def ids(self) -> Ids:
        return fakes.CountingIds()

    @pytest.fixture
    def characters_min(self) -> int:
        return 6  # counted, so that runs can be compared


class TestFakePlanner(PlannerSuite):
    @pytest.fixture
    def planner(self) -> Planner:
        return fakes.FakePlanner()


class TestFakeImages(ImageEditorSuite):
    @pytest.fixture
    def images(self) -> ImageEditor:
        return fakes.FakeImages()


class TestFakeClips(VideoGeneratorSuite):
    @pytest.fixture
    def clips(self) -> VideoGenerator:
        return fakes.FakeClips(looks=3)

    @pytest.fixture
    def pause_seconds(self) -> float:
        return 0.0

    @pytest.fixture
    def seconds_of(self) -> Callable[[Path], float | None]:
        return told_seconds


class TestFakeSpeech(SpeechSuite):
    @pytest.fixture
    def speech(self) -> Speech:
        return fakes.FakeSpeech()

    @pytest.fixture
    def voice_id(self) -> str:
        return "ada"

    @pytest.fixture
    def seconds_of(self) -> Callable[[Path], float | None]:
        return told_seconds


class TestFakeVoices(VoiceLibrarySuite):
    @pytest.fixture
    def voices(self) -> VoiceLibrary:
        return fakes.FakeVoices()


class TestFakeMusic(MusicSuite):
    @pytest.fixture
    def music(self) -> Music:
        return fakes.FakeMusic()

    @pytest.fixture
    def seconds_of(self) -> Callable[[Path], float | None]:
        return told_seconds


class TestFakeCompositor(CompositorSuite):
    @pytest.fixture
    def compositor(self) -> Compositor:
        return fakes.FakeCompositor()


class TestFakeFetcher(FetcherSuite):
    @pytest.fixture
    def web(self) -> dict[str, bytes]:
        return {}

    @pytest.fixture
    def fetcher(self, web: dict[str, bytes]) -> Fetcher:
        return fakes.FakeFetcher(web)

    @pytest.fixture
    def publish(self, web: dict[str, bytes]) -> Callable[[bytes], str]:
        def publish(content: bytes) -> str:
            web["https://example.com/a"] = content
            return "https://example.com/a"

        return publish
