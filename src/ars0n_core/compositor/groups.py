"""
Work side by side that ends together: one failure, or an interrupt, ends the rest.

No process is started here; those of `ars0n_core.compositor.ffmpeg` join a `Group`.
"""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, Final, Generic, Protocol, Self, TypeVar

from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
    from types import TracebackType

T = TypeVar("T")


class Once(Generic[T]):
    """
    What is made by the first thread that asks for it, while the others wait.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made: list[T] = []

    def get(self, make: Callable[[], T]) -> T:
        """
        Return what was made, by *make* if nothing was yet.
        """
        with self._lock:
            if not self._made:
                self._made.append(make())
            return self._made[0]

    def forget(self) -> None:
        """
        Let it be made anew for who asks next; who has it keeps it.
        """
        with self._lock:
            self._made.clear()


class Recent:
    """
    What was made last, at most so many; what was made before that is forgotten.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = threading.Lock()
        self._made: deque[Once[Any]] = deque()

    def note(self, made: Once[Any]) -> None:
        """
        Say that *made* was made just now.
        """
        with self._lock:
            self._made.append(made)
            oldest = self._made.popleft() if len(self._made) > self._most else None
        if oldest is not None:
            oldest.forget()


class Mortal(Protocol):
    """
    What can be ended from outside, at any moment, more than once.
    """

    def kill(self) -> None:
        """
        End it at once.
        """


class Group:
    """
    Processes that end together: leaving the ``with`` block, or `stop`, kills what still runs.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alive: set[Mortal] = set()
        self.stopped = False
        self.cause: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self, cause: BaseException | None = None) -> None:
        """
        Kill what runs and let nothing new start, because of *cause*: whatever fails after that
        fails for having been killed.
        """
        with self._lock:
            if not self.stopped:
                self.cause = cause
            self.stopped = True
            alive = list(self._alive)
        for process in alive:
            process.kill()

    def add(self, process: Mortal) -> None:
        """
        Take *process* in, just before it starts.

        Raises:
            CompositorError: The group was stopped.
        """
        with self._lock:
            if self.stopped:
                raise CompositorError(
                    "stopped because another part of the job failed", retryable=True
                )
            self._alive.add(process)

    def discard(self, process: Mortal) -> None:
        """
        Forget *process*; it has ended.
        """
        with self._lock:
            self._alive.discard(process)


class Pledges:
    """
    What one thread will have made, by name, so that another may wait for it instead of making
    it once more. Who pledges something waits for nothing before it is there.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._pending: dict[Hashable, threading.Event] = {}
        self._awaited: set[Hashable] = set()

    def pledge(self, names: Iterable[Hashable]) -> None:
        """
        Say that all of *names* will be there, or have failed, after a block of `keeping`.
        """
        with self._lock:
            self._pending.update((name, threading.Event()) for name in names)

    @contextlib.contextmanager
    def keeping(self, names: Sequence[Hashable]) -> Iterator[None]:
        """
        Let nobody wait for any of *names* any more when the block is left.
        """
        try:
            yield
        finally:
            for name in names:
                self.keep(name)

    def keep(self, name: Hashable) -> None:
        """
        Say that *name* is there.
        """
        with self._lock:
            pledge = self._pending.pop(name, None)
            self._awaited.discard(name)
        if pledge is not None:
            pledge.set()

    def is_pending(self, name: Hashable) -> bool:
        """
        Whether *name* is pledged and not yet there.
        """
        with self._lock:
            return name in self._pending

    def is_awaited(self, name: Hashable) -> bool:
        """
        Whether somebody waits for *name*.
        """
        with self._lock:
            return name in self._awaited

    def wait(self, name: Hashable, group: Group) -> None:
        """
        Wait for *name* while *group* goes on, if it is pledged.
        """
        with self._lock:
            pledge = self._pending.get(name)
            if pledge is not None:
                self._awaited.add(name)
        while pledge is not None and not group.stopped and not pledge.wait(STOP_SECONDS):
            pass


STOP_SECONDS: Final = 0.1
"""
How soon who waits notices that there is nothing to wait for any more.
"""


class Precedence:
    """
    What is needed goes before what is done ahead of need: that is done one at a time, and
    given up when something needed begins.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._needed = 0
        self._ahead: Group | None = None

    @contextlib.contextmanager
    def needed(self) -> Iterator[None]:
        """
        Stop what is done ahead, and let none begin inside the block.
        """
        with self._lock:
            self._needed += 1
            ahead = self._ahead
        if ahead is not None:
            ahead.stop()
        try:
            yield
        finally:
            with self._lock:
                self._needed -= 1

    @contextlib.contextmanager
    def ahead(self, group: Group) -> Iterator[bool]:
        """
        Say whether work may be done ahead inside the block; *group* is stopped when it may
        no longer.
        """
        with self._lock:
            free = not self._needed and self._ahead is None
            if free:
                self._ahead = group
        try:
            yield free
        finally:
            if free:
                with self._lock:
                    self._ahead = None


class Crew:
    """
    Workers that do jobs in the order they are given, some at a time, and end together.

    The first failure, or an error in the ``with`` block, stops *group* and no further job is
    begun; all threads have ended when the block is left. What is raised is what stopped the
    group, be it in a crew of another job, else the first failure.
    """

    def __init__(self, workers: int, group: Group) -> None:
        self._pool = ThreadPoolExecutor(max(1, workers))
        self._group = group
        self._failures: list[BaseException] = []

    def begin(self, job: Callable[[], object]) -> None:
        """
        Have *job* done as soon as a worker is free.
        """
        self._pool.submit(self._call, job)

    def share(
        self, todo: Sequence[T], choose: Callable[[Sequence[T]], int], do: Callable[[T], object]
    ) -> None:
        """
        Have *do* called for each of *todo*: whoever is free takes the one that *choose*, given
        what is left, counts to, and nobody else chooses meanwhile.
        """
        left, lock = list(todo), threading.Lock()

        def one() -> None:
            with lock:
                chosen = left.pop(choose(left))
            do(chosen)

        for _ in todo:
            self.begin(one)

    def _call(self, job: Callable[[], object]) -> None:
        if self._failures:
            return
        try:
            job()
        except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._failures.append(error)
        self._group.stop(error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if error is not None:
            self._fail(error)
        try:
            self._pool.shutdown(wait=True)
        except BaseException as interrupt:
            self._fail(interrupt)
            self._pool.shutdown(wait=True)
            raise
        if self._failures and (first := self._group.cause or self._failures[0]) is not error:
            raise first


def in_parallel(jobs: Sequence[Callable[[], T]], *, workers: int, group: Group) -> list[T]:
    """
    Call every job, *workers* at a time, as a `Crew`, and return their results in order.
    """
    if workers <= 1 or len(jobs) <= 1:
        return [job() for job in jobs]
    results: dict[int, T] = {}

    def call(index: int) -> None:
        results[index] = jobs[index]()

    with Crew(min(workers, len(jobs)), group) as crew:
        for index in range(len(jobs)):
            crew.begin(partial(call, index))
    return [results[index] for index in range(len(jobs))]
