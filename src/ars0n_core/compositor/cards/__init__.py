"""
End cards: eight designs, each laid out anew for every shape of picture.

**Owns** what a card looks like and how it comes in. **Does not own** what it says or when
it is shown (`timelines.EndCard`). **Invariants**: whatever is missing or long, nothing
overlaps, overflows or leaves the safe area, and all text has a contrast of at least
4.5:1 with every pixel behind it; the same card gives the same bytes.

Start at `card`; read one design (`minimal`), then `stack` (places), `canvas` (colours)
and `art` (motion). A design is one file and one row in `DESIGNS`.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from ars0n_core.compositor.cards import (
    bold,
    brutalist,
    editorial,
    glass,
    gradient,
    minimal,
    neon,
    split,
)
from ars0n_core.compositor.cards.art import CardArt
from ars0n_core.compositor.cards.brief import Brief
from ars0n_core.specs.model import CtaDesign

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from PIL import Image

    from ars0n_core.timelines import EndCard

__all__ = ["DESIGNS", "CardArt", "card"]

DESIGNS: Final[Mapping[CtaDesign, Callable[[Brief], CardArt]]] = MappingProxyType(
    {
        CtaDesign.MINIMAL: minimal.draw,
        CtaDesign.BOLD: bold.draw,
        CtaDesign.GRADIENT: gradient.draw,
        CtaDesign.SPLIT: split.draw,
        CtaDesign.GLASS: glass.draw,
        CtaDesign.NEON: neon.draw,
        CtaDesign.EDITORIAL: editorial.draw,
        CtaDesign.BRUTALIST: brutalist.draw,
    }
)


def card(end_card: EndCard, width: int, height: int, logo: Image.Image | None = None) -> CardArt:
    """
    Return *end_card* drawn for a film of *width* x *height*.

    *logo* is the picture `EndCard.logo` names, decoded.
    """
    return DESIGNS[end_card.design](Brief.of(end_card, width, height, logo))
