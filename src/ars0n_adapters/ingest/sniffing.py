"""
What a file is, told by its first bytes.

**Owns** `sniff` and its table. Pure; a name or declared type never counts.
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD_BYTES: Final = 4096
"""
As much of a file's start as `sniff` wants to see.
"""

ADTS_HEADER_BYTES: Final = 7
ADTS_RATES: Final = range(13)
"""
Sampling rates an AAC frame's header may name, by their numbers.
"""

MPEG_HEADER_BYTES: Final = 4
MPEG_RESERVED: Final = (
    (1, 0x18, {0x08}),
    (1, 0x06, {0x00}),
    (2, 0xF0, {0x00, 0xF0}),
    (2, 0x0C, {0x0C}),
)
"""
Bytes of an MPEG audio frame's header, their bits, and the values these never have: of
version, layer, bitrate and sampling rate.
"""


class Kind(StrEnum):
    """
    What a file is to an ad.
    """

    PICTURE = "picture"
    SOUND = "sound"
    FOOTAGE = "footage"
    OTHER = "other"


@frozen
class Sniffed:
    """
    A file's kind, its format ("png", "mp4", "gif", ...) and how people call that.
    """

    kind: Kind
    format: str
    name: str


def _starts(*magic: bytes) -> Callable[[bytes], bool]:
    return lambda head: head.startswith(magic)


def _riff(form: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[:4] in {b"RIFF", b"RF64"} and head[8:12] == form


def _brand(*brands: bytes) -> Callable[[bytes], bool]:
    return lambda head: head[4:8] == b"ftyp" and head[8:12].startswith(brands)


def _matroska(*document: bytes) -> Callable[[bytes], bool]:
    return lambda head: (
        head.startswith(b"\x1a\x45\xdf\xa3") and any(kind in head[:128] for kind in document)
    )


def _quicktime(head: bytes) -> bool:
    return head[4:8] in {b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"}


def _svg(head: bytes) -> bool:
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return text.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in text


def _adts(head: bytes) -> bool:
    """
    Whether this is an AAC frame: sync word, layer 0, a sampling rate that exists.
    """
    if len(head) < ADTS_HEADER_BYTES:
        return False
    sync, layer, rate = head[0], head[1], (head[2] >> 2) & 15
    return (sync, layer & 0xF6) == (0xFF, 0xF0) and rate in ADTS_RATES


def _mpeg_audio(head: bytes) -> bool:
    """
    Whether this is an MPEG audio frame: sync word and no reserved value.
    """
    if len(head) < MPEG_HEADER_BYTES:
        return False
    in_step = (head[0], head[1] & 0xE0) == (0xFF, 0xE0)
    return in_step and not any(head[at] & bits in never for at, bits, never in MPEG_RESERVED)


def _transport(head: bytes) -> bool:
    return head[:1] == b"\x47" and head[188:189] == b"\x47" and head[376:377] == b"\x47"


def _text(head: bytes) -> bool:
    try:
        # The head may end within a character.
        text = (
            head.decode("utf-8", errors="strict") if len(head) < HEAD_BYTES else head[:-4].decode()
        )
    except UnicodeDecodeError:
        return False
    return re.search(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]", text) is None


SIGNS: Final[tuple[tuple[Callable[[bytes], bool], Kind, str, str], ...]] = (
    (_starts(b"\x89PNG\r\n\x1a\n"), Kind.PICTURE, "png", "a PNG image"),
    (_starts(b"\xff\xd8\xff"), Kind.PICTURE, "jpeg", "a JPEG image"),
    (_riff(b"WEBP"), Kind.PICTURE, "webp", "a WebP image"),
    (_riff(b"WAVE"), Kind.SOUND, "wav", "a WAV sound"),
    (_starts(b"ID3"), Kind.SOUND, "mp3", "an MP3 sound"),
    (_starts(b"OggS"), Kind.SOUND, "ogg", "an Ogg file"),
    (_adts, Kind.SOUND, "aac", "an AAC sound"),
    (_mpeg_audio, Kind.SOUND, "mp3", "an MP3 sound"),
    (_brand(b"M4A", b"M4B", b"M4P", b"F4A"), Kind.SOUND, "m4a", "an M4A sound"),
    (_brand(b"avif", b"avis"), Kind.OTHER, "avif", "an AVIF image"),
    (
        _brand(b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"),
        Kind.OTHER,
        "heic",
        "a HEIC image",
    ),
    (_brand(b"crx "), Kind.OTHER, "raw", "a raw camera image"),
    (_brand(b"qt  "), Kind.FOOTAGE, "mov", "a MOV video"),
    (_brand(b""), Kind.FOOTAGE, "mp4", "an MP4 video"),
    (_quicktime, Kind.FOOTAGE, "mov", "a MOV video"),
    (_matroska(b"webm"), Kind.FOOTAGE, "webm", "a WebM video"),
    (_matroska(b""), Kind.OTHER, "mkv", "a Matroska video"),
    (_starts(b"GIF87a", b"GIF89a"), Kind.OTHER, "gif", "a GIF image"),
    (_starts(b"BM"), Kind.OTHER, "bmp", "a BMP image"),
    (_starts(b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"), Kind.OTHER, "tiff", "a TIFF image"),
    (_starts(b"8BPS"), Kind.OTHER, "psd", "a Photoshop file"),
    (_starts(b"\xff\x0a", b"\0\0\0\x0cJXL "), Kind.OTHER, "jxl", "a JPEG XL image"),
    (_starts(b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51"), Kind.OTHER, "jp2", "a JPEG 2000 image"),
    (_starts(b"\0\0\1\0"), Kind.OTHER, "ico", "an icon"),
    (_riff(b"AVI "), Kind.OTHER, "avi", "an AVI video"),
    (_starts(b"FLV\1"), Kind.OTHER, "flv", "a Flash video"),
    (_starts(b"\x30\x26\xb2\x75\x8e\x66\xcf\x11"), Kind.OTHER, "asf", "a Windows Media file"),
    (_starts(b"\0\0\1\xba", b"\0\0\1\xb3"), Kind.OTHER, "mpeg", "an MPEG video"),
    (_transport, Kind.OTHER, "ts", "an MPEG transport stream"),
    (_starts(b"fLaC"), Kind.OTHER, "flac", "a FLAC sound"),
    (_starts(b"FORM"), Kind.OTHER, "aiff", "an AIFF sound"),
    (_starts(b"MThd"), Kind.OTHER, "midi", "a MIDI file"),
    (_starts(b"#!AMR"), Kind.OTHER, "amr", "an AMR sound"),
    (_starts(b"caff"), Kind.OTHER, "caf", "a Core Audio sound"),
    (_starts(b"%PDF-"), Kind.OTHER, "pdf", "a PDF document"),
    (_starts(b"PK\3\4", b"PK\5\6"), Kind.OTHER, "zip", "a ZIP archive"),
    (_starts(b"\x1f\x8b"), Kind.OTHER, "gzip", "a compressed archive"),
    (_svg, Kind.OTHER, "svg", "an SVG image"),
    (_starts(b"#EXTM3U", b"ffconcat"), Kind.OTHER, "playlist", "a playlist"),
    (_text, Kind.OTHER, "text", "text"),
)
"""
How formats begin; the first that fits decides.
"""

UNKNOWN: Final = Sniffed(Kind.OTHER, "unknown", "a file of no format we know")
EMPTY: Final = Sniffed(Kind.OTHER, "empty", "empty")


def sniff(head: bytes) -> Sniffed:
    """
    Return what a file that begins with *head* (its first `HEAD_BYTES`, or all) is.

    >>> sniff(bytes.fromhex("89504e470d0a1a0a")).format
    'png'
    >>> sniff(b"<html>").name
    'text'
    """
    if not head:
        return EMPTY
    for fits, kind, format_, name in SIGNS:
        if fits(head):
            return Sniffed(kind, format_, name)
    return UNKNOWN


def id3_bytes(head: bytes) -> int:
    """
    Return how many bytes the ID3 tag at the start of *head* takes; 0 if there is none.

    >>> id3_bytes(bytes.fromhex("49443304000000000201") + bytes(4))
    267
    """
    if len(head) < 10 or head[:3] != b"ID3":  # noqa: PLR2004 - the header's size
        return 0
    size = 0
    for byte in head[6:10]:
        size = size << 7 | byte & 0x7F
    footer = 10 if head[5] & 0x10 else 0
    return 10 + size + footer
