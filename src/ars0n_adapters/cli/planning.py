"""
``ars0n plan``: how the ad would be told, as JSON to edit and pass back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ars0n_adapters.cli import making, orders
from ars0n_core import wire
from ars0n_core.errors import InvalidRequestError
from ars0n_core.specs.model import AdFormat, AdSpec
from ars0n_core.usecases.plan import plan as ask

if TYPE_CHECKING:
    from argparse import Namespace

    from ars0n_adapters.bootstrap import Product


def plan(product: Product, options: Namespace) -> dict[str, Any]:
    """
    Return the documents' answer to ``/plan`` for *options*; images are named by their
    place among ``--image``, so that ``--plan`` can take the plan back.

    Raises:
        FaultyOptionsError: The order is wrong.
    """
    caller = making.local_caller(product)
    order = orders.read(
        options,
        ad_format=AdFormat(options.format),
        default_voice=making.default_voice(product),
        images_required=False,
    )
    spec, _ = orders.store(order, product.ports, product.policy, caller)
    try:
        planned = ask(product.ports, product.policy, caller, spec)
    except InvalidRequestError as error:
        raise orders.told(error) from None
    answer: dict[str, Any] = wire.unstructure_plan_answer(spec, planned.plan, planned.estimate)
    _name_places(answer["plan"], spec)
    return answer


def _name_places(plan: dict[str, Any], spec: AdSpec) -> None:
    places = {asset_id: f"file:{place}" for place, asset_id in enumerate(spec.image_asset_ids)}
    for scene in plan.get("scenes", ()):
        asset_id = scene.get("image_asset_id")
        if asset_id in places:
            scene["image_asset_id"] = places[asset_id]
