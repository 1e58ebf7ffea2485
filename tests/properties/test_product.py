"""
The whole product, whoever does what to it: money is conserved, nothing is handed out
unpaid, no job is done twice, every run ends. See `ars0n_core.testing.machine`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from ars0n_core.testing.machine import product_machine

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ars0n_core.ports import Ports

STEPS = 25
PARTS = 4
HISTORIES_MAX = 100_000
# Steering towards whoever gains most is what the few histories of an ordinary run need; of
# many it would make the search for the steepest path, and few new ones.
STEERED_MAX = 1_000
UNSTEERED = [phase for phase in Phase if phase is not Phase.target]


def histories(of_profile: int, *, parts: int = 1) -> settings:
    """
    One of *parts* of as many histories as the profile says, times *of_profile*.
    """
    count = min(HISTORIES_MAX, of_profile * settings().max_examples) // parts
    phases = settings().phases if count <= STEERED_MAX else UNSTEERED
    return settings(max_examples=count, stateful_step_count=STEPS, phases=phases)


@pytest.mark.parametrize("part", range(PARTS))
def test_every_history_obeys_the_laws(
    part: int, memory_ports: Callable[[], AbstractContextManager[Ports]]
) -> None:
    """
    2,000 histories where others try 500, in parts so that every core has some.
    """
    machine = product_machine(memory_ports)
    if settings().derandomize:  # else the parts are four times the same
        machine = seed(part)(machine)

    run_state_machine_as_test(machine, settings=histories(4, parts=PARTS))


def test_every_history_obeys_the_laws_in_every_store(
    any_ports: Callable[[], AbstractContextManager[Ports]],
) -> None:
    few = settings(max_examples=settings().max_examples // 10, stateful_step_count=STEPS)

    run_state_machine_as_test(product_machine(any_ports), settings=few)
