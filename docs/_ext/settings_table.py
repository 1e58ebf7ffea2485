"""
``{settings-table}``: every environment variable, written out from `Settings`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import NOTHING, fields
from sphinx.util.docutils import SphinxDirective

from ars0n_adapters.settings import PREFIX, Settings

if TYPE_CHECKING:
    from docutils import nodes


class SettingsTable(SphinxDirective):
    """
    Name, default and meaning of each setting.
    """

    def run(self) -> list[nodes.Node]:
        """
        Return the table.
        """
        lines = ["| variable | default | |", "|---|---|---|"]
        for field in fields(Settings):
            default = (
                "" if field.default is NOTHING or field.default == "" else f"`{field.default}`"
            )
            about = field.metadata.get("about", "")
            lines.append(f"| `{PREFIX}{field.name.upper()}` | {default} | {about} |")
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Any) -> dict[str, bool]:
    """
    Offer the directive.
    """
    app.add_directive("settings-table", SettingsTable)
    return {"parallel_read_safe": True}
