"""
Law: an estimate equals the charge, and the quote of an edit equals the charge of the edit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ars0n_core import pricing
from ars0n_core.plans.breakdown import break_down
from ars0n_core.specs.model import AdFormat, AdSpec
from ars0n_core.testing.strategies import ads, edits
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.estimate import EstimateOrder, estimate

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ars0n_core.plans.model import Plan
    from ars0n_core.testing.shop import Shop

    OpenShop = Callable[[], AbstractContextManager[Shop]]


def charged(shop: Shop, reference: str) -> int:
    return sum(entry.credits for entry in shop.entries() if entry.reference == reference)


def owned(shop: Shop, ad: tuple[AdSpec, Plan]) -> tuple[AdSpec, Plan]:
    """
    The ad with an image of this shop's, and nothing else uploaded.
    """
    spec, plan = ad
    spec = evolve(spec, custom_clips=(), logo_asset_id=None, music_asset_id=None)
    if spec.ad_format is AdFormat.RADIO:
        return spec, plan
    image = shop.image()
    scenes = tuple(evolve(scene, image_asset_id=image) for scene in plan.scenes)
    return evolve(spec, image_asset_ids=(image,)), evolve(plan, scenes=scenes)


@given(ads())
def test_what_is_charged_is_what_the_work_list_costs(
    open_shop: OpenShop, ad: tuple[AdSpec, Plan]
) -> None:
    with open_shop() as shop:
        spec, plan = owned(shop, ad)

        ordered = shop.order(spec, plan)

        price = pricing.estimate(break_down(spec, plan), pricing.card()).total
        assert ordered.total_credits == price == charged(shop, f"charge/{ordered.version_id}")


@given(ads())
def test_an_ad_nobody_planned_costs_its_estimate(
    open_shop: OpenShop, ad: tuple[AdSpec, Plan]
) -> None:
    with open_shop() as shop:
        spec, _ = owned(shop, ad)
        order = EstimateOrder(
            duration_seconds=spec.duration_seconds,
            ad_format=spec.ad_format,
            image_count=1,
            aspect_ratio=spec.aspect_ratio,
            video_model=spec.video_model,
            variants=spec.variants,
        )

        ordered = shop.order(spec)

        said = estimate(order).estimate
        assert (said.total, len(said.lines)) == (ordered.total_credits, ordered.job_count)


@settings(max_examples=max(10, settings().max_examples // 5))
@given(ads(), st.data())
def test_an_edit_is_charged_as_it_was_quoted(
    open_shop: OpenShop, ad: tuple[AdSpec, Plan], data: st.DataObject
) -> None:
    with open_shop() as shop:
        ordered = shop.order(*owned(shop, ad))
        shop.finish(ordered.version_id)
        version = shop.version(ordered.version_id)
        plan = data.draw(edits(version.plan))
        ask = (shop.ports, shop.policy, shop.caller, version.id)

        quoted = edit(*ask, plan=plan, dry_run=True)
        before = len(shop.entries())
        made = edit(*ask, plan=plan)

        assert (made.credits, made.new_keys) == (quoted.credits, quoted.new_keys)
        assert charged(shop, f"charge/{made.version_id}") == quoted.credits
        assert len(shop.entries()) == before + (1 if quoted.credits else 0)
