"""
``{margin-table}`` and ``{unit-prices}``: what is left of the documents' example ads.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve
from sphinx.util.docutils import SphinxDirective

from ars0n_core import pricing, specs
from ars0n_core.plans.breakdown import break_down
from ars0n_core.plans.typical import typical
from ars0n_core.specs.model import AdFormat, VideoModel
from ars0n_core.work import Operation, WorkItem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from docutils import nodes

SEEN = "2026-11"
MUSIC_MICRODOLLARS = 5_000
VERDICT_MICRODOLLARS = 2_500
"""
ElevenLabs Music, a second ($0.30 a minute); Gemini Flash, a verdict on one picture (2240
tokens of pictures and some 200 words). A deployment may do without either.
"""

DOLLAR = 1_000_000


def examples() -> Iterator[tuple[str, tuple[WorkItem, ...], int]]:
    """
    Yield (what it is, its work list, seconds of music) of the documents' examples.
    """
    film = specs.AdSpec(prompt="Premium headphones", duration_seconds=15, voice_id="any")
    radio = evolve(film, ad_format=AdFormat.RADIO)
    for seconds in (15, 30, 60):
        one = evolve(film, duration_seconds=seconds)
        yield f"film of {seconds} s, fast", break_down(one, typical(one)), seconds
    for seconds in (15, 30, 60):
        one = evolve(film, duration_seconds=seconds, video_model=VideoModel.PREMIUM)
        yield f"film of {seconds} s, premium", break_down(one, typical(one)), seconds
    for seconds in (15, 30, 60):
        one = evolve(radio, duration_seconds=seconds)
        yield f"radio ad of {seconds} s", break_down(one, typical(one)), seconds
    made = break_down(film, typical(film))
    again = tuple(i for i in made if i.key in {"edit-0", "clip-0"} or i.operation == "compositing")
    yield "one scene regenerated (15 s)", again, 0
    words = tuple(i for i in made if i.operation in {Operation.SPEAK, Operation.COMPOSE})
    yield "another script (15 s)", words, 0
    yield (
        "voice preview of 1500 characters",
        (WorkItem(key="preview", operation=Operation.PREVIEW_VOICE),),
        0,
    )


def rows() -> Iterator[tuple[str, ...]]:
    """
    Yield a row of the table for each example.
    """
    packages = pricing.packages()
    for title, items, music_seconds in examples():
        report = pricing.margins(items)
        plan = pricing.UNIT_PRICES.plan.microdollars
        planned = music_seconds > 0  # only a whole ad is planned
        cost = report.cost_microdollars - (0 if planned else plan)
        verdicts = sum(
            int(item.grade[0]) for item in items if item.operation is Operation.EDIT_IMAGE
        )
        extras = music_seconds * MUSIC_MICRODOLLARS + verdicts * VERDICT_MICRODOLLARS
        left = [
            pricing.margin_percent(
                pricing.revenue_microdollars(report.credits, package), cost + extra
            )
            for extra in (0, extras)
            for package in packages
        ]
        half = len(packages)
        yield (
            title,
            str(report.credits),
            f"${cost / DOLLAR:.2f}",
            " / ".join(f"{one:.0f} %" for one in left[:half] if one is not None),
            f"${(cost + extras) / DOLLAR:.2f}",
            " / ".join(f"{one:.0f} %" for one in left[half:] if one is not None),
        )


class MarginTable(SphinxDirective):
    """
    The examples, their prices and what is left of them.
    """

    def run(self) -> list[nodes.Node]:
        """
        Return the table.
        """
        names = " / ".join(package.name.removeprefix("API ") for package in pricing.packages())
        lines = [
            f"| | credits | cost | left, bought as {names} | with verdicts and music | left |",
            "|---|---|---|---|---|---|",
        ]
        lines += [f"| {' | '.join(row)} |" for row in rows()]
        return self.parse_text_to_nodes("\n".join(lines))


class UnitPriceTable(SphinxDirective):
    """
    What the providers ask, and when that was seen.
    """

    def run(self) -> list[nodes.Node]:
        """
        Return the table.
        """
        lines = ["| what | unit | price | seen |", "|---|---|---|---|"]
        lines += [
            f"| {one.name} | {one.unit} | ${one.microdollars / DOLLAR:g} | {one.seen} |"
            for one in pricing.UNIT_PRICES.rows()
        ]
        lines.append(f"| ElevenLabs Music | second | ${MUSIC_MICRODOLLARS / DOLLAR:g} | {SEEN} |")
        lines.append(
            f"| Gemini Flash, one verdict | picture | ${VERDICT_MICRODOLLARS / DOLLAR:g} | {SEEN} |"
        )
        return self.parse_text_to_nodes("\n".join(lines))


def setup(app: Any) -> dict[str, bool]:
    """
    Offer both.
    """
    app.add_directive("margin-table", MarginTable)
    app.add_directive("unit-prices", UnitPriceTable)
    return {"parallel_read_safe": True}
