"""
How an embedding service uses the library: never run, only read by mypy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_type

from ars0n_core import pricing, specs
from ars0n_core.errors import Ars0nError, InvalidRequestError
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.model import Plan
from ars0n_core.plans.typical import typical

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from ars0n_core.ports import Clock, Ids


class OurClock:
    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant


class OurIds:
    def new(self, prefix: str) -> str:
        return prefix + "1"

    def secret(self) -> str:
        return "0" * 64


def ports_need_no_base_class(instant: datetime) -> tuple[Clock, Ids]:
    return OurClock(instant), OurIds()


def a_price(spec: specs.AdSpec) -> int:
    plan = assert_type(typical(spec), Plan)
    return assert_type(pricing.estimate(break_down(spec, plan)).total, int)


def all_faults(error: Ars0nError) -> Mapping[str, tuple[str, ...]]:
    return error.field_errors if isinstance(error, InvalidRequestError) else {}
