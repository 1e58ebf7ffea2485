"""
``ars0n brand``: what every ad of this machine looks like, unless its order says otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ars0n_adapters.cli import customers, files, orders
from ars0n_adapters.cli.arguments import OPTIONS
from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_core import wire
from ars0n_core.errors import InvalidRequestError
from ars0n_core.specs.brands import BrandKit
from ars0n_core.usecases import brands

if TYPE_CHECKING:
    from argparse import Namespace

    from ars0n_adapters.bootstrap import Product


def brand(product: Product, options: Namespace) -> dict[str, Any]:
    """
    Show, save or clear the brand kit and return it as it then is, as the API answers.

    Raises:
        FaultyOptionsError: A field or the logo can't be used; the kit stays as it was.
    """
    caller = customers.local_caller(product)
    match options.action:
        case "save":
            kit = _save(product, options)
        case "clear":
            kit = brands.save(product.ports, product.policy, caller, BrandKit())
        case _:
            kit = brands.show(product.ports, caller)
    return dict(wire.unstructure_brand_kit(kit))


def _save(product: Product, options: Namespace) -> BrandKit:
    caller = customers.local_caller(product)
    given = {
        "companyName": options.company,
        "gradientColor": options.gradient_color,
        "ctaDesign": options.cta,
        "brandFont": options.brand_font,
        "tagline": options.tagline,
        "website": options.website,
        "legalLine": options.legal_line,
    }
    body = {name: value for name, value in given.items() if value is not None}
    logos = []
    if options.logo is not None:
        logos.append(files.NamedFile("--logo", options.logo, "logo"))
    faults = [(logo.label, fault) for logo in logos if (fault := files.fault_of(logo))]
    if not body and not logos:
        faults.append(("brand save", "Give at least one field, or clear the kit"))
    try:
        wire.structure_brand_kit(body)
    except InvalidRequestError as error:
        faults += orders.told(error).faults
    if faults:
        raise FaultyOptionsError(faults)
    stored = files.stored(files.by_name(logos), product.ports, product.policy, caller)
    if stored:
        body["logoAssetId"] = stored["file:0"].id
    try:
        kit = wire.structure_brand_kit(body)
        return brands.save(product.ports, product.policy, caller, kit)
    except InvalidRequestError as error:
        raise orders.told(error) from None


def as_text(kit: dict[str, Any]) -> str:
    """
    Return the kit as a table, each field by the option that saves it.
    """
    rows = [(OPTIONS.get(name, name), value) for name, value in kit.items() if value is not None]
    if not rows:
        return "no brand kit is saved"
    width = max(len(option) for option, _ in rows)
    return "\n".join(f"{option:<{width}}  {value}" for option, value in rows)
