"""
What may go wrong between a client and the API, as one tree.

```text
ClientError
├── UnreachableError      no answer
├── AdFailedError         the ad was not made
├── WaitedError           the ad was not made in time
└── ApiError              an answer that says no
    ├── InvalidError             400, 422
    ├── AuthenticationError      401
    ├── InsufficientCreditsError 402
    ├── ForbiddenError           403
    ├── NotFoundError            404
    ├── ConflictError            409
    ├── LimitedError             429
    └── ServerError              5xx
```
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    import httpx

Json = Any


class ClientError(Exception):
    """
    Something the API or the way to it refused.
    """


class UnreachableError(ClientError):
    """
    There was no answer.
    """


class AdFailedError(ClientError):
    """
    The ad was not made; ``report`` says why.
    """

    def __init__(self, report: Mapping[str, Json]) -> None:
        self.report = report
        jobs = report.get("jobs", {}).get("details", [])
        reasons = [job["error_message"] for job in jobs if job.get("error_message")]
        super().__init__("; ".join(dict.fromkeys(reasons)) or "The ad was not made")


class WaitedError(ClientError):
    """
    The ad was not finished in time; it may still be, under ``version_id``.
    """

    def __init__(self, version_id: str, seconds: float) -> None:
        self.version_id = version_id
        super().__init__(f"{version_id} was not finished after {seconds:g} s")


class ApiError(ClientError):
    """
    An answer that says no: its ``status``, stable ``code``, ``request_id`` and ``body``.
    """

    def __init__(self, answer: httpx.Response) -> None:
        body: Json = None
        with contextlib.suppress(ValueError):
            body = answer.json()
        self.body: Mapping[str, Json] = body if isinstance(body, dict) else {}
        self.status = answer.status_code
        self.code = str(self.body.get("code", ""))
        self.request_id = answer.headers.get("x-request-id", "")
        said = self.body.get("message") or self.body.get("error") or answer.reason_phrase
        super().__init__(f"{said} (status {self.status}, request {self.request_id})")

    @property
    def field_errors(self) -> Mapping[str, list[str]]:
        """
        What is wrong with each field, if that is what is wrong.
        """
        details = self.body.get("details") or {}
        found: Mapping[str, list[str]] = details.get("fieldErrors", {})
        return found


class AuthenticationError(ApiError):
    """
    401: the key is missing, unknown or revoked.
    """


class InsufficientCreditsError(ApiError):
    """
    402: the balance, or the key's budget, doesn't cover it.
    """


class ForbiddenError(ApiError):
    """
    403: another organisation's.
    """


class NotFoundError(ApiError):
    """
    404: there is no such thing.
    """


class ConflictError(ApiError):
    """
    409: not at this moment.
    """


class InvalidError(ApiError):
    """
    400 or 422: the request is wrong.
    """


class LimitedError(ApiError):
    """
    429: too many requests, or generations at once, after every further try.
    """


class ServerError(ApiError):
    """
    5xx: the server's fault.
    """


_ERRORS: Final[Mapping[int, type[ApiError]]] = {
    400: InvalidError,
    401: AuthenticationError,
    402: InsufficientCreditsError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: InvalidError,
    429: LimitedError,
}


def error_of(answer: httpx.Response) -> ApiError:
    """
    Return the error an answer is.
    """
    kind = _ERRORS.get(answer.status_code)
    if kind is None:
        kind = ServerError if answer.is_server_error else ApiError
    return kind(answer)
