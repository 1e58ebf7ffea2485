"""
The gate and its neighbours: ``nox`` alone runs the gate, ``nox -l`` lists the rest.

Each session makes its own environment (``nox -db uv`` makes them with uv). Where there is
no network, ``nox --no-venv --no-install`` runs all of them in the environment at hand.
"""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

import nox

nox.needs_version = ">=2025.5.1"
nox.options.error_on_missing_interpreters = False
nox.options.reuse_venv = "yes"
nox.options.sessions = ["lint", "types", "imports", "tests", "properties", "docs"]

PYTHONS = ["3.11", "3.12", "3.13"]
MUTANTS_NOTICED_PERCENT_MIN = 90
CODE = ["src", "tests", "benchmarks", "docs", "noxfile.py"]
PYPROJECT = nox.project.load_toml("pyproject.toml")
# A law over thousands of histories takes longer than what would be a hang in an ordinary run.
PATIENT = ["-n", "2", "-o", "faulthandler_timeout=36000"]


def install(session: nox.Session, *groups: str, project: str = ".[dev]") -> None:
    """
    Install the project with what its tests need, and the tools of *groups*.
    """
    tools = nox.project.dependency_groups(PYPROJECT, *groups) if groups else ()
    session.install("-e", project, *tools)


@nox.session
def lint(session: nox.Session) -> None:
    """
    Ruff finds nothing, the formatter changes nothing, the changelog fragments are readable.
    """
    session.install(*nox.project.dependency_groups(PYPROJECT, "lint"))
    session.run("ruff", "check", *CODE)
    session.run("ruff", "format", "--check", *CODE)
    session.run("towncrier", "build", "--draft", "--version", "next", silent=True)


@nox.session
def types(session: nox.Session) -> None:
    """
    Mypy, strict, on the sources, the tests and this file.
    """
    install(session, "types")
    session.install("nox")
    session.run("mypy", *session.posargs)


@nox.session
def imports(session: nox.Session) -> None:
    """
    The contracts between the rooms hold.
    """
    install(session)
    session.run("lint-imports", "--no-logo", env={"PYTHONPATH": "src"})


@nox.session
def tests(session: nox.Session) -> None:
    """
    Everything, as the README says it.
    """
    install(session)
    session.run("pytest", "-n", "2", *session.posargs)


@nox.session(python=PYTHONS)
def matrix(session: nox.Session) -> None:
    """
    Everything, under each Python we promise.
    """
    install(session)
    session.run("pytest", "-n", "2", *session.posargs)


@nox.session
def properties(session: nox.Session) -> None:
    """
    The laws, with ten times the examples of an ordinary run, the same ones each time.
    """
    install(session)
    session.run("pytest", *PATIENT, "tests/properties", "--hypothesis-profile", "ci")


@nox.session
def docs(session: nox.Session) -> None:
    """
    The pages build without a warning, every reference resolves, every example runs.
    """
    install(session, "docs")
    session.run(
        "sphinx-build", "-W", "-n", "-q", "--keep-going", "-b", "html", "docs", "docs/_build"
    )
    session.run("pytest", "tests/test_docs.py")


CORE_TESTS = [  # what asks the core, but for its compositor
    *("tests/core", "tests/properties", "tests/stories", "--ignore=tests/core/compositor"),
    *("tests/adapters/test_memory.py", "tests/adapters/test_conformance.py"),
    "tests/adapters/rates",
    *("tests/web/test_documented.py", "tests/web/test_webhooks.py", "tests/web/test_limits.py"),
    "tests/test_your_own_adapter.py",
]


@nox.session
def coverage(session: nox.Session) -> None:
    """
    Every line and branch of the core outside the compositor is reached by its own tests.
    """
    install(session, "coverage")
    session.run("coverage", "erase")
    # The same few examples each time: what only luck reaches is not reached.
    few = ("--hypothesis-profile", "mutation")
    session.run("coverage", "run", "-m", "pytest", *few, *CORE_TESTS, *session.posargs)
    rooms = ("--include", "src/ars0n_core/*", "--omit", "src/ars0n_core/compositor/*")
    session.run("coverage", "report", *rooms, "--skip-covered", "-m", "--fail-under", "100")


@nox.session(name="coverage-all")
def coverage_all(session: nox.Session) -> None:
    """
    Lines and branches that all tests reach; fails under the bar in pyproject.toml.
    """
    install(session, "coverage")
    session.run("coverage", "erase")
    session.run("coverage", "run", "-m", "pytest", *session.posargs)
    session.run("coverage", "report", "--skip-covered", "-m")


