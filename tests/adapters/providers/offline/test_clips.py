"""
The offline video generator: how the camera moves, and a queue that survives its process.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import imageio_ffmpeg
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from ars0n_adapters.providers.offline import clips, filming, moves
from ars0n_adapters.providers.offline.clips import OfflineVideoGenerator
from ars0n_core.errors import ProviderRejectedError, ProviderUnavailableError
from ars0n_core.ports import ClipOrder, Finished, Unfinished
from ars0n_core.specs.model import AspectRatio, VideoModel

if TYPE_CHECKING:
    from pathlib import Path

WAIT_SECONDS = 60

NAMES = ("push", "pull", "left", "right", "up", "down", "drift", "orbit", "hold")

planned = st.builds(
    moves.planned,
    st.sampled_from(NAMES),
    st.sampled_from([(720, 1280), (1280, 720), (720, 720), (720, 900)]),
    st.sampled_from([120, 180, 240]),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.integers(0, 2**48 - 1),
)


def seen_at(move: moves.Move, points: list[tuple[float, float]]) -> np.ndarray:
    """
    Return where canvas *points* are on the screen, frames x points x (x, y).
    """
    rows = []
    for frame in range(move.frames):
        pose = move.pose(frame)
        rows.append(
            [
                (
                    (x - pose.x) * pose.zoom
                    + move.width / 2
                    + pose.bend
                    * np.exp(-(((x - move.focus[0]) / (filming.ORBIT_REACH * move.width)) ** 2)),
                    (y - pose.y) * pose.zoom + move.height / 2,
                )
                for x, y in points
            ]
        )
    return np.array(rows)


def corners(move: moves.Move) -> list[tuple[float, float]]:
    return [(x, y) for x in (0, move.width) for y in (0, move.height)] + [move.focus]


@given(planned)
def test_no_point_of_the_frame_ever_changes_pace_visibly(move: moves.Move) -> None:
    track = seen_at(move, corners(move))
    acceleration = np.linalg.norm(np.diff(track, 2, axis=0), axis=2)
    assert acceleration.max() <= 0.02


@given(planned)
def test_the_camera_never_steps_back(move: moves.Move) -> None:
    poses = [move.pose(frame) for frame in range(move.frames)]
    for values in ([p.x for p in poses], [p.y for p in poses], [p.zoom for p in poses]):
        steps = np.diff(values)
        assert (steps >= -1e-9).all() or (steps <= 1e-9).all()


@given(planned)
def test_the_frame_never_reaches_beyond_the_picture(move: moves.Move) -> None:
    for frame in range(move.frames):
        pose = move.pose(frame)
        across, down = move.width / pose.zoom / 2, move.height / pose.zoom / 2
        assert pose.x - across >= 0.5
        assert pose.y - down >= 0.5
        assert pose.x + across <= move.width - 0.5
        assert pose.y + down <= move.height - 0.5
        if move.name == "orbit":
            seen = filming.bent(np.array([0.5, move.width - 0.5]), pose, move)
            assert seen.min() >= 0
            assert seen.max() <= move.width


@given(planned)
def test_every_move_is_seen(move: moves.Move) -> None:
    track = seen_at(move, corners(move))
    way = np.linalg.norm(track[-1] - track[0], axis=1).max()
    assert way >= 6


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Slow push-in towards the logo", "push"),
        ("Camera pulls back to reveal the room", "pull"),
        ("pan to the left across the desk", "left"),
        ("Tracking shot moving right", "right"),
        ("tilt up along the bottle", "up"),
        ("crane down", "down"),
        ("smooth orbit around the product", "orbit"),
        ("locked off tripod shot", "hold"),
    ],
)
def test_the_prompt_chooses_the_move(prompt: str, name: str) -> None:
    assert moves.move_for(prompt, 4) == name


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("gentle slide from left to right", "right"),
        ("gentle slide from right to left", "left"),
        ("smooth tilt from top to bottom", "down"),
        ("slow descent from above", "down"),
        ("straight glide forward past the edge", "right"),
    ],
)
def test_a_way_is_gone_from_where_it_begins(prompt: str, name: str) -> None:
    assert moves.move_for(prompt, 9) == name


@pytest.mark.parametrize("size", [(720, 1280), (1280, 720), (720, 720), (720, 900)])
@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"hold", "orbit"}])
def test_a_move_of_six_seconds_goes_a_visible_way(name: str, size: tuple[int, int]) -> None:
    move = moves.planned(name, size, 180, (0.5, 0.5), 1)
    track = seen_at(move, corners(move))
    assert np.linalg.norm(track[-1] - track[0], axis=1).max() > 0.055 * min(size)


def test_without_words_chance_decides_and_scenes_differ() -> None:
    assert len({moves.move_for("", chance) for chance in range(64)}) >= 5


@pytest.mark.parametrize("name", ["push", "right", "drift", "orbit"])
def test_frames_follow_the_move_to_a_hundredth_of_a_pixel(name: str) -> None:
    size, focus = (320, 240), (0.5, 0.5)
    move = moves.planned(name, size, 40, focus, 0)
    spots = [(90.37, 70.71), (230.2, 71.4), (91.6, 171.3), (231.8, 170.2), (160.4, 120.3)]
    y, x = np.mgrid[0:240, 0:320] + 0.5
    dots = sum(np.exp(-((x - a) ** 2 + (y - b) ** 2) / 32) for a, b in spots)
    luma = np.clip(20 + 200 * dots, 0, 255)
    canvas = filming.planes(Image.fromarray(np.repeat(luma[..., None], 3, 2).astype(np.uint8)))
    expected = seen_at(move, spots)
    errors = []
    for frame, content in enumerate(filming.frames(canvas, move)):
        picture = np.frombuffer(content, np.uint8)[: 320 * 240].reshape(240, 320)
        for spot, (a, b) in enumerate(expected[frame]):
            left, top = int(a) - 14, int(b) - 14
            patch = picture[top : top + 29, left : left + 29].astype(float)
            patch = np.clip(patch - 36, 0, None)
            across = (patch.sum(axis=0) * (np.arange(29) + 0.5)).sum() / patch.sum() + left - a
            down = (patch.sum(axis=1) * (np.arange(29) + 0.5)).sum() / patch.sum() + top - b
            errors.append((frame, spot, across, down))
    offsets = np.array([e[2:] for e in errors]).reshape(40, len(spots), 2).mean(axis=1)
    offsets -= offsets.mean(axis=0)
    assert np.sqrt((offsets**2).sum(axis=1).mean()) <= 0.01


def test_a_still_with_more_pixels_stays_sharper_and_in_the_same_place() -> None:
    rng = np.random.default_rng(4)
    grain = Image.fromarray(rng.integers(0, 255, (300, 400, 3), np.uint8))
    large = grain.filter(ImageFilter.GaussianBlur(0.6))
    move = moves.planned("push", (320, 240), 40, (0.5, 0.5), 0)
    last = []
    for reserve in (1.0, filming.RESERVE):
        picture, _ = filming.fitted(large, (320, 240), reserve=reserve)
        *_, content = filming.frames(filming.planes(picture), move)
        assert len(content) == 320 * 240 * 3 // 2
        last.append(np.frombuffer(content, np.uint8)[: 320 * 240].reshape(240, 320).astype(float))
    small, fine = last
    assert fine.std() > 1.03 * small.std()
    assert np.corrcoef(small.ravel(), fine.ravel())[0, 1] > 0.8


@pytest.mark.parametrize(
    ("still", "kept"),
    [
        ((320, 240), (320, 240)),
        ((400, 300), (400, 300)),
        ((900, 700), (448, 336)),
        ((100, 90), (320, 240)),
        ((340, 600), (340, 256)),
    ],
)
def test_a_still_keeps_its_pixels_up_to_a_reserve(
    still: tuple[int, int], kept: tuple[int, int]
) -> None:
    picture, focus = filming.fitted(Image.new("RGB", still, "teal"), (320, 240), reserve=1.4)
    assert picture.size == kept
    assert all(0 <= part <= 1 for part in focus)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for number, aspect in enumerate(AspectRatio):
        monkeypatch.setitem(clips.SIZES, aspect, (64 + 16 * number, 96))


@pytest.fixture
def still(tmp_path: Path) -> Path:
    path = tmp_path / "still.png"
    noise = np.random.default_rng(1).integers(0, 255, (12, 8, 3), np.uint8)
    Image.fromarray(noise).resize((128, 192), Image.Resampling.BICUBIC).save(path)
    return path


def ordered(still: Path, **changes: Any) -> ClipOrder:
    fields: dict[str, Any] = {
        "still": still,
        "prompt": "slow push in",
        "model": VideoModel.FAST,
        "aspect_ratio": AspectRatio.PORTRAIT,
        "seconds": 4,
        "seed": "s",
        **changes,
    }
    return ClipOrder(**fields)


def awaited(generator: OfflineVideoGenerator, ticket: str, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        answer = generator.check(ticket, folder)
        if isinstance(answer, Finished):
            return answer.path
        assert answer.fraction is None or 0 <= answer.fraction <= 1
        time.sleep(0.02)
    raise AssertionError("the clip was never finished")


def probed(path: Path) -> str:
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    command += ["-map", "0:v", "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return done.stderr


def test_a_clip_is_made_and_may_be_asked_for_again(
    small: None, still: Path, tmp_path: Path
) -> None:
    generator = OfflineVideoGenerator(tmp_path / "books")
    ticket = generator.submit(ordered(still))
    first = awaited(generator, ticket, tmp_path / "one")
    again = awaited(generator, ticket, tmp_path / "two")
    generator.close()
    assert first.read_bytes() == again.read_bytes()
    facts = probed(first)
    assert "h264" in facts
    assert "yuv420p(tv, bt709" in facts
    assert "64x96" in facts
    assert "30 fps" in facts
    assert "Audio" not in facts
    assert "frame=  120" in facts


def test_the_same_order_gives_the_same_ticket_and_bytes_and_another_one_does_not(
    small: None, still: Path, tmp_path: Path
) -> None:
    one, two = (OfflineVideoGenerator(tmp_path / name) for name in ("a", "b"))
    tickets = {one.submit(ordered(still)), two.submit(ordered(still)), one.submit(ordered(still))}
    assert len(tickets) == 1
    (ticket,) = tickets
    first = awaited(one, ticket, tmp_path / "one").read_bytes()
    assert awaited(two, ticket, tmp_path / "two").read_bytes() == first
    others = {
        one.submit(ordered(still, **change))
        for change in (
            {"seed": "t"},
            {"prompt": "pan left"},
            {"aspect_ratio": AspectRatio.LANDSCAPE},
            {"model": VideoModel.PREMIUM},
        )
    }
    one.close()
    two.close()
    assert len(others) == 4
    assert ticket not in others


def test_a_relabelled_order_is_the_same_order(small: None, still: Path, tmp_path: Path) -> None:
    generator = OfflineVideoGenerator(tmp_path / "books")
    assert generator.submit(ordered(still, label="a")) == generator.submit(
        ordered(still, label="b")
    )
    generator.close()


CHILD = """
import sys, time
from pathlib import Path
from ars0n_adapters.providers.offline import clips
from ars0n_core.ports import ClipOrder
from ars0n_core.specs.model import AspectRatio, VideoModel
size = (int(sys.argv[3]), int(sys.argv[4]))
clips.SIZES[AspectRatio.PORTRAIT] = size
generator = clips.OfflineVideoGenerator(Path(sys.argv[1]))
order = ClipOrder(still=Path(sys.argv[2]), prompt="slow push in", model=VideoModel.FAST,
                  aspect_ratio=AspectRatio.PORTRAIT, seconds=4, seed="s")
