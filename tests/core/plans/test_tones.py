"""
What an order's free words mean.
"""

from __future__ import annotations

import pytest

from ars0n_core.plans import tones
from ars0n_core.specs.model import AdSpec


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("", "plain"),
        ("luxurious", "luxury"),
        ("High-End audio", "luxury"),
        ("fun", "playful"),
        ("Fun, for everybody", "playful"),
        ("funny", "playful"),
        ("functional", "plain"),
        ("fundraising", "plain"),
        ("joy", "playful"),
        ("joystick", "plain"),
        ("b2b", "corporate"),
        ("software launch", "plain"),
        ("soft light", "calm"),
        ("exciting, but calm", "energetic"),
        ("calm, but exciting", "calm"),
    ],
)
def test_the_first_word_that_is_a_tones_decides(words: str, name: str) -> None:
    assert tones.named(words).name == name


def test_the_tone_decides_before_the_emotion() -> None:
    spec = AdSpec(prompt="p", duration_seconds=15, voice_id="v", tone="red", emotion="calm")

    assert tones.of(spec).name == "calm"
    assert tones.of(AdSpec(prompt="p", duration_seconds=15, voice_id="v")) is tones.PLAIN
