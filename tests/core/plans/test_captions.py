"""
Captions can be read, whatever is said and however it is spoken.
"""

from __future__ import annotations

from itertools import pairwise

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from ars0n_core.compositor import subtitles
from ars0n_core.compositor.captions import CaptionArt
from ars0n_core.errors import InvalidRequestError
from ars0n_core.plans import derive, faults, wording
from ars0n_core.plans.conform import captions
from ars0n_core.plans.conform.speech import Utterance
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs.model import AdSpec, CaptionStyle
from ars0n_core.timelines import Cue, Word

DONAU = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG = (
    "Kraftfahrzeughaftpflichtversicherung",  # 36
    "Rechtsschutzversicherungsgesellschaften",
    "Supercalifragilisticexpialidocious",  # 34
    "megszentségteleníthetetlenségeskedéseitekért",  # 44
    DONAU[:60],
    "Сельскохозяйственно-машиностроительный",
    "https://www.example.com/a-very-long-path/of-many-parts?and=more",
    "高級ワイヤレスヘッドホン澄んだ音やさしい装着感毎日の通勤を特別な時間に変える",
    "กาแฟคั่วสดใหม่ทุกเช้าส่งถึงบ้านคุณภายในหนึ่งวันไม่มีค่าใช้จ่ายเพิ่มเติมใดๆ",
    "ကော်ဖီအရသာအသစ်တစ်မျိုးကိုယနေ့ပင်မြည်းစမ်းကြည့်လိုက်ပါ",
)
SHORT = ("a", "you", "hear", "it.", "today,", "better!", "noise-cancelling", "音を聴く。", "Now.")


def said(words: list[tuple[str, float, float]], stretches: int = 1) -> list[Utterance]:
    """
    Speak *words* (text, seconds, pause after) in so many *stretches*.
    """
    at, heard = 0.2, []
    for text, lasts, pause in words:
        heard.append(Word(text=text, start_seconds=at, end_seconds=at + lasts, segment=0))
        at += lasts + pause
    each = -(-len(heard) // stretches)
    parts = [tuple(heard[i : i + each]) for i in range(0, len(heard), each)]
    return [Utterance(text_index=0, source_sample=0, source_samples=1, words=w) for w in parts]


def end_of(spoken: list[Utterance]) -> int:
    return round(spoken[-1].words[-1].end_seconds * 30) + 15


@pytest.mark.parametrize("word_by_word", [True, False])
@pytest.mark.parametrize(
    "script",
    [
        "Prêt en 30 s ? C'est « extra » : goûtez-le — oui ! — à 9,99 € seulement !",
        "Goûtez-le maintenant et dites « (",  # nothing comes that the last ones could open
    ],
)
def test_marks_that_stand_alone_stay_with_their_word(script: str, *, word_by_word: bool) -> None:
    spoken = said([(word, 0.05 + 0.06 * len(word), 0.03) for word in script.split()])
    cues = captions.cues(spoken, end_frame=end_of(spoken), word_by_word=word_by_word)
    words = [word.text for cue in cues for word in cue.words]
    assert all(any(char.isalnum() for char in word) for word in words)
    assert " ".join(words).replace("\u00a0", " ") == script
    assert not any(line[0] in "?:!»—€" for each in subtitles.shown(cues) for line in each.lines)
    check_limits(cues, end_of(spoken))


def check_limits(cues: tuple[Cue, ...], end_frame: int) -> None:
    """
    What a certificate asks of captions, and that they are in step with themselves.
    """
    for each, cue in zip(subtitles.shown(cues), cues, strict=True):
        assert len(each.lines) <= 2
        assert all(wording.columns(line) <= 42 for line in each.lines)
        assert sum(map(wording.columns, each.lines)) * 30 <= 20 * cue.frames
        assert cue.frames >= 24
        assert cue.start_frame >= 0
        assert cue.start_frame + cue.frames <= end_frame
        for word in cue.words:
            assert cue.start_frame <= word.start_frame
            assert word.start_frame + word.frames <= cue.start_frame + cue.frames
    for left, right in pairwise(cues):
        assert left.start_frame + left.frames <= right.start_frame


spoken_words = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(SHORT),
            st.sampled_from(LONG),
            st.text("aeinrstl", min_size=25, max_size=60),
        ),
        st.floats(0.01, 1.6),
        st.sampled_from([0.0, 0.0, 0.02, 0.4, 2.0]),
    ),
    min_size=1,
    max_size=25,
)


