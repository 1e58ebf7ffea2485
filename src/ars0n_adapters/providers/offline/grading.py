"""
How a picture is lit and graded: looks, as one literal table, and what applies them.

**Owns** `Look` and `grade`. A look is a tone curve, a colour balance, a fall-off towards
the corners and light that leaks in from a side; the words that ask for it stand beside it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from attrs import evolve, frozen
from PIL import Image

from ars0n_adapters.providers.offline.subject import LUMA

if TYPE_CHECKING:
    from numpy.typing import NDArray

Color = tuple[float, float, float]


@frozen(kw_only=True)
class Look:
    """
    A grade. ``tone`` is the mean brightness it aims at (0..1). ``contrast`` bends the tone curve about the middle (0 leaves it), ``lift``
    raises the blacks, ``gamma`` above 1 brightens the middle, ``warmth`` moves white
    towards amber (or blue), ``saturation`` 1 leaves colour alone, ``vignette`` is how
    much darker the corners are, ``leak`` how strong light of ``leak_color`` leaks in,
    ``shadow_tint`` colours the blacks. ``backdrop`` names the studio a cut-out gets.
    """

    name: str
    words: str
    tone: float = 0.48
    contrast: float = 0.1
    lift: float = 0.0
    gamma: float = 1.0
    warmth: float = 0.0
    saturation: float = 1.05
    vignette: float = 0.14
    leak: float = 0.0
    leak_color: Color = (1.0, 0.82, 0.6)
    shadow_tint: Color = (0.0, 0.0, 0.0)
    backdrop: str = "tint"


LOOKS: Final = (
    Look(
        name="dramatic",
        words=r"dramatic|moody|dark|night|noir|intense|bold|powerful|epic|luxury|luxurious|premium|"
        r"cinematic|midnight|black",
        tone=0.34,
        contrast=0.3,
        gamma=0.94,
        saturation=0.98,
        vignette=0.34,
        leak=0.1,
        leak_color=(0.75, 0.85, 1.0),
        shadow_tint=(-0.006, 0.0, 0.016),
        backdrop="deep",
    ),
    Look(
        name="golden",
        words=r"golden|sunset|sunrise|sunlit|sun|warm\w*|cosy|cozy|autumn|amber|nostalgi\w*|candle\w*|"
        r"morning|rustic",
        contrast=0.14,
        gamma=1.04,
        warmth=0.075,
        saturation=1.1,
        vignette=0.18,
        leak=0.3,
        leak_color=(1.0, 0.72, 0.4),
        backdrop="warm",
    ),
    Look(
        name="airy",
        words=r"airy|bright|fresh|clean|soft|light|minimal\w*|white|calm|gentle|pure|natural|daylight|"
        r"friendly|simple",
        tone=0.6,
        contrast=0.04,
        lift=0.025,
        gamma=1.12,
        warmth=0.012,
        saturation=1.02,
        vignette=0.05,
        leak=0.12,
        leak_color=(1.0, 0.97, 0.9),
        backdrop="pale",
    ),
    Look(
        name="cool",
        words=r"cool|cold|ice|icy|winter|blue|tech\w*|futur\w*|steel|modern|sleek|clinical|water|ocean",
        contrast=0.18,
        warmth=-0.055,
        saturation=1.0,
        vignette=0.2,
        leak=0.1,
        leak_color=(0.6, 0.85, 1.0),
        shadow_tint=(-0.008, 0.0, 0.014),
        backdrop="mist",
    ),
    Look(
        name="vivid",
        words=r"vivid|vibrant|colou?rful|energetic|energy|excit\w*|fun|playful|pop|neon|summer|party|"
        r"dynamic|urgent|upbeat|sport\w*",
        contrast=0.2,
        gamma=1.04,
        saturation=1.28,
        vignette=0.1,
        leak=0.12,
        leak_color=(1.0, 0.55, 0.75),
        backdrop="vivid",
    ),
    Look(
        name="film",
        words=r"film|vintage|retro|analog\w*|faded|matte|classic|story|documentary|authentic|editorial",
        contrast=0.1,
        lift=0.045,
        warmth=0.03,
        saturation=0.9,
        vignette=0.2,
        leak=0.22,
        leak_color=(1.0, 0.6, 0.42),
        shadow_tint=(0.0, 0.006, 0.01),
        backdrop="warm",
    ),
    Look(
        name="true",
        words=r"studio|product|accurate|neutral|realistic|professional|confident|trustworthy",
        contrast=0.14,
        gamma=1.03,
        saturation=1.06,
        vignette=0.12,
        backdrop="tint",
    ),
)
"""
Every look, the most telling words first.
"""

NEIGHBOURS: Final = {
    "dramatic": ("cool", "golden"),
    "golden": ("film", "airy"),
    "airy": ("true", "golden"),
    "cool": ("dramatic", "airy"),
    "vivid": ("true", "golden"),
    "film": ("golden", "dramatic"),
    "true": ("golden", "cool"),
}
"""
What the second and third variant of a scene look like: near the wish, visibly apart.
"""


NUDGES: Final = {
    "hero": (0.0, 0.0, 0.0, 0.0, 0.0),
    "detail": (0.024, 0.16, 0.2, 0.22, -0.09),
    "close": (0.016, 0.13, 0.16, 0.18, -0.06),
    "medium": (-0.026, 0.06, 0.06, 0.1, -0.03),
    "wide": (-0.01, -0.02, 0.0, 0.16, 0.04),
}
"""
How the scenes of a film differ in light, by their shot: warmth, contrast, vignette, leak and
tone on top of a look. Near shots are lit harder and lower, wide ones openly. Seen side by
side, but no more than the light of another hour: a product keeps its colour.
"""


def nudged(look: Look, shot: str) -> Look:
    """
    Return *look* as the scene of this *shot* has it.
    """
    warmer, harder, closer, leaking, lighter = NUDGES[shot]
    return evolve(
        look,
        warmth=look.warmth + warmer,
        contrast=max(0.0, look.contrast + harder),
        vignette=max(0.0, look.vignette + closer),
        leak=look.leak + leaking,
        tone=look.tone + lighter,
        gamma=look.gamma + lighter,
    )


def looks_for(description: str, direction: str, chance: int) -> tuple[Look, Look, Look]:
    """
    Return the looks of a scene's three variants: what the texts ask for comes first.

    >>> [look.name for look in looks_for("Mug on a table", "warm sunset light", 0)]
    ['golden', 'film', 'airy']
    """
    chosen: Look | None = None
    for text in (direction, description):
        counts = [
            (-len(re.findall(rf"\b(?:{look.words})\b", text, re.IGNORECASE)), place)
            for place, look in enumerate(LOOKS)
        ]
        most, place = min(counts)
        if most:
            chosen = LOOKS[place]
            break
    if chosen is None:
        quiet = [look for look in LOOKS if look.name in {"true", "golden", "airy", "film"}]
        chosen = quiet[chance % len(quiet)]
    by_name = {look.name: look for look in LOOKS}
    second, third = NEIGHBOURS[chosen.name]
    return chosen, by_name[second], by_name[third]


def grade(
    picture: Image.Image,
    look: Look,
    *,
    chance: int,
    centre: tuple[float, float],
    expose: bool = True,
) -> Image.Image:
    """
    Return *picture* (RGB) in *look*; *centre* (0..1) is where the light falls; *expose*
    meets an under- or overexposed photo half way first.
    """
    luma = float(np.asarray(picture.resize((64, 64), Image.Resampling.BOX).convert("L")).mean())
    balanced = picture.convert("RGB", _matrix(look)).point(
        _curves(look, luma / 255 if expose else None)
    )
    shade, leak = (enlarged(plane, balanced.size) for plane in _light(look, chance, centre))
    pixels = np.asarray(balanced, np.float32)
    random = np.random.default_rng(chance)
    # Half a step of noise keeps slow gradients from banding in eight bits.
    noise = random.random((picture.height, picture.width, 1), np.float32)
    pixels = pixels * shade[..., None]
    if look.leak > 0:
        glow = leak[..., None] * np.asarray(look.leak_color, np.float32) * np.float32(look.leak)
        pixels += (255 - pixels) * glow
    pixels += noise
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))


def _matrix(look: Look) -> tuple[float, ...]:
    """
    Return saturation and warmth as the 3 x 4 matrix Pillow applies.
    """
    keep = look.saturation
    gains = (1 + look.warmth, 1 + 0.12 * look.warmth, 1 - look.warmth)
    rows: list[float] = []
    for channel in range(3):
        weights = [float(part) * (1 - keep) for part in LUMA]
        weights[channel] += keep
        rows += [weight * gains[channel] for weight in weights] + [0.0]
    return tuple(rows)


def _curves(look: Look, mean: float | None) -> list[int]:
    """
    Return three tone curves, for a picture of this *mean* tone (None: it is right as it is).
    """
    tone = np.linspace(0, 1, 256)
    exposure = 1.0
    if mean is not None:
        met = np.log(look.tone) / np.log(np.clip(mean, 0.05, 0.95))
        exposure = float(np.clip(met, 0.6, 1.6))
    gamma = (exposure * 0.5 + 0.5) / look.gamma
    curve = tone**gamma
    smooth = curve * curve * (3 - 2 * curve)
    curve = curve + look.contrast * 1.6 * (smooth - curve)
    table: list[int] = []
    for tint in look.shadow_tint:
        channel = look.lift + tint * (1 - tone) ** 2 * 4 + curve * (1 - look.lift)
        table += [int(value) for value in np.clip(channel * 255 + 0.5, 0, 255)]
    return table


def enlarged(plane: NDArray[np.floating[Any]], size: tuple[int, int]) -> NDArray[np.float32]:
    """
    Return a smooth *plane* (rows x columns) enlarged to *size* (width, height).
    """
    image = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(image.resize(size, Image.Resampling.BICUBIC), np.float32)


def _light(
    look: Look, chance: int, centre: tuple[float, float]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """
    Return the fall-off (1 in the light) and the leak (0..1), 128 rows x 128 columns.
    """
    x = ((np.arange(128, dtype=np.float32) + 0.5) / 128)[None]
    y = x.T
    mid_x, mid_y = 0.5 + 0.4 * (centre[0] - 0.5), 0.5 + 0.4 * (centre[1] - 0.5)
    away = ((x - mid_x) / 0.82) ** 2 + ((y - mid_y) / 0.78) ** 2
    shade = 1 - np.float32(look.vignette) * np.minimum(away, 1.4) ** 1.25
    corner_x = 1.08 if chance & 4 else -0.08
    corner_y = (0.02, 0.2, 0.38)[(chance >> 3) % 3]
    leak = np.exp(-(((x - corner_x) / 0.62) ** 2 + ((y - corner_y) / 0.5) ** 2))
    return shade.astype(np.float32), leak.astype(np.float32)
