"""
What an H.264 stream says of itself ahead of its pictures (ITU-T H.264, 7.3.2.1.1 and annex E).

Only as much is read as tells whether a decoder knows from the start how far pictures are out of
order, and which colours they are in; whatever is rare is taken for not told. Start at `tells_order`
and `signal`.
"""

from __future__ import annotations

from typing import Final

HIGH: Final = frozenset({100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135})
"""
Profiles that say how colour is sampled, and how deep.
"""

BY_NUMBERS, BY_DELTAS = 0, 1
"""
How the order of pictures is told; otherwise it is that of decoding.
"""

EXTENDED_SHAPE: Final = 255
"""
The shape of a pixel that is given as a fraction.
"""


class _Bits:
    """
    Bits of a unit, read in turn, without what keeps them from looking like the start of one.
    """

    def __init__(self, unit: bytes) -> None:
        plain = unit.replace(b"\0\0\3", b"\0\0")
        self._bits = int.from_bytes(plain, "big")
        self._left = 8 * len(plain)

    def take(self, count: int) -> int:
        """
        Return the next *count* bits.
        """
        self._left -= count
        if self._left < 0:
            raise EOFError
        return (self._bits >> self._left) & ((1 << count) - 1)

    def number(self) -> int:
        """
        Return the next number, coded by how many zeros stand before it (9.1).
        """
        zeros = 0
        while not self.take(1):
            zeros += 1
        return (1 << zeros) - 1 + self.take(zeros)


def tells_order(description: bytes) -> bool:
    """
    Whether a sample entry, as `streams.Stream.description`, is of H.264 whose one sequence
    parameter set says how many pictures may be out of order: else a decoder has to see some first.
    """
    try:
        bits = _sequence(description)
        return bits is not None and _is_progressive(bits) and bool(bits.take(1)) and _usable(bits)
    except EOFError:
        return False


def signal(description: bytes) -> tuple[int, int, int, bool] | None:
    """
    Return the numbers of primaries, transfer and matrix (ITU-T H.273) that the stream of a sample
    entry says it is coded in, and whether its range is full; None where it doesn't, or is rare.
    """
    try:
        bits = _sequence(description)
        if bits is None or not (_is_progressive(bits) and bits.take(1)):
            return None
        _pass_shape(bits)
        if not bits.take(1):
            return None
        bits.take(3)
        is_full = bool(bits.take(1))
        if not bits.take(1):
            return None
        return bits.take(8), bits.take(8), bits.take(8), is_full
    except EOFError:
        return None


def sequences(description: bytes) -> list[bytes]:
    """
    Return the sequence parameter sets of a sample entry of H.264; none of another.
    """
    at = description.find(b"avcC")
    if description[4:8] != b"avc1" or at < 0:
        return []
    found: list[bytes] = []
    place = at + 10
    for _ in range(int.from_bytes(description[at + 9 : at + 10], "big") & 31):
        length = int.from_bytes(description[place : place + 2], "big")
        unit = description[place + 2 : place + 2 + length]
        if len(unit) < max(length, 1):
            return []
        found.append(unit)
        place += 2 + length
    return found


def _sequence(description: bytes) -> _Bits | None:
    """
    Return the one sequence parameter set of a sample entry of H.264.
    """
    found = sequences(description)
    return _Bits(found[0]) if len(found) == 1 else None


def _is_progressive(bits: _Bits) -> bool:
    """
    Pass over all before the usability information; return whether that is what most streams say.
    """
    bits.take(8)
    profile = bits.take(8)
    bits.take(16)
    bits.number()
    if profile in HIGH:
        if bits.number() > 1:  # neither grey nor 4:2:0
            return False
        bits.number()
        bits.number()
        if bits.take(2):  # scaling of its own
            return False
    bits.number()
    order = bits.number()
    if order == BY_DELTAS:
        return False
    if order == BY_NUMBERS:
        bits.number()
    bits.number()
    bits.take(1)
    for _ in range(2):
        bits.number()
    if not bits.take(1):  # fields
        return False
    bits.take(1)
    if bits.take(1):
        for _ in range(4):
            bits.number()
    return True


def _pass_shape(bits: _Bits) -> None:
    """
    Pass over a pixel's shape, and how far a screen may overscan.
    """
    if bits.take(1) and bits.take(8) == EXTENDED_SHAPE:
        bits.take(32)
    if bits.take(1):
        bits.take(1)


def _usable(bits: _Bits) -> bool:
    """
    Return the flag of the restrictions at the end of the usability information.
    """
    _pass_shape(bits)
    if bits.take(1):
        bits.take(4)
        if bits.take(1):
            bits.take(24)
    if bits.take(1):
        bits.number()
        bits.number()
    if bits.take(1):
        bits.take(65)
    is_buffered = False
    for _ in range(2):
        if bits.take(1):
            is_buffered = True
            _pass_buffer(bits)
    bits.take(2 if is_buffered else 1)
    return bool(bits.take(1))


def _pass_buffer(bits: _Bits) -> None:
    """
    Pass over a description of the decoder's buffer.
    """
    count = bits.number() + 1
    bits.take(8)
    for _ in range(count):
        bits.number()
        bits.number()
        bits.take(1)
    bits.take(20)
