from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ars0n_core.compositor import filters, loudness

if TYPE_CHECKING:
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
    assert loudness.true_peak(wave) == pytest.approx(-6.0, abs=0.3)


def test_silence_has_a_floor_and_is_not_limited() -> None:
    silent = np.zeros((48_000, 2), np.float32)
    assert loudness.measure(silent, 48_000).integrated_lufs == loudness.SILENCE_LUFS
    assert loudness.limit(silent, -1.0) == 0.0
    assert loudness.measure(silent[:0], 48_000).true_peak_dbtp == loudness.FLOOR_DBTP


def test_it_agrees_with_ffmpeg(bench: Bench) -> None:
    rng = np.random.default_rng(5)
    swell = np.abs(np.sin(np.linspace(0, 9, 48_000 * 4)))[:, None]
    sound = (rng.standard_normal((48_000 * 4, 2)) * 0.08 * swell).astype(np.float32)
    level, peak = bench.ebur128(bench.sound("swell.wav", sound))
    found = loudness.measure(sound, 48_000)
    assert found.integrated_lufs == pytest.approx(level, abs=0.1)
    assert found.true_peak_dbtp == pytest.approx(peak, abs=0.2)


def test_nothing_passes_the_limiter() -> None:
    rng = np.random.default_rng(2)
    sound = (rng.standard_normal((48_000, 2)) * 0.4).astype(np.float32)
    before = sound.copy()
    turned = loudness.limit(sound, -1.0)
    assert turned < -3
    assert loudness.true_peak(sound) <= -0.95
    gains = sound[:, 0] / before[:, 0]
    assert np.allclose(gains, sound[:, 1] / before[:, 1], rtol=1e-3)
    assert np.abs(np.diff(gains)).max() < 0.005


def test_filtering_in_blocks_leaves_no_seams() -> None:
    slow = tone(40, -6, 2, 48_000)
    fast = slow.copy()
    filters.apply(fast, [filters.highpass(75, 48_000)])
    steady = fast[24_000:, 0]
    bend = np.abs(np.diff(steady, n=2))
    assert bend.max() < 1.1 * np.percentile(bend, 99)
    assert np.abs(steady).max() < 0.35 * np.abs(slow).max()
