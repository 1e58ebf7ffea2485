"""
What every `BlobStore` must do: whole files under keys.
"""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import BlobNotFoundError, PortError
from ars0n_core.testing.conformance.units import files_open

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_core.ports import BlobStore

FUTURE = datetime(2100, 1, 1, tzinfo=UTC)
REPLACED_TIMES = 20
LARGE_TIMES = 36_000
# 9.2 MB: buckets take parts of 5 or 8.


class BlobStoreSuite:
    """
    What every `BlobStore` must do. Subclass it and give the fixture an empty store.
    """

    @pytest.fixture
    def blobs(self) -> BlobStore:
        """
        Return an empty blob store.
        """
        raise AssertionError("give the fixture `blobs`")

    @pytest.fixture
    def source(self, tmp_path: Path) -> Path:
        """
        Return a file of a few bytes.
        """
        path = tmp_path / "source"
        path.write_bytes(b"\x00old and long")
        return path

    def test_what_is_put_comes_back(self, blobs: BlobStore, source: Path, tmp_path: Path) -> None:
        """
        Byte for byte, under a key with folders.
        """
        blobs.put("jobs/a-1/2/film.mp4", source, media_type="video/mp4")
        blobs.copy_to("jobs/a-1/2/film.mp4", tmp_path / "back")

        assert source.read_bytes() == (tmp_path / "back").read_bytes()

    def test_put_replaces_whole(self, blobs: BlobStore, source: Path, tmp_path: Path) -> None:
        """
        The last put wins, with nothing of the one before.
        """
        blobs.put("k", source, media_type="text/plain")
        source.write_bytes(b"new")
        blobs.put("k", source, media_type="text/plain")
        blobs.copy_to("k", tmp_path / "back")

        assert (tmp_path / "back").read_bytes() == b"new"

    def test_the_source_stays(self, blobs: BlobStore, source: Path) -> None:
        """
        Storing a file does not take it away.
        """
        blobs.put("k", source, media_type="text/plain")

        assert source.exists()

    def test_a_put_that_fails_leaves_what_was_there(
        self, blobs: BlobStore, source: Path, tmp_path: Path
    ) -> None:
        """
        Old or new, and never nothing.
        """
        blobs.put("k", source, media_type="text/plain")
        with pytest.raises(PortError):
            blobs.put("k", tmp_path / "missing", media_type="text/plain")
        blobs.copy_to("k", tmp_path / "back")

        assert (tmp_path / "back").read_bytes() == source.read_bytes()

    def test_a_large_file_comes_back_whole(
        self, blobs: BlobStore, source: Path, tmp_path: Path
    ) -> None:
        """
        Of every byte there is, ends of lines among them, of no even size, and of more than
        one part where files are sent in parts.
        """
        source.write_bytes(bytes(range(256)) * LARGE_TIMES + b"\r\n\x1a\n")
        blobs.put("k", source, media_type="application/octet-stream")
        blobs.copy_to("k", tmp_path / "back")

        is_same = (tmp_path / "back").read_bytes() == source.read_bytes()
        assert is_same, f"{(tmp_path / 'back').stat().st_size} of {source.stat().st_size} bytes"

    def test_keys_that_look_alike_are_different_blobs(
        self, blobs: BlobStore, source: Path, tmp_path: Path
    ) -> None:
        """
        No key stands for another, and what is taken from one leaves those it begins like.
        """
        keys = ("a/b", "a_b", "a-b", "a.b", "ab", "a/bc", "a/b.c")
        for key in keys:
            source.write_text(key)
            blobs.put(key, source, media_type="text/plain")
        blobs.delete("a/b")

        assert not blobs.exists("a")  # a folder is none
        assert [key for key in keys if blobs.exists(key)] == list(keys[1:])
        for key in keys[1:]:
            blobs.copy_to(key, tmp_path / "back")
            assert (tmp_path / "back").read_text() == key

    def test_a_blob_that_is_replaced_is_never_seen_in_part(
        self, blobs: BlobStore, source: Path, tmp_path: Path
    ) -> None:
        """
        Whoever reads meanwhile gets the old or the new, whole.
        """
        both = [bytes([number]) * 2**20 for number in (1, 2)]
        source.write_bytes(both[0])
        blobs.put("k", source, media_type="application/octet-stream")
        read: list[bytes] = []
        is_looking, is_over = threading.Event(), threading.Event()

        def look() -> None:
            while not is_over.is_set():
                blobs.copy_to("k", tmp_path / "back")
                read.append((tmp_path / "back").read_bytes())
                is_looking.set()

        looking = threading.Thread(target=look)
        looking.start()
        try:
            assert is_looking.wait(60), "the blob can't be read at all"
            for number in range(REPLACED_TIMES):
                source.write_bytes(both[number % 2])
                blobs.put("k", source, media_type="application/octet-stream")
        finally:
            is_over.set()
            looking.join(60)

        assert all(one in both for one in read), "a reader got a part of a blob"

    def test_nothing_is_left_open(self, blobs: BlobStore, source: Path, tmp_path: Path) -> None:
        """
        Neither of what is stored and read, nor of what fails.
        """
        blobs.put("k", source, media_type="text/plain")
        before = files_open()
        for _ in range(REPLACED_TIMES):
            blobs.put("k", source, media_type="text/plain")
            blobs.copy_to("k", tmp_path / "back")
            with pytest.raises(BlobNotFoundError):
                blobs.copy_to("missing", tmp_path / "back")

        assert files_open() < before + REPLACED_TIMES // 2

    def test_an_empty_file_is_a_blob(self, blobs: BlobStore, source: Path, tmp_path: Path) -> None:
        """
        Nothing is something.
        """
        source.write_bytes(b"")
        blobs.put("k", source, media_type="text/plain")
        blobs.copy_to("k", tmp_path / "back")

        assert blobs.exists("k")
        assert (tmp_path / "back").read_bytes() == b""

    def test_a_missing_blob_is_said_and_leaves_no_file(
        self, blobs: BlobStore, tmp_path: Path
    ) -> None:
        """
        Neither copy nor URL is made of what isn't there.
        """
        with pytest.raises(BlobNotFoundError):
            blobs.copy_to("missing", tmp_path / "back")
        with pytest.raises(BlobNotFoundError):
            blobs.url("missing", media_type="text/plain", expires_at=FUTURE)

        assert not (tmp_path / "back").exists()
        assert not blobs.exists("missing")

    def test_a_deleted_blob_is_gone(self, blobs: BlobStore, source: Path, tmp_path: Path) -> None:
        """
        Its neighbours stay, and deleting it again is no error.
        """
        blobs.put("a/b", source, media_type="text/plain")
        blobs.put("a/c", source, media_type="text/plain")
        blobs.delete("a/b")
        blobs.delete("a/b")

        assert not blobs.exists("a/b")
        assert blobs.exists("a/c")
        with pytest.raises(BlobNotFoundError):
            blobs.copy_to("a/b", tmp_path / "back")

    def test_a_missing_source_stores_nothing(self, blobs: BlobStore, tmp_path: Path) -> None:
        """
        And what was there stays.
        """
        with pytest.raises(PortError):
            blobs.put("k", tmp_path / "missing", media_type="text/plain")

        assert not blobs.exists("k")

    def test_a_url_is_absolute_and_tells_blobs_apart(self, blobs: BlobStore, source: Path) -> None:
        """
        Anyone can follow it, and it leads to this blob.
        """
        blobs.put("a", source, media_type="text/plain")
        blobs.put("b", source, media_type="text/plain")
        expires_at = datetime.now(UTC) + timedelta(hours=1)  # noqa: TID251 - signed for real stores
        urls = {
            blobs.url(key, media_type="text/plain", expires_at=expires_at) for key in ("a", "b")
        }

        assert len(urls) == 2
        assert all("://" in url for url in urls)
