"""
A file as an answer: whole, in the parts that were asked for, or not at all if the client
has it already.

Starlette sends files and their parts. What it makes of a question is less kind than RFC 9110:
it refuses a ``Range`` it can't read, which is to be passed over, and asks nobody whether they
have the file. So the question is read here, and Starlette gets one it answers well.
"""

from __future__ import annotations

import os
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

import anyio.to_thread
from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import Receive, Scope, Send

_RANGE: Final = re.compile(r"\s*bytes\s*=\s*(?P<parts>[0-9, \t-]+)\Z", re.IGNORECASE)
_PART: Final = re.compile(r"(?P<first>[0-9]*)-(?P<last>[0-9]*)\Z")
_DIGITS_MAX: Final = 20  # clients that mean "to the end" say the largest number they have
_PARTS_MAX: Final = 100  # more are Starlette's reason to send the whole


class SentFile(FileResponse):
    """
    A file of this machine. ``unsatisfiable`` makes the answer to a range beyond its end.
    """

    unsatisfiable: Callable[[int], Response]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """
        Answer one request.
        """
        asked = Headers(scope=scope)
        if self.stat_result is None:
            self.stat_result = await anyio.to_thread.run_sync(os.stat, self.path)
            self.set_stat_headers(self.stat_result)
        if self._is_known(asked):
            kept = {name: value for name, value in self.headers.items() if name in _SAID_AGAIN}
            await Response(status_code=304, headers=kept)(scope, receive, send)
            return
        size = self.stat_result.st_size
        parts = self._parts(asked, size)
        if parts == []:
            await self.unsatisfiable(size)(scope, receive, send)
            return
        plain = [(name, value) for name, value in scope["headers"] if name not in _RANGED]
        if parts is not None:
            plain.append((b"range", f"bytes={','.join(parts)}".encode()))
        await super().__call__({**scope, "headers": plain}, receive, send)

    def _is_known(self, asked: Headers) -> bool:
        """
        Whether the client says that it has the file.
        """
        tags = asked.get("if-none-match")
        if tags is not None:
            return is_known(self.headers["etag"], tags)
        since = asked.get("if-modified-since")
        if since is None:
            return False
        try:
            return parsedate_to_datetime(self.headers["last-modified"]) <= parsedate_to_datetime(
                since
            )
        except (TypeError, ValueError):  # no date, or one without a zone
            return False

    def _parts(self, asked: Headers, size: int) -> list[str] | None:
        """
        Return the parts that are asked for and there are, or None if it is the whole file.
        """
        found = _RANGE.match(asked.get("range", ""))
        condition = asked.get("if-range")
        held = (self.headers["etag"], self.headers["last-modified"])
        if found is None or (condition is not None and condition not in held):
            return None
        named = [text for text in re.split(r"[\s,]+", found["parts"]) if text]
        read = [part for part in map(_PART.match, named) if part is not None]
        if len(read) < len(named) or not 0 < len(read) <= _PARTS_MAX:
            return None
        if not all(_is_meant(part["first"], part["last"]) for part in read):
            return None
        return [part[0] for part in read if _is_there(part["first"], part["last"], size)]


def is_known(tag: str, if_none_match: str) -> bool:
    """
    Whether an entity tag is among those the client has.
    """
    known = {name.strip().removeprefix("W/") for name in if_none_match.split(",")}
    return tag in known or "*" in known


def _is_meant(first: str, last: str) -> bool:
    if max(len(first), len(last)) > _DIGITS_MAX:
        return False
    return int(first) <= int(last) if first and last else bool(first or last)


def _is_there(first: str, last: str, size: int) -> bool:
    return int(first) < size if first else size > 0 and int(last) > 0


_RANGED: Final = {b"range", b"if-range"}

_SAID_AGAIN: Final = {"etag", "last-modified", "cache-control", "content-security-policy"}
"""
What a client that has the file is told anew.
"""
