"""
What is written while it is spoken: cues of at most two lines, broken where one breathes.

The limits are those of broadcast subtitling: 42 columns a line (a full-width character
takes two), 20 characters a second where speech allows, 0.8 s at least, two frames apart.
"""

from __future__ import annotations

import math
import unicodedata
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_core.timelines import FRAME_RATE, Cue, CueWord

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ars0n_core.plans.conform.speech import Utterance

LINE_COLUMNS: Final = 42
LINES_MAX: Final = 2
COLUMNS_PER_SECOND_MAX: Final = 20
CUE_FRAMES_MIN: Final = 24
CUE_FRAMES_MAX: Final = 6 * FRAME_RATE
GAP_FRAMES: Final = 2

_WORD_BY_WORD_COLUMNS: Final = 26  # one short line: the eye stays where the word lights up
_LINGER_FRAMES: Final = 9  # how long a caption stays after its last word
_CHAIN_FRAMES: Final = 15  # shorter holes between captions would flicker
_LEAD_FRAMES_MAX: Final = 9  # how long before its first word a caption may stand
_LAG_FRAMES_MAX: Final = 6  # how long after it: more would read as out of step
_EARLY_FRAMES_MAX: Final = 4  # how long before its last word is over it may end at a join
_HASTE: Final = 8.0  # what it costs to read twice as fast as one can
_ASTRIDE: Final = 8.0  # what it costs to be spoken over a whole join
_HURRIED: Final = 20.0  # what it costs to be gone before it is read: nothing costs more
_ALONE: Final = 0.8  # what it costs to be a single word
_TWO_SENTENCES: Final = 2.0  # what it costs to end a sentence and begin another
_SENTENCE_ENDS: Final = ".!?…。！？؟।"
_CLAUSE_ENDS: Final = ",;:、，；：،—–-"
_CLOSERS: Final = "\"'”’»)」』"


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
    line_columns: int = LINE_COLUMNS,
    joins: Sequence[tuple[int, int]] = (),
) -> tuple[Cue, ...]:
    """
    Return the captions of *spoken*, all of them before *end_frame*, in lines of at most
    *line_columns*: as many as the picture's width shows at a size that can be read.

    A word that starts too late to be read before *end_frame* is not written. While one
    picture gives way to the next (*joins*: first frame, and the first after) none is shown,
    as far as there is time to read it before or after.
    """
    form = _Form(word_by_word, min(line_columns, LINE_COLUMNS), tuple(joins))
    found: list[Cue] = []
    for utterance in spoken:
        heard = [word for word in _heard(utterance) if _frame(word.start_seconds) < end_frame]
        found += [_cue(part, highlighted=word_by_word) for part in _break(heard, form)]
    timed = _time(found, end_frame)
    for first, after in joins:
        timed = [_clear_of(cue, first, after) for cue in timed]
    return tuple(_within(cue) for cue in timed)


def columns(text: str) -> int:
    """
    Return how many columns *text* takes: two for a full-width character, none for a mark.

    >>> columns("Hi!"), columns("音"), columns("é")
    (3, 2, 1)
    """
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


def joined(texts: Iterable[str]) -> str:
    """
    Return *texts* as one line: spaces between words, none between full-width characters.

    >>> joined(["Hear", "it."]), joined(["音を", "聴く"])
    ('Hear it.', '音を聴く')
    """
    line = ""
    for text in texts:
        glued = not line or (_is_wide(line[-1]) and _is_wide(text[:1]))
        line += text if glued else f" {text}"
    return line


def _heard(utterance: Utterance) -> list[_Heard]:
    words: list[_Heard] = []
    for word in utterance.words:
        start = utterance.heard_seconds(word.start_seconds)
        end = max(utterance.heard_seconds(word.end_seconds), start)
        parts = _pieces(word.text.strip())
        step = (end - start) / max(len(parts), 1)
        words += [
            _Heard(part, start + i * step, start + (i + 1) * step) for i, part in enumerate(parts)
        ]
    return words


def _pieces(text: str) -> list[str]:
    """
    Return *text* in pieces that fit on a line each; a script without spaces comes as
    one long word.
    """
    pieces: list[str] = []
    for word in text.split():
        piece = ""
        for character in word:
            # a mark belongs to the letter before it
            if columns(piece + character) > LINE_COLUMNS // 2 and columns(word) > LINE_COLUMNS:
                pieces.append(piece)
                piece = ""
            piece += character
        pieces.append(piece)
    return [piece for piece in pieces if piece]


def _is_wide(character: str) -> bool:
    return bool(character) and unicodedata.east_asian_width(character) in "WF"


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


def _is_legal(part: Sequence[_Heard], form: _Form) -> bool:
    seconds = part[-1].end_seconds - part[0].start_seconds
    if seconds * FRAME_RATE > CUE_FRAMES_MAX:
        return False
    if form.word_by_word:
        return columns(joined(word.text for word in part)) <= _WORD_BY_WORD_COLUMNS
    return _lines(part, form.columns) <= LINES_MAX


def _lines(part: Sequence[_Heard], most: int) -> int:
    lines, line = 1, ""
    for word in part:
        longer = joined([line, word.text]) if line else word.text
        if line and columns(longer) > most:
            lines, line = lines + 1, word.text
        else:
            line = longer
    return lines


