"""
Scene pictures without a provider: the product photo itself, framed, set and graded.

**Owns** `OfflineImageEditor`, the `ImageEditor` port done on this machine. What it knows
stands in its rooms: `subject` (what the photo is of) and `heads`, `setups` (the shot),
`framing` (the crop), `leaning` (how the camera is held), `backdrops` (what fills the
rest), `studios` (what a cut-out stands on), `grading` (light and colour), `scoring` (how
good it is).
"""

from __future__ import annotations

import hashlib
import re
import warnings
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen
from PIL import Image, ImageOps

from ars0n_adapters.providers.offline import (
    backdrops,
    framing,
    grading,
    leaning,
    mattes,
    prints,
    scoring,
    setups,
    studios,
    subject,
)
from ars0n_core.errors import ProviderRejectedError, ProviderUnavailableError
from ars0n_core.ports import Maker, Variant

if TYPE_CHECKING:
    from pathlib import Path

    from ars0n_adapters.providers.offline.subject import Subject
    from ars0n_core.ports import ImageOrder

VARIANTS_MAX: Final = 3
SIDE_MAX: Final = 4096
"""
Pixels of either side a photo is worked on at; more than any frame shows.
"""

DARK: Final = 0.4
"""
Looks that aim below this tone lay a print on a dark ground.
"""

WISHES: Final = (1.0, 0.8, 0.7)
"""
How near the first, second and third look is to what was ordered.
"""

FLOATING: Final = re.compile(
    r"\b(float\w*|levitat\w*|mid-?air|hover\w*|suspended)\b", re.IGNORECASE
)
POLISHED: Final = re.compile(r"\b(gloss\w*|reflect\w*|mirror\w*|polished|marble)\b", re.IGNORECASE)


class OfflineImageEditor:
    """
    Makes scene pictures from product photos with Pillow and numpy alone.
    """

    def maker(self, grade: str = "") -> Maker:  # noqa: ARG002 - one for all
        """
        Return who makes the pictures.
        """
        return Maker(provider="ars0n", model="offline pictures")

    def edit(self, order: ImageOrder, folder: Path) -> tuple[Variant, ...]:
        """
        Return up to three pictures of the ordered size, best first.

        Raises:
            ProviderRejectedError: The photo can't be read; it is named.
            ProviderUnavailableError: The folder can't be written to.
        """
        photo = _opened(order.source)
        found = subject.find(photo)
        cut = _cut_out(photo, found)
        chance = int.from_bytes(hashlib.sha256(order.seed.encode()).digest()[:6], "big")
        looks = grading.looks_for(order.description, order.direction, chance)
        shot = setups.shot_for(order.description, order.direction, chance)
        made: list[Variant] = []
        for number in range(max(1, min(order.variants, VARIANTS_MAX))):
            take = _Take(
                shot=setups.varied(shot, number, chance >> 2),
                look=grading.nudged(looks[number], shot.name),
                wish=WISHES[number],
                chance=chance + number,
            )
            made.append(
                _variant(
                    photo if cut is None else cut,
                    found,
                    take,
                    order,
                    folder / f"variant-{number}.png",
                )
            )
        return tuple(sorted(made, key=lambda variant: -variant.score))


@frozen(kw_only=True)
class _Take:
    shot: setups.Shot
    look: grading.Look
    wish: float
    chance: int


def _cut_out(photo: Image.Image, found: Subject) -> Image.Image | None:
    """
    Return the product alone, where *photo* has it alone or on a ground it is well told from.
    """
    if found.ground is subject.Ground.CUTOUT:
        return mattes.bared(photo.convert("RGBA"), found)
    return mattes.cut_out(photo.convert("RGB"), found)


