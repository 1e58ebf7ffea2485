"""
What Google's errors and refusals mean: whose fault, billed or not, worth another try.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ars0n_adapters.providers import lines
from ars0n_core.errors import (
    MisconfiguredError,
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_NO_CREDENTIALS: Final = frozenset({"DefaultCredentialsError", "RefreshError", "MalformedError"})

ADDRESS: Final = "ARS0N_GOOGLE_BASE_URL"
"""
The setting that says where Google is instead of its usual place.
"""

_BAD_REQUEST: Final = 400
_UNMET: Final = "FAILED_PRECONDITION"
_KEYS: Final = frozenset({401, 403})
_NOT_FOUND: Final = 404
_NO_VERDICT: Final = frozenset({408, 499, 504})
_TOO_MUCH: Final = 429
_SERVER: Final = 500

_SUPPORT_CODES: Final[Mapping[str, str]] = {
    "58061214": "a child",
    "17301594": "a child",
    "29310472": "a celebrity",
    "15236754": "a celebrity",
    "62263041": "dangerous content",
    "57734940": "hate",
    "22137204": "hate",
    "39322892": "a person's face",
    "92201652": "personal data",
    "89371032": "prohibited content",
    "49114662": "prohibited content",
    "72817394": "prohibited content",
    "90789179": "sexual content",
    "63429089": "sexual content",
    "43188360": "sexual content",
    "78610348": "toxic language",
    "42876398": "safety rules",
    "29578790": "safety rules",
    "74803281": "safety rules",
}
"""
Google's support codes (responsible-AI pages of its image and video models) in words.
"""

_REASONS: Final[Mapping[str, str]] = {
    "SAFETY": "its safety rules",
    "IMAGE_SAFETY": "its safety rules for pictures",
    "PROHIBITED_CONTENT": "prohibited content",
    "IMAGE_PROHIBITED_CONTENT": "prohibited content in the picture",
    "BLOCKLIST": "a blocked word",
    "JAILBREAK": "an attempt to get around its rules",
    "RECITATION": "too near to existing work",
    "IMAGE_RECITATION": "too near to an existing picture",
    "SPII": "personal data",
    "LANGUAGE": "a language it doesn't know",
    "NO_IMAGE": "it made no picture of it",
    "IMAGE_OTHER": "no reason given",
    "OTHER": "no reason given",
}

_KEY_HINT: Final = "Check GEMINI_API_KEY or, on the Agent Platform, its credentials"

_SPACES: Final = re.compile(r"\s+")
_SECRETS: Final = re.compile(r"AIza[\w-]{10,}|ya29\.[\w.-]+|AQ\.[\w-]{10,}")
_MESSAGE_CHARACTERS_MAX: Final = 400


def told(
    error: Exception, *, port: str, setting: str, billed: bool, base_url: str = ""
) -> PortError:
    """
    Return the error of ours that says what *error* of the SDK means.

    *setting* is the variable that names the model; *billed* says whether the call would
    have been paid for: then what was sent and not answered is unknown, else unavailable.
    """
    if isinstance(error, PortError):
        return error
    code = _code_of(error)
    if code is not None and code != 200:  # noqa: PLR2004 - HTTP's OK: an answer that can't be read
        return _of_status(code, error, port=port, setting=setting, billed=billed)
    if lines.names_of(error) & _NO_CREDENTIALS:
        return MisconfiguredError(
            f"Google credentials are missing or no longer good: {plain(error)}", port=port
        )
    if lines.never_left(error) or _is_google_auth(error):
        at = lines.address_of(base_url, ADDRESS)
        return ProviderUnavailableError(f"Google can't be reached{at}: {plain(error)}", port=port)
    message = f"Google's answer did not come whole: {plain(error)}"
    if billed:
        return ProviderUnknownError(message, port=port)
    return ProviderUnavailableError(message, port=port)


def is_unbilled(error: Exception) -> bool:
    """
    Whether it is certain that what *error* ended was not billed: the provider refused it
    for now, or it never left.
    """
    code = _code_of(error)
    if code is not None:
        return code == _TOO_MUCH or (code >= _SERVER and code not in _NO_VERDICT)
    return lines.never_left(error)


def refusal(response: Any) -> str:
    """
    Return why *response* holds nothing usable, in a sentence; "" if it says nothing.
    """
    feedback = getattr(response, "prompt_feedback", None)
    blocked = _name(getattr(feedback, "block_reason", None))
    if blocked:
        detail = getattr(feedback, "block_reason_message", None) or ""
        return _refused(blocked, detail)
    for candidate in getattr(response, "candidates", None) or ():
        reason = _name(getattr(candidate, "finish_reason", None))
        detail = getattr(candidate, "finish_message", None) or ""
        parts = getattr(getattr(candidate, "content", None), "parts", None) or ()
        said = " ".join(part.text for part in parts if getattr(part, "text", None))
        if reason in _REASONS:
            return _refused(reason, detail)
        if said:
            return f"Google answered with words only: {plain(said)}"
        if reason and reason not in {"STOP", "MAX_TOKENS"}:
            return _refused(reason, detail)
    return ""


def filtered(reasons: list[str]) -> str:
    """
    Return why clips were held back, in a sentence.

    >>> filtered(["Blocked. Support codes: 29310472"])
    'Google held the clip back: it seems to show a celebrity (support code 29310472)'
    >>> filtered([])
    'Google held the clip back: no reason given'
    """
    text = " ".join(reasons).strip()
    for code, meaning in _SUPPORT_CODES.items():
        if code in text:
            return f"Google held the clip back: it seems to show {meaning} (support code {code})"
    return f"Google held the clip back: {plain(text) if text else 'no reason given'}"


def plain(error: object) -> str:
    r"""
    Return an error's text in one line, short, without keys.

    >>> plain("a  b\nAIzaSyA1234567890")
    'a b (key)'
    """
    body = getattr(error, "body", None)
    inner = body.get("error", body) if isinstance(body, dict) else None
    # Interactions' errors quote the whole body where the others have a sentence.
    said = inner.get("message") if isinstance(inner, dict) else None
    text = str(said or getattr(error, "message", None) or error) or type(error).__name__
    text = _SECRETS.sub("(key)", _SPACES.sub(" ", text)).strip()
    return text if len(text) <= _MESSAGE_CHARACTERS_MAX else text[:_MESSAGE_CHARACTERS_MAX] + "…"


def _of_status(code: int, error: Exception, *, port: str, setting: str, billed: bool) -> PortError:
    text = plain(error).rstrip(".")
    body = getattr(error, "details", None) or getattr(error, "body", None)
    reasons = {entry.get("reason") for entry in _details(body)}
    if code in _KEYS or "API_KEY_INVALID" in reasons or "api key not valid" in text.lower():
        message = f"Google refuses the key or its rights: {text}. {_KEY_HINT}"
        return MisconfiguredError(message, port=port)
    if code == _NOT_FOUND:
        named = f"; set {setting} to a model that there is" if setting else ""
        return MisconfiguredError(f"Google knows no such model: {text}{named}", port=port)
    if code == _TOO_MUCH and _is_of_the_day(body):
        # Nobody waits for midnight: it fails at once, and everything is given back.
        return MisconfiguredError(
            f"Google's quota for the day is used up; raise it, or wait for the next day: {text}",
            port=port,
        )
    if code == _TOO_MUCH or (code >= _SERVER and code not in _NO_VERDICT):
        return ProviderUnavailableError(
            f"Google can't now: {text}",
            port=port,
            retry_after_seconds=_retry_after(error, body),
        )
    if code in _NO_VERDICT:
        message = f"Google gave no verdict in time: {text}"
        if billed:
            return ProviderUnknownError(message, port=port)
        return ProviderUnavailableError(message, port=port)
    if code == _BAD_REQUEST and _status_of(error, body) == _UNMET:
        message = f"Google does not serve this account as it is (billing, country): {text}"
        return MisconfiguredError(message, port=port)
    if code == _BAD_REQUEST and _known_code(text):
        return ProviderRejectedError(
            f"Google refused the order: it seems to show {_known_code(text)}", port=port
        )
    return ProviderRejectedError(f"Google refused the order: {text}", port=port)


def _known_code(text: str) -> str:
    return next((meaning for code, meaning in _SUPPORT_CODES.items() if code in text), "")


def _code_of(error: Exception) -> int | None:
    for name in ("code", "status_code"):
        code = getattr(error, name, None)
        if isinstance(code, int):
            return code
    return None


def _status_of(error: Exception, body: object) -> str:
    inner = body.get("error", body) if isinstance(body, dict) else None
    told = inner.get("status") if isinstance(inner, dict) else getattr(error, "status", None)
    return str(told or "")


def _details(body: object) -> Iterator[dict[str, Any]]:
    inner = body.get("error", body) if isinstance(body, dict) else None
    entries = inner.get("details") if isinstance(inner, dict) else None
    for entry in entries if isinstance(entries, list) else ():
        if isinstance(entry, dict):
            yield entry


def _is_of_the_day(body: object) -> bool:
    violations = [entry.get("violations") for entry in _details(body)]
    return any(isinstance(one, list) and "perday" in str(one).lower() for one in violations)


def _retry_after(error: Exception, body: object) -> float | None:
    for entry in _details(body):
        delay = entry.get("retryDelay")
        if isinstance(delay, str) and (found := re.fullmatch(r"(\d+(?:\.\d+)?)s", delay)):
            return float(found[1])
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    return lines.seconds_of(headers.get("retry-after"))


def _is_google_auth(error: Exception) -> bool:
    return any(type(one).__module__.startswith("google.auth.") for one in lines.causes(error))


def _refused(reason: str, detail: str) -> str:
    known = _REASONS.get(reason, reason.lower().replace("_", " "))
    more = f" ({plain(detail)})" if detail else ""
    return f"Google refused it: {known}{more}"


def _name(reason: object) -> str:
    name = str(getattr(reason, "value", reason) or "")
    return "" if name.endswith("UNSPECIFIED") else name
