"""
Memory that was freed, given back to the system.

glibc keeps what a thread frees for that thread: the fifteen MB that an end card takes while it is
drawn would stay with the process while two encoders and decoders run beside it. Other C libraries
do otherwise, and are left alone.
"""

from __future__ import annotations

import contextlib
import ctypes


def trim() -> None:
    """
    Give back what is free: a hundredth of a second, for whoever just freed a lot.
    """
    # No such function, or none that is found: musl, macOS, Windows.
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
