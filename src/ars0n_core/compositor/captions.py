"""
Captions: what is said, over the picture, on any of which it can be read.

**Owns** where captions stand, and the word that is being spoken. **Does not own** what is
said when (`plans.conform`) or what they stand on (`backings`). **Invariants**: at most two
lines; captions, titles and the overlaid logo have zones of their own inside the safe area
and so never meet.

Start at `CaptionArt.of`.
"""

from __future__ import annotations

import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen
from PIL import Image

from ars0n_core.compositor import backings, breaking, colors, logo, rasters, text
from ars0n_core.compositor.backings import GROUND, Treatment
from ars0n_core.compositor.fonts import Face
from ars0n_core.compositor.frames import Patch, Sprite, patch
from ars0n_core.compositor.logo import rounded_mask
from ars0n_core.compositor.safe_areas import Box, centered_area
from ars0n_core.compositor.text import Style
from ars0n_core.plans import wording
from ars0n_core.plans.spelling import clusters
from ars0n_core.timelines import Cue

if TYPE_CHECKING:
    from ars0n_core.compositor.breaking import Atom
    from ars0n_core.compositor.colors import Rgb
    from ars0n_core.timelines import CueWord

SPEECH: Final = Style(Face.TEXT, 650, -0.008, 1.28)

SIZE: Final = 0.045
"""
Type size of captions, as a share of the picture's height (of 5/4 of its width, if less).
"""

SIZE_LEAST: Final = 0.018
"""
Captions shrink this far to keep to two lines; up to about 26 characters a line in portrait
(40 elsewhere) they need not.
"""

LINES_MAX: Final = 2
COLUMNS_MAX: Final = 42
"""
A line has no more where a second is free, however wide the picture: as in subtitle files.
"""


def scale_of(width: int, height: int) -> float:
    """
    Return the length that type sizes are shares of, in pixels.
    """
    return min(height, 1.25 * width)


class Row(StrEnum):
    """
    A place for captions: their usual one, and where they stand clear of it.
    """

    FOOT = "foot"
    RAISED = "raised"
    HEAD = "head"


GAP: Final = 0.028
"""
Between zones, as a share of the picture's height.
"""


def caption_zone(width: int, height: int, row: Row = Row.FOOT) -> Box:
    """
    Return where captions stand: the foot of the safe area, about the picture's middle; or, in
    another *row*, just above it, or below the logo's strip.

    >>> caption_zone(1280, 720)
    Box(left=64, top=578, right=1216, bottom=684)
    >>> caption_zone(1280, 720, Row.RAISED).bottom
    558
    """
    area, gap = centered_area(width, height), round(GAP * height)
    size = SIZE * scale_of(width, height)
    tall = round(size * (SPEECH.leading * (LINES_MAX - 1) + 1.3 + 2 * PADDING))
    top = {
        Row.FOOT: area.bottom - tall,
        Row.RAISED: area.bottom - 2 * tall - gap,
        Row.HEAD: logo.overlay_box(width, height).bottom + gap,
    }[row]
    return Box(area.left, top, area.right, top + tall)


def zones(width: int, height: int) -> tuple[Box, ...]:
    """
    Return all zones that captions may stand in, the usual one first.
    """
    return tuple(caption_zone(width, height, row) for row in Row)


