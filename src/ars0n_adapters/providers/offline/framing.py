"""
How a photo is cropped: where the frame of a shot lies.

**Owns** `View` (a frame laid over a photo). **Does not own** which shot it is
(`setups`). **Invariants**: a view has the frame's
shape exactly, may reach beyond the photo (`backdrops` continues it there), and never shows a photo larger than makes sense for its pixels. A picture is
never mirrored: products carry writing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import evolve, frozen

from ars0n_adapters.providers.offline.subject import Box, Ground, mass_within

if TYPE_CHECKING:
    from ars0n_adapters.providers.offline.setups import Shot
    from ars0n_adapters.providers.offline.subject import Subject

__all__ = ["View", "frame", "sharpest"]

UPSCALE_MAX: Final = 2.3
"""
Output pixels a photo pixel may take in a frame of `LINES`: beyond it a photo looks soft
on a phone. Small photos get more only to fill half a frame.
"""

LINES: Final = 720
"""
Pixels of a clip's shorter side; a larger frame is a clip's with pixels in reserve.
"""

MACRO: Final = 1.15
"""
How much further a detail may go: with so little in the frame, softness is taken for focus.
"""

STEP_MIN: Final = 1.4
"""
How much larger the nearest shot shows a subject than the farthest, at least: a smaller
step is not seen as another shot.
"""

REACHES: Final = {"detail": 1.0, "close": MACRO, "medium": 1.36}
"""
How far short of the nearest scale each shot stops; others by `STEP_MIN`.
"""

COVERED_MIN: Final = 0.5
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

KEPT_MIN: Final = 0.88
KEPT: Final = {"hero": 0.96}
"""
A shot that shows the whole subject keeps this share of what stands out; a hero nearly all.
"""

HERO_STEP: Final = 1.4
"""
How much larger than a hero the nearest shot shows the subject, at least.
"""

LOWERED: Final = 0.1
"""
How much lower (of the frame) a photo too flat for the frame lies than its shot says; a near
shot lies as much higher.
"""

CENTRED: Final = 0.1
"""
How near the middle a subject is wanted (of the frame) for a print to be laid there.
"""

PRINT: Final = 0.76
PRINT_SHAPE: Final = 0.8
"""
The share of the frame's width a print takes, so that a camera that travels a ninth of it never
brings its edge to the frame's; and its width by its height if the subject lets it.
"""

PRINTED: Final = 0.985
"""
How much of what stands out a print shows, though it be flatter than it might.
"""

ASIDE_MAX: Final = 0.1
"""
The share of the frame carried on beyond a photo's side to get a subject onto a third.
"""

STEPS: Final = {
    "wide": (1.0, 1.05),
    "hero": (1.08, 1.3),
    "medium": (1.45, 1.75),
    "close": (2.0, 2.5),
    "detail": (2.5, 3.4),
}
"""
How far each shot steps into a real scene, from the widest frame: least and most.
"""


@frozen(kw_only=True)
class View:
    """
    A frame over a photo: ``scale`` output pixels for a photo pixel, and the photo
    coordinates of the frame's top left corner. ``print`` is where alone the photo is seen,
    as a print laid on a ground (left, top, right, bottom in the frame).
    """

    scale: float
    left: float
    top: float
    width: int
    height: int
    print: tuple[int, int, int, int] | None = None

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
        seen = max(0.0, across) * max(0.0, down) / (box.width * box.height)
        if self.print is None:
            return seen
        left, top, right, bottom = self.print
        return min(seen, (right - left) * (bottom - top) / (self.width * self.height))


def frame(subject: Subject, photo: tuple[int, int], size: tuple[int, int], shot: Shot) -> View:
    """
    Lay a frame of *size* (pixels) over a photo of *photo* pixels for *shot*.
    """
    if subject.ground is Ground.SCENE or (
        subject.ground is Ground.PLAIN and _opposite_cut(subject)
    ):
        return _frame_scene(subject, photo, size, shot)
    scale = _bounded(shot, _wanted_scale(subject, photo, size, shot), photo, size)
    for sides, least in (
        ({"left", "right"}, size[0] / photo[0]),
        ({"top", "bottom"}, size[1] / photo[1]),
    ):
        if sides <= subject.cut:
            scale = max(scale, least)
    focus = _middle(subject.box) if shot.whole else subject.detail
    view = _placed(scale, focus, shot.anchor, photo, size)
    if shot.whole:
        view = _over(view, subject.box, photo)
    return _flush(view, subject.cut, photo)


def _frame_scene(
    subject: Subject, photo: tuple[int, int], size: tuple[int, int], shot: Shot
) -> View:
    """
    Step in from the widest frame worth showing, as far as the shot asks and the subject lets.
    """
    cover = max(size[0] / photo[0], size[1] / photo[1])
    inside = min(size[0] / photo[0], size[1] / photo[1])
    nearest = max(sharpest(size) * MACRO, HALF * inside)
    # Wider than this and the frame would show more border than photo.
    widest = max(inside, COVERED_MIN * cover)
    if widest >= NEARLY * cover:
        widest = cover
    elif shot.name == "wide" and abs(shot.anchor[0] - 0.5) < CENTRED:
        return _printed(subject, photo, size, shot, nearest)
    widest = min(widest, max(nearest / STEP_MIN, HALF * inside))
    # As much of the frame as the photo itself can fill, for as long as the subject is in it.
    hero = min(cover, max(nearest / HERO_STEP, widest))
    if shot.name == "hero":
        widest = hero
    low, high = STEPS[shot.name]
    wanted = _wanted_scale(subject, photo, size, shot) / widest
    step = min(max(wanted, low), high) * shot.looseness
    apart = HERO_STEP * STEPS["hero"][1] * hero
    stepped = step * widest if shot.whole else max(step * widest, apart)
    scale = max(min(stepped, nearest / REACHES.get(shot.name, STEP_MIN)), widest)
    if not shot.whole:
        return _near(subject, photo, size, shot, scale)
    while True:
        placed = _holding(_placed(scale, subject.centre, shot.anchor, photo, size), subject, photo)
        view = _kept_in(_shifted(placed, subject, photo), photo, aside=shot.anchor[0] != 0.5)  # noqa: PLR2004 - the middle
        if scale <= max(inside, COVERED_MIN * cover) or _shows(view, subject, photo, shot):
            return view
        scale = max(scale * 0.96, inside, COVERED_MIN * cover)


def _printed(
    subject: Subject, photo: tuple[int, int], size: tuple[int, int], shot: Shot, nearest: float
) -> View:
    """
    Lay the photo down as a print that shows all of the subject, with the ground all around.
    """
    box, shape = subject.box, photo[0] / photo[1]
    upright = size[0] < size[1]
    if shape > PRINT_SHAPE:
        needed = 1.06 * box.width * photo[0] / photo[1]
        shape = min(shape, max(PRINT_SHAPE if upright else 1.25, needed))
    else:
        needed = 1.06 * box.height * photo[1] / photo[0]
        shape = 1 / min(1 / shape, max(1 / PRINT_SHAPE if upright else 1.0, needed))
    while shape < photo[0] / photo[1] and not _kept_whole(subject, photo, shape):
        shape = min(shape * 1.08, photo[0] / photo[1])
    wide, high = min(photo[0], photo[1] * shape), min(photo[1], photo[0] / shape)
    share = PRINT * shot.looseness
    scale = min(share * size[0] / wide, 0.8 * share * size[1] / high, nearest)
    width, height = round(wide * scale), round(high * scale)
    # A little above the middle, where a hung picture looks centred.
    left, top = (size[0] - width) // 2, round((size[1] - height) * (shot.anchor[1] - 0.03))
    seen = _kept_in(
        View(
            scale=scale,
            left=_middle(box)[0] * photo[0] - wide / 2,
            top=_middle(box)[1] * photo[1] - high / 2,
            width=width,
            height=height,
        ),
        photo,
    )
    return View(
        scale=scale,
        left=seen.left - left / scale,
        top=seen.top - top / scale,
        width=size[0],
        height=size[1],
        print=(left, top, left + width, top + height),
    )


def _kept_whole(subject: Subject, photo: tuple[int, int], shape: float) -> bool:
    half = shape * photo[1] / photo[0] / 2
    middle = min(max(_middle(subject.box)[0], half), 1 - half)
    return mass_within(subject.saliency, Box(middle - half, 0, middle + half, 1)) > PRINTED


def _near(
    subject: Subject, photo: tuple[int, int], size: tuple[int, int], shot: Shot, scale: float
) -> View:
    """
    Lay a close frame over the busiest spot, or over the head if there is one: never half of it.
    """
    head = subject.head
    if head is None:
        placed = _placed(scale, subject.detail, shot.anchor, photo, size)
        view = _kept_in(_shifted(placed, subject, photo, near=True), photo)
        above = subject.box.top * photo[1] - 0.04 * size[1] / view.scale
        # A rim just cut off looks like a mistake; one far outside, like a detail.
        if 0 < view.top - above < 0.08 * size[1] / view.scale:
            view = evolve(view, top=max(0.0, above))
        return view
    fits = min(size[0] / (head.width * photo[0]), size[1] / (head.height * photo[1]))
    scale = min(scale, 0.86 * fits)
    placed = _placed(scale, _middle(head), (shot.anchor[0], 0.44), photo, size)
    return _kept_in(_over(placed, head, photo), photo)


def _shows(view: View, subject: Subject, photo: tuple[int, int], shot: Shot) -> bool:
    """
    Return whether *view* keeps enough of the subject: its top, its head, its weight.
    """
    box, head = view.box(*photo), subject.head
    edge = 1e-6
    if box.top > subject.box.top + edge:
        return False
    if head is not None and not (
        box.left <= head.left + edge
        and box.right >= head.right - edge
        and box.bottom >= head.bottom - edge
    ):
        return False
    return mass_within(subject.saliency, box) >= KEPT.get(shot.name, KEPT_MIN)


def sharpest(size: tuple[int, int]) -> float:
    """
    Return the largest scale at which a photo still looks sharp in a frame of *size*.

    >>> sharpest((720, 1280)), sharpest((1600, 900))
    (2.3, 2.875)
    """
    return UPSCALE_MAX * max(1.0, min(size) / LINES)


def _wanted_scale(
    subject: Subject, photo: tuple[int, int], size: tuple[int, int], shot: Shot
) -> float:
    box = subject.box
    across = size[0] / max(1.0, box.width * photo[0])
    down = size[1] / max(1.0, box.height * photo[1])
    # Upright frames are read in the middle two thirds; captions and buttons take the rest.
    down *= 0.72 if size[1] > size[0] else 0.86
    return shot.fill * min(across, down)


def _bounded(shot: Shot, wanted: float, photo: tuple[int, int], size: tuple[int, int]) -> float:
    """
    Return the *wanted* scale as far as the photo stays sharp; far shots stop before near ones.
    """
    half_filled = HALF * min(size[0] / photo[0], size[1] / photo[1])
    nearest = max(sharpest(size) * MACRO, half_filled)
    return min(wanted * shot.looseness, nearest / REACHES.get(shot.name, STEP_MIN))


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


def _holding(view: View, subject: Subject, photo: tuple[int, int]) -> View:
    """
    Move *view* over the whole subject; where that is too large, over its top and its head.
    """
    held = _over(view, subject.box, photo)
    if view.height / view.scale < subject.box.height * photo[1]:
        held = evolve(held, top=subject.box.top * photo[1])
    return held if subject.head is None else _over(held, subject.head, photo, margin=0.0)


def _over(view: View, box: Box, photo: tuple[int, int], *, margin: float = 0.03) -> View:
    """
    Move *view* so that all of *box* is in it, or its middle if that is too large.
    """
    starts: list[float] = []
    for start, length, low, high in (
        (view.left, view.width / view.scale, box.left * photo[0], box.right * photo[0]),
        (view.top, view.height / view.scale, box.top * photo[1], box.bottom * photo[1]),
    ):
        room = min(margin * length, max(0.0, (length - high + low) / 2))
        latest, earliest = low - room, high + room - length
        middle = (low + high - length) / 2
        starts.append(min(max(start, earliest), latest) if earliest <= latest else middle)
    return evolve(view, left=starts[0], top=starts[1])


def _kept_in(view: View, photo: tuple[int, int], *, aside: bool = False) -> View:
    """
    Move *view* so that it shows as much photo as its scale allows; *aside*, nearly so.
    """
    across, down = view.width / view.scale, view.height / view.scale
    left = _slid(view.left, photo[0] - across, ASIDE_MAX * across if aside else 0.0)
    return evolve(view, left=left, top=_slid(view.top, photo[1] - down, 0.0))


def _shifted(view: View, subject: Subject, photo: tuple[int, int], *, near: bool = False) -> View:
    """
    Move *view*, higher than the photo, to where what must be invented is seen least.
    """
    down = view.height / view.scale
    if photo[1] >= down:
        return view
    if subject.cut == {"top"}:
        return evolve(view, top=0.0)
    if subject.cut == {"bottom"}:
        return evolve(view, top=photo[1] - down)
    # Above, where it is far off and a lens loses focus anyway; but not twice the same.
    return evolve(view, top=view.top + (LOWERED if near else -LOWERED) * down)


def _slid(place: float, room: float, spare: float) -> float:
    """
    Return *place* within *room* and *spare* beyond; where the photo is too short (*room* below
    0), anywhere it is seen entire.
    """
    low, high = min(0.0, room), max(0.0, room)
    return min(max(low - spare, place), high + spare)


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
