"""
Every call to ElevenLabs: within the budget, repeated only if nothing was billed and somebody
waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from ars0n_adapters.providers.elevenlabs import faults
from ars0n_adapters.providers.elevenlabs.accounts import Account
from ars0n_adapters.providers.lines import WAIT_SECONDS, Budget, Kept, Turns

if TYPE_CHECKING:
    from collections.abc import Callable


@frozen(kw_only=True)
class Line:
    """
    A line to ElevenLabs with *model*, named by *setting*, for *port*.

    For whoever has no job that could be put off, it asks up to *tries* times, if nothing
    was billed and the wait is short.
    """

    account: Account
    budget: Budget
    kept: Kept
    model: str
    setting: str
    port: str
    tries: int = 1

    def call(
        self,
        ask: Callable[[Any, dict[str, Any]], Any],
        *,
        billed: bool,
        wait_seconds: float = WAIT_SECONDS,
    ) -> Any:
        """
        Return what *ask* returns for the SDK's client and the options of its call.

        Raises:
            PortError: What went wrong, as `faults.told` has it.
        """
        client = self.account.client()
        turns = Turns(
            budget=self.budget,
            tries=self.tries,
            meaning=lambda error: faults.told(
                error,
                port=self.port,
                setting=self.setting,
                billed=billed,
                base_url=self.account.base_url,
            ),
            is_unbilled=faults.is_unbilled,
        )
        return turns.take(lambda: ask(client, self.account.options()), wait_seconds=wait_seconds)
