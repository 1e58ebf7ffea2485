"""
How the pages are built: ``sphinx-build -W -n docs docs/_build``.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import sys
import typing
from pathlib import Path

DOCS = Path(__file__).parent
sys.path[:0] = [str(DOCS / "_ext"), str(DOCS.parent / "src")]

import attrs  # noqa: E402, F401 - imported before the flag below is set, as are all vendors
import cattrs  # noqa: E402, F401
import ffmpeg  # noqa: E402, F401
import hypothesis  # noqa: E402, F401
import numpy as np  # noqa: E402, F401
import PIL.Image  # noqa: E402, F401
import pytest  # noqa: E402, F401

import ars0n_core  # noqa: E402 - found through the path set above

project = "ars0n"
author = "The ars0n founders"
project_copyright = f"2026, {author}"
version = release = ars0n_core.__version__

extensions = [
    "cli_help",
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "margin_table",
    "pipeline_table",
    "rooms",
    "settings_table",
]
exclude_patterns = ["_build"]
nitpicky = True
# References into other people's libraries are not ours to resolve; ours all must.
nitpick_ignore_regex = [
    (r"py:.*", r"(?!ars0n_).*"),
    (r"py:class", r".*\.[A-Z]"),  # a type variable
]
default_role = "literal"

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
python_use_unqualified_type_names = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_rtype = False

html_theme = "furo"
html_title = f"ars0n {release}"
html_copy_source = False
html_show_sphinx = False
html_static_path: list[str] = []


def import_with_annotations() -> None:
    """
    Import the core with the names its annotations need.

    They are imported under ``TYPE_CHECKING`` only, which costs a program nothing; the
    contracts allow no circles there either, so all can be loaded at once here.
    """
    typing.TYPE_CHECKING = True
    try:
        for module in pkgutil.walk_packages(ars0n_core.__path__, "ars0n_core."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    finally:
        typing.TYPE_CHECKING = False


import_with_annotations()  # before any extension below imports them without

TABLE = re.compile(r"(?:^ *\|.*\n?)+", re.MULTILINE)
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def fenced(match: re.Match[str]) -> str:
    """
    Return a Markdown code fence as a reStructuredText block.
    """
    indent, language, body = match.groups()
    lines = "\n".join(f"   {line}" for line in body.splitlines())
    return f"{indent}.. code-block:: {language or 'text'}\n\n{lines}\n"


def as_drawn(match: re.Match[str]) -> str:
    """
    Return a Markdown table as it stands, which is how it was laid out.
    """
    lines = "\n".join(f"   {line}" for line in match.group().strip("\n").splitlines())
    return f".. code-block:: text\n\n{lines}\n"


def on_docstring(
    _app: object, _what: str, _name: str, _object: object, _options: object, lines: list[str]
) -> None:
    """
    Let docstrings hold Markdown fences and tables, which is how they read best in an editor.
    """
    text = FENCE.sub(fenced, "\n".join(lines))
    lines[:] = TABLE.sub(as_drawn, text).split("\n")


def on_missing(_app: object, env: typing.Any, node: typing.Any, contnode: typing.Any) -> typing.Any:
    """
    Find what an annotation names but is no class: an alias of a union, or a `NewType`,
    which autodoc passes over and whose module we show instead.
    """
    if node.get("refdomain") != "py" or node.get("reftype") != "class":
        return None
    domain = env.get_domain("py")
    builder, document, target = env.app.builder, node["refdoc"], node["reftarget"]
    found = domain.resolve_xref(env, document, builder, "obj", target, node, contnode)
    module, _, name = target.rpartition(".")
    if found is None and hasattr(sys.modules.get(module), name):
        found = domain.resolve_xref(env, document, builder, "mod", module, node, contnode)
    return found


def setup(app: typing.Any) -> None:
    """
    Hang the above into the build.
    """
    app.connect("autodoc-process-docstring", on_docstring)
    app.connect("missing-reference", on_missing)
