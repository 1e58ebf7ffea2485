"""
A request and its answer as plain values, whatever framework carried them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, Protocol

from attrs import field, frozen

from ars0n_adapters.web.uploads import Upload
from ars0n_core.work import Json

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.ports import BlobStore

API_PREFIX: Final = "/api/v1"


@frozen(kw_only=True)
class Request:
    """
    What was asked. ``origin`` is what absolute links to this server start with.
    """

    params: Mapping[str, str] = field(factory=dict)
    query: Mapping[str, str] = field(factory=dict)
    headers: Mapping[str, str] = field(factory=dict)
    body: bytes = b""
    upload: Upload | None = None
    origin: str = ""


@frozen(kw_only=True)
class Answer:
    """
    What is said: JSON (as a value, or written already), or a file of ours, or one that is
    ``open`` and is closed once it was sent, or only headers. ``tag`` is its entity tag, if it
    has one.
    """

    status: int = 200
    body: Json = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(factory=dict)
    tag: str = ""
    file: Path | None = None
    open: IO[bytes] | None = None
    media_type: str = "application/json"


class SignedFiles(Protocol):
    """
    Files of this machine, handed out under URLs that were signed here.
    """

    def verify(
        self, key: str, *, media_type: str, expires: str, signature: str, now: datetime
    ) -> bool:
        """
        Whether a URL with these parts was signed here and has not expired.
        """
        ...

    def below(self, base_url: str) -> BlobStore:
        """
        Return the files under URLs below *base_url*, unless it is settled where they are.
        """
        ...

    def exists(self, key: str) -> bool:
        """
        Whether there is a file of this key.

        Raises:
            BlobNotFoundError: That is no key.
        """
        ...

    def path(self, key: str) -> Path:
        """
        Return where the file is, to be read only.

        Raises:
            BlobNotFoundError: There is none.
        """
        ...
