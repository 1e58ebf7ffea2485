"""
What a process does with its threads when it ends.
"""

from __future__ import annotations

import threading

from ars0n_adapters.threads import ThreadRunner
from ars0n_core.ids import JobId, VersionId
from ars0n_core.pipelines.commands import Command, Compose


def test_what_was_given_back_is_waited_for_only_once() -> None:
    going_on, ended, released = threading.Event(), threading.Event(), list[Command]()
    runner = ThreadRunner(release=released.append)
    command = Compose(version=VersionId("ver_1"), job=JobId("job_1"), attempt=1)

    def work(_: Command) -> None:
        going_on.wait(30)
        ended.set()

    runner.run(command, work)
    runner.close(timeout_seconds=0.05)
    runner.close(timeout_seconds=20)

    assert released == [command]
    assert not ended.is_set()
    going_on.set()
    assert ended.wait(30)
