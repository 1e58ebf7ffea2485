"""
Hypothesis strategies for what happens in time: runs of a work list, books, cuts.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from attrs import frozen
from hypothesis import strategies as st

from ars0n_core import ledger, pricing
from ars0n_core.ids import AssetId, EntryId, JobId, OrganizationId, VersionId
from ars0n_core.ledger import Booking, Entry
from ars0n_core.pipelines import graph, states
from ars0n_core.pipelines.graph import Bounds, Pipeline
from ars0n_core.pipelines.jobs import Charge
from ars0n_core.pipelines.states import Cause, Event, JobStatus
from ars0n_core.specs.model import CtaDesign
from ars0n_core.timelines import (
    SAMPLES_PER_FRAME,
    Bed,
    Clip,
    EndCard,
    Look,
    Media,
    MediaKind,
    Sound,
    Timeline,
    Transition,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.pipelines.jobs import Job
    from ars0n_core.work import WorkItem

NOON: Final = datetime(2026, 3, 1, 12, tzinfo=UTC)
VERSION: Final = VersionId("ver_1")
SHA256: Final = "0" * 64


@frozen
class Run:
    """
    What happened to the jobs of a work list: every pipeline from the first to the last,
    and the events between them (claims and customers' commands leave none).
    """

    pipelines: tuple[Pipeline, ...]
    events: tuple[Event, ...]

    @property
    def last(self) -> Pipeline:
        """
        Where the jobs stand at the end.
        """
        return self.pipelines[-1]


def pipeline_of(items: Sequence[WorkItem], *, account: str = ledger.PREPAID) -> Pipeline:
    """
    Return the pipeline of a work list, every item charged at the edition's price.
    """
    lines = pricing.estimate(items, pricing.card()).lines
    return graph.build(
        items,
        job_ids=[JobId(f"job_{item.key}") for item in items],
        charges={
            line.key: Charge(credits=line.credits, account=account, serial=1) for line in lines
        },
    )


@st.composite
def runs(draw: st.DrawFn, items: Sequence[WorkItem], *, steps_max: int = 40) -> Run:
    """
    Draw what may happen to a work list: claims, good and bad answers, lost leases, time.
    """
    pipeline, now = pipeline_of(items), NOON
    pipelines, events = [pipeline], []
    for step in range(draw(st.integers(0, steps_max))):
        running = [job for job in pipeline.jobs.values() if job.is_running]
        if not running or draw(st.integers(0, 3)) == 0:
            now += draw(st.sampled_from([timedelta(seconds=6), timedelta(minutes=21)]))
            pipeline, _ = graph.claim(pipeline, version=VERSION, now=now, bounds=Bounds())
        else:
            job = running[draw(st.integers(0, len(running) - 1))]
            event = draw(answers(job, now=now, step=step))
            pipeline = graph.record(pipeline, event)
            events.append(event)
        pipelines.append(pipeline)
    return Run(tuple(pipelines), tuple(events))


@st.composite
def answers(draw: st.DrawFn, job: Job, *, now: datetime, step: int = 0) -> Event:
    """
    Draw what a worker may report of a running job, mostly good news.
    """
    attempt, later = job.attempt, now + timedelta(seconds=5)
    good: Event = states.Succeeded(job.id, attempt, AssetId(f"asset_{job.id}_{step}"))
    if job.status is JobStatus.PROCESSING and job.item.operation.value == "video_generation":
        good = states.Submitted(job.id, attempt, f"ticket-{step}", later, now + timedelta(hours=47))
    bad: list[Event] = [
        states.Failed(job.id, attempt, "Refused", Cause.ORDER),
        states.Failed(job.id, attempt, "Broken", Cause.OURS),
    ]
    if job.status is JobStatus.PROCESSING:
        bad += [
            states.Deferred(job.id, attempt, later),
            states.Released(job.id, attempt),
            states.Doubted(job.id, attempt, now + timedelta(minutes=10)),
            states.Renewed(job.id, attempt, now + timedelta(minutes=20)),
        ]
    else:
        bad.append(states.Checked(job.id, attempt, later, draw(st.sampled_from([None, 0.5]))))
    return draw(st.just(good) | st.just(good) | st.sampled_from(bad))


@st.composite
def books(draw: st.DrawFn, *, entries_max: int = 12) -> tuple[Entry, ...]:
    """
    Draw an organisation's entries: bought, given, charged as far as it goes, given back
    at most once.
    """
    entries: list[Entry] = []
    owed: list[tuple[str, str, int]] = []
    for number in range(draw(st.integers(0, entries_max))):
        booking = Booking(
            id=EntryId(f"entry_{number}"),
            organization_id=OrganizationId("org_1"),
            reference=f"entry/{number}",
            booked_at=NOON + timedelta(minutes=number),
        )
        kind = draw(st.sampled_from(["purchase", "grant", "charge", "refund"]))
        if kind == "refund" and owed:
            account, item, price = owed.pop(draw(st.integers(0, len(owed) - 1)))
            entries.append(ledger.refund(booking, account=account, item=item, credits_back=price))
        elif kind == "charge":
            account = draw(st.sampled_from([ledger.PREPAID, ledger.RECEIVABLE]))
            room = ledger.balances(entries)[ledger.PREPAID] if account == ledger.PREPAID else 500
            items = [
                (f"job_{number}_{i}", price)
                for i, price in enumerate(draw(st.lists(st.integers(1, 120), max_size=4)))
            ]
            if items and sum(price for _, price in items) <= room:
                entries.append(ledger.charge(booking, account=account, items=items))
                owed += [(account, item, price) for item, price in items]
        elif kind == "grant":
            entries.append(ledger.grant(booking, credits_given=draw(st.integers(1, 500))))
        else:
            bought = draw(st.integers(1, 500))
            entries.append(ledger.purchase(booking, credits_bought=bought, price_cents=bought * 7))
    return tuple(entries)


@st.composite
def timelines(draw: st.DrawFn, *, clips_max: int = 4) -> Timeline:
    """
    Draw a small film: clips that overlap by their transitions, a card, a voice, a bed.
    """
    start = 0
    clips: list[Clip] = []
    found: list[Media] = []
    for number in range(draw(st.integers(1, clips_max))):
        frames = draw(st.integers(20, 60))
        overlap = draw(st.integers(0, 8)) if clips else 0
        look = draw(st.sampled_from(Look)) if overlap else Look.CUT
        start -= overlap
        name = f"clip-{number}"
        transition = Transition(look if look is not Look.CUT else Look.DISSOLVE, overlap)
        clips.append(
            Clip(
                media=name,
                start_frame=start,
                frames=frames,
                transition=transition if overlap else None,
            )
        )
        found.append(Media(id=name, kind=MediaKind.FOOTAGE, sha256=SHA256, available_frames=frames))
        start += frames
    card = None
    if draw(st.booleans()):
        design = draw(st.sampled_from(CtaDesign))
        card = EndCard(design=design, start_frame=start, frames=45, company_name="Nordlys")
        start += 45
    samples = start * SAMPLES_PER_FRAME
    voice = Sound(media="voice", start_sample=0, samples=samples)
    sounds = [Media(id="voice", kind=MediaKind.SOUND, sha256=SHA256, available_samples=samples)]
    bed = None
    if draw(st.booleans()):
        bed = Bed(media="music", volume=draw(st.sampled_from([0.0, 0.3, 1.0])))
        sounds.append(
            Media(id="music", kind=MediaKind.SOUND, sha256=SHA256, available_samples=48_000)
        )
    return Timeline(
        width=64,
        height=36,
        frames=start,
        samples=samples,
        media=(*found, *sounds),
        clips=tuple(clips),
        card=card,
        voice=(voice,),
        bed=bed,
    )
