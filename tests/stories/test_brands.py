"""
A brand kit is saved once, and put into every order that leaves it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.assets import AssetKind
from ars0n_core.errors import AssetInUseError, AssetNotOwnedError, InvalidRequestError
from ars0n_core.specs.brands import BrandKit
from ars0n_core.specs.model import BrandFont, CtaDesign
from ars0n_core.usecases import assets, brands

if TYPE_CHECKING:
    from ars0n_core.specs.model import AdSpec

    from .conftest import Stage

KIT = BrandKit(
    company_name="Nordlys", gradient_color="#1B5CFF", cta_design=CtaDesign.SPLIT,
    brand_font=BrandFont.PLAYFAIR_DISPLAY, tagline="Light, all winter",
    website="nordlys.example", legal_line="Nordlys AS, Oslo",
)  # fmt: skip


def save(stage: Stage, kit: BrandKit) -> None:
    brands.save(stage.ports, stage.policy, stage.caller, kit)
    with stage.ports.store.transaction() as tx:
        known = tx.organizations.find(stage.caller.organization.id)
    stage.caller = evolve(stage.caller, organization=known)


def ordered(stage: Stage, spec: AdSpec) -> AdSpec:
    version: AdSpec = stage.version(stage.order(spec).version_id).spec
    return version


def test_an_order_is_completed_from_the_saved_kit(stage: Stage) -> None:
    kit = evolve(KIT, logo_asset_id=stage.asset())
    save(stage, kit)

    assert brands.show(stage.ports, stage.caller) == kit
    spec = ordered(stage, stage.film())
    assert (spec.company_name, spec.tagline, spec.website, spec.legal_line) == (
        "Nordlys", "Light, all winter", "nordlys.example", "Nordlys AS, Oslo",
    )  # fmt: skip
    assert (spec.gradient_color, spec.cta_design) == ("#1B5CFF", CtaDesign.SPLIT)
    assert (spec.brand_font, spec.logo_asset_id) == (
        BrandFont.PLAYFAIR_DISPLAY, kit.logo_asset_id,
    )  # fmt: skip


def test_what_the_order_says_itself_stands(stage: Stage) -> None:
    save(stage, KIT)

    spec = ordered(stage, stage.film(company_name="Sol", tagline=""))

    assert (spec.company_name, spec.tagline, spec.website) == ("Sol", "", "nordlys.example")


def test_an_order_may_do_without_the_kit(stage: Stage) -> None:
    save(stage, KIT)

    assert not ordered(stage, stage.film(brand_kit=False)).has_end_card


def test_a_radio_ad_takes_the_name_alone(stage: Stage) -> None:
    save(stage, KIT)

    spec = ordered(stage, stage.radio())

    assert (spec.company_name, spec.tagline, spec.cta_design) == ("Nordlys", None, None)


def test_a_faulty_kit_is_refused_with_every_fault_and_the_old_one_kept(stage: Stage) -> None:
    save(stage, KIT)
    bad = BrandKit(gradient_color="blue", tagline="x" * 121, website="\ue123.example")

    with pytest.raises(InvalidRequestError) as caught:
        save(stage, bad)

    assert set(caught.value.field_errors) == {"gradient_color", "tagline", "website"}
    assert "U+E123" in caught.value.field_errors["website"][0]
    assert brands.show(stage.ports, stage.caller) == KIT


def test_a_kits_logo_is_a_picture_of_ones_own_and_cant_be_deleted(stage: Stage) -> None:
    theirs = stage.asset(caller=stage.customer("theirs"))
    with pytest.raises(AssetNotOwnedError):
        save(stage, BrandKit(logo_asset_id=theirs))
    with pytest.raises(InvalidRequestError):
        save(stage, BrandKit(logo_asset_id=stage.asset(AssetKind.AUDIO)))
    logo = stage.asset()
    save(stage, BrandKit(logo_asset_id=logo))
    with pytest.raises(AssetInUseError, match="brand kit"):
        assets.delete(stage.ports, stage.caller, logo)
    save(stage, BrandKit())
    assets.delete(stage.ports, stage.caller, logo)
