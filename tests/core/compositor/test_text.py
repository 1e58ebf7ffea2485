"""
Type: every script is shaped, ordered, wrapped and measured, and never cut or boxed.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ars0n_core.compositor import bidi, breaking, fonts, hyphens, rasters, text
from ars0n_core.compositor.cards import brutalist
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.text import Style
from ars0n_core.plans import spelling

SCRIPTS = {
    "latin": "Northwind Coffee, roasted daily",
    "cyrillic": "Кофейня «Золотое зерно»",
    "greek": "Καφέ Χρυσός Κόκκος",
    "arabic": "مقهى البن الذهبي منذ 1998",
    "hebrew": "בית הקפה של Acme מאז 1998",
    "devanagari": "स्वर्ण कॉफ़ी रोस्टर्स",
    "thai": "ร้านกาแฟทองคำคั่วสดใหม่ทุกวัน",
    "chinese": "每天新鲜烘焙的咖啡，立即购买",
    "japanese": "今朝焙煎したコーヒーを、今夜のカップへ。",
    "korean": "신선한 커피를 매일 로스팅합니다",
    "emoji": "Coffee ☕ 👩‍👩‍👧 🇩🇪 👍🏽",
    "long": "Donaudampfschifffahrtsgesellschaftskapitän",
}


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("face", [Face.TEXT, Face.POSTER, Face.SERIF_ITALIC])
def test_a_fitted_text_stays_in_its_box_and_shows_ink_to_its_edges(script: str, face: Face) -> None:
    block = text.fit(
        SCRIPTS[script],
        Style(face, 700),
        width=150,
        height=60,
        size_max=40,
        size_min=8,
        lines_max=3,
    )
    assert block.width <= 150
    assert block.height <= 60
    assert len(block.lines) <= 3
    ink = np.asarray(rasters.mask(block, 0.5)) > 0
    rows, columns = np.flatnonzero(ink.any(1)), np.flatnonzero(ink.any(0))
    assert columns[0] >= 0
    assert abs((columns[-1] - columns[0] + 1) - block.width) <= 8  # side bearings count as ink
    assert rows[-1] < block.height + 2 * text.PAD
    assert not ink[:1].any()
    assert not ink[-1:].any()


@pytest.mark.parametrize("script", SCRIPTS)
def test_nothing_is_left_out_however_small_the_box(script: str) -> None:
    whole = breaking.clean(SCRIPTS[script]).replace(" ", "")
    block = text.fit(SCRIPTS[script], Style(), width=60, height=30, size_max=30, size_min=12)
    shown = "".join(run.text for line in block.lines for run in line.runs)
    assert sorted(shown) == sorted(whole)
    assert block.height <= 30
    assert block.width <= 60


def test_the_size_is_the_largest_that_fits() -> None:
    roomy = text.fit("Acme", Style(), width=400, height=100, size_max=60, size_min=10)
    tight = text.fit("Acme", Style(), width=60, height=100, size_max=60, size_min=10)
    assert roomy.size == 60
    assert 45 < tight.width <= 60
    assert text.set_lines("Acme", Style(), round(tight.size * 1.15)).width > 60


def test_lines_are_of_like_length() -> None:
    block = text.set_lines("one two three four five six seven eight", Style(), 20, 190)
    widths = [line.width for line in block.lines]
    assert len(widths) > 1
    assert min(widths) > 0.6 * max(widths)


@pytest.mark.parametrize("script", ["arabic", "devanagari", "thai"])
def test_lines_never_touch(script: str) -> None:
    block = text.set_lines(
        SCRIPTS[script] + " " + SCRIPTS[script], Style(Face.POSTER, 700, 0, 0.9), 30, 160
    )
    for upper, lower in zip(block.lines, block.lines[1:], strict=False):
        assert upper.baseline + upper.descent < lower.baseline - lower.ascent


def test_right_to_left_words_run_from_the_right() -> None:
    block = text.set_lines("אבג דהו", Style(), 20)
    boxes = rasters.word_boxes(block)
    assert block.rtl
    assert boxes[0][0][0] > boxes[1][0][2]


def test_latin_inside_hebrew_keeps_its_own_order() -> None:
    block = text.set_lines("בית Acme Inc כאן", Style(), 20)
    boxes = rasters.word_boxes(block)
    lefts = [boxes[word][0][0] for word in range(4)]
    assert lefts[3] < lefts[1] < lefts[2] < lefts[0]


def test_arabic_is_joined() -> None:
    joined = text.set_lines("بببب", Style(), 40).width
    apart = text.set_lines("ب ب ب ب", Style(), 40)
    letters = sum(run.advance for run in apart.lines[0].runs)
    assert joined < 0.9 * letters


def test_tracking_widens_latin_and_leaves_arabic_joined() -> None:
    wide = Style(tracking=0.3)
    assert text.set_lines("ACME", wide, 20).width > text.set_lines("ACME", Style(), 20).width + 12
    assert text.set_lines("بيت", wide, 20).width == text.set_lines("بيت", Style(), 20).width


def test_what_no_font_has_is_named_and_what_one_has_is_not() -> None:
    for sample in SCRIPTS.values():
        assert fonts.coverage(sample) == ()
    assert fonts.coverage("ok \U00012000\U00012000 \U0001d173") == (0x12000, 0x1D173)
    assert fonts.coverage("a\x07b") == (7,)
    assert fonts.coverage("\ue000 lost\ufffd") == (0xE000, 0xFFFD)  # a glyph, but none of theirs


@pytest.mark.parametrize("cluster", ["é", "q̃", "👩‍👩‍👧", "कि", "กำ"])
def test_a_cluster_is_drawn_by_one_font(cluster: str) -> None:
    assert spelling.clusters(cluster) == [cluster]


@pytest.mark.parametrize("face", Face)
@pytest.mark.parametrize(
    "sample", ["Ứng dụng miễn phí", "Phở Việt", "Ħal Ġdid", "Łódź", "Кав’ярня"]
)
def test_no_word_is_set_in_two_faces(face: Face, sample: str) -> None:
    style = Style(face, 700, 0.0, 1.2)
    for block in (text.set_lines(sample, style, 40),
                  text.fit(sample, style, width=300, height=90, size_max=40, size_min=10)):  # fmt: skip
        runs = [run for line in block.lines for run in line.runs if run.word >= 0]
        assert len({run.font for run in runs}) == 1


def test_han_characters_take_their_readers_form() -> None:
    forms = {text: fonts.font_for("骨", Face.TEXT, fonts.han_language(text)) for text in (
        "骨を", "骨气", "骨氣立即購買", "株式会社骨", "뼈 骨",
    )}  # fmt: skip
    assert [font.index for font in forms.values() if font is not None] == [0, 2, 3, 0, 1]


def test_a_long_phrase_breaks_rather_than_shrinks() -> None:
    assert max(len(atom.text) for atom in breaking.atoms("ありがとうございます" * 3)) <= 9


def test_a_monospaced_face_leaves_other_scripts_their_own_space() -> None:
    gaps = {face: text.set_lines("بيت بيت", Style(face, 700), 40).width for face in
            (Face.TEXT, Face.MONO)}  # fmt: skip
    assert abs(gaps[Face.MONO] - gaps[Face.TEXT]) <= 1


def test_flags_are_pairs() -> None:
    assert spelling.clusters("🇩🇪🇫🇷") == ["🇩🇪", "🇫🇷"]


@pytest.mark.parametrize(
    ("sample", "pieces"),
    [
        ("well-made goods", ["well-", "made", "goods"]),
        ("東京、大阪。", ["東京、", "大阪。"]),
        ("「東京」へ", ["「東京」へ"]),  # a particle clings to what it marks
        ("今朝焙煎、今夜のカップへ。", ["今朝焙煎、", "今夜の", "カップへ。"]),
        ("株式会社北風", ["株式会社", "北風"]),
        ("上海咖啡有限公司", ["上海", "咖啡", "有限公司"]),
        ("三井不動産", ["三井", "不動産"]),
        ("金龙鱼集团", ["金龙鱼", "集团"]),
        ("三菱UFJ銀行", ["三菱", "UFJ", "銀行"]),
        ("毎コーヒー", ["毎", "コーヒー"]),
        ("10-20", ["10-20"]),
        ("see bayt-alqahwa.com/menu", ["see", "bayt-alqahwa.com/menu"]),
        ("までお届けします", ["まで", "お届けします"]),  # courtesy goes with its word
        ("「ご自宅」まで", ["「ご自宅」まで"]),
    ],
)
def test_lines_break_where_a_reader_expects(sample: str, pieces: list[str]) -> None:
    assert [atom.text for atom in breaking.atoms(sample)] == pieces


@pytest.mark.parametrize(
    ("sample", "base", "expected"),
    [
        ("abc", 0, "000"),
        ("אב", 1, "11"),
        ("אב 12", 1, "11122"),
        ("a אב", 0, "0011"),
        ("אב (x) ג", 1, "11112111"[:8]),
        ("₪100 א", 1, "222211"),
        ("א foo(b)", 1, "11222222"),  # a pair goes with what is inside it and before
        ("a (א) b", 0, "0001000"),
        ("א (a ב)", 1, "1112111"),
    ],
)
def test_levels_follow_the_bidirectional_algorithm(sample: str, base: int, expected: str) -> None:
    assert "".join(map(str, bidi.levels(sample, base))) == expected


@settings(max_examples=60, deadline=None)
@given(st.text(st.sampled_from("ab אבب12 (,-किไก👍🏽東ー"), min_size=1, max_size=14))
def test_any_text_can_be_set_without_loss(sample: str) -> None:
    block = text.fit(sample, Style(), width=80, height=60, size_max=24, size_min=8)
    shown = "".join(run.text for line in block.lines for run in line.runs)
    assert sorted(shown) == sorted(breaking.clean(sample).replace(" ", ""))
    rasters.mask(block)


@pytest.mark.parametrize(
    ("word", "pieces"),
    [
        ("เท่านั้น", ["เท่า", "นั้น"]),
        ("ຂອງທ່ານ", ["ຂ", "ອ", "ງ", "ທ່ານ"]),
        ("ဗုဒ္ဓ", ["ဗု", "ဒ္ဓ"]),
        ("श्रीमान्", ["श्री", "मा", "न्"]),
        ("ශ්\u200dරී", ["ශ්\u200dරී"]),
        ("コーヒー。", ["コー", "ヒー。"]),
        ("ដល់ផ្ទះរបស់អ្នកក្នុងតម្លៃ", ["ដល់", "ផ្ទះ", "របស់", "អ្នក", "ក្នុង", "តម្លៃ"]),
        ("လတ်ဆတ်တဲ့ကော်ဖီကိုသင့်အိမ်", ["လတ်", "ဆတ်", "တဲ့", "ကော်", "ဖီ", "ကို", "သင့်", "အိမ်"]),
    ],
)
def test_a_word_cut_anywhere_keeps_its_syllables(word: str, pieces: list[str]) -> None:
    assert [atom.text for atom in breaking.shattered(breaking.atoms(word))] == pieces


def test_no_word_is_torn_because_another_is_too_long() -> None:
    said = "Call us at home " + "x" * 40
    block = text.fit(said, Style(), width=160, height=400, size_max=44, size_min=24, lines_max=2)
    words = [run.text for line in block.lines for run in line.runs]
    assert words[:4] == ["Call", "us", "at", "home"]
    assert "".join(words[4:]) == "x" * 40


def test_a_line_too_wide_by_its_ink_is_broken_between_words_not_inside_them() -> None:
    words = "FIND OUT MORE ABOUT THE WHOLE RANGE ON OUR WEBSITE TODAY"
    for quarters in range(880, 920):
        width = quarters / 4
        block = text.fit(
            words, brutalist.ACTION, width=width, height=57, size_max=18, size_min=11, lines_max=2
        )
        assert all(run.text in words.split() for line in block.lines for run in line.runs)
        assert block.width < width + 1


@pytest.mark.parametrize(
    ("word", "parts"),
    [
        ("Schifffahrtsgesellschaft", "Schiff fahrts ge sell schaft"),
        ("Hauptstraßenbeleuchtung", "Haupt stra ßen be leuch tung"),
        ("Lebensmittelunverträglichkeitsberatung",
         "Lebens mit te lun ver träg lich keits be ra tung"),
        ("Zahlungsüberweisung", "Zah lungs über wei sung"),
        ("Internationalization", "Inter na tio na li za tion"),
        ("достопримечательность", "досто при ме ча тель ность"),
        ("подъездной", "подъ езд ной"),
        ("Ηλεκτροεγκεφαλογράφημα", "Ηλεκ τροε γκε φα λο γρά φημα"),
        ("lentokonesuihku", "len to ko ne suihku"),
        ("Verbraucher\u00adzentrale", "Verbraucher zentrale"),  # who wrote it knows
        ("McDonald's", "McDonald's"),
        ("coffee", "coffee"),
        ("Amt", "Amt"),
        ("シフォンケーキ", "シフォンケーキ"),
        ("커피로스팅하우스", "커피로스팅하우스"),
    ],
)  # fmt: skip
def test_long_words_are_parted_between_syllables(word: str, parts: str) -> None:
    atoms = hyphens.parted(breaking.atoms(word))
    assert [atom.text.replace("\u00ad", "") for atom in atoms] == parts.split()
    assert all(atom.soft for atom in atoms[:-1])
    assert not atoms[-1].soft


def test_an_address_is_never_given_a_hyphen() -> None:
    for address in ("northwind-coffee.example.com/order/today", "orders@northwind.example"):
        atoms = hyphens.parted(breaking.atoms(address))
        assert len(atoms) > 1
        assert not any(atom.soft for atom in atoms)
        block = text.fit(address, Style(), width=150, height=90, size_max=40, size_min=20)
        assert shown(block) == address


def test_no_line_of_an_address_is_but_www() -> None:
    address = "www.northwind-coffee-roasters.example"
    assert next(iter(hyphens.parted(breaking.atoms(address)))).text != "www"
    block = text.fit(address, Style(), width=170, height=90, size_max=40, size_min=20)
    assert len(block.lines) > 1
    assert "".join(run.text for run in block.lines[0].runs) != "www"


@pytest.mark.parametrize(
    "said",
    ["初回限定1,980円、送料無料", "首单只要99元，立即访问", "2026年5月1日まで", "第3回、3万円分"],
)
def test_a_number_and_what_it_counts_share_a_line(said: str) -> None:
    found = [each.text for each in breaking.atoms(said)]
    assert "".join(found) == said
    for one, other in itertools.pairwise(found):
        assert not one[-1].isdigit()
        assert not (other[0].isdigit() and one == "第")


def fitted(words: str) -> text.Block:
    return text.fit(words, Style(), width=300, height=200, size_max=40, size_min=8, lines_max=2)


def shown(block: text.Block) -> str:
    return "".join(run.text for line in block.lines for run in line.runs)


@given(st.text("abcdefghijklmnopqrstuvwxyzäöüß", min_size=1, max_size=45))
@settings(max_examples=60, deadline=None)
def test_no_lone_letter_is_left_by_a_hyphen(word: str) -> None:
    atoms = hyphens.parted(breaking.atoms(word))
    assert "".join(atom.text for atom in atoms) == word
    if len(atoms) > 1:
        assert len(atoms[0].text) >= 3
        assert len(atoms[-1].text) >= 3


def test_a_long_word_is_parted_rather_than_all_type_made_small() -> None:
    long = fitted("Donaudampfschifffahrtsgesellschaft")
    assert long.size >= 0.66 * 40
    lines = ["".join(run.text for run in line.runs) for line in long.lines]
    assert lines[0].endswith("-")
    assert not lines[-1].endswith("-")
    assert shown(long).replace("-", "") == "Donaudampfschifffahrtsgesellschaft"
    # One that only takes a little off the size stays whole, and is shaped as one word.
    whole = fitted("Schifffahrtsgesellschaft")
    assert shown(whole) == "Schifffahrtsgesellschaft"
    assert len(whole.lines) == 1
    # The parts that stand on one line are one word again.
    assert all(len(line.runs) == 1 for line in long.lines)


@pytest.mark.parametrize(
    ("sample", "together"),
    [
        ("Découvrez notre tout nouveau café !", "café !"),
        ("Ab sofort für nur noch 19,99 € im Monat", "19,99 €"),
        ("Representative example at 9.9 % APR, for all", "9.9 %"),
        ("Alba House — roasted every single Monday", "House —"),
        ("Une adresse\u00a0: chez M.\u00a0Dupont et fils", "M. Dupont"),
        ("Una botella de 750 ml, dos por tres", "750 ml,"),
    ],
)
def test_no_line_ends_before_what_belongs_to_it(sample: str, together: str) -> None:
    style = text.Style(Face.TEXT, 500, 0.0, 1.2)
    whole = text.set_lines(sample, style, 40).width
    for width in range(260, whole, 20):
        lines = text.set_lines(sample, style, 40, width).lines
        set_so = [" ".join(run.text for run in line.runs if run.word >= 0) for line in lines]
        assert any(together in line for line in set_so), (width, set_so)


def test_no_word_is_left_alone_where_lines_can_share() -> None:
    name = "Consolidated International Brotherhood of Independent Artisan Roasters and Merchants"
    block = text.set_lines(name, Style(), 30, 420)
    lines = [[run.text for run in line.runs] for line in block.lines]
    assert len(lines[-1]) > 1
    assert max(line.width for line in block.lines) <= 420


def test_many_words_that_fit_a_line_each_are_set_smaller_not_parted() -> None:
    name = "Consolidated International Brotherhood of Independent Artisan Coffee Roasters"
    block = text.fit(name, Style(), width=300, height=120, size_max=60, size_min=12, lines_max=4)
    assert "-" not in shown(block)
    # one that does not is, the others stay whole
    long = text.fit(
        "Consolidated Donaudampfschifffahrtsgesellschaft", Style(), width=300, height=160,
        size_max=40, size_min=12, lines_max=3,
    )  # fmt: skip
    lines = ["".join(run.text for run in line.runs) for line in long.lines]
    assert lines[0] == "Consolidated"
    assert lines[1].endswith("-")


def test_a_parted_word_is_lit_on_both_its_lines() -> None:
    block = text.fit(
        "Donaudampfschifffahrtsgesellschaft heute", Style(), width=300, height=200, size_max=40,
        size_min=8,
    )  # fmt: skip
    boxes = rasters.word_boxes(block)
    assert len(boxes[0]) >= 2
    assert len(boxes[1]) == 1