EM_LEAST: Final = 0.85
"""
What rings are measured in when type is set smaller, as a share of its full size.
"""

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
    _laid: dict[int | None, list[Patch]] = field(factory=dict, init=False)

    @classmethod
    def of(
        cls,
        cue: Cue,
        width: int,
        height: int,
        accent: Rgb = colors.WHITE,
        backing: Treatment = backings.BOXED,
        row: Row = Row.FOOT,
    ) -> CaptionArt:
        """
        Return *cue* set in *row* of a film of *width* x *height*; *accent* marks the spoken word.
        """
        zone = caption_zone(width, height, row)
        size = SIZE * scale_of(width, height)
        across, down = round(2 * PADDING * size), round(PADDING * size)
        atoms = _atoms(cue.words)
        said = "".join((" " if a.spaced else "") + a.text for a in atoms)
        block = text.fit(
            said,
            SPEECH,
            width=zone.width - 2 * across,
            height=zone.height - 2 * down,
            size_max=size,
            size_min=SIZE_LEAST * scale_of(width, height),
            lines_max=LINES_MAX,
            lines_min=1 if _columns(said) <= COLUMNS_MAX else LINES_MAX,
            atoms=atoms,
        )
        wide, tall = block.width + 2 * across, block.height + 2 * down
        left, top = (width - wide) // 2, zone.bottom - tall
        coverage = rasters.mask(block, 0.5)
        em = max(block.size, EM_LEAST * size)
        image = backings.laid(block, coverage, backing, (across, down), em)
        lit: tuple[tuple[tuple[Sprite, int, int], ...], ...] = ()
        if cue.highlighted and len(cue.words) > 1:  # a single word needs no pointing at
            boxes = rasters.word_boxes(block, 0.5)
            fill = colors.readable(accent, GROUND, ratio=3.0)
            label = rasters.inked(coverage, colors.ink_on(fill))
            lit = tuple(
                tuple(
                    _pill(label, block.size, word, fill, (left + across, top + down), room)
                    for word in boxes.get(index, [])
                )
                for index, room in enumerate(map(_room, cue.words))
            )
        box = Box(left, top, left + wide, top + tall)
        return cls(cue, box, block.size, len(block.lines), backing, Sprite.from_rgba(image), lit)

    def patches(self, film_frame: int) -> list[Patch]:
        """
        Return the caption as it is in the film's *film_frame*: nothing if it is not shown.
        """
        if not self.cue.start_frame <= film_frame < self.cue.start_frame + self.cue.frames:
            return []
        spoken = self.spoken(film_frame) if self.lit else None
        if spoken not in self._laid:
            laid = [(self.base, self.box.left, self.box.top)]
            laid += self.lit[spoken] if spoken is not None else ()
            self._laid[spoken] = [
                each for sprite, x, y in laid if (each := patch(sprite, x, y)) is not None
            ]
        return self._laid[spoken]

    def spoken(self, film_frame: int) -> int | None:
        """
        Return which word is lit: the last that has begun, so that pauses don't flicker.
        """
        begun = [i for i, word in enumerate(self.cue.words) if word.start_frame <= film_frame]
        return begun[-1] if begun else None


def _columns(said: str) -> int:
    """
    Return how many columns *said* takes: two for a full-width character.
    """
    return sum(2 if unicodedata.east_asian_width(each[0]) in "WF" else 1 for each in clusters(said))


def _atoms(words: tuple[CueWord, ...]) -> list[Atom]:
    """
    Return the caption's atoms, each knowing its cue word; scripts without spaces stay closed up,
    and so do the parts of a long word.
    """
    result: list[Atom] = []
    for index, word in enumerate(words):
        is_soft = word.text.endswith(wording.SOFT) and index + 1 < len(words)
        shown = word.text[:-1] if is_soft else wording.plain(word.text)
        follows = index > 0 and words[index - 1].text.endswith(wording.MARKS)
        for position, atom in enumerate(breaking.atoms(breaking.clean(shown))):
            apart = bool(result) and not follows and not _closed_up(result[-1], atom)
            spaced = atom.spaced if position else apart
            result.append(breaking.Atom(atom.clusters, index, spaced, bound=atom.bound))
        if is_soft and result:
            result[-1] = evolve(result[-1], soft=True)
    return result


def _closed_up(before: Atom, after: Atom) -> bool:
    return wording.close_up(before.clusters[-1][0], after.clusters[0][0])


MARGIN: Final = 0.1
MARGIN_CLOSED: Final = 0.03
"""
What the ground of a lit word has beyond it, in ems: hardly any where the next letter stands
close to it.
"""


def _room(word: CueWord) -> float:
    return MARGIN_CLOSED if word.text and breaking.unspaced(word.text[0]) else MARGIN


def _pill(
    label: Image.Image,
    size: int,
    word: tuple[float, float, float, float],
    fill: Rgb,
    place: tuple[int, int],
    room: float,
) -> tuple[Sprite, int, int]:
    """
    Return one *word* of *label* on the colour *fill*, with *room* at its sides (in ems), and
    where it goes; the label's block, of type of *size*, stands at *place*.
    """
    margin, over = room * size, MARGIN * size
    left, right = round(word[0] - margin), round(word[2] + margin)
    top, bottom = round(word[1] - over), round(word[3] + over)
    pill = Image.new("RGBA", (right - left, bottom - top), colors.to_bytes(fill))
    pill.putalpha(rounded_mask(*pill.size, 0.2 * size))
    inner = (
        max(0, round(word[0] - margin / 2) + text.PAD),
        max(0, top + text.PAD),
        min(label.width, round(word[2] + margin / 2) + text.PAD),
        min(label.height, bottom + text.PAD),
    )
    pill.alpha_composite(label.crop(inner), (inner[0] - text.PAD - left, inner[1] - text.PAD - top))
    return Sprite.from_rgba(pill), place[0] + left, place[1] + top
