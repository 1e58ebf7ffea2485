"""
Child processes that decode foreign content, held to limits.

**Owns** `Limits` and `run`. A child has a session of its own, no input, limited memory,
processor time, file size and open files, and a wall-clock end after which all of it is
killed; it also dies with the thread that waits for it.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.errors import PortError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import IO

TAIL_BYTES: Final = 64 << 10
"""
How much of what a child said last is kept.
"""

LAUNCH: Final = Path(__file__).with_name("launch.py")


@frozen(kw_only=True)
class Limits:
    """
    What a child may use.
    """

    memory_bytes: int = 1536 << 20
    cpu_seconds: int = 10
    file_bytes: int = 256 << 20
    files: int = 64
    wall_seconds: float = 30.0


@frozen(kw_only=True)
class Ended:
    """
    How a child ended; ``code`` is negative for a signal. Texts are the last `TAIL_BYTES`.
    """

    code: int
    stdout: str
    stderr: str
    timed_out: bool

    @property
    def disk_full(self) -> bool:
        """
        Whether the machine, not the content, was at fault.
        """
        return "No space left on device" in self.stderr or "Disk quota exceeded" in self.stderr

    @property
    def complaint(self) -> str:
        """
        The first thing it complained about.
        """
        return next((line.strip() for line in self.stderr.splitlines() if line.strip()), "")


class _Tail:
    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._kept = b""
        self._thread = threading.Thread(target=self._drain, daemon=True)
        self._thread.start()

    def _drain(self) -> None:
        with contextlib.suppress(ValueError, OSError):
            while chunk := self._pipe.read(8192):
                self._kept = (self._kept + chunk)[-TAIL_BYTES:]

    def text(self) -> str:
        self._thread.join()
        return self._kept.decode(errors="replace")


def run(command: Sequence[str], limits: Limits) -> Ended:
    """
    Run *command* within *limits* and return how it ended.

    Raises:
        PortError: It could not be started.
    """
    numbers = (limits.memory_bytes, limits.cpu_seconds, limits.file_bytes, limits.files)
    launch = [sys.executable, "-I", "-S", str(LAUNCH), *map(str, numbers), "--"]
    try:
        child = subprocess.Popen(
            [*launch, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
        )
    except OSError as error:
        raise PortError(f"no child process could be started: {error}", port="ingest") from error
    timed_out = False
    with child:
        try:
            if child.stdout is None or child.stderr is None:
                raise PortError("a child process has no pipes", port="ingest")
            tails = _Tail(child.stdout), _Tail(child.stderr)
            try:
                child.wait(limits.wall_seconds)
            except subprocess.TimeoutExpired:
                timed_out = True
        finally:
            # Whatever ended the wait: nothing of the child's session goes on.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        stdout, stderr = (tail.text() for tail in tails)
    return Ended(code=child.returncode, stdout=stdout, stderr=stderr, timed_out=timed_out)
