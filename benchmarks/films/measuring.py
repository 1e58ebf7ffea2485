"""
What a command costs: wall time, CPU of its whole process tree, peak memory (PSS) of the tree.
"""

import os
import re
import subprocess
import sys
import threading
import time
from pathlib import Path


def tree(root):
    """
    Return the process *root* and all it has started.
    """
    found, todo = [], [root]
    while todo:
        pid = todo.pop()
        found.append(pid)
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                todo += map(int, (task / "children").read_text().split())
        except OSError:
            continue
    return found


def pss_mb(pid):
    """
    Return the proportional share of memory of one process, in MB.
    """
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+)", rollup, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def command(args, *, memory=False):
    """
    Run a command and return (wall seconds, CPU seconds, peak MB, what it printed); the peak is
    only watched when asked for, since watching takes time from what is watched.
    """
    peak, over = [0.0], threading.Event()

    def watch(pid):
        while not over.wait(0.05):
            peak[0] = max(peak[0], sum(map(pss_mb, tree(pid))))

    # An installed package is compiled already; a clone under test may be told not to be.
    settings = {
        name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"
    }
    begun, used = time.perf_counter(), os.times()
    with subprocess.Popen(
        [str(arg) for arg in args], stdout=subprocess.PIPE, env=settings
    ) as process:
        watcher = threading.Thread(target=watch, args=(process.pid,), daemon=True)
        if memory:
            watcher.start()
        printed = process.stdout.read()
        process.wait()
        wall = time.perf_counter() - begun
    now = os.times()
    over.set()
    if process.returncode:
        sys.exit(f"{args[0]} failed: {args[1:]}")
    cpu = now.children_user + now.children_system - used.children_user - used.children_system
    return wall, cpu, peak[0], printed.decode()
