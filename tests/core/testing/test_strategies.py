"""
What the strategies draw is what they say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from ars0n_core import ledger, pricing, specs
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.plans import derive, faults
from ars0n_core.testing import strategies
from ars0n_core.testing import strategies_histories as histories
from ars0n_core.timelines import SAMPLES_PER_FRAME, Timeline
from ars0n_core.work import WorkItem, fingerprints

if TYPE_CHECKING:
    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec


@given(strategies.specs())
def test_an_order_has_no_faults(spec: AdSpec) -> None:
    specs.check(spec)


@given(strategies.faulty_specs())
def test_a_faulty_order_has_the_one_fault_it_names(drawn: tuple[AdSpec, str]) -> None:
    spec, name = drawn

    found = specs.find_faults(spec)

    assert set(found.by_field) == {name}


@given(strategies.ads(), st.data())
def test_a_plan_and_its_edits_fit_their_order(ad: tuple[AdSpec, Plan], data: st.DataObject) -> None:
    spec, plan = ad
    faults.check(spec, plan)
    faults.check(spec, derive.complete(spec, data.draw(strategies.edits(plan))))


@given(strategies.work_lists(), strategies.rate_cards())
def test_a_work_list_can_be_priced_by_any_card(
    items: tuple[WorkItem, ...], card: pricing.RateCard
) -> None:
    assert pricing.estimate(items, card).total > 0
    assert len(fingerprints(items)) == len(items)


@given(strategies.work_lists(), st.data())
def test_a_run_is_one_that_can_happen(items: tuple[WorkItem, ...], data: st.DataObject) -> None:
    run = data.draw(histories.runs(items))

    for pipeline in run.pipelines:
        done = {i for i, job in pipeline.jobs.items() if job.status is JobStatus.COMPLETED}
        for job in pipeline.jobs.values():
            assert set(job.needs) <= done or job.status in {JobStatus.WAITING, JobStatus.FAILED}


@given(histories.books())
def test_a_book_balances_and_its_parts_add_up(book: tuple[ledger.Entry, ...]) -> None:
    balances = ledger.balances(book)
    assert sum(balances.values()) == 0
    assert balances[ledger.PREPAID] >= 0
    whole = ledger.usage(book)
    for at in range(len(book) + 1):
        one, other = ledger.usage(book[:at]), ledger.usage(book[at:])
        assert one.used + other.used == whole.used
        assert one.purchased + other.purchased == whole.purchased
        assert one.cost_cents + other.cost_cents == whole.cost_cents
    taken = balances[ledger.RECEIVABLE]
    assert whole.purchased + whole.granted - whole.used == balances[ledger.PREPAID] + taken


@given(histories.timelines())
def test_a_cut_has_no_gaps(cut: Timeline) -> None:
    end = 0
    for clip in cut.clips:
        overlap = clip.transition.frames if clip.transition else 0
        assert clip.start_frame == end - overlap
        end = clip.end_frame
    assert cut.frames == (cut.card.end_frame if cut.card else end)
    assert cut.samples == cut.frames * SAMPLES_PER_FRAME
