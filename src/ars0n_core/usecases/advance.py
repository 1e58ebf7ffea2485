"""
Ask how a version is doing, and so drive it: `advance`.

Asking takes what can be started now (in one short transaction, so that of any number who
ask at once one gets each job), hands it over to the runner, and answers at once.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Final

from attrs import evolve

from ars0n_core.errors import NotFoundError
from ars0n_core.pipelines import graph, outcomes
from ars0n_core.projects import VersionStatus
from ars0n_core.usecases import conflicts
from ars0n_core.usecases.carry_out import carry_out
from ars0n_core.usecases.recording import concluded
from ars0n_core.usecases.reports import Report, report_on

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.ids import VersionId
    from ars0n_core.pipelines.commands import Command
    from ars0n_core.ports import Policy, Ports, Transaction
    from ars0n_core.projects import Version
    from ars0n_core.usecases.callers import Caller

POLL_NOTED_EVERY: Final = timedelta(minutes=1)
"""
How exactly the last poll is remembered: writing each one down would make polls collide.
"""


def advance(ports: Ports, policy: Policy, caller: Caller, version_id: VersionId) -> Report:
    """
    Start what can be started and report where the version stands.

    Raises:
        NotFoundError: There is no such version, or it is another organisation's.
    """
    now = ports.clock.now()

    def take() -> tuple[Version, tuple[Command, ...]]:
        return _take(ports, policy, version_id, now=now, caller=caller)

    version, commands = conflicts.settle(take)
    if commands:
        hand_over(ports, policy, commands)
        with ports.store.transaction() as tx:
            version = tx.versions.find(version_id)
    return report_on(version)


def glance(ports: Ports, policy: Policy, caller: Caller, version_id: VersionId) -> Report | None:
    """
    Report where the version stands if there is nothing to start and nothing to write
    down; None says that `advance` has something to do.

    Raises:
        NotFoundError: As `advance`.
    """
    now = ports.clock.now()
    with ports.store.transaction() as tx:
        version = _owned(tx, version_id, caller)
        moved, commands = _claimed(version, policy, now=now)
    running = moved.status is VersionStatus.GENERATING
    is_decided = running and outcomes.conclude(moved.pipeline)[1] is not None
    if commands or is_decided or _polled(moved, caller, now=now) != version:
        return None
    return report_on(version)


def drive(
    ports: Ports, policy: Policy, version_id: VersionId, *, now: datetime, starts: bool = True
) -> Version:
    """
    Do for a version what a poll does, with nobody asking; unless it *starts* jobs, only
    what was started is followed up.

    Raises:
        NotFoundError: There is no such version.
    """

    def take() -> tuple[Version, tuple[Command, ...]]:
        return _take(ports, policy, version_id, now=now, starts=starts)

    version, commands = conflicts.settle(take)
    hand_over(ports, policy, commands)
    return version


def hand_over(ports: Ports, policy: Policy, commands: tuple[Command, ...]) -> None:
    """
    Have *commands* carried out by the runner.
    """
    for command in commands:
        ports.runner.run(command, partial(carry_out, ports, policy))


def _take(
    ports: Ports,
    policy: Policy,
    version_id: VersionId,
    *,
    now: datetime,
    caller: Caller | None = None,
    starts: bool = True,
) -> tuple[Version, tuple[Command, ...]]:
    with ports.store.transaction() as tx:
        version = _owned(tx, version_id, caller)
        after, commands = _claimed(version, policy, now=now, starts=starts)
        after = concluded(ports, tx, after, now=now)
        after = _polled(after, caller, now=now)
        if after == version:
            return version, ()
        after = tx.versions.save(evolve(after, updated_at=now))
        tx.commit()
        return after, commands


def _owned(tx: Transaction, version_id: VersionId, caller: Caller | None) -> Version:
    version = tx.versions.find(version_id)
    if caller is not None and version.organization_id != caller.organization.id:
        raise NotFoundError("version", version_id)
    return version


def _claimed(
    version: Version, policy: Policy, *, now: datetime, starts: bool = True
) -> tuple[Version, tuple[Command, ...]]:
    """
    Return *version* with all taken that can be started or asked about now.
    """
    if version.status is VersionStatus.COMPLETED:
        return version, ()
    if version.status is VersionStatus.FAILED:
        pipeline, commands = graph.collect(version.pipeline, version=version.id, now=now)
    else:
        pipeline, commands = graph.claim(
            version.pipeline, version=version.id, now=now, bounds=policy.bounds, starts=starts
        )
    return evolve(version, pipeline=pipeline), commands


def _polled(version: Version, caller: Caller | None, *, now: datetime) -> Version:
    """
    Return *version* with the poll noted, if one is to be.
    """
    polled = version.last_polled_at
    running = version.status is VersionStatus.GENERATING
    if caller and running and (polled is None or polled + POLL_NOTED_EVERY <= now):
        return evolve(version, last_polled_at=now)
    return version
