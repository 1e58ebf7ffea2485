"""
Runners that need no machine: at once, or when told.
"""

from __future__ import annotations

import logging
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from ars0n_core.pipelines.commands import Command

_log = logging.getLogger(__name__)


class InlineRunner:
    """
    A `Runner` that carries out every command at once, where it is handed over.
    """

    def run(self, command: Command, carry_out: Callable[[Command], None]) -> None:
        """
        Carry out *command* now.
        """
        try:
            carry_out(command)
        except Exception:  # noqa: BLE001 - the contract: a runner never raises, it logs
            # Failures of the work are recorded; what comes here is a bug of ours.
            _log.exception("%s of job %s broke", type(command).__name__, command.job)


class QueueRunner:
    """
    A `Runner` that keeps commands until it is told to carry one out.
    """

    def __init__(self) -> None:
        self.waiting: deque[tuple[Command, Callable[[Command], None]]] = deque()

    def run(self, command: Command, carry_out: Callable[[Command], None]) -> None:
        """
        Keep *command* for `step`.
        """
        self.waiting.append((command, carry_out))

    def step(self, index: int = 0) -> bool:
        """
        Carry out the command at *index*, the oldest unless said otherwise; return
        whether there was one.
        """
        if not self.waiting:
            return False
        self.waiting.rotate(-index)
        command, carry_out = self.waiting.popleft()
        self.waiting.rotate(index)
        InlineRunner().run(command, carry_out)
        return True
