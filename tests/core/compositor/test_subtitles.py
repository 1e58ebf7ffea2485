from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from ars0n_core.compositor import subtitles
from ars0n_core.errors import InvalidRequestError
from ars0n_core.plans import wording
from ars0n_core.timelines import Cue, CueWord, Sound, Timeline, Word

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench


def cue(text: str, start: int, frames: int, *, highlighted: bool = False) -> Cue:
    parts = text.split()
    step = frames // len(parts)
    words = tuple(
        CueWord(text=part, start_frame=start + i * step, frames=step)
        for i, part in enumerate(parts)
    )
    return Cue(words=words, start_frame=start, frames=frames, highlighted=highlighted)


LONG = "The quiet machine that makes your first good cup before the alarm"


def test_srt_says_when_each_caption_is_read() -> None:
    text = subtitles.to_srt([cue("Hear it.", 30, 45), cue(LONG, 90, 100)])
    assert text.startswith("1\n00:00:01,000 --> 00:00:02,500\nHear it.\n\n2\n00:00:03,000 --> ")
    first, second = subtitles.parse(text)
    assert first.lines == ("Hear it.",)
    assert len(second.lines) == 2
    assert max(map(len, second.lines)) <= 42
    assert abs(len(second.lines[0]) - len(second.lines[1])) <= 8
    assert " ".join(second.lines) == LONG


def test_one_long_hour_keeps_its_clock() -> None:
    text = subtitles.to_srt([cue("Late", 30 * 3_725, 31)])
    assert "01:02:05,000 --> 01:02:06,033" in text
    (read,) = subtitles.parse(text)
    assert (read.start_ms, read.end_ms) == (3_725_000, 3_726_033)
    (brief,) = subtitles.parse("WEBVTT\n\nid\n00:01.000 --> 00:02.500 align:left\nR&amp;D\n")
    assert (brief.start_ms, brief.end_ms, brief.lines) == (1000, 2500, ("R&D",))
    (told,) = subtitles.shown([cue("Late", 15, 30)])
    assert (told.start_ms, told.end_ms) == (500, 1500)


@pytest.mark.parametrize(
    ("words", "widths"),
    [
        ([42], [42]),  # as much as a line holds
        ([20, 21], [42]),
        ([20, 22], [20, 22]),
        ([42, 42], [42, 42]),
        ([10, 20, 20], [31, 20]),  # rather than 10 and 41
        ([50], [50]),  # what can't be parted
        ([50, 10, 10], [50, 21]),
        ([10, 50, 10, 10], [10, 50, 21]),
    ],
)
def test_a_caption_stands_on_as_few_and_as_even_lines_as_hold_it(
    words: list[int], widths: list[int]
) -> None:
    assert [
        len(line) for line in subtitles.lines(cue(" ".join("x" * n for n in words), 0, 60))
    ] == widths


def _said(text: str) -> str:
    """
    Without ASS's own escapes, which only ffmpeg puts there.
    """
    return "".join(c for c in text if c not in subtitles.BARRIER + "\\{}")


@pytest.mark.parametrize(
    "said", ["a --> b", "<i>x</i>", r"{\an8}up", "R&D <3", r"C:\New \N", "{b}"]
)
def test_what_is_said_is_never_markup(said: str, bench: Bench) -> None:
    spoken = [cue(said, 0, 30), cue("after", 40, 30)]
    for form in (subtitles.to_srt, subtitles.to_vtt):
        found = subtitles.parse(form(spoken))
        assert [" ".join(each.lines) for each in found] == [said, "after"]
    # and as another program reads them
    for name in ("srt", "vtt"):
        path = bench.folder / f"said.{name}"
        subtitles.write(spoken, path)
        read = bench.run("-i", str(path), "-f", "ass", "-").decode()
        events = [line.split(",,", 1)[1] for line in read.splitlines() if line[:9] == "Dialogue:"]
        assert len(events) == 2
        assert _said(events[0].split(",")[-1]) == _said(said)


def test_word_timed_captions_carry_their_words_times() -> None:
    lit = [cue("Hear it now", 30, 45, highlighted=True)]
    assert "Hear <00:00:01.500>it <00:00:02.000>now" in subtitles.to_vtt(lit)
    assert subtitles.parse(subtitles.to_vtt(lit))[0].lines == ("Hear it now",)
    assert r"{\k50}Hear {\k50}it {\k50}now" in subtitles.to_ass(lit, 720, 1280)
    quoted = [cue('"Hear it now"', 30, 45, highlighted=True)]
    assert '\n"Hear <00:00:01.500>it ' in subtitles.to_vtt(quoted)
    hyphened = [
        CueWord(text=f"Donau{wording.SOFT}", start_frame=0, frames=10),
        CueWord(text="dampf", start_frame=10, frames=10),
    ]
    torn = Cue(words=tuple(hyphened), start_frame=0, frames=20, highlighted=True)
    assert "Donau<00:00:00.333>dampf" in subtitles.to_vtt([torn])
    wide = evolve(torn, words=(hyphened[0], evolve(hyphened[1], text="x" * 40)))
    assert "Donau-\n<" in subtitles.to_vtt([wide])
    assert r"Donau-\N" in subtitles.to_ass([wide], 720, 1280)


