"""
What an ad would cost, before it is planned: `estimate`.
"""

from __future__ import annotations

from functools import lru_cache

from attrs import evolve, frozen

from ars0n_core import pricing, specs
from ars0n_core.ids import AssetId
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.typical import typical
from ars0n_core.pricing import Estimate
from ars0n_core.specs.model import AdFormat, AdSpec, AspectRatio, VideoModel

IMAGES_MAX = 10
"""
The documents' range of ``imageCount``, whatever the duration allows.
"""


@frozen(kw_only=True)
class EstimateOrder:
    """
    What decides a price: the body of ``/estimate``.

    ``has_music`` changes nothing: the sound is mixed either way.
    """

    duration_seconds: int
    ad_format: AdFormat = AdFormat.VIDEO
    image_count: int | None = None
    aspect_ratio: AspectRatio = AspectRatio.PORTRAIT
    video_model: VideoModel = VideoModel.FAST
    variants: int = 2
    custom_clips_count: int = 0
    has_music: bool = False


@frozen(kw_only=True)
class Estimated:
    """
    The price of an ad, line by line, and how many scenes it would have.
    """

    ad_format: AdFormat
    estimate: Estimate
    scene_count: int


@lru_cache(maxsize=2048)  # the same few orders are asked about again and again
def estimate(order: EstimateOrder, *, edition: int = specs.EDITION) -> Estimated:
    """
    Return what an ad of this kind costs; an ad that would be refused is refused here.

    >>> estimate(EstimateOrder(duration_seconds=15, image_count=3)).estimate.total
    140
    >>> estimate(EstimateOrder(duration_seconds=30, ad_format=AdFormat.RADIO)).estimate.total
    5

    Raises:
        InvalidRequestError: With every fault.
    """
    limits = specs.limits_of(edition)
    card = pricing.card(edition)
    # What is not asked for here is filled in with what has no faults and no price.
    spec = AdSpec(
        prompt="estimate",
        voice_id="estimate",
        duration_seconds=order.duration_seconds,
        ad_format=order.ad_format,
        aspect_ratio=order.aspect_ratio,
        video_model=order.video_model,
        variants=order.variants,
    )
    faults = specs.find_faults(spec, limits, images_required=False)
    if order.ad_format is not AdFormat.RADIO:
        _check_counts(order, limits, faults)
    faults.raise_any()
    images = tuple(AssetId(f"image-{i}") for i in range(order.image_count or 0))
    items = break_down(spec, typical(evolve(spec, image_asset_ids=images)))
    return Estimated(
        ad_format=order.ad_format,
        estimate=pricing.estimate(items, card),
        scene_count=len({item.scene_index for item in items if item.scene_index is not None}),
    )


def _check_counts(order: EstimateOrder, limits: specs.Limits, faults: specs.Faults) -> None:
    count = order.image_count
    if count is None:
        faults.add("image_count", "Required")
    elif not 1 <= count <= IMAGES_MAX:
        faults.add("image_count", f"Number must be between 1 and {IMAGES_MAX}")
    else:
        excess = specs.images_fault(count, order.duration_seconds, limits)
        if excess:
            faults.add("image_count", excess)
    if order.custom_clips_count > limits.custom_clips_max == 0:
        faults.add("custom_clips_count", specs.no_clips_fault(limits))
    elif not 0 <= order.custom_clips_count <= limits.custom_clips_max:
        faults.add("custom_clips_count", f"Number must be between 0 and {limits.custom_clips_max}")
