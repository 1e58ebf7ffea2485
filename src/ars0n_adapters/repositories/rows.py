"""
Values to rows and back.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import evolve
from cattrs.preconf.json import make_converter

from ars0n_core.projects import Version

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

_converter = make_converter()

_STATE: Final = (
    "pipeline",
    "status",
    "updated_at",
    "total_credits",
    "takes",
    "is_cancelled",
    "last_polled_at",
)
# The fields of a version that change after it was ordered.


def instant(moment: datetime) -> int:
    """
    Return *moment* as stored: microseconds since 1970 in UTC.

    >>> instant(datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    1000000
    """
    return (moment - _EPOCH) // _MICROSECOND


def dump(value: object) -> str:
    """
    Return *value* (attrs) as JSON.
    """
    return _converter.dumps(value)


def load(text: str, kind: type[T]) -> T:
    """
    Return the value of type *kind* that `dump` wrote.
    """
    return _converter.loads(text, kind)


@lru_cache(maxsize=1024)
def load_again(text: str, kind: type[T]) -> T:
    """
    Return what `load` does, the same value for the same text: for what every request
    reads and seldom changes.
    """
    return load(text, kind)


def dump_version(version: Version) -> tuple[str, str]:
    """
    Return *version* as its order and its state, both JSON.
    """
    whole = _converter.unstructure(version)
    state = {name: whole.pop(name) for name in _STATE}
    return _json(whole), _json(state)


def dump_state(version: Version) -> str:
    """
    Return the part of *version* that changes after it was ordered, as JSON.
    """
    state = {name: _converter.unstructure(getattr(version, name)) for name in _STATE}
    return _json(state)


def load_version(row: Mapping[str, Any]) -> Version:
    """
    Return the version of a row of the versions table.
    """
    return evolve(_version(row["ordered"], row["state"]), revision=row["revision"])


@lru_cache(maxsize=256)
def _version(ordered: str, state: str) -> Version:
    # A version is polled far more often than it changes, and structuring it is most of
    # what a poll costs. The texts are the key, so a stored change is never missed.
    return _converter.structure(_parsed(ordered) | _parsed(state), Version)


def _json(value: object) -> str:
    return _converter.dumps(value)


def _parsed(text: str) -> dict[str, Any]:
    return _converter.loads(text, dict[str, Any])
