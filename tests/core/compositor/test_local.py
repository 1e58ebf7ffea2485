from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve
from PIL import Image

from ars0n_core.compositor import certificate
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.errors import CompositorError, MisconfiguredError
from ars0n_core.specs.model import CtaDesign
from ars0n_core.timelines import (
    Bed,
    Clip,
    Cue,
    CueWord,
    EndCard,
    Look,
    Media,
    MediaKind,
    Overlay,
    Sound,
    Timeline,
    Title,
    Transition,
)

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor import ffmpeg

FRAMES = 90


@pytest.fixture(scope="module")
def media(bench: Bench, voice_file: Path, music_file: Path) -> dict[str, Path]:
    logo = bench.folder / "logo.png"
    Image.new("RGBA", (60, 20), (200, 30, 60, 255)).save(logo)
    return {
        "c0": bench.clip("c0.mp4", frames=60),
        "c1": bench.clip("c1.mp4", source="smptebars", rate="24", frames=48, size="128x72"),
        "logo": logo,
        "v": voice_file,
        "m": music_file,
    }


@pytest.fixture(scope="module")
def film(media: dict[str, Path]) -> Timeline:
    kinds = {
        "c": MediaKind.FOOTAGE,
        "l": MediaKind.STILL,
        "v": MediaKind.SOUND,
        "m": MediaKind.SOUND,
    }
    return Timeline(
        width=144,
        height=256,
        frames=FRAMES,
        samples=FRAMES * 1600,
        media=tuple(
            Media(
                id=name, kind=kinds[name[0]], sha256=hashlib.sha256(path.read_bytes()).hexdigest()
            )
            for name, path in media.items()
        ),
        clips=(
            Clip(media="c0", start_frame=0, frames=40),
            Clip(media="c1", start_frame=34, frames=36, transition=Transition(Look.DISSOLVE, 6)),
        ),
        card=EndCard(
            design=CtaDesign.MINIMAL,
            start_frame=64,
            frames=26,
            transition=Transition(Look.WIPE, 6),
            company_name="Acme",
            call_to_action="Go",
            logo="logo",
        ),
        overlays=(Overlay(media="logo", start_frame=0, frames=64),),
        titles=(Title(text="New", start_frame=5, frames=20),),
        cues=(
            Cue(
                words=(
                    CueWord(text="Hear", start_frame=30, frames=5),
                    CueWord(text="it", start_frame=35, frames=9),
                ),
                start_frame=30,
                frames=14,
                highlighted=True,
            ),
        ),
        voice=(Sound(media="v", start_sample=4_800, samples=2 * 48_000, speed=1.1),),
        bed=Bed(media="m"),
    )


def folder(tmp_path: Path, name: str) -> Path:
    path = tmp_path / name
    path.mkdir()
    return path


