"""
Law: of those who order at once with money for one, exactly one gets it; and however many
ask for a version at once, each of its jobs is done once.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from attrs import evolve

from ars0n_adapters.threads import ThreadRunner
from ars0n_core import ledger
from ars0n_core.errors import ConcurrencyLimitError, InsufficientCreditsError
from ars0n_core.projects import VersionStatus
from ars0n_core.testing.shop import Shop
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.generate import generate

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from ars0n_core.ports import Ports

ROUNDS = 10
AT_ONCE = 6
PRICE = 140


def at_once(do: Callable[[], object]) -> list[object]:
    """
    What *do* answered or raised, to each of several who do it at the same moment.
    """
    barrier = threading.Barrier(AT_ONCE)
    answers: list[object] = []

    def act() -> None:
        barrier.wait(timeout=30)
        try:
            answers.append(do())
        except (InsufficientCreditsError, ConcurrencyLimitError) as error:
            answers.append(error)

    threads = [threading.Thread(target=act) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert len(answers) == AT_ONCE
    return answers


def test_of_several_orders_with_money_for_one_exactly_one_wins(
    any_ports: Callable[[], AbstractContextManager[Ports]],
) -> None:
    for _ in range(ROUNDS):
        with any_ports() as ports:
            shop = Shop(ports)
            shop.caller = shop.customer(PRICE + 99)
            spec = shop.film()

            answers = at_once(lambda: generate(ports, shop.policy, shop.caller, spec))  # noqa: B023 - called at once

            refused = [one for one in answers if isinstance(one, InsufficientCreditsError)]
            assert len(refused) == AT_ONCE - 1
            assert {(one.required, one.available) for one in refused} == {(PRICE, 99)}
            assert ledger.balances(shop.entries())[ledger.PREPAID] == 99


def test_whoever_asks_at_once_each_job_is_done_once(
    any_ports: Callable[[], AbstractContextManager[Ports]],
) -> None:
    with any_ports() as ports:
        runner = ThreadRunner(threads=4)
        shop = Shop(evolve(ports, runner=runner))
        ordered = shop.order(shop.film())
        for _ in range(60):
            at_once(lambda: advance(shop.ports, shop.policy, shop.caller, ordered.version_id))
            while runner.busy:
                threading.Event().wait(0.01)
            if shop.poll(ordered.version_id).status is VersionStatus.COMPLETED:
                break
        runner.close()

        jobs = shop.version(ordered.version_id).pipeline.jobs.values()
        assert {job.attempt for job in jobs} == {1}
        labels = [order.label for order in ports.clips.orders]  # type: ignore[attr-defined]  # the fake's
        assert len(labels) == len(set(labels)) == 3
        assert len(ports.images.orders) == 3  # type: ignore[attr-defined]  # the fake's
        assert len(ports.speech.orders) == 1  # type: ignore[attr-defined]  # the fake's
