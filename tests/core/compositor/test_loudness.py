from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ars0n_core.compositor import filters, loudness, mastering

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench


def tone(hertz: float, decibels: float, seconds: float, rate: int, phase: float = 0) -> np.ndarray:
    t = np.arange(round(seconds * rate)) / rate
    wave = 10 ** (decibels / 20) * np.sin(2 * np.pi * hertz * t + phase)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("level", [-23.0, -33.0])
def test_a_1_khz_tone_measures_its_level(rate: int, level: float) -> None:
    """
    EBU Tech 3341, cases 1 and 2.
    """
    found = loudness.measure(tone(1000, level, 5, rate), rate)
    assert found.integrated_lufs == pytest.approx(level, abs=0.1)
    assert found.momentary_max_lufs == pytest.approx(level, abs=0.1)
    assert found.short_term_max_lufs == pytest.approx(level, abs=0.1)


def test_quiet_stretches_are_gated() -> None:
    """
    EBU Tech 3341, case 3, shortened.
    """
    parts = [
        tone(1000, level, seconds, 48_000) for level, seconds in ((-36, 3), (-23, 12), (-36, 3))
    ]
    found = loudness.measure(np.concatenate(parts), 48_000)
    assert found.integrated_lufs == pytest.approx(-23.0, abs=0.1)


def test_peaks_between_samples_are_seen() -> None:
    """
    EBU Tech 3341, case 16: samples never reach the wave's crest.
    """
    wave = tone(12_000, -6.0, 0.5, 48_000, phase=np.pi / 4)
    assert np.abs(wave).max() < 0.36
    assert loudness.measure(wave, 48_000).true_peak_dbtp == pytest.approx(-6.0, abs=0.3)


def test_silence_has_a_floor_and_is_not_limited() -> None:
    silent = np.zeros((48_000, 2), np.float32)
    assert loudness.measure(silent, 48_000).integrated_lufs == loudness.SILENCE_LUFS
    assert mastering.limit(np.zeros(200), 0.9)[1] == 0.0
    assert loudness.measure(silent[:0], 48_000).true_peak_dbtp == loudness.FLOOR_DBTP


def test_it_agrees_with_ffmpeg(bench: Bench) -> None:
    rng = np.random.default_rng(5)
    swell = np.abs(np.sin(np.linspace(0, 9, 48_000 * 4)))[:, None]
    sound = (rng.standard_normal((48_000 * 4, 2)) * 0.08 * swell).astype(np.float32)
    level, peak = bench.ebur128(bench.sound("swell.wav", sound))
    found = loudness.measure(sound, 48_000)
    assert found.integrated_lufs == pytest.approx(level, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(peak, abs=0.2)


def test_nothing_passes_the_limiter(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    sound = (rng.standard_normal((48_000, 2)) * 0.4).astype(np.float32)
    take = mastering.taken([sound], 48_000, tmp_path / "loud.tape")
    with take.tape:
        ceiling = np.full(len(take.peaks), 10 ** (-1 / 20))
        gains, turned = mastering.limit(take.peaks_above(ceiling), float(ceiling[0]))
        limited = mastering.mastered(take, gains)(0, 48_000)
    assert turned < -3
    assert loudness.measure(limited, 48_000).true_peak_dbtp <= -0.95
    curve = limited[:, 0] / sound[:, 0]
    assert np.allclose(curve, limited[:, 1] / sound[:, 1], rtol=1e-3)
    assert np.abs(np.diff(curve)).max() < 0.005


def test_filtering_in_blocks_leaves_no_seams() -> None:
    slow = tone(40, -6, 2, 48_000)
    cut = filters.Filter([filters.highpass(75, 48_000)], 4_800, 2)
    fast = np.concatenate([cut.run(part) for part in np.split(slow, [4_800, 57_600])], axis=1).T
    steady = fast[24_000:, 0]
    bend = np.abs(np.diff(steady, n=2))
    assert bend.max() < 1.1 * np.percentile(bend, 99)
    assert np.abs(steady).max() < 0.35 * np.abs(slow).max()
