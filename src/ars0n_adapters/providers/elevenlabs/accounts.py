"""
Whom ElevenLabs bills, and the SDK's client for it, made at first use.
"""

from __future__ import annotations

import logging
import threading
import weakref
from typing import Any, Final

from attrs import field, frozen

from ars0n_adapters.providers.elevenlabs import faults
from ars0n_core.errors import MisconfiguredError, ProviderUnavailableError

_log = logging.getLogger(__name__)

PROBE_SECONDS: Final = 15


@frozen(kw_only=True)
class Account:
    """
    A way into ElevenLabs; *base_url* replaces the service's address.
    """

    api_key: str = field(repr=False)
    base_url: str = ""
    timeout_seconds: float = 120.0
    _made: dict[str, Any] = field(factory=dict, init=False, repr=False, eq=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False, repr=False, eq=False)

    def client(self) -> Any:
        """
        Return the SDK's client.

        Raises:
            MisconfiguredError: The SDK isn't installed.
        """
        with self._lock:
            if "client" not in self._made:
                self._made["client"] = self._make()
            return self._made["client"]

    def options(self) -> dict[str, Any]:
        """
        Return what every call is made with: never repeated, never without end.
        """
        return {"max_retries": 0, "timeout_in_seconds": max(1, round(self.timeout_seconds))}

    def check(self, model: str, setting: str) -> None:
        """
        Ask, for free, whether the key is good and *model*, if one is given, is there.

        Raises:
            MisconfiguredError: It is not; the message names what to set.
        """
        options = {"max_retries": 0, "timeout_in_seconds": PROBE_SECONDS}
        try:
            models = self.client().models.list(request_options=options)
        except MisconfiguredError:
            raise
        except Exception as error:
            told = faults.told(
                error, port="elevenlabs", setting="", billed=False, base_url=self.base_url
            )
            if isinstance(told, ProviderUnavailableError):
                _log.warning("%s", told)  # it may be there again when it is needed
                return
            raise told from error
        known = sorted(one.model_id for one in models or () if one.model_id)
        if model and known and model not in known:
            raise MisconfiguredError(
                f"ElevenLabs has no model {model}; set {setting} to one of {', '.join(known)}",
                port="elevenlabs",
            )

    def _make(self) -> Any:
        try:
            # Half a second and 41 MiB: only when used.
            import httpx  # noqa: PLC0415 - only who asks for it needs it
            from elevenlabs.client import ElevenLabs  # noqa: PLC0415 - the same
        except ImportError as error:
            raise MisconfiguredError(
                "ElevenLabs needs the package elevenlabs: pip install 'ars0n[elevenlabs]'",
                port="elevenlabs",
            ) from error
        # Our own transport, since the SDK has no way to close its.
        try:
            transport = httpx.Client(timeout=self.timeout_seconds, follow_redirects=True)
        except (ValueError, OSError) as error:
            # a proxy or a bundle of certificates that the environment names
            raise MisconfiguredError(
                f"ElevenLabs' client can't be made: {faults.plain(error)}", port="elevenlabs"
            ) from error
        weakref.finalize(self, transport.close)
        return ElevenLabs(
            api_key=self.api_key, base_url=self.base_url or None, httpx_client=transport
        )
