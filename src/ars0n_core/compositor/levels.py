"""
Levels of H.264: what a decoder of each can hold and follow (ITU-T H.264, table A-1).

Start at `rate_max`, for who encodes, and `needed`, for who measures.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

LEVELS: Final = (
    (10, 99, 1_485, 64, 175),
    (11, 396, 3_000, 192, 500),
    (12, 396, 6_000, 384, 1_000),
    (13, 396, 11_880, 768, 2_000),
    (20, 396, 11_880, 2_000, 2_000),
    (21, 792, 19_800, 4_000, 4_000),
    (22, 1_620, 20_250, 4_000, 4_000),
    (30, 1_620, 40_500, 10_000, 10_000),
    (31, 3_600, 108_000, 14_000, 14_000),
    (32, 5_120, 216_000, 20_000, 20_000),
    (40, 8_192, 245_760, 20_000, 25_000),
    (41, 8_192, 245_760, 50_000, 62_500),
    (42, 8_704, 522_240, 50_000, 62_500),
    (50, 22_080, 589_824, 135_000, 135_000),
    (51, 36_864, 983_040, 240_000, 240_000),
)
"""
Level in tenths; blocks of 16 x 16 in a picture, and in a second; kbit/s, and kbit in the buffer
before the decoder.
"""

HIGH: Final = 1.25
"""
How much more of both the High profile is allowed.
"""

SMALL: Final = 1_620
"""
Blocks of a picture below any that is delivered.
"""


def rate_max(width: int, height: int, frames_a_second: float) -> int | None:
    """
    Return the kbit/s, and the kbit in its buffer, that the lowest level for such pictures has room
    for whoever joins pieces of them; None for what is too small to be delivered.

    >>> rate_max(1280, 720, 30), rate_max(1920, 1080, 30), rate_max(144, 256, 30)
    (14000, 20000, None)
    """
    blocks = _blocks(width, height)
    if blocks <= SMALL:
        return None
    return next(
        (
            kbps
            for _, size, pace, kbps, _ in LEVELS
            if blocks <= size and blocks * frames_a_second <= pace
        ),
        LEVELS[-1][3],
    )


def needed(width: int, height: int, frames_a_second: float, sizes: Iterable[int]) -> int | None:
    """
    Return the lowest level, in tenths, whose decoder can follow pictures of so many bytes each,
    coded in High profile; None where there is no such level.
    """
    blocks, lengths = _blocks(width, height), list(sizes)
    return next(
        (
            level
            for level, size, pace, kbps, kbit in LEVELS
            if blocks <= size
            and blocks * frames_a_second <= pace
            and _flows(lengths, kbps * HIGH * 1000 / frames_a_second, kbit * HIGH * 1000)
        ),
        None,
    )


def _blocks(width: int, height: int) -> int:
    return -(-width // 16) * -(-height // 16)


def _flows(sizes: Iterable[int], bits_a_frame: float, room: float) -> bool:
    """
    Whether a buffer of *room* bits, full at first, that so many flow into has always what the next
    picture takes.
    """
    held = room
    for size in sizes:
        held -= size * 8
        if held < 0:
            return False
        held = min(room, held + bits_a_frame)
    return True
