"""
What is written while it is spoken: cues of at most two lines, broken where one breathes.

**Owns** which words share a caption. **Does not own** how they are written (`wording`) and when
they are shown (`timing`). **Invariants**: 42 columns a line (a full-width character takes two),
20 characters a second, 0.8 s at least, whatever the speech; two frames apart where there is
time. What can't be read before the captions must end is not written.

Start at `cues`.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core.plans import wording
from ars0n_core.plans.conform import timing
from ars0n_core.timelines import FRAME_RATE, Cue, CueWord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ars0n_core.plans.conform.speech import Utterance

CUE_FRAMES_MAX: Final = 6 * FRAME_RATE

_WORD_BY_WORD_COLUMNS: Final = 26  # one short line: the eye stays where the word lights up
_HASTE: Final = 8.0  # what it costs to read twice as fast as one can
_ASTRIDE: Final = 8.0  # what it costs to be spoken over a whole join
_HURRIED: Final = 20.0  # what it costs to be gone before it is read: nothing costs more
_TORN: Final = 3.0  # what it costs to end within a word
_ALONE: Final = 0.8  # what it costs to be a single word
_TWO_SENTENCES: Final = 2.0  # what it costs to end a sentence and begin another
_PAUSE_SECONDS: Final = 0.15  # no voice is silent as long within an abbreviation
_CLAUSE_ENDS: Final = ",;:、，；：،—–-"
_OPENERS: Final = frozenset("«‹“„‘([{¿¡")
_SAID: Final = frozenset("&+=@")  # signs that are words


@frozen
class _Heard:
    text: str
    start_seconds: float
    end_seconds: float


@frozen
class _Form:
    """
    How captions are written: word by word or not, in lines of how many columns, and in two
    rather than over a whole one of ``joins``.
    """

    word_by_word: bool
    columns: int
    joins: tuple[tuple[int, int], ...] = ()

    @property
    def ideal(self) -> int:
        """
        The width of a caption that is neither cramped nor lost.
        """
        return 16 if self.word_by_word else self.columns


def cues(
    spoken: Sequence[Utterance],
    *,
    end_frame: int,
    word_by_word: bool,
    line_columns: int = wording.LINE_COLUMNS,
    joins: Sequence[tuple[int, int]] = (),
    whole: bool = False,
) -> tuple[Cue, ...]:
    """
    Return the captions of *spoken*, all of them before *end_frame*, in lines of at most
    *line_columns*: as many as the picture's width shows at a size that can be read.

    While one picture gives way to the next (*joins*: first frame, and the first after) none is
    shown, as far as there is time to read it before or after. What is spoken faster than it can
    be read is shown some time before and after it is heard; where *end_frame* leaves no time for
    that, captions are fuller, and the last words are not written; or, if it must be *whole*, all
    are shown for the same part of the time that they take.
    """
    form = _Form(word_by_word, min(line_columns, wording.LINE_COLUMNS), tuple(joins))
    heard = [_before(_heard(utterance, form.columns), end_frame) for utterance in spoken]
    found = _cues([part for words in heard for part in _break(words, form)], form)
    timed = timing.lent(found, end_frame)
    if timed is None:
        spoken_words = [word for words in heard for word in words]
        timed = _hurried(found, spoken_words, form, end_frame, whole=whole)
    for first, after in joins:
        timed = [timing.clear_of(cue, first, after) for cue in timed]
    return tuple(timing.within(cue) for cue in timed)


def _before(words: Sequence[_Heard], end_frame: int) -> Sequence[_Heard]:
    """
    Return those of *words* that begin before *end_frame*; but of a sentence of which most is said
    later, or all but a word, nothing: a lone *Discover* is no caption.
    """
    kept = sum(_frame(word.start_seconds) < end_frame for word in words)
    ends = [n for n, word in enumerate(words, 1) if wording.ends_sentence(word.text)]
    first = max((n for n in ends if n <= kept), default=0)
    last = min((n for n in ends if n > kept), default=len(words))
    if kept < last:
        begun, whole = _written(words[first:kept]), _written(words[first:last])
        if kept - first == 1 or 2 * wording.columns(begun) < wording.columns(whole):
            return words[:first]
    return words[:kept]


def _hurried(
    found: Sequence[Cue],
    words: Sequence[_Heard],
    form: _Form,
    end_frame: int,
    *,
    whole: bool,
) -> list[Cue]:
    """
    Return captions of *words*, spoken faster than they can be read: as they were *found*, or
    broken over what parts one text from another where those are less out of step.
    """
    attempts: list[tuple[int, int, list[Cue]]] = []
    for tried in (found, _cues(_break(words, form), form)):
        spread = timing.spread(tried, end_frame)
        if spread is not None:
            attempts.append((timing.out_of_step(tried, spread), len(attempts), spread))
    if attempts:
        return min(attempts)[-1]
    full = _cues(_full(words, form, None if whole else end_frame), form)
    return timing.spread(full, end_frame, gap=0) or timing.squeezed(full, end_frame)


def _cues(parts: Sequence[Sequence[_Heard]], form: _Form) -> list[Cue]:
    return [_cue(part, highlighted=form.word_by_word) for part in parts]


def _heard(utterance: Utterance, line_columns: int) -> list[_Heard]:
    words: list[_Heard] = []
    for word in utterance.words:
        start = utterance.heard_seconds(word.start_seconds)
        end = max(utterance.heard_seconds(word.end_seconds), start)
        parts = wording.parts(word.text, line_columns)
        wide = [max(wording.columns(part), 1) for part in parts]
        each = (end - start) / max(sum(wide), 1)
        for i, part in enumerate(parts):
            begun = start + sum(wide[:i]) * each
            words.append(_Heard(part, begun, begun + wide[i] * each))
    return _with_marks(words)


def _with_marks(words: Sequence[_Heard]) -> list[_Heard]:
    """
    Return *words*, those that are only marks (French sets a space before its own) joined to what
    they belong to: none is lit by itself or parted from it.
    """
    joined: list[_Heard] = []
    opening: list[_Heard] = []
    for word in words:
        is_mark = not any(char.isalnum() or char in _SAID for char in word.text)
        if is_mark and joined and not _OPENERS.issuperset(word.text):
            joined[-1:] = _one([joined[-1], *opening, word])
            opening = []
        elif is_mark:
            opening.append(word)
        else:
            joined += _one([*opening, word])
            opening = []
    if opening:
        joined[-1:] = _one([*joined[-1:], *opening])
    return joined


def _one(words: Sequence[_Heard]) -> Sequence[_Heard]:
    """
    Return *words* as one, if a line has room for it.
    """
    text = "\u00a0".join(word.text for word in words)
    if len(words) == 1 or wording.columns(text) > _WORD_BY_WORD_COLUMNS:
        return words
    return [_Heard(text, words[0].start_seconds, words[-1].end_seconds)]


def _break(words: Sequence[_Heard], form: _Form) -> list[Sequence[_Heard]]:
    """
    Return *words* in captions: the partition of least cost, found from the front.
    """
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        choices = []
        for start in range(end - 1, -1, -1):
            part = words[start:end]
            if start < end - 1 and not _is_legal(part, form):
                break
            following = words[end].start_seconds if end < len(words) else None
            cost = best[start][0] + _cost(part, form, following)
            choices.append((cost, start))
        best.append(min(choices))
    parts: list[Sequence[_Heard]] = []
    end = len(words)
    while end:
        start = best[end][1]
        parts.append(words[start:end])
        end = start
    return parts[::-1]


def _full(words: Sequence[_Heard], form: _Form, most: int | None) -> list[Sequence[_Heard]]:
    """
    Return *words* in captions that together take the least time to read: as many as can be read
    in *most* frames, if that is given.
    """
    best: list[tuple[int, int]] = [(0, 0)]
    for end in range(1, len(words) + 1):
        choices = []
        for start in range(end - 1, -1, -1):
            part = words[start:end]
            if start < end - 1 and _lines(part, form.columns) > wording.LINES_MAX:
                break
            frames = timing.needed([word.text for word in part])
            choices.append((best[start][0] + frames, start))
        best.append(min(choices))
    # Half a word tells nothing.
    whole = [0, *(n for n, word in enumerate(words, 1) if not word.text.endswith(wording.MARKS))]
    end = max(n for n in whole if most is None or best[n][0] <= most)
    parts: list[Sequence[_Heard]] = []
    while end:
        start = best[end][1]
        parts.append(words[start:end])
        end = start
    return parts[::-1]


def _is_legal(part: Sequence[_Heard], form: _Form) -> bool:
    seconds = part[-1].end_seconds - part[0].start_seconds
    if seconds * FRAME_RATE > CUE_FRAMES_MAX:
        return False
    if form.word_by_word:
        return wording.breadth(_written(part)) <= _WORD_BY_WORD_COLUMNS
    return _lines(part, form.columns) <= wording.LINES_MAX


def _written(part: Sequence[_Heard]) -> str:
    return wording.joined(word.text for word in part)


def _lines(part: Sequence[_Heard], most: int) -> int:
    lines, line = 1, ""
    for word in part:
        longer = wording.joined([line, word.text]) if line else word.text
        if line and wording.breadth(longer) > most:
            lines, line = lines + 1, word.text
        else:
            line = longer
    return lines


def _cost(part: Sequence[_Heard], form: _Form, following: float | None) -> float:
    """
    Return how bad *part* would be as a caption, *following* being when the next word starts.
    """
    width = wording.columns(_written(part))
    seconds = max(part[-1].end_seconds - part[0].start_seconds, 0.01)
    cost = 1.0 + abs(width - form.ideal) / form.ideal
    cost += max(timing.CUE_FRAMES_MIN / FRAME_RATE - seconds, 0.0) * 2
    until = part[-1].end_seconds + timing.LINGER_FRAMES / FRAME_RATE
    if following is not None and following - until < timing.CHAIN_FRAMES / FRAME_RATE:
        until = following - timing.GAP_FRAMES / FRAME_RATE
    shown = max(until - part[0].start_seconds, 0.01)
    cost += max(width / shown / wording.COLUMNS_PER_SECOND_MAX - 1.0, 0.0) * _HASTE
    if following is not None:
        room = following - part[0].start_seconds - timing.GAP_FRAMES / FRAME_RATE
        cost += _HURRIED if room < timing.CUE_FRAMES_MIN / FRAME_RATE - 1e-6 else 0.0
    cost += _ALONE if len(part) == 1 else 0.0
    if following is not None:
        tail = part[-1].text.rstrip(wording.CLOSERS)[-1:]
        is_end = _ends(part[-1], following)
        cost += 0.0 if is_end else 0.5 if tail in _CLAUSE_ENDS else 1.5
        cost += _TORN if tail in wording.MARKS else 0.0
        leans = part[-1].text.lower() in _CLINGING or wording.is_abbreviated(part[-1].text)
        cost += 1.0 if leans and not is_end else 0.0
    begun = _frame(part[0].start_seconds)
    said = math.ceil(part[-1].end_seconds * FRAME_RATE - 1e-6)
    # What begins or ends by the width of a frame or two on the other side can be shown on one.
    cost += sum(
        _ASTRIDE
        for first, after in form.joins
        if begun < first - timing.LAG_FRAMES_MAX and after + timing.EARLY_FRAMES_MAX < said
    )
    inside = sum(_ends(one, other.start_seconds) for one, other in itertools.pairwise(part))
    return cost + inside * _TWO_SENTENCES


def _ends(word: _Heard, following: float) -> bool:
    """
    Whether a sentence ends with *word*, the next one being *following*: with what may be an
    abbreviation (z. B. am 3. Mai) only where the voice pauses.
    """
    if not wording.ends_sentence(word.text):
        return False
    return not wording.is_abbreviated(word.text) or following - word.end_seconds >= _PAUSE_SECONDS


_CLINGING: Final = frozenset(
    ["a", "an", "and", "are", "at", "by", "for", "from", "in", "is", "my", "of", "on", "or",
     "our", "that", "the", "their", "this", "to", "we", "what", "who", "with", "you", "your"]
)  # fmt: skip
"""
English words that lean on the next one: no caption should end with them.
"""


def _frame(seconds: float) -> int:
    return math.floor(seconds * FRAME_RATE + 1e-6)


def _cue(part: Sequence[_Heard], *, highlighted: bool) -> Cue:
    words: list[CueWord] = []
    for word in part:
        start = _frame(word.start_seconds)
        end = max(math.ceil(word.end_seconds * FRAME_RATE - 1e-6), start + 1)
        if words and words[-1].start_frame + words[-1].frames > start:
            words[-1] = evolve(words[-1], frames=max(start - words[-1].start_frame, 1))
        words.append(CueWord(text=word.text, start_frame=start, frames=end - start))
    start, end = words[0].start_frame, words[-1].start_frame + words[-1].frames
    return Cue(words=tuple(words), start_frame=start, frames=end - start, highlighted=highlighted)
