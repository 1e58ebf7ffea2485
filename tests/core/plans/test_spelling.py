"""
What nobody reads half of: signs of several characters, syllables, and the ends of sentences.
"""

from __future__ import annotations

import pytest

from ars0n_core.plans import spelling, syllables, wording


@pytest.mark.parametrize(
    "signs",
    [
        ["🇩🇪", "🇫🇷"],  # two letters are a flag, the third begins another
        ["🇦🇿", "🇦"],
        ["a", "🇿🇦", "b", "🇦🇿"],
        ["👍🏻", "👍🏿", "👍"],  # the lightest and the darkest skin
        ["🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f", "!"],  # England's flag
        ["🏴\U000e0020", "x"],
        ["👩\u200d🍳", "👩"],
        ["❤\ufe0f", "é", "a"],
        ["की", "म", "त"],  # a vowel that stands beside its letter
        ["1\ufe0f\u20e3", "2"],  # a key
        ["น้ำ", "ใ", "จ"],  # sara am is a letter, and stands over the one before
    ],
)
def test_what_is_drawn_as_one_is_one(signs: list[str]) -> None:
    assert spelling.clusters("".join(signs)) == signs


def test_an_ideograph_is_one_of_the_unified() -> None:
    assert all(map(spelling.is_kanji, ["\u3400", "漢", "\u9fff", "届け", "\u9fffけ"]))
    assert not any(map(spelling.is_kanji, ["\u33ff", "\ua000", "々", "가", "お届", ""]))


@pytest.mark.parametrize(
    "parted",
    [
        "land|schaf|ten",
        "kata|stro|phe",
        "ein|schran|kun|gen",  # four letters that begin a word together
        "nach|rich|ten",
        "пись|мен|ность",  # a soft sign stays with its consonant
        "боль|шинство",
        "объ|явле|ние",  # a hard one too, and the vowel after it begins a syllable
    ],
)
def test_syllables_begin_as_a_word_of_the_language_could(parted: str) -> None:
    pieces = parted.split("|")
    word = "".join(pieces)
    places = [sum(map(len, pieces[:n])) for n in range(1, len(pieces))]

    assert syllables.starts([syllables.plain(letter) for letter in word]) == places


def test_a_sentence_ends_behind_quotes_and_brackets_too() -> None:
    ends = ["done.", "done.”", "done!)", "ends?»", "終わり。」", "كافٍ؟", "अंत।", "so…"]
    assert all(map(wording.ends_sentence, ends))
    assert not any(
        map(wording.ends_sentence, ["done", "done,", "done.)x", "”done", "”", "", "3.5"])
    )


@pytest.mark.parametrize(
    "parted",
    [
        "กิน",  # a vowel above, and one consonant that closes
        "มาก",  # a vowel that follows
        "มา|หา",  # ห closes no syllable
        "มา|นาน",  # a consonant with a vowel behind it opens one
        "จะ|มา",  # nothing belongs to a syllable after its ะ
        "อัต|โน|มัติ",  # โ is written before its consonant; after ั even one with a mark closes
        "ส|บู่",
        "ธ|นา",
        "มา|x",
        "अ|म्मा",  # one below the other
        "क्\u200dष",  # asked for beside each other, and still one
        "அம்|மா",  # a pulli closes,
        "பக்ஷி",  # but for what melts together
        "မြန်|မာ",  # an asat closes,
        "အ|ကော်",  # but not the one that is part of a vowel
        "តម្លៃ",  # a nasal with another below opens the second half of the word
        "ធ|នា|គារ",
        "ក|សិ",
        "x|ក",
    ],
)
def test_syllables_of_india_and_south_east_asia_hold_together(parted: str) -> None:
    pieces = parted.split("|")

    assert spelling.units("".join(pieces)) == pieces


def test_two_bare_consonants_may_be_two_syllables() -> None:
    # ตลก is said ta-lok.
    assert not spelling.bound(["ต", "ล", "ก"])[1]


@pytest.mark.parametrize(
    ("piece", "never_first", "never_last"),
    [
        ("「東京」へ", "」へ", "「"),  # a bracket draws the particle to it
        ("“東京”へ", "”へ", "“"),
        ("東京。次", "。", ""),
        ("お届け", "届", "お"),
    ],
)
def test_a_long_text_is_parted_at_no_sign_that_clings(
    piece: str, never_first: str, never_last: str
) -> None:
    for before in range(24):  # wherever the piece stands
        text = "漢" * before + piece + "漢" * 26
        parts = [part.rstrip(wording.OPEN) for part in wording.parts(text)]

        assert "".join(parts) == text
        assert max(map(wording.columns, parts)) <= wording.PART_COLUMNS
        assert not [one for one in parts if one[0] in never_first], parts
        assert not [one for one in parts if one[-1] in (never_last or " ")], parts


def test_what_may_be_parted_nowhere_is_parted_where_it_must() -> None:
    assert wording.parts("カ" * 30) == ["カ" * 10] * 3


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("音", 2),
        ("Ａ", 2),  # a full-width letter
        ("ｱ", 1),  # a half-width one
        ("a\u20dd", 1),  # a circle around it
        ("a\u200bb", 2),
        ("a\u00adb", 3),  # a hyphen that may have to be shown
    ],
)
def test_a_text_takes_as_many_columns_as_are_drawn(text: str, columns: int) -> None:
    assert wording.columns(text) == columns


def test_a_word_is_parted_only_if_it_is_wider_than_a_line() -> None:
    assert wording.parts(f"\u00adHear\u200b {'x' * 42}") == ["Hear", "x" * 42]
    assert len(wording.parts("x" * 43)) > 1


def test_full_width_words_stand_apart_from_others_only() -> None:
    assert wording.joined(["Hear", "音", "楽", "now"]) == "Hear 音楽 now"
