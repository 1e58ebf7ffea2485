"""
What an ad would cost, exactly as published.
"""

from __future__ import annotations

from typing import Any

import pytest

from ars0n_core.errors import InvalidRequestError
from ars0n_core.specs.model import AdFormat, VideoModel
from ars0n_core.usecases.estimate import EstimateOrder, estimate


@pytest.mark.parametrize(
    ("seconds", "total", "jobs", "scenes"),
    [(15, 140, 8, 3), (30, 232, 12, 5), (60, 454, 20, 9)],
)
def test_a_film_costs_what_is_published(seconds: int, total: int, jobs: int, scenes: int) -> None:
    answer = estimate(EstimateOrder(duration_seconds=seconds, image_count=3))

    assert answer.estimate.total == total
    assert (len(answer.estimate.lines), answer.scene_count) == (jobs, scenes)


@pytest.mark.parametrize(("seconds", "total"), [(15, 4), (30, 5), (60, 8)])
def test_a_radio_ad_costs_what_is_published(seconds: int, total: int) -> None:
    order = EstimateOrder(ad_format=AdFormat.RADIO, duration_seconds=seconds, has_music=True)

    answer = estimate(order)

    assert answer.estimate.total == total
    assert (len(answer.estimate.lines), answer.scene_count) == (2, 0)


@pytest.mark.parametrize(
    ("variants", "model", "total"),
    [
        (1, VideoModel.FAST, 125),
        (3, VideoModel.FAST, 155),
        (2, VideoModel.PREMIUM, 305),
    ],
)
def test_model_and_variants_decide_the_price(variants: int, model: VideoModel, total: int) -> None:
    order = EstimateOrder(duration_seconds=15, image_count=1, variants=variants, video_model=model)

    assert estimate(order).estimate.total == total


def test_the_older_edition_can_be_priced() -> None:
    order = EstimateOrder(duration_seconds=15, image_count=10)

    assert estimate(order, edition=1).estimate.total == 170


def test_custom_clips_cost_nothing_by_themselves() -> None:
    order = EstimateOrder(duration_seconds=15, image_count=3, custom_clips_count=10)

    assert estimate(order).estimate.total == 140


def test_the_older_edition_has_no_custom_clips() -> None:
    order = EstimateOrder(duration_seconds=15, image_count=3, custom_clips_count=1)

    with pytest.raises(InvalidRequestError) as refused:
        estimate(order, edition=1)
    assert set(refused.value.field_errors) == {"custom_clips_count"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"image_count": None}, "image_count"),
        ({"image_count": 0}, "image_count"),
        ({"image_count": 11}, "image_count"),
        ({"image_count": 4}, "image_count"),
        ({"duration_seconds": 20}, "duration_seconds"),
        ({"variants": 4}, "variants"),
        ({"custom_clips_count": 11}, "custom_clips_count"),
        ({"custom_clips_count": -1}, "custom_clips_count"),
    ],
)
def test_what_would_be_refused_is_refused_here(changes: dict[str, int], field: str) -> None:
    fields: dict[str, Any] = {"duration_seconds": 15, "image_count": 3, **changes}

    with pytest.raises(InvalidRequestError) as caught:
        estimate(EstimateOrder(**fields))

    assert set(caught.value.field_errors) == {field}


def test_the_older_edition_sells_no_radio_ads() -> None:
    order = EstimateOrder(duration_seconds=15, ad_format=AdFormat.RADIO)

    with pytest.raises(InvalidRequestError) as caught:
        estimate(order, edition=1)

    assert "ad_format" in caught.value.field_errors
