"""
Choosing a voice.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import ProviderUnavailableError
from ars0n_core.usecases import voices

if TYPE_CHECKING:
    from .conftest import Stage


def test_voices_are_found_by_what_is_known_of_them(stage: Stage) -> None:
    assert [voice.name for voice in voices.browse(stage.ports)] == ["Ada", "Adam"]
    assert [voice.name for voice in voices.browse(stage.ports, gender="Male")] == ["Adam"]
    assert not voices.browse(stage.ports, gender="male", accent="british")
    assert [voice.name for voice in voices.browse(stage.ports, text="adam")] == ["Adam"]


def test_a_library_that_is_away_is_said_to_be(stage: Stage) -> None:
    stage.flaky("voices").plan_fault("voices", ProviderUnavailableError("away"))

    with pytest.raises(ProviderUnavailableError):
        voices.browse(stage.ports)
