"""
Errors as the providers word them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ars0n_adapters.standins.calls import Reply, replied
from ars0n_adapters.standins.scripts import ELEVENLABS, Kind, Route

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ars0n_adapters.standins.scripts import Fault

_RETRY_INFO: Final = "type.googleapis.com/google.rpc.RetryInfo"
_QUOTA_FAILURE: Final = "type.googleapis.com/google.rpc.QuotaFailure"
_ERROR_INFO: Final = "type.googleapis.com/google.rpc.ErrorInfo"


def refused(route: Route, fault: Fault, *, platform: bool = False) -> Reply | None:
    """
    Return the provider's error for *fault*, or None if it isn't one of these.
    """
    if route in ELEVENLABS:
        return _elevenlabs(fault, route)
    return _google(fault, platform=platform)


def google(
    status: int,
    name: str,
    message: str,
    details: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Reply:
    """
    Return an error in Google's shape.
    """
    error: dict[str, Any] = {"code": status, "message": message, "status": name}
    if details:
        error["details"] = details
    return replied({"error": error}, status=status, headers=headers)


def elevenlabs(
    status: int, kind: str, code: str, message: str, headers: dict[str, str] | None = None
) -> Reply:
    """
    Return an error in ElevenLabs' shape, new and old names together.
    """
    detail = {
        "type": kind,
        "code": code,
        "status": code,
        "message": message,
        "request_id": "standin",
    }
    return replied({"detail": detail}, status=status, headers=headers)


def _google(fault: Fault, *, platform: bool) -> Reply | None:
    wait = f"{max(1, round(fault.seconds))}"
    match fault.kind:
        case Kind.QUOTA:
            violation = {
                "quotaMetric": "generativelanguage.googleapis.com/generate_requests",
                "quotaId": "GenerateRequestsPerDayPerProjectPerModel",
            }
            return google(
                429,
                "RESOURCE_EXHAUSTED",
                "You exceeded your current quota, please check your plan and billing details.",
                [{"@type": _QUOTA_FAILURE, "violations": [violation]}],
            )
        case Kind.RATE | Kind.CONCURRENCY:
            return google(
                429,
                "RESOURCE_EXHAUSTED",
                f"Resource has been exhausted. Please retry in {wait}s.",
                [{"@type": _RETRY_INFO, "retryDelay": f"{wait}s"}],
                headers={"Retry-After": wait},
            )
        case Kind.WRONG_KEY if platform:
            return google(401, "UNAUTHENTICATED", "Request had invalid authentication credentials.")
        case Kind.WRONG_KEY:
            reason = {"@type": _ERROR_INFO, "reason": "API_KEY_INVALID"}
            return google(
                400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", [reason]
            )
        case Kind.NOT_FOUND:
            return google(404, "NOT_FOUND", "This model is no longer available.")
        case _ if fault.kind in _GOOGLE:
            return google(*_GOOGLE[fault.kind])
        case _:
            return None


_DENIED: Final = "Permission denied on resource; the API may be disabled for this project."

_GOOGLE: Final[Mapping[Kind, tuple[int, str, str]]] = {
    Kind.ERROR: (500, "INTERNAL", "An internal error has occurred."),
    Kind.UNAVAILABLE: (503, "UNAVAILABLE", "The model is overloaded. Please try again later."),
    Kind.FORBIDDEN: (403, "PERMISSION_DENIED", _DENIED),
    Kind.PLAN: (403, "PERMISSION_DENIED", "This API method requires billing to be enabled."),
}


def _elevenlabs(fault: Fault, route: Route) -> Reply | None:
    if fault.kind is Kind.RATE:
        return elevenlabs(
            429,
            "rate_limit_error",
            "rate_limit_exceeded",
            "Too many requests.",
            headers={"Retry-After": f"{max(1, round(fault.seconds))}"},
        )
    if fault.kind is Kind.BLOCKED and route is Route.MUSIC:
        message = "The prompt names an artist; try: an upbeat song."
        return elevenlabs(400, "validation_error", "bad_prompt", message)
    if fault.kind in _ELEVENLABS:
        return elevenlabs(*_ELEVENLABS[fault.kind])
    return None


_ELEVENLABS: Final[Mapping[Kind, tuple[int, str, str, str]]] = {
    Kind.QUOTA: (
        401,
        "authentication_error",
        "quota_exceeded",
        "This request exceeds your quota. You have 0 credits remaining, while 91 are required.",
    ),
    Kind.CONCURRENCY: (
        429,
        "rate_limit_error",
        "concurrent_limit_exceeded",
        "Too many concurrent requests for your plan.",
    ),
    Kind.ERROR: (500, "internal_error", "internal_server_error", "Something went wrong."),
    Kind.UNAVAILABLE: (503, "internal_error", "system_busy", "The system is busy."),
    Kind.WRONG_KEY: (401, "authentication_error", "invalid_api_key", "Invalid API key"),
    Kind.FORBIDDEN: (
        403,
        "authorization_error",
        "missing_permissions",
        "The API key is missing a permission.",
    ),
    Kind.PLAN: (
        402,
        "payment_required",
        "paid_plan_required",
        "Free users cannot use library voices via the API.",
    ),
    Kind.NOT_FOUND: (404, "not_found", "voice_not_found", "A voice with this id was not found."),
    Kind.BLOCKED: (
        400,
        "validation_error",
        "content_against_policy",
        "The text is against the terms of use.",
    ),
}
