"""
End cards: eight designs, four shapes, any text; nothing overlaps, overflows or fades away.
"""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw

from ars0n_core.compositor import colors, safe_areas, text
from ars0n_core.compositor.cards import DESIGNS, CardArt, card
from ars0n_core.compositor.cards.brief import LEAST
from ars0n_core.compositor.frames import Frame, to_rgb
from ars0n_core.specs.model import BrandFont, CtaDesign
from ars0n_core.timelines import EndCard

SHAPES = {"9:16": (270, 480), "16:9": (480, 270), "1:1": (270, 270), "4:5": (272, 340)}

NAMES = {
    "short": "Io",
    "usual": "Northwind Coffee Roasters",
    "hundred": (
        "Consolidated International Brotherhood of Independent Artisan Coffee Roasters and Merchants "
        + "X" * 99
    )[:100],
    "arabic": "مقهى البن الذهبي للقهوة المختصة",
    "hebrew": "בית הקלייה של נורתווינד",
    "devanagari": "स्वर्ण कॉफ़ी रोस्टर्स प्राइवेट लिमिटेड",
    "thai": "บริษัทกาแฟทองคำคั่วสดใหม่ทุกวันจำกัด",
    "chinese": "北京金穗精品咖啡烘焙股份有限公司",
    "japanese": "株式会社ノースウィンド珈琲焙煎所",
    "korean": "주식회사 북풍 커피 로스터스",
    "emoji": "Coffee ☕ & Friends 👩‍👩‍👧",
    "unbreakable": "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk",
}


def drawn(
    design: CtaDesign,
    shape: str,
    mark: Image.Image | None = None,
    color: str = "#FF5500",
    **texts: Any,
) -> CardArt:
    width, height = SHAPES[shape]
    order = EndCard(design=design, start_frame=0, frames=60, color=color, **texts)
    return card(order, width, height, mark)


def wide_mark() -> Image.Image:
    image = Image.new("RGBA", (300, 80), (0, 0, 0, 0))
    ImageDraw.Draw(image).rounded_rectangle((0, 0, 299, 79), 20, fill=(20, 60, 160, 255))
    return image


def check(art: CardArt, shape: str, names: set[str]) -> None:
    width, height = SHAPES[shape]
    area = safe_areas.safe_area(width, height)
    assert set(art.boxes) == names
    for name, box in art.boxes.items():
        assert box.width > 0, name
        assert box.height > 0, name
        assert area.contains(box), f"{name} {box} leaves {area}"
    for (one, a), (other, b) in itertools.combinations(art.boxes.items(), 2):
        assert not a.overlaps(b), f"{one} {a} overlaps {other} {b}"
    for name, size in art.sizes.items():
        assert size >= round(LEAST[name] * min(width, height) / 1080), f"{name} at {size} px"
    for name, ratio in art.contrasts.items():
        assert ratio >= 4.5, f"{name} has {ratio}:1"