def _cost(part: Sequence[_Heard], form: _Form, following: float | None) -> float:
    """
    Return how bad *part* would be as a caption, *following* being when the next word starts.
    """
    width = columns(joined(word.text for word in part))
    seconds = max(part[-1].end_seconds - part[0].start_seconds, 0.01)
    cost = 1.0 + abs(width - form.ideal) / form.ideal
    cost += max(CUE_FRAMES_MIN / FRAME_RATE - seconds, 0.0) * 2
    until = part[-1].end_seconds + _LINGER_FRAMES / FRAME_RATE
    if following is not None and following - until < _CHAIN_FRAMES / FRAME_RATE:
        until = following - GAP_FRAMES / FRAME_RATE
    shown = max(until - part[0].start_seconds, 0.01)
    cost += max(width / shown / COLUMNS_PER_SECOND_MAX - 1.0, 0.0) * _HASTE
    if following is not None:
        room = following - part[0].start_seconds - GAP_FRAMES / FRAME_RATE
        cost += _HURRIED if room < CUE_FRAMES_MIN / FRAME_RATE - 1e-6 else 0.0
    cost += _ALONE if len(part) == 1 else 0.0
    if following is not None:
        tail = part[-1].text.rstrip(_CLOSERS)[-1:]
        cost += 0.0 if tail in _SENTENCE_ENDS else 0.5 if tail in _CLAUSE_ENDS else 1.5
        bare = part[-1].text.lower()
        cost += 1.0 if bare in _CLINGING else 0.0
    begun = _frame(part[0].start_seconds)
    said = math.ceil(part[-1].end_seconds * FRAME_RATE - 1e-6)
    # What begins or ends by the width of a frame or two on the other side can be shown on one.
    cost += sum(
        _ASTRIDE
        for first, after in form.joins
        if begun < first - _LAG_FRAMES_MAX and after + _EARLY_FRAMES_MAX < said
    )
    inside = sum(1 for word in part[:-1] if word.text.rstrip(_CLOSERS)[-1:] in _SENTENCE_ENDS)
    return cost + inside * _TWO_SENTENCES


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


def _time(found: Sequence[Cue], end_frame: int) -> list[Cue]:
    """
    Return *found* with the ends moved: long enough to read, clear of the next caption.
    """
    timed: list[Cue] = []
    for i, cue in enumerate(found):
        start = max(cue.start_frame, timed[-1].start_frame + timed[-1].frames if timed else 0)
        if start >= end_frame:
            break
        end = max(cue.start_frame + cue.frames + _LINGER_FRAMES, start + CUE_FRAMES_MIN)
        if i + 1 < len(found):
            clear = found[i + 1].start_frame - GAP_FRAMES
            end = clear if clear - end < _CHAIN_FRAMES else end
        end = max(min(end, end_frame), start + 1)
        timed.append(evolve(cue, start_frame=start, frames=end - start))
    _lend(timed)
    return timed


def _lend(timed: list[Cue]) -> None:
    """
    Give captions that are too quick to read some of their neighbours' spare time.

    A caption may stand a little before its first word, or begin a little after it; what its
    neighbour needs itself is not taken.
    """
    for i in range(len(timed)):
        _begin_earlier(timed, i)
        _end_later(timed, i)


def _begin_earlier(timed: list[Cue], i: int) -> None:
    cue, before = timed[i], timed[i - 1] if i else None
    hole = cue.start_frame
    if before is not None:
        hole = max(hole - before.start_frame - before.frames - GAP_FRAMES, 0)
    to_lend = max(_spare(before), 0) if before is not None else 0
    lead = min(-_spare(cue), _LEAD_FRAMES_MAX, hole + to_lend)
    if lead <= 0:
        return
    timed[i] = evolve(cue, start_frame=cue.start_frame - lead, frames=cue.frames + lead)
    if before is not None:
        timed[i - 1] = evolve(before, frames=before.frames - max(lead - hole, 0))


def _end_later(timed: list[Cue], i: int) -> None:
    if i + 1 == len(timed):
        return
    cue, after = timed[i], timed[i + 1]
    hole = max(after.start_frame - cue.start_frame - cue.frames - GAP_FRAMES, 0)
    more = min(-_spare(cue), hole + min(max(_spare(after), 0), _LAG_FRAMES_MAX))
    if more <= 0:
        return
    lag = max(more - hole, 0)
    timed[i] = evolve(cue, frames=cue.frames + more)
    timed[i + 1] = evolve(after, start_frame=after.start_frame + lag, frames=after.frames - lag)


def _spare(cue: Cue) -> int:
    """
    Return how many frames longer than it takes to read *cue* is shown; negative if too few.
    """
    width = columns(joined(word.text for word in cue.words))
    needed = math.ceil(width * FRAME_RATE / COLUMNS_PER_SECOND_MAX)
    return cue.frames - max(needed, CUE_FRAMES_MIN)


def _clear_of(cue: Cue, first: int, after: int) -> Cue:
    """
    Return *cue* ended before a join that it only lingers into, or begun after one in which it
    is only about to be heard; as it is where it takes the time to be read.
    """
    spare, end = _spare(cue), cue.start_frame + cue.frames
    said = cue.words[-1].start_frame + cue.words[-1].frames - _EARLY_FRAMES_MAX
    heard = cue.words[0].start_frame + _LAG_FRAMES_MAX
    for edge in (first, after):
        if cue.start_frame < said <= edge < end <= edge + spare:
            return evolve(cue, frames=edge - cue.start_frame)
    for edge in (after, first):
        if cue.start_frame < edge <= min(heard, cue.start_frame + spare):
            return evolve(cue, start_frame=edge, frames=end - edge)
    return cue


def _within(cue: Cue) -> Cue:
    """
    Return *cue* with its words inside it, one after the other.
    """
    last = cue.start_frame + cue.frames
    words = []
    for word in cue.words:
        start = min(max(word.start_frame, cue.start_frame), last - 1)
        end = min(max(word.start_frame + word.frames, start + 1), last)
        words.append(evolve(word, start_frame=start, frames=end - start))
    return evolve(cue, words=tuple(words))
