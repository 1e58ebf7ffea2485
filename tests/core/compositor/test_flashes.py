from __future__ import annotations

import numpy as np
import pytest

from ars0n_core.compositor.flashes import FLASHES_A_SECOND_MAX, Counter


def count(codes: list[int], share: float = 1.0, rate: float = 30) -> int:
    counter = Counter(rate)
    for code in codes:
        picture = np.full((18, 32), 60, np.uint8)
        picture[:, : round(32 * share)] = code
        counter.add(picture)
    return counter.most


def strobe(period: int, low: int = 30, high: int = 220, frames: int = 60) -> list[int]:
    return [high if n % period < period / 2 else low for n in range(frames)]


@pytest.mark.parametrize(("period", "flashes"), [(6, 5), (10, 3), (15, 2)])
def test_a_strobe_flashes_as_often_as_it_does(period: int, flashes: int) -> None:
    found = count(strobe(period))
    assert abs(found - flashes) <= (1 if period == 6 else 0)
    assert (found > FLASHES_A_SECOND_MAX) == (flashes > 3)


@pytest.mark.parametrize("rate", [24, 25, 29.97, 30])
def test_three_flashes_a_second_pass_and_a_little_more_fails(rate: float) -> None:
    def flicker(hertz: float) -> list[int]:
        return [220 if int(2 * hertz * n / rate + 1e-6) % 2 else 30 for n in range(int(4 * rate))]

    assert count(flicker(2.9), rate=rate) == 3
    assert count(flicker(3.2), rate=rate) == 4
    assert rate != round(rate) or count(flicker(3.0), rate=rate) == 3


def test_red_flashes_by_its_saturation_not_its_light() -> None:
    # Dark grey and red of about the same luminance; grey and a pale red, which is none.
    grey, red, pale = (44, 128, 128), (63, 102, 240), (60, 120, 150)

    def most_red(*shown: tuple[int, int, int]) -> tuple[int, int]:
        counter = Counter(30)
        for n in range(60):
            y, u, v = shown[n // 3 % 2]
            planes = np.full((18, 32), y), np.full((9, 16), u), np.full((9, 16), v)
            counter.add(*(plane.astype(np.uint8) for plane in planes))
        return counter.most, counter.most_red

    assert most_red(grey, red) == (0, 5)
    assert most_red(grey, pale) == (0, 0)
    assert most_red(red, red) == (0, 0)


def test_a_small_or_faint_flicker_harms_nobody() -> None:
    assert count(strobe(4), share=0.2) == 0
    assert count(strobe(4), share=0.3) > 3
    assert count(strobe(4, low=100, high=110)) == 0
    assert count(strobe(4, low=228, high=235)) == 0


def test_changes_count_where_they_are_seen() -> None:
    # Bright and dark move from one third of the picture to the next, as what slides in does:
    # eight changes in a second, three at most in any one place.
    picture = np.full((18, 30), 40, np.uint8)
    picture[:, 10:20] = 200
    counter = Counter(30)
    for n in range(40):
        if 9 <= n < 33 and n % 3 == 0:
            third = slice(n // 3 % 3 * 10, n // 3 % 3 * 10 + 10)
            picture[:, third] = 240 - picture[:, third]
        counter.add(picture)
    assert counter.most == 1


def test_cuts_and_fades_are_no_flashes() -> None:
    assert count([30] * 20 + [200] * 20 + [40] * 20) <= 1
    assert count(list(range(20, 230, 4)) + list(range(230, 20, -4))) <= 1


def test_a_soft_pulse_counts_like_a_hard_one() -> None:
    pulse = [round(125 + 95 * np.sin(2 * np.pi * 5 * n / 30)) for n in range(60)]
    assert count(pulse) > FLASHES_A_SECOND_MAX
