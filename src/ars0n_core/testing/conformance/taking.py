"""
What every `Ingest` must do: foreign files become files of ours, or are refused.
"""

from __future__ import annotations

import hashlib
import struct
import wave
from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import ClipFormatError, ClipTooLongError, UploadRefusedError
from ars0n_core.testing.conformance import media

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ars0n_core.ports import Ingest

NOTHING = [b"", b"\x00", b"no such file at all", b"<svg xmlns='http://www.w3.org/2000/svg'/>"]


class IngestSuite:
    """
    What every `Ingest` must do. Subclass it and give the fixture one, and a maker of
    footage: no codec is in the standard library.
    """

    @pytest.fixture
    def ingest(self) -> Ingest:
        """
        Return an ingest.
        """
        raise AssertionError("give the fixture `ingest`")

    @pytest.fixture
    def film(self) -> Callable[[float], Path]:
        """
        Return a function that makes an MP4, WebM or MOV of so many seconds, landscape.
        """
        raise AssertionError("give the fixture `film`")

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        """
        Return where the foreign file is.
        """
        return tmp_path / "source"

    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        """
        Return where our own file is to go.
        """
        return tmp_path / "target"

    @pytest.mark.parametrize("alpha", [False, True])
    def test_a_picture_becomes_a_plain_png(
        self, ingest: Ingest, source: Path, target: Path, *, alpha: bool
    ) -> None:
        """
        8-bit RGB or RGBA, of the same size, and nothing it carried along.
        """
        source.write_bytes(media.png(48, 32, alpha=alpha, text="Where it was taken"))

        facts = ingest.image(source, target)

        content = target.read_bytes()
        assert (facts.width, facts.height, facts.has_alpha) == (48, 32, alpha)
        assert content[:8] == b"\x89PNG\r\n\x1a\n"
        assert struct.unpack(">IIBB", content[16:26]) == (48, 32, 8, 6 if alpha else 2)
        assert b"Where it was taken" not in content

    def test_a_picture_that_lies_on_its_side_is_put_upright(
        self, ingest: Ingest, source: Path, target: Path
    ) -> None:
        """
        Its pixels are, and nothing tells a viewer to turn them once more.
        """
        source.write_bytes(media.png(48, 32, lies_on_its_side=True))

        facts = ingest.image(source, target)

        content = target.read_bytes()
        assert (facts.width, facts.height) == (32, 48)
        assert struct.unpack(">II", content[16:24]) == (32, 48)
        assert b"eXIf" not in content

    def test_the_facts_are_those_of_the_file(
        self, ingest: Ingest, source: Path, target: Path
    ) -> None:
        """
        Its length and its SHA-256.
        """
        source.write_bytes(media.png())

        facts = ingest.image(source, target)

        content = target.read_bytes()
        assert facts.size_bytes == len(content)
        assert facts.sha256 == hashlib.sha256(content).hexdigest()

    @pytest.mark.parametrize("content", [*NOTHING, media.png()[:-40], media.wav()])
    def test_what_is_no_picture_is_refused(
        self, ingest: Ingest, source: Path, target: Path, content: bytes
    ) -> None:
        """
        Broken ones too, and no file is left.
        """
        source.write_bytes(content)

        with pytest.raises(UploadRefusedError):
            ingest.image(source, target)
        assert not target.exists()

    @pytest.mark.parametrize(("rate", "channels"), [(8_000, 1), (44_100, 2)])
    def test_a_sound_becomes_a_plain_wav(
        self, ingest: Ingest, source: Path, target: Path, rate: int, channels: int
    ) -> None:
        """
        16-bit stereo at 48 kHz, as long as before.
        """
        source.write_bytes(media.wav(0.5, rate=rate, channels=channels))

        facts = ingest.sound(source, target)

        with wave.open(str(target), "rb") as sound:
            assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (
                2,
                2,
                48_000,
            )
            assert sound.getnframes() / 48_000 == pytest.approx(facts.duration_seconds)
        assert facts.duration_seconds == pytest.approx(0.5, abs=0.02)
        assert facts.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()

    @pytest.mark.parametrize("content", [*NOTHING, media.png()])
    def test_what_is_no_sound_is_refused(
        self, ingest: Ingest, source: Path, target: Path, content: bytes
    ) -> None:
        """
        And no file is left.
        """
        source.write_bytes(content)

        with pytest.raises(UploadRefusedError):
            ingest.sound(source, target)
        assert not target.exists()

    def test_footage_becomes_720_lines_at_thirty_frames(
        self, ingest: Ingest, film: Callable[[float], Path], target: Path
    ) -> None:
        """
        Its shape is kept, both sides are even.
        """
        facts = ingest.footage(film(1.0), target)

        assert facts.frames == pytest.approx(30, abs=1)
        assert min(facts.width, facts.height) == 720
        assert facts.width > facts.height
        assert facts.width % 2 == 0
        assert facts.size_bytes == target.stat().st_size
        assert facts.sha256 == hashlib.sha256(target.read_bytes()).hexdigest()

    def test_footage_of_more_than_thirty_seconds_is_refused(
        self, ingest: Ingest, film: Callable[[float], Path], target: Path
    ) -> None:
        """
        By its own name.
        """
        with pytest.raises(ClipTooLongError):
            ingest.footage(film(31.0), target)
        assert not target.exists()

    @pytest.mark.parametrize("content", [*NOTHING, media.png()])
    def test_what_is_no_footage_is_refused(
        self, ingest: Ingest, source: Path, target: Path, content: bytes
    ) -> None:
        """
        And no file is left.
        """
        source.write_bytes(content)

        with pytest.raises(ClipFormatError):
            ingest.footage(source, target)
        assert not target.exists()
