"""
Answers out: values as the JSON that the documents show.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core.plans.budget import seconds_available
from ars0n_core.specs.brands import FIELDS
from ars0n_core.wire.names import SPEC_NAMES
from ars0n_core.wire.plans import plain_number, unstructure_plan
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from ars0n_core.plans.model import Plan
    from ars0n_core.pricing.estimate import Estimate
    from ars0n_core.specs.brands import BrandKit
    from ars0n_core.specs.model import AdFormat, AdSpec
    from ars0n_core.work import Json


def unstructure_spec(spec: AdSpec) -> dict[str, Json]:
    """
    Return *spec* as a body of ``/generate`` that orders the same.
    """
    body: dict[str, Json] = {}
    for ours, name in SPEC_NAMES.items():
        value = getattr(spec, ours)
        if ours == "custom_clips":
            value = [
                {
                    "position": clip.position,
                    "asset_id": clip.asset_id,
                    "voiceover_text": clip.voiceover_text,
                    "duration_seconds": plain_number(clip.duration_seconds),
                }
                for clip in value
            ]
        elif ours == "brand_kit":
            value = None if value else value  # on is what an order is by itself
        elif isinstance(value, tuple):
            value = list(value)
        elif isinstance(value, str):
            value = str(value)
        if value is not None and value != []:
            body[name] = value
    return body


def unstructure_brand_kit(kit: BrandKit) -> dict[str, Json]:
    """
    Return *kit* as the body that saves it, with null for what is left to each order.
    """
    values = {name: getattr(kit, name) for name in FIELDS}
    return {
        SPEC_NAMES[name]: None if value is None else str(value) for name, value in values.items()
    }


def unstructure_estimate(ad_format: AdFormat, estimate: Estimate) -> dict[str, Json]:
    """
    Return the answer of ``/estimate``.
    """
    return {"adFormat": str(ad_format), **unstructure_price(estimate)}


def unstructure_price(estimate: Estimate) -> dict[str, Json]:
    """
    Return a price, line by line, with the jobs and scenes it is for.
    """
    return {
        "estimatedCredits": estimate.total,
        "breakdown": [
            {"operation": str(line.operation), "credits": line.credits} for line in estimate.lines
        ],
        "jobCount": len(estimate.lines),
        "sceneCount": sum(line.operation is Operation.GENERATE_CLIP for line in estimate.lines),
    }


def unstructure_plan_answer(spec: AdSpec, plan: Plan, estimate: Estimate) -> dict[str, Json]:
    """
    Return the answer of ``/plan``.
    """
    return {
        "plan": unstructure_plan(plan),
        **unstructure_price(estimate),
        "estimatedDurationSeconds": plain_number(seconds_available(spec)),
    }
