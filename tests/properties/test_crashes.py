"""
Law: a process may die at any port call and any commit of anything a customer does; another
goes on, and the money is where it would be anyway.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from ars0n_core import ledger
from ars0n_core.errors import NotFoundError
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.projects import VersionStatus
from ars0n_core.testing import machine_laws
from ars0n_core.testing.machine_stage import POLICY
from ars0n_core.testing.machine_world import Crash, Verdict, World
from ars0n_core.testing.shop import Shop
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.assets import serve
from ars0n_core.usecases.edit import edit
from ars0n_core.usecases.jobs import cancel, regenerate, retry
from ars0n_core.usecases.preview import preview
from ars0n_core.usecases.projects import delete
from ars0n_core.usecases.sweep import sweep
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ars0n_core.ids import JobId, VersionId
    from ars0n_core.ports import Ports

FUSES_MAX = 400
ROUNDS = 14
# At a quarter of a lease each: past every lease, doubt and unspoken preview.

TRIED_IN_FULL = 500


class Theatre:
    """
    A product whose processes die, and one film in it, as far as the act needs it.
    """

    def __init__(self, ports: Ports) -> None:
        self.world = World(doubt=POLICY.doubt)
        self.shop = Shop(self.world.ports(ports), policy=POLICY)
        self.version: VersionId | None = None

    def order(self) -> None:
        self.version = self.shop.order(self.shop.film()).version_id

    def turn(self, verdict: Verdict = Verdict.OK, *, of: Operation | None = None) -> None:
        """
        Poll, and carry out what there is.
        """
        if self.version is not None:
            with contextlib.suppress(NotFoundError):  # deleted
                advance(self.shop.ports, POLICY, self.shop.caller, self.version)
        while self.world.queue:
            command, carry_out = self.world.queue.popleft()
            job = self.shop.version(command.version).pipeline.job(command.job)
            fits = of is not None and job.item.operation is of
            self.world.carry(command, carry_out, verdict if fits else Verdict.OK)
        self.shop.pass_by(POLICY.check_every * 2)

    def finish(self) -> None:
        """
        Go on with other processes until all has ended and every doubt is over.
        """
        for _ in range(ROUNDS):
            self.turn()
            sweep(self.shop.ports, POLICY, drives=True)
            self.shop.pass_by(POLICY.bounds.lease / 4)

    def job(self, operation: Operation, status: JobStatus) -> JobId:
        assert self.version is not None
        jobs = self.shop.version(self.version).pipeline.jobs.values()
        return next(j.id for j in jobs if j.item.operation is operation and j.status is status)


def made(theatre: Theatre) -> None:
    theatre.order()
    for _ in range(8):
        theatre.turn()


def refused(theatre: Theatre) -> None:
    theatre.order()
    for _ in range(3):
        theatre.turn(Verdict.REJECTED, of=Operation.SPEAK)


def begun(theatre: Theatre) -> None:
    theatre.order()
    theatre.turn()


def nothing(_: Theatre) -> None:
    """
    No film is needed.
    """


def does_order(t: Theatre) -> None:
    t.order()
    for _ in range(8):
        t.turn()


def does_cancel(t: Theatre) -> None:
    assert t.version is not None
    cancel(t.shop.ports, t.shop.caller, t.version)


def does_retry(t: Theatre) -> None:
    job = t.job(Operation.SPEAK, JobStatus.FAILED)
    retry(t.shop.ports, POLICY, t.shop.caller, job)
    for _ in range(6):
        t.turn()


def does_regenerate(t: Theatre) -> None:
    job = t.job(Operation.GENERATE_CLIP, JobStatus.COMPLETED)
    regenerate(t.shop.ports, POLICY, t.shop.caller, job)
    for _ in range(6):
        t.turn()


def does_edit(t: Theatre) -> None:
    assert t.version is not None
    version = t.shop.version(t.version)
    plan = version.plan
    edited = edit(
        t.shop.ports, POLICY, t.shop.caller, t.version,
        plan=type(plan)(segments=plan.segments[:2], scenes=plan.scenes),
    )  # fmt: skip
    t.version = edited.version_id
    for _ in range(6):
        t.turn()


def does_preview(t: Theatre) -> None:
    preview(t.shop.ports, POLICY, t.shop.caller, text="Hear this", voice_id="ada")


def does_delete(t: Theatre) -> None:
    assert t.version is not None
    delete(t.shop.ports, t.shop.caller, t.shop.version(t.version).project_id)


def does_take(t: Theatre) -> None:
    assert t.version is not None
    film = t.shop.version(t.version).pipeline.final.output
    assert film is not None
    serve(t.shop.ports, POLICY, t.shop.caller, film)


ACTS = {
    "order": (nothing, does_order),
    "cancel": (begun, does_cancel),
    "retry": (refused, does_retry),
    "regenerate": (made, does_regenerate),
    "edit": (made, does_edit),
    "preview": (nothing, does_preview),
    "delete": (made, does_delete),
    "take": (made, does_take),
}
"""
What a customer does, and what must have happened before.
"""


def books(theatre: Theatre) -> Counter[str]:
    """
    What each account holds, whatever the entries are called.
    """
    return Counter(ledger.balances(theatre.shop.entries()))


@pytest.mark.parametrize("act", ACTS)
def test_wherever_a_process_dies_the_money_is_right(
    memory_ports: Callable[[], AbstractContextManager[Ports]], act: str
) -> None:
    before, does = ACTS[act]
    with memory_ports() as ports:
        theatre = Theatre(ports)
        before(theatre)
        theatre.finish()
        untouched = books(theatre)
    with memory_ports() as ports:
        theatre = Theatre(ports)
        before(theatre)
        does(theatre)
        theatre.finish()
        done = books(theatre)

    # Every point where the laws are tried hard, else every fourth, another one each act.
    stride = 1 if settings().max_examples >= TRIED_IN_FULL else 4
    for fuse in range(len(act) % stride, FUSES_MAX, stride):
        with memory_ports() as ports:
            theatre = Theatre(ports)
            before(theatre)
            theatre.world.fuse = fuse
            try:
                does(theatre)
                died = False
            except Crash:
                died = True
            theatre.world.restart()
            theatre.finish()

            assert books(theatre) in (untouched, done), f"died at call {fuse}"
            records, entries = machine_laws.Records(), theatre.shop.entries()
            machine_laws.check_book(entries, ledger.balances(entries))
            with theatre.shop.ports.store.transaction() as tx:
                organization = theatre.shop.caller.organization.id
                for version in machine_laws.versions_of(tx, organization):
                    assert version.status is not VersionStatus.GENERATING
                    machine_laws.check_version(version, entries, records)
                    machine_laws.check_jobs(tx, ports, version, records)
        if not died:
            break
    else:
        pytest.fail(f"{act} makes more than {FUSES_MAX} calls")
