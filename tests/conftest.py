"""
What holds for every test: how hard Hypothesis tries, and that nobody calls outside.
"""

from __future__ import annotations

import ipaddress
import os
import signal
import struct
import sys
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

import pytest

# A shell that starts a command in the background has it ignore Ctrl-C, and so would every
# program that a test starts and interrupts. A handler, unlike SIG_IGN, isn't inherited.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

SLOW_MACHINES_ARE_FINE = (HealthCheck.too_slow,)

settings.register_profile(
    "dev", max_examples=50, deadline=None, suppress_health_check=SLOW_MACHINES_ARE_FINE
)
settings.register_profile(
    "ci",
    max_examples=500,
    deadline=None,
    derandomize=True,
    suppress_health_check=SLOW_MACHINES_ARE_FINE,
)
settings.register_profile(
    "deep",
    max_examples=int(os.environ.get("ARS0N_HISTORIES", "100000")),
    deadline=None,
    suppress_health_check=SLOW_MACHINES_ARE_FINE,
)
settings.register_profile(  # a line is changed on purpose: does anything notice, and soon?
    "mutation",
    max_examples=10,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=SLOW_MACHINES_ARE_FINE,
)
settings.load_profile("dev")

QUICKEST_FIRST = ("tests/core/", "tests/stories/", "tests/properties/")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Ask the quick first whether they notice a mutant, which dies of the first that does.
    """
    if os.environ.get("MUTANT_UNDER_TEST"):
        items.sort(
            key=lambda item: [folder in item.nodeid for folder in QUICKEST_FIRST].index(True)
        )


class OutsideError(BaseException):
    """
    A test reached for the network. Not an `Exception`, so no adapter can swallow it.
    """


def is_here(address: object) -> bool:
    """
    Whether *address* (what `connect` was given) is this machine.
    """
    if not isinstance(address, tuple):
        return True  # a socket file
    try:
        return ipaddress.ip_address(address[0]).is_loopback
    except ValueError:
        return bool(address[0] == "localhost")


guarding = False


def guard(event: str, arguments: tuple[object, ...]) -> None:
    """
    Refuse connections that leave this machine, from any library and thread.
    """
    if guarding and event == "socket.connect" and not is_here(arguments[1]):
        message = f"this test connects to {arguments[1]!r}: give it a fake"
        raise OutsideError(message)


sys.addaudithook(guard)


@pytest.fixture(autouse=True, scope="session")
def _nobody_calls_outside() -> Iterator[None]:
    global guarding  # noqa: PLW0603 - an audit hook can't be taken back, only told to rest
    guarding = True
    yield
    guarding = False


@pytest.fixture
def dolby() -> Callable[[Path, int, int], None]:
    """
    What makes Dolby Vision, by its record of (profile, compatible with), of an MP4 file without
    an index in front.
    """

    def make(path: Path, profile: int, compatibility: int) -> None:
        content = bytearray(path.read_bytes())
        record = bytes([1, 0, profile << 1, 3 << 3 | 0b101, compatibility << 4]) + bytes(19)
        box = struct.pack(">I4s", 8 + len(record), b"dvcC") + record
        entry = content.index(b"avc1", content.index(b"stsd")) - 4
        end = entry + struct.unpack_from(">I", content, entry)[0]
        content[end:end] = box
        parents = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")
        for place in (entry, *(content.rindex(name, 0, entry) - 4 for name in parents)):
            size = struct.unpack_from(">I", content, place)[0]
            struct.pack_into(">I", content, place, size + len(box))
        path.write_bytes(content)

    return make
