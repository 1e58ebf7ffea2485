"""
Errors to answers: one table from the error tree to HTTP, and the documents' bodies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from ars0n_core import errors, wire
from ars0n_core.work import Json

if TYPE_CHECKING:
    from datetime import datetime

    from ars0n_core.errors import Ars0nError

STATUS_OF: Final[Mapping[type[Ars0nError], int]] = {
    errors.InvalidRequestError: 400,
    errors.IdempotencyMismatchError: 422,
    errors.UnauthenticatedError: 401,
    errors.InsufficientCreditsError: 402,
    errors.BudgetExceededError: 402,
    errors.ForbiddenError: 403,
    errors.NotFoundError: 404,
    errors.ConflictError: 409,
    errors.LimitExceededError: 429,
    errors.PortError: 500,
    errors.ProviderUnavailableError: 503,
    errors.FetchRefusedError: 400,
    errors.ProviderRejectedError: 400,
    errors.BlobNotFoundError: 404,
}
"""
The status of each class of error; a class that is not here has its nearest parent's.
"""

CODE_IS_ERROR: Final = (
    errors.PlanExpiredError,
    errors.ClipTooLongError,
    errors.TooManyClipsError,
    errors.ClipFormatError,
    errors.ClipTooLargeError,
    errors.VersionNotEditableError,
)
"""
Errors whose documented ``error`` field holds their code, not a sentence.
"""

_RETRY_SECONDS_GENERATING: Final = 10
_RETRY_SECONDS_MEETING: Final = 2


@frozen(kw_only=True)
class Refusal:
    """
    The answer to a request that was refused.
    """

    status: int
    body: Mapping[str, Json]
    headers: Mapping[str, str] = field(factory=dict)


def refuse(error: Ars0nError, *, now: datetime) -> Refusal:
    """
    Return the answer to *error*.
    """
    status = status_of(type(error))
    if status == 500:  # noqa: PLR2004 - nothing of the inside is told
        return internal()
    return Refusal(
        status=status,
        body={**_body(error), "code": error.code},
        headers=_headers(error, now),
    )


def internal() -> Refusal:
    """
    Return the answer to a fault of ours.
    """
    return Refusal(status=500, body={"error": "Internal server error", "code": "INTERNAL"})


def status_of(kind: type[Ars0nError]) -> int:
    """
    Return the status of the error class *kind*: its own, or its nearest parent's.
    """
    for parent in kind.__mro__:
        if parent in STATUS_OF:
            return STATUS_OF[parent]
    return 500


def _body(error: Ars0nError) -> dict[str, Json]:
    match error:
        case errors.InvalidRequestError():
            told = {"details": wire.unstructure_faults(error)}
            if isinstance(error, CODE_IS_ERROR):
                return {"error": error.code, "message": str(error), **told}
            return {"error": _headline(error), **told}
        case errors.InsufficientCreditsError():
            return {
                "error": "Insufficient API credits",
                "required": error.required,
                "available": error.available,
                "message": f"{error} Purchase API credits at /settings/billing.",
            }
        case errors.BudgetExceededError():
            return {
                "error": "Monthly budget of this key exceeded",
                "cap": error.cap,
                "spent": error.spent,
                "required": error.required,
                "message": str(error),
            }
        case errors.ConcurrencyLimitError():
            return {"error": str(error), "active": error.active, "max": error.maximum}
        case errors.QuotaExceededError():
            return {"error": str(error), "limit": error.limit, "used": error.used}
        case errors.PriceExceededError():
            return {"error": str(error), "price": error.price, "maxCredits": error.max_credits}
        case errors.FetchRefusedError() | errors.ProviderRejectedError():
            faults: Json = {"fieldErrors": {}, "formErrors": [str(error)]}
            return {"error": "Validation failed", "details": faults}
        case _ if isinstance(error, CODE_IS_ERROR):
            return {"error": error.code, "message": str(error)}
    return {"error": str(error) or _SENTENCES.get(error.code, error.code)}


def _headline(error: errors.InvalidRequestError) -> str:
    # A command that does not apply is one sentence; an order's faults are a sheet.
    if type(error) in _ONE_SENTENCE and error.form_errors and not error.field_errors:
        return error.form_errors[0]
    return "Validation failed"


_ONE_SENTENCE: Final = (
    errors.RetriesExhaustedError,
    errors.JobNotRetryableError,
    errors.JobNotRegenerableError,
    errors.IdempotencyMismatchError,
)

_SENTENCES: Final[Mapping[str, str]] = {
    errors.VersionNotCancellableError.code: "Only generating versions can be cancelled",
    errors.VersionCancelledError.code: "A cancelled version can't be retried",
    errors.ProjectBusyError.code: "Cannot delete a project with active versions. Cancel them first.",
    errors.AssetInUseError.code: "Cannot delete an asset that an active generation uses",
    errors.IdempotencyInProgressError.code: "The first request with this Idempotency-Key is still being answered",
    errors.StaleRevisionError.code: "Someone else changed this at the same moment. Try again.",
    errors.ForbiddenError.code: "Forbidden",
}


def _headers(error: Ars0nError, now: datetime) -> dict[str, str]:
    match error:
        case errors.RateLimitExceededError():
            return {"Retry-After": _seconds(error.reset_at, now)}
        case errors.QuotaExceededError() if error.reset_at is not None:
            return {"Retry-After": _seconds(error.reset_at, now)}
        case errors.LimitExceededError():
            return {"Retry-After": str(_RETRY_SECONDS_GENERATING)}
        case errors.ProviderUnavailableError():
            wished = error.retry_after_seconds or _RETRY_SECONDS_GENERATING
            return {"Retry-After": str(max(1, round(wished)))}
        case errors.IdempotencyInProgressError() | errors.StaleRevisionError():
            return {"Retry-After": str(_RETRY_SECONDS_MEETING)}
        case errors.JobBusyError():
            return {"Retry-After": str(_RETRY_SECONDS_GENERATING)}
        case errors.UnauthenticatedError():
            return {"WWW-Authenticate": "Bearer"}
    return {}


def _seconds(moment: datetime, now: datetime) -> str:
    return str(max(1, -int(-(moment - now).total_seconds() // 1)))
