from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ars0n_core.compositor import audio, stems
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Bed, Media, MediaKind, Sound, Timeline

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor.ffmpeg import Ffmpeg

SAMPLES = 4 * 48_000


def radio(bed: Bed | None) -> Timeline:
    return Timeline(
        width=0, height=0, frames=0, samples=SAMPLES,
        media=tuple(Media(id=name, kind=MediaKind.SOUND, sha256=name) for name in "vm"),
        voice=(Sound(media="v", start_sample=9_600, samples=2 * 48_000),),
        bed=bed,
    )  # fmt: skip


def test_voice_and_music_add_up_to_the_mix(
    bench: Bench, binary: Ffmpeg, voice_file: Path, music_file: Path, tmp_path: Path
) -> None:
    media = {"v": voice_file, "m": music_file}
    timeline = radio(Bed(media="m"))
    written = stems.write(timeline, media, tmp_path, binary=binary)
    voice, music, mix = (bench.heard(written[name]) for name in ("voice", "music", "mix"))
    assert len(voice) == len(music) == len(mix) == SAMPLES
    assert np.abs(voice + music - mix).max() < 10 ** (-120 / 20)
    assert np.abs(voice).max() > 0.05
    assert np.abs(music).max() > 0.01
    # and it is the mix that the ad was mastered from
    with audio.mixed(timeline, media, tmp_path, binary=binary) as take:
        assert np.abs(take.tape.read(0, SAMPLES) - mix).max() < 10 ** (-120 / 20)
    assert {path.name for path in tmp_path.iterdir()} == {"voice.wav", "music.wav", "mix.wav"}


def test_without_a_bed_the_music_is_silent_and_as_long(
    bench: Bench, binary: Ffmpeg, voice_file: Path, tmp_path: Path
) -> None:
    written = stems.write(radio(None), {"v": voice_file}, tmp_path, binary=binary)
    music = bench.heard(written["music"])
    assert len(music) == SAMPLES
    assert not music.any()


def test_loud_sound_is_kept_above_full_scale(bench: Bench, tmp_path: Path) -> None:
    loud = np.full((4_800, 2), 1.7, np.float32)
    stems.write_wav(tmp_path / "loud.wav", lambda start, count: loud[start:][:count], 4_800)
    assert bench.heard(tmp_path / "loud.wav").max() == pytest.approx(1.7)


def test_a_folder_that_is_gone_is_an_error_of_ours(
    binary: Ffmpeg, voice_file: Path, tmp_path: Path
) -> None:
    with pytest.raises(CompositorError, match="could not write"):
        stems.write(radio(None), {"v": voice_file}, tmp_path / "gone", binary=binary)
