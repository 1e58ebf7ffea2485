"""
What is left of a price: the providers' unit prices against the credits' worth.

The unit prices are a dated table of list prices; a deployment with a contract of its
own passes its own table. Money is in whole millionths of a US dollar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from attrs import frozen

from ars0n_core.pricing.estimate import price
from ars0n_core.pricing.rates import CARDS
from ars0n_core.specs.limits import EDITION
from ars0n_core.specs.model import VideoModel
from ars0n_core.work import Operation, WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ars0n_core.pricing.packages import Package
    from ars0n_core.pricing.rates import RateCard

Unit = Literal["picture", "second of clip", "character", "plan"]

MICRODOLLARS_PER_CENT: Final = 10_000

CHARACTERS_PER_SECOND: Final = 15
"""
Characters of script a second of speech takes; 2.4 words of six letters and a blank.
"""

PREVIEW_CHARACTERS: Final = 1500
"""
The length assumed of a preview whose text isn't known: a 60 s script is shorter still.
"""


@frozen(kw_only=True)
class UnitPrice:
    """
    What a provider asks for one unit, as listed in the month ``seen``.
    """

    name: str
    unit: Unit
    microdollars: int
    seen: str


@frozen(kw_only=True)
class UnitPrices:
    """
    What the providers ask for all that an ad needs.
    """

    picture: UnitPrice
    fast_clip: UnitPrice
    premium_clip: UnitPrice
    speech: UnitPrice
    plan: UnitPrice

    def rows(self) -> tuple[UnitPrice, ...]:
        """
        Return the table row by row.
        """
        return (self.picture, self.fast_clip, self.premium_clip, self.speech, self.plan)


UNIT_PRICES: Final = UnitPrices(
    # 1K picture $0.067, and 1120 tokens of input picture at $0.50 a million.
    picture=UnitPrice(
        name="Gemini 3.1 Flash Image, 1K", unit="picture", microdollars=67_560, seen="2026-11"
    ),
    # 720p without sound: an ad's clips are silent.
    fast_clip=UnitPrice(
        name="Veo 3.1 Fast, silent", unit="second of clip", microdollars=80_000, seen="2026-11"
    ),
    premium_clip=UnitPrice(
        name="Veo 3.1, silent", unit="second of clip", microdollars=200_000, seen="2026-11"
    ),
    # $0.10 a thousand characters.
    speech=UnitPrice(
        name="ElevenLabs Multilingual v2", unit="character", microdollars=100, seen="2026-11"
    ),
    # Planning is free to the customer; every ad bears one.
    plan=UnitPrice(name="Gemini Flash, one plan", unit="plan", microdollars=20_000, seen="2026-11"),
)
"""
List prices of November 2026.
"""

WITH_SOUND: Final = UnitPrices(
    picture=UNIT_PRICES.picture,
    fast_clip=UnitPrice(
        name="Veo 3.1 Fast, with sound", unit="second of clip", microdollars=100_000, seen="2026-11"
    ),
    premium_clip=UnitPrice(
        name="Veo 3.1, with sound", unit="second of clip", microdollars=400_000, seen="2026-11"
    ),
    speech=UNIT_PRICES.speech,
    plan=UNIT_PRICES.plan,
)
"""
The same where the clip generator can't be told to leave the sound out.
"""


@frozen(kw_only=True)
class Margin:
    """
    One step: what the customer pays in credits, what the provider asks.
    """

    key: str
    operation: Operation
    credits: int
    cost_microdollars: int


@frozen(kw_only=True)
class MarginReport:
    """
    A whole ad, step by step. ``overhead_microdollars`` is what nobody pays credits for:
    the plan. Our own machines' time is not counted.
    """

    lines: tuple[Margin, ...]
    overhead_microdollars: int

    @property
    def credits(self) -> int:
        """
        What the customer pays.
        """
        return sum(line.credits for line in self.lines)

    @property
    def cost_microdollars(self) -> int:
        """
        What the providers ask, overhead included.
        """
        return sum(line.cost_microdollars for line in self.lines) + self.overhead_microdollars


def cost_microdollars(item: WorkItem, prices: UnitPrices = UNIT_PRICES) -> int:
    """
    Return what the provider of one step asks for it. A script of unknown length is taken
    to fill its price class; assembling is done on our own machines.

    >>> cost_microdollars(WorkItem(key="clip-0", operation=Operation.GENERATE_CLIP,
    ...     grade=(VideoModel.FAST, 6)))
    480000
    """
    match item.operation, item.grade:
        case Operation.EDIT_IMAGE, (int(variants),):
            return variants * prices.picture.microdollars
        case Operation.GENERATE_CLIP, (str(model), int(seconds)):
            unit = prices.premium_clip if model == VideoModel.PREMIUM else prices.fast_clip
            return seconds * unit.microdollars
        case Operation.SPEAK, (_, int(seconds)):
            return seconds * CHARACTERS_PER_SECOND * prices.speech.microdollars
        case Operation.PREVIEW_VOICE, _:
            text = item.inputs.get("text")
            count = len(text) if isinstance(text, str) else PREVIEW_CHARACTERS
            return count * prices.speech.microdollars
        case _:
            return 0


def margins(
    items: Iterable[WorkItem],
    card: RateCard = CARDS[EDITION],
    prices: UnitPrices = UNIT_PRICES,
) -> MarginReport:
    """
    Return what each step of a work list brings and costs.

    Raises:
        InvalidRequestError: The card doesn't sell some of it.
    """
    return MarginReport(
        lines=tuple(
            Margin(
                key=item.key,
                operation=item.operation,
                credits=price(item, card),
                cost_microdollars=cost_microdollars(item, prices),
            )
            for item in items
        ),
        overhead_microdollars=prices.plan.microdollars,
    )


def revenue_microdollars(credits_: int, package: Package) -> int:
    """
    Return what *credits_* bought in *package* brought in, to the millionth.
    """
    return round(credits_ * package.price_cents * MICRODOLLARS_PER_CENT / package.credits)


def margin_percent(revenue: int, cost: int) -> float | None:
    """
    Return what part of *revenue* is left after *cost*, in per cent; None without revenue.

    >>> margin_percent(200, 50)
    75.0
    """
    return 100 * (revenue - cost) / revenue if revenue else None
