"""
Subtitles beside the ad: its captions as SRT, WebVTT and ASS, and read back.

**Owns** the three formats and how a cue is broken into lines. **Does not own** what is
said when (`plans.conform.captions` decides that; `spoken` asks it where an ad was ordered
without captions). **Invariants**: at most two lines of 42 columns unless one word is
longer; times are frames rounded to the format's own step; nothing that is said can be
read as markup.

Start at `write`.
"""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from attrs import frozen

from ars0n_core.compositor.safe_areas import centered_area
from ars0n_core.errors import InvalidRequestError
from ars0n_core.plans import wording
from ars0n_core.plans.conform import captions
from ars0n_core.plans.conform.speech import Utterance
from ars0n_core.timelines import FRAME_RATE, SAMPLE_RATE, SAMPLES_PER_FRAME

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ars0n_core.timelines import Cue, Sound, Timeline, Word

FORMATS: Final = ("srt", "vtt", "ass")
"""
SubRip, WebVTT (W3C), Advanced SubStation Alpha: what upload forms, browsers and editors take.
"""

BARRIER: Final = "\u2060"
"""
A word joiner: draws nothing, and parts what would be markup.
"""

TIME: Final = re.compile(
    r"^(?:(\d+):)?(\d\d):(\d\d)[,.](\d{3})\s+-->\s+(?:(\d+):)?(\d\d):(\d\d)[,.](\d{3})"
)
TAG: Final = re.compile(r"<[^>]*>")
BYTES_MAX: Final = 4 << 20
"""
An hour of speech is some 100 kB.
"""


@frozen(kw_only=True)
class Subtitle:
    """
    One subtitle as a reader meets it, in milliseconds from the start of the ad.
    """

    start_ms: int
    end_ms: int
    lines: tuple[str, ...]


def spoken(timeline: Timeline, words: Sequence[Word]) -> tuple[Cue, ...]:
    """
    Return the captions of an ad that shows none: *words* (of the narration's sound) where
    the cut has them heard.
    """
    stretches = [_utterance(sound, words) for sound in timeline.voice]
    frames = timeline.frames or timeline.samples // SAMPLES_PER_FRAME
    return captions.cues(
        [stretch for stretch in stretches if stretch.words],
        end_frame=frames,
        word_by_word=False,
        whole=True,  # a file is read by whoever looks for a word, too
    )


def _utterance(sound: Sound, words: Sequence[Word]) -> Utterance:
    span = round(sound.samples * sound.speed)
    first, last = sound.source_sample / SAMPLE_RATE, (sound.source_sample + span) / SAMPLE_RATE
    inside = [w for w in words if first <= (w.start_seconds + w.end_seconds) / 2 < last]
    return Utterance(
        text_index=inside[0].segment if inside else 0,
        source_sample=sound.source_sample,
        source_samples=span,
        words=tuple(inside),
        speed=sound.speed,
        start_sample=sound.start_sample,
    )


def shown(cues: Sequence[Cue]) -> tuple[Subtitle, ...]:
    """
    Return *cues* as a reader meets them.
    """
    return tuple(
        Subtitle(
            start_ms=_ms(cue.start_frame),
            end_ms=_ms(cue.start_frame + cue.frames),
            lines=lines(cue),
        )
        for cue in cues
    )


def lines(cue: Cue) -> tuple[str, ...]:
    """
    Return the text of *cue* on one line, or on two of about one length.

    >>> from ars0n_core.timelines import Cue
    >>> lines(Cue(words=(), start_frame=0, frames=1))
    ('',)
    """
    return tuple(_line(cue, row) for row in _rows(cue))


def _line(cue: Cue, row: range) -> str:
    return wording.plain(wording.joined(cue.words[i].text for i in row))


def _rows(cue: Cue) -> list[range]:
    """
    Return which words stand on each line.
    """
    texts = [word.text for word in cue.words]
    count = len(texts)
    if wording.columns(wording.joined(texts)) <= wording.LINE_COLUMNS:
        return [range(count)]
    halves: list[tuple[int, int]] = []
    for place in range(1, count):
        widths = [wording.columns(wording.joined(p)) for p in (texts[:place], texts[place:])]
        halves.append((max(widths), place))
    if halves and min(halves)[0] <= wording.LINE_COLUMNS:
        place = min(halves)[1]
        return [range(place), range(place, count)]
    rows: list[range] = []
    first = 0
    for place in range(1, count + 1):
        row = wording.joined(texts[first : place + 1])
        if place == count or wording.columns(row) > wording.LINE_COLUMNS:
            rows.append(range(first, place))
            first = place
    return rows


