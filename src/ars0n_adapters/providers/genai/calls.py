"""
Every call to Google's models: within the budget, repeated only if nothing was billed and
somebody waits, its answer kept.
"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any, Final, Protocol

from attrs import frozen

from ars0n_adapters.providers.genai import faults
from ars0n_adapters.providers.genai.accounts import Account
from ars0n_core.errors import PortError, ProviderUnavailableError, ProviderUnknownError

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ars0n_core.work import Json

WAIT_SECONDS: Final = 60.0
"""
How long a worker waits for its turn; its lease is renewed meanwhile.
"""

POLL_WAIT_SECONDS: Final = 2.0
"""
How long one waits only to ask how things are: next time will do.
"""


_FIRST_SECONDS: Final = 1.0
# The wait before the second try, doubled for the third, if the provider names none.

_WAIT_SECONDS_MAX: Final = 10.0
# Somebody is waiting for the answer: whoever is told to come back later tells him so.

_SPREAD: Final = 0.25
_CHANCE: Final = random.SystemRandom()
# Those who were refused together come back apart: up to a quarter later.


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

    def drop(self, asked: Json) -> None:
        """
        Forget the answer.
        """
        ...

    def claim(self, asked: Json) -> bool:
        """
        Whether nobody claimed it before.
        """
        ...


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
        for number in range(self.tries):
            try:
                with self.budget.place(wait_seconds=wait_seconds):
                    return ask(client)
            except PortError:
                raise
            except Exception as error:
                told = faults.told(error, port=self.port, setting=self.setting, billed=billed)
                wait = self._wait(told, error, number)
                if wait is None:
                    raise told from error
            time.sleep(wait)
        raise AssertionError("the last try ends it")

    def _wait(self, told: PortError, error: Exception, number: int) -> float | None:
        """
        Return how long to wait before the same is asked again, or None if it is not.
        """
        if not isinstance(told, ProviderUnavailableError):
            return None
        after = told.retry_after_seconds
        if after:
            self.budget.pause(after)
        wait = (after or _FIRST_SECONDS * 2**number) * (1 + _SPREAD * _CHANCE.random())
        last = number + 1 >= self.tries or wait > _WAIT_SECONDS_MAX
        return None if last or not faults.is_unbilled(error) else wait

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
