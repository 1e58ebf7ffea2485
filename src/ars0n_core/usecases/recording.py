"""
What happened to a job, written down: the event, what it decides, and what is given back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from ars0n_core.assets import Asset
from ars0n_core.errors import IllegalEventError, NotFoundError
from ars0n_core.pipelines import graph, outcomes
from ars0n_core.pipelines.states import Event
from ars0n_core.projects import Version, VersionStatus
from ars0n_core.usecases import conflicts, materials, payments, webhooks

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.ids import VersionId
    from ars0n_core.ports import Ports, Transaction


@frozen(kw_only=True)
class Happening:
    """
    An event, and the stored files it brings.
    """

    event: Event
    assets: tuple[Asset, ...] = ()
    blob_keys: tuple[str, ...] = ()


def record(ports: Ports, version_id: VersionId, happening: Happening, *, now: datetime) -> bool:
    """
    Write down what happened and return whether it could happen.

    What can't (the answer to an attempt that is not the present one, a version that is
    gone) changes nothing, and the files it brought are removed.
    """
    try:
        conflicts.settle(lambda: _record(ports, version_id, happening, now=now))
    except (IllegalEventError, NotFoundError):
        materials.discard(ports, happening.blob_keys)
        return False
    return True


def _record(ports: Ports, version_id: VersionId, happening: Happening, *, now: datetime) -> None:
    with ports.store.transaction() as tx:
        version = tx.versions.find(version_id)
        pipeline = graph.record(version.pipeline, happening.event)
        for asset in happening.assets:
            tx.assets.add(asset)
        after = concluded(ports, tx, evolve(version, pipeline=pipeline), now=now)
        tx.versions.save(evolve(after, updated_at=now))
        tx.commit()


def concluded(ports: Ports, tx: Transaction, version: Version, *, now: datetime) -> Version:
    """
    Return *version* decided, if its run is, with what is owed given back; it is still to
    be saved.
    """
    if version.status is not VersionStatus.GENERATING:
        return version
    pipeline, conclusion = outcomes.conclude(version.pipeline)
    if conclusion is None:
        return version
    if conclusion.refunds:
        tx.organizations.lock(version.organization_id)
        payments.give_back(ports, tx, version, conclusion.refunds, now=now)
    status = VersionStatus.COMPLETED if conclusion.completed else VersionStatus.FAILED
    decided = evolve(version, pipeline=pipeline, status=status)
    webhooks.announce(ports, tx, decided, now=now)
    return decided
