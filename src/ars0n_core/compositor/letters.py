"""
A caption's letters among the pixels of a finished film, and how far they stand out.

**Owns** telling letters (white strokes that stand still while a caption is shown and are gone
before and after) from all else that is white, in any of the rows captions may stand in; and
the contrast of letters with what is around them in one picture. **Does not own** which
pictures are looked at (`legibility`). **Invariants**: nothing is believed of how a caption was
drawn.

Start at `find`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from attrs import frozen

from ars0n_core.compositor import captions, colors, safe_areas
from ars0n_core.compositor.flashes import LINEAR
from ars0n_core.compositor.safe_areas import Box

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy.typing as npt

    Mask = npt.NDArray[np.bool_]
    Luma = npt.NDArray[np.uint8]

INK_CODE: Final = 200
INK_SHARE_MIN: Final = 0.002
"""
Captions are white; less of it than this in their zone, and none is shown.
"""

STROKE_SHARE: Final = 1 / 32
"""
Of the picture's height: no stroke of a letter is as thick, most white things are.
"""

HEART_CODE: Final = 216
STEP_CODES: Final = 28
"""
How bright a letter is in its middle, and by how much brighter than what is beside it, if it can
be told from it at all.
"""

MOVED_SHARE: Final = 1 / 80
"""
How far, of the picture's height, something white may move while a caption is shown.
"""

STANDS_MIN: Final = 2 / 3
"""
At what share of the moments a letter is white, at least; a word that is lit is not for its time.
"""

BUSY_SHARE: Final = 0.5
"""
How much of a row is near thin white lines without a caption, where it is full of them.
"""

APART: Final = 2
"""
So many moments lie between two at which a letter stands at the same place.
"""

REACH: Final = 2
"""
Pixels from a stroke's heart to its edge.
"""

ROOM: Final = 9
"""
Pixels about letters that are looked at, in the largest of pictures.
"""

RIM: Final = 0.15
"""
How much of the edge of a caption's box is left out, in ems: its corners are round, and what is
behind them is seen.
"""

NEAR: Final = 300
"""
What part of the length that type sizes are shares of is around a letter: a fifth of the letter.
"""

PART_SHARE: Final = 1 / 16
"""
Of the picture's longer side: a word or two, the part of a line that is judged by itself.
"""

PART_INK_MIN: Final = 40
"""
Pixels of white from which a part of a line holds a letter.
"""


@frozen(eq=False)
class Letters:
    """
    Where a caption's letters are: their ``mask``, in ``box`` of the picture, which has room for
    what is around them. Where the caption was laid is ``known``: then nothing else is white in it
    for most of its time, whatever is at any time counts against it, and its worst part decides.
    """

    box: Box
    mask: Mask
    known: bool

    def contrast(
        self, strip: Luma, top: int, height: int, left: int = 0, width: int = 0
    ) -> float | None:
        """
        Return the least contrast of any part of the letters with what is around it in *strip*,
        rows from *top* on of a picture of *height* (and columns from *left* on, of *width*); None
        where none of it is white.
        """
        box, width = self.box, width or strip.shape[1]
        luma = strip[box.top - top : box.bottom - top, box.left - left : box.right - left]
        ink = (luma >= INK_CODE) & self.mask
        if ink.sum() < PART_INK_MIN:
            return None
        reach = 1 + max(2, round(captions.scale_of(width, height) / NEAR))
        ring = _grown(ink, reach) & ~_grown(ink, 1)  # the edge is a mixture
        ring &= ~_grown(self.mask if self.known else luma >= INK_CODE, 1)
        step = max(16, round(max(height, width) * PART_SHARE)) if self.known else box.width
        found = [
            _apart(luma[:, left : left + step], ink[:, left : left + step],
                   ring[:, left : left + step])
            for left in range(0, luma.shape[1], step)
            if ink[:, left : left + step].sum() >= PART_INK_MIN
        ]  # fmt: skip
        return min(found, default=None)


def _apart(luma: Luma, ink: Mask, ring: Mask) -> float:
    """
    Return the contrast of *ink* with its *ring*, single pixels aside.
    """
    if not ring.any():
        return 1.0
    behind = float(np.percentile(LINEAR[luma[ring]], 95))
    return colors.contrast(float(np.median(LINEAR[luma[ink]])), behind)


def find(inside: Sequence[Luma], beside: Sequence[Luma], laid: Box | None = None) -> Letters | None:
    """
    Return the letters of the caption that the pictures *inside* its time show and those *beside*
    it don't: in the box in which it was *laid*, else in whichever of the rows for captions most
    of them are; None where there are none.
    """
    height, width = inside[0].shape
    if laid is not None:
        zone = laid.inset(round(RIM * captions.SIZE * captions.scale_of(width, height)))
        shown = [_part(luma, zone) for luma in inside]
        strokes = _still([_strokes(luma, width) for luma in shown], 0.0)
        enough = strokes.sum() >= INK_SHARE_MIN / 2 * strokes.size
        return _letters(shown, strokes, zone, known=True) if enough else None
    rows = [_Row.of(zone, inside, beside) for zone in captions.zones(width, height)]
    # On one side of its time it may be the caption itself, which lingers, or a scene's first glow.
    for on in (np.logical_or, np.logical_and) if len(beside) > 1 else (np.logical_or,):
        new = [row.new(on.reduce, round(height * MOVED_SHARE / 2)) for row in rows]
        most = max(range(len(rows)), key=lambda i: int(new[i].sum()))
        if new[most].sum() >= INK_SHARE_MIN * new[most].size:
            row = rows[most]
            return _letters(row.shown, new[most], row.zone, known=False)
    return None


@frozen(eq=False)
class _Row:
    """
    A row for captions: what the pictures in a caption's time show there, their strokes, and those
    beside it.
    """

    zone: Box
    shown: list[Luma]
    strokes: list[Mask]
    there: list[Mask]

    @classmethod
    def of(cls, zone: Box, inside: Sequence[Luma], beside: Sequence[Luma]) -> _Row:
        width = inside[0].shape[1]
        shown = [_part(luma, zone) for luma in inside]
        return cls(
            zone=zone,
            shown=shown,
            strokes=[_strokes(luma, width) for luma in shown],
            there=[_strokes(_part(luma, zone), width) for luma in beside],
        )

    def new(self, reduce: Callable[[Sequence[Mask]], Mask], reach: int) -> Mask:
        """
        Return the strokes that stand still and are not there beside the caption's time, *reduce*
        of the sides, within *reach*: what is as thin and as white without it is the rim of a cup,
        or writing in the scene.
        """
        found = _still(self.strokes, STANDS_MIN)
        moved = [_spread(each, reach) for each in self.there]
        if any(each.mean() > BUSY_SHARE for each in moved):
            # White lines wherever one looks: a letter is what never moves, and isn't just there.
            found = _still(self.strokes, 1.0)
            moved = [_spread(each, 1) for each in self.there]
        return np.asarray(found & ~reduce(moved)) if moved else found


def _letters(shown: Sequence[Luma], strokes: Mask, zone: Box, *, known: bool) -> Letters | None:
    """
    Return the whole letters of *strokes* in *zone*: with all that is white beside them most of
    the time (a word that is lit is not); None where nothing is.
    """
    white = sum((luma >= INK_CODE).astype(np.int8) for luma in shown)
    often = np.asarray(white) * 2 >= len(shown)
    mask = often & _spread(strokes, REACH)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return None
    room = ROOM
    top, bottom = max(0, int(rows[0]) - room), min(zone.height, int(rows[-1]) + 1 + room)
    left, right = max(0, int(columns[0]) - room), min(zone.width, int(columns[-1]) + 1 + room)
    box = Box(zone.left + left, zone.top + top, zone.left + right, zone.top + bottom)
    return Letters(box, mask[top:bottom, left:right], known)


def rows(box: Box, size: tuple[int, int]) -> range:
    """
    Return the rows of a picture of *size* about the row for captions that *box* is in, where
    strays of its caption are looked for.
    """
    zones = captions.zones(*size)
    zone = min(zones, key=lambda each: abs(each.center[1] - box.center[1]))
    last = size[1] if zone is zones[0] else min(size[1], zone.bottom + zone.height)
    return range(max(0, min(box.top, zone.top - zone.height)), max(box.bottom, last))


def outside(letters: Letters, inside: Sequence[Luma], beside: Sequence[Luma]) -> float:
    """
    Return the share of a caption's *letters* that stands outside the safe area, about the row
    they are in; what was there without the caption too is no letter, and without such a picture
    none can be told.
    """
    if not beside:
        return 0.0
    height, width = inside[0].shape
    area = safe_areas.safe_area(width, height)
    near = rows(letters.box, (width, height))
    about = Box(0, near.start, width, near.stop)
    found = np.logical_and.reduce([_strokes(_part(luma, about), width) for luma in inside])
    may = np.zeros_like(found)
    may[max(0, area.top - about.top) : area.bottom - about.top, area.left : area.right] = True
    strays = found & ~may
    for luma in beside:
        strays &= ~_spread(_part(luma, about) >= INK_CODE, round(height * MOVED_SHARE))
    count = int((found & may).sum()) + int(strays.sum())
    return float(strays.sum() / count) if count else 0.0


def _part(luma: Luma, box: Box) -> Luma:
    return luma[box.top : box.bottom, box.left : box.right]


def _still(strokes: Sequence[Mask], share: float) -> Mask:
    """
    Return where *strokes* stand at two moments that lie apart: letters do, and the gleam on a
    product that the camera passes does not; and at a *share* of all moments, for what passes, or
    glitters, may come back.
    """
    still = np.zeros_like(strokes[0])
    for i, one in enumerate(strokes):
        for other in strokes[i + APART :]:
            still |= one & other
    stands = np.asarray(sum(one.astype(np.int8) for one in strokes))
    return np.asarray(still & (stands >= share * len(strokes)))


def _strokes(luma: Luma, width: int) -> Mask:
    """
    Return where *luma*, of a picture of *width*, is white at heart, thin, and ends at once: a
    letter is, and the line at which a soft light becomes as bright as one isn't.
    """
    ink = (luma >= INK_CODE) & _spread(luma >= HEART_CODE, max(2, width // 240))
    reach = max(2, round(width * STROKE_SHARE / 2))
    thick = _spread(~_spread(~ink, reach), reach + reach // 2)  # and the rough of its edge
    ends = luma >= _least(luma, max(2, width // 180)).astype(np.int16) + STEP_CODES
    return np.asarray(ink & ~thick & ends)


def _least(luma: Luma, reach: int) -> Luma:
    """
    Return for each pixel the least of those up to *reach* to every side.
    """
    height, width = luma.shape
    wide = np.pad(luma, reach, mode="edge")
    rows = np.minimum.reduce([wide[k : k + height] for k in range(2 * reach + 1)])
    return np.asarray(np.minimum.reduce([rows[:, k : k + width] for k in range(2 * reach + 1)]))


def _spread(mask: Mask, reach: int) -> Mask:
    """
    Return *mask* grown by *reach* pixels to every side, by sums along rows and columns.
    """
    window = 2 * reach + 1
    sums = np.cumsum(np.pad(mask, ((reach + 1, reach), (0, 0))), axis=0, dtype=np.uint16)
    rows = sums[window:] > sums[:-window]
    sums = np.cumsum(np.pad(rows, ((0, 0), (reach + 1, reach))), axis=1, dtype=np.uint16)
    return np.asarray(sums[:, window:] > sums[:, :-window])


def _grown(mask: Mask, by: int) -> Mask:
    grown = mask
    for _ in range(by):
        padded = np.pad(grown, 1)
        grown = (
            padded[1:-1, 1:-1] | padded[:-2, 1:-1] | padded[2:, 1:-1] | padded[1:-1, :-2]
            | padded[1:-1, 2:]
        )  # fmt: skip
    return grown
