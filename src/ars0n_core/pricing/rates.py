"""
The price lists, one literal table an edition: credits by operation and grade.

Every operation has a row on every card; an empty row says it is not sold there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from attrs import frozen

from ars0n_core.errors import InvalidRequestError
from ars0n_core.specs.faults import Faults
from ars0n_core.specs.limits import EDITION
from ars0n_core.specs.model import AdFormat, VideoModel
from ars0n_core.work import Operation

Grade: TypeAlias = tuple[str | int, ...]
"""
What a price depends on beside the operation; see `WorkItem.grade`.
"""

_VIDEO, _RADIO = AdFormat.VIDEO, AdFormat.RADIO
_FAST, _PREMIUM = VideoModel.FAST, VideoModel.PREMIUM


@frozen(kw_only=True)
class RateCard:
    """
    What each step costs under one edition of the rules, in credits. ``revision`` counts
    changes of the prices within the edition.
    """

    edition: int
    revision: int
    rates: Mapping[Operation, Mapping[Grade, int]]


CARDS: Final[Mapping[int, RateCard]] = {
    1: RateCard(
        edition=1,
        revision=1,
        rates={
            Operation.EDIT_IMAGE: {(1,): 10, (2,): 20, (3,): 30},
            Operation.GENERATE_CLIP: {
                (_FAST, 4): 35,
                (_FAST, 6): 35,
                (_FAST, 8): 35,
                (_PREMIUM, 4): 35,
                (_PREMIUM, 6): 35,
                (_PREMIUM, 8): 35,
            },
            Operation.SPEAK: {(_VIDEO, 15): 3, (_VIDEO, 30): 3, (_VIDEO, 60): 3},
            Operation.COMPOSE: {(): 2},
            Operation.MIX: {},
            Operation.PREVIEW_VOICE: {},
        },
    ),
    2: RateCard(
        edition=2,
        revision=1,
        rates={
            Operation.EDIT_IMAGE: {(1,): 5, (2,): 10, (3,): 15},
            Operation.GENERATE_CLIP: {
                (_FAST, 4): 24,
                (_FAST, 6): 35,
                (_FAST, 8): 48,
                (_PREMIUM, 4): 60,
                (_PREMIUM, 6): 90,
                (_PREMIUM, 8): 120,
            },
            Operation.SPEAK: {
                (_VIDEO, 15): 3,
                (_VIDEO, 30): 5,
                (_VIDEO, 60): 8,
                (_RADIO, 15): 2,
                (_RADIO, 30): 3,
                (_RADIO, 60): 6,
            },
            Operation.COMPOSE: {(): 2},
            Operation.MIX: {(): 2},
            Operation.PREVIEW_VOICE: {(): 3},
        },
    ),
}
"""
Both editions, by number.
"""

_FIELDS: Final = {
    Operation.EDIT_IMAGE: "variants",
    Operation.GENERATE_CLIP: "video_model",
    Operation.SPEAK: "ad_format",
    Operation.MIX: "ad_format",
}
"""
The field of an order that asks for a step, for the error that says it is not sold.
"""


def card(edition: int = EDITION) -> RateCard:
    """
    Return the rate card of *edition*.

    >>> card(2).rates[Operation.SPEAK][AdFormat.VIDEO, 30]
    5

    Raises:
        InvalidRequestError: There is no such edition.
    """
    try:
        return CARDS[edition]
    except KeyError:
        known = " or ".join(map(str, CARDS))
        raise InvalidRequestError({"edition": [f"Edition must be {known}"]}) from None


def rate(card: RateCard, operation: Operation, grade: Grade = ()) -> int:
    """
    Return what *operation* of this grade costs on *card*, in credits.

    >>> rate(card(2), Operation.EDIT_IMAGE, (2,))
    10

    Raises:
        InvalidRequestError: The card doesn't sell it.
    """
    try:
        return card.rates[operation][grade]
    except KeyError:
        raise not_sold(card, operation, grade).error() from None


def not_sold(card: RateCard, operation: Operation, grade: Grade) -> Faults:
    """
    Return the fault of an order for what *card* has no price for.
    """
    faults = Faults()
    detail = " ".join([operation, *map(str, grade)])
    message = f"Edition {card.edition} does not sell {detail}"
    if operation in _FIELDS:
        faults.add(_FIELDS[operation], message)
    else:
        faults.add_form(message)
    return faults
