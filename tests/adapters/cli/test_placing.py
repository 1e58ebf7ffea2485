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

def fatal(*arguments, **options):
    {first}
    os.kill(os.getpid(), signal.SIGKILL)

order = making.generate
making.{where} = fatal
cli.main()
"""


def died(words: list[str], *, where: str, first: str = "pass") -> str:
    """
    Have the command of *words* killed in the function *where*, after it did *first*.
    """
    program = DYING.format(where=where, first=first)
    run = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stderr
    return run.stderr


@pytest.mark.parametrize("ordered", [False, True])
def test_a_command_that_dies_as_it_orders_has_ordered_once(
    tmp_path: Path, *, ordered: bool
) -> None:
    words = ["radio", "--prompt", "Hear this", "--duration", "15", "--data-dir",
             str(tmp_path / "data"), "--out", str(tmp_path / "ad.mp3")]  # fmt: skip
    died(words, where="generate", first="order(*arguments, **options)" if ordered else "pass")

    told = died(words, where="advance")  # when it is placed, and nothing of it made

    assert ("where it stopped" in told) is ordered
    with closing(sqlite3.connect(tmp_path / "data" / "ars0n.sqlite3")) as store:
        assert store.execute("SELECT count(*) FROM versions").fetchone() == (1,)
        assert store.execute("SELECT count(*) FROM projects").fetchone() == (1,)
