"""
Captions over what is hardest to read on, measured on the finished film, picture by picture.
"""

from __future__ import annotations

import itertools
import json
import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ars0n_core.compositor import captions, legibility, letters
from ars0n_core.compositor.frames import Frame, lay
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.compositor.subtitles import Subtitle
from ars0n_core.timelines import Clip, Cue, CueWord, Media, MediaKind, Sound, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy.typing as npt
    from tests.core.compositor.conftest import Bench

    Films = npt.NDArray[np.uint8]

SIZE = WIDTH, HEIGHT = 360, 640
SCENE, FIRST, LAST = 45, 4, 41
"""
Frames of a scene, and the part of it that is captioned.
"""

SCENES = {
    # white for two pictures, between the two key pictures of the shot
    "flash": "color=0x202020:s={s}:r=30:d=2,geq=lum='if(between(N,17,18),235,32)':cb=128:cr=128",
    "checkerboard": "color=black:s={s}:r=30:d=2,geq=lum='16+219*mod(floor(X/9)+floor(Y/9)+N,2)'"
    ":cb=128:cr=128",
    "moving object": "color=0x202020:s={s}:r=30:d=2,"
    "geq=lum='if(lt(hypot(X-9*N,Y-375),70),235,32)':cb=128:cr=128",
    "gradient": "color=black:s={s}:r=30:d=2,geq=lum='16+219*X/W':cb=128:cr=128",
}


def cue(start: int, *, highlighted: bool) -> Cue:
    step = (LAST - FIRST) // 4
    words = tuple(
        CueWord(text=text, start_frame=start + FIRST + step * i, frames=step)
        for i, text in enumerate(["roasted", "this", "very", "morning"])
    )
    return Cue(words=words, start_frame=start + FIRST, frames=LAST - FIRST, highlighted=highlighted)


@pytest.fixture(scope="module")
def film(
    bench: Bench, sha256: Callable[[Path], str], tmp_path_factory: pytest.TempPathFactory,
    voice_file: Path,
) -> tuple[Films, dict[str, Any]]:  # fmt: skip
    """
    The luma of a film of all four scenes, captioned word by word in the later two, and its
    certificate.
    """
    files = {"voice": voice_file}
    for name, source in SCENES.items():
        files[name] = bench.folder / f"hard {name}.mp4"
        bench.run(
            *("-f", "lavfi", "-i", source.format(s=f"{WIDTH}x{HEIGHT}"), "-frames:v", "60"),
            *("-vf", "setparams=color_primaries=bt709:color_trc=bt709:colorspace=bt709:range=tv"),
            *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "12", "-g", "30"),
            *("-sc_threshold", "0", "-pix_fmt", "yuv420p", str(files[name])),
        )
    timeline = Timeline(
        width=WIDTH, height=HEIGHT, frames=SCENE * len(SCENES), samples=1600 * SCENE * len(SCENES),
        media=tuple(
            Media(
                id=name,
                kind=MediaKind.SOUND if name == "voice" else MediaKind.FOOTAGE,
                sha256=sha256(path),
            )
            for name, path in files.items()
        ),
        clips=tuple(
            Clip(media=name, start_frame=SCENE * i, frames=SCENE) for i, name in enumerate(SCENES)
        ),
        voice=(Sound(media="voice", start_sample=0, samples=120_000),),
        cues=tuple(cue(SCENE * i, highlighted=i > 1) for i in range(len(SCENES))),
    )  # fmt: skip
    folder = tmp_path_factory.mktemp("film")
    done = LocalCompositor(preset="ultrafast", certifies=True).render(timeline, files, folder)
    assert done.certificate is not None
    luma = bench.pictures(done.path, SIZE)[:, : WIDTH * HEIGHT].reshape(-1, HEIGHT, WIDTH)
    return luma, json.loads(done.certificate.read_text())


def light(code: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    value = np.clip((code.astype(float) - 16) / 219, 0, 1)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)


