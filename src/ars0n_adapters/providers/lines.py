"""
What every line to a provider over the network has in common: turns, tries, what was kept,
and what the transport says of a call that failed.

It knows no provider: what an error means is told by the caller (`faults` of each). It is
the one module that providers share, so that they wait and repeat by the same rules.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final, Protocol, TypeVar
from urllib.request import getproxies

from attrs import frozen

from ars0n_core.errors import PortError, ProviderUnavailableError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from ars0n_core.work import Json

T = TypeVar("T")

WAIT_SECONDS: Final = 60.0
"""
How long a worker waits for its turn; its lease is renewed meanwhile.
"""

_FIRST_SECONDS: Final = 1.0
# The wait before the second try, doubled for the third, if the provider names none.

_WAIT_SECONDS_MAX: Final = 10.0
# Somebody is waiting for the answer: whoever is told to come back later tells him so.

_SPREAD: Final = 0.25
_CHANCE: Final = random.SystemRandom()
# Those who were refused together come back apart: up to a quarter later.

_NEVER_SENT: Final = frozenset(
    {"ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ProxyError"}
)
# By name: which HTTP library an SDK brings is its affair.


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
class Turns:
    """
    Turns of *budget*: up to *tries* of them for one call, if nothing was billed and the
    wait is short. ``meaning`` says what an error of the SDK means, ``is_unbilled`` whether
    it is certain that nothing was billed.
    """

    budget: Budget
    tries: int
    meaning: Callable[[Exception], PortError]
    is_unbilled: Callable[[Exception], bool]

    def take(self, ask: Callable[[], T], *, wait_seconds: float) -> T:
        """
        Return what *ask* returns, waiting so long for each turn.

        Raises:
            PortError: What went wrong, as ``meaning`` has it.
        """
        for number in range(self.tries):
            try:
                with self.budget.place(wait_seconds=wait_seconds):
                    return ask()
            except PortError:
                raise
            except Exception as error:
                told = self.meaning(error)
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
        return None if last or not self.is_unbilled(error) else wait


def causes(error: BaseException) -> Iterator[BaseException]:
    """
    Yield *error*, what caused it, what caused that.
    """
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def names_of(error: BaseException) -> frozenset[str]:
    """
    Return the names of all classes of *error* and of what caused it.
    """
    return frozenset(kind.__name__ for one in causes(error) for kind in type(one).__mro__)


def never_left(error: BaseException) -> bool:
    """
    Whether the request can't have reached the provider.
    """
    return bool(names_of(error) & _NEVER_SENT)


def address_of(base_url: str, setting: str) -> str:
    """
    Return what is said of where a provider was looked for, if that is not its usual place:
    the *setting* that names it (customers read this, so not what it says), and a proxy.

    >>> address_of("http://127.0.0.1:1", "ARS0N_GOOGLE_BASE_URL")[:38]
    ' at the address ARS0N_GOOGLE_BASE_URL'
    """
    at = f" at the address {setting}" if base_url else ""
    proxied = {"http", "https", "all"} & set(getproxies())
    return at + (" through the proxy of HTTP_PROXY, HTTPS_PROXY or ALL_PROXY" if proxied else "")


def seconds_of(retry_after: object) -> float | None:
    """
    Return the wait that a ``Retry-After`` asks for: seconds, or a date; None if it can't
    be read.

    >>> seconds_of("37"), seconds_of("soon"), seconds_of("Wed, 21 Oct 2015 07:28:00 GMT")
    (37.0, None, 0.0)
    """
    if not isinstance(retry_after, str):
        return None
    text = retry_after.strip()
    if text.replace(".", "", 1).isdecimal() and text.isascii():
        return float(text)
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    return max(0.0, moment.timestamp() - time.time())