@settings(max_examples=150, deadline=None)
@given(
    words=spoken_words,
    stretches=st.integers(1, 4),
    word_by_word=st.booleans(),
    columns=st.sampled_from([26, 34, 42]),
)
def test_captions_keep_the_limits_whatever_is_said_and_however_fast(
    words: list[tuple[str, float, float]], stretches: int, *, word_by_word: bool, columns: int
) -> None:
    spoken = said(words, stretches)
    end_frame = end_of(spoken)
    cues = captions.cues(
        spoken, end_frame=end_frame, word_by_word=word_by_word, line_columns=columns
    )
    check_limits(cues, end_frame)
    written = [word.text for cue in cues for word in cue.words]
    whole = [part for text, *_ in words for part in wording.parts(text)]
    assert written == whole[: len(written)]
    # All of it where there is time for all, some of it being lost between captions.
    if end_frame >= 60 + 2 * wording.columns(wording.joined(whole)):
        assert written == whole


@pytest.mark.parametrize("word_by_word", [True, False])
@pytest.mark.parametrize("letters", range(25, 61, 5))
def test_a_long_word_spoken_fast_reaches_into_the_time_of_its_neighbours(
    letters: int, *, word_by_word: bool
) -> None:
    long = DONAU[:letters]
    words = [("Hear", 0.3, 0.0), ("this:", 0.4, 0.1), (long, letters / 32, 0.05)]
    spoken = said(
        [*words, *[(text, 0.45, 0.1) for text in ["and", "all", "of", "it", "is", "yours."]]]
    )
    cues = captions.cues(
        spoken, end_frame=end_of(spoken), word_by_word=word_by_word, line_columns=26
    )
    check_limits(cues, end_of(spoken))
    assert f"this: {long} and" in wording.joined(w.text for cue in cues for w in cue.words)
    # What follows is late by about as many frames as the word has letters, which takes 1.5 each.
    heard = {w.text: round(30 * w.start_seconds) for each in spoken for w in each.words}
    for cue in cues:
        first = cue.words[0].text
        assert abs(cue.start_frame - heard.get(first, cue.start_frame)) <= letters


def test_a_word_longer_than_a_line_is_parted_where_its_syllables_begin() -> None:
    parts = wording.parts(DONAU[:60])
    assert [wording.plain(part) for part in parts] == [
        "Donaudampfschiff-", "fahrtselektrizitäten-", "hauptbetriebswerk-", "bauunte",
    ]  # fmt: skip
    assert wording.joined(parts) == DONAU[:60]
    thai = wording.parts(LONG[8])
    assert "".join(wording.plain(part) for part in thai) == LONG[8]
    assert wording.joined(thai) == LONG[8]
    assert wording.parts(LONG[7])[:2] == ["高級", "ワイヤレスヘッドホン"]
    address = wording.parts(LONG[6])
    assert "".join(wording.plain(part) for part in address) == LONG[6]  # no hyphen of ours in it
    assert wording.parts("Kraftfahrzeughaftpflichtversicherung") == [LONG[0]]


@pytest.mark.parametrize(
    ("word", "parted"),
    [
        ("kontakt@donaudampfschifffahrtsgesellschaft.example", "kontakt@|donaudampfschiff|fahrts"),
        (
            "毎朝焼きたてのコーヒーをご自宅までお届けしますご注文ください",
            "をご自宅まで|お届けします|ご注文",
        ),
        # neither a price nor an address, nor what is counted
        (
            "今朝焙煎したばかりのコーヒー豆を、今夜のカップへ。初回限定1,980円、送料無料でお届けします。",
            "カップへ。|初回限定1,980円、|送料無料で",
        ),
        (
            "今天早上新鲜烘焙的咖啡豆，今晚就送到您的杯中。首单只要99元，立即访问northwind.example下单！",
            "今天早上新鲜烘焙的|咖啡豆，|今晚就送到您的杯中。|首单只要99元，|立即访问|northwind.example",
        ),
        (
            "ราคาเพียงสองร้อยเก้าสิบเก้าบาทหรือประมาณ8.99ดอลลาร์ต่อเดือนเท่านั้นในวันนี้",
            "8.99",
        ),
        ("កាហ្វេស្រស់ៗរាល់ព្រឹកដឹកជញ្ជូនដល់ផ្ទះរបស់អ្នកក្នុងតម្លៃពិសេស", "|ជញ្ជូនដល់ផ្ទះរបស់អ្នកក្នុង|"),
    ],
)
def test_a_word_longer_than_a_line_is_parted_as_its_readers_would(word: str, parted: str) -> None:
    parts = wording.parts(word)
    assert parted in "|".join(part.rstrip(wording.OPEN) for part in parts)
    assert wording.joined(parts) == word


