"""
The price of a work list: the sum of its items, and nothing else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_core.pricing.rates import CARDS, not_sold, rate
from ars0n_core.specs.faults import Faults
from ars0n_core.specs.limits import EDITION
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ars0n_core.pricing.rates import RateCard
    from ars0n_core.work import WorkItem


@frozen
class LineItem:
    """
    The price of one step, which is one job.
    """

    key: str
    operation: Operation
    credits: int


@frozen
class Estimate:
    """
    The price of a work list, line by line.
    """

    lines: tuple[LineItem, ...]

    @property
    def total(self) -> int:
        """
        The sum of the lines, in credits.
        """
        return sum([line.credits for line in self.lines])


def price(item: WorkItem, card: RateCard = CARDS[EDITION]) -> int:
    """
    Return what one step costs, in credits.

    >>> from ars0n_core.work import Operation, WorkItem
    >>> price(WorkItem(key="edit-0", operation=Operation.EDIT_IMAGE, grade=(2,)))
    10

    Raises:
        InvalidRequestError: The card doesn't sell it.
    """
    return rate(card, item.operation, item.grade)


def estimate(items: Iterable[WorkItem], card: RateCard = CARDS[EDITION]) -> Estimate:
    """
    Return the price of *items*, one line each: of a whole ad, of what an edit or a
    regeneration does anew, of what a refund gives back.

    >>> from ars0n_core.work import Operation, WorkItem
    >>> estimate([WorkItem(key="film", operation=Operation.COMPOSE)]).total
    2

    Raises:
        InvalidRequestError: The card doesn't sell some of it; every such field is named.
    """
    rates = card.rates
    lines: list[LineItem] = []
    faults = Faults()
    for item in items:
        try:
            lines.append(LineItem(item.key, item.operation, rates[item.operation][item.grade]))
        except KeyError:
            faults.merge(not_sold(card, item.operation, item.grade))
    faults.raise_any()
    return Estimate(tuple(lines))
