"""
The rules of the house that no linter can say. Each test walks a table, and names what is missing.
"""

from __future__ import annotations

import ast
import doctest
import functools
import importlib
import importlib.metadata
import inspect
import itertools
import pkgutil
import re
import subprocess
import sys
import tomllib
import typing
from pathlib import Path
from typing import TYPE_CHECKING

import grimp
import pytest

import ars0n_core
from ars0n_core import errors, ports, pricing, quotas, specs
from ars0n_core.ids import JobId
from ars0n_core.pipelines import commands, states
from ars0n_core.work import Operation

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
SRC = ROOT / "src"
CORE = SRC / "ars0n_core"
TESTS = ROOT / "tests"
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))

ALLOWED = {
    "attr", "attrs", "cattr", "cattrs",  # values, and JSON to and from them
    "PIL", "numpy", "soxr", "ffmpeg", "imageio_ffmpeg",  # the compositor
    "hypothesis", "pytest",  # testing
}  # fmt: skip
"""
Every third-party package the core may import.
"""

HEAVY = {"PIL", "ffmpeg", "hypothesis", "imageio_ffmpeg", "numpy", "pytest", "soxr"}
"""
What costs time to import and no room but the compositor and testing may load.
"""

LAZY = {"google": "google-genai"}
"""
Packages of an extra whose distribution has another name.
"""

LINES_MAX = 450
LONGER_ON_PURPOSE = {
    "ars0n_core/errors.py": 560,  # one tree, a class a fault
}
FUNCTION_LINES_MAX = 80

BANNED_NAMES = {"base", "common", "helper", "helpers", "manager", "misc", "types", "util", "utils"}


def sources(*folders: Path) -> list[Path]:
    return sorted(path for folder in folders for path in folder.rglob("*.py"))


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@functools.cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def texts() -> Iterator[tuple[Path, str]]:
    """
    Every text of the project.
    """
    folders = [ROOT / name for name in (".ci", "benchmarks", "changelog.d", "docs", "src", "tests")]
    paths = [*ROOT.glob("*.*"), *(path for folder in folders for path in folder.rglob("*"))]
    for path in paths:
        if not path.is_file() or {"__pycache__", "_build", ".git"} & set(path.parts):
            continue
        try:
            yield path, path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture or a sound


def core_modules() -> list[str]:
    """
    The dotted name of every module of the core that is not a program.
    """
    paths = (path.relative_to(SRC).with_suffix("") for path in sources(CORE))
    names = [".".join(part for part in path.parts if part != "__init__") for path in paths]
    return [name for name in names if not name.endswith("__main__")]


def rooms() -> list[str]:
    return sorted(module.name for module in pkgutil.iter_modules(ars0n_core.__path__))


def contract(name: str) -> dict[str, typing.Any]:
    found: list[dict[str, typing.Any]] = PYPROJECT["tool"]["importlinter"]["contracts"]
    (one,) = (contract for contract in found if contract["id"] == name)
    return one


@functools.cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        "ars0n_core", "ars0n_adapters", include_external_packages=True, cache_dir=None
    )


def leaves(root: type[BaseException]) -> set[type[BaseException]]:
    children = root.__subclasses__()
    return {leaf for child in children for leaf in leaves(child)} if children else {root}


# -- what may be imported ------------------------------------------------------------


def test_the_core_imports_third_parties_by_name_only() -> None:
    outside = {
        imported
        for module in graph().modules
        if module.split(".")[0] == "ars0n_core"
        for imported in graph().find_modules_directly_imported_by(module)
        if imported.split(".")[0] not in {"ars0n_core", *sys.stdlib_module_names}
    }

    assert {name.split(".")[0] for name in outside} <= ALLOWED


def test_the_contracts_between_the_rooms_hold() -> None:
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"

    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT, env={"PYTHONPATH": str(SRC), "PYTHONWARNINGS": "ignore"},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip

    assert run.returncode == 0, run.stdout + run.stderr


def test_the_light_contract_names_every_light_room() -> None:
    named = set(contract("light")["source_modules"])

    light = set(rooms()) - {"compositor", "testing"}
    assert {f"ars0n_core.{room}" for room in light} == named


def test_the_strangers_contract_names_every_adapter() -> None:
    named = set(contract("strangers")["modules"])

    adapters = {
        child if child not in {"ars0n_adapters.providers", "ars0n_adapters.storage"} else grandchild
        for child in graph().find_children("ars0n_adapters")
        for grandchild in (graph().find_children(child) or {child})
    }
    composed = {"__main__", "bootstrap", "cli", "settings"}
    adapters -= {"ars0n_adapters.providers.lines"}  # which knows no adapter, and all may know
    assert named == {name for name in adapters if name.split(".")[1] not in composed}