def to_srt(cues: Sequence[Cue]) -> str:
    """
    Return *cues* as a SubRip file.
    """
    blocks = []
    for number, cue in enumerate(cues, 1):
        start, end = (_clock(_ms(f), ",") for f in (cue.start_frame, cue.start_frame + cue.frames))
        text = "\n".join(_inert(line) for line in lines(cue))
        blocks.append(f"{number}\n{start} --> {end}\n{text}\n")
    return "\n".join(blocks)


def to_vtt(cues: Sequence[Cue]) -> str:
    """
    Return *cues* as a WebVTT file; word-timed ones carry each word's time.
    """
    blocks = ["WEBVTT\n"]
    for cue in cues:
        start, end = (_clock(_ms(f), ".") for f in (cue.start_frame, cue.start_frame + cue.frames))
        rows = []
        for row in _rows(cue):
            if not cue.highlighted:
                rows.append(html.escape(_line(cue, row), quote=False))
                continue
            marked = ""
            for i in row:
                word = cue.words[i]
                text = html.escape(_text(cue, i, row), quote=False)
                stamp = f"<{_clock(_ms(word.start_frame), '.')}>"
                # A stamp equal to the cue's own start would be out of order by the standard.
                stamp = stamp if word.start_frame > cue.start_frame else ""
                marked += f"{_gap(cue, i) if i > row.start else ''}{stamp}{text}"
            rows.append(marked)
        blocks.append(f"{start} --> {end}\n" + "\n".join(rows) + "\n")
    return "\n".join(blocks)


