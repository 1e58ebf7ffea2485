"""
Small true files made with nothing but the standard library, and what can be read back.
"""

from __future__ import annotations

import hashlib
import io
import math
import struct
import wave
import zlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_PNG = b"\x89PNG\r\n\x1a\n"
_TURNED_RIGHT = struct.pack(">2sHIHHHIHHI", b"MM", 42, 8, 1, 0x0112, 3, 1, 6, 0, 0)
# Exif of one field: orientation 6, the first row is the right side.
_FRAME_HEADERS = frozenset({0xC0, 0xC1, 0xC2, 0xC3})


def png(
    width: int = 48,
    height: int = 32,
    *,
    alpha: bool = False,
    text: str = "",
    lies_on_its_side: bool = False,
) -> bytes:
    """
    Return a picture: a disc on a slope of grey, 8-bit RGB or RGBA; *text* goes along as
    a comment. One that *lies on its side* says so as a camera does, and is to be shown turned.
    """
    rows = []
    for y in range(height):
        row = bytearray(b"\x00")
        for x in range(width):
            within = (x - width / 2) ** 2 + (y - height / 2) ** 2 < (min(width, height) / 3) ** 2
            grey = 90 + 100 * y // height
            row += bytes((220, 60, 40) if within else (grey, grey, grey))
            row += bytes([255 if within else 0]) if alpha else b""
        rows.append(bytes(row))
    head = struct.pack(">IIBBBBB", width, height, 8, 6 if alpha else 2, 0, 0, 0)
    comment = _chunk(b"tEXt", b"Comment\x00" + text.encode()) if text else b""
    turn = _chunk(b"eXIf", _TURNED_RIGHT) if lies_on_its_side else b""
    body = _chunk(b"IDAT", zlib.compress(b"".join(rows)))
    return _PNG + _chunk(b"IHDR", head) + turn + comment + body + _chunk(b"IEND", b"")


def blank(width: int, height: int, note: str = "") -> bytes:
    """
    Return a black picture of one bit a pixel but for some dots, which *note* decides: made
    in less than a millisecond whatever its size.
    """
    row_bytes = 1 + (width + 7) // 8
    dots = b"\x00" + hashlib.sha256(note.encode()).digest()
    begun, black = _black(row_bytes * (height - 1))
    rows = black.copy()
    pixels = begun + rows.compress(dots[:row_bytes].ljust(row_bytes, b"\x00")) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    body = _chunk(b"IDAT", pixels)
    return _PNG + _chunk(b"IHDR", head) + body + _chunk(b"IEND", b"")


@cache
def _black(size_bytes: int) -> tuple[bytes, zlib._Compress]:
    """
    Return what a compressor says of so much black, and the compressor, to be copied.
    """
    black = zlib.compressobj(1)
    return black.compress(bytes(size_bytes)), black


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def wav(seconds: float = 0.5, *, rate: int = 16_000, channels: int = 1) -> bytes:
    """
    Return a sound: a soft tone that comes and goes like syllables, 16-bit.
    """
    samples = bytearray()
    for i in range(round(seconds * rate)):
        syllable = 0.5 - 0.5 * math.cos(2 * math.pi * 4 * i / rate)
        level = round(9000 * syllable * math.sin(2 * math.pi * 220 * i / rate))
        samples += struct.pack("<h", level) * channels
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(samples))
    return file.getvalue()


def size_of(path: Path) -> tuple[int, int] | None:
    """
    Return width and height of a PNG or JPEG, or None for any other file.
    """
    content = path.read_bytes()
    if content.startswith(_PNG):
        width, height = struct.unpack(">II", content[16:24])
        return width, height
    place = 2
    while content[:2] == b"\xff\xd8" and place + 9 <= len(content):
        marker, length = content[place + 1], struct.unpack(">H", content[place + 2 : place + 4])[0]
        if marker in _FRAME_HEADERS:
            height, width = struct.unpack(">HH", content[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None


def seconds_of(path: Path) -> float | None:
    """
    Return the length of a WAV, or None for any other file.
    """
    try:
        with wave.open(str(path), "rb") as sound:
            return sound.getnframes() / sound.getframerate()
    except (wave.Error, EOFError):
        return None


def film_seconds_of(path: Path) -> float | None:
    """
    Return the length of an MP4 or MOV as its head says it, or None for any other file.
    """
    content = path.read_bytes()
    place = content.find(b"mvhd")
    if content[4:8] != b"ftyp" or place < 0:
        return None
    is_long = content[place + 4] == 1
    scale, length = struct.unpack_from(
        ">IQ" if is_long else ">II", content, place + (24 if is_long else 16)
    )
    return float(length / scale) if scale else None