def test_ideographs_stay_closed_up() -> None:
    words = (
        CueWord(text="音を", start_frame=0, frames=10),
        CueWord(text="聴く", start_frame=10, frames=10),
    )
    lit = Cue(words=words, start_frame=0, frames=20, highlighted=True)
    assert subtitles.lines(lit) == ("音を聴く",)
    assert "音を<00:00:00.333>聴く" in subtitles.to_vtt([lit])
    assert r"{\k33}音を{\k34}聴く" in subtitles.to_ass([lit], 720, 1280)


def test_ass_is_a_script_that_ffmpeg_reads(bench: Bench) -> None:
    path = bench.folder / "ad.ass"
    subtitles.write([cue(LONG, 30, 90)], path, width=720, height=1280, title="A\nB")
    srt = bench.run("-i", str(path), "-f", "srt", "-").decode()
    assert "00:00:01,000 --> 00:00:04,000" in srt
    text = path.read_text()
    assert "PlayResX: 720" in text
    assert "Title: A B\n" in text
    assert ",128,128,448,1" in text  # margins: left, right, foot of the safe area
    assert "Caption,Inter,40," in text  # an eighteenth of the width
    radio = subtitles.to_ass([cue("Hear it.", 0, 30)], 0, 0)
    assert "PlayResX: 1920\nPlayResY: 1080\n" in radio
    assert "Caption,Inter,49," in radio


def test_words_are_written_where_the_cut_has_them_heard() -> None:
    words = [
        Word(text="First", start_seconds=0.0, end_seconds=0.4, segment=0),
        Word(text="then.", start_seconds=0.4, end_seconds=0.9, segment=0),
        Word(text="Second.", start_seconds=1.5, end_seconds=2.1, segment=1),
    ]
    radio = Timeline(
        width=0, height=0, frames=0, samples=10 * 48_000, media=(),
        voice=(
            Sound(media="v", start_sample=48_000, samples=48_000),
            Sound(media="v", start_sample=6 * 48_000, samples=40_000, source_sample=67_200),
        ),
    )  # fmt: skip
    cues = subtitles.spoken(radio, words)
    assert [" ".join(subtitles.lines(each)) for each in cues] == ["First then.", "Second."]
    assert cues[0].start_frame == 30
    assert cues[1].start_frame == pytest.approx(30 * 6.1, abs=1)
    assert not any(each.highlighted for each in cues)
    assert cues[1].start_frame + cues[1].frames <= 300
    hurried = evolve(radio, voice=(Sound(media="v", start_sample=0, samples=92_000, speed=1.15),))
    (whole,) = subtitles.spoken(hurried, words)
    assert [word.text for word in whole.words] == ["First", "then.", "Second."]
    assert whole.words[-1].start_frame == pytest.approx(30 * 1.5 / 1.15, abs=1)


def test_other_formats_and_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="srt, vtt, ass"):
        subtitles.write([], tmp_path / "ad.txt")
    with pytest.raises(InvalidRequestError, match="no subtitle"):
        subtitles.parse("once upon a time")
    (tmp_path / "latin.srt").write_bytes(b"1\n00:00:01,000 --> 00:00:02,000\n\xe9t\xe9\n")
    with pytest.raises(InvalidRequestError, match="UTF-8"):
        subtitles.read(tmp_path / "latin.srt")
    assert list(tmp_path.glob("*.part")) == []
    (tmp_path / "ad.srt").mkdir()
    with pytest.raises(OSError, match=r"ad\.srt"):
        subtitles.write([cue("Hear it.", 0, 30)], tmp_path / "ad.srt")
    assert list(tmp_path.glob("*.part")) == []
    large = tmp_path / "large.srt"
    with large.open("wb") as out:
        out.truncate((4 << 20) + 1)
    with pytest.raises(InvalidRequestError, match="above 4194304 bytes"):
        subtitles.read(large)


SPOKEN = (
    LONG,
    "قهوة طازجة كل يوم، في بيتك.",
    "ताज़ा कॉफ़ी हर सुबह",
    "กาแฟสดทุกวัน",
    "“Yes,” she said: 5 < 6 & 7 > 6 \u2014 100 %!",
    "Ünïcödé\u00a0stays 👩‍🍳",
)


@pytest.mark.parametrize("form", subtitles.FORMATS)
def test_another_program_reads_every_caption_at_its_time(
    form: str, bench: Bench, tmp_path: Path
) -> None:
    # ffmpeg's own reader of each format, written again as SubRip, which keeps milliseconds
    path = tmp_path / f"ad.{form}"
    cues = [cue(text, 7 + 101 * i, 83, highlighted=i % 2 == 1) for i, text in enumerate(SPOKEN)]
    subtitles.write(cues, path, width=720, height=1280)
    read = bench.run("-i", str(path), "-f", "srt", "-").decode()
    found = subtitles.parse(read)
    assert len(found) == len(cues)
    step = 10 if form == "ass" else 1
    for each, wanted in zip(found, cues, strict=True):
        assert abs(each.start_ms - wanted.start_frame * 1000 / 30) <= step
        assert abs(each.end_ms - (wanted.start_frame + wanted.frames) * 1000 / 30) <= step
        words = " ".join(word.text for word in wanted.words)
        assert _said(" ".join(each.lines)).split() == words.split()
