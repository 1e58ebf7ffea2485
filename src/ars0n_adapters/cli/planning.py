"""
``ars0n plan``: how the ad would be told, as JSON to edit and pass back, and as an animatic.
"""

from __future__ import annotations

import contextlib
import tempfile
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from ars0n_adapters.bootstrap import drafts
from ars0n_adapters.bootstrap.late import open_now
from ars0n_adapters.cli import changing, customers, files, orders
from ars0n_adapters.cli.faults import FaultyOptionsError
from ars0n_core import wire
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.errors import CompositorError, InvalidRequestError
from ars0n_core.specs import brands
from ars0n_core.specs.model import AdFormat, AdSpec
from ars0n_core.usecases import materials
from ars0n_core.usecases.plan import plan as ask

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Iterator

    from ars0n_adapters.bootstrap import Product
    from ars0n_adapters.cli.changing import Before
    from ars0n_adapters.cli.orders import Order
    from ars0n_core.ids import AssetId
    from ars0n_core.plans.model import Plan
    from ars0n_core.usecases.callers import Caller


def plan(product: Product, options: Namespace, screen: TextIO) -> dict[str, Any]:
    """
    Return the documents' answer to ``/plan`` for *options*; images are named by their
    place among ``--image``, so that ``--plan`` can take the plan back. A plan that is given
    is completed and priced instead of a new one, and so is the plan of the ad that was made
    of this order before, unless ``--fresh``. With ``--animatic`` it is filmed too.

    Raises:
        FaultyOptionsError: The order is wrong.
        CompositorError: The animatic can't be made.
    """
    order, target = _read(product, options)
    is_new = drafts.is_empty(product)
    caller = customers.newcomer(product) if is_new else customers.local_caller(product)
    found = None if is_new else changing.before(product, caller, order)
    try:
        if found is not None and found.is_of(order) and not options.fresh:
            screen.write("This is the plan of the ad made before; --fresh plans anew.\n")
            made = found.version
            return _told(product, caller, made.spec, made.plan, target)
        if found is not None:
            _quote(product, caller, order, found, screen)
        # Nothing of it is kept: whoever orders this ad brings his files again.
        with drafts.draft(product, caller.organization) as drafting, _loading(product, target):
            spec, given = orders.store(order, drafting.ports, drafting.policy, caller)
            return _told(drafting, caller, spec, given, target)
    except InvalidRequestError as error:
        raise orders.told(error) from None


def _read(product: Product, options: Namespace) -> tuple[Order, Path | None]:
    """
    Return the order and where its animatic goes, if one is wanted; every fault at once.
    """
    target: Path | None = options.animatic
    faults = [] if target is None else list(_misplaced(target, options))
    # A plan is written as it is, so that a pipe or device will do.
    is_file = options.out is not None and not files.is_special(options.out)
    if is_file and (fault := files.unwritable(options.out)):
        faults.append((f"--out {options.out}", fault))
    try:
        order = orders.read(
            options,
            ad_format=AdFormat(options.format),
            default_voice=customers.default_voice(product),
            images_required=False,
        )
    except FaultyOptionsError as error:
        raise FaultyOptionsError([*error.faults, *faults]) from None
    if faults:
        raise FaultyOptionsError(faults)
    return order, target


def _misplaced(target: Path, options: Namespace) -> Iterator[tuple[str, str]]:
    if AdFormat(options.format) is AdFormat.RADIO:
        yield "--animatic", "A radio ad has no pictures to show: leave it out"
    elif target.suffix.lower() != ".mp4":
        yield "--animatic", f"An animatic is an MP4: end it in .mp4, not {target.name!r}"
    elif fault := files.unwritable(target):
        yield f"--animatic {target}", fault
    elif options.out is not None and options.out.resolve() == target.resolve():
        yield "--out", "The plan and its animatic need a file each: name another"


@contextlib.contextmanager
def _loading(product: Product, target: Path | None) -> Iterator[None]:
    """
    Load what plans and films in a thread meanwhile: photos are decoded by other processes.
    """

    def load() -> None:
        open_now(product.ports.planner)
        open_now(product.ports.speech)
        if target is not None:
            from ars0n_core.compositor import animatic, assembly  # noqa: F401, PLC0415 - late

    thread = threading.Thread(target=load, name="loading", daemon=True)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def _told(
    product: Product, caller: Caller, spec: AdSpec, given: Plan | None, target: Path | None
) -> dict[str, Any]:
    planned = ask(product.ports, product.policy, caller, spec, given=given)
    if target is not None:
        _film(
            product, caller, brands.applied(caller.organization.brand, spec), planned.plan, target
        )
    answer: dict[str, Any] = wire.unstructure_plan_answer(spec, planned.plan, planned.estimate)
    _name_places(answer["plan"], spec)
    return answer


def _quote(product: Product, caller: Caller, order: Order, found: Before, screen: TextIO) -> None:
    """
    Tell what the plan that was given costs as a change of the ad made before.
    """
    quoted = changing.quote(product, caller, order, found)
    if quoted is not None:
        jobs = len(quoted.new_keys) + len(quoted.reused_keys)
        screen.write(
            f"As a change of the ad made before it costs {quoted.credits} credits: "
            f"{len(quoted.reused_keys)} of its {jobs} jobs are kept.\n"
        )


def _film(product: Product, caller: Caller, spec: AdSpec, plan: Plan, target: Path) -> None:
    """
    Make the animatic beside *target*, under whose name it appears when it is whole.
    """
    from ars0n_core.compositor import animatic  # noqa: PLC0415 - what it needs is slow to load

    compositor = product.ports.compositor
    if not isinstance(compositor, LocalCompositor):  # pragma: no cover - there is no other here
        raise CompositorError("this deployment's compositor makes no animatics")
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".ars0n-") as name:
            photos = _photos(product, caller, spec, Path(name))
            made = animatic.render(compositor, spec, plan, photos, Path(name) / "film")
            made.path.replace(target)
    except OSError as error:  # of the folder or the name; all else raises a PortError
        why = error.strerror or str(error)
        raise FaultyOptionsError([(f"--animatic {target}", why)]) from None


def _photos(product: Product, caller: Caller, spec: AdSpec, folder: Path) -> dict[AssetId, Path]:
    with product.ports.store.transaction() as tx:
        owned = materials.require(tx, caller.organization.id, spec)
    shown = {*spec.image_asset_ids, spec.logo_asset_id}
    names = {f"photo-{n}": each for n, each in enumerate(owned) if each in shown}
    stored = {name: owned[each] for name, each in names.items()}
    paths = materials.copy_out(product.ports, stored, folder)
    return {names[name]: path for name, path in paths.items()}


def _name_places(plan: dict[str, Any], spec: AdSpec) -> None:
    places = {asset_id: f"file:{place}" for place, asset_id in enumerate(spec.image_asset_ids)}
    for scene in plan.get("scenes", ()):
        asset_id = scene.get("image_asset_id")
        if asset_id in places:
            scene["image_asset_id"] = places[asset_id]
