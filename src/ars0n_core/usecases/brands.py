"""
The caller's brand kit: shown, and replaced as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from attrs import evolve

from ars0n_core import specs
from ars0n_core.specs.brands import BrandKit
from ars0n_core.specs.model import AdSpec
from ars0n_core.usecases import materials, texts

if TYPE_CHECKING:
    from ars0n_core.ports import Policy, Ports
    from ars0n_core.usecases.callers import Caller


def show(ports: Ports, caller: Caller) -> BrandKit:
    """
    Return the kit as it was last saved; an empty one if none was.
    """
    with ports.store.transaction() as tx:
        return tx.organizations.find(caller.organization.id).brand or BrandKit()


def save(ports: Ports, policy: Policy, caller: Caller, kit: BrandKit) -> BrandKit:
    """
    Put *kit* in the place of the old one. Orders taken before keep what they were given.

    Raises:
        InvalidRequestError: A field has faults, can't be drawn, or the logo is no picture.
        NotFoundError: The logo doesn't exist.
        AssetNotOwnedError: The logo is another organisation's.
    """
    given = attrs.asdict(kit, recurse=False)
    order = AdSpec(prompt="-", duration_seconds=specs.DURATIONS_SECONDS[0], voice_id="-", **given)
    faults = specs.find_faults(order, specs.limits_of(policy.edition), images_required=False)
    for field, message in texts.undrawable(ports, texts.of_brand(order)):
        faults.add(field, message)
    faults.raise_any()
    with ports.store.transaction() as tx:
        organization = tx.organizations.lock(caller.organization.id)
        materials.require(tx, organization.id, order)
        tx.organizations.save(evolve(organization, brand=kit))
        tx.commit()
    return kit