def near(mask: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    spans = range(-reach, reach + 1)
    shifts = [np.roll(mask, step, axis=(0, 1)) for step in itertools.product(spans, spans)]
    return np.asarray(np.logical_or.reduce(shifts))


@pytest.mark.parametrize("name", SCENES)
def test_captions_are_legible_in_every_picture(
    name: str, film: tuple[Films, dict[str, Any]]
) -> None:
    zone = captions.caption_zone(*SIZE)
    first = SCENE * list(SCENES).index(name) + FIRST
    shown = film[0][first : first + LAST - FIRST, zone.top : zone.bottom, zone.left : zone.right]
    # White in most pictures: nothing but letters is, unless it stands beside the caption.
    letters = (shown >= 205).mean(axis=0) > 0.6
    rows, columns = np.flatnonzero(letters.any(1)), np.flatnonzero(letters.any(0))
    assert rows.size
    assert columns.size
    found = []
    for luma in shown:
        ink = letters & (luma >= 205)
        ring = near(ink, 2) & ~near(letters, 1)
        dark, white = light(luma[ring]), light(luma[ink])
        found.append((np.median(white) + 0.05) / (np.percentile(dark, 95) + 0.05))
    assert min(found) >= 4.5


def test_the_certificate_says_so_too(film: tuple[Films, dict[str, Any]]) -> None:
    rules = {rule["rule"]: rule for rule in film[1]["rules"]}
    assert rules["caption_contrast"]["passed"], rules["caption_contrast"]
    assert rules["caption_contrast"]["found"] < 21
    assert rules["caption_safe_area"]["passed"]


BUSY = {
    # what a scene may show that is as white and as thin as letters: (speed a picture, picture)
    "page": (0.0, "mod(floor(Y/6),2)*lt(mod(X*7+Y*3,11),5)"),
    "page passed by": (3.0, "mod(floor(Y/6),2)*lt(mod(X*7+floor(Y/6)*3,11),5)"),
    "stripes": (0.0, "mod(floor(X/5),2)"),
    "stripes passed by": (1.3, "mod(floor(X/5),2)"),
    "gleams": (0.0, "lt(hypot(mod(X,23)-9,mod(Y,17)-8),3)"),
    "gleams passed by": (2.0, "lt(hypot(mod(X,23)-9,mod(Y,17)-8),3)"),
}


def lumas(name: str) -> list[npt.NDArray[np.uint8]]:
    """
    Forty-two pictures of a busy scene.
    """
    speed, pattern = BUSY[name]
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(float)
    names = {"Y": y, "mod": np.mod, "floor": np.floor, "lt": np.less, "hypot": np.hypot}
    return [
        (40 + 200 * eval(pattern, {**names, "X": x + round(speed * n)})).astype(np.uint8)  # noqa: S307 - ours, above
        for n in range(LAST + FIRST)
    ]


@pytest.mark.parametrize("name", BUSY)
def test_what_a_scene_shows_is_no_caption_and_hides_none(name: str) -> None:
    bare = lumas(name)
    art = captions.CaptionArt.of(cue(0, highlighted=False), *SIZE)
    shown = []
    for n, luma in enumerate(bare):
        frame = Frame.from_bytes(bytearray(luma.tobytes() + bytes([128]) * (luma.size // 2)), *SIZE)
        lay(frame, art.patches(n))
        shown.append(np.array(frame.planes[0]))
    inside = [FIRST + round((LAST - FIRST) * part) for part in legibility.MOMENTS]
    beside = [FIRST - 2, LAST + 2]

    assert letters.find([bare[n] for n in inside], [bare[n] for n in beside]) is None
    found = letters.find([shown[n] for n in inside], [shown[n] for n in beside])
    assert found is not None
    assert art.box.top - 12 <= found.box.top
    least = [found.contrast(luma, 0, HEIGHT) for luma in shown[FIRST:LAST]]
    assert min(each for each in least if each is not None) >= 4.5


@pytest.mark.parametrize(("left", "is_stray"), [(None, False), (4, True)])
def test_a_gleam_that_the_camera_passes_is_no_letter_outside(
    left: int | None, *, is_stray: bool
) -> None:
    box = captions.caption_zone(*SIZE)
    bare, said = [], Subtitle(start_ms=333, end_ms=1333, lines=("x",))
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    for n in range(50):
        # the lit edge of a saucer, leaning the way it goes
        edge = np.abs(x - 30 - n - (y - box.top) // 2) < 3
        bare.append(np.where(edge & (x < 3 * n), 240, 50).astype(np.uint8))
    watch = legibility.Watch(SIZE, 30.0, [said], [])
    for n, luma in enumerate(bare):
        if 10 <= n < 40:
            luma[box.top + 8 : box.top + 24, box.left + 60 : box.right - 60 : 9] = 235
            luma[box.top + 8 : box.top + 24, box.left + 61 : box.right - 60 : 9] = 235
            if left is not None:
                luma[box.top + 8 : box.top + 24, left : left + 40 : 9] = 235
                luma[box.top + 8 : box.top + 24, left + 1 : left + 40 : 9] = 235
        watch.add(luma[watch.rows.start : watch.rows.stop])
    assert (watch._outside > 0.02) == is_stray


@pytest.mark.parametrize("rate", [Fraction(25), Fraction(30_000, 1001), Fraction(24_000, 1001)])
def test_pictures_of_another_rate_are_judged_where_the_caption_is_theirs(rate: Fraction) -> None:
    for start in range(10, 900, 37):
        said = Subtitle(start_ms=round(start * 100 / 3), end_ms=round((start + 40) * 100 / 3),
                        lines=("x",))  # fmt: skip
        whole = legibility._look_at(said, [said], float(rate)).whole
        assert len(whole) >= 30 * rate / 30
        for n in whole:
            # Both source pictures that a filter may take or mix are the caption's.
            at = n * 30 / rate
            assert start <= math.floor(at + Fraction(1, 20))
            assert math.ceil(at - Fraction(1, 20)) < start + 40
    said = Subtitle(start_ms=333, end_ms=1667, lines=("x",))
    assert legibility._look_at(said, [said], 30.0).whole == range(10, 50)
