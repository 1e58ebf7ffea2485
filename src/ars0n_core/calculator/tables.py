"""
Tables for a terminal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MICRODOLLARS = 1_000_000


def table(rows: Sequence[Sequence[str]], *, left: int = 1) -> str:
    """
    Return *rows* in columns, the first row as head; the first *left* columns are text
    and start at the left, the others are numbers and end at the right.

    >>> print(table([("step", "credits"), ("voiceover", "3")]))
    step       credits
    ---------  -------
    voiceover        3
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    rule = ["-" * width for width in widths]
    lines = []
    for row in (rows[0], rule, *rows[1:]):
        cells = [
            cell.ljust(width) if i < left else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def dollars(microdollars: int, places: int = 2) -> str:
    """
    Return an amount as it is written.

    >>> dollars(7_611_000), dollars(22_500, places=4)
    ('$7.61', '$0.0225')
    """
    return f"${microdollars / MICRODOLLARS:.{places}f}"


def lengths(seconds: Sequence[int]) -> str:
    """
    Return clip lengths in short.

    >>> lengths((8, 8, 6)), lengths(())
    ('2 x 8 s, 1 x 6 s', '-')
    """
    kinds = sorted(set(seconds), reverse=True)
    return ", ".join(f"{seconds.count(kind)} x {kind} s" for kind in kinds) or "-"
