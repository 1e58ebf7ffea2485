"""
``{pipeline-table}`` and ``{pipeline-drawing}``: what may happen to a job, from `STATUS_AFTER`.
"""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any

from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from ars0n_core.pipelines.states import STATUS_AFTER, TERMINAL, JobStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACES = {
    JobStatus.WAITING: (90, 90),
    JobStatus.PENDING: (330, 90),
    JobStatus.PROCESSING: (610, 90),
    JobStatus.POLLING: (880, 90),
    JobStatus.FAILED: (330, 390),
    JobStatus.COMPLETED: (750, 390),
}
"""
Where each status is drawn; one that is missing here is an error, not a gap.
"""

WIDTH, HEIGHT = 1000, 470
BOX = (118, 40)
BEND = 26
HALO = "paint-order:stroke;stroke:var(--color-background-primary,#fff);stroke-width:5px"
LINE_PIXELS = 15
SHORT = 2  # so many events fit beside one another


def rows() -> list[tuple[str, str, str, str]]:
    """
    Return (status, event, status after, what the event is), in the table's order.
    """
    return [
        (before.value, event.__name__, after.value, " ".join((inspect.getdoc(event) or "").split()))
        for before, events in STATUS_AFTER.items()
        for event, after in events.items()
    ]


def edges() -> dict[tuple[JobStatus, JobStatus], list[str]]:
    """
    Return the events that lead from one status to another, by the pair.
    """
    found: dict[tuple[JobStatus, JobStatus], list[str]] = {}
    for before, events in STATUS_AFTER.items():
        for event, after in events.items():
            found.setdefault((before, after), []).append(event.__name__)
    return found


def label(x: float, y: float, lines: list[str], anchor: str = "middle") -> str:
    """
    Return *lines* as text centred on (x, y).
    """
    top = y - LINE_PIXELS * (len(lines) - 1) / 2 + 4
    return "".join(
        f'<text x="{x:.0f}" y="{top + i * LINE_PIXELS:.0f}" text-anchor="{anchor}">{line}</text>'
        for i, line in enumerate(lines)
    )


def on_border(centre: tuple[float, float], towards: tuple[float, float]) -> tuple[float, float]:
    """
    Return where the line from the *centre* of a box leaves it.
    """
    (x, y), dx, dy = centre, towards[0] - centre[0], towards[1] - centre[1]
    reach = min(
        BOX[0] / 2 / abs(dx) if dx else math.inf,
        BOX[1] / 2 / abs(dy) if dy else math.inf,
    )
    return x + dx * reach, y + dy * reach


def arrow(before: JobStatus, after: JobStatus, names: list[str]) -> tuple[str, str]:
    """
    Return the arrow from one status to another, bent to its left, and its events.
    """
    a, b = PLACES[before], PLACES[after]
    if before is after:
        side = -1 if a[1] < HEIGHT / 2 else 1
        y = a[1] + side * BOX[1] / 2
        path = f"M{a[0] - 22},{y} C{a[0] - 30},{y + side * 40} {a[0] + 30},{y + side * 40} {a[0] + 22},{y}"
        return f'<path d="{path}"/>', label(a[0], y + side * 42, [", ".join(names)])
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = math.hypot(dx, dy)
    left = (dy / length, -dx / length)
    middle = ((a[0] + b[0]) / 2 + left[0] * 2 * BEND, (a[1] + b[1]) / 2 + left[1] * 2 * BEND)
    (x1, y1), (x2, y2) = on_border(a, middle), on_border(b, middle)
    path = f"M{x1:.0f},{y1:.0f} Q{middle[0]:.0f},{middle[1]:.0f} {x2:.0f},{y2:.0f}"
    flat = abs(dx) > abs(dy)
    lines = [", ".join(names)] if flat and len(names) <= SHORT else names
    away = BEND * 1.35 + (9 + LINE_PIXELS * (len(lines) - 1) / 2 if dy == 0 else 0)
    x, y = (a[0] + b[0]) / 2 + left[0] * away, (a[1] + b[1]) / 2 + left[1] * away
    anchor = "middle" if flat else "start" if left[0] > 0 else "end"
    return f'<path d="{path}"/>', label(x, y, lines, anchor)


def drawing() -> Iterator[str]:
    """
    Yield the drawing as SVG that takes its colours from the page.
    """
    yield (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="The life of a job" '
        'style="width:100%;font:12px sans-serif;fill:currentColor">'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" '
        'markerHeight="7" orient="auto"><path d="M0,0 L8,4 L0,8 z" stroke="none" '
        'style="fill:currentColor"/></marker></defs>'
    )
    paths, labels = zip(*(arrow(*pair, names) for pair, names in edges().items()), strict=True)
    yield '<g fill="none" stroke="currentColor">'
    yield from (path.replace("/>", ' marker-end="url(#tip)"/>') for path in paths)
    yield f'</g><g style="{HALO}">'
    yield from labels
    yield "</g>"
    for status in JobStatus:
        x, y = PLACES[status]
        thick = 3 if status in TERMINAL else 1.5
        yield (
            f'<rect x="{x - BOX[0] / 2}" y="{y - BOX[1] / 2}" width="{BOX[0]}" height="{BOX[1]}" '
            f'rx="8" fill="none" stroke="currentColor" stroke-width="{thick}"/>'
            f'<text x="{x}" y="{y + 5}" text-anchor="middle" font-size="15">{status.value}</text>'
        )
    yield "</svg>"


class PipelineDrawing(SphinxDirective):
    """
    The table as a picture.
    """

    def run(self) -> list[nodes.Node]:
        """
        Return the picture.
        """
        return [nodes.raw("", "\n".join(drawing()), format="html")]


class PipelineTable(SphinxDirective):
    """
    The table as a table.
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
    Offer both.
    """
    app.add_directive("pipeline-drawing", PipelineDrawing)
    app.add_directive("pipeline-table", PipelineTable)
    return {"parallel_read_safe": True}
