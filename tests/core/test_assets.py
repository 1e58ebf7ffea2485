"""
What a file is, by its first bytes.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ars0n_core.assets import CATEGORIES, SIZE_BYTES_MAX, AssetKind, other_format, sniff

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("head", "media_type"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "image/png"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "image/jpeg"),
        (b"\xff\xd8\xff\xe1\x00\x10Exif", "image/jpeg"),
        (b"RIFF\x24\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", "audio/wav"),
        (b"OggS\x00\x02", "audio/ogg"),
        (b"ID3\x04\x00\x00", "audio/mpeg"),
        (b"\xff\xfb\x90\x64", "audio/mpeg"),
        (b"\xff\xf3\x40\xc4", "audio/mpeg"),
        (b"\xff\xf1\x50\x80", "audio/aac"),
        (b"\xff\xf9\x50\x80", "audio/aac"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00", "audio/mp4"),
        (b"\x00\x00\x00\x20ftypisom\x00\x00", "video/mp4"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00", "video/mp4"),
        (b"\x00\x00\x00\x1cftypXAVC\x01\x00", "video/mp4"),
        (b"\x00\x00\x00\x1cftypiso7\x00\x00", "video/mp4"),
        (b"\x00\x00\x00\x14ftypqt  \x20\x05", "video/quicktime"),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x00mdat", "video/quicktime"),
        (b"\x1aE\xdf\xa3\x9fB\x86\x81\x01", "video/webm"),
    ],
)
def test_every_documented_format_is_known(head: bytes, media_type: str) -> None:
    found = sniff(head)

    assert found is not None
    assert found == (AssetKind(media_type.split("/", maxsplit=1)[0]), media_type)


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"\xff\xfb",
        b"GIF89a",
        b"<svg xmlns=",
        b"%PDF-1.7",
        b"PK\x03\x04",
        b"RIFF\x00\x00\x00\x00AVI LIST",
        b"\x00\x00\x00\x20ftypavif",
        b"\x00\x00\x00\x20ftypheic",
        b"#EXTM3U\n",
        b"ffconcat version 1.0",
        b"MZ\x90\x00",
        b"\xff\xff\xff\xff",
        b"\x89PNG",
    ],
)
def test_nothing_else_is_taken(head: bytes) -> None:
    assert sniff(head) is None


@given(st.binary(max_size=64))
def test_any_bytes_get_an_answer(head: bytes) -> None:
    found = sniff(head)

    assert found is None or found[1].startswith(found[0])


def test_limits_and_categories_are_the_documents() -> None:
    assert {kind.value: size // MEGABYTE for kind, size in SIZE_BYTES_MAX.items()} == {
        "image": 10,
        "audio": 15,
        "video": 100,
    }
    assert {name: kind.value for name, kind in CATEGORIES.items()} == {
        "product_image": "image",
        "logo": "image",
        "music": "audio",
    }


@pytest.mark.parametrize(
    ("head", "called"),
    [
        (b"\x00\x00\x00\x20ftypavif", "an AVIF image"),
        (b"\x00\x00\x00\x20ftypheic", "a HEIC photo"),
        (b"\x00\x00\x00\x20ftypmif1", "a HEIC photo"),
        (b"GIF87a", "a GIF image"),
        (b'<?xml version="1.0"?><svg xmlns=', "an SVG image"),
        (b"fLaC", "a FLAC sound"),
        (b"%PDF-1.7", "a PDF document"),
    ],
)
def test_what_people_send_instead_is_called_by_name(head: bytes, called: str) -> None:
    found = other_format(head)

    assert sniff(head) is None
    assert found is not None
    assert found[1] == called
