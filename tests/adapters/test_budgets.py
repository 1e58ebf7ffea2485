"""
Many ask, and the provider is asked as often as it likes.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from ars0n_adapters.budgets import Budget
from ars0n_core.errors import ProviderUnavailableError

if TYPE_CHECKING:
    from pathlib import Path


def test_no_more_at_once_than_there_are_places(tmp_path: Path) -> None:
    budget = Budget("x", tmp_path, places=2, per_minute=6000)
    inside, most = [0], [0]
    lock = threading.Lock()

    def ask() -> None:
        with budget.place(wait_seconds=30):
            with lock:
                inside[0] += 1
                most[0] = max(most[0], inside[0])
            threading.Event().wait(0.02)
            with lock:
                inside[0] -= 1

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert most == [2]


def test_fifty_who_look_at_once_are_not_fifty_requests(tmp_path: Path) -> None:
    budget = Budget("x", tmp_path, places=50, per_minute=60)
    sent = 0
    later = []

    for _ in range(50):
        try:
            with budget.place(wait_seconds=0):
                sent += 1
        except ProviderUnavailableError as error:
            later.append(error.retry_after_seconds)

    assert 1 <= sent <= 12
    assert all(later)


def test_after_too_much_nobody_asks_for_a_while(tmp_path: Path) -> None:
    Budget("x", tmp_path, places=2, per_minute=60).pause(30)

    with (
        pytest.raises(ProviderUnavailableError),
        Budget("x", tmp_path, places=2, per_minute=60).place(wait_seconds=0),
    ):
        pass


def test_another_budget_is_another(tmp_path: Path) -> None:
    Budget("x", tmp_path, places=2, per_minute=60).pause(30)

    with Budget("y", tmp_path, places=2, per_minute=60).place(wait_seconds=0):
        pass


def test_an_error_within_gives_the_place_back_and_passes_through(tmp_path: Path) -> None:
    budget = Budget("x", tmp_path, places=1, per_minute=6000)

    with pytest.raises(OSError, match="mine"), budget.place(wait_seconds=0):
        raise OSError("mine")
    with budget.place(wait_seconds=0):
        pass


def test_a_killed_process_gives_its_place_back(tmp_path: Path) -> None:
    budget = Budget("x", tmp_path, places=1, per_minute=6000)
    program = (
        "import sys; from pathlib import Path; from ars0n_adapters.budgets import Budget\n"
        "with Budget('x', Path(sys.argv[1]), places=1, per_minute=6000).place(wait_seconds=0):\n"
        "    print('in', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": ":".join(sys.path)},
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"in\n"
        with ExitStack() as stack, pytest.raises(ProviderUnavailableError, match="under way"):
            stack.enter_context(budget.place(wait_seconds=0))
        holder.kill()
        holder.wait()

    with budget.place(wait_seconds=0):
        pass