@nox.session
def build(session: nox.Session) -> None:
    """
    Build the wheel, install it into an empty folder and make it price an ad from there.
    """
    with tempfile.TemporaryDirectory() as folder:
        alone = () if session.virtualenv.is_sandboxed else ("--no-build-isolation",)
        session.run("python", "-m", "pip", "wheel", "-q", "--no-deps", *alone, "-w", folder, ".")
        (wheel,) = map(str, Path(folder).glob("*.whl"))
        place = str(Path(folder) / "installed")
        session.run("python", "-m", "pip", "install", "-q", "--no-deps", "--target", place, wheel)
        session.install(wheel)
        session.chdir(folder)  # so that nothing is found but what was installed
        estimate = ("estimate", "--duration", "15", "--images", "3")
        session.run("python", "-m", "ars0n_core", *estimate, env={"PYTHONPATH": place})


@nox.session
def deep(session: nox.Session) -> None:
    """
    The laws over 100,000 histories each: hours, for the night before a release. As many as
    ARS0N_HISTORIES says, if it is set.
    """
    install(session)
    session.run("pytest", *PATIENT, "tests/properties", "--hypothesis-profile", "deep")


@nox.session
def chaos(session: nox.Session) -> None:
    """
    An ad through the real SDKs, with a process killed after each step of its journal in turn
    (sketched, then in earnest), and every fault against every kind of job: most of an hour.
    """
    install(session)
    session.run(
        "pytest",
        "-s",
        "-o",
        "faulthandler_timeout=7200",
        "tests/adapters/chaos",
        *session.posargs,
        env={"ARS0N_CHAOS": "1"},
    )


@nox.session
def soak(session: nox.Session) -> None:
    """
    Two processes and thirty-two threads at one customer's ads, a minute on each database.
    """
    install(session)
    seconds = {"ARS0N_SOAK_SECONDS": os.environ.get("ARS0N_SOAK_SECONDS", "60")}
    session.run("pytest", "-s", "tests/adapters/soak", *session.posargs, env=seconds)


@nox.session
def faults(session: nox.Session) -> None:
    """
    Write the documentation's table of what becomes of an order when a provider fails.
    """
    install(session)
    session.run("python", "-m", "tests.adapters.chaos.outcomes", env={"PYTHONPATH": "src"})


@nox.session
def contract(session: nox.Session) -> None:
    """
    The OpenAPI document against the API: every check of schemathesis, 500 cases a route.
    """
    install(session)
    session.run("python", "-m", "tests.web.deep", *session.posargs, env={"PYTHONPATH": "src"})


@nox.session
def mutation(session: nox.Session) -> None:
    """
    Whether the tests notice when a line of the money, the plans or the pipeline is changed:
    nine times in ten at least. What survives is listed; ``mutants/`` keeps what is known.
    ``nox -s mutation -- 'ars0n_core.pricing.*'`` changes one room.
    """
    install(session)
    session.install("mutmut>=3.8,<4")
    session.run("mutmut", "run", *(session.posargs or ("--max-children", "2")))
    session.run("mutmut", "results")
    session.run("mutmut", "export-cicd-stats")
    found = json.loads(Path("mutants/mutmut-cicd-stats.json").read_text(encoding="utf-8"))
    noticed = found["killed"] + found["timeout"]
    missed = found["survived"] + found["no_tests"] + found["suspicious"] + found["segfault"]
    share = 100 * noticed / (noticed + missed)
    session.log(f"{noticed} of {noticed + missed} mutants noticed: {share:.1f} %")
    if share < MUTANTS_NOTICED_PERCENT_MIN:
        session.error(f"fewer than {MUTANTS_NOTICED_PERCENT_MIN} % were noticed")


@nox.session
def live(session: nox.Session) -> None:
    """
    A few cents' worth of the real providers whose keys are in the environment, each port by
    itself; the prices are told first. A clip needs more: ARS0N_LIVE_USD_MAX=0.60.
    """
    keys = ("GEMINI_API_KEY", "GOOGLE_API_KEY", "VERTEX_API_KEY", "ARS0N_VERTEX_PROJECT",
            "ELEVENLABS_API_KEY", "ARS0N_S3_BUCKET")  # fmt: skip
    if not any(os.environ.get(name) for name in keys):
        session.skip(f"SKIPPED, NOTHING WAS CHECKED: none of {', '.join(keys)} is set")
    install(session)
    session.run("python", "tests/live.py")


@nox.session
def bench(session: nox.Session) -> None:
    """
    How long the parts take, by every script in benchmarks/.
    """
    install(session)
    for script in sorted(Path("benchmarks").glob("*.py")):
        session.run("python", str(script), *session.posargs)


@nox.session
def lowest(session: nox.Session) -> None:
    """
    Everything, with the oldest direct dependencies we promise (needs uv).
    """
    session.install("uv")
    session.run("uv", "pip", "install", "--resolution", "lowest-direct", "-e", ".[dev]")
    session.run("pytest", "-n", "2", *session.posargs)
