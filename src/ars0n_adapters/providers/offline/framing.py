"""
How a photo is cropped: which shot a description asks for, and where the frame then lies.

**Owns** `Shot` (wide, close, ...) and `View` (a frame laid over a photo). **Invariants**:
a view has the frame's shape exactly, may reach beyond the photo (`backdrops` continues
it there), and never shows a photo larger than makes sense for its pixels. A picture is
never mirrored: products carry writing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_adapters.providers.offline.subject import Box, Ground, mass_within

if TYPE_CHECKING:
    from ars0n_adapters.providers.offline.subject import Subject

UPSCALE_MAX: Final = 2.6
"""
Beyond this a photo looks soft on a phone; small photos get more only to fill half a frame.
"""

COVERED_MIN: Final = 0.72
"""
The share of the frame a real scene fills at least; the rest is carried on beyond it.
"""

NEARLY: Final = 0.8
"""
From this share on a photo is cropped a little rather than carried on a little.
"""

HALF: Final = 0.6
"""
The share of the frame's width even the tiniest photo is enlarged to.
"""

KEPT_MIN: Final = 0.78
"""
A shot that shows the whole subject keeps this share of what stands out.
"""


@frozen(kw_only=True)
class Shot:
    """
    A way to frame. ``fill`` is the share of the frame the subject takes in the direction
    where it is tightest; ``anchor`` is where its centre lies; ``whole`` whether it must
    be seen entire; ``looseness`` below 1 steps back from that, above 1 closer.
    """

    name: str
    fill: float
    anchor: tuple[float, float] = (0.5, 0.48)
    whole: bool = True
    looseness: float = 1.0


@frozen(kw_only=True)
class View:
    """
    A frame over a photo: ``scale`` output pixels for a photo pixel, and the photo
    coordinates of the frame's top left corner.
    """

    scale: float
    left: float
    top: float
    width: int
    height: int

    def box(self, photo_width: int, photo_height: int) -> Box:
        """
        Return the view in 0..1 of the photo; parts beyond it are below 0 or above 1.
        """
        return Box(
            self.left / photo_width,
            self.top / photo_height,
            (self.left + self.width / self.scale) / photo_width,
            (self.top + self.height / self.scale) / photo_height,
        )

    def covered(self, photo_width: int, photo_height: int) -> float:
        """
        Return the share of the frame that shows photo.
        """
        box = self.box(photo_width, photo_height)
        across = min(1.0, box.right) - max(0.0, box.left)
        down = min(1.0, box.bottom) - max(0.0, box.top)
        return max(0.0, across) * max(0.0, down) / (box.width * box.height)


WIDE: Final = Shot(name="wide", fill=0.54)
HERO: Final = Shot(name="hero", fill=0.76)
MEDIUM: Final = Shot(name="medium", fill=0.92)
CLOSE: Final = Shot(name="close", fill=1.35, whole=False)
DETAIL: Final = Shot(name="detail", fill=2.1, anchor=(0.5, 0.5), whole=False)

STEPS: Final = {
    "wide": (1.0, 1.15),
    "hero": (1.16, 1.6),
    "medium": (1.36, 2.0),
    "close": (1.75, 2.6),
    "detail": (2.4, 3.4),
}
"""
How far each shot steps into a real scene, from the widest frame: least and most.
"""

SHOTS: Final[tuple[tuple[Shot, str], ...]] = (
    (
        DETAIL,
        r"macro|details?|detailed|texture|stitch\w*|extreme close|tight on|grain|button|droplets?",
    ),
    (CLOSE, r"close[- ]?ups?|close|closer|zoom(s|ed)? in|intimate|face|feature\w*"),
    (
        WIDE,
        r"wide|establishing|landscape|environment|context|lifestyle|outdoors?|street|room|desk|kitchen|office|home|people|person|family|friends|scene|city|beach|nature|in use|using",
    ),
    (HERO, r"hero|product shot|reveal\w*|packshot|floating|logo|final|introduc\w*|presents?|full"),
    (MEDIUM, r"medium|hands?|hold\w*|portrait|demonstrat\w*|show\w*"),
)
"""
The words that ask for a shot, most telling first.
"""


def shot_for(description: str, direction: str, chance: int) -> Shot:
    """
    Return the shot that *description* asks for, else *direction*, else one by *chance*.

    >>> shot_for("Close-up of the ear cushion", "studio light", 0).name
    'close'
    """
    for text in (description, direction):
        found = [
            (match.start(), shot)
            for shot, words in SHOTS
            if (match := re.search(rf"\b(?:{words})\b", text, re.IGNORECASE))
        ]
        if found:
            return min(found, key=lambda pair: pair[0])[1]
    return (HERO, MEDIUM, CLOSE, WIDE)[chance % 4]


def varied(shot: Shot, variant: int, chance: int) -> Shot:
    """
    Return *shot* as the *variant*-th candidate frames it: tighter or looser, off centre.
    """
    side = -1.0 if chance % 2 else 1.0
    x, y = shot.anchor
    match variant % 3:
        case 0:
            return shot
        case 1:
            return evolve(shot, looseness=0.86, anchor=(x + 0.09 * side, y - 0.02))
        case _:
            return evolve(shot, looseness=1.16, anchor=(x - 0.07 * side, y + 0.03))


def frame(subject: Subject, photo: tuple[int, int], size: tuple[int, int], shot: Shot) -> View:
    """
    Lay a frame of *size* (pixels) over a photo of *photo* pixels for *shot*.
    """
    if subject.ground is Ground.SCENE or _opposite_cut(subject):
        return _frame_scene(subject, photo, size, shot)
    scale = _bounded(_wanted_scale(subject, photo, size, shot) * shot.looseness, photo, size)
    focus = _middle(subject.box) if shot.whole else subject.detail
    view = _placed(scale, focus, shot.anchor, photo, size)
    if shot.whole:
        view = _holding(view, subject.box, photo)
    return _flush(view, subject.cut, photo)


def _frame_scene(
    subject: Subject, photo: tuple[int, int], size: tuple[int, int], shot: Shot
) -> View:
    """
    Step in from the widest frame worth showing, as far as the shot asks and the subject lets.
    """
    cover = max(size[0] / photo[0], size[1] / photo[1])
    inside = min(size[0] / photo[0], size[1] / photo[1])
    # Wider than this and the frame would show more border than photo.
    widest = max(inside, COVERED_MIN * cover)
    if widest >= NEARLY * cover:
        widest = cover
    widest = min(widest, max(UPSCALE_MAX, HALF * inside))
    low, high = STEPS[shot.name]
    wanted = _wanted_scale(subject, photo, size, shot) / widest
    closest = max(UPSCALE_MAX, 1.9 * widest)
    step = min(max(wanted, low), high) * shot.looseness
    scale = min(max(step, 1.0) * widest, closest)
    focus = subject.centre if shot.whole else subject.detail
    if not shot.whole:
        return _kept_in(_placed(scale, focus, shot.anchor, photo, size), photo)
    while True:
        placed = _placed(scale, focus, shot.anchor, photo, size)
        view = _kept_in(_holding(placed, subject.box, photo), photo)
        enough = mass_within(subject.saliency, view.box(*photo)) >= KEPT_MIN
        if enough or scale <= widest:
            return view
        scale = max(scale * 0.95, widest)


def _wanted_scale(
    subject: Subject, photo: tuple[int, int], size: tuple[int, int], shot: Shot
) -> float:
    box = subject.box
    across = size[0] / max(1.0, box.width * photo[0])
    down = size[1] / max(1.0, box.height * photo[1])
    # Upright frames are read in the middle two thirds; captions and buttons take the rest.
    down *= 0.72 if size[1] > size[0] else 0.86
    return shot.fill * min(across, down)


def _bounded(scale: float, photo: tuple[int, int], size: tuple[int, int]) -> float:
    half_filled = HALF * min(size[0] / photo[0], size[1] / photo[1])
    return min(scale, max(UPSCALE_MAX, half_filled))


def _placed(
    scale: float,
    focus: tuple[float, float],
    anchor: tuple[float, float],
    photo: tuple[int, int],
    size: tuple[int, int],
) -> View:
    return View(
        scale=scale,
        left=focus[0] * photo[0] - anchor[0] * size[0] / scale,
        top=focus[1] * photo[1] - anchor[1] * size[1] / scale,
        width=size[0],
        height=size[1],
    )


def _holding(view: View, box: Box, photo: tuple[int, int]) -> View:
    """
    Move *view* so that all of *box* is in it, or its middle if that is too large.
    """
    starts: list[float] = []
    for start, length, low, high in (
        (view.left, view.width / view.scale, box.left * photo[0], box.right * photo[0]),
        (view.top, view.height / view.scale, box.top * photo[1], box.bottom * photo[1]),
    ):
        margin = 0.03 * length
        latest, earliest = low - margin, high + margin - length
        middle = (low + high - length) / 2
        starts.append(min(max(start, earliest), latest) if earliest <= latest else middle)
    return evolve(view, left=starts[0], top=starts[1])


def _kept_in(view: View, photo: tuple[int, int]) -> View:
    """
    Move *view* so that it shows as much photo as its scale allows.
    """
    left = _slid(view.left, photo[0] - view.width / view.scale)
    top = _slid(view.top, photo[1] - view.height / view.scale)
    return evolve(view, left=left, top=top)


def _slid(place: float, room: float) -> float:
    """
    Return *place* kept within *room*; where the photo is too short (below 0), near its middle.
    """
    if room >= 0:
        return min(max(0.0, place), room)
    return min(max(0.75 * room, place), 0.25 * room)


def _flush(view: View, cut: frozenset[str], photo: tuple[int, int]) -> View:
    """
    Move *view* so that a side at which the subject leaves the photo is not inside it.
    """
    left, top = view.left, view.top
    if "left" in cut:
        left = max(left, 0.0)
    if "right" in cut:
        left = min(left, photo[0] - view.width / view.scale)
    if "top" in cut:
        top = max(top, 0.0)
    if "bottom" in cut:
        top = min(top, photo[1] - view.height / view.scale)
    return evolve(view, left=left, top=top)


def _opposite_cut(subject: Subject) -> bool:
    return {"left", "right"} <= subject.cut or {"top", "bottom"} <= subject.cut


def _middle(box: Box) -> tuple[float, float]:
    return (box.left + box.right) / 2, (box.top + box.bottom) / 2
