from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pytest
from attrs import evolve
from PIL import Image

from ars0n_core.compositor import animatic
from ars0n_core.compositor.local import LocalCompositor
from ars0n_core.compositor.safe_areas import Box
from ars0n_core.errors import CompositorError
from ars0n_core.ids import AssetId
from ars0n_core.plans import derive
from ars0n_core.plans.model import Plan, Scene, Segment
from ars0n_core.specs.model import AdFormat, AdSpec, AspectRatio, CaptionStyle, CtaDesign

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.compositor.conftest import Bench

    from ars0n_core.compositor.ffmpeg import Ffmpeg

PHOTO, LOGO = AssetId("asset_photo"), AssetId("asset_logo")
SPEC = AdSpec(
    prompt="Coffee", duration_seconds=15, voice_id="v", image_asset_ids=(PHOTO,),
    aspect_ratio=AspectRatio.PORTRAIT, company_name="Acme", cta_design=CtaDesign.BOLD,
    logo_asset_id=LOGO, captions=CaptionStyle.PHRASE,
)  # fmt: skip
PLAN = Plan(
    segments=tuple(
        Segment(text=text, scene_index=i)
        for i, text in enumerate(
            ("Good mornings are made by hand.", "Ours starts with water and time.", "Taste it.")
        )
    ),
    scenes=(
        Scene(scene_index=0, description="A cup", duration_seconds=5, image_asset_id=PHOTO),
        Scene(scene_index=1, description="Beans fall", duration_seconds=6,
              image_asset_id=AssetId("gone")),
        Scene(scene_index=2, description="A smile", duration_seconds=5, on_screen_text="New"),
    ),
)  # fmt: skip


@pytest.fixture
def photos(tmp_path: Path) -> dict[AssetId, Path]:
    Image.new("RGB", (90, 160), (200, 40, 40)).save(tmp_path / "photo.png")
    Image.new("RGBA", (60, 20), (255, 255, 255, 255)).save(tmp_path / "logo.png")
    return {PHOTO: tmp_path / "photo.png", LOGO: tmp_path / "logo.png"}


def test_it_is_the_ads_own_cut_with_stand_ins(
    photos: dict[AssetId, Path], bench: Bench, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    # Ads may come with a certificate here; what isn't delivered is not measured for one.
    done = animatic.render(LocalCompositor(certifies=True), SPEC, PLAN, photos, out)
    assert done.certificate is None
    pictures = bench.pictures(done.path, (180, 320))
    assert len(pictures) == done.frames == 450
    assert len(bench.heard(done.path)) == 450 * 1600
    luma = pictures[:, : 180 * 320].reshape(-1, 320, 180)
    red, slate = luma[20, 300, 10], luma[225, 300, 10]
    assert abs(int(red) - int(slate)) > 10  # the photo, then a slate: its picture is not there
    assert np.ptp(luma[-1]) > 80  # the card
    assert sorted(path.name for path in out.iterdir()) == ["ad.mp4", "poster.jpg"]


LONG = "A very wide symmetrical shot of the headphones with forty hours of battery, centred"


@pytest.mark.parametrize("ratio", AspectRatio)
def test_nothing_is_laid_over_what_a_slate_says(ratio: AspectRatio, tmp_path: Path) -> None:
    spec = evolve(SPEC, aspect_ratio=ratio, logo_asset_id=None)
    scenes = tuple(evolve(each, description=LONG) for each in PLAN.scenes)
    timeline, files = animatic.cut(spec, evolve(PLAN, scenes=scenes), {}, tmp_path)

    laid = LocalCompositor().placed(timeline, files, tmp_path)

    words = [one for one in laid if one.is_caption or one.name.startswith("title")]
    assert {one.is_caption for one in words} == {True, False}
    for number in range(3):
        slate = np.asarray(Image.open(files[f"scene-{number}"])).astype(int)
        rows, columns = np.nonzero(np.abs(slate - slate[0, 0]).max(axis=2) > 8)
        label = Box(columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        assert Box(0, 0, slate.shape[1], slate.shape[0]).inset(4).contains(label)
        assert not [one.name for one in words if one.box.overlaps(label)]


def test_words_are_timed_as_they_are_said() -> None:
    words = animatic.spoken(derive.narration(SPEC, derive.complete(SPEC, PLAN)))
    assert [word.text for word in words][:3] == ["Good", "mornings", "are"]
    assert {word.segment for word in words} == {0, 1, 2}
    assert all(a.end_seconds <= b.start_seconds for a, b in itertools.pairwise(words))
    assert 2 < len(words) / words[-1].end_seconds < 4


def test_a_radio_ad_has_nothing_to_see(tmp_path: Path) -> None:
    radio = AdSpec(prompt="x", duration_seconds=15, voice_id="v", ad_format=AdFormat.RADIO)
    plan = Plan(segments=(Segment(text="Hear it today.", scene_index=0),))
    with pytest.raises(CompositorError, match="radio"):
        animatic.render(LocalCompositor(), radio, plan, {}, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_contact_sheet_shows_the_film_from_its_first_frame_to_its_last(
    bench: Bench, binary: Ffmpeg, tmp_path: Path
) -> None:
    source = "color=black:s=64x36:r=30:d=2,geq=lum='16+N*3':cb=128:cr=128"
    film = tmp_path / "ramp.mp4"
    bench.run(
        *("-f", "lavfi", "-i", source, "-vf", "setparams=colorspace=bt709:range=tv"),
        *("-c:v", "libx264", "-qp", "4", "-pix_fmt", "yuv420p", str(film)),
    )
    sheet = animatic.contact_sheet(
        film, tmp_path / "sheet.png", frames=60, size=(64, 36), binary=binary, pictures=5,
        longer_side=64,
    )  # fmt: skip
    image = np.asarray(Image.open(sheet))
    assert image.shape == (2 * (36 + 26 + 12) + 12, 4 * 76 + 12, 3)
    seen = [image[30, 12 + 76 * i + 30, 0] for i in range(4)] + [image[104, 42, 0]]
    assert seen == sorted(seen)
    assert seen[0] < 5
    assert seen[-1] > 195
    assert image[12 + 36 + 2 : 12 + 36 + 26, 12:76].max() > 150  # its time
    with pytest.raises(CompositorError, match="fewer than 90"):
        animatic.contact_sheet(
            film, tmp_path / "x.png", frames=90, size=(64, 36), binary=binary, pictures=5
        )
