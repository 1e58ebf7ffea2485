"""
Requests are counted alike in memory, a file, PostgreSQL and Redis; and denied without them.
"""

from __future__ import annotations

import fcntl
import socket
import subprocess
import sys
import threading
import warnings
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import fakeredis
import pytest
import redis

from ars0n_adapters.memory import MemoryRateWindows
from ars0n_adapters.rates import open_windows
from ars0n_adapters.repositories.engines import open_engine
from ars0n_core.errors import MisconfiguredError, PortError
from ars0n_core.testing.conformance.rates import RateWindowsSuite

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ars0n_core.ports import RateWindows

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="module")
def redis_server() -> Iterator[str]:
    """
    The URL of a server that speaks Redis and runs its scripts.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = fakeredis.TcpFakeServer(("127.0.0.1", 0), server_type="redis")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"redis://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join(timeout=10)


class TestMemory(RateWindowsSuite):
    @pytest.fixture
    def rates(self) -> RateWindows:
        return MemoryRateWindows()


class TestFile(RateWindowsSuite):
    @pytest.fixture
    def rates(self, tmp_path: Path) -> Iterator[RateWindows]:
        windows = open_windows("", tmp_path)
        yield windows
        windows.close()


class TestPostgres(RateWindowsSuite):
    @pytest.fixture
    def rates(self, postgres: str, tmp_path: Path) -> Iterator[RateWindows]:
        windows = open_windows(postgres, tmp_path)
        yield windows
        windows.close()


class TestRedis(RateWindowsSuite):
    @pytest.fixture
    def rates(self, redis_server: str, tmp_path: Path) -> Iterator[RateWindows]:
        windows = open_windows(redis_server, tmp_path)
        redis.Redis.from_url(redis_server).flushall()
        yield windows
        windows.close()


COUNTING = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from ars0n_adapters.rates import open_windows
windows = open_windows("", Path(sys.argv[1]))
now, minute = datetime(2026, 3, 1, 12, tzinfo=UTC), timedelta(minutes=1)
print(sum(windows.hit("a", limit=100, window=minute, now=now).allowed for _ in range(80)))
"""


def test_processes_count_in_one_window(tmp_path: Path) -> None:
    counting = [
        subprocess.Popen(
            [sys.executable, "-c", COUNTING, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        for _ in range(3)
    ]
    passed = [int(one.communicate(timeout=60)[0]) for one in counting]

    assert sum(passed) == 100


def test_windows_that_have_emptied_are_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ars0n_adapters.rates.files._SWEPT_EVERY", 1)
    windows, other = open_windows("", tmp_path), open_windows("", tmp_path)
    other.hit("k", limit=2, window=MINUTE, now=NOON)
    for number in range(5):
        windows.hit(f"k{number}", limit=5, window=MINUTE, now=NOON + number * 2 * MINUTE)
    assert len([*(tmp_path / "rates").glob("*.window")]) == 1

    # Who had the removed file open counts with everybody else all the same.
    later = NOON + 9 * MINUTE
    said = [one.hit("k", limit=2, window=MINUTE, now=later) for one in (other, windows, other)]
    assert [one.allowed for one in said] == [True, True, False]
    windows.close()
    other.close()


def test_more_windows_than_files_may_be_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ars0n_adapters.rates.files._OPEN_MAX", 2)
    windows = open_windows("", tmp_path)
    for _ in range(2):
        for number in range(5):
            windows.hit_all({f"k{number}": 3, "all": 20}, window=MINUTE, now=NOON)

    assert windows.hit("k0", limit=3, window=MINUTE, now=NOON).remaining == 0
    assert windows.hit("all", limit=20, window=MINUTE, now=NOON).remaining == 9
    windows.close()


def test_a_lock_that_somebody_keeps_is_waited_for_only_so_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ars0n_adapters.rates.files._BUSY_SECONDS", 0.05)
    windows = open_windows("", tmp_path)
    with (tmp_path / "rates" / "lock").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(PortError, match="can't be counted"):
            windows.hit("a", limit=1, window=MINUTE, now=NOON)
    assert windows.hit("a", limit=1, window=MINUTE, now=NOON).allowed
    windows.close()


def test_a_row_that_somebody_keeps_is_waited_for_only_so_long(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ars0n_adapters.rates.servers._WAIT_SECONDS", 1)
    windows = open_windows(postgres, tmp_path)
    windows.hit("a", limit=9, window=MINUTE, now=NOON)
    engine = open_engine(postgres)
    with engine.begin() as keeping:
        keeping.exec_driver_sql("SELECT * FROM rate_windows FOR UPDATE")
        with pytest.raises(PortError, match="can't be counted"):
            windows.hit_all({"a": 9, "b": 9}, window=MINUTE, now=NOON)

    (after, _) = windows.hit_all({"a": 9, "b": 9}, window=MINUTE, now=NOON)
    assert after.remaining == 7
    windows.close()
    engine.dispose()


def dead_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def broken_file(tmp_path: Path) -> Any:
    windows = open_windows("", tmp_path)
    windows.close()
    return windows


def absent_redis(tmp_path: Path) -> Any:
    return open_windows(f"redis://127.0.0.1:{dead_port()}", tmp_path)


@pytest.mark.parametrize("opened", [broken_file, absent_redis])
def test_what_cannot_be_counted_is_said(tmp_path: Path, opened: Any) -> None:
    windows = opened(tmp_path)

    with pytest.raises(PortError, match="can't be counted"):
        windows.hit("a", limit=1, window=MINUTE, now=NOON)


def test_an_absent_server_is_said_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(PortError, match="can't be counted"):
        open_windows(f"postgresql://127.0.0.1:{dead_port()}/none", tmp_path)


def test_an_unknown_kind_is_said(tmp_path: Path) -> None:
    with pytest.raises(MisconfiguredError, match="memcached"):
        open_windows("memcached://here", tmp_path)
