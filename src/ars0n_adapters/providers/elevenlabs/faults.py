"""
What ElevenLabs' errors mean: whose fault, billed or not, worth another try.
"""

from __future__ import annotations

import re
from typing import Any, Final

from ars0n_adapters.providers import lines
from ars0n_core.errors import (
    MisconfiguredError,
    PortError,
    ProviderRejectedError,
    ProviderUnavailableError,
    ProviderUnknownError,
)

_OUT_OF_CREDITS: Final = frozenset({"quota_exceeded", "insufficient_credits"})
_NO_VOICE: Final = frozenset({"voice_not_found", "voice_does_not_exist", "invalid_voice_id"})
_NO_MODEL: Final = frozenset(
    {"model_not_found", "invalid_model", "unsupported_model", "invalid_model_id"}
)

ADDRESS: Final = "ARS0N_ELEVENLABS_BASE_URL"
"""
The setting that says where ElevenLabs is instead of its usual place.
"""

_OK: Final = 200
_KEYS: Final = frozenset({401, 403})
_PAYMENT: Final = 402
_NOT_FOUND: Final = 404
_NO_VERDICT: Final = frozenset({408, 504})
_NOT_NOW: Final = frozenset({409, 425, 429})
_SERVER: Final = 500

_SPACES: Final = re.compile(r"\s+")
_SECRETS: Final = re.compile(r"\bsk_[0-9a-zA-Z]{8,}|\b[0-9a-f]{32}\b")
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
    status = getattr(error, "status_code", None)
    if isinstance(status, int) and status != _OK:
        if status == _NOT_FOUND and base_url and not code_of(error):
            message = f"There is no ElevenLabs at the address {ADDRESS}: HTTP 404; correct it"
            return MisconfiguredError(message, port=port)
        return _of_status(status, error, port=port, setting=setting, billed=billed)
    if lines.never_left(error):
        at = lines.address_of(base_url, ADDRESS)
        message = f"ElevenLabs can't be reached{at}: {plain(error)}"
        return ProviderUnavailableError(message, port=port)
    reason = "it can't be read" if isinstance(status, int) else plain(error)
    message = f"ElevenLabs' answer did not come whole: {reason}"
    if billed:
        return ProviderUnknownError(message, port=port)
    return ProviderUnavailableError(message, port=port)


def is_unbilled(error: Exception) -> bool:
    """
    Whether it is certain that what *error* ended was not billed: the service refused it for
    now, or it never left.
    """
    status = getattr(error, "status_code", None)
    if isinstance(status, int):
        return status in _NOT_NOW or (status >= _SERVER and status not in _NO_VERDICT)
    return lines.never_left(error)


def code_of(error: Exception) -> str:
    """
    Return the service's own word for *error*, of today's or the older shape; "" if none.
    """
    detail = _detail(error)
    code = (detail.get("code") or detail.get("status")) if isinstance(detail, dict) else None
    return code if isinstance(code, str) else ""


def suggestion_of(error: Exception) -> str:
    """
    Return the prompt the service would take instead of the one it refused; "" if none.
    """
    detail = _detail(error)
    data = detail.get("data") if isinstance(detail, dict) else None
    found = data.get("prompt_suggestion") if isinstance(data, dict) else None
    return found if isinstance(found, str) else ""


def plain(error: object) -> str:
    r"""
    Return an error's text in one line, short, without keys.

    >>> plain("a  b\nsk_0123456789abcdef")
    'a b (key)'
    """
    text = _SECRETS.sub("(key)", _SPACES.sub(" ", str(error))).strip() or type(error).__name__
    return text if len(text) <= _MESSAGE_CHARACTERS_MAX else text[:_MESSAGE_CHARACTERS_MAX] + "…"


def _of_status(
    status: int, error: Exception, *, port: str, setting: str, billed: bool
) -> PortError:
    code, text = code_of(error), plain(_message(error) or f"HTTP {status}").rstrip(".")
    if code in _OUT_OF_CREDITS:
        return MisconfiguredError(f"The ElevenLabs account is out of credits: {text}", port=port)
    if code in _NO_VOICE:
        return ProviderRejectedError(f"ElevenLabs knows no such voice: {text}", port=port)
    if code in _NO_MODEL:
        named = f"; set {setting} to a model that there is" if setting else ""
        return MisconfiguredError(f"ElevenLabs won't take the model: {text}{named}", port=port)
    if status in _KEYS:
        message = f"ElevenLabs refuses the key or its rights: {text}. Check ELEVENLABS_API_KEY"
        return MisconfiguredError(message, port=port)
    if status == _PAYMENT:
        message = f"The ElevenLabs plan does not include what was ordered: {text}"
        return MisconfiguredError(message, port=port)
    if status in _NO_VERDICT:
        message = f"ElevenLabs gave no verdict in time: {text}"
        if billed:
            return ProviderUnknownError(message, port=port)
        return ProviderUnavailableError(message, port=port)
    if status in _NOT_NOW or status >= _SERVER:
        return ProviderUnavailableError(
            f"ElevenLabs can't now: {text}", port=port, retry_after_seconds=_retry_after(error)
        )
    if status == _NOT_FOUND and setting:
        message = f"ElevenLabs knows no such thing: {text}; is {setting} right?"
        return MisconfiguredError(message, port=port)
    return ProviderRejectedError(f"ElevenLabs refused the order: {text}", port=port)


def _detail(error: Exception) -> object:
    body = getattr(error, "body", None)
    return body.get("detail") if isinstance(body, dict) else None


def _message(error: Exception) -> str:
    detail = _detail(error)
    if isinstance(detail, dict):
        return str(detail.get("message") or code_of(error))
    if isinstance(detail, list):
        return "; ".join(str(one.get("msg", one)) for one in detail if isinstance(one, dict))
    return str(detail or "")


def _retry_after(error: Exception) -> float | None:
    headers: dict[str, Any] = getattr(error, "headers", None) or {}
    return lines.seconds_of(
        {name.lower(): told for name, told in headers.items()}.get("retry-after")
    )