def imported_from(path: Path) -> Iterator[str]:
    """
    The top-level package of each import in a file, inside functions too.
    """
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_every_package_we_import_is_one_we_ask_for() -> None:
    project = PYPROJECT["project"]
    asked = [*project["dependencies"], *itertools.chain(*project["optional-dependencies"].values())]
    names = {re.split(r"[^\w.-]", line)[0].lower().replace("_", "-") for line in asked}
    installed = importlib.metadata.packages_distributions()

    faults = set()
    for path in sources(SRC):
        for package in imported_from(path):
            if package in sys.stdlib_module_names or package.startswith("ars0n_"):
                continue
            absent = LAZY.get(package, package)  # an extra that isn't installed here
            owners = {d.lower().replace("_", "-") for d in installed.get(package, [absent])}
            if not owners & names:
                faults.add(f"{shown(path)}: {package}")
    assert not faults


def test_importing_a_room_loads_nothing_heavy() -> None:
    light = [f"ars0n_core.{room}" for room in rooms() if room not in {"compositor", "testing"}]
    program = (
        "import importlib, sys\n"
        f"for name in {light!r}: importlib.import_module(name)\n"
        f"print(*sorted({HEAVY!r} & set(sys.modules)))"
    )

    run = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(SRC)}, capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip

    assert not run.stdout.strip()


# -- how it is written ---------------------------------------------------------------


@pytest.mark.parametrize("package", ["ars0n_core", "ars0n_adapters"])
def test_every_room_has_a_door_sign(package: str) -> None:
    faults = []
    for path in sorted((SRC / package).rglob("__init__.py")):
        sign = (ast.get_docstring(tree_of(path)) or "").strip()
        if len(sign.splitlines()) <= 3 or "to be written" in sign:
            faults.append(shown(path))

    assert not faults


MODULES_UNMAPPED_MAX = 15
"""
More than these nobody keeps in mind: their room's door sign has a map.
"""


def test_the_door_sign_of_a_large_room_names_every_module() -> None:
    faults = []
    for path in sorted(SRC.rglob("__init__.py")):
        modules = {each.stem for each in path.parent.glob("*.py")} - {"__init__", "__main__"}
        sign = ast.get_docstring(tree_of(path)) or ""
        if len(modules) > MODULES_UNMAPPED_MAX:
            faults += [
                f"{shown(path)}: {name}" for name in sorted(modules) if f"`{name}`" not in sign
            ]

    assert not faults


def test_every_module_says_what_it_is() -> None:
    assert not [shown(p) for p in sources(SRC) if not ast.get_docstring(tree_of(p))]


def test_no_file_is_longer_than_a_sitting() -> None:
    faults = {}
    for path in sources(SRC):
        name = path.relative_to(SRC).as_posix()
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > LONGER_ON_PURPOSE.get(name, LINES_MAX):
            faults[name] = lines

    assert not faults


def test_no_function_is_longer_than_a_screen() -> None:
    faults = {}
    for path in sources(SRC):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.lineno + 1
                if lines > FUNCTION_LINES_MAX:
                    faults[f"{shown(path)}:{node.name}"] = lines

    assert not faults


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert not [shown(p) for p in sources(SRC, TESTS) if p.stem.strip("_") in BANNED_NAMES]


