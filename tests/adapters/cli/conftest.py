"""
Photos to order ads with, drawn here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

if TYPE_CHECKING:
    from pathlib import Path


def product_photo(width: int = 900, height: int = 700) -> Image.Image:
    """
    A bottle on a table in front of a blurred room, with the grain of a camera.
    """
    picture = Image.new("RGB", (width, height), (188, 170, 148))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, height * 0.62, width, height), fill=(110, 74, 48))
    draw.ellipse((width * 0.7, height * 0.1, width * 0.9, height * 0.36), fill=(236, 214, 160))
    picture = picture.filter(ImageFilter.GaussianBlur(12))
    draw = ImageDraw.Draw(picture)
    left, right = width * 0.4, width * 0.6
    draw.rounded_rectangle((left, height * 0.3, right, height * 0.85), 40, fill=(24, 92, 84))
    draw.rectangle((width * 0.46, height * 0.12, width * 0.54, height * 0.32), fill=(24, 92, 84))
    draw.rectangle((left + 10, height * 0.5, right - 10, height * 0.7), fill=(240, 232, 214))
    draw.text((width * 0.46, height * 0.58), "ALBA", fill=(24, 92, 84))
    noise = np.random.default_rng(7).normal(0, 4, (height, width, 1))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "photo.jpg"
    product_photo().save(path, quality=92)
    return path
