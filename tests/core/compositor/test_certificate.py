"""
Each rule with a file that breaks it, made by ffmpeg itself, not by the code under test.
"""

from __future__ import annotations

import json
import struct
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve

from ars0n_core.compositor import (
    certificate,
    commands,
    containers,
    ffmpeg,
    inspection,
    probe,
    profiles,
    provenance,
)
from ars0n_core.compositor.placements import Placed
from ars0n_core.compositor.profiles import PictureRules, Profile, SoundRules
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.compositor.subtitles import Subtitle
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Provenance, Source

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor.ffmpeg import Ffmpeg

PROFILE = Profile(
    name="tiny",
    title="As social, for a tiny picture",
    source="the test",
    read_on="2026-11-22",
    suffix=".mp4",
    picture=PictureRules(
        sizes=((144, 256),), rates=(Fraction(30),), kbps=(20, 1_500), levels=((720, 31),),
        gop_seconds_max=1.0,
    ),
    sound=SoundRules(
        codec="aac", rate=48_000, loudness_lufs=-14.0, tolerance_lu=0.5, true_peak_dbtp=-1.0,
        short_term_max_lufs=-11.0, kbps_min=100,
    ),
    seconds_min=1,
    seconds_max=4,
    size_bytes_max=1_000_000,
)  # fmt: skip

TAGS = ("-vf", "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv")
X264 = ("-c:v", "libx264", "-preset", "ultrafast", "-profile:v", "high", "-level", "3.0", "-g",
        "30", "-threads", "1", "-x264-params", "8x8dct=1:open-gop=0")  # fmt: skip
AAC = ("-c:a", "aac", "-b:a", "160k", "-ac", "2", "-ar", "48000")
FAST = ("-movflags", "+faststart")


class Maker:
    """
    Makes files that are right but for what is said.
    """

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._made = 0

    def __call__(
        self,
        *,
        suffix: str = ".mp4",
        source: str = "testsrc2=s=144x256:r=30:d=2",
        sound: str = "aevalsrc=0.198*sin(2*PI*997*t)|0.198*sin(2*PI*997*t):s=48000:d=2",
        tags: tuple[str, ...] = TAGS,
        video: tuple[str, ...] = X264,
        audio: tuple[str, ...] = AAC,
        more: tuple[str, ...] = FAST,
        pixels: str = "yuv420p",
    ) -> Path:
        self._made += 1
        target = self._bench.folder / f"made{self._made}{suffix}"
        inputs = [*("-f", "lavfi", "-i", source)] if source else []
        inputs += [*("-f", "lavfi", "-i", sound)] if sound else []
        seen = [*video, "-pix_fmt", pixels, *tags] if source else []
        self._bench.run(*inputs, *seen, *(audio if sound else ()), *more, str(target))
        return target


@pytest.fixture(scope="module")
def made(bench: Bench) -> Maker:
    return Maker(bench)


@pytest.fixture(scope="module")
def right(made: Maker) -> Path:
    return made()


def sines(level: float, seconds: float = 2, rate: int = 48_000) -> str:
    wave = f"{level}*sin(2*PI*997*t)"
    return f"aevalsrc={wave}|{wave}:s={rate}:d={seconds}"


def test_a_right_file_passes_every_rule(right: Path, binary: Ffmpeg) -> None:
    found = certificate.certify(right, PROFILE, binary=binary)
    assert found.failed == ()
    told = json.loads(json.dumps(found.as_json()))
    assert told["passed"] is True
    assert told["measured"]["picture"]["frames"] == 60
    assert told["measured"]["sound"]["samples"] == 96_000
    assert told["profile"]["read_on"] == "2026-11-22"
    assert len({rule["rule"] for rule in told["rules"]}) == len(told["rules"]) >= 20


