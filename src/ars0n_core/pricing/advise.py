"""
What a budget buys: every setting that fits, the ones nothing beats first.
"""

from __future__ import annotations

from operator import ge
from typing import TYPE_CHECKING

from attrs import frozen

from ars0n_core.pricing.estimate import estimate
from ars0n_core.pricing.rates import CARDS
from ars0n_core.specs.limits import EDITION
from ars0n_core.specs.model import AdFormat, VideoModel

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ars0n_core.pricing.rates import RateCard
    from ars0n_core.work import WorkItem


@frozen(kw_only=True)
class Setting:
    """
    What a customer may turn: format, model, variants, and the seconds of footage made
    for each scene. A radio ad has nothing to turn.
    """

    ad_format: AdFormat
    video_model: VideoModel | None = None
    variants: int = 0
    clip_seconds: tuple[int, ...] = ()


@frozen(kw_only=True)
class Offer:
    """
    A setting and its price.

    ``tier`` 1 is what no other offer beats: none gives at least as much of everything
    and more of something. Tier 2 is unbeaten once tier 1 is taken away, and so on.
    """

    setting: Setting
    credits: int
    tier: int


def advise(
    candidates: Iterable[tuple[Setting, Sequence[WorkItem]]],
    budget: int,
    card: RateCard = CARDS[EDITION],
) -> tuple[Offer, ...]:
    """
    Return every candidate that *budget* credits pay for, by tier, the cheapest of a tier
    first. A candidate is a setting with its work list.

    Raises:
        InvalidRequestError: The card doesn't sell a candidate.
    """
    priced = [(setting, estimate(items, card).total) for setting, items in candidates]
    judged = [(worth(one), cost, one) for one, cost in priced if cost <= budget]
    # Who is beaten comes after whoever beats it, so one pass finds every tier.
    judged.sort(key=lambda one: (tuple(-good for good in one[0]), one[1]))
    tiers: list[int] = []
    for place, (mine, cost, _) in enumerate(judged):
        above = (
            tiers[i]
            for i, (theirs, asked, _) in enumerate(judged[:place])
            if _beats(theirs, asked, mine, cost)
        )
        tiers.append(1 + max(above, default=0))
    offers = [
        Offer(setting=setting, credits=cost, tier=tier)
        for tier, (_, cost, setting) in zip(tiers, judged, strict=True)
    ]
    return tuple(sorted(offers, key=_place))


def worth(setting: Setting) -> tuple[int, ...]:
    """
    Return how much of each good thing a setting gives: picture, model, variants,
    footage. One setting is better than another if no number is less and one is more.

    >>> worth(Setting(ad_format=AdFormat.RADIO))
    (0, 0, 0, 0)
    """
    return (
        int(setting.ad_format is AdFormat.VIDEO),
        int(setting.video_model is VideoModel.PREMIUM),
        setting.variants,
        sum(setting.clip_seconds),
    )


def _beats(one: tuple[int, ...], its_cost: int, other: tuple[int, ...], cost: int) -> bool:
    """
    Whether *one* gives at least as much of everything as *other* and more of something,
    or the same for fewer credits. More for more money beats less for less: the budget
    is there to be used.
    """
    if one == other:
        return its_cost < cost
    return all(map(ge, one, other))


def _place(offer: Offer) -> tuple[int, int, int, int]:
    setting = offer.setting
    return offer.tier, offer.credits, setting.variants, sum(setting.clip_seconds)
