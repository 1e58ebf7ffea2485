"""
Log lines: one JSON object each, made of what may be known of a request and no more.

Customers' content, keys, file names and query strings are never logged; nor are errors'
texts, which may repeat them: of an unforeseen error its type and place are told.
"""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from ars0n_core.work import Json

FIELDS: Final = "ars0n_fields"
_LINE: Final = "ars0n_line"
_FRAMES_MAX: Final = 20

_WRITER: Final = json.JSONEncoder(ensure_ascii=True, default=str)

_log = logging.getLogger("ars0n.requests")


class JsonLines(logging.Formatter):
    """
    Formats every record as one line of JSON.
    """

    def format(self, record: logging.LogRecord) -> str:
        """
        Return the record's line.
        """
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        known = record.__dict__.get(_LINE)
        if known is not None:
            return f'{{"time": "{moment}", {known}'
        line: dict[str, Json] = {
            "time": moment,
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, FIELDS, {}),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line.update(place_of(record.exc_info[1]))
        return _WRITER.encode(line)


def request_answered(
    *,
    request_id: str,
    organization_id: str,
    method: str,
    route: str,
    status: int,
    milliseconds: float,
) -> None:
    """
    Log one answered request; none of its facts holds anything that JSON would escape.
    """
    if _log.isEnabledFor(logging.INFO):
        # Made by hand: looking for who logs costs as much as all the rest.
        record = logging.LogRecord(_log.name, logging.INFO, "", 0, "request", None, None)
        record.__dict__[_LINE] = (
            f'"level": "info", "logger": "{_log.name}", "message": "request", '
            f'"request_id": "{request_id}", "organization_id": "{organization_id}", '
            f'"method": "{method}", "route": "{route}", "status": {status}, '
            f'"milliseconds": {milliseconds}}}'
        )
        _log.handle(record)


def request_failed(request_id: str, error: BaseException) -> None:
    """
    Log a fault of ours, by type and place.
    """
    _log.error("request failed", extra={FIELDS: {"request_id": request_id, **place_of(error)}})


def place_of(error: BaseException) -> dict[str, Json]:
    """
    Return what an error is and where it came from, without what it says.
    """
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES_MAX:]
    told: dict[str, Json] = {
        "error": type(error).__name__,
        "trace": [
            f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames
        ],
    }
    if error.__cause__ is not None:
        told["caused_by"] = type(error.__cause__).__name__
    return told
