"""
The contract for as long as one likes: ``python -m tests.web.deep [cases an operation]``.

``--phases`` and ``--only`` run it in pieces: some phases, or the routes whose method and
path hold one of some texts.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from .contract import hold

PHASES = ("examples", "coverage", "fuzzing", "stateful")


def main() -> int:
    """
    Run the phases and print what was found.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.web.deep", description=__doc__)
    parser.add_argument("cases", nargs="?", type=int, default=500)
    parser.add_argument("--phases", nargs="+", choices=PHASES, default=PHASES)
    parser.add_argument("--only", nargs="+", default=())
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        outcome = hold(Path(folder), *asked.phases, cases=asked.cases, steps=8, only=asked.only)
    for failure in outcome.failures:
        sys.stdout.write(f"{failure}\n\n")
    for (label, status), count in sorted(outcome.answers.items()):
        sys.stdout.write(f"{label:45} {status} {count:6}\n")
    sys.stdout.write(f"{outcome.cases} requests, {len(outcome.failures)} failures\n")
    return bool(outcome.failures)


if __name__ == "__main__":
    sys.exit(main())
