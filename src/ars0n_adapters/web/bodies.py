"""
What a client sends, taken in with an end to its size and to our patience.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

import anyio
from starlette.requests import ClientDisconnect

from ars0n_adapters.web import uploads
from ars0n_core import wire
from ars0n_core.errors import InvalidRequestError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager
    from pathlib import Path

    from starlette.requests import Request

    from ars0n_adapters.web.application import Waits


LEAST_BYTES_A_SECOND: Final = 16_384
"""
Who sends an upload more slowly than a telephone modem holds a folder and a connection.
"""


async def read_body(request: Request, waits: Waits) -> bytes:
    """
    Return a JSON body's bytes.

    Raises:
        InvalidRequestError: It is too large, or too slow.
    """
    received = b""
    try:
        async with _within(waits.body):
            is_more = True
            while is_more:
                # Without Starlette's iterator, which costs a short body more than itself.
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                received += message.get("body", b"")
                is_more = message.get("more_body", False)
                if len(received) > wire.BODY_BYTES_MAX:
                    wire.parse(received)
    except TimeoutError:
        raise InvalidRequestError(form_errors=["The body took too long"]) from None
    return received


async def read_upload(request: Request, folder: Path, waits: Waits) -> uploads.Upload:
    """
    Return the file of a multipart body, written into *folder*.

    Raises:
        InvalidRequestError: It is no such body, has no file, is too large or too slow.
    """
    content_type = request.headers.get("content-type", "")
    try:
        with anyio.fail_after(waits.upload):
            return await uploads.receive(content_type, _unstalled(request.stream(), waits), folder)
    except TimeoutError:
        raise InvalidRequestError({"file": ["The upload took too long"]}) from None


def read_query(request: Request) -> dict[str, str]:
    """
    Return the query by name.

    Raises:
        InvalidRequestError: A name is given twice, or a value holds a NUL.
    """
    query: dict[str, str] = {}
    if not request.scope["query_string"]:
        return query
    for name, value in request.query_params.multi_items():
        if name in query:
            raise InvalidRequestError({name[:100]: ["Given more than once"]})
        if "\x00" in name or "\x00" in value:
            raise InvalidRequestError({"query": ["Must not contain NUL"]})
        query[name] = value
    return query


def _within(seconds: float) -> AbstractAsyncContextManager[object]:
    """
    Return a bound on how long something may take. That of asyncio costs a fraction of the
    one that every loop has.
    """
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return _anywhere(seconds)
    return asyncio.timeout(seconds)


@asynccontextmanager
async def _anywhere(seconds: float) -> AsyncIterator[None]:
    with anyio.fail_after(seconds):
        yield


async def _unstalled(chunks: AsyncIterator[bytes], waits: Waits) -> AsyncIterator[bytes]:
    """
    Yield *chunks* as long as none keeps us waiting, and they don't come in drops.
    """
    iterator = aiter(chunks)
    started, received = time.monotonic(), 0
    while True:
        with anyio.fail_after(waits.stall):
            try:
                chunk = await anext(iterator)
            except StopAsyncIteration:
                return
        received += len(chunk)
        elapsed = time.monotonic() - started
        if elapsed > waits.grace and received < elapsed * LEAST_BYTES_A_SECOND:
            raise TimeoutError
        yield chunk
