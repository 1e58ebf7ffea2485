"""
Footage in, frames out: any source becomes upright BT.709 at 30 frames a second.
"""

from __future__ import annotations

import itertools
import struct
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from attrs import evolve

from ars0n_core.compositor import commands, ffmpeg, levels, mp4, probe, reels
from ars0n_core.compositor.frames import Frame
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Clip

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

SIZE = (144, 256)


def shown(
    binary: ffmpeg.Ffmpeg,
    path: Path,
    clip: Clip,
    first: int,
    count: int,
    size: tuple[int, int] = SIZE,
) -> np.ndarray:
    frame = Frame.empty(*size)
    pictures = []
    with (
        ffmpeg.Group() as group,
        reels.FootageReel(clip, path, first, count, size=size, binary=binary, group=group) as reel,
    ):
        for _ in range(count):
            reel.read(frame)
            pictures.append(frame.data.copy())
    return np.stack(pictures)


def clip_of(**changes: Any) -> Clip:
    return Clip(**{"media": "c", "start_frame": 0, "frames": 60, **changes})


def test_what_needs_no_change_passes_untouched(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    path = bench.clip("plain.mp4")
    assert np.array_equal(shown(binary, path, clip_of(), 0, 60), bench.pictures(path))


@pytest.mark.parametrize("rate", ["24000/1001", "24", "25", "30000/1001", "50", "60000/1001"])
def test_every_rate_fills_two_seconds_and_can_be_entered_anywhere(
    bench: Bench, binary: ffmpeg.Ffmpeg, rate: str
) -> None:
    path = bench.clip(
        f"rate{rate.replace('/', '_')}.mp4", rate=rate, frames=round(2.2 * Fraction(rate))
    )
    whole = shown(binary, path, clip_of(), 0, 60)
    assert whole.shape[0] == 60
    assert np.array_equal(shown(binary, path, clip_of(), 23, 9), whole[23:32])
    assert np.array_equal(shown(binary, path, clip_of(source_frame=20), 3, 9), whole[23:32])


def test_long_footage_is_entered_at_the_right_frame(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    path = bench.clip("long.mp4", frames=150, options=("-g", "40"))
    whole = bench.pictures(path)
    for first in (59, 60, 66, 100, 140):
        assert np.array_equal(
            shown(binary, path, clip_of(frames=150), first, 5), whole[first : first + 5]
        )


def test_variable_frame_rate_is_steadied(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    source = bench.clip("even.mp4", frames=60)
    path = bench.folder / "vfr.mkv"
    bench.run(
        *("-i", str(source), "-vf", "select='not(mod(n,7))+lt(n,20)'", "-fps_mode", "vfr"),
        *("-c:v", "libx264", "-qp", "8", "-preset", "ultrafast", str(path)),
    )
    assert shown(binary, path, clip_of(), 0, 55).shape[0] == 55


def test_a_picture_that_stands_for_seconds_is_brought_to_size_once(
    bench: Bench, binary: ffmpeg.Ffmpeg
) -> None:
    """
    Its copies would be a picture of memory each: a second of them was 40 MB, half a minute 1 GB.
    """
    path = bench.folder / "gap.mp4"
    bench.clip("before-gap.mp4", frames=60, size="72x128")
    bench.run(
        *("-i", str(bench.folder / "before-gap.mp4"), "-vf", "setpts=PTS+gt(N\\,9)*15/TB"),
        *("-fps_mode", "passthrough", "-c:v", "libx264", "-preset", "ultrafast", str(path)),
    )
    facts = probe.probe(path, binary=binary).video[0]
    graph = commands.decode_picture(path, facts, size=SIZE, first=0, frames=400)
    chain = graph.get_args()[graph.get_args().index("-filter_complex") + 1]
    assert 0 < chain.index("scale=") < chain.index("fps=")
    every = shown(binary, path, clip_of(frames=480), 0, 480)
    held = [bool((a == b).all()) for a, b in itertools.pairwise(every[5:475])]
    assert 449 <= sum(held) <= 455


@pytest.mark.parametrize("size", ["320x180", "145x257", "1000x100", "2x2", "180x320"])
def test_every_shape_fills_the_frame(bench: Bench, binary: ffmpeg.Ffmpeg, size: str) -> None:
    path = bench.folder / f"shape{size}.mkv"
    bench.run(
        "-f",
        "lavfi",
        "-i",
        f"color=white:s={size}:r=30",
        "-frames:v",
        "3",
        "-c:v",
        "ffv1",
        str(path),
    )
    pictures = shown(binary, path, clip_of(frames=3), 0, 3)
    assert pictures[:, : 144 * 256].min() >= 233


def test_rotated_footage_stands_upright(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    lying = bench.folder / "lying.mp4"
    bench.run(
        *("-f", "lavfi", "-i", "color=black:s=256x144:r=30,drawbox=0:0:128:144:white:fill"),
        *("-frames:v", "2", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-qp", "4", str(lying)),
    )
    turned = bench.folder / "turned.mp4"
    bench.run("-display_rotation", "90", "-i", str(lying), "-c", "copy", str(turned))
    assert probe.probe(turned, binary=binary).video[0].shown == (144, 256)
    luma = shown(binary, turned, clip_of(frames=2), 0, 2)[0][: 144 * 256].reshape(256, 144)
    # A quarter turn against the clock brings the left half to the foot.
    assert luma[:120].max() < 30
    assert luma[136:].min() > 220


@pytest.mark.parametrize(
    "tags",
    [
        "color_primaries=smpte170m:color_trc=smpte170m:colorspace=smpte170m:range=tv",
        "color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=pc",
        "color_primaries=bt470bg:color_trc=smpte170m:colorspace=bt470bg:range=pc",
    ],
)
def test_flat_colours_come_out_by_the_source_s_own_tags(
    bench: Bench, binary: ffmpeg.Ffmpeg, tags: str
) -> None:
    matrix = "bt709" if "bt709" in tags else "bt601"
    span = tags.rsplit("=", 1)[1]
    path = bench.folder / f"flat-{matrix}-{span}.mkv"
    bench.run(
        *("-f", "lavfi", "-i", "color=0xC04080:s=144x256:r=30,format=gbrp", "-frames:v", "2"),
        *(
            "-vf",
            f"scale=out_color_matrix={matrix}:out_range={span}:flags=accurate_rnd,format=yuv444p,setparams={tags}",
        ),
        *("-c:v", "ffv1", str(path)),
    )
    picture = Frame.from_bytes(shown(binary, path, clip_of(frames=2), 0, 2)[0].tobytes(), *SIZE)
    r, g, b = 0xC0 / 255, 0x40 / 255, 0x80 / 255
    y = 0.2126 * r + 0.7152 * g + 0.0722 * b
    expected = (16 + 219 * y, 128 + 224 * (b - y) / 1.8556, 128 + 224 * (r - y) / 1.5748)
    for plane, value in zip(picture.planes, expected, strict=True):
        assert np.abs(plane.astype(float) - value).max() <= 1.5


def test_high_dynamic_range_and_ten_bits_are_brought_down(
    bench: Bench, binary: ffmpeg.Ffmpeg
) -> None:
    path = bench.folder / "hdr.mp4"
    bench.run(
        *("-f", "lavfi", "-i", "testsrc2=s=144x256:r=30", "-frames:v", "3"),
        *(
            "-vf",
            "format=yuv420p10le,setparams=color_primaries=bt2020:color_trc=smpte2084:colorspace=bt2020nc",
        ),
        *("-c:v", "libx264", "-preset", "ultrafast", str(path)),
    )
    facts = probe.probe(path, binary=binary).video[0]
    assert (facts.transfer, facts.pixel_format) == ("smpte2084", "yuv420p10le")
    pictures = shown(binary, path, clip_of(frames=3), 0, 3)
    assert pictures.shape[0] == 3
    assert np.ptp(pictures[0][: 144 * 256]) > 60


TO_BT2020 = np.array([[0.6274, 0.3293, 0.0433], [0.0691, 0.9195, 0.0114], [0.0164, 0.0880, 0.8956]])
COLOR = np.array([200, 40, 60])


def pq(light: np.ndarray) -> np.ndarray:
    power = (light * 203 / 10_000) ** 0.1593017578125
    return ((0.8359375 + 18.8515625 * power) / (1 + 18.6875 * power)) ** 78.84375


def hlg(light: np.ndarray) -> np.ndarray:
    shown = light * 203 / 1000
    scene = shown * (shown @ [0.2627, 0.6780, 0.0593]) ** (1 / 1.2 - 1)
    bright = 0.17883277 * np.log(np.maximum(12 * scene - 0.28466892, 1e-9)) + 0.55991073
    return np.where(scene <= 1 / 12, np.sqrt(3 * scene), bright)


@pytest.mark.parametrize(
    ("transfer", "curve"),
    [("smpte2084", pq), ("arib-std-b67", hlg), ("bt2020-10", lambda light: light ** (1 / 2.4))],
)
def test_a_colour_of_another_light_is_the_same_colour_in_ours(
    bench: Bench, binary: ffmpeg.Ffmpeg, transfer: str, curve: Any
) -> None:
    # ITU-R BT.2100 and BT.2408: the light of the screen, in the container's primaries.
    red, green, blue = curve(TO_BT2020 @ (COLOR / 255) ** 2.4)
    luma = 0.2627 * red + 0.6780 * green + 0.0593 * blue
    planes = (
        64 + 876 * luma,
        512 + 896 * (blue - luma) / 1.8814,
        512 + 896 * (red - luma) / 1.4746,
    )
    raw = bench.folder / "light.yuv"
    raw.write_bytes(b"".join(np.full(SIZE, round(each), "<u2").tobytes() for each in planes))
    path = bench.folder / f"light-{transfer}.mkv"
    bench.run(
        *("-f", "rawvideo", "-pix_fmt", "yuv444p10le", "-s", "144x256", "-i", str(raw)),
        *(
            "-vf",
            f"setparams=range=tv:color_primaries=bt2020:color_trc={transfer}:colorspace=bt2020nc",
            "-c:v",
            "ffv1",
            str(path),
        ),
    )
    picture = Frame.from_bytes(shown(binary, path, clip_of(frames=1), 0, 1)[0].tobytes(), *SIZE)
    y, u, v = (plane[10, 10].astype(float) for plane in picture.planes)
    y, u, v = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    found = [y + 1.5748 * v, y - 0.1873 * u - 0.4681 * v, y + 1.8556 * u]
    assert np.abs(np.array(found) * 255 - COLOR).max() <= 2.5


def test_what_is_seen_through_stands_on_black(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    path = bench.folder / "through.mov"
    bench.run(
        *("-f", "lavfi", "-i", "color=0xFF00FF@0.0:s=144x256:r=30,format=rgba"),
        *("-frames:v", "2", "-c:v", "png", str(path)),
    )
    assert shown(binary, path, clip_of(frames=2), 0, 2)[:, : 144 * 256].max() == 16


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_what_a_webm_hides_is_not_shown(bench: Bench, binary: ffmpeg.Ffmpeg, codec: str) -> None:
    path = bench.folder / f"through-{codec}.webm"
    bench.run(
        *("-f", "lavfi", "-i", "color=0x00FF00@0.0:s=144x256:r=30,format=yuva420p"),
        *("-frames:v", "2", "-c:v", codec, "-auto-alt-ref", "0", str(path)),
    )
    picture = shown(binary, path, clip_of(frames=2), 0, 2)
    assert picture[:, : 144 * 256].max() <= 17  # ffmpeg's own decoder shows the green
    assert np.abs(picture[:, 144 * 256 :].astype(int) - 128).max() <= 1
    without = evolve(binary, banner=binary.banner.replace("--enable-libvpx", ""))
    with pytest.raises(CompositorError, match=r"the clip .*libvpx.*ProRes 4444"):
        probe.probe(path, binary=without, media="the clip")


def test_dolby_vision_without_a_picture_for_others_is_refused(
    bench: Bench, binary: ffmpeg.Ffmpeg, dolby: Callable[[Path, int, int], None]
) -> None:
    for profile, compatibility in ((5, 0), (8, 1)):
        path = bench.clip(f"dolby-{profile}.mp4", frames=3)
        dolby(path, profile, compatibility)
        assert probe.probe(path, binary=binary).video[0].dolby_vision == (profile == 5) * 5
        if profile == 8:
            assert len(shown(binary, path, clip_of(frames=3), 0, 3)) == 3
            continue
        with pytest.raises(CompositorError, match=r"profile 5.*HDR10, HLG or BT.709") as caught:
            probe.probe(path, binary=binary, media="the clip")
        assert caught.value.media == "the clip"
        assert not caught.value.retryable


def test_interlaced_footage_has_no_combs(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    path = bench.folder / "fields.mov"
    bench.run(
        *("-f", "lavfi", "-i", "color=black:s=144x256:r=50,drawbox=x=0:w=40:h=256:c=white:t=fill"),
        *("-vf", "scroll=h=0.06,interlace=scan=tff:lowpass=0,setfield=tff", "-frames:v", "6"),
        *("-pix_fmt", "yuv422p10le", "-c:v", "prores_ks", str(path)),
    )
    luma = shown(binary, path, clip_of(frames=5), 0, 5)[:, : 144 * 256].reshape(5, 256, 144)
    rows = luma[:, 40:200].astype(int)
    assert np.abs(np.diff(rows, axis=1)).max() < 60


def test_footage_is_counted_from_its_first_picture(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    source = bench.clip("early.mp4", frames=90)
    late, keyless = bench.folder / "late.mp4", bench.folder / "keyless.mp4"
    bench.run(
        *("-itsoffset", "0.7", "-i", str(source), "-f", "lavfi", "-i", "sine=d=3"),
        *("-c:v", "copy", str(late)),
    )
    whole = bench.pictures(source)
    for first in (0, 70):
        assert np.array_equal(shown(binary, late, clip_of(), first, 5), whole[first : first + 5])
    stream = bench.clip("stream.ts", frames=90, options=("-g", "30"))
    content = stream.read_bytes()
    stream.write_bytes(content[len(content) // 6 // 188 * 188 :])
    bench.run("-i", str(stream), "-c", "copy", "-copyinkf", str(keyless))
    opening = shown(binary, keyless, clip_of(), 0, 5)
    assert all(not np.array_equal(a, b) for a, b in itertools.pairwise(opening))


def test_pictures_that_change_their_size_play_on(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    parts = [
        bench.clip(f"size{size}.h264", frames=20, size=size).read_bytes()
        for size in ("144x256", "96x180")
    ]
    stream, path = bench.folder / "sizes.h264", bench.folder / "sizes.mp4"
    stream.write_bytes(b"".join(parts))
    # Two kinds of pictures in one track, as a recorder's that follows its network.
    bench.run("-r", "30", "-i", str(stream), "-c", "copy", "-an", str(path))
    pictures = shown(binary, path, clip_of(frames=40), 0, 40, size=(146, 256))
    assert all(not np.array_equal(a, b) for a, b in itertools.pairwise(pictures))


def test_retimed_footage_never_repeats_or_jumps(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    path = bench.folder / "ramp.mkv"
    bench.run(
        *("-f", "lavfi", "-i", "color=black:s=144x256:r=30,format=gray,geq=lum='16+3*N'"),
        *(
            "-frames:v",
            "60",
            "-pix_fmt",
            "yuv420p",
            "-color_range",
            "tv",
            "-colorspace",
            "bt709",
            "-c:v",
            "ffv1",
            str(path),
        ),
    )
    pictures = shown(binary, path, clip_of(speed=1.07, frames=50), 0, 50)
    steps = np.diff(pictures[:, 0].astype(int))
    assert steps.min() >= 2
    assert steps.max() <= 5
    later = shown(binary, path, clip_of(speed=1.07, frames=50), 30, 10)
    assert np.array_equal(later, pictures[30:40])


def test_footage_a_moment_short_holds_its_last_picture(bench: Bench, binary: ffmpeg.Ffmpeg) -> None:
    path = bench.clip("short.mp4", frames=20)
    pictures = shown(binary, path, clip_of(), 0, 22)
    assert np.array_equal(pictures[21], pictures[19])


@pytest.mark.parametrize("frames", [1, 20])
def test_footage_too_short_is_named(bench: Bench, binary: ffmpeg.Ffmpeg, frames: int) -> None:
    path = bench.clip(f"tooshort{frames}.mp4", frames=frames)
    with pytest.raises(CompositorError, match="shorter") as caught:
        shown(binary, path, clip_of(media="clip 2"), 0, 40)
    assert caught.value.media == "clip 2"


def test_a_broken_tail_is_named_or_concealed(
    bench: Bench, binary: ffmpeg.Ffmpeg, tmp_path: Path
) -> None:
    whole = bench.clip("whole.mkv", frames=90).read_bytes()
    broken = tmp_path / "broken.mkv"
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CompositorError) as caught:
        shown(binary, broken, clip_of(frames=90), 0, 90)
    assert caught.value.media == "c"


@pytest.mark.parametrize("content", [b"", b"this is no film", bytes(3000)])
def test_what_is_no_video_is_named(binary: ffmpeg.Ffmpeg, tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(CompositorError) as caught:
        shown(binary, path, clip_of(), 0, 5)
    assert caught.value.media == "c"
    assert not caught.value.retryable


def test_no_picture_is_too_much_for_the_level_it_is_marked_with(
    binary: ffmpeg.Ffmpeg, tmp_path: Path
) -> None:
    size, target = (1280, 720), tmp_path / "noise.mp4"
    noise = np.random.default_rng(1).integers(16, 235, 1280 * 720 * 3 // 2 * 12, np.uint8)
    graph = commands.encode_segment(target, size=size, frames=48, preset="ultrafast", crf=21)
    args = ffmpeg.arguments(binary, graph)
    ffmpeg.run(args, timeout_seconds=60, stdin=np.tile(noise, 4).tobytes())
    stream = mp4.read(target)
    assert stream.sizes.sum() * 8 / 1.6 > 9_000_000
    assert levels.needed(*size, 30, stream.sizes.tolist()) == mp4.h264_level(stream) == 31


def test_segments_of_any_length_join_without_a_seam(
    bench: Bench, binary: ffmpeg.Ffmpeg, tmp_path: Path
) -> None:
    streams, pictures = [], []
    for index, frames in enumerate((7, 1, 30, 2, 13)):
        source = bench.pictures(bench.clip(f"part{index}.mp4", frames=frames))
        target = tmp_path / f"{index}.mp4"
        graph = commands.encode_segment(target, size=SIZE, frames=frames, preset="veryfast", crf=21)
        ffmpeg.run(ffmpeg.arguments(binary, graph), timeout_seconds=60, stdin=source.tobytes())
        streams.append(mp4.read(target))
        pictures.append(bench.pictures(target))
    film = tmp_path / "film.mp4"
    assert mp4.join(film, streams, None, width=SIZE[0], height=SIZE[1]) == 53
    assert np.array_equal(bench.pictures(film), np.concatenate(pictures))
    listing = bench.run("-i", str(film), "-c", "copy", "-f", "framecrc", "-").decode()
    rows = [line.split(",") for line in listing.splitlines() if not line.startswith("#")]
    assert {int(b[1]) - int(a[1]) for a, b in itertools.pairwise(rows)} == {512}
    assert sorted(int(row[2]) for row in rows) == [512 * n for n in range(53)]
    # what only some players look at (ISO/IEC 14496-12)
    boxes = mp4.read(film).boxes
    unity = struct.pack(">9i", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    assert boxes[b"tkhd"][-44:] == unity + struct.pack(">II", SIZE[0] << 16, SIZE[1] << 16)
    assert boxes[b"vmhd"][:4] == b"\0\0\0\1"
    assert boxes[b"dinf"][-8:] == b"url \0\0\0\1"  # the media are in this very file
    assert boxes[b"mdhd"][-4:-2] == b"\x55\xc4"  # und: no language
    starts = [1, 8, 9, 39, 41]
    assert boxes[b"stss"] == struct.pack(">II5I", 0, 5, *starts)


def test_a_segment_cut_short_is_not_taken_for_whole(
    bench: Bench, binary: ffmpeg.Ffmpeg, tmp_path: Path
) -> None:
    whole = bench.clip("entire.mp4", frames=10, options=("-movflags", "+faststart")).read_bytes()
    part = tmp_path / "part.mp4"
    for size in (0, 10, len(whole) // 2, len(whole) - 1):
        part.write_bytes(whole[:size])
        with pytest.raises(CompositorError):
            mp4.read(part)


def test_a_container_of_nothing_is_the_inputs_fault(
    bench: Bench, binary: ffmpeg.Ffmpeg, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.mp4"
    bench.run("-f", "lavfi", "-i", "testsrc2=s=64x64:r=30", "-t", "0", "-c:v", "mpeg4", str(empty))
    assert probe.probe(empty, binary=binary).video == ()
    clip = Clip(media="custom-0", start_frame=0, frames=10)
    with pytest.raises(CompositorError, match="custom-0") as caught:
        shown(binary, empty, clip, 0, 10)
    assert caught.value.media == "custom-0"
