"""
Files that this process hands out itself, under their signed URLs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ars0n_adapters.web.http import Answer, Request, SignedFiles
from ars0n_core.errors import NotFoundError

if TYPE_CHECKING:
    from datetime import datetime

_SIGNED: Final = {"media_type", "expires", "signature"}

# A browser that opens a film makes a page around it, to which this applies as well: the page
# may show the film, and nothing in it may run.
_POLICY: Final = (
    "sandbox allow-same-origin; default-src 'none'; img-src 'self'; media-src 'self'; "
    "style-src 'unsafe-inline'"
)


def get_blob(files: SignedFiles, request: Request, *, now: datetime) -> Answer:
    """
    Serve a file under its signed URL.

    Raises:
        NotFoundError: The URL was not signed here, has expired, or its file is gone.
    """
    key, query = request.params["key"], request.query
    media_type = query.get("media_type", "")
    signed = set(query) == _SIGNED and files.verify(
        key,
        media_type=media_type,
        expires=query["expires"],
        signature=query["signature"],
        now=now,
    )
    if not signed or not files.exists(key):
        raise NotFoundError("file", "this URL is unknown or has expired")
    return Answer(
        file=files.path(key),
        media_type=media_type,
        headers={
            "Content-Security-Policy": _POLICY,
            # Who has the URL has the file: a page of his may read it, too.
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Expose-Headers": "Content-Length, Content-Range, ETag",
            "Content-Disposition": f'inline; filename="{key.rpartition("/")[2]}"',
            "Cache-Control": "private, max-age=3600",
        },
    )
