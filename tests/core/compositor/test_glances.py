"""
What is seen of clips at a glance, whatever they are made like.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from attrs import evolve
from PIL import Image

from ars0n_core.compositor import colors, ffmpeg
from ars0n_core.compositor.boxes import boxes_of
from ars0n_core.compositor.cache import Cache
from ars0n_core.compositor.glances import Glances
from ars0n_core.compositor.groups import Crew, Group
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.errors import CompositorError
from ars0n_core.timelines import Clip, Media, MediaKind, Timeline, Title

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor.colors import Floats
    from ars0n_core.compositor.ffmpeg import Ffmpeg

RED = (0xC0, 0x40, 0x40)


def film(kind: MediaKind, *names: str) -> Timeline:
    """
    Three seconds of which each medium, all of the same content, has a part.
    """
    frames = 90 // len(names)
    return Timeline(
        width=360, height=640, frames=90, samples=144_000,
        titles=(Title(text="New", start_frame=0, frames=90),),
        media=tuple(Media(id=name, kind=kind, sha256="a") for name in names),
        clips=tuple(
            Clip(media=name, start_frame=frames * n, frames=frames) for n, name in enumerate(names)
        ),
    )  # fmt: skip


def seen(timeline: Timeline, path: Path, binary: Ffmpeg, folder: Path) -> list[Floats]:
    media = {each.id: path for each in timeline.media}
    cache = Cache(None, size_bytes_max=0)
    with Group() as group, Crew(2, group) as crew:
        looks = Glances(timeline, media, binary=binary, cache=cache, pieces=folder, group=group)
        looks.begin(crew)
        return looks.between(0, timeline.frames)


@pytest.mark.parametrize(
    ("codec", "dropped"),
    [
        (("mpeg4", "-g", "300"), "key"),
        # Refreshed column by column, and cut after the only picture called key.
        (("libx264", "-intra-refresh", "1", "-g", "20"), r"lt(n\,5)"),
    ],
)
def test_footage_without_a_key_picture_is_seen_by_its_others(
    codec: tuple[str, ...], dropped: str, bench: Bench, binary: Ffmpeg, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    bench.run(
        *("-f", "lavfi", "-i", "color=0xc04040:s=90x160:r=30:d=3", "-c:v", *codec),
        *("-pix_fmt", "yuv420p", "-bsf:v", f"noise=drop={dropped}", str(path)),
    )
    pictures = seen(film(MediaKind.FOOTAGE, "c"), path, binary, tmp_path)
    assert len(pictures) in {2, 3}  # one a second, from where a decoder begins to show any


def cover_first(path: Path) -> None:
    """
    Move the cover of an MP4 file whose header is its last box to where ffmpeg finds it first.
    """
    content = path.read_bytes()
    at = content.index(b"moov") + 4
    boxes = dict(boxes_of(content[at:]))
    order = sorted(boxes, key=lambda kind: (kind != b"mvhd", kind != b"udta"))
    moved = (struct.pack(">I4s", len(boxes[kind]) + 8, kind) + boxes[kind] for kind in order)
    path.write_bytes(content[:at] + b"".join(moved))


def test_a_cover_is_not_what_a_clip_shows(bench: Bench, binary: Ffmpeg, tmp_path: Path) -> None:
    path, cover = tmp_path / "clip.mp4", tmp_path / "cover.png"
    Image.new("RGB", (90, 90), (0, 160, 0)).save(cover)
    bench.run(
        *("-f", "lavfi", "-i", "color=0xc04040:s=90x160:r=30:d=3", "-i", str(cover)),
        *("-map", "0", "-map", "1", "-c:v:0", "libx264", "-pix_fmt:v:0", "yuv420p"),
        *("-c:v:1", "copy", "-disposition:v:1", "attached_pic", str(path)),
    )
    cover_first(path)
    timeline = film(MediaKind.FOOTAGE, "c")
    glanced = seen(timeline, path, binary, tmp_path)
    assert np.abs(glanced[0].mean(axis=(0, 1)) - RED).max() < 12

    untitled = evolve(timeline, titles=())
    done = LocalCompositor().pictures(untitled, {"c": path}, tmp_path / "out")
    shown = bench.pictures(done, (360, 640))
    assert len(shown) == 90
    assert abs(int(shown[45][640 * 180]) - colors.yuv_of((0xC0 / 255, 0.25, 0.25))[0]) <= 2


def test_a_photo_shown_thrice_is_looked_at_once(
    binary: Ffmpeg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "photo.png"
    Image.new("RGB", (90, 160), RED).save(path)
    runs: list[tuple[Any, ...]] = []
    run = ffmpeg.run

    def counted(*args: Any, **told: Any) -> ffmpeg.Output:
        runs.append(args)
        return run(*args, **told)

    monkeypatch.setattr(ffmpeg, "run", counted)
    pictures = seen(film(MediaKind.STILL, "a", "b", "c"), path, binary, tmp_path)
    assert len(pictures) == 3
    assert len(runs) == 1


def test_a_file_without_pictures_is_named(bench: Bench, binary: Ffmpeg, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    bench.run("-f", "lavfi", "-i", "anullsrc=d=1", "-c:a", "aac", str(path))
    with pytest.raises(CompositorError, match="scene-7") as caught:
        seen(film(MediaKind.FOOTAGE, "scene-7"), path, binary, tmp_path)
    assert caught.value.media == "scene-7"
