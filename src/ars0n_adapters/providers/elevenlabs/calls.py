"""
Every call to ElevenLabs: within the budget, never repeated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import frozen

from ars0n_adapters.providers.elevenlabs import faults
from ars0n_adapters.providers.elevenlabs.accounts import Account
from ars0n_core.errors import PortError, ProviderUnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ars0n_core.work import Json

WAIT_SECONDS: Final = 60.0
"""
How long a worker waits for its turn; its lease is renewed meanwhile.
"""


class Budget(Protocol):
    """
    Gives turns.
    """

    def place(self, *, wait_seconds: float) -> AbstractContextManager[None]:
        """
        Hold a place for one call.
        """
        ...

    def pause(self, seconds: float) -> None:
        """
        Give nobody a turn for so long.
        """
        ...


class Kept(Protocol):
    """
    Keeps what was paid for.
    """

    def get(self, asked: Json) -> bytes | None:
        """
        Return the answer to *asked*, or None.
        """
        ...

    def put(self, asked: Json, answer: bytes) -> None:
        """
        Keep the answer.
        """
        ...


@frozen(kw_only=True)
class Line:
    """
    A line to ElevenLabs with *model*, named by *setting*, for *port*.
    """

    account: Account
    budget: Budget
    kept: Kept
    model: str
    setting: str
    port: str

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
        try:
            with self.budget.place(wait_seconds=wait_seconds):
                return ask(client, self.account.options())
        except PortError:
            raise
        except Exception as error:
            told = faults.told(error, port=self.port, setting=self.setting, billed=billed)
            if isinstance(told, ProviderUnavailableError) and told.retry_after_seconds:
                self.budget.pause(told.retry_after_seconds)
            raise told from error
