"""
Histories of the product machine, told one by one: what its world does to the product.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from ars0n_adapters.memory import MemoryBlobs, MemoryRateWindows, MemoryStore
from ars0n_adapters.system import SystemClock, TemporaryFolders
from ars0n_core.errors import PortError
from ars0n_core.projects import VersionStatus
from ars0n_core.quotas import Tier
from ars0n_core.testing.machine import product_machine
from ars0n_core.testing.machine_drawn import Fate
from ars0n_core.testing.machine_stage import POLICY
from ars0n_core.testing.machine_world import STORMY, Verdict
from ars0n_core.testing.shop import PromptRunner, Shop, played

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from ars0n_core.ports import Ports

from contextlib import contextmanager

QUIET = Fate(rounds=0, skip=0, verdict=0, greedy=False)
TO_THE_END = Fate(rounds=8, skip=0, verdict=0, greedy=True)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    return played(
        store=MemoryStore(),
        rates=MemoryRateWindows(),
        blobs=MemoryBlobs(),
        scratch=TemporaryFolders(tmp_path / "scratch"),
    )


@pytest.fixture
def opened(ports: Ports) -> Callable[[], AbstractContextManager[Ports]]:
    @contextmanager
    def open_them() -> Any:
        yield ports

    return open_them


def ordered(machine: Any, fate: Fate, *, fair: bool) -> Any:
    """
    The machine after the first order, a film, has gone its way.
    """
    machine.open_shop(fair=fair, tier=Tier.FREE, credits_given=300, kind=0, fate=fate)
    machine.laws()
    return machine


def test_a_history_that_never_began_ends(opened: Any) -> None:
    machine = product_machine(opened)()

    machine.teardown()

    assert machine.versions() == []


def test_in_fair_weather_no_worker_sleeps_through_its_lease(opened: Any) -> None:
    machine = ordered(product_machine(opened)(), QUIET, fair=True)
    machine.poll(which=0, callers=3)
    assert len(machine.world.queue) == 4

    machine.wait(step=timedelta(minutes=21), sweeps=True)

    assert all(command.attempt == 1 for command, _ in machine.world.queue)
    machine.laws()
    machine.teardown()


@pytest.mark.parametrize(
    ("skip", "status"),
    [(1, VersionStatus.COMPLETED), (7, VersionStatus.FAILED), (10, VersionStatus.FAILED)],
    ids=["a picture", "a clip", "the film"],
)
def test_what_is_spoilt_is_made_again_or_given_back(
    opened: Any, skip: int, status: VersionStatus
) -> None:
    spoilt = Fate(rounds=8, skip=skip, verdict=STORMY.index(Verdict.SPOILT), greedy=False)

    machine = ordered(product_machine(opened)(), spoilt, fair=False)

    (version,) = machine.versions()
    assert version.status is status
    caller = machine.caller(version.organization_id)
    given_back = sum(e.credits for e in machine.book(caller) if e.kind == "refund")
    assert machine.spent(caller) == version.total_credits > 0
    assert given_back == (version.total_credits if status is VersionStatus.FAILED else 0)
    machine.teardown()


def test_a_customer_whose_upload_dies_with_its_process_orders_nothing(opened: Any) -> None:
    machine = ordered(product_machine(opened)(), QUIET, fair=False)
    machine.light_fuse(fuse=0)

    machine.order(who=3, kind=0, looks=0, crowded=5, fate=QUIET)

    assert machine.world.deaths == 1
    assert len(machine.versions()) == 1
    machine.laws()
    machine.teardown()


@pytest.mark.parametrize("verdict", [Verdict.OK, Verdict.UNAVAILABLE, Verdict.BROKEN])
def test_a_voice_costs_only_whom_it_was_heard_by(opened: Any, verdict: Verdict) -> None:
    machine = ordered(product_machine(opened)(), QUIET, fair=False)
    caller = machine.caller(machine.organization(0))
    before = machine.spent(caller)

    machine.bank(who=0, what=3, verdict=STORMY.index(verdict))

    back = sum(e.credits for e in machine.book(caller) if e.kind == "refund")
    assert machine.spent(caller) - before - back == (3 if verdict is Verdict.OK else 0)
    machine.teardown()


def test_a_deployment_that_renders_ahead_obeys_the_laws_too(opened: Any) -> None:
    eager = product_machine(opened, policy=evolve(POLICY, renders_ahead=True))()

    machine = ordered(eager, TO_THE_END, fair=True)

    assert machine.ports.compositor.compositor.prepared
    assert [version.status for version in machine.versions()] == [VersionStatus.COMPLETED]
    machine.teardown()


def test_a_shop_leaves_a_clock_of_its_own_alone_and_opens_without_credits(ports: Ports) -> None:
    shop = Shop(evolve(ports, clock=SystemClock()))

    shop.pass_by(timedelta(days=1))

    assert shop.customer(0).organization.id != shop.caller.organization.id
    assert [entry.kind for entry in shop.entries()] == ["grant"]


def test_a_shop_says_which_ad_never_ends(ports: Ports) -> None:
    class Idle:
        def run(self, command: object, carry_out: object) -> None:
            """
            Do nothing.
            """

    shop = Shop(evolve(ports, runner=Idle()))
    made = shop.order(shop.radio())

    with pytest.raises(AssertionError, match=f"{made.version_id} did not end"):
        shop.finish(made.version_id)


def test_what_a_port_can_not_do_is_no_matter_of_the_runner() -> None:
    def broken(_: object) -> None:
        raise PortError("store away")

    PromptRunner().run(None, broken)  # type: ignore[arg-type]  # it is only handed on
