"""
How good a scene picture is, measured on the picture itself.

**Owns** `measure`: sharpness, exposure, how much of the subject stayed in the frame, how
it sits there and how near the look is to the wish, each 0..1, and the score made of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ars0n_adapters.providers.offline.subject import LUMA, mass_within

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from ars0n_adapters.providers.offline.framing import View
    from ars0n_adapters.providers.offline.setups import Shot
    from ars0n_adapters.providers.offline.subject import Subject

    Plane = NDArray[np.floating[Any]]

WEIGHTS: Final = {
    "sharpness": 0.25,
    "exposure": 0.2,
    "subject": 0.3,
    "composition": 0.15,
    "wish": 0.1,
}
"""
The score is the product of the parts to these powers: one bad part spoils a picture.
"""


def measure(
    picture: Image.Image,
    view: View,
    subject: Subject,
    photo: tuple[int, int],
    shot: Shot,
    *,
    tone: float,
    wish: float,
) -> dict[str, float]:
    """
    Return the parts and the ``score`` of *picture* (RGB), all 0..1.

    *tone* is the brightness its look aims at, *wish* how near that look is to the order.
    """
    region = _region(picture, view, subject, photo)
    luma = np.asarray(region, np.float32) @ LUMA / 255
    box = view.box(*photo)
    kept = mass_within(subject.saliency, box)
    parts = {
        "sharpness": _sharpness(luma) * min(1.0, 1 / view.scale) ** 0.35,
        "exposure": _exposure(luma, tone, subject.clipped),
        # A close shot is meant to lose the rest: two fifths of the subject are all of it.
        "subject": kept if shot.whole else min(1.0, kept / 0.4),
        "composition": _composition(view, subject, photo, shot),
        "wish": wish,
    }
    score = 1.0
    for name, weight in WEIGHTS.items():
        score *= max(parts[name], 1e-3) ** weight
    return {**{name: round(part, 4) for name, part in parts.items()}, "score": round(score, 6)}


def _region(
    picture: Image.Image, view: View, subject: Subject, photo: tuple[int, int]
) -> Image.Image:
    """
    Return the part of *picture* in which the subject is seen.
    """
    box = subject.box
    left = int(np.clip((box.left * photo[0] - view.left) * view.scale, 0, view.width - 8))
    top = int(np.clip((box.top * photo[1] - view.top) * view.scale, 0, view.height - 8))
    right = int(np.clip((box.right * photo[0] - view.left) * view.scale, left + 8, view.width))
    bottom = int(np.clip((box.bottom * photo[1] - view.top) * view.scale, top + 8, view.height))
    return picture.crop((left, top, right, bottom))


def _sharpness(luma: Plane) -> float:
    """
    Return how steep the steepest edges are against the contrast there is: 0 soft, 1 crisp.
    """
    across = np.abs(np.diff(luma, axis=1))[:-1]
    down = np.abs(np.diff(luma, axis=0))[:, :-1]
    gradient = np.maximum(across, down)
    contrast = float(np.quantile(luma, 0.98) - np.quantile(luma, 0.02))
    if contrast < 0.02:  # noqa: PLR2004 - an empty wall is neither sharp nor soft
        return 0.5
    # Of a crisp outline a third of the contrast falls between two neighbours.
    return float(min(1.0, np.quantile(gradient, 0.99) / contrast / 0.33))


def _exposure(luma: Plane, tone: float, clipped: float) -> float:
    """
    Return 1 for a full range about *tone*; less for clipped, dark or washed out.
    """
    gone = float((luma > 0.985).mean() + (luma < 0.015).mean())  # noqa: PLR2004 - 251 and 4 of 255
    middle = float(luma.mean())
    off = max(0.0, abs(middle - tone) - 0.14) / 0.34
    spread = min(1.0, float(luma.std()) / 0.14)
    return max(0.0, 1 - 1.2 * min(1.0, clipped + gone)) * max(0.0, 1 - off) * (0.55 + 0.45 * spread)


def _composition(view: View, subject: Subject, photo: tuple[int, int], shot: Shot) -> float:
    """
    Return how near the subject sits to the middle or a third, and how much is real photo.
    """
    focus = subject.centre if shot.whole else subject.detail
    x = (focus[0] * photo[0] - view.left) * view.scale / view.width
    y = (focus[1] * photo[1] - view.top) * view.scale / view.height
    astray = min(((x - ax) ** 2 + (0.7 * (y - 0.47)) ** 2) ** 0.5 for ax in (0.34, 0.5, 0.66))
    seated = max(0.0, 1 - astray / 0.42)
    laid = subject.ground != "scene" or view.print is not None
    invented = 0.0 if laid else 1 - view.covered(*photo)
    return float(seated * (1 - 0.6 * invented))
