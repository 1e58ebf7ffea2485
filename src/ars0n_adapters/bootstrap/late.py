"""
What is opened when it is first asked for something: a command pays for what it uses.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

Port = TypeVar("Port")


class _Late:
    """
    Stands in for what *opener* returns, which is called once, by whoever is first.
    """

    def __init__(self, opener: Callable[[], object]) -> None:
        self._opener = opener
        self._opening = threading.Lock()
        self._opened: list[object] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(open_now(self), name)

    def _open(self) -> object:
        with self._opening:
            if not self._opened:
                self._opened.append(self._opener())
        return self._opened[0]


def opened_late(opener: Callable[[], Port]) -> Port:
    """
    Return a stand-in for what *opener* returns; what that raises, its first use raises.

    >>> late = opened_late(lambda: print("opened") or {"a": 1})
    >>> late.items()
    opened
    dict_items([('a', 1)])
    """
    return cast("Port", _Late(opener))


def open_now(port: object) -> object:
    """
    Return what *port* stands in for, opened if it was not; itself if it does for nobody.

    >>> open_now(opened_late(lambda: "there")), open_now("here")
    ('there', 'here')
    """
    return port._open() if isinstance(port, _Late) else port  # noqa: SLF001 - this module's own
