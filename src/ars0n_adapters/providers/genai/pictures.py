"""
Pictures on their way to Google and back.
"""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING, Any, Final

from PIL import Image, ImageOps

from ars0n_adapters.providers.genai import calls
from ars0n_core.errors import ProviderRejectedError, ProviderUnknownError

if TYPE_CHECKING:
    from pathlib import Path

SIDE_MAX: Final = 2048
"""
Pixels of either side of a photo that is sent; the models see no more.
"""

_ERRORS: Final = (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError)
_JPEG_QUALITY: Final = 92


def prepared(path: Path, *, port: str, side_max: int = SIDE_MAX) -> Any:
    """
    Return the photo at *path* as the SDK takes it: upright, as JPEG, not too large.

    Raises:
        ProviderRejectedError: It can't be read.
    """
    return calls.picture(as_jpeg(path, port=port, side_max=side_max), "image/jpeg")


def as_jpeg(path: Path, *, port: str, side_max: int = SIDE_MAX) -> bytes:
    """
    Return the photo at *path* as JPEG, upright, on white where it is transparent.

    Raises:
        ProviderRejectedError: It can't be read.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path, formats=("PNG", "JPEG", "WEBP")) as image:
                upright = ImageOps.exif_transpose(image)
                upright.thumbnail((side_max, side_max), Image.Resampling.LANCZOS)
                photo = upright.convert("RGBA")
    except _ERRORS as error:
        raise ProviderRejectedError(
            f"the photo {path.name} can't be read ({type(error).__name__}); upload it again",
            port=port,
        ) from error
    ground = Image.new("RGBA", photo.size, "white")
    ground.alpha_composite(photo)
    written = io.BytesIO()
    ground.convert("RGB").save(written, "JPEG", quality=_JPEG_QUALITY)
    return written.getvalue()


def conformed(content: bytes, size: tuple[int, int], path: Path, *, port: str) -> Path:
    """
    Write the picture that Google made to *path*, filling *size* (width, height) exactly;
    what is over is cut off evenly.

    Raises:
        ProviderUnknownError: It can't be read: it was made, and came broken.
    """
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "WEBP")) as image:
            fitted = ImageOps.fit(image.convert("RGB"), size, Image.Resampling.LANCZOS)
    except _ERRORS as error:
        raise ProviderUnknownError(
            f"Google's picture can't be read ({type(error).__name__})", port=port
        ) from error
    fitted.save(path, "PNG", compress_level=1)
    return path