def to_ass(cues: Sequence[Cue], width: int, height: int, *, title: str = "") -> str:
    """
    Return *cues* as an ASS script for a picture of *width* x *height* (1920 x 1080 for an ad
    that has none), inside the safe area; word-timed ones are timed as karaoke.
    """
    width, height = (width, height) if width and height else (1920, 1080)
    area = centered_area(width, height)
    size = round(0.045 * min(height, 1.25 * width))
    head = (
        "[Script Info]\n"
        f"Title: {_inert(' '.join(title.split()))}\n"
        "ScriptType: v4.00+\nWrapStyle: 2\nScaledBorderAndShadow: yes\n"
        f"YCbCr Matrix: TV.709\nPlayResX: {width}\nPlayResY: {height}\n\n"
        "[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, "
        "BackColour, Bold, Italic, Underline, StrikeOut, ScaleX, ScaleY, Spacing, Angle, "
        "BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
        f"Style: Caption,Inter,{size},&H00FFFFFF,&H00B4B4B4,&H400E0C0B,&H400E0C0B,-1,0,0,0,"
        f"100,100,0,0,3,{max(1, size // 4)},0,2,{area.left},{width - area.right},"
        f"{height - area.bottom},1\n\n"
        "[Events]\n"
        "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    )
    events = []
    for cue in cues:
        start, end = (_centis(f) for f in (cue.start_frame, cue.start_frame + cue.frames))
        events.append(
            f"Dialogue: 0,{_ass_clock(start)},{_ass_clock(end)},Caption,,0,0,0,,{_ass_text(cue)}\n"
        )
    return head + "".join(events)


def _ass_text(cue: Cue) -> str:
    if not cue.highlighted:
        return r"\N".join(_inert(line) for line in lines(cue))
    rows = []
    end = cue.start_frame + cue.frames
    starts = [cue.start_frame, *(word.start_frame for word in cue.words[1:]), end]
    for row in _rows(cue):
        text = ""
        for i in row:
            lasts = max(0, _centis(starts[i + 1]) - _centis(starts[i]))
            gap = _gap(cue, i + 1) if i + 1 < row.stop else ""
            text += rf"{{\k{lasts}}}{_inert(_text(cue, i, row))}{gap}"
        rows.append(text)
    return r"\N".join(rows)


def _text(cue: Cue, i: int, row: range) -> str:
    """
    Return word *i* as it stands in *row*: a hyphen is only seen at its end.
    """
    text = cue.words[i].text
    return wording.plain(text) if i == row.stop - 1 else text.rstrip("".join(wording.MARKS))


def _gap(cue: Cue, i: int) -> str:
    """
    Return what stands between word *i* and the one before it: nothing between ideographs, nor
    within a word.
    """
    one, other = cue.words[i - 1].text, cue.words[i].text
    return " " if wording.joined((one, other)) == f"{one} {other}" else ""


def write(
    cues: Sequence[Cue], target: Path, *, width: int = 0, height: int = 0, title: str = ""
) -> None:
    """
    Write *cues* to *target*, as its suffix says.

    Raises:
        InvalidRequestError: The suffix is none of `FORMATS`.
    """
    match target.suffix.lower():
        case ".srt":
            text = to_srt(cues)
        case ".vtt":
            text = to_vtt(cues)
        case ".ass":
            text = to_ass(cues, width, height, title=title)
        case other:
            raise _refused(f"subtitles are written as {', '.join(FORMATS)}, not {other!r}")
    beside = target.with_name(f"{target.name}.part")
    try:
        beside.write_text(text, encoding="utf-8", newline="\n")
        beside.replace(target)
    finally:
        beside.unlink(missing_ok=True)


def read(path: Path) -> tuple[Subtitle, ...]:
    """
    Return the subtitles of an SRT or WebVTT file.

    Raises:
        InvalidRequestError: It is neither.
    """
    with path.open("rb") as source:
        content = source.read(BYTES_MAX + 1)
    if len(content) > BYTES_MAX:
        raise _refused(f"{path.name} is no subtitle file: above {BYTES_MAX} bytes")
    try:
        return parse(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise _refused(f"{path.name} is not UTF-8: save it as UTF-8") from error


def parse(text: str) -> tuple[Subtitle, ...]:
    r"""
    Return the subtitles in *text*, SRT or WebVTT, without their markup.

    >>> parse("1\n00:00:01,000 --> 00:00:02,500\nHear it.\n")[0].end_ms
    2500
    """
    found: list[Subtitle] = []
    is_vtt = text.startswith("WEBVTT")
    for block in re.split(r"\n[ \t]*\n", text.replace("\r\n", "\n").replace("\r", "\n")):
        rows = block.strip("\n").split("\n")
        at = next((i for i, row in enumerate(rows[:2]) if TIME.match(row)), None)
        if at is None:
            if not is_vtt and block.strip():
                raise _refused(f"no subtitle: {rows[0][:60]!r}")
            continue
        stamps = TIME.match(rows[at])
        assert stamps is not None  # noqa: S101 (for the type checker: it was just found)
        parts = [int(part or 0) for part in stamps.groups()]
        start, end = (((h * 60 + m) * 60 + s) * 1000 + ms for h, m, s, ms in (parts[:4], parts[4:]))
        plain = [_plain(row, is_vtt=is_vtt) for row in rows[at + 1 :]]
        found.append(Subtitle(start_ms=start, end_ms=end, lines=tuple(plain)))
    return tuple(found)


def _refused(fault: str) -> InvalidRequestError:
    return InvalidRequestError(form_errors=(fault,))


def _plain(row: str, *, is_vtt: bool) -> str:
    bare = TAG.sub("", row) if is_vtt else re.sub(r"</?[a-zA-Z][^>]*>|\{\\[^}]*\}", "", row)
    return (html.unescape(bare) if is_vtt else bare).replace(BARRIER, "")


def _inert(text: str) -> str:
    """
    Return *text* so that no player takes a part of it for markup.
    """
    text = re.sub(r"[\r\n\u2028\u2029]+", " ", text).replace("-->", f"--{BARRIER}>")
    return re.sub(r"([<\\{])", rf"\g<1>{BARRIER}", text)


def _ms(frame: int) -> int:
    return round(frame * 1000 / FRAME_RATE)


def _centis(frame: int) -> int:
    return round(frame * 100 / FRAME_RATE)


def _clock(ms: int, mark: str) -> str:
    seconds, ms = divmod(ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{mark}{ms:03}"


def _ass_clock(centis: int) -> str:
    seconds, centis = divmod(centis, 100)
    return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}.{centis:02}"
