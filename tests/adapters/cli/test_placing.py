"""
A command that dies as it orders has ordered one ad: given again, it goes on with that one.
"""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

DYING = """
import os, signal, sys
from ars0n_adapters import cli
from ars0n_adapters.cli import making

order = making.generate

def fatal(*arguments, **options):
    if {ordered}:
        order(*arguments, **options)
    os.kill(os.getpid(), signal.SIGKILL)

making.generate = fatal
sys.exit(cli.main())
"""


@pytest.mark.parametrize("ordered", [False, True])
def test_a_command_that_dies_as_it_orders_has_ordered_once(
    tmp_path: Path, *, ordered: bool
) -> None:
    words = ["radio", "--prompt", "Hear this", "--duration", "15", "--data-dir",
             str(tmp_path / "data"), "--out", str(tmp_path / "ad.mp3")]  # fmt: skip
    dying = [sys.executable, "-c", DYING.format(ordered=ordered), *words]
    died = subprocess.run(dying, capture_output=True, check=False, timeout=60)
    assert died.returncode == -signal.SIGKILL, died.stderr

    resumed = subprocess.run(
        [sys.executable, "-m", "ars0n_adapters.cli", *words],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip

    assert resumed.returncode == 0, resumed.stderr
    assert ("where it stopped" in resumed.stderr) is ordered
    with closing(sqlite3.connect(tmp_path / "data" / "ars0n.sqlite3")) as store:
        assert store.execute("SELECT count(*) FROM versions").fetchone() == (1,)
        assert store.execute("SELECT count(*) FROM projects").fetchone() == (1,)
