"""
The laws bite: each of these faults, put in on purpose, is found by the product machine.

An ordinary run seeds the faults that a few histories find; the properties session and
deeper ones seed all of them (``pytest tests/properties/test_seeded_faults.py
--hypothesis-profile ci``).
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import patch

import pytest
from attrs import evolve, frozen
from hypothesis import Phase, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from ars0n_core import ledger, pricing
from ars0n_core.errors import Ars0nError, ProviderUnknownError
from ars0n_core.pipelines import graph, outcomes
from ars0n_core.pipelines.states import Cause, Deferred, JobStatus, Succeeded
from ars0n_core.testing import machine
from ars0n_core.testing.machine import product_machine
from ars0n_core.usecases import assets, carry_out, edit, jobs, payments, preview, recording

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from ars0n_core.ports import Ports

STEPS = 25
DEEP: Final = 500
"""
From so many examples of a profile on all faults are seeded.
"""

HISTORIES_MAX: Final = 5_000
"""
Searched for one fault, the same ones each time; the first that shows it ends the search. The
worst hidden one is shown by about the five hundredth.
"""


@frozen
class Fault:
    """
    A fault and what puts it in; ``quick`` ones are found within a few histories.
    """

    name: str
    seed: Any
    quick: bool = False


def instead(owner: Any, name: str, put: Any) -> Callable[[], AbstractContextManager[Any]]:
    return lambda: patch.object(owner, name, put)


def nothing(*_: Any, **__: Any) -> None:
    """
    Do nothing where something should be done.
    """


def pay_unasked(*given: Any, _pay: Any = payments.pay, **rest: Any) -> None:
    with patch.object(payments, "require_funds", nothing):
        _pay(*given, **rest)


def pay_apart(ports: Any, tx: Any, *given: Any, _pay: Any = payments.pay, **rest: Any) -> None:
    _pay(ports, tx, *given, **rest)
    tx.commit()


def give_to_prepaid(
    ports: Any, tx: Any, version: Any, refunds: Any, *, now: Any, _give: Any = payments.give_back
) -> int:
    moved = [evolve(refund, account=ledger.PREPAID) for refund in refunds]
    given: int = _give(ports, tx, version, moved, now=now)
    return given


def retry_at_other_prices(
    ports: Any, policy: Any, caller: Any, job_id: Any, _retry: Any = jobs.retry
) -> Any:
    card = pricing.card(next(one for one in pricing.CARDS if one != policy.edition))

    def repriced(*given: Any, _retry: Any = graph.retry, **rest: Any) -> Any:
        pipeline, owed = _retry(*given, **rest)
        return pipeline, tuple(
            evolve(one, charge=evolve(one.charge, credits=pricing.price(one.item, card)))
            for one in owed
        )

    with patch.object(graph, "retry", repriced):
        return _retry(ports, policy, caller, job_id)


def retry_without_slot(*given: Any, _retry: Any = jobs.retry) -> Any:
    with patch.object(payments, "require_slot", nothing):
        return _retry(*given)


def repeat_the_unknown(
    error: Any, policy: Any, command: Any, job: Any, now: Any, _event: Any = carry_out._event_of
) -> Any:
    if isinstance(error, ProviderUnknownError):
        return Deferred(command.job, command.attempt, now)
    return _event(error, policy, command, job, now)


def is_bought_once_made(job: Any, asset_id: Any) -> bool:
    return bool(job.output == asset_id)


def note_nothing(*_: Any) -> bool:
    return True


def returned_if(**causes: bool) -> Callable[..., bool]:
    original = outcomes._is_returned

    def is_returned(job: Any, charge: Any, cause: Cause, *, current: bool) -> bool:
        return causes.get(cause.value, original(job, charge, cause, current=current))

    return is_returned


def refunds_of_all(pipeline: Any, cause: Any, _refunds: Any = outcomes._refunds) -> Any:
    return _refunds(evolve(pipeline, fallback={}), cause)


def priced_at_less(*given: Any, _priced: Any = edit._priced) -> Any:
    edited = _priced(*given)
    return evolve(edited, credits=edited.credits // 2)


def conclude_in_haste(pipeline: Any, _conclude: Any = outcomes.conclude) -> Any:
    working = {job.id: job for job in pipeline.jobs.values() if job.is_running}
    if not any(job.status is JobStatus.FAILED for job in pipeline.jobs.values()):
        return _conclude(pipeline)
    halted = {
        job.id: evolve(job, status=JobStatus.FAILED, cause=Cause.ORDER) for job in working.values()
    }
    after, conclusion = _conclude(evolve(pipeline, jobs={**pipeline.jobs, **halted}))
    return evolve(after, jobs={**after.jobs, **working}), conclusion


def keep_new_takes(pipeline: Any, _restore: Any = outcomes._restore) -> Any:
    made = {
        job.id: job
        for job in pipeline.jobs.values()
        if job.id in pipeline.fallback and job.status is JobStatus.COMPLETED
    }
    restored = _restore(pipeline)
    return evolve(restored, jobs={**restored.jobs, **made})


@contextmanager
def saving_over_others() -> Iterator[None]:
    """
    Whoever carries a command out records its answer on the version it began with.
    """
    from ars0n_adapters.memory.works import MemoryVersions

    begun: dict[Any, Any] = {}
    find, standing, record = MemoryVersions.find, carry_out._standing, recording.record

    def begins(ports: Any, command: Any) -> Any:
        found = standing(ports, command)
        if found is not None:
            begun[command.job, command.attempt] = found[0]
        return found

    def recorded(ports: Any, version_id: Any, happening: Any, *, now: Any) -> Any:
        event = happening.event
        version = begun.get((event.job, event.attempt))
        if version is None or not isinstance(event, Succeeded):
            return record(ports, version_id, happening, now=now)

        def stale(self: Any, one: Any) -> Any:
            return evolve(version, revision=find(self, one).revision)

        with patch.object(MemoryVersions, "find", stale):
            return record(ports, version_id, happening, now=now)

    with patch.object(carry_out, "_standing", begins), patch.object(carry_out, "record", recorded):
        yield


FAULTS: Final = (
    Fault("the balance is looked at only before the transaction", instead(payments, "pay", pay_unasked), quick=True),
    Fault("the charge is stored before the jobs", instead(payments, "pay", pay_apart)),
    Fault("a refund leaves no mark", instead(outcomes, "_mark_refunded", lambda pipeline, _: pipeline), quick=True),
    Fault("refunds become credits", instead(payments, "give_back", give_to_prepaid)),
    Fault("a retry is charged at other prices", instead(machine, "retry", retry_at_other_prices)),
    Fault("a retry is free", instead(outcomes, "charged", lambda pipeline, *_, **__: pipeline), quick=True),
    Fault("a retry takes no slot", instead(machine, "retry", retry_without_slot)),
    Fault("a failed scene keeps its new takes", instead(outcomes, "_restore", keep_new_takes)),
    Fault("what was handed out is forgotten", instead(outcomes, "mark_delivered", lambda pipeline, _: pipeline)),
    Fault("an order's failure costs nothing", instead(outcomes, "_is_returned", returned_if(order=True))),
    Fault("our failure costs something", instead(outcomes, "_is_returned", returned_if(ours=False)), quick=True),
    Fault("what is at work is given back on cancel", instead(outcomes, "_is_returned", returned_if(cancelled=True))),
    Fault("a failed scene gives the ad's price back", instead(outcomes, "_refunds", refunds_of_all)),
    Fault("a call without a verdict is repeated", instead(carry_out, "_event_of", repeat_the_unknown), quick=True),
    Fault("a call is not journalled", instead(carry_out, "_note", note_nothing)),
    Fault("a lost job stays lost", instead(graph, "_expire", lambda pipeline, *_: pipeline), quick=True),
    Fault("what was given back is still handed out", instead(assets, "_is_bought", is_bought_once_made)),
    Fault("a run ends while jobs are at work", instead(outcomes, "conclude", conclude_in_haste), quick=True),
    Fault("a preview nobody heard is paid for", instead(preview, "_refund", nothing)),
    Fault("a dry run says another price", instead(edit, "_priced", priced_at_less), quick=True),
    Fault("a cap on the price is not looked at", instead(payments, "require_price", nothing), quick=True),
    Fault("who saves last saves over the others", saving_over_others),
)  # fmt: skip


def seeded() -> list[Fault]:
    """
    The faults for a profile that tries so hard.
    """
    return [fault for fault in FAULTS if fault.quick or settings().max_examples >= DEEP]


def named(fault: Fault) -> str:
    return fault.name.replace(" ", "-")


@pytest.mark.parametrize("fault", seeded(), ids=named)
def test_a_seeded_fault_is_found(
    fault: Fault, memory_ports: Callable[[], AbstractContextManager[Ports]]
) -> None:
    found = settings(
        max_examples=min(20 * settings().max_examples, HISTORIES_MAX),
        stateful_step_count=STEPS,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        report_multiple_bugs=False,
    )

    with fault.seed(), pytest.raises((AssertionError, Ars0nError, Flaky)):
        run_state_machine_as_test(product_machine(memory_ports), settings=found)