def test_of_a_sentence_that_the_card_cuts_off_no_first_word_is_shown() -> None:
    spoken = said(
        [
            (w, 0.4, 0.0)
            for w in ["It", "finds", "you.", "Discover", "the", "new", "Oranj", "today."]
        ]
    )
    end = round(spoken[0].words[4].start_seconds * 30)
    shown = [w.text for cue in captions.cues(spoken, end_frame=end, word_by_word=False)
             for w in cue.words]  # fmt: skip
    assert shown == ["It", "finds", "you."]
    brief = said([(w, 0.4, 0.0) for w in ["It", "finds", "you.", "Discover", "Oranj."]])
    shown = [w.text for cue in captions.cues(brief, end_frame=end, word_by_word=False)
             for w in cue.words]  # fmt: skip
    assert shown == ["It", "finds", "you."]
    later = round(spoken[0].words[7].start_seconds * 30)
    kept = [w.text for cue in captions.cues(spoken, end_frame=later, word_by_word=False)
            for w in cue.words]  # fmt: skip
    assert kept[3:] == ["Discover", "the", "new", "Oranj"]


def test_no_part_of_a_word_ends_with_an_open_bracket() -> None:
    parts = wording.parts("送料無料、しかもポイント10％還元！（税込）￥1,980〜〒100-0001㈱北風")
    assert not any(part.rstrip(wording.OPEN).endswith("（") for part in parts)


def test_a_bracket_keeps_its_particle() -> None:
    parts = wording.parts(
        "夜の珈琲専門店「風」へ毎日焙煎したての豆をお届けします今だけ送料無料です"
    )
    assert [part.rstrip(wording.OPEN) for part in parts[:2]] == ["夜の珈琲専門店", "「風」へ"]


def test_a_parted_word_is_whole_in_files_and_in_the_picture() -> None:
    spoken = said([("Die", 0.3, 0.0), (DONAU[:60], 4.0, 0.0), ("wirbt.", 0.4, 0.0)])
    cues = captions.cues(spoken, end_frame=200, word_by_word=True)
    found = subtitles.parse(subtitles.to_srt(cues))
    read = " ".join(line for each in found for line in each.lines)
    assert read.replace("- ", "") == f"Die {DONAU[:60]} wirbt."
    vtt = [each.lines for each in subtitles.parse(subtitles.to_vtt(cues))]
    assert vtt == [each.lines for each in found]
    assert not any(mark in subtitles.to_ass(cues, 720, 1280) for mark in wording.MARKS)
    for cue in cues:
        assert CaptionArt.of(cue, 360, 640).lines <= 2


@pytest.mark.parametrize(
    "text",
    [
        "오늘 아침에 볶은 원두를 드립니다",
        "ราคา 299 บาทเท่านั้น สั่งซื้อเลย",
        "ကော်ဖီပါသည်။ ယခုမှာယူပါ။",
        "今朝、焙煎した豆。",
    ],
)
def test_words_stand_apart_in_files_and_in_the_picture_as_they_were_written(text: str) -> None:
    spoken = said([(word, 0.5, 0.0) for word in text.split()])
    cues = captions.cues(spoken, end_frame=300, word_by_word=False)
    (found,) = subtitles.parse(subtitles.to_srt(cues))
    assert " ".join(found.lines) == text
    (cue,) = cues
    whole = evolve(cue, words=(evolve(cue.words[0], text=text),))
    shown, one = (CaptionArt.of(each, 1280, 720).box for each in (cue, whole))
    assert abs(shown.width - one.width) <= 2


