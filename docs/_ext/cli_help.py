"""
``{cli-help} make``: what ``ars0n make --help`` prints.
"""

from __future__ import annotations

import contextlib
import io
import os
from typing import TYPE_CHECKING, Any
from unittest import mock

from sphinx.util.docutils import SphinxDirective

from ars0n_adapters.cli import main

if TYPE_CHECKING:
    from docutils import nodes

COLUMNS = "92"


def help_of(command: str) -> str:
    """
    Return the help of *command*, laid out for the page and without a terminal's colours.
    """
    said = io.StringIO()
    page = mock.patch.dict(os.environ, {"COLUMNS": COLUMNS, "NO_COLOR": "1"})
    with page, contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
        main([*command.split(), "--help"])
    return said.getvalue()


class CliHelp(SphinxDirective):
    """
    The help text, as text.
    """

    required_arguments = 1
    final_argument_whitespace = True  # a command may be several words

    def run(self) -> list[nodes.Node]:
        """
        Return the help as a literal block.
        """
        return self.parse_text_to_nodes(f"```text\n{help_of(self.arguments[0])}```")


def setup(app: Any) -> dict[str, bool]:
    """
    Offer the directive.
    """
    app.add_directive("cli-help", CliHelp)
    return {"parallel_read_safe": True}
