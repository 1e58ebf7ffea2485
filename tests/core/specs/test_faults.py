"""
The sheet of faults.
"""

from __future__ import annotations

import pytest

from ars0n_core.errors import InvalidRequestError, TooManyClipsError
from ars0n_core.specs import Faults


def test_an_empty_sheet_raises_nothing() -> None:
    faults = Faults()

    faults.raise_any()
    assert not faults


def test_a_fault_is_written_down_once() -> None:
    faults = Faults()
    for _ in range(2):
        faults.add("tone", "wrong")
        faults.add_form("odd")

    with pytest.raises(InvalidRequestError) as caught:
        faults.raise_any()

    assert caught.value.field_errors == {"tone": ("wrong",)}
    assert caught.value.form_errors == ("odd",)


def test_only_ten_faults_of_a_field_are_kept() -> None:
    faults = Faults()
    for number in range(50):
        faults.add("tone", f"fault {number}")

    assert faults.by_field["tone"] == [f"fault {number}" for number in range(10)]


def test_another_sheet_is_taken_over_under_other_names() -> None:
    faults, other = Faults(), Faults()
    faults.add("tone", "own")
    other.add("TONE", "theirs")
    other.add("VOICE", "gone")
    other.add_form("ODD")
    other.too_many_clips = TooManyClipsError

    faults.merge(other, except_fields={"tone"}, name=str.lower, wording=str.lower)

    assert faults.by_field == {"tone": ["own"], "voice": ["gone"]}
    assert faults.of_form == ["odd"]
    assert faults.too_many_clips is TooManyClipsError