STEREO = sines(0.198)
BROKEN: dict[str, dict[str, object]] = {
    "container": {"suffix": ".mkv", "more": ()},
    "streams": {"sound": ""},
    "streams, one sound too many": {
        "more": ("-map", "0:v", "-map", "1:a", "-map", "1:a", *FAST)
    },
    "faststart": {"more": ()},
    "duration": {"sound": sines(0.198, 1.99), "source": "testsrc2=s=144x256:r=30:d=1.99"},
    "sync": {"source": "testsrc2=s=144x256:r=30:d=1.9"},
    "video_codec": {"video": ("-c:v", "mpeg4", "-g", "30")},
    "video_profile": {"video": (*X264[:5], "baseline", *X264[6:-2])},
    "video_level": {"video": (*X264[:7], "4.2", *X264[8:])},
    "video_level, by its rate": {"video": (*X264[:7], "1.0", *X264[8:], "-qp", "20")},
    "pixel_format": {"pixels": "yuv444p", "video": (*X264[:5], "high444", *X264[6:])},
    "color": {"tags": ("-vf", "setparams=colorspace=smpte170m:range=tv")},
    "frame_size": {"source": "testsrc2=s=256x144:r=30:d=2"},
    "pixel_aspect": {"source": "testsrc2=s=108x256:r=30:d=2", "tags": ("-vf", TAGS[1] + ",setsar=4/3")},
    "scan": {"video": (*X264[:-1], X264[-1] + ":tff=1", "-flags", "+ilme+ildct")},
    "frame_rate": {"source": "testsrc2=s=144x256:r=25:d=2"},
    "gop_seconds": {"video": (*X264[:9], "250", *X264[10:])},
    "gop_closed": {
        "video": (
            *("-c:v", "libx264", "-profile:v", "high", "-level", "3.0", "-g", "20", "-bf", "3"),
            *("-threads", "1", "-x264-params", "open-gop=1:b-adapt=0:scenecut=0"),
        )
    },
    "video_kbps": {"video": (*X264, "-qp", "2"), "source": "testsrc2=s=144x256:r=30:d=2,noise=alls=100:allf=t"},
    "flashes": {"source": "color=black:s=144x256:r=30:d=2,geq=lum='if(lt(mod(N,6),3),220,20)':cb=128:cr=128"},
    "red_flashes": {"source": "color=black:s=144x256:r=30:d=2,geq=lum='if(lt(mod(N,6),3),63,44)':cb='if(lt(mod(N,6),3),102,128)':cr='if(lt(mod(N,6),3),240,128)'"},
    "audio_codec": {"audio": ("-c:a", "libmp3lame", "-b:a", "160k", "-ac", "2", "-ar", "48000")},
    "sample_rate": {"sound": sines(0.198, rate=44_100), "audio": (*AAC[:-1], "44100")},
    "channels": {"audio": ("-c:a", "aac", "-b:a", "160k", "-ac", "1", "-ar", "48000")},
    "audio_kbps": {"audio": ("-c:a", "aac", "-b:a", "64k", "-ac", "2", "-ar", "48000")},
    "loudness_lufs": {"sound": sines(0.1)},
    "true_peak_dbtp": {
        "sound": "aevalsrc=0.19*sin(2*PI*997*t)+if(lt(mod(t\\,1)\\,0.002)\\,1.3\\,0):s=48000:d=2"
    },
}  # fmt: skip


@pytest.mark.parametrize("rule", BROKEN)
def test_a_file_that_breaks_one_rule_is_caught(rule: str, made: Maker, binary: Ffmpeg) -> None:
    broken = made(**BROKEN[rule])  # type: ignore[arg-type]  # options of several types
    found = certificate.certify(broken, PROFILE, binary=binary)
    assert rule.partition(",")[0] in found.failed
    assert not found.passed


@pytest.mark.parametrize(
    ("rule", "before", "after"),
    [
        ("upright", ("-display_hflip",), ()),
        ("upright", ("-display_rotation", "180"), ()),
        ("color", (), ("-bsf:v", "h264_metadata=matrix_coefficients=6")),
        ("sync", ("-itsoffset", "0.2"), ()),
    ],
)
def test_what_only_a_container_or_only_a_stream_says_is_caught(
    rule: str, before: tuple[str, ...], after: tuple[str, ...],
    right: Path, bench: Bench, binary: Ffmpeg, tmp_path: Path,
) -> None:  # fmt: skip
    broken, source = tmp_path / "broken.mp4", str(right)
    bench.run(
        *(*before, "-i", source, "-i", source, "-map", "0:v", "-map", "1:a", "-c", "copy"),
        *(*after, *FAST, str(broken)),
    )
    assert certificate.certify(broken, PROFILE, binary=binary).failed == (rule,)


def test_the_pictures_are_measured_whichever_track_comes_first(
    right: Path, bench: Bench, binary: Ffmpeg
) -> None:
    other = bench.folder / "sound first.mp4"
    bench.run("-i", str(right), "-map", "0:a", "-map", "0:v", "-c", "copy", *FAST, str(other))
    found, wanted = (inspection.inspect(path, binary=binary).picture for path in (other, right))
    assert found == wanted


