"""
The voices one may order: `browse`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ars0n_core.ports import Ports, Voice


def browse(
    ports: Ports, *, gender: str = "", accent: str = "", age: str = "", text: str = ""
) -> tuple[Voice, ...]:
    """
    Return the voices that fit every given word, in a stable order.

    Raises:
        ProviderUnavailableError: The library can't be asked now.
    """
    return ports.voices.voices(gender=gender, accent=accent, age=age, text=text)
