"""
ffmpeg, in processes of its own: the one file of the core that starts any.

Argument lists are built elsewhere as ffmpeg-python graphs and compiled here by the pure
`arguments`; running them is apart. A `Process` never outlives its ``with`` block, whatever
ends the block, and a `Group` ends all of its processes together. ffmpeg carries GPL code
(x264), so it is only ever run, never loaded.

Start at `find`, then `run` for a whole job or `Process` for one with a pipe on either side.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import shutil
import signal
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor, wait
from hashlib import sha256
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

import imageio_ffmpeg
from attrs import frozen

from ars0n_core.errors import CompositorError, MisconfiguredError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

T = TypeVar("T")

NEEDED: Final = ("--enable-libx264", "--enable-libmp3lame")
"""
What a build must have been configured with; Debian's, Homebrew's and the wheel's are.
"""

FIX: Final = (
    "install the imageio-ffmpeg package, or set the ffmpeg path to a build with x264 and LAME"
)

FOREIGN_FORMATS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,wav,w64,mp3,ogg,aac,flac,aiff,caf,"
    "image2,png_pipe,jpeg_pipe,webp_pipe"
)
"""
Containers a stranger's file may have. Playlists (hls, concat, dash) are left out: they
make ffmpeg open other files and addresses.
"""

TAIL_BYTES: Final = 4096
"""
How much of what ffmpeg complained last is kept for the error's message.
"""

PIPE_BYTES: Final = 1 << 20
"""
Pipe size asked of Linux (its unprivileged limit): a 720p frame in 2 turns instead of 21.
"""

TRANSIENT: Final = (
    "No space left on device",
    "Disk quota exceeded",
    "Cannot allocate memory",
    "Resource temporarily unavailable",
    "Too many open files",
)
"""
Complaints about the machine, not about the input: the same job may succeed later.
"""

TRANSIENT_ERRNOS: Final = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.EIO}
)


def stopwatch() -> float:
    """
    Return seconds from some start: for reports of where time went, never for decisions.
    """
    return perf_counter()


@frozen(kw_only=True)
class Ffmpeg:
    """
    A usable ffmpeg: where it is, its release, and all it says of itself.
    """

    path: str
    version: tuple[int, ...]
    banner: str

    @property
    def fingerprint(self) -> str:
        """
        What encodes the same way has the same fingerprint.
        """
        return sha256(self.banner.encode()).hexdigest()[:16]


@frozen(kw_only=True)
class Output:
    """
    What a finished process wrote; ``stderr`` is its last `TAIL_BYTES`.
    """

    stdout: bytes
    stderr: str


def version_of(banner: str) -> tuple[int, ...]:
    """
    Return the release in the first line of ``ffmpeg -version``; () for a build between
    releases, which tells no order.

    >>> version_of("ffmpeg version n7.1.1-1+b1 Copyright (c) 2000-2025")
    (7, 1, 1)
    >>> version_of("ffmpeg version N-118448-g43be8d0728 Copyright")
    ()
    """
    found = re.match(r"ffmpeg version n?(\d+(?:\.\d+)*)", banner)
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def find(path: str | Path | None = None) -> Ffmpeg:
    """
    Return the ffmpeg at *path*; without one the system's, if it is at least as new as the
    wheel's and encodes what we need, else the wheel's.

    Raises:
        MisconfiguredError: There is none, or it can't do what we need.
    """
    if path is not None:
        chosen = _inspect(str(path))
        if missing := _missing(chosen):
            raise MisconfiguredError(f"{path} was built without {missing}: {FIX}")
        return chosen
    try:
        bundled = _inspect(imageio_ffmpeg.get_ffmpeg_exe())
    except (RuntimeError, MisconfiguredError):
        bundled = None
    system = None
    if (on_path := shutil.which("ffmpeg")) is not None:
        with contextlib.suppress(MisconfiguredError):
            system = _inspect(on_path)
    if system is not None and not _missing(system):
        as_new = bundled is None or system.version >= bundled.version
        if as_new:
            return system
    if bundled is None or _missing(bundled):
        raise MisconfiguredError(f"no usable ffmpeg was found: {FIX}")
    return bundled


def _missing(build: Ffmpeg) -> str:
    return ", ".join(flag for flag in NEEDED if flag not in build.banner)


def _inspect(path: str) -> Ffmpeg:
    try:
        banner = run([path, "-version"], timeout_seconds=20).stdout.decode(errors="replace")
    except CompositorError as error:
        raise MisconfiguredError(f"{path} does not run as ffmpeg: {FIX}") from error
    return Ffmpeg(path=path, version=version_of(banner), banner=banner)


def url(path: Path) -> str:
    """
    Return *path* as ffmpeg takes it literally: no protocol, option or pattern in a file's
    name is obeyed.

    >>> from pathlib import PurePosixPath
    >>> url(PurePosixPath("-i http:x.mp4"))
    'file:-i http:x.mp4'
    """
    return f"file:{path}"


def foreign_options() -> dict[str, str]:
    """
    Return the input options for a file of unknown origin: only plain containers, nothing
    opened beside the file itself, no allocation above 512 MB.
    """
    return {
        "protocol_whitelist": "file,pipe",
        "format_whitelist": FOREIGN_FORMATS,
        "max_alloc": str(512 << 20),
    }


def arguments(binary: Ffmpeg, graph: Any, *, loglevel: str = "error") -> list[str]:
    """
    Return the command line for an ffmpeg-python output *graph*. Pure.

    The general options come first, where ffmpeg wants them.
    """
    return [
        binary.path,
        *("-hide_banner", "-nostdin", "-nostats", "-loglevel", loglevel, "-y"),
        *(str(argument) for argument in graph.get_args()),
    ]


class Group:
    """
    Processes that end together: leaving the ``with`` block, or `stop`, kills what still runs.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._alive: set[Process] = set()
        self.stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """
        Kill what runs and let nothing new start.
        """
        with self._lock:
            self.stopped = True
            alive = list(self._alive)
        for process in alive:
            process.kill()

    def add(self, process: Process) -> None:
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

    def discard(self, process: Process) -> None:
        """
        Forget *process*; it has ended.
        """
        with self._lock:
            self._alive.discard(process)


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
            if threading.current_thread() not in self._threads:
                self._popen.wait()
                self._join()
            raise self._fault() from error

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
        last = _first_complaint(message) or f"exit code {code}"
        if any(text in message for text in TRANSIENT):
            return CompositorError(f"ffmpeg could not work here: {last}", retryable=True)
        what = f"{self._media} can't be decoded" if self._media else "ffmpeg failed"
        return CompositorError(f"{what}: {last}", media=self._media)


