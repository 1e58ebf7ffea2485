"""
What passes for a picture, a sound and footage: true first bytes and a note.
"""

from __future__ import annotations

import re
from typing import Final

PNG: Final = b"\x89PNG\r\n\x1a\n"
WAV: Final = b"RIFF\x00\x00\x00\x00WAVE"
MP3: Final = b"ID3\x04"
MP4: Final = b"\x00\x00\x00\x18ftypisom"
SECONDS: Final = re.compile(rb"seconds=([0-9.]+)")


def picture(note: str = "") -> bytes:
    """
    Return what passes for a picture; *note* makes it another one.
    """
    return PNG + note.encode()


def sound(seconds: float, note: str = "") -> bytes:
    """
    Return what passes for a sound of this length.
    """
    return WAV + f" seconds={seconds:g} {note}".encode()


def footage(seconds: float, note: str = "") -> bytes:
    """
    Return what passes for footage of this length.
    """
    return MP4 + f" seconds={seconds:g} {note}".encode()
