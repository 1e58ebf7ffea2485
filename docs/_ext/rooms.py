"""
``{room} plans``: the door sign of a room of the core, and all its modules.
"""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING, Any

from sphinx.util.docutils import SphinxDirective

if TYPE_CHECKING:
    from docutils import nodes

SIGN = """```{{eval-rst}}
.. automodule:: {name}
```
"""

MODULE = """```{{eval-rst}}
.. automodule:: {name}
   :members:
   :undoc-members:
   :exclude-members: __init__, __new__
```
"""


class Room(SphinxDirective):
    """
    Describe one room: its sign first, then a section a module.
    """

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """
        Return the room's nodes.
        """
        room = f"ars0n_core.{self.arguments[0]}"
        path = getattr(importlib.import_module(room), "__path__", None)
        if path is None:
            return self.parse_text_to_nodes(MODULE.format(name=room))
        found = sorted(module.name for module in pkgutil.walk_packages(path, f"{room}."))
        sections = [
            f"## {name.removeprefix(f'{room}.')}\n\n{MODULE.format(name=name)}" for name in found
        ]
        parts = [SIGN.format(name=room), *sections]
        return self.parse_text_to_nodes("\n".join(parts), allow_section_headings=True)


def setup(app: Any) -> dict[str, bool]:
    """
    Offer the directive.
    """
    app.add_directive("room", Room)
    return {"parallel_read_safe": True}