def _variant(
    photo: Image.Image, found: Subject, take: _Take, order: ImageOrder, path: Path
) -> Variant:
    size = (order.width, order.height)
    aimed = framing.frame(found, photo.size, size, take.shot)
    leans = aimed.print is None and bool(take.shot.tilt or take.shot.rise)
    view = leaning.spread(aimed, take.shot) if leans else aimed
    words = f"{order.description} {order.direction}"
    alone = photo.mode == "RGBA"
    if found.ground is subject.Ground.SCENE or (
        found.ground is subject.Ground.PLAIN and len(found.cut) > 1
    ):
        scene = photo.convert("RGB")
        if view.print is None:
            picture = backdrops.continued(scene, view, found)
        else:
            picture = prints.printed(scene, view, bright=take.look.tone > DARK)
    else:
        studio = studios.studio_for(
            _paper(take, found, alone=alone),
            _product_color(photo, found),
            polished=POLISHED.search(words) is not None,
            set_off=alone,
        )
        if alone:
            setting = backdrops.Setting(
                shot=take.shot.name,
                floating=FLOATING.search(words) is not None,
                chance=take.chance >> 5,
            )
            picture = backdrops.on_studio(photo, view, found, studio, setting)
        else:
            picture = backdrops.on_ground(photo.convert("RGB"), view, found, studio)
    if leans:
        picture, view = leaning.projected(picture, size, take.shot), aimed
    designed = found.ground is not subject.Ground.SCENE
    centre = (
        (found.centre[0] * photo.width - view.left) * view.scale / view.width,
        (found.centre[1] * photo.height - view.top) * view.scale / view.height,
    )
    picture = grading.grade(
        picture, take.look, chance=take.chance, centre=centre, expose=not designed
    )
    parts = scoring.measure(
        picture, view, found, photo.size, take.shot, tone=take.look.tone, wish=take.wish
    )
    try:
        picture.save(path, "PNG", compress_level=1)
    except OSError as error:
        raise ProviderUnavailableError(
            f"{path} can't be written: {error}", port="images"
        ) from error
    score = parts.pop("score")
    return Variant(
        path=path,
        score=score,
        notes={
            **parts,
            "shot": take.shot.name,
            "look": take.look.name,
            "ground": found.ground.value,
            "magnified": round(view.scale, 3),
        },
    )


def _paper(take: _Take, found: Subject, *, alone: bool) -> str:
    """
    Return the studio for a look and a shot; a photo that is not cut out is only washed with
    light, so no dark or loud one.
    """
    name = studios.BACKDROPS[take.look.backdrop].get(take.shot.name, take.look.backdrop)
    if found.ground is subject.Ground.PLAIN and not alone:
        return {"deep": "tint", "vivid": "mist", "bold": "pale", "ember": "pale"}.get(name, name)
    return name


def _product_color(photo: Image.Image, found: Subject) -> tuple[float, float, float]:
    """
    Return the subject's mean colour, 0..1, its colourful parts counting most.
    """
    rows, columns = found.matte.shape
    small = np.asarray(
        photo.convert("RGB").resize((columns, rows), Image.Resampling.BOX), np.float32
    )
    weight = found.matte * (0.15 + (small.max(axis=2) - small.min(axis=2)) / 255)
    mean = (small * weight[..., None]).sum(axis=(0, 1)) / max(float(weight.sum()), 1e-6) / 255
    return float(mean[0]), float(mean[1]), float(mean[2])


def _opened(source: Path) -> Image.Image:
    """
    Return the photo upright, as RGB or RGBA, no side above `SIDE_MAX`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(source, formats=("PNG", "JPEG", "WEBP")) as image:
                image.draft("RGB", (SIDE_MAX, SIDE_MAX))
                if image.mode in {"L", "RGB", "CMYK"}:
                    # At once, before turning and converting make two more of it.
                    _kept_small(image)
                upright = ImageOps.exif_transpose(image)
                see_through = "A" in upright.getbands() or "transparency" in upright.info
                photo = upright.convert("RGBA" if see_through else "RGB")
    except (OSError, ValueError, SyntaxError, Warning, Image.DecompressionBombError) as error:
        raise ProviderRejectedError(
            f"the photo {source.name} can't be read ({type(error).__name__}); upload it again",
            port="images",
        ) from error
    _kept_small(photo)
    return photo


def _kept_small(photo: Image.Image) -> None:
    """
    Shrink *photo* to `SIDE_MAX`, unless it is a strip that would be left without height.
    """
    if max(photo.size) > SIDE_MAX and min(photo.size) > SIDE_MAX // 4:
        photo.thumbnail((SIDE_MAX, SIDE_MAX), Image.Resampling.BOX, reducing_gap=2.0)
