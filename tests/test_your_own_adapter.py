"""
The page on testing one's own adapter is what a stranger would run: exactly its code.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "howto" / "test-your-own-adapter.md"
RULES_MIN = 25


def test_a_stranger_tests_a_store_and_a_provider_with_the_page_alone(tmp_path: Path) -> None:
    blocks = re.findall(
        r"^```python\n(.*?)^```$", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    (tmp_path / "test_mine.py").write_text("\n\n".join(blocks), encoding="utf-8")
    (tmp_path / "conftest.py").write_text(
        "from hypothesis import settings\n"
        "settings.register_profile('few', max_examples=15, stateful_step_count=15, deadline=None)\n"
        "settings.load_profile('few')\n",
        encoding="utf-8",
    )

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "."],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip

    passed = re.search(r"(\d+) passed", run.stdout)
    assert run.returncode == 0, run.stdout + run.stderr
    assert passed is not None
    assert int(passed[1]) >= RULES_MIN
