"""
Law: whoever drives a version, polls or a worker or both by turns, its history is the same.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ars0n_core.errors import ProviderRejectedError, ProviderUnavailableError
from ars0n_core.projects import VersionStatus
from ars0n_core.testing.fakes import Flaky
from ars0n_core.usecases.sweep import sweep

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from contextlib import AbstractContextManager

    from ars0n_core.testing.shop import Shop

    OpenShop = Callable[[], AbstractContextManager[Shop]]

CALLS = {"images": "edit", "clips": "submit", "speech": "speak", "compositor": "render"}
FAULTS = st.sampled_from(
    [None, None, ProviderRejectedError("no"), ProviderUnavailableError("later")]
)
SCRIPTS = st.fixed_dictionaries({name: st.lists(FAULTS, max_size=3) for name in CALLS})
TURNS_MAX = 80


def history(
    open_shop: OpenShop, script: dict[str, list[Any]], drivers: Sequence[str]
) -> tuple[Any, ...]:
    """
    What is left of a film driven by these in turn: its status, jobs and money.
    """
    with open_shop() as shop:
        ordered = shop.order(shop.film())
        flaky = {
            name: Flaky(getattr(shop.ports, name), {CALLS[name]: faults})
            for name, faults in script.items()
        }
        shop.ports = evolve(shop.ports, **flaky)
        for turn in range(TURNS_MAX):
            if drivers[turn % len(drivers)] == "poll":
                shop.poll(ordered.version_id)
            else:
                sweep(shop.ports, shop.policy, drives=True)
                shop.pass_by(timedelta(seconds=10))
            if shop.version(ordered.version_id).status is not VersionStatus.GENERATING:
                break
        version = shop.version(ordered.version_id)
        jobs = [
            (j.item.key, j.status, j.attempt, j.error, j.cause, j.deferrals, j.charge, j.facts)
            for j in version.pipeline.jobs.values()
        ]
        money = [(e.kind, e.credits, e.booked_at) for e in shop.entries()]
        return version.status, jobs, money, [port.calls for port in flaky.values()]


@settings(max_examples=max(10, settings().max_examples // 5))
@given(SCRIPTS, st.lists(st.sampled_from(["poll", "worker"]), min_size=1, max_size=5))
def test_every_driver_gives_the_same_history(
    open_shop: OpenShop, script: dict[str, list[Any]], mixed: list[str]
) -> None:
    polled = history(open_shop, script, ["poll"])

    assert polled[0] is not VersionStatus.GENERATING
    assert history(open_shop, script, ["worker"]) == polled
    assert history(open_shop, script, mixed) == polled