def test_a_film_is_exact_in_every_measure(
    bench: Bench, film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    out = folder(tmp_path, "out")
    done = LocalCompositor().render(film, media, out)
    assert len(bench.pictures(done.path)) == done.frames == FRAMES
    assert len(bench.heard(done.path)) == done.samples == FRAMES * 1600
    level, peak = bench.ebur128(done.path)
    assert level == pytest.approx(-14, abs=0.5)
    assert peak <= -0.95
    assert done.measured["loudness_lufs"] == pytest.approx(level, abs=0.2)
    assert done.poster is not None
    with Image.open(done.poster) as poster:
        assert poster.size == (144, 256)
    assert {path.name for path in out.iterdir()} == {"ad.mp4", "poster.jpg"}
    content = done.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_the_film_does_not_depend_on_cache_or_workers(
    film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    one = LocalCompositor(workers=1).render(film, media, folder(tmp_path, "one"))
    edited = evolve(film, titles=(), cues=())
    LocalCompositor(cache_folder=cache, workers=3).render(edited, media, folder(tmp_path, "edited"))
    mixed = LocalCompositor(cache_folder=cache).render(film, media, folder(tmp_path, "mixed"))
    again = LocalCompositor(cache_folder=cache).render(film, media, folder(tmp_path, "again"))
    rendered, whole = mixed.measured["rendered"], mixed.measured["segments"]
    assert isinstance(rendered, int)
    assert isinstance(whole, int)
    assert 0 < rendered < whole
    assert again.measured["rendered"] == 0
    assert one.path.read_bytes() == mixed.path.read_bytes() == again.path.read_bytes()
    assert one.poster is not None
    assert again.poster is not None
    assert one.poster.read_bytes() == again.poster.read_bytes()


def test_nothing_of_a_title_is_left_on_a_still_when_it_is_gone(
    bench: Bench, tmp_path: Path
) -> None:
    """
    A still picture is not drawn anew for each frame: what lies over it must not stay on it.
    """
    bright = tmp_path / "still.png"
    Image.new("RGB", (144, 256), (230, 220, 210)).save(bright)
    digest = hashlib.sha256(bright.read_bytes()).hexdigest()
    film = Timeline(
        width=144, height=256, frames=40, samples=64_000,
        media=(Media(id="s", kind=MediaKind.STILL, sha256=digest),),
        clips=(Clip(media="s", start_frame=0, frames=40),),
        titles=(Title(text="Roasted", start_frame=8, frames=20),),
    )  # fmt: skip
    path = LocalCompositor().pictures(film, {"s": bright}, tmp_path)
    luma = bench.pictures(path)[:, : 144 * 256].astype(int)
    darker = (luma < luma[0] - 60).sum(axis=1)
    assert darker[18] > 500
    assert not darker[30:].any()


def test_another_voice_renders_no_picture(
    bench: Bench, film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    compositor = LocalCompositor(cache_folder=tmp_path / "cache")
    before = compositor.render(film, media, folder(tmp_path, "before"))
    quieter = evolve(film, bed=None)
    after = compositor.render(quieter, media, folder(tmp_path, "after"))
    assert after.measured["rendered"] == 0
    assert np.array_equal(bench.pictures(before.path), bench.pictures(after.path))
    assert not np.array_equal(bench.heard(before.path), bench.heard(after.path))


def test_what_a_crash_made_of_the_cache_is_made_anew(
    film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    compositor = LocalCompositor(cache_folder=cache)
    before = compositor.render(film, media, folder(tmp_path, "before"))
    for number, path in enumerate(sorted(cache.iterdir())):
        content = path.read_bytes()
        path.unlink()
        half = len(content) // 2
        path.write_bytes(
            [b"", content[:half], content[:half] + bytes(len(content) - half)][number % 3]
        )
    after = compositor.render(film, media, folder(tmp_path, "after"))
    assert after.path.read_bytes() == before.path.read_bytes()
    again = compositor.render(film, media, folder(tmp_path, "again"))
    assert again.measured["rendered"] == 0
    assert again.path.read_bytes() == before.path.read_bytes()


def test_a_cache_that_takes_nothing_costs_only_time(
    film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    taken = tmp_path / "cache"
    taken.write_text("a file")
    done = LocalCompositor(cache_folder=taken).render(film, media, folder(tmp_path, "out"))
    assert done.frames == FRAMES
    assert taken.read_text() == "a file"


def test_the_cache_stays_within_its_bounds(
    film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    LocalCompositor(cache_folder=cache, cache_bytes_max=20_000).render(
        film, media, folder(tmp_path, "out")
    )
    assert sum(path.stat().st_size for path in cache.iterdir()) <= 20_000


def test_radio_is_sound_alone(
    bench: Bench, film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    radio = evolve(
        film, width=0, height=0, frames=0, clips=(), card=None, overlays=(), titles=(), cues=(),
        loudness_lufs=-16.0, true_peak_dbtp=-2.0,
    )  # fmt: skip
    done = LocalCompositor().render(radio, media, folder(tmp_path, "out"))
    assert done.media_type == "audio/mpeg"
    assert done.poster is None
    assert len(bench.heard(done.path, 44_100)) == done.samples == 3 * 44_100
    assert bench.ebur128(done.path)[0] == pytest.approx(-16, abs=0.5)


@pytest.mark.parametrize("name", ["c0", "c1", "logo", "v", "m"])
def test_a_broken_input_is_named_and_leaves_nothing(
    film: Timeline, media: dict[str, Path], tmp_path: Path, name: str
) -> None:
    broken = tmp_path / "broken"
    broken.write_bytes(b"neither picture nor sound")
    out, cache = folder(tmp_path, "out"), tmp_path / "cache"
    with pytest.raises(CompositorError) as caught:
        LocalCompositor(cache_folder=cache).render(film, {**media, name: broken}, out)
    assert caught.value.media == name
    assert not caught.value.retryable
    assert list(out.iterdir()) == []
    assert not cache.exists() or not [p for p in cache.iterdir() if "part" in p.name]


def test_an_ad_that_cannot_be_certified_is_not_left_half_done(
    film: Timeline, media: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object, **__: object) -> None:
        raise CompositorError("ffmpeg was killed (signal 9)", retryable=True)

    out = folder(tmp_path, "out")
    monkeypatch.setattr(certificate, "certify", killed)
    with pytest.raises(CompositorError, match="killed"):
        LocalCompositor(certifies=True).render(film, media, out)
    assert list(out.iterdir()) == []


def test_a_medium_without_a_file_is_named(
    film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    rest = {name: path for name, path in media.items() if name != "v"}
    with pytest.raises(CompositorError) as caught:
        LocalCompositor().render(film, rest, folder(tmp_path, "out"))
    assert caught.value.media == "v"


# A machine that is shut down asks politely first: ffmpeg then ends with 255 and says nothing.
@pytest.mark.parametrize("end", ["kill -9 $$", "exit 255"])
def test_a_killed_encoder_may_be_tried_again(
    binary: ffmpeg.Ffmpeg, film: Timeline, media: dict[str, Path], tmp_path: Path, end: str
) -> None:
    script = tmp_path / "ffmpeg"
    script.write_text(
        f'#!/bin/sh\ncase "$*" in *libx264*) {end};; esac\nexec "{binary.path}" "$@"\n'
    )
    # "-version" names libx264 nowhere in its arguments, so the build is still known.
    script.chmod(0o755)
    out = folder(tmp_path, "out")
    with pytest.raises(CompositorError) as caught:
        LocalCompositor(ffmpeg_path=str(script)).render(film, media, out)
    assert caught.value.retryable
    assert list(out.iterdir()) == []


def test_a_full_disk_may_be_tried_again(
    film: Timeline, media: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("ars0n_core.compositor.mp4.join", full)
    out = folder(tmp_path, "out")
    with pytest.raises(CompositorError, match="No space") as caught:
        LocalCompositor().render(film, media, out)
    assert caught.value.retryable
    assert list(out.iterdir()) == []


def test_no_ffmpeg_is_a_setting_to_fix(
    film: Timeline, media: dict[str, Path], tmp_path: Path
) -> None:
    with pytest.raises(MisconfiguredError):
        LocalCompositor(ffmpeg_path=str(tmp_path / "none")).render(
            film, media, folder(tmp_path, "out")
        )
