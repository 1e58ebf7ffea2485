"""
Answers as Starlette's responses.
"""

from __future__ import annotations

import hashlib
import json
import os
from typing import IO, TYPE_CHECKING, Any, Final

from starlette.responses import Response, StreamingResponse

from ars0n_adapters.web import errors
from ars0n_adapters.web.parts import SentFile, is_known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from ars0n_adapters.web.http import Answer


def response_of(answer: Answer, *, if_none_match: str = "") -> Response:
    """
    Return *answer* as a response, or that the client has it already.
    """
    if answer.file is not None:
        return _file(answer.file, answer)
    if answer.open is not None:
        return _sent(answer.open, answer)
    headers = dict(answer.headers)
    if answer.tag:
        headers |= {"ETag": answer.tag, "Cache-Control": "private, no-cache"}
        if if_none_match and is_known(answer.tag, if_none_match):
            return Response(status_code=304, headers=headers)
    if answer.content is not None:
        return _Written(answer.content, answer.status, headers)
    if answer.body is None:
        return Response(status_code=answer.status, headers=headers)
    return json_response(answer.status, answer.body, headers)


def _file(path: Path, answer: Answer) -> Response:
    sent = SentFile(
        path,
        status_code=answer.status,
        headers=dict(answer.headers),
        media_type=answer.media_type,
    )
    sent.unsatisfiable = _beyond
    return sent


def _beyond(size: int) -> Response:
    body = {"error": f"The file has {size} bytes, none of them in this range",
            "code": "RANGE_NOT_SATISFIABLE"}  # fmt: skip
    return json_response(416, body, {"Content-Range": f"bytes */{size}"})


def _sent(file: IO[bytes], answer: Answer) -> Response:
    size = file.seek(0, os.SEEK_END)
    file.seek(0)

    def chunks() -> Iterator[bytes]:
        with file:
            while chunk := file.read(_CHUNK_BYTES):
                yield chunk

    headers = {**UNSTORED, "Content-Length": str(size), **answer.headers}
    return StreamingResponse(chunks(), answer.status, headers, answer.media_type)


class _Written(Response):
    """
    JSON that is written already, without what Starlette finds out about other answers.
    """

    def __init__(self, content: bytes, status: int, headers: Mapping[str, str]) -> None:
        self.body = content
        self.status_code = status
        self.background = None
        self.raw_headers = [
            (b"content-length", b"%d" % len(content)),
            (b"content-type", b"application/json"),
            *(
                (name.lower().encode("latin-1"), headers[name].encode("latin-1"))
                for name in headers
            ),
        ]


def json_response(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    """
    Return *body* as JSON.
    """
    return Response(
        written(body),
        status_code=status,
        media_type="application/json",
        headers={**UNSTORED, **(headers or {})},
    )


def written(body: Any) -> bytes:
    """
    Return *body* as JSON, in UTF-8.
    """
    return _WRITER.encode(body).encode("utf-8", "replace")


def overloaded() -> Response:
    """
    Return the answer to a request too many.
    """
    body = {"error": "The server is busy. Try again.", "code": "OVERLOADED"}
    return json_response(503, body, {"Retry-After": "1"})


def tag_of(content: bytes) -> str:
    """
    Return the entity tag of an answer of these bytes.
    """
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def internal_error() -> Response:
    """
    Return the answer to a fault of ours.
    """
    refusal = errors.internal()
    return json_response(refusal.status, refusal.body)


_CHUNK_BYTES: Final = 262_144

UNSTORED: Final = {"Cache-Control": "no-store"}
"""
What keeps an answer from being kept by anybody on its way.
"""

_WRITER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))

NOT_HTTP: Final = written(
    {"error": "This is no HTTP request that can be read", "code": "BAD_REQUEST"}
)
"""
What is said to whoever sends something else.
"""
