"""
Captions and titles: words over the picture that can be read on any of it.

**Owns** where captions and supers stand, how they are backed, the word that is being
spoken, and how titles come and go. **Does not own** what is said when (`plans.conform`).
**Invariants**: at most two lines of caption; white type has at least 4.5:1 with its
backing; captions, titles and the overlaid logo have zones of their own inside the safe
area and so never meet.

Start at `CaptionArt.of` and `TitleArt.of`.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen
from PIL import Image, ImageFilter

from ars0n_core.compositor import breaking, colors, logo, text, transitions
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.frames import Sprite, blend
from ars0n_core.compositor.logo import rounded_mask
from ars0n_core.compositor.safe_areas import Box, centered_area, safe_area
from ars0n_core.compositor.text import Style
from ars0n_core.timelines import Cue, Title

if TYPE_CHECKING:
    import numpy.typing as npt

    from ars0n_core.compositor.breaking import Atom
    from ars0n_core.compositor.colors import Rgb
    from ars0n_core.compositor.frames import Frame
    from ars0n_core.compositor.text import Block
    from ars0n_core.timelines import CueWord

SPEECH: Final = Style(Face.TEXT, 650, -0.008, 1.28)
SUPER: Final = Style(Face.TEXT, 800, -0.024, 1.1)

SIZE: Final = 0.045
"""
Type size of captions, as a share of the picture's height (of 5/4 of its width, if less).
"""

SIZE_LEAST: Final = 0.018
"""
Captions shrink this far to keep to two lines; up to about 26 characters a line in portrait
(40 elsewhere) they need not.
"""

TITLE_SIZE: Final = 0.066
TITLE_SIZE_LEAST: Final = 0.036
LINES_MAX: Final = 2
TITLE_LINES_MAX: Final = 3

GROUND: Final[Rgb] = (0.045, 0.047, 0.055)
"""
What boxes are made of.
"""


class Backing(StrEnum):
    """
    What lifts type off the picture.
    """

    SHADOW = "shadow"
    OUTLINE = "outline"
    BOX = "box"


@frozen
class Treatment:
    """
    A backing, and how much of the picture it covers (0 to 1).
    """

    backing: Backing
    opacity: float


STANDARD: Final = Treatment(Backing.BOX, 0.74)
"""
A box under which even white becomes dark enough for white type (it takes 0.54).
"""

OUTLINE_UP_TO: Final = 0.40
"""
Luminance of the brightest parts up to which an outline does; above, its edges buzz.
"""


def treatment(luma: npt.ArrayLike) -> Treatment:
    """
    Return the lightest backing with which white type reads on pixels of the given luma.

    *luma* are 8-bit code values, 16 to 235, of all that will be behind the type at any
    time. Their 99th percentile decides: single sparkles don't make type illegible.

    >>> treatment([20, 30, 40]).backing.value, treatment([235]).backing.value
    ('shadow', 'box')
    """
    codes = np.asarray(luma, np.float32).reshape(-1)
    if not codes.size:
        return STANDARD
    code = min(1.0, max(0.0, (float(np.percentile(codes, 99)) - 16) / 219))
    bright = colors.linear(code)
    if colors.contrast(1.0, bright) >= colors.LEGIBLE:
        return Treatment(Backing.SHADOW, 0.55)
    if bright <= OUTLINE_UP_TO and float(np.ptp(codes)) <= 90:  # noqa: PLR2004 - an even ground, in codes
        return Treatment(Backing.OUTLINE, 0.9)
    return Treatment(Backing.BOX, max(0.62, opacity_for(code)))


def opacity_for(code: float) -> float:
    """
    Return the least opacity of a dark box under which *code* (0 to 1) takes white type.
    """
    own = max(GROUND)
    for step in range(50, 101):
        mixed = code * (1 - step / 100) + own * step / 100
        if colors.contrast(1.0, colors.linear(mixed)) >= colors.LEGIBLE:
            return step / 100
    return 1.0


def scale_of(width: int, height: int) -> float:
    """
    Return the length that type sizes are shares of, in pixels.
    """
    return min(height, 1.25 * width)


def caption_zone(width: int, height: int) -> Box:
    """
    Return where captions stand: the foot of the safe area, about the picture's middle.

    >>> caption_zone(1280, 720)
    Box(left=64, top=578, right=1216, bottom=684)
    """
    area = centered_area(width, height)
    size = SIZE * scale_of(width, height)
    tall = round(size * (SPEECH.leading * (LINES_MAX - 1) + 1.3 + 2 * PADDING))
    return Box(area.left, area.bottom - tall, area.right, area.bottom)


def title_zone(width: int, height: int) -> Box:
    """
    Return where titles stand: between the logo's strip and the captions.
    """
    area, gap = safe_area(width, height), round(0.028 * height)
    top = logo.overlay_box(width, height).bottom + gap
    return Box(area.left, top, area.right, caption_zone(width, height).top - gap)


def title_strip(width: int, height: int, drop: float) -> Box:
    """
    Return about where a title of two lines stands that is *drop* of the way down its zone.
    """
    zone = title_zone(width, height)
    tall = min(zone.height, round(3 * TITLE_SIZE * scale_of(width, height)))
    top = zone.top + round(drop * (zone.height - tall))
    return Box(zone.left, top, zone.right, top + tall)


PADDING: Final = 0.34
"""
Room between type and the edge of its box, in ems (twice as much left and right).
"""


@frozen(eq=False)
class CaptionArt:
    """
    One caption ready to be drawn: the whole, and each word as it is while spoken.
    """

    cue: Cue
    box: Box
    size: int
    lines: int
    backing: Treatment
    base: Sprite
    lit: tuple[tuple[tuple[Sprite, int, int], ...], ...]

    @classmethod
    def of(
        cls,
        cue: Cue,
        width: int,
        height: int,
        accent: Rgb = colors.WHITE,
        backing: Treatment = STANDARD,
    ) -> CaptionArt:
        """
        Return *cue* set for a film of *width* x *height*; *accent* marks the spoken word.
        """
        zone = caption_zone(width, height)
        size = SIZE * scale_of(width, height)
        across, down = round(2 * PADDING * size), round(PADDING * size)
        block = text.fit(
            "".join((" " if a.spaced else "") + a.text for a in _atoms(cue.words)),
            SPEECH,
            width=zone.width - 2 * across,
            height=zone.height - 2 * down,
            size_max=size,
            size_min=SIZE_LEAST * scale_of(width, height),
            lines_max=LINES_MAX,
            atoms=_atoms(cue.words),
        )
        wide, tall = block.width + 2 * across, block.height + 2 * down
        left, top = (width - wide) // 2, zone.bottom - tall
        image = _backed(block, backing, across, down)
        lit: tuple[tuple[tuple[Sprite, int, int], ...], ...] = ()
        if cue.highlighted:
            boxes = text.word_boxes(block, 0.5)
            lit = tuple(
                tuple(
                    _pill(block, word, accent, left + across, top + down)
                    for word in boxes.get(index, [])
                )
                for index in range(len(cue.words))
            )
        box = Box(left, top, left + wide, top + tall)
        return cls(cue, box, block.size, len(block.lines), backing, Sprite.from_rgba(image), lit)

    def draw(self, frame: Frame, film_frame: int) -> None:
        """
        Lay the caption over *frame* as it is in the film's *film_frame*, if it is shown.
        """
        if not self.cue.start_frame <= film_frame < self.cue.start_frame + self.cue.frames:
            return
        blend(frame, self.base, self.box.left, self.box.top)
        spoken = self.spoken(film_frame)
        if self.lit and spoken is not None:
            for sprite, x, y in self.lit[spoken]:
                blend(frame, sprite, x, y)

    def spoken(self, film_frame: int) -> int | None:
        """
        Return which word is lit: the last that has begun, so that pauses don't flicker.
        """
        begun = [i for i, word in enumerate(self.cue.words) if word.start_frame <= film_frame]
        return begun[-1] if begun else None


def _atoms(words: tuple[CueWord, ...]) -> list[Atom]:
    """
    Return the caption's atoms, each knowing its cue word; scripts without spaces stay closed up.
    """
    result: list[Atom] = []
    for index, word in enumerate(words):
        for position, atom in enumerate(breaking.atoms(breaking.clean(word.text))):
            spaced = atom.spaced if position else bool(result) and not _closed_up(result[-1], atom)
            result.append(breaking.Atom(atom.clusters, index, spaced))
    return result


def _closed_up(before: Atom, after: Atom) -> bool:
    return breaking.unspaced(before.clusters[-1]) and breaking.unspaced(after.clusters[0])


def _backed(block: Block, backing: Treatment, across: int, down: int) -> Image.Image:
    """
    Return the block in white on its backing, box and all.
    """
    size = (block.width + 2 * across, block.height + 2 * down)
    image = Image.new("RGBA", size, (*colors.to_bytes(GROUND)[:3], 0))
    mask = Image.new("L", size, 0)
    mask.paste(text.mask(block, 0.5), (across - text.PAD, down - text.PAD))
    match backing.backing:
        case Backing.BOX:
            shape = rounded_mask(*size, 0.3 * block.size)
            image.putalpha(shape.point([round(backing.opacity * v) for v in range(256)]))
        case Backing.OUTLINE:
            image.putalpha(_grown(mask, 0.075 * block.size, backing.opacity))
        case Backing.SHADOW:
            soft = _grown(mask, 0.12 * block.size, backing.opacity, soft=True)
            image.putalpha(soft)
    white = Image.new("RGBA", size, (255, 255, 255, 0))
    white.putalpha(mask)
    image.alpha_composite(white)
    return image


def _grown(mask: Image.Image, radius: float, opacity: float, *, soft: bool = False) -> Image.Image:
    """
    Return *mask* grown by *radius*, with a hard or a soft edge.
    """
    blurred = mask.filter(ImageFilter.GaussianBlur(radius))
    gain = 2.2 if soft else 9.0
    return blurred.point(
        [min(255, round(gain * v)) * round(opacity * 256) // 256 for v in range(256)]
    )


def _pill(
    block: Block, word: tuple[float, float, float, float], accent: Rgb, x: int, y: int
) -> tuple[Sprite, int, int]:
    """
    Return one word on the accent colour, and where it goes; the block stands at (*x*, *y*).
    """
    fill = colors.readable(accent, GROUND, ratio=3.0)
    margin = 0.1 * block.size
    left, right = round(word[0] - margin), round(word[2] + margin)
    top, bottom = round(word[1] - margin), round(word[3] + margin)
    pill = Image.new("RGBA", (right - left, bottom - top), colors.to_bytes(fill))
    pill.putalpha(rounded_mask(*pill.size, 0.2 * block.size))
    label = text.paint(block, colors.ink_on(fill), 0.5)
    inner = (
        max(0, round(word[0] - margin / 2) + text.PAD),
        max(0, top + text.PAD),
        min(label.width, round(word[2] + margin / 2) + text.PAD),
        min(label.height, bottom + text.PAD),
    )
    pill.alpha_composite(label.crop(inner), (inner[0] - text.PAD - left, inner[1] - text.PAD - top))
    return Sprite.from_rgba(pill), x + left, y + top


TITLE_IN_FRAMES: Final = 12
TITLE_OUT_FRAMES: Final = 6


@frozen(eq=False)
class TitleArt:
    """
    A super ready to be drawn: uncovered from where reading starts, faded at the end.
    """

    title: Title
    box: Box
    size: int
    rtl: bool
    sprite: Sprite

    @classmethod
    def of(
        cls,
        title: Title,
        width: int,
        height: int,
        accent: Rgb = colors.WHITE,
        *,
        drop: float = 0.0,
    ) -> TitleArt:
        """
        Return *title* set for a film of *width* x *height*, its bar in *accent*, *drop* of the
        way (0 to 1) from the top of its zone to the bottom.
        """
        zone = title_zone(width, height)
        size = TITLE_SIZE * scale_of(width, height)
        bar, down = round(0.16 * size), round(0.36 * size)
        across = round(0.46 * size)
        block = text.fit(
            title.text,
            SUPER,
            width=min(zone.width, 0.92 * scale_of(width, height)) - 2 * across - bar,
            height=zone.height - 2 * down,
            size_max=size,
            size_min=TITLE_SIZE_LEAST * scale_of(width, height),
            lines_max=TITLE_LINES_MAX,
        )
        wide, tall = block.width + 2 * across + bar, block.height + 2 * down
        fill = colors.readable(accent, GROUND, ratio=3.0)
        image = Image.new("RGBA", (wide, tall), colors.to_bytes(GROUND, 0.86))
        label = text.paint(block, colors.WHITE, 1.0 if block.rtl else 0.0)
        start = across if block.rtl else across + bar
        image.alpha_composite(label, (start - text.PAD, down - text.PAD))
        image.paste(
            colors.to_bytes(fill),
            (wide - bar if block.rtl else 0, 0, wide if block.rtl else bar, tall),
        )
        left = zone.right - wide if block.rtl else zone.left
        top = zone.top + round(drop * max(0, zone.height - tall))
        box = Box(left, top, left + wide, top + tall)
        return cls(title, box, block.size, block.rtl, Sprite.from_rgba(image))

    def draw(self, frame: Frame, film_frame: int) -> None:
        """
        Lay the title over *frame* as it is in the film's *film_frame*, if it is shown.
        """
        n = film_frame - self.title.start_frame
        if not 0 <= n < self.title.frames:
            return
        whole = min(TITLE_IN_FRAMES, max(1, self.title.frames // 3))
        shown = transitions.settle(min(1.0, (n + 1) / whole))
        going = min(TITLE_OUT_FRAMES, max(1, self.title.frames // 4))
        opacity = min(1.0, (self.title.frames - n) / (going + 1))
        sprite, x = self.sprite, self.box.left
        if shown < 1:
            part = max(1, round(shown * sprite.width))
            first = sprite.width - part if self.rtl else 0
            sprite, x = sprite.cropped(first, 0, first + part, sprite.height), x + first
        blend(frame, sprite, x, self.box.top, opacity)
