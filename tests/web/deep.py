"""
The contract for as long as one likes: ``python -m tests.web.deep [cases an operation]``.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from .contract import hold


def main() -> int:
    """
    Run every phase and print what was found.
    """
    cases = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    with tempfile.TemporaryDirectory() as folder:
        outcome = hold(
            Path(folder), "examples", "coverage", "fuzzing", "stateful", cases=cases, steps=8
        )
    for failure in outcome.failures:
        sys.stdout.write(f"{failure}\n\n")
    sys.stdout.write(f"{outcome.cases} requests, {len(outcome.failures)} failures\n")
    return bool(outcome.failures)


if __name__ == "__main__":
    sys.exit(main())
