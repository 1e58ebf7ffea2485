"""
What every `Fetcher` must do: foreign content within bounds, or a refusal and no file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ars0n_core.errors import FetchRefusedError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ars0n_core.ports import Fetcher

CONTENT = bytes(range(256)) * 1200


class FetcherSuite:
    """
    What every `Fetcher` must do. Subclass it and give the fixture a fetcher, and a site it
    may reach.
    """

    @pytest.fixture
    def fetcher(self) -> Fetcher:
        """
        Return a fetcher.
        """
        raise AssertionError("give the fixture `fetcher`")

    @pytest.fixture
    def publish(self) -> Callable[[bytes], str]:
        """
        Return a function that puts content on the web and returns its URL.
        """
        raise AssertionError("give the fixture `publish`")

    @pytest.fixture
    def target(self, tmp_path: Path) -> Path:
        """
        Return where a download is to go.
        """
        return tmp_path / "target"

    def test_what_is_served_is_written(
        self, fetcher: Fetcher, publish: Callable[[bytes], str], target: Path
    ) -> None:
        """
        Byte for byte, up to the very last that is allowed.
        """
        url = publish(CONTENT)
        fetcher.check(url)
        fetcher.fetch(url, target, size_bytes_max=len(CONTENT))

        assert target.read_bytes() == CONTENT

    def test_one_byte_too_many_is_refused(
        self, fetcher: Fetcher, publish: Callable[[bytes], str], target: Path
    ) -> None:
        """
        And no part of it is left.
        """
        with pytest.raises(FetchRefusedError):
            fetcher.fetch(publish(CONTENT), target, size_bytes_max=len(CONTENT) - 1)

        assert not target.exists()

    def test_what_is_not_there_is_refused(
        self, fetcher: Fetcher, publish: Callable[[bytes], str], target: Path
    ) -> None:
        """
        An answer that is no content is none.
        """
        with pytest.raises(FetchRefusedError):
            fetcher.fetch(publish(CONTENT) + "-missing", target, size_bytes_max=10**6)

        assert not target.exists()

    @pytest.mark.parametrize(
        "url",
        [
            "file:///etc/hostname",
            "ftp://example.com/a.png",
            "gopher://example.com/",
            "data:image/png;base64,AAAA",
            "http://10.0.0.1/a.png",
            "http://192.168.1.1/a.png",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00::1]/a.png",
            "http://[64:ff9b::a00:1]/a.png",
            "http://0.0.0.0/a.png",
            "http://",
            "no url at all",
            "",
        ],
    )
    def test_what_is_no_public_web_address_is_refused(
        self, fetcher: Fetcher, target: Path, url: str
    ) -> None:
        """
        Other schemes, and the networks behind our own walls.
        """
        with pytest.raises(FetchRefusedError):
            fetcher.check(url)
        with pytest.raises(FetchRefusedError):
            fetcher.fetch(url, target, size_bytes_max=10**6)

        assert not target.exists()
