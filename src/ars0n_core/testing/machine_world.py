"""
The outside of the product machine: providers that obey a verdict, a queue of commands, a
clock moved by hand, and a process that may die at any port call and any commit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

from attrs import define, evolve, field

from ars0n_core.errors import (
    CompositorError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)
from ars0n_core.ids import JobId, VersionId
from ars0n_core.pipelines.commands import Command, EditImage, Speak, SubmitClip
from ars0n_core.ports import (
    Finished,
    Narration,
    Ports,
    Store,
    Unfinished,
)
from ars0n_core.testing import fakes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from ars0n_core.plans.model import Plan
    from ars0n_core.ports import (
        ClipOrder,
        ImageOrder,
        Picture,
        SpeechOrder,
        Variant,
    )
    from ars0n_core.specs.model import AdSpec
    from ars0n_core.timelines import Rendering, Timeline, Word

Answer = TypeVar("Answer")

START: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
LOOKS_MAX: Final = 2
# A provider that is never done would be an outage, and no outage belongs to fair weather.

TOO_LONG_SECONDS: Final = 500.0
# No ad holds so long a narration, however fast it is read.


class Crash(BaseException):
    """
    The process is dead: nothing it still tries has any effect.
    """


class BrokenError(Exception):
    """
    A bug of ours, somewhere in an adapter.
    """


class Verdict(StrEnum):
    """
    What the provider of the next call does with it.
    """

    OK = "ok"
    REJECTED = "rejected"
    LONG = "long"
    UNFINISHED = "unfinished"
    UNAVAILABLE = "unavailable"
    UNKNOWN = "unknown"
    BROKEN = "broken"
    SPOILT = "spoilt"
    OVERTAKEN = "overtaken"


FAIR: Final = (Verdict.OK, Verdict.OK, Verdict.REJECTED, Verdict.LONG, Verdict.UNFINISHED)
"""
What a customer may bring about without any fault of ours.
"""

STORMY: Final = tuple(Verdict)

BILLED: Final = (EditImage, SubmitClip, Speak)


@define
class World:
    """
    All that is not the product.

    ``skew`` is how far the clock was set back. ``fuse`` counts down port calls and commits to the next death. ``meanwhile`` happens
    inside the next overtaken call. ``calls`` counts billed calls by job and attempt, and
    ``unanswered`` says until when each job's last billed call may still be answered.
    """

    doubt: timedelta
    clock: fakes.ManualClock = field(factory=lambda: fakes.ManualClock(START))
    queue: deque[tuple[Command, Callable[[Command], None]]] = field(factory=deque)
    verdict: Verdict = Verdict.OK
    fuse: int | None = None
    is_dead: bool = False
    meanwhile: Callable[[], None] | None = None
    skew: timedelta = timedelta(0)
    commits: int = 0
    deaths: int = 0
    working: list[Command] = field(factory=list)
    calls: dict[tuple[JobId, int], int] = field(factory=dict)
    unanswered: dict[JobId, tuple[int, datetime]] = field(factory=dict)
    looks: dict[str, int] = field(factory=dict)
    excused: set[VersionId] = field(factory=set)

    def reach(self) -> None:
        """
        Come to a point where the process may die.
        """
        if self.fuse is not None:
            self.fuse -= 1
            self.is_dead = self.is_dead or self.fuse < 0
        if self.is_dead:
            raise Crash

    def restart(self) -> None:
        """
        Go on with a new process: what was only in the old one's memory is lost.
        """
        self.is_dead, self.fuse, self.meanwhile = False, None, None
        self.queue.clear()
        self.working.clear()
        self.deaths += 1

    def carry(
        self, command: Command, carry_out: Callable[[Command], None], verdict: Verdict
    ) -> None:
        """
        Carry out a command whose provider gives this verdict.
        """
        self.working.append(command)
        self.verdict = verdict
        if verdict not in FAIR:
            self.excused.add(command.version)
        try:
            carry_out(command)
        except BrokenError:
            pass  # the runner logs it
        finally:
            self.verdict = Verdict.OK
            self.working.pop()
        if verdict is not Verdict.UNKNOWN:
            attempt, _ = self.unanswered.get(command.job, (0, START))
            if attempt == command.attempt:
                self.unanswered.pop(command.job, None)

    def called(self) -> None:
        """
        Note that a provider is called, and refuse a call that must not be made.
        """
        command = self.working[-1] if self.working else None
        if not isinstance(command, BILLED):
            return
        now = self.clock.now() + self.skew
        place = (command.job, command.attempt)
        self.calls[place] = self.calls.get(place, 0) + 1
        assert self.calls[place] == 1, f"{place} was ordered {self.calls[place]} times"
        _, until = self.unanswered.get(command.job, (0, now))
        assert now >= until, f"{place} was ordered while an answer could come until {until}"
        if self.verdict not in {Verdict.REJECTED, Verdict.UNAVAILABLE}:  # a no is an answer
            self.unanswered[command.job] = (command.attempt, now + self.doubt)

    def answer(self, ask: Callable[[], Answer]) -> Answer:
        """
        Have the provider answer as the verdict says; what it spoils, the caller knows.
        """
        self.reach()
        self.called()
        verdict, self.verdict = self.verdict, Verdict.OK
        match verdict:
            case Verdict.REJECTED:
                raise ProviderRejectedError("Not this", port="played")
            case Verdict.UNAVAILABLE:
                raise ProviderUnavailableError("Not now", port="played")
            case Verdict.UNKNOWN:
                raise ProviderUnknownError("No answer", port="played")
            case Verdict.BROKEN:
                raise BrokenError
            case Verdict.OVERTAKEN:
                self.overtake()
        made = ask()
        self.reach()
        return made

    def overtake(self) -> None:
        """
        Let happen what happens while a call is under way.
        """
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()

    def ports(self, kept: Ports) -> Ports:
        """
        Return *kept* with its outside played and every call a place to die.
        """
        exposed = partial(Exposed, self)
        images, clips, speech = fakes.FakeImages(), fakes.FakeClips(), fakes.FakeSpeech()
        return evolve(
            kept,
            clock=self.clock,
            ids=kept.ids,
            scratch=kept.scratch,
            store=ExposedStore(self, kept.store),
            rates=exposed(kept.rates),
            blobs=exposed(kept.blobs),
            fetcher=exposed(fakes.FakeFetcher()),
            ingest=exposed(fakes.FakeIngest()),
            planner=PlayedPlanner(self, fakes.FakePlanner()),
            images=PlayedImages(self, images),
            clips=PlayedClips(self, clips),
            speech=PlayedSpeech(self, speech),
            voices=fakes.FakeVoices(),
            music=exposed(fakes.FakeMusic()),
            compositor=PlayedCompositor(self, fakes.FakeCompositor()),
            runner=PlayedRunner(self),
        )


class Exposed:
    """
    A port whose every call may be the process's last thing, before or after it is done.
    """

    def __init__(self, world: World, port: object) -> None:
        self._world = world
        self._port = port

    def __getattr__(self, name: str) -> Any:
        call = getattr(self._port, name)

        def exposed(*args: Any, **kwargs: Any) -> Any:
            self._world.reach()
            answer = call(*args, **kwargs)
            self._world.reach()
            return answer

        return exposed


@define
class ExposedStore:
    """
    A `Store` whose process may die before and after every commit.
    """

    world: World
    store: Store

    @contextmanager
    def transaction(self) -> Iterator[Any]:
        """
        Open a unit of work.
        """
        self.world.reach()
        with self.store.transaction() as tx:
            yield ExposedTransaction(self.world, tx)


class ExposedTransaction:
    """
    A `Transaction` that may not live to see its commit, or not to tell of it.
    """

    def __init__(self, world: World, transaction: Any) -> None:
        self._world = world
        self._transaction = transaction

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transaction, name)

    def commit(self) -> None:
        """
        Store everything done so far.
        """
        self._world.reach()
        self._transaction.commit()
        self._world.commits += 1
        self._world.reach()


@define
class PlayedRunner:
    """
    A `Runner` that keeps commands until the machine carries one out.
    """

    world: World

    def run(self, command: Command, carry_out: Callable[[Command], None]) -> None:
        """
        Keep *command*.
        """
        self.world.reach()
        self.world.queue.append((command, carry_out))


@define
class PlayedPlanner:
    """
    A `Planner` that others may overtake.
    """

    world: World
    planner: fakes.FakePlanner

    def plan(self, spec: AdSpec, pictures: Sequence[Picture]) -> Plan:
        """
        Return the fake's plan.
        """
        self.world.reach()
        self.world.overtake()
        return self.planner.plan(spec, pictures)


@define
class PlayedImages:
    """
    An `ImageEditor` that obeys the verdict.
    """

    world: World
    images: fakes.FakeImages

    def edit(self, order: ImageOrder, folder: Path) -> tuple[Variant, ...]:
        """
        Return the fake's pictures, or none.
        """
        if self.world.verdict is Verdict.SPOILT:
            return self.world.answer(tuple)
        return self.world.answer(lambda: self.images.edit(order, folder))


@define
class PlayedClips:
    """
    A `VideoGenerator` that obeys the verdict.
    """

    world: World
    clips: fakes.FakeClips

    def submit(self, order: ClipOrder) -> str:
        """
        Return the fake's ticket.
        """
        return self.world.answer(lambda: self.clips.submit(order))

    def check(self, ticket: str, folder: Path) -> Unfinished | Finished:
        """
        Return how far it is, the clip, or a file that is none.
        """
        verdict = self.world.verdict
        looks = self.world.looks[ticket] = self.world.looks.get(ticket, 0) + 1
        if verdict is Verdict.UNFINISHED and looks <= LOOKS_MAX:
            return self.world.answer(lambda: Unfinished(looks / (LOOKS_MAX + 1)))
        clip = self.world.answer(lambda: self.clips.check(ticket, folder))
        if verdict is Verdict.SPOILT and isinstance(clip, Finished):
            clip.path.write_bytes(b"no footage")
        return clip


@define
class PlayedSpeech:
    """
    A `Speech` that obeys the verdict.
    """

    world: World
    speech: fakes.FakeSpeech

    def refusal(self, text: str, voice_id: str) -> str | None:
        """
        Return what the fake says.
        """
        return self.speech.refusal(text, voice_id)

    def speak(self, order: SpeechOrder, folder: Path) -> Narration:
        """
        Return the fake's narration, or one that no ad can hold.
        """
        verdict = self.world.verdict
        spoken = self.world.answer(lambda: self.speech.speak(order, folder))
        if verdict is not Verdict.LONG:
            return spoken
        slower = TOO_LONG_SECONDS / spoken.duration_seconds
        return evolve(
            spoken,
            duration_seconds=TOO_LONG_SECONDS,
            words=tuple(_slowed(word, slower) for word in spoken.words),
        )


def _slowed(word: Word, slower: float) -> Word:
    start, end = word.start_seconds * slower, word.end_seconds * slower
    return evolve(word, start_seconds=start, end_seconds=end)


@define
class PlayedCompositor:
    """
    A `Compositor` that obeys the verdict: what goes wrong here is never the order's fault.
    """

    world: World
    compositor: fakes.FakeCompositor

    def prepare(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> int:
        """
        Do what the fake does.
        """
        return self.compositor.prepare(timeline, media, folder)

    def undrawable(self, text: str) -> tuple[int, ...]:
        """
        Return what the fake says.
        """
        return self.compositor.undrawable(text)

    def render(self, timeline: Timeline, media: Mapping[str, Path], folder: Path) -> Rendering:
        """
        Return the fake's file.
        """
        verdict = self.world.verdict
        if verdict in FAIR:
            self.world.verdict = Verdict.OK
        elif verdict is Verdict.SPOILT:
            raise CompositorError("It can't be rendered")
        elif verdict in {Verdict.UNAVAILABLE, Verdict.UNKNOWN}:
            raise CompositorError("The disk is full", retryable=True)
        return self.world.answer(lambda: self.compositor.render(timeline, media, folder))
