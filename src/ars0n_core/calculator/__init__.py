"""
The reference cost calculator, for the shell.

**Owns** the commands ``estimate``, ``advise`` and ``margin``: their arguments
(`arguments`), what they ask the core (`choices`, `commands`) and how the answer looks
(`tables`). **Does not own** any price or rule; it reads the same tables as the API and
so can't disagree with it. **Invariants**: it needs no network, no key and no settings;
it ends with 0, with 2 and every fault on a line of its own if the arguments are wrong,
or with 1 if nothing on sale fits.

Start at `commands.main`.
"""

from ars0n_core.calculator.commands import main

__all__ = ["main"]
