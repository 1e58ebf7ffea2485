"""
ffmpeg, in processes of its own: the one file of the core that starts any.

Argument lists are compiled from ffmpeg-python graphs by the pure `builds`; what ends
together is a group of `groups`; both are handed on here. A `Process` never outlives its
``with`` block, whatever ends the block. ffmpeg carries GPL code (x264), so it is only ever
run, never loaded.

Start at `find`, then `run` for a whole job or `Process` for one with a pipe on either side.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
import signal
import subprocess
import threading
from time import perf_counter
from typing import TYPE_CHECKING, Final, Self

import imageio_ffmpeg
from attrs import frozen

from ars0n_core.compositor.builds import (
    ALLOCATION,
    ASKED_TO_END,
    FIX,
    TRANSIENT,
    Ffmpeg,
    arguments,
    first_complaint,
    foreign_options,
    missing,
    url,
    version_of,
)
from ars0n_core.compositor.disks import of_disk
from ars0n_core.compositor.groups import Group, in_parallel
from ars0n_core.errors import CompositorError, MisconfiguredError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

__all__ = [
    "TAIL_BYTES", "Ffmpeg", "Group", "Output", "Process", "arguments", "find", "foreign_options",
    "in_parallel", "of_disk", "run", "stopwatch", "url",
]  # fmt: skip

TAIL_BYTES: Final = 4096
"""
How much of what ffmpeg complained last is kept for the error's message.
"""

PIPE_BYTES: Final = 1 << 20
"""
Pipe size asked of Linux (its unprivileged limit): a 720p frame in 2 turns instead of 21.
"""


def stopwatch() -> float:
    """
    Return seconds from some start: for reports of where time went, never for decisions.
    """
    return perf_counter()


@frozen(kw_only=True)
class Output:
    """
    What a finished process wrote; of ``stderr`` the last `TAIL_BYTES`, or those asked for.
    """

    stdout: bytes
    stderr: str


def find(path: str | Path | None = None) -> Ffmpeg:
    """
    Return the ffmpeg at *path*; without one the system's, if it is at least as new as the
    wheel's and encodes what we need, else the wheel's.

    Raises:
        MisconfiguredError: There is none, or it can't do what we need.
    """
    if path is not None:
        chosen = _inspect(str(path))
        if lacking := missing(chosen):
            raise MisconfiguredError(f"{path} was built without {lacking}: {FIX}")
        return chosen
    try:
        bundled = _inspect(imageio_ffmpeg.get_ffmpeg_exe())
    except (RuntimeError, MisconfiguredError):
        bundled = None
    system = None
    if (on_path := shutil.which("ffmpeg")) is not None:
        with contextlib.suppress(MisconfiguredError):
            system = _inspect(on_path)
    if system is not None and not missing(system):
        as_new = bundled is None or system.version >= bundled.version
        if as_new:
            return system
    if bundled is None or missing(bundled):
        raise MisconfiguredError(f"no usable ffmpeg was found: {FIX}")
    return bundled


def _inspect(path: str) -> Ffmpeg:
    try:
        banner = run([path, "-version"], timeout_seconds=20).stdout.decode(errors="replace")
    except CompositorError as error:
        if error.retryable:  # it was killed, or the machine is short of something
            raise
        raise MisconfiguredError(f"{path} does not run as ffmpeg: {FIX}") from error
    return Ffmpeg(path=path, version=version_of(banner), banner=banner)


class Process:
    """
    A running ffmpeg, piped on either side, that never outlives its ``with`` block.

    It runs in a session of its own, so that a Ctrl-C reaches only us, who then end it.
    `finish` waits for a good end; leaving the block before that kills it.

    Args:
        args: The command line.
        timeout_seconds: How long it may live.
        feed: Bytes for its standard input, written beside; excludes *writes*.
        writes: Whether we `write` to its standard input.
        media: The input that is to blame when it fails.
        group: What it ends with.
        tail_bytes: How much of its messages is kept.
    """

    def __init__(
        self,
        args: Sequence[str],
        *,
        timeout_seconds: float,
        feed: bytes | memoryview | None = None,
        writes: bool = False,
        media: str | None = None,
        group: Group | None = None,
        tail_bytes: int = TAIL_BYTES,
    ) -> None:
        self._tail_bytes = tail_bytes
        self._args = list(args)
        self._timeout_seconds = timeout_seconds
        self._feed = feed
        self._writes = writes or feed is not None
        self._media = media
        self._group = group
        self._popen: subprocess.Popen[bytes] | None = None
        self._killed = threading.Event()
        self._timed_out = False
        self._tail = b""
        self._lines = 0
        self._threads: list[threading.Thread] = []
        self._timer: threading.Timer | None = None

    def __enter__(self) -> Self:
        if self._group is not None:
            self._group.add(self)
        try:
            self._start()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _start(self) -> None:
        try:
            self._popen = subprocess.Popen(
                self._args,
                stdin=subprocess.PIPE if self._writes else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
                env={**ALLOCATION, **os.environ},
            )
        except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
            raise MisconfiguredError(f"{self._args[0]} can't be started: {FIX}") from error
        except OSError as error:
            if error.errno == errno.ENOEXEC:
                raise MisconfiguredError(f"{self._args[0]} is no program: {FIX}") from error
            raise CompositorError(
                f"ffmpeg could not be started: {error.strerror}", retryable=True
            ) from error
        for pipe in (self._popen.stdin, self._popen.stdout):
            if pipe is not None and hasattr(fcntl, "F_SETPIPE_SZ"):
                with contextlib.suppress(OSError):  # over the user's pipe quota: slower, not wrong
                    fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        self._threads.append(threading.Thread(target=self._drain, daemon=True))
        if self._feed is not None:
            self._threads.append(threading.Thread(target=self._pour, daemon=True))
        for thread in self._threads:
            thread.start()
        self._timer = threading.Timer(self._timeout_seconds, self._expire)
        self._timer.daemon = True
        self._timer.start()
        if self._group is not None and self._group.stopped:
            self.kill()

    def _drain(self) -> None:
        assert self._popen is not None  # noqa: S101 (for the type checker: threads start after it)
        assert self._popen.stderr is not None  # noqa: S101 (the same)
        with contextlib.suppress(ValueError, OSError):
            while chunk := self._popen.stderr.read(TAIL_BYTES):
                self._tail = (self._tail + chunk)[-self._tail_bytes :]

    def _pour(self) -> None:
        with contextlib.suppress(CompositorError):
            self.write(self._feed or b"")
        self._close_input()

    def _expire(self) -> None:
        self._timed_out = True
        self.kill()

    def _close_input(self) -> None:
        if self._popen is not None and self._popen.stdin is not None:
            with contextlib.suppress(OSError):
                self._popen.stdin.close()

    def kill(self) -> None:
        """
        End it at once, with all it started.
        """
        self._killed.set()
        if self._popen is not None and self._popen.returncode is None:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._popen.pid, signal.SIGKILL)

    def _end(self) -> None:
        try:
            if self._popen is not None:
                self.kill()
                self._popen.wait()
                if self._timer is not None:
                    self._timer.cancel()
                for thread in self._threads:
                    thread.join()
                self._close_input()
                for pipe in (self._popen.stdout, self._popen.stderr):
                    if pipe is not None:
                        pipe.close()
        finally:
            if self._group is not None:
                self._group.discard(self)

    def read_into(self, buffer: memoryview) -> int:
        """
        Fill *buffer* (bytes) from its output and return how many arrived: fewer than asked
        only at the end of the output.
        """
        if self._popen is None or self._popen.stdout is None:
            return 0
        have = 0
        while have < len(buffer):
            count = self._popen.stdout.readinto(buffer[have:])  # type: ignore[attr-defined]  # bufsize=0: a FileIO
            if not count:
                break
            have += count
        return have

    def blocks(self, size_bytes: int) -> Iterator[bytes]:
        """
        Yield its output in blocks of *size_bytes*, the last one shorter.
        """
        buffer = bytearray(size_bytes)
        while count := self.read_into(memoryview(buffer)):
            yield bytes(buffer[:count])

    def await_lines(self, count: int) -> None:
        """
        Wait until it has written *count* lines to its output, in all.

        Raises:
            CompositorError: It ended before that.
        """
        if self._popen is None or self._popen.stdout is None:
            raise CompositorError("this process was not started")
        while self._lines < count:
            chunk = self._popen.stdout.read(PIPE_BYTES)
            if not chunk:
                raise self._broken(self._popen)
            self._lines += chunk.count(b"\n")

    def write(self, content: bytes | memoryview) -> None:
        """
        Write all of *content* (bytes) to its input.

        Raises:
            CompositorError: It ended before it had read everything.
        """
        view = memoryview(content)
        if self._popen is None or self._popen.stdin is None:
            raise CompositorError("this process takes no input")
        sent = 0
        try:
            while sent < len(view):
                sent += self._popen.stdin.write(view[sent:]) or 0
        except (BrokenPipeError, ValueError) as error:
            raise self._broken(self._popen) from error

    def pass_on(self, sink: Process, size_bytes: int) -> int:
        """
        Move so many bytes of its output to the input of *sink*, and return how many there were:
        fewer only at the end of the output. Where the system can, nothing is copied.

        Raises:
            CompositorError: *sink* ended before it had read everything.
        """
        if not hasattr(os, "splice"):
            block = memoryview(bytearray(size_bytes))
            count = self.read_into(block)
            sink.write(block[:count])
            return count
        if self._popen is None or self._popen.stdout is None:
            return 0
        if sink._popen is None or sink._popen.stdin is None:
            raise CompositorError("this process takes no input")
        source, target = self._popen.stdout.fileno(), sink._popen.stdin.fileno()
        moved = 0
        try:
            while moved < size_bytes:
                count = os.splice(source, target, size_bytes - moved)
                if not count:
                    break
                moved += count
        except BrokenPipeError as error:
            raise sink._broken(sink._popen) from error
        return moved

    def _broken(self, popen: subprocess.Popen[bytes]) -> CompositorError:
        """
        Return why it reads no more.
        """
        if threading.current_thread() not in self._threads:
            popen.wait()
            self._join()
        return self._fault()

    def finish(self) -> str:
        """
        Close its input, wait for its good end and return the tail of its messages.

        Raises:
            CompositorError: It failed, was killed, or took too long.
        """
        if self._popen is None:
            raise CompositorError("this process was not started")
        if self._feed is None:
            self._close_input()
        if self._popen.wait() != 0 or self._timed_out:
            self._join()
            raise self._fault()
        self._join()
        return self._message()

    def report(self) -> str:
        """
        Wait for its end, good or not, and return its messages.

        Raises:
            CompositorError: It was killed, or took too long.
        """
        if self._popen is None:
            raise CompositorError("this process was not started")
        self._close_input()
        code = self._popen.wait()
        self._join()
        if code < 0 or self._timed_out:
            raise self._fault()
        return self._message()

    def _join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _message(self) -> str:
        return self._tail.decode(errors="replace").strip()

    def _fault(self) -> CompositorError:
        code = self._popen.returncode if self._popen is not None else None
        message = self._message()
        if self._timed_out:
            return CompositorError(
                f"ffmpeg took longer than {self._timeout_seconds:g} s and was ended",
                media=self._media,
                retryable=True,
            )
        if self._killed.is_set() or (code is not None and code < 0):
            return CompositorError(f"ffmpeg was killed (signal {-(code or 0)})", retryable=True)
        if code == ASKED_TO_END and not message:
            return CompositorError("ffmpeg was asked to end before it was done", retryable=True)
        last = first_complaint(message) or f"exit code {code}"
        if any(text in message for text in TRANSIENT):
            return CompositorError(f"ffmpeg could not work here: {last}", retryable=True)
        what = f"{self._media} can't be decoded" if self._media else "ffmpeg failed"
        return CompositorError(f"{what}: {last}", media=self._media)


def run(
    args: Sequence[str],
    *,
    timeout_seconds: float,
    stdin: bytes | memoryview | None = None,
    stdout_bytes_max: int = 64 << 20,
    media: str | None = None,
    group: Group | None = None,
    tail_bytes: int = TAIL_BYTES,
) -> Output:
    """
    Run a whole job and return what it wrote.

    Raises:
        CompositorError: It failed, was killed, took too long, or wrote more than it may.
        MisconfiguredError: The binary can't be started.
    """
    with Process(
        args,
        timeout_seconds=timeout_seconds,
        feed=stdin,
        media=media,
        group=group,
        tail_bytes=tail_bytes,
    ) as process:
        content = bytearray()
        for chunk in process.blocks(1 << 16):
            content += chunk
            if len(content) > stdout_bytes_max:
                raise CompositorError(
                    f"ffmpeg wrote more than {stdout_bytes_max} bytes", media=media
                )
        return Output(stderr=process.finish(), stdout=bytes(content))