def test_a_shout_breaks_the_short_term_rule(made: Maker, binary: Ffmpeg) -> None:
    loud = "aevalsrc=if(lt(t\\,3)\\,0.6\\,0.05)*sin(2*PI*997*t):s=48000:d=12"
    path = made(source="", sound=loud, suffix=".mp3", more=(), audio=("-ac", "2", "-b:a", "192k"))
    found = certificate.certify(path, PROFILE, binary=binary)
    assert "short_term_max_lufs" in found.failed


def test_a_file_too_large_or_too_long_is_caught(right: Path, binary: Ffmpeg) -> None:
    measured = inspection.inspect(right, binary=binary)
    small = evolve(PROFILE, size_bytes_max=1_000, seconds_max=1)
    assert certificate.judge("x", measured, small).failed == ("size_bytes", "duration")
    other = evolve(PROFILE, seconds_allowed=(15, 30))
    assert certificate.judge("x", measured, other).failed == ("duration",)


def test_an_ad_lengthened_by_footage_is_as_long_as_it_was_cut(made: Maker, binary: Ffmpeg) -> None:
    path = made(source="testsrc2=s=144x256:r=30:d=1.5", sound=sines(0.198, 1.5))
    found = certificate.certify(path, PROFILE, binary=binary, seconds=Fraction(3, 2))
    assert found.failed == ()
    assert "duration" in certificate.certify(path, PROFILE, binary=binary).failed
    other = certificate.judge("x", found.measured, PROFILE, seconds=Fraction(46, 30))
    assert other.failed == ("duration",)


def test_a_broken_picture_is_caught(right: Path, binary: Ffmpeg, tmp_path: Path) -> None:
    content = bytearray(right.read_bytes())
    start = content.index(b"mdat") + 4_000
    content[start : start + 3_000] = bytes(3_000)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(content)
    assert "decodes" in certificate.certify(broken, PROFILE, binary=binary).failed


def test_a_picture_that_changes_its_size_in_the_middle_is_caught(
    bench: Bench, binary: Ffmpeg, tmp_path: Path
) -> None:
    both, path = tmp_path / "both.h264", tmp_path / "changing.mp4"
    for size in ("144x256", "72x128"):
        part = tmp_path / f"{size}.h264"
        bench.run(
            *("-f", "lavfi", "-i", f"testsrc2=s={size}:r=30:d=1", *X264, *TAGS),
            *("-pix_fmt", "yuv420p", str(part)),
        )
        both.write_bytes((both.read_bytes() if both.exists() else b"") + part.read_bytes())
    bench.run(
        *("-framerate", "30", "-i", str(both), "-f", "lavfi", "-i", STEREO),
        *("-c:v", "copy", *AAC, *FAST, str(path)),
    )
    found = certificate.certify(path, PROFILE, binary=binary)
    assert found.measured.picture is not None
    assert found.measured.picture.parameter_sets == 2
    assert "parameter_sets" in found.failed


@pytest.mark.parametrize(
    ("after", "is_whole"),
    [
        (struct.pack(">I4s", 0, b"free") + bytes(9), True),  # as far as the file goes
        (struct.pack(">I4sQ", 1, b"free", 16), True),
        (struct.pack(">I4s", 99, b"free"), False),  # further than it goes
        (struct.pack(">I4sQ", 1, b"free", 1 << 63), False),
    ],
)
def test_what_follows_a_film_in_its_file_is_walked_over(
    after: bytes, *, is_whole: bool, right: Path, tmp_path: Path
) -> None:
    path = tmp_path / "more.mp4"
    path.write_bytes(right.read_bytes() + after)
    assert containers.read(path) == containers.read(right)
    told = Provenance(generator="x", title="x", sources=(Source(part="voice", model="m"),))
    if not is_whole:
        with pytest.raises(CompositorError, match=r"more\.mp4 is not a whole mp4 file"):
            provenance.embed(path, told)


@pytest.mark.parametrize("size", [3, 7])
def test_a_box_smaller_than_its_header_is_no_index(size: int, right: Path, tmp_path: Path) -> None:
    path = tmp_path / "small.mp4"
    path.write_bytes(struct.pack(">I4s", size, b"free") + right.read_bytes())
    assert containers.read(path) == ((), False)