def _first_complaint(message: str) -> str:
    """
    Return the line that says why, without the part's address in memory; the lines after it
    mostly say that the job therefore failed.
    """
    lines = (re.sub(r"^\[[^]]*\] *", "", line).strip() for line in message.splitlines())
    return next((line for line in lines if line), "")


def run(
    args: Sequence[str],
    *,
    timeout_seconds: float,
    stdin: bytes | memoryview | None = None,
    stdout_bytes_max: int = 64 << 20,
    media: str | None = None,
    group: Group | None = None,
) -> Output:
    """
    Run a whole job and return what it wrote.

    Raises:
        CompositorError: It failed, was killed, took too long, or wrote more than it may.
        MisconfiguredError: The binary can't be started.
    """
    with Process(
        args, timeout_seconds=timeout_seconds, feed=stdin, media=media, group=group
    ) as process:
        chunks: list[bytes] = []
        size_bytes = 0
        for chunk in process.blocks(1 << 16):
            size_bytes += len(chunk)
            if size_bytes > stdout_bytes_max:
                raise CompositorError(
                    f"ffmpeg wrote more than {stdout_bytes_max} bytes", media=media
                )
            chunks.append(chunk)
        return Output(stderr=process.finish(), stdout=b"".join(chunks))


def in_parallel(jobs: Sequence[Callable[[], T]], *, workers: int, group: Group) -> list[T]:
    """
    Call every job, *workers* at a time, and return their results in order.

    The first failure, or an interrupt, stops *group* and no further job is begun; all
    threads have ended when this returns or raises. The failure raised is that of the first
    job to fail.
    """
    if workers <= 1 or len(jobs) <= 1:
        return [job() for job in jobs]
    results: dict[int, T] = {}
    failures: list[BaseException] = []

    def call(index: int) -> None:
        if failures:
            return
        try:
            results[index] = jobs[index]()
        except BaseException as error:  # noqa: BLE001 (raised again in the caller's thread)
            failures.append(error)
            group.stop()

    with ThreadPoolExecutor(min(workers, len(jobs))) as pool:
        try:
            wait([pool.submit(call, index) for index in range(len(jobs))])
        except BaseException as error:
            failures.append(error)
            group.stop()
            raise
    if failures:
        raise failures[0]
    return [results[index] for index in range(len(jobs))]


def of_disk(error: OSError) -> CompositorError:
    """
    Return the error for our own failed write: retryable when the machine was short of
    something.
    """
    return CompositorError(
        f"the machine could not write: {error.strerror or error}",
        retryable=error.errno in TRANSIENT_ERRNOS,
    )
