"""
Ordering an ad: what is refused in which order, what is charged, what is stored.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_core import ledger
from ars0n_core.assets import AssetKind
from ars0n_core.errors import (
    AssetNotOwnedError,
    BudgetExceededError,
    ConcurrencyLimitError,
    InsufficientCreditsError,
    InvalidRequestError,
    NotFoundError,
    PlanExpiredError,
    PriceExceededError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from ars0n_core.ids import ApiKeyId, AssetId, ProjectId
from ars0n_core.ledger import PREPAID, RECEIVABLE, EntryKind
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.projects import VersionStatus
from ars0n_core.quotas import Tier
from ars0n_core.specs.model import CustomClip
from ars0n_core.usecases.callers import Caller
from ars0n_core.usecases.generate import generate
from ars0n_core.usecases.jobs import cancel, regenerate
from ars0n_core.usecases.plan import plan
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Stage


def told(stage: Stage, **changes: object) -> Plan:
    spec = stage.film(**changes)
    return plan(stage.ports, stage.policy, stage.caller, spec).plan


def nothing_happened(stage: Stage, caller: Caller | None = None) -> bool:
    who = caller or stage.caller
    with stage.ports.store.transaction() as tx:
        projects = tx.projects.count(who.organization.id)
        versions = tx.versions.generating(who.organization.id)
    kinds = {entry.kind for entry in stage.entries(who)}
    return not projects and not versions and kinds <= {"grant"}


@pytest.mark.parametrize(
    ("seconds", "images", "price", "jobs"),
    [(15, 1, 140, 8), (15, 3, 140, 8), (30, 2, 232, 12), (60, 4, 454, 20)],
)
def test_a_film_costs_what_is_published(
    stage: Stage, seconds: int, images: int, price: int, jobs: int
) -> None:
    pictures = tuple(stage.asset() for _ in range(images))

    ordered = stage.order(stage.film(duration_seconds=seconds, image_asset_ids=pictures))

    assert (ordered.total_credits, ordered.job_count) == (price, jobs)
    assert stage.balance() == 1000 - price


@pytest.mark.parametrize(("seconds", "price"), [(15, 4), (30, 5), (60, 8)])
def test_a_radio_ad_costs_what_is_published(stage: Stage, seconds: int, price: int) -> None:
    ordered = stage.order(stage.radio(duration_seconds=seconds))

    assert (ordered.total_credits, ordered.job_count) == (price, 2)


def test_every_paid_step_is_a_posting_named_by_its_job(stage: Stage) -> None:
    ordered = stage.order()

    (charge,) = (entry for entry in stage.entries() if entry.kind == "charge")
    jobs = stage.version(ordered.version_id).pipeline.jobs
    assert {posting.item for posting in charge.postings} == set(jobs)
    assert charge.version_id == ordered.version_id


def test_picture_fields_of_a_radio_ad_are_ignored(stage: Stage) -> None:
    spec = stage.radio(image_urls=("http://nowhere.example/x.png",), logo_asset_id=AssetId("gone"))

    ordered = stage.order(spec)

    assert ordered.total_credits == 4
    assert stage.version(ordered.version_id).spec.image_urls == ()


def test_all_faults_are_told_together(stage: Stage) -> None:
    spec = stage.film(prompt="", voice_id="nobody", music_volume=2.0)
    bad = Plan(
        segments=(Segment(text="Hi.", scene_index=0),),
        scenes=(Scene(scene_index=0, description="", duration_seconds=9),),
    )

    with pytest.raises(InvalidRequestError) as caught:
        stage.order(spec, plan=bad)

    found = set(caught.value.field_errors)
    assert {"prompt", "voice_id", "music_volume", "plan.scenes"} <= found
    assert nothing_happened(stage)


def test_a_narration_that_can_not_fit_is_refused_before_anything_is_charged(stage: Stage) -> None:
    whole = told(stage)
    long = evolve(whole, segments=(Segment(text="word " * 200, scene_index=0),))

    with pytest.raises(InvalidRequestError, match="too long"):
        stage.order(plan=long)

    assert nothing_happened(stage)


def test_a_missing_asset_is_not_found_before_the_plan_is_expired(stage: Stage) -> None:
    spec = stage.film(image_asset_ids=(AssetId("gone"),))
    whole = told(stage)

    with pytest.raises(NotFoundError, match="gone"):
        stage.order(spec, plan=whole)


@pytest.mark.parametrize(
    "change",
    [
        lambda theirs: {"image_asset_ids": (theirs[AssetKind.IMAGE],)},
        lambda theirs: {"logo_asset_id": theirs[AssetKind.IMAGE]},
        lambda theirs: {"music_asset_id": theirs[AssetKind.AUDIO]},
        lambda theirs: {"custom_clips": (CustomClip(0, theirs[AssetKind.VIDEO], 3),)},
    ],
    ids=["image", "logo", "music", "clip"],
)
def test_another_organisations_asset_is_forbidden(
    stage: Stage, change: Callable[[dict[AssetKind, AssetId]], dict[str, Any]]
) -> None:
    rival = stage.customer("theirs")
    theirs = {kind: stage.asset(kind, caller=rival) for kind in AssetKind}

    with pytest.raises(AssetNotOwnedError):
        stage.order(stage.film(**change(theirs)))

    assert nothing_happened(stage)


def test_an_asset_of_the_wrong_kind_is_a_field_fault(stage: Stage) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        stage.order(stage.film(logo_asset_id=stage.asset(AssetKind.AUDIO)))

    assert set(caught.value.field_errors) == {"logo_asset_id"}


def test_a_plan_of_other_images_has_expired_even_for_the_poor(stage: Stage) -> None:
    whole = told(stage)
    poor = stage.customer("poor")
    spec = stage.film(image_asset_ids=(stage.asset(caller=poor),))

    with pytest.raises(PlanExpiredError):
        stage.order(spec, poor, plan=whole)


def test_a_full_tier_is_told_before_a_short_balance(stage: Stage) -> None:
    one = stage.customer("one", 140)
    spec = stage.film(image_asset_ids=(stage.asset(caller=one),))
    stage.order(spec, one)

    with pytest.raises(ConcurrencyLimitError) as caught:
        stage.order(spec, one)

    assert (caught.value.active, caught.value.maximum) == (1, 1)


@pytest.mark.parametrize(
    ("tier", "slots"), [(Tier.FREE, 1), (Tier.STARTER, 1), (Tier.PRO, 2), (Tier.ENTERPRISE, 3)]
)
def test_a_tier_has_so_many_slots(stage: Stage, tier: Tier, slots: int) -> None:
    caller = stage.customer("busy", 1000, tier=tier)
    for _ in range(slots):
        stage.order(stage.radio(), caller)

    with pytest.raises(ConcurrencyLimitError):
        stage.order(stage.radio(), caller)


def test_what_the_balance_does_not_cover_is_neither_planned_nor_stored(stage: Stage) -> None:
    poor = stage.customer("poor", 139)
    spec = stage.film(image_asset_ids=(stage.asset(caller=poor),))

    with pytest.raises(InsufficientCreditsError) as caught:
        stage.order(spec, poor)

    assert (caught.value.required, caught.value.available) == (140, 139)
    assert nothing_happened(stage, poor)
    assert stage.ports.planner.asked == 0


def test_a_keys_monthly_cap_holds_until_the_month_is_over(stage: Stage) -> None:
    capped = stage.customer("capped", 1000, cap=8)
    stage.finished(stage.radio(), capped)
    stage.finished(stage.radio(), capped)

    with pytest.raises(BudgetExceededError) as caught:
        stage.order(stage.radio(), capped)
    assert (caught.value.cap, caught.value.spent, caught.value.required) == (8, 8, 4)

    stage.clock.moment = stage.clock.moment.replace(month=4)
    assert stage.order(stage.radio(), capped).total_credits == 4


def test_what_comes_back_of_last_months_charges_is_not_this_months_to_spend(stage: Stage) -> None:
    capped = stage.customer("capped", 1000, cap=8, tier=Tier.ENTERPRISE)
    late = stage.order(stage.radio(), capped)
    stage.clock.moment = stage.clock.moment.replace(month=4)
    cancel(stage.ports, capped, late.version_id)
    assert stage.balance(capped) == 1000
    for _ in range(2):
        stage.finished(stage.radio(), capped)

    with pytest.raises(BudgetExceededError) as caught:
        stage.order(stage.radio(), capped)

    assert caught.value.spent == 8


def test_what_fails_is_given_back_to_the_key_that_paid_for_it(stage: Stage) -> None:
    first = stage.customer("first", 1000, cap=140)
    assert first.key is not None
    another = evolve(first.key, id=ApiKeyId("key_second"), monthly_credits_max=50)
    second = Caller(first.organization, another)
    spec = stage.film(image_asset_ids=(stage.asset(caller=first),))
    clips = stage.flaky("clips")
    clips.plan_fault("check", None, *[ProviderUnavailableError("later")] * 5)
    ordered = stage.order(spec, first)
    made = stage.until_made(ordered.version_id, Operation.GENERATE_CLIP, first)
    regenerate(stage.ports, stage.policy, second, made.id)
    stage.flaky("compositor").plan_fault("render", ZeroDivisionError())
    assert stage.finish(ordered.version_id, first).status is VersionStatus.FAILED
    assert stage.balance(first) == 1000

    spent = [ledger.spent_by(stage.entries(first), key.id) for key in (first.key, another)]

    assert spent == [0, 0]
    given = [entry for entry in stage.entries(first) if entry.kind is EntryKind.REFUND]
    assert sum(entry.credits for entry in given if entry.api_key_id == first.key_id) == 140
    assert sum(entry.credits for entry in given if entry.api_key_id == second.key_id) == 45


def test_a_price_above_what_was_allowed_is_refused(stage: Stage) -> None:
    with pytest.raises(PriceExceededError) as caught:
        stage.order(max_credits=139)

    assert (caught.value.price, caught.value.max_credits) == (140, 139)
    assert nothing_happened(stage)


def test_image_urls_become_the_orders_assets(stage: Stage) -> None:
    stage.ports.fetcher.web["http://shop.example/a.png"] = b"\x89PNG\r\n\x1a\n lamp"

    ordered = stage.order(stage.film(image_urls=("http://shop.example/a.png",)))

    spec = stage.version(ordered.version_id).spec
    assert spec.image_urls == ()
    (image,) = spec.image_asset_ids
    with stage.ports.store.transaction() as tx:
        asset = tx.assets.find(image)
    assert asset.kind is AssetKind.IMAGE
    assert stage.blobs.exists(asset.blob_key)


def test_one_bad_url_among_good_ones_leaves_nothing_behind(stage: Stage) -> None:
    web = stage.ports.fetcher.web
    web["http://shop.example/a.png"] = b"\x89PNG\r\n\x1a\n lamp"
    web["http://shop.example/page"] = b"<html>"
    urls = ("http://shop.example/a.png", "http://shop.example/page", "http://shop.example/gone")

    with pytest.raises(InvalidRequestError) as caught:
        stage.order(stage.film(image_urls=urls))

    first, second = caught.value.field_errors["image_urls"]
    assert first.startswith("1:")
    assert second.startswith("2:")
    assert nothing_happened(stage)
    assert not stage.blobs.keys


def test_fetched_images_of_a_refused_order_are_removed(stage: Stage) -> None:
    stage.ports.fetcher.web["http://shop.example/a.png"] = b"\x89PNG\r\n\x1a\n lamp"
    stage.flaky("planner").plan_fault("plan", ProviderRejectedError("Refused"))

    with pytest.raises(InvalidRequestError, match="Refused"):
        stage.order(stage.film(image_urls=("http://shop.example/a.png",)))

    assert nothing_happened(stage)
    assert not stage.blobs.keys


def test_a_planner_that_is_away_costs_nothing(stage: Stage) -> None:
    stage.flaky("planner").plan_fault("plan", ProviderUnavailableError("later"))

    with pytest.raises(ProviderUnavailableError):
        stage.order()

    assert nothing_happened(stage)


def test_an_unlimited_customer_is_booked_but_not_limited(stage: Stage) -> None:
    partner = stage.customer("partner", unlimited=True)

    ordered = stage.order(stage.radio(), partner)

    assert ordered.total_credits == 4
    assert stage.balance(partner, RECEIVABLE) == -4
    assert stage.balance(partner, PREPAID) == 0


def test_a_test_key_is_charged_nothing(stage: Stage) -> None:
    tester = stage.customer("tester", key="sk_test_")

    report = stage.finished(stage.radio(), tester)

    assert report.output
    assert report.total_credits == 0
    assert not stage.entries(tester)


def test_a_project_collects_orders_and_a_strangers_does_not_exist(stage: Stage) -> None:
    first = stage.order(stage.radio())
    stage.finish(first.version_id)

    second = stage.order(stage.radio(), project_id=first.project_id)

    assert second.project_id == first.project_id
    rival = stage.customer("theirs", 100)
    with pytest.raises(NotFoundError):
        stage.order(stage.radio(), rival, project_id=first.project_id)
    with pytest.raises(NotFoundError):
        stage.order(stage.radio(), rival, project_id=ProjectId("proj_none"))


@pytest.mark.parametrize("round_", range(10))
def test_of_orders_at_the_same_moment_the_money_decides_one(stage: Stage, round_: int) -> None:
    caller = stage.customer("racer", 7, tier=Tier.ENTERPRISE)
    barrier = threading.Barrier(4)
    answers: list[object] = []

    def run() -> None:
        barrier.wait(timeout=30)
        try:
            answers.append(generate(stage.ports, stage.policy, caller, stage.radio()))
        except InsufficientCreditsError as error:
            answers.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)

    refused = [one for one in answers if isinstance(one, InsufficientCreditsError)]
    assert (len(answers), len(refused)) == (4, 3)
    assert stage.balance(caller) == 3
