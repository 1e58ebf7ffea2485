"""
The command line: ``ars0n make``, ``radio``, ``plan``, ``voices``, ``estimate``, ``serve``,
``admin``.

**Owns** arguments (`arguments`), an order put together from them and the files they name
(`orders`), driving it to the end (`making`), and what the user sees (`progress`,
`showing`); the server's process (`serving`); the office (`administering`, `books`).
**Does not own** any rule: everything runs through the use cases on the
embedded store, as the API does. **Invariants**: ends with 0, with 2 and every faulty
option on a line of its own if the order is wrong, else with 1; nothing appears at
``--out`` but a finished ad; an interrupted command leaves no child process, and given
again goes on where it stopped.

Start at `main`.
"""

from __future__ import annotations

from ars0n_adapters.cli.commands import main as main
