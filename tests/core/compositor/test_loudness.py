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


def recursed(section: filters.Section, sound: np.ndarray) -> np.ndarray:
    b0, b1, b2, a1, a2 = section
    one = two = 0.0
    out = []
    for x in sound.tolist():
        y = b0 * x + one
        one, two = b1 * x - a1 * y + two, b2 * x - a2 * y
        out.append(y)
    return np.array(out)


def test_a_filter_is_its_recursion_however_long_the_part() -> None:
    sections = loudness.k_weighting(48_000)
    sound = np.random.default_rng(3).standard_normal((72_000, 1)).astype(np.float32)
    wanted = recursed(sections[1], recursed(sections[0], sound[:, 0]))
    for cuts in ([], [4_800, 62_400]):
        chain = filters.Filter(sections, 4_800, 1, 240)
        heard = np.concatenate([chain.run(part)[0] for part in np.split(sound, cuts)])
        assert np.abs(heard - wanted).max() < 1e-5


def test_silence_passes_a_filter_that_has_fallen_silent() -> None:
    sections = loudness.k_weighting(48_000)
    sound = np.zeros((14_400, 2), np.float32)
    sound[4_799] = 1
    cut, whole = (filters.Filter(sections, 4_800, 2) for _ in range(2))
    heard = np.concatenate([cut.run(part) for part in np.split(sound, 3)], axis=1)
    assert np.abs(heard - whole.run(sound)).max() < 1e-6
    assert not heard[:, :4_799].any()
    assert heard[:, 4_800:].any()  # what rings is heard, though nothing comes in


def test_the_limiter_lets_go_grain_by_grain() -> None:
    peaks = np.random.default_rng(4).exponential(0.3, 700)
    nodes, _ = mastering.limit(peaks, 0.8)
    needed = np.log(np.minimum(1, 0.8 / peaks))
    fall = mastering.ATTACK_DB / 20 * np.log(10)
    gain, gains = 1.0, []
    for place in range(len(peaks)):
        ahead = needed[place:] + fall * np.arange(len(peaks) - place)
        gain = min(np.exp(ahead.min()), gain + (np.exp(ahead.min()) - gain) * mastering.RELEASE)
        gains.append(gain if place else np.exp(ahead.min()))
        gain = gains[-1]
    lower = np.minimum([gains[0], *gains], [*gains, gains[-1]])
    assert np.allclose(nodes, lower, rtol=1e-9)


def test_peaks_asked_for_lower_are_looked_for_again(tmp_path: Path) -> None:
    rng = np.random.default_rng(6)
    swell = np.linspace(0.05, 1, 48_000)[:, None]
    waves = np.fft.rfft(rng.standard_normal((48_000, 2)) * 0.5 * swell, axis=0)
    waves[12_000:] = 0
    sound = np.fft.irfft(waves, axis=0).astype(np.float32)
    found = []
    for asked in ((0.9, 0.6, 0.3), (0.3,)):
        take = mastering.taken([sound], 48_000, tmp_path / "swelling.tape")
        with take.tape:
            for least in asked:
                peaks = take.peaks_above(np.full(len(take.peaks), least))
        found.append(np.where(peaks > 0.3, peaks, 0))
    assert np.array_equal(found[0], found[1])
    dense = np.fft.irfft(waves, 8 * 48_000, axis=0) * 8
    crests = np.abs(dense).max(axis=1).reshape(200, -1).max(axis=1)
    near = crests > 0.35
    assert near.any()
    assert np.abs(20 * np.log10(found[0][near] / crests[near])).max() < 0.4
