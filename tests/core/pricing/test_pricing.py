"""
The published prices, one row each, and what they are made of.
"""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from ars0n_core import pricing
from ars0n_core.errors import InvalidRequestError, NotFoundError
from ars0n_core.ids import AssetId
from ars0n_core.plans.breakdown import break_down, regeneration
from ars0n_core.plans.diff import rebuild
from ars0n_core.plans.model import Plan, Segment
from ars0n_core.plans.typical import typical
from ars0n_core.pricing import Setting
from ars0n_core.pricing.advise import worth
from ars0n_core.specs import AdFormat, AdSpec, CustomClip, VideoModel
from ars0n_core.work import Operation, WorkItem

RADIO = AdFormat.RADIO


def ad(duration: int, **changes: Any) -> AdSpec:
    spec = AdSpec(prompt="p", voice_id="v", duration_seconds=duration)
    return attrs.evolve(spec, **changes)


def work(
    spec: AdSpec, *, clip: float | None = None, scenes: int | None = None
) -> tuple[WorkItem, ...]:
    plan = typical(spec)
    kept = plan.scenes[:scenes]
    if clip is not None:
        kept = tuple(attrs.evolve(scene, duration_seconds=clip) for scene in kept)
    return break_down(spec, attrs.evolve(plan, scenes=kept))


@pytest.mark.parametrize(
    ("edition", "items", "credits_", "jobs"),
    [
        (1, work(ad(15)), 170, 8),
        (1, work(ad(15), scenes=2), 115, 6),
        (2, work(ad(15)), 140, 8),
        (2, work(ad(30)), 232, 12),
        (2, work(ad(60)), 454, 20),
        (2, work(ad(60), clip=6), 415, 20),
        (2, work(ad(15, ad_format=RADIO)), 4, 2),
        (2, work(ad(30, ad_format=RADIO)), 5, 2),
        (2, work(ad(60, ad_format=RADIO)), 8, 2),
        (2, regeneration(work(ad(15)), 1), 47, 3),
    ],
    ids=[
        "edition 1, 15 s", "edition 1, two scenes", "15 s", "30 s", "60 s", "60 s, nine 6 s clips",
        "radio 15 s", "radio 30 s", "radio 60 s", "a scene regenerated",
    ],
)  # fmt: skip
def test_the_published_totals(edition: Any, items: Any, credits_: Any, jobs: Any) -> None:
    estimate = pricing.estimate(items, pricing.card(edition))

    assert (estimate.total, len(estimate.lines)) == (credits_, jobs)


def test_an_edit_of_the_script_of_a_15_s_ad_costs_5() -> None:
    spec = ad(15)
    plan = typical(spec)
    old = break_down(spec, attrs.evolve(plan, segments=(Segment(text="Old.", scene_index=0),)))
    new = break_down(spec, attrs.evolve(plan, segments=(Segment(text="New.", scene_index=0),)))

    left = rebuild(old, new).new

    assert left == ("voice", "film")
    assert pricing.estimate([item for item in new if item.key in left]).total == 5


@pytest.mark.parametrize(
    ("operation", "grade", "first", "second"),
    [
        (Operation.EDIT_IMAGE, (1,), 10, 5),
        (Operation.EDIT_IMAGE, (2,), 20, 10),
        (Operation.EDIT_IMAGE, (3,), 30, 15),
        (Operation.GENERATE_CLIP, (VideoModel.FAST, 4), 35, 24),
        (Operation.GENERATE_CLIP, (VideoModel.FAST, 6), 35, 35),
        (Operation.GENERATE_CLIP, (VideoModel.FAST, 8), 35, 48),
        (Operation.GENERATE_CLIP, (VideoModel.PREMIUM, 4), 35, 60),
        (Operation.GENERATE_CLIP, (VideoModel.PREMIUM, 6), 35, 90),
        (Operation.GENERATE_CLIP, (VideoModel.PREMIUM, 8), 35, 120),
        (Operation.SPEAK, (AdFormat.VIDEO, 15), 3, 3),
        (Operation.SPEAK, (AdFormat.VIDEO, 30), 3, 5),
        (Operation.SPEAK, (AdFormat.VIDEO, 60), 3, 8),
        (Operation.COMPOSE, (), 2, 2),
    ],
)
def test_the_rates_both_editions_have(operation: Any, grade: Any, first: Any, second: Any) -> None:
    assert pricing.rate(pricing.card(1), operation, grade) == first
    assert pricing.rate(pricing.card(2), operation, grade) == second


@pytest.mark.parametrize(
    ("operation", "grade", "credits_"),
    [
        (Operation.SPEAK, (AdFormat.RADIO, 15), 2),
        (Operation.SPEAK, (AdFormat.RADIO, 30), 3),
        (Operation.SPEAK, (AdFormat.RADIO, 60), 6),
        (Operation.MIX, (), 2),
        (Operation.PREVIEW_VOICE, (), 3),
    ],
)
def test_the_rates_only_edition_2_has(operation: Any, grade: Any, credits_: Any) -> None:
    item = WorkItem(key="x", operation=operation, grade=grade)

    assert pricing.price(item) == credits_
    with pytest.raises(InvalidRequestError, match="Edition 1 does not sell"):
        pricing.price(item, pricing.card(1))


