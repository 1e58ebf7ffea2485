"""
Polling drives an ad to its end, whatever the outside does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, evolve

from ars0n_adapters.memory import QueueRunner
from ars0n_core.assets import AssetKind
from ars0n_core.errors import (
    CompositorError,
    NotFoundError,
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)
from ars0n_core.ledger import RECEIVABLE
from ars0n_core.pipelines.commands import CheckClip, SubmitClip
from ars0n_core.pipelines.states import JobStatus
from ars0n_core.projects import VersionStatus
from ars0n_core.specs.model import AspectRatio, CustomClip
from ars0n_core.testing.fakes import footage
from ars0n_core.usecases import billing
from ars0n_core.usecases import carry_out as carrying
from ars0n_core.usecases.advance import advance
from ars0n_core.usecases.assets import serve
from ars0n_core.usecases.carry_out import carry_out, release, renew
from ars0n_core.usecases.jobs import cancel
from ars0n_core.usecases.projects import delete
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from .conftest import Stage


def job_of(report: Any, operation: str, index: int = 0) -> Any:
    return [job for job in report.jobs if job.operation == operation][index]


def stored(version: Any, operation: Operation) -> Any:
    return next(j for j in version.pipeline.jobs.values() if j.item.operation is operation)


def test_a_film_is_made_by_polling(stage: Stage) -> None:
    ordered = stage.order()

    report = stage.finish(ordered.version_id)

    assert report.status is VersionStatus.COMPLETED
    assert (report.progress, report.completed, report.failed) == (100, 8, 0)
    assert report.output == report.jobs[-1].output
    assert report.total_credits == 140
    assert stage.balance() == 860


def test_a_radio_ad_is_made_by_polling(stage: Stage) -> None:
    report = stage.finished(stage.radio())

    assert report.status is VersionStatus.COMPLETED
    assert [job.operation for job in report.jobs] == ["voiceover", "audio_compositing"]
    assert report.total_credits == 4


def test_without_polling_nothing_happens(stage: Stage) -> None:
    ordered = stage.order()
    stage.clock.pass_by(timedelta(hours=1))

    jobs = stage.version(ordered.version_id).pipeline.jobs.values()

    assert {job.status for job in jobs} == {JobStatus.PENDING, JobStatus.WAITING}


def test_progress_only_rises_and_is_whole_only_with_the_ad(stage: Stage) -> None:
    stage.ports.clips.looks = 4
    ordered = stage.order()
    seen: list[Any] = []

    while not seen or seen[-1].status is VersionStatus.GENERATING:
        seen.append(stage.poll(ordered.version_id))

    steps = [report.progress for report in seen]
    assert steps == sorted(steps)
    assert len(set(steps)) > 3
    assert [report.progress == 100 for report in seen] == [
        report.output is not None for report in seen
    ]


def test_the_best_variant_is_taken_and_the_scores_are_kept(stage: Stage) -> None:
    report = stage.finished(stage.film(variants=3))

    edit = job_of(report, Operation.EDIT_IMAGE)
    assert [score["score"] for score in edit.facts["scores"]] == [1.0, 0.9, 0.8]
    with stage.ports.store.transaction() as tx:
        picture = tx.assets.find(edit.output)
    assert picture.facts["width"] == 720


def test_the_cut_gets_music_logo_and_custom_clips(stage: Stage) -> None:
    clip = CustomClip(1, stage.asset(AssetKind.VIDEO, seconds=4), 4, "See it move.")
    spec = stage.film(
        custom_clips=(clip,),
        logo_asset_id=stage.asset(note="logo"),
        music_asset_id=stage.asset(AssetKind.AUDIO, seconds=9),
        company_name="Helio",
    )

    stage.finished(spec)

    (timeline,) = stage.ports.compositor.cuts
    names = {media.id for media in timeline.media}
    assert {"voice", "clip-0", "custom-0", "logo", "music"} <= names
    assert timeline.frames == (15 + 4) * 30
    assert timeline.card.logo == "logo"


def test_a_voice_and_pictures_come_before_any_clip(stage: Stage) -> None:
    ordered = stage.order()

    stage.poll(ordered.version_id)

    assert not stage.ports.clips.orders
    stage.poll(ordered.version_id)
    assert len(stage.ports.clips.orders) == 3


def test_another_organisations_version_does_not_exist(stage: Stage) -> None:
    ordered = stage.order()

    with pytest.raises(NotFoundError):
        stage.poll(ordered.version_id, stage.customer("theirs"))


def test_many_who_ask_at_once_start_each_job_once(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order()

    for _ in range(5):
        advance(stage.ports, stage.policy, stage.caller, ordered.version_id)

    assert len(runner.waiting) == 4


def test_a_command_that_is_carried_out_twice_is_done_once(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())
    stage.poll(ordered.version_id)
    command, _ = runner.waiting[0]

    runner.step()
    blobs = stage.blobs.keys
    carry_out(stage.ports, stage.policy, command)

    assert len(stage.ports.speech.orders) == 1
    assert stage.blobs.keys == blobs


def test_a_provider_that_is_away_is_asked_again_later(stage: Stage) -> None:
    away = ProviderUnavailableError("busy", retry_after_seconds=60)
    speech = stage.flaky("speech")
    speech.plan_fault("speak", away, away)

    report = stage.finished(stage.radio())

    assert report.status is VersionStatus.COMPLETED
    assert speech.calls.count("speak") == 3


def test_a_provider_that_stays_away_fails_the_version_and_all_is_given_back(stage: Stage) -> None:
    away = [ProviderUnavailableError("busy")] * (stage.policy.deferrals_max + 1)
    stage.flaky("speech").plan_fault("speak", *away)

    report = stage.finished()

    assert report.status is VersionStatus.FAILED
    assert job_of(report, Operation.SPEAK).error == "busy"
    assert stage.balance() == 1000
    assert not any(job.output for job in report.jobs)


def test_jobs_put_off_together_come_back_apart_and_none_sooner_than_told(stage: Stage) -> None:
    away = ProviderUnavailableError("busy", retry_after_seconds=100)
    stage.flaky("images").plan_fault("edit", away, away, away)
    ordered = stage.order()
    asked_at = stage.clock.now()

    stage.poll(ordered.version_id)

    jobs = stage.version(ordered.version_id).pipeline.jobs.values()
    waits = [(job.check_at - asked_at).total_seconds() for job in jobs if job.check_at]
    assert len(set(waits)) == len(waits) == 3
    assert all(100 <= wait <= 125 for wait in waits)


def test_nobody_is_left_alone_for_longer_than_reason_has_it(stage: Stage) -> None:
    stage.flaky("speech").plan_fault(
        "speak", ProviderUnavailableError("busy", retry_after_seconds=86_400)
    )
    ordered = stage.order(stage.radio())
    asked_at = stage.clock.now()

    stage.poll(ordered.version_id)

    voice = stored(stage.version(ordered.version_id), Operation.SPEAK)
    assert timedelta(minutes=10) <= voice.check_at - asked_at < timedelta(minutes=13)


def test_a_queue_of_our_own_is_not_held_against_a_job(stage: Stage) -> None:
    full = ProviderUnavailableError("no place", retry_after_seconds=1, asked=False)
    speech = stage.flaky("speech")
    speech.plan_fault("speak", *[full] * (stage.policy.deferrals_max + 3))

    report = stage.finished(stage.radio())

    assert report.status is VersionStatus.COMPLETED
    assert speech.calls.count("speak") == stage.policy.deferrals_max + 4


def test_a_lost_answer_fails_at_once_where_it_is_not_repeated(stage: Stage) -> None:
    stage.policy = evolve(stage.policy, repeats_unknown=False)
    speech = stage.flaky("speech")
    speech.plan_fault("speak", ProviderUnknownError("The line broke"))

    report = stage.finished(stage.radio())

    assert report.status is VersionStatus.FAILED
    error = job_of(report, Operation.SPEAK).error
    assert error.startswith("The line broke. It may have been done")
    assert speech.calls.count("speak") == 1
    assert stage.balance() == 1000


@pytest.mark.parametrize("mood", ["calm", None])
def test_a_cut_is_journalled_as_billed_only_if_it_orders_music(
    stage: Stage, mood: str | None
) -> None:
    stage.policy = evolve(stage.policy, billed=frozenset({Operation.MIX}))
    seen = []
    inner = stage.ports.compositor

    class Watching:
        undrawable = staticmethod(inner.undrawable)

        def render(self, *rest: Any) -> Any:
            (version,) = stage.generating()
            seen.append(stored(version, Operation.MIX).sent)
            return inner.render(*rest)

    stage.ports = evolve(stage.ports, compositor=Watching())
    spec = stage.radio(music_mood=mood) if mood else stage.radio(music_volume=0.0)

    assert stage.finished(spec).status is VersionStatus.COMPLETED
    assert seen == [mood is not None]


def test_a_refused_order_gives_back_what_was_not_taken(stage: Stage) -> None:
    later = ProviderUnavailableError("later")
    stage.flaky("clips").plan_fault("check", None, later, later, ProviderRejectedError("No"))
    ordered = stage.order()
    taken = stage.until_made(ordered.version_id, Operation.GENERATE_CLIP)
    serve(stage.ports, stage.policy, stage.caller, taken.output)

    report = stage.finish(ordered.version_id)

    assert report.status is VersionStatus.FAILED
    assert stage.balance() == 1000 - 35
    assert job_of(report, Operation.GENERATE_CLIP).output == taken.output
    assert [job.output for job in report.jobs if job.id != taken.id] == [None] * 7


def test_our_fault_gives_back_even_what_was_taken(stage: Stage) -> None:
    stage.flaky("compositor").plan_fault("render", CompositorError("broken cut"))
    ordered = stage.order()
    taken = stage.until_made(ordered.version_id, Operation.GENERATE_CLIP).output
    serve(stage.ports, stage.policy, stage.caller, taken)

    report = stage.finish(ordered.version_id)

    assert report.status is VersionStatus.FAILED
    assert stage.balance() == 1000
    with pytest.raises(NotFoundError):
        serve(stage.ports, stage.policy, stage.caller, taken)


def test_running_jobs_finish_and_nothing_new_starts_after_a_failure(stage: Stage) -> None:
    stage.ports.clips.looks = 5
    stage.flaky("clips").plan_fault("submit", None, ProviderRejectedError("Not this"))
    ordered = stage.order()

    report = stage.finish(ordered.version_id)

    statuses = [job.status for job in report.jobs if job.operation == Operation.GENERATE_CLIP]
    assert sorted(statuses) == ["completed", "completed", "failed"]
    assert not stage.ports.compositor.cuts


def test_a_bug_fails_the_job_without_telling_its_inside(
    stage: Stage, caplog: pytest.LogCaptureFixture
) -> None:
    stage.flaky("speech").plan_fault("speak", ZeroDivisionError("secret detail"))

    report = stage.finished(stage.radio())

    assert report.jobs[0].error == "Internal error"
    assert stage.balance() == 1000
    assert "secret detail" in caplog.text


def test_a_customers_file_at_fault_is_the_orders_fault(stage: Stage) -> None:
    fault = CompositorError("no picture in it", media="custom-0")
    stage.flaky("compositor").plan_fault("render", fault)
    clip = CustomClip(1, stage.asset(AssetKind.VIDEO, seconds=4), 4)
    ordered = stage.order(stage.film(custom_clips=(clip,)))
    made = stage.until_made(ordered.version_id, Operation.GENERATE_CLIP)
    serve(stage.ports, stage.policy, stage.caller, made.output)

    report = stage.finish(ordered.version_id)

    assert "no picture in it" in report.jobs[-1].error
    assert stage.balance() == 1000 - 35


@define
class Spoiling:
    """
    A port whose answers are spoilt on their way, by method.
    """

    port: Any
    spoil: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        call = getattr(self.port, name)
        spoil = self.spoil.get(name)
        return call if spoil is None else lambda *given: spoil(call(*given))


def as_clip(content: bytes) -> Callable[[Any], Any]:
    def spoil(answer: Any) -> Any:
        answer.path.write_bytes(content)
        return answer

    return spoil


@pytest.mark.parametrize(
    ("port", "method", "spoil", "told"),
    [
        ("images", "edit", lambda _: (), "The image editor returned no picture"),
        ("clips", "check", as_clip(b"no footage"), "The provider's clip can't be used"),
        ("clips", "check", as_clip(footage(1)), "footage can't fill an ad of 15 s"),
        ("speech", "speak", lambda spoken: evolve(spoken, words=()), "without word timings"),
    ],
    ids=["no pictures", "no footage", "too little footage", "no words"],
)
def test_an_answer_nobody_can_use_is_our_fault(
    stage: Stage, port: str, method: str, spoil: Any, told: str
) -> None:
    stage.policy = evolve(stage.policy, deferrals_max=0)
    spoiling = Spoiling(getattr(stage.ports, port), {method: spoil})
    stage.ports = evolve(stage.ports, **{port: spoiling})

    report = stage.finished()

    assert report.status is VersionStatus.FAILED
    assert any(told in (job.error or "") for job in report.jobs)
    assert stage.balance() == 1000


@pytest.mark.parametrize("gone", [False, True])
def test_pictures_are_made_beside_the_orders_other_photos(stage: Stage, *, gone: bool) -> None:
    pictures = (stage.asset(), stage.asset())
    ordered = stage.order(stage.film(image_asset_ids=pictures))
    if gone:
        with stage.ports.store.transaction() as tx:
            stage.blobs.delete(tx.assets.find(pictures[1]).blob_key)
            tx.commit()

    stage.poll(ordered.version_id)

    seen = [len(order.references) for order in stage.ports.images.orders]
    # Of the scenes dealt the photo that is gone there is no picture.
    assert seen == ([0, 0] if gone else [1, 1, 1])


@pytest.mark.parametrize("record_too", [False, True])
def test_a_file_that_vanished_from_the_store_is_our_fault(
    stage: Stage, *, record_too: bool
) -> None:
    image = stage.asset()
    ordered = stage.order(stage.film(image_asset_ids=(image,)))
    with stage.ports.store.transaction() as tx:
        stage.blobs.delete(tx.assets.find(image).blob_key)
        if record_too:
            tx.assets.delete(image)
        tx.commit()

    report = stage.finish(ordered.version_id)

    assert report.status is VersionStatus.FAILED
    assert stage.balance() == 1000
    assert {job.error for job in report.jobs if job.error} != {"Internal error"}


def test_a_full_disk_is_tried_again(stage: Stage) -> None:
    stage.flaky("compositor").plan_fault("render", CompositorError("disk full", retryable=True))
    stage.flaky("blobs").plan_fault("put", PortError("store away"))

    assert stage.finished().status is VersionStatus.COMPLETED


def test_a_lost_worker_costs_a_lease_and_no_more(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())
    stage.poll(ordered.version_id)
    runner.waiting.clear()

    stage.clock.pass_by(stage.policy.bounds.lease)
    stage.poll(ordered.version_id)

    ((command, _),) = runner.waiting
    assert command.attempt == 2


def test_a_job_that_is_always_lost_is_given_up(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())

    stage.ports.speech.orders = Deadly()
    for _ in range(stage.policy.bounds.crashes_max):
        stage.poll(ordered.version_id)
        with pytest.raises(ProcessEnds):
            runner.step()
        stage.clock.pass_by(stage.policy.bounds.lease)
    report = stage.poll(ordered.version_id)

    assert report.status is VersionStatus.FAILED
    assert "lost 3 times" in report.jobs[0].error
    assert stage.balance() == 1000


class ProcessEnds(BaseException):
    """
    Nothing of ours sees it.
    """


class Deadly(list[object]):
    """
    Whoever notes an order here dies.
    """

    def append(self, order: object) -> None:
        del order
        raise ProcessEnds


def test_a_job_is_not_given_up_for_processes_that_never_came_to_it(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())

    for _ in range(3 * stage.policy.bounds.crashes_max):
        stage.poll(ordered.version_id)
        runner.waiting.clear()  # as the process ends that had it in its queue
        stage.clock.pass_by(stage.policy.bounds.lease)
    for _ in range(2):  # the voice, and the mix
        stage.poll(ordered.version_id)
        runner.step()

    assert stage.poll(ordered.version_id).status is VersionStatus.COMPLETED


@define
class Interrupting:
    """
    A clock; what ``happens`` does so when it is asked the next time.
    """

    clock: Any
    happens: Callable[[], object] | None = None

    def now(self) -> Any:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return self.clock.now()


def test_who_comes_to_a_job_that_is_anothers_by_now_leaves_it(stage: Stage) -> None:
    runner = QueueRunner()
    clock = Interrupting(stage.ports.clock)
    stage.ports = evolve(stage.ports, runner=runner, clock=clock)
    ordered = stage.order(stage.radio())
    stage.poll(ordered.version_id)

    def lost() -> None:
        clock.clock.pass_by(stage.policy.bounds.lease)
        stage.poll(ordered.version_id)

    clock.happens = lost
    runner.step(1)
    assert stage.ports.speech.orders == []
    runner.step()

    assert len(stage.ports.speech.orders) == 1


def test_a_late_answer_of_a_lost_worker_changes_nothing(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())
    stage.poll(ordered.version_id)
    stage.clock.pass_by(stage.policy.bounds.lease)
    stage.poll(ordered.version_id)

    runner.step(1)
    kept = stage.blobs.keys
    runner.step()

    assert stage.blobs.keys == kept
    assert len(stage.ports.speech.orders) == 1


def test_a_new_process_resumes_from_the_ticket(stage: Stage) -> None:
    stage.ports.clips.looks = 3
    ordered = stage.order()
    for _ in range(3):
        stage.poll(ordered.version_id)
    stage.clock.pass_by(timedelta(hours=5))

    report = stage.finish(ordered.version_id)

    assert report.status is VersionStatus.COMPLETED
    assert len(stage.ports.clips.orders) == 3


def test_a_billed_call_with_no_verdict_is_not_repeated_while_it_may_answer(stage: Stage) -> None:
    stage.policy = evolve(stage.policy, billed=frozenset({Operation.GENERATE_CLIP}))
    clips = stage.flaky("clips")
    clips.plan_fault("submit", ProviderUnknownError("no answer"))
    ordered = stage.order()

    for _ in range(int(stage.policy.doubt / timedelta(seconds=10))):
        stage.poll(ordered.version_id)
    assert clips.calls.count("submit") == 3
    report = stage.finish(ordered.version_id)

    assert report.status is VersionStatus.COMPLETED
    assert clips.calls.count("submit") == 4


def test_a_billed_call_is_journalled_before_it_leaves(stage: Stage) -> None:
    stage.policy = evolve(stage.policy, billed=frozenset({Operation.GENERATE_CLIP}))
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    clips = stage.flaky("clips")
    clips.plan_fault("submit", KeyboardInterrupt())
    ordered = stage.order()
    stage.poll(ordered.version_id)
    while runner.step():
        pass
    stage.poll(ordered.version_id)
    command, _ = runner.waiting[0]
    assert isinstance(command, SubmitClip)

    with pytest.raises(KeyboardInterrupt):
        runner.step()
    carry_out(stage.ports, stage.policy, command)
    stage.clock.pass_by(stage.policy.doubt / 2)
    carry_out(stage.ports, stage.policy, command)

    assert clips.calls.count("submit") == 1


def test_a_provider_that_can_not_say_is_asked_until_the_order_lapses(stage: Stage) -> None:
    stage.policy = evolve(stage.policy, ticket_lifetime=timedelta(minutes=5))
    clips = stage.flaky("clips")
    clips.plan_fault("check", *[ProviderUnavailableError("away")] * 200)

    report = stage.finished()

    assert report.status is VersionStatus.FAILED
    assert stage.balance() == 1000


def test_refunds_go_back_to_the_account_that_was_charged(stage: Stage) -> None:
    partner = stage.customer("partner", unlimited=True)
    stage.flaky("speech").plan_fault("speak", ProviderRejectedError("Not this"))
    ordered = stage.order(stage.radio(), partner)
    billing.set_unlimited(stage.ports, partner.organization.id, unlimited=False)

    stage.finish(ordered.version_id, partner)

    assert stage.balance(partner, RECEIVABLE) == 0
    assert stage.balance(partner) == 0


def test_a_worker_keeps_and_gives_back_its_lease(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())
    stage.poll(ordered.version_id)
    command, _ = runner.waiting.popleft()
    lease = stage.policy.bounds.lease

    stage.clock.pass_by(lease * 0.9)
    renew(stage.ports, stage.policy, command)
    stage.clock.pass_by(lease * 0.9)
    stage.poll(ordered.version_id)
    assert not runner.waiting

    release(stage.ports, command)
    stage.poll(ordered.version_id)
    assert [again.attempt for again, _ in runner.waiting] == [2]


def test_who_says_too_late_that_he_asks_keeps_nobody_from_asking(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.film())
    stage.flaky("clips").plan_fault("check", ProviderUnavailableError("later"))
    asked: list[CheckClip] = []
    jobs: list[str] = []
    for _ in range(40):
        stage.poll(ordered.version_id)
        waiting = [command for command, _ in runner.waiting]
        asked += [command for command in waiting if isinstance(command, CheckClip)]
        while runner.step():
            pass
        jobs = [job.id for job in stage.poll(ordered.version_id).jobs if job.status == "polling"]
        if asked and jobs:
            break
        stage.clock.pass_by(stage.policy.check_every)
    (unfinished,) = (command for command in asked if command.job in jobs)

    renew(stage.ports, stage.policy, unfinished)  # the answer is there already
    stage.clock.pass_by(stage.policy.bounds.lease * 0.5)
    stage.poll(ordered.version_id)

    assert unfinished in [command for command, _ in runner.waiting]


def test_the_same_order_is_carried_out_the_same_way_by_any_driver(stage: Stage) -> None:
    inline = stage.finished(stage.radio())
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())
    for _ in range(6):
        queued = stage.poll(ordered.version_id)
        while runner.step(len(runner.waiting) - 1):
            pass

    assert [job.status for job in queued.jobs] == [job.status for job in inline.jobs]
    assert queued.total_credits == inline.total_credits


@pytest.mark.parametrize(
    ("shape", "size"),
    [(AspectRatio.LANDSCAPE, (1920, 1080)), (AspectRatio.SQUARE, (1080, 1080))],
)
def test_a_deployment_of_finer_pictures_makes_videos_finer_and_feeds_as_they_are(
    stage: Stage, shape: AspectRatio, size: tuple[int, int]
) -> None:
    stage.policy = evolve(stage.policy, picture_lines=1080)

    stage.finished(stage.film(aspect_ratio=shape))

    (cut,) = stage.ports.compositor.cuts
    assert (cut.width, cut.height) == size


def test_what_others_took_over_as_a_worker_began_is_not_done_twice(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())
    stage.poll(ordered.version_id)
    ((command, _),) = runner.waiting
    stands = carrying._standing

    def overtaken(ports: Any, taken: Any) -> Any:
        found = stands(ports, taken)
        stage.clock.pass_by(stage.policy.bounds.lease)
        stage.poll(ordered.version_id)
        return found

    monkeypatch.setattr(carrying, "_standing", overtaken)
    carry_out(stage.ports, stage.policy, command)

    assert stage.ports.speech.orders == []
    assert [waiting.attempt for waiting, _ in runner.waiting] == [1, 2]


def test_a_command_for_an_ad_that_is_gone_does_nothing(stage: Stage) -> None:
    runner = QueueRunner()
    stage.ports = evolve(stage.ports, runner=runner)
    ordered = stage.order(stage.radio())
    stage.poll(ordered.version_id)
    ((command, _),) = runner.waiting
    cancel(stage.ports, stage.caller, ordered.version_id)
    delete(stage.ports, stage.caller, ordered.project_id)

    carry_out(stage.ports, stage.policy, command)

    assert stage.ports.speech.orders == []
