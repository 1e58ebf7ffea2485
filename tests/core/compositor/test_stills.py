from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, features

from ars0n_core.compositor import stills
from ars0n_core.errors import CompositorError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_photo_stands_as_its_camera_says(tmp_path: Path, turn: int) -> None:
    # Red above blue, as the eye sees it; stored in each of the eight ways that Exif knows.
    seen = Image.new("RGB", (48, 64), (200, 30, 30))
    seen.paste((30, 30, 200), (0, 32, 48, 64))
    stored = {
        1: None, 2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM, 5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[turn]  # fmt: skip
    photo = seen if stored is None else seen.transpose(stored)
    exif = Image.Exif()
    exif[0x0112] = turn
    photo.save(tmp_path / "photo.png", exif=exif)
    found = stills.opened(tmp_path / "photo.png", "photo")
    assert np.array_equal(np.asarray(found.convert("RGB")), np.asarray(seen))


def test_grey_of_sixteen_bits_keeps_its_shades(tmp_path: Path) -> None:
    shades = np.linspace(0, 65_535, 256).astype(np.uint16)[None].repeat(8, 0)
    Image.fromarray(shades).save(tmp_path / "grey.png")
    found = np.asarray(stills.opened(tmp_path / "grey.png", "grey"))
    assert np.abs(found[0, :, 0].astype(int) - np.arange(256)).max() <= 1
    assert (found[..., 3] == 255).all()


def test_a_profile_that_fits_nothing_changes_nothing(tmp_path: Path) -> None:
    photo = Image.new("RGBA", (16, 16), (10, 200, 90, 128))
    photo.save(tmp_path / "photo.png", icc_profile=b"no profile at all")
    found = stills.opened(tmp_path / "photo.png", "photo")
    assert found.getpixel((3, 3)) == (10, 200, 90, 128)


@pytest.mark.skipif(not features.check("avif"), reason="this Pillow reads no AVIF")
def test_an_avif_photo_is_one_like_any_other(tmp_path: Path) -> None:
    Image.new("RGBA", (32, 32), (10, 200, 90, 128)).save(tmp_path / "photo.avif", quality=95)
    found = np.asarray(stills.opened(tmp_path / "photo.avif", "photo")).astype(int)
    assert np.abs(found - (10, 200, 90, 128)).max() <= 6


@pytest.mark.parametrize("content", [b"words", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 64])
def test_what_is_no_picture_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "photo.png").write_bytes(content)
    with pytest.raises(CompositorError, match=r"the logo .*PNG, JPEG, WebP") as caught:
        stills.opened(tmp_path / "photo.png", "the logo")
    assert caught.value.media == "the logo"