@pytest.mark.parametrize("design", CtaDesign)
def test_a_long_call_to_action_is_not_broken_inside_its_words(
    design: CtaDesign, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = "Find out more about the whole range on our website today"
    set_in = []
    fit = text.fit

    def noted(words: str, *args: Any, **settings: Any) -> text.Block:
        set_in.append((words, block := fit(words, *args, **settings)))
        return block

    monkeypatch.setattr(text, "fit", noted)
    drawn(design, "9:16", company_name="Northwind", call_to_action=said)
    blocks = [block for words, block in set_in if words.lower() == said.lower()]
    assert blocks
    for line in blocks[-1].lines:
        written = [run.text for run in line.runs]
        assert {word.lower() for word in written} <= set(said.lower().split())


def test_every_design_is_drawn() -> None:
    assert set(DESIGNS) == set(CtaDesign)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("design", CtaDesign)
def test_any_text_finds_its_place(design: CtaDesign, shape: str) -> None:
    for name in NAMES.values():
        art = drawn(
            design,
            shape,
            wide_mark(),
            company_name=name,
            call_to_action="Shop now",
            tagline="Roasted this morning, in your cup tonight.",
            website="northwind.example",
            legal_line="Offer ends 30 June. While stocks last.",
        )
        check(art, shape, {"logo", "company", "cta", "tagline", "website", "legal"})


@pytest.mark.parametrize("design", CtaDesign)
@pytest.mark.parametrize(
    "color", ["#FFFFFF", "#000000", "#777777", "#F5D90A", "#1B5CFF", "#00C853"]
)
def test_any_brand_color_leaves_type_legible(design: CtaDesign, color: str) -> None:
    art = drawn(
        design,
        "9:16",
        color=color,
        company_name="Acme",
        call_to_action="Go",
        tagline="Fresh",
        legal_line="Terms apply.",
    )
    check(art, "9:16", {"company", "cta", "tagline", "legal"})


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("design", CtaDesign)
def test_missing_pieces_leave_a_card(design: CtaDesign, shape: str) -> None:
    check(drawn(design, shape, company_name="Acme"), shape, {"company"})
    check(drawn(design, shape, wide_mark()), shape, {"logo"})
    check(drawn(design, shape, call_to_action="Book now"), shape, {"cta"})
    bare = drawn(design, shape)
    check(bare, shape, set())
    width, height = SHAPES[shape]
    out = Frame.empty(width, height)
    bare.frame(bare.still_from, out)
    assert np.ptp(out.y) >= 6, "an empty card still shows its design"


@pytest.mark.parametrize("design", CtaDesign)
def test_very_long_texts_everywhere_still_fit(design: CtaDesign) -> None:
    texts = {
        "company_name": NAMES["hundred"],
        "call_to_action": "Reserve your table for the whole family today",
        "tagline": "A tagline that goes on for rather longer than anyone at the agency would have liked",
        "website": "www.a-very-long-domain-name-for-a-company.example/summer",
        "legal_line": "Representative example. Subject to status and availability, terms apply. "
        * 2,
    }
    for shape in ("9:16", "16:9"):
        width, height = SHAPES[shape]
        art = drawn(design, shape, wide_mark(), **texts)
        area = safe_areas.safe_area(width, height)
        assert all(area.contains(box) for box in art.boxes.values())
        assert not any(a.overlaps(b) for a, b in itertools.combinations(art.boxes.values(), 2))


@pytest.mark.parametrize("design", CtaDesign)
def test_a_card_comes_in_and_then_stands_still(design: CtaDesign) -> None:
    art = drawn(design, "1:1", wide_mark(), company_name="Acme", call_to_action="Go")
    width, height = SHAPES["1:1"]
    assert 10 <= art.still_from <= 45
    frames = []
    for n in (0, art.still_from // 2, art.still_from, art.still_from + 1, art.still_from + 30):
        out = Frame.empty(width, height)
        art.frame(n, out)
        frames.append(out.tobytes())
    assert frames[0] != frames[1] != frames[2]
    assert frames[2] == frames[3] == frames[4]


@pytest.mark.parametrize("design", CtaDesign)
def test_a_frame_depends_on_its_number_alone(design: CtaDesign) -> None:
    texts = {"company_name": "Acme", "call_to_action": "Go"}
    one, other = (drawn(design, "4:5", wide_mark(), **texts) for _ in range(2))
    width, height = SHAPES["4:5"]
    forwards: dict[int, bytes] = {}
    backwards: dict[int, bytes] = {}
    for order, art, seen in (
        (range(0, 40, 6), one, forwards),
        (range(36, -1, -6), other, backwards),
    ):
        for n in order:
            out = Frame.empty(width, height)
            art.frame(n, out)
            seen[n] = out.tobytes()
    assert forwards == backwards


@pytest.mark.parametrize("design", CtaDesign)
def test_type_is_really_drawn_in_its_box_and_in_a_legible_color(design: CtaDesign) -> None:
    """
    Measured on the finished picture: the ink's luminance against what surrounds it.
    """
    art = drawn(design, "16:9", company_name="HHHH", call_to_action="Go")
    width, height = SHAPES["16:9"]
    out = Frame.empty(width, height)
    art.frame(art.still_from, out)
    box = art.boxes["company"]
    part = colors.luminances(to_rgb(out)[box.top : box.bottom, box.left : box.right])
    ink = colors.luminance(art.inks["company"])
    nearest = float(part.reshape(-1)[np.abs(part.reshape(-1) - ink).argmin()])
    ground = float(np.percentile(part, 5 if ink > 0.5 else 95))
    assert colors.contrast(nearest, ground) >= 4.3  # antialiasing at this small size


def test_right_to_left_cards_are_set_from_the_right() -> None:
    width, _ = SHAPES["16:9"]
    for design in (CtaDesign.MINIMAL, CtaDesign.BOLD, CtaDesign.BRUTALIST):
        left = drawn(design, "16:9", company_name="Acme").boxes["company"]
        right = drawn(design, "16:9", company_name="בית").boxes["company"]
        assert left.center[0] < right.center[0]
    del width


def test_an_address_that_the_button_gives_is_not_given_again_below() -> None:
    said = drawn(CtaDesign.BOLD, "1:1", company_name="A", call_to_action="Order at A.example",
                 website="a.example")  # fmt: skip
    assert "website" not in said.boxes
    assert (
        "website"
        in drawn(
            CtaDesign.BOLD, "1:1", company_name="A", call_to_action="Order", website="a.example"
        ).boxes
    )


@pytest.mark.parametrize("design", CtaDesign)
def test_no_design_capitals_an_address_that_they_would_lead_elsewhere(
    design: CtaDesign, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocks, fit = [], text.fit

    def noted(*args: Any, **settings: Any) -> text.Block:
        blocks.append(block := fit(*args, **settings))
        return block

    monkeypatch.setattr(text, "fit", noted)
    drawn(design, "16:9", call_to_action="Go to a.example/Win", website="b.example/Sale")
    drawn(design, "16:9", company_name="Maß", website="maß.example")
    written = {"".join(run.text for line in block.lines for run in line.runs) for block in blocks}
    words = " ".join(written)
    assert all(address in words for address in ("a.example/Win", "b.example/Sale", "maß.example"))


def test_a_call_that_is_the_name_alone_is_not_said_twice() -> None:
    art = drawn(CtaDesign.MINIMAL, "1:1", company_name="Acme", call_to_action="ACME")
    assert set(art.boxes) == {"company"}


@pytest.mark.parametrize("font", BrandFont)
def test_a_brands_typeface_sets_every_design(font: BrandFont) -> None:
    for design in CtaDesign:
        art = drawn(
            design,
            "1:1",
            font=font,
            company_name="Nordlys",
            call_to_action="Shop now",
            website="n.example",
        )
        check(art, "1:1", {"company", "cta", "website"})
