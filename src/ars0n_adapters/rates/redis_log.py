"""
Windows in Redis, for any number of machines: a sorted set a key, in one script a request.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from ars0n_core.errors import MisconfiguredError, PortError
from ars0n_core.quotas import Decision

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

_WAIT_SECONDS: Final = 1.0
# A limiter that doesn't answer denies: a second is the longest a client waits for that.

_PREFIX: Final = "ars0n:rates:"

# Redis runs a script alone, so deciding and counting are one step. Scores are compared as
# doubles on both sides; numbers leave a script as text, or they would be cut to integers.
_HIT: Final = """
local counts, passes, asked = {}, true, tonumber(ARGV[6])
for i, key in ipairs(KEYS) do
  redis.call('ZREMRANGEBYSCORE', key, '-inf', ARGV[2])
  redis.call('ZREMRANGEBYSCORE', key, ARGV[5], '+inf')
  counts[i] = redis.call('ZCARD', key)
  if counts[i] + asked > tonumber(ARGV[6 + i]) then passes = false end
end
local said = {}
for i, key in ipairs(KEYS) do
  local lack = math.max(0, counts[i] + asked - tonumber(ARGV[6 + i]))
  if passes then
    for n = 1, asked do redis.call('ZADD', key, ARGV[1], ARGV[3] .. n) end
    redis.call('PEXPIRE', key, ARGV[4])
    counts[i] = counts[i] + asked
  end
  local leaving = math.max(0, math.min(lack, counts[i]) - 1)
  local found = redis.call('ZRANGE', key, leaving, leaving, 'WITHSCORES')
  said[i] = {lack == 0 and 1 or 0, counts[i], found[2] or ARGV[1]}
end
return said
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
            message = "The Redis URL can't be read; write it like redis://:password@host:6379/0"
            raise MisconfiguredError(message, port="rates") from error
        self._script = self._client.register_script(_HIT)

    def hit(
        self, key: str, *, limit: int, window: timedelta, now: datetime, count: int = 1
    ) -> Decision:
        """
        Decide on one request under *key*.
        """
        return self.hit_all({key: limit}, window=window, now=now, count=count)[0]

    def hit_all(
        self, limits: Mapping[str, int], *, window: timedelta, now: datetime, count: int = 1
    ) -> tuple[Decision, ...]:
        """
        Decide on one request that each key counts.
        """
        moment = now.timestamp()
        seconds = window.total_seconds()
        # Redis forgets the key by its own clock: a window late, lest that be a fast one.
        lifetime_milliseconds = int(2000 * seconds)
        asked: list[str | int] = [
            repr(moment), repr(moment - seconds), secrets.token_hex(8), lifetime_milliseconds,
            f"({moment + seconds!r}", count, *limits.values(),
        ]  # fmt: skip
        try:
            said = self._script(keys=[_PREFIX + key for key in limits], args=asked)
        except self._faults as error:
            raise PortError(f"Requests can't be counted: {error}", port="rates") from error
        return tuple(
            Decision(
                bool(has_room),
                limit,
                max(0, limit - int(found)),
                datetime.fromtimestamp(float(leaving), UTC) + window,
            )
            for limit, (has_room, found, leaving) in zip(limits.values(), said, strict=True)
        )

    def close(self) -> None:
        """
        Close every connection.
        """
        self._client.close()
