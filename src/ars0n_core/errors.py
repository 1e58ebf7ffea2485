"""
Everything that can go wrong, as one tree.

Classes carry values; the sentence is made in ``__str__``. A class-level ``code`` is
stable and may be matched by programs. Nothing here knows HTTP: the web adapter holds
the table from these classes to status codes.

```text
Ars0nError
  InvalidRequestError(field_errors, form_errors)    the order is wrong; nothing happened
    PlanExpiredError                                the plan names assets that are gone
    ClipTooLongError, ClipTooLargeError,
    ClipFormatError, TooManyClipsError              custom footage that can't be taken
    UploadRefusedError                              an image or sound that can't be taken
    RetriesExhaustedError, JobNotRetryableError,
    JobNotRegenerableError                          a job command that does not apply
    IdempotencyMismatchError                        same key, other body
  UnauthenticatedError                              no key, unknown key, revoked key
  InsufficientCreditsError(required, available)     the balance doesn't cover it
  BudgetExceededError(cap, spent, required)         the key's monthly cap doesn't cover it
  ForbiddenError                                    known caller, not theirs
    AssetNotOwnedError
  NotFoundError(kind, id)
  ConflictError                                     right order, wrong moment
    VersionNotEditableError, VersionNotCancellableError,
    VersionCancelledError, JobBusyError, ProjectBusyError, AssetInUseError,
    IllegalEventError, StaleRevisionError, PriceExceededError,
    IdempotencyInProgressError
  LimitExceededError
    RateLimitExceededError, ConcurrencyLimitError, QuotaExceededError
  PortError(port)                                   the outside did not deliver
    ProviderRejectedError                           asking again will not help
    ProviderUnavailableError                        asking again may help; nothing was billed
    ProviderUnknownError                            sent, and no verdict came back
    BlobNotFoundError, FetchRefusedError, CompositorError, MisconfiguredError
```
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime


class Ars0nError(Exception):
    """
    The root: ``except Ars0nError`` catches all we raise on purpose.
    """

    code: ClassVar[str] = "ERROR"


class InvalidRequestError(Ars0nError):
    """
    The order has faults, all of them reported together.
    """

    code = "VALIDATION_FAILED"

    def __init__(
        self,
        field_errors: Mapping[str, Sequence[str]] | None = None,
        form_errors: Sequence[str] = (),
    ) -> None:
        self.field_errors = {k: tuple(v) for k, v in (field_errors or {}).items()}
        self.form_errors = tuple(form_errors)
        super().__init__(self.field_errors, self.form_errors)

    def __str__(self) -> str:
        parts = [f"{name}: {text}" for name, texts in self.field_errors.items() for text in texts]
        return "; ".join([*parts, *self.form_errors]) or "Validation failed"


class PlanExpiredError(InvalidRequestError):
    """
    The plan names an asset that is missing, deleted or not among the order's images.
    """

    code = "PLAN_EXPIRED"


class ClipTooLongError(InvalidRequestError):
    """
    An uploaded clip is longer than the limit.
    """

    code = "CLIP_TOO_LONG"


class ClipTooLargeError(InvalidRequestError):
    """
    An uploaded clip has more bytes than the limit.
    """

    code = "CLIP_TOO_LARGE"


class ClipFormatError(InvalidRequestError):
    """
    An uploaded clip is not MP4, WebM or MOV, or cannot be decoded.
    """

    code = "CLIP_FORMAT_UNSUPPORTED"


class TooManyClipsError(InvalidRequestError):
    """
    More custom clips than one ad may hold.
    """

    code = "TOO_MANY_CLIPS"


class UploadRefusedError(InvalidRequestError):
    """
    An uploaded image or sound is of the wrong kind, too large or broken.
    """

    code = "UPLOAD_REFUSED"


class RetriesExhaustedError(InvalidRequestError):
    """
    The job's retry budget is used up.
    """

    code = "RETRIES_EXHAUSTED"


class JobNotRetryableError(InvalidRequestError):
    """
    Only a failed job of a version that was not cancelled can be retried.
    """

    code = "JOB_NOT_RETRYABLE"


class JobNotRegenerableError(InvalidRequestError):
    """
    Only a completed clip can be regenerated.
    """

    code = "JOB_NOT_REGENERABLE"


class IdempotencyMismatchError(InvalidRequestError):
    """
    The idempotency key was used before with another body.
    """

    code = "IDEMPOTENCY_MISMATCH"


class UnauthenticatedError(Ars0nError):
    """
    Missing, malformed, unknown or revoked key; deliberately not said which.
    """

    code = "UNAUTHENTICATED"

    def __str__(self) -> str:
        return "Invalid or missing API key"


class InsufficientCreditsError(Ars0nError):
    """
    The balance doesn't cover the price; nothing was charged.
    """

    code = "INSUFFICIENT_CREDITS"

    def __init__(self, *, required: int, available: int) -> None:
        self.required = required
        self.available = available
        super().__init__(required, available)

    def __str__(self) -> str:
        return f"This generation requires {self.required} API credits but you only have {self.available}."


class BudgetExceededError(Ars0nError):
    """
    The key's monthly cap doesn't cover the price; nothing was charged.
    """

    code = "BUDGET_EXCEEDED"

    def __init__(self, *, cap: int, spent: int, required: int) -> None:
        self.cap = cap
        self.spent = spent
        self.required = required
        super().__init__(cap, spent, required)

    def __str__(self) -> str:
        return (
            f"This key may spend {self.cap} credits a month and has spent {self.spent}; "
            f"{self.required} more would exceed it."
        )


class ForbiddenError(Ars0nError):
    """
    The caller is known and may not do this.
    """

    code = "FORBIDDEN"


class AssetNotOwnedError(ForbiddenError):
    """
    The asset belongs to another organisation.
    """

    code = "ASSET_NOT_OWNED"

    def __init__(self, asset_id: str) -> None:
        self.asset_id = asset_id
        super().__init__(asset_id)

    def __str__(self) -> str:
        return f"Asset {self.asset_id} is not owned by your organization"


class NotFoundError(Ars0nError):
    """
    There is no such thing, or none the caller may know of.
    """

    code = "NOT_FOUND"

    def __init__(self, kind: str, id: str) -> None:  # noqa: A002 - the field's name on purpose
        self.kind = kind
        self.id = id
        super().__init__(kind, id)

    def __str__(self) -> str:
        return f"{self.kind.capitalize()} not found: {self.id}"


class ConflictError(Ars0nError):
    """
    A right order at the wrong moment.
    """

    code = "CONFLICT"


class VersionNotEditableError(ConflictError):
    """
    The version is still generating, or has no finished ad.
    """

    code = "VERSION_NOT_EDITABLE"


class VersionNotCancellableError(ConflictError):
    """
    The version is not generating any more.
    """

    code = "VERSION_NOT_CANCELLABLE"


class VersionCancelledError(ConflictError):
    """
    A cancelled version can't be retried.
    """

    code = "VERSION_CANCELLED"


class JobBusyError(ConflictError):
    """
    The final cut is being made right now; wait for it, then regenerate.
    """

    code = "JOB_BUSY"

    def __str__(self) -> str:
        return "The final cut is being made right now; try again when it is finished"


class ProjectBusyError(ConflictError):
    """
    A project with a generating version can't be deleted.
    """

    code = "PROJECT_BUSY"


class AssetInUseError(ConflictError):
    """
    An asset that a generating version needs can't be deleted.
    """

    code = "ASSET_IN_USE"


class IllegalEventError(ConflictError):
    """
    The status table does not allow this event in this status.
    """

    code = "ILLEGAL_EVENT"

    def __init__(self, *, job: str, status: str, event: str) -> None:
        self.job = job
        self.status = status
        self.event = event
        super().__init__(job, status, event)

    def __str__(self) -> str:
        return f"Job {self.job} is {self.status}: {self.event} can't happen to it now"


class StaleRevisionError(ConflictError):
    """
    Somebody else saved the version since it was read; read again.
    """

    code = "STALE_REVISION"


class PriceExceededError(ConflictError):
    """
    The price is above what the caller allowed with ``maxCredits``.
    """

    code = "PRICE_EXCEEDED"

    def __init__(self, *, price: int, max_credits: int) -> None:
        self.price = price
        self.max_credits = max_credits
        super().__init__(price, max_credits)

    def __str__(self) -> str:
        return f"This costs {self.price} credits, more than the allowed {self.max_credits}; nothing was charged"


class IdempotencyInProgressError(ConflictError):
    """
    The first request with this idempotency key has not been answered yet.
    """

    code = "IDEMPOTENCY_IN_PROGRESS"


class LimitExceededError(Ars0nError):
    """
    Too much, or too much at once.
    """

    code = "LIMIT_EXCEEDED"


class RateLimitExceededError(LimitExceededError):
    """
    The rolling window is full, or the limiter could not be asked.
    """

    code = "RATE_LIMITED"

    def __init__(self, *, limit: int, remaining: int, reset_at: datetime) -> None:
        self.limit = limit
        self.remaining = remaining
        self.reset_at = reset_at
        super().__init__(limit, remaining, reset_at)

    def __str__(self) -> str:
        return "Rate limit exceeded. Try again later."


class ConcurrencyLimitError(LimitExceededError):
    """
    As many generations are in flight as the tier allows.
    """

    code = "CONCURRENCY_LIMITED"

    def __init__(self, *, active: int, maximum: int) -> None:
        self.active = active
        self.maximum = maximum
        super().__init__(active, maximum)

    def __str__(self) -> str:
        return "Concurrency limit reached. Wait for active generations to complete."


class QuotaExceededError(LimitExceededError):
    """
    A quota beside the credits (plans, previews, storage, transcodes) is used up.
    """

    code = "QUOTA_EXCEEDED"

    def __init__(
        self, quota: str, *, limit: int, used: int, reset_at: datetime | None = None
    ) -> None:
        self.quota = quota
        self.limit = limit
        self.used = used
        self.reset_at = reset_at
        super().__init__(quota, limit, used, reset_at)

    def __str__(self) -> str:
        until = f" until {self.reset_at:%Y-%m-%dT%H:%M:%SZ}" if self.reset_at else ""
        left = "is used up" if self.used >= self.limit else "has too little left for this"
        return f"Quota {self.quota} {left}: {self.used} of {self.limit}{until}"


class PortError(Ars0nError):
    """
    Something outside did not deliver; raised by adapters, from the vendor's error.
    """

    code = "PORT_ERROR"

    def __init__(self, message: str = "", *, port: str = "") -> None:
        self.port = port
        super().__init__(message)


class ProviderRejectedError(PortError):
    """
    The provider will not do this order, ever: content refused, bad voice, bad image.
    """

    code = "PROVIDER_REJECTED"


class ProviderUnavailableError(PortError):
    """
    The provider can't now and billed nothing; asking again may help. Was it not even
    ``asked`` (our own allowance is used up), that says nothing about the provider.
    """

    code = "PROVIDER_UNAVAILABLE"

    def __init__(
        self,
        message: str = "",
        *,
        port: str = "",
        retry_after_seconds: float | None = None,
        asked: bool = True,
    ) -> None:
        self.retry_after_seconds = retry_after_seconds
        self.asked = asked
        super().__init__(message, port=port)


class ProviderUnknownError(PortError):
    """
    The call was sent and no verdict came back: it may have been done and billed.
    """

    code = "PROVIDER_UNKNOWN"


class BlobNotFoundError(PortError):
    """
    The store has no blob of this key.
    """

    code = "BLOB_NOT_FOUND"


class FetchRefusedError(PortError):
    """
    A customer's URL can't be fetched: address, redirect, size, time or type.
    """

    code = "FETCH_REFUSED"


class CompositorError(PortError):
    """
    The cut could not be rendered.

    ``media`` names the input at fault when one is; ``retryable`` says whether the same
    cut may succeed later (a full disk, a killed encoder).
    """

    code = "COMPOSITOR_ERROR"

    def __init__(
        self, message: str = "", *, media: str | None = None, retryable: bool = False
    ) -> None:
        self.media = media
        self.retryable = retryable
        super().__init__(message, port="compositor")


class MisconfiguredError(PortError):
    """
    A setting of the deployment is missing or wrong; the message names it.
    """

    code = "MISCONFIGURED"
