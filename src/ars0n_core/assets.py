"""
Stored files of an organisation: their kinds, limits and what their first bytes say.

**Owns** `Asset`, `AssetKind`, `sniff` and the size limits by kind. **Does not own** the
bytes (`ports.BlobStore`) or decoding (`ports.Ingest`). **Invariants**: a file's kind is
decided by its content, never by its name; a stored asset's bytes never change.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from attrs import field, frozen

from ars0n_core.ids import AssetId, JobId, OrganizationId
from ars0n_core.work import Json


class AssetKind(StrEnum):
    """
    What a file is, in the documents' words.
    """

    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"


class AssetOrigin(StrEnum):
    """
    How a file came to us: the customer's own, or made by a job.
    """

    UPLOADED = "uploaded"
    MADE = "made"


SIZE_BYTES_MAX: Final[Mapping[AssetKind, int]] = {
    AssetKind.IMAGE: 10 * 1024 * 1024,
    AssetKind.AUDIO: 15 * 1024 * 1024,
    AssetKind.VIDEO: 100 * 1024 * 1024,
}
"""
API documents, "Upload images or audio".
"""

CATEGORIES: Final[Mapping[str, AssetKind]] = {
    "product_image": AssetKind.IMAGE,
    "logo": AssetKind.IMAGE,
    "music": AssetKind.AUDIO,
}
"""
The documents' upload categories, and the kind each asks for.
"""


@frozen(kw_only=True)
class Asset:
    """
    A stored file. ``facts`` holds what decoding found (width, height, frames,
    duration_seconds, has_alpha), ``blob_key`` where the bytes are.
    """

    id: AssetId
    organization_id: OrganizationId
    kind: AssetKind
    media_type: str
    blob_key: str
    size_bytes: int
    sha256: str
    created_at: datetime
    origin: AssetOrigin = AssetOrigin.UPLOADED
    category: str = ""
    facts: Mapping[str, Json] = field(factory=dict)

    @property
    def maker(self) -> JobId | None:
        """
        The job that made it, or None of one that was uploaded.
        """
        if self.origin is not AssetOrigin.MADE:
            return None
        _, job, *_ = self.blob_key.split("/")
        return JobId(job)


HEAD_BYTES: Final = 64
"""
How much of a file `sniff` looks at.
"""

_ISO_PICTURE_BRANDS: Final = (
    b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1",
    b"crx ", b"jp2 ", b"jpx ", b"jxl ",
)  # fmt: skip


def sniff(head: bytes) -> tuple[AssetKind, str] | None:
    r"""
    Return kind and media type of a file by its first bytes, or None for one we don't take.

    Containers that may hold either (MP4) are taken for video; `ports.Ingest` decides.

    >>> sniff(bytes.fromhex("89504e470d0a1a0a"))[1]
    'image/png'
    >>> sniff(b"GIF89a") is None
    True
    """
    for matches, kind, media_type in _SIGNATURES:
        if matches(head):
            return kind, media_type
    return None


def is_other_video(head: bytes) -> bool:
    r"""
    Whether a file that `sniff` doesn't know starts as a film does in a format we don't take:
    AVI, Windows Media, Flash, MPEG programme and transport streams.

    >>> is_other_video(b"RIFF\x00\x00\x00\x00AVI LIST"), is_other_video(b"GIF89a")
    (True, False)
    """
    return (
        (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
        or head[:4] in {b"\x30\x26\xb2\x75", b"FLV\x01", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3"}
        # A packet of a transport stream: the first tells of the programmes, as number 0 or 17.
        or (head[:1] == b"G" and head[1:3] in {b"\x40\x00", b"\x40\x11"})
    )


def other_format(head: bytes) -> tuple[AssetKind | None, str] | None:
    """
    Return what people call a file that `sniff` doesn't know, and what it would have to be
    saved as; None for one that nobody has a name for.

    >>> other_format(b"GIF89a")[1]
    'a GIF image'
    """
    for matches, kind, called in _OTHERS:
        if matches(head):
            return kind, called
    return None


def _is_mpeg_audio(head: bytes) -> bool:
    # A frame header: 11 sync bits, a version and layer that exist, a sane bit rate.
    if head[:3] == b"ID3":
        return True
    sync, version_and_layer, bit_rate = head[:1], head[1:2], head[2:3]
    return (
        sync == b"\xff"
        and bool(bit_rate)
        and version_and_layer[0] & 0xE6 in {0xE2, 0xE4, 0xE6}
        and bit_rate[0] & 0xF0 not in {0x00, 0xF0}
    )


def _is_mp4(head: bytes) -> bool:
    return head[4:8] == b"ftyp" and len(head) > 11 and head[8:12] not in _ISO_PICTURE_BRANDS  # noqa: PLR2004 - a brand's end


_SIGNATURES: Final = (
    (lambda h: h[:8] == b"\x89PNG\r\n\x1a\n", AssetKind.IMAGE, "image/png"),
    (lambda h: h[:3] == b"\xff\xd8\xff", AssetKind.IMAGE, "image/jpeg"),
    (lambda h: h[:4] == b"RIFF" and h[8:12] == b"WEBP", AssetKind.IMAGE, "image/webp"),
    (lambda h: h[:4] in {b"RIFF", b"RF64"} and h[8:12] == b"WAVE", AssetKind.AUDIO, "audio/wav"),
    (lambda h: h[:4] == b"OggS", AssetKind.AUDIO, "audio/ogg"),
    (lambda h: h[4:8] == b"ftyp" and h[8:12] in {b"M4A ", b"M4B "}, AssetKind.AUDIO, "audio/mp4"),
    (lambda h: h[4:8] == b"ftyp" and h[8:12] == b"qt  ", AssetKind.VIDEO, "video/quicktime"),
    # Every camera maker has a brand of its own; whether there is a film in it, decoding shows.
    (_is_mp4, AssetKind.VIDEO, "video/mp4"),
    (lambda h: h[4:8] in {b"moov", b"mdat", b"wide"}, AssetKind.VIDEO, "video/quicktime"),
    (lambda h: h[:4] == b"\x1aE\xdf\xa3", AssetKind.VIDEO, "video/webm"),
    (lambda h: h[:2] in {b"\xff\xf1", b"\xff\xf9"}, AssetKind.AUDIO, "audio/aac"),
    (_is_mpeg_audio, AssetKind.AUDIO, "audio/mpeg"),
)

_OTHERS: Final = (
    (lambda h: h[4:8] == b"ftyp" and h[8:11] == b"avi", AssetKind.IMAGE, "an AVIF image"),
    (lambda h: h[4:8] == b"ftyp" and h[8:12] == b"crx ", AssetKind.IMAGE, "a raw photo"),
    (lambda h: h[4:8] == b"ftyp", AssetKind.IMAGE, "a HEIC photo"),
    (lambda h: h[:6] in {b"GIF87a", b"GIF89a"}, AssetKind.IMAGE, "a GIF image"),
    (lambda h: b"<svg" in h.lower(), AssetKind.IMAGE, "an SVG image"),
    (lambda h: h[:4] in {b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"}, AssetKind.IMAGE, "a TIFF image"),
    (lambda h: h[:2] == b"BM", AssetKind.IMAGE, "a BMP image"),
    (lambda h: h[:2] == b"\xff\n" or h[4:8] == b"JXL ", AssetKind.IMAGE, "a JPEG XL image"),
    (lambda h: h[4:8] == b"jP  " or h[:3] == b"\xff\x4f\xff", AssetKind.IMAGE, "a JPEG 2000 image"),
    (lambda h: h[:4] == b"8BPS", AssetKind.IMAGE, "a Photoshop file"),
    (lambda h: h[:4] == b"\0\0\1\0", AssetKind.IMAGE, "an icon"),
    (lambda h: h[:5] == b"%PDF-", None, "a PDF document"),
    (lambda h: h[:4] in {b"PK\3\4", b"PK\5\6"}, None, "a ZIP archive or a document"),
    (lambda h: h[:4] == b"fLaC", AssetKind.AUDIO, "a FLAC sound"),
    (lambda h: h[:4] == b"FORM", AssetKind.AUDIO, "an AIFF sound"),
    (lambda h: h[:4] == b"MThd", AssetKind.AUDIO, "a MIDI file"),
    (lambda h: h[:5] == b"#!AMR", AssetKind.AUDIO, "an AMR sound"),
    (lambda h: h[:4] == b"\x30\x26\xb2\x75", None, "a Windows Media file"),
)
"""
What people send instead, and what it ought to have been.
"""
