from __future__ import annotations

import ctypes
from types import SimpleNamespace

import pytest

from ars0n_core.compositor import heaps


def test_what_is_free_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    libc = SimpleNamespace(malloc_trim=asked.append)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: libc)
    heaps.trim()
    assert asked == [0]


@pytest.mark.parametrize("fault", [AttributeError, OSError, TypeError])
def test_another_c_library_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    def without(name: None) -> None:
        raise fault(name)

    monkeypatch.setattr(ctypes, "CDLL", without)
    heaps.trim()
