"""
Sets limits on this process, then becomes the program it is told to run.

Run as a script by `confined`, in an interpreter that loads nothing else:
``launch.py <memory bytes> <cpu seconds> <file bytes> <open files> -- program args``.
Setting limits here, between start and `exec`, needs no code between a fork and an exec of
a threaded process.
"""

from __future__ import annotations

import contextlib
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1


def main(argv: list[str]) -> None:
    """
    Apply the limits in *argv* and run what follows ``--``.
    """
    memory, cpu, size, files = (int(word) for word in argv[:4])
    limits = [
        (resource.RLIMIT_CPU, cpu),
        (resource.RLIMIT_FSIZE, size),
        (resource.RLIMIT_NOFILE, files),
        (resource.RLIMIT_CORE, 0),
    ]
    if sys.platform == "linux":  # elsewhere address space is reserved far beyond use
        limits.append((resource.RLIMIT_AS, memory))
    for what, most in limits:
        with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
            resource.setrlimit(what, (most, most))
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only here, and 10 ms

        with contextlib.suppress(OSError, AttributeError):
            # The child dies with the thread that waits for it, however that one ends.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    program = argv[argv.index("--") + 1 :]
    os.execv(program[0], program)  # noqa: S606 - an argument list, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
