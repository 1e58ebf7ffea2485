"""
What is wrong with options, told of all at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.errors import Ars0nError

if TYPE_CHECKING:
    from collections.abc import Iterable


class FaultyOptionsError(Ars0nError):
    """
    Options that can't be used: (option, what is wrong) each.
    """

    code = "VALIDATION_FAILED"

    def __init__(self, faults: Iterable[tuple[str, str]]) -> None:
        self.faults = tuple(faults)
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(f"{option}: {fault}" for option, fault in self.faults)