def test_pictures_with_a_time_code_are_found(right: Path, bench: Bench, binary: Ffmpeg) -> None:
    path = bench.folder / "time code.mov"
    bench.run("-i", str(right), "-c", "copy", "-timecode", "01:00:00:00", str(path))
    facts = probe.probe(path, binary=binary)
    assert [(video.width, video.height) for video in facts.video] == [(144, 256)]
    assert len(facts.audio) == 1
    tracks, _ = containers.read(path)
    assert [track.kind for track in tracks][:2] == [b"vide", b"soun"]


CAPTIONS = {
    "caption_cps": "00:00:00,100 --> 00:00:00,900\nFar too many words to read now",
    "caption_columns": "00:00:00,000 --> 00:00:02,000\n" + "w" * 30 + " " + "w" * 13,
    "caption_lines": "00:00:00,000 --> 00:00:01,500\na\nb\nc",
    "caption_ms": "00:00:00,000 --> 00:00:00,300\nHi",
    "caption_times": "00:00:01,500 --> 00:00:02,500\nHi",
}


def test_a_caption_that_ends_before_it_begins_is_caught(right: Path, binary: Ffmpeg) -> None:
    measured = inspection.inspect(right, binary=binary)
    said = [Subtitle(start_ms=1000, end_ms=400, lines=("Hi",))]
    assert "caption_times" in certificate.judge("x", measured, PROFILE, said).failed


@pytest.mark.parametrize("rule", CAPTIONS)
def test_captions_that_break_a_rule_are_caught(
    rule: str, right: Path, binary: Ffmpeg, tmp_path: Path
) -> None:
    path = tmp_path / "ad.srt"
    path.write_text(f"1\n{CAPTIONS[rule]}\n")
    found = certificate.certify(right, PROFILE, binary=binary, captions=path)
    assert rule in found.failed
    assert set(found.failed) <= {rule, "caption_cps"}


@pytest.mark.parametrize(("ground", "legible"), [(60, True), (170, False), (None, False)])
def test_captions_are_read_off_the_picture(
    ground: int | None, *, legible: bool, bench: Bench, binary: Ffmpeg, tmp_path: Path
) -> None:
    # letters stand in for by bars, white on grey, at the foot of the safe area
    bare = np.full((256, 144), 80, np.uint8)
    frame = bare.copy()
    if ground is not None:
        frame[140:162, 30:114] = ground
        frame[146:156, 36:108:6] = 235
        frame[146:156, 37:108:6] = 235
    half = np.full(256 * 144 // 2, 128, np.uint8)
    raw = tmp_path / "raw.yuv"
    shown, without = frame.tobytes() + half.tobytes(), bare.tobytes() + half.tobytes()
    raw.write_bytes(without * 6 + shown * 48 + without * 6)
    path = tmp_path / "shown.mp4"
    bench.run(
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "144x256", "-r", "30", "-i", str(raw)),
        *("-f", "lavfi", "-i", STEREO, *X264, "-qp", "8", *TAGS, *AAC, *FAST, str(path)),
    )
    (tmp_path / "ad.srt").write_text("1\n00:00:00,200 --> 00:00:01,800\nIII III\n")
    found = certificate.certify(
        path, PROFILE, binary=binary, captions=tmp_path / "ad.srt", burnt_in=True
    )
    assert ("caption_contrast" not in found.failed) == legible


def test_any_number_of_pictures_can_be_chosen_of_a_film(right: Path, binary: Ffmpeg) -> None:
    # ffmpeg refuses a hundred terms in a row, which a minute of captions asks for
    wanted = [n for n in range(60) for _ in range(4)]
    graph = commands.chosen(right, wanted, size=(144, 256))
    made = ffmpeg.run(ffmpeg.arguments(binary, graph), timeout_seconds=60)
    assert len(made.stdout) == 60 * 144 * 256 * 3


@pytest.mark.parametrize(("left", "failed"), [(36, set()), (2, {"caption_safe_area"})])
def test_captions_outside_the_safe_area_are_caught(
    left: int, failed: set[str], bench: Bench, binary: Ffmpeg, tmp_path: Path
) -> None:
    # A white cup stands at the edge all the time, and is no letter.
    frame = np.full((256, 144), 70, np.uint8)
    frame[150:200, 124:142] = 235
    captioned = frame.copy()
    captioned[146:156, left:108:6] = 235
    captioned[146:156, left + 1 : 108 : 6] = 235
    half = np.full(256 * 144 // 2, 128, np.uint8).tobytes()
    bare, shown = frame.tobytes() + half, captioned.tobytes() + half
    raw = tmp_path / "raw.yuv"
    raw.write_bytes(bare * 6 + shown * 48 + bare * 6)
    path = tmp_path / "shown.mp4"
    bench.run(
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "144x256", "-r", "30", "-i", str(raw)),
        *("-f", "lavfi", "-i", STEREO, *X264, "-qp", "8", *TAGS, *AAC, *FAST, str(path)),
    )
    (tmp_path / "ad.srt").write_text("1\n00:00:00,200 --> 00:00:01,800\nIII III\n")
    found = certificate.certify(
        path, PROFILE, binary=binary, captions=tmp_path / "ad.srt", burnt_in=True
    )
    assert set(found.failed) - {"video_kbps"} == failed


