"""
The contact sheets of the end cards: `python docs/_ext/card_sheets.py`, from the repository.

Every design in every shape with the texts that layouts break on. Look at them after a change.
"""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageDraw

from ars0n_core.compositor.cards import card
from ars0n_core.compositor.frames import Frame, to_rgb
from ars0n_core.specs.model import CtaDesign
from ars0n_core.timelines import EndCard

PICTURES = Path(__file__).parents[1] / "pictures"

SHAPES = {
    "9x16": ((360, 640), 240),
    "16x9": ((640, 360), 150),
    "1x1": ((480, 480), 190),
    "4x5": ((480, 600), 215),
}
"""
The size cards are drawn at, and the height they are shown at.
"""

COLORS = ["#FF5500", "#1B5CFF", "#00A86B", "#F5D90A", "#7A1FA2", "#E11D48", "#FFFFFF", "#000000"]

FULL = {
    "company_name": "Northwind Coffee",
    "call_to_action": "Order your first bag",
    "tagline": "Roasted this morning, in your cup tonight.",
    "website": "northwind.example",
    "legal_line": "Offer ends 30 June. While stocks last.",
}
TEXTS = [
    (FULL, True),
    ({"company_name": "Bloom & Wild", "call_to_action": "Shop now"}, False),
    (
        {
            "company_name": "Consolidated International Brotherhood of Independent Artisan Coffee"
            " Roasters and Merchants",
            "call_to_action": "Discover more",
            "website": "consolidated.example",
        },
        True,
    ),
    (
        {
            "company_name": "مقهى البن الذهبي",
            "call_to_action": "اطلب الآن",
            "tagline": "قهوة طازجة كل صباح",
        },
        False,
    ),
    (
        {
            "company_name": "株式会社北風珈琲",
            "call_to_action": "今すぐ購入",
            "tagline": "今朝焙煎、今夜のカップへ。",
        },
        False,
    ),
    ({}, True),
]
"""
What each row's cards say, and whether they have a logo.
"""


def mark() -> Image.Image:
    image = Image.new("RGBA", (400, 120), (0, 0, 0, 0))
    pen = ImageDraw.Draw(image)
    pen.ellipse((0, 0, 119, 119), fill=(225, 60, 40, 255))
    pen.ellipse((32, 32, 87, 87), fill=(0, 0, 0, 0))
    pen.rounded_rectangle((140, 42, 399, 78), 18, fill=(40, 42, 48, 255))
    return image


def sheet(size: tuple[int, int], shown: int) -> Image.Image:
    width = round(size[0] * shown / size[1])
    gap = 8
    whole = Image.new(
        "RGB",
        (len(CtaDesign) * (width + gap) + gap, len(TEXTS) * (shown + gap) + gap),
        (38, 40, 46),
    )
    logo = mark()
    for row, (texts, has_logo) in enumerate(TEXTS):
        for column, design in enumerate(CtaDesign):
            order = EndCard(
                design=design,
                start_frame=0,
                frames=90,
                color=COLORS[(column + 3 * row) % len(COLORS)],
                **texts,
            )
            art = card(order, *size, logo if has_logo else None)
            frame = Frame.empty(*size)
            art.frame(art.still_from, frame)
            small = Image.fromarray(to_rgb(frame)).resize((width, shown), Image.Resampling.LANCZOS)
            whole.paste(small, (gap + column * (width + gap), gap + row * (shown + gap)))
    return whole


if __name__ == "__main__":
    for name, (size, shown) in SHAPES.items():
        sheet(size, shown).save(PICTURES / f"cards-{name}.jpg", quality=84, optimize=True)
