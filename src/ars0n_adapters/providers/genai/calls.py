"""
Every call to Google's models: within the budget, repeated only if nothing was billed and
somebody waits, its answer kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from ars0n_adapters.providers.genai import faults
from ars0n_adapters.providers.genai.accounts import Account
from ars0n_adapters.providers.lines import WAIT_SECONDS, Budget, Kept, Turns
from ars0n_core.errors import ProviderUnavailableError, ProviderUnknownError

if TYPE_CHECKING:
    from collections.abc import Callable

POLL_WAIT_SECONDS: Final = 2.0
"""
How long one waits only to ask how things are: next time will do.
"""


@frozen(kw_only=True)
class Line:
    """
    A line to one of Google's models: *model*, named by *setting*, for *port*.

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
        self, ask: Callable[[Any], Any], *, billed: bool, wait_seconds: float = WAIT_SECONDS
    ) -> Any:
        """
        Return what *ask* returns for the SDK's client.

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
        return turns.take(lambda: ask(client), wait_seconds=wait_seconds)

    def generate(self, contents: list[Any], config: dict[str, Any], *, billed: bool = True) -> Any:
        """
        Return the model's answer to *contents*: text or pictures.

        Raises:
            PortError: What went wrong.
        """
        response = self.call(
            lambda client: client.models.generate_content(
                model=self.model,
                contents=contents,
                config={**config, "automatic_continuation": False},
            ),
            billed=billed,
        )
        if not response.candidates and not faults.refusal(response):
            message = "Google's answer was empty"
            if billed:
                raise ProviderUnknownError(message, port=self.port)
            raise ProviderUnavailableError(message, port=self.port)
        return response


def picture(content: bytes, media_type: str) -> Any:
    """
    Return a picture as the SDK takes it.
    """
    from google.genai import types  # noqa: PLC0415 - lazy, as the SDK

    return types.Part.from_bytes(data=content, mime_type=media_type)