def test_nothing_is_left_undone() -> None:
    marks = re.compile(r"\b(?:TO" + "DO|FIX" + "ME|" + "X" * 3 + "|NotImplemented" + r"Error)\b")

    faults = [
        f"{shown(path)}:{number}"
        for path in sources(SRC, TESTS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert not faults


def test_every_silenced_check_has_a_reason() -> None:
    silenced = r"#\s*(noqa(:\s*[A-Z0-9, ]+)?|type:\s*ignore(\[[^]]*\])?)\s*$"
    bare = re.compile(r"^(?!.*\s# \w.*#).*" + silenced)

    faults = [
        f"{shown(path)}:{number}"
        for path in sources(SRC, TESTS)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert not faults


def test_the_salted_hash_is_not_used_in_the_core() -> None:
    faults = [
        f"{shown(path)}:{node.lineno}"
        for path in sources(CORE)
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "hash"
    ]

    assert not faults


def test_no_text_holds_a_live_key() -> None:
    key = re.compile("sk_" + r"live_[0-9A-Za-z]{24,}")

    assert not [shown(path) for path, text in texts() if key.search(text)]


def test_no_text_holds_a_path_of_somebodys_machine() -> None:
    place = re.compile(r"(?<![\w.~-])/(?:" + "work|home|root|Users" + r")/\w")
    scratch = re.compile(r"""["'`]/(?:var/)?tmp\b""")

    faults = [
        shown(path)
        for path, text in texts()
        if place.search(text) or (path.is_relative_to(SRC) and scratch.search(text))
    ]
    assert not faults


def test_every_exported_name_is_true_and_said_once() -> None:
    faults = []
    for name in core_modules():
        module = importlib.import_module(name)
        exported = list(getattr(module, "__all__", ()))
        if len(exported) != len(set(exported)) or not all(hasattr(module, n) for n in exported):
            faults.append(name)

    assert not faults


# -- that the tables are whole -------------------------------------------------------


def test_the_version_is_said_alike_everywhere() -> None:
    assert ars0n_core.__version__ == PYPROJECT["project"]["version"]


def test_the_error_tree_in_the_docstring_is_the_error_tree() -> None:
    drawn = set(re.findall(r"\w+Error\b", inspect.getdoc(errors) or ""))

    defined = {name for name, value in vars(errors).items() if inspect.isclass(value)}
    assert drawn == {name for name in defined if name.endswith("Error")}


def test_every_leaf_error_has_a_code_of_its_own() -> None:
    codes = [typing.cast("type[errors.Ars0nError]", e).code for e in leaves(errors.Ars0nError)]

    assert len(codes) == len(set(codes))


@pytest.mark.parametrize("edition", sorted(pricing.CARDS))
def test_every_operation_has_a_row_on_every_card(edition: int) -> None:
    card = pricing.card(edition)

    assert set(card.rates) == set(Operation)
    assert all(price > 0 for row in card.rates.values() for price in row.values())


def test_every_operation_is_sold_by_the_served_edition() -> None:
    served = pricing.card(specs.EDITION)

    assert not [operation for operation in Operation if not served.rates[operation]]


def test_every_edition_has_a_card_and_limits_and_packages() -> None:
    assert set(pricing.CARDS) == set(specs.LIMITS) == set(pricing.PACKAGES)
    assert all(pricing.packages(edition) for edition in pricing.CARDS)


def test_every_tier_has_limits_in_every_edition() -> None:
    assert set(quotas.TIERS) == set(specs.LIMITS)
    assert all(set(tiers) == set(quotas.Tier) for tiers in quotas.TIERS.values())


def events() -> tuple[type, ...]:
    """
    Every kind of event.
    """
    return typing.get_args(states.Event)


def test_every_status_and_event_is_decided() -> None:
    assert set(states.STATUS_AFTER) == set(states.JobStatus)
    assert {e for row in states.STATUS_AFTER.values() for e in row} == set(events())


@pytest.mark.parametrize("status", states.JobStatus)
@pytest.mark.parametrize("kind", events(), ids=lambda kind: kind.__name__)
def test_a_pair_outside_the_table_is_refused(status: states.JobStatus, kind: type) -> None:
    event: states.Event = object.__new__(kind)  # only its kind decides
    after = states.STATUS_AFTER[status].get(kind)

    if after is None:
        with pytest.raises(errors.IllegalEventError, match=kind.__name__):
            states.status_after(JobId("job_1"), status, event)
    else:
        assert states.status_after(JobId("job_1"), status, event) is after


def test_every_job_can_end() -> None:
    """
    From each status an end is reached by events alone.
    """
    for start in states.JobStatus:
        reached = {start}
        for _ in states.JobStatus:
            reached |= {after for at in reached for after in states.STATUS_AFTER[at].values()}
        assert reached >= states.TERMINAL


def suites() -> set[str]:
    """
    The name of every conformance suite.
    """
    folder = CORE / "testing" / "conformance"
    classes = (
        node for p in sources(folder) for node in tree_of(p).body if isinstance(node, ast.ClassDef)
    )
    return {node.name for node in classes if node.name.endswith("Suite")}


def test_every_port_has_a_conformance_suite() -> None:
    asked = {port.__name__ for port in typing.get_type_hints(ports.Ports).values()}
    asked.add(ports.Sender.__name__)  # of whoever serves the API

    assert {f"{port}Suite" for port in asked} <= suites()


def test_every_suite_is_passed_by_an_adapter() -> None:
    passed = {
        base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
        for path in sources(TESTS / "adapters")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
        for base in node.bases
    }

    assert suites() <= passed


def commands_branched() -> set[str]:
    """
    The classes matched anywhere in the use cases.
    """
    return {
        node.cls.attr if isinstance(node.cls, ast.Attribute) else getattr(node.cls, "id", "")
        for path in sources(CORE / "usecases")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.MatchClass)
    }


def test_every_command_has_a_branch() -> None:
    assert {kind.__name__ for kind in typing.get_args(commands.Command)} <= commands_branched()


@pytest.mark.parametrize("module", core_modules())
def test_every_example_in_a_docstring_is_true(module: str) -> None:
    said: list[str] = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)

    for example in doctest.DocTestFinder().find(importlib.import_module(module), module):
        runner.run(example, out=said.append)

    assert not said, "".join(said)
