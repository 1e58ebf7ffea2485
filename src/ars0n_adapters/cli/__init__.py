"""
The command line: ``ars0n make``, ``radio``, ``plan``, ``brand``, ``voices``, ``certify``,
``estimate``, ``serve``, ``standins``, ``admin``.

**Owns** arguments (`arguments`, `commands`) and what is wrong with them (`faults`), an order put
together from them (`orders`) and the files they name (`files`), whose it is (`customers`), telling
it (`planning`), driving it to the end (`making`), changing what was made (`changing`), what
stands beside it (`delivering`, `certifying`), how it looks (`branding`), and what the user sees
(`progress`, `showing`); servers (`serving`, `standing`), their processes (`processes`, `endings`)
and connections (`lines`, `silence`); the office (`administering`, `books`). **Does not own** any
rule: everything runs through the use cases on the embedded store, as the API does. **Invariants**: ends with 0, with 2 and every faulty
option on a line of its own if the order is wrong, else with 1; nothing appears at
``--out`` but a finished ad; an interrupted command leaves no child process, and given
again goes on where it stopped.

Start at `main`.
"""

from __future__ import annotations

TYPE_CHECKING = False  # not from typing: what is imported here, Ctrl-C can still interrupt
if TYPE_CHECKING:
    from collections.abc import Sequence


_LOADED = 50_000
# What is loaded stays: it is not searched for what could go, again and again, meanwhile.

_ALONE = ("OPENBLAS_NUM_THREADS", "1")
# numpy's threads for products of matrices wait for work by turning in circles, as long as all else
# takes to load; no product here is large enough to be shared out.


def main(argv: Sequence[str] | None = None) -> int:
    """
    Run the command of *argv* and return its exit code; see `commands.main`.
    """
    try:
        import gc  # noqa: PLC0415 - as all here
        import os  # noqa: PLC0415 - as above

        gc.set_threshold(_LOADED)
        os.environ.setdefault(*_ALONE)
        from ars0n_adapters.cli import commands  # noqa: PLC0415 - may take longer than patience

        return commands.main(argv)
    except KeyboardInterrupt:
        import sys  # noqa: PLC0415 - as above

        # before a command took care of it
        print("\nars0n: stopped", file=sys.stderr)  # noqa: T201 - what a command answers
        return 1
