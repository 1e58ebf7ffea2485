"""
What goes on a card: texts, logo, colour, and the size they are wanted at.

**Owns** the contents as pieces ready to be stacked, and the units of measure. **Does not
own** their colours on the picture (`canvas`) or their places (`stack`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen
from PIL import Image

from ars0n_core.compositor import bidi, colors, fonts, logo
from ars0n_core.compositor.cards.stack import Button, Mark, Words
from ars0n_core.compositor.colors import Rgb
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.safe_areas import Box, centered_area, safe_area

if TYPE_CHECKING:
    from ars0n_core.compositor.cards.stack import Piece
    from ars0n_core.compositor.text import Style
    from ars0n_core.timelines import EndCard

LEAST: Final = {"company": 44, "tagline": 34, "cta": 34, "website": 30, "legal": 24}
"""
The least type sizes, in pixels of a picture 1080 lines on its shorter side. A phone shows
that side about 65 mm wide: 24 pixels are 1.4 mm there, the least print of packaging.
"""

LONG: Final = 34
"""
Characters for which a text may take one more line than its design has in mind.
"""


@frozen(eq=False)
class Brief:
    """
    What goes on a card, and how large the card is.
    """

    width: int
    height: int
    accent: Rgb
    company: str
    cta: str
    tagline: str
    website: str
    legal: str
    mark: Image.Image | None
    face: Face | None = None

    @classmethod
    def of(cls, card: EndCard, width: int, height: int, mark: Image.Image | None) -> Brief:
        """
        Return the brief of an end card.
        """
        company, action = card.company_name.strip(), card.call_to_action.strip()
        website = card.website.strip()
        return cls(
            width,
            height,
            colors.parse_hex(card.color),
            company,
            "" if action.casefold() == company.casefold() else action,  # said once is enough
            card.tagline.strip(),
            "" if website.casefold() in action.casefold() else website,
            card.legal_line.strip(),
            None if mark is None else logo.trimmed(mark),
            None if card.font is None else fonts.BRANDS[card.font],
        )

    @property
    def unit(self) -> float:
        """
        One pixel of a picture 1080 lines on its shorter side.
        """
        return min(self.width, self.height) / 1080

    @property
    def shape(self) -> str:
        """
        ``tall`` (9:16), ``wide`` (16:9) or ``square`` (1:1 and 4:5).
        """
        ratio = self.width / self.height
        return "wide" if ratio > 1.3 else "tall" if ratio < 0.7 else "square"  # noqa: PLR2004 - between 1:1 and the others

    @property
    def safe(self) -> Box:
        """
        The safe area.
        """
        return safe_area(self.width, self.height)

    @property
    def middle(self) -> Box:
        """
        The part of the safe area about the picture's middle.
        """
        return centered_area(self.width, self.height)

    @property
    def rtl(self) -> bool:
        """
        Whether the card reads from right to left.
        """
        words = self.company or self.tagline or self.cta
        return bool(words) and bidi.base_level(words) == 1

    @property
    def start(self) -> float:
        """
        The alignment of the side where reading starts: 0 left, 1 right.
        """
        return 1.0 if self.rtl else 0.0

    def px(self, units: float) -> int:
        """
        Return *units* of 1080 in this card's pixels.
        """
        return round(units * self.unit)

    @property
    def lone(self) -> float:
        """
        How much larger a piece may be when it has the card nearly to itself.
        """
        present = sum(map(bool, (self.company, self.cta, self.tagline, self.mark)))
        return {0: 1.0, 1: 1.45, 2: 1.15}.get(present, 1.0)

    def voiced(self, name: str, style: Style) -> Style:
        """
        Return *style* in the brand's own face, if it has one. Small print stays in a text
        face, in which it can be read.
        """
        if self.face is None or name == "legal":
            return style
        own = evolve(style, face=self.face)
        # Tracking is a face's own: what a poster face needs makes a slab fall apart.
        return own if style.face is self.face else evolve(own, tracking=min(0.0, style.tracking))

    def words(
        self,
        name: str,
        style: Style,
        color: Rgb,
        size: float,
        *,
        gap: float = 0.0,
        lines: int = 2,
    ) -> list[Piece]:
        """
        Return the piece of a text (company, tagline, website, legal), if it is there.
        """
        content = getattr(self, name)
        if not content:
            return []
        factor = self.lone if name == "company" else 1.0
        more = len(content) // LONG
        return [
            Words(
                name=name,
                text=content,
                style=self.voiced(name, style),
                color=color,
                size=size * self.unit * factor,
                size_min=LEAST[name] * self.unit,
                gap=gap * self.unit,
                lines=lines + more,
            )
        ]

    def button(
        self, style: Style, ink: Rgb, fill: Rgb | None, size: float, **more: object
    ) -> list[Piece]:
        """
        Return the call to action as a button, if there is one; lengths are in units.
        """
        if not self.cta:
            return []
        lengths = {"gap", "border", "shadow"}
        fields = {k: v * self.unit if k in lengths else v for k, v in more.items()}  # type: ignore[operator] # lengths are floats
        alone = self.lone if not self.company and self.mark is None else 1.0
        return [
            Button(
                name="cta",
                text=self.cta,
                style=self.voiced("cta", style),
                ink=ink,
                fill=fill,
                size=size * self.unit * alone,
                size_min=LEAST["cta"] * self.unit,
                **fields,  # type: ignore[arg-type] # the designs' own calls are checked by the tests
            )
        ]

    def logo(self, width: float, height: float, *, gap: float = 0.0) -> list[Piece]:
        """
        Return the logo, if there is one; it is larger where there is no company name.
        """
        if self.mark is None:
            return []
        alone = not (self.company or self.cta or self.tagline)
        factor = 1.0 if self.company else 2.3 if alone else 1.6
        # A square logo looks larger than a wide one of the same height; even them out.
        ratio = self.mark.width / self.mark.height
        tall = height * (1.35 if ratio < 1.6 else 1.0)  # noqa: PLR2004 - about 8:5
        return [
            Mark(
                name="logo",
                image=self.mark,
                width=width * self.unit * factor,
                height=tall * self.unit * factor,
                gap=gap * self.unit,
            )
        ]
