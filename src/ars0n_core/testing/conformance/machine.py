"""
What every `Clock`, `Ids`, `Scratch` and `Runner` must do.
"""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from ars0n_core.ids import JobId, VersionId
from ars0n_core.pipelines.commands import Compose, Speak

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ars0n_core.pipelines.commands import Command
    from ars0n_core.ports import Clock, Ids, Runner, Scratch

SOON_SECONDS = 30.0
ID_CHARACTERS_MIN = 22
# 128 bits in base 64, the densest form an id may have.


class ClockSuite:
    """
    What every `Clock` must do. Subclass it and give the fixture a clock.
    """

    @pytest.fixture
    def clock(self) -> Clock:
        """
        Return a clock.
        """
        raise AssertionError("give the fixture `clock`")

    def test_it_tells_utc(self, clock: Clock) -> None:
        """
        An aware instant, in UTC and no other zone.
        """
        assert clock.now().utcoffset() == timedelta(0)

    def test_it_does_not_run_backwards(self, clock: Clock) -> None:
        """
        As long as nobody sets it.
        """
        told = [clock.now() for _ in range(100)]

        assert told == sorted(told)


class IdsSuite:
    """
    What every `Ids` must do. Subclass it and give the fixture a source of ids.
    """

    @pytest.fixture
    def ids(self) -> Ids:
        """
        Return a source of ids.
        """
        raise AssertionError("give the fixture `ids`")

    @pytest.fixture
    def characters_min(self) -> int:
        """
        Return how long an id is without its prefix; less only where guessing is wanted.
        """
        return ID_CHARACTERS_MIN

    def test_an_id_is_never_the_same_twice(self, ids: Ids) -> None:
        """
        Whatever the prefix, and whoever asks at the same moment.
        """
        made: list[str] = []

        def make() -> None:
            made.extend(ids.new("job_") for _ in range(200))

        threads = [threading.Thread(target=make) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=SOON_SECONDS)

        assert len(set(made)) == 800

    def test_an_id_begins_with_its_prefix(self, ids: Ids, characters_min: int) -> None:
        """
        And goes on long enough not to be guessed.
        """
        for prefix in ("asset_", "ver_", ""):
            made = ids.new(prefix)
            assert made.startswith(prefix)
            assert len(made) - len(prefix) >= characters_min

    def test_a_secret_is_64_hex_characters(self, ids: Ids) -> None:
        """
        And no two are alike.
        """
        made = [ids.secret() for _ in range(100)]

        assert all(re.fullmatch("[0-9a-f]{64}", secret) for secret in made)
        assert len(set(made)) == 100


class ScratchSuite:
    """
    What every `Scratch` must do. Subclass it and give the fixture one.
    """

    @pytest.fixture
    def scratch(self) -> Scratch:
        """
        Return a lender of folders.
        """
        raise AssertionError("give the fixture `scratch`")

    def test_a_folder_is_fresh_and_empty(self, scratch: Scratch) -> None:
        """
        Even while another is lent.
        """
        with scratch.folder() as one, scratch.folder() as other:
            (one / "file").write_bytes(b"x")

            assert one != other
            assert list(other.iterdir()) == []

    def test_it_is_gone_with_all_in_it(self, scratch: Scratch) -> None:
        """
        Folders within it, too.
        """
        with scratch.folder() as folder:
            (folder / "deeper").mkdir()
            (folder / "deeper" / "file").write_bytes(b"x")

        assert not folder.exists()

    def test_it_is_gone_after_an_exception(self, scratch: Scratch) -> None:
        """
        Which comes through.
        """
        lent: list[Path] = []
        with pytest.raises(ZeroDivisionError), scratch.folder() as folder:  # noqa: PT012 - one loan
            lent.append(folder)
            raise ZeroDivisionError

        assert not lent[0].exists()

    def test_what_the_borrower_removed_is_no_fault(self, scratch: Scratch) -> None:
        """
        Giving back a folder that is gone already is fine.
        """
        with scratch.folder() as folder:
            folder.rmdir()

        assert not folder.exists()


class RunnerSuite:
    """
    What every `Runner` must do. Subclass it and give the fixture a runner.
    """

    @pytest.fixture
    def runner(self) -> Runner:
        """
        Return a runner.
        """
        raise AssertionError("give the fixture `runner`")

    @pytest.fixture
    def go(self) -> Callable[[], None]:
        """
        Return what makes a runner run that waits to be told so.
        """
        return lambda: None

    @pytest.fixture
    def commands(self) -> tuple[Command, ...]:
        """
        Return some commands: of several versions, one of them a cut.
        """
        spoken = (Speak(VersionId(f"ver_{i}"), JobId(f"job_{i}"), 1) for i in range(3))
        return (*spoken, Compose(VersionId("ver_0"), JobId("job_9"), 2))

    def test_every_command_is_carried_out(
        self, runner: Runner, go: Callable[[], None], commands: tuple[Command, ...]
    ) -> None:
        """
        Each with the command it was handed, now or soon.
        """
        done: list[Command] = []
        arrived = threading.Semaphore(0)

        def carry_out(command: Command) -> None:
            done.append(command)
            arrived.release()

        for command in commands:
            runner.run(command, carry_out)
        go()

        for _ in commands:
            assert arrived.acquire(timeout=SOON_SECONDS)
        assert set(done) == set(commands)

    def test_what_breaks_is_not_raised_and_stops_nothing(
        self, runner: Runner, go: Callable[[], None], commands: tuple[Command, ...]
    ) -> None:
        """
        Whoever hands over is not told, and the next command is carried out.
        """
        arrived = threading.Event()

        def break_down(_: Command) -> None:
            raise ZeroDivisionError

        def carry_out(_: Command) -> None:
            arrived.set()

        runner.run(commands[0], break_down)
        runner.run(commands[1], carry_out)
        go()

        assert arrived.wait(SOON_SECONDS)
