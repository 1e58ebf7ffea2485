"""
How much can be said and shown in the time: the word budget, what is sure not to fit, and
how far speech and footage give way.

Scripts that put spaces between words are counted by words, the others by characters,
each worth the part of a word that takes as long to say; figures by the words they are said
in (`figures`), so that "555-123-4567" is ten words, not one.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.plans import figures, wording
from ars0n_core.specs.model import AdFormat, CaptionStyle

if TYPE_CHECKING:
    from ars0n_core.plans.model import Plan
    from ars0n_core.specs.model import AdSpec

WORDS_PER_SECOND: Final = 2.4
"""
An unhurried commercial read (144 words a minute).
"""

WORDS_PER_SECOND_FASTEST: Final = 3.4
"""
Faster than any narrator we order from speaks unasked (204 words a minute).
"""

LETTERS_PER_SECOND_FASTEST: Final = 24.0
"""
The same for long words: about seven letters a word at the fastest rate.
"""

STRETCH_MAX: Final = 1.15
"""
How much speech may be quickened to fit.
"""

END_CARD_SECONDS: Final = 3
"""
How long the end card stands, about.
"""

SPEED_MIN: Final = 0.9
"""
How far footage may be slowed before it shows.
"""

CARD_FRAMES_MIN: Final = 75
CARD_FRAMES: Final = 90
CARD_FRAMES_MAX: Final = 120
"""
How long the end card stands: 2.5 s at least, 3 s if nothing asks otherwise, 4 s at most.
"""

_WORDS_A_DIGIT: Final = 0.5
# The least a digit takes, in any language: 2026 is said in two quick words, or four short ones.

_WORDS_PER_CHARACTER: Final = (
    # first, last, part of a word: syllables a character over syllables a word
    (0x0E00, 0x0EFF, 0.22),  # Thai, Lao
    (0x1000, 0x109F, 0.22),  # Burmese
    (0x1780, 0x17FF, 0.22),  # Khmer
    (0x3040, 0x30FF, 0.33),  # kana: one mora each
    (0x3400, 0x4DBF, 0.55),  # Han
    (0x4E00, 0x9FFF, 0.55),
    (0xAC00, 0xD7AF, 0.40),  # Hangul syllables
    (0xF900, 0xFAFF, 0.55),
    (0xFF66, 0xFF9D, 0.33),  # half-width kana
    (0x20000, 0x3FFFF, 0.55),
)


def words_max(spec: AdSpec) -> int:
    """
    Return how many words the script of *spec* should have at most, so that the end card
    can stand free. Narrated custom clips bring their own time and words.
    """
    has_card = spec.ad_format is AdFormat.VIDEO and spec.has_end_card
    seconds = spec.duration_seconds - (END_CARD_SECONDS if has_card else 0)
    return math.floor(WORDS_PER_SECOND * seconds)


def count_words(text: str) -> int:
    """
    Return how many words' time it takes to say *text*, in any script.

    >>> count_words("Hear it all - today."), count_words("音を聴く。"), count_words("...")
    (4, 2, 0)
    >>> count_words("Only $9.99: call 555-123-4567")
    17
    """
    measure = _measure(text)
    return math.ceil(measure.plain + measure.figures + measure.unspaced - 1e-9)


def speech_seconds_min(text: str) -> float:
    """
    Return a time in which *text* can't be spoken without being quickened.
    """
    measure = _measure(text)
    by_words = measure.spaced / WORDS_PER_SECOND_FASTEST
    by_letters = measure.letters / LETTERS_PER_SECOND_FASTEST
    return max(by_words, by_letters) + measure.unspaced / WORDS_PER_SECOND_FASTEST


def seconds_available(spec: AdSpec) -> float:
    """
    Return how long the ad is: its duration and, in a film, its custom clips.
    """
    if spec.ad_format is AdFormat.RADIO:
        return float(spec.duration_seconds)
    return spec.duration_seconds + sum(clip.duration_seconds for clip in spec.custom_clips)


def fits(spec: AdSpec, plan: Plan) -> str | None:
    """
    Return why the narration is sure to be too long for the ad, or None if it may fit.

    Nothing is claimed that a fast narrator could disprove: what may fit is tried.
    """
    texts = [segment.text for segment in plan.segments]
    if spec.ad_format is AdFormat.VIDEO:
        texts += [clip.voiceover_text or "" for clip in spec.custom_clips]
    needed = sum(map(speech_seconds_min, texts)) / STRETCH_MAX
    available = seconds_available(spec)
    if needed <= available + 1e-9:  # what fits on paper must not fail by a rounding
        return None
    words = sum(map(count_words, texts))
    words_fit = math.floor(available * WORDS_PER_SECOND)
    return (
        f"The narration is too long: {words} words take at least {needed:.1f} s to say, "
        f"and the ad is {available:g} s long; about {words_fit} words fit"
    )


def reads(spec: AdSpec, plan: Plan) -> str | None:
    """
    Return why the captions that were ordered are sure to be too quick to be read, or None.

    That is so where the whole ad is too short for it, however evenly it is spoken.
    """
    if spec.ad_format is not AdFormat.VIDEO or spec.captions is CaptionStyle.OFF:
        return None
    texts = [segment.text for segment in plan.segments]
    texts += [clip.voiceover_text or "" for clip in spec.custom_clips]
    written = sum(wording.columns(wording.joined(wording.parts(text))) for text in texts)
    available = seconds_available(spec)
    most = math.floor(available * wording.COLUMNS_PER_SECOND_MAX)
    if written <= most:
        return None
    return (
        f"The captions can't be read: {written} characters in {available:g} s, and at most "
        f"{wording.COLUMNS_PER_SECOND_MAX} a second can be ({most}); shorten the texts, or order "
        f'captions "off"'
    )


def footage_frames_shown_max(frames: int) -> int:
    """
    Return for how many frames *frames* of footage can be shown: slowed by a tenth.

    >>> footage_frames_shown_max(180)
    200
    """
    return frames * 10 // 9


@frozen(kw_only=True)
class _Measure:
    """
    What there is to say of a text: ``plain`` words and the words of its ``figures``, ``unspaced``
    scripts as a part of words; and for what is sure, ``spaced`` words as few as a figure can be
    said in, in any language, and the ``letters`` of all.
    """

    plain: float
    figures: float
    unspaced: float
    spaced: float
    letters: int


def _measure(text: str) -> _Measure:
    plain = said = unspaced = spaced = 0.0
    letters = 0
    names_are_shouted = text.isupper()
    for written in text.replace("\N{EM DASH}", " ").split():
        is_figure = figures.is_figure(written)
        for chunk in written.replace("-", " ").split():
            size, part, digits = _characters(chunk)
            letters += size
            unspaced += part
            if size:
                spaced += max(1.0, digits * _WORDS_A_DIGIT)
            if size and not is_figure:
                spelled = not names_are_shouted and figures.are_initials(chunk)
                plain += max(1.0, size * figures.LETTER) if spelled else 1.0
        said += figures.words(written) if is_figure else 0.0
    return _Measure(plain=plain, figures=said, unspaced=unspaced, spaced=spaced, letters=letters)


def _characters(chunk: str) -> tuple[int, float, int]:
    """
    Return how many spaced letters, digits and named signs *chunk* has, its unspaced scripts' part
    in words, and how many digits.
    """
    size = digits = 0
    unspaced = 0.0
    for character in chunk:
        part = _part_of_word(character)
        if part:
            unspaced += part
        elif unicodedata.category(character)[0] in "LN" or character in "%&+$€£¥":
            size += 1
            digits += character.isdecimal()
    return size, unspaced, digits


def _part_of_word(character: str) -> float:
    code = ord(character)
    if code < _WORDS_PER_CHARACTER[0][0] or unicodedata.category(character)[0] not in "LM":
        return 0.0
    return next((part for first, last, part in _WORDS_PER_CHARACTER if first <= code <= last), 0.0)