def test_a_file_leaves_no_word_out_even_where_nobody_can_read_as_fast() -> None:
    words = ("Northwind's noise-cancelling headphones everywhere you are today. " * 5).split()
    spoken = said([(word, len(word) / 26, 0.0) for word in words], 3)
    end_frame = end_of(spoken)
    shown = captions.cues(spoken, end_frame=end_frame, word_by_word=False)
    check_limits(shown, end_frame)
    assert len([w for cue in shown for w in cue.words]) < len(words)  # a film's are left out
    found = captions.cues(spoken, end_frame=end_frame, word_by_word=False, whole=True)
    assert [w.text for cue in found for w in cue.words] == words
    read = [wording.columns(line) for each in subtitles.shown(found) for line in each.lines]
    assert max(read) <= 42
    speeds = [
        sum(map(wording.columns, each.lines)) * 30 / cue.frames
        for each, cue in zip(subtitles.shown(found), found, strict=True)
    ]
    assert max(speeds) <= 1.2 * min(speeds)
    for left, right in pairwise(found):
        assert left.start_frame + left.frames <= right.start_frame
    assert found[-1].start_frame + found[-1].frames <= end_frame


def order(text: str, captioned: CaptionStyle) -> tuple[AdSpec, Plan]:
    spec = AdSpec(prompt="p", duration_seconds=15, voice_id="v", captions=captioned)
    scenes = tuple(Scene(scene_index=i, description="x", duration_seconds=6.0) for i in range(3))
    plan = Plan(segments=(Segment(text=text, scene_index=0),), scenes=scenes)
    return spec, derive.complete(spec, plan)


def test_more_than_can_be_read_in_the_whole_ad_is_refused_by_the_order() -> None:
    text = " ".join(["Kraftfahrzeughaftpflichtversicherung"] * 9)
    spec, plan = order(text, CaptionStyle.PHRASE)
    with pytest.raises(InvalidRequestError) as refused:
        faults.check(spec, plan)
    (told,) = refused.value.field_errors["plan.voiceover_segments"]
    assert "332 characters in 15 s" in told
    assert "300" in told
    assert '"off"' in told
    faults.check(evolve(spec, captions=CaptionStyle.OFF), plan)
    faults.check(*order(text[: 8 * 37], CaptionStyle.WORD))


@pytest.mark.parametrize(
    ("columns", "captioned"),
    [
        # with its sentence
        (42, ["Coffee that wakes you up.", "Roasted this very morning."]),
        (42, ["He said: “Taste it, please.”", "All of us did it at once."]),
        # with its clause
        (26, ["When mornings come too early,", "our coffee is already warm."]),
        # not with a word that leans on the next one
        (26, ["It is made for the people who live in the city",
              "and for all of the friends they have at home"]),
        # nor within an abbreviation, or before what an ordinal counts
        (26, ["Ab 4,90 Euro, z. B. am 3. Mai,", "bei Dr. Müller um die Ecke."]),
        # nor for every single word
        (42, ["Fresh. Bold. Yours."]),
    ],
)  # fmt: skip
def test_a_caption_ends_where_one_breathes(columns: int, captioned: list[str]) -> None:
    spoken = said([(word, 0.35, 0.0) for word in " ".join(captioned).split()])
    cues = captions.cues(
        spoken, end_frame=end_of(spoken) + 15, word_by_word=False, line_columns=columns
    )
    assert [wording.joined(w.text for w in cue.words) for cue in cues] == captioned


def test_a_caption_waits_for_no_slow_speaker() -> None:
    spoken = said([(word, 2.5, 0.0) for word in ["Slow", "words", "that", "take", "their", "time"]])
    cues = captions.cues(spoken, end_frame=end_of(spoken), word_by_word=False)
    assert [len(cue.words) for cue in cues] == [2, 2, 2]  # three would take seven seconds


def test_words_that_light_up_stand_on_one_short_line() -> None:
    text = "Silence the noise around you and hear every single note of it all day long at home"
    spoken = said([(word, 0.35, 0.0) for word in text.split()])
    cues = captions.cues(spoken, end_frame=end_of(spoken) + 15, word_by_word=True)
    widths = [wording.columns(wording.joined(w.text for w in cue.words)) for cue in cues]
    assert max(widths) <= 26
    assert min(widths) >= 8