@pytest.mark.parametrize(
    ("broken", "failed"),
    [
        ({}, set()),
        ({"title": Box(2, 150, 62, 166)}, {"text_safe_area"}),  # the logo's edge would do as well
        ({"logo": Box(118, 50, 150, 60)}, {"text_safe_area"}),
        ({"card name": Box(20, 240, 80, 256)}, {"text_safe_area", "text_contrast"}),
        ({"card name": Box(20, 60, 80, 76)}, {"text_contrast"}),  # nothing stands there
    ],
)
def test_words_and_logos_are_looked_for_where_they_were_laid(
    broken: dict[str, Box], failed: set[str], bench: Bench, binary: Ffmpeg, tmp_path: Path
) -> None:
    frame = np.full((256, 144), 120, np.uint8)
    late = frame.copy()
    for picture, top in ((frame, 40), (late, 100)):
        picture[top : top + 16, 20:80] = 40
        picture[top + 4 : top + 12, 24:76:5] = 230
        picture[top + 4 : top + 12, 25:76:5] = 230
    frame[150:166, 2:62] = late[100:116, 20:80]
    half = np.full(256 * 144 // 2, 128, np.uint8).tobytes()
    raw = tmp_path / "raw.yuv"
    raw.write_bytes((frame.tobytes() + half) * 70 + (late.tobytes() + half) * 20)
    path = tmp_path / "shown.mp4"
    bench.run(
        *("-f", "rawvideo", "-pix_fmt", "yuv420p", "-s", "144x256", "-r", "30", "-i", str(raw)),
        *("-f", "lavfi", "-i", sines(0.198, 3), *X264, "-qp", "8", *TAGS, *AAC, *FAST, str(path)),
    )
    boxes = {
        "title": Box(20, 40, 80, 56), "logo": Box(20, 50, 60, 60), "card name": Box(20, 100, 80, 116),
    } | broken  # fmt: skip
    frames = {"title": 35, "logo": 35, "card name": 89}
    placed = [
        Placed(name=name, box=box, frame=frames[name], is_text=name != "logo")
        for name, box in boxes.items()
    ]
    found = certificate.certify(path, PROFILE, binary=binary, placed=placed)
    assert set(found.failed) - {"video_kbps"} == failed
    told = json.loads(json.dumps(found.as_json()))
    assert told["measured"]["picture"]["placed"].keys() == {"title", "card name"}


def test_every_rule_of_a_certificate_has_a_file_here_that_breaks_it(
    right: Path, binary: Ffmpeg
) -> None:
    measured = inspection.inspect(right, binary=binary)
    assert measured.picture is not None
    seen = evolve(measured.picture, caption_contrast_min=21.0, caption_outside_max=0.0)
    measured = evolve(measured, picture=seen)
    rules = {finding.rule for finding in certificate.judge("x", measured, PROFILE, (), ()).findings}
    elsewhere = {
        "decodes", "size_bytes", "short_term_max_lufs", "upright", "caption_contrast", "caption_safe_area",
        "text_safe_area", "text_contrast", "parameter_sets",
    }  # fmt: skip
    broken = {name.partition(",")[0] for name in BROKEN}
    assert rules == broken | CAPTIONS.keys() | elsewhere


def test_what_is_no_media_is_said_so(binary: Ffmpeg, tmp_path: Path) -> None:
    (tmp_path / "x.mp4").write_text("no film")
    with pytest.raises(CompositorError, match=r"x\.mp4"):
        certificate.certify(tmp_path / "x.mp4", profiles.find("social"), binary=binary)


def test_what_lasts_longer_than_any_ad_is_not_measured(
    right: Path, binary: Ffmpeg, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inspection, "SECONDS_MAX", 1.5)
    with pytest.raises(CompositorError, match=r"lasts longer than 1\.5 s: no ad"):
        inspection.inspect(right, binary=binary)
