"""
The whole product, whoever does what to it: money is conserved, nothing is handed out
unpaid, no job is done twice, every run ends. See `ars0n_core.testing.machine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis.stateful import run_state_machine_as_test

from ars0n_core.testing.machine import product_machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ars0n_core.ports import Ports

STEPS = 25
HISTORIES_MAX = 100_000


def histories(share: int) -> settings:
    """
    As many as the profile says, times *share*: 2,000 in memory where others try 500.
    """
    count = min(HISTORIES_MAX, share * settings().max_examples)
    return settings(max_examples=count, stateful_step_count=STEPS)


def test_every_history_obeys_the_laws(
    memory_ports: Callable[[], AbstractContextManager[Ports]],
) -> None:
    run_state_machine_as_test(product_machine(memory_ports), settings=histories(4))


def test_every_history_obeys_the_laws_in_every_store(
    any_ports: Callable[[], AbstractContextManager[Ports]],
) -> None:
    few = settings(max_examples=settings().max_examples // 10, stateful_step_count=STEPS)

    run_state_machine_as_test(product_machine(any_ports), settings=few)
