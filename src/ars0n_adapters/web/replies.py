"""
Answers as Starlette's responses.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from starlette.responses import FileResponse, Response

from ars0n_adapters.web import errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ars0n_adapters.web.http import Answer


def response_of(answer: Answer) -> Response:
    """
    Return *answer* as a response.
    """
    if answer.file is not None:
        return FileResponse(
            answer.file,
            status_code=answer.status,
            headers=dict(answer.headers),
            media_type=answer.media_type,
        )
    if answer.body is None:
        return Response(status_code=answer.status, headers=dict(answer.headers))
    return json_response(answer.status, answer.body, answer.headers)


def json_response(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    """
    Return *body* as JSON.
    """
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Response(
        content,
        status_code=status,
        media_type="application/json",
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def internal_error() -> Response:
    """
    Return the answer to a fault of ours.
    """
    refusal = errors.internal()
    return json_response(refusal.status, refusal.body)


def tagged(response: Response, if_none_match: str) -> Response:
    """
    Return *response* with its ETag, or that the client has it already.
    """
    tag = f'"{hashlib.sha256(bytes(response.body)).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = {name.strip().removeprefix("W/") for name in if_none_match.split(",")}
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response
