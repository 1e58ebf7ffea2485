"""
Windows in Redis, for any number of machines: a sorted set a key, in one script a hit.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ars0n_core.errors import MisconfiguredError, PortError
from ars0n_core.quotas import Decision

if TYPE_CHECKING:
    from datetime import timedelta

_WAIT_SECONDS: Final = 1.0
# A limiter that doesn't answer denies: a second is the longest a client waits for that.

_PREFIX: Final = "ars0n:rates:"

# Redis runs a script alone, so deciding and counting are one step. Scores are compared as
# doubles on both sides; numbers leave a script as text, or they would be cut to integers.
_HIT: Final = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[2])
local count = redis.call('ZCARD', KEYS[1])
local passed = 0
if count < tonumber(ARGV[3]) then
  redis.call('ZADD', KEYS[1], ARGV[1], ARGV[4])
  redis.call('PEXPIRE', KEYS[1], ARGV[5])
  count = count + 1
  passed = 1
end
local oldest = redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')
return {passed, count, oldest[2] or ARGV[1]}
"""


class RedisRateWindows:
    """
    `RateWindows` in the Redis at *url*.
    """

    def __init__(self, url: str) -> None:
        try:
            import redis  # noqa: PLC0415 - only who asks for Redis needs it
            from redis.backoff import NoBackoff  # noqa: PLC0415 - the same
            from redis.retry import Retry  # noqa: PLC0415 - the same
        except ImportError:
            message = "Rate windows in Redis need the package redis: pip install redis"
            raise MisconfiguredError(message, port="rates") from None
        self._faults = (redis.RedisError, OSError)
        try:
            self._client = redis.Redis.from_url(
                url,
                socket_timeout=_WAIT_SECONDS,
                socket_connect_timeout=_WAIT_SECONDS,
                retry=Retry(NoBackoff(), 1),  # once, on another connection: one may be stale
            )
        except ValueError as error:
            raise MisconfiguredError(f"{url} is no Redis URL: {error}", port="rates") from error
        self._script = self._client.register_script(_HIT)

    def hit(self, key: str, *, limit: int, window: timedelta, now: datetime) -> Decision:
        """
        Decide on one request under *key*.
        """
        moment = now.timestamp()
        seconds = window.total_seconds()
        # Redis forgets the key by its own clock: a window late, lest that be a fast one.
        lifetime_milliseconds = int(2000 * seconds)
        asked: list[str | int] = [
            repr(moment), repr(moment - seconds), limit, secrets.token_hex(8),
            lifetime_milliseconds,
        ]  # fmt: skip
        try:
            passed, count, oldest = self._script(keys=[_PREFIX + key], args=asked)
        except self._faults as error:
            raise PortError(f"Requests can't be counted: {error}", port="rates") from error
        reset = datetime.fromtimestamp(float(oldest), UTC) + window
        return Decision(bool(passed), limit, max(0, limit - int(count)), reset)

    def close(self) -> None:
        """
        Close every connection.
        """
        self._client.close()
