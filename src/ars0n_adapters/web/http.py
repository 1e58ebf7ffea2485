"""
A request and its answer as plain values, whatever framework carried them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from attrs import field, frozen

from ars0n_adapters.web.uploads import Upload
from ars0n_core.work import Json

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
    What is said: JSON, or a file of ours, or only headers.
    """

    status: int = 200
    body: Json = None
    headers: Mapping[str, str] = field(factory=dict)
    file: Path | None = None
    media_type: str = "application/json"
