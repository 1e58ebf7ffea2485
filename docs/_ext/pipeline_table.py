"""
``{pipeline-table}``: what may happen to a job, written out from `STATUS_AFTER`.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from sphinx.util.docutils import SphinxDirective

from ars0n_core.pipelines.states import STATUS_AFTER

if TYPE_CHECKING:
    from docutils import nodes


def rows() -> list[tuple[str, str, str, str]]:
    """
    Return (status, event, status after, what the event is), in the table's order.
    """
    return [
        (before.value, event.__name__, after.value, " ".join((inspect.getdoc(event) or "").split()))
        for before, events in STATUS_AFTER.items()
        for event, after in events.items()
    ]


class PipelineTable(SphinxDirective):
    """
    The table as a table, so that no drawing can fall behind the code.
    """

    def run(self) -> list[nodes.Node]:
        """
        Return the table.
        """
        lines = ["| a job that is | when | becomes | |", "|---|---|---|---|"]
        lines += [f"| {a} | `{event}` | {b} | {text} |" for a, event, b, text in rows()]
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Any) -> dict[str, bool]:
    """
    Offer the directive.
    """
    app.add_directive("pipeline-table", PipelineTable)
    return {"parallel_read_safe": True}