print(generator.submit(order), flush=True)
time.sleep(60)
"""


def started(books: Path, still: Path, size: tuple[int, int]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(books), str(still), *map(str, size)]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)


def encoders_of(books: Path) -> list[int]:
    listing = subprocess.run(
        ["ps", "-eo", "pid,args"], capture_output=True, text=True, timeout=20, check=True
    ).stdout
    return [int(line.split()[0]) for line in listing.splitlines() if f"{books}/" in line]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGINT])
def test_a_ticket_outlives_its_process_and_no_encoder_does(
    end: signal.Signals, small: None, still: Path, tmp_path: Path
) -> None:
    books = tmp_path / "books"
    with started(books, still, (720, 1280)) as child:
        assert child.stdout is not None
        ticket = child.stdout.readline().strip()
        until = time.monotonic() + WAIT_SECONDS
        while not (books / ticket / "clip.partial").exists() and time.monotonic() < until:
            time.sleep(0.01)
        child.send_signal(end)
        child.wait(WAIT_SECONDS)
    until = time.monotonic() + WAIT_SECONDS
    while encoders_of(books) and time.monotonic() < until:
        time.sleep(0.05)
    assert encoders_of(books) == []
    assert not (books / ticket / "clip.mp4").exists()
    generator = OfflineVideoGenerator(books)
    assert awaited(generator, ticket, tmp_path / "out").stat().st_size > 0
    generator.close()


def test_a_clip_another_process_is_making_is_left_to_it(
    small: None, still: Path, tmp_path: Path
) -> None:
    one, two = OfflineVideoGenerator(tmp_path / "books"), OfflineVideoGenerator(tmp_path / "books")
    one.close()  # it only writes the order down
    ticket = one.submit(ordered(still))
    lock = tmp_path / "books" / ticket / "lock"
    with clips._held(lock) as ours:
        assert ours
        for _ in range(5):
            assert isinstance(two.check(ticket, tmp_path), Unfinished)
            time.sleep(0.02)
        assert not (tmp_path / "books" / ticket / "clip.partial").exists()
    assert awaited(two, ticket, tmp_path / "out").exists()
    two.close()


@pytest.mark.parametrize("ticket", ["", "..", "../..", "clip-1", "clip-" + "0" * 40, "a/b"])
def test_an_unknown_ticket_is_refused(ticket: str, tmp_path: Path) -> None:
    with pytest.raises(ProviderRejectedError, match="no such ticket"):
        OfflineVideoGenerator(tmp_path).check(ticket, tmp_path)


def test_a_still_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    still = tmp_path / "still.png"
    still.write_text("no picture")
    generator = OfflineVideoGenerator(tmp_path / "books")
    with pytest.raises(ProviderRejectedError, match=r"still\.png"):
        generator.submit(ordered(still))
    with pytest.raises(ProviderRejectedError, match="5"):
        generator.submit(ordered(still, seconds=5))


def test_a_still_that_breaks_off_is_given_up_with_the_reason(
    small: None, still: Path, tmp_path: Path
) -> None:
    content = still.read_bytes()
    still.write_bytes(content[: len(content) // 2])
    generator = OfflineVideoGenerator(tmp_path / "books")
    ticket = generator.submit(ordered(still))
    for _ in range(2):
        with pytest.raises(ProviderRejectedError, match="still can't be read"):
            awaited(generator, ticket, tmp_path / "out")
    generator.close()


def test_a_machine_that_cannot_now_is_tried_again(
    small: None, still: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator = OfflineVideoGenerator(tmp_path / "books")
    with monkeypatch.context() as broken:

        def full(*_args: object, **_more: object) -> None:
            raise OSError(28, "No space left on device")

        broken.setattr(filming, "film", full)
        ticket = generator.submit(ordered(still))
        with pytest.raises(ProviderUnavailableError, match="No space left"):
            awaited(generator, ticket, tmp_path / "out")
    assert awaited(generator, ticket, tmp_path / "out").exists()
    generator.close()


def test_old_clips_that_were_handed_over_make_room(
    small: None, still: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clips, "KEPT_MAX", 2)
    generator = OfflineVideoGenerator(tmp_path / "books")
    first = generator.submit(ordered(still, seed="1"))
    awaited(generator, first, tmp_path / "out")
    rest = [generator.submit(ordered(still, seed=seed)) for seed in "234"]
    for ticket in rest[1:]:
        assert awaited(generator, ticket, tmp_path / "out").exists()
    with pytest.raises(ProviderRejectedError):
        generator.check(first, tmp_path)
    generator.close()
