"""
What every `Compositor` must do.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import CompositorError
from ars0n_core.specs.model import CtaDesign
from ars0n_core.testing.conformance import media
from ars0n_core.timelines import EndCard, Media, MediaKind, Sound, Timeline

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ars0n_core.ports import Compositor

SECONDS = 1
FRAMES = 30 * SECONDS
SAMPLES = 48_000 * SECONDS


class CompositorSuite:
    """
    What every `Compositor` must do. Subclass it and give the fixture one.
    """

    @pytest.fixture
    def compositor(self) -> Compositor:
        """
        Return a compositor.
        """
        raise AssertionError("give the fixture `compositor`")

    def test_plain_letters_are_drawn_and_private_ones_are_not(self, compositor: Compositor) -> None:
        """
        So that an order can be refused before anything is charged.
        """
        assert compositor.undrawable("Café 24/7 — now!") == ()
        assert compositor.undrawable("a\ue123b\ue123") == (0xE123,)

    @pytest.fixture
    def voice(self, tmp_path: Path) -> Path:
        """
        Return a second of sound.
        """
        path = tmp_path / "voice.wav"
        path.write_bytes(media.wav(SECONDS, rate=48_000))
        return path

    @pytest.fixture
    def files(self, voice: Path) -> Mapping[str, Path]:
        """
        Return the files of the media.
        """
        return {"voice": voice}

    @pytest.fixture
    def radio(self, voice: Path) -> Timeline:
        """
        Return the smallest radio ad.
        """
        return self.cut(voice, picture=False)

    @pytest.fixture
    def film(self, voice: Path) -> Timeline:
        """
        Return the smallest film: an end card.
        """
        return self.cut(voice, picture=True)

    def test_a_radio_ad_is_one_file_of_sound(
        self, compositor: Compositor, radio: Timeline, files: Mapping[str, Path], tmp_path: Path
    ) -> None:
        """
        In the folder, measured.
        """
        made = compositor.render(radio, files, self.empty(tmp_path))

        assert made.path.is_relative_to(tmp_path / "out")
        assert (made.media_type, made.frames) == ("audio/mpeg", 0)
        assert made.samples > 0
        assert {"loudness_lufs", "true_peak_dbtp"} <= set(made.measured)

    def test_a_film_is_as_long_as_its_timeline(
        self, compositor: Compositor, film: Timeline, files: Mapping[str, Path], tmp_path: Path
    ) -> None:
        """
        To the frame and the sample, with a poster.
        """
        made = compositor.render(film, files, self.empty(tmp_path))

        assert (made.media_type, made.frames, made.samples) == ("video/mp4", FRAMES, SAMPLES)
        assert made.poster is not None
        assert made.poster.exists()
        assert {"loudness_lufs", "true_peak_dbtp"} <= set(made.measured)

    def test_the_same_inputs_give_the_same_bytes(
        self, compositor: Compositor, film: Timeline, files: Mapping[str, Path], tmp_path: Path
    ) -> None:
        """
        Whenever and wherever.
        """
        made = [
            compositor.render(film, files, self.empty(tmp_path, name)).path.read_bytes()
            for name in ("one", "other")
        ]

        assert made[0] == made[1]

    def test_preparing_changes_nothing_of_the_film(
        self, compositor: Compositor, film: Timeline, files: Mapping[str, Path], tmp_path: Path
    ) -> None:
        """
        And leaves nothing in the folder; media may be missing.
        """
        before = compositor.render(film, files, self.empty(tmp_path, "before")).path.read_bytes()
        ahead = self.empty(tmp_path, "ahead")
        compositor.prepare(film, {}, ahead)

        assert list(ahead.iterdir()) == []
        after = compositor.render(film, files, self.empty(tmp_path, "after")).path.read_bytes()
        assert after == before

    def test_an_input_that_cannot_be_used_is_named(
        self, compositor: Compositor, radio: Timeline, files: Mapping[str, Path], tmp_path: Path
    ) -> None:
        """
        So that whoever brought it can be told.
        """
        files["voice"].write_bytes(b"no sound at all")

        with pytest.raises(CompositorError) as caught:
            compositor.render(radio, files, self.empty(tmp_path))

        assert caught.value.media == "voice"
        assert not caught.value.retryable

    @staticmethod
    def cut(voice: Path, *, picture: bool) -> Timeline:
        """
        Return a second of the voice, over an end card if there is a picture.
        """
        sha256 = hashlib.sha256(voice.read_bytes()).hexdigest()
        sound = Media(id="voice", kind=MediaKind.SOUND, sha256=sha256, available_samples=SAMPLES)
        card = EndCard(design=CtaDesign.MINIMAL, start_frame=0, frames=FRAMES, company_name="Lamp")
        return Timeline(
            width=180 if picture else 0,
            height=320 if picture else 0,
            frames=FRAMES if picture else 0,
            samples=SAMPLES,
            media=(sound,),
            card=card if picture else None,
            voice=(Sound(media="voice", start_sample=0, samples=SAMPLES),),
            loudness_lufs=-14.0 if picture else -16.0,
        )

    @staticmethod
    def empty(parent: Path, name: str = "out") -> Path:
        """
        Return a new folder.
        """
        path = parent / name
        path.mkdir()
        return path
