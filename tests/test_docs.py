"""
Every example in the pages is run, in order, page by page, as a reader would.

``python`` blocks of a page share their names. ``console`` blocks hold commands after ``$``
and, where it matters, what they print. ``json`` and ``toml`` must parse. A block after a
comment ``<!-- shown, not run: reason -->`` is only read.
"""

from __future__ import annotations

import doctest
import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import frozen
from PIL import Image, ImageDraw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from _pytest.mark import ParameterSet

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), *ROOT.glob("README.md")])
BLOCK = re.compile(
    r"(?P<comment><!--[^>]*-->\n)?^(?P<fence>```+)(?P<language>[^`\n]*)\n(?P<body>.*?)^(?P=fence)$",
    re.MULTILINE | re.DOTALL,
)
UNRUN = re.compile(r"<!-- shown, not run: \w.{10,} -->")
MAKES_AN_AD = re.compile(r"^\$ ars0n (make|radio)\b", re.MULTILINE)
COMMAND_SECONDS_MAX = 300


@frozen
class Block:
    """
    A fenced block, and the line its body starts at.
    """

    language: str
    body: str
    line: int


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text(encoding="utf-8")
    for match in BLOCK.finditer(text):
        if not UNRUN.match(match["comment"] or ""):
            line = text.count("\n", 0, match.start("body")) + 1
            yield Block(match["language"], match["body"], line)


def parameters() -> list[ParameterSet]:
    found = []
    for page in PAGES:
        if any(block.language.isalpha() for block in blocks(page)):
            slow = any(MAKES_AN_AD.search(block.body) for block in blocks(page))
            name = page.relative_to(ROOT).as_posix()
            found.append(pytest.param(page, id=name, marks=[pytest.mark.slow] if slow else []))
    return found


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """
    A folder with the reader's photograph and logo, whose commands are ours.
    """
    photo = Image.linear_gradient("L").resize((640, 800)).convert("RGB")
    ImageDraw.Draw(photo).ellipse((200, 240, 440, 560), fill=(200, 60, 40))
    photo.save(tmp_path / "photo.jpg")
    logo = Image.new("RGBA", (120, 60))
    ImageDraw.Draw(logo).rounded_rectangle((4, 4, 116, 56), 12, fill=(20, 90, 220, 255))
    logo.save(tmp_path / "logo.png")

    programs = tmp_path / ".programs"
    programs.mkdir()
    for name, start in {
        "python": "",
        "ars0n": "-c 'import sys; from ars0n_adapters.cli import main; sys.exit(main())'",
    }.items():
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" {start} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("ARS0N_PRESET", "ultrafast")  # how a film is encoded is tested elsewhere
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run_console(block: Block, where: str) -> None:
    """
    Run each command; compare what it printed where the page shows it.
    """
    checker, flags = doctest.OutputChecker(), doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    first, *entries = re.split(r"^\$ ", block.body, flags=re.MULTILINE)
    assert not first.strip(), f"{where}: output before a command"
    for entry in entries:
        command, _, expected = entry.partition("\n")
        run = subprocess.run(
            ["/bin/sh", "-c", command],
            capture_output=True, text=True, timeout=COMMAND_SECONDS_MAX, check=False,
        )  # fmt: skip
        assert run.returncode == 0, f"{where}: $ {command}\n{run.stdout}{run.stderr}"
        if expected.strip():
            fine = checker.check_output(expected, run.stdout, flags)
            assert fine, f"{where}: $ {command}\nprinted\n{run.stdout}\nnot\n{expected}"


@pytest.mark.parametrize("page", parameters())
def test_every_example_runs(page: Path, place: Path) -> None:
    names: dict[str, object] = {"__name__": "page"}
    for block in blocks(page):
        where = f"{page.relative_to(ROOT)}:{block.line}"
        match block.language:
            case "python":
                source = "\n" * (block.line - 1) + block.body
                exec(compile(source, str(page), "exec"), names)  # noqa: S102 - examples of ours
            case "console":
                run_console(block, where)
            case "json":
                json.loads(block.body)
            case "toml":
                tomllib.loads(block.body)
            case "" | "text":
                pass
            case directive if directive.startswith("{"):
                pass  # Sphinx reads it
            case other:
                pytest.fail(f"{where}: a {other} block is never checked; use python or console")


def test_every_room_of_the_core_has_a_page() -> None:
    rooms = {
        path.stem
        for path in (ROOT / "src" / "ars0n_core").iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and path.stem[0] != "_"
    }

    pages = {path.stem for path in (ROOT / "docs" / "reference" / "api").glob("*.md")}
    assert rooms == pages - {"index"}
