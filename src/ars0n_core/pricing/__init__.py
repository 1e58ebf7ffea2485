"""
What it costs.

**Owns** the rate cards (`rates`), the packages credits are bought in (`packages`), the
one formula (`estimate`: the sum over a work list), and two views of it: what a budget
buys (`advise`) and what is left after the providers are paid (`margin`). **Does not
own** what must be done (`plans.break_down` makes the work list) or what was charged
(`ledger`). **Invariants**: prices are whole credits; every operation has a row on every
card, an empty one where it isn't sold; nothing is priced but by the sum of its items.

Start at `rates.CARDS`, then `estimate.estimate`.
"""

from ars0n_core.pricing.advise import Offer, Setting, advise
from ars0n_core.pricing.estimate import Estimate, LineItem, estimate, price
from ars0n_core.pricing.margin import (
    UNIT_PRICES,
    WITH_SOUND,
    Margin,
    MarginReport,
    UnitPrice,
    UnitPrices,
    cost_microdollars,
    margin_percent,
    margins,
    revenue_microdollars,
)
from ars0n_core.pricing.packages import PACKAGES, Package, package, packages
from ars0n_core.pricing.rates import CARDS, Grade, RateCard, card, rate

__all__ = [
    "CARDS",
    "PACKAGES",
    "UNIT_PRICES",
    "WITH_SOUND",
    "Estimate",
    "Grade",
    "LineItem",
    "Margin",
    "MarginReport",
    "Offer",
    "Package",
    "RateCard",
    "Setting",
    "UnitPrice",
    "UnitPrices",
    "advise",
    "card",
    "cost_microdollars",
    "estimate",
    "margin_percent",
    "margins",
    "package",
    "packages",
    "price",
    "rate",
    "revenue_microdollars",
]