def test_all_that_is_not_sold_is_named_at_once() -> None:
    items = [
        *work(ad(15, ad_format=RADIO)),
        WorkItem(key="preview", operation=Operation.PREVIEW_VOICE),
        WorkItem(key="edit", operation=Operation.EDIT_IMAGE, grade=(4,)),
    ]

    with pytest.raises(InvalidRequestError) as caught:
        pricing.estimate(items, pricing.card(1))

    assert caught.value.field_errors == {
        "ad_format": (
            "Edition 1 does not sell voiceover radio 15",
            "Edition 1 does not sell audio_compositing",
        ),
        "variants": ("Edition 1 does not sell nanobanana_edit 4",),
    }
    assert caught.value.form_errors == ("Edition 1 does not sell voice_preview",)


def test_unknown_editions_and_packages_are_named() -> None:
    with pytest.raises(InvalidRequestError, match="Edition must be 1 or 2"):
        pricing.card(0)
    with pytest.raises(InvalidRequestError, match="Edition must be 1 or 2"):
        pricing.packages(9)
    with pytest.raises(NotFoundError, match="api-none"):
        pricing.package("api-none")


@pytest.mark.parametrize(
    ("edition", "sold"),
    [
        (1, [(500, 3900, "$39", False), (2000, 11900, "$119", True), (5000, 24900, "$249", False)]),
        (2, [(500, 3900, "$39", False), (2000, 11900, "$119", True), (5500, 29900, "$299", False)]),
    ],
)
def test_the_packages(edition: Any, sold: Any) -> None:
    assert [
        (p.credits, p.price_cents, p.price_display, p.popular) for p in pricing.packages(edition)
    ] == sold
    assert [p.name for p in pricing.packages(edition)] == ["API Starter", "API Growth", "API Scale"]


def test_a_price_with_cents_shows_them() -> None:
    assert attrs.evolve(pricing.package("api-starter"), price_cents=3905).price_display == "$39.05"


@pytest.mark.parametrize(
    ("duration", "lengths", "text", "seconds"),
    [
        (15, (), "", 15),
        (15, (10,), "Look.", 30),
        (15, (10, 5), "Look.", 30),
        (15, (10, 6), "Look.", 60),
        (15, (10, 6), "  ", 15),
        (30, (30,), "Look.", 60),
        (60, (30, 30), "Look.", 60),
    ],
)
def test_narrated_clips_lengthen_the_narration(
    duration: Any, lengths: Any, text: Any, seconds: Any
) -> None:
    clips = tuple(CustomClip(0, AssetId("c"), length, text) for length in lengths)
    (voice,) = (item for item in work(ad(duration, custom_clips=clips)) if item.key == "voice")

    assert voice.grade == (AdFormat.VIDEO, seconds)


def test_custom_clips_cost_nothing_by_themselves() -> None:
    clips = (CustomClip(1, AssetId("c"), 30),) * 10

    assert pricing.estimate(work(ad(15, custom_clips=clips))).total == 140


def test_a_radio_ad_is_not_lengthened_by_clips_it_ignores() -> None:
    spec = ad(15, ad_format=RADIO, custom_clips=(CustomClip(0, AssetId("c"), 30, "Look."),))

    assert pricing.estimate(break_down(spec, Plan(segments=()))).total == 4


# -- what a budget buys --------------------------------------------------------------


