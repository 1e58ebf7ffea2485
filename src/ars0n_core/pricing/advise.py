"""
What a budget buys: every setting that fits, the ones nothing beats first.
"""

from __future__ import annotations

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
    left = [(setting, credits_) for setting, credits_ in priced if credits_ <= budget]
    offers: list[Offer] = []
    tier = 0
    while left:
        tier += 1
        best = [one for one in left if not any(_beats(other, one) for other in left)]
        best.sort(key=lambda one: (one[1], one[0].variants, sum(one[0].clip_seconds)))
        offers += [Offer(setting=setting, credits=cost, tier=tier) for setting, cost in best]
        left = [one for one in left if one not in best]
    return tuple(offers)


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


def _beats(one: tuple[Setting, int], other: tuple[Setting, int]) -> bool:
    """
    Whether *one* gives at least as much of everything as *other* and more of something,
    or the same for fewer credits. More for more money beats less for less: the budget
    is there to be used.
    """
    mine, theirs = worth(one[0]), worth(other[0])
    if mine == theirs:
        return one[1] < other[1]
    return all(a >= b for a, b in zip(mine, theirs, strict=True))
