"""
Whom Google bills, and the SDK's client for it, made at first use.
"""

from __future__ import annotations

import logging
import threading
import weakref
from typing import Any, Final

from attrs import field, frozen

from ars0n_adapters.providers.genai import faults
from ars0n_core.errors import MisconfiguredError, ProviderUnavailableError

_log = logging.getLogger(__name__)

PROBE_SECONDS: Final = 15.0
_NOT_FOUND: Final = 404


@frozen(kw_only=True)
class Account:
    """
    A way into Google's models.

    With *project* it is the Agent Platform under the machine's Google credentials, or
    under *access_token* if there is one; with *express* the Agent Platform under
    *api_key*; else the Developer API under *api_key*. *base_url* replaces Google's
    address.
    """

    api_key: str = field(default="", repr=False)
    project: str = ""
    location: str = "global"
    access_token: str = field(default="", repr=False)
    express: bool = False
    base_url: str = ""
    timeout_seconds: float = 120.0
    _made: dict[str, Any] = field(factory=dict, init=False, repr=False, eq=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False, eq=False)

    def client(self) -> Any:
        """
        Return the SDK's client, which never repeats a call.

        Raises:
            MisconfiguredError: There are no credentials, or the SDK isn't installed.
        """
        with self._lock:
            if "client" not in self._made:
                self._made["client"] = self._make()
            return self._made["client"]

    def check(self, model: str, setting: str) -> None:
        """
        Ask, for free, whether the key is good and *model* is there.

        Raises:
            MisconfiguredError: It is not; the message names what to set.
        """
        try:
            client = self.client()
            client.models.get(
                model=model,
                config={"http_options": {"timeout": round(PROBE_SECONDS * 1000)}},
            )
        except MisconfiguredError:
            raise
        except Exception as error:
            told = faults.told(
                error, port="google", setting=setting, billed=False, base_url=self.base_url
            )
            if isinstance(told, ProviderUnavailableError):
                _log.warning("%s", told)  # it may be there again when it is needed
                return
            if self.base_url and getattr(error, "code", None) == _NOT_FOUND:
                told = MisconfiguredError(f"{told}, or correct {faults.ADDRESS}", port="google")
            raise told from error

    def _make(self) -> Any:
        try:
            from google import genai  # noqa: PLC0415 - half a second and 43 MiB: only when used
        except ImportError as error:
            raise MisconfiguredError(
                "Google's models need the package google-genai: pip install 'ars0n[genai]'",
                port="google",
            ) from error
        options = {
            "base_url": self.base_url or None,
            "timeout": round(self.timeout_seconds * 1000),
            "retry_options": {"attempts": 1},
        }
        # All said, lest a stray variable of the environment choose another backend.
        try:
            if self.project:
                client = genai.Client(
                    enterprise=True,
                    project=self.project,
                    location=self.location,
                    credentials=_credentials(self.access_token),
                    http_options=options,
                )
            else:
                client = genai.Client(
                    enterprise=self.express, api_key=self.api_key, http_options=options
                )
        except Exception as error:
            told = faults.told(error, port="google", setting="", billed=False)
            known = told if isinstance(told, MisconfiguredError) else faults.plain(error)
            raise MisconfiguredError(
                f"Google's client can't be made: {known}", port="google"
            ) from error
        weakref.finalize(self, client.close)
        return client


def _credentials(access_token: str) -> Any:
    if not access_token:
        return None
    from google.oauth2.credentials import Credentials  # noqa: PLC0415 - lazy, as the SDK

    return Credentials(token=access_token)
