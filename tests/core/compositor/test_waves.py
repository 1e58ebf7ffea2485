from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import numpy as np
import pytest

from ars0n_core.compositor import tapes, waves
from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor.ffmpeg import Ffmpeg


def hum(rate: int, channels: int) -> np.ndarray:
    t = np.arange(2 * rate + 17) / rate
    tones = [np.sin(2 * np.pi * hertz * t) for hertz in (220, 1_330)]
    return 0.3 * np.stack([tones[0] + tones[1], tones[0] - tones[1]][:channels], axis=1)


@pytest.mark.parametrize(("rate", "channels"), [(24_000, 1), (44_100, 2), (8_000, 1), (96_000, 2)])
@pytest.mark.parametrize("wanted", [1, 2])
def test_a_plain_file_is_heard_as_a_decoder_hears_it(
    bench: Bench, binary: Ffmpeg, tmp_path: Path, rate: int, channels: int, wanted: int
) -> None:
    file = bench.sound(f"hum-{rate}-{channels}.wav", hum(rate, channels), rate)
    wave = waves.opened(file)
    assert wave is not None
    ours = np.concatenate(list(waves.heard(wave, rate=48_000, channels=wanted, seconds_max=1.5)))
    with contextlib.closing(
        tapes.heard(file, "m", channels=wanted, seconds_max=1.5, binary=binary)
    ) as parts:
        theirs = np.concatenate([part.copy() for part in parts])
    assert ours.shape == (72_000, wanted)
    assert abs(len(theirs) - 72_000) <= 2
    # But for the level at which a channel is shared out, which loudness sets anyway.
    both = ours[2_000:70_000], theirs[2_000:70_000]
    share = np.vdot(*both) / np.vdot(both[0], both[0])
    assert 0.7 < share < 1.42
    assert np.abs(both[0] * share - both[1]).max() < 10 ** (-60 / 20)


def test_anything_else_is_for_the_decoder(bench: Bench, voice_file: Path, tmp_path: Path) -> None:
    for name, options in (
        ("deep.wav", ("-c:a", "pcm_s24le")),
        ("float.wav", ("-c:a", "pcm_f32le")),
        ("around.wav", ("-ac", "6")),
        ("music.mp3", ()),
    ):
        bench.run("-i", str(voice_file), *options, str(tmp_path / name))
        assert waves.opened(tmp_path / name) is None
    whole = voice_file.read_bytes()
    for name, content in (
        ("cut.wav", whole[:-1_000]),
        ("streamed.wav", whole[:40] + b"\xff\xff\xff\xff" + whole[44:]),
        ("head.wav", whole[:30]),
        ("no-rate.wav", whole[:24] + bytes(4) + whole[28:]),
        ("nothing.wav", b""),
    ):
        (tmp_path / name).write_bytes(content)
        assert waves.opened(tmp_path / name) is None
    assert waves.opened(tmp_path / "not there.wav") is None


def test_a_wave_that_breaks_off_is_heard_up_to_there(
    voice_file: Path, binary: Ffmpeg, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.wav"
    cut.write_bytes(voice_file.read_bytes()[:-48_000])  # a second of three
    with tapes.decoded(
        cut, "v", tmp_path / "v.tape", channels=1, seconds_max=9, binary=binary
    ) as tape:
        assert tape.samples == pytest.approx(2 * 48_000, abs=48)
    cut.write_bytes(voice_file.read_bytes()[:44])
    with pytest.raises(CompositorError) as caught:
        tapes.decoded(cut, "v", tmp_path / "v.tape", channels=1, seconds_max=9, binary=binary)
    assert caught.value.media == "v"
    assert [path.name for path in tmp_path.iterdir()] == ["cut.wav"]
