"""
A folder keeps what every blob store must keep, and signs what it serves.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from ars0n_adapters.storage.local import LocalBlobs
from ars0n_core.errors import BlobNotFoundError, MisconfiguredError
from ars0n_core.testing.conformance.files import BlobStoreSuite

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.ports import BlobStore

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


class TestLocalBlobs(BlobStoreSuite):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> BlobStore:
        return LocalBlobs(tmp_path / "blobs", "https://api.example/blobs", b"secret")


class TestWithoutBaseUrl(BlobStoreSuite):
    @pytest.fixture
    def blobs(self, tmp_path: Path) -> BlobStore:
        return LocalBlobs(tmp_path / "blobs")


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    source = tmp_path / "source"
    source.write_bytes(b"film")
    made = LocalBlobs(tmp_path / "blobs", "https://api.example/blobs", b"secret")
    made.put("jobs/1/film.mp4", source, media_type="video/mp4")
    return made


@pytest.mark.parametrize(
    "key", ["../secret", "/etc/passwd", "a/../../b", "a//b", "", ".hidden", "a/.b", "a\x00b", "a b"]
)
def test_a_key_never_leaves_the_folder(blobs: LocalBlobs, tmp_path: Path, key: str) -> None:
    with pytest.raises(BlobNotFoundError):
        blobs.copy_to(key, tmp_path / "back")


def _signed(blobs: LocalBlobs) -> tuple[str, dict[str, str]]:
    url = urlsplit(
        blobs.url("jobs/1/film.mp4", media_type="video/mp4", expires_at=NOON + timedelta(hours=2))
    )
    query = {name: values[0] for name, values in parse_qs(url.query).items()}
    return url.path.removeprefix("/blobs/"), query


def test_a_signed_url_is_good_until_it_expires(blobs: LocalBlobs) -> None:
    key, query = _signed(blobs)
    end = NOON + timedelta(hours=2)

    assert blobs.verify(key, **query, now=NOON)
    assert blobs.verify(key, **query, now=end)
    assert not blobs.verify(key, **query, now=end + timedelta(seconds=1))


@pytest.mark.parametrize("part", ["key", "media_type", "expires", "signature"])
def test_a_url_changed_anywhere_is_refused(blobs: LocalBlobs, part: str) -> None:
    key, query = _signed(blobs)
    whole = {"key": key, **query}
    for position, character in enumerate(whole[part]):
        changed = whole[part][:position] + chr(ord(character) ^ 1) + whole[part][position + 1 :]
        altered = {**whole, part: changed}
        assert not blobs.verify(altered.pop("key"), **altered, now=NOON)


@pytest.mark.parametrize("expires", ["", "-1", "1e9", "９９９９９９９９９９", "9" * 40, "soon"])
def test_an_odd_expiry_is_refused(blobs: LocalBlobs, expires: str) -> None:
    key, query = _signed(blobs)

    assert not blobs.verify(key, **{**query, "expires": expires}, now=NOON)


def test_another_secret_signs_otherwise(blobs: LocalBlobs, tmp_path: Path) -> None:
    key, query = _signed(blobs)
    other = LocalBlobs(tmp_path / "blobs", "https://api.example/blobs", b"other")

    assert not other.verify(key, **query, now=NOON)


def test_deleting_leaves_no_empty_folders(blobs: LocalBlobs, tmp_path: Path) -> None:
    blobs.delete("jobs/1/film.mp4")

    assert list((tmp_path / "blobs").iterdir()) == []


def test_the_secret_is_not_shown(blobs: LocalBlobs) -> None:
    assert "secret'" not in repr(blobs)


def test_urls_that_anybody_could_forge_are_not_made(tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match="32 random bytes"):
        LocalBlobs(tmp_path / "blobs", "https://api.example/blobs")


def test_files_are_reached_where_they_were_said_to_be(blobs: LocalBlobs, tmp_path: Path) -> None:
    secret = LocalBlobs(tmp_path / "blobs", secret=b"secret")
    url = secret.below("https://here.example/b").url(
        "jobs/1/film.mp4", media_type="video/mp4", expires_at=NOON
    )

    assert url.startswith("https://here.example/b/jobs/1/film.mp4?")
    assert blobs.below("https://here.example/b") is blobs
