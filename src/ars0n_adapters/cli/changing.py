"""
An ad made before and told another way: found again by its order, and changed by an edit,
so that only what differs is made, and paid, anew.

**Owns** where an order is noted, and the note of the last finished ad of an order, whatever
its plan and its own clips were. **Does not own** placing an order (`making`) or what an edit reuses (the core).
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_adapters.cli import orders
from ars0n_core.errors import (
    InvalidRequestError,
    NotFoundError,
    PlanExpiredError,
    VersionNotEditableError,
)
from ars0n_core.ids import VersionId
from ars0n_core.plans.diff import diff
from ars0n_core.projects import Version, VersionStatus
from ars0n_core.specs.brands import BrandKit

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ars0n_adapters.bootstrap import Product
    from ars0n_adapters.cli.orders import Order
    from ars0n_core.plans.model import Plan
    from ars0n_core.ports import Ports
    from ars0n_core.usecases.callers import Caller
    from ars0n_core.usecases.edit import Edited

_GONE: Final = (NotFoundError, VersionNotEditableError, PlanExpiredError)
# What an edit fails with if the ad it starts from, or its files, are not there any more.


@frozen
class Before:
    """
    The last ad made of an order, and the fingerprint of the clips that were its own.
    """

    version: Version
    clips: str

    def is_of(self, order: Order) -> bool:
        """
        Whether *order* asks for this very ad: it has no plan of its own, and these clips.
        """
        return order.plan is None and self.clips == orders.clips_fingerprint(order)


def before(product: Product, caller: Caller, order: Order) -> Before | None:
    """
    Return the last finished ad of *order*, whatever its plan and clips, if it is there.
    """
    try:
        noted = json.loads(_last(product, caller, order).read_text(encoding="utf-8"))
        with product.ports.store.transaction() as tx:
            found = Before(tx.versions.find(VersionId(noted["versionId"])), str(noted["clips"]))
    except (OSError, ValueError, KeyError, TypeError, NotFoundError):
        return None
    return found if found.version.status is VersionStatus.COMPLETED else None


def remember(product: Product, caller: Caller, order: Order, version_id: VersionId) -> None:
    """
    Note that this is the last ad made of *order*.
    """
    noted = {"versionId": version_id, "clips": orders.clips_fingerprint(order)}
    write_whole(_last(product, caller, order), json.dumps(noted).encode())


def place(
    product: Product,
    ports: Ports,
    caller: Caller,
    order: Order,
    found: Before,
    deliver: Sequence[str] = (),
) -> VersionId | None:
    """
    Order the change of the ad *found*, by *ports*; None if it can't be changed any more.

    Raises:
        FaultyOptionsError: The plan or a clip has faults, or a profile in *deliver* doesn't take
            the ad.
        Ars0nError: As `edit`.
    """
    from ars0n_core.usecases.edit import edit  # noqa: PLC0415 - what it needs is slow to load

    plan = orders.plan_about(order, found.version.spec)
    clips = None
    if found.clips != orders.clips_fingerprint(order):
        clips = orders.store_clips(order, ports, product.policy, caller)
    try:
        return edit(
            ports, product.policy, caller, found.version.id,
            plan=plan, custom_clips=clips, deliver=deliver,
        ).version_id  # fmt: skip
    except _GONE:
        return None  # its project or its files are gone: it is made anew, like any other
    except InvalidRequestError as error:
        raise orders.told(error) from None


def quote(product: Product, caller: Caller, order: Order, found: Before) -> Edited | None:
    """
    Return what the change to the plan of *order* would do anew, and its price; None if there
    is no such plan, it comes with other clips, or as `place`.
    """
    if order.plan is None or found.clips != orders.clips_fingerprint(order):
        return None
    from ars0n_core.usecases.edit import edit  # noqa: PLC0415 - what it needs is slow to load

    plan = orders.plan_about(order, found.version.spec)
    try:
        return edit(
            product.ports, product.policy, caller, found.version.id, plan=plan, dry_run=True
        )
    except _GONE:
        return None


def told(old: Plan, version: Version) -> str:
    """
    Return what differs from the ad with the plan *old*, and how much of it is kept, to be
    read.
    """
    jobs = version.pipeline.jobs.values()
    kept = sum(job.reused_from is not None for job in jobs)
    lines = ("Changing the ad made before.", *diff(old, version.plan).lines())
    return " ".join(lines) + f" {kept} of its {len(jobs)} jobs are kept.\n"


def write_whole(path: Path, content: bytes) -> None:
    """
    Write *content* to *path*, at once and for good, or not at all.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}")
    with part.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def note_of(product: Product, caller: Caller, order: Order) -> Path:
    """
    Return where *order* is noted: what it asks for, and what this machine makes of it, its
    brand kit among that.
    """
    kit = caller.organization.brand if order.spec.brand_kit else None
    made_with: list[object] = [product.settings.lines, product.settings.preset]
    if kit not in (None, BrandKit()):  # nothing is taken from an empty one
        made_with.append(kit)
    folder = product.settings.data_dir / "orders"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{orders.fingerprint(order, *made_with)}.json"


def _last(product: Product, caller: Caller, order: Order) -> Path:
    return note_of(product, caller, orders.unchanged(order)).with_suffix(".last.json")
