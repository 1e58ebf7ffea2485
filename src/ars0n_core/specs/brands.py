"""
What a brand always looks like: saved once, and put into every order that leaves it out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import attrs
from attrs import evolve, frozen

from ars0n_core.ids import AssetId
from ars0n_core.specs.model import AdFormat, BrandFont, CtaDesign

if TYPE_CHECKING:
    from ars0n_core.specs.model import AdSpec


@frozen(kw_only=True)
class BrandKit:
    """
    The fields of an order that are a brand's own; what is None is left to each order.
    """

    company_name: str | None = None
    logo_asset_id: AssetId | None = None
    gradient_color: str | None = None
    cta_design: CtaDesign | None = None
    brand_font: BrandFont | None = None
    tagline: str | None = None
    website: str | None = None
    legal_line: str | None = None


FIELDS: Final = tuple(field.name for field in attrs.fields(BrandKit))
SPOKEN: Final = ("company_name",)
"""
What a radio ad takes of a kit: the rest is to be seen.
"""


def applied(kit: BrandKit | None, spec: AdSpec) -> AdSpec:
    """
    Return *spec* with what it leaves out taken from *kit*, unless it wants none of it.

    A text that the order gives as empty stays empty: that is how one field is left out.
    """
    if kit is None or not spec.brand_kit:
        return spec
    names = SPOKEN if spec.ad_format is AdFormat.RADIO else FIELDS
    taken = {name: getattr(kit, name) for name in names if getattr(spec, name) is None}
    return evolve(spec, **taken)
