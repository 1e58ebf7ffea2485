"""
Captions over what is hardest to read on, measured on the finished film, picture by picture.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from ars0n_core.compositor import captions
from ars0n_core.compositor.local import LocalCompositor
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
