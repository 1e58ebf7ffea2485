"""
What is a word, what is said for it, and what can't be spoken at all: pure, no engine.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ars0n_adapters.providers.offline import readings


def written(text: str) -> list[str]:
    return [token.written for token in readings.tokens(text) if token.written]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Wow 🔥🔥 only $39.99 — today!", ["Wow", "only", "$39.99", "today!"]),
        ("sale🔥ends", ["sale", "ends"]),
        ("👨‍👩‍👧 family 1️⃣ first", ["family", "1", "first"]),
        ("Tea & Co. - since 1999", ["Tea", "&", "Co.", "since", "1999"]),
        ("two\nlines", ["two", "lines"]),
        ("ｆｕｌｌ 𝗕𝗼𝗹𝗱 café", ["ｆｕｌｌ", "𝗕𝗼𝗹𝗱", "café"]),
        ("Brand™ ™ wins", ["Brand™", "wins"]),
        ("... hm ...", ["hm"]),
        ("sushi 寿司 bar", ["sushi", "bar"]),
        ("now 20 % off, 9.99 € each", ["now", "20%", "off,", "9.99€", "each"]),
        ("Le café : prêt ?", ["Le", "café :", "prêt ?"]),
    ],
)
def test_words_are_as_written_without_emoji_and_loose_symbols(text: str, words: list[str]) -> None:
    assert written(text) == words


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("Dr. Fox met J. K. Rowling. Fine.", ["Dr. Fox met J. K. Rowling.", "Fine."]),
        ("It costs $3.50 today. Buy", ["It costs $3.50 today.", "Buy"]),
        ("Wait ... for it", ["Wait", "for it"]),
        ("He said “Go.” Then left", ["He said “Go.”", "Then left"]),
        ("See no. 5 now", ["See no. 5 now"]),
    ],
)
def test_sentences_end_where_a_reader_would_breathe(text: str, sentences: list[str]) -> None:
    assert [
        " ".join(token.written for token in chunk.tokens) for chunk in readings.chunks(text)
    ] == sentences


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("www.fox-tea.com", "W W W dot fox dash tea dot com"),
        ("https://fox.io/shop.", "fox dot io slash shop."),
        ("hi@fox.co!", "hi at fox dot co!"),
        ("10€,", "10 euros,"),
        ("$5 million", "5 million dollars"),
        ("24/7,", "24 7,"),
        ("4111111111111111", " ".join("4111111111111111")),
        ("[Shop](/sˈA/)", "Shop (/sA/)"),
        ("No. Never", "No . Never"),
        ("$29/month, €5/hr", "$29 a month, €5 an hour"),
        ("A 36h battery lasts 36h.", "A 36 hour battery lasts 36 hours."),
        ("15W charger, 22 dB", "15 watt charger, 22 decibels"),
        ("60 m² or 60m²", "60 square meters or 60 square meters"),
        ("10am-4pm", "10 AM to 4pm"),
        ("from 9 am to noon", "from 9 AM to noon"),
        ("Mon-Fri", "Monday to Friday"),
        ("20-30% off", "20 to 30% off"),
        ("555-0134", "555-0134"),
        ("4K, 10x, 50k", "4K, 10 times, 50 thousand"),
        # no digit of a telephone number is lost or run together with its neighbour
        ("Call 1-800-555-0199, now", "Call 1, 800, 5 5 5, 0 1 9 9, now"),
        ("+1-555-123-4567", "plus 1, 5 5 5, 1 2 3, 4 5 6 7"),
        ("Call 555-123-4567.", "Call 555-123-4567 ."),
        ("(Open 9-5.) Half: 1/2.", "(Open 9-5 .) Half: 1/2 ."),
        ("+44 20 7946 0958.", "+44 20 7946 0 9 5 8."),
        ("0800-1234567", "0 8 0 0, 1 2 3 4 5 6 7"),
        ("030/12345678", "0 3 0, 1 2 3 4 5 6 7 8"),
        ("no. 5551234567", "no. 5 5 5 1 2 3 4 5 6 7"),
        ("agent 007", "agent 0 0 7"),
        # what has as many digits and is no number to call
        ("2026-12-01, 05/06/2026, 192.168.0.1", "2026-12-01, 05/06/2026, 192.168.0.1"),
        ("12:05, 0.5%, 1/6, 1000000", "12:05, 0.5%, 1/6, 1000000"),
        ("94110-94114", "94110 to 94114"),
        ("10 000 people", "10 thousand people"),
        # prices and dates of Europe
        ("19,99 €", "€19.99"),
        ("1.299,00€ / 499,- €", "1299 euros 499 euros"),
        ("12,5 kg", "12.5 kg"),
        ("$1,299.00", "$1,299"),
        ("31.07.2026", "July 31st, 2026"),
        ("14.-16.09.2026", "September 14th to 16th, 2026"),
        ("31/08/26", "August 31st, 2026"),
        ("v1.2.3, 45.13.2026", "v1.2.3, 45.13.2026"),
        # spans
        ("$149-$299/week", "$149 to $299 a week"),
        ("3.75%-12.99%", "3.75% to 12.99%"),
        ("8:30-16:45", "8:30 to 16:45"),
        ("2560x1600", "2560 by 1600"),
    ],
)
def test_what_is_said_for_what_is_written(text: str, said: str) -> None:
    assert " ".join(token.said.replace("ˈ", "") for token in readings.tokens(text)) == said


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("こんにちは、世界", "Hiragana"),
        ("寿司専門店", "Han"),
        ("مرحبا بالعالم", "Arabic"),
        ("Привет, мир", "Cyrillic"),
        ("नमस्ते दुनिया", "Devanagari"),
        ("안녕하세요 여러분", "Hangul"),
        ("新しい iPhone が登場しました", "Hiragana"),
    ],
)
def test_a_text_in_another_script_is_refused_by_name(text: str, script: str) -> None:
    reason = readings.speakable(text)
    assert reason is not None
    assert script in reason
    assert "provider" in reason


@pytest.mark.parametrize("text", ["", "   ", "🔥🔥", "— … !", "\u200d"])
def test_a_text_without_words_says_so(text: str) -> None:
    reason = readings.speakable(text)
    assert reason is not None
    assert "no words" in reason
    assert not readings.has_words(text)


@pytest.mark.parametrize("text", ["Hi", "7", "$5", "&", "café", "Überall", "Fresh 寿司 all day"])
def test_what_can_be_spoken_gives_no_reason(text: str) -> None:
    assert readings.speakable(text) is None


@given(st.text(max_size=300))
def test_any_text_is_either_refused_or_has_words_in_bounded_chunks(text: str) -> None:
    chunks = readings.chunks(text)
    if readings.speakable(text) is None:
        assert chunks
        assert readings.has_words(text)
    assert [token for chunk in chunks for token in chunk.tokens if token.written] == [
        token for token in readings.tokens(text) if token.written
    ]
    for chunk in chunks:
        assert 1 <= len(chunk.tokens) <= readings.CHUNK_WORDS_MAX
        for token in chunk.tokens:
            assert len(token.written) <= readings.PIECE_CHARS_MAX
            assert not token.written or any(char.isalnum() for char in token.said)


def test_words_keep_the_order_of_the_text() -> None:
    text = "First, we said 3 things — then 4 more 🔥 (in www.fox.com). Done!"
    place = 0
    for word in written(text):
        place = text.index(word, place) + len(word)
