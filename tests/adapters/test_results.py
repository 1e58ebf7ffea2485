"""
What was paid for is kept, within bounds.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from ars0n_adapters.results import KeptResults

if TYPE_CHECKING:
    from pathlib import Path


def test_what_was_kept_is_there_for_others_too(tmp_path: Path) -> None:
    KeptResults(tmp_path, bytes_max=100, lifetime_seconds=60).put({"a": 1}, b"answer")

    other = KeptResults(tmp_path, bytes_max=100, lifetime_seconds=60)
    assert other.get({"a": 1}) == b"answer"
    assert other.get({"a": 2}) is None
    other.drop({"a": 1})
    assert other.get({"a": 1}) is None


def test_the_oldest_go_when_it_is_full(tmp_path: Path) -> None:
    kept = KeptResults(tmp_path, bytes_max=100, lifetime_seconds=60)
    for number in range(4):
        kept.put(number, bytes([number + 1]) * 40)
        for path in tmp_path.iterdir():
            os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 1))

    assert [kept.get(number) is not None for number in range(4)] == [False, False, True, True]


def test_an_old_answer_is_none(tmp_path: Path) -> None:
    kept = KeptResults(tmp_path, bytes_max=100, lifetime_seconds=60)
    kept.put(1, b"answer")
    for path in tmp_path.iterdir():
        os.utime(path, (0, 0))

    assert kept.get(1) is None


def test_only_one_claims(tmp_path: Path) -> None:
    claims = [
        KeptResults(tmp_path, bytes_max=100, lifetime_seconds=60).claim("x") for _ in range(3)
    ]

    assert claims == [True, False, False]


def test_a_store_that_cant_be_used_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    kept = KeptResults(tmp_path / "file" / "folder", bytes_max=100, lifetime_seconds=60)

    kept.put(1, b"answer")

    assert kept.get(1) is None
    assert not kept.claim(1)
