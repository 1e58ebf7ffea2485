"""
An order as a whole, before anything is done for it: its faults and its plan's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ars0n_core import specs
from ars0n_core.errors import (
    FetchRefusedError,
    InvalidRequestError,
    PlanExpiredError,
    ProviderRejectedError,
    ProviderUnavailableError,
)
from ars0n_core.plans import derive
from ars0n_core.plans.faults import check as check_plan
from ars0n_core.ports.providers import Picture
from ars0n_core.specs.model import AdFormat
from ars0n_core.usecases import deliverable, materials, texts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ars0n_core.assets import Asset
    from ars0n_core.ids import AssetId
    from ars0n_core.plans.model import Plan
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.specs.faults import Faults
    from ars0n_core.specs.model import AdSpec


def check(
    ports: Ports,
    policy: Policy,
    spec: AdSpec,
    plan: Plan | None = None,
    *,
    images_required: bool = True,
    deliver: Sequence[str] = (),
) -> PlanExpiredError | None:
    """
    Refuse an order with faults, all of them at once: its own, its voice's, its plan's, and
    those of the profiles it shall be delivered for.

    That the plan names other images is returned, not raised: what is wrong with the
    images themselves is told first.

    Raises:
        InvalidRequestError: With every fault.
    """
    faults = specs.find_faults(
        spec, specs.limits_of(policy.edition), images_required=images_required
    )
    if "voice_id" not in faults.by_field and ports.voices.voice(spec.voice_id) is None:
        message = f"There is no voice {spec.voice_id}: choose one from the list of voices"
        faults.add("voice_id", message)
    if "image_urls" not in faults.by_field and spec.ad_format is AdFormat.VIDEO:
        _check_urls(ports, spec, faults)
    expired = None
    # They can only be judged against an order of a known length and sound clips.
    if not {"duration_seconds", "custom_clips"} & set(faults.by_field):
        _check_deliveries(policy, spec, deliver, faults)
        expired = _check_plan(ports, spec, plan, faults) if plan is not None else None
    faults.raise_any()
    return expired


def _check_deliveries(policy: Policy, spec: AdSpec, deliver: Sequence[str], faults: Faults) -> None:
    try:
        deliverable.check(policy, spec, deliver)
    except InvalidRequestError as error:
        for message in error.field_errors["deliver"]:
            faults.add("deliver", message)


def _check_plan(ports: Ports, spec: AdSpec, plan: Plan, faults: Faults) -> PlanExpiredError | None:
    try:
        check_plan(spec, plan)
    except PlanExpiredError as error:
        return error
    except InvalidRequestError as error:
        for name, messages in error.field_errors.items():
            for message in messages:
                faults.add(name, message)
    else:
        told = derive.complete(spec, plan)
        faults.merge(texts.find_faults(ports, spec, told, planned=False))
    return None


def _check_urls(ports: Ports, spec: AdSpec, faults: Faults) -> None:
    # What a URL itself tells: the rest is known when it is fetched.
    for index, url in enumerate(spec.image_urls):
        try:
            ports.fetcher.check(url)
        except FetchRefusedError as error:
            faults.add("image_urls", f"{index}: {error}")


def ask_planner(ports: Ports, spec: AdSpec, assets: Mapping[AssetId, Asset]) -> Plan:
    """
    Return a whole, sound plan for *spec*, whose pictures *assets* has.

    Raises:
        InvalidRequestError: The planner refuses the order, or it can't be spoken or drawn.
        ProviderUnavailableError: It can't plan now, or its plan is no good.
    """
    shown = spec.image_asset_ids if spec.ad_format is AdFormat.VIDEO else ()
    with ports.scratch.folder() as folder:
        paths = materials.copy_out(
            ports, {f"image-{i}": assets[asset_id] for i, asset_id in enumerate(shown)}, folder
        )
        pictures = [
            Picture(asset_id=asset_id, path=paths[f"image-{i}"]) for i, asset_id in enumerate(shown)
        ]
        try:
            plan = ports.planner.plan(spec, pictures)
        except ProviderRejectedError as error:
            raise InvalidRequestError({"prompt": [str(error) or "Refused"]}) from error
    try:
        check_plan(spec, plan)
    except InvalidRequestError as error:
        # The customer wrote none of it, so it is no fault of the order.
        raise ProviderUnavailableError(f"The plan is no good: {error}", port="planner") from error
    plan = derive.complete(spec, plan)
    texts.find_faults(ports, spec, plan, planned=True).raise_any()
    return plan