def offer(
    model: VideoModel, variants: int, clips: tuple[int, ...], credits_: int
) -> tuple[Setting, tuple[WorkItem, ...]]:
    setting = Setting(
        ad_format=AdFormat.VIDEO, video_model=model, variants=variants, clip_seconds=clips
    )
    item = WorkItem(key="x", operation=Operation.COMPOSE)
    return setting, (item,) * (credits_ // 2)


CHEAP = offer(VideoModel.FAST, 1, (6, 6), 60)
MORE_VARIANTS = offer(VideoModel.FAST, 2, (6, 6), 80)
MORE_FOOTAGE = offer(VideoModel.FAST, 1, (8, 8), 90)
DEAR = offer(VideoModel.PREMIUM, 2, (8, 8), 200)


def advised(
    *candidates: tuple[Setting, tuple[WorkItem, ...]], budget: int
) -> list[tuple[int, int, Setting]]:
    return [
        (offer.tier, offer.credits, offer.setting) for offer in pricing.advise(candidates, budget)
    ]


def test_what_nothing_beats_comes_first_and_the_cheapest_of_a_tier() -> None:
    assert advised(CHEAP, MORE_FOOTAGE, MORE_VARIANTS, DEAR, budget=100) == [
        (1, 80, MORE_VARIANTS[0]),
        (1, 90, MORE_FOOTAGE[0]),
        (2, 60, CHEAP[0]),
    ]


def test_with_more_to_spend_the_best_beats_all() -> None:
    assert advised(CHEAP, MORE_FOOTAGE, MORE_VARIANTS, DEAR, budget=200)[0] == (1, 200, DEAR[0])


def test_the_budget_may_be_spent_to_the_last_credit() -> None:
    assert advised(CHEAP, budget=60) == [(1, 60, CHEAP[0])]
    assert advised(CHEAP, budget=59) == []


def test_of_equals_the_cheaper_is_better() -> None:
    dearer = (CHEAP[0], CHEAP[1] * 2)

    assert [tier for tier, _, _ in advised(dearer, CHEAP, budget=500)] == [1, 2]
    assert advised(dearer, CHEAP, budget=500)[0][1] == 60


# -- what is left of a price ---------------------------------------------------------


@pytest.mark.parametrize(
    ("item", "dollars"),
    [
        (WorkItem(key="x", operation=Operation.EDIT_IMAGE, grade=(2,)), 0.13512),
        (WorkItem(key="x", operation=Operation.GENERATE_CLIP, grade=(VideoModel.FAST, 4)), 0.32),
        (WorkItem(key="x", operation=Operation.GENERATE_CLIP, grade=(VideoModel.PREMIUM, 8)), 1.6),
        (WorkItem(key="x", operation=Operation.SPEAK, grade=(RADIO, 60)), 0.09),
        (WorkItem(key="x", operation=Operation.PREVIEW_VOICE, inputs={"text": "x" * 5000}), 0.5),
        (WorkItem(key="x", operation=Operation.PREVIEW_VOICE), 0.15),
        (WorkItem(key="x", operation=Operation.COMPOSE), 0),
        (WorkItem(key="x", operation=Operation.MIX), 0),
    ],
)
def test_what_the_providers_ask(item: Any, dollars: Any) -> None:
    assert pricing.cost_microdollars(item) == round(dollars * 1e6)


def test_what_is_left_of_an_ad() -> None:
    report = pricing.margins(work(ad(15)))
    revenue = pricing.revenue_microdollars(report.credits, pricing.package("api-scale"))

    # 6 pictures, 18 s of clips, 225 characters, one plan.
    assert report.cost_microdollars == 6 * 67_560 + 18 * 80_000 + 225 * 100 + 20_000
    assert report.credits == 140
    assert revenue == 7_610_909
    margin = pricing.margin_percent(revenue, report.cost_microdollars)
    assert margin is not None
    assert round(margin) == 75


def test_sound_makes_clips_dearer() -> None:
    clip = WorkItem(key="x", operation=Operation.GENERATE_CLIP, grade=(VideoModel.PREMIUM, 6))

    assert pricing.cost_microdollars(clip, pricing.WITH_SOUND) == 2_400_000


def test_no_revenue_has_no_margin() -> None:
    assert pricing.margin_percent(0, 5) is None


def test_every_unit_price_says_when_it_was_seen() -> None:
    assert all(row.seen == "2026-11" for row in pricing.UNIT_PRICES.rows())


def test_advice_goes_by_the_card_it_is_given() -> None:
    setting = Setting(ad_format=AdFormat.VIDEO, video_model=VideoModel.FAST, variants=2)

    offers = pricing.advise([(setting, work(ad(15)))], 200, pricing.card(1))

    assert [offer.credits for offer in offers] == [170]


def test_a_margin_report_names_its_steps_and_goes_by_the_tables_it_is_given() -> None:
    items = work(ad(15))

    report = pricing.margins(items, pricing.card(1), pricing.WITH_SOUND)

    assert [line.key for line in report.lines] == [item.key for item in items]
    assert [line.operation for line in report.lines] == [item.operation for item in items]
    assert report.credits == 170
    assert report.cost_microdollars == 6 * 67_560 + 18 * 100_000 + 225 * 100 + 20_000


def test_what_is_not_on_sale_is_named() -> None:
    with pytest.raises(InvalidRequestError) as wrong:
        pricing.packages(3)
    with pytest.raises(NotFoundError) as missing:
        pricing.package("api-none")

    assert wrong.value.field_errors == {"edition": ("Edition must be 1 or 2",)}
    assert (missing.value.kind, missing.value.id) == ("package", "api-none")


def test_an_edition_that_is_none_is_a_fault_of_its_field() -> None:
    with pytest.raises(InvalidRequestError) as caught:
        pricing.card(0)

    assert caught.value.field_errors == {"edition": ("Edition must be 1 or 2",)}


def test_an_estimate_has_a_line_for_each_job_in_its_words() -> None:
    items = work(ad(15, ad_format=RADIO))

    assert [(line.key, line.operation, line.credits) for line in pricing.estimate(items).lines] == [
        ("voice", Operation.SPEAK, 2),
        ("mix", Operation.MIX, 2),
    ]


def test_a_film_is_worth_more_than_sound_alone() -> None:
    film = Setting(ad_format=AdFormat.VIDEO, video_model=VideoModel.FAST, variants=1)

    assert worth(film)[0] > worth(Setting(ad_format=AdFormat.RADIO))[0]


def test_equal_offers_at_equal_prices_are_both_the_best() -> None:
    assert [tier for tier, _, _ in advised(CHEAP, CHEAP, budget=500)] == [1, 1]
