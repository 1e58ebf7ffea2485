"""
The commands: each asks the core and writes the answer.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import TYPE_CHECKING

from ars0n_core import pricing
from ars0n_core.calculator.arguments import read
from ars0n_core.calculator.choices import settings, work
from ars0n_core.calculator.tables import dollars, lengths, table
from ars0n_core.errors import InvalidRequestError
from ars0n_core.pricing.margin import (
    UNIT_PRICES,
    WITH_SOUND,
    cost_microdollars,
    margin_percent,
    margins,
    revenue_microdollars,
)
from ars0n_core.specs.limits import LIMITS
from ars0n_core.specs.model import AdFormat
from ars0n_core.work import Operation, WorkItem

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

    from ars0n_core.calculator.arguments import Asked
    from ars0n_core.pricing import MarginReport, Offer
    from ars0n_core.work import Json

DONE, NOTHING_FITS, WRONG = 0, 1, 2
UNWRITTEN = NOTHING_FITS
"""
What the calculator ends with.
"""


def main(
    argv: Sequence[str] | None = None,
    *,
    prog: str = "python -m ars0n_core",
    out: TextIO | None = None,
    err: TextIO | None = None,
) -> int:
    """
    Run the calculator with the arguments *argv* (the process's own unless given) and
    return its exit code.

    Raises:
        SystemExit: Help was asked for, or an argument is unknown.
    """
    out, err = out or sys.stdout, err or sys.stderr
    try:
        asked = read(argv, prog)
        commands = {"estimate": _estimate, "advise": _advise, "margin": _margin}
        code, text = commands[asked.command](asked)
    except InvalidRequestError as error:
        told = [f"{name}: {text}" for name, texts in error.field_errors.items() for text in texts]
        err.write("\n".join([*told, *error.form_errors]) + "\n")
        return WRONG
    try:
        out.write(text + "\n")
        out.flush()
    except OSError as error:
        if not isinstance(error, BrokenPipeError):  # whoever read it has had enough
            err.write(f"{prog}: the answer can't be written: {error.strerror}\n")
        if out is sys.stdout:
            sys.stdout = None  # nothing may flush into it at exit
        return UNWRITTEN
    return code


def _estimate(asked: Asked) -> tuple[int, str]:
    """
    The price of an ad.
    """
    estimate = pricing.estimate(work(asked), pricing.card(asked.edition))
    if asked.json:
        from ars0n_core.wire.answers import unstructure_estimate  # noqa: PLC0415 - start fast

        return DONE, _json(unstructure_estimate(asked.spec.ad_format, estimate))
    counts = Counter((line.operation, line.credits) for line in estimate.lines)
    rows = [("step", "jobs", "credits", "sum")]
    rows += [
        (str(operation), str(count), str(each), str(count * each))
        for (operation, each), count in counts.items()
    ]
    rows.append(("total", str(len(estimate.lines)), "", str(estimate.total)))
    worth = ", ".join(
        f"{dollars(revenue_microdollars(estimate.total, package))} ({package.name})"
        for package in pricing.packages(asked.edition)
    )
    return DONE, f"{_title(asked)}\n\n{table(rows)}\n\nWorth {worth}"


def _advise(asked: Asked) -> tuple[int, str]:
    """
    What a budget buys.
    """
    card = pricing.card(asked.edition)
    candidates = list(settings(asked))
    offers = pricing.advise(candidates, asked.budget, card)
    if asked.json:
        return (DONE if offers else NOTHING_FITS), _json([_offer(offer) for offer in offers])
    if not offers:
        cheapest = min(pricing.estimate(items, card).total for _, items in candidates)
        return NOTHING_FITS, (
            f"Nothing fits {asked.budget} credits: "
            f"the cheapest {asked.spec.duration_seconds} s ad costs {cheapest}"
        )
    rows = [("tier", "format", "model", "clips", "variants", "credits", "left")]
    for offer in offers:
        setting = offer.setting
        rows.append(
            (
                str(offer.tier),
                str(setting.ad_format),
                str(setting.video_model or "-"),
                lengths(setting.clip_seconds),
                str(setting.variants or "-"),
                str(offer.credits),
                str(asked.budget - offer.credits),
            )
        )
    head = (
        f"{asked.spec.duration_seconds} s ads for {asked.budget} credits, edition {asked.edition}"
    )
    return DONE, f"{head}; nothing beats tier 1\n\n{table(rows, left=4)}"


def _offer(offer: Offer) -> Json:
    """
    Return an offer as JSON, under the documents' names where they have one.
    """
    setting = offer.setting
    return {
        "tier": offer.tier,
        "estimatedCredits": offer.credits,
        "adFormat": str(setting.ad_format),
        "veoModel": setting.video_model and str(setting.video_model),
        "qualityLoopVariants": setting.variants or None,
        "clipSeconds": list(setting.clip_seconds),
    }


def _margin(asked: Asked) -> tuple[int, str]:
    """
    Prices against what the providers ask.
    """
    prices = WITH_SOUND if asked.with_sound else UNIT_PRICES
    card = pricing.card(asked.edition)
    report = margins(work(asked), card, prices)
    packages = pricing.packages(asked.edition)
    if asked.json:
        return DONE, _json(_report(asked, report))
    groups = Counter((m.operation, m.credits, m.cost_microdollars) for m in report.lines)
    rows = [("step", "jobs", "credits", "cost", *(package.name for package in packages))]
    rows += [
        (
            str(operation),
            str(count),
            str(credits_),
            dollars(cost, places=4),
            *(_percent(revenue_microdollars(credits_, p), cost) for p in packages),
        )
        for (operation, credits_, cost), count in groups.items()
    ]
    rows.append(
        (
            "plan",
            "1",
            "0",
            dollars(report.overhead_microdollars, places=4),
            *("-" for _ in packages),
        )
    )
    rows.append(
        (
            "the ad",
            str(len(report.lines)),
            str(report.credits),
            dollars(report.cost_microdollars, places=4),
            *(
                _percent(revenue_microdollars(report.credits, p), report.cost_microdollars)
                for p in packages
            ),
        )
    )
    rates = table(
        [("provider", "unit", "price", "seen")]
        + [(row.name, row.unit, f"${row.microdollars / 1e6:g}", row.seen) for row in prices.rows()],
        left=2,
    )
    notes = "Each step's credits and cost are of one job. Our own machines are not counted."
    return DONE, f"{_title(asked)}\n\n{table(rows)}\n\n{notes}{_preview(asked)}\n\n{rates}"


def _preview(asked: Asked) -> str:
    """
    Return from which length on a voice preview loses money, if there are previews.
    """
    card = pricing.card(asked.edition)
    if not card.rates[Operation.PREVIEW_VOICE]:
        return ""
    preview = WorkItem(key="preview", operation=Operation.PREVIEW_VOICE)
    dearest = pricing.packages(asked.edition)[-1]
    revenue = revenue_microdollars(pricing.price(preview, card), dearest)
    longest = revenue // UNIT_PRICES.speech.microdollars
    text = "x" * LIMITS[asked.edition].preview_characters_max
    worst = cost_microdollars(
        WorkItem(key="preview", operation=Operation.PREVIEW_VOICE, inputs={"text": text})
    )
    return (
        f"\nA voice preview brings {dollars(revenue)} ({dearest.name}) and costs up to "
        f"{dollars(worst)}: past {longest} characters it loses money."
    )


def _report(asked: Asked, report: MarginReport) -> Json:
    """
    Return a margin report as JSON; money is in US dollars.
    """
    packages = pricing.packages(asked.edition)
    return {
        "adFormat": str(asked.spec.ad_format),
        "credits": report.credits,
        "costDollars": report.cost_microdollars / 1e6,
        "lines": [
            {
                "operation": str(line.operation),
                "credits": line.credits,
                "costDollars": line.cost_microdollars / 1e6,
            }
            for line in report.lines
        ],
        "planDollars": report.overhead_microdollars / 1e6,
        "packages": [
            {
                "id": package.id,
                "revenueDollars": revenue_microdollars(report.credits, package) / 1e6,
                "marginPercent": margin_percent(
                    revenue_microdollars(report.credits, package), report.cost_microdollars
                ),
            }
            for package in packages
        ],
    }


def _title(asked: Asked) -> str:
    """
    Return what is priced, in a line.
    """
    spec = asked.spec
    told = f"{spec.ad_format} ad, {spec.duration_seconds} s, edition {asked.edition}"
    if spec.ad_format is AdFormat.VIDEO:
        told += f", {spec.video_model}, {spec.variants} variant(s) a scene"
    return told


def _percent(revenue: int, cost: int) -> str:
    """
    Return what is left of *revenue*, to print.
    """
    percent = margin_percent(revenue, cost)
    return "-" if percent is None else f"{percent:.0f} %"


def _json(value: Json) -> str:
    """
    Return JSON to read.
    """
    return json.dumps(value, indent=2, ensure_ascii=False)
